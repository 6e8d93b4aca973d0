"""ClientToken: a repeat gets the first answer and makes nothing new. DryRun: the checks without the deed."""

import concurrent.futures
import uuid

import pytest

import signing
from cloud import IMAGE, OTHER_ACCOUNT, REGION, TYPE, ZONE, Cloud, load_fleet

DISK = {"RegionId": REGION, "ZoneId": ZONE, "Size": 20, "DiskCategory": "cloud_essd"}
INSTANCE = {"RegionId": REGION, "ZoneId": ZONE, "ImageId": IMAGE, "InstanceType": TYPE, "Amount": 2}
CREATIONS = {"CreateDisk": DISK, "RunInstances": INSTANCE}


def token():
    return str(uuid.uuid4())


def count(cloud):
    return cloud.DescribeDisks()["TotalCount"], cloud.DescribeInstances()["TotalCount"]


def without_id(reply):
    return {name: value for name, value in reply.items() if name != "RequestId"}


@pytest.mark.parametrize("operation", CREATIONS)
def test_repeat_gets_the_first_answer_and_makes_nothing(own_cloud, operation):
    cloud = own_cloud()
    parameters = {**CREATIONS[operation], "ClientToken": token()}
    first = cloud.call(operation, **parameters)
    made = count(cloud)
    again = cloud.call(operation, **parameters)
    assert without_id(again) == without_id(first)
    assert again["RequestId"] != first["RequestId"]
    assert count(cloud) == made
    assert without_id(cloud.call(operation, **{**parameters, "ClientToken": token()})) != without_id(first)


@pytest.mark.parametrize("operation", CREATIONS)
def test_repeat_in_other_order_method_and_format_is_a_repeat(cloud, operation):
    parameters = {**CREATIONS[operation], "ClientToken": token(), "Tag.1.Key": "a", "Tag.1.Value": "b"}
    first = cloud.raw(operation, parameters)
    again = cloud.raw(operation, dict(reversed(parameters.items())), method="POST", xml=True)
    (name, value), = without_id(first.json).items()
    if operation == "CreateDisk":
        assert again.xml.findtext(name) == value
    else:
        assert [each.text for each in again.xml.find(name)] == value["InstanceIdSet"]


@pytest.mark.parametrize("operation, changes", [
    ("CreateDisk", {"Size": 21}), ("CreateDisk", {"DiskName": "other"}), ("CreateDisk", {"ZoneId": "cn-hangzhou-g"}),
    ("CreateDisk", {"Tag.1.Key": "k"}), ("RunInstances", {"Amount": 3}), ("RunInstances", {"DataDisk.1.Size": 20}),
    ("RunInstances", {"SystemDisk.Size": 50})])
def test_other_input_is_refused(own_cloud, operation, changes):
    cloud = own_cloud()
    parameters = {**CREATIONS[operation], "ClientToken": token()}
    cloud.call(operation, **parameters)
    made = count(cloud)
    reply = cloud.raw(operation, {**parameters, **changes})
    assert reply.fault == (400, "IdempotentParameterMismatch", "The request is retried with updated parameters.")
    assert count(cloud) == made


def test_token_is_of_its_operation_region_and_account(own_cloud):
    cloud = own_cloud()
    load_fleet(cloud.server, OTHER_ACCOUNT)
    one = token()
    mine = cloud.CreateDisk(**DISK, ClientToken=one)["DiskId"]
    assert len(cloud.RunInstances(**INSTANCE, ClientToken=one)["InstanceIdSets"]["InstanceIdSet"]) == 2
    others = Cloud(cloud.server, "other", "other-secret").CreateDisk(**{**DISK, "Size": 30}, ClientToken=one)["DiskId"]
    there = cloud.CreateDisk(**{**DISK, "RegionId": "cn-shanghai", "ZoneId": "cn-shanghai-b"}, ClientToken=one)["DiskId"]
    assert len({mine, others, there}) == 3


def test_token_is_case_sensitive_and_works_with_each_key_of_the_account(cloud):
    key = cloud.server.control("POST", "/_cleat/keys", {})
    one = "Token-" + token()
    disk = cloud.CreateDisk(**DISK, ClientToken=one)["DiskId"]
    assert Cloud(cloud.server, key["access_key_id"], key["secret"]).CreateDisk(**DISK, ClientToken=one)["DiskId"] == disk
    assert cloud.CreateDisk(**DISK, ClientToken=one.upper())["DiskId"] != disk


@pytest.mark.parametrize("operation, wrong", [("CreateDisk", {"Size": 1000000}), ("CreateDisk", {"ZoneId": "cn-hangzhou-z"}),
                                              ("RunInstances", {"InstanceType": "ecs.none"})])
def test_a_refusal_is_not_remembered(cloud, operation, wrong):
    one = token()
    assert cloud.raw(operation, {**CREATIONS[operation], **wrong, "ClientToken": one}).status != 200
    cloud.call(operation, **CREATIONS[operation], ClientToken=one)


def test_empty_token_is_none(cloud):
    assert cloud.CreateDisk(**DISK, ClientToken="")["DiskId"] != cloud.CreateDisk(**DISK, ClientToken="")["DiskId"]


def test_token_that_is_too_long(cloud):
    assert cloud.refused("CreateDisk", **DISK, ClientToken="x" * 65) == (400, "InvalidParameter")
    cloud.CreateDisk(**DISK, ClientToken=(token() + token())[:64])


def test_answer_is_kept_though_the_thing_is_gone(cloud):
    one = token()
    disk = cloud.CreateDisk(**DISK, ClientToken=one)["DiskId"]
    cloud.DeleteDisk(DiskId=disk)
    assert cloud.CreateDisk(**DISK, ClientToken=one)["DiskId"] == disk
    assert cloud.disk(disk) is None


@pytest.mark.parametrize("kill", [False, True], ids=["restart", "kill -9"])
def test_token_is_remembered_after_a_restart(make_server, kill):
    cloud = Cloud(make_server(durable=True))
    disk, instances = token(), token()
    first = cloud.CreateDisk(**DISK, ClientToken=disk), cloud.RunInstances(**INSTANCE, ClientToken=instances)
    if kill:
        cloud.server.kill9()
        cloud.server.start()
    else:
        cloud.server.restart()
    again = cloud.CreateDisk(**DISK, ClientToken=disk), cloud.RunInstances(**INSTANCE, ClientToken=instances)
    assert [without_id(reply) for reply in again] == [without_id(reply) for reply in first]
    assert cloud.refused("CreateDisk", **{**DISK, "Size": 30}, ClientToken=disk) == (400, "IdempotentParameterMismatch")


def test_repeats_at_the_same_time_make_one(shared_server):
    one = token()

    def create(_):
        client = Cloud(shared_server)
        try:
            return client.CreateDisk(**DISK, ClientToken=one)["DiskId"]
        finally:
            client.close()

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(create, range(32)))) == 1


# ---- DryRun


def test_dry_run_makes_nothing(own_cloud):
    cloud = own_cloud()
    one = token()
    for more in ({}, {"ClientToken": one}):
        reply = cloud.raw("RunInstances", {**INSTANCE, "DryRun": True, **more})
        assert reply.fault == (400, "DryRunOperation", "Request validation has been passed with DryRun flag set.")
    assert count(cloud) == (0, 0)
    cloud.RunInstances(**INSTANCE, ClientToken=one)
    assert count(cloud) == (2, 2)


def test_dry_run_tells_what_would_be_refused(cloud):
    wrong = {**INSTANCE, "InstanceType": "ecs.none"}
    assert cloud.refused("RunInstances", **wrong, DryRun=True) == cloud.refused("RunInstances", **wrong)


def test_dry_run_changes_no_instance(cloud):
    instance = cloud.make_instance()
    for operation, more in (("StopInstance", {}), ("DeleteInstance", {"Force": True})):
        assert cloud.refused(operation, InstanceId=instance, DryRun=True, **more) == (400, "DryRunOperation")
    assert cloud.refused("StartInstance", InstanceId=instance, DryRun=True) == (403, "IncorrectInstanceStatus")
    assert cloud.refused("DeleteInstance", InstanceId=instance, DryRun=True) == (403, "IncorrectInstanceStatus")
    assert cloud.instance(instance)["Status"] == "Running"
    cloud.stop(instance)
    assert cloud.refused("StartInstance", InstanceId=instance, DryRun=True) == (400, "DryRunOperation")
    assert cloud.instance(instance)["Status"] == "Stopped"


def test_dry_run_false_is_no_dry_run(cloud):
    instance = cloud.make_instance(DryRun=False)
    assert cloud.instance(instance)["Status"] == "Running"


def test_dry_run_still_needs_a_right_signature(cloud):
    stranger = Cloud(cloud.server, signing.KEY_ID, "wrong")
    assert stranger.refused("RunInstances", **INSTANCE, DryRun=True) == (400, "SignatureDoesNotMatch")
    stranger.close()
