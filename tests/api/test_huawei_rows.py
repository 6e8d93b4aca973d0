"""Every row that operations of the second dialect refuse with, provoked over the wire."""

import pytest

from cloud import fleet_set, load_fleet
from huawei_raw import IMAGE, Raw
from huawei_world import NOTHING

ACCOUNT = "2000000000000066"
ZONE = "cn-north-4a"
SMALL = "s6.own.1"  # takes one data volume
FAILED = "10000000-0000-4000-8000-000000000000"  # a snapshot


@pytest.fixture
def raw(make_server):
    """A client of a server with servers and volumes in all states."""
    server = make_server(clock="manual", pace="real")
    load_fleet(server, {"cleat_fleet": 1, "catalogue": {"instance_types": [{"id": SMALL, "max_data_disks": 1, "realm": "huawei"}]},
                        "accounts": [{
        "id": ACCOUNT, "realm": "huawei", "access_keys": [{"id": "rows", "secret": "cleat-secret"}],
        "snapshots": [{"id": FAILED, "disk": NOTHING, "region": "cn-north-4", "disk_type": "data", "disk_category": "SSD",
                       "size_gib": 10, "state": "failed"}]}]})
    client = Raw(server, "rows")
    return client


def done(raw, method, target, body=b""):
    """The reply, after what it set going has ended."""
    reply = raw(method, target, body)
    assert reply.status < 300, reply.text
    raw.server.advance(3600)
    return reply.json


def make_server(raw, **more):
    return done(raw, "POST", "/v1.1/{project}/cloudservers", {"server": server_body(**more)})["serverIds"][0]


def make_volume(raw, **more):
    return done(raw, "POST", "/v2.1/{project}/cloudvolumes", {"volume": volume_body(**more)})["volume_ids"][0]


def server_body(**more):
    return {"imageRef": IMAGE, "flavorRef": "s6.large.2", "name": "x", "vpcid": "v", "availability_zone": ZONE,
            "nics": [{"subnet_id": "s"}], "root_volume": {"volumetype": "SSD", "size": 40}, **more}


def volume_body(**more):
    return {"availability_zone": ZONE, "volume_type": "SSD", "size": 10, **more}


def refused(reply, *wanted):
    assert reply.fault[:2] == wanted, reply.text


# ---- creating ----


@pytest.mark.parametrize("version", ["v1", "v1.1"])
@pytest.mark.parametrize("more, code", [
    ({"availability_zone": "cn-north-4z"}, "Ecs.0005"),
    ({"flavorRef": "s6.nothing"}, "Ecs.0005"),
    ({"imageRef": NOTHING}, "Ecs.0005"),
    ({"root_volume": {"volumetype": "SSD", "size": 1}}, "Ecs.0005"),
    ({"data_volumes": [{"volumetype": "SSD", "size": 5}]}, "Ecs.0005"),
    ({"data_volumes": [{"volumetype": "SSD"}]}, "Ecs.0005"),
    ({"data_volumes": [{"volumetype": "SSD", "size": 10, "extendparam": {"snapshotId": NOTHING}}]}, "Ecs.0005"),
    ({"root_volume": {"volumetype": "NO", "size": 40}}, "Ecs.0043"),
    ({"data_volumes": [{"volumetype": "NO", "size": 10}]}, "Ecs.0043"),
    ({"data_volumes": [{"volumetype": "SSD", "size": 10}] * 24}, "Ecs.0005"),
    ({"flavorRef": SMALL, "data_volumes": [{"volumetype": "SSD", "size": 10}] * 2}, "Ecs.0042"),
    ({"data_volumes": [{"volumetype": "SSD", "size": 10, "extendparam": {"snapshotId": FAILED}}]}, "Ecs.0005"),
])
def test_servers_are_not_created(raw, version, more, code):
    refused(raw("POST", f"/{version}/{{project}}/cloudservers", {"server": server_body(**more)}), 400, code)


# ---- attaching and detaching ----


def attach(raw, server, volume, **more):
    return raw("POST", f"/v1/{{project}}/cloudservers/{server}/attachvolume", {"volumeAttachment": {"volumeId": volume, **more}})


def detach(raw, server, volume):
    return raw("DELETE", f"/v1/{{project}}/cloudservers/{server}/detachvolume/{volume}")


def test_attaching_is_refused(raw):
    server, volume = make_server(raw), make_volume(raw)
    refused(attach(raw, NOTHING, volume), 404, "Ecs.0114")
    refused(attach(raw, server, NOTHING), 400, "Ecs.0103")
    refused(attach(raw, server, volume, device="/dev/nothing"), 400, "Ecs.0005")
    refused(attach(raw, server, volume, device="/dev/vda"), 400, "Ecs.0005")
    refused(attach(raw, server, make_volume(raw, availability_zone="cn-north-4b")), 400, "Ecs.0121")
    fleet_set(raw.server, volume, overdue=True)
    refused(attach(raw, server, volume), 400, "Ecs.0017")
    fleet_set(raw.server, volume, overdue=False)
    for lock in ("security", "financial"):
        fleet_set(raw.server, server, locks=[lock])
        refused(attach(raw, server, volume), 400, "Ecs.0605")
    fleet_set(raw.server, server, locks=[])
    assert attach(raw, server, volume).status == 200
    refused(attach(raw, make_server(raw), volume), 400, "Ecs.0103")  # attaching


def test_a_shared_volume_is_attached_to_each_server_once_and_to_so_many(raw):
    volume = make_volume(raw, multiattach=True)
    servers = [make_server(raw) for _ in range(17)]
    for server in servers[:16]:
        assert attach(raw, server, volume).status == 200
        raw.server.advance(3600)
    refused(attach(raw, servers[0], volume), 400, "Ecs.0057")
    refused(attach(raw, servers[16], volume), 400, "Ecs.0017")


def test_a_server_that_is_being_made_takes_no_volume(raw):
    volume = make_volume(raw)
    server = raw("POST", "/v1.1/{project}/cloudservers", {"server": server_body()}).json["serverIds"][0]
    refused(attach(raw, server, volume), 400, "Ecs.0100")


def test_a_server_takes_so_many_volumes(raw):
    server = make_server(raw, data_volumes=[{"volumetype": "SSD", "size": 10}] * 23)
    refused(attach(raw, server, make_volume(raw)), 400, "Ecs.0104")


def test_detaching_is_refused(raw):
    server, other, volume = make_server(raw), make_server(raw), make_volume(raw)
    refused(detach(raw, server, volume), 400, "Ecs.0111")
    assert attach(raw, server, volume).status == 200
    refused(detach(raw, server, volume), 400, "Ecs.1000")  # attaching
    raw.server.advance(3600)
    refused(detach(raw, other, volume), 400, "Ecs.0111")
    fleet_set(raw.server, server, locks=["security"])
    refused(detach(raw, server, volume), 400, "Ecs.0605")
    fleet_set(raw.server, server, locks=[])
    assert detach(raw, server, volume).status == 200
    refused(detach(raw, server, volume), 400, "Ecs.1000")
    raw.server.advance(3600)
    refused(detach(raw, server, volume), 400, "Ecs.0111")


# ---- reading ----


@pytest.mark.parametrize("target, status, code", [
    ("/v1/{project}/cloudservers/" + NOTHING, 404, "Ecs.0114"),
    ("/v1/{project}/cloudservers/" + NOTHING + "/block_device", 404, "Ecs.0114"),
    ("/v1/{project}/cloudservers/" + NOTHING + "/block_device/" + NOTHING, 404, "Ecs.0114"),
    ("/v1/{project}/jobs/nothing", 400, "Common.0011"),
])
def test_what_is_not_there(raw, target, status, code):
    refused(raw("GET", target), status, code)
