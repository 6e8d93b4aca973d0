"""Rows of the tables of errors that no story meets on its way: each with one call that is wrong in one way. DetachDisk's have
tests of their own (test_detach_rows.py)."""

import http.client
import json
import pathlib
import re

import pytest

import cloud as clouds
from cloud import IMAGE, REGION, SLOWER, TYPE, ZONE, Cloud, edit_store

OLD = "ecs.s1.small"  # takes no disk while it runs, and four in all
FOUR = {f"DataDisk.{number}.Size": 20 for number in range(1, 5)}
PREPAID = {"InstanceChargeType": "PrePaid", "Period": 1}
LONG = "k" * 129

DISK = {"RegionId": REGION, "ZoneId": ZONE, "Size": 20, "DiskCategory": "cloud_essd"}
RUN = {"RegionId": REGION, "ZoneId": ZONE, "ImageId": IMAGE, "InstanceType": TYPE, "DryRun": True}
ATTACH = {"DiskId": "free", "InstanceId": "running"}

# operation: (base, [(HTTP status, code, what is different)]). Names of the world below stand for their ids.
TABLES = {
    "AttachDisk": (ATTACH, [
        (400, "InvalidParameter", {"DiskId": ""}),
        (400, "InvalidRegionId.MalFormed", {"RegionId": "mars-north-1"}),
        (404, "InvalidInstanceId.NotFound", {"InstanceId": "i-nothing"}),
        (404, "InvalidDiskId.NotFound", {"DiskId": "d-nothing"}),
        (403, "UserNotInTheWhiteList", {"DiskId": "outsider.disk", "InstanceId": "outsider", "outsider": True}),
        (400, "InvalidDevice.Malformed", {"Device": "/dev/sdz9"}),
        (400, "InvalidDevice.Malformed", {"Device": "/dev/" + "x" * 28}),
        (403, "ResourcesNotInSameZone", {"DiskId": "elsewhere"}),
        (403, "DiskInArrears", {"DiskId": "overdue"}),
        (403, "DiskNotPortable", {"DiskId": "pinned"}),
        (404, "InvalidDisk.InUse", {"DiskId": "shared"}),
        (403, "IncorrectDiskStatus", {"DiskId": "attached"}),
        (403, "InstanceLockedForSecurity", {"InstanceId": "locked"}),
        (403, "InstanceExpiredOrInArrears", {"InstanceId": "unpaid"}),
        (403, "DeleteWithInstance.Conflict", {"DiskId": "multi", "DeleteWithInstance": True}),
        (400, "InvalidParameterForce.DiskCategoryNotSupported", {"Force": True}),
        (403, "InvalidOperation.CanNotAttachMultiAttachDiskAsSystemDisk", {"DiskId": "multi", "Bootable": True}),
        (400, "InvalidDisk.DiskNotBootable", {"Bootable": True}),
        (403, "InvalidDevice.InUse", {"DiskId": "second-system", "InstanceId": "stopped", "Bootable": True}),
        (400, "IncorrectInstanceStatus", {"InstanceId": "fresh"}),
        (400, "InvalidOperation.InstanceTypeNotSupport", {"InstanceId": "old"}),
        (403, "InvalidInstanceType.NotSupportMultiAttachDisk", {"DiskId": "multi", "InstanceId": "sixth"}),
        (403, "DiskAttachedNumberExceeded", {"DiskId": "everywhere"}),
        (403, "InstanceDiskLimitExceeded", {"InstanceId": "full"}),
        (403, "InvalidDevice.InUse", {"Device": "/dev/xvdb"}),
    ]),
    "CreateDisk": (DISK, [
        (400, "InvalidParameter", {"RegionId": ""}),
        (404, "InvalidRegionId.NotFound", {"RegionId": "mars-north-1"}),
        (400, "MissingZoneId", {"ZoneId": None}),
        (404, "InvalidInstanceId.NotFound", {"ZoneId": None, "InstanceId": "i-nothing"}),
        (404, "InvalidZoneId.NotFound", {"ZoneId": "cn-hangzhou-z"}),
        (400, "InvalidParameter.Conflict", {"ZoneId": "cn-hangzhou-g", "InstanceId": "prepaid"}),
        (403, "UserNotInTheWhiteList", {"outsider": True}),
        (404, "InvalidSnapshotId.NotFound", {"SnapshotId": "s-nothing"}),
        (400, "MissingParameter", {"Size": None}),
        (400, "InvalidDiskCategory.ValueNotSupported", {"DiskCategory": "floppy"}),
        (400, "InvalidPerformanceLevel.Malformed", {"PerformanceLevel": "PL9"}),
        (403, "InvalidDiskSize.NotSupported", {"DiskCategory": "cloud_ssd", "Size": 10}),
        (403, "InvalidParameter.DiskCategoryAndMultiAttachNotMatch", {"DiskCategory": "cloud_ssd", "MultiAttach": "Enabled"}),
        (403, "InvalidParameter.MultiAttachAndInstanceIdConflict",
         {"ZoneId": None, "InstanceId": "prepaid", "MultiAttach": "Enabled"}),
        (403, "InvalidPayMethod", {"ZoneId": None, "InstanceId": "running"}),
        (403, "InvalidStatus.Upgrading", {"ZoneId": None, "InstanceId": "prepaid-fresh"}),
        (403, "InstanceDiskLimitExceeded", {"ZoneId": None, "InstanceId": "prepaid-full"}),
        (400, "InvalidDiskName.Malformed", {"DiskName": "x"}),
        (400, "InvalidDescription.Malformed", {"Description": "x"}),
        (400, "InvalidSize.ValueNotSupported", {"Size": 0}),
        (403, "InvalidParameter.MultiAttach", {"MultiAttach": "Maybe"}),
        (400, "InvalidTagKey.Malformed", {"Tag.1.Key": LONG}),
        (400, "InvalidTagValue.Malformed", {"Tag.1.Key": "k", "Tag.1.Value": LONG}),
    ]),
    "DeleteDisk": ({"DiskId": "free"}, [
        (400, "InvalidParameter", {"DiskId": ""}),
        (400, "InvalidRegionId.MalFormed", {"RegionId": "mars-north-1"}),
        (403, "UserNotInTheWhiteList", {"DiskId": "outsider.disk", "outsider": True}),
        (403, "IncorrectDiskStatus", {"DiskId": "attached"}),
        (403, "DiskNotPortable", {"DiskId": "pinned"}),
    ]),
    "DeleteInstance": ({"InstanceId": "stopped"}, [
        (400, "InvalidParameter", {"InstanceId": ""}),
        (400, "InvalidRegionId.MalFormed", {"RegionId": "mars-north-1"}),
        (404, "InvalidInstanceId.NotFound", {"InstanceId": "i-nothing"}),
        (403, "IncorrectInstanceStatus.Initializing", {"InstanceId": "fresh"}),
        (403, "InvalidOperation.DeletionProtection", {"InstanceId": "protected"}),
        (403, "ChargeTypeViolation", {"InstanceId": "prepaid"}),
        (403, "IncorrectInstanceStatus", {"InstanceId": "running"}),
        (400, "DryRunOperation", {"DryRun": True}),
    ]),
    "DescribeDisks": ({"RegionId": REGION}, [
        (400, "InvalidTagKey.Malformed", {"Tag.1.Key": LONG}),
        (400, "InvalidTagValue.Malformed", {"Tag.1.Key": "k", "Tag.1.Value": LONG}),
    ]),
    "DescribeInstances": ({"RegionId": REGION}, [
        (400, "InvalidTagKey.Malformed", {"Tag.1.Key": LONG}),
        (400, "InvalidTagValue.Malformed", {"Tag.1.Key": "k", "Tag.1.Value": LONG}),
        (404, "InvalidFilterKey.NotFound", {"Filter.1.Key": "Colour"}),
    ]),
    "DescribeZones": ({"RegionId": REGION}, [
        (404, "InvalidAcceptLanguage.NotFound", {"AcceptLanguage": "tlh"}),
    ]),
    "RunInstances": (RUN, [
        (400, "InvalidParameter", {"ImageId": ""}),
        (404, "InvalidRegionId.NotFound", {"RegionId": "mars-north-1"}),
        (400, "InvalidInstanceType.ValueNotSupported", {"InstanceType": "ecs.abacus"}),
        (404, "InvalidImageId.NotFound", {"ImageId": "m-nothing"}),
        (404, "InvalidZoneId.NotFound", {"ZoneId": "cn-hangzhou-z"}),
        (400, "InvalidSystemDiskCategory.ValueNotSupported", {"SystemDisk.Category": "floppy"}),
        (400, "InvalidPerformanceLevel.Malformed", {"SystemDisk.Category": "cloud_essd", "SystemDisk.PerformanceLevel": "PL9"}),
        (400, "InvalidSystemDiskSize.ValueNotSupported", {"SystemDisk.Category": "cloud_essd", "SystemDisk.Size": 10}),
        (400, "InstanceDiskNumber.LimitExceed", {"InstanceType": OLD, **FOUR, "DataDisk.5.Size": 20}),
        (400, "InvalidSnapshotId.NotFound", {"DataDisk.1.Size": 20, "DataDisk.1.SnapshotId": "s-nothing"}),
        (400, "InvalidDataDiskCategory.ValueNotSupported", {"DataDisk.1.Size": 20, "DataDisk.1.Category": "floppy"}),
        (400, "MissingParameter", {"DataDisk.1.Category": "cloud_ssd"}),
        (400, "InvalidDataDiskSize.ValueNotSupported", {"DataDisk.1.Size": 10, "DataDisk.1.Category": "cloud_ssd"}),
        (400, "InvalidDataDevice.Malformed", {"DataDisk.1.Size": 20, "DataDisk.1.Device": "/dev/sdz9"}),
        (403, "InvalidDevice.InUse", {"DataDisk.1.Size": 20, "DataDisk.1.Device": "/dev/xvdc",
                                      "DataDisk.2.Size": 20, "DataDisk.2.Device": "/dev/xvdc"}),
        (400, "InvalidAutoReleaseTime.Malformed", {"AutoReleaseTime": "2001-01-01T00:00:00Z"}),
        (400, "InvalidAutoReleaseTime.Malformed", {"AutoReleaseTime": "soon"}),
        (400, "DryRunOperation", {}),
        (400, "InvalidInstanceName.Malformed", {"InstanceName": "x"}),
        (400, "InvalidDescription.Malformed", {"Description": "x"}),
        (400, "InvalidDiskName.Malformed", {"SystemDisk.DiskName": "x"}),
        (400, "InvalidDiskDescription.Malformed", {"SystemDisk.Description": "x"}),
        (404, "InvalidInstanceChargeType.NotFound", {"InstanceChargeType": "Barter"}),
        (400, "InvalidPeriod", {"Period": 61}),
        (400, "InvalidInternetChargeType.ValueNotSupported", {"InternetChargeType": "PayByLetter"}),
        (400, "InvalidSpotStrategy", {"SpotStrategy": "Luck"}),
        (400, "InvalidMinAmount.Malformed", {"MinAmount": 0}),
        (403, "InvalidParam.Amount", {"Amount": 101}),
        (400, "InvalidTagKey.Malformed", {"Tag.1.Key": LONG}),
        (400, "InvalidTagValue.Malformed", {"Tag.1.Key": "k", "Tag.1.Value": LONG}),
    ]),
    "StartInstance": ({"InstanceId": "stopped"}, [
        (400, "InvalidParameter", {"InstanceId": ""}),
        (400, "InvalidRegionId.MalFormed", {"RegionId": "mars-north-1"}),
        (403, "IncorrectInstanceStatus", {"InstanceId": "fresh"}),
        (403, "InstanceLockedForSecurity", {"InstanceId": "locked-stopped"}),
        (403, "InstanceExpired", {"InstanceId": "unpaid-stopped"}),
        (400, "DryRunOperation", {"DryRun": True}),
    ]),
    "StopInstance": ({"InstanceId": "running"}, [
        (400, "InvalidParameter", {"InstanceId": ""}),
        (400, "InvalidRegionId.MalFormed", {"RegionId": "mars-north-1"}),
        (403, "IncorrectInstanceStatus", {"InstanceId": "fresh"}),
        (403, "InstanceLockedForSecurity", {"InstanceId": "locked"}),
        (403, "InstanceExpiredOrInArrears", {"InstanceId": "unpaid"}),
        (400, "DryRunOperation", {"DryRun": True}),
    ]),
}

CASES = [pytest.param(operation, status, code, {**base, **changes}, id=f"{operation}-{code}-{number}")
         for operation, (base, rows) in TABLES.items() for number, (status, code, changes) in enumerate(rows)]


class World:
    """One server whose clock stands. What no operation can make is written into its store."""

    def __init__(self, make_server):
        self.server = make_server(durable=True, clock="manual", pace="real")
        self.cloud = Cloud(self.server)
        self.outsider = Cloud(self.server, "outsider", "outsider-secret")
        edit_store(self.server,
                   ("INSERT INTO account (id, realm, name, disk_white_list, safe_detach, created_at) VALUES ('1000000000000001', 'aliyun', 'outsider', 0, 0, 9999999999999)", []),
                   ("INSERT INTO access_key (id, account, secret, description, state, created_at)"
                    " VALUES ('outsider', '1000000000000001', 'outsider-secret', '', 'active', 0)", []))
        self.ids = {}
        self.make()
        self.server.advance(90)
        self.attach()
        self.server.advance(60)
        self.edit()
        for name, more in (("fresh", {}), ("prepaid-fresh", PREPAID)):
            self.ids[name] = self.cloud.make_instance(**more)

    def __getitem__(self, name):
        return self.ids.get(name, name)

    def make(self):
        wanted = {"running": {}, "stopped": {}, "locked": {}, "unpaid": {}, "locked-stopped": {}, "unpaid-stopped": {},
                  "old": {"InstanceType": OLD}, "full": {"InstanceType": OLD, **FOUR}, "sixth": {"InstanceType": "ecs.g6.large"},
                  "prepaid": PREPAID, "prepaid-full": {"InstanceType": OLD, **FOUR, **PREPAID},
                  "protected": {"DeletionProtection": True}}
        for name, more in wanted.items():
            self.ids[name] = self.cloud.make_instance(**more)
        self.crowd = self.cloud.make_instances(Amount=16)
        for name in ("free", "attached", "overdue", "pinned", "second-system"):
            self.ids[name] = self.cloud.make_disk()
        for name in ("multi", "shared", "everywhere"):
            self.ids[name] = self.cloud.make_disk(**clouds.MULTI)
        self.ids["elsewhere"] = self.cloud.make_disk(ZoneId="cn-hangzhou-g")
        self.ids["outsider"] = self.outsider.make_instance(**{"DataDisk.1.Size": 20})

    def attach(self):
        (self.ids["outsider.disk"],) = self.outsider.disks_of(self["outsider"])
        self.cloud.AttachDisk(DiskId=self["attached"], InstanceId=self["running"], Device="/dev/xvdb")
        self.cloud.AttachDisk(DiskId=self["shared"], InstanceId=self["running"])
        for instance in self.crowd:
            self.cloud.AttachDisk(DiskId=self["everywhere"], InstanceId=instance)
        for name in ("stopped", "full", "locked-stopped", "unpaid-stopped"):
            self.cloud.stop(self[name])

    def edit(self):
        def disk(column, value, name):
            return f"UPDATE disk SET {column} = ? WHERE id = ?", [value, self[name]]

        edit_store(self.server,
                   disk("overdue", 1, "overdue"), disk("portable", 0, "pinned"), disk("type", "system", "second-system"),
                   disk("origin_instance", self["stopped"], "second-system"),
                   *[("UPDATE instance SET locks = ? WHERE id = ?", [lock, self[name]])
                     for lock, name in (("security", "locked"), ("financial", "unpaid"),
                                        ("security", "locked-stopped"), ("financial", "unpaid-stopped"))])


@pytest.fixture(scope="module")
def world(make_module_server):
    return World(make_module_server)


def texts_of(reference, operation, status, code):
    """The messages of the rows that fit, as patterns."""
    (found,) = (each for each in reference["operations"] if each["name"] == operation)
    rows = found["errors"] + reference["errors"]
    return [".*".join(map(re.escape, row["message"].split("%s"))) for row in rows
            if (row["http"], row["code"]) == (status, code)]


def ask(world, operation, parameters):
    given = {name: world[value] if isinstance(value, str) else value for name, value in parameters.items()}
    client = world.outsider if given.pop("outsider", False) else world.cloud
    return client.raw(operation, given, xml=operation in ("AttachDisk", "StopInstance"))


def looks(world):
    return [(disk["DiskId"], disk["Status"], disk["InstanceId"]) for disk in world.cloud.disks()], \
        [(instance["InstanceId"], instance["Status"]) for instance in world.cloud.instances()]


@pytest.mark.parametrize("operation, status, code, parameters", CASES)
def test_row_answers_and_nothing_changes(world, reference, operation, status, code, parameters):
    before = looks(world)
    reply = ask(world, operation, parameters)
    assert reply.fault[:2] == (status, code), reply.text
    assert any(re.fullmatch(text, reply.fault[2]) for text in texts_of(reference, operation, status, code)), reply.text
    assert looks(world) == before


# ---- rows of every operation


def test_too_many_parameters(cloud):
    reply = cloud.raw("DescribeRegions", {f"X.{number}": 1 for number in range(1001)}, method="POST")
    assert reply.fault == (400, "InvalidParameter", "The request has more than 1000 parameters.")


def raw_request(server, *headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30 * SLOWER)
    connection.putrequest("POST", "/?Action=DescribeRegions&Format=JSON")
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    reply = connection.getresponse()
    body = reply.read()
    connection.close()
    return reply.status, (re.search(rb"<Code>(.*)</Code>", body) or re.search(rb'"Code":"([^"]*)"', body))[1].decode()


def test_request_with_two_lengths(shared_server):
    assert raw_request(shared_server, ("Content-Length", "2"), ("Content-Length", "3")) == (400, "InvalidParameter")


def test_too_many_headers(shared_server):
    headers = [(f"X-Header-{number}", "x") for number in range(120)]
    assert raw_request(shared_server, *headers, ("Content-Length", "0")) == (431, "RequestHeadersTooMany")


# ---- the texts


VENDOR = json.loads((pathlib.Path(__file__).resolve().parent.parent / "data" / "aliyun_operations.json").read_text("utf-8"))


def is_vendors(row, operation, gateway):
    """Whether the vendor has a row, for the operation or for any, or with a text that it leaves open."""
    mine = (row["http"], row["code"], row["message"])
    own = {tuple(each) for each in VENDOR[operation]["errors"]}
    others = {tuple(each) for name, each_operation in VENDOR.items() if name != "_note" for each in each_operation["errors"]}
    return mine in own | others or (*mine[:2], "%s") in own or any(
        re.fullmatch(each["code"].replace("%s", r"(\w+)"), row["code"]) and
        re.fullmatch(re.escape(each["message"]).replace("%s", r"(\w+)"), row["message"]) for each in gateway)


def test_texts_are_the_vendors(reference):
    """Byte for byte, unless the row says where else it is from."""
    foreign = [f"{operation['name']}: {row['http']} {row['code']} {row['message']}" for operation in reference["operations"]
               for row in operation["errors"]
               if not row["source"] and not is_vendors(row, operation["name"], reference["errors"])]
    assert not foreign, "no page of the vendor has these:\n" + "\n".join(foreign)
