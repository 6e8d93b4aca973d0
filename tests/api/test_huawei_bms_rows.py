"""What the bare metal service refuses, state by state and thing by thing, with its exact codes and words."""

import json

import pytest
from huaweicloudsdkbms.v1 import model as bms

from bare_metal import FLAVOR, BareMetal, project_of, refused
from cloud import fleet_of, load_fleet
from cloud_server import signed
from test_huawei_bms_volumes import fleet_server
from test_huawei_story import IMAGE, ZONE

FAILED, INVALID, LOCKED = "Fail to operate baremetal server.", "Request parameter is invalid.", "the BMS is locked."
VERBS = ("start", "stop", "reboot", "delete")


@pytest.fixture
def slow(make_server):
    return BareMetal(make_server(clock="manual", pace="real"))


@pytest.fixture
def of_fleet(make_server):
    """of_fleet(...) -> the client of a server that has that bare metal, its id and that of its volume"""
    def make(catalogue=None, more=(), **fleet):
        server = make_server()
        instance, disk, rest = fleet_server(**fleet)
        rest["disks"] += more
        whole = fleet_of(realm="huawei", **rest)
        if catalogue:
            whole["catalogue"] = catalogue
        load_fleet(server, whole)
        return BareMetal(server), instance, disk

    return make


def own_type(**more):
    return {"instance_types": [{"id": "physical.own", "realm": "huawei", "kind": "bare-metal", **more}]}


OF_OWN_TYPE = {"type": "physical.own"}


# ---- switching and deleting

# How a server gets there; None: time goes by.
WAYS = {"building": [], "on": [None], "stopping": [None, "stop"], "off": [None, "stop", None],
        "starting": [None, "stop", None, "start"], "rebooting": [None, "reboot"], "deleting": [None, "delete"]}


def on_its_way(code, state):
    return {verb: (code, f"Server is {state}, not allow to {verb}.") for verb in ("start", "stop", "reboot")}


OFF = ("BMS.0039", "Server is stopped, not allow to stop.")
REFUSED = {  # nothing else is
    "building": dict.fromkeys(VERBS, ("BMS.0006", FAILED)),
    "on": {"start": ("BMS.0038", "Server is running, not allow to start.")},
    "stopping": on_its_way("BMS.0036", "powering off"),
    "off": {"stop": OFF, "reboot": OFF},
    "starting": on_its_way("BMS.0035", "powering on"),
    "rebooting": on_its_way("BMS.0037", "rebooting"),
    "deleting": dict.fromkeys(VERBS, ("BMS.0006", FAILED)),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", WAYS)
def test_verbs_in_each_state(slow, state, verb):
    server = slow.job(slow.create()).entities.sub_jobs[0].entities.server_id
    for act in WAYS[state]:
        getattr(slow, act)(server) if act else slow.server.advance(3600)
    if verb in REFUSED[state]:
        code, words = REFUSED[state][verb]
        before = slow.metal(server).to_dict()
        assert refused(code, getattr(slow, verb), server) == words
        assert slow.metal(server).to_dict() == before
        return
    job = getattr(slow, verb)(server)
    slow.server.advance(3600)
    slow.done(job)


@pytest.mark.parametrize("verb", VERBS)
def test_no_servers_at_all(slow, verb):
    assert refused("BMS.0018", getattr(slow, verb)) == INVALID


@pytest.mark.parametrize("lock", ["security", "financial"])
@pytest.mark.parametrize("verb, state", [("start", "stopped"), ("stop", "running"), ("reboot", "running")])
def test_locked_servers_stand(of_fleet, verb, state, lock):
    metal, server, _ = of_fleet(instance={"locks": [lock], "state": state})
    before = metal.metal(server).status
    assert refused("BMS.0605", getattr(metal, verb), server) == LOCKED
    assert metal.metal(server).status == before


def test_protected_server_is_not_deleted(of_fleet):
    metal, server, _ = of_fleet(instance={"deletion_protection": True})
    assert refused("BMS.0605", metal.delete, server) == LOCKED
    assert metal.metal(server).status == "ACTIVE"


def test_server_without_a_system_disk_does_not_start(of_fleet):
    metal, server, _ = of_fleet(instance={"state": "stopped"})
    metal.done(metal.detach(server, metal.root(server)))
    assert refused("BMS.0006", metal.start, server) == FAILED
    assert metal.metal(server).status == "SHUTOFF"


# ---- volumes


@pytest.mark.parametrize("catalogue, disk", [({"hot_unplug": False}, {}),
                                             ({"multi_attach": False}, {"multi_attach": True})])
def test_flavor_that_takes_no_such_volumes(of_fleet, catalogue, disk):
    metal, server, volume = of_fleet(own_type(**catalogue), instance=OF_OWN_TYPE, disk={"attachments": [], **disk})
    assert refused("BMS.0315", metal.attach, server, volume) == "Disks cannot be attached to a BMS using this flavor[physical.own]."
    assert metal.volume(volume).status == "available"


def test_flavor_that_gives_no_volumes_back(of_fleet):
    metal, server, volume = of_fleet(own_type(hot_unplug=False), instance=OF_OWN_TYPE)
    assert refused("BMS.0315", metal.detach, server, volume) == "Disks cannot be attached to a BMS using this flavor[physical.own]."
    assert metal.volume(volume).status == "in-use"


def test_shared_volume_is_no_root(of_fleet):
    metal, server, volume = of_fleet(instance={"state": "stopped"}, disk={"attachments": [], "multi_attach": True})
    assert refused("BMS.0104", metal.attach, server, volume, "/dev/sda") == \
        f"Attach volume {volume} fail, data volume can not attach in root volume device."
    assert metal.volume(volume).status == "available"


def test_server_has_one_system_disk(of_fleet):
    here = "00000000-0000-4000-8000-0000000000a1"
    second = "00000000-0000-4000-8000-0000000000d3"
    system = {"type": "system", "zone": "cn-north-4a", "size_gib": 40, "scsi": True}
    metal, server, _ = of_fleet(instance={"state": "stopped"}, more=[
        {"id": "00000000-0000-4000-8000-0000000000d2", "attachments": [{"instance": here}], **system},
        {"id": second, "origin_instance": here, **system}])
    assert server == here
    assert refused("BMS.0105", metal.attach, here, second, "/dev/sda") == f"Attach volume {second} fail, device is illegal."
    assert metal.volume(second).status == "available"


def test_volume_is_shared_by_so_many(make_server):
    server = make_server()
    ids = [f"00000000-0000-4000-8000-0000000000{n:02x}" for n in range(17)]
    one, disk, rest = fleet_server(disk={"multi_attach": True, "attachments": [{"instance": each} for each in ids[:16]]})
    rest["instances"] = [{**rest["instances"][0], "id": each} for each in ids]
    load_fleet(server, fleet_of(realm="huawei", **rest))
    metal = BareMetal(server)
    assert refused("BMS.3019", metal.attach, ids[16], disk) == "Failed to attach the data disk."
    assert len(metal.volume(disk).attachments) == 16
    metal.done(metal.detach(ids[0], disk))
    metal.done(metal.attach(ids[16], disk))


# ---- making


@pytest.mark.parametrize("wrong", [
    {"root_volume": bms.RootVolume(volumetype="none", size=40)},
    {"root_volume": bms.RootVolume(volumetype="SSD", size=39)},
    {"root_volume": bms.RootVolume(volumetype="SSD", size=1025)},
    {"data_volumes": [bms.DataVolumes(volumetype="SSD", size=32769)]},
])
def test_volumes_that_cannot_be_made(slow, wrong):
    assert refused("BMS.0018", slow.create, **wrong) == INVALID
    assert slow.list().count == 0


def test_root_volume_is_as_large_as_its_image(of_fleet):
    metal, _, _ = of_fleet({"images": [{"id": "large-image", "realm": "huawei", "size_gib": 41}]})
    assert refused("BMS.0018", metal.create, image="large-image") == INVALID
    assert metal.list().count == 1
    metal.done(metal.create(image="large-image", root_volume=bms.RootVolume(volumetype="SSD", size=41)))


def test_flavor_takes_so_many_volumes(of_fleet):
    metal, _, _ = of_fleet(own_type(max_data_disks=1))
    volumes = [bms.DataVolumes(volumetype="SSD", size=10)] * 2
    assert refused("BMS.1002", metal.create, flavor="physical.own", name="many", data_volumes=volumes) == \
        "Attach volume fail, server many attchment num over limit."
    assert metal.list().count == 1
    metal.done(metal.create(flavor="physical.own", data_volumes=volumes[:1]))


def test_client_token_of_another_call(slow):
    path = f"/v1/{project_of(slow.server)}/baremetalservers"

    def create(name):
        body = json.dumps({"server": {
            "imageRef": IMAGE, "flavorRef": FLAVOR, "name": name, "vpcid": "vpc-1", "availability_zone": ZONE,
            "nics": [{"subnet_id": "subnet-1"}]}}).encode()
        headers = signed("cleat", "cleat-secret", "POST", path, "", f"127.0.0.1:{slow.server.port}", body)
        status, _, reply = slow.server.http("POST", path, body, {**headers, "X-Client-Token": "once-1"})
        return status, json.loads(reply)

    first = create("one")
    assert first[0] == 200 and create("one") == first
    status, reply = create("other")
    assert (status, reply["error"]) == (400, {"code": "BMS.0018", "message": INVALID})
    assert slow.list().count == 1
