"""Verbs of instances beside run, start, stop and delete: each row of their tables of errors, and what they change; status and
attributes."""

import pytest

from cloud import (IMAGE, OTHER_ACCOUNT, REGION, TIME_MINUTES, TYPE, UUID, ZONE, Cloud, fleet_set, leaves_of_json,
                   leaves_of_xml, load_fleet)
from network import make_group, make_network

HERE = {"RegionId": REGION}
NEW = {"RegionId": REGION, "ZoneId": ZONE, "ImageId": IMAGE, "InstanceType": TYPE}
WINDOWS = "win2022_21H2_x64_dtc_zh-cn_40G_alibase_20240917.vhd"
MARS = {"RegionId": "mars"}

# Words of several operations: (HTTP status, code, text).
EMPTY = (400, "InvalidParameter", "The input parameter is mandatory for processing this request is empty.")
REGION_MALFORMED = (400, "InvalidRegionId.MalFormed", "The specified RegionId is not valid.")
REGION_UNKNOWN = (404, "InvalidRegionId.NotFound", "The specified RegionId does not exist.")
UNKNOWN = (404, "InvalidInstanceId.NotFound", "The specified InstanceId does not exist.")
STATE = (403, "IncorrectInstanceStatus", "The current status of the resource does not support this operation.")
LOCKED = (403, "InstanceLockedForSecurity",
          "The specified operation is denied as your instance is locked for security reasons.")
ARREARS = (403, "InstanceExpiredOrInArrears",
           "The specified operation is denied as your prepay instance is expired (prepay mode) or in arrears (afterpay mode).")
EXPIRED = (403, "InstanceExpired", "The postPaid instance has been expired. Please ensure your account have enough balance.")
DISK_ERROR = (403, "DiskError", "IncorrectDiskStatus.")
DRY_RUN = (400, "DryRunOperation", "Request validation has been passed with DryRun flag set.")
BATCH_DRY_RUN = (400, "DRYRUN.SUCCESS", "This request is a dryrun request with successful result.")
NO_IDS = (403, "InvalidInstanceId.NotFound", "InstanceId should not be null.")
TOO_MANY_IDS = (403, "InvalidParameter.TooManyInstanceIds", "Instance ids cannot be more than 100.")


def named(*instances):
    return {f"InstanceId.{number}": instance for number, instance in enumerate(instances, start=1)}


def check_both(cloud, operation, parameters, expected):
    """The same refusal in both formats."""
    parameters = {name: value for name, value in parameters.items() if value is not None}
    method = "POST" if any(len(str(value)) > 8192 for value in parameters.values()) else "GET"
    assert cloud.raw(operation, parameters, method).fault == expected
    assert cloud.raw(operation, parameters, method, xml=True).fault == expected


@pytest.fixture(scope="module")
def world(make_module_server):
    """Instances in every condition that a verb asks about. Refused calls change none of them."""
    cloud = Cloud(make_module_server(clock="manual", pace="real"))
    names = ("running", "stopped", "starting", "stopping", "security", "financial", "security-off", "financial-off", "diskless",
             "protected", "prepaid")
    ids = {name: cloud.make_instance(InstanceName=name, **({"InstanceChargeType": "PrePaid"} if name == "prepaid" else {}))
           for name in names}
    ids["windows"] = cloud.make_instance(ImageId=WINDOWS)
    cloud.server.advance(60)
    for name in ("stopped", "starting", "security-off", "financial-off", "diskless", "protected", "prepaid"):
        cloud.stop(ids[name])
    cloud.server.advance(60)
    cloud.DetachDisk(DiskId=cloud.system_disk(ids["diskless"]), InstanceId=ids["diskless"])
    cloud.server.advance(60)
    cloud.ModifyInstanceAttribute(InstanceId=ids["protected"], DeletionProtection=True)
    cloud.StartInstance(InstanceId=ids["starting"])
    cloud.stop(ids["stopping"])
    for name in ("security", "financial", "security-off", "financial-off"):
        fleet_set(cloud.server, ids[name], locks=[name.split("-")[0]])
    ids["building"] = cloud.make_instance()
    cloud.ids = ids
    return cloud


# ---- one by one


@pytest.mark.parametrize("name, more, expected", [
    (None, {}, (400, "MissingInstanceId", "InstanceId is mandatory for this action.")),
    ("", {}, EMPTY),
    ("i-nothing", MARS, REGION_MALFORMED),
    ("i-nothing", {}, UNKNOWN),
    ("running", {"RegionId": "cn-shanghai"}, UNKNOWN),
    ("stopped", {}, STATE),
    ("starting", {}, STATE),
    ("stopping", {}, STATE),
    ("building", {}, STATE),
    ("security-off", {}, STATE),
    ("security", {}, LOCKED),
    ("financial", {}, ARREARS),
    ("running", {"DryRun": True}, DRY_RUN),
    ("stopped", {"DryRun": True}, STATE),
    ("running", {"ForceStop": "maybe"}, (400, "InvalidParameter", "The specified value of parameter ForceStop is not valid.")),
])
def test_rows_of_reboot(world, name, more, expected):
    check_both(world, "RebootInstance", {"InstanceId": world.ids.get(name, name), **more}, expected)


def test_a_reboot_seen_from_outside(slow_cloud):
    cloud = slow_cloud
    instance = cloud.make_instance(**{"DataDisk.1.Size": 20})
    cloud.server.advance(60)
    disk, = cloud.disks_of(instance)
    started = cloud.instance(instance)["StartTime"]
    cloud.server.advance(60)
    assert set(cloud.RebootInstance(InstanceId=instance)) == {"RequestId"}
    assert cloud.instance(instance)["Status"] == "Starting"
    for operation in ("StartInstance", "StopInstance", "RebootInstance"):
        assert cloud.refused(operation, InstanceId=instance) == (403, "IncorrectInstanceStatus")
    assert cloud.refused("DetachDisk", DiskId=disk, InstanceId=instance) == (403, "IncorrectInstanceStatus")
    cloud.server.advance(29)
    assert cloud.instance(instance)["Status"] == "Starting"
    cloud.server.advance(1)
    assert cloud.instance(instance)["Status"] == "Running"
    assert cloud.instance(instance)["StartTime"] > started
    assert cloud.status(disk) == "In_use"


def test_a_detach_completes_while_the_machine_reboots(slow_cloud):
    cloud = slow_cloud
    instance = cloud.make_instance(**{"DataDisk.1.Size": 20})
    cloud.server.advance(60)
    disk, = cloud.disks_of(instance)
    cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    cloud.RebootInstance(InstanceId=instance)
    cloud.server.advance(9)
    assert cloud.status(disk) == "Detaching"
    cloud.server.advance(1)
    assert (cloud.status(disk), cloud.instance(instance)["Status"]) == ("Available", "Starting")
    cloud.server.advance(20)
    assert cloud.instance(instance)["Status"] == "Running"


def test_nobody_waits_for_a_detach_that_a_reboot_waits_for(own_cloud):
    cloud = own_cloud(clock="manual", pace="instant")
    disk, instance = cloud.make_attached()
    cloud.server.control("POST", "/_cleat/faults", {"operation": "DetachDisk", "effect": "job-never-ends"})
    cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    Cloud(cloud.server, timeout=10).RebootInstance(InstanceId=instance)
    assert cloud.instance(instance)["Status"] == "Starting"
    cloud.server.advance(60)
    assert cloud.instance(instance)["Status"] == "Running"
    assert cloud.status(disk) == "Detaching"


def test_a_reboot_that_is_looked_at_late_leaves_detaches_their_time(slow_cloud):
    cloud = slow_cloud
    instance = cloud.make_instance(**{"DataDisk.1.Size": 20})
    cloud.server.advance(60)
    disk, = cloud.disks_of(instance)
    cloud.server.control("POST", "/_cleat/guest", {"disk": disk, "instance": instance, "never_answers": True})
    cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    cloud.server.advance(70)
    assert cloud.status(disk) == "Detaching"
    cloud.RebootInstance(InstanceId=instance)
    cloud.server.advance(3600)
    cloud.server.advance(60)
    assert (cloud.status(disk), cloud.instance(instance)["Status"]) == ("Available", "Running")


@pytest.mark.parametrize("seconds", [5, 15], ids=["before it is off", "while it is off"])
def test_a_reboot_goes_on_after_kill_9(make_server, seconds):
    cloud = Cloud(make_server(durable=True, clock="manual", pace="real"))
    instance = cloud.make_instance()
    cloud.server.advance(60)
    cloud.RebootInstance(InstanceId=instance)
    cloud.server.advance(seconds)
    cloud.server.kill9()
    cloud.server.start()
    assert cloud.instance(instance)["Status"] == "Starting"
    cloud.server.advance(30 - seconds)
    assert cloud.instance(instance)["Status"] == "Running"


# ---- CreateInstance


def create_case(name, expected, **more):
    return pytest.param(more, expected, id=name)


@pytest.mark.parametrize("more, expected", [
    create_case("no region", (400, "MissingRegionId", "RegionId is mandatory for this action."), RegionId=None),
    create_case("no image", (400, "MissingImageId", "ImageId is mandatory for this action."), ImageId=None),
    create_case("no type", (400, "MissingInstanceType", "InstanceType is mandatory for this action."), InstanceType=None),
    create_case("empty", EMPTY, ImageId=""),
    create_case("name", (400, "InvalidInstanceName.Malformed", "The specified parameter InstanceName is not valid."),
                InstanceName="x"),
    create_case("description", (400, "InvalidDescription.Malformed", "The specified parameter Description is not valid."),
                Description="x"),
    create_case("disk name", (400, "InvalidDiskName.Malformed",
                              "The specified parameter SystemDisk.DiskName or DataDisk.n.DiskName is not valid."),
                **{"DataDisk.1.Size": 20, "DataDisk.1.DiskName": "x"}),
    create_case("disk description",
                (400, "InvalidDiskDescription.Malformed",
                 "The specified parameter SystemDisk.DiskDescription or DataDisk.n.Description is not valid."),
                **{"SystemDisk.Description": "x"}),
    create_case("charge", (404, "InvalidInstanceChargeType.NotFound", "The InstanceChargeType does not exist in our records."),
                InstanceChargeType="Free"),
    create_case("period", (400, "InvalidPeriod", "The specified period is not valid."), Period=0),
    create_case("period unit", (400, "InvalidPeriodUnit.ValueNotSupported", "The specified parameter PeriodUnit is not valid."),
                PeriodUnit="Day"),
    create_case("internet", (400, "InvalidInternetChargeType.ValueNotSupported", "The specified InternetChargeType is not valid."),
                InternetChargeType="Free"),
    create_case("spot", (400, "InvalidSpotStrategy", "The specified SpotStrategy is not valid."), SpotStrategy="Spot"),
    create_case("tag", (400, "InvalidTagKey.Malformed", "The specified Tag.n.Key is not valid."), **{"Tag.1.Key": "x" * 129}),
    create_case("tag's value", (400, "InvalidTagValue.Malformed", "The specified Tag.n.Value is not valid."),
                **{"Tag.1.Key": "k", "Tag.1.Value": "x" * 129}),
    create_case("region", REGION_UNKNOWN, **MARS),
    create_case("type", (400, "InvalidInstanceType.ValueNotSupported",
                         "The specified InstanceType does not exist or beyond the permitted range."), InstanceType="ecs.none"),
    create_case("image", (404, "InvalidImageId.NotFound", "The specified ImageId does not exist."), ImageId="none"),
    create_case("zone", (404, "InvalidZoneId.NotFound", "The specified ZoneId does not exist."), ZoneId="cn-hangzhou-z"),
    create_case("system disk's category", (400, "InvalidSystemDiskCategory.ValueNotSupported",
                                           "The specified parameter SystemDisk.Category is not valid."),
                **{"SystemDisk.Category": "none"}),
    create_case("level", (400, "InvalidPerformanceLevel.Malformed", "The specified parameter PerformanceLevel is not valid."),
                **{"SystemDisk.Category": "cloud_essd", "SystemDisk.PerformanceLevel": "PL9"}),
    create_case("system disk's size", (404, "InvalidSystemDiskSize", "The specified parameter SystemDisk.Size is invalid."),
                **{"SystemDisk.Size": 5}),
    create_case("number of disks", (400, "InstanceDiskNumber.LimitExceed",
                                    "The total number of specified disk in an instance exceeds."),
                **{f"DataDisk.{number}.Size": 20 for number in range(1, 18)}),
    create_case("snapshot", (404, "InvalidDataDiskSnapshotId.NotFound",
                             "The specified parameter DataDisk.n.SnapshotId is not valid."),
                **{"DataDisk.1.Size": 20, "DataDisk.1.SnapshotId": "s-none"}),
    create_case("disk's category", (400, "InvalidDataDiskCategory.ValueNotSupported",
                                    "The specified parameter DataDisk.n.Category is not valid."),
                **{"DataDisk.1.Size": 20, "DataDisk.1.Category": "none"}),
    create_case("disk's size missing", (400, "MissingParameter",
                                        "The input parameter either DataDisk.n.SnapshotId or DataDisk.n.Size should be specified."),
                **{"DataDisk.1.Category": "cloud_ssd"}),
    create_case("disk's size", (400, "InvalidDataDiskSize.ValueNotSupported",
                                "The specified DataDisk.n.Size beyond the permitted range, or the capacity of snapshot exceeds "
                                "the size limit of the specified disk category."), **{"DataDisk.1.Size": 2}),
    create_case("device", (400, "InvalidDataDevice.Malformed", 'The specified parameter "DataDisk.n.Device" is not valid.'),
                **{"DataDisk.1.Size": 20, "DataDisk.1.Device": "/dev/sda"}),
    create_case("device twice", (403, "InvalidDevice.InUse", "The specified device has been occupied."),
                **{"DataDisk.1.Size": 20, "DataDisk.1.Device": "/dev/xvdb", "DataDisk.2.Size": 20,
                   "DataDisk.2.Device": "/dev/vdb"}),
    create_case("dry run", DRY_RUN, DryRun=True),
])
def test_rows_of_create_instance(cloud, more, expected):
    check_both(cloud, "CreateInstance", {**NEW, **more}, expected)


def test_an_instance_that_is_created_stays_stopped(slow_cloud):
    cloud = slow_cloud
    _, vswitch, group = make_network(cloud, settle=lambda: cloud.server.advance(10))
    reply = cloud.CreateInstance(**NEW, InstanceName="made", Description="by hand", SecurityGroupId=group, VSwitchId=vswitch,
                                 **{"DataDisk.1.Size": 20, "Tag.1.Key": "a", "Tag.1.Value": "b", "SystemDisk.Size": 50})
    assert set(reply) == {"RequestId", "InstanceId"}
    instance = reply["InstanceId"]
    assert cloud.instance(instance)["Status"] == "Pending"
    assert cloud.refused("StartInstance", InstanceId=instance) == (403, "IncorrectInstanceStatus")
    cloud.server.advance(10)
    found = cloud.instance(instance)
    assert (found["Status"], found["StoppedMode"], found["StartTime"]) == ("Stopped", "KeepCharging", "")
    assert (found["InstanceName"], found["Description"]) == ("made", "by hand")
    assert found["SecurityGroupIds"] == {"SecurityGroupId": [group]}
    assert found["Tags"]["Tag"] == [{"TagKey": "a", "TagValue": "b"}]
    assert {disk["Size"]: disk["Status"] for disk in cloud.disks(InstanceId=instance)} == {20: "In_use", 50: "In_use"}
    cloud.server.advance(600)
    assert cloud.instance(instance)["Status"] == "Stopped"
    cloud.StartInstance(InstanceId=instance)
    cloud.server.advance(20)
    assert cloud.instance(instance)["Status"] == "Running"


def test_create_instance_with_a_client_token(cloud):
    first = cloud.CreateInstance(**NEW, ClientToken="create-once")["InstanceId"]
    assert cloud.CreateInstance(**NEW, ClientToken="create-once")["InstanceId"] == first
    assert cloud.refused("CreateInstance", **{**NEW, "InstanceType": "ecs.g6.large"}, ClientToken="create-once") == \
        (400, "IdempotentParameterMismatch")


@pytest.mark.parametrize("operation", ["RunInstances", "CreateInstance"])
def test_images_that_cannot_be_used(make_server, operation):
    cloud = Cloud(make_server())
    load_fleet(cloud.server, {"cleat_fleet": 1, "catalogue": {"images": [
        {"id": "everybodys"}, {"id": "gone", "deleted": True}, {"id": "others", "account": "1000000000000009"}]}})
    for image, expected in (("gone", (404, "InvalidImageId.NotFound")), ("others", (404, "InvalidImageId.NotFound"))):
        assert cloud.refused(operation, **{**NEW, "ImageId": image}) == expected
    cloud.call(operation, **{**NEW, "ImageId": "everybodys"})


# ---- ModifyInstanceAttribute


def modify_row(code, parameter, words="is not valid"):
    return 400, code, f'The specified parameter "{parameter}" {words}.'


@pytest.mark.parametrize("name, more, expected", [
    (None, {}, (400, "MissingInstanceId", "InstanceId is mandatory for this action.")),
    ("", {}, EMPTY),
    ("running", {"InstanceName": "x"}, modify_row("InvalidInstanceName.Malformed", "InstanceName")),
    ("running", {"InstanceName": "x" * 129}, modify_row("InvalidInstanceName.Malformed", "InstanceName")),
    ("running", {"Description": "x"}, modify_row("InvalidDescription.Malformed", "Description")),
    *[("running", {"HostName": host}, modify_row("InvalidHostName.Malformed", "HostName"))
      for host in ("x", "x" * 65, "-ab", "ab.", "a..b", "a-.b", "a_b", "a b")],
    *[("windows", {"HostName": host}, modify_row("InvalidHostName.Malformed", "HostName"))
      for host in ("x" * 16, "a.b", "12345")],
    *[("running", {"Password": password}, modify_row("InvalidPassword.Malformed", "Password"))
      for password in ("Short-1", "x" * 31, "alllower1", "Ünicode-12345")],
    ("stopped", {"UserData": "x" * 32769}, modify_row("InvalidUserData.SizeExceeded", "UserData", "exceeds the size")),
    ("running", {"DeletionProtection": "maybe"},
     (400, "InvalidParameter", "The specified value of parameter DeletionProtection is not valid.")),
    ("running", {"CreditSpecification": "Some"},
     (400, "InvalidParameter", "The specified value of parameter CreditSpecification is not valid.")),
    ("i-nothing", MARS, REGION_MALFORMED),
    ("i-nothing", {}, UNKNOWN),
    ("security", {"InstanceName": "new"}, LOCKED),
    ("starting", {"Password": "Password-1"}, STATE),
    ("starting", {"HostName": "host"}, STATE),
    ("building", {"HostName": "host"}, STATE),
    ("running", {"UserData": "eA=="}, STATE),
])
def test_rows_of_modify(world, name, more, expected):
    check_both(world, "ModifyInstanceAttribute", {"InstanceId": world.ids.get(name, name), **more}, expected)


def test_what_is_modified_is_shown(cloud):
    vpc, vswitch, group = make_network(cloud)
    second, third = make_group(cloud, vpc), make_group(cloud, vpc)
    instance = cloud.make_instance(SecurityGroupId=group, VSwitchId=vswitch, Description="before")
    assert set(cloud.ModifyInstanceAttribute(InstanceId=instance)) == {"RequestId"}
    cloud.ModifyInstanceAttribute(InstanceId=instance, InstanceName="after", Description="", HostName="a-host.name",
                                  Password="Password-1", DeletionProtection=True, CreditSpecification="Standard",
                                  Recyclable=False, EnableJumboFrame=False)
    found = cloud.instance(instance)
    assert (found["InstanceName"], found["Description"], found["HostName"], found["DeletionProtection"]) == \
        ("after", "before", "a-host.name", True)
    assert found["SecurityGroupIds"] == {"SecurityGroupId": [group]}
    assert cloud.refused("DeleteInstance", InstanceId=instance, Force=True) == (403, "InvalidOperation.DeletionProtection")
    cloud.ModifyInstanceAttribute(InstanceId=instance, DeletionProtection=False,
                                  **{"SecurityGroupIds.1": second, "SecurityGroupIds.2": third})
    assert cloud.instance(instance)["SecurityGroupIds"] == {"SecurityGroupId": [second, third]}
    assert [one["InstanceId"] for one in cloud.instances(SecurityGroupId=third)] == [instance]
    cloud.stop(instance)
    cloud.ModifyInstanceAttribute(InstanceId=instance, UserData="eA==", HostName="other")
    cloud.DeleteInstance(InstanceId=instance)


def test_modify_an_instance_that_is_leaving(slow_cloud):
    instance = slow_cloud.make_instance()
    slow_cloud.server.advance(60)
    slow_cloud.DeleteInstance(InstanceId=instance, Force=True)
    assert slow_cloud.refused("ModifyInstanceAttribute", InstanceId=instance, DeletionProtection=True) == \
        (403, "IncorrectInstanceStatus")


# ---- batches

BATCHES = {"StartInstances": "stopped", "StopInstances": "running", "RebootInstances": "running", "DeleteInstances": "stopped"}


@pytest.mark.parametrize("operation", BATCHES)
@pytest.mark.parametrize("more, expected", [
    ({"RegionId": None, "InstanceId.1": "i-1"}, (400, "MissingRegionId", "RegionId is mandatory for this action.")),
    ({}, (400, "MissingInstanceId", "InstanceId is mandatory for this action.")),
    ({"RegionId": "", "InstanceId.1": "i-1"}, EMPTY),
    ({**MARS, "InstanceId.1": "i-1"}, REGION_MALFORMED),
    ({"InstanceId.one": "i-1"}, NO_IDS),
    (named(*["i-1"] * 101), TOO_MANY_IDS),
    (named("i-nothing"), UNKNOWN),
], ids=["no region", "no instance", "empty region", "region", "nothing in it", "too many", "unknown"])
def test_rows_of_every_batch(world, operation, more, expected):
    check_both(world, operation, {**HERE, **more}, expected)


@pytest.mark.parametrize("operation, name, more, expected", [
    ("StartInstances", "running", {}, STATE),
    ("StartInstances", "security-off", {}, LOCKED),
    ("StartInstances", "financial-off", {}, EXPIRED),
    ("StartInstances", "diskless", {}, DISK_ERROR),
    ("StartInstances", "stopped", {"DryRun": True}, BATCH_DRY_RUN),
    ("StopInstances", "stopped", {}, STATE),
    ("StopInstances", "security", {}, LOCKED),
    ("StopInstances", "financial", {}, ARREARS),
    ("StopInstances", "running", {"DryRun": True}, BATCH_DRY_RUN),
    ("StopInstances", "running", {"StoppedMode": "Half"},
     (400, "InvalidParameter", "The specified value of parameter StoppedMode is not valid.")),
    ("RebootInstances", "stopped", {}, STATE),
    ("RebootInstances", "security", {}, LOCKED),
    ("RebootInstances", "financial", {}, ARREARS),
    ("RebootInstances", "running", {"DryRun": True}, BATCH_DRY_RUN),
    ("RebootInstances", "running", {"BatchOptimization": "Some"},
     (400, "InvalidParameter", "The specified value of parameter BatchOptimization is not valid.")),
    ("DeleteInstances", "running", {}, STATE),
    ("DeleteInstances", "building", {"Force": True},
     (403, "IncorrectInstanceStatus.Initializing", "The specified instance status does not support this operation.")),
    ("DeleteInstances", "prepaid", {},
     (403, "ChargeTypeViolation", "The operation is not permitted due to charge type of the instance.")),
    ("DeleteInstances", "stopped", {"DryRun": True}, DRY_RUN),
])
def test_rows_of_batches(world, operation, name, more, expected):
    """Together with one that could be: none of them is touched."""
    fine = world.ids[BATCHES[operation]]
    before = world.instance(fine)["Status"]
    check_both(world, operation, {**HERE, **named(world.ids[name], fine), **more}, expected)
    check_both(world, operation, {**HERE, **named(fine, world.ids[name]), **more}, expected)
    assert world.instance(fine)["Status"] == before


def test_a_protected_instance_in_a_batch(world):
    check_both(world, "DeleteInstances", {**HERE, **named(world.ids["stopped"], world.ids["protected"])},
               (403, "InvalidOperation.DeletionProtection",
                f"The operation is not allowed: deletion protection is on for the instance {world.ids['protected']}."))


@pytest.mark.parametrize("operation", ["StartInstances", "StopInstances", "RebootInstances"])
def test_a_dry_run_of_success_first_is_a_success_whatever_it_finds(world, operation):
    for name in ("i-nothing", world.ids["security"], world.ids["running"]):
        check_both(world, operation, {**HERE, **named(name), "BatchOptimization": "SuccessFirst", "DryRun": True}, BATCH_DRY_RUN)
    check_both(world, operation, {**HERE, **named(*["i-1"] * 101), "BatchOptimization": "SuccessFirst", "DryRun": True},
               TOO_MANY_IDS)


def responses(reply):
    return [{name: value for name, value in one.items() if name != "InstanceId"}
            for one in reply["InstanceResponses"]["InstanceResponse"]]


def test_batches_all_together(slow_cloud):
    cloud = slow_cloud
    instances = cloud.make_instances(Amount=3)
    cloud.server.advance(60)

    def step(operation, before, after, seconds, end, **more):
        reply = cloud.call(operation, **HERE, **named(*instances), **more)
        assert [one["InstanceId"] for one in reply["InstanceResponses"]["InstanceResponse"]] == instances
        assert responses(reply) == [{"Code": "200", "Message": "success", "PreviousStatus": before, "CurrentStatus": after}] * 3
        assert {one["Status"] for one in cloud.instances()} == {after}
        cloud.server.advance(seconds)
        assert {one["Status"] for one in cloud.instances()} == {end}

    step("RebootInstances", "Running", "Starting", 30, "Running", ForceReboot=True)
    step("StopInstances", "Running", "Stopping", 20, "Stopped", StoppedMode="StopCharging")
    assert {one["StoppedMode"] for one in cloud.instances()} == {"StopCharging"}
    step("StartInstances", "Stopped", "Starting", 20, "Running", BatchOptimization="AllTogether")
    assert set(cloud.DeleteInstances(**HERE, **named(*instances), Force=True)) == {"RequestId"}
    cloud.server.advance(10)
    assert cloud.instances() == []
    assert cloud.disks() == []


def test_success_first(cloud):
    running, stopped = cloud.make_instance(), cloud.make_instance()
    cloud.stop(stopped)
    reply = cloud.StartInstances(**HERE, **named(running, "i-nothing", stopped, stopped), BatchOptimization="SuccessFirst")
    assert [one["InstanceId"] for one in reply["InstanceResponses"]["InstanceResponse"]] == [running, "i-nothing", stopped]
    assert responses(reply) == [
        {"Code": STATE[1], "Message": STATE[2], "PreviousStatus": "", "CurrentStatus": ""},
        {"Code": UNKNOWN[1], "Message": UNKNOWN[2], "PreviousStatus": "", "CurrentStatus": ""},
        {"Code": "200", "Message": "success", "PreviousStatus": "Stopped", "CurrentStatus": "Starting"}]
    assert cloud.instance(stopped)["Status"] == "Running"


def test_a_hundred_at_once(own_cloud):
    cloud = own_cloud()
    instances = cloud.make_instances(Amount=100)
    assert len(responses(cloud.StopInstances(**HERE, **named(*instances)))) == 100
    assert cloud.DescribeInstances(Status="Stopped")["TotalCount"] == 100
    cloud.DeleteInstances(**HERE, **named(*instances))
    assert cloud.instances() == []


def test_delete_instances_with_a_client_token(cloud):
    instances = cloud.make_instances(Amount=2)
    for _ in range(2):
        cloud.DeleteInstances(**HERE, **named(*instances), Force=True, ClientToken="delete-once")
    assert cloud.refused("DeleteInstances", **HERE, **named(*instances), Force=True) == UNKNOWN[:2]


# ---- DescribeInstanceStatus, DescribeInstanceAttribute


def statuses(cloud, **more):
    reply = cloud.DescribeInstanceStatus(**{**HERE, "PageSize": 50, **more})
    return {one["InstanceId"]: one["Status"] for one in reply["InstanceStatuses"]["InstanceStatus"]}


def test_status_of_instances(world):
    expected = {world.ids[name]: status for name, status in (
        ("running", "Running"), ("stopped", "Stopped"), ("starting", "Starting"), ("stopping", "Stopping"), ("building", "Pending"))}
    assert expected.items() <= statuses(world).items()
    assert len(statuses(world)) == len(world.ids)
    assert statuses(world, **named(*expected)) == expected
    assert statuses(world, **named("i-nothing")) == {}
    assert len(statuses(world, ZoneId=ZONE)) == len(world.ids)
    assert statuses(world, ZoneId="cn-hangzhou-i") == statuses(world, RegionId="cn-shanghai") == {}
    seen = {}
    for page in (1, 2, 3):
        reply = world.DescribeInstanceStatus(**HERE, PageNumber=page, PageSize=5)
        assert (reply["TotalCount"], reply["PageNumber"], reply["PageSize"]) == (len(world.ids), page, 5)
        seen.update({one["InstanceId"]: one["Status"] for one in reply["InstanceStatuses"]["InstanceStatus"]})
    assert seen == statuses(world)
    assert len(world.DescribeInstanceStatus(**HERE)["InstanceStatuses"]["InstanceStatus"]) == 10


def test_attribute_of_an_instance(world):
    for name, locks in (("running", []), ("security", ["security"]), ("financial", ["financial"])):
        found = world.DescribeInstanceAttribute(InstanceId=world.ids[name])
        listed = world.instance(world.ids[name])
        assert [lock["LockReason"] for lock in found["OperationLocks"]["LockReason"]] == locks
        assert [lock["LockReason"] for lock in listed["OperationLocks"]["LockReason"]] == locks
        for member in set(found) - {"RequestId", "IoOptimized", "OperationLocks"}:
            assert found[member] == listed[member], member
        assert found["IoOptimized"] == "optimized" and listed["IoOptimized"] is True
        assert TIME_MINUTES.fullmatch(found["CreationTime"]) and UUID.fullmatch(found["SerialNumber"])
        assert (found["Cpu"], found["Memory"], found["Status"]) == (2, 8192, "Running")


def test_no_account_sees_or_touches_instances_of_another(make_server):
    cloud = Cloud(make_server())
    instance = cloud.make_instance()
    load_fleet(cloud.server, OTHER_ACCOUNT)
    other = Cloud(cloud.server, "other", "other-secret")
    assert statuses(other) == {}
    for operation in ("RebootInstance", "ModifyInstanceAttribute", "DescribeInstanceAttribute"):
        assert other.refused(operation, InstanceId=instance) == UNKNOWN[:2]
    for operation in BATCHES:
        assert other.refused(operation, **HERE, **named(instance), Force=True) == UNKNOWN[:2]
    assert cloud.instance(instance)["Status"] == "Running"


# ---- both formats


@pytest.mark.parametrize("operation", ["StartInstances", "StopInstances", "RebootInstances"])
def test_batches_in_xml(cloud, operation):
    parameters = {**HERE, **named("i-1", "i-2"), "BatchOptimization": "SuccessFirst"}
    in_json, in_xml = cloud.raw(operation, parameters), cloud.raw(operation, parameters, xml=True)
    assert leaves_of_json(in_json.json)[1:] == leaves_of_xml(in_xml.xml)[1:]
    assert [code.text for code in in_xml.xml.iter("Code")] == [UNKNOWN[1]] * 2


def test_a_batch_in_a_form(cloud):
    instances = cloud.make_instances(Amount=2)
    reply = cloud.raw("StopInstances", {**HERE, **named(*instances)}, method="POST")
    assert reply.status == 200 and len(reply.json["InstanceResponses"]["InstanceResponse"]) == 2


def test_zone_that_there_is_not_in_the_words_of_run_instances(cloud):
    parameters = {"RegionId": REGION, "ZoneId": "cn-hangzhou-z", "ImageId": IMAGE, "InstanceType": TYPE}
    assert cloud.raw("RunInstances", parameters).fault == (
        404, "InvalidZoneId.NotFound", "The specified ZoneId does not exist.")
