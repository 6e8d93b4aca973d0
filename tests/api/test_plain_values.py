"""A value where a list or an object belongs, "InstanceId=i-1" for "InstanceId.1=i-1": refused under its name, never taken
as nothing, for then a call would be about everything."""

import pytest

from cloud import IMAGE, REGION, TYPE, ZONE

RUN = {"RegionId": REGION, "ZoneId": ZONE, "ImageId": IMAGE, "InstanceType": TYPE}


@pytest.mark.parametrize("operation, parameters, name", [
    ("DescribeInstanceStatus", {"RegionId": REGION, "InstanceId": "i-2"}, "InstanceId"),
    ("DescribeInstanceStatus", {"RegionId": REGION, "InstanceId": "i-2", "InstanceId.1": "i-1"}, "InstanceId"),
    ("DescribeInstanceStatus", {"RegionId": REGION, "InstanceId": '["i-2"]'}, "InstanceId"),
    ("DescribeInstanceTypes", {"InstanceTypes": "x"}, "InstanceTypes"),
    ("DescribeDisks", {"Tag": "x"}, "Tag"),
    ("DescribeDisks", {"Filter": "x"}, "Filter"),
    ("ModifyDiskAttribute", {"RegionId": REGION, "DiskIds": "d-1", "DiskName": "new"}, "DiskIds"),
    ("ModifyInstanceAttribute", {"InstanceId": "i-1", "SecurityGroupIds": "sg-1"}, "SecurityGroupIds"),
    ("RunInstances", {**RUN, "SystemDisk": "50"}, "SystemDisk"),
    ("RunInstances", {**RUN, "DataDisk.1": "20"}, "DataDisk"),
    ("StartInstances", {"RegionId": REGION, "InstanceId": "i-1"}, "InstanceId"),
])
def test_plain_value_for_a_list_or_an_object(cloud, operation, parameters, name):
    reply = cloud.raw(operation, parameters)
    assert reply.status == 400, reply.text
    assert reply.json["Code"].startswith("Invalid") and name in reply.json["Code"] + reply.json["Message"], reply.text


def test_empty_value_is_none(cloud):
    disk = cloud.make_disk()
    assert disk in [item["DiskId"] for item in cloud.DescribeDisks(Tag="", Filter="")["Disks"]["Disk"]]


def test_attributes_without_effect_may_be_json_in_a_text(cloud):
    cloud.DescribeDisks(AdditionalAttributes='["PLACEMENT"]')
