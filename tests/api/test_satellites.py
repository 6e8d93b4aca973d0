"""What clients read of an instance beside DescribeInstances: network cards, user data, roles, maintenance, pools, renewal."""

import json
import re

import pytest

from cloud import REGION, TIME_SECONDS, ZONE, Cloud
from network import make_network

HERE = {"RegionId": REGION}
LISTS = {
    "DescribeNetworkInterfaces": ("NetworkInterfaceSets", "NetworkInterfaceSet"),
    "DescribeInstanceRamRole": ("InstanceRamRoleSets", "InstanceRamRoleSet"),
    "DescribeInstanceMaintenanceAttributes": ("MaintenanceAttributes", "MaintenanceAttribute"),
    "DescribeInstanceAttachmentAttributes": ("Instances", "Instance"),
    "DescribeInstanceAutoRenewAttribute": ("InstanceRenewAttributes", "InstanceRenewAttribute"),
}


@pytest.fixture(scope="module")
def fleet(make_module_server):
    cloud = Cloud(make_module_server())
    cloud.net = make_network(cloud)
    cloud.one = cloud.make_instance(VSwitchId=cloud.net[1], SecurityGroupId=cloud.net[2], UserData="ZWNobyBoaQ==",
                                    ResourceGroupId="rg-1")
    cloud.two = cloud.make_instance()
    cloud.paid = cloud.make_instance(InstanceChargeType="PrePaid")
    return cloud


def listed(cloud, action, **given):
    wrapper, item = LISTS[action]
    return getattr(cloud, action)(**HERE, **given)[wrapper][item]


def test_what_a_card_shows(fleet):
    (card,) = fleet.instance(fleet.one)["NetworkInterfaces"]["NetworkInterface"]
    (address,) = fleet.instance(fleet.one)["VpcAttributes"]["PrivateIpAddress"]["IpAddress"]
    assert card["NetworkInterfaceId"] == "eni-" + fleet.one[2:] and card["Type"] == "Primary"
    assert re.fullmatch(r"00:16:3e(:[0-9a-f]{2}){3}", card["MacAddress"])
    assert card["PrimaryIpAddress"] == address
    (found,) = listed(fleet, "DescribeNetworkInterfaces", **{"NetworkInterfaceId.1": card["NetworkInterfaceId"]})
    assert found["MacAddress"] == card["MacAddress"] and TIME_SECONDS.fullmatch(found["CreationTime"])
    expected = {"InstanceId": fleet.one, "Type": "Primary", "Status": "InUse", "PrivateIpAddress": address, "VpcId": fleet.net[0],
                "VSwitchId": fleet.net[1], "ZoneId": ZONE, "SecurityGroupIds": {"SecurityGroupId": [fleet.net[2]]},
                "PrivateIpSets": {"PrivateIpSet": [{"PrivateIpAddress": address, "PrivateDnsName": "", "Primary": True}]},
                "Attachment": {"InstanceId": fleet.one, "DeviceIndex": 0}, "Ipv6Sets": {"Ipv6Set": []}, "Tags": {"Tag": []}}
    assert {name: found[name] for name in expected} == expected


def test_filters_of_cards(fleet):
    names = {fleet.one: "one", fleet.two: "two", fleet.paid: "paid"}
    address = fleet.instance(fleet.one)["VpcAttributes"]["PrivateIpAddress"]["IpAddress"][0]
    cards = {name: "eni-" + id[2:] for id, name in names.items()}

    def found(**filters):
        return {names[card["InstanceId"]] for card in listed(fleet, "DescribeNetworkInterfaces", **filters)}

    everything = {"one", "two", "paid"}
    assert found() == everything == found(Type="Primary") == found(Status="InUse") == found(ServiceManaged=False)
    for nothing in ({"Type": "Secondary"}, {"Status": "Available"}, {"ServiceManaged": True}, {"NetworkInterfaceName": "x"},
                    {"Ipv6Address.1": "2001:db8::1"}, {"Tag.1.Key": "a"}, {"NetworkInterfaceId.1": "eni-nothing"},
                    {"NetworkInterfaceId.1": "x"}, {"InstanceId": "i-nothing"},
                    {"InstanceId": fleet.two, "NetworkInterfaceId.1": cards["one"]}):
        assert found(**nothing) == set(), nothing
    for only_one in ({"InstanceId": fleet.one}, {"VSwitchId": fleet.net[1]}, {"VpcId": fleet.net[0]}, {"SecurityGroupId": fleet.net[2]},
                     {"PrimaryIpAddress": address}, {"PrivateIpAddress.1": address}, {"ResourceGroupId": "rg-1"},
                     {"InstanceId": fleet.one, "NetworkInterfaceId.1": cards["one"]}):
        assert found(**only_one) == {"one"}, only_one
    assert found(**{"NetworkInterfaceId.1": cards["one"], "NetworkInterfaceId.2": cards["paid"]}) == {"one", "paid"}
    assert fleet.DescribeNetworkInterfaces(**HERE, PageSize=2)["TotalCount"] == 3


def test_cards_by_token(own_cloud):
    cloud = own_cloud()
    instances = cloud.make_instances(Amount=11)
    first = cloud.DescribeNetworkInterfaces(**HERE, MaxResults=1)
    second = cloud.DescribeNetworkInterfaces(**HERE, MaxResults=1, NextToken=first["NextToken"])
    pages = [[card["InstanceId"] for card in page["NetworkInterfaceSets"]["NetworkInterfaceSet"]] for page in (first, second)]
    assert [len(page) for page in pages] == [10, 1] and "NextToken" not in second
    assert sorted(sum(pages, [])) == sorted(instances)


def test_user_data(fleet):
    assert fleet.DescribeUserData(**HERE, InstanceId=fleet.one)["UserData"] == "ZWNobyBoaQ=="
    assert fleet.DescribeUserData(**HERE, InstanceId=fleet.two)["UserData"] == ""
    assert fleet.refused("DescribeUserData", **HERE, InstanceId="i-nothing") == (404, "InvalidInstanceId.NotFound")
    assert fleet.refused("DescribeUserData", **HERE, InstanceId="") == (400, "InvalidParameter")
    assert fleet.refused("DescribeUserData", RegionId="mars", InstanceId=fleet.one) == (404, "InvalidRegionId.NotFound")


def test_attributes_by_instance(fleet):
    ids = json.dumps([fleet.one, "i-nothing"])
    assert listed(fleet, "DescribeInstanceRamRole", InstanceIds=ids) == [{"InstanceId": fleet.one, "RamRoleName": ""}]
    assert listed(fleet, "DescribeInstanceRamRole", RamRoleName="x") == []
    assert listed(fleet, "DescribeInstanceAttachmentAttributes", InstanceIds=ids) == [
        {"InstanceId": fleet.one, "PrivatePoolOptionsId": "", "PrivatePoolOptionsMatchCriteria": "None"}]
    assert listed(fleet, "DescribeInstanceMaintenanceAttributes", **{"InstanceId.1": fleet.one}) == [
        {"InstanceId": fleet.one, "NotifyOnMaintenance": False, "MaintenanceWindows": {"MaintenanceWindow": []},
         "ActionOnMaintenance": {"Value": "AutoRecover", "DefaultValue": "AutoRecover",
                                 "SupportedValues": {"SupportedValue": ["Stop", "AutoRecover", "AutoRedeploy"]}}}]
    assert listed(fleet, "DescribeInstanceAutoRenewAttribute", InstanceId=fleet.paid) == [
        {"InstanceId": fleet.paid, "RenewalStatus": "Normal", "PeriodUnit": "", "Duration": 0, "AutoRenewEnabled": False}]
    assert len(listed(fleet, "DescribeInstanceAutoRenewAttribute", RenewalStatus="Normal")) == 1
    assert listed(fleet, "DescribeInstanceAutoRenewAttribute", RenewalStatus="AutoRenewal") == []
    assert listed(fleet, "DescribeInstanceAutoRenewAttribute", RenewalStatus="AutoRenewal", InstanceId=fleet.paid) == []


def test_pages_of_attributes(fleet):
    for action, more in (("DescribeInstanceRamRole", {}), ("DescribeInstanceMaintenanceAttributes", {}),
                         ("DescribeInstanceAttachmentAttributes", {"InstanceIds": json.dumps([fleet.one, fleet.two, fleet.paid])})):
        seen = [listed(fleet, action, PageSize=1, PageNumber=number, **more) for number in (1, 2, 3, 4)]
        assert [len(page) for page in seen] == [1, 1, 1, 0]
        assert {page[0]["InstanceId"] for page in seen[:3]} == {fleet.one, fleet.two, fleet.paid}
        assert getattr(fleet, action)(**HERE, PageSize=1, **more)["TotalCount"] == 3


@pytest.mark.parametrize("action", [*LISTS, "DescribeAccountAttributes"])
def test_region_that_is_none(fleet, action):
    more = {"InstanceIds": "[]"} if action == "DescribeInstanceAttachmentAttributes" else {}
    assert fleet.refused(action, RegionId="mars", **more) == (404, "InvalidRegionId.NotFound")


def test_rows_of_lists(fleet):
    assert fleet.refused("DescribeInstanceAttachmentAttributes", **HERE, InstanceIds="") == (400, "InvalidParameter")
    action = "DescribeInstanceAutoRenewAttribute"
    assert fleet.refused(action, **HERE) == (403, "InvalidParameter.RenewalStatusInstanceId")
    assert fleet.refused(action, **HERE, RenewalStatus="Never") == (403, "InvalidParameter.RenewalStatus")
    assert fleet.refused(action, **HERE, InstanceId="i-nothing") == (403, "InvalidParameter.InvalidInstanceId")
    assert fleet.refused(action, **HERE, InstanceId=fleet.one) == (403, "ChargeTypeViolation")
    assert fleet.refused(action, **HERE, InstanceId=",".join(["i"] * 101)) == (403, "InvalidParameter.ToManyInstanceIds")


def test_account_attributes(fleet):
    items = fleet.DescribeAccountAttributes(**HERE)["AccountAttributeItems"]["AccountAttributeItem"]
    assert {item["AttributeName"]: item["AttributeValues"]["ValueItem"][0]["Value"] for item in items} == \
        {"instance-network-type": "vpc", "max-security-groups": "100"}
    names = {"AttributeName.1": "instance-network-type", "AttributeName.2": "max-axt-command-count"}
    items = fleet.DescribeAccountAttributes(**HERE, **names)["AccountAttributeItems"]["AccountAttributeItem"]
    assert [item["AttributeName"] for item in items] == ["instance-network-type"]


@pytest.mark.parametrize("action", ["DescribeNetworkInterfaces", "DescribeSecurityGroups"])
def test_tags_that_cannot_be_asked_for(fleet, action):
    assert fleet.refused(action, **HERE, **{"Tag.1.Key": "k" * 129}) == (400, "InvalidTagKey.Malformed")
    assert fleet.refused(action, **HERE, **{"Tag.1.Key": "k", "Tag.1.Value": "v" * 129}) == (400, "InvalidTagValue.Malformed")
