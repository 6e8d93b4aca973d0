"""DetachDisk on real guests: what is in use stays, what a guest does not let go of is Detaching until it does."""

import hashlib

import pytest

from cloud import Refused
from libvirtd import wait_for


@pytest.fixture(scope="module")
def instance(real):
    return real.run()


@pytest.fixture(scope="module")
def other(real):
    return real.run()


def test_bytes_written_on_one_machine_are_read_on_another(real, instance, other):
    disk = real.disk()
    real.attach(disk, instance)
    device = real.device(disk, instance)
    guest = real.guest(instance)
    written = guest.sh(f"/sbin/mke2fs -q -F -t ext4 {device} && mount -t ext4 {device} /mnt && "
                       "head -c 3000000 /dev/urandom >/mnt/pattern && md5sum </mnt/pattern && umount /mnt")
    real.detach(disk, instance)
    real.attach(disk, other)
    device = real.device(disk, other)
    read = real.guest(other).sh(f"mount -t ext4 {device} /mnt && md5sum </mnt/pattern && umount /mnt")
    assert read == written and len(written.split()[0]) == len(hashlib.md5(b"").hexdigest())
    real.detach(disk, other)
    real.cloud.DeleteDisk(DiskId=disk)


def wait_for_guest(guest, condition):
    guest.sh(f"for i in $(seq 100); do {condition} && exit; sleep 0.1; done; exit 1")


def refused_detach(real, disk, instance):
    """Asks for a detach that is refused by the guest; what it says."""
    before = real.why(disk).count("ended as failed")
    real.cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    wait_for(lambda: real.why(disk).count("ended as failed") > before, "the detach has failed")
    assert real.cloud.disk(disk)["Status"] == "In_use"
    text = real.why(disk)
    assert "disk-in-use-by-guest" in text
    return text


MOUNTED = "grep -q ' /mnt ' /proc/mounts"


@pytest.mark.parametrize("use, used, release, says", [
    ("/sbin/mke2fs -q -F -t ext4 DEV && mount -t ext4 DEV /mnt && cd /mnt && exec sleep 600", MOUNTED + " && pidof sleep",
     "kill $(pidof sleep); sleep 0.2; umount /mnt", ["/mnt (ext4) is mounted", "used by sleep["]),
    ("mkswap DEV >/dev/null && swapon DEV", "grep -q DEV /proc/swaps", "swapoff DEV", ["DEV is swap space"]),
    ("echo 0 2048 linear DEV 0 | dmsetup create cut", "dmsetup ls | grep -q cut", "dmsetup remove cut",
     ["it is part of cut (dm-0)"]),
    ("echo 0 2000000 linear DEV 0 | dmsetup create cut && dmsetup mknodes && /sbin/mke2fs -q -F -t ext4 /dev/mapper/cut && "
     "mount -t ext4 /dev/mapper/cut /mnt", MOUNTED, "umount /mnt && dmsetup remove cut", ["/mnt (ext4) is mounted"]),
    ("exec tail -f DEV >/dev/null", "pidof tail", "kill $(pidof tail)", ["DEV is open, used by tail["]),
], ids=["mounted", "swap", "device-mapper", "mounted-over-device-mapper", "opened"])
def test_disk_in_use_is_not_detached_and_who_uses_it_is_told(real, instance, use, used, release, says):
    disk = real.disk()
    real.attach(disk, instance)
    device = real.device(disk, instance)
    guest = real.guest(instance)
    guest.start(use.replace("DEV", device))
    wait_for_guest(guest, used.replace("DEV", device))
    text = refused_detach(real, disk, instance)
    for words in says:
        assert words.replace("DEV", device) in text
    assert guest.sh(f"[ -b {device} ] && echo there") == "there"
    guest.sh(release.replace("DEV", device))
    real.detach(disk, instance)
    wait_for_guest(guest, f"! [ -b {device} ]")
    real.cloud.DeleteDisk(DiskId=disk)


def test_paused_guest_stays_detaching_with_its_reason_until_it_goes_on(real, instance):
    disk = real.disk()
    real.attach(disk, instance)
    real.device(disk, instance)
    real.libvirtd.virsh("suspend", instance)
    try:
        real.detach(disk, instance, status=None)
        wait_for(lambda: "paused" in real.why(disk), "the reason is told")
        assert real.cloud.disk(disk)["Status"] == "Detaching"
        with pytest.raises(Refused) as refused:
            real.cloud.AttachDisk(DiskId=disk, InstanceId=instance)
        assert refused.value.code == "IncorrectDiskStatus"
    finally:
        real.libvirtd.virsh("resume", instance)
    real.wait_disk(disk, "Available")
    real.cloud.DeleteDisk(DiskId=disk)
