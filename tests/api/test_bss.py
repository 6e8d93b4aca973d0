"""BssOpenApi: the question Terraform's provider asks at its start."""

import pytest
from alibabacloud_bssopenapi20171214 import models
from alibabacloud_bssopenapi20171214.client import Client
from alibabacloud_tea_openapi.models import Config

import signing
from cloud import REGION, UUID, Cloud, edit_store, leaves_of_json, leaves_of_xml
from products import BSS, ask, call, refused

PAID = {"InstanceChargeType": "PrePaid", "Period": 2, "PeriodUnit": "Month"}


@pytest.fixture(scope="module")
def paid(make_module_server):
    """A cloud with two instances that are paid for in advance (with a data disk each) and one that is not."""
    cloud = Cloud(make_module_server(clock="manual", pace="real"))
    cloud.owned = []
    for _ in range(2):
        cloud.owned.append(cloud.make_instance(**PAID, **{"DataDisk.1.Size": 20}))
        cloud.server.advance(60)
    cloud.other = cloud.make_instance()
    cloud.disks = [disk for instance in reversed(cloud.owned) for disk in cloud.disks(InstanceId=instance)]
    return cloud


def query(cloud, **parameters):
    return call(cloud, BSS, "QueryAvailableInstances", **parameters)["Data"]


def ids(cloud, **parameters):
    return [found["InstanceID"] for found in query(cloud, **parameters)["InstanceList"]]


def test_empty_account(own_cloud):
    reply = call(own_cloud(), BSS, "QueryAvailableInstances", PageNum=1, PageSize=20)
    assert UUID.fullmatch(reply.pop("RequestId"))
    assert reply == {"Code": "Success", "Message": "Successful!", "Success": True,
                     "Data": {"PageNum": 1, "PageSize": 20, "TotalCount": 0, "InstanceList": []}}


def test_what_is_paid_in_advance(paid):
    data = query(paid)
    assert (data["PageNum"], data["PageSize"], data["TotalCount"]) == (1, 20, 6)
    instance = paid.instance(paid.owned[1])
    first = data["InstanceList"][0]
    assert first.pop("OwnerId") > 0
    assert first.pop("EndTime").startswith(instance["ExpiredTime"][:-1])
    assert first == {"ProductCode": "ecs", "ProductType": "ecs", "SubscriptionType": "Subscription",
                     "InstanceID": paid.owned[1], "Region": REGION, "CreateTime": first["CreateTime"], "Status": "Normal",
                     "SubStatus": "Normal", "RenewStatus": "ManualRenewal"}
    assert first["CreateTime"].startswith(instance["CreationTime"][:-1])
    assert ids(paid)[:2] == paid.owned[::-1]
    assert sorted(ids(paid)[2:]) == sorted(disk["DiskId"] for disk in paid.disks)
    assert all(disk["DiskChargeType"] == "PrePaid" for disk in paid.disks)


def test_filters(paid):
    assert ids(paid, ProductCode="ecs", SubscriptionType="Subscription") == paid.owned[::-1]
    assert len(ids(paid, ProductCode="yundisk")) == 4
    assert ids(paid, ProductCode="rds") == [] == ids(paid, SubscriptionType="PayAsYouGo")
    assert ids(paid, InstanceIDs=f"{paid.owned[0]},{paid.other},i-nothing") == [paid.owned[0]]
    assert len(ids(paid, Region=REGION, RenewStatus="ManualRenewal")) == 6
    assert ids(paid, Region="cn-beijing") == [] == ids(paid, RenewStatus="AutoRenewal")
    middle = query(paid)["InstanceList"][0]["CreateTime"]
    assert ids(paid, ProductCode="ecs", CreateTimeStart=middle) == [paid.owned[1]]
    assert len(ids(paid, ProductCode="ecs", CreateTimeEnd=middle)) == 2


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7])
def test_pages_go_on_from_instances_to_disks(paid, size):
    found = []
    for page in range(1, 9):
        data = query(paid, PageNum=page, PageSize=size)
        assert (data["PageNum"], data["PageSize"], data["TotalCount"]) == (page, size, 6)
        found += [one["InstanceID"] for one in data["InstanceList"]]
        assert len(data["InstanceList"]) == max(0, min(size, 6 - (page - 1) * size))
    assert found == ids(paid)


@pytest.mark.parametrize("parameters, code", [
    ({"PageNum": 0}, "PageNum"), ({"PageSize": 301}, "PageSize"), ({"PageSize": 0}, "PageSize"),
    ({"SubscriptionType": "Gift"}, "SubscriptionType"), ({"RenewStatus": "x"}, "RenewStatus"),
    ({"CreateTimeStart": "yesterday"}, "CreateTimeStart"), ({"InstanceIDs": ",".join(101 * ["i"])}, "InstanceIDs"),
    ({"InstanceIDs": 4001 * "i"}, "InstanceIDs")])
def test_what_is_refused(paid, parameters, code):
    assert refused(paid, BSS, "QueryAvailableInstances", parameters) == \
        (400, "InvalidParameter", f"The specified value of parameter {code} is not valid.")


def test_a_hundred_ids_are_allowed(paid):
    assert ids(paid, InstanceIDs=",".join([*(99 * ["i-nothing"]), paid.owned[0]])) == [paid.owned[0]]


def test_no_account_sees_what_belongs_to_another(own_cloud):
    cloud = own_cloud(durable=True)
    cloud.make_instance(**PAID)
    edit_store(cloud.server,
               ("INSERT INTO account (id, realm, name, disk_white_list, safe_detach, created_at) VALUES ('1000000000000001', 'aliyun', 'other', 1, 0, 9999999999999)", []),
               ("INSERT INTO access_key (id, account, secret, description, state, created_at)"
                " VALUES ('other', '1000000000000001', 'other-secret', '', 'active', 0)", []))
    assert len(ids(cloud)) == 2
    assert ids(Cloud(cloud.server, "other", "other-secret")) == []


def test_both_formats_tell_the_same(paid):
    in_json = leaves_of_json(ask(paid, BSS, "QueryAvailableInstances").json)
    in_xml = leaves_of_xml(ask(paid, BSS, "QueryAvailableInstances", xml=True).xml)
    assert [value for _, value in in_json[1:]] == [value for _, value in in_xml[1:]]


def test_official_client(paid):
    client = Client(Config(access_key_id=signing.KEY_ID, access_key_secret=signing.SECRET, protocol="http",
                           endpoint=paid.server.endpoint, region_id=REGION))
    body = client.query_available_instances(models.QueryAvailableInstancesRequest(product_code="ecs")).body
    assert (body.code, body.success, body.data.total_count) == ("Success", True, 2)
    assert [found.instance_id for found in body.data.instance_list] == paid.owned[::-1]
