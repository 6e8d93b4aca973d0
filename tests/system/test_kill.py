"""kill -9 under load, again and again: what was acknowledged is there, nothing is attached twice, every job ends.

CLEAT_KILL_ROUNDS is the number of kills (50), CLEAT_KILL_SEED repeats a run."""

import http.client
import os
import random
import shutil
import sqlite3
import threading
import time

import pytest

import cloud as clouds
from cloud import SLOWER, Cloud, Refused, wait_for

ROUNDS = int(os.environ.get("CLEAT_KILL_ROUNDS", "50"))
SEED = int(os.environ.get("CLEAT_KILL_SEED", str(random.SystemRandom().randrange(10**9))))

LOST = (OSError, http.client.HTTPException)
GONE = "gone"
# What a verb may be told about a disk on which others, or its own last verb, are still at work.
BUSY = {"IncorrectDiskStatus", "InvalidOperation.DiskDetachingFromThisEcs", "DisksDetachingOnEcsExceeded",
        "InvalidDisk.AlreadyDetached", "DependencyViolation", "InvalidDisk.InUse", "IncorrectInstanceStatus",
        "DiskCreatingSnapshot", "IncorrectDiskStatus.CreatingSnapshot", "LastOrderProcessing"}
UBUNTU = "ubuntu_22_04_x64_20G_alibase_20240926.vhd"

# Share of the rounds, pace, clock. With the manual clock work is half done most of the time.
MODES = {"instant": (0.5, "instant", "real"), "manual": (0.4, "real", "manual"), "quick": (0.1, "quick", "real")}

# Rows that must never be, whenever the power goes.
NEVER = {
    "a disk is attached alone and twice":
        "SELECT disk FROM attachment WHERE state <> 'detached' AND shared = 0 GROUP BY disk HAVING count(*) > 1",
    "a shared disk is attached to one instance twice":
        "SELECT disk, instance FROM attachment WHERE state <> 'detached' GROUP BY disk, instance HAVING count(*) > 1",
    "a device name has two holders":
        "SELECT instance, device FROM attachment WHERE slot_held = 1 GROUP BY instance, device HAVING count(*) > 1",
    "an attachment hangs on nothing":
        "SELECT id FROM attachment WHERE state <> 'detached' AND (disk NOT IN (SELECT id FROM disk)"
        " OR instance NOT IN (SELECT id FROM instance))",
    "a free disk is attached":
        "SELECT disk.id FROM disk JOIN attachment ON disk.id = attachment.disk"
        " WHERE disk.status = 'available' AND attachment.state <> 'detached'",
    "a disk in use is attached nowhere":
        "SELECT id FROM disk WHERE status = 'in-use'"
        " AND id NOT IN (SELECT disk FROM attachment WHERE state = 'attached')",
    "two jobs work on one thing":
        "SELECT lock FROM job WHERE state = 'open' GROUP BY lock HAVING count(*) > 1",
    "an attachment changes and nobody works on it":
        "SELECT id FROM attachment WHERE state IN ('attaching', 'detaching')"
        " AND id NOT IN (SELECT attachment FROM job WHERE state = 'open')"
        " AND instance NOT IN (SELECT instance FROM job WHERE state = 'open'"
        " AND kind IN ('instance-create', 'instance-delete'))",
    "a disk is made or deleted and nobody works on it":
        "SELECT id FROM disk WHERE state IN ('creating', 'deleting') AND id NOT IN"
        " (SELECT disk FROM job WHERE state = 'open') AND id NOT IN (SELECT new_disk FROM job WHERE state = 'open')"
        " AND id NOT IN (SELECT attachment.disk FROM attachment JOIN job"
        " ON attachment.instance = job.instance WHERE job.state = 'open' AND job.kind = 'instance-create')"
        " AND origin_instance NOT IN (SELECT instance FROM job WHERE state = 'open' AND kind = 'instance-delete')",
    "a disk is put back and nobody works on it":
        "SELECT id FROM disk WHERE state = 'reiniting' AND id NOT IN (SELECT disk FROM job WHERE state = 'open')",
    "a snapshot is made or deleted and nobody works on it":
        "SELECT id FROM snapshot WHERE state IN ('progressing', 'deleting')"
        " AND id NOT IN (SELECT snapshot FROM job WHERE state = 'open')",
    "an instance has two system disks":
        "SELECT instance FROM attachment WHERE boot = 1 AND state <> 'detached' GROUP BY instance HAVING count(*) > 1",
    "an instance changes and nobody works on it":
        "SELECT id FROM instance WHERE state IN ('pending', 'starting', 'stopping', 'releasing')"
        " AND id NOT IN (SELECT instance FROM job WHERE state = 'open')",
}


def check_file(data, folder):
    """Looks into a copy of the store as the kill left it."""
    folder.mkdir(exist_ok=True)
    for name in ("cleat.db", "cleat.db-wal"):
        (folder / name).unlink(missing_ok=True)
        if (data / name).exists():
            shutil.copyfile(data / name, folder / name)
    database = sqlite3.connect(folder / "cleat.db")
    try:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for what, query in NEVER.items():
            assert database.execute(query).fetchall() == [], what
    finally:
        database.close()


class Thing:
    """A disk, a snapshot or an instance of one client: where it must be, and where it may be if the last reply was lost.
    The same for a disk's size and an instance's system disk."""

    def __init__(self, name):
        self.name, self.id, self.state, self.maybe = name, None, GONE, None
        self.size, self.maybe_size, self.system = 20, None, None


class Client:
    """Works on things of its own, knows what was acknowledged, and now and then quarrels with others over shared ones."""

    def __init__(self, number, rng, instances, shared, patient):
        self.number, self.rng, self.shared, self.patient = number, rng, shared, patient
        self.instances, self.things, self.made, self.acknowledged = instances, {}, 0, 0
        self.snapshots = {}
        self.failure = None

    def run(self, server, stopping):
        cloud = Cloud(server)
        try:
            while not stopping.is_set():
                self.step(cloud)
        except LOST:
            if not stopping.is_set():
                self.failure = "the connection was lost though nobody killed the server"
        except Exception as error:  # pylint: disable=broad-except
            self.failure = repr(error)
        finally:
            cloud.close()

    def step(self, cloud):
        if self.rng.random() < 0.25:
            self.quarrel(cloud)
            return
        disks = [thing for thing in self.things.values() if thing.state != GONE]
        if len(disks) < 3 or (len(disks) < 8 and self.rng.random() < 0.1):
            self.create(cloud)
            return
        disk = self.rng.choice(disks)
        chance = self.rng.random()
        if chance < 0.1:
            self.resize(cloud, disk)
        elif chance < 0.2:
            self.film(cloud, disk)
        elif disk.state:
            self.attempt(cloud, disk, "", "DetachDisk", DiskId=disk.id, InstanceId=disk.state)
        elif self.rng.random() < 0.1:
            self.attempt(cloud, disk, GONE, "DeleteDisk", DiskId=disk.id)
        else:
            instance = self.rng.choice(self.instances)
            self.attempt(cloud, disk, instance, "AttachDisk", DiskId=disk.id, InstanceId=instance)

    def create(self, cloud):
        self.made += 1
        disk = Thing(f"disk-{self.number}-{self.made}")
        self.things[disk.name] = disk
        disk.maybe = ""
        disk.id = cloud.make_disk(DiskName=disk.name)
        disk.state, disk.maybe = "", None
        self.acknowledged += 1

    def resize(self, cloud, disk):
        disk.maybe_size = disk.size + 1
        if self.tries(lambda: cloud.ResizeDisk(DiskId=disk.id, NewSize=disk.maybe_size)):
            disk.size = disk.maybe_size
        disk.maybe_size = None

    def film(self, cloud, disk):
        """Takes a snapshot, or deletes one."""
        there = [each for each in self.snapshots.values() if each.state != GONE and each.id]
        if len(there) > 3:
            old = self.rng.choice(there)
            old.maybe = GONE
            if self.tries(lambda: cloud.DeleteSnapshot(SnapshotId=old.id)):
                old.state = GONE
            old.maybe = None
            return
        self.made += 1
        new = self.snapshots[f"snapshot-{self.number}-{self.made}"] = Thing(f"snapshot-{self.number}-{self.made}")
        new.maybe = "there"
        reply = self.tries(lambda: cloud.CreateSnapshot(DiskId=disk.id, SnapshotName=new.name))
        new.maybe = None
        if reply:
            new.id, new.state = reply["SnapshotId"], "there"

    def tries(self, call):
        """The reply; None if it was refused for something that is under way, or as never attached."""
        try:
            reply = call()
        except Refused as refused:
            if refused.code != "IncorrectDiskStatus.NeverAttached" and (refused.code not in BUSY or not self.patient):
                raise
            return None
        self.acknowledged += 1
        return reply

    def attempt(self, cloud, disk, state, operation, **parameters):
        disk.maybe = state
        if self.tries(lambda: cloud.call(operation, **parameters)):
            disk.state = state
        disk.maybe = None
        if self.rng.random() < 0.05:
            found = cloud.disk(disk.id)
            assert (found is None) == (disk.state == GONE), disk.name

    def quarrel(self, cloud):
        disk, instance = self.rng.choice(self.shared["disks"]), self.rng.choice(self.shared["instances"])
        operation = self.rng.choice(["AttachDisk", "DetachDisk"])
        try:
            cloud.call(operation, DiskId=disk, InstanceId=instance)
            self.acknowledged += 1
        except Refused as refused:
            assert refused.code in BUSY, (operation, refused)

    def check_snapshots(self, snapshots):
        for thing in list(self.snapshots.values()):
            state = "there" if thing.name in snapshots else GONE
            assert state in {thing.state, thing.maybe}, (thing.name, thing.state, thing.maybe)
            thing.state, thing.maybe = state, None
            if state == GONE:
                del self.snapshots[thing.name]
            else:
                thing.id = snapshots[thing.name]["SnapshotId"]

    def check(self, at_rest, disks, snapshots):
        """Compares with what the server has now: {name: disk}."""
        if at_rest:
            self.check_snapshots(snapshots)
        for thing in list(self.things.values()):
            found = disks.get(thing.name)
            allowed = {thing.state} | ({thing.maybe} if thing.maybe is not None else set())
            assert where(found, at_rest, allowed) in allowed, (thing.name, allowed, found)
            if found:
                assert thing.id in (None, found["DiskId"])
                assert found["Size"] in (thing.size, thing.maybe_size), (thing.name, thing.size, thing.maybe_size)
                thing.id = found["DiskId"]
            if at_rest:
                thing.state, thing.maybe = where(found, True, allowed), None
                thing.size, thing.maybe_size = found["Size"] if found else 20, None
                if thing.state == GONE:
                    del self.things[thing.name]


def where(disk, at_rest, allowed):
    """GONE, "" or the instance; for a disk on its way: where it goes to, as far as that can be told."""
    if disk is None:
        return GONE
    if at_rest:
        assert disk["Status"] in ("Available", "In_use"), disk
    if disk["Status"] in ("Available", "Detaching", "Creating"):
        return ""
    if disk["Status"] == "Attaching":
        return next((state for state in allowed if state.startswith("i-")), "attaching to nowhere")
    return disk["InstanceId"]


class InstanceClient:
    """Makes, stops, starts and releases instances with disks of theirs."""

    def __init__(self, rng, patient):
        self.rng, self.patient, self.made, self.acknowledged, self.failure = rng, patient, 0, 0, None
        self.things = {}

    def run(self, server, stopping):
        Client.run(self, server, stopping)

    def step(self, cloud):
        living = [thing for thing in self.things.values() if thing.state != GONE]
        if len(living) < 2:
            self.made += 1
            thing = Thing(f"instance-{self.made}")
            self.things[thing.name] = thing
            thing.maybe = "there"
            thing.id = cloud.make_instance(InstanceName=thing.name, **{
                "DataDisk.1.Size": 20, "DataDisk.1.DiskName": thing.name + "-goes",
                "DataDisk.2.Size": 20, "DataDisk.2.DiskName": thing.name + "-stays", "DataDisk.2.DeleteWithInstance": False})
            thing.state, thing.maybe = "there", None
            self.acknowledged += 1
            return
        thing = self.rng.choice(living)
        operation = self.rng.choice(["StopInstance", "StartInstance", "DeleteInstance", "ReplaceSystemDisk", "ReInitDisk"])
        if operation in ("ReplaceSystemDisk", "ReInitDisk"):
            self.change_system_disk(cloud, thing, operation)
            return
        thing.maybe = GONE if operation == "DeleteInstance" else None
        try:
            cloud.call(operation, InstanceId=thing.id, **({"Force": True} if operation == "DeleteInstance" else {}))
            self.acknowledged += 1
            thing.state = GONE if operation == "DeleteInstance" else thing.state
        except Refused as refused:
            assert refused.code in ("IncorrectInstanceStatus", "IncorrectInstanceStatus.Initializing"), refused
        thing.maybe = None

    def change_system_disk(self, cloud, thing, operation):
        before = thing.system
        thing.system = None  # unknown, should the reply be lost
        try:
            if operation == "ReInitDisk":
                for disk in cloud.disks_of(thing.id, "system"):
                    cloud.ReInitDisk(DiskId=disk)
                thing.system = before
            else:
                thing.system = cloud.ReplaceSystemDisk(InstanceId=thing.id, ImageId=UBUNTU)["DiskId"]
            self.acknowledged += 1
        except Refused as refused:
            assert refused.code in ("IncorrectInstanceStatus", "IncorrectDiskStatus", "OperationDenied.InstanceCreating"), \
                refused
            thing.system = before

    def check(self, at_rest, instances, disks):
        for thing in list(self.things.values()):
            allowed = {thing.state} | ({thing.maybe} if thing.maybe else set())
            found = instances.get(thing.name)
            if not at_rest:
                assert found or GONE in allowed, (thing.name, allowed)
                continue
            state = "there" if found else GONE
            assert state in allowed, (thing.name, allowed)
            if found:
                assert found["Status"] in ("Running", "Stopped")
                thing.id = found["InstanceId"]
                (system,) = [disk["DiskId"] for disk in disks.values()
                             if disk["InstanceId"] == thing.id and disk["Type"] == "system"]
                assert thing.system in (None, system)
                thing.system = system
                for end in ("-goes", "-stays"):
                    assert disks[thing.name + end]["InstanceId"] == thing.id
            else:
                assert thing.name + "-goes" not in disks
                stays = disks.get(thing.name + "-stays")
                # It was never made, or it outlived its instance.
                assert (stays is None and thing.state != GONE) or thing.id is None or stays["Status"] == "Available"
            thing.state, thing.maybe = state, None
            if state == GONE:
                del self.things[thing.name]


def all_of(cloud, operation, plural, singular, name):
    """{name: thing}, by pages; no name may be there twice."""
    things, token = {}, None
    while token != "":
        reply = cloud.call(operation, MaxResults=100, NextToken=token)
        for thing in reply[plural][singular]:
            key = thing[name] or thing.get("DiskId")
            assert key not in things, key
            things[key] = thing
        token = reply.get("NextToken", "")
    return things


class Ordeal:
    def __init__(self, make_server, mode, rng):
        self.share, pace, clock = MODES[mode]
        self.mode, self.rng, self.manual = mode, rng, clock == "manual"
        self.targets = []
        self.server = make_server(durable=True, pace=pace, clock=clock, log_level="warning", store_run_twice=False)
        cloud = Cloud(self.server)
        patient = mode != "instant"
        shared = {"instances": cloud.make_instances(Amount=3),
                  "disks": [cloud.make_disk() for _ in range(2)] + [cloud.make_disk(**clouds.MULTI)]}
        self.clients = [Client(number, random.Random(rng.random()), cloud.make_instances(Amount=2), shared, patient)
                        for number in range(4)]
        self.instance_client = InstanceClient(random.Random(rng.random()), patient)
        self.settle()
        cloud.close()

    def everybody(self):
        return [*self.clients, self.instance_client]

    def acknowledged(self):
        return sum(client.acknowledged for client in self.everybody())

    def settle(self):
        # What follows from a job that fell due begins at the end of the advance: the delete of a disk that was replaced.
        for _ in range(3 if self.manual else 0):
            self.server.advance(300)
        wait_for(lambda: self.server.control("GET", "/_cleat/version")["open_jobs"] == 0, "every job ends")
        assert self.server.control("GET", "/_cleat/jobs?state=open")["jobs"] == []

    def move_clock(self, stopping):
        while not stopping.is_set():
            try:
                self.server.advance(self.rng.randrange(1, 20))
            except LOST:
                return
            stopping.wait(0.005)

    def load_and_kill(self):
        stopping = threading.Event()
        threads = [threading.Thread(target=client.run, args=(self.server, stopping)) for client in self.everybody()]
        if self.manual:
            threads.append(threading.Thread(target=self.move_clock, args=(stopping,)))
        if not self.targets:  # each in turn, so that no run has only short rounds
            self.targets = self.rng.sample([0, 1, 5, 20, 100, 300], 6)
        target = self.acknowledged() + self.targets.pop()
        deadline = time.monotonic() + 10 * SLOWER
        for thread in threads:
            thread.start()
        while self.acknowledged() < target and time.monotonic() < deadline and \
                not any(client.failure for client in self.everybody()):
            time.sleep(0.0005)
        time.sleep(self.rng.random() * 0.003)  # anywhere between two acknowledgements
        stopping.set()
        self.server.kill9()
        for thread in threads:
            thread.join()
        assert [client.failure for client in self.everybody() if client.failure] == []

    def check(self, at_rest):
        cloud = Cloud(self.server)
        disks = all_of(cloud, "DescribeDisks", "Disks", "Disk", "DiskName")
        instances = all_of(cloud, "DescribeInstances", "Instances", "Instance", "InstanceName")
        snapshots = all_of(cloud, "DescribeSnapshots", "Snapshots", "Snapshot", "SnapshotName")
        cloud.close()
        for client in self.clients:
            client.check(at_rest, disks, snapshots)
        self.instance_client.check(at_rest, instances, disks)
        for disk in disks.values():
            holders = [each["InstanceId"] for each in disk["Attachments"]["Attachment"]]
            assert len(holders) == len(set(holders))
            assert disk["MultiAttach"] == "Enabled" or len(holders) <= 1, disk

    def round(self, folder):
        self.load_and_kill()
        check_file(self.server.data, folder)
        if self.rng.random() < 0.2:  # and once more while it starts
            self.server.start(wait=False)
            time.sleep(self.rng.random() * 0.03)
            self.server.kill9()
        self.server.start()
        if self.manual:
            self.check(at_rest=False)
        self.settle()
        self.check(at_rest=True)


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_what_was_acknowledged_survives_kill_9(make_server, tmp_path, mode):
    seed = f"{SEED}/{mode}"
    print(f"CLEAT_KILL_SEED={SEED}")
    ordeal = Ordeal(make_server, mode, random.Random(seed))
    rounds = max(1, round(ROUNDS * ordeal.share))
    before = ordeal.acknowledged()
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}")
        ordeal.round(tmp_path / "copy")
    assert ordeal.acknowledged() > before + 10 * rounds
    print(f"{mode}: {rounds} kills, {ordeal.acknowledged()} changes were acknowledged, none was lost")
