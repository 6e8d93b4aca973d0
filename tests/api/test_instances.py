"""Verbs of instances beside run, start, stop and delete: each row of their tables of errors, what they change, and what is
told of instances, images, types, events and tasks."""

import datetime
import json

import pytest

from cloud import (IMAGE, REGION, TIME_MINUTES, TIME_SECONDS, TYPE, UUID, ZONE, Cloud, edit_store, leaves_of_json,
                   leaves_of_xml)

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
    assert cloud.raw(operation, parameters).fault == expected
    assert cloud.raw(operation, parameters, xml=True).fault == expected


@pytest.fixture(scope="module")
def world(make_module_server):
    """Instances in every condition that a verb asks about. Refused calls change none of them."""
    cloud = Cloud(make_module_server(durable=True, clock="manual", pace="real"))
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
    edit_store(cloud.server, *[("UPDATE instance SET locks = ? WHERE id = ?", [name.split("-")[0], ids[name]])
                               for name in ("security", "financial", "security-off", "financial-off")])
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
    reply = cloud.CreateInstance(**NEW, InstanceName="made", Description="by hand", SecurityGroupId="sg-1", VSwitchId="vsw-1",
                                 **{"DataDisk.1.Size": 20, "Tag.1.Key": "a", "Tag.1.Value": "b", "SystemDisk.Size": 50})
    assert set(reply) == {"RequestId", "InstanceId"}
    instance = reply["InstanceId"]
    assert cloud.instance(instance)["Status"] == "Pending"
    assert cloud.refused("StartInstance", InstanceId=instance) == (403, "IncorrectInstanceStatus")
    cloud.server.advance(10)
    found = cloud.instance(instance)
    assert (found["Status"], found["StoppedMode"], found["StartTime"]) == ("Stopped", "KeepCharging", "")
    assert (found["InstanceName"], found["Description"]) == ("made", "by hand")
    assert found["SecurityGroupIds"] == {"SecurityGroupId": ["sg-1"]}
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
    cloud = Cloud(make_server(durable=True))
    insert = "INSERT INTO image SELECT ?, ?, ?, 'linux', 'OS', 'OS', 20, ?, 0 FROM account"
    edit_store(cloud.server, *[(insert, [name, owner, name, gone]) for name, owner, gone in
                               (("everybodys", "", 0), ("gone", "", 1), ("others", "1000000000000009", 0))])
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
    instance = cloud.make_instance(SecurityGroupId="sg-1", Description="before")
    assert set(cloud.ModifyInstanceAttribute(InstanceId=instance)) == {"RequestId"}
    cloud.ModifyInstanceAttribute(InstanceId=instance, InstanceName="after", Description="", HostName="a-host.name",
                                  Password="Password-1", DeletionProtection=True, CreditSpecification="Standard",
                                  Recyclable=False, EnableJumboFrame=False)
    found = cloud.instance(instance)
    assert (found["InstanceName"], found["Description"], found["HostName"], found["DeletionProtection"]) == \
        ("after", "before", "a-host.name", True)
    assert found["SecurityGroupIds"] == {"SecurityGroupId": ["sg-1"]}
    assert cloud.refused("DeleteInstance", InstanceId=instance, Force=True) == (403, "InvalidOperation.DeletionProtection")
    cloud.ModifyInstanceAttribute(InstanceId=instance, DeletionProtection=False,
                                  **{"SecurityGroupIds.1": "sg-2", "SecurityGroupIds.2": "sg-3"})
    assert cloud.instance(instance)["SecurityGroupIds"] == {"SecurityGroupId": ["sg-2", "sg-3"]}
    assert [one["InstanceId"] for one in cloud.instances(SecurityGroupId="sg-3")] == [instance]
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


@pytest.mark.parametrize("operation, parameters, expected", [
    ("DescribeInstanceStatus", {"RegionId": None}, (400, "MissingRegionId", "RegionId is mandatory for this action.")),
    ("DescribeInstanceStatus", {"RegionId": ""}, EMPTY),
    ("DescribeInstanceStatus", MARS, REGION_UNKNOWN),
    ("DescribeInstanceStatus", {"ZoneId": "cn-hangzhou-z"},
     (404, "InvalidZoneId.NotFound", "The ZoneId provided does not exist in our records.")),
    ("DescribeInstanceStatus", {"PageSize": 51},
     (400, "InvalidParameter", "The specified value of parameter PageSize is not valid.")),
    ("DescribeInstanceStatus", named(*["i-1"] * 101),
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
    ("DescribeInstanceTypes", {"MinimumMemorySize": "many"},
     (400, "InvalidParameter", "The specified value of parameter MinimumMemorySize is not valid.")),
    ("DescribeInstanceTypes", {"MaximumMemorySize": "0x10"},
     (400, "InvalidParameter", "The specified value of parameter MaximumMemorySize is not valid.")),
    ("DescribeInstanceTypes", {"InstanceFamilyLevel": "Top"},
     (400, "InvalidParameter", "The specified value of parameter InstanceFamilyLevel is not valid.")),
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
    check_both(cloud, operation, {**({} if needs_no_region else HERE), **parameters}, expected)


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


# ---- images and types


def images(cloud, **more):
    return {image["ImageId"]: image for image in cloud.DescribeImages(**HERE, **{"PageSize": 100, **more})["Images"]["Image"]}


@pytest.fixture(scope="module")
def catalogue(make_module_server):
    """Two images of the account beside the built-in ones, one of another and one that is deleted; a type of half a GiB."""
    cloud = Cloud(make_module_server(durable=True))
    cloud.make_instance()
    insert = "INSERT INTO image SELECT ?, id, ?, ?, 'OS', 'OS', 30, ?, ? FROM account"
    edit_store(cloud.server,
               (insert, ["m-mine", "mine", "linux", 0, 1577836800000]),
               (insert, ["m-window", "my window", "windows", 0, 1577836800000]),
               (insert, ["m-gone", "gone", "linux", 1, 0]),
               ("INSERT INTO image VALUES ('m-other', '1000000000000009', 'other', 'linux', 'OS', 'OS', 30, 0, 0)", []),
               ("INSERT INTO instance_type VALUES ('ecs.t5-tiny', 'ecs.t5', 1, 512, 1, 0, 16)", []))
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


# ---- events


@pytest.fixture(scope="module")
def history(make_module_server):
    """Three instances whose AutoReleaseTime comes, an hour apart; the second is protected."""
    cloud = Cloud(make_module_server(clock="manual", pace="real"))
    cloud.start = cloud.server.advance(1)
    cloud.times, cloud.released = [], []
    for number in range(3):
        at = moment_after(cloud, (number + 1) * 3600)
        cloud.times.append(at)
        cloud.released.append(cloud.make_instance(AutoReleaseTime=at, DeletionProtection=number == 1))
    cloud.server.advance(60)
    for _ in range(4):
        cloud.server.advance(3600)
    cloud.found = events(cloud)
    return cloud


def moment_after(cloud, seconds):
    now = datetime.datetime.fromisoformat(cloud.start.replace("Z", "+00:00"))
    return (now + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%MZ")


def events(cloud, **more):
    reply = cloud.DescribeInstanceHistoryEvents(**{**HERE, "PageSize": 100, **more})
    return reply["InstanceSystemEventSet"]["InstanceSystemEventType"]


def test_releases_at_their_time_are_events(history):
    assert [event["InstanceId"] for event in history.found] == history.released[::-1]
    for event, instance, at in zip(history.found, history.released[::-1], history.times[::-1]):
        protected = instance == history.released[1]
        assert event["EventType"] == {"Name": "InstanceExpiration.Delete"}
        assert event["EventCycleStatus"] == ({"Name": "Failed"} if protected else {"Name": "Executed", "Code": 0})
        assert event["NotBefore"] == at[:-1] + ":00Z"
        assert event["EventPublishTime"] == event["EventFinishTime"] >= event["NotBefore"]
        assert TIME_SECONDS.fullmatch(event["EventPublishTime"])
        assert event["EventId"].startswith("e-bp")
        assert (event["ResourceType"], event["ExtendedAttribute"]) == ("instance", {})
        assert event["ReasonCode"] == ("instance-deletion-protected" if protected else "")
        assert "AutoReleaseTime" in event["Reason"]
    assert [history.instance(instance) is None for instance in history.released] == [True, False, True]


def seen(history, **filters):
    return [history.released.index(event["InstanceId"]) for event in events(history, **filters)]


def test_filters_of_events(history):
    first, second, third = history.released
    published = [event["EventPublishTime"] for event in history.found[::-1]]
    ids = [event["EventId"] for event in history.found[::-1]]
    cases = [
        ({"InstanceId": second}, [1]), ({"InstanceId": "i-nothing"}, []),
        ({"ResourceId.1": first, "ResourceId.2": third}, [2, 0]), ({"ResourceId.1": first, "InstanceId": second}, [0]),
        ({"ResourceType": "instance"}, [2, 1, 0]), ({"ResourceType": "ddh"}, []), ({"ResourceType": "managedhost"}, []),
        ({"ResourceType": "disk"}, []),
        ({"EventCycleStatus": "Executed"}, [2, 0]), ({"EventCycleStatus": "Failed"}, [1]), ({"EventCycleStatus": "Scheduled"}, []),
        ({"InstanceEventCycleStatus.1": "Failed", "EventCycleStatus": "Executed"}, [1]),
        ({"InstanceEventCycleStatus.1": "Avoided", "InstanceEventCycleStatus.2": "Executed"}, [2, 0]),
        ({"InstanceEventCycleStatus.1": "Executed", "InstanceEventCycleStatus.2": "Failed"}, [2, 1, 0]),
        ({"EventType": "InstanceExpiration.Delete"}, [2, 1, 0]), ({"EventType": "SystemFailure.Delete"}, []),
        ({"InstanceEventType.1": "SystemFailure.Reboot"}, []),
        ({"InstanceEventType.1": "SystemFailure.Reboot", "InstanceEventType.2": "InstanceExpiration.Delete"}, [2, 1, 0]),
        ({"EventId.1": ids[1], "EventId.2": "e-nothing"}, [1]), ({"EventId.1": "e-nothing"}, []),
        ({"EventPublishTime.Start": published[1]}, [2, 1]), ({"EventPublishTime.End": published[1]}, [1, 0]),
        ({"EventPublishTime.Start": published[1], "EventPublishTime.End": published[1]}, [1]),
        ({"NotBefore.Start": history.times[1]}, [2, 1]), ({"NotBefore.End": history.times[1]}, [1, 0]),
        ({"NotBefore.Start": history.times[2][:-1] + ":01Z"}, []),
        ({"EventType": "", "EventCycleStatus": "", "InstanceId": "", "ResourceType": "", "NotBefore.Start": ""}, [2, 1, 0]),
        ({"RegionId": "cn-shanghai"}, []),
    ]
    for filters, expected in cases:
        assert seen(history, **filters) == expected, filters
        assert history.DescribeInstanceHistoryEvents(**{**HERE, **filters})["TotalCount"] == len(expected), filters


def test_pages_of_events(history):
    for page, expected in ((1, [2, 1]), (2, [0]), (3, [])):
        reply = history.DescribeInstanceHistoryEvents(**HERE, PageNumber=page, PageSize=2)
        assert (reply["TotalCount"], reply["PageNumber"], reply["PageSize"]) == (3, page, 2)
        found = reply["InstanceSystemEventSet"]["InstanceSystemEventType"]
        assert [history.released.index(event["InstanceId"]) for event in found] == expected
    reply = history.DescribeInstanceHistoryEvents(**HERE, MaxResults=1)  # at least ten
    assert len(reply["InstanceSystemEventSet"]["InstanceSystemEventType"]) == 3
    assert "NextToken" not in reply


def test_events_by_token(own_cloud):
    cloud = own_cloud(clock="manual", pace="real")
    cloud.start = cloud.server.advance(1)
    instances = cloud.make_instances(Amount=12, AutoReleaseTime=moment_after(cloud, 3600))
    cloud.server.advance(60)
    cloud.server.advance(3600)
    first = cloud.DescribeInstanceHistoryEvents(**HERE, MaxResults=10)
    second = cloud.DescribeInstanceHistoryEvents(**HERE, MaxResults=10, NextToken=first["NextToken"])
    assert "NextToken" not in second
    pages = [[event["InstanceId"] for event in reply["InstanceSystemEventSet"]["InstanceSystemEventType"]]
             for reply in (first, second)]
    assert [len(page) for page in pages] == [10, 2]
    assert sorted(pages[0] + pages[1]) == sorted(instances)


def test_what_goes_well_makes_no_event_and_no_task(cloud):
    disk, instance = cloud.make_attached()
    cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    cloud.RebootInstance(InstanceId=instance)
    cloud.stop(instance)
    assert events(cloud, InstanceId=instance) == events(cloud, ResourceType="disk", **{"ResourceId.1": disk}) == []
    reply = cloud.DescribeTasks(**HERE, **{"ResourceIds.1": disk})
    assert (reply["TaskSet"], reply["TotalCount"], reply["RegionId"]) == ({"Task": []}, 0, REGION)
    assert cloud.DescribeTasks(**HERE, TaskStatus="Finished", TaskAction="ModifyDiskSpec", StartTime="2020-01-01T00:00Z",
                               EndTime="2020-01-01T00:00Z", TaskIds="t-1,t-2")["TotalCount"] == 0


def test_events_of_work_that_came_to_nothing(make_server):
    """No guest refuses and no driver fails here: the rows are written as the core writes them."""
    cloud = Cloud(make_server(durable=True))
    disk, instance = cloud.make_attached()
    insert = ("INSERT INTO event SELECT ?, realm, account, scope, region, ?, ?, ?, ?, '/dev/xvdb', 'job-1', 'disk-in-use-by-guest',"
              " 'mounted on /data', 1577836800000, 1577836860000 FROM instance LIMIT 1")
    edit_store(cloud.server, (insert, ["e-1", "detach", "failed", instance, disk]),
               (insert, ["e-2", "detach", "executed", instance, disk]), (insert, ["e-3", "instance-create", "failed", "i-gone", ""]),
               (insert, ["e-4", "instance-start", "failed", instance, ""]), (insert, ["e-5", "disk-create", "failed", "", "d-gone"]))
    found = {event["EventId"]: event for event in events(cloud)}
    assert {name: event["EventType"]["Name"] for name, event in found.items()} == {
        "e-1": "SystemMaintenance.IsolateErrorDisk", "e-2": "SystemMaintenance.IsolateErrorDisk", "e-3": "SystemFailure.Delete",
        "e-4": "InstanceFailure.Reboot"}
    assert found["e-1"]["ExtendedAttribute"] == {"DiskId": disk, "Device": "/dev/xvdb"}
    assert (found["e-1"]["Reason"], found["e-1"]["ReasonCode"]) == ("mounted on /data", "disk-in-use-by-guest")
    assert (found["e-1"]["NotBefore"], found["e-1"]["EventPublishTime"]) == ("2020-01-01T00:00:00Z", "2020-01-01T00:01:00Z")
    of_disks = {event["EventId"]: event for event in events(cloud, ResourceType="disk")}
    assert set(of_disks) == {"e-1", "e-2", "e-5"}
    assert {event["ResourceType"] for event in of_disks.values()} == {"disk"}
    assert [event["EventId"] for event in events(cloud, ResourceType="disk", **{"ResourceId.1": "d-gone"})] == ["e-5"]
    assert {event["EventId"] for event in events(cloud, EventType="SystemMaintenance.IsolateErrorDisk")} == {"e-1", "e-2"}
    # What makes the disk driver of Kubernetes give up waiting for a detach.
    assert not [event for event in found.values() if "ecs_alarm_center" in event["EventType"]["Name"]]


def test_no_account_sees_or_touches_instances_of_another(make_server):
    cloud = Cloud(make_server(durable=True))
    instance = cloud.make_instance()
    edit_store(cloud.server,
               ("INSERT INTO account VALUES ('1000000000000001', 'aliyun', 'other', 1, 0, 9999999999999)", []),
               ("INSERT INTO access_key VALUES ('other', '1000000000000001', 'other-secret', '', 'active', 0)", []),
               ("INSERT INTO event SELECT 'e-1', realm, account, scope, region, 'detach', 'failed', id, '', '', '', '', '', 1, 1"
                " FROM instance", []))
    other = Cloud(cloud.server, "other", "other-secret")
    assert len(events(cloud)) == 1 and events(other) == []
    assert statuses(other) == {} and images(other)[IMAGE]["Usage"] == "none"
    for operation in ("RebootInstance", "ModifyInstanceAttribute", "DescribeInstanceAttribute"):
        assert other.refused(operation, InstanceId=instance) == UNKNOWN[:2]
    for operation in BATCHES:
        assert other.refused(operation, **HERE, **named(instance), Force=True) == UNKNOWN[:2]
    assert cloud.instance(instance)["Status"] == "Running"


# ---- both formats


@pytest.mark.parametrize("operation, parameters", [
    ("DescribeInstanceStatus", HERE), ("DescribeImages", HERE), ("DescribeImages", {**HERE, "ImageId": "none"}),
    ("DescribeInstanceTypes", {}), ("DescribeInstanceTypes", {"MaxResults": 1}), ("DescribeTasks", HERE),
    ("DescribeInstanceHistoryEvents", HERE), ("DescribeInstanceHistoryEvents", {**HERE, "EventId.1": "e-nothing"}),
    ("DescribeInstanceAttribute", None)])
def test_xml_and_json_carry_the_same(history, operation, parameters):
    parameters = parameters if parameters is not None else {"InstanceId": history.released[1]}
    in_json, in_xml = history.raw(operation, parameters), history.raw(operation, parameters, xml=True)
    assert in_json.status == in_xml.status == 200
    assert [leaf for leaf in leaves_of_json(in_json.json) if leaf[0] != ("RequestId",)] == \
        [leaf for leaf in leaves_of_xml(in_xml.xml) if leaf[0] != ("RequestId",)]
    assert in_xml.xml.tag == operation + "Response"


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
