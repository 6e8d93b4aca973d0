"""DescribeAvailableResource: what Terraform's data sources and storage drivers read before they order anything."""

import pytest
from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client
from alibabacloud_tea_openapi.models import Config

import signing
from cloud import REGION, TYPE, UUID, ZONE, leaves_of_json, leaves_of_xml

ZONES = [f"{REGION}-{letter}" for letter in "bghijk"]


def ask(cloud, destination, **parameters):
    return cloud.DescribeAvailableResource(RegionId=REGION, DestinationResource=destination, **parameters)


def available(cloud, destination, **parameters):
    """{zone: [supported resource]}"""
    found = {}
    for zone in ask(cloud, destination, **parameters)["AvailableZones"]["AvailableZone"]:
        assert (zone["RegionId"], zone["Status"], zone["StatusCategory"]) == (REGION, "Available", "WithStock")
        (resource,) = zone["AvailableResources"]["AvailableResource"]
        assert resource["Type"] == destination
        found[zone["ZoneId"]] = resource["SupportedResources"]["SupportedResource"]
    return found


def values(cloud, destination, **parameters):
    """Of one zone; all zones of a region offer the same."""
    found = list(available(cloud, destination, **parameters).values())
    assert all(other == found[0] for other in found)
    return [resource["Value"] for resource in found[0]] if found else []


def test_reply_is_the_vendors(cloud):
    reply = ask(cloud, "InstanceType", ZoneId=ZONE, InstanceType=TYPE)
    assert UUID.fullmatch(reply.pop("RequestId"))
    assert reply == {"AvailableZones": {"AvailableZone": [
        {"RegionId": REGION, "ZoneId": ZONE, "Status": "Available", "StatusCategory": "WithStock",
         "AvailableResources": {"AvailableResource": [{"Type": "InstanceType", "SupportedResources": {"SupportedResource": [
             {"Status": "Available", "StatusCategory": "WithStock", "Value": TYPE}]}}]}}]}}


def test_every_zone_or_one(cloud):
    assert list(available(cloud, "InstanceType")) == ZONES
    assert list(available(cloud, "InstanceType", ZoneId=ZONE)) == [ZONE]
    assert available(cloud, "InstanceType", ZoneId="cn-beijing-c") == {}
    assert available(cloud, "InstanceType", ZoneId="") == available(cloud, "InstanceType")
    assert {zone: [one["Value"] for one in found] for zone, found in available(cloud, "Zone").items()} == \
        {zone: [zone] for zone in ZONES}


def test_types_by_what_they_have(cloud):
    types = values(cloud, "InstanceType")
    assert TYPE in types and len(types) == len(set(types))
    assert values(cloud, "InstanceType", InstanceType=TYPE) == [TYPE]
    assert values(cloud, "InstanceType", Cores=8) == ["ecs.g7.2xlarge"]
    assert values(cloud, "InstanceType", Cores=4, Memory="8.0") == ["ecs.c7.xlarge", "ecs.c6.xlarge"]
    assert values(cloud, "InstanceType", Memory=1) == ["ecs.t1.small"]
    assert values(cloud, "InstanceType", Cores=0, Memory="0") == types
    assert values(cloud, "InstanceType", Cores=3) == []


def test_what_is_offered_can_be_had(cloud):
    """Each instance type with each system disk, each disk category alone in the least size that is told."""
    for value in values(cloud, "InstanceType"):
        assert cloud.make_instance(InstanceType=value)
    for disk in available(cloud, "SystemDisk", InstanceType=TYPE)[ZONE]:
        assert disk["Unit"] == "GiB"
        assert cloud.make_instance(**{"SystemDisk.Category": disk["Value"], "SystemDisk.Size": disk["Min"]})
    for disk in available(cloud, "DataDisk", ResourceType="disk")[ZONE]:
        more = {"PerformanceLevel": "PL0"} if disk["Value"] == "cloud_essd" else {}
        assert cloud.make_disk(DiskCategory=disk["Value"], Size=disk["Min"], **more)


def test_disks_with_an_instance_and_alone(cloud):
    with_instance = values(cloud, "DataDisk", ResourceType="instance", InstanceType=TYPE)
    assert set(with_instance) - set(values(cloud, "DataDisk", ResourceType="disk")) == {"ephemeral_ssd"}
    assert values(cloud, "DataDisk", DataDiskCategory="cloud_essd") == ["cloud_essd"]
    assert values(cloud, "SystemDisk", SystemDiskCategory="cloud_auto") == ["cloud_auto"]
    assert "elastic_ephemeral_disk_standard" not in values(cloud, "SystemDisk")


def test_single_words(cloud):
    assert values(cloud, "IoOptimized", SpotStrategy="NoSpot", InstanceChargeType="PrePaid") == ["optimized"]
    assert values(cloud, "Network") == ["vpc"]
    assert available(cloud, "ddh") == {}


@pytest.mark.parametrize("parameters", [
    {"IoOptimized": "none"}, {"NetworkCategory": "classic"}, {"InstanceType": "ecs.nothing"},
    {"SystemDiskCategory": "elastic_ephemeral_disk_standard"}, {"SystemDiskCategory": "nothing"},
    {"DataDiskCategory": "nothing"}])
@pytest.mark.parametrize("destination", ["InstanceType", "SystemDisk", "DataDisk", "Zone"])
def test_what_does_not_go_together_is_nowhere(cloud, destination, parameters):
    assert available(cloud, destination, **parameters) == {}


@pytest.mark.parametrize("parameters, expected", [
    ({"DestinationResource": None}, (400, "Invalid.Param", "The input parameter DestinationResource that is mandatory for "
                                     "processing this request is not supplied.")),
    ({"DestinationResource": "Moon"},
     (404, "Invalid.DestinationResource", "The specified DestinationResource is not valid.")),
    ({"RegionId": None}, (400, "MissingRegionId", "RegionId is mandatory for this action.")),
    ({"RegionId": ""}, (400, "InvalidParameter",
                        "The input parameter is mandatory for processing this request is empty.")),
    ({"RegionId": "nowhere"}, (404, "InvalidRegionId.NotFound", "The specified RegionId does not exist.")),
    ({"ResourceType": "moon"}, (404, "Invalid.ResourceType", "The ResourceType provided does not exist in our records.")),
    ({"InstanceChargeType": "free"},
     (400, "Invalid.InstanceChargeType", "The specified InstanceChargeType is not valid.")),
    ({"SpotStrategy": "x"}, (404, "Invalid.SpotStrategy", "The specified SpotStrategy is not valid.")),
    ({"IoOptimized": "x"}, (404, "Invalid.IoOptimized", "The specified IoOptimized is not valid.")),
    ({"NetworkCategory": "x"}, (404, "Invalid.NetworkCategory", "The specified NetworkCategory is not valid.")),
    ({"DestinationResource": "Zone", "Cores": 2},
     (403, "InvalidParam.Cores", "The specified parameter 'Cores' should be empty")),
    ({"DestinationResource": "Zone", "Memory": "8.0"},
     (403, "InvalidParam.Memory", "The specified parameter 'Memory' should be empty")),
    ({"InstanceType": TYPE, "Cores": 2},
     (403, "InvalidParam.TypeAndCpuMem.Conflict",
      "The specified 'InstanceType' and 'Cores','Memory' are not blank at the same time.")),
    ({"Memory": "much"}, (400, "InvalidParameter", "The specified value of parameter Memory is not valid.")),
])
def test_what_is_refused(cloud, parameters, expected):
    given = {"RegionId": REGION, "DestinationResource": "InstanceType", **parameters}
    assert cloud.raw("DescribeAvailableResource", given).fault == expected


def test_both_formats_tell_the_same(cloud):
    given = {"RegionId": REGION, "DestinationResource": "DataDisk"}
    in_json = leaves_of_json(cloud.raw("DescribeAvailableResource", given).json)
    in_xml = leaves_of_xml(cloud.raw("DescribeAvailableResource", given, xml=True).xml)
    assert in_json[1:] == in_xml[1:] and len(in_json) > 100


def test_official_client(cloud):
    client = Client(Config(access_key_id=signing.KEY_ID, access_key_secret=signing.SECRET, protocol="http",
                           endpoint=cloud.server.endpoint, region_id=REGION))
    zones = client.describe_available_resource(models.DescribeAvailableResourceRequest(
        region_id=REGION, destination_resource="SystemDisk", instance_type=TYPE, cores=None)).body.available_zones
    disks = zones.available_zone[0].available_resources.available_resource[0].supported_resources.supported_resource
    assert {(disk.value, disk.min, disk.max) for disk in disks} >= {("cloud_essd", 20, 2048)}
