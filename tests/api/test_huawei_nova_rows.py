"""What the Nova-compatible API refuses, state by state and thing by thing, with its exact codes and words."""

import pytest

from bare_metal import BareMetal
from cloud import fleet_of, load_fleet
from cloud_server import CloudServers
from test_huawei_bms_rows import WAYS
from test_huawei_bms_volumes import fleet_server
from test_huawei_nova import Nova, fault
from test_huawei_story import FLAVOR

ACTIONS = {"start": {"os-start": None}, "stop": {"os-stop": None}, "reboot": {"reboot": {"type": "HARD"}}}
VERBS = (*ACTIONS, "delete")
VIRTUAL, OF_OWN_TYPE = {"type": FLAVOR}, {"type": "own.small"}


def act(nova, verb, server):
    if verb == "delete":
        return nova.call("DELETE", f"/servers/{server}")
    return nova.call("POST", f"/servers/{server}/action", json=ACTIONS[verb])


def status(nova, server):
    return nova.get(f"/servers/{server}")["server"]["status"]


@pytest.fixture
def of_fleet(make_server):
    """of_fleet(...) -> the client of a server that has that, the id of its server and that of its volume"""
    def make(catalogue=None, **fleet):
        server = make_server()
        instance, disk, rest = fleet_server(**fleet)
        whole = fleet_of(realm="huawei", **rest)
        if catalogue:
            whole["catalogue"] = {"instance_types": [{"id": "own.small", "realm": "huawei", **catalogue}]}
        load_fleet(server, whole)
        return Nova(server), instance, disk

    return make


# ---- switching and deleting

STATES = {  # what Nova calls them, and the verbs that it refuses there; nothing else is
    "building": ("task_state spawning", VERBS),
    "on": ("vm_state active", ("start",)),
    "stopping": ("task_state powering-off", tuple(ACTIONS)),
    "off": ("vm_state stopped", ("stop", "reboot")),
    "starting": ("task_state powering-on", tuple(ACTIONS)),
    "rebooting": ("task_state reboot_started_hard", tuple(ACTIONS)),
    "deleting": ("task_state deleting", VERBS),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", STATES)
def test_verbs_in_each_state(make_server, state, verb):
    servers = CloudServers(make_server(clock="manual", pace="real"))
    nova, server = Nova(servers.server), servers.create().server_ids[0]
    for step in WAYS[state]:
        getattr(servers, step)(server) if step else servers.server.advance(3600)
    word, refused = STATES[state]
    before, answer = nova.get(f"/servers/{server}"), act(nova, verb, server)
    if verb in refused:
        # Of what is being made nothing can be deleted, which is told in other words.
        word = "vm_state building" if (state, verb) == ("building", "delete") else word
        assert answer == fault("conflictingRequest", 409, f"Cannot '{verb}' instance {server} while it is in {word}")
        assert nova.get(f"/servers/{server}") == before
    else:
        assert answer == ((204 if verb == "delete" else 202), None)


@pytest.mark.parametrize("lock", ["security", "financial", "recycling"])
@pytest.mark.parametrize("verb, state", [("start", "stopped"), ("stop", "running"), ("reboot", "running"), ("delete", "running")])
def test_locked_servers_stand(of_fleet, verb, state, lock):
    nova, server, _ = of_fleet(instance={"locks": [lock], "state": state})
    before, answer = status(nova, server), act(nova, verb, server)
    if lock == "recycling" and verb != "delete":
        assert answer == (202, None)
        return
    assert answer == fault("conflictingRequest", 409, f"Instance {server} is locked")
    assert status(nova, server) == before


def test_protected_server_is_not_deleted(of_fleet):
    nova, server, _ = of_fleet(instance={"deletion_protection": True})
    assert act(nova, "delete", server) == fault("conflictingRequest", 409, f"Instance {server} is locked")
    assert status(nova, server) == "ACTIVE"


def test_server_without_a_system_disk_does_not_start(of_fleet):
    nova, server, _ = of_fleet(instance={"state": "stopped"})
    metal = BareMetal(nova.server)
    metal.done(metal.detach(server, metal.root(server)))
    assert act(nova, "start", server) == fault("conflictingRequest", 409, f"Instance {server} has no root device")
    assert status(nova, server) == "SHUTOFF"


def test_flavor_that_is_not_there_says_nothing(shared_server):
    assert Nova(shared_server).call("GET", "/flavors/none/os-extra_specs") == \
        fault("itemNotFound", 404, "Flavor none could not be found.")


# ---- volumes


def bad(why):
    return fault("badRequest", 400, "Invalid volume: " + why)


@pytest.mark.parametrize("more, why", [
    ({"instance": VIRTUAL, "disk": {"portable": False}}, "volume '{volume}' cannot leave its instance"),
    ({"instance": VIRTUAL, "disk": {"overdue": True}}, "volume '{volume}' is frozen"),
    ({"disk": {"type": "system", "size_gib": 40}}, "volume '{volume}' is the system disk of another server"),
    ({"instance": OF_OWN_TYPE, "catalogue": {"hot_unplug": False}}, "the flavor of instance {server} takes no volumes while it runs"),
    ({"instance": OF_OWN_TYPE, "catalogue": {"multi_attach": False}, "disk": {"multi_attach": True}},
     "the flavor of instance {server} takes no volumes that are shared"),
])
def test_volume_that_is_not_attached(of_fleet, more, why):
    nova, server, volume = of_fleet(**{**more, "disk": {"attachments": [], **more.get("disk", {})}})
    before = nova.volumes(server)
    assert nova.attach(server, volume) == bad(why.format(server=server, volume=volume))
    assert nova.volumes(server) == before and volume not in [each["id"] for each in before]


@pytest.mark.parametrize("more, why", [
    ({"instance": VIRTUAL, "disk": {"portable": False}}, "volume '{volume}' cannot leave its instance"),
    ({"instance": OF_OWN_TYPE, "catalogue": {"hot_unplug": False}},
     "the flavor of instance {server} gives no volumes back while it runs"),
])
def test_volume_that_is_not_detached(of_fleet, more, why):
    nova, server, volume = of_fleet(**more)
    assert nova.detach(server, volume) == bad(why.format(server=server, volume=volume))
    assert volume in [each["id"] for each in nova.volumes(server)]


def test_volume_is_shared_by_so_many(make_server):
    server = make_server()
    ids = [f"00000000-0000-4000-8000-0000000000{n:02x}" for n in range(17)]
    _, volume, rest = fleet_server(instance=VIRTUAL, disk={
        "multi_attach": True, "attachments": [{"instance": each} for each in ids[:16]]})
    rest["instances"] = [{**rest["instances"][0], "id": each} for each in ids]
    load_fleet(server, fleet_of(realm="huawei", **rest))
    nova = Nova(server)
    assert nova.attach(ids[16], volume) == bad(f"volume {volume} is attached as often as can be")
    assert nova.detach(ids[0], volume) == (202, None)
    assert nova.attach(ids[16], volume)[0] == 200
