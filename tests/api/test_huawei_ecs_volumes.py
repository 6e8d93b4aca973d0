"""Attaching volumes to cloud servers, alone and to many at once, asking only, and their block devices."""

import pytest
from huaweicloudsdkecs.v2 import model as ecs

from bare_metal import FLAVOR as METAL_FLAVOR
from bare_metal import NOTHING, BareMetal, refused
from cloud import load_fleet
from cloud_server import CloudServers, fleet_server
from test_huawei_story import IMAGE, ZONE


@pytest.fixture
def servers(shared_server):
    return CloudServers(shared_server)


@pytest.fixture
def slow(make_server):
    return CloudServers(make_server(clock="manual", pace="real"))


def names(servers, server):
    return sorted(each.device for each in servers.devices(server).volume_attachments)


# ---- attach


@pytest.mark.parametrize("device, shown", [(None, "/dev/vdb"), ("", "/dev/vdb"), ("/dev/vdf", "/dev/vdf"), ("/dev/sdc", "/dev/vdc")])
def test_volume_gets_the_name_that_is_asked_for(servers, device, shown):
    (server,), volume = servers.make(), servers.make_volume()
    job = servers.done(servers.attach(server, volume, device))
    assert (job.job_type, job.entities.server_id) == ("attachVolume", server)
    read = servers.block_device(server, volume)
    assert (read.device, read.bus, read.server_id, read.volume_id, read.id, read.size, read.boot_index) == \
        (shown, "virtio", server, volume, volume, 10, None)
    assert servers.volume(volume).attachments[0].device == shown


def test_scsi_volume_is_shown_as_one(servers):
    (server,), volume = servers.make(), servers.make_volume(metadata={"hw:passthrough": "true"})
    servers.done(servers.attach(server, volume))
    read = servers.block_device(server, volume)
    assert (read.device, read.bus) == ("/dev/sdb", "scsi")


@pytest.mark.parametrize("device", ["vdb", "/dev/vda", "/dev/vdA", "/dev/vdab", "/dev/hdb", "/dev/sda", "/dev/vdb1"])
def test_bad_names_are_refused(servers, device):
    (server,), volume = servers.make(), servers.make_volume()
    refused("Ecs.0005", servers.attach, server, volume, device)
    assert servers.volume(volume).status == "available"


def test_attach_is_refused_in_the_order_of_the_rows(servers):
    (server, other), volume = servers.make(count=2), servers.make_volume()
    refused("Ecs.0005", servers.attach, NOTHING, None)
    refused("Ecs.0114", servers.attach, NOTHING, NOTHING, http=404)
    refused("Ecs.0103", servers.attach, server, NOTHING, "/dev/nothing")
    servers.done(servers.attach(server, volume))
    refused("Ecs.0005", servers.attach, server, volume, "/dev/nothing")
    refused("Ecs.0057", servers.attach, server, volume)
    refused("Ecs.0103", servers.attach, other, volume)
    refused("Ecs.0005", servers.attach, server, servers.make_volume(), "/dev/vdb")
    elsewhere = servers.make_volume(zone="cn-north-4b")
    refused("Ecs.0121", servers.attach, server, elsewhere)
    status, body = servers.send("POST", f"/v1/{servers.project}/cloudservers/{server}/attachvolume")
    assert (status, body["error"]["code"]) == (400, "Common.0002")
    status, body = servers.send("POST", f"/v1/{servers.project}/cloudservers/{server}/attachvolume", body={})
    assert (status, body["error"]["code"]) == (400, "Ecs.0005")


@pytest.fixture(params=["one", "many"])
def attach(request):
    """Attaches by the call for one server, or by that for many."""
    def by(servers, server, volume, device=None):
        if request.param == "one":
            return servers.attach(server, volume, device)
        return servers.attach_all(volume, server, device=device)

    return by


def own_type(**more):
    return {"instance": {"type": "own.small"}, "catalogue": {"instance_types": [{"id": "own.small", "realm": "huawei", **more}]}}


@pytest.mark.parametrize("fleet, code, http", [
    ({"disk_white_list": False}, "Ecs.0003", 403),
    ({"disk": {"overdue": True}}, "Ecs.0017", 400),
    ({"disk": {"portable": False}}, "Ecs.0017", 400),
    ({"instance": {"zone": "cn-north-4b"}}, "Ecs.0121", 400),
    ({"instance": {"locks": ["security"]}}, "Ecs.0605", 400),
    ({"instance": {"locks": ["financial"]}}, "Ecs.0605", 400),
    (own_type(hot_unplug=False), "Ecs.0100", 400),
    (own_type(multi_attach=False), "Ecs.0909", 400),
])
def test_attach_is_refused_for_what_a_fleet_says(make_server, attach, fleet, code, http):
    server = make_server()
    fleet = {**fleet, "disk": {"attachments": [], "multi_attach": True, **fleet.get("disk", {})}}
    here, volume, loaded = fleet_server(**fleet)
    load_fleet(server, loaded)
    own = CloudServers(server, "own-hw", "own-secret")
    refused(code, attach, own, here, volume, http=http)
    assert own.volume(volume).status == "available"


def test_names_and_limits_hold_for_one_and_many(make_server, attach):
    server = make_server()
    here, volume, loaded = fleet_server(**own_type(max_data_disks=1, multi_attach=True))
    load_fleet(server, loaded)
    own = CloudServers(server, "own-hw", "own-secret")
    shared = own.make_volume(multiattach=True)
    refused("Ecs.0104", attach, own, here, shared)
    own.done(own.detach(here, volume))
    for device in ("/dev/nothing", "/dev/vda"):
        refused("Ecs.0005", attach, own, here, shared, device)
    own.done(attach(own, here, shared, "/dev/vdb"))
    other = own.make()[0]
    own.done(own.attach(other, own.make_volume()))
    refused("Ecs.0005", attach, own, other, shared, "/dev/vdb")


def test_17th_server_gets_no_shared_volume(servers, attach):
    several, volume = servers.make(count=17), servers.make_volume(multiattach=True)
    servers.done(servers.attach_all(volume, *several[:16]))
    refused("Ecs.0017", attach, servers, several[16], volume)
    servers.done(servers.detach(several[0], volume))
    servers.done(attach(servers, several[16], volume))


def test_system_volume_comes_back_to_its_server_alone(make_server):
    server = make_server()
    here, root = "00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000e1"
    # A system volume that left a server which has got another one since.
    here, _, loaded = fleet_server(instance={"state": "stopped"}, system={})
    loaded["accounts"][0]["disks"].append({"id": root, "type": "system", "zone": ZONE, "category": "SSD", "size_gib": 40,
                                           "origin_instance": here, "image": IMAGE})
    load_fleet(server, loaded)
    own = CloudServers(server, "own-hw", "own-secret")
    refused("Ecs.0005", own.attach, here, root, "/dev/vda")
    other, = own.make()
    own.done(own.stop(other))
    own.done(own.detach(other, own.root(other)))
    refused("Ecs.0017", own.attach, other, root, "/dev/vda")
    own.done(own.attach(other, root))  # as a data volume it goes anywhere
    assert names(own, other) == ["/dev/vdb"]


def test_attach_waits_for_a_server_that_stands(slow):
    answer, volume = slow.create(), slow.create_volumes().volume_ids[0]
    server = answer.server_ids[0]
    refused("Ecs.0103", slow.attach, server, volume)      # creating
    slow.server.advance(3600)
    for act, word in ((slow.stop, "powering-off"), (slow.start, "powering-on"), (slow.reboot, "reboot_started_hard")):
        act(server)
        assert getattr(slow.shown(server), "os_ext_st_stask_state") == word
        refused("Ecs.0100", slow.attach, server, volume)
        slow.server.advance(3600)
    job = slow.attach(server, volume)
    assert slow.job(job).status == "RUNNING" and slow.volume(volume).status == "attaching"
    assert names(slow, server) == ["/dev/vda"]
    slow.server.advance(3600)
    slow.done(job)
    assert slow.volume(volume).status == "in-use"


def test_23_volumes_and_no_more(servers):
    server, = servers.make()
    for n in range(23):
        servers.done(servers.attach(server, servers.make_volume()))
    read = servers.devices(server).attachable_quantity
    assert (read.free_blk, read.free_disk) == (0, 0)
    refused("Ecs.0104", servers.attach, server, servers.make_volume())
    refused("Ecs.0104", servers.attach, server, None, dry_run=True, volume_type="SSD")


def test_bare_metal_is_no_cloud_server(shared_server, servers):
    metal = BareMetal(shared_server)
    (server,), volume = metal.make_metal(flavor=METAL_FLAVOR), metal.make_scsi()
    refused("Ecs.0114", servers.attach, server, volume, http=404)
    metal.done(metal.attach(server, volume))
    refused("Ecs.0114", servers.detach, server, volume, http=404)
    refused("Ecs.0114", servers.devices, server, http=404)
    refused("Ecs.0114", servers.stop, server, http=404)


# ---- dry_run


def test_dry_run_says_yes_and_does_nothing(servers):
    (server,), volume = servers.make(), servers.make_volume()
    answer = servers.attach(server, volume, dry_run=True)
    assert (answer.status_code, answer.job_id) == (202, None)
    status, body = servers.send("POST", f"/v1/{servers.project}/cloudservers/{server}/attachvolume",
                                body={"volumeAttachment": {"volumeId": volume}, "dry_run": True})
    assert (status, body) == (202, {})
    assert servers.volume(volume).status == "available" and names(servers, server) == ["/dev/vda"]
    refused("Ecs.0103", servers.attach, server, NOTHING, dry_run=True)
    servers.done(servers.attach(server, volume, dry_run=False))


def test_dry_run_looks_for_room_for_new_volumes(servers):
    server, = servers.make()
    assert servers.attach(server, None, dry_run=True, volume_type="SSD", count=23).status_code == 202
    refused("Ecs.0104", servers.attach, server, None, dry_run=True, volume_type="SSD", count=24)
    refused("Ecs.0043", servers.attach, server, None, dry_run=True, volume_type="cloud_essd")
    refused("Ecs.0005", servers.attach, server, None, dry_run=True, volume_type="SSD", count=0)
    refused("Ecs.0005", servers.attach, server, None, dry_run=True, count=1)
    refused("Ecs.0005", servers.attach, server, None, volume_type="SSD", count=1)
    refused("Ecs.0114", servers.attach, NOTHING, None, dry_run=True, volume_type="SSD", http=404)


def test_dry_run_for_new_volumes_waits_for_a_server_that_stands(slow):
    server = slow.create().server_ids[0]
    refused("Ecs.0100", slow.attach, server, None, dry_run=True, volume_type="SSD")
    slow.server.advance(3600)
    assert slow.attach(server, None, dry_run=True, volume_type="SSD").status_code == 202


# ---- many at once


def test_shared_volume_goes_to_many_servers_at_once(servers):
    several = servers.make(count=3)
    volume = servers.make_volume(multiattach=True)
    job = servers.done(servers.attach_all(volume, *several))
    assert job.entities.sub_jobs_total == 3
    assert [each.entities.server_id for each in job.entities.sub_jobs] == several
    assert {each.status for each in job.entities.sub_jobs} == {"SUCCESS"}
    shown = servers.volume(volume)
    assert shown.status == "in-use" and {each.server_id for each in shown.attachments} == set(several)
    for server in several:
        assert servers.block_device(server, volume).device == "/dev/vdb"


def test_all_of_many_servers_or_none(servers):
    one, other = servers.make(count=2)
    plain, shared = servers.make_volume(), servers.make_volume(multiattach=True)
    refused("Ecs.0005", servers.attach_all, plain, one)
    refused("Ecs.0005", servers.attach_all, shared)
    refused("Ecs.0103", servers.attach_all, NOTHING, one)
    refused("Ecs.0114", servers.attach_all, shared, one, NOTHING, http=404)
    refused("Ecs.0057", servers.attach_all, shared, one, one)
    refused("Ecs.0005", servers.attach_all, shared, *[one] * 17)
    assert servers.volume(shared).status == "available"
    servers.done(servers.attach_all(shared, other))
    refused("Ecs.0057", servers.attach_all, shared, one, other)
    assert [each.server_id for each in servers.volume(shared).attachments] == [other]


# ---- block devices


def test_volume_goes_with_its_server_or_not(servers):
    server, = servers.make()
    goes, stays = servers.make_volume(), servers.make_volume()
    for volume in (goes, stays):
        servers.done(servers.attach(server, volume))
        servers.terminates(server, volume, True)
    servers.terminates(server, stays, False)
    shown = {each.id: each.delete_on_termination for each in servers.shown(server).os_extended_volumesvolumes_attached}
    assert (shown[goes], shown[stays]) == ("true", "false")
    servers.done(servers.delete(server))
    refused("EVS.5404", servers.volume, goes, http=404)
    assert servers.volume(stays).status == "available"


def test_many_wait_for_servers_that_stand(slow):
    server, volume = slow.create().server_ids[0], slow.create_volumes(multiattach=True).volume_ids[0]
    refused("Ecs.0103", slow.attach_all, volume, server)  # creating
    slow.server.advance(3600)
    slow.stop(server)
    refused("Ecs.0100", slow.attach_all, volume, server)


@pytest.mark.parametrize("fleet, code, http", [
    ({"disk_white_list": False}, "Ecs.0003", 403),
    ({"disk": {"portable": False}}, "Ecs.0617", 400),
])
def test_update_is_refused_for_what_a_fleet_says(make_server, fleet, code, http):
    server = make_server()
    here, volume, loaded = fleet_server(**fleet)
    load_fleet(server, loaded)
    refused(code, CloudServers(server, "own-hw", "own-secret").terminates, here, volume, False, http=http)


def test_what_is_on_its_way_says_nothing_about_its_end(slow):
    server, volume = slow.create().server_ids[0], slow.create_volumes().volume_ids[0]
    slow.server.advance(3600)
    slow.attach(server, volume)
    assert "itemNotFound" in refused("Ecs.1000", slow.terminates, server, volume, True)
    slow.server.advance(3600)
    slow.detach(server, volume)
    refused("Ecs.0617", slow.terminates, server, volume, True)


def test_what_says_nothing_about_its_end(servers):
    server, = servers.make()
    shared, loose = servers.make_volume(multiattach=True), servers.make_volume()
    servers.done(servers.attach(server, shared))
    refused("Ecs.0617", servers.terminates, server, servers.root(server), True)
    refused("Ecs.0617", servers.terminates, server, shared, True)
    assert "itemNotFound" in refused("Ecs.1000", servers.terminates, server, loose, True)
    refused("Ecs.0114", servers.terminates, NOTHING, loose, True, http=404)
    path = f"/v1/{servers.project}/cloudservers/{server}/block_device/{shared}"
    assert servers.send("PUT", path, body={"block_device": {}})[1]["error"]["code"] == "Ecs.0005"
    servers.done(servers.attach(server, loose))
    assert servers.send("PUT", f"/v1/{servers.project}/cloudservers/{server}/block_device/{loose}",
                        body={"block_device": {"delete_on_termination": True}}) == (200, None)


def test_sizes_are_numbers_and_boot_indexes_number_or_null(servers):
    server, = servers.make(data_volumes=[ecs.PrePaidServerDataVolume(volumetype="SSD", size=20)])
    status, body = servers.send("GET", f"/v1/{servers.project}/cloudservers/{server}/block_device")
    assert status == 200
    root, data = sorted(body["volumeAttachments"], key=lambda each: each["device"])
    assert (root["size"], root["bootIndex"], data["size"], data["bootIndex"]) == (40, 0, 20, None)
    assert root["pciAddress"] != data["pciAddress"] and root["bus"] == "virtio"
    assert body["attachableQuantity"] == {"free_scsi": 23, "free_blk": 21, "free_disk": 22}
    status, body = servers.send("GET", f"/v1/{servers.project}/cloudservers/{server}")
    shown = {each["device"]: each for each in body["server"]["os-extended-volumes:volumes_attached"]}
    assert (shown["/dev/vda"]["bootIndex"], shown["/dev/vda"]["delete_on_termination"]) == ("0", "true")
    assert (shown["/dev/vdb"]["bootIndex"], shown["/dev/vdb"]["delete_on_termination"]) == (None, "false")
    assert (IMAGE, ZONE) == (body["server"]["image"]["id"], body["server"]["OS-EXT-AZ:availability_zone"])
