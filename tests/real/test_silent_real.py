"""Guests that do not let go of a disk, and what ends that: an answer, a reboot, a forced stop, a fence."""

import subprocess

import pytest

from libvirtd import wait_for


@pytest.fixture(scope="module")
def deaf(real):
    """Its guest never hears of a hot unplug."""
    return real.run("deaf")


@pytest.fixture
def silent(real, deaf):
    """silent() -> (disk, its instance): Detaching, and its guest was asked."""
    disk = real.disk()
    # Its guest does not see a disk that is hot plugged either: it is there from the start.
    if real.cloud.instance(deaf)["Status"] != "Stopped":
        real.cloud.StopInstance(InstanceId=deaf, ForceStop=True)
    real.wait_instance(deaf, "Stopped")
    real.attach(disk, deaf)
    real.cloud.StartInstance(InstanceId=deaf)
    real.wait_instance(deaf, "Running")
    real.guest(deaf).wait()
    real.detach(disk, deaf, status=None)
    wait_for(lambda: "has not let go" in real.why(disk), "the guest was asked")
    assert real.cloud.disk(disk)["Status"] == "Detaching"
    yield disk, deaf
    if real.cloud.disk(disk)["Status"] == "Available":
        real.cloud.DeleteDisk(DiskId=disk)


def test_silent_guest_is_told_of_in_events(real, silent):
    disk, instance = silent

    def executing():
        events = real.cloud.DescribeInstanceHistoryEvents(RegionId="cn-hangzhou", ResourceId=None, InstanceId=instance,
                                                          EventCycleStatus="Executing")
        return [event for event in events["InstanceSystemEventSet"]["InstanceSystemEventType"]
                if event["ExtendedAttribute"]["DiskId"] == disk]
    (event,) = wait_for(executing, "the events tell that the guest is waited for")
    assert event["EventType"]["Name"] == "SystemMaintenance.IsolateErrorDisk"
    assert event["Reason"].startswith("the guest has not let go of the disk")
    # It goes on being Detaching, and is told of once.
    assert real.cloud.disk(disk)["Status"] == "Detaching"
    real.cloud.StopInstance(InstanceId=instance, ForceStop=True)
    real.wait_disk(disk, "Available")
    assert len(executing()) == 1


def test_reboot_ends_it(real, silent):
    disk, instance = silent
    real.cloud.RebootInstance(InstanceId=instance, ForceStop=True)
    real.wait_disk(disk, "Available")
    real.wait_instance(instance, "Running")
    serial = real.cloud.disk(disk)["SerialNumber"]
    # Also for the machine's next start: it does not come back.
    assert serial not in real.guest(instance).wait().sh("cat /sys/block/vd*/serial").split()


def test_reset_from_outside_ends_it(real, silent):
    disk, instance = silent
    real.libvirtd.virsh("reset", instance)
    real.wait_disk(disk, "Available")


def test_forced_stop_ends_it(real, silent):
    disk, instance = silent
    real.cloud.StopInstance(InstanceId=instance, ForceStop=True)
    real.wait_disk(disk, "Available")


def writer(device):
    return f"i=0; while echo x | dd of={device} bs=4096 seek=$i conv=notrunc,fsync 2>/run/writer; do i=$((i+1)); done; touch /run/ended"


def test_fence_cuts_the_disk_off_and_only_then_another_machine_gets_it(real, silent, cleat):
    disk, instance = silent
    other = real.run()
    guest = real.guest(instance)
    device = real.device(disk, instance)
    image = real.libvirtd.folder / "pool" / disk
    guest.start(writer(device))
    # Another QEMU could not even open it.
    locked = subprocess.run(["qemu-io", "-f", "raw", "-c", "read 0 512", str(image)], capture_output=True, text=True, check=False)
    assert "lock" in locked.stdout + locked.stderr
    fenced = cleat("fence", disk, instance, "--endpoint", real.server.url, "--control-token-file", real.server.token_file)
    assert fenced.returncode == 0, fenced.stderr
    real.wait_disk(disk, "Available")
    opened = subprocess.run(["qemu-io", "-f", "raw", "-c", "read 0 512", str(image)], capture_output=True, text=True, check=False)
    assert "read 512/512" in opened.stdout, opened.stderr
    # The old guest gets errors, and goes on otherwise.
    guest.sh("for i in $(seq 100); do [ -e /run/ended ] && exit; sleep 0.1; done; exit 1")
    assert "Input/output error" in guest.sh("cat /run/writer")
    assert "Input/output error" in guest.sh(f"dd if={device} bs=4096 skip=9999 count=1 2>&1 >/dev/null || true")
    # The new one has it alone.
    real.attach(disk, other)
    new = real.device(disk, other)
    assert real.guest(other).sh(f"echo mine | dd of={new} bs=4096 conv=fsync 2>/dev/null; head -c 4 {new}") == "mine"
    events = real.cloud.DescribeInstanceHistoryEvents(RegionId="cn-hangzhou", InstanceId=instance, EventCycleStatus="Executed")
    reasons = [event["Reason"] for event in events["InstanceSystemEventSet"]["InstanceSystemEventType"]
               if event["ExtendedAttribute"]["DiskId"] == disk]
    assert any("was cut off, as control asked" in reason for reason in reasons), reasons
    # What is left of it on the old machine goes with its next start.
    real.cloud.RebootInstance(InstanceId=instance, ForceStop=True)
    real.wait_instance(instance, "Running")
    assert disk not in real.libvirtd.virsh("domblklist", instance)
    assert real.guest(other).sh(f"head -c 4 {new}") == "mine"
    real.detach(disk, other)
    real.remove(other)
