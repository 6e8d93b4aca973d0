"""ModifyDiskChargeType: effects, rows of errors in both formats."""

import json

import pytest

from cloud import MULTI, REGION, Cloud

PRE_PAID = {"InstanceChargeType": "PrePaid", "Period": 1}
NAMES = ("DiskChargeType", "Portable", "DeleteWithInstance", "ExpiredTime")


def charge(cloud, instance, *disks, **more):
    return cloud.ModifyDiskChargeType(RegionId=REGION, InstanceId=instance, DiskIds=json.dumps(disks), **more)


def paid(cloud, disk):
    return tuple(cloud.disk(disk)[name] for name in NAMES)


def attached(cloud, instance, **more):
    disk = cloud.make_disk(**more)
    cloud.AttachDisk(DiskId=disk, InstanceId=instance)
    return disk


# ---- effects


def test_to_pre_paid_and_back(cloud):
    instance = cloud.make_instance(**PRE_PAID)
    disks = [attached(cloud, instance) for _ in range(2)]
    before = [cloud.disk(disk) for disk in disks]
    by_use = paid(cloud, disks[0])
    end = cloud.instance(instance)["ExpiredTime"]
    assert by_use[:3] == ("PostPaid", True, False)
    assert set(charge(cloud, instance, *disks, DiskChargeType="PrePaid", AutoPay=True)) == {"RequestId"}
    assert [paid(cloud, disk) for disk in disks] == [("PrePaid", False, True, end)] * 2
    assert cloud.refused("DetachDisk", DiskId=disks[0], InstanceId=instance) == (403, "DiskNotPortable")
    charge(cloud, instance, disks[0], DiskChargeType="PostPaid")
    assert paid(cloud, disks[0]) == ("PostPaid", True, True, by_use[3])
    assert cloud.disk(disks[0]) == {**before[0], "DeleteWithInstance": True}
    assert paid(cloud, disks[1])[0] == "PrePaid"
    cloud.DetachDisk(DiskId=disks[0], InstanceId=instance)
    assert cloud.status(disks[0]) == "Available"


def test_pre_paid_is_the_default_and_a_repeat_changes_nothing(cloud):
    instance = cloud.make_instance(**PRE_PAID)
    disk = attached(cloud, instance)
    charge(cloud, instance, disk)
    after = cloud.disk(disk)
    assert after["DiskChargeType"] == "PrePaid"
    charge(cloud, instance, disk, disk)
    assert cloud.disk(disk) == after


def test_a_disk_made_with_its_instance_becomes_free(cloud):
    instance = cloud.make_instance(**PRE_PAID, **{"DataDisk.1.Size": 20})
    (disk,) = cloud.disks_of(instance)
    assert paid(cloud, disk)[:2] == ("PrePaid", False)
    charge(cloud, instance, disk, DiskChargeType="PostPaid")
    cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    assert cloud.status(disk) == "Available"


def test_all_or_none(cloud):
    instance = cloud.make_instance(**PRE_PAID)
    disk = attached(cloud, instance)
    before = cloud.disk(disk)
    assert cloud.refused("ModifyDiskChargeType", RegionId=REGION, InstanceId=instance,
                         DiskIds=json.dumps([disk, "d-nothing"])) == (404, "InvalidDiskIds.NotFound")
    assert cloud.disk(disk) == before


def test_a_repeat_with_its_token(cloud):
    instance = cloud.make_instance(**PRE_PAID)
    disk = attached(cloud, instance)
    token = f"charge-{disk}"
    replies = [charge(cloud, instance, disk, ClientToken=token) for _ in range(2)]
    assert len(replies) == 2 and cloud.disk(disk)["DiskChargeType"] == "PrePaid"
    reply = cloud.raw("ModifyDiskChargeType", {"RegionId": REGION, "InstanceId": instance, "DiskIds": json.dumps([disk]),
                                               "DiskChargeType": "PostPaid", "ClientToken": token})
    assert reply.fault == (400, "IdempotenceParamNotMatch", "Request uses a client token in a previous request but is not "
                           "identical to that request.")


# ---- rows


EMPTY = (400, "InvalidParameter", "The input parameter is mandatory for processing this request is empty.")
NO_DISKS = (404, "InvalidDiskIds.NotFound", "Some of the specified data disks do not exist.")

ROWS = {
    "no RegionId": ((400, "MissingRegionId", "RegionId is mandatory for this action."), {"RegionId": None}),
    "no InstanceId": ((400, "MissingInstanceId", "InstanceId is mandatory for this action."), {"InstanceId": None}),
    "no DiskIds": ((400, "MissingDiskIds", "DiskIds is mandatory for this action."), {"DiskIds": None}),
    "InstanceId is empty": (EMPTY, {"InstanceId": ""}),
    "no such region": ((404, "InvalidRegionId.NotFound", "The RegionId provided does not exist."), {"RegionId": "mars-1"}),
    "no such instance": ((400, "InvalidInstanceId.NotFound", "The specified InstanceId does not exist."),
                         {"InstanceId": "i-nothing"}),
    "instance paid by use": ((403, "ChargeTypeViolation", "The operation is not permitted due to charge type of the instance."),
                             {"InstanceId": "by-use"}),
    "instance starts": ((404, "InvalidInstanceStatus.NotSupported", "The status of the specified instance is invalid."),
                        {"InstanceId": "starting"}),
    "no disks": (NO_DISKS, {"DiskIds": "[]"}),
    "no such disk": (NO_DISKS, {"DiskIds": "d-nothing"}),
    "system disk": (NO_DISKS, {"DiskIds": "system"}),
    "free disk": (NO_DISKS, {"DiskIds": "free"}),
    "detaching": (NO_DISKS, {"DiskIds": "leaving"}),
    "multi-attach disk": ((403, "InvalidOperation.MultiAttachDisk", "Multi attach disk does not support this operation."),
                          {"DiskIds": "multi"}),
    "local disk": ((404, "InvalidDiskIds.NotPortable", "The specified DiskId is not portable."), {"DiskIds": "local"}),
    "no such type": ((400, "InvalidParameter", "The specified value of parameter DiskChargeType is not valid."),
                     {"DiskChargeType": "Free"}),
    "too many disks": ((400, "InvalidParameter", "The specified value of parameter DiskIds is not valid."),
                       {"DiskIds": json.dumps([f"d-{number}" for number in range(17)])}),
    "no list": ((400, "InvalidParameter", "The specified value of parameter DiskIds is not valid."), {"DiskIds": "{}"}),
}


class World:
    """A server whose clock stands, on which every condition holds somewhere."""

    def __init__(self, make_server):
        self.server = make_server(clock="manual", pace="real")
        self.cloud = cloud = Cloud(self.server)
        local = {"DataDisk.1.Size": 20, "DataDisk.1.Category": "ephemeral_ssd"}
        self.ids = {"paid": cloud.make_instance(**PRE_PAID, **local), "starting": cloud.make_instance(**PRE_PAID),
                    "by-use": cloud.make_instance(), "multi": cloud.make_disk(**MULTI)}
        self.ids.update({name: cloud.make_disk() for name in ("data", "free", "leaving")})
        self.server.advance(90)
        self.ids["system"] = cloud.system_disk(self.ids["paid"])
        (self.ids["local"],) = cloud.disks_of(self.ids["paid"])
        for name in ("data", "leaving", "multi"):
            cloud.AttachDisk(DiskId=self.ids[name], InstanceId=self.ids["paid"])
        cloud.stop(self.ids["starting"])
        self.server.advance(90)
        cloud.StartInstance(InstanceId=self.ids["starting"])
        cloud.DetachDisk(DiskId=self.ids["leaving"], InstanceId=self.ids["paid"])

    def parameters(self, different):
        asked = {"RegionId": REGION, "InstanceId": "paid", "DiskIds": "data", **different}
        asked = {name: self.ids.get(value, value) for name, value in asked.items() if value is not None}
        if asked.get("DiskIds", "").startswith("d-"):
            asked["DiskIds"] = json.dumps([asked["DiskIds"]])
        return asked


@pytest.fixture(scope="module")
def world(make_module_server):
    return World(make_module_server)


@pytest.mark.parametrize("xml", [False, True], ids=["json", "xml"])
@pytest.mark.parametrize("name", ROWS)
def test_row_answers_and_nothing_changes(world, name, xml):
    answer, different = ROWS[name]
    before = world.cloud.disks()
    reply = world.cloud.raw("ModifyDiskChargeType", world.parameters(different), xml=xml)
    assert reply.fault == answer
    assert world.cloud.disks() == before
