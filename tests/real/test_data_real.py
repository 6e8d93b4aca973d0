"""What was acknowledged is on the disk: a detach under a running writer, at boot, and while a daemon is killed."""

import contextlib
import json
import pathlib
import random
import socket
import threading

import pytest

from cloud import Cloud, Refused, fleet_set
from guests import CONTENT
from libvirtd import wait_for

RECORD = 4096


@pytest.fixture(scope="module")
def instance(real):
    return real.run()


@pytest.fixture
def unchecked(real):
    """The account wants no question whether a guest uses the disk."""
    account = real.server.control("GET", "/_cleat/keys")["keys"][0]["account"]
    fleet_set(real.server, account, safe_detach=False)
    yield
    fleet_set(real.server, account, safe_detach=True)


def acknowledged(guest):
    return int(guest.sh("cat /run/acknowledged 2>/dev/null || echo 0") or 0)


def test_no_record_that_was_acknowledged_is_lost(real, instance, unchecked):
    disk = real.disk()
    real.attach(disk, instance)
    device = real.device(disk, instance)
    guest = real.guest(instance)
    guest.sh(f"/sbin/mke2fs -q -F -t ext4 {device} && mount -t ext4 {device} /mnt && touch /mnt/records && sync")
    # A record is its own number; one is counted once its fsync has returned.
    guest.start("i=0; while printf '%04095d\\n' $i | dd of=/mnt/records bs=4096 seek=$i conv=notrunc,fsync 2>/run/dd; "
                "do i=$((i+1)); echo $i >/run/acknowledged; done; touch /run/ended")
    wait_for(lambda: acknowledged(guest) > 20, "the writer writes")
    real.detach(disk, instance)
    guest.sh("for i in $(seq 100); do [ -e /run/ended ] && exit; sleep 0.1; done; exit 1")
    count = acknowledged(guest)
    guest.sh("umount -l /mnt; rm -f /run/ended")
    other = real.run()
    real.attach(disk, other)
    device = real.device(disk, other)
    found = real.guest(other).sh(f"/sbin/e2fsck -fy {device} >/dev/null; mount -t ext4 {device} /mnt && cat /mnt/records && "
                                 "umount /mnt").split("\n")
    assert count > 20 and [int(line) for line in found[:count]] == list(range(count))
    real.detach(disk, other)
    real.remove(other)
    real.cloud.DeleteDisk(DiskId=disk)


def test_detach_while_the_guest_boots_is_asked_for_until_it_hears(real, unchecked):
    instance = real.run("slow")
    disk = real.disk()
    real.attach(disk, instance)
    real.device(disk, instance)
    real.cloud.RebootInstance(InstanceId=instance, ForceStop=True)
    real.wait_instance(instance, "Running")
    # Its kernel is not up yet: QEMU drops this request.
    real.detach(disk, instance)
    serial = real.cloud.disk(disk)["SerialNumber"]
    assert serial not in real.guest(instance).wait().sh("cat /sys/block/vd*/serial").split()
    real.cloud.DeleteDisk(DiskId=disk)
    real.remove(instance)


@pytest.fixture
def held(real, instance):
    """A disk that is Detaching, because its guest is paused; resume() lets it answer."""
    disk = real.disk()
    real.attach(disk, instance)
    real.device(disk, instance)
    yield disk
    real.libvirtd.virsh("resume", instance, check=False)
    real.wait_disk(disk, "Available")
    real.cloud.DeleteDisk(DiskId=disk)


@pytest.mark.parametrize("asked", [True, False], ids=["while-the-guest-is-asked", "before-it-is-asked"])
def test_server_killed_in_the_middle_of_a_detach(real, instance, held, unchecked, asked):
    real.libvirtd.virsh("suspend", instance)
    real.detach(held, instance, status=None)
    if asked:
        wait_for(lambda: "has not let go" in real.why(held), "the guest is asked")
    real.server.kill9()
    real.libvirtd.virsh("resume", instance)
    real.server.start()
    real.wait_disk(held, "Available")
    assert held not in real.libvirtd.virsh("domblklist", instance)
    assert held not in real.libvirtd.virsh("domblklist", instance, "--inactive")


def test_libvirtd_killed_in_the_middle_of_a_detach(real, instance, held, unchecked):
    real.libvirtd.virsh("suspend", instance)
    real.detach(held, instance, status=None)
    wait_for(lambda: "has not let go" in real.why(held), "the guest is asked")
    real.libvirtd.kill()
    wait_for(lambda: "libvirt" in real.why(held).split("has not let go")[0] or "cannot be reached" in real.why(held),
             "it is told that libvirt is gone")
    assert real.cloud.disk(held)["Status"] == "Detaching"
    real.libvirtd.start()
    real.libvirtd.virsh("resume", instance)
    real.wait_disk(held, "Available")
    assert held not in real.libvirtd.virsh("domblklist", instance)


def test_libvirtd_that_takes_connections_and_says_nothing_holds_up_nobody(real, instance, held, unchecked):
    """As one that hangs does: whoever asks it gets an answer, and all goes on when there is another."""
    path = pathlib.Path(real.libvirtd.uri.partition("socket=")[2])
    real.libvirtd.virsh("suspend", instance)
    real.libvirtd.kill()
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(str(path))
        hung.listen()
        real.detach(held, instance, status=None)
        wait_for(lambda: "does not answer" in real.why(held), "it is told that libvirt does not answer")
        refused = real.server.control("POST", "/_cleat/adopt", {"machine": "nobody"}, status=404)["error"]
        assert "libvirt cannot be reached: it does not answer" in refused["message"]
        real.server.stop()
        real.server.start(wait=False)
        assert real.server.process.wait(30) != 0
        assert "it does not answer" in real.server.log
    path.unlink(missing_ok=True)
    real.libvirtd.start()
    real.server.start()
    real.libvirtd.virsh("resume", instance)
    real.wait_disk(held, "Available")


def test_libvirtd_killed_in_the_middle_of_an_attach(real, instance):
    disk = real.disk()
    real.libvirtd.kill()
    real.cloud.AttachDisk(DiskId=disk, InstanceId=instance)
    assert real.cloud.disk(disk)["Status"] == "Attaching"
    real.server.kill9()
    real.libvirtd.start()
    real.server.start()
    real.wait_disk(disk, "In_use")
    real.device(disk, instance)
    real.detach(disk, instance)
    real.cloud.DeleteDisk(DiskId=disk)


def machines_disks(real, instances, disks):
    """Pairs of what each machine has now, and at its next start; both must be the same."""
    now, next_start = ({(i, d) for i in instances for d in disks if d in real.libvirtd.virsh("domblklist", i, *flag)}
                       for flag in ((), ("--inactive",)))
    assert now == next_start
    return now


def move(server, disks, instances, chance):
    """Each disk away from where it is, or somewhere."""
    cloud = Cloud(server)
    for disk in disks:
        with contextlib.suppress(Exception):  # the server goes away
            now = cloud.disk(disk)
            if now["Status"] == "In_use":
                cloud.DetachDisk(DiskId=disk, InstanceId=now["InstanceId"])
            elif now["Status"] == "Available":
                cloud.AttachDisk(DiskId=disk, InstanceId=chance.choice(instances))


@pytest.mark.parametrize("victims", [("cleat",), ("libvirtd",), ("cleat", "libvirtd")], ids="-and-".join)
def test_killed_anywhere(real, instance, victims):
    """Afterwards store and machines agree, each disk is on one machine at most, and no job hangs."""
    chance = random.Random("".join(victims))
    instances, disks = [instance, real.run()], [real.disk() for _ in range(3)]
    for _ in range(4):
        mover = threading.Thread(target=move, args=(real.server, disks, instances, chance))
        mover.start()
        mover.join(chance.random() * 0.5)
        if "libvirtd" in victims:
            real.libvirtd.kill()
        if "cleat" in victims:
            real.server.kill9()
        mover.join()
        if "libvirtd" in victims:
            real.libvirtd.start()
        if "cleat" in victims:
            real.server.start()
            real.cloud.close()
        wait_for(lambda: not real.server.control("GET", "/_cleat/jobs?state=open")["jobs"], "all jobs have ended")
        held = {(shown["InstanceId"], shown["DiskId"]) for shown in map(real.cloud.disk, disks) if shown["Status"] == "In_use"}
        assert len({disk for _, disk in held}) == len(held)
        assert machines_disks(real, instances, disks) == held
    for where, disk in held:
        real.detach(disk, where)
    real.remove(instances[1])


@pytest.mark.parametrize("left", ["nodes", "device"])
def test_attach_goes_on_over_what_a_killed_libvirtd_left(real, left):
    """QEMU was told to plug a disk in, and whoever told it died before that was written down."""
    instance, disk = real.run(), real.disk()

    def qemu(command, **arguments):
        reply = real.libvirtd.virsh("qemu-monitor-command", instance, json.dumps({"execute": command, "arguments": arguments}))
        assert "return" in json.loads(reply), reply

    def nodes():
        return real.libvirtd.virsh("qemu-monitor-command", instance, '{"execute":"query-named-block-nodes"}')

    source = {"driver": "file", "filename": str(real.libvirtd.folder / "pool" / disk), "locking": "on"}
    if left == "nodes":
        for number in range(1, 4):  # the system disk has one of them
            if f"libvirt-{number}-storage" not in nodes():
                qemu("blockdev-add", **source, **{"node-name": f"libvirt-{number}-storage"})
    else:
        qemu("blockdev-add", **source, **{"node-name": "left"})
        qemu("device_add", driver="virtio-blk-pci", id=f"ua-{disk}_1", drive="left", bus="pci.20", serial="left")
    real.attach(disk, instance)
    guest = real.guest(instance)
    guest.sh(f"echo mine | dd of={real.device(disk, instance)} conv=fsync 2>/dev/null")
    assert "left" not in guest.sh("cat /sys/block/vd*/serial").split()
    assert machines_disks(real, [instance], [disk]) == {(instance, disk)}
    real.detach(disk, instance)
    real.remove(instance)


def test_power_and_release(real):
    """The button, the switch, and what is left: nothing."""
    instance = real.run()
    disk = real.disk()
    real.attach(disk, instance)
    real.cloud.StopInstance(InstanceId=instance)
    real.wait_instance(instance, "Stopped")
    assert real.libvirtd.virsh("domstate", instance) == "shut off"
    # A machine that is off takes and gives disks as well.
    real.detach(disk, instance)
    real.attach(disk, instance)
    real.cloud.StartInstance(InstanceId=instance)
    real.wait_instance(instance, "Running")
    real.guest(instance).wait()
    real.device(disk, instance)
    system = real.cloud.system_disk(instance)
    real.cloud.DeleteInstance(InstanceId=instance, Force=True)
    wait_for(lambda: not real.cloud.instances(InstanceIds=json.dumps([instance])), "the instance is gone")
    assert instance not in real.libvirtd.virsh("list", "--all", "--name").split()
    wait_for(lambda: system not in real.libvirtd.virsh("vol-list", "cleat"), "its system disk is gone")
    assert real.cloud.disk(disk)["Status"] == "Available" and disk in real.libvirtd.virsh("vol-list", "cleat")
    real.cloud.DeleteDisk(DiskId=disk)
    assert disk not in real.libvirtd.virsh("vol-list", "cleat")


def content_of(real, volume):
    with open(real.libvirtd.folder / "pool" / volume, "rb") as file:
        data = file.read(17 << 20)
    ends = data[:len(CONTENT)] == CONTENT and data[8 << 20:][:len(CONTENT)] == CONTENT
    return ends and not data[len(CONTENT):8 << 20].strip(b"\0") and not data[(8 << 20) + len(CONTENT):].strip(b"\0")


def test_image_becomes_the_system_disk_and_a_snapshot_another(real):
    """Its bytes, also after they were overwritten and put back; what a snapshot holds outlives both."""
    instance = real.run("content", wait=False)
    system = real.cloud.system_disk(instance)
    volume = real.libvirtd.folder / "pool" / system
    assert content_of(real, system)
    assert volume.stat().st_size == 20 << 30 and volume.stat().st_blocks * 512 < 16 << 20  # holes stay holes
    real.cloud.StopInstance(InstanceId=instance, ForceStop=True)
    real.wait_instance(instance, "Stopped")
    with open(volume, "r+b") as file:
        file.write(b"overwritten")
    assert not content_of(real, system)
    real.cloud.ReInitDisk(DiskId=system)
    real.wait_disk(system, "In_use")
    assert content_of(real, system)
    real.remove(instance)


def test_snapshot_of_a_disk_that_a_running_machine_has_is_refused_at_once(real, instance):
    """QEMU has it: a copy would be of no one moment."""
    disk = real.disk()
    real.attach(disk, instance)
    with pytest.raises(Refused) as refused:
        real.cloud.CreateSnapshot(DiskId=disk)
    assert refused.value.code == "IncorrectInstanceStatus"
    assert f"A machine that is on can write the disk {disk}" in refused.value.message
    assert not real.cloud.DescribeSnapshots(RegionId="cn-hangzhou", DiskId=disk)["Snapshots"]["Snapshot"]
    real.detach(disk, instance)
    snapshot = real.cloud.CreateSnapshot(DiskId=disk)["SnapshotId"]
    wait_for(lambda: real.cloud.DescribeSnapshots(RegionId="cn-hangzhou", SnapshotIds=json.dumps([snapshot]))["Snapshots"]["Snapshot"][0]
             ["Status"] == "accomplished", "the snapshot is made")
    real.cloud.DeleteSnapshot(SnapshotId=snapshot)
    real.cloud.DeleteDisk(DiskId=disk)
