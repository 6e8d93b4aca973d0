"""The rows of errors of the operations that change a disk that exists, and of those of snapshots: each with its code, status
and exact text, in both formats, and that it changes nothing. Which row comes first where two apply is in
tests/unit/test_core_change.c."""

import collections
import json

import pytest

import cloud as clouds
from cloud import IMAGE, REGION, UUID, ZONE, Cloud, edit_store

WINDOWS = "win2022_21H2_x64_dtc_zh-cn_40G_alibase_20240917.vhd"

EMPTY = (400, "InvalidParameter", "The input parameter is mandatory for processing this request is empty.")
REGION_BARE = (400, "InvalidRegionId.MalFormed", "The specified RegionId is not valid")
REGION_STOP = (400, "InvalidRegionId.MalFormed", "The specified RegionId is not valid.")
NO_DISK = (404, "InvalidDiskId.NotFound", "The specified disk does not exist.")
WHITE_LIST = (403, "UserNotInTheWhiteList", "The user is not in disk white list.")
DISK_STATUS = (403, "IncorrectDiskStatus", "The current disk status does not support this operation.")
LOCKED = (403, "InstanceLockedForSecurity", "The instance is locked due to security.")
ARREARS = (403, "InstanceExpiredOrInArrears", "The specified operation is denied as your prepay instance is expired "
           "(prepay mode) or in arrears (afterpay mode).")
INSTANCE_STATUS = (403, "IncorrectInstanceStatus", "The current status of the resource does not support this operation.")
SNAPSHOTTING = (403, "DiskCreatingSnapshot",
                "The operation is denied due to a snapshot of the specified disk is not completed yet.")
NO_IMAGE = (404, "InvalidImageId.NotFound", "The specified ImageId does not exist.")
NO_SNAPSHOT = (404, "InvalidSnapshotId.NotFound", "The specified SnapshotId does not exist.")
NOT_READY = (403, "InvalidSnapshotId.NotReady", "The specified snapshot has not completed yet.")
CATEGORY = (400, "DiskCategory.OperationNotSupported",
            "The operation is not supported to the specified disk due to its disk category")
PASSWORD = (400, "InvalidPassword.Malformed", 'The specified parameter "Password" is not valid.')
DRY_RUN = (400, "DryRunOperation", "Request validation has been passed with DryRun flag set.")

Case = collections.namedtuple("Case", "operation answer parameters outsider name")


def case(operation, name, answer, outsider=False, **parameters):
    """Values that are names of the world below stand for its ids."""
    return Case(operation, answer, {each.replace("__", "."): value for each, value in parameters.items()}, outsider,
                f"{operation}: {name}")


def missing(operation, *names):
    return [case(operation, f"no {name}", (400, f"Missing{name}", f"{name} is mandatory for this action."),
                 **{other: "data" for other in names if other != name}) for name in names] + \
           [case(operation, f"{name} is empty", EMPTY, **{**{other: "data" for other in names}, name: ""})
            for name in names]


MODIFY = [
    case("ModifyDiskAttribute", "no such region", REGION_BARE, DiskId="data", DiskName="new", RegionId="mars-1"),
    case("ModifyDiskAttribute", "no disk", (400, "IncompleteParamter", "Some fields can not be null in this request."),
         DiskName="new"),
    case("ModifyDiskAttribute", "no attribute",
         (400, "NoAttributeToModify", "No attribute to be modified in this request."), DiskId="data"),
    case("ModifyDiskAttribute", "no such disk", NO_DISK, DiskId="d-nothing", DiskName="new"),
    case("ModifyDiskAttribute", "one of the disks does not exist", NO_DISK, DiskIds__1="data", DiskIds__2="d-nothing",
         DiskName="new"),
    case("ModifyDiskAttribute", "outside the white list", WHITE_LIST, True, DiskId="outsider.data", DiskName="new"),
    case("ModifyDiskAttribute", "disk is created",
         (403, "IncorrectDiskStatus", "The operation is not supported in this status."), DiskId="creating", DiskName="new"),
    case("ModifyDiskAttribute", "flag while it is detached",
         (403, "IncorrectDiskStatus", "The operation is not supported in this status."), DiskId="leaving",
         DeleteWithInstance=True),
    case("ModifyDiskAttribute", "multi-attach disk", (403, "DeleteWithInstance.Conflict", "Multi attach disk cannot be set to "
         "DeleteWithInstance attribute."), DiskId="multi", DeleteWithInstance=False),
    case("ModifyDiskAttribute", "local disk", (403, "DiskNotPortable", "The specified disk is not a portable disk."),
         DiskId="local.data", DeleteWithInstance=False),
    case("ModifyDiskAttribute", "name too short", (400, "InvalidDiskName.Malformed",
         "The specified disk name is wrongly formed."), DiskId="data", DiskName="x"),
    case("ModifyDiskAttribute", "description too short", (404, "InvalidDescription.Malformed",
         "The specified description is wrongly formed."), DiskId="data", Description="x"),
]

RESIZE = missing("ResizeDisk", "DiskId", "NewSize")[0:1] + [
    case("ResizeDisk", "no NewSize", (400, "MissingNewSize", "NewSize is mandatory for this action."), DiskId="data"),
    case("ResizeDisk", "DiskId is empty", EMPTY, DiskId="", NewSize=100),
    case("ResizeDisk", "no such region", REGION_BARE, DiskId="data", NewSize=100, RegionId="mars-1"),
    case("ResizeDisk", "no such disk", NO_DISK, DiskId="d-nothing", NewSize=100),
    case("ResizeDisk", "outside the white list", WHITE_LIST, True, DiskId="outsider.data", NewSize=100),
    case("ResizeDisk", "overdue", (403, "DiskInArrears", "The specified operation is denied as your disk owing fee."),
         DiskId="overdue", NewSize=100),
    case("ResizeDisk", "local disk", (403, "InvalidDiskCategory.NotSupported", "The specified disk category is not "
         "supported."), DiskId="local.data", NewSize=100),
    case("ResizeDisk", "basic category online", (403, "InvalidDiskCategory.NotSupported", "The specified disk category does "
         "not support resize online."), DiskId="basic", NewSize=100, Type="online"),
    case("ResizeDisk", "multi-attach disk online", (403, "InvalidOperation.MultiAttachDiskNotSupportResizeOnline",
         "Multi attach disk does not support resize online."), DiskId="multi", NewSize=100, Type="online"),
    case("ResizeDisk", "detaching", DISK_STATUS, DiskId="leaving", NewSize=100),
    case("ResizeDisk", "reinitialised", DISK_STATUS, DiskId="reiniting.data", NewSize=100),
    case("ResizeDisk", "locked", LOCKED, DiskId="locked.data", NewSize=100),
    case("ResizeDisk", "in arrears", ARREARS, DiskId="arrears.data", NewSize=100),
    case("ResizeDisk", "online on a stopped instance", (403, "InvalidInstanceStatus.NotRunning", "The status of instance to "
         "which the disk attachs must be running when resizing online."), DiskId="data", NewSize=100, Type="online"),
    case("ResizeDisk", "instance starts", INSTANCE_STATUS, DiskId="starting.data", NewSize=100),
    case("ResizeDisk", "the same size", (403, "InvalidDiskSize", "Specified new disk size is less than or equal the original "
         "disk size."), DiskId="data", NewSize=20),
    case("ResizeDisk", "a smaller size", (403, "InvalidDiskSize.TooSmall", "Specified new disk size is less than the original "
         "disk size."), DiskId="data", NewSize=19),
    case("ResizeDisk", "too large", (403, "InvalidDiskSize.TooLarge", "Specified new disk size is beyond the permitted range."),
         DiskId="basic", NewSize=2001),
    case("ResizeDisk", "wrong type", (400, "InvalidParam.Type", "The specified type is not supported."), DiskId="data",
         NewSize=100, Type="sideways"),
    case("ResizeDisk", "snapshot under way", SNAPSHOTTING, DiskId="snapshotting", NewSize=100),
    case("ResizeDisk", "resize under way", (400, "LastOrderProcessing", "The previous order is still processing, please try "
         "again later."), DiskId="resizing", NewSize=100),
]

REINIT = missing("ReInitDisk", "DiskId") + [
    case("ReInitDisk", "no such region", REGION_BARE, DiskId="data", RegionId="mars-1"),
    case("ReInitDisk", "no such disk", NO_DISK, DiskId="d-nothing"),
    case("ReInitDisk", "outside the white list", (403, "UserNotInTheWhiteList", "The user is not in volume white list."), True,
         DiskId="outsider.data"),
    case("ReInitDisk", "local disk", CATEGORY, DiskId="local.data"),
    case("ReInitDisk", "multi-attach disk", (403, "InvalidOperation.MultiAttachDisk", "Multi attach disk does not support this "
         "operation."), DiskId="multi"),
    case("ReInitDisk", "base image lost", (404, "InvalidDiskId.OperationNotSupported", "The operation is not supported due to "
         "image not exist."), DiskId="lost"),
    case("ReInitDisk", "free disk", DISK_STATUS, DiskId="free"),
    case("ReInitDisk", "already under way", DISK_STATUS, DiskId="reiniting.data"),
    case("ReInitDisk", "never started", DISK_STATUS, DiskId="unused.data"),
    case("ReInitDisk", "locked", LOCKED, DiskId="locked.data"),
    case("ReInitDisk", "in arrears", ARREARS, DiskId="arrears.data"),
    case("ReInitDisk", "instance runs", INSTANCE_STATUS, DiskId="running.data"),
    case("ReInitDisk", "image gone", NO_IMAGE, DiskId="imageless.system"),
    case("ReInitDisk", "source snapshot gone", (403, "InvalidSourceSnapshot", "The snapshot which is used to create the "
         "specified disk has been deleted."), DiskId="orphan"),
    case("ReInitDisk", "snapshot under way", SNAPSHOTTING, DiskId="snapshotting"),
    case("ReInitDisk", "password too short", PASSWORD, DiskId="data", Password="short"),
]

RESET = [
    case("ResetDisk", "no DiskId", (400, "MissingDiskId", "DiskId is mandatory for this action."), SnapshotId="s-data"),
    case("ResetDisk", "no SnapshotId", (400, "MissingSnapshotId", "SnapshotId is mandatory for this action."), DiskId="data"),
    case("ResetDisk", "SnapshotId is empty", EMPTY, DiskId="data", SnapshotId=""),
    case("ResetDisk", "no such region", REGION_BARE, DiskId="data", SnapshotId="s-data", RegionId="mars-1"),
    case("ResetDisk", "no such disk", NO_DISK, DiskId="d-nothing", SnapshotId="s-data"),
    case("ResetDisk", "outside the white list", WHITE_LIST, True, DiskId="outsider.data", SnapshotId="s-nothing"),
    case("ResetDisk", "no such snapshot", NO_SNAPSHOT, DiskId="data", SnapshotId="s-nothing"),
    case("ResetDisk", "snapshot of another disk", (403, "InvalidParameter.Mismatch", "The specified snapshot is not created "
         "from the specified disk."), DiskId="free", SnapshotId="s-data"),
    case("ResetDisk", "snapshot is not ready", NOT_READY, DiskId="snapshotting", SnapshotId="s-progressing"),
    case("ResetDisk", "detaching", DISK_STATUS, DiskId="leaving", SnapshotId="s-leaving"),
    case("ResetDisk", "locked", LOCKED, DiskId="locked.data", SnapshotId="s-locked"),
    case("ResetDisk", "in arrears", ARREARS, DiskId="arrears.data", SnapshotId="s-arrears"),
    case("ResetDisk", "instance runs", INSTANCE_STATUS, DiskId="running.data", SnapshotId="s-running"),
    case("ResetDisk", "another snapshot under way", (403, "Operation.Conflict", "The operation may conflicts with others."),
         DiskId="snapshotting", SnapshotId="s-snapshotting"),
    case("ResetDisk", "dry run", DRY_RUN, DiskId="data", SnapshotId="s-data", DryRun=True),
]

REPLACE = [
    case("ReplaceSystemDisk", "no InstanceId", (400, "MissingInstanceId", "InstanceId is mandatory for this action."),
         ImageId=IMAGE),
    case("ReplaceSystemDisk", "InstanceId is empty", EMPTY, InstanceId="", ImageId=IMAGE),
    case("ReplaceSystemDisk", "no such region", REGION_STOP, InstanceId="stopped", ImageId=IMAGE, RegionId="mars-1"),
    case("ReplaceSystemDisk", "password beside PasswordInherit", (400, "InvalidPasswordParam.Mismatch", "The input password "
         "should be null when passwdInherit is true."), InstanceId="stopped", ImageId=IMAGE, Password="Secret-1234",
         PasswordInherit=True),
    case("ReplaceSystemDisk", "password too short", PASSWORD, InstanceId="stopped", ImageId=IMAGE, Password="short"),
    case("ReplaceSystemDisk", "image and disk", (400, "InvalidParameter.Conflict", "The specified parameters ImageId and "
         "DiskId are conflict: only one of them may be given."), InstanceId="stopped", ImageId=IMAGE, DiskId="data"),
    case("ReplaceSystemDisk", "no image", (400, "MissingParameter", 'The input parameter "ImageId" that is mandatory for '
         'processing this request is not supplied.'), InstanceId="stopped"),
    case("ReplaceSystemDisk", "no such instance", (404, "InvalidInstanceId.NotFound", "The specified InstanceId does not "
         "exist."), InstanceId="i-nothing", ImageId=IMAGE),
    case("ReplaceSystemDisk", "instance is made", (403, "OperationDenied.InstanceCreating", "The specified instance is "
         "creating."), InstanceId="pending", ImageId=IMAGE),
    case("ReplaceSystemDisk", "locked", LOCKED, InstanceId="locked", ImageId=IMAGE),
    case("ReplaceSystemDisk", "in arrears", ARREARS, InstanceId="arrears", ImageId=IMAGE),
    case("ReplaceSystemDisk", "instance runs", INSTANCE_STATUS, InstanceId="running", ImageId=IMAGE),
    case("ReplaceSystemDisk", "no system disk", (400, "InvalidInstance.NotFoundSystemDisk", "The specified instance has no "
         "system disk."), InstanceId="headless", ImageId=IMAGE),
    case("ReplaceSystemDisk", "no such image", NO_IMAGE, InstanceId="stopped", ImageId="m-nothing"),
    case("ReplaceSystemDisk", "system disk is reinitialised", DISK_STATUS, InstanceId="reiniting", ImageId=IMAGE),
    case("ReplaceSystemDisk", "already under way", DISK_STATUS, InstanceId="replacing", ImageId=IMAGE),
    case("ReplaceSystemDisk", "smaller than the image", (404, "InvalidSystemDiskSize.LessThanImageSize", "The specified "
         "parameter SystemDisk.Size is less than the image size."), InstanceId="stopped", ImageId=WINDOWS,
         SystemDisk__Size=39),
    case("ReplaceSystemDisk", "smaller than the level allows", (404, "InvalidSystemDiskSize.LessThanMinSize", "The specified "
         "parameter SystemDisk.Size is less than the min size."), InstanceId="high", ImageId=IMAGE, SystemDisk__Size=460),
    case("ReplaceSystemDisk", "too large", (404, "InvalidSystemDiskSize.MoreThanMaxSize", "The specified SystemDisk.Size "
         "parameter exceeds the maximum size."), InstanceId="stopped", ImageId=IMAGE, SystemDisk__Size=2049),
    case("ReplaceSystemDisk", "snapshot under way", SNAPSHOTTING, InstanceId="filmed", ImageId=IMAGE),
]

SNAPSHOT = missing("CreateSnapshot", "DiskId") + [
    case("CreateSnapshot", "no such region", REGION_STOP, DiskId="data", RegionId="mars-1"),
    case("CreateSnapshot", "no such disk", (404, "InvalidDiskId.NotFound", "The specified DiskId does not exist."),
         DiskId="d-nothing"),
    case("CreateSnapshot", "local disk", CATEGORY, DiskId="local.data"),
    case("CreateSnapshot", "overdue", (403, "DiskInArrears", "The specified operation is denied as your disk has expired."),
         DiskId="overdue"),
    case("CreateSnapshot", "detaching", DISK_STATUS, DiskId="leaving"),
    case("CreateSnapshot", "never attached", (403, "IncorrectDiskStatus.NeverAttached", "The specified disk has never been "
         "attached to any instance."), DiskId="new"),
    case("CreateSnapshot", "locked", (403, "InstanceLockedForSecurity", "The disk attached instance is locked due to "
         "security."), DiskId="locked.data"),
    case("CreateSnapshot", "instance starts", (400, *INSTANCE_STATUS[1:]), DiskId="starting.data"),
    case("CreateSnapshot", "never used", (403, "IncorrectDiskStatus.NeverUsed", "The specified disk has never been used after "
         "creating."), DiskId="unused.data"),
    case("CreateSnapshot", "another one under way", (403, "IncorrectDiskStatus.CreatingSnapshot", "A previous snapshot "
         "creation is in process."), DiskId="snapshotting"),
    case("CreateSnapshot", "as many as there may be", (403, "QuotaExceed.Snapshot", "The maximum number of snapshots is "
         "exceeded."), DiskId="crowded"),
    case("CreateSnapshot", "name too short", (400, "InvalidSnapshotName.Malformed", "The specified SnapshotName is wrongly "
         "formed."), DiskId="data", SnapshotName="x"),
    case("CreateSnapshot", "description too short", (404, "InvalidDescription.Malformed", "The specified description is "
         "wrongly formed."), DiskId="data", Description="x"),
    case("CreateSnapshot", "tag without a key", (400, "InvalidTagKey.Malformed", "The specified Tag.n.Key is not valid."),
         DiskId="data", Tag__1__Key="k" * 129, Tag__1__Value="v"),
    case("CreateSnapshot", "tag too long", (400, "InvalidTagValue.Malformed", "The specified Tag.n.Value is not valid."),
         DiskId="data", Tag__1__Key="k", Tag__1__Value="v" * 129),
    case("CreateSnapshot", "no retention", (400, "InvalidParameter", "The specified value of parameter RetentionDays is not "
         "valid."), DiskId="data", RetentionDays=0),
]

DELETE = missing("DeleteSnapshot", "SnapshotId") + [
    case("DeleteSnapshot", "no such region", REGION_STOP, SnapshotId="s-data", RegionId="mars-1"),
    case("DeleteSnapshot", "disks were made of it", (403, "SnapshotCreatedDisk", "The snapshot has been used to create "
         "disk(s)."), SnapshotId="s-used"),
    case("DeleteSnapshot", "a disk is made of it", (403, "Operation.Conflict", "The operation may conflicts with others, please "
         "retry later."), SnapshotId="s-used", Force=True),
    case("DeleteSnapshot", "a disk is put back to it", (403, "Operation.Conflict", "The operation may conflicts with others, "
         "please retry later."), SnapshotId="s-restoring"),
]

OF_SNAPSHOTS = [
    case("CreateDisk", "no such snapshot", NO_SNAPSHOT, RegionId=REGION, ZoneId=ZONE, SnapshotId="s-nothing"),
    case("CreateDisk", "snapshot is not ready", NOT_READY, RegionId=REGION, ZoneId=ZONE, SnapshotId="s-progressing"),
    case("CreateDisk", "encryption", (400, "EncryptedOption.Conflict", "Encryption value of disk conflicts with that of "
         "snapshot ."), RegionId=REGION, ZoneId=ZONE, SnapshotId="s-encrypted", Encrypted=False),
    case("RunInstances", "no such snapshot", (400, "InvalidSnapshotId.NotFound", "The specified parameter SnapshotId is not "
         "exist."), RegionId=REGION, ImageId=IMAGE, InstanceType=clouds.TYPE, DataDisk__1__SnapshotId="s-nothing"),
    case("RunInstances", "snapshot is not ready", NOT_READY, RegionId=REGION, ImageId=IMAGE, InstanceType=clouds.TYPE,
         DataDisk__1__SnapshotId="s-progressing"),
    case("RunInstances", "encryption", (400, "EncryptedOption.Conflict", "Encryption value of disk and snapshot conflict."),
         RegionId=REGION, ImageId=IMAGE, InstanceType=clouds.TYPE, DataDisk__1__SnapshotId="s-encrypted",
         DataDisk__1__Encrypted=False),
    case("CreateInstance", "no such snapshot", (404, "InvalidDataDiskSnapshotId.NotFound", "The specified parameter "
         "DataDisk.n.SnapshotId is not valid."), RegionId=REGION, ImageId=IMAGE, InstanceType=clouds.TYPE,
         DataDisk__1__SnapshotId="s-nothing"),
    case("CreateInstance", "snapshot is not ready", NOT_READY, RegionId=REGION, ImageId=IMAGE, InstanceType=clouds.TYPE,
         DataDisk__1__SnapshotId="s-progressing"),
    case("CreateInstance", "encryption", (400, "EncryptedOption.Conflict", "Encryption value of disk and snapshot conflict."),
         RegionId=REGION, ImageId=IMAGE, InstanceType=clouds.TYPE, DataDisk__1__SnapshotId="s-encrypted",
         DataDisk__1__Encrypted=False),
    case("DeleteDisk", "snapshot under way", SNAPSHOTTING, DiskId="filmed-free"),
]

CASES = MODIFY + RESIZE + REINIT + RESET + REPLACE + SNAPSHOT + DELETE + OF_SNAPSHOTS


class World:
    """One server, its clock standing still, on which every condition holds somewhere. What no operation can make is written
    into its store."""

    def __init__(self, make_server):
        self.server = make_server(durable=True, clock="manual", pace="real")
        self.cloud = Cloud(self.server)
        self.outsider = Cloud(self.server, "outsider", "outsider-secret")
        self.ids = {}
        edit_store(self.server,
                   ("INSERT INTO account (id, realm, name, disk_white_list, safe_detach, created_at) VALUES ('1000000000000001', 'aliyun', 'outsider', 1, 0, 9999999999999)", []),
                   ("INSERT INTO access_key (id, account, secret, description, state, created_at)"
                    " VALUES ('outsider', '1000000000000001', 'outsider-secret', '', 'active', 0)", []))
        self.make()
        self.film()
        self.begin()
        self.edit()

    def __getitem__(self, name):
        return self.ids.get(name, name) if isinstance(name, str) else name

    def advance(self):
        self.server.advance(90)

    def make(self):
        self.wanted = {
            "stopped": {}, "running": {"data": 1}, "other": {}, "locked": {"data": 1}, "arrears": {"data": 1},
            "starting": {"data": 1}, "unused": {"data": 1}, "imageless": {}, "headless": {}, "reiniting": {"data": 1},
            "replacing": {}, "filmed": {}, "local": {"data": 1, "DataDisk.1.Category": "ephemeral_ssd"},
            "high": {"SystemDisk.Category": "cloud_essd", "SystemDisk.PerformanceLevel": "PL2", "SystemDisk.Size": 500}}
        for name, more in self.wanted.items():
            more = dict(more)
            if more.pop("data", 0):
                more["DataDisk.1.Size"] = 20
            self.ids[name] = self.cloud.make_instance(**more)
        self.ids["outsider"] = self.outsider.make_instance(**{"DataDisk.1.Size": 20})
        for name in ("data", "leaving", "overdue", "lost", "free", "orphan", "snapshotting", "filmed-free", "resizing",
                     "new", "crowded", "restoring"):
            self.ids[name] = self.cloud.make_disk()
        self.ids["multi"] = self.cloud.make_disk(**clouds.MULTI)
        self.ids["basic"] = self.cloud.make_disk(DiskCategory="cloud")
        self.advance()
        for name in ("data", "leaving", "lost", "orphan", "snapshotting", "multi", "restoring"):
            self.attach(name, "stopped")
        for name in ("free", "filmed-free", "crowded"):
            self.attach(name, "other")
        self.advance()
        for name in ("free", "filmed-free", "crowded"):
            self.cloud.DetachDisk(DiskId=self[name], InstanceId=self["other"])
        for api, names in ((self.cloud, self.wanted), (self.outsider, ["outsider"])):
            for name in names:
                self.ids[name + ".system"] = api.system_disk(self[name])
                if name != "stopped":
                    self.ids.update({name + ".data": disk for disk in api.disks_of(self[name])})
        for name in self.wanted:
            if name not in ("running", "other"):
                self.cloud.stop(self[name])
        self.advance()

    def attach(self, disk, instance):
        self.cloud.AttachDisk(DiskId=self[disk], InstanceId=self[instance])

    def snapshot(self, name, disk):
        self.ids[name] = self.cloud.CreateSnapshot(DiskId=self[disk])["SnapshotId"]

    def film(self):
        for name, disk in (("s-data", "data"), ("s-leaving", "leaving"), ("s-locked", "locked.data"),
                           ("s-arrears", "arrears.data"), ("s-running", "running.data"), ("s-used", "free"),
                           ("s-snapshotting", "snapshotting"), ("s-restoring", "restoring"), ("s-encrypted", "lost")):
            self.snapshot(name, disk)
        self.advance()

    def begin(self):
        """What shall be under way while the clock stands."""
        self.cloud.DetachDisk(DiskId=self["headless.system"], InstanceId=self["headless"])
        self.advance()
        self.snapshot("s-progressing", "snapshotting")
        self.snapshot("s-filmed", "filmed.system")
        self.snapshot("s-free", "filmed-free")
        self.cloud.DetachDisk(DiskId=self["leaving"], InstanceId=self["stopped"])
        for disk in ("reiniting.data", "reiniting.system"):
            self.cloud.ReInitDisk(DiskId=self[disk])
        self.cloud.ResetDisk(DiskId=self["restoring"], SnapshotId=self["s-restoring"])
        self.cloud.ReplaceSystemDisk(InstanceId=self["replacing"], ImageId=IMAGE)
        self.cloud.StartInstance(InstanceId=self["starting"])
        self.ids["creating"] = self.cloud.make_disk(Size=None, SnapshotId=self["s-used"])
        self.ids["pending"] = self.cloud.make_instance()

    def edit(self):
        def each(table, assignment, *names):
            return [(f"UPDATE {table} SET {assignment} WHERE id = ?", [self[name]]) for name in names]

        more = [("INSERT INTO snapshot SELECT id || '-' || n, realm, account, scope, region, driver, ?, disk_type,"
                 " disk_category, size_gib, state, name, description, category, retention_days, instant_access,"
                 " instant_access_days, encrypted, kms_key, resource_group, serial, created_at, accomplished_at, metadata FROM snapshot,"
                 " (WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 256) SELECT n FROM up)"
                 " WHERE id = ?", [self["crowded"], self["s-data"]])]
        # A resize that the driver takes long for: the simulated one never does.
        more += [("UPDATE job SET kind = 'disk-resize', state = 'open', lock = 'disk/' || ?, disk = ?, instance = '',"
                  " attachment = '', due_at = 9000000000000 WHERE id = (SELECT id FROM job WHERE kind = 'disk-create' AND"
                  " state = 'done' AND disk = ?)", [self["resizing"], self["resizing"], self["resizing"]])]
        edit_store(self.server, *more,
                   *each("disk", "overdue = 1", "overdue"),
                   *each("disk", "base_image_lost = 1", "lost"),
                   *each("disk", "image = 'm-gone'", "imageless.system"),
                   *each("disk", "source_snapshot = 's-gone'", "orphan"),
                   *each("snapshot", "encrypted = 1", "s-encrypted"),
                   *each("instance", "locks = 'security'", "locked"),
                   *each("instance", "locks = 'financial'", "arrears"),
                   *each("instance", "started_at = 0", "unused"),
                   ("UPDATE account SET disk_white_list = 0 WHERE id = '1000000000000001'", []))

    def look(self):
        return self.cloud.disks(), self.cloud.DescribeSnapshots(PageSize=100, DiskId=self["data"])["Snapshots"], \
            self.server.control("GET", "/_cleat/jobs?state=open")


@pytest.fixture(scope="module")
def world(make_module_server):
    return World(make_module_server)


@pytest.mark.parametrize("xml", [False, True], ids=["json", "xml"])
@pytest.mark.parametrize("condition", CASES, ids=lambda condition: condition.name)
def test_row_answers_and_nothing_changes(world, condition, xml):
    before = world.look()
    reply = (world.outsider if condition.outsider else world.cloud).raw(
        condition.operation, {name: world[value] for name, value in condition.parameters.items()}, xml=xml)
    assert reply.fault == condition.answer
    assert UUID.fullmatch(reply.xml.findtext("RequestId") if xml else reply.json["RequestId"])
    assert world.look() == before


def test_the_world_is_as_it_says(world):
    """What is not a condition does not stand in the way."""
    statuses = {name: world.cloud.status(world[name]) for name in
                ("data", "multi", "free", "leaving", "creating", "restoring", "reiniting.data", "headless.system")}
    assert statuses == {"data": "In_use", "multi": "In_use", "free": "Available", "leaving": "Detaching",
                        "creating": "Creating", "restoring": "ReIniting", "reiniting.data": "ReIniting",
                        "headless.system": "Available"}
    assert [disk["DiskId"] for disk in world.cloud.disks(Status="ReIniting")] == \
        [disk["DiskId"] for disk in world.cloud.disks() if disk["Status"] == "ReIniting"]
    assert len(world.cloud.disks(Status="ReIniting")) == 3
    found = world.cloud.DescribeSnapshots(DiskId=world["crowded"])
    assert found["TotalCount"] == 256


def test_ids_beyond_the_limit(world):
    ids = {f"DiskIds.{n}": f"d-{n}" for n in range(1, 102)}
    assert world.cloud.refused("ModifyDiskAttribute", DiskName="new", **ids) == (400, "InvalidParameter")
    assert world.cloud.raw("DescribeSnapshots", {"SnapshotIds": json.dumps([f"s-{n}" for n in range(101)])}).fault == \
        (403, "InvalidSnapshotIds.Malformed", "The amount of specified specified snapshot Ids exceeds the limit.")
