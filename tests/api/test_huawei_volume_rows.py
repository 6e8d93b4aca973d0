"""Every row that EVS and its Cinder-compatible API refuse with and that their clients' tests do not meet: code and words, over the
wire."""

import pytest

from cloud import fleet_of, fleet_set, load_fleet
from huawei_raw import IMAGE, Raw

ZONE = "cn-north-4a"
ACCOUNT = "2000000000000077"
PLACE = {"region": "cn-north-4", "zone": ZONE}
HOST, OVERDUE, BOUND, HELD, MANY = (f"{digit}0000000-0000-4000-8000-000000000000" for digit in "12345")
SYSTEM_MAX = 1024  # GiB
FORBIDDEN = (403, "forbidden", "Policy check failed.")
EVS_STATUS = (400, "EVS.5400", "Must specify a valid status.")


def bad(text):
    return 400, "badRequest", text


def not_available(volume):
    return bad(f"Invalid volume: Volume {volume} status must be available, but current status is another.")


def not_to_extend(volume):
    return bad(f"Invalid volume: Volume {volume} status must be 'available' or 'in-use' to extend.")


def snap(raw, family, volume, **more):
    path = {"evs": "/v2/{project}/cloudsnapshots", "cinder": "/v3/{project}/snapshots"}[family]
    return raw("POST", path, {"snapshot": {"volume_id": volume, **more}})


def extend(raw, family, volume, size=20):
    path = {"evs": "/v2.1/{project}/cloudvolumes/", "cinder": "/v3/{project}/volumes/"}[family]
    return raw("POST", f"{path}{volume}/action", {"os-extend": {"new_size": size}})


def create(raw, **more):
    return raw("POST", "/v3/{project}/volumes", {"volume": {"size": 10, "volume_type": "SSD", "availability_zone": ZONE, **more}})


def delete(raw, volume):
    return raw("DELETE", f"/v3/{{project}}/volumes/{volume}?cascade=true")


def snapshot_of(raw, volume):
    made = snap(raw, "cinder", volume)
    assert made.status == 202, made.text
    return made.json["snapshot"]["id"]


def never_ends(server, operation):
    server.control("POST", "/_cleat/faults", {"operation": operation, "effect": "job-never-ends"})


@pytest.fixture
def raw(server):
    return Raw(server)


@pytest.fixture
def stopping(raw):
    """A client, a server that is being stopped, and its data volume."""
    host, volume = raw.make_attached()
    never_ends(raw.server, "ecs.BatchStopServers")
    assert raw("POST", "/v1/{project}/cloudservers/action", {"os-stop": {"servers": [{"id": host}]}}).status == 200
    return raw, host, volume


def test_a_server_that_is_being_stopped_hinders(stopping):
    raw, host, volume = stopping
    assert snap(raw, "evs", volume, force=True).fault == EVS_STATUS
    assert snap(raw, "cinder", volume, force=True).fault == not_available(volume)
    assert extend(raw, "evs", volume).fault == (400, "EVS.1066", "status of ECS or BMS does not support volume online extension!")
    assert extend(raw, "cinder", volume).fault == not_to_extend(volume)
    made = raw("POST", "/v2.1/{project}/cloudvolumes", {
        "server_id": host, "volume": {"availability_zone": ZONE, "volume_type": "SSD", "size": 10}})
    assert made.fault == (400, "EVS.2134", "call ecs api - attach volume fail.")
    raw.server.control("POST", "/_cleat/faults/clear", {})
    assert extend(raw, "cinder", volume).status == 202  # once it has stopped


@pytest.fixture
def hindered(server):
    """A client of an account with things that a call cannot make."""
    load_fleet(server, fleet_of(
        id=ACCOUNT, realm="huawei", access_keys=[{"id": "hindered", "secret": "cleat-secret"}],
        instances=[{"id": HOST, **PLACE, "type": "s6.large.2", "image": IMAGE}],
        disks=[{"id": OVERDUE, **PLACE, "category": "SSD", "size_gib": 10, "overdue": True},
               {"id": BOUND, **PLACE, "category": "SSD", "size_gib": 10, "portable": False},
               {"id": HELD, **PLACE, "category": "SSD", "size_gib": 10, "attachments": [{"instance": HOST}]},
               {"id": MANY, **PLACE, "category": "SSD", "size_gib": 10}],
        snapshots=[{"id": f"60000000-0000-4000-8000-{number:012d}", "disk": MANY, "region": "cn-north-4", "disk_type": "data",
                    "disk_category": "SSD", "size_gib": 10} for number in range(256)]))
    return Raw(server, "hindered")


def test_what_hinders_is_told_in_cinders_words(hindered):
    assert snap(hindered, "cinder", OVERDUE).fault == FORBIDDEN == extend(hindered, "cinder", OVERDUE).fault
    assert delete(hindered, BOUND).fault == FORBIDDEN
    assert snap(hindered, "cinder", MANY).fault == \
        (413, "overLimit", "SnapshotLimitExceeded: Maximum number of snapshots allowed exceeded")
    for lock in ("security", "financial"):
        fleet_set(hindered.server, HOST, locks=[lock])
        assert extend(hindered, "cinder", HELD).fault == not_to_extend(HELD)
        if lock == "security":
            assert snap(hindered, "cinder", HELD, force=True).fault == not_available(HELD)
    fleet_set(hindered.server, HOST, locks=[])
    assert extend(hindered, "cinder", HELD).status == 202


def test_a_system_disk_has_a_limit_of_its_own(raw):
    host = raw.make_server()
    disk, = (each["id"] for each in raw("GET", f"/v2/{{project}}/cloudvolumes/detail?server_id={host}").json["volumes"])
    too_large = bad("Invalid input received: New size is out of the range of the volume's type.")
    assert extend(raw, "cinder", disk, SYSTEM_MAX + 1).fault == too_large
    assert extend(raw, "cinder", disk, SYSTEM_MAX).status == 202


def test_what_is_being_made_is_not_extended(raw):
    never_ends(raw.server, "cinder.CreateVolume")
    volume = create(raw).json["volume"]["id"]
    assert extend(raw, "cinder", volume).fault == not_to_extend(volume)


def test_what_is_encrypted_stays_so(raw):
    volume = create(raw, metadata={"__system__encrypted": "1", "__system__cmkid": "key"}).json["volume"]["id"]
    snapshot = snapshot_of(raw, volume)
    assert create(raw, snapshot_id=snapshot, metadata={"__system__encrypted": "0"}).fault == \
        bad("Invalid input received: The snapshot is encrypted.")
    assert create(raw, snapshot_id=snapshot).json["volume"]["encrypted"]


def test_a_snapshot_of_which_a_volume_is_being_made_stays(raw):
    snapshot = snapshot_of(raw, raw.make_volume())
    never_ends(raw.server, "cinder.CreateVolume")
    assert create(raw, snapshot_id=snapshot).status == 202
    path = f"/v3/{{project}}/snapshots/{snapshot}"
    assert raw("DELETE", path).fault == bad("Invalid snapshot: Snapshot status must be available or error.")
    raw.server.control("POST", "/_cleat/faults/clear", {})
    assert raw("DELETE", path).status == 202


def test_a_volume_stays_while_its_snapshot_is_made(raw):
    volume = raw.make_volume()
    never_ends(raw.server, "cinder.CreateSnapshot")
    snapshot_of(raw, volume)
    status, code, message = delete(raw, volume).fault
    assert (status, code) == (400, "badRequest") and message.startswith("Invalid volume: Volume status must be available or error")
    assert raw("GET", f"/v3/{{project}}/volumes/{volume}").status == 200


def test_what_says_nothing_is_refused(raw):
    volume = raw.make_volume()
    snapshot = snapshot_of(raw, volume)
    assert raw("PUT", f"/v3/{{project}}/volumes/{volume}", {"volume": {}}).fault == bad("Invalid input for field/attribute volume.")
    assert raw("PUT", f"/v3/{{project}}/snapshots/{snapshot}", {"snapshot": {}}).fault == \
        bad("Invalid input for field/attribute snapshot.")
    for tail in ("volumes", "volumes/detail"):
        assert raw("GET", f"/v3/{{project}}/{tail}?metadata=none").fault == bad("Invalid input for query parameters metadata.")


@pytest.mark.parametrize("more, wanted", [
    ({"limit": 0}, (400, "EVS.1023", "invalid filter limit!")),
    ({"limit": 1001}, (400, "EVS.1023", "invalid filter limit!")),
    ({"offset": -1}, (400, "EVS.5400", "offset param must be an integer.")),
    ({"tags": [{"key": "k" * 37, "values": []}]}, (400, "EVS.1062", "invalid tag!")),
    ({"tags": [{"key": "k", "values": ["v"] * 11}]}, (400, "EVS.1062", "invalid tag!")),
    ({"tags": [{"key": "k"}] * 11}, (400, "EVS.1062", "invalid tag!")),
])
def test_pages_of_what_is_found_by_tags(raw, more, wanted):
    path = "/v2/{project}/cloudvolumes/resource_instances/action"
    assert raw("POST", path, {"action": "filter", "tags": [], **more}).fault == wanted
    assert raw("POST", path, {"action": "filter", "tags": [], "limit": 1000, "offset": 0}).status == 200


METAL, COLD = "70000000-0000-4000-8000-000000000000", "80000000-0000-4000-8000-000000000000"


@pytest.fixture
def servers(server):
    """A client of an account with a cloud server, a bare metal server, and a server of a flavor that takes volumes only while off."""
    load_fleet(server, {"cleat_fleet": 1, "catalogue": {"instance_types": [{"id": "own.cold", "hot_unplug": False, "realm": "huawei"}]},
                        "accounts": [{"id": ACCOUNT, "realm": "huawei", "access_keys": [{"id": "servers", "secret": "cleat-secret"}],
                                      "instances": [{"id": id, **PLACE, "type": type, "image": IMAGE} for id, type in (
                                          (HOST, "s6.large.2"), (METAL, "physical.s4.medium"), (COLD, "own.cold"))]}]})
    return Raw(server, "servers")


def create_for(raw, server, **more):
    return raw("POST", "/v2.1/{project}/cloudvolumes", {
        "server_id": server, "volume": {"availability_zone": ZONE, "volume_type": "SSD", "size": 10, **more}})


def test_what_could_not_be_attached_is_not_made_for_a_server(servers):
    cannot = 400, "EVS.2134", "call ecs api - attach volume fail."
    scsi = {"metadata": {"hw:passthrough": "true"}}
    assert create_for(servers, METAL).fault == cannot
    assert create_for(servers, METAL, metadata={"hw:passthrough": "false"}).fault == cannot
    assert create_for(servers, COLD).fault == cannot
    for lock in ("security", "financial"):
        fleet_set(servers.server, HOST, locks=[lock])
        assert create_for(servers, HOST).fault == cannot
    fleet_set(servers.server, HOST, locks=[])
    listed = "/v2/{project}/cloudvolumes/detail?sort_key=created_at"
    assert all(each["bootable"] == "true" for each in servers("GET", listed).json["volumes"])  # nothing was made
    for server, more in ((METAL, scsi), (HOST, {}), (HOST, scsi)):
        made = create_for(servers, server, **more)
        assert made.status == 202, made.text
        volume = servers("GET", f"/v2/{{project}}/cloudvolumes/{made.json['volume_ids'][0]}").json["volume"]
        assert [each["server_id"] for each in volume["attachments"]] == [server]
    servers.done("POST", "/v1/{project}/cloudservers/action", {"os-stop": {"servers": [{"id": COLD}]}})
    assert create_for(servers, COLD).status == 202
