"""The fleet file: a state put into a server, given out again, refused with the line of each mistake."""

import collections
import json
import pathlib
import re
import threading
import urllib.parse

import pytest

import signing
import test_detach_rows
from cloud import UUID, Cloud, dump_fleet, fleet_of, fleet_set, load_fleet
from network import make_network
from products import STS, call

FLEET = "/_cleat/fleet"
SAMPLE = {"cleat_fleet": 1, "accounts": [{
    "instances": [{"id": "i-instanceid1"}, {"id": "i-bp67acfmxazb4p****", "state": "stopped"}],
    "disks": [{"id": "d-diskid1", "attachments": [{"instance": "i-instanceid1"}]},
              {"id": "d-bp67acfmxazb4p****", "attachments": [{"instance": "i-bp67acfmxazb4p****"}]}]}]}


def fleets_of_the_page():
    """The examples of docs/fleet.md, without their comments."""
    page = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "fleet.md"
    fleets = re.findall(r"```jsonc?\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
    assert len(fleets) == 2
    return [re.sub(r" +//.*", "", fleet) for fleet in fleets]


def problems(server, fleet):
    error = load_fleet(server, fleet, 400)["error"]
    assert error["reason"] == "fleet-wrong"
    return error["message"].split("\n")


# ---- the samples of the vendor's pages, word by word


@pytest.mark.parametrize("disk, instance", [("d-diskid1", "i-instanceid1"),
                                            ("d-bp67acfmxazb4p****", "i-bp67acfmxazb4p****")])
@pytest.mark.parametrize("xml", [False, True], ids=["json", "xml"])
@pytest.mark.parametrize("signature", ["V1", "V3"])
def test_samples_of_the_pages(server, disk, instance, xml, signature):
    load_fleet(server, SAMPLE)
    cloud = Cloud(server)
    parameters = {"DiskId": disk, "InstanceId": instance}
    if signature == "V1":
        reply = cloud.raw("DetachDisk", parameters, xml=xml)
    else:
        query = {**parameters, "Format": "XML"} if xml else parameters
        headers, _ = signing.v3_sign("GET", query, signing.v3_headers("DetachDisk", server.endpoint))
        reply = cloud.send("GET", "/?" + urllib.parse.urlencode(query), headers=headers)
    assert reply.status == 200, reply.text
    if xml:
        assert reply.xml.tag == "DetachDiskResponse" and [child.tag for child in reply.xml] == ["RequestId"]
        assert UUID.fullmatch(reply.xml.findtext("RequestId"))
    else:
        assert list(reply.json) == ["RequestId"] and UUID.fullmatch(reply.json["RequestId"])
    assert cloud.status(disk) == "Available"
    assert cloud.disk(disk)["InstanceId"] == ""


# ---- loading


def test_minimal_file(server):
    assert load_fleet(server, {"cleat_fleet": 1, "accounts": [{"instances": [{}], "disks": [{}]}]}) == \
        {"accounts": 1, "instances": 1, "disks": 2, "snapshots": 0, "faults": 0}
    cloud = Cloud(server)
    (instance,), disks = cloud.instances(), cloud.disks()
    assert instance["Status"] == "Running" and instance["InstanceType"] == "ecs.g7.large"
    assert sorted((disk["Type"], disk["Status"]) for disk in disks) == [("data", "Available"), ("system", "In_use")]
    assert cloud.system_disk(instance["InstanceId"])
    (free,) = cloud.disks(Status="Available")
    cloud.AttachDisk(DiskId=free["DiskId"], InstanceId=instance["InstanceId"])
    assert cloud.status(free["DiskId"]) == "In_use"


def test_load_replaces_what_the_account_had(server):
    cloud = Cloud(server)
    disk, instance = cloud.make_attached()
    load_fleet(server, SAMPLE)
    assert cloud.disk(disk) is None and cloud.instance(instance) is None
    assert {each["DiskId"] for each in cloud.disks(DiskType="data")} == {"d-diskid1", "d-bp67acfmxazb4p****"}
    load_fleet(server, SAMPLE)
    cloud.DetachDisk(DiskId="d-diskid1", InstanceId="i-instanceid1")
    assert cloud.status("d-diskid1") == "Available"
    why = server.control("GET", "/_cleat/why?disk=d-diskid1")
    assert why["status"] == "available"


def test_dump_gives_the_same_when_it_is_loaded(server, make_server):
    load_fleet(server, SAMPLE)
    cloud = Cloud(server)
    cloud.make_attached(**{"Tag.1.Key": "k", "Tag.1.Value": "v"})
    cloud.make_instance(**{"DataDisk.1.Size": 40, "InstanceChargeType": "PrePaid", "Period": 1})
    cloud.DetachDisk(DiskId="d-diskid1", InstanceId="i-instanceid1")
    first = dump_fleet(server, "?secrets=true")
    load_fleet(server, first)
    assert dump_fleet(server, "?secrets=true") == first
    other = make_server(durable=True)
    account = json.loads(first)["accounts"][0]["id"]
    load_fleet(other, first)
    assert dump_fleet(other, f"?secrets=true&account={account}") == dump_fleet(server, f"?secrets=true&account={account}")
    other.restart()
    assert dump_fleet(other, f"?secrets=true&account={account}") == dump_fleet(server, f"?secrets=true&account={account}")


@pytest.mark.parametrize("fleet", [SAMPLE, test_detach_rows.FLEET, *fleets_of_the_page()])
def test_every_fleet_is_given_out_as_it_was_loaded(make_server, fleet):
    first, second = make_server(), make_server()
    load_fleet(first, fleet)
    text = dump_fleet(first, "?secrets=true")
    load_fleet(first, text)
    assert dump_fleet(first, "?secrets=true") == text
    second.control("POST", "/_cleat/fleet/reset")
    load_fleet(second, text)
    accounts = [{each["id"]: each for each in json.loads(dump_fleet(server, "?secrets=true"))["accounts"]}
                for server in (first, second)]
    assert {name: accounts[1][name] for name in accounts[0]} == accounts[0]


def test_ids_that_are_given_are_kept_and_others_minted(server):
    load_fleet(server, fleet_of(id="1000000000000007", name="seven", instances=[{}, {"id": "i-mine"}], disks=[{"id": "d-mine"}, {}],
                          access_keys=[{"id": "key-seven", "secret": "secret-seven"}]))
    cloud = Cloud(server, "key-seven", "secret-seven")
    instances, disks = ({each[name] for each in found} for found, name in
                        ((cloud.instances(), "InstanceId"), (cloud.disks(DiskType="data"), "DiskId")))
    assert "i-mine" in instances and "d-mine" in disks
    assert all(each.startswith(("i-bp1", "d-bp1")) for each in (instances | disks) - {"i-mine", "d-mine"})


def test_conditions_of_instances_and_disks_are_shown(server):
    load_fleet(server, fleet_of(
        instances=[{"id": "i-1", "region": "cn-shanghai", "zone": "cn-shanghai-g", "type": "ecs.s1.small", "state": "stopped",
                    "name": "one", "host_name": "host", "description": "first", "charge_type": "pre-paid",
                    "locks": ["security", "financial"], "security_groups": ["sg-1", "sg-2"], "vpc": "vpc-1",
                    "vswitch": "vsw-1", "private_ip": "10.1.2.3", "deletion_protection": True, "tags": {"a": "b"},
                    "expires_at": "2030-01-02T03:04:05Z", "created_at": "2020-01-02T03:04:05.678Z"}],
        disks=[{"id": "d-1", "category": "cloud_ssd", "size_gib": 77, "portable": False, "delete_with_instance": True,
                "name": "data", "description": "of one", "encrypted": True, "kms_key": "k", "tags": {"c": "d"},
                "attachments": [{"instance": "i-1", "device": "/dev/xvdf"}]},
               {"id": "d-2", "type": "system", "category": "cloud", "size_gib": 20, "attachments": [{"instance": "i-1"}]}]))
    cloud = Cloud(server)
    instance, disk = cloud.instance("i-1"), cloud.disk("d-1")
    expected = {"RegionId": "cn-shanghai", "ZoneId": "cn-shanghai-g", "InstanceType": "ecs.s1.small", "Status": "Stopped",
                "InstanceName": "one", "HostName": "host", "Description": "first", "InstanceChargeType": "PrePaid",
                "DeletionProtection": True, "ExpiredTime": "2030-01-02T03:04Z", "CreationTime": "2020-01-02T03:04Z"}
    assert {name: instance[name] for name in expected} == expected
    assert [each["LockReason"] for each in instance["OperationLocks"]["LockReason"]] == ["security", "financial"]
    assert instance["SecurityGroupIds"]["SecurityGroupId"] == ["sg-1", "sg-2"]
    expected = {"RegionId": "cn-shanghai", "ZoneId": "cn-shanghai-g", "Category": "cloud_ssd", "Size": 77, "Portable": False,
                "DeleteWithInstance": True, "DiskName": "data", "Description": "of one", "Encrypted": True,
                "InstanceId": "i-1", "Device": "/dev/xvdf", "Status": "In_use", "Type": "data"}
    assert {name: disk[name] for name in expected} == expected
    assert disk["Tags"]["Tag"] == [{"TagKey": "c", "TagValue": "d"}]
    assert cloud.system_disk("i-1") == "d-2" and cloud.disk("d-2")["Device"] == "/dev/xvda"


def test_system_disks(server):
    load_fleet(server, fleet_of(instances=[{"id": "i-1"}, {"id": "i-2", "system_disk": False, "state": "stopped"},
                                     {"id": "i-3", "system_disk": None, "state": "stopped"}],
                          disks=[{"id": "d-2", "type": "system", "origin_instance": "i-2"}]))
    cloud = Cloud(server)
    assert cloud.system_disk("i-1") and not cloud.disks_of("i-2", "system") and not cloud.disks_of("i-3", "system")
    assert cloud.refused("StartInstance", InstanceId="i-2")[0] == 403
    cloud.AttachDisk(DiskId="d-2", InstanceId="i-2", Bootable=True, Password="Abc12345!")
    assert cloud.system_disk("i-2") == "d-2"


def test_disks_take_the_device_names_that_are_left(server):
    attached = [{"instance": "i-1"}]
    load_fleet(server, fleet_of(instances=[{"id": "i-1"}], disks=[
        {"id": "d-1", "attachments": attached}, {"id": "d-2", "attachments": [{"instance": "i-1", "device": "/dev/vdb"}]},
        {"id": "d-3", "attachments": attached}, {"id": "d-4", "attachments": [{"instance": "i-1", "device": "/dev/xvdd"}]}]))
    cloud = Cloud(server)
    assert {disk: cloud.disk(disk)["Device"] for disk in ("d-1", "d-2", "d-3", "d-4")} == \
        {"d-1": "/dev/xvdc", "d-2": "/dev/xvdb", "d-3": "/dev/xvde", "d-4": "/dev/xvdd"}


def test_multi_attach_disk_on_several_instances(server):
    load_fleet(server, fleet_of(instances=[{"id": "i-1"}, {"id": "i-2"}], disks=[
        {"id": "d-1", "multi_attach": True, "attachments": [{"instance": "i-1"}, {"instance": "i-2"}]}]))
    cloud = Cloud(server)
    assert sorted(each["InstanceId"] for each in cloud.disk("d-1")["Attachments"]["Attachment"]) == ["i-1", "i-2"]
    for instance in ("i-1", "i-2"):
        assert cloud.status("d-1") == "In_use"
        cloud.DetachDisk(DiskId="d-1", InstanceId=instance)
    assert cloud.status("d-1") == "Available"


def test_release_time_is_kept(make_server):
    server = make_server(clock="manual", pace="real")
    now = server.control("GET", "/_cleat/clock")["now"]
    moment = f"{int(now[:4]) + 1}{now[4:]}"
    load_fleet(server, fleet_of(instances=[{"id": "i-1", "auto_release_at": moment}, {"id": "i-2"}]))
    load_fleet(server, dump_fleet(server, "?secrets=true"))
    cloud = Cloud(server)
    assert {each["InstanceId"] for each in cloud.instances()} == {"i-1", "i-2"}
    server.advance(367 * 86400)
    server.advance(60)
    assert {each["InstanceId"] for each in cloud.instances()} == {"i-2"}


def test_release_time_that_was_loaded_over_releases_nothing(make_server):
    server = make_server(clock="manual", pace="real")
    now = server.control("GET", "/_cleat/clock")["now"]
    load_fleet(server, fleet_of(instances=[{"id": "i-1", "auto_release_at": f"{int(now[:4]) + 1}{now[4:]}"}]))
    load_fleet(server, fleet_of(instances=[{"id": "i-1"}]))
    server.advance(367 * 86400)
    assert Cloud(server).instance("i-1")["Status"] == "Running"
    assert server.control("GET", "/_cleat/version")["open_jobs"] == 0


def test_catalogue(server):
    fleet = {"cleat_fleet": 1, "catalogue": {
        "instance_types": [{"id": "ecs.own.small", "hot_unplug": False, "max_data_disks": 2}, {"id": "ecs.g7.large", "cpus": 3}],
        "images": [{"id": "m-1", "os": "windows", "size_gib": 30, "deleted": True}, {"id": "m-2", "size_gib": 50}]},
        "accounts": [{"instances": [{"id": "i-1", "type": "ecs.own.small", "image": "m-1"}, {"id": "i-2", "image": "m-2"}],
                      "disks": [{"id": "d-1", "attachments": [{"instance": "i-1"}]}]}]}
    load_fleet(server, fleet)
    cloud = Cloud(server)
    assert cloud.refused("DetachDisk", DiskId="d-1", InstanceId="i-1") == (400, "InvalidOperation.InstanceTypeNotSupport")
    assert cloud.refused("RunInstances", RegionId="cn-hangzhou", ImageId="m-1", InstanceType="ecs.own.small") == \
        (404, "InvalidImageId.NotFound")
    assert cloud.instance("i-2")["Cpu"] == 3 and cloud.disk(cloud.system_disk("i-2"))["Size"] == 50
    first = dump_fleet(server, "?secrets=true")
    load_fleet(server, first)
    assert dump_fleet(server, "?secrets=true") == first
    load_fleet(server, fleet_of(instances=[{"id": "i-3"}]))  # says nothing of the catalogue: it stays
    cloud.make_instance(InstanceType="ecs.own.small")
    server.control("POST", FLEET + "/reset")
    assert cloud.refused("RunInstances", RegionId="cn-hangzhou", ImageId="m-2", InstanceType="ecs.g7.large") == \
        (404, "InvalidImageId.NotFound")


# ---- accounts and keys


def two_accounts():
    return {"cleat_fleet": 1, "accounts": [
        {"id": "1000000000000001", "name": "one", "instances": [{"id": "i-1"}], "disks": [{"id": "d-1"}],
         "access_keys": [{"id": "key-1", "secret": "secret-1"}]},
        {"id": "1000000000000002", "name": "two", "instances": [{"id": "i-2"}], "disks": [{"id": "d-2"}],
         "access_keys": [{"id": "key-2", "secret": "secret-2"}, {"id": "off", "secret": "off", "state": "disabled"}]}]}


def test_accounts_see_their_own_and_are_replaced_one_by_one(server):
    load_fleet(server, two_accounts())
    one, two = Cloud(server, "key-1", "secret-1"), Cloud(server, "key-2", "secret-2")
    assert one.disk("d-1") and not one.disk("d-2") and two.disk("d-2") and not two.disk("d-1")
    assert one.refused("DetachDisk", DiskId="d-2", InstanceId="i-2") == (404, "InvalidInstanceId.NotFound")
    assert Cloud(server, "off", "off").refused("DescribeRegions") == (400, "InvalidAccessKeyId.Inactive")
    load_fleet(server, fleet_of(id="1000000000000001", disks=[{"id": "d-3"}]))
    assert one.disk("d-3") and not one.disk("d-1") and two.disk("d-2")
    server.control("POST", FLEET + "/reset?account=1000000000000002")
    assert one.disk("d-3") and not two.disks()
    assert server.control("POST", FLEET + "/reset") == \
        {"accounts": 3, "instances": 0, "disks": 1, "snapshots": 0, "faults": 0}
    assert not one.disks()


@pytest.mark.parametrize("loads", [True, False], ids=["load", "reset"])
def test_answers_of_tokens_are_forgotten_with_what_they_name(server, loads):
    load_fleet(server, two_accounts())
    one, two = Cloud(server, "key-1", "secret-1"), Cloud(server, "key-2", "secret-2")
    given = {"RegionId": "cn-hangzhou", "ZoneId": "cn-hangzhou-b", "Size": 20, "DiskCategory": "cloud_essd", "ClientToken": "same"}
    gone, kept = one.CreateDisk(**given)["DiskId"], two.CreateDisk(**given)["DiskId"]
    if loads:
        load_fleet(server, fleet_of(id="1000000000000001"))
    else:
        server.control("POST", FLEET + "/reset?account=1000000000000001")
    new = one.CreateDisk(**given)["DiskId"]
    assert new != gone and one.disk(new)
    assert two.CreateDisk(**given)["DiskId"] == kept and two.disk(kept)


def test_keys_are_replaced_only_where_they_are_given(server):
    load_fleet(server, two_accounts())
    load_fleet(server, fleet_of(id="1000000000000001"))
    Cloud(server, "key-1", "secret-1").DescribeRegions()
    load_fleet(server, fleet_of(id="1000000000000001", access_keys=[{"id": "other", "secret": "new"}]))
    assert Cloud(server, "key-1", "secret-1").refused("DescribeRegions") == (404, "InvalidAccessKeyId.NotFound")
    Cloud(server, "other", "new").DescribeRegions()
    load_fleet(server, fleet_of(id="1000000000000001", access_keys=[{"id": "other", "state": "disabled"}]))
    assert Cloud(server, "other", "new").refused("DescribeRegions") == (400, "InvalidAccessKeyId.Inactive")


def test_secrets_are_written_only_on_demand(server, make_server):
    load_fleet(server, two_accounts())
    plain, full = dump_fleet(server), dump_fleet(server, "?secrets=true")
    assert "secret-1" not in plain and '"secret": "secret-1"' in full
    load_fleet(server, plain)  # keeps those it has
    assert dump_fleet(server, "?secrets=true") == full
    other = make_server()
    assert any("key-1 has no secret" in problem for problem in problems(other, plain))
    load_fleet(other, full)
    Cloud(other, "key-2", "secret-2").DescribeRegions()


def test_account_without_id_is_the_first_one(server):
    account = server.control("GET", "/_cleat/keys")["keys"][0]["account"]
    load_fleet(server, fleet_of(disks=[{"id": "d-1"}]))
    assert [each["id"] for each in json.loads(dump_fleet(server))["accounts"]] == [account]
    assert Cloud(server).disk("d-1")


def test_unknown_account(server):
    for method, path in (("GET", FLEET), ("POST", FLEET + "/reset")):
        assert server.control(method, path + "?account=1", status=404)["error"]["reason"] == "account-unknown"


# ---- while work is under way


def busy(make_server, **flags):
    server = make_server(clock="manual", pace="real", **flags)
    load_fleet(server, SAMPLE)
    cloud = Cloud(server)
    cloud.DetachDisk(DiskId="d-diskid1", InstanceId="i-instanceid1")
    return server, cloud


def test_work_under_way_is_named_and_nothing_changes(make_server):
    server, cloud = busy(make_server)
    for method, path in (("POST", FLEET), ("POST", FLEET + "/reset"), ("GET", FLEET), ("POST", FLEET + "?wait=true&timeout_ms=50")):
        body = {**SAMPLE} if method == "POST" and "reset" not in path else None
        error = server.control(method, path, body, status=409)["error"]
        assert error["reason"] == "jobs-in-flight"
        assert "(detach of d-diskid1 on i-instanceid1)" in error["message"]
    assert cloud.status("d-diskid1") == "Detaching"
    server.advance(60)
    assert cloud.status("d-diskid1") == "Available"
    load_fleet(server, SAMPLE)
    assert cloud.status("d-diskid1") == "In_use"


def test_work_of_another_account_is_no_concern(make_server):
    server, _ = busy(make_server)
    load_fleet(server, two_accounts())
    server.control("GET", FLEET + "?account=1000000000000001")


def test_wait_until_work_has_ended(make_server):
    server = make_server(pace="quick")
    load_fleet(server, SAMPLE)
    Cloud(server).DetachDisk(DiskId="d-diskid1", InstanceId="i-instanceid1")
    assert json.loads(dump_fleet(server, "?wait=true"))["accounts"][0]["disks"]
    assert Cloud(server).status("d-diskid1") == "Available"
    Cloud(server).AttachDisk(DiskId="d-diskid1", InstanceId="i-instanceid1")
    load_fleet(server, SAMPLE, query="?wait=true")
    assert Cloud(server).status("d-diskid1") == "In_use"


def test_calls_and_loads_at_a_time(make_server):
    """Loads come between the calls of others, whose answers are right before and after."""
    server = make_server(pace="instant")
    load_fleet(server, SAMPLE)
    stop, answers, errors = threading.Event(), collections.Counter(), []

    def call():
        cloud = Cloud(server)
        try:
            while not stop.is_set():
                reply = cloud.raw("DetachDisk", {"DiskId": "d-diskid1", "InstanceId": "i-instanceid1"})
                answers[reply.status if reply.status == 200 else reply.fault[1]] += 1
        except Exception as error:  # seen below
            errors.append(error)

    threads = [threading.Thread(target=call) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(30):
        load_fleet(server, SAMPLE, query="?wait=true")
    stop.set()
    for thread in threads:
        thread.join()
    assert not errors and answers[200] > 0
    assert set(answers) <= {200, "InvalidDisk.AlreadyDetached", "InvalidOperation.DiskDetachingFromThisEcs"}
    load_fleet(server, SAMPLE)
    Cloud(server).DetachDisk(DiskId="d-diskid1", InstanceId="i-instanceid1")
    assert Cloud(server).status("d-diskid1") == "Available"


# ---- refused


WRONG = [
    ("", "this is no JSON"),
    ("{", "this is no JSON: "),
    ('{"cleat_fleet": 1,\n "accounts": [,]}', "line 2, column"),
    ('{"cleat_fleet": 1, "cleat_fleet": 1}', "duplicate object key"),
    ("[]", "line 1: this must be an object: {...}"),
    ("{}", 'line 1: "cleat_fleet" is missing'),
    ('{"cleat_fleet":\n2}', "line 1: cleat_fleet: 2 is not 1, the only one there is"),
    ('{"cleat_fleet": 1,\n"acounts": []}', 'line 2: acounts: there is no such member; did you mean "accounts"?'),
    ('{"cleat_fleet": 1,\n"accounts": {}}', "line 2: accounts: this must be a list"),
    ('{"cleat_fleet": 1,\n"accounts":\n[\n3]}', "line 4: accounts[0]: this must be an object: {...}"),
    ('{"cleat_fleet": 1, "accounts": [[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}',
     "this must be an object"),
    ('{"cleat_fleet": 1, "accounts": [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}', "nested deeper than 16"),
]


@pytest.mark.parametrize("text, says", WRONG)
def test_files_that_cannot_be_read(server, text, says):
    assert says in "\n".join(problems(server, text))


# What is wrong with an account that is given on the lines from 2 on, and what is said of it.
MISTAKES = [
    ({"id": "no/id"}, ["id: an account's id is 1 to 32 letters"]),
    ({"id": 5}, ["id: this must be a text"]),
    ({"realm": "mars"}, ['realm: "mars" is not "aliyun"']),
    ({"disk_white_list": "true"}, ["disk_white_list: this must be true or false"]),
    ({"created_at": "yesterday"}, ["created_at: this must be a time in UTC"]),
    ({"access_keys": [{"id": "a"}]}, ["access_keys[0]: the access key a has no secret"]),
    ({"access_keys": [{"id": "a", "secret": "b", "state": "on"}]}, ['access_keys[0].state: "on" is not "active" or "disabled"']),
    ({"access_keys": [{"id": "a", "secret": "b"}, {"id": "a", "secret": "b"}]}, ['access_keys[1].id: "a" is there twice']),
    ({"access_keys": [{"id": "é" * 65, "secret": "b"}]}, ["access_keys[0]: id and secret of an access key have at most 128 bytes"]),
    ({"instances": [{"region": "mars"}]}, ['instances[0].region: there is no region "mars"']),
    ({"instances": [{"zone": "mars-a"}]}, ['instances[0].zone: there is no zone "mars-a"']),
    ({"instances": [{"region": "cn-beijing", "zone": "cn-hangzhou-b"}]},
     ['instances[0].zone: the region cn-beijing has no zone "cn-hangzhou-b"']),
    ({"instances": [{"type": "ecs.none"}]}, ['instances[0].type: there is no instance type "ecs.none"']),
    ({"instances": [{"image": "none"}]}, ['instances[0].image: there is no image "none"']),
    ({"instances": [{"state": "pending"}]}, ['instances[0].state: "pending" is not "running" or "stopped"']),
    ({"instances": [{"locks": ["rust"]}]}, ['instances[0].locks: "rust" is not "financial", "recycling" or "security"']),
    ({"instances": [{"locks": "security"}]}, ["instances[0].locks: this must be a list"]),
    ({"instances": [{"security_groups": ["a,b"]}]}, ["instances[0].security_groups: this must be a list of texts without"]),
    ({"instances": [{"tags": ["a"]}]}, ["instances[0].tags: this must be an object"]),
    ({"instances": [{"tags": {"a": 1}}]}, ['instances[0].tags: the tag "a" must be a text']),
    ({"instances": [{"tags": {str(n): "" for n in range(21)}}]}, ["instances[0].tags: there may be at most 20 tags"]),
    ({"instances": [{"id": "i/1"}]}, ["instances[0].id: an id is 1 to 64"]),
    ({"instances": [{"id": "i" * 65}]}, ["instances[0].id: an id is 1 to 64"]),
    ({"instances": [{"id": "i-1"}, {"id": "i-1"}]}, ['instances[1].id: "i-1" is there twice']),
    ({"instances": [{"guest": {"os": "plan9"}}]}, ['instances[0].guest.os: "plan9" is not "linux" or "windows"']),
    ({"instances": [{"name": "x" * 1025}]}, ["instances[0].name: this text has more than 1024 characters"]),
    ({"instances": [{"internet_max_bandwidth_in": -1}]}, ["instances[0].internet_max_bandwidth_in: -1 is not from 0 to"]),
    ({"disks": [{"category": "floppy"}]}, ['disks[0].category: there is no disk category "floppy"']),
    ({"disks": [{"size_gib": 1}]}, ["disks[0].size_gib: a data disk of the category cloud_essd and level PL1 has 20 to 65536 GiB, not 1"]),
    ({"disks": [{"size_gib": 1.5}]}, ["disks[0].size_gib: this must be a whole number"]),
    ({"disks": [{"type": "system", "size_gib": 3000}]}, ["disks[0].size_gib: a system disk"]),
    ({"disks": [{"type": "system", "category": "elastic_ephemeral_disk_standard"}]},
     ["disks[0].category: a disk of the category elastic_ephemeral_disk_standard cannot be a system disk"]),
    ({"disks": [{"performance_level": "PL9"}]}, ['disks[0].performance_level: there is no performance level "PL9"']),
    ({"disks": [{"category": "cloud_ssd", "performance_level": "PL1"}]},
     ["disks[0].performance_level: the category cloud_ssd has no performance levels"]),
    ({"disks": [{"category": "cloud_ssd", "multi_attach": True}]}, ["disks[0].multi_attach: a data disk of the category cloud_ssd"]),
    ({"disks": [{"id": "d-1"}, {"id": "d-1"}]}, ['disks[1].id: "d-1" is there twice']),
    ({"instances": [{"id": "x-1"}], "disks": [{"id": "x-1"}], "snapshots": [{"id": "x-1", "disk": "d-gone"}]},
     ['disks[0].id: "x-1" is the id of a thing of another kind: the account\'s instance',
      'snapshots[0].id: "x-1" is the id of a thing of another kind: the account\'s instance']),
    ({"disks": [{"id": "x-1"}], "snapshots": [{"id": "x-1", "disk": "x-1"}]},
     ['snapshots[0].id: "x-1" is the id of a thing of another kind: the account\'s disk']),
    ({"disks": [{"id": "d.1"}]}, ["disks[0].id: an id is 1 to 64"]),
    ({"disks": [{"attachments": [{}]}]}, ['disks[0].attachments[0]: "instance" is missing']),
    ({"disks": [{"attachments": [{"instance": "i-1"}]}]},
     ['disks[0].attachments[0].instance: the account has no instance "i-1" in this file']),
    ({"instances": [{"id": "i-1"}], "disks": [{"zone": "cn-hangzhou-h", "attachments": [{"instance": "i-1"}]}]},
     ["disks[0].attachments[0].instance: the instance i-1 is in the zone cn-hangzhou-b, but the disk is in cn-hangzhou-h"]),
    ({"instances": [{"id": "i-1"}], "disks": [{"attachments": [{"instance": "i-1", "device": "sdb"}]}]},
     ['disks[0].attachments[0].device: "sdb" is no device name for a data disk; one is "/dev/xvdb"']),
    ({"instances": [{"id": "i-1"}], "disks": [{"attachments": [{"instance": "i-1", "device": "/dev/xvdb"}]},
                                              {"attachments": [{"instance": "i-1", "device": "/dev/vdb"}]}]},
     ["disks[1].attachments[0].device: /dev/xvdb is taken on i-1 by another disk"]),
    ({"instances": [{"id": "i-1"}], "disks": [{"type": "system", "attachments": [{"instance": "i-1"}]},
                                              {"type": "system", "attachments": [{"instance": "i-1"}]}]},
     ["disks[1].attachments[0]: the instance i-1 has a system disk already"]),
    ({"instances": [{"id": "i-1"}, {"id": "i-2"}],
      "disks": [{"id": "d-1", "attachments": [{"instance": "i-1"}, {"instance": "i-2"}]}]},
     ["disks[0].attachments[1]: the disk d-1 is attached to i-1 already, and is not multi-attach"]),
    ({"instances": [{"id": "i-1"}],
      "disks": [{"multi_attach": True, "attachments": [{"instance": "i-1"}, {"instance": "i-1"}]}]},
     ["disks[0].attachments[1].instance: the disk is attached to i-1 twice"]),
    ({"instances": [{"id": "i-1", "type": "ecs.g6.large"}], "disks": [{"multi_attach": True, "attachments": [{"instance": "i-1"}]}]},
     ["disks[0].attachments[0].instance: the type ecs.g6.large of the instance takes no multi-attach disks"]),
    ({"instances": [{"id": "i-1", "type": "ecs.s1.small"}], "disks": [{"attachments": [{"instance": "i-1"}]}] * 5},
     ["disks[4].attachments[0].instance: the instance i-1 has 4 data disks already, all that its type ecs.s1.small takes"]),
    ({"instances": [{"id": "i-1"}, {"id": "i-2"}], "disks": [{"multi_attach": True, "attachments": [
        {"instance": "i-1", "generation": 2}, {"instance": "i-2", "generation": 2}]}]},
     ["disks[0].attachments[1].generation: the disk has another attachment of generation 2"]),
    ({"disks": [{"generation": 10**15 + 1}]}, ["disks[0].generation: 1000000000000001 is not from 0 to 1000000000000000"]),
    ({"instances": [{"id": "i-1"}], "disks": [{"attachments": [{"instance": "i-1", "generation": 2**63 - 2}]}]},
     ["disks[0].attachments[0].generation: 9223372036854775806 is not from 1 to 1000000000000000"]),
    ({"instances": [{"id": "i-1", "auto_release_at": "2020-01-01T00:00:00Z"}]},
     ["instances[0].auto_release_at: this time is past"]),
    ({"instances": [{"id": "i-1", "never_started": True}]}, ["instances[0].never_started: a running instance was started"]),
    ({"instances": [{"id": "i-1", "state": "stopped", "never_started": True, "started_at": "2020-01-01T00:00:00Z"}]},
     ['instances[0].never_started: it has a "started_at"']),
    ({"disks": [{"size_gib": "x"}, {"name": 1}, {"sise": 1}]},
     ["disks[0].size_gib: this must be a whole number", "disks[1].name: this must be a text",
      "disks[2].sise: there is no such member"]),
]


@pytest.mark.parametrize("account, says", MISTAKES, ids=lambda value: value[0] if isinstance(value, list) else "")
def test_mistakes(shared_server, account, says):
    found = problems(shared_server, fleet_of(**account))
    assert len(found) == len(says), found
    for line, expected in zip(found, says):
        assert line.startswith(f"line 1: accounts[0].{expected}"), found


def test_ids_of_networks_are_no_ids_of_instances(server):
    """Those of another account: its own networks go with what a load replaces."""
    cloud = Cloud(server)
    account = call(cloud, STS, "GetCallerIdentity")["AccountId"]
    made = zip(("VPC", "VSwitch", "security group"), make_network(cloud))
    for kind, id in made:
        (problem,) = problems(server, fleet_of(id="1000000000000009", name="other", instances=[{"id": id}]))
        assert problem.endswith(f"instances[0].id: the {kind} {id} is that of the account {account}")


def test_lines_of_the_first_ten_problems(shared_server):
    text = '{"cleat_fleet": 1,\n "accounts": [{\n  "disks": [\n' + ",\n".join(["   {}", '   {"size_gib":\n 1}'] * 12) + "\n]}]}"
    found = problems(shared_server, text)
    assert len(found) == 11 and found[10] == "... and 2 more"
    assert [line.split(":")[0] for line in found[:10]] == [f"line {5 + 3 * n}" for n in range(10)]


def test_wrong_file_changes_nothing(server):
    load_fleet(server, two_accounts())
    before = dump_fleet(server, "?secrets=true")
    fleet = two_accounts()
    fleet["accounts"][1]["disks"] = [{"id": "d-9"}, {"id": "d-9"}]
    fleet["catalogue"] = {"images": [{"id": "m-1"}]}
    problems(server, fleet)
    assert dump_fleet(server, "?secrets=true") == before


def test_ids_of_other_accounts_are_refused(server):
    load_fleet(server, two_accounts())
    (problem,) = problems(server, fleet_of(id="1000000000000003", disks=[{"id": "d-1"}]))
    assert problem.endswith("disks[0].id: the disk d-1 is that of the account 1000000000000001")
    (problem,) = problems(server, fleet_of(id="1000000000000003", instances=[{"id": "i-2"}]))
    assert problem.endswith("instances[0].id: the instance i-2 is that of the account 1000000000000002")
    (problem,) = problems(server, fleet_of(id="1000000000000003", access_keys=[{"id": "key-1", "secret": "x"}]))
    assert problem.endswith("access_keys[0].id: the access key key-1 is that of the account 1000000000000001")
    (problem,) = problems(server, {"cleat_fleet": 1, "accounts": [{"id": "7"}, {"id": "7"}]})
    assert "accounts[1].id: this is the account 7, as is accounts[0]" in problem
    fleet = {"cleat_fleet": 1, "catalogue": {"images": [{"id": "m"}, {"id": "m"}], "instance_types": [{"id": "t"}, {"id": "t"}]}}
    assert [line.split(": ", 1)[1] for line in problems(server, fleet)] == \
        ['catalogue.instance_types[1].id: "t" is there twice', 'catalogue.images[1].id: "m" is there twice']


# ---- limits


def test_long_file_is_for_those_who_may_load_it(make_server):
    server = make_server(max_body=4096, max_fleet_bytes=200000)
    fleet = json.dumps(fleet_of(instances=[{"id": f"i-{n}"} for n in range(1000)]))
    assert load_fleet(server, fleet)["instances"] == 1000
    status, _, _ = server.http("POST", FLEET, fleet, {"Authorization": "Bearer wrong"})
    assert status == 413
    status, _, _ = server.http("POST", "/_cleat/keys", fleet, {"Authorization": f"Bearer {server.token}"})
    assert status == 413
    assert load_fleet(server, fleet + " " * 200000, 413)["error"]["reason"] == "body-too-large"


def test_fleet_that_could_not_be_loaded_again_is_not_given_out(make_server):
    server = make_server(max_fleet_bytes=4096)
    load_fleet(server, fleet_of(disks=[{"id": f"d-{n}"} for n in range(5)]))
    text = dump_fleet(server)
    assert len(text) < 4096
    load_fleet(server, text)
    load_fleet(server, fleet_of(disks=[{"id": f"d-{n}"} for n in range(50)]))
    error = server.control("GET", FLEET, status=413)["error"]
    assert error["reason"] == "fleet-too-long" and "--max-fleet-bytes" in error["message"]


def test_many_of_a_section(server):
    load_fleet(server, fleet_of(access_keys=[{"id": f"k-{n}", "secret": "s"} for n in range(1000)]))
    (problem,) = problems(server, fleet_of(access_keys=[{"id": f"k-{n}", "secret": "s"} for n in range(1001)]))
    assert problem.endswith("access_keys: there may be at most 1000 of them")
    (problem,) = problems(server, {"cleat_fleet": 1, "accounts": [{"id": str(n)} for n in range(1001)]})
    assert problem.endswith("accounts: there may be at most 1000 of them")


# ---- single conditions


def test_conditions_come_and_go(server):
    load_fleet(server, fleet_of(id="1000000000000001", access_keys=[{"id": "own", "secret": "own"}], **SAMPLE["accounts"][0]))
    cloud, names = Cloud(server, "own", "own"), {"DiskId": "d-diskid1", "InstanceId": "i-instanceid1"}
    for id, on, off, code in [
            ("1000000000000001", {"disk_white_list": False}, {"disk_white_list": True}, (403, "UserNotInTheWhiteList")),
            ("d-diskid1", {"base_image_lost": True}, {"base_image_lost": False}, (404, "InvalidDiskId.OperationNotSupported")),
            ("d-diskid1", {"overdue": True}, {"overdue": False}, (403, "IncorrectDiskStatus")),
            ("d-diskid1", {"portable": False}, {"portable": True}, (403, "DiskNotPortable")),
            ("i-instanceid1", {"locks": ["security", "financial"]}, {"locks": []}, (403, "InstanceLockedForSecurity"))]:
        assert fleet_set(server, id, **on)["id"] == id
        assert cloud.refused("DetachDisk", **names) == code
        fleet_set(server, id, **off)
    assert fleet_set(server, "i-instanceid1", deletion_protection=True) == {"kind": "instance", "id": "i-instanceid1"}
    assert cloud.refused("DeleteInstance", InstanceId="i-instanceid1", Force=True)[0] == 403
    cloud.DetachDisk(**names)
    assert cloud.status("d-diskid1") == "Available"


def test_condition_comes_while_work_is_under_way(make_server):
    server, cloud = busy(make_server)
    fleet_set(server, "i-instanceid1", locks=["security"])
    fleet_set(server, "d-diskid1", overdue=True)
    server.advance(60)
    assert cloud.status("d-diskid1") == "Available"
    assert cloud.refused("AttachDisk", DiskId="d-diskid1", InstanceId="i-instanceid1")[0] == 403


@pytest.mark.parametrize("body, says", [
    ({"id": "d-diskid1", "set": {"size_gib": 5}}, "set.size_gib: this cannot be changed by itself; of a disk can be: portable,"),
    ({"id": "i-instanceid1", "set": {"x": 5}}, "set.x: this cannot be changed by itself; of an instance can be: deletion_prot"),
    ({"id": "d-diskid1", "set": {"overdue": "yes"}}, "set.overdue: this must be true or false"),
    ({"id": "i-instanceid1", "set": {"locks": ["rust"]}}, 'set.locks: "rust" is not "financial"'),
    ({"id": "d-diskid1", "set": []}, 'this must be {"id": "...", "set": {...}}'),
    ({"set": {}}, "this must be {"), ({"id": 1, "set": {}}, "this must be {"), ({"id": "x", "set": {}, "y": 1}, "this must be {"),
    ([], "this must be {"),
])
def test_conditions_that_are_refused(server, body, says):
    load_fleet(server, SAMPLE)
    error = server.control("POST", FLEET + "/set", body, status=400)["error"]
    assert error["reason"] == "fleet-wrong" and error["message"].startswith(says), error


def test_conditions_of_what_is_not_there(server):
    assert fleet_set(server, "d-nothing", 404, overdue=True)["error"]["reason"] == "unknown-id"


def test_events_of_what_was_replaced_are_gone(server):
    fleet = fleet_of(safe_detach=True, instances=[{"id": "i-1"}],
                     disks=[{"id": "d-1", "attachments": [{"instance": "i-1", "guest": {"mounted": "/data"}}]}])

    def events():
        return cloud.DescribeInstanceHistoryEvents(RegionId="cn-hangzhou")["InstanceSystemEventSet"]["InstanceSystemEventType"]

    load_fleet(server, fleet)
    cloud = Cloud(server)
    cloud.DetachDisk(DiskId="d-1", InstanceId="i-1")
    assert len(events()) == 1
    load_fleet(server, fleet)
    assert events() == []
