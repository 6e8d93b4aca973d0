"""What broke real clients when a cloud, or something that stood in for it, answered a little differently: each by its name."""

import concurrent.futures
import json
import random
import threading

import pytest
from alibabacloud_ecs20140526 import models
from alibabacloud_tea_openapi.exceptions import ThrottlingException
from darabonba.exceptions import UnretryableException

import signing
from cloud import IMAGE, MULTI, REGION, TYPE, UUID, ZONE, Cloud, fleet_of, load_fleet, wait_for
from test_faults import add
from test_story_tea import make_client
from test_story_v1 import Acs

XML_TYPE, JSON_TYPE = "text/xml;charset=utf-8", "application/json;charset=utf-8"
FORMATS = pytest.mark.parametrize("xml", [False, True], ids=["json", "xml"])


# ---- members that clients assert, and words they compare


ORIGINS = {"snapshotted", "from-snapshot", "multi", "loose", "loose-system", "attached", "of-run", "of-create", "coming", "leaving",
           "creating", "marked"}


def make_of_every_origin(cloud):
    """Disks of every origin and in every state: {what it is: id}. The clock of the server stands."""
    ids = {name: cloud.make_disk() for name in ("snapshotted", "loose", "attached", "coming", "leaving", "marked")}
    ids["multi"] = cloud.make_disk(**MULTI)
    instance = cloud.make_instance(**{"DataDisk.1.Size": 20, "DataDisk.1.DiskName": "of-run"})
    other = cloud.CreateInstance(**{"RegionId": REGION, "ZoneId": ZONE, "ImageId": IMAGE, "InstanceType": TYPE, "DataDisk.1.Size": 20,
                                    "DataDisk.1.DiskName": "of-create"})["InstanceId"]
    cloud.server.advance(60)
    for name in ("of-run", "of-create"):
        ids[name] = cloud.disks(DiskName=name)[0]["DiskId"]
    ids["loose-system"] = cloud.system_disk(other)
    cloud.DetachDisk(DiskId=ids["loose-system"], InstanceId=other)
    for name in ("attached", "leaving", "multi", "snapshotted"):
        cloud.AttachDisk(DiskId=ids[name], InstanceId=instance)
    cloud.ModifyDiskAttribute(DiskId=ids["marked"], DeleteAutoSnapshot=True)
    cloud.server.advance(60)
    snapshot = cloud.CreateSnapshot(DiskId=ids["snapshotted"])["SnapshotId"]
    cloud.server.advance(120)
    ids["from-snapshot"] = cloud.make_disk(SnapshotId=snapshot, Size=None)
    cloud.server.advance(60)
    cloud.AttachDisk(DiskId=ids["coming"], InstanceId=instance)
    cloud.DetachDisk(DiskId=ids["leaving"], InstanceId=instance)
    ids["creating"] = cloud.make_disk()
    assert set(ids) == ORIGINS
    return ids


@pytest.fixture(scope="module")
def origins(make_module_server):
    cloud = Cloud(make_module_server(clock="manual", pace="real"))
    return cloud, make_of_every_origin(cloud)


@pytest.mark.parametrize("name", sorted(ORIGINS))
def test_delete_auto_snapshot_is_always_a_boolean(origins, name):
    """Terraform's provider ends in a panic where it is missing or a text."""
    cloud, ids = origins
    given = {"DiskIds": [ids[name]]}
    (disk,) = cloud.raw("DescribeDisks", given).json["Disks"]["Disk"]
    (element,) = cloud.raw("DescribeDisks", given, xml=True).xml.findall("Disks/Disk")
    wanted = name in ("loose-system", "marked", "of-run", "of-create")
    assert disk["DeleteAutoSnapshot"] is wanted
    assert [child.text for child in element.findall("DeleteAutoSnapshot")] == ["true" if wanted else "false"]


@pytest.mark.parametrize("name", sorted(ORIGINS))
def test_multi_attach_is_one_of_two_words(origins, name):
    """With any other word the disk driver of Kubernetes takes a disk for one that several instances share."""
    cloud, ids = origins
    given, wanted = {"DiskIds": [ids[name]]}, "Enabled" if name == "multi" else "Disabled"
    (disk,) = cloud.raw("DescribeDisks", given).json["Disks"]["Disk"]
    (element,) = cloud.raw("DescribeDisks", given, xml=True).xml.findall("Disks/Disk")
    assert (disk["MultiAttach"], [child.text for child in element.findall("MultiAttach")]) == (wanted, [wanted])


def test_disks_of_a_fleet_file_have_both_as_well(server):
    load_fleet(server, fleet_of(instances=[{"id": "i-1"}], disks=[
        {"id": "d-1", "attachments": [{"instance": "i-1"}]}, {"id": "d-2"}, {"id": "d-3", "multi_attach": True}]))
    cloud = Cloud(server)
    for _ in range(2):  # JSON, XML
        found = {disk["DiskId"]: (type(disk["DeleteAutoSnapshot"]), disk["MultiAttach"]) for disk in cloud.disks()}
        assert [found.pop(name) for name in ("d-1", "d-2", "d-3")] == [(bool, "Disabled"), (bool, "Disabled"), (bool, "Enabled")]
        assert set(found.values()) <= {(bool, "Disabled")}  # the instance's system disk


def test_a_disk_that_instances_share_has_no_instance_of_its_own(slow_cloud):
    """Whoever reads InstanceId for it takes the disk from the wrong node: it is empty in every state, Attachments tells."""
    cloud = slow_cloud
    instances, disk = cloud.make_instances(Amount=2), cloud.make_disk(**MULTI)
    seen = []

    def look():
        for _ in range(2):  # JSON, XML
            found = cloud.disk(disk)
            holders = sorted(each["InstanceId"] for each in found["Attachments"]["Attachment"])
            assert (found["InstanceId"], found["Device"]) == ("", "")
            seen.append((found["Status"], holders))

    cloud.server.advance(60)
    look()
    for instance in instances:
        cloud.AttachDisk(DiskId=disk, InstanceId=instance)
        look()
        cloud.server.advance(60)
        look()
    for instance in instances:
        cloud.DetachDisk(DiskId=disk, InstanceId=instance)
        look()
        cloud.server.advance(60)
        look()
    both = sorted(instances)
    assert seen[::2] == seen[1::2] == [
        ("Available", []), ("Attaching", []), ("In_use", instances[:1]), (seen[6][0], instances[:1]), ("In_use", both),
        ("In_use", both), ("In_use", instances[1:]), ("Detaching", instances[1:]), ("Available", [])]


# ---- one step


def contradiction(disk):
    """What Status, InstanceId and Attachments of a disk that no others share say against each other, or None."""
    holders = [each["InstanceId"] for each in disk["Attachments"]["Attachment"]]
    held = disk["Status"] in ("In_use", "Detaching")
    fine = (len(holders) == (1 if held else 0) and holders == ([disk["InstanceId"]] if disk["InstanceId"] else []) and
            bool(disk["Device"]) == held and [each["Device"] for each in disk["Attachments"]["Attachment"]] in ([], [disk["Device"]]))
    return None if fine else {name: disk[name] for name in ("DiskId", "Status", "InstanceId", "Device", "Attachments")}


class Watchers:
    """Threads that ask for disks in every way clients do, as fast as they can, and note what contradicts itself."""

    def __init__(self, server, disks, instances):
        self.server, self.disks, self.instances = server, disks, instances
        self.over, self.wrong, self.seen, self.views = threading.Event(), [], set(), 0

    def ways(self, number):
        status = random.Random(number).choice(("Available", "Attaching", "In_use", "Detaching"))
        instance = self.instances[number % len(self.instances)]
        yield {"DiskIds": self.disks}, lambda disk: True
        yield {"InstanceId": instance, "DiskType": "data"}, lambda disk: disk["InstanceId"] == instance
        yield {"Status": status, "DiskType": "data"}, lambda disk: disk["Status"] == status
        yield {"DiskIds": [self.disks[number % len(self.disks)]]}, lambda disk: True

    def watch(self, number):
        cloud = Cloud(self.server)
        while not self.over.is_set():
            for filters, fits in self.ways(number):
                for disk in cloud.disks(**filters):
                    self.seen.add(disk["Status"])
                    if contradiction(disk) or not fits(disk):
                        self.wrong.append((filters, contradiction(disk) or disk))
                        return
                self.views += 1
            number += 1
        cloud.close()

    def __enter__(self):
        self.threads = [threading.Thread(target=self.watch, args=(number,)) for number in range(4)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()


def go_round(server, disk, instances):
    """Attaches a disk to one instance after another, and detaches it."""
    cloud = Cloud(server)
    for instance in instances:
        cloud.AttachDisk(DiskId=disk, InstanceId=instance)
        wait_for(lambda: cloud.status(disk) == "In_use", "attached")
        cloud.DetachDisk(DiskId=disk, InstanceId=instance)
        wait_for(lambda: cloud.status(disk) == "Available", "detached")
    cloud.close()


def test_status_instance_and_attachments_change_in_one_step(own_cloud):
    """One client waits for Status, another for Attachments, a third reads InstanceId: between them is no moment."""
    cloud = own_cloud(pace="quick")
    instances, disks = cloud.make_instances(Amount=3), [cloud.make_disk() for _ in range(9)]
    wait_for(lambda: {each["Status"] for each in cloud.instances()} == {"Running"} and
             {each["Status"] for each in cloud.disks(DiskType="data")} == {"Available"}, "made")
    with Watchers(cloud.server, disks, instances) as watchers, concurrent.futures.ThreadPoolExecutor(len(disks)) as pool:
        for done in [pool.submit(go_round, cloud.server, disk, [instances[number % 3], instances[(number + 1) % 3]])
                     for number, disk in enumerate(disks)]:
            done.result()
    assert watchers.wrong == []
    assert watchers.seen == {"Available", "Attaching", "In_use", "Detaching"} and watchers.views > len(disks)


# ---- what is not there


@FORMATS
def test_ids_that_do_not_exist_are_simply_absent(cloud, xml):
    """Clients read "detached" or "deleted" from it; an error would be retried for ever."""
    disk, gone = cloud.make_disk(), cloud.make_disk()
    cloud.DeleteDisk(DiskId=gone)
    reply = cloud.raw("DescribeDisks", {"RegionId": REGION, "PageSize": 100, "DiskIds": [gone, disk, "d-nothing", "i-odd"]}, xml=xml)
    assert (reply.status, reply.value["TotalCount"]) == (200, 1)
    assert [each["DiskId"] for each in reply.value["Disks"]["Disk"]] == [disk]
    reply = cloud.raw("DescribeDisks", {"DiskIds": [gone]}, xml=xml)
    assert (reply.status, reply.value["TotalCount"], reply.value["Disks"]["Disk"]) == (200, 0, [])


# ---- pages


class Churn:
    """Other disks come and go meanwhile."""

    def __init__(self, server):
        self.cloud, self.over, self.made = Cloud(server), threading.Event(), 0
        self.thread = threading.Thread(target=self.run)

    def run(self):
        left = []
        while not self.over.is_set():
            left.append(self.cloud.make_disk(DiskName="passing"))
            self.made += 1
            if len(left) > 5:
                self.cloud.DeleteDisk(DiskId=left.pop(random.randrange(len(left))))

    def __enter__(self):
        self.thread.start()
        wait_for(lambda: self.made > 10, "disks come and go")
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        self.cloud.close()


@pytest.fixture(scope="module")
def many(make_module_server):
    """130 disks that stay."""
    cloud = Cloud(make_module_server())
    cloud.stay = [cloud.make_disk(**{"Tag.1.Key": "stays", "DiskName": "stays"}) for _ in range(130)]
    return cloud


@pytest.mark.parametrize("size, sizes", [(100, [100, 30, 0]), (50, [50, 50, 30, 0]), (10, [10] * 13 + [0])])
def test_pages_by_number_have_no_holes_and_no_repeats(many, size, sizes):
    with Churn(many.server) as churn:
        began = churn.made
        for filters in ({"Tag.1.Key": "stays"}, {"DiskName": "stays"}):
            seen, got = [], []
            for number in range(1, len(sizes) + 1):
                reply = many.DescribeDisks(RegionId=REGION, PageNumber=number, PageSize=size, **filters)
                assert (reply["TotalCount"], reply["PageNumber"], reply["PageSize"]) == (len(many.stay), number, size)
                seen += [disk["DiskId"] for disk in reply["Disks"]["Disk"]]
                got.append(len(reply["Disks"]["Disk"]))
            assert got == sizes and sorted(seen) == sorted(many.stay)
        wait_for(lambda: churn.made > began, "they still come and go")


@pytest.mark.parametrize("size", [10, 37, 100, 500])
def test_pages_by_token_have_no_holes_and_no_repeats(many, size):
    """Of all disks there are: those that stay come once each, whatever comes and goes beside them."""
    with Churn(many.server):
        for _ in range(3):
            seen, token = [], None
            while token != "":
                reply = many.DescribeDisks(RegionId=REGION, MaxResults=size, NextToken=token)
                assert 0 < len(reply["Disks"]["Disk"]) <= size or not reply.get("NextToken")
                seen += [disk["DiskId"] for disk in reply["Disks"]["Disk"]]
                token = reply.get("NextToken", "")
            assert len(set(seen)) == len(seen)
            assert set(many.stay) <= set(seen)


# ---- what a refusal looks like


def check_refusal(reply, xml):
    """A client can read it, and the vendor's support could find it: its type is its format's and its id is there, twice."""
    assert reply.status >= 400
    assert reply.type == (XML_TYPE if xml else JSON_TYPE), reply.text
    if xml:
        assert reply.xml.tag == "Error"
        found = {child.tag: child.text for child in reply.xml}
    else:
        found = reply.json
    assert UUID.fullmatch(found["RequestId"]) and reply.headers["x-acs-request-id"] == found["RequestId"]
    assert found["Code"] and found["Message"] and found["HostId"] and found["Recommend"].startswith("https://")
    return found["RequestId"]


@FORMATS
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("action, given", [
    ("DetachDisk", {}), ("DetachDisk", {"DiskId": "d-1", "InstanceId": "i-1"}), ("DescribeDisks", {"DiskIds": "["}),
    ("DescribeDisks", {"PageSize": "many"}), ("AttachDisk", {"DiskId": "x" * 2000}), ("NoSuchAction", {}),
    ("DescribeInstanceHistoryEvents", {"PageNumber": "0"})], ids=lambda value: value if isinstance(value, str) else None)
def test_every_refusal_has_its_id_and_type(cloud, action, given, method, xml):
    ids = {check_refusal(cloud.raw(action, given, method, xml), xml) for _ in range(2)}
    assert len(ids) == 2


@FORMATS
def test_every_refusal_of_a_key_has_its_id_and_type(shared_server, xml):
    for key in ({"secret": "wrong"}, {"key_id": "nobody"}):
        check_refusal(Cloud(shared_server, **key).raw("DescribeDisks", xml=xml), xml)


COMMON = "Action=DescribeDisks&Version=2014-05-26"
MANY = "&".join(f"P{number}=1" for number in range(1100))


@pytest.mark.parametrize("method, target, body, headers, xml", [
    ("GET", "/", None, {}, True), ("GET", "/?Action=", None, {}, True), ("GET", "/nothing/here?Action=DescribeDisks", None, {}, True),
    ("GET", "/?Action=DescribeDisks&Format=JSON", None, {}, False), ("GET", "/?Action=DescribeDisks&Format=YAML", None, {}, True),
    ("GET", f"/?{COMMON}", None, {}, True), ("GET", f"/?{COMMON}&Format=JSON", None, {}, False),
    ("GET", "/?Action=DescribeDisks&Version=1999-01-01&Format=JSON", None, {}, False), ("GET", "/?%zz=1", None, {}, True),
    ("GET", "/?Action=%00%ff", None, {}, True), ("PUT", "/", "x", {}, True),
    ("DELETE", "/?Format=XML", None, {}, True), ("POST", "/?Format=JSON", "{", {"Content-Type": "application/json"}, False),
    ("POST", "/", "%zz=%", {"Content-Type": signing.FORM}, True), ("POST", "/", b"\xff\xfe=\x00", {}, True),
    ("POST", "/", MANY, {"Content-Type": signing.FORM}, True),
    ("GET", "/?" + MANY, None, {}, True), ("GET", "/?" + "a&" * 16000, None, {}, True),
    ("GET", "/?" + "a" * 40000, None, {}, False), ("GET", "/", None, {f"H{number}": "x" for number in range(120)}, False),
    ("GET", "/", None, {"Authorization": "ACS3-HMAC-SHA256 nonsense", "x-acs-action": "DescribeDisks",
                        "x-acs-version": "2014-05-26"}, False)],
    ids=["nothing", "empty-action", "path", "no-version", "format", "no-key", "no-key-json", "version", "escape", "bytes", "put",
         "delete", "json", "form", "body-bytes", "parameters", "query", "separators", "long", "headers", "authorization"])
def test_every_malformed_request_is_answered_with_an_id(cloud, method, target, body, headers, xml):
    check_refusal(cloud.send(method, target, body, headers), xml)


@FORMATS
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("code", ["Throttling", "Throttling.User", "Throttling.Api"])
def test_who_is_throttled_is_told_when_to_come_back(own_cloud, code, method, xml):
    """aliyun CLI tries again only if the header is there."""
    cloud = own_cloud()
    add(cloud, "DescribeDisks", code=code)
    reply = cloud.raw("DescribeDisks", {}, method, xml)
    check_refusal(reply, xml)
    assert reply.fault[1] == code and int(reply.headers["x-acs-retry-after"]) > 0
    assert cloud.raw("DescribeDisks", {}, method, xml).status == 200


def test_throttled_client_that_signs_headers_is_told_too(own_cloud):
    cloud = own_cloud()
    add(cloud, "DetachDisk", code="Throttling.User")
    with pytest.raises(ThrottlingException) as caught:
        make_client(cloud.server).detach_disk(models.DetachDiskRequest(disk_id="d-1", instance_id="i-1"))
    assert caught.value.retry_after > 0 and UUID.fullmatch(caught.value.request_id)


# ---- one call over https


def authority(server, folder):
    status, _, text = server.http("GET", "/_cleat/ca")
    assert status == 200
    (folder / "ca.pem").write_bytes(text)
    return str(folder / "ca.pem")


def asked_for_events(instance):
    """As the disk driver of Kubernetes asks after each DetachDisk."""
    return {"region_id": REGION, "resource_type": "instance", "resource_id": [instance], "page_size": 100,
            "instance_event_cycle_status": ["Scheduled", "Avoided", "Executing", "Executed", "Canceled", "Failed", "Inquiring"],
            "event_publish_time": models.DescribeInstanceHistoryEventsRequestEventPublishTime(start="2020-01-01T00:00:00Z")}


def test_one_call_comes_over_https(server, tmp_path):
    """The driver asks for events over https, whatever scheme it was told for all the others, at the same address."""
    plain = make_client(server)
    with pytest.raises(UnretryableException, match="(?i)certificate"):
        make_client(server, protocol="https").describe_regions(models.DescribeRegionsRequest())
    secure = make_client(server, protocol="https", ca=authority(server, tmp_path))
    cloud = Cloud(server)
    disk, instance = cloud.make_attached()
    plain.detach_disk(models.DetachDiskRequest(disk_id=disk, instance_id=instance))
    request = models.DescribeInstanceHistoryEventsRequest(**asked_for_events(instance))
    body = secure.describe_instance_history_events(request).body
    assert (body.instance_system_event_set.instance_system_event_type, body.total_count) == ([], 0)
    assert UUID.fullmatch(body.request_id)
    found = plain.describe_disks(models.DescribeDisksRequest(region_id=REGION, disk_ids=json.dumps([disk]))).body.disks.disk
    assert [each.status for each in found] == ["Available"]


def test_one_call_comes_over_https_from_the_older_client(server, tmp_path):
    """Protocol and certificates are set with the request, as in the driver's own SDK."""
    acs = Acs(server, "GET", False)
    disk, instance = Cloud(server).make_attached()
    acs.DetachDisk(DiskId=disk, InstanceId=instance)
    acs.client.set_verify(authority(server, tmp_path))
    request = acs.request("DescribeInstanceHistoryEvents", ResourceType="instance", ResourceIds=[instance], PageSize=100,
                          EventPublishTimeStart="2020-01-01T00:00:00Z",
                          InstanceEventCycleStatuss=["Executing", "Executed", "Failed"])
    request.set_protocol_type("https")
    assert json.loads(acs.client.do_action_with_exception(request))["TotalCount"] == 0
    assert acs.disk(disk) == ("Available",)
