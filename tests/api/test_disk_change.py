"""What the operations change that work on a disk that exists, and what snapshots are: effects, times, filters, pages."""

import json

import pytest

import cloud as clouds
from cloud import IMAGE, REGION, TIME_SECONDS, TYPE, ZONE, Cloud, leaves_of_json, leaves_of_xml

UBUNTU = "ubuntu_22_04_x64_20G_alibase_20240926.vhd"
WINDOWS = "win2022_21H2_x64_dtc_zh-cn_40G_alibase_20240917.vhd"


def snapshots(cloud, **filters):
    return cloud.DescribeSnapshots(**{"RegionId": REGION, "PageSize": 100, **filters})["Snapshots"]["Snapshot"]


def snapshot(cloud, snapshot_id):
    found = snapshots(cloud, SnapshotIds=json.dumps([snapshot_id]))
    return found[0] if found else None


def make_snapshot(cloud, disk, **more):
    return cloud.CreateSnapshot(DiskId=disk, **more)["SnapshotId"]


def stopped_with_disk(cloud, **more):
    """(instance, data disk), the instance Stopped."""
    instance = cloud.make_instance(**{"DataDisk.1.Size": 20, "DataDisk.1.DeleteWithInstance": False, **more})
    cloud.stop(instance)
    (disk,) = cloud.disks_of(instance)
    return instance, disk


# ---- ModifyDiskAttribute


@pytest.mark.parametrize("parameter, value", [
    ("DiskName", "a new name"), ("Description", "what it is for"), ("DeleteWithInstance", True), ("DeleteWithInstance", False),
    ("DeleteAutoSnapshot", False), ("EnableAutoSnapshot", True), ("BurstingEnabled", True)])
def test_one_attribute_changes_and_the_others_do_not(cloud, parameter, value):
    disk, _ = cloud.make_attached(DiskName="name", Description="text")
    before = cloud.disk(disk)
    cloud.ModifyDiskAttribute(DiskId=disk, RegionId=REGION, **{parameter: value})
    assert cloud.disk(disk) == {**before, parameter: value}


def test_attributes_of_several_disks(cloud):
    disks = [cloud.make_disk() for _ in range(3)]
    cloud.ModifyDiskAttribute(**{f"DiskIds.{n}": disk for n, disk in enumerate(disks[:2], 1)}, DiskName="several")
    assert [cloud.disk(disk)["DiskName"] for disk in disks] == ["several", "several", ""]
    cloud.ModifyDiskAttribute(DiskId=disks[0], DiskName="")
    assert cloud.disk(disks[0])["DiskName"] == ""


def test_delete_with_instance_decides_what_goes(cloud):
    instance, disk = stopped_with_disk(cloud)
    cloud.ModifyDiskAttribute(DiskId=disk, DeleteWithInstance=True)
    cloud.DeleteInstance(InstanceId=instance)
    assert cloud.disk(disk) is None
    instance, disk = stopped_with_disk(cloud)
    system = cloud.system_disk(instance)
    cloud.ModifyDiskAttribute(DiskId=system, DeleteWithInstance=False)
    cloud.DeleteInstance(InstanceId=instance)
    assert [cloud.status(disk), cloud.status(system)] == ["Available", "Available"]


# ---- ResizeDisk


def test_size_is_shown_at_once(slow_cloud):
    """The CSI driver reads it right after the reply."""
    disk = slow_cloud.make_disk()
    slow_cloud.server.advance(60)
    slow_cloud.ResizeDisk(DiskId=disk, NewSize=30)
    assert slow_cloud.disk(disk)["Size"] == 30


@pytest.mark.parametrize("kind", ["offline", "online", None])
def test_a_disk_in_use_grows(cloud, kind):
    disk, instance = cloud.make_attached()
    cloud.ResizeDisk(DiskId=disk, NewSize=21, Type=kind)
    assert (cloud.disk(disk)["Size"], cloud.status(disk)) == (21, "In_use")
    cloud.ResizeDisk(DiskId=cloud.system_disk(instance), NewSize=2048)
    assert cloud.disk(cloud.system_disk(instance))["Size"] == 2048


def test_a_resize_is_repeated_with_its_token(cloud):
    disk = cloud.make_disk()
    for _ in range(2):
        cloud.ResizeDisk(DiskId=disk, NewSize=30, ClientToken=f"resize-{disk}")
    assert cloud.disk(disk)["Size"] == 30
    assert cloud.refused("ResizeDisk", DiskId=disk, NewSize=31, ClientToken=f"resize-{disk}") == \
        (400, "IdempotentParameterMismatch")


# ---- ReInitDisk, ResetDisk


def test_a_disk_is_reiniting_meanwhile(slow_cloud):
    instance, disk = slow_cloud.make_instance(), None
    slow_cloud.server.advance(60)
    slow_cloud.stop(instance)
    slow_cloud.server.advance(60)
    disk = slow_cloud.system_disk(instance)
    before = slow_cloud.disk(disk)
    slow_cloud.ReInitDisk(DiskId=disk)
    found = slow_cloud.disk(disk)
    assert found == {**before, "Status": "ReIniting"}
    assert slow_cloud.disks(Status="ReIniting") == [found]
    assert slow_cloud.refused("StartInstance", InstanceId=instance) == (403, "IncorrectInstanceStatus")
    assert slow_cloud.refused("DetachDisk", DiskId=disk, InstanceId=instance) == (403, "IncorrectDiskStatus")
    assert slow_cloud.refused("DeleteInstance", InstanceId=instance, Force=True) == (403, "IncorrectInstanceStatus")
    slow_cloud.server.advance(30)
    assert slow_cloud.disk(disk) == before
    slow_cloud.StartInstance(InstanceId=instance)


def test_an_instance_is_started_after_its_disk_was_reinitialised(cloud):
    instance, disk = stopped_with_disk(cloud)
    cloud.ReInitDisk(DiskId=disk, AutoStartInstance=True, Password="Secret-1234")
    assert (cloud.instance(instance)["Status"], cloud.status(disk)) == ("Running", "In_use")


def test_a_disk_is_put_back_to_its_snapshot(slow_cloud):
    disk = slow_cloud.make_disk()
    instance = slow_cloud.make_instance()
    slow_cloud.server.advance(60)
    slow_cloud.AttachDisk(DiskId=disk, InstanceId=instance)
    slow_cloud.server.advance(60)
    kept = make_snapshot(slow_cloud, disk)
    slow_cloud.server.advance(60)
    slow_cloud.stop(instance)
    slow_cloud.server.advance(60)
    slow_cloud.ResetDisk(DiskId=disk, SnapshotId=kept)
    assert (slow_cloud.status(disk), slow_cloud.disk(disk)["InstanceId"]) == ("ReIniting", instance)
    assert slow_cloud.refused("DeleteSnapshot", SnapshotId=kept) == (403, "Operation.Conflict")
    slow_cloud.server.advance(30)
    assert slow_cloud.status(disk) == "In_use"
    slow_cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    slow_cloud.server.advance(60)
    slow_cloud.ResetDisk(DiskId=disk, SnapshotId=kept)  # also while it is Available
    assert (slow_cloud.status(disk), slow_cloud.disk(disk)["InstanceId"]) == ("ReIniting", "")
    assert slow_cloud.refused("AttachDisk", DiskId=disk, InstanceId=instance) == (403, "IncorrectDiskStatus")
    slow_cloud.server.advance(30)
    assert slow_cloud.status(disk) == "Available"


# ---- ReplaceSystemDisk


def test_a_new_system_disk_takes_the_old_ones_place_in_one_step(slow_cloud):
    instance = slow_cloud.make_instance()
    slow_cloud.server.advance(60)
    slow_cloud.stop(instance)
    slow_cloud.server.advance(60)
    old = slow_cloud.system_disk(instance)
    new = slow_cloud.ReplaceSystemDisk(InstanceId=instance, ImageId=UBUNTU)["DiskId"]
    assert new not in (old, "")
    for _ in range(4):
        found = slow_cloud.disk(new)
        assert (found["Status"], found["Type"], found["InstanceId"], found["ImageId"]) == ("Creating", "system", "", UBUNTU)
        assert (slow_cloud.status(old), slow_cloud.system_disk(instance)) == ("In_use", old)
        assert slow_cloud.instance(instance)["ImageId"] == IMAGE
        assert slow_cloud.refused("StartInstance", InstanceId=instance) == (403, "IncorrectInstanceStatus")
        slow_cloud.server.advance(9)
    slow_cloud.server.advance(4)
    found = slow_cloud.disk(new)
    assert (found["Status"], found["InstanceId"], found["Device"]) == ("In_use", instance, "/dev/xvda")
    assert (found["Size"], found["DeleteWithInstance"], found["Portable"]) == (40, True, True)
    assert slow_cloud.disk(old) is None
    assert slow_cloud.system_disk(instance) == new
    assert slow_cloud.instance(instance)["ImageId"] == UBUNTU
    slow_cloud.StartInstance(InstanceId=instance)
    slow_cloud.server.advance(60)
    assert slow_cloud.instance(instance)["Status"] == "Running"


@pytest.mark.parametrize("image, size, expected", [(UBUNTU, None, 40), (WINDOWS, None, 40), (UBUNTU, 20, 20), (UBUNTU, 100, 100)])
def test_size_of_a_new_system_disk(cloud, image, size, expected):
    instance = cloud.make_instance(**{"SystemDisk.Size": 60})
    cloud.stop(instance)
    new = cloud.ReplaceSystemDisk(InstanceId=instance, ImageId=image, **{"SystemDisk.Size": size})["DiskId"]
    assert cloud.disk(new)["Size"] == expected


def test_a_replacement_is_repeated_with_its_token(cloud):
    instance = cloud.make_instance()
    cloud.stop(instance)
    token = f"replace-{instance}"
    new = {cloud.ReplaceSystemDisk(InstanceId=instance, ImageId=UBUNTU, ClientToken=token)["DiskId"] for _ in range(2)}
    assert new == {cloud.system_disk(instance)}


def test_the_new_system_disk_goes_with_the_instance(cloud):
    instance = cloud.make_instance()
    cloud.stop(instance)
    new = cloud.ReplaceSystemDisk(InstanceId=instance, ImageId=UBUNTU)["DiskId"]
    cloud.DetachDisk(DiskId=new, InstanceId=instance)
    cloud.AttachDisk(DiskId=new, InstanceId=instance, Bootable=True, Password="Secret-1234")
    cloud.DeleteInstance(InstanceId=instance)
    assert cloud.disk(new) is None


# ---- snapshots


def test_a_snapshot_from_creation_to_deletion(slow_cloud):
    disk, instance = slow_cloud.make_disk(Size=33), slow_cloud.make_instance()
    slow_cloud.server.advance(60)
    slow_cloud.AttachDisk(DiskId=disk, InstanceId=instance)
    slow_cloud.server.advance(60)
    kept = make_snapshot(slow_cloud, disk, SnapshotName="before the update", Description="of the day", RetentionDays=7,
                         InstantAccess=True, InstantAccessRetentionDays=3, ResourceGroupId="rg-1",
                         **{"Tag.1.Key": "team", "Tag.1.Value": "storage"})
    found = snapshot(slow_cloud, kept)
    assert kept.startswith("s-bp1")
    assert {name: found[name] for name in ("Status", "Progress", "RemainTime", "Available")} == \
        {"Status": "progressing", "Progress": "0%", "RemainTime": 60, "Available": False}
    slow_cloud.server.advance(45)
    assert (snapshot(slow_cloud, kept)["Progress"], snapshot(slow_cloud, kept)["RemainTime"]) == ("74%", 15)
    slow_cloud.server.advance(15)
    found = snapshot(slow_cloud, kept)
    assert TIME_SECONDS.fullmatch(found["CreationTime"]) and found["LastModifiedTime"] > found["CreationTime"]
    assert {name: found[name] for name in found if name not in ("CreationTime", "LastModifiedTime", "SnapshotSN")} == {
        "SnapshotId": kept, "RegionId": REGION, "SnapshotLinkId": "sl-" + disk[2:], "SnapshotName": "before the update",
        "Description": "of the day", "SnapshotType": "user", "Category": "Standard", "Status": "accomplished",
        "Progress": "100%", "RemainTime": 0, "Available": True, "SourceDiskId": disk, "SourceDiskSize": "33",
        "SourceDiskType": "data", "SourceStorageType": "disk", "SourceSnapshotId": "", "SourceRegionId": "",
        "ProductCode": "", "Usage": "none", "RetentionDays": 7, "InstantAccess": True, "InstantAccessRetentionDays": 3,
        "Encrypted": False, "KMSKeyId": "", "ResourceGroupId": "rg-1",
        "Tags": {"Tag": [{"TagKey": "team", "TagValue": "storage"}]}}
    slow_cloud.DeleteSnapshot(SnapshotId=kept)
    assert snapshot(slow_cloud, kept) is None
    slow_cloud.server.advance(10)
    slow_cloud.DeleteSnapshot(SnapshotId=kept)  # no error


def test_a_snapshot_is_deleted_after_its_days(slow_cloud):
    disk, instance = slow_cloud.make_disk(), slow_cloud.make_instance()
    slow_cloud.server.advance(60)
    slow_cloud.AttachDisk(DiskId=disk, InstanceId=instance)
    slow_cloud.server.advance(60)
    kept = make_snapshot(slow_cloud, disk, RetentionDays=1)
    slow_cloud.server.advance(86399)
    assert snapshot(slow_cloud, kept)
    slow_cloud.server.advance(1)
    assert snapshot(slow_cloud, kept) is None


def test_what_happens_to_the_disk_does_not_matter(slow_cloud):
    """The moment is fixed when the reply comes; the disk may leave while the copy is made, and be deleted afterwards."""
    disk, instance = slow_cloud.make_disk(), slow_cloud.make_instance()
    slow_cloud.server.advance(60)
    slow_cloud.AttachDisk(DiskId=disk, InstanceId=instance)
    slow_cloud.server.advance(60)
    kept = make_snapshot(slow_cloud, disk)
    slow_cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    slow_cloud.stop(instance)
    slow_cloud.server.advance(30)
    assert slow_cloud.status(disk) == "Available"
    assert slow_cloud.refused("DeleteDisk", DiskId=disk) == (403, "DiskCreatingSnapshot")
    slow_cloud.server.advance(30)
    assert snapshot(slow_cloud, kept)["Status"] == "accomplished"
    slow_cloud.DeleteDisk(DiskId=disk)
    slow_cloud.server.advance(30)
    assert slow_cloud.disk(disk) is None
    assert snapshot(slow_cloud, kept)["SourceDiskId"] == disk


def test_a_snapshot_that_is_made_goes_with_its_disk(slow_cloud):
    instance = slow_cloud.make_instance()
    slow_cloud.server.advance(60)
    disk = slow_cloud.system_disk(instance)
    first = make_snapshot(slow_cloud, disk)
    slow_cloud.server.advance(60)
    second = make_snapshot(slow_cloud, disk)
    slow_cloud.DeleteInstance(InstanceId=instance, Force=True)
    slow_cloud.server.advance(10)
    assert [each["SnapshotId"] for each in snapshots(slow_cloud)] == [first]
    assert snapshot(slow_cloud, second) is None


def test_a_snapshot_that_is_made_is_given_up(slow_cloud):
    instance = slow_cloud.make_instance()
    slow_cloud.server.advance(60)
    disk = slow_cloud.system_disk(instance)
    kept = make_snapshot(slow_cloud, disk)
    slow_cloud.DeleteSnapshot(SnapshotId=kept)
    assert snapshot(slow_cloud, kept) is None
    make_snapshot(slow_cloud, disk)  # the next one may begin


def test_while_a_disk_is_detaching(slow_cloud):
    disk, instance = slow_cloud.make_disk(), slow_cloud.make_instance()
    slow_cloud.server.advance(60)
    slow_cloud.AttachDisk(DiskId=disk, InstanceId=instance)
    slow_cloud.server.advance(60)
    kept = make_snapshot(slow_cloud, disk)
    slow_cloud.server.advance(60)
    slow_cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    for operation, more in (("DeleteDisk", {}), ("ResizeDisk", {"NewSize": 100}), ("ReInitDisk", {}), ("CreateSnapshot", {}),
                            ("ResetDisk", {"SnapshotId": kept})):
        assert slow_cloud.refused(operation, DiskId=disk, **more) == (403, "IncorrectDiskStatus"), operation
    slow_cloud.ModifyDiskAttribute(DiskId=disk, DiskName="still mine")
    assert slow_cloud.status(disk) == "Detaching"
    slow_cloud.server.advance(60)
    assert (slow_cloud.status(disk), slow_cloud.disk(disk)["DiskName"]) == ("Available", "still mine")


def test_what_goes_with_an_instance_is_settled_when_its_release_is_accepted(slow_cloud):
    instance = slow_cloud.make_instance(**{"DataDisk.1.Size": 20, "DataDisk.1.Category": "cloud_essd"})
    slow_cloud.server.advance(60)
    (disk,) = slow_cloud.disks_of(instance)
    slow_cloud.stop(instance)
    slow_cloud.server.advance(60)
    slow_cloud.DeleteInstance(InstanceId=instance)
    assert slow_cloud.status(disk) == "In_use"
    assert slow_cloud.refused("ModifyDiskAttribute", DiskId=disk, DeleteWithInstance=False) == (403, "IncorrectDiskStatus")
    slow_cloud.ModifyDiskAttribute(DiskId=disk, DiskName="still here")
    slow_cloud.server.advance(60)
    assert slow_cloud.instance(instance) is None
    assert slow_cloud.disk(disk) is None


def test_a_disk_that_is_reset_while_its_origin_goes_is_a_data_disk(slow_cloud):
    instance = slow_cloud.make_instance(**{"SystemDisk.Category": "cloud_essd"})
    slow_cloud.server.advance(60)
    disk = slow_cloud.system_disk(instance)
    slow_cloud.stop(instance)
    slow_cloud.server.advance(60)
    kept = make_snapshot(slow_cloud, disk)
    slow_cloud.server.advance(60)
    slow_cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    slow_cloud.server.advance(60)
    slow_cloud.ResetDisk(DiskId=disk, SnapshotId=kept)
    slow_cloud.DeleteInstance(InstanceId=instance)
    slow_cloud.server.advance(15)
    assert slow_cloud.instance(instance) is None
    assert slow_cloud.status(disk) == "ReIniting"
    slow_cloud.server.advance(60)
    found = slow_cloud.disk(disk)
    assert (found["Status"], found["Type"], found["DeleteWithInstance"]) == ("Available", "data", False)


def test_a_snapshot_is_made_once_with_its_token(cloud):
    disk, _ = cloud.make_attached()
    token = f"snapshot-{disk}"
    made = {make_snapshot(cloud, disk, ClientToken=token) for _ in range(2)}
    assert {each["SnapshotId"] for each in snapshots(cloud, DiskId=disk)} == made
    reply = cloud.raw("CreateSnapshot", {"DiskId": disk, "ClientToken": token, "SnapshotName": "other"})
    assert reply.fault == (403, "IdempotentParameterMismatch", "The specified clientToken is used.")


# ---- disks of snapshots


@pytest.mark.parametrize("size, expected", [(None, 30), (20, 30), (30, 30), (31, 31)])
def test_a_disk_of_a_snapshot(cloud, size, expected):
    disk, _ = cloud.make_attached(Size=30)
    kept = make_snapshot(cloud, disk)
    made = cloud.make_disk(SnapshotId=kept, Size=size)
    found = cloud.disk(made)
    assert (found["Size"], found["SourceSnapshotId"], found["Status"]) == (expected, kept, "Available")
    assert [each["DiskId"] for each in cloud.disks(SnapshotId=kept)] == [made]
    assert snapshot(cloud, kept)["Usage"] == "disk"
    assert cloud.refused("DeleteSnapshot", SnapshotId=kept) == (403, "SnapshotCreatedDisk")
    instance = cloud.make_instance(**{"DataDisk.1.SnapshotId": kept, "DataDisk.1.Size": size})
    (data,) = cloud.disks_of(instance)
    assert (cloud.disk(data)["Size"], cloud.disk(data)["SourceSnapshotId"]) == (expected, kept)
    cloud.stop(instance)
    cloud.ReInitDisk(DiskId=data)
    cloud.DeleteSnapshot(SnapshotId=kept, Force=True)
    assert snapshot(cloud, kept) is None
    assert cloud.refused("ReInitDisk", DiskId=data) == (403, "InvalidSourceSnapshot")
    assert cloud.disk(made)["SourceSnapshotId"] == kept


def test_a_snapshot_may_be_too_large_for_a_category(cloud):
    disk, _ = cloud.make_attached(Size=2001)
    kept = make_snapshot(cloud, disk)
    assert cloud.refused("CreateDisk", RegionId=REGION, ZoneId=ZONE, SnapshotId=kept) == (403, "InvalidDiskSize.NotSupported")
    assert cloud.refused("RunInstances", RegionId=REGION, ImageId=IMAGE, InstanceType=TYPE,
                         **{"DataDisk.1.SnapshotId": kept, "DataDisk.1.Category": "cloud"}) == \
        (400, "InvalidDataDiskSize.ValueNotSupported")


# ---- DescribeSnapshots


@pytest.fixture(scope="module")
def album(make_module_server):
    """Snapshots with something of everything, one second apart."""
    cloud = Cloud(make_module_server(clock="manual"))
    cloud.ids = {}
    instance = cloud.make_instance(**{"DataDisk.1.Size": 20, "DataDisk.1.Encrypted": "true", "DataDisk.1.KMSKeyId": "key-1"})
    other = cloud.make_instance()
    cloud.ids.update(instance=instance, system=cloud.system_disk(instance), data=cloud.disks_of(instance)[0],
                     other=cloud.system_disk(other))
    for name, disk, more in (
            ("first", "system", {"SnapshotName": "name-1", "Tag.1.Key": "env", "Tag.1.Value": "test"}),
            ("second", "data", {"SnapshotName": "name-2", "Category": "Flash", "Tag.1.Key": "env", "Tag.1.Value": "live"}),
            ("third", "other", {"ResourceGroupId": "rg-1"}), ("fourth", "system", {"SnapshotName": "name-1"})):
        cloud.ids[name] = make_snapshot(cloud, cloud.ids[disk], **more)
        cloud.server.advance(1)
    cloud.make_disk(SnapshotId=cloud.ids["third"], Size=None)
    return cloud


ALL = ["fourth", "third", "second", "first"]


@pytest.mark.parametrize("filters, expected", [
    ({}, ALL),
    ({"DiskId": "system"}, ["fourth", "first"]),
    ({"DiskId": "d-nothing"}, []),
    ({"InstanceId": "instance"}, ["fourth", "second", "first"]),
    ({"InstanceId": "i-nothing"}, []),
    ({"SnapshotLinkId": "sl-system"}, ["fourth", "first"]),
    ({"SnapshotLinkId": "sl-nothing"}, []),
    ({"SnapshotLinkId": "sl-system", "DiskId": "system"}, ["fourth", "first"]),
    ({"SnapshotLinkId": "sl-system", "DiskId": "data"}, []),
    ({"SnapshotLinkId": "sl-nothing", "DiskId": "system"}, []),
    ({"SnapshotLinkId": "nothing"}, []),
    ({"SnapshotName": "name-1"}, ["fourth", "first"]),
    ({"SnapshotName": "name"}, []),
    ({"SnapshotName": "NAME-1"}, []),
    ({"SnapshotName": "name-*"}, []),
    ({"Status": "accomplished"}, ALL),
    ({"Status": "all"}, ALL),
    ({"Status": "progressing"}, []),
    ({"Status": "failed"}, []),
    ({"SnapshotType": "user"}, ALL),
    ({"SnapshotType": "all"}, ALL),
    ({"SnapshotType": "auto"}, []),
    ({"SourceDiskType": "system"}, ["fourth", "third", "first"]),
    ({"SourceDiskType": "Data"}, ["second"]),
    ({"Usage": "disk"}, ["third"]),
    ({"Usage": "none"}, ["fourth", "second", "first"]),
    ({"Usage": "image"}, []),
    ({"Usage": "image_disk"}, []),
    ({"Category": "Flash"}, ["second"]),
    ({"Category": "Standard"}, ["fourth", "third", "first"]),
    ({"Category": "archive"}, []),
    ({"Encrypted": True}, ["second"]),
    ({"Encrypted": False}, ["fourth", "third", "first"]),
    ({"KMSKeyId": "key-1"}, ["second"]),
    ({"ResourceGroupId": "rg-1"}, ["third"]),
    ({"Tag.1.Key": "env"}, ["second", "first"]),
    ({"Tag.1.Key": "env", "Tag.1.Value": "test"}, ["first"]),
    ({"RegionId": "cn-shanghai"}, []),
    ({"RegionId": None}, ALL),
    ({"SnapshotIds": ["second", "s-nothing"]}, ["second"]),
    ({"SnapshotIds": []}, []),
    ({"DiskId": "system", "Tag.1.Key": "env"}, ["first"]),
    ({"DiskId": "", "SnapshotName": "", "Status": "", "Usage": ""}, ALL),
])
def test_filters(album, filters, expected):
    def known(value):
        if isinstance(value, list):
            return [known(each) for each in value]
        if isinstance(value, str) and value.startswith("sl-") and value[3:] in album.ids:
            return "sl-" + album.ids[value[3:]][2:]
        return album.ids.get(value, value) if isinstance(value, str) else value

    filters = {name: value if name == "SourceDiskType" else known(value) for name, value in filters.items()}
    found = [each["SnapshotId"] for each in snapshots(album, **filters)]
    assert found == [album.ids[name] for name in expected]
    assert album.DescribeSnapshots(**{"RegionId": REGION, **filters})["TotalCount"] == len(expected)


def test_filter_by_time(album):
    times = {name: snapshot(album, album.ids[name])["CreationTime"] for name in ALL}
    found = snapshots(album, **{"Filter.1.Key": "CreationStartTime", "Filter.1.Value": times["second"],
                                "Filter.2.Key": "CreationEndTime", "Filter.2.Value": times["fourth"]})
    assert album.ids["third"] in [each["SnapshotId"] for each in found]
    assert album.ids["first"] not in [each["SnapshotId"] for each in found]


@pytest.mark.parametrize("parameters, answer", [
    ({"RegionId": "mars-1"}, (400, "InvalidRegionId.MalFormed", "The specified RegionId is not valid.")),
    ({"Status": "lost"}, (404, "InvalidStatus.NotFound", "The specified Status is not found.")),
    ({"SnapshotType": "timer"}, (404, "InvalidSnapshotType.NotFound", "The specfied SnapshotType is not found.")),
    ({"SourceDiskType": "floppy"}, (404, "InvalidSourceDiskType", "The specifed SourceDiskType is not valid.")),
    ({"Usage": "art"}, (404, "InvalidUsage", "The specifed Usage is not valid.")),
    ({"Category": "Slow"}, (403, "InvalidSnapshotCategory.Malformed", "The specified Category is not valid.")),
    ({"Filter.1.Key": "Moon", "Filter.1.Value": "2020-01-01T00:00Z"}, (404, "InvalidFilterKey.NotFound",
     "The error message returned because the specified start time or end time is invalid.")),
    ({"Filter.1.Key": "CreationEndTime", "Filter.1.Value": "soon"}, (404, "InvalidFilterKey.NotFound",
     "The error message returned because the specified start time or end time is invalid.")),
    ({"NextToken": "nonsense"}, (400, "InvalidParameter", "The specified value of parameter NextToken is not valid.")),
    ({"Tag.1.Key": "k" * 129}, (400, "InvalidTagKey.Malformed", "The specified Tag.n.Key is not valid.")),
    ({"Tag.1.Key": "k", "Tag.1.Value": "v" * 129}, (400, "InvalidTagValue.Malformed",
     "The specified Tag.n.Value is not valid.")),
    ({"DryRun": True}, (400, "DryRunOperation", "Request validation has been passed with DryRun flag set.")),
])
def test_refusals_of_a_list(album, parameters, answer):
    assert album.raw("DescribeSnapshots", {"RegionId": REGION, **parameters}).fault == answer


def test_pages_by_number_and_by_token(album):
    for size in (1, 2, 3, 4, 5):
        seen, number = [], 1
        while True:
            reply = album.DescribeSnapshots(PageSize=size, PageNumber=number)
            assert (reply["TotalCount"], reply["PageNumber"], reply["PageSize"]) == (4, number, size)
            if not reply["Snapshots"]["Snapshot"]:
                break
            seen += [each["SnapshotId"] for each in reply["Snapshots"]["Snapshot"]]
            number += 1
        assert seen == [album.ids[name] for name in ALL]
        seen, token = [], None
        while token != "":
            reply = album.DescribeSnapshots(MaxResults=size, NextToken=token)
            assert len(reply["Snapshots"]["Snapshot"]) <= size and "TotalCount" not in reply
            seen += [each["SnapshotId"] for each in reply["Snapshots"]["Snapshot"]]
            token = reply.get("NextToken", "")
        assert seen == [album.ids[name] for name in ALL]


def test_xml_and_json_carry_the_same(album):
    in_json = album.raw("DescribeSnapshots", {"PageSize": 100})
    in_xml = album.raw("DescribeSnapshots", {"PageSize": 100}, xml=True)
    assert [leaf for leaf in leaves_of_json(in_json.json) if leaf[0] != ("RequestId",)] == \
        [leaf for leaf in leaves_of_xml(in_xml.xml) if leaf[0] != ("RequestId",)]
    assert "<Snapshots></Snapshots>" in album.raw("DescribeSnapshots", {"SnapshotIds": []}, xml=True).text


@pytest.mark.parametrize("xml", [False, True], ids=["json", "xml"])
def test_each_operation_answers(cloud, xml):
    def do(operation, **parameters):
        reply = cloud.raw(operation, parameters, xml=xml)
        assert reply.status == 200, reply.text
        return reply.xml.findtext if xml else reply.json.get

    disk, instance = cloud.make_attached()
    kept = do("CreateSnapshot", DiskId=disk)("SnapshotId")
    cloud.stop(instance)
    do("ModifyDiskAttribute", DiskId=disk, DiskName="new")
    do("ResizeDisk", DiskId=disk, NewSize=99)
    do("ReInitDisk", DiskId=disk)
    do("ResetDisk", DiskId=disk, SnapshotId=kept)
    do("DescribeSnapshots", SnapshotIds=[kept])
    assert do("ReplaceSystemDisk", InstanceId=instance, ImageId=IMAGE)("DiskId") == cloud.system_disk(instance)
    do("DeleteSnapshot", SnapshotId=kept)
    assert snapshot(cloud, kept) is None


# ---- work that comes to nothing


@pytest.fixture
def failing(cloud):
    """failing(operation): the next call of it opens a job that fails."""

    def fail(operation):
        cloud.server.control("POST", "/_cleat/faults", {"operation": operation, "effect": "job-fails", "reason": "no room"})

    yield fail
    cloud.server.control("POST", "/_cleat/faults/clear", {})


def test_a_snapshot_that_fails_is_seen(cloud, failing):
    disk, _ = cloud.make_attached()
    failing("CreateSnapshot")
    kept = make_snapshot(cloud, disk, RetentionDays=1)
    (found,) = snapshots(cloud, DiskId=disk, Status="failed")
    assert (found["SnapshotId"], found["Status"], found["Progress"], found["Available"]) == (kept, "failed", "0%", False)
    assert cloud.refused("CreateDisk", RegionId=REGION, ZoneId=ZONE, SnapshotId=kept) == (403, "InvalidSnapshotId.NotReady")
    failing("DeleteSnapshot")
    cloud.DeleteSnapshot(SnapshotId=kept)
    assert snapshot(cloud, kept)["Status"] == "failed"
    cloud.DeleteSnapshot(SnapshotId=kept)
    assert snapshot(cloud, kept) is None
    make_snapshot(cloud, disk)


def test_a_disk_is_what_it_was_where_a_change_fails(cloud, failing):
    instance, disk = stopped_with_disk(cloud)
    kept, old = make_snapshot(cloud, disk), cloud.system_disk(instance)
    before = cloud.disk(disk), cloud.disk(old), cloud.instance(instance)
    for operation, parameters in (("ResizeDisk", {"DiskId": disk, "NewSize": 100}), ("ReInitDisk", {"DiskId": disk}),
                                  ("ResetDisk", {"DiskId": disk, "SnapshotId": kept}),
                                  ("ReplaceSystemDisk", {"InstanceId": instance, "ImageId": UBUNTU})):
        failing(operation)
        reply = cloud.call(operation, **parameters)
        assert (cloud.disk(disk), cloud.disk(old), cloud.instance(instance)) == before, operation
        assert "DiskId" not in reply or cloud.disk(reply["DiskId"]) is None
        cloud.call(operation, **parameters)
        before = cloud.disk(disk), cloud.disk(cloud.system_disk(instance)), cloud.instance(instance)
    cloud.StartInstance(InstanceId=instance)
