"""Guests without an agent, and settings of the driver."""

import pathlib

import pytest

from guests import Guest
from libvirtd import wait_for


@pytest.fixture(scope="module")
def strict(make_real):
    """Does not wait for an agent that might still come."""
    return make_real(agent_wait=0)


@pytest.fixture(scope="module")
def instance(strict):
    return strict.run("mute")


def test_idle_disk_of_a_guest_without_an_agent_is_detached(strict, instance):
    disk = strict.disk()
    strict.attach(disk, instance)
    strict.detach(disk, instance)
    strict.cloud.DeleteDisk(DiskId=disk)


def test_busy_disk_of_a_guest_without_an_agent_is_not(strict):
    """The writer is begun by an agent that is then stopped."""
    instance = strict.run()
    disk = strict.disk()
    strict.attach(disk, instance)
    device = strict.device(disk, instance)
    guest = Guest(strict.libvirtd, instance)
    guest.start(f"while :; do dd if=/dev/zero of={device} bs=4096 count=1 conv=fsync 2>/dev/null; usleep 100000; done")
    guest.start("sleep 0.3; kill $(cat /run/qga.pid)")
    wait_for(lambda: guest.agent("guest-ping") is None, "the agent has ended")
    strict.cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    wait_for(lambda: "disk-in-use-by-guest" in strict.why(disk), "the detach is refused")
    assert "which has no agent, has just made" in strict.why(disk)
    assert strict.cloud.disk(disk)["Status"] == "In_use"
    strict.cloud.StopInstance(InstanceId=instance, ForceStop=True)
    strict.wait_instance(instance, "Stopped")
    strict.detach(disk, instance)
    strict.remove(instance)


def test_trusted_guest_without_an_agent(make_real):
    trusting = make_real(no_agent="trust", agent_wait=0)
    instance = trusting.run("mute")
    disk = trusting.disk()
    trusting.attach(disk, instance)
    # Since it boots, it is asked until it hears.
    trusting.detach(disk, instance)
    trusting.remove(instance)


@pytest.mark.parametrize("driver, says", [
    ("libvirt=test:///default,speed=9", 'does not know the setting "speed=9"'),
    ("libvirt=test:///default,pool=none", 'storage pool "none"'),
    ("libvirt=qemu+unix:///system?socket=/nowhere", "cannot be reached"),
    ("xen", 'there is no driver "xen"'),
])
def test_what_cannot_be_used_is_said_at_the_start(cleat, driver, says):
    ended = cleat("serve", "--ephemeral", "--listen", "127.0.0.1:0", "--driver", driver)
    assert ended.returncode != 0 and says in ended.stderr


def test_store_is_begun_with_a_catalogue_but_no_machines(make_server, libvirtd, tmp_path):
    fleet = tmp_path / "fleet.json"
    fleet.write_text('{"cleat_fleet": 1, "accounts": [{"instances": [{"id": "i-1"}]}]}', encoding="ascii")
    server = make_server(start=False, driver=f"libvirt={libvirtd.uri}", fleet=fleet)
    server.start(wait=False)
    assert server.process.wait(20) != 0
    assert "it names machines, and the driver's are real" in server.log
    server.process = None


def test_plain_server_carries_nothing_of_it(make_server, strict):
    def loaded(server):
        names = pathlib.Path(f"/proc/{server.pid}/maps").read_text(encoding="utf-8").split()
        return {pathlib.Path(name).name for name in names if name.startswith("/")}

    assert not [name for name in loaded(make_server()) if "virt" in name or "libxml" in name]
    assert "cleat_libvirt.so" in loaded(strict.server)
