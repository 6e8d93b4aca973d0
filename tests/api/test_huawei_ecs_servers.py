"""Cloud servers: made, shown, listed, changed, switched and deleted by the official Python SDK; flavors and images."""

import re

import pytest
from huaweicloudsdkecs.v2 import model as ecs
from huaweicloudsdkims.v2 import ImsClient
from huaweicloudsdkims.v2 import model as ims

from bare_metal import NOTHING, BareMetal, refused
from cloud import load_fleet
from cloud_server import CloudServers, fleet_server
from test_huawei_story import FLAVOR, IMAGE, ZONE

WINDOWS = "c0d7e3a2-52a4-4f83-b5ef-98a3d5a7f3b4"
MILLIS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture
def servers(shared_server):
    return CloudServers(shared_server)


@pytest.fixture
def own(make_server):
    return CloudServers(make_server())


@pytest.fixture
def slow(make_server):
    return CloudServers(make_server(clock="manual", pace="real"))


# ---- making


def test_servers_are_made_with_their_volumes(servers):
    answer = servers.create(count=3, name="web", description="of a test", data_volumes=[
        ecs.PrePaidServerDataVolume(volumetype="SSD", size=20, delete_on_termination=True),
        ecs.PrePaidServerDataVolume(volumetype="SAS", size=30, hwpassthrough=True)],
        server_tags=[ecs.PrePaidServerTag(key="team", value="red")], tags=["stage.test"])
    assert answer.status_code == 200 and answer.order_id is None and len(answer.server_ids) == 3
    job = servers.done(answer)
    assert (job.job_type, job.entities.sub_jobs_total) == ("createServer", 3)
    for sub, server in zip(job.entities.sub_jobs, answer.server_ids):
        assert (sub.status, sub.job_type, sub.entities.server_id, sub.error_code, sub.fail_reason) == \
            ("SUCCESS", "createSingleServer", server, None, None)
        assert MILLIS.fullmatch(sub.begin_time) and MILLIS.fullmatch(sub.end_time)
    shown = [servers.shown(each) for each in answer.server_ids]
    assert [each.name for each in shown] == ["web-0001", "web-0002", "web-0003"]
    for each in shown:
        assert (each.status, each.flavor.id, each.flavor.vcpus, each.flavor.ram, each.image.id, each.description) == \
            ("ACTIVE", FLAVOR, "2", "4096", IMAGE, "of a test")
        assert (each.os_ext_st_spower_state, each.os_ext_st_svm_state, each.os_ext_st_stask_state) == (1, "active", None)
        assert sorted(each.tags) == ["stage=test", "team=red"]
        assert (each.metadata["charging_mode"], each.metadata["os_type"], each.tenant_id) == ("0", "Linux", servers.project)
    devices = {each.device: each for each in servers.devices(answer.server_ids[0]).volume_attachments}
    assert {name: (each.size, each.bus) for name, each in devices.items()} == \
        {"/dev/vda": (40, "virtio"), "/dev/vdb": (20, "virtio"), "/dev/sdc": (30, "scsi")}


def test_older_version_makes_servers_as_well(servers):
    answer = servers.ecs.create_post_paid_servers(ecs.CreatePostPaidServersRequest(body=ecs.CreatePostPaidServersRequestBody(
        server=ecs.PostPaidServer(
            image_ref=WINDOWS, flavor_ref=FLAVOR, name="old", vpcid="vpc-1", availability_zone=ZONE,
            nics=[ecs.PostPaidServerNic(subnet_id="subnet-1")],
            root_volume=ecs.PostPaidServerRootVolume(volumetype="SSD", size=40)))))
    servers.done(answer)
    assert servers.shown(answer.server_ids[0]).metadata["os_type"] == "Windows"


def test_paid_servers_have_an_order_and_are_deleted_when_asked(servers):
    answer = servers.create(prepaid=True)
    servers.done(answer)
    assert re.fullmatch(r"CS[0-9a-f]{14}", answer.order_id)
    assert servers.shown(answer.server_ids[0]).metadata["charging_mode"] == "1"
    servers.done(servers.delete(*answer.server_ids))


def test_same_client_token_makes_them_once(servers):
    def create(token, name):
        return servers.ecs.create_servers(ecs.CreateServersRequest(x_client_token=token, body=ecs.CreateServersRequestBody(
            server=ecs.PrePaidServer(
                image_ref=IMAGE, flavor_ref=FLAVOR, name=name, vpcid="vpc-1",
                nics=[ecs.PrePaidServerNic(subnet_id="subnet-1")],
                root_volume=ecs.PrePaidServerRootVolume(volumetype="SSD", size=40)))))

    first, again = create("once-1", "once"), create("once-1", "once")
    assert (first.job_id, first.server_ids) == (again.job_id, again.server_ids)
    refused("Ecs.0000", create, "once-1", "other")


def volume_of(size, type="SSD", **more):
    return {"volumetype": type, "size": size, **more}


@pytest.mark.parametrize("version", ["v1", "v1.1"])
@pytest.mark.parametrize("code, wrong", [
    ("Ecs.0005", {"imageRef": NOTHING}),
    ("Ecs.0005", {"flavorRef": "s6.nothing"}),
    ("Ecs.0005", {"availability_zone": "cn-north-4z"}),
    ("Ecs.0005", {"name": ""}),
    ("Ecs.0005", {"name": "x" * 129}),
    ("Ecs.0005", {"count": 0}),
    ("Ecs.0005", {"count": 501}),
    ("Ecs.0005", {"root_volume": volume_of(1025)}),
    ("Ecs.0005", {"data_volumes": [volume_of(9)]}),
    ("Ecs.0005", {"data_volumes": [{"volumetype": "SSD"}]}),
    ("Ecs.0005", {"data_volumes": [volume_of(10)] * 24}),
    ("Ecs.0005", {"data_volumes": [volume_of(10, extendparam={"snapshotId": NOTHING})]}),
    ("Ecs.0043", {"root_volume": volume_of(40, "cloud_essd")}),
    ("Ecs.0043", {"data_volumes": [volume_of(10, "none")]}),
    ("Ecs.0005", {"extendparam": {"chargingMode": "later"}}),
])
def test_what_cannot_be_made_is_refused(servers, version, code, wrong):
    before = servers.listed().count
    status, body = servers.send("POST", f"/{version}/{servers.project}/cloudservers", body={"server": {
        "imageRef": IMAGE, "flavorRef": FLAVOR, "name": "web", "vpcid": "vpc-1", "nics": [{"subnet_id": "subnet-1"}],
        "root_volume": volume_of(40), **wrong}})
    assert (status, body["error"]["code"]) == (400, code)
    assert servers.listed().count == before


@pytest.mark.parametrize("version", ["v1", "v1.1"])
@pytest.mark.parametrize("code, volumes", [
    ("Ecs.0042", [volume_of(10)] * 2),
    ("Ecs.0005", [volume_of(10, extendparam={"snapshotId": "00000000-0000-4000-8000-0000000000f1"})]),
])
def test_what_a_fleet_does_not_let_be_made(make_server, version, code, volumes):
    server = make_server()
    _, volume, loaded = fleet_server(catalogue={"instance_types": [{"id": "own.small", "realm": "huawei", "max_data_disks": 1}]},
                                     snapshots=[{"id": "00000000-0000-4000-8000-0000000000f1",
                                                 "disk": "00000000-0000-4000-8000-0000000000d1", "state": "failed"}])
    load_fleet(server, loaded)
    own = CloudServers(server, "own-hw", "own-secret")
    status, body = own.send("POST", f"/{version}/{own.project}/cloudservers", body={"server": {
        "imageRef": IMAGE, "flavorRef": "own.small", "name": "web", "vpcid": "vpc-1", "nics": [{"subnet_id": "subnet-1"}],
        "root_volume": volume_of(40), "data_volumes": volumes}})
    assert (status, body["error"]["code"]) == (400, code)


def test_dry_run_makes_nothing(servers):
    before = servers.listed().count
    answer = servers.create(dry_run=True)
    assert (answer.status_code, answer.job_id, answer.server_ids) == (202, None, None)
    refused("Ecs.0005", servers.create, dry_run=True, image_ref=NOTHING)
    assert servers.listed().count == before


# ---- the table of states


def test_states_of_a_server(slow):
    answer = slow.create()
    server = answer.server_ids[0]

    def stands():
        shown = slow.shown(server)
        return shown.status, shown.os_ext_st_svm_state, shown.os_ext_st_stask_state, shown.os_ext_st_spower_state

    def then(act, *state):
        job = act()
        assert stands() == state and slow.job(job).status == "RUNNING"
        slow.server.advance(3600)
        slow.done(job)

    on, off = ("ACTIVE", "active", None, 1), ("SHUTOFF", "stopped", None, 4)
    then(lambda: answer, "BUILD", "building", "spawning", 0)
    assert stands() == on
    then(lambda: slow.stop(server, type="SOFT"), "ACTIVE", "active", "powering-off", 1)
    assert stands() == off
    then(lambda: slow.start(server), "SHUTOFF", "stopped", "powering-on", 4)
    assert stands() == on
    then(lambda: slow.reboot(server, type="SOFT"), "REBOOT", "active", "reboot_started", 1)
    then(lambda: slow.reboot(server), "HARD_REBOOT", "active", "reboot_started_hard", 1)
    assert stands() == on
    then(lambda: slow.delete(server), "ACTIVE", "active", "deleting", 1)
    refused("Ecs.0114", slow.shown, server, http=404)


# For each verb, in which states it is refused and how; nothing else is.
@pytest.mark.parametrize("verb, states", [
    ("start", {"on", "stopping", "starting", "rebooting", "building", "deleting"}),
    ("stop", {"off", "stopping", "starting", "rebooting", "building", "deleting"}),
    ("reboot", {"off", "stopping", "starting", "rebooting", "building", "deleting"}),
    ("delete", {"building", "deleting"}),
])
@pytest.mark.parametrize("state", ["building", "on", "stopping", "off", "starting", "rebooting", "deleting"])
def test_verbs_in_each_state(slow, verb, states, state):
    server = slow.create().server_ids[0]
    for act in {"building": [], "on": [None], "stopping": [None, slow.stop], "off": [None, slow.stop, None],
                "starting": [None, slow.stop, None, slow.start], "rebooting": [None, slow.reboot],
                "deleting": [None, slow.delete]}[state]:
        act(server) if act else slow.server.advance(3600)
    before = slow.shown(server).status
    if state in states:
        refused("Ecs.0100", getattr(slow, verb), server)
        assert slow.shown(server).status == before
        return
    job = getattr(slow, verb)(server)
    slow.server.advance(3600)
    slow.done(job)


# ---- many at once


def test_many_are_switched_with_one_job(servers):
    several = servers.make(count=3)
    for act, word, status in ((servers.stop, "stopServer", "SHUTOFF"), (servers.start, "startServer", "ACTIVE"),
                              (servers.reboot, "rebootServer", "ACTIVE")):
        job = servers.done(act(*several))
        assert (job.job_type, job.entities.sub_jobs_total) == (word, 3)
        assert [each.entities.server_id for each in job.entities.sub_jobs] == several
        assert {servers.shown(each).status for each in several} == {status}


def test_all_or_none_of_many(servers):
    one, other = servers.make(count=2)
    servers.done(servers.stop(other))
    refused("Ecs.0100", servers.stop, one, other)
    refused("Ecs.0114", servers.stop, one, NOTHING, http=404)
    refused("Ecs.0114", servers.delete, one, NOTHING, http=404)
    for act in (servers.start, servers.stop, servers.reboot, servers.delete):
        refused("Ecs.0005", act)
        refused("Ecs.0114", act, NOTHING, http=404)
    assert (servers.shown(one).status, servers.shown(other).status) == ("ACTIVE", "SHUTOFF")
    job = servers.done(servers.start(other, other))  # named twice, it counts once
    assert job.entities.sub_jobs_total == 1


def test_acts_are_told_by_the_body(servers):
    server, = servers.make()
    path = f"/v1/{servers.project}/cloudservers/action"
    for body in ({}, {"os-nothing": {"servers": [{"id": server}]}}, {"os-stop": {"type": "SOFTLY", "servers": [{"id": server}]}},
                 {"reboot": {"servers": [{"id": server}]}}, {"os-stop": {"servers": [{}]}},
                 {"os-stop": {"servers": [{"id": server}] * 1001}}):
        status, reply = servers.send("POST", path, body=body)
        assert (status, reply["error"]["code"]) == (400, "Ecs.0005"), body
    assert servers.send("POST", path)[1]["error"]["code"] == "Common.0002"
    assert servers.shown(server).status == "ACTIVE"


@pytest.mark.parametrize("verb, state", [("start", "stopped"), ("stop", "running"), ("reboot", "running")])
@pytest.mark.parametrize("lock", ["security", "financial"])
def test_locked_servers_stand(make_server, verb, state, lock):
    server = make_server()
    here, _, loaded = fleet_server(instance={"locks": [lock], "state": state})
    load_fleet(server, loaded)
    locked = CloudServers(server, "own-hw", "own-secret")
    refused("Ecs.0605", getattr(locked, verb), here)
    assert locked.shown(here).locked is True


def test_users_switch_and_attach_to_the_servers_that_their_policies_name(make_server):
    server = make_server()
    here, other = "00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000a2"
    account = "2000000000000001"
    _, volume, loaded = fleet_server(disk={"attachments": [], "multi_attach": True})
    row = loaded["accounts"][0]
    row["instances"].append({**row["instances"][0], "id": other})
    row["users"] = [{"name": "alice", "access_keys": [{"id": "alice-hw", "secret": "alice-secret"}], "policies": [{
        "Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["iam:*:*", "ecs:cloudServers:get", "evs:*:*"]},
                                        {"Effect": "Allow", "Action": ["ecs:*:*"], "Resource": [f"ecs:*:{account}:instance:{here}"]}]}]}]
    load_fleet(server, loaded)
    alice = CloudServers(server, "alice-hw", "alice-secret")
    for act in (alice.stop, alice.reboot, alice.delete, lambda *several: alice.attach_all(volume, *several)):
        assert refused("Pdp.0001", act, here, other, http=403).startswith("Policy doesn't allow ecs:cloudServers:")
    assert [alice.shown(each).status for each in (here, other)] == ["ACTIVE", "ACTIVE"]
    alice.done(alice.attach_all(volume, here))
    alice.done(alice.stop(here))
    refused("Pdp.0001", alice.listed, http=403)


# ---- deleting


def test_protected_server_is_not_deleted(make_server):
    server = make_server()
    here, _, loaded = fleet_server(instance={"deletion_protection": True})
    load_fleet(server, loaded)
    own = CloudServers(server, "own-hw", "own-secret")
    refused("Ecs.0605", own.delete, here)
    assert own.shown(here).status == "ACTIVE"


def test_delete_takes_the_system_volume_and_leaves_data(servers):
    server, = servers.make(data_volumes=[ecs.PrePaidServerDataVolume(volumetype="SSD", size=20),
                                         ecs.PrePaidServerDataVolume(volumetype="SSD", size=30, delete_on_termination=True)])
    root, stays, goes = [each.volume_id for each in sorted(servers.devices(server).volume_attachments,
                                                           key=lambda each: each.device)]
    servers.done(servers.delete(server))
    refused("Ecs.0114", servers.shown, server, http=404)
    for volume in (root, goes):
        refused("EVS.5404", servers.volume, volume, http=404)
    assert (servers.volume(stays).status, servers.volume(stays).attachments) == ("available", [])


def test_delete_volume_takes_data_but_what_is_shared(servers):
    server, other = servers.make(count=2)
    data, shared = servers.make_volume(), servers.make_volume(multiattach=True)
    servers.done(servers.attach(server, data))
    servers.done(servers.attach_all(shared, server, other))
    servers.done(servers.delete(server, volumes=True))
    refused("EVS.5404", servers.volume, data, http=404)
    assert [each.server_id for each in servers.volume(shared).attachments] == [other]


def test_delete_overtakes_a_detach(slow):
    server, volume = slow.create().server_ids[0], slow.create_volumes().volume_ids[0]
    slow.server.advance(3600)
    slow.attach(server, volume)
    slow.server.advance(3600)
    detach = slow.detach(server, volume)
    delete = slow.delete(server, volumes=True)
    slow.server.advance(3600)
    slow.done(delete)
    slow.done(detach)
    assert slow.volume(volume).status == "available"


# ---- listing


def ids(answer):
    return [each.id for each in answer.servers]


def test_servers_are_listed_by_what_they_are(own):
    web, db = own.make(name="web-a", server_tags=[ecs.PrePaidServerTag(key="team", value="red")])[0], \
        own.make(name="db-b", flavor_ref="c6.large.2", image_ref=WINDOWS)[0]
    off, = own.make(name="web-off", server_tags=[ecs.PrePaidServerTag(key="team", value="blue")])
    own.done(own.stop(off))
    everyone = own.listed()
    assert (everyone.count, ids(everyone)) == (3, [off, db, web])
    address = everyone.servers[1].addresses["vpc-1"][0].addr
    for wanted, found in (
            ({"name": "web"}, [off, web]), ({"name": "b-b"}, [db]), ({"name": "none"}, []),
            ({"flavor": "c6.large.2"}, [db]), ({"flavor": "c6.large"}, []),
            ({"status": "ACTIVE"}, [db, web]), ({"status": "SHUTOFF"}, [off]), ({"status": "ERROR"}, []),
            ({"tags": "team"}, [off, web]), ({"tags": "team=red"}, [web]), ({"tags": "team=red,team=blue"}, []),
            ({"not_tags": "team"}, [db]), ({"not_tags": "team=red"}, [off, db]), ({"not_tags": "__type_baremetal"}, [off, db, web]),
            ({"tags": "__type_baremetal"}, []),
            ({"ip_eq": address}, [db]), ({"ip": address}, [db]), ({"ip": "999"}, []),
            ({"server_id": web}, [web]), ({"server_id": f"{web},{db},{NOTHING}"}, [db, web]), ({"reservation_id": db}, [db]),
            ({"enterprise_project_id": "0"}, [off, db, web]), ({"enterprise_project_id": "all_granted_eps"}, [off, db, web]),
            ({"enterprise_project_id": NOTHING}, []),
            ({"name": "web", "status": "ACTIVE"}, [web])):
        answer = own.listed(**wanted)
        assert (wanted, ids(answer), answer.count) == (wanted, found, len(found))
    refused("Ecs.0005", own.listed, status="SLEEPING")
    one = next(each for each in everyone.servers if each.id == web)
    assert one.to_dict() == own.shown(web).to_dict()


def test_part_of_an_address_finds_servers(own):
    made = own.make(count=3)
    addresses = {each.id: each.addresses["vpc-1"][0].addr for each in own.listed().servers}
    prefix = addresses[made[0]].rsplit(".", 1)[0]
    assert set(ids(own.listed(ip=prefix))) == {each for each in made if prefix in addresses[each]}


def test_servers_are_listed_in_pages(own):
    made = list(reversed(own.make(count=30)))
    assert (ids(own.listed()), own.listed().count) == (ids(own.listed(limit=25)), 30)
    pages = [own.listed(limit=12, offset=page) for page in (1, 2, 3, 4)]
    assert sum((ids(each) for each in pages), []) == ids(own.listed(limit=1000)) and [len(each.servers) for each in pages] == [12, 12, 6, 0]
    assert {each.count for each in pages} == {30} and set(ids(own.listed(limit=1000))) == set(made)
    assert ids(own.listed(limit=12, offset=0)) == ids(pages[0])
    after = own.listed(limit=12, marker=pages[0].servers[-1].id)
    assert ids(after) == ids(pages[1])
    assert ids(own.listed(marker=NOTHING)) == []
    for wrong in ({"limit": 0}, {"limit": 1001}, {"offset": -1}):
        refused("Ecs.0005", own.listed, **wrong)


def test_status_of_what_is_under_way_is_found(slow):
    building = slow.create().server_ids[0]
    assert ids(slow.listed(status="BUILD")) == [building] and ids(slow.listed(status="ACTIVE")) == []
    slow.server.advance(3600)
    slow.reboot(building, type="SOFT")
    assert ids(slow.listed(status="REBOOT")) == [building] and ids(slow.listed(status="HARD_REBOOT")) == []


def test_bare_metal_is_not_among_cloud_servers(own):
    metal = BareMetal(own.server)
    server, = metal.make_metal()
    assert ids(own.listed()) == [] and ids(own.listed(server_id=server)) == []
    refused("Ecs.0114", own.shown, server, http=404)
    refused("Ecs.0114", own.update, server, name="x", http=404)


def newer(servers, **more):
    return servers.ecs.list_cloud_servers(ecs.ListCloudServersRequest(**more))


def test_newer_list_finds_the_same_in_other_words(own):
    one, = own.make(name="web-a", key_name="mine", data_volumes=[ecs.PrePaidServerDataVolume(volumetype="SSD", size=20)],
                    server_tags=[ecs.PrePaidServerTag(key="team", value="red")])
    two, = own.make(name="db-b", flavor_ref="c6.large.2", image_ref=WINDOWS, availability_zone="cn-north-4b", prepaid=True)
    own.done(own.stop(two))
    shown, old = next(each for each in newer(own).servers if each.id == one), own.shown(one)
    assert (shown.status, shown.vm_state, shown.task_state, shown.power_state, shown.locked, shown.in_recycle_bin) == \
        ("ACTIVE", "active", None, 1, False, False)
    assert (shown.flavor.id, shown.flavor.vcpus, shown.flavor.ram, shown.image.id, shown.market_info.charge_mode) == \
        (FLAVOR, 2, 4096, IMAGE, "post_paid")
    assert {each.device: (each.size, each.delete_on_termination, each.boot_index) for each in shown.volumes_attached} == \
        {"/dev/vda": (40, True, "0"), "/dev/vdb": (20, False, None)}
    address = shown.addresses["vpc-1"][0]
    assert (address.version, address.addr, address.primary) == (4, old.addresses["vpc-1"][0].addr, True)
    assert (shown.created, shown.metadata, shown.tags) == (old.created, old.metadata, old.tags)
    for wanted, found in (
            ({"id": one}, [one]), ({"name": "web"}, [one]), ({"status": "SHUTOFF"}, [two]), ({"in_recycle_bin": True}, []),
            ({"flavor_name": "c6.large.2"}, [two]), ({"image_id": WINDOWS}, [two]), ({"tags": "team=red"}, [one]),
            ({"not_tags": "team"}, [two]), ({"availability_zone": "cn-north-4b"}, [two]), ({"availability_zone_eq": ZONE}, [one]),
            ({"charging_mode": "pre_paid"}, [two]), ({"charging_mode": "0"}, [one]), ({"key_name": "mine"}, [one]),
            ({"launched_since": "2001-01-01T00:00:00Z"}, [two, one]), ({"launched_since": "2999-01-01T00:00:00Z"}, []),
            ({"enterprise_project_id": "0"}, [two, one]), ({"expect_fields": ["tags", "image"]}, [two, one])):
        assert (wanted, ids(newer(own, **wanted))) == (wanted, found)
    refused("Ecs.0005", newer, own, launched_since="yesterday")


def test_newer_list_has_links_from_page_to_page(own):
    own.make(count=5)
    every = ids(newer(own))
    first = newer(own, limit=2)
    assert ids(first) == every[:2] and [each.rel for each in first.servers_links] == ["next"]
    assert first.servers_links[0].href.startswith(own.url) and first.servers_links[0].href.endswith(f"limit=2&marker={every[1]}")
    second, third = newer(own, limit=2, marker=every[1]), newer(own, limit=2, marker=every[3])
    assert (ids(second), ids(third), third.servers_links) == (every[2:4], every[4:], [])


def test_limits_count_what_there_is(own):
    def absolute():
        return own.ecs.show_server_limits(ecs.ShowServerLimitsRequest()).absolute

    assert (absolute().total_instances_used, absolute().max_total_instances) == (0, -1)
    own.make(count=3)
    assert (absolute().total_instances_used, absolute().total_cores_used, absolute().total_ram_used) == (3, 6, 3 * 4096)


# ---- changing


def test_servers_are_renamed(servers):
    server, = servers.make()
    changed = servers.update(server, name="new", description="other", hostname="box")
    assert (changed.id, changed.name, changed.description, changed.os_ext_srv_att_rhostname) == (server, "new", "other", "box")
    assert (changed.image, changed.flavor.id, changed.addresses["vpc-1"][0].version) == (IMAGE, FLAVOR, 4)
    shown = servers.shown(server)
    assert (shown.name, shown.description, shown.os_ext_srv_att_rhostname) == ("new", "other", "box")
    assert servers.update(server, description="").description == ""
    for wrong in ({"name": ""}, {"name": "x" * 129}, {"description": "x" * 86}, {}):
        refused("Ecs.0005", servers.update, server, **wrong)
    refused("Ecs.0100", servers.update, server, user_data="IyEvYmluL3No")  # only of a server that is off
    refused("Ecs.0114", servers.update, NOTHING, name="x", http=404)
    servers.done(servers.stop(server))
    assert servers.update(server, user_data="IyEvYmluL3No").os_ext_srv_att_ruser_data == "IyEvYmluL3No"


def test_locked_server_is_not_renamed(make_server):
    server = make_server()
    here, _, loaded = fleet_server(instance={"locks": ["security"]})
    load_fleet(server, loaded)
    refused("Ecs.0605", CloudServers(server, "own-hw", "own-secret").update, here, name="x")


# ---- flavors and images


def flavors(servers, **more):
    return servers.ecs.list_flavors(ecs.ListFlavorsRequest(**more)).flavors


def test_flavors_say_what_they_are_made_of(servers):
    every = flavors(servers)
    flavor = next(each for each in every if each.id == FLAVOR)
    assert (flavor.name, flavor.vcpus, flavor.ram, flavor.disk) == (FLAVOR, "2", 4096, "0")
    specs = flavor.os_extra_specs
    assert (specs.ecsperformancetype, specs.ecsgeneration, specs.condoperationstatus) == ("normal", "s6", "normal")
    assert f"{ZONE}(normal)" in specs.condoperationaz.split(",")
    assert flavor.attachable_quantity.free_disk == 24
    assert not [each.id for each in every if each.id.startswith("physical.")]
    assert [each.id for each in flavors(servers, flavor_id=FLAVOR)] == [FLAVOR]
    assert len(flavors(servers, availability_zone=ZONE)) == len(every) and flavors(servers, availability_zone="nowhere") == []
    assert [each.id for each in flavors(servers, limit=2) + flavors(servers, marker=every[1].id)] == [each.id for each in every]


def images(servers, **more):
    return servers.client(ImsClient).list_images(ims.ListImagesRequest(**more)).images


def test_images_are_listed_as_terraform_looks_for_them(servers):
    every = images(servers)
    image = next(each for each in every if each.id == IMAGE)
    assert (image.name, image.status, image.visibility, image.imagetype, image.os_type, image.platform, image.os_bit) == \
        ("Ubuntu 22.04 server 64bit", "active", "public", "gold", "Linux", "Ubuntu", "64")
    assert (image.min_disk, image.min_ram, image.disk_format, image.protected) == (10, 0, "zvhd2", True)
    assert [each.id for each in images(servers, name="Ubuntu 22.04 server 64bit", visibility="public", imagetype="gold",
                                       status="active", sort_key="name", sort_dir="asc")] == [IMAGE]
    assert {each.os_type for each in images(servers, os_type="Windows")} == {"Windows"}
    assert [each.name for each in images(servers, sort_key="name", sort_dir="asc")] == sorted(each.name for each in every)
    assert images(servers, imagetype="private") == [] and images(servers, id=NOTHING) == []
    assert [each.id for each in images(servers, limit=1) + images(servers, marker=every[0].id)] == [each.id for each in every]
    refused("IMG.0001", images, servers, limit=0)
    for query, body in (("id=a&id=b", None), ("", [])):
        status, reply = servers.send("GET", "/v2/cloudimages", query, body)
        assert (status, reply["error"]["code"]) == (400, "IMG.0001")


# ---- jobs


def test_jobs_are_their_owners_and_have_to_be_there(servers):
    refused("Common.0011", servers.ecs.show_job, ecs.ShowJobRequest(job_id="0" * 32))


@pytest.fixture
def faulty(own):
    """own, and what makes the next job of an operation fail."""
    def fail(operation):
        own.server.control("POST", "/_cleat/faults", {"operation": operation, "effect": "job-fails", "reason": "no host"})

    return own, fail


def test_servers_that_could_not_be_made_are_told_one_by_one(faulty):
    own, fail = faulty
    fail("ecs.CreateServers")
    answer = own.create(count=2)
    job = own.job(answer)
    assert (job.status, job.error_code, job.entities.sub_jobs_total) == ("FAIL", "Ecs.1000", 2) and job.fail_reason
    for sub, server in zip(job.entities.sub_jobs, answer.server_ids):
        assert (sub.status, sub.entities.server_id, sub.error_code) == ("FAIL", server, "Ecs.1000")
        assert sub.fail_reason == sub.entities.errorcode_message != ""
        refused("Ecs.0114", own.shown, server, http=404)


def test_volume_that_could_not_be_attached_or_detached_is_what_it_was(faulty):
    own, fail = faulty
    (server,), volume = own.make(), own.make_volume()
    fail("ecs.AttachServerVolume")
    job = own.job(own.attach(server, volume))
    assert (job.status, job.error_code) == ("FAIL", "Ecs.0205") and job.fail_reason and MILLIS.fullmatch(job.end_time)
    assert own.volume(volume).status == "available"
    own.done(own.attach(server, volume))
    fail("ecs.DetachServerVolume")
    job = own.job(own.detach(server, volume))
    assert (job.status, job.error_code) == ("FAIL", "Ecs.1000") and job.fail_reason
    assert own.volume(volume).status == "in-use" and own.block_device(server, volume).device == "/dev/vdb"


def test_one_of_several_volumes_fails_and_the_job_says_which(own):
    one, other = own.make(count=2)
    volume = own.make_volume(multiattach=True)
    own.server.control("POST", "/_cleat/faults", {"operation": "ecs.BatchAttachSharableVolumes", "effect": "job-fails", "reason": "no host"})
    job = own.job(own.attach_all(volume, one, other))
    assert job.status == "FAIL" and job.entities.sub_jobs_total == 2
    assert {each.entities.server_id: (each.status, each.error_code) for each in job.entities.sub_jobs} == \
        {one: ("FAIL", "Ecs.0205"), other: ("FAIL", "Ecs.0205")}
    assert own.volume(volume).status == "available"
