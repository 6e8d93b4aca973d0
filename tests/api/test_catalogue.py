"""What operations that only look refuse, and what they tell of images and instance types."""

import json

import pytest

from cloud import IMAGE, OTHER_ACCOUNT, REGION, TYPE, Cloud, leaves_of_json, leaves_of_xml, load_fleet

HERE, MARS = {"RegionId": REGION}, {"RegionId": "mars"}
WINDOWS = "win2022_21H2_x64_dtc_zh-cn_40G_alibase_20240917.vhd"

# Words of several operations: (HTTP status, code, text).
EMPTY = (400, "InvalidParameter", "The input parameter is mandatory for processing this request is empty.")
REGION_UNKNOWN = (404, "InvalidRegionId.NotFound", "The specified RegionId does not exist.")
UNKNOWN = (404, "InvalidInstanceId.NotFound", "The specified InstanceId does not exist.")
DRY_RUN = (400, "DryRunOperation", "Request validation has been passed with DryRun flag set.")


@pytest.mark.parametrize("operation, parameters, expected", [
    ("DescribeInstanceStatus", {"RegionId": None}, (400, "MissingRegionId", "RegionId is mandatory for this action.")),
    ("DescribeInstanceStatus", {"RegionId": ""}, EMPTY),
    ("DescribeInstanceStatus", MARS, REGION_UNKNOWN),
    ("DescribeInstanceStatus", {"ZoneId": "cn-hangzhou-z"},
     (404, "InvalidZoneId.NotFound", "The ZoneId provided does not exist in our records.")),
    ("DescribeInstanceStatus", {"PageSize": 51},
     (400, "InvalidParameter", "The specified value of parameter PageSize is not valid.")),
    ("DescribeInstanceStatus", {f"InstanceId.{number}": "i-1" for number in range(1, 102)},
     (400, "InvalidParameter", "The specified value of parameter InstanceId is not valid.")),
    ("DescribeInstanceAttribute", {}, (400, "MissingInstanceId", "InstanceId is mandatory for this action.")),
    ("DescribeInstanceAttribute", {"InstanceId": ""}, EMPTY),
    ("DescribeInstanceAttribute", {"InstanceId": "i-nothing"}, UNKNOWN),
    ("DescribeImages", MARS, REGION_UNKNOWN),
    ("DescribeImages", {"RegionId": ""}, EMPTY),
    ("DescribeImages", {"ImageOwnerAlias": "me"},
     (400, "InvalidImageOwnerAlias.ValueNotSupported", "The specified ImageOwnerAlias value is not supported.")),
    ("DescribeImages", {"InstanceType": "ecs.none"},
     (400, "InvalidInstanceType.ValueNotSupported",
      "The specified InstanceType does not exist or beyond the permitted range.")),
    ("DescribeImages", {"Architecture": "sparc"}, (404, "InvalidArchitecture", "The specifed Architecture is not valid")),
    ("DescribeImages", {"OSType": "plan9"}, (404, "InvalidOSType", "The specifed OSType is not valid")),
    ("DescribeImages", {"Usage": "some"}, (404, "InvalidUsage", "The specifed Usage is not valid")),
    ("DescribeImages", {"Filter.1.Key": "Moon", "Filter.1.Value": "2020-01-01T00:00Z"},
     (404, "InvalidFilterKey.NotFound", "The error message returned because the specified start time or end time is invalid.")),
    ("DescribeImages", {"DryRun": True}, DRY_RUN),
    ("DescribeImages", {"ImageId": ",".join(f"m-{number}" for number in range(101))},
     (400, "InvalidParameter", "The specified value of parameter ImageId is not valid.")),
    *[(operation, parameters, (400, f"InvalidTag{what}.Malformed", f"The specified Tag.n.{what} is not valid."))
      for operation in ("DescribeImages", "DescribeInstanceHistoryEvents")
      for what, parameters in (("Key", {"Tag.1.Key": "x" * 129}), ("Value", {"Tag.1.Key": "k", "Tag.1.Value": "x" * 129}))],
    ("DescribeInstanceTypes", {"MinimumMemorySize": "many"},
     (400, "InvalidParameter", "The specified value of parameter MinimumMemorySize is not valid.")),
    ("DescribeInstanceTypes", {"MaximumMemorySize": "0x10"},
     (400, "InvalidParameter", "The specified value of parameter MaximumMemorySize is not valid.")),
    ("DescribeInstanceTypes", {"InstanceFamilyLevel": "Top"},
     (400, "InvalidParameter", "The specified value of parameter InstanceFamilyLevel is not valid.")),
    ("DescribeInstanceTypes", {"NextToken": "nonsense"},
     (400, "InvalidParameter", "The specified value of parameter NextToken is not valid.")),
    ("DescribeInstanceTypes", {"NextToken": "ecs.g7.larg", "MaxResults": 1},
     (400, "InvalidParameter", "The specified value of parameter NextToken is not valid.")),
    ("DescribeTasks", {"RegionId": None},
     (400, "MissingParameter", 'An input parameter "RegionId" that is mandatory for processing the request is not supplied.')),
    ("DescribeTasks", {"RegionId": ""}, EMPTY),
    ("DescribeTasks", MARS, (400, "InvalidRegionId.NotFound", "The specified RegionId does not exist.")),
    ("DescribeTasks", {"TaskIds": ",".join(f"t-{number}" for number in range(101))},
     (400, "InvalidParameter", "The specified value of parameter TaskIds is not valid.")),
    ("DescribeInstanceHistoryEvents", {"RegionId": None}, (404, "MissingParameter", "RegionId is mandatory for this action.")),
    *[("DescribeInstanceHistoryEvents", parameters,
       (403, "InvalidParameter", f"The specified value of parameter {name} is not valid."))
      for name, parameters in (("RegionId", MARS), ("RegionId", {"RegionId": ""}), ("EventCycleStatus", {"EventCycleStatus": "Lost"}),
                               ("InstanceEventCycleStatus.2", {"InstanceEventCycleStatus.1": "Failed",
                                                               "InstanceEventCycleStatus.2": "Lost"}),
                               ("EventType", {"EventType": "Party"}), ("InstanceEventType.1", {"InstanceEventType.1": "Party"}),
                               ("ResourceType", {"ResourceType": "moon"}), ("NotBefore.Start", {"NotBefore.Start": "soon"}),
                               ("NextToken", {"NextToken": "nonsense"}))],
    *[("DescribeInstanceHistoryEvents", {f"{name}.Start": "2020-01-02T00:00:00Z", f"{name}.End": "2020-01-01T00:00:00Z"},
       (403, "InvalidParameter.TimeEndBeforeStart", f"The end of the time range {name} is earlier than its start."))
      for name in ("EventPublishTime", "NotBefore")],
    ("DescribeInstanceHistoryEvents", {f"EventId.{number}": "e-1" for number in range(1, 102)},
     (403, "EventIdLimitExceeded", "The number of event ids exceeds 100.")),
], ids=lambda value: json.dumps(value)[:40] if isinstance(value, dict) else None)
def test_rows_of_what_only_looks(cloud, operation, parameters, expected):
    needs_no_region = operation in ("DescribeInstanceAttribute", "DescribeInstanceTypes")
    given = {name: value for name, value in {**({} if needs_no_region else HERE), **parameters}.items() if value is not None}
    assert cloud.raw(operation, given).fault == expected
    assert cloud.raw(operation, given, xml=True).fault == expected


# ---- images and types


def images(cloud, **more):
    return {image["ImageId"]: image for image in cloud.DescribeImages(**HERE, **{"PageSize": 100, **more})["Images"]["Image"]}


@pytest.fixture(scope="module")
def catalogue(make_module_server):
    """Two images of the account beside the built-in ones, one of another and one that is deleted; a type of half a GiB."""
    cloud = Cloud(make_module_server())
    cloud.used = cloud.make_instance()
    account = cloud.server.control("GET", "/_cleat/keys")["keys"][0]["account"]
    mine = {"account": account, "os_name": "OS", "os_name_en": "OS", "size_gib": 30, "created_at": "2020-01-01T00:00:00Z"}
    load_fleet(cloud.server, {"cleat_fleet": 1, "catalogue": {
        "images": [{"id": "m-mine", "name": "mine", **mine}, {"id": "m-window", "name": "my window", "os": "windows", **mine},
                   {"id": "m-gone", "name": "gone", "deleted": True, **mine},
                   {"id": "m-other", "name": "other", **{**mine, "account": "1000000000000009"}}],
        "instance_types": [{"id": "ecs.t5-tiny", "family": "ecs.t5", "cpus": 1, "memory_mib": 512}]}})
    return cloud


def test_what_an_image_shows(catalogue):
    found = images(catalogue)[IMAGE]
    expected = {"ImageName": IMAGE, "ImageOwnerAlias": "system", "OSType": "linux", "Architecture": "x86_64", "Status": "Available",
                "Platform": "Aliyun", "Size": 20, "Usage": "instance", "IsPublic": True, "IsSupportCloudinit": True,
                "IsSupportIoOptimized": True, "IsCopied": False, "CreationTime": "2024-08-19T00:00:00Z", "Progress": "100%",
                "DiskDeviceMappings": {"DiskDeviceMapping": []}, "Tags": {"Tag": []}}
    assert {name: found[name] for name in expected} == expected
    mine = images(catalogue)["m-mine"]
    assert (mine["ImageName"], mine["ImageOwnerAlias"], mine["Size"], mine["Usage"], mine["IsPublic"], mine["Platform"]) == \
        ("mine", "self", 30, "none", False, "Others Linux")
    assert images(catalogue)[WINDOWS]["Platform"] == "Windows Server 2022"


MINE = {"m-mine", "m-window"}


@pytest.mark.parametrize("filters, expected", [
    ({}, None),
    ({"ImageOwnerAlias": "self"}, MINE),
    ({"ImageOwnerAlias": "system", "OSType": "windows"}, {WINDOWS}),
    ({"ImageOwnerAlias": "marketplace"}, set()),
    ({"ImageOwnerAlias": "others"}, set()),
    ({"OSType": "windows"}, {WINDOWS, "m-window"}),
    ({"ImageId": "m-mine"}, {"m-mine"}),
    ({"ImageId": f"m-mine,m-other,m-gone,{IMAGE}"}, {"m-mine", IMAGE}),
    ({"ImageName": "my*"}, {"m-window"}),
    ({"ImageName": "mine"}, {"m-mine"}),
    ({"ImageName": "min"}, set()),
    ({"Usage": "instance"}, {IMAGE}),
    ({"Usage": "none", "ImageOwnerAlias": "self"}, MINE),
    ({"IsPublic": True, "OSType": "windows"}, {WINDOWS}),
    ({"Architecture": "x86_64", "ImageOwnerAlias": "self"}, MINE),
    ({"Architecture": "arm64"}, set()),
    ({"Status": "Available", "ImageOwnerAlias": "self"}, MINE),
    ({"Status": "Creating,Available", "ImageOwnerAlias": "self"}, MINE),
    ({"Status": "Deprecated"}, set()),
    ({"InstanceType": TYPE, "ImageOwnerAlias": "self", "ActionType": "CreateEcs"}, MINE),
    ({"ImageFamily": "some"}, set()),
    ({"SnapshotId": "s-1"}, set()),
    ({"ResourceGroupId": "rg-1"}, set()),
    ({"Tag.1.Key": "a"}, set()),
    ({"IsSupportCloudinit": False}, set()),
    ({"IsSupportIoOptimized": False}, set()),
    ({"Filter.1.Key": "CreationEndTime", "Filter.1.Value": "2021-01-01T00:00Z"}, MINE),
    ({"Filter.1.Key": "CreationStartTime", "Filter.1.Value": "2021-01-01T00:00Z", "OSType": "windows"}, {WINDOWS}),
    ({"ImageId": "", "ImageName": "", "OSType": "", "Status": "", "Usage": "", "ImageOwnerAlias": ""}, None),
], ids=lambda value: json.dumps(value) if isinstance(value, dict) else "")
def test_filters_of_images(catalogue, filters, expected):
    found = images(catalogue, **filters)
    if expected is None:
        assert MINE < set(found) and IMAGE in found and not {"m-gone", "m-other"} & set(found)
    else:
        assert set(found) == expected
    assert catalogue.DescribeImages(**HERE, **filters)["TotalCount"] == len(found)


def test_pages_of_images(catalogue):
    seen = []
    for page in range(1, 5):
        reply = catalogue.DescribeImages(**HERE, PageNumber=page, PageSize=2)
        assert (reply["PageNumber"], reply["PageSize"], reply["TotalCount"]) == (page, 2, 7)
        seen += [image["ImageId"] for image in reply["Images"]["Image"]]
    assert len(seen) == 7 and set(seen) == set(images(catalogue))


def types(cloud, **more):
    return {one["InstanceTypeId"]: one for one in cloud.DescribeInstanceTypes(**more)["InstanceTypes"]["InstanceType"]}


def test_what_a_type_shows(catalogue):
    found = types(catalogue)
    expected = {"InstanceTypeFamily": "ecs.g7", "InstanceFamilyLevel": "EnterpriseLevel", "InstanceCategory": "General-purpose",
                "CpuCoreCount": 2, "MemorySize": 8, "CpuArchitecture": "X86", "DiskQuantity": 17, "GPUAmount": 0,
                "NvmeSupport": "supported"}
    assert {name: found[TYPE][name] for name in expected} == expected
    assert found["ecs.t5-tiny"]["MemorySize"] == 0.5
    assert found["ecs.t1.small"]["DiskQuantity"] == 5
    zones = catalogue.DescribeZones(**HERE)["Zones"]["Zone"]
    assert set(found) == set(zones[0]["AvailableResources"]["ResourcesInfo"][0]["InstanceTypes"]["supportedInstanceType"])


G7 = {"ecs.g7.large", "ecs.g7.xlarge", "ecs.g7.2xlarge"}


@pytest.mark.parametrize("filters, expected", [
    ({"InstanceTypeFamily": "ecs.g7"}, G7),
    ({"InstanceTypeFamilies.1": "ecs.r7", "InstanceTypeFamilies.2": "ecs.n4"}, {"ecs.r7.large", "ecs.n4.large"}),
    ({"InstanceTypes.1": TYPE, "InstanceTypes.2": "ecs.none"}, {TYPE}),
    ({"InstanceTypeFamily": "ecs.g7", "MinimumCpuCoreCount": 4}, {"ecs.g7.xlarge", "ecs.g7.2xlarge"}),
    ({"InstanceTypeFamily": "ecs.g7", "MinimumCpuCoreCount": 4, "MaximumCpuCoreCount": 4}, {"ecs.g7.xlarge"}),
    ({"InstanceTypeFamily": "ecs.g7", "MinimumMemorySize": 16}, {"ecs.g7.xlarge", "ecs.g7.2xlarge"}),
    ({"InstanceTypeFamily": "ecs.g7", "MaximumMemorySize": "8.0"}, {TYPE}),
    ({"MaximumMemorySize": 0.5}, {"ecs.t5-tiny"}),
    ({"InstanceCategory": "Memory-optimized"}, {"ecs.r7.large"}),
    ({"InstanceCategories.1": "Memory-optimized", "InstanceCategory": "Shared"}, {"ecs.r7.large"}),
    ({"InstanceFamilyLevel": "CreditEntryLevel"}, {"ecs.t6-c1m1.large", "ecs.t5-lc1m2.small", "ecs.t5-tiny"}),
    ({"InstanceFamilyLevel": "EntryLevel"}, {"ecs.n4.large", "ecs.s1.small", "ecs.t1.small"}),
    ({"CpuArchitecture": "ARM"}, set()),
    ({"CpuArchitectures.1": "X86", "InstanceTypeFamily": "ecs.r7"}, {"ecs.r7.large"}),
    ({"NvmeSupport": "supported", "InstanceTypeFamily": "ecs.g7"}, G7),
    ({"NvmeSupport": "unsupported", "InstanceTypeFamily": "ecs.g7"}, set()),
    ({"NvmeSupport": "required"}, set()),
    ({"MinimumDiskQuantity": 6, "InstanceFamilyLevel": "EntryLevel"}, {"ecs.n4.large"}),
    ({"MinimumGPUAmount": 1}, set()),
    ({"MaximumGPUAmount": 0, "InstanceTypeFamily": "ecs.g7"}, G7),
    ({"GPUSpec": "V100"}, set()),
    ({"MinimumLocalStorageAmount": 1}, set()),
], ids=lambda value: json.dumps(value) if isinstance(value, dict) else "")
def test_filters_of_types(catalogue, filters, expected):
    assert set(types(catalogue, **filters)) == expected


@pytest.mark.parametrize("size, sizes", [(5, [5, 5, 5, 1]), (16, [16]), (15, [15, 1]), (0, [1] * 16), (99999, [16])])
def test_pages_of_types(catalogue, size, sizes):
    seen, got, token = [], [], None
    while token != "":
        reply = catalogue.DescribeInstanceTypes(MaxResults=size, NextToken=token)
        got.append(len(reply["InstanceTypes"]["InstanceType"]))
        seen += [one["InstanceTypeId"] for one in reply["InstanceTypes"]["InstanceType"]]
        token = reply.get("NextToken", "")
    assert got == sizes
    assert seen == sorted(types(catalogue))


def test_images_are_used_by_ones_own_instances(make_server):
    cloud = Cloud(make_server())
    cloud.make_instance()
    load_fleet(cloud.server, OTHER_ACCOUNT)
    other = Cloud(cloud.server, "other", "other-secret")
    assert [images(one)[IMAGE]["Usage"] for one in (cloud, other)] == ["instance", "none"]


@pytest.mark.parametrize("operation, parameters", [
    ("DescribeInstanceStatus", HERE), ("DescribeImages", HERE), ("DescribeImages", {**HERE, "ImageId": "none"}),
    ("DescribeInstanceTypes", {}), ("DescribeInstanceTypes", {"MaxResults": 1}), ("DescribeTasks", HERE),
    ("DescribeInstanceAttribute", None)])
def test_xml_and_json_carry_the_same(catalogue, operation, parameters):
    parameters = parameters if parameters is not None else {"InstanceId": catalogue.used}
    in_json, in_xml = catalogue.raw(operation, parameters), catalogue.raw(operation, parameters, xml=True)
    assert in_json.status == in_xml.status == 200
    assert [leaf for leaf in leaves_of_json(in_json.json) if leaf[0] != ("RequestId",)] == \
        [leaf for leaf in leaves_of_xml(in_xml.xml) if leaf[0] != ("RequestId",)]
    assert in_xml.xml.tag == operation + "Response"
