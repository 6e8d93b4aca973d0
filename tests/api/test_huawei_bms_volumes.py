"""Volumes of bare metal servers: attached, listed and detached by the official Python SDK, every refusal in its order."""

import pytest

from bare_metal import NOTHING, SCSI, WINDOWS, BareMetal, refused
from cloud import fleet_of, load_fleet

OFF = {"mounted": "", "by": "", "io": False}


@pytest.fixture
def metal(shared_server):
    return BareMetal(shared_server)


@pytest.fixture
def slow(make_server):
    return BareMetal(make_server(clock="manual", pace="real"))


def attached(metal, **more):
    server, = metal.make_metal(**more)
    volume = metal.make_scsi()
    metal.done(metal.attach(server, volume))
    return server, volume


# ---- detaching


@pytest.mark.parametrize("image", [None, WINDOWS])
def test_data_volume_leaves_a_running_server(metal, image):
    server, volume = attached(metal, **({"image": image} if image else {}))
    answer = metal.detach(server, volume)
    assert answer.status_code == 202
    job = metal.done(answer)
    assert (job.job_type, job.entities.sub_jobs_total, job.entities.sub_jobs) == ("baremetalDetachVolume", 0, [])
    assert metal.volume(volume).status == "available" and metal.volume(volume).attachments == []
    assert volume not in [each.volume_id for each in metal.volumes(server)]


@pytest.mark.parametrize("use", [{"mounted": "/data", "by": "postgres[312]"}, {"io": True, "by": "dd[7]"}])
def test_linux_keeps_what_it_uses_until_it_lets_go(metal, use):
    server, volume = attached(metal)
    metal.guest(volume, server, **use)
    job = metal.job(metal.detach(server, volume))
    assert (job.status, job.error_code) == ("FAIL", "BMS.0006") and use["by"] in job.fail_reason
    assert metal.volume(volume).status == "in-use"
    assert volume in [each.volume_id for each in metal.volumes(server)]
    metal.guest(volume, server, **OFF)
    metal.done(metal.detach(server, volume))
    assert metal.volume(volume).status == "available"


def test_windows_gives_up_what_it_uses(metal):
    server, volume = attached(metal, image=WINDOWS)
    metal.guest(volume, server, mounted="D:", io=True, by="sqlservr.exe[312]")
    metal.done(metal.detach(server, volume))
    assert metal.volume(volume).status == "available"


@pytest.mark.parametrize("image", [None, WINDOWS])
def test_stopped_server_gives_up_all_and_gets_its_system_back(metal, image):
    server, volume = attached(metal, **({"image": image} if image else {}))
    metal.guest(volume, server, mounted="/data", by="postgres[312]")
    metal.done(metal.stop(server))
    root = metal.root(server)
    metal.done(metal.detach(server, volume))
    metal.done(metal.detach(server, root))
    assert metal.volumes(server) == [] and metal.volume(root).status == "available"
    refused("BMS.0006", metal.start, server)
    metal.done(metal.attach(server, root, "/dev/sda"))
    assert metal.root(server) == root
    metal.done(metal.start(server))


def test_detach_is_refused_in_the_order_of_the_rows(slow):
    answer = slow.create()
    slow.server.advance(3600)
    server, = [each.entities.server_id for each in slow.job(answer).entities.sub_jobs]
    volume = slow.create_volumes(**SCSI).volume_ids[0]
    slow.server.advance(3600)
    root = slow.root(server)

    refused("BMS.0040", slow.detach, NOTHING, NOTHING)
    assert refused("BMS.0114", slow.detach, server, NOTHING) == f"Volume {NOTHING} is not in server {server} attach volume list."
    assert refused("BMS.0114", slow.detach, server, volume) == f"Volume {volume} is not in server {server} attach volume list."
    slow.attach(server, volume)
    refused("BMS.0006", slow.detach, server, volume)  # attaching
    slow.server.advance(3600)
    refused("BMS.0006", slow.detach, server, root)  # of a running server
    slow.stop(server)
    assert refused("BMS.1001", slow.detach, server, volume) == \
        f"Volume can only be attached when server {server} stopped or active."
    slow.server.advance(3600)
    job = slow.detach(server, volume)
    assert slow.job(job).status == "RUNNING" and slow.volume(volume).status == "detaching"
    assert slow.job(job).end_time == ""
    refused("BMS.0006", slow.detach, server, volume)  # detaching: not what clients take for detached
    slow.server.advance(3600)
    slow.done(job)
    refused("BMS.0114", slow.detach, server, volume)
    slow.start(server)
    refused("BMS.1001", slow.detach, server, root)


def test_volume_of_another_server_is_not_here(metal):
    (one, volume), (other,) = attached(metal), metal.make_metal()
    refused("BMS.0114", metal.detach, other, volume)
    metal.done(metal.detach(one, volume))


def fleet_server(**more):
    """A fleet of bare metal: a server, a volume on it, and what is said of them."""
    server = {"id": "00000000-0000-4000-8000-0000000000a1", "type": "physical.s4.medium", "zone": "cn-north-4a",
              "image": "1189efbf-d48b-46ad-a823-94b942e2a000", **more.pop("instance", {})}
    disk = {"id": "00000000-0000-4000-8000-0000000000d1", "zone": "cn-north-4a", "size_gib": 10, "scsi": True,
            "attachments": [{"instance": server["id"]}], **more.pop("disk", {})}
    return server["id"], disk["id"], {"instances": [server], "disks": [disk], **more}


@pytest.mark.parametrize("fleet, code", [
    ({"instance": {"locks": ["security"]}}, "BMS.0605"),
    ({"disk": {"portable": False}}, "BMS.0006"),
    ({"disk": {"overdue": True}}, "BMS.0006"),
])
def test_detach_is_refused_for_what_a_fleet_says(make_server, fleet, code):
    server = make_server()
    instance, disk, rest = fleet_server(**fleet)
    load_fleet(server, fleet_of(realm="huawei", **rest))
    metal = BareMetal(server)
    refused(code, metal.detach, instance, disk)
    assert metal.volume(disk).status == "in-use"


def crashed(metal):
    """The server is killed and started again; a client of what comes back."""
    metal.server.kill9()
    metal.server.start()
    return BareMetal(metal.server)


@pytest.mark.parametrize("image", [None, WINDOWS])
@pytest.mark.parametrize("on", [True, False])
def test_detach_goes_on_after_a_crash(make_server, on, image):
    metal = BareMetal(make_server(durable=True, clock="manual", pace="real"))
    answer, volume = metal.create(**({"image": image} if image else {})), metal.create_volumes(**SCSI).volume_ids[0]
    metal.server.advance(3600)
    server, = [each.entities.server_id for each in metal.job(answer).entities.sub_jobs]
    metal.attach(server, volume)
    metal = crashed(metal)
    metal.server.advance(3600)
    assert metal.volume(volume).status == "in-use"
    if not on:
        metal.stop(server)
        metal.server.advance(3600)
    job = metal.detach(server, volume)
    for _ in range(2):
        metal = crashed(metal)
        assert metal.job(job).status == "RUNNING" and metal.volume(volume).status == "detaching"
        refused("BMS.0006", metal.detach, server, volume)
    metal.server.advance(3600)
    metal = crashed(metal)
    metal.done(job)
    assert metal.volume(volume).status == "available" and metal.volume(volume).attachments == []


def test_detach_that_a_guest_holds_up_ends_with_its_power(make_server):
    metal = BareMetal(make_server(durable=True))
    server, volume = attached(metal)
    metal.guest(volume, server, never_answers=True)
    job = metal.detach(server, volume)
    assert metal.job(job).status == "RUNNING"
    metal = crashed(metal)
    assert metal.job(job).status == "RUNNING" and metal.volume(volume).status == "detaching"
    metal.done(metal.stop(server))
    metal.done(job)
    assert metal.volume(volume).status == "available"


# ---- attaching


def test_attach_takes_the_device_it_is_told(metal):
    server, = metal.make_metal()
    first, named, last = metal.make_scsi(), metal.make_scsi(), metal.make_scsi()
    answer = metal.attach(server, first, "")
    assert answer.status_code == 202 and metal.done(answer).job_type == "baremetalAttachVolume"
    metal.done(metal.attach(server, named, "/dev/sdf"))
    metal.done(metal.attach(server, last, "/dev/sdbh"))
    assert {each.volume_id: each.device for each in metal.volumes(server)} == {
        metal.root(server): "/dev/sda", first: "/dev/sdb", named: "/dev/sdf", last: "/dev/sdbh"}
    assert [(each.id, each.server_id) for each in metal.volumes(server) if each.volume_id == first] == [(first, server)]
    more = metal.make_scsi()
    for device in ("/dev/sdf", "/dev/sdbi", "/dev/sd", "/dev/sd1", "/dev/sdaaa", "sdg"):
        assert refused("BMS.0105", metal.attach, server, more, device) == f"Attach volume {more} fail, device is illegal."
    assert metal.volume(more).status == "available"


def test_sixty_volumes_and_no_more(metal):
    server, = metal.make_metal()
    volumes = metal.make_volumes(60, **SCSI)
    for volume in volumes[:59]:
        metal.done(metal.attach(server, volume))
    devices = [each.device for each in metal.volumes(server)]
    assert len(set(devices)) == 60 and {"/dev/sda", "/dev/sdz", "/dev/sdaa", "/dev/sdaz", "/dev/sdba", "/dev/sdbh"} <= set(devices)
    assert refused("BMS.1002", metal.attach, server, volumes[59]) == \
        f"Attach volume fail, server {server} attchment num over limit."
    metal.done(metal.detach(server, volumes[30]))
    metal.done(metal.attach(server, volumes[59]))


def test_attach_is_refused_in_the_order_of_the_rows(metal):
    (server, here), (other, elsewhere) = attached(metal), attached(metal)
    plain, far = metal.make_volume(), metal.make_scsi(zone="cn-north-4b")
    shared = metal.make_scsi(multiattach=True)
    metal.done(metal.attach(server, shared))
    metal.done(metal.stop(other))
    stranger = metal.root(other)
    metal.done(metal.detach(other, stranger))

    refused("BMS.0040", metal.attach, NOTHING, NOTHING)
    assert refused("BMS.0103", metal.attach, server, NOTHING, "none") == f"Attach volume {NOTHING} fail, volume info is null."
    refused("BMS.0105", metal.attach, server, plain, "none")
    assert refused("BMS.0223", metal.attach, server, plain) == "Only SCSI disks are supported."
    refused("BMS.0108", metal.attach, server, stranger)  # bootable volumes are no data
    refused("BMS.0108", metal.attach, server, stranger, "/dev/sda")
    assert refused("BMS.0106", metal.attach, server, far) == \
        f"Attach volume {far} fail, volume's az is not equal with server's az."
    assert refused("BMS.1009", metal.attach, server, shared) == \
        f"Attach shareable volume {shared} fail, volume status is in-use, the volume has been attached to the server."
    for volume in (here, elsewhere):
        assert refused("BMS.1011", metal.attach, server, volume) == \
            f"Attach shareable volume {volume} fail, volume status is in-use, not available or inuse."
    refused("BMS.0104", metal.attach, other, metal.make_scsi(), "/dev/sda")
    refused("BMS.0018", metal.attach, server, "")
    metal.done(metal.attach(other, shared))
    assert {each.server_id for each in metal.volume(shared).attachments} == {server, other}


def test_attach_waits_for_a_server_that_stands(slow):
    answer = slow.create()
    volume = slow.create_volumes(**SCSI).volume_ids[0]
    server, = [each.entities.server_id for each in slow.job(answer).entities.sub_jobs]
    assert refused("BMS.1011", slow.attach, server, volume).endswith("volume status is creating, not available or inuse.")
    slow.server.advance(3600)
    slow.stop(server)
    assert refused("BMS.1001", slow.attach, server, volume) == \
        f"Volume can only be attached when server {server} stopped or active."
    slow.server.advance(3600)
    job = slow.attach(server, volume)
    assert slow.job(job).status == "RUNNING" and slow.volume(volume).status == "attaching"
    assert volume not in [each.volume_id for each in slow.volumes(server)]
    slow.server.advance(3600)
    slow.done(job)
    assert slow.volume(volume).status == "in-use"


@pytest.mark.parametrize("fleet, code", [
    ({"instance": {"locks": ["security"]}}, "BMS.0605"),
    ({"instance": {"locks": ["financial"]}}, "BMS.0605"),
    ({"disk": {"overdue": True}}, "BMS.0360"),
    ({"disk": {"portable": False}}, "BMS.0006"),
])
def test_attach_is_refused_for_what_a_fleet_says(make_server, fleet, code):
    server = make_server()
    fleet.setdefault("disk", {})["attachments"] = []
    instance, disk, rest = fleet_server(**fleet)
    load_fleet(server, fleet_of(realm="huawei", **rest))
    metal = BareMetal(server)
    refused(code, metal.attach, instance, disk)
    assert metal.volume(disk).status == "available"


# ---- the calls of the Terraform provider's bms_volume_attach


def test_terraform_attaches_reads_and_detaches(metal):
    server, = metal.make_metal()
    volume = metal.make_scsi()
    metal.done(metal.attach(server, volume))
    read = next(each for each in metal.volumes(server) if each.volume_id == volume)
    assert (read.server_id, read.device) == (server, "/dev/sdb")
    metal.done(metal.detach(server, volume))
    assert volume not in [each.volume_id for each in metal.volumes(server)]
    refused("BMS.0114", metal.detach, server, volume)  # gone, the provider says
    metal.done(metal.delete(server))
    refused("BMS.1007", metal.volumes, server)  # likewise
