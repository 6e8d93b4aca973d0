"""Nothing of one account or project is seen or changed by another, whatever it calls: every operation of the second dialect is called
with another's things in every parameter that can hold one, beside one's own and all at once, and answers word for word what it answers
to things that exist nowhere. The operations are those of the server's tables."""

import json
import re

import pytest

from cloud import dump_fleet, load_fleet
from huawei_world import KINDS, OF_ACCOUNT, OPERATIONS, Request, World, ghost_of, kind_of, last_part

# Ids that say nothing of anybody: projects are found by their names, images and flavors are the cloud's.
OF_NOBODY = {"imageRef", "flavorRef", "flavor_id", "vpcid", "subnet_id", "enterprise_project_id", "X-Client-Token", "name", "domain_id",
             "client_token", "image_id", "backup_id", "type_id", "volume_type_id", "dedicated_storage_id"}
# Names of things that there are not: tried with one of each kind.
OF_ANYTHING = {"consistencygroup_id"}
# About tokens, which are who asks: test_huawei_tokens.py.
OF_TOKENS = {name for name, operation in OPERATIONS.items() if operation["path"] == "/v3/auth/tokens"}
CASES = [name for name in OPERATIONS if name not in OF_TOKENS]
NORMAL = [(re.compile(r'"(wwn|serial_number)":"\w+"'), "SERIAL"), (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "UUID"), (re.compile(r"\b[0-9a-f]{32}\b"), "ID"),
          (re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.]+Z?"), "TIME"), (re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b"), "ADDRESS")]


def may_hold_an_id(operation, parameter):
    last = last_part(parameter["name"])
    return last not in OF_NOBODY and bool(kind_of(operation, last) or re.search(r"(id|Id|ids|Ids|marker)$", last))


def plain(reply, given):
    """The status and text without what says which call it was, and without what the call named."""
    text = reply.text
    for value in given:
        text = text.replace(value, "GIVEN")
    for pattern, word in NORMAL:
        text = pattern.sub(word, text)
    return reply.status, text


def requests_of(operation, kinds):
    """(what is tried, request, the kinds in it that are another's)."""
    own = Request(operation)
    tried = [kind for kind in own.kinds() if kind in kinds]
    for some in [*([kind] for kind in tried), *([tried] if len(tried) > 1 else [])]:
        yield f"{some}", own, some
    for parameter in operation["parameters"]:
        if parameter.get("required") or parameter["in"] == "path" or not may_hold_an_id(operation, parameter):
            continue
        kind = kind_of(operation, parameter["name"])
        for each in {kind} & kinds if kind else sorted(kinds):
            request = Request(operation)
            request.put(parameter, f"@{each}")
            # One's own of that kind stays where the call needs it.
            yield f"{parameter['name']}={each}", Renamed(request, parameter, each), [f"tried_{each}"]


class Renamed:
    """A request in which one parameter alone holds what is tried."""

    def __init__(self, request, parameter, kind):
        self.request = request
        request.put(parameter, f"@tried_{kind}")

    def ask(self, raw, of):
        return self.request.ask(raw, of)


@pytest.fixture(scope="module")
def server(make_module_server):
    server = make_module_server()
    keys = ["zebra", "stranger", *(f"{word}-{name}" for name in OPERATIONS for word in ("own", "asker", "twin"))]
    load_fleet(server, {"cleat_fleet": 1, "accounts": [
        {"id": f"20000000{number:08}", "name": key.replace(".", "-"), "realm": "huawei",
         "access_keys": [{"id": key, "secret": "cleat-secret"}]} for number, key in enumerate(keys)]})
    return server


@pytest.fixture(scope="module")
def there(server):
    return World(server, "zebra")


@pytest.fixture(params=["another account", "another project"])
def worlds(request, server, there, name):
    """Whose things are tried, and a world of one's own: of somebody else, or of the same account in another region's project."""
    if request.param == "another project":
        return World(server, f"twin-{name}"), World(server, f"twin-{name}", "cn-east-3")
    return there, World(server, f"asker-{name}")


def view(world):
    """What it sees itself."""
    seen = {}
    for name, operation in OPERATIONS.items():
        if operation["method"] == "GET" and re.search("project_id", operation["path"]):
            # Replies that say which request they answer do so each time otherwise.
            seen[name] = re.sub('"request_id":"[0-9a-f]{32}"', "", Request(operation).ask(world.raw, world.of).text)
    return json.dumps(seen)


@pytest.mark.parametrize("name", CASES)
def test_it_is_done_with_things_of_ones_own(server, name):
    """Otherwise a call might be refused before it gets to the value of another; huawei_world.FEED says how it is called."""
    world = World(server, f"own-{name}")
    reply = Request(OPERATIONS[name]).ask(world.raw, world.of)
    assert 200 <= reply.status < 300, reply.text


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_seen_or_changed(server, worlds, name):
    there, asker = worlds
    before = view(there), dump_fleet(server, f"?account={account_of(there)}") if asker.raw.key != there.raw.key else None
    # Who has both projects may name both, and what is the account's.
    ids = {kind: one for kind, one in there.ids.items() if asker.raw.key != there.raw.key or kind not in ("project", *OF_ACCOUNT)}
    needles = set(ids.values())
    for what, request, kinds in requests_of(OPERATIONS[name], set(ids)):
        theirs = {**asker.of, **{kind: there.of[kind.removeprefix("tried_")] for kind in kinds}}
        nowhere = {**asker.of, **{kind: ghost_of([kind.removeprefix("tried_")])[kind.removeprefix("tried_")] for kind in kinds}}
        reply, same = request.ask(asker.raw, theirs), request.ask(asker.raw, nowhere)
        given = {there.of[kind.removeprefix("tried_")] for kind in kinds}
        assert plain(reply, given) == plain(same, {nowhere[kind] for kind in kinds}), \
            f"{name} {what} is answered otherwise than for what exists nowhere"
        told = [needle for needle in needles - given if needle in reply.text]
        assert not told, f"{name} {what} tells {told}"
    reply = Request(OPERATIONS[name]).ask(asker.raw, asker.of)
    if "project_id" in OPERATIONS[name]["path"]:
        told = {kind for kind, needle in ids.items() if needle in reply.text}
        assert not told, f"{name} tells of another's {told}"
    after = view(there), dump_fleet(server, f"?account={account_of(there)}") if asker.raw.key != there.raw.key else None
    assert after == before, f"{name} has changed something of another"


def account_of(world):
    return world.raw("GET", "/v3/auth/domains").json["domains"][0]["id"]


def test_every_name_of_an_id_is_known():
    """A new parameter that may hold somebody's thing has a kind in huawei_world.KINDS, or is tried with everything (OF_ANYTHING), or says
    nothing of anybody (OF_NOBODY)."""
    unknown = sorted({f"{operation['name']} {each['name']}" for operation in OPERATIONS.values() for each in operation["parameters"]
                      if may_hold_an_id(operation, each) and not kind_of(operation, each["name"])
                      and last_part(each["name"]) not in OF_ANYTHING})
    assert not unknown, unknown
    assert KINDS["server_id"] == "server"


def test_projects_are_those_of_the_account_alone(server, there):
    other = World(server, "stranger")
    mine = {each["id"] for each in there.raw("GET", "/v3/projects").json["projects"]}
    theirs = {each["id"] for each in other.raw("GET", "/v3/projects").json["projects"]}
    assert len(mine) > 1 and not mine & theirs
