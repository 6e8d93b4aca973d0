"""DetachServerVolume: every row in its order, two that meet, names that stay taken after force, and what jobs say."""

import re

import pytest

from bare_metal import NOTHING, refused
from cloud import load_fleet
from cloud_server import CloudServers, fleet_server

JOB_ID = re.compile(r"[0-9a-f]{32}")
MILLIS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
BUSY = '{"badRequest": {"message": "Invalid volume: Invalid input received: Invalid volume: Unable to detach volume. ' \
       'Volume %s status must be \'in-use\'.", "code": 400}}'


@pytest.fixture
def servers(shared_server):
    return CloudServers(shared_server)


@pytest.fixture
def slow(make_server):
    return CloudServers(make_server(clock="manual", pace="real"))


def attached(servers, **volume):
    (server,), made = servers.make(), servers.make_volume(**volume)
    servers.done(servers.attach(server, made))
    return server, made


def slow_made(slow):
    """A server and a volume that are ready, nothing attached."""
    answer, volume = slow.create(), slow.create_volumes().volume_ids[0]
    slow.server.advance(3600)
    return answer.server_ids[0], volume


# ---- what the job says


def test_job_is_running_from_its_begin_and_says_what_it_is_about(slow):
    server, volume = slow_made(slow)
    slow.attach(server, volume)
    slow.server.advance(3600)
    answer = slow.detach(server, volume)
    assert answer.status_code == 200 and JOB_ID.fullmatch(answer.job_id)
    seen = []
    for _ in range(3):
        seen.append(slow.job(answer))
        slow.server.advance(20)
    job = slow.job(answer)
    assert {each.status for each in seen} == {"RUNNING"} and {each.end_time for each in seen} == {""}
    assert (job.status, job.job_id, job.job_type, job.error_code, job.fail_reason) == \
        ("SUCCESS", answer.job_id, "detachVolume", None, None)
    assert MILLIS.fullmatch(job.begin_time) and MILLIS.fullmatch(job.end_time) and job.begin_time < job.end_time
    assert (job.entities.server_id, job.entities.sub_jobs) == (server, [])


def test_all_views_change_with_the_job(slow):
    server, volume = slow_made(slow)
    slow.attach(server, volume)
    slow.server.advance(3600)
    answer = slow.detach(server, volume)
    for _ in range(200):
        done = slow.job(answer).status == "SUCCESS"
        gone = slow.volume(volume).status == "available"
        left = volume not in [each.volume_id for each in slow.devices(server).volume_attachments]
        assert done == gone == left
        if done:
            break
        slow.server.advance(1)
    assert done


# ---- the rows


def test_rows_in_their_order(slow):
    answer, volume = slow.create(), slow.create_volumes().volume_ids[0]
    server = answer.server_ids[0]
    refused("Ecs.0005", slow.detach, NOTHING, NOTHING, "2")           # the flag before all else
    refused("Ecs.0114", slow.detach, NOTHING, NOTHING, http=404)       # then the server
    refused("Ecs.0111", slow.detach, server, NOTHING)                  # then the volume, though the server is in BUILD
    assert slow.shown(server).status == "BUILD"
    slow.server.advance(3600)
    root = slow.root(server)
    refused("Ecs.0111", slow.detach, server, volume)
    slow.attach(server, volume)
    assert refused("Ecs.1000", slow.detach, server, volume) == BUSY % volume     # attaching
    slow.server.advance(3600)
    refused("Ecs.0102", slow.detach, server, root)
    refused("Ecs.0102", slow.detach, server, root, "1")                # force is for data volumes
    slow.stop(server)
    refused("Ecs.0100", slow.detach, server, volume)                   # powering off
    refused("Ecs.0100", slow.detach, server, root)
    slow.server.advance(3600)
    job = slow.detach(server, volume)
    assert refused("Ecs.1000", slow.detach, server, volume) == BUSY % volume     # detaching
    slow.server.advance(3600)
    slow.done(job)
    refused("Ecs.0111", slow.detach, server, volume)
    slow.start(server)
    refused("Ecs.0100", slow.detach, server, root)                     # powering on
    slow.server.advance(3600)
    slow.reboot(server, type="SOFT")
    assert slow.shown(server).status == "REBOOT"
    refused("Ecs.0100", slow.detach, server, root)
    slow.server.advance(3600)
    slow.reboot(server)
    assert slow.shown(server).status == "HARD_REBOOT"
    refused("Ecs.0100", slow.detach, server, root)
    slow.server.advance(3600)
    slow.delete(server)
    refused("Ecs.0100", slow.detach, server, root)                     # deleting
    slow.server.advance(3600)
    refused("Ecs.0114", slow.detach, server, root, http=404)


@pytest.mark.parametrize("fleet, code, http", [
    ({"disk_white_list": False}, "Ecs.0003", 403),
    ({"disk": {"base_image_lost": True}}, "Ecs.1000", 400),
    ({"disk": {"attachments": []}}, "Ecs.0111", 400),
    ({"disk": {"overdue": True}}, "Ecs.1000", 400),
    ({"instance": {"locks": ["security"]}}, "Ecs.0605", 400),
    ({"disk": {"portable": False}}, "Ecs.1000", 400),
    ({"instance": {"type": "own.small"}, "catalogue": {"instance_types": [
        {"id": "own.small", "hot_unplug": False, "realm": "huawei"}]}}, "Ecs.0100", 400),
    # Two that meet: the earlier row answers.
    ({"disk_white_list": False, "disk": {"base_image_lost": True}}, "Ecs.0003", 403),
    ({"disk": {"base_image_lost": True, "attachments": []}}, "Ecs.1000", 400),
    ({"disk": {"attachments": []}, "instance": {"locks": ["security"]}}, "Ecs.0111", 400),
    ({"disk": {"overdue": True}, "instance": {"locks": ["security"]}}, "Ecs.1000", 400),
    ({"disk": {"portable": False}, "instance": {"locks": ["security"]}}, "Ecs.0605", 400),
])
def test_rows_that_a_fleet_brings(make_server, fleet, code, http):
    server = make_server()
    here, volume, loaded = fleet_server(**fleet)
    load_fleet(server, loaded)
    servers = CloudServers(server, "own-hw", "own-secret")
    before = servers.volume(volume).status
    refused(code, servers.detach, here, volume, http=http)
    assert servers.volume(volume).status == before


def test_lock_comes_before_a_system_disk_of_a_running_server(make_server):
    server = make_server()
    here, volume, loaded = fleet_server(instance={"locks": ["security"]}, system={})
    load_fleet(server, loaded)
    servers = CloudServers(server, "own-hw", "own-secret")
    refused("Ecs.0605", servers.detach, here, servers.root(here))
    refused("Ecs.0605", servers.detach, here, volume, "1")


def test_lock_for_money_does_not_hinder(make_server):
    server = make_server()
    here, volume, loaded = fleet_server(instance={"locks": ["financial"]})
    load_fleet(server, loaded)
    servers = CloudServers(server, "own-hw", "own-secret")
    servers.done(servers.detach(here, volume))


def test_volume_of_another_server_is_not_here(servers):
    (one, volume), (other,) = attached(servers), servers.make()
    refused("Ecs.0111", servers.detach, other, volume)
    assert servers.volume(volume).attachments[0].server_id == one


def test_flag_may_be_empty_and_not_be_given_twice(servers):
    server, volume = attached(servers)
    servers.done(servers.detach(server, volume, ""))
    servers.done(servers.attach(server, volume))
    path = f"/v1/{servers.project}/cloudservers/{server}/detachvolume/{volume}"
    status, body = servers.send("DELETE", path, "delete_flag=0&delete_flag=1")
    assert (status, body["error"]["code"]) == (400, "Ecs.0005")
    assert servers.volume(volume).status == "in-use"
    status, body = servers.send("DELETE", path, "delete_flag=1")
    assert status == 200 and list(body) == ["job_id"]


# ---- stopped, system, shared


def test_stopped_server_gives_up_all_and_gets_its_system_back(servers):
    server, volume = attached(servers)
    root = servers.root(server)
    servers.guest(volume, server, mounted="/data", by="postgres[312]")
    servers.done(servers.stop(server))
    servers.done(servers.detach(server, volume))
    servers.done(servers.detach(server, root))
    assert servers.devices(server).volume_attachments == [] and servers.volume(root).status == "available"
    refused("Ecs.0105", servers.start, server)
    servers.done(servers.attach(server, root, "/dev/vda"))
    assert servers.root(server) == root
    servers.done(servers.start(server))
    assert servers.shown(server).status == "ACTIVE"


def test_shared_volume_stays_with_the_others(servers):
    first, second = servers.make(count=2)
    volume = servers.make_volume(multiattach=True)
    servers.done(servers.attach_all(volume, first, second))
    servers.done(servers.detach(first, volume))
    shown = servers.volume(volume)
    assert (shown.status, [each.server_id for each in shown.attachments]) == ("in-use", [second])
    servers.done(servers.detach(second, volume))
    assert servers.volume(volume).status == "available"


# ---- force


def names(servers, server):
    return sorted(each.device for each in servers.devices(server).volume_attachments)


@pytest.mark.parametrize("free", ["reboot", "stop", "delete"])
def test_name_stays_taken_after_force_until_the_server_was_off(servers, free):
    server, volume = attached(servers)
    before = servers.devices(server).attachable_quantity
    servers.done(servers.detach(server, volume, "1"))
    after = servers.devices(server).attachable_quantity
    assert (after.free_blk, after.free_disk) == (before.free_blk, before.free_disk)
    assert names(servers, server) == ["/dev/vda"]
    refused("Ecs.0005", servers.attach, server, volume, "/dev/vdb")
    servers.done(servers.attach(server, volume))
    assert names(servers, server) == ["/dev/vda", "/dev/vdc"]
    servers.done(servers.detach(server, volume))
    if free == "delete":
        servers.done(servers.delete(server))
        refused("Ecs.0114", servers.devices, server, http=404)
        return
    servers.done(servers.reboot(server) if free == "reboot" else servers.stop(server))
    assert servers.devices(server).attachable_quantity.free_disk == after.free_disk + 1
    servers.done(servers.attach(server, volume))
    assert names(servers, server) == ["/dev/vda", "/dev/vdb"]


def test_plain_detach_leaves_no_name_taken(servers):
    server, volume = attached(servers)
    servers.done(servers.detach(server, volume))
    servers.done(servers.attach(server, volume, "/dev/vdb"))


def test_names_that_stay_taken_count_for_the_limit(make_server):
    server = make_server()
    here, volume, loaded = fleet_server(instance={"type": "own.small"}, catalogue={"instance_types": [
        {"id": "own.small", "max_data_disks": 2, "realm": "huawei"}]})
    load_fleet(server, loaded)
    servers = CloudServers(server, "own-hw", "own-secret")
    other, third = servers.make_volume(), servers.make_volume()
    servers.done(servers.detach(here, volume, "1"))
    servers.done(servers.attach(here, other))
    refused("Ecs.0104", servers.attach, here, third)
    servers.done(servers.reboot(here))
    servers.done(servers.attach(here, third))


def test_force_is_plain_for_scsi(servers):
    server, volume = attached(servers, metadata={"hw:passthrough": "true"})
    servers.guest(volume, server, mounted="/data", by="postgres[312]")
    job = servers.job(servers.detach(server, volume, "1"))
    assert (job.status, job.error_code) == ("FAIL", "Ecs.1000")
    assert names(servers, server) == ["/dev/sdb", "/dev/vda"]
