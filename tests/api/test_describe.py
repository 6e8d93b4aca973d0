"""DescribeDisks, DescribeInstances, DescribeRegions, DescribeZones: filters, pages, types and shapes."""

import json
import urllib.parse

import pytest

import cloud as clouds
import signing
from cloud import (IMAGE, OTHER_ACCOUNT, REGION, TIME_MINUTES, TIME_SECONDS, UUID, ZONE, Cloud, fleet_set,
                   leaves_of_json, leaves_of_xml, load_fleet)
from network import make_network

ELSEWHERE = {"RegionId": "cn-shanghai", "ZoneId": "cn-shanghai-b"}


@pytest.fixture(scope="module")
def fleet(make_module_server):
    """Disks and instances that differ in everything that can be asked for. Nobody changes them."""
    cloud = Cloud(make_module_server(clock="manual", pace="real"))
    vpc, vswitch, group = make_network(cloud, settle=lambda: cloud.server.advance(60))
    ids = {
        "the vpc": vpc, "the vswitch": vswitch, "the group": group,
        "plain": cloud.make_disk(DiskName="plain-one", Size=30, DiskCategory="cloud_ssd"),
        "elsewhere": cloud.make_disk(**ELSEWHERE),
        "other-zone": cloud.make_disk(ZoneId="cn-hangzhou-g"),
        "shared": cloud.make_disk(**clouds.MULTI),
        "secret": cloud.make_disk(Encrypted=True, KMSKeyId="key-1", ResourceGroupId="rg-1"),
        "tagged": cloud.make_disk(**{"Tag.1.Key": "color", "Tag.1.Value": "red", "Tag.2.Key": "size", "Tag.2.Value": ""}),
        "tagged-blue": cloud.make_disk(**{"Tag.1.key": "color", "Tag.1.value": "blue"}),
        "instance": cloud.make_instance(InstanceName="web-1", HostName="host", InstanceType="ecs.c7.xlarge",
                                        KeyPairName="pair", SecurityGroupId=group, VSwitchId=vswitch,
                                        PrivateIpAddress="10.0.0.9", ResourceGroupId="rg-1", Description="the first",
                                        **{"Tag.1.Key": "color", "Tag.1.Value": "red", "DataDisk.1.Size": 40,
                                           "DataDisk.1.DiskName": "of-instance"}),
        "prepaid": cloud.make_instance(InstanceChargeType="PrePaid", Period=2, InstanceName="db-1", ZoneId="cn-hangzhou-i",
                                       **{"DataDisk.1.Size": 50, "DataDisk.1.DiskName": "of-prepaid"}),
        "far": cloud.make_instance(**ELSEWHERE),
    }
    cloud.server.advance(60)
    ids["attached"], ids["leaving"], ids["coming"] = (cloud.make_disk() for _ in range(3))
    cloud.server.advance(60)
    cloud.AttachDisk(DiskId=ids["attached"], InstanceId=ids["instance"])
    cloud.AttachDisk(DiskId=ids["leaving"], InstanceId=ids["instance"])
    cloud.server.advance(60)
    cloud.DetachDisk(DiskId=ids["leaving"], InstanceId=ids["instance"])
    cloud.AttachDisk(DiskId=ids["coming"], InstanceId=ids["instance"])
    cloud.stop(ids["far"])
    for name in ("instance", "prepaid", "far"):
        ids[name + ".system"] = cloud.system_disk(ids[name])
    for name in ("of-instance", "of-prepaid"):
        ids[name] = cloud.disks(DiskName=name)[0]["DiskId"]
    fleet_set(cloud.server, ids["prepaid"], locks=["security", "financial"])
    ids["fresh"] = cloud.make_disk()
    ids["young"] = cloud.make_instance()
    ids["young.system"] = cloud.disks(Status="Creating", DiskType="system")[0]["DiskId"]
    cloud.names = {id: name for name, id in ids.items()}
    cloud.ids = ids
    return cloud


def found_disks(fleet, **filters):
    return {fleet.names[disk["DiskId"]] for disk in fleet.disks(**filters)}


def found_instances(fleet, **filters):
    return {fleet.names[instance["InstanceId"]] for instance in fleet.instances(**filters)}


ALL_DISKS = {"plain", "elsewhere", "other-zone", "shared", "secret", "tagged", "tagged-blue", "attached", "leaving", "coming",
             "fresh", "of-instance", "of-prepaid", "instance.system", "prepaid.system", "far.system", "young.system"}
WITH_INSTANCES = {"of-instance", "of-prepaid", "instance.system", "prepaid.system", "far.system", "young.system"}
ALL_INSTANCES = {"instance", "prepaid", "far", "young"}


# What is found, or (with "not") what is left out of all. The first of each filter matches some and not others.
@pytest.mark.parametrize("filters, expected", [
    ({}, ALL_DISKS),
    ({"RegionId": "cn-shanghai"}, {"elsewhere", "far.system"}),
    ({"RegionId": REGION}, ALL_DISKS - {"elsewhere", "far.system"}),
    ({"RegionId": "us-west-1"}, set()),
    ({"ZoneId": "cn-hangzhou-g"}, {"other-zone"}),
    ({"ZoneId": "cn-hangzhou-z"}, set()),
    ({"InstanceId": "instance"}, {"instance.system", "of-instance", "attached", "leaving"}),
    ({"InstanceId": "i-nothing"}, set()),
    ({"DiskType": "system"}, {"instance.system", "prepaid.system", "far.system", "young.system"}),
    ({"DiskType": "data", "InstanceId": "instance"}, {"of-instance", "attached", "leaving"}),
    ({"DiskType": "all"}, ALL_DISKS),
    ({"Category": "cloud_ssd"}, {"plain"}),
    ({"Category": "cloud_efficiency"}, WITH_INSTANCES),
    ({"Category": "all"}, ALL_DISKS),
    ({"Category": "cloud_nothing"}, set()),
    ({"Status": "In_use"}, {"attached", *WITH_INSTANCES} - {"young.system"}),
    ({"Status": "Available"}, {"plain", "elsewhere", "other-zone", "shared", "secret", "tagged", "tagged-blue"}),
    ({"Status": "Attaching"}, {"coming"}),
    ({"Status": "Detaching"}, {"leaving"}),
    ({"Status": "Creating"}, {"fresh", "young.system"}),
    ({"Status": "ReIniting"}, set()),
    ({"Status": "All"}, ALL_DISKS),
    ({"DiskName": "plain-one"}, {"plain"}),
    ({"DiskName": "plain*"}, {"plain"}),
    ({"DiskName": "of-*"}, {"of-instance", "of-prepaid"}),
    ({"DiskName": "*-one"}, {"plain"}),
    ({"DiskName": "lain"}, set()),
    ({"Portable": False}, {"of-prepaid"}),
    ({"Portable": True}, ALL_DISKS - {"of-prepaid"}),
    ({"DeleteWithInstance": True}, WITH_INSTANCES),
    ({"DeleteWithInstance": False}, ALL_DISKS - WITH_INSTANCES),
    ({"DeleteAutoSnapshot": True}, WITH_INSTANCES),
    ({"DeleteAutoSnapshot": False}, ALL_DISKS - WITH_INSTANCES),
    ({"EnableAutoSnapshot": True}, set()),
    ({"EnableAutoSnapshot": False}, ALL_DISKS),
    ({"EnableAutomatedSnapshotPolicy": True}, set()),
    ({"EnableAutomatedSnapshotPolicy": False}, ALL_DISKS),
    ({"AutoSnapshotPolicyId": "sp-1"}, set()),
    ({"SnapshotId": "s-1"}, set()),
    ({"LockReason": "financial"}, set()),
    ({"DiskChargeType": "PrePaid"}, {"of-prepaid", "prepaid.system"}),
    ({"DiskChargeType": "PostPaid"}, ALL_DISKS - {"of-prepaid", "prepaid.system"}),
    ({"MultiAttach": "Enabled"}, {"shared"}),
    ({"MultiAttach": "Disabled"}, ALL_DISKS - {"shared"}),
    ({"MultiAttach": "LegacyShared"}, set()),
    ({"EnableShared": True}, set()),
    ({"Encrypted": True}, {"secret"}),
    ({"Encrypted": False}, ALL_DISKS - {"secret"}),
    ({"KMSKeyId": "key-1"}, {"secret"}),
    ({"KMSKeyId": "key-2"}, set()),
    ({"ResourceGroupId": "rg-1"}, {"secret", "instance.system", "of-instance"}),
    ({"ResourceGroupId": "rg-2"}, set()),
    ({"Tag.1.Key": "color"}, {"tagged", "tagged-blue"}),
    ({"Tag.1.Key": "color", "Tag.1.Value": "red"}, {"tagged"}),
    ({"Tag.1.key": "color", "Tag.1.value": "blue"}, {"tagged-blue"}),
    ({"Tag.1.Key": "color", "Tag.2.Key": "size"}, {"tagged"}),
    ({"Tag.1.Key": "color", "Tag.1.Value": "green"}, set()),
    ({"Tag.1.Key": "shape"}, set()),
    ({"DiskIds": ["plain", "shared"]}, {"plain", "shared"}),
    ({"DiskIds": ["plain", "d-nothing"]}, {"plain"}),
    ({"DiskIds": ["plain", "plain"]}, {"plain"}),
    ({"DiskIds": ["plain", "shared"], "Status": "Available", "MultiAttach": "Enabled"}, {"shared"}),
    ({"DiskIds": ["d-nothing"]}, set()),
    ({"DiskIds": ["elsewhere"], "RegionId": REGION}, set()),
    ({"DiskIds": []}, set()),
    ({"Status": "", "DiskType": "", "DiskIds": "", "ZoneId": "", "Portable": "", "DiskName": ""}, ALL_DISKS),
], ids=lambda value: json.dumps(value) if isinstance(value, dict) else "")
def test_filters_of_disks(fleet, filters, expected):
    filters = {name: fleet.ids.get(value, value) if isinstance(value, str) else
               [fleet.ids.get(one, one) for one in value] if isinstance(value, list) else value
               for name, value in filters.items()}
    assert found_disks(fleet, **filters) == expected
    assert fleet.DescribeDisks(PageSize=100, **filters)["TotalCount"] == len(expected)


@pytest.mark.parametrize("filters, expected", [
    ({}, ALL_INSTANCES),
    ({"RegionId": "cn-shanghai"}, {"far"}),
    ({"RegionId": "us-west-1"}, set()),
    ({"ZoneId": "cn-hangzhou-i"}, {"prepaid"}),
    ({"ZoneId": "cn-hangzhou-z"}, set()),
    ({"InstanceName": "web-1"}, {"instance"}),
    ({"InstanceName": "*-1"}, {"instance", "prepaid"}),
    ({"InstanceName": "eb-1"}, set()),
    ({"Status": "Running"}, {"instance", "prepaid"}),
    ({"Status": "Stopping"}, {"far"}),
    ({"Status": "Pending"}, {"young"}),
    ({"Status": "Stopped"}, set()),
    ({"InstanceType": "ecs.c7.xlarge"}, {"instance"}),
    ({"InstanceType": "ecs.x"}, set()),
    ({"InstanceTypeFamily": "ecs.c7"}, {"instance"}),
    ({"InstanceTypeFamily": "ecs.g7"}, {"prepaid", "far", "young"}),
    ({"ImageId": IMAGE}, ALL_INSTANCES),
    ({"ImageId": "other"}, set()),
    ({"InstanceChargeType": "PrePaid"}, {"prepaid"}),
    ({"InstanceChargeType": "PostPaid"}, ALL_INSTANCES - {"prepaid"}),
    ({"InstanceNetworkType": "classic"}, set()),
    ({"InstanceNetworkType": "vpc"}, ALL_INSTANCES),
    ({"LockReason": "security"}, {"prepaid"}),
    ({"LockReason": "financial"}, {"prepaid"}),
    ({"LockReason": "recycling"}, set()),
    ({"SecurityGroupId": "the group"}, {"instance"}),
    ({"SecurityGroupId": "sg"}, set()),
    ({"VSwitchId": "the vswitch"}, {"instance"}),
    ({"VSwitchId": "vsw-2"}, set()),
    ({"VpcId": "the vpc"}, {"instance"}),
    ({"VpcId": "vpc-1"}, set()),
    ({"KeyPairName": "pair"}, {"instance"}),
    ({"KeyPairName": "other"}, set()),
    ({"ResourceGroupId": "rg-1"}, {"instance"}),
    ({"ResourceGroupId": "rg-2"}, set()),
    ({"PrivateIpAddresses": ["10.0.0.9"]}, {"instance"}),
    ({"PrivateIpAddresses": ["10.0.0.8"]}, set()),
    ({"Tag.1.Key": "color", "Tag.1.Value": "red"}, {"instance"}),
    ({"Tag.1.Key": "color", "Tag.1.Value": "blue"}, set()),
    ({"InstanceIds": ["instance", "i-nothing", "far"]}, {"instance", "far"}),
    ({"InstanceIds": []}, set()),
    ({"InstanceIds": ["i-nothing"]}, set()),
], ids=lambda value: json.dumps(value) if isinstance(value, dict) else "")
def test_filters_of_instances(fleet, filters, expected):
    filters = {name: [fleet.ids.get(one, one) for one in value] if isinstance(value, list) else fleet.ids.get(value, value)
               for name, value in filters.items()}
    assert found_instances(fleet, **filters) == expected
    assert fleet.DescribeInstances(PageSize=100, **filters)["TotalCount"] == len(expected)


def test_filters_by_time_of_creation(slow_cloud):
    cloud = slow_cloud
    early, instance_early = cloud.make_disk(), cloud.make_instance()
    middle = cloud.server.advance(3600)[:16] + "Z"
    cloud.server.advance(60)  # whatever second of its minute the test began in
    late, instance_late = cloud.make_disk(), cloud.make_instance()
    for when, disk, instance in (("CreationStartTime", late, instance_late), ("CreationEndTime", early, instance_early)):
        between = {"Filter.1.Key": when, "Filter.1.Value": middle}
        assert [found["DiskId"] for found in cloud.disks(DiskType="data", **between)] == [disk]
        assert [found["InstanceId"] for found in cloud.instances(**between)] == [instance]
    both = {"Filter.1.Key": "CreationEndTime", "Filter.1.Value": middle, "Filter.2.Key": "CreationStartTime",
            "Filter.2.Value": "2000-01-01T00:00Z"}
    assert [found["DiskId"] for found in cloud.disks(DiskType="data", **both)] == [early]


@pytest.mark.parametrize("operation, parameters, expected", [
    ("DescribeDisks", {"RegionId": "mars"}, (404, "InvalidRegionId.NotFound")),
    ("DescribeDisks", {"DiskIds": [f"d-{n}" for n in range(101)]}, (403, "InvalidDiskIds.Malformed")),
    ("DescribeDisks", {"DiskIds": "d-1"}, (400, "InvalidParameter.DiskIds")),
    ("DescribeDisks", {"DiskIds": '["d-1"'}, (400, "InvalidParameter.DiskIds")),
    ("DescribeDisks", {"DiskIds": '{"d-1":1}'}, (400, "InvalidParameter.DiskIds")),
    ("DescribeDisks", {"DiskIds": '[["d-1"]]'}, (400, "InvalidParameter.DiskIds")),
    ("DescribeDisks", {"DiskIds": "[1]"}, (400, "InvalidParameter.DiskIds")),
    ("DescribeDisks", {"DiskIds": "null"}, (400, "InvalidParameter.DiskIds")),
    ("DescribeDisks", {"DiskIds": "[" * 5000}, (400, "InvalidParameter.DiskIds")),
    ("DescribeDisks", {"Status": "in_use"}, (400, "InvalidStatus.ValueNotSupported")),
    ("DescribeDisks", {"DiskType": "root"}, (400, "InvalidDiskType.ValueNotSupported")),
    ("DescribeDisks", {"DiskChargeType": "Free"}, (404, "InvalidDiskChargeType.NotFound")),
    ("DescribeDisks", {"LockReason": "mood"}, (404, "InvalidLockReason.NotFound")),
    ("DescribeDisks", {"MultiAttach": "yes"}, (403, "InvalidParameter.MultiAttach")),
    ("DescribeDisks", {"Filter.1.Key": "Moon", "Filter.1.Value": "2020-01-01T00:00Z"}, (404, "InvalidFilterKey.NotFound")),
    ("DescribeDisks", {"Filter.1.Key": "CreationEndTime", "Filter.1.Value": "soon"}, (404, "InvalidFilterValue")),
    ("DescribeDisks", {"Portable": "maybe"}, (400, "InvalidParameter")),
    ("DescribeDisks", {"PageSize": "101"}, (400, "InvalidParameter")),
    ("DescribeDisks", {"PageSize": "0"}, (400, "InvalidParameter")),
    ("DescribeDisks", {"PageNumber": "0"}, (400, "InvalidParameter")),
    ("DescribeDisks", {"PageNumber": "x"}, (400, "InvalidParameter")),
    ("DescribeDisks", {"MaxResults": "many"}, (400, "InvalidParameter")),
    ("DescribeDisks", {"MaxResults": 10, "NextToken": "nonsense"}, (400, "InvalidParameter")),
    ("DescribeDisks", {"Tag.1.Value": "v"}, (400, "MissingTag.1.Key")),
    ("DescribeDisks", {"Tag.1.Key": ""}, (400, "InvalidParameter")),
    ("DescribeDisks", {"DryRun": True}, (400, "DryRunOperation")),
    ("DescribeInstances", {"RegionId": "mars"}, (404, "InvalidRegionId.NotFound")),
    ("DescribeInstances", {"InstanceIds": [f"i-{n}" for n in range(101)]}, (400, "InvalidParameter")),
    ("DescribeInstances", {"InstanceIds": "i-1"}, (400, "InvalidParameter")),
    ("DescribeInstances", {"Status": "Sleeping"}, (404, "InvalidStatus.NotFound")),
    ("DescribeInstances", {"InstanceChargeType": "Free"}, (404, "InvalidInstanceChargeType.NotFound")),
    ("DescribeInstances", {"InstanceNetworkType": "token-ring"}, (404, "InvalidNetworkType.NotFound")),
    ("DescribeInstances", {"LockReason": "mood"}, (404, "InvalidLockReason.NotFound")),
    ("DescribeInstances", {"DryRun": True}, (400, "DryRunOperation")),
    ("DescribeZones", {}, (400, "MissingRegionId")),
    ("DescribeZones", {"RegionId": ""}, (400, "InvalidParameter")),
    ("DescribeZones", {"RegionId": "mars"}, (404, "InvalidRegionId.NotFound")),
    ("DescribeRegions", {"AcceptLanguage": "tlh"}, (404, "InvalidAcceptLanguage.NotFound")),
    ("DescribeRegions", {"ResourceType": "moon"}, (404, "InvalidResourceType.NotFound")),
], ids=lambda value: json.dumps(value)[:40] if isinstance(value, dict) else None)
def test_parameters_that_are_refused(cloud, operation, parameters, expected):
    assert cloud.refused(operation, **parameters) == expected


def test_at_most_a_hundred_ids(cloud):
    disk = cloud.make_disk()
    assert [found["DiskId"] for found in cloud.disks(DiskIds=[f"d-{n}" for n in range(99)] + [disk])] == [disk]


def test_no_account_sees_what_belongs_to_another(own_cloud):
    cloud = own_cloud()
    disk, instance = cloud.make_attached()
    load_fleet(cloud.server, OTHER_ACCOUNT)
    other = Cloud(cloud.server, "other", "other-secret")
    assert other.disks() == other.instances() == []
    assert other.disk(disk) is None and other.instance(instance) is None
    assert other.disks(InstanceId=instance) == []
    for operation in ("StartInstance", "StopInstance", "DeleteInstance"):
        assert other.refused(operation, InstanceId=instance, Force=True) == (404, "InvalidInstanceId.NotFound")
    mine = other.make_instance()
    assert other.refused("AttachDisk", DiskId=disk, InstanceId=mine) == (404, "InvalidDiskId.NotFound")
    assert other.refused("DetachDisk", DiskId=disk, InstanceId=instance) == (404, "InvalidInstanceId.NotFound")
    other.DeleteDisk(DiskId=disk)
    assert cloud.status(disk) == "In_use"
    assert {found["DiskId"] for found in cloud.disks()} == {disk, cloud.system_disk(instance)}


# ---- pages


@pytest.fixture(scope="module")
def pages(make_module_server):
    """25 disks, and 3 instances with names of their own."""
    cloud = Cloud(make_module_server())
    for number in range(25):
        cloud.make_disk(DiskName=f"page-{number:02}")
    cloud.make_instances(Amount=3, InstanceName="page", UniqueSuffix=True)
    return cloud


def test_pages_by_number(pages):
    seen = []
    for number, size in ((1, 10), (2, 10), (3, 5), (4, 0)):
        reply = pages.DescribeDisks(DiskName="page-*", PageNumber=number)
        assert (reply["TotalCount"], reply["PageNumber"], reply["PageSize"]) == (25, number, 10)
        assert len(reply["Disks"]["Disk"]) == size
        seen += [disk["DiskName"] for disk in reply["Disks"]["Disk"]]
    assert sorted(seen) == [f"page-{number:02}" for number in range(25)]


@pytest.mark.parametrize("size, pages_expected", [(1, 25), (12, 3), (24, 2), (25, 1), (26, 1), (100, 1)])
def test_pages_by_number_of_any_size(pages, size, pages_expected):
    seen = []
    for number in range(1, pages_expected + 2):
        reply = pages.DescribeDisks(DiskName="page-*", PageNumber=number, PageSize=size)
        assert (reply["TotalCount"], reply["PageSize"]) == (25, size)
        assert bool(reply["Disks"]["Disk"]) == (number <= pages_expected)
        seen += [disk["DiskId"] for disk in reply["Disks"]["Disk"]]
    assert len(seen) == len(set(seen)) == 25


def test_page_size_of_exactly_the_total(pages):
    reply = pages.DescribeInstances(PageSize=3)
    assert (reply["TotalCount"], len(reply["Instances"]["Instance"])) == (3, 3)


def walk(ask, size):
    seen, sizes, token = [], [], None
    while True:
        reply = ask(MaxResults=size, NextToken=token)
        assert "TotalCount" not in reply or reply["TotalCount"] >= 0
        (items,) = (child for name in ("Disks", "Instances") for child in reply.get(name, {}).values())
        seen += [item.get("DiskId") or item["InstanceId"] for item in items]
        sizes.append(len(items))
        token = reply.get("NextToken")
        if not token:
            return seen, sizes


@pytest.mark.parametrize("size, sizes", [(10, [10, 10, 5]), (1, [10, 10, 5]), (-5, [10, 10, 5]), (25, [25]), (24, [24, 1]),
                                         (9999, [25])])
def test_pages_by_token(pages, size, sizes):
    """DescribeDisks takes 10 to 500 a page: less is 10, more is 500."""
    seen, got = walk(lambda **more: pages.DescribeDisks(DiskName="page-*", **more), size)
    assert got == sizes
    assert seen == [disk["DiskId"] for disk in pages.disks(DiskName="page-*")]


@pytest.mark.parametrize("size, sizes", [(1, [1, 1, 1]), (2, [2, 1]), (3, [3]), (0, [1, 1, 1]), (1000, [3])])
def test_pages_of_instances_by_token(pages, size, sizes):
    seen, got = walk(lambda **more: pages.DescribeInstances(**more), size)
    assert got == sizes
    assert len(set(seen)) == 3


def test_token_alone_continues(pages):
    first = pages.DescribeDisks(DiskName="page-*", MaxResults=10)
    second = pages.DescribeDisks(DiskName="page-*", NextToken=first["NextToken"])
    assert len(second["Disks"]["Disk"]) == 10
    assert {disk["DiskId"] for disk in first["Disks"]["Disk"]}.isdisjoint(
        disk["DiskId"] for disk in second["Disks"]["Disk"])


def test_tokens_skip_and_repeat_nothing_while_disks_come_and_go(own_cloud):
    cloud = own_cloud()
    before = [cloud.make_disk() for _ in range(30)]
    first = cloud.DescribeDisks(MaxResults=10)
    got = [disk["DiskId"] for disk in first["Disks"]["Disk"]]
    cloud.make_disk()
    cloud.DeleteDisk(DiskId=got[0])
    seen, token = list(got), first["NextToken"]
    while token:
        reply = cloud.DescribeDisks(MaxResults=10, NextToken=token)
        seen += [disk["DiskId"] for disk in reply["Disks"]["Disk"]]
        token = reply.get("NextToken")
    assert sorted(seen) == sorted(before)


def test_newest_first(slow_cloud):
    made = []
    for _ in range(3):
        made.append(slow_cloud.make_disk())
        slow_cloud.server.advance(1)
    assert [disk["DiskId"] for disk in slow_cloud.disks()] == made[::-1]


def test_unique_suffix(pages):
    assert {instance["InstanceName"] for instance in pages.instances()} == {"page001", "page002", "page003"}


# ---- replies


@pytest.mark.parametrize("operation, parameters", [
    ("DescribeDisks", {"PageSize": 100}), ("DescribeDisks", {"DiskIds": []}), ("DescribeDisks", {"MaxResults": 10}),
    ("DescribeInstances", {"PageSize": 100}), ("DescribeInstances", {"InstanceIds": []}), ("DescribeRegions", {}),
    ("DescribeZones", {"RegionId": REGION}), ("DescribeZones", {"RegionId": REGION, "Verbose": False}),
    ("DescribeDisks", {"Status": "x"}), ("DetachDisk", {"DiskId": "d-1", "InstanceId": "i-1"})])
def test_xml_and_json_carry_the_same(fleet, operation, parameters):
    def without_ids(leaves):
        return [leaf for leaf in leaves if leaf[0] not in (("RequestId",), ("Recommend",))]

    in_json = fleet.raw(operation, parameters)
    in_xml = fleet.raw(operation, parameters, xml=True)
    assert in_json.status == in_xml.status
    assert without_ids(leaves_of_json(in_json.json)) == without_ids(leaves_of_xml(in_xml.xml))
    assert in_xml.xml.tag == (operation + "Response" if in_xml.status == 200 else "Error")


def test_empty_lists(cloud):
    assert '"Disks":{"Disk":[]}' in cloud.raw("DescribeDisks", {"DiskIds": []}).text
    assert "<Disks></Disks>" in cloud.raw("DescribeDisks", {"DiskIds": []}, xml=True).text
    assert '"Instances":{"Instance":[]}' in cloud.raw("DescribeInstances", {"InstanceIds": []}).text
    assert "<Instances></Instances>" in cloud.raw("DescribeInstances", {"InstanceIds": []}, xml=True).text
    only = {"DiskIds": [cloud.make_disk()]}
    assert '"Attachments":{"Attachment":[]}' in cloud.raw("DescribeDisks", only).text
    assert "<Attachments></Attachments>" in cloud.raw("DescribeDisks", only, xml=True).text


def test_one_item_is_a_list_as_well(cloud):
    reply = cloud.DescribeDisks(DiskIds=[cloud.make_disk()])
    assert isinstance(reply["Disks"]["Disk"], list) and len(reply["Disks"]["Disk"]) == 1


def test_json_has_no_blanks_and_types_are_not_quoted(fleet):
    text = fleet.raw("DescribeDisks", {"DiskIds": [fleet.ids["plain"]]}).text
    for piece in ('"Size":30,', '"Portable":true,', '"DeleteWithInstance":false,', '"DeleteAutoSnapshot":false,',
                  '"EnableAutoSnapshot":false,', '"Encrypted":false,', '"MultiAttach":"Disabled"', '"TotalCount":1,',
                  '"MountInstanceNum":0', '"DetachedTime":""'):
        assert piece in text
    assert "\n" not in text and '": ' not in text


def test_times_of_disks_and_instances(fleet):
    for disk in fleet.disks():
        for name in ("CreationTime", "AttachedTime", "DetachedTime"):
            assert not disk[name] or TIME_SECONDS.fullmatch(disk[name]), (name, disk[name])
        assert TIME_SECONDS.fullmatch(disk["CreationTime"]) and TIME_MINUTES.fullmatch(disk["ExpiredTime"])
    for instance in fleet.instances():
        assert TIME_MINUTES.fullmatch(instance["CreationTime"]) and TIME_MINUTES.fullmatch(instance["ExpiredTime"])
        assert bool(TIME_MINUTES.fullmatch(instance["StartTime"])) == (instance["Status"] != "Pending")


def test_what_an_instance_shows(fleet):
    found = fleet.instance(fleet.ids["instance"])
    expected = {"InstanceName": "web-1", "HostName": "host", "Description": "the first", "InstanceType": "ecs.c7.xlarge",
                "Cpu": 4, "Memory": 8192, "KeyPairName": "pair", "ImageId": IMAGE, "OSType": "linux", "ZoneId": ZONE,
                "RegionId": REGION, "InstanceChargeType": "PostPaid", "InstanceNetworkType": "vpc", "Status": "Running",
                "StoppedMode": "Not-applicable", "SecurityGroupIds": {"SecurityGroupId": [fleet.ids["the group"]]},
                "Tags": {"Tag": [{"TagKey": "color", "TagValue": "red"}]}, "OperationLocks": {"LockReason": []},
                "ResourceGroupId": "rg-1"}
    assert {name: found[name] for name in expected} == expected
    assert found["VpcAttributes"]["VSwitchId"] == fleet.ids["the vswitch"]
    assert found["VpcAttributes"]["VpcId"] == fleet.ids["the vpc"]
    assert found["VpcAttributes"]["PrivateIpAddress"] == {"IpAddress": ["10.0.0.9"]}
    assert UUID.fullmatch(found["SerialNumber"])
    locked = fleet.instance(fleet.ids["prepaid"])
    assert [lock["LockReason"] for lock in locked["OperationLocks"]["LockReason"]] == ["security", "financial"]


def test_text_that_needs_escaping(cloud):
    name = "<a>&\"b\"'\\/\t中\U0001f600"
    disk = cloud.make_disk(Description=name)
    assert cloud.disk(disk)["Description"] == name
    reply = cloud.raw("DescribeDisks", {"DiskIds": [disk]}, xml=True)
    assert reply.xml.findtext("Disks/Disk/Description") == name


@pytest.mark.parametrize("text", ["a\x01b", "a\x1fb", "a\ufffeb", "a\x7fb"])
def test_characters_that_xml_has_none_for_do_not_break_it(cloud, text):
    reply = cloud.raw("CreateDisk", {"RegionId": REGION, "ZoneId": ZONE, "Size": 20, "Description": text})
    if reply.status == 200:
        found = cloud.raw("DescribeDisks", {"DiskIds": [reply.json["DiskId"]]}, xml=True)
        assert found.xml.findtext("Disks/Disk/DiskId") == reply.json["DiskId"]
    else:
        assert reply.status == 400
    parameters = signing.v1_common("DescribeDisks", Format="XML", DiskName=text)
    target = "/?" + urllib.parse.urlencode(signing.v1_sign("GET", parameters, "wrong"))
    assert cloud.send("GET", target).fault[1] == "SignatureDoesNotMatch"


def test_regions_and_zones(cloud):
    regions = {region["RegionId"]: region for region in cloud.DescribeRegions()["Regions"]["Region"]}
    assert regions[REGION]["RegionEndpoint"] == "ecs.cn-hangzhou.aliyuncs.com"
    assert regions[REGION]["LocalName"] == "华东1（杭州）"
    english = {region["RegionId"]: region for region in cloud.DescribeRegions(AcceptLanguage="en-US")["Regions"]["Region"]}
    assert english[REGION]["LocalName"].isascii() and set(english) == set(regions)
    assert set(regions) == set(cloud.server.control("GET", "/_cleat/version")["regions"])
    for region in regions:
        zones = cloud.DescribeZones(RegionId=region)["Zones"]["Zone"]
        assert zones and all(zone["ZoneId"].startswith(region + "-") for zone in zones)
        offer = zones[0]["AvailableResources"]["ResourcesInfo"][0]
        assert "cloud_essd" in offer["DataDiskCategories"]["supportedDataDiskCategory"]
        assert clouds.TYPE in offer["InstanceTypes"]["supportedInstanceType"]
        disk = cloud.make_disk(RegionId=region, ZoneId=zones[-1]["ZoneId"])
        assert cloud.disk(disk)["RegionId"] == region
    quiet = cloud.DescribeZones(RegionId=REGION, Verbose=False)["Zones"]["Zone"]
    assert quiet[0]["AvailableResources"]["ResourcesInfo"] == []


def test_a_thing_of_one_region_is_not_found_in_another(cloud):
    disk, instance = cloud.make_attached()
    there = {"RegionId": "cn-shanghai"}
    assert cloud.disks(DiskIds=[disk], **there) == cloud.instances(InstanceIds=[instance], **there) == []
    assert cloud.refused("StopInstance", InstanceId=instance, **there) == (404, "InvalidInstanceId.NotFound")
    assert cloud.refused("DetachDisk", DiskId=disk, InstanceId=instance, **there) == (404, "InvalidInstanceId.NotFound")
    cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    cloud.DeleteDisk(DiskId=disk, **there)
    assert cloud.status(disk) == "Available"
