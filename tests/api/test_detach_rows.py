"""DetachDisk: each row of its table of errors, with its code, status and exact text, in both formats; and where two rows
apply, that the earlier one answers."""

import collections

import pytest

from cloud import REGION, UUID, ZONE, Cloud, fleet_set, load_fleet

LIMIT = 2  # --max-detaching

# By the vendor's pages: code, HTTP status, text.
ROWS = {
    "missing-instance": ("MissingInstanceId", 400, "InstanceId is mandatory for this action."),
    "missing-disk": ("MissingDiskId", 400, "DiskId is mandatory for this action."),
    "empty": ("InvalidParameter", 400, "The input parameter is mandatory for processing this request is empty."),
    "flag": ("InvalidParameter", 400, "The specified value of parameter DeleteWithInstance is not valid."),
    "region": ("InvalidRegionId.MalFormed", 400, "The specified RegionId is not valid."),
    "instance": ("InvalidInstanceId.NotFound", 404, "The specified InstanceId does not exist."),
    "disk": ("InvalidDiskId.NotFound", 404, "The specified disk does not exist."),
    "white-list": ("UserNotInTheWhiteList", 403, "The user is not in disk white list."),
    "base-image": ("InvalidDiskId.OperationNotSupported", 404,
                   "The operation is not supported due to base image not exist."),
    "detached": ("InvalidDisk.AlreadyDetached", 404, "The specified disk has been detached."),
    "elsewhere": ("DependencyViolation", 403, "The specified disk has not been attached on the specified instance."),
    "detaching": ("InvalidOperation.DiskDetachingFromThisEcs", 403, "The specified disk is detaching from this ecs."),
    "disk-status": ("IncorrectDiskStatus", 403, "The current disk status does not support this operation."),
    "locked": ("InstanceLockedForSecurity", 403, "The instance is locked due to security."),
    "local": ("InvalidOperation.DiskCategoryUnsupported", 403,
              "The DetachDisk operation is not supported for elastic ephemeral disk."),
    "elastic": ("InvalidParameter.DeleteWithInstance", 403,
                "The DeleteWithInstance for the elastic ephemeral disk must be set to true."),
    "system": ("DiskTypeViolation", 403, "The specified disk is a system disk and cannot support the operation."),
    "instance-status": ("IncorrectInstanceStatus", 403,
                        "The current status of the resource does not support this operation."),
    "image": ("InvalidInstance.ImageCategory", 403,
              "The image category of the specified instance does not support detaching system disk."),
    "portable": ("DiskNotPortable", 403, "The specified disk is not a portable disk."),
    "multi-flag": ("DeleteWithInstance.Conflict", 403,
                   "Multi attach disk cannot be set to DeleteWithInstance attribute."),
    "hot-unplug": ("InvalidOperation.InstanceTypeNotSupport", 400,
                   "The instance type of the specified instance does not support hot detach disk."),
    "too-many": ("DisksDetachingOnEcsExceeded", 400,
                 "The number of disks detaching on the instance exceeds the limit."),
}

Case = collections.namedtuple("Case", "row name parameters outsider")


def case(row, name, disk=None, instance=None, flag=None, region=None, outsider=False):
    """Disk and instance are names of the world below, or ids."""
    return Case(row, name, {"DiskId": disk, "InstanceId": instance, "DeleteWithInstance": flag, "RegionId": region},
                outsider)


# One condition each, in the order of the table.
SINGLE = [
    case("missing-instance", "no InstanceId", "data"),
    case("missing-disk", "no DiskId", None, "running"),
    case("empty", "InstanceId is empty", "data", ""),
    case("empty", "DiskId is empty", "", "running"),
    case("empty", "DeleteWithInstance is empty", "data", "running", ""),
    case("flag", "DeleteWithInstance is neither true nor false", "data", "running", "maybe"),
    case("region", "no such region", "data", "running", region="mars-north-1"),
    case("instance", "no such instance", "data", "i-nothing"),
    case("instance", "instance of another region", "data", "running", region="cn-shanghai"),
    case("instance", "instance of another account", "data", "outsider"),
    case("disk", "no such disk", "d-nothing", "running"),
    case("disk", "disk of another account", "outsider.data", "running"),
    case("white-list", "account outside the white list", "outsider.data", "outsider", outsider=True),
    case("base-image", "base image lost", "lost", "running"),
    case("detached", "never attached", "free", "running"),
    case("elsewhere", "attached to another instance", "data", "other"),
    case("detaching", "being detached", "leaving", "running"),
    case("disk-status", "being attached", "coming", "running"),
    case("disk-status", "being created with its instance", "building.data", "building"),
    case("disk-status", "overdue", "overdue", "running"),
    case("locked", "locked for security", "locked.data", "locked"),
    case("local", "local disk", "local.data", "local"),
    case("elastic", "elastic ephemeral disk, flag absent", "elastic", "running"),
    case("elastic", "elastic ephemeral disk, flag false", "elastic", "running", False),
    case("system", "system disk of category cloud", "basic-off.system", "basic-off"),
    case("system", "local system disk", "local-off.system", "local-off"),
    case("instance-status", "system disk of a running instance", "running.system", "running"),
    case("instance-status", "data disk of a stopping instance", "stopping.data", "stopping"),
    case("instance-status", "data disk of a starting instance", "starting.data", "starting"),
    case("instance-status", "system disk of a stopping instance", "stopping.system", "stopping"),
    case("image", "image deleted", "imageless.system", "imageless"),
    case("portable", "PrePaid data disk", "prepaid.data", "prepaid"),
    case("portable", "disk set so", "pinned", "running"),
    case("multi-flag", "multi-attach disk, flag true", "multi", "running", True),
    case("multi-flag", "multi-attach disk, flag false", "multi", "running", False),
    case("hot-unplug", "type without hot unplug", "old.data", "old"),
    case("too-many", "as many detaching as are allowed", "crowded.data", "crowded"),
]

# Two conditions each; the row is the earlier one.
DOUBLE = [
    case("missing-instance", "both ids absent"),
    case("missing-instance", "InstanceId absent before DiskId empty", ""),
    case("missing-disk", "DiskId absent before InstanceId empty", None, ""),
    case("empty", "empty before region unknown", "data", "", region="mars-north-1"),
    case("flag", "flag wrong before region unknown", "data", "running", "maybe", "mars-north-1"),
    case("region", "region before instance", "data", "i-nothing", region="mars-north-1"),
    case("instance", "instance before disk", "d-nothing", "i-nothing"),
    case("disk", "disk before white list", "d-nothing", "outsider", outsider=True),
    case("white-list", "white list before base image", "outsider.lost", "outsider", outsider=True),
    case("base-image", "base image before detached", "lost-free", "running"),
    case("base-image", "base image before elsewhere", "lost", "other"),
    case("detached", "detached before status", "overdue-free", "running"),
    case("detached", "detached before lock", "free", "locked"),
    case("elsewhere", "elsewhere before detaching", "leaving", "other"),
    case("elsewhere", "elsewhere before status", "overdue", "other"),
    case("elsewhere", "elsewhere before lock", "data", "locked"),
    case("detaching", "detaching before status", "leaving-overdue", "running"),
    case("detaching", "detaching before lock", "locked.leaving", "locked"),
    case("disk-status", "status before lock", "locked.overdue", "locked"),
    case("locked", "lock before local", "local-locked.data", "local-locked"),
    case("locked", "lock before instance status", "stopping-locked.data", "stopping-locked"),
    case("local", "local before instance status", "local-stopping.data", "local-stopping"),
    case("local", "local before portable", "local.data", "local"),
    case("elastic", "elastic before instance status", "stopping.elastic", "stopping"),
    case("system", "system before instance status", "basic-on.system", "basic-on"),
    case("instance-status", "instance status before image", "imageless-on.system", "imageless-on"),
    case("instance-status", "instance status before portable", "prepaid-stopping.data", "prepaid-stopping"),
    case("image", "image before too many", "imageless-crowded.system", "imageless-crowded"),
    case("portable", "portable before multi-attach flag", "multi-pinned", "running", True),
    case("portable", "portable before hot unplug", "prepaid-old.data", "prepaid-old"),
    case("multi-flag", "multi-attach flag before hot unplug", "multi-old", "older", True),
    case("hot-unplug", "hot unplug before too many", "old-crowded.data", "old-crowded"),
]


LOCAL, ELASTIC = {"category": "ephemeral_ssd"}, {"category": "elastic_ephemeral_disk_standard"}
PREPAID, COLD = {"charge_type": "pre-paid"}, {"type": "ecs.s1.small"}
IMAGELESS = {"image": "m-deleted"}

INSTANCES = {
    "running": {}, "other": {}, "older": {"type": "ecs.cold-shared"}, "locked": {}, "stopping": {},
    "starting": {"state": "stopped"}, "stopping-locked": {}, "crowded": {},
    "imageless": {"state": "stopped", **IMAGELESS}, "imageless-on": IMAGELESS,
    "imageless-crowded": {"state": "stopped", **IMAGELESS},
    "local": {}, "local-locked": {"locks": ["financial", "security"]}, "local-stopping": {}, "local-off": {"state": "stopped"},
    "basic-on": {}, "basic-off": {"state": "stopped"}, "prepaid": PREPAID, "prepaid-stopping": PREPAID,
    "old": COLD, "prepaid-old": {**COLD, **PREPAID}, "old-crowded": {"state": "stopped", **COLD},
}

# The instances that each disk is attached to, and what is special about it. The system disks that are not here are named
# INSTANCE.system.
DISKS = {
    "free": ([], {}), "lost-free": ([], {"base_image_lost": True}), "overdue-free": ([], {"overdue": True}), "coming": ([], {}),
    "data": (["running"], {}), "lost": (["running"], {"base_image_lost": True}), "overdue": (["running"], {"overdue": True}),
    "pinned": (["running"], {"portable": False}), "leaving": (["running"], {}), "leaving-overdue": (["running"], {}), "elastic": (["running"], ELASTIC),
    "multi": (["running", "other"], {"multi_attach": True}),
    "multi-pinned": (["running"], {"multi_attach": True, "portable": False}), "multi-old": (["older"], {"multi_attach": True}),
    "locked.data": (["locked"], {}), "locked.leaving": (["locked"], {}), "locked.overdue": (["locked"], {"overdue": True}),
    "stopping.data": (["stopping"], {}), "stopping.elastic": (["stopping"], ELASTIC), "starting.data": (["starting"], {}),
    "stopping-locked.data": (["stopping-locked"], {}), "crowded.data": (["crowded"], {}), "crowded.data2": (["crowded"], {}),
    "crowded.data3": (["crowded"], {}), "imageless-crowded.data": (["imageless-crowded"], {}),
    "imageless-crowded.data2": (["imageless-crowded"], {}), "local.data": (["local"], LOCAL),
    "local-locked.data": (["local-locked"], LOCAL), "local-stopping.data": (["local-stopping"], LOCAL),
    "local-off.system": (["local-off"], {"type": "system", **LOCAL}),
    "basic-on.system": (["basic-on"], {"type": "system", "category": "cloud"}),
    "basic-off.system": (["basic-off"], {"type": "system", "category": "cloud"}),
    "prepaid.data": (["prepaid"], PREPAID), "prepaid-stopping.data": (["prepaid-stopping"], PREPAID), "old.data": (["old"], {}),
    "prepaid-old.data": (["prepaid-old"], PREPAID), "old-crowded.data": (["old-crowded"], {}),
    "old-crowded.data2": (["old-crowded"], {}), "old-crowded.data3": (["old-crowded"], {}),
}


def id_of(prefix, name):
    return f"{prefix}-{name.replace('.', '-')}"


def disk_of(name, instances, more):
    return {"id": id_of("d", name), **more, "attachments": [{"instance": id_of("i", instance)} for instance in instances]}


FLEET = {
    "cleat_fleet": 1,
    "catalogue": {"images": [{"id": "m-deleted", "deleted": True}],
                  "instance_types": [{"id": "ecs.cold-shared", "hot_unplug": False, "multi_attach": True}]},
    "accounts": [
        {"instances": [{"id": id_of("i", name), **more} for name, more in INSTANCES.items()],
         "disks": [disk_of(name, *how) for name, how in DISKS.items()]},
        {"id": "1000000000000001", "name": "outsider", "disk_white_list": False,
         "access_keys": [{"id": "outsider", "secret": "outsider-secret"}],
         "instances": [{"id": "i-outsider"}],
         "disks": [disk_of("outsider.data", ["outsider"], {}),
                   disk_of("outsider.lost", ["outsider"], {"base_image_lost": True})]}]}


class World:
    """One server, its clock standing still, on which every condition of the table holds for some disk: a fleet, and what was
    begun on it."""

    def __init__(self, make_server):
        self.server = make_server(clock="manual", pace="real", max_detaching=LIMIT)
        load_fleet(self.server, FLEET)
        self.cloud = Cloud(self.server)
        self.outsider = Cloud(self.server, "outsider", "outsider-secret")
        self.ids = {name: id_of("i", name) for name in [*INSTANCES, "outsider"]}
        self.ids.update({name: id_of("d", name) for name in [*DISKS, "outsider.data", "outsider.lost"]})
        for name in INSTANCES:
            self.ids[name + ".system"] = self.cloud.system_disk(self[name])
        self.begin()

    def __getitem__(self, name):
        return self.ids.get(name, name)

    def detach(self, *disks):
        for disk in disks:
            (instance,) = DISKS[disk][0]
            self.cloud.DetachDisk(DiskId=self[disk], InstanceId=self[instance])

    def begin(self):
        """What shall be under way while the clock stands."""
        # One that is off gives its disks whatever its type, and has them until it runs.
        self.detach("old-crowded.data2", "old-crowded.data3")
        self.cloud.StartInstance(InstanceId=self["old-crowded"])
        self.server.advance(30)
        self.detach("leaving", "leaving-overdue", "locked.leaving", "crowded.data2", "crowded.data3", "imageless-crowded.data",
                    "imageless-crowded.data2")
        self.cloud.AttachDisk(DiskId=self["coming"], InstanceId=self["running"])
        for name in ("stopping", "stopping-locked", "local-stopping", "prepaid-stopping"):
            self.cloud.stop(self[name])
        self.cloud.StartInstance(InstanceId=self["starting"])
        self.ids["building"] = self.cloud.make_instance(**{"DataDisk.1.Size": 20, "DataDisk.1.DiskName": "being-built"})
        (disk,) = self.cloud.disks(DiskName="being-built")
        self.ids["building.data"] = disk["DiskId"]
        # Conditions that come while work is under way.
        for name in ("locked", "stopping-locked"):
            fleet_set(self.server, self[name], locks=["financial", "security"])
        fleet_set(self.server, self["leaving-overdue"], overdue=True)

    def look(self):
        disks = self.cloud.disks(PageSize=100)
        assert len(disks) < 100
        return disks


@pytest.fixture(scope="module")
def world(make_module_server):
    return World(make_module_server)


@pytest.mark.parametrize("xml", [False, True], ids=["json", "xml"])
@pytest.mark.parametrize("condition", SINGLE + DOUBLE, ids=lambda condition: condition.name)
def test_row_answers_and_nothing_changes(world, condition, xml):
    code, status, text = ROWS[condition.row]
    parameters = {name: world[value] if isinstance(value, str) else value
                  for name, value in condition.parameters.items()}
    before = world.look()
    reply = (world.outsider if condition.outsider else world.cloud).raw("DetachDisk", parameters, xml=xml)
    assert reply.fault == (status, code, text)
    assert UUID.fullmatch(reply.xml.findtext("RequestId") if xml else reply.json["RequestId"])
    assert reply.type == ("text/xml;charset=utf-8" if xml else "application/json;charset=utf-8")
    assert world.look() == before


def test_world_is_as_it_says(world):
    """The conditions of the cases hold, and what is not a condition does not."""
    status = {name: (world.outsider if name.startswith("outsider") else world.cloud).status(id)
              for name, id in world.ids.items() if id.startswith("d-")}
    expected = {"Available": ["free", "lost-free", "overdue-free"],
                "Attaching": ["coming"],
                "Creating": ["building.data"],
                "Detaching": ["leaving", "leaving-overdue", "locked.leaving", "crowded.data2", "crowded.data3", "old-crowded.data2",
                              "old-crowded.data3"]}
    for word, names in expected.items():
        assert [status[name] for name in names] == [word] * len(names)
    assert [status[name] for name in ("data", "lost", "overdue", "pinned", "multi", "elastic", "crowded.data")] == \
        ["In_use"] * 7
    states = {name: world.cloud.instance(world[name])["Status"] for name in INSTANCES}
    assert {name for name, state in states.items() if state == "Stopping"} == \
        {"stopping", "stopping-locked", "local-stopping", "prepaid-stopping"}
    assert {name for name, state in states.items() if state == "Stopped"} == \
        {"basic-off", "local-off", "imageless", "imageless-crowded"}
    assert states["starting"] == "Starting"


def test_every_row_is_asked_for():
    assert {each.row for each in SINGLE} == set(ROWS)


def test_limit_of_detaching_disks_is_five_by_default(slow_cloud):
    instance = slow_cloud.make_instance(**{f"DataDisk.{n}.Size": 20 for n in range(1, 8)})
    slow_cloud.server.advance(60)
    disks = slow_cloud.disks_of(instance)
    for disk in disks[:5]:
        slow_cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    assert slow_cloud.refused("DetachDisk", DiskId=disks[5], InstanceId=instance) == \
        (400, "DisksDetachingOnEcsExceeded")
    slow_cloud.server.advance(60)
    for disk in disks[5:]:
        slow_cloud.DetachDisk(DiskId=disk, InstanceId=instance)


def test_limit_of_detaching_disks_is_of_each_instance(own_cloud):
    cloud = own_cloud(clock="manual", pace="real", max_detaching=1)
    instances = cloud.make_instances(Amount=2, **{"DataDisk.1.Size": 20, "DataDisk.2.Size": 20})
    cloud.server.advance(60)
    for instance in instances:
        first, second = cloud.disks_of(instance)
        cloud.DetachDisk(DiskId=first, InstanceId=instance)
        assert cloud.refused("DetachDisk", DiskId=second, InstanceId=instance) == (400, "DisksDetachingOnEcsExceeded")


def test_region_of_the_request_may_be_absent_or_right(cloud):
    for region in (None, "", REGION):
        disk, instance = cloud.make_attached(ZoneId=ZONE)
        cloud.DetachDisk(DiskId=disk, InstanceId=instance, RegionId=region)
        assert cloud.status(disk) == "Available"
