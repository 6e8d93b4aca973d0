"""What clients write onto volumes and snapshots for themselves: kept, shown, limited, refused."""

import json

import pytest

from cloud import dump_fleet, fleet_of, load_fleet
from huawei_raw import Raw
from huawei_world import NOTHING

PAIRS_MAX, TEXT_MAX = 32, 255
MANY = {f"name-{number}": "x" for number in range(PAIRS_MAX)}
LONG = {"n" * TEXT_MAX: "值" * TEXT_MAX}
TOO_MUCH = (400, "badRequest", "Invalid metadata: at most 32 items, names and values of at most 255 characters.")
WRONG = [{**MANY, "one": "more"}, {"n" * (TEXT_MAX + 1): "x"}, {"n": "x" * (TEXT_MAX + 1)}, {"": "x"}]
UNKNOWN = {"volumes": f"Volume {NOTHING} could not be found.", "snapshots": f"Snapshot {NOTHING} could not be found."}


@pytest.fixture
def raw(shared_server):
    return Raw(shared_server)


def make(raw, kind, family="cinder", **more):
    """The reply to making one."""
    volume = {"size": 10, "volume_type": "SSD", "availability_zone": raw.zone, **more}
    if kind == "volumes":
        return raw("POST", {"cinder": "/v3/{project}/volumes", "evs": "/v2.1/{project}/cloudvolumes"}[family], {"volume": volume})
    return raw("POST", {"cinder": "/v3/{project}/snapshots", "evs": "/v2/{project}/cloudsnapshots"}[family],
               {"snapshot": {"volume_id": raw.make_volume(), **more}})


def id_of(reply):
    assert reply.status == 202, reply.text
    return reply.json.get("volume_ids", [None])[0] or next(iter(reply.json.values()))["id"]


@pytest.fixture(params=["volumes", "snapshots"])
def kind(request):
    return request.param


class Metadata:
    """Of one thing."""

    def __init__(self, raw, kind, thing):
        self.raw, self.path = raw, f"/v3/{{project}}/{kind}/{thing}/metadata"
        self.service = set(raw("GET", self.path).json["metadata"]) & {"hw:passthrough", "readonly"}

    def __call__(self, method, pairs=None, tail=""):
        return self.raw(method, self.path + tail, {"metadata": pairs} if pairs is not None else b"")

    def own(self):
        shown = self("GET").json["metadata"]
        return {name: value for name, value in shown.items() if name not in self.service}


@pytest.mark.parametrize("family", ["cinder", "evs"])
def test_it_is_kept_from_the_first(raw, kind, family):
    thing = id_of(make(raw, kind, family, metadata={"who": "me", **LONG}))
    assert Metadata(raw, kind, thing).own() == {"who": "me", **LONG}
    shown = next(iter(raw("GET", f"/v3/{{project}}/{kind}/{thing}").json.values()))
    assert shown["metadata"]["who"] == "me"
    if kind == "volumes":
        found = raw("GET", "/v3/{project}/volumes/detail?metadata=" + '{"who":"me"}').json["volumes"]
        assert thing in [each["id"] for each in found]


def test_it_is_set_replaced_and_taken_off(raw, kind):
    it = Metadata(raw, kind, id_of(make(raw, kind)))
    assert it.own() == {}
    assert it("POST", {"a": "1", "b": "2"}).json["metadata"].items() >= {"a": "1", "b": "2"}.items()
    assert it("POST", {"b": "3", "c d/é": ""}).status == 200
    assert it.own() == {"a": "1", "b": "3", "c d/é": ""}
    deleted = it("DELETE", tail="/a")
    assert (deleted.status, deleted.body) == (200, b"")
    assert it("DELETE", tail="/a").fault == (404, "itemNotFound", "Metadata item was not found")
    assert it("PUT", MANY).status == 200 and it.own() == MANY
    assert it("PUT", {}).status == 200 and it.own() == {}


def test_it_has_limits(raw, kind):
    it = Metadata(raw, kind, id_of(make(raw, kind)))
    assert it("POST", MANY).status == 200
    for method, wrong in [("POST", {"one": "more"}), *((method, wrong) for method in ("POST", "PUT") for wrong in WRONG)]:
        assert it(method, wrong).fault == TOO_MUCH
    assert it.own() == MANY
    for wrong in WRONG:
        assert make(raw, kind, metadata=wrong).fault == TOO_MUCH
        assert make(raw, kind, "evs", metadata=wrong).fault == (400, "EVS.1005", "size of metadata is too large!")
    assert make(raw, kind, metadata=MANY).status == 202


def test_of_what_is_not_there(raw, kind):
    it = Metadata.__new__(Metadata)
    it.raw, it.path = raw, f"/v3/{{project}}/{kind}/{NOTHING}/metadata"
    for reply in (it("GET"), it("POST", {"a": "b"}), it("PUT", {"a": "b"}), it("DELETE", tail="/a")):
        assert reply.fault == (404, "itemNotFound", UNKNOWN[kind])


def test_what_the_service_says_of_a_volume_is_not_the_clients(raw):
    it = Metadata(raw, "volumes", raw.make_volume())
    shown = it("GET").json["metadata"]
    assert it("PUT", {**shown, "mine": "x"}).status == 200 and it("GET").json["metadata"] == {**shown, "mine": "x"}
    for pairs in ({"hw:passthrough": "true"}, {"readonly": "True"}, {"__system__encrypted": "1"}):
        for method in ("POST", "PUT"):
            assert it(method, pairs).fault == (400, "badRequest", "Invalid input for field/attribute metadata.")
    assert it("DELETE", tail="/readonly").fault[0] == 404
    assert it("GET").json["metadata"] == {**shown, "mine": "x"}


def test_not_of_a_volume_that_is_being_made(server):
    raw = Raw(server)
    server.control("POST", "/_cleat/faults", {"operation": "cinder.CreateVolume", "effect": "job-never-ends"})
    it = Metadata(raw, "volumes", id_of(make(raw, "volumes")))
    for reply in (it("POST", {"a": "b"}), it("PUT", {"a": "b"}), it("DELETE", tail="/a")):
        assert reply.fault == (400, "badRequest", "Invalid volume: Volume is being made or deleted.")


def test_it_survives_a_kill_and_is_in_the_fleet(make_server):
    server = make_server(durable=True)
    raw = Raw(server)
    things = {kind: id_of(make(raw, kind, metadata={"who": 'a "b"'})) for kind in ("volumes", "snapshots")}
    server.kill9()
    server.start()
    fleet = json.loads(dump_fleet(server))
    load_fleet(server, fleet)
    for kind, thing in things.items():
        assert Metadata(raw, kind, thing).own() == {"who": 'a "b"'}


@pytest.mark.parametrize("metadata", ["x", "[]", '{"a": 1}', json.dumps(WRONG[0]), json.dumps(WRONG[1])])
@pytest.mark.parametrize("kind", ["disks", "snapshots"])
def test_fleets_with_wrong_metadata_are_refused(server, kind, metadata):
    disk = {"id": "4" + NOTHING[1:], "region": "cn-north-4", "zone": "cn-north-4a", "category": "SSD", "size_gib": 10}
    snapshot = {"id": "6" + NOTHING[1:], "disk": disk["id"], "region": "cn-north-4", "disk_type": "data", "disk_category": "SSD",
                "size_gib": 10}
    fleet = {"disks": [disk], "snapshots": [snapshot]}
    fleet[kind][0]["metadata"] = metadata
    refused = load_fleet(server, fleet_of(id="2000000000000078", realm="huawei", **fleet), status=400)
    assert "metadata" in json.dumps(refused)
