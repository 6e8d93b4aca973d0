"""Snapshots and faults of the fleet file: put into a server, given out again, refused with the line of each mistake."""

import json
import threading

import pytest

from cloud import REGION, Cloud, dump_fleet, fleet_of, load_fleet, wait_for
from test_faults import LONG, SHORT
from test_fleet import FLEET, SAMPLE, problems, two_accounts

DETACH = {"DiskId": "d-diskid1", "InstanceId": "i-instanceid1"}
KEEPER = {"id": "s-1", "disk": "d-gone", "size_gib": 40}


def with_faults(*faults, fleet=SAMPLE):
    return {**fleet, "faults": list(faults)}


def faults(server):
    return server.control("GET", "/_cleat/faults")["faults"]


def snapshot(cloud, id):
    (found,) = cloud.DescribeSnapshots(RegionId="cn-hangzhou", SnapshotIds=json.dumps([id]))["Snapshots"]["Snapshot"]
    return found


# ---- snapshots


def test_snapshots_are_shown_and_given_out_as_they_were_loaded(server):
    assert load_fleet(server, fleet_of(
        disks=[{"id": "d-1", "category": "cloud_ssd", "size_gib": 50, "type": "system", "encrypted": True, "kms_key": "k"}],
        snapshots=[{"id": "s-1", "disk": "d-1", "name": "first", "description": "of one", "tags": {"a": "b"},
                    "retention_days": 3650, "created_at": "2026-01-02T03:04:05.678Z", "category": "Flash"},
                   {"id": "s-2", "disk": "d-gone", "state": "failed"},
                   {"disk": "d-1", "disk_type": "data", "encrypted": False, "size_gib": 30, "disk_category": "cloud"}]))[
                       "snapshots"] == 3
    cloud = Cloud(server)
    one, two = snapshot(cloud, "s-1"), snapshot(cloud, "s-2")
    expected = {"SourceDiskId": "d-1", "SourceDiskType": "system", "SourceDiskSize": "50", "SnapshotName": "first",
                "Description": "of one", "Status": "accomplished", "Progress": "100%", "Encrypted": True, "KMSKeyId": "k",
                "RetentionDays": 3650, "CreationTime": "2026-01-02T03:04:05Z", "Category": "Flash"}
    assert {name: one[name] for name in expected} == expected
    assert one["Tags"]["Tag"] == [{"TagKey": "a", "TagValue": "b"}]
    assert (two["Status"], two["SourceDiskType"], two["SourceDiskSize"]) == ("failed", "data", "20")
    first = dump_fleet(server, "?secrets=true")
    load_fleet(server, first)
    assert dump_fleet(server, "?secrets=true") == first
    (third,) = [each for each in json.loads(first)["accounts"][0]["snapshots"] if each["id"].startswith("s-bp1")]
    assert (third["encrypted"], third["disk_type"], third["disk_category"], third["size_gib"]) == (False, "data", "cloud", 30)
    assert "kms_key" not in third


def test_disks_of_a_stopped_instance_are_kept_and_put_back(server):
    """A stopped instance was started before, unless the file says that it never was."""
    disks = [{"id": "d-1", "attachments": [{"instance": "i-1"}]}, {"id": "d-2", "attachments": [{"instance": "i-2"}]}]
    load_fleet(server, fleet_of(instances=[{"id": "i-1", "state": "stopped", "created_at": "2026-01-02T03:04:00Z"},
                                           {"id": "i-2", "state": "stopped", "never_started": True}], disks=disks))
    cloud = Cloud(server)
    one, two = (cloud.DescribeInstances(InstanceIds=json.dumps([id]))["Instances"]["Instance"][0] for id in ("i-1", "i-2"))
    assert (one["StartTime"], two["StartTime"]) == ("2026-01-02T03:04Z", "")
    assert cloud.CreateSnapshot(DiskId="d-1")["SnapshotId"]
    assert cloud.refused("CreateSnapshot", DiskId="d-2")[0] == 403
    assert cloud.refused("ReInitDisk", DiskId="d-2")[0] == 403
    wait_for(lambda: cloud.DescribeSnapshots(RegionId=REGION, Status="progressing")["TotalCount"] == 0, "the snapshot")
    cloud.ReInitDisk(DiskId="d-1")
    wait_for(lambda: cloud.status("d-1") == "In_use", "the disk")
    first = dump_fleet(server, "?secrets=true")
    assert [one.get("never_started") for one in json.loads(first)["accounts"][0]["instances"]] == [None, True]
    load_fleet(server, first)
    assert dump_fleet(server, "?secrets=true") == first


def test_release_that_did_not_happen_is_not_dumped(make_server):
    server = make_server(clock="manual")
    now = server.control("GET", "/_cleat/clock")["now"]
    later = f"{int(now[:4]) + 1}{now[4:]}"
    load_fleet(server, fleet_of(instances=[{"id": "i-1", "deletion_protection": True, "auto_release_at": later}]))
    assert "auto_release_at" in dump_fleet(server)
    server.advance(366 * 86400 + 1)
    assert Cloud(server).DescribeInstances(InstanceIds='["i-1"]')["TotalCount"] == 1
    dumped = dump_fleet(server)
    assert "auto_release_at" not in dumped
    load_fleet(server, dumped)
    assert dump_fleet(server) == dumped


def test_chains_of_disks_by_any_name(server):
    """SnapshotLinkId as it is shown asks for exactly those that show it."""
    disks = ["web", "d-shop", "shop", "d-d-web", "vol-7"]
    load_fleet(server, fleet_of(disks=[{"id": disk} for disk in disks],
                                snapshots=[{"id": f"s-{disk}", "disk": disk} for disk in disks]))
    cloud = Cloud(server)
    shown = {each["SnapshotId"]: each["SnapshotLinkId"] for each in cloud.DescribeSnapshots(RegionId=REGION)["Snapshots"]["Snapshot"]}
    assert shown == {"s-web": "sl-web", "s-d-shop": "sl-shop", "s-shop": "sl-shop", "s-d-d-web": "sl-d-web", "s-vol-7": "sl-vol-7"}
    for link in shown.values():
        found = cloud.DescribeSnapshots(RegionId=REGION, SnapshotLinkId=link)["Snapshots"]["Snapshot"]
        assert {each["SnapshotId"] for each in found} == {name for name, its in shown.items() if its == link}
    (found,) = cloud.DescribeSnapshots(RegionId=REGION, SnapshotLinkId="sl-shop", DiskId="shop")["Snapshots"]["Snapshot"]
    assert found["SnapshotId"] == "s-shop"


def test_snapshots_that_calls_made_are_given_out(server, make_server):
    cloud = Cloud(server)
    disk, _ = cloud.make_attached()
    made = cloud.CreateSnapshot(DiskId=disk, SnapshotName="made", RetentionDays=7)["SnapshotId"]
    copy = cloud.make_disk(SnapshotId=made)
    first = dump_fleet(server, "?secrets=true")
    other = make_server()
    load_fleet(other, first)
    account = json.loads(first)["accounts"][0]["id"]
    assert dump_fleet(other, f"?secrets=true&account={account}") == dump_fleet(server, f"?secrets=true&account={account}")
    assert dump_fleet(server, "?secrets=true") == first
    load_fleet(server, first)
    assert cloud.refused("DeleteSnapshot", SnapshotId=made) == (403, "SnapshotCreatedDisk")
    assert cloud.disk(copy)["SourceSnapshotId"] == made
    assert server.control("POST", FLEET + "/reset")["snapshots"] == 1
    assert cloud.DescribeSnapshots(RegionId="cn-hangzhou")["TotalCount"] == 0


@pytest.mark.parametrize("restart", [False, True], ids=["at once", "after a restart"])
def test_disks_are_made_of_snapshots_of_the_file(make_server, restart):
    server = make_server(durable=True)
    load_fleet(server, fleet_of(disks=[{"id": "d-1", "attached_at": "2026-01-01T00:00:00Z"}],
                                snapshots=[KEEPER, {"id": "s-2", "disk": "d-1"}, {"id": "s-3", "disk": "d-1", "state": "failed"}]))
    if restart:
        server.restart()
    cloud = Cloud(server)
    made = cloud.make_disk(SnapshotId="s-1", Size=None)
    assert (cloud.status(made), cloud.disk(made)["Size"], cloud.disk(made)["SourceSnapshotId"]) == ("Available", 40, "s-1")
    assert cloud.refused("CreateDisk", RegionId="cn-hangzhou", ZoneId="cn-hangzhou-h", SnapshotId="s-3")[1] == \
        "InvalidSnapshotId.NotReady"


def test_a_disk_of_the_file_is_put_back_to_its_snapshot(server):
    load_fleet(server, fleet_of(instances=[{"id": "i-1", "state": "stopped"}],
                                disks=[{"id": "d-1", "attachments": [{"instance": "i-1"}]}],
                                snapshots=[{"id": "s-1", "disk": "d-1"}, {"id": "s-2", "disk": "d-gone"}]))
    cloud = Cloud(server)
    cloud.ResetDisk(DiskId="d-1", SnapshotId="s-1")
    assert cloud.status("d-1") == "In_use"
    assert cloud.refused("ResetDisk", DiskId="d-1", SnapshotId="s-2")[1] == "InvalidParameter.Mismatch"


def test_a_disk_is_never_smaller_than_its_snapshot(server):
    load_fleet(server, fleet_of(disks=[{"id": "d-1", "source_snapshot": "s-1"}, {"id": "d-2", "source_snapshot": "s-9"},
                                       {"id": "d-3", "source_snapshot": "s-1", "size_gib": 60}], snapshots=[KEEPER]))
    cloud = Cloud(server)
    assert [cloud.disk(disk)["Size"] for disk in ("d-1", "d-2", "d-3")] == [40, 20, 60]
    assert [cloud.disk(disk)["SourceSnapshotId"] for disk in ("d-1", "d-2")] == ["s-1", "s-9"]
    (problem,) = problems(server, fleet_of(disks=[{"source_snapshot": "s-1", "size_gib": 39}], snapshots=[KEEPER]))
    assert problem == ("line 1: accounts[0].disks[0].size_gib: the disk is made of the snapshot s-1, and not smaller than "
                       "its 40 GiB")
    (problem,) = problems(server, fleet_of(disks=[{"source_snapshot": "s-1", "category": "cloud"}],
                                           snapshots=[{**KEEPER, "size_gib": 2001}]))
    assert problem.endswith("disks[0].size_gib: a data disk of the category cloud has 5 to 2000 GiB, not 2001")


def test_retention_of_a_snapshot_goes_on(make_server):
    server = make_server(clock="manual", pace="real")
    now = server.control("GET", "/_cleat/clock")["now"]
    load_fleet(server, fleet_of(snapshots=[{**KEEPER, "retention_days": 2, "created_at": now},
                                           {**KEEPER, "id": "s-2", "retention_days": 1, "created_at": "2020-01-01T00:00:00Z"},
                                           {**KEEPER, "id": "s-3"}]))
    load_fleet(server, dump_fleet(server, "?secrets=true"))
    cloud = Cloud(server)

    def ids():
        return {each["SnapshotId"] for each in cloud.DescribeSnapshots(RegionId="cn-hangzhou")["Snapshots"]["Snapshot"]}

    assert ids() == {"s-1", "s-2", "s-3"}
    for days, left in ((1, {"s-1", "s-3"}), (1, {"s-3"})):
        server.advance(days * 86400)
        server.advance(60)
        assert ids() == left


SNAPSHOT_MISTAKES = [
    ([{}], 'snapshots[0]: "disk" is missing'),
    ([{"disk": "d/1"}], "snapshots[0].disk: an id is 1 to 64 letters"),
    ([{**KEEPER, "disc": 1}], 'snapshots[0].disc: there is no such member; did you mean "disk"?'),
    ([{**KEEPER, "id": "s/1"}], "snapshots[0].id: an id is 1 to 64 letters"),
    ([KEEPER, KEEPER], 'snapshots[1].id: "s-1" is there twice'),
    ([{**KEEPER, "state": "progressing"}], 'snapshots[0].state: "progressing" is not "accomplished" or "failed"'),
    ([{**KEEPER, "state": "failed", "accomplished_at": "2026-01-01T00:00:00Z"}],
     "snapshots[0].accomplished_at: a snapshot that failed was never accomplished"),
    ([{**KEEPER, "category": "Own"}], 'snapshots[0].category: "Own" is not "Standard" or "Flash"'),
    ([{**KEEPER, "disk_category": "floppy"}], 'snapshots[0].disk_category: there is no disk category "floppy"'),
    ([{"disk": "d-gone", "disk_category": "elastic_ephemeral_disk_standard"}],
     "snapshots[0].disk_category: of a disk of the category elastic_ephemeral_disk_standard there are no snapshots"),
    ([{**KEEPER, "size_gib": 0}], "snapshots[0].size_gib: 0 is not from 1 to"),
    ([{**KEEPER, "size_gib": 70000}], "snapshots[0].size_gib: a disk of the category cloud_essd has 1 to 65536 GiB, not 70000"),
    ([{**KEEPER, "region": "mars"}], 'snapshots[0].region: there is no region "mars"'),
    ([{"disk": "d-1", "region": "cn-beijing"}], "snapshots[0].region: the disk d-1 is in the region cn-hangzhou"),
    ([{**KEEPER, "retention_days": 65537}], "snapshots[0].retention_days: 65537 is not from 0 to 65536"),
    ([{**KEEPER, "tags": {str(n): "" for n in range(21)}}], "snapshots[0].tags: there may be at most 20 tags"),
    ([{"disk": "d-gone"}] * 257, "snapshots[256].disk: the disk d-gone has 256 snapshots already"),
]


@pytest.mark.parametrize("snapshots, says", SNAPSHOT_MISTAKES, ids=lambda value: value if isinstance(value, str) else "")
def test_mistakes_in_snapshots(shared_server, snapshots, says):
    (problem,) = problems(shared_server, fleet_of(disks=[{"id": "d-1"}], snapshots=snapshots))
    assert problem.startswith(f"line 1: accounts[0].{says}")


def test_snapshots_of_other_accounts_are_refused(server):
    fleet = two_accounts()
    fleet["accounts"][0]["snapshots"] = [KEEPER]
    load_fleet(server, fleet)
    three = "1000000000000003"
    for account, says in [
            ({"snapshots": [KEEPER]}, "snapshots[0].id: the snapshot s-1 is that of the account 1000000000000001"),
            ({"snapshots": [{"disk": "d-2"}]}, "snapshots[0].disk: the disk d-2 is that of the account 1000000000000002"),
            ({"disks": [{"source_snapshot": "s-1"}]},
             "disks[0].source_snapshot: the snapshot s-1 is that of the account 1000000000000001")]:
        (problem,) = problems(server, fleet_of(id=three, **account))
        assert problem == f"line 1: accounts[0].{says}"


def test_a_disk_of_another_account_is_none_of_the_snapshots(server):
    fleet = two_accounts()
    fleet["accounts"][1]["disks"] = [{"id": "d-2", "source_snapshot": "s-1"}]
    load_fleet(server, fleet)
    load_fleet(server, fleet_of(id="1000000000000001", disks=[{"id": "d-1"}], snapshots=[{"id": "s-1", "disk": "d-1"}]))
    one = Cloud(server, "key-1", "secret-1")
    assert snapshot(one, "s-1")["Usage"] == "none"
    assert one.DescribeSnapshots(RegionId="cn-hangzhou", Usage="disk")["TotalCount"] == 0
    one.DeleteSnapshot(SnapshotId="s-1")
    assert one.DescribeSnapshots(RegionId="cn-hangzhou")["TotalCount"] == 0


# ---- faults


@pytest.mark.parametrize("variant, text", [(1, SHORT), (2, LONG)])
def test_the_first_detach_meets_a_fault_of_the_file(server, variant, text):
    fault = {"id": "first", "operation": "DetachDisk", "code": "InternalError", "variant": variant}
    assert load_fleet(server, with_faults(fault))["faults"] == 1
    cloud = Cloud(server)
    assert cloud.raw("DetachDisk", DETACH).fault == (500, "InternalError", text)
    assert cloud.status("d-diskid1") == "In_use"
    cloud.DetachDisk(**DETACH)
    assert cloud.status("d-diskid1") == "Available"
    assert [(each["id"], each["times_left"], each["times_hit"]) for each in faults(server)] == [("first", 0, 1)]
    assert json.loads(dump_fleet(server))["faults"] == []


def test_a_server_begins_with_the_faults_of_its_file(make_server, tmp_path):
    path = tmp_path / "fleet.json"
    path.write_text(json.dumps(with_faults({"operation": "DetachDisk", "code": "InternalError", "variant": 2, "times": 2})))
    server = make_server(durable=True, fleet=path)
    cloud = Cloud(server)
    assert cloud.raw("DetachDisk", DETACH).fault == (500, "InternalError", LONG)
    server.restart()  # what is left of them is kept
    cloud = Cloud(server)
    assert cloud.raw("DetachDisk", DETACH).fault == (500, "InternalError", LONG)
    cloud.DetachDisk(**DETACH)


def test_faults_are_given_out_as_they_were_loaded(server):
    every = [
        {"id": "a", "operation": "DetachDisk", "effect": "error", "code": "InternalError", "variant": 2, "latency_ms": 5, "times": 3,
         "resource": "d-diskid1", "account": "1000000000000001"},
        {"id": "b", "operation": "*", "effect": "latency", "latency_ms": 10, "times": -1, "resource": "nothing"},
        {"id": "c", "operation": "AttachDisk", "effect": "job-fails", "reason": "no backend", "times": 1000000},
        {"id": "d", "operation": "DetachDisk", "effect": "job-never-ends", "times": 1},
        {"id": "e", "operation": "DescribeDisks", "effect": "reply-lost", "times": 1, "resource": "x"},
        {"id": "f", "operation": "DescribeDisks", "effect": "connection-cut", "times": 1, "resource": "y"}]
    load_fleet(server, with_faults(*every, fleet=two_accounts()))
    first = dump_fleet(server, "?secrets=true")
    assert json.loads(first)["faults"] == every
    load_fleet(server, first)
    assert dump_fleet(server, "?secrets=true") == first
    short = [{"operation": "DetachDisk", "code": "InternalError"}, {"operation": "*", "latency_ms": 1, "resource": "x"}]
    load_fleet(server, with_faults(*short))
    assert [(each["operation"], each["effect"], each["variant"], each["times_left"]) for each in faults(server)] == \
        [("DetachDisk", "error", 1, 1), ("*", "latency", 0, 1)]
    assert all(each["id"].startswith("fault-") for each in faults(server))


def test_counts_after_a_reload(server):
    load_fleet(server, with_faults({"id": "a", "operation": "DetachDisk", "code": "InternalError", "times": 3}))
    cloud = Cloud(server)
    assert cloud.refused("DetachDisk", **DETACH) == (500, "InternalError")
    text = dump_fleet(server, "?secrets=true")
    assert json.loads(text)["faults"][0]["times"] == 2
    assert load_fleet(server, text)["faults"] == 1
    assert [(each["times_left"], each["times_hit"]) for each in faults(server)] == [(2, 0)]
    assert dump_fleet(server, "?secrets=true") == text
    for _ in range(2):
        assert cloud.refused("DetachDisk", **DETACH) == (500, "InternalError")
    cloud.DetachDisk(**DETACH)


def test_faults_are_replaced_only_where_they_are_given(server):
    def ids():
        return [each["id"] for each in faults(server)]

    server.control("POST", "/_cleat/faults", {"operation": "StopInstance", "code": "InternalError", "id": "by-hand"})
    assert load_fleet(server, SAMPLE)["faults"] == 0
    assert ids() == ["by-hand"]
    load_fleet(server, {"cleat_fleet": 1, "faults": [{"id": "z", "operation": "DetachDisk", "code": "InternalError"},
                                                     {"id": "y", "operation": "DetachDisk", "code": "InternalError", "variant": 2}]})
    assert ids() == ["z", "y"]
    cloud = Cloud(server)  # the file named no account: all is as it was
    assert [cloud.raw("DetachDisk", DETACH).fault[2] for _ in range(2)] == [SHORT, LONG]
    load_fleet(server, {"cleat_fleet": 1, "faults": []})
    assert ids() == []


def test_reset_clears_faults(server):
    load_fleet(server, with_faults(
        {"id": "one", "operation": "StopInstance", "code": "InternalError", "account": "1000000000000001"},
        {"id": "two", "operation": "StopInstance", "code": "InternalError", "account": "1000000000000002"},
        {"id": "all", "operation": "DetachDisk", "code": "InternalError"}, fleet=two_accounts()))
    assert "faults" not in json.loads(dump_fleet(server, "?account=1000000000000001"))
    assert server.control("POST", FLEET + "/reset?account=1000000000000001")["faults"] == 1
    assert [each["id"] for each in faults(server)] == ["two", "all"]
    assert server.control("POST", FLEET + "/reset")["faults"] == 2
    assert faults(server) == []
    assert Cloud(server, "key-1", "secret-1").refused("DetachDisk", DiskId="d-1", InstanceId="i-1")[0] == 404


@pytest.mark.parametrize("pace", ["instant", "quick"])
def test_jobs_that_a_fault_held_go_on_when_it_is_replaced(make_server, pace):
    server = make_server(pace=pace)
    load_fleet(server, with_faults({"operation": "DetachDisk", "effect": "job-never-ends"}))
    cloud = Cloud(server)
    detach = threading.Thread(target=cloud.raw, args=["DetachDisk", DETACH])  # in pace instant it waits for its job
    detach.start()
    watch = Cloud(server)
    wait_for(lambda: watch.status("d-diskid1") == "Detaching", "the fault holds the detach")
    error = load_fleet(server, SAMPLE, 409)["error"]
    assert error["reason"] == "jobs-in-flight" and "(detach of d-diskid1 on i-instanceid1)" in error["message"]
    load_fleet(server, {"cleat_fleet": 1, "faults": []})
    if pace == "quick":
        wait_for(lambda: watch.status("d-diskid1") == "Available", "the detach goes on")
    assert watch.status("d-diskid1") == "Available"
    detach.join()


DETACH_DISK = {"operation": "DetachDisk", "code": "InternalError"}
FAULT_MISTAKES = [
    ({}, "faults[0]: A fault needs an operation, such as DetachDisk"),
    ({"operation": "DetachDisc", "code": "x"}, "faults[0]: There is no operation 'DetachDisc'; did you mean DetachDisk?"),
    ({"operation": "Fly", "code": "x"}, "faults[0]: There is no operation 'Fly'; there are: AddTags, AttachDisk, "),
    ({"operation": "DetachDisk"}, "faults[0]: A fault needs an effect; there are: error, latency,"),
    ({**DETACH_DISK, "effect": "explode"}, "faults[0]: There is no effect 'explode'; there are: error, latency,"),
    ({**DETACH_DISK, "code": "Nope"}, "faults[0]: DetachDisk has no row 'Nope'; it has: "),
    ({**DETACH_DISK, "variant": 3}, "faults[0]: DetachDisk has InternalError with 2 texts; there is no variant 3."),
    ({**DETACH_DISK, "variant": 0}, "faults[0].variant: 0 is not from 1 to"),
    ({**DETACH_DISK, "times": 0}, "faults[0]: A fault is met 1 to 1000000 times, or until it is cleared (-1)."),
    ({**DETACH_DISK, "times": -2}, "faults[0].times: -2 is not from -1 to 1000000"),
    ({**DETACH_DISK, "latency_ms": 600001}, "faults[0].latency_ms: 600001 is not from 0 to 600000"),
    ({**DETACH_DISK, "reason": "x"}, "faults[0]: A reason belongs to the effect job-fails, not to error."),
    ({**DETACH_DISK, "id": "a/b"}, "faults[0]: An id has at most 64 letters"),
    ({**DETACH_DISK, "account": "7"}, 'faults[0].account: there is no account "7"'),
    ({**DETACH_DISK, "operation": 5}, "faults[0].operation: this must be a text"),
    ({**DETACH_DISK, "codes": "x"}, 'faults[0].codes: there is no such member; did you mean "code"?'),
    ({"operation": "DescribeDisks", "effect": "job-never-ends"}, "faults[0]: DescribeDisks opens no job."),
]


@pytest.mark.parametrize("fault, says", FAULT_MISTAKES, ids=[says for _, says in FAULT_MISTAKES])
def test_mistakes_in_faults(shared_server, fault, says):
    before = faults(shared_server)
    text = '{"cleat_fleet": 1,\n"faults": [\n' + json.dumps(fault) + "]}"
    (problem,) = problems(shared_server, text)
    assert problem.startswith(f"line 3: {says}")
    assert faults(shared_server) == before


def test_mistakes_in_several_faults_are_told_at_once(server):
    lines = [json.dumps({**DETACH_DISK, **more}) for more in ({"code": "A"}, {"times": "x"}, {}, {"code": "B"})]
    found = problems(server, '{"cleat_fleet": 1, "faults": [\n' + ",\n".join(lines) + "]}")
    assert [problem.split(":")[0] for problem in found] == ["line 3", "line 2", "line 5"]
    (problem,) = problems(server, with_faults({**DETACH_DISK, "id": "a"}, {**DETACH_DISK, "id": "a"}))
    assert problem == 'line 1: faults[1].id: "a" is there twice'


def test_a_server_does_not_begin_with_a_wrong_fault(cleat, tmp_path):
    path = tmp_path / "fleet.json"
    path.write_text('{"cleat_fleet": 1,\n"faults": [{"operation": "DetachDisk",\n"code": "Nope"}]}')
    done = cleat("serve", "--ephemeral", "--listen", "127.0.0.1:0", "--fleet", path)
    assert done.returncode != 0
    assert f"{path}: line 2: faults[0]: DetachDisk has no row 'Nope'; it has: " in done.stderr


def test_many_faults(server):
    many = [{"operation": "StopInstance", "code": "InternalError"}] * 1001
    (problem,) = problems(server, with_faults(*many))
    assert problem == "line 1: faults: there may be at most 1000 of them"
    assert load_fleet(server, with_faults(*many[1:]))["faults"] == 1000
    assert server.control("POST", "/_cleat/faults", many[0], status=409)["error"]["reason"] == "fault-limit"
