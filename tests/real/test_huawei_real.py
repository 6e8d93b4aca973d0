"""Huawei Cloud's detach of a volume, plain and by force, from real guests; by the official SDK."""

from xml.etree import ElementTree

import pytest
from huaweicloudsdkecs.v2 import model as ecs

from huawei_raw import Raw
from huawei_real import RealHuawei
from libvirtd import wait_for


class Machines(RealHuawei):
    """Its servers are domains of libvirt."""

    def __init__(self, real):
        super().__init__(real.server)
        self.real = real

    def boot(self, image, volumes=()):
        server = self.run(image, "huawei.tiny", volumes)
        self.real.guest(server).wait()
        return server

    def data_volume(self, server):
        listed = self.ecs.list_server_block_devices(ecs.ListServerBlockDevicesRequest(server_id=server)).volume_attachments
        (volume,) = [each.volume_id for each in listed if each.boot_index is None]
        return volume

    def device(self, server, volume):
        """/dev/vdb, or what else its guest calls it."""
        shown = ElementTree.fromstring(self.real.libvirtd.virsh("dumpxml", server))
        (serial,) = [disk.findtext("serial") for disk in shown.iter("disk") if disk.find("source").get("volume") == volume]
        return self.real.guest(server).device(serial)


@pytest.fixture(scope="module")
def huawei(real):
    return Machines(real)


@pytest.fixture(scope="module")
def other(huawei):
    return huawei.boot("huawei-tiny")


def cut_off(huawei, server, volume, device, other):
    """The volume is another server's now, and the old one gets errors."""
    assert huawei.volume(volume).status == "available"
    huawei.done(huawei.attach(other, volume))
    new = huawei.device(other, volume)
    assert huawei.real.guest(other).sh(f"echo mine | dd of={new} bs=4096 conv=fsync 2>/dev/null; head -c 4 {new}") == "mine"
    said = huawei.real.guest(server).sh(f"dd if={device} bs=4096 skip=9999 count=1 2>&1 >/dev/null || true")
    assert "Input/output error" in said
    huawei.done(huawei.detach(other, volume))


@pytest.mark.parametrize("plain_first", [True, False], ids=["hastens", "at-once"])
def test_force_fences_a_guest_that_does_not_let_go(huawei, other, plain_first):
    server = huawei.boot("huawei-deaf", [10])
    volume = huawei.data_volume(server)
    device = huawei.device(server, volume)
    jobs = []
    if plain_first:
        jobs.append(huawei.detach(server, volume))
        wait_for(lambda: "has not let go of the disk" in (huawei.job(jobs[0]).message or ""), "the job says what it waits for")
        shown = huawei.job(jobs[0])
        assert (shown.status, shown.error_code, shown.fail_reason) == ("RUNNING", None, None)
        assert huawei.volume(volume).status == "detaching"
    jobs.append(huawei.force(server, volume))
    for job in jobs:
        assert huawei.done(job).message is None
    cut_off(huawei, server, volume, device, other)


def test_force_takes_a_volume_from_a_guest_that_is_paused(huawei, other):
    """It cannot even be asked whether it uses it."""
    server = huawei.boot("huawei-tiny", [10])
    volume = huawei.data_volume(server)
    device = huawei.device(server, volume)
    huawei.real.libvirtd.virsh("suspend", server)
    plain = huawei.detach(server, volume)
    wait_for(lambda: "the guest is paused" in (huawei.job(plain).message or ""), "the job says what it waits for")
    forced = huawei.force(server, volume)
    huawei.done(plain)
    huawei.done(forced)
    huawei.done(huawei.attach(other, volume))
    huawei.real.libvirtd.virsh("resume", server)
    # What it was asked it does only now; until then all that it reads and writes fails.
    guest = huawei.real.guest(server).wait()
    assert guest.sh(f"[ -b {device} ] && echo theirs | dd of={device} conv=fsync 2>/dev/null || echo failed") == "failed"
    huawei.done(huawei.detach(other, volume))


def test_snapshot_of_a_volume_that_a_running_server_has_is_refused(huawei, other):
    """QEMU has it: a copy would be of no one moment."""
    raw, volume = Raw(huawei.real.server), huawei.make(scsi=False)
    huawei.done(huawei.attach(other, volume))
    for path, code, message in (
            ("/v2/{project}/cloudsnapshots", "EVS.5400", "Must specify a valid status."),
            ("/v3/{project}/snapshots", "badRequest",
             f"Invalid volume: Volume {volume} status must be available, but current status is another.")):
        body = {"snapshot": {"volume_id": volume, "force": True}}
        assert raw("POST", path, body).fault == (400, code, message)
        assert raw("GET", f"/v3/{{project}}/snapshots?volume_id={volume}").json["snapshots"] == []
    huawei.done(huawei.detach(other, volume))
