"""Nothing of one account is seen or changed by another, whatever it calls: every operation of every product is called with another
account's values in every parameter that can hold one, and answers word for word what it answers to values that exist nowhere.

Those that exist nowhere are real ones as well: of an account that was made in the same way and removed. Who asks has one of
everything itself, so that a call gets as far as the value it is tried with; and there are two of them, one for each, so that what
their calls change is the same."""

import contextlib
import json
import re
import sqlite3
import subprocess
import uuid

import pytest

from cloud import Cloud, dump_fleet, text_of
from conftest import BINARY, ROOT, WRAPPER
from products import STS, ask, call
from world import ANY, FEED, HOLDS, LATER, OF_NO_ACCOUNT, VERSIONS, WRITTEN, World

SECRET = "cleat-secret"
RESOURCE_TYPES = ("instance", "disk", "snapshot", "securitygroup", "eni", "VPC", "VSWITCH", "vpc", "vswitch", "scalinggroup")
TEXTS = ("text", "list of texts", "JSON list of texts")
MADE_ANEW = [  # ids, serials, addresses and moments of what a call has made
    (re.compile(r"\b[a-z]{1,4}-[a-z0-9]{12,24}\b"), "ID"), (re.compile(r"\b[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\b"), "UUID"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT[\d:.]+Z"), "TIME"), (re.compile(r"\b(172\.16|10\.0)\.\d+\.\d+\b"), "ADDRESS"),
    (re.compile(r"\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b"), "MAC"), (re.compile(r"\b[a-z0-9]{20}\b"), "SERIAL"),
    (re.compile(r"\bSTS\.\w+|\bLTAI\w+"), "KEY"), (re.compile(r'"(AccessKeySecret|SecurityToken|AssumedRoleId|NextToken)":"[^"]*"'), r'"\1":""')]


def apis():
    """As the binary names them."""
    text = subprocess.run([*WRAPPER, str(BINARY), "reference", "--help"], check=True, capture_output=True, text=True).stdout
    return re.search(r"operations of an API \(([^)]*)\)", " ".join(text.split()))[1].split(", ")


def reference_of(api):
    done = subprocess.run([*WRAPPER, str(BINARY), "reference", "--json", api], check=True, capture_output=True, text=True)
    return {each["name"]: each["parameters"] for each in json.loads(done.stdout)["operations"]}


def edition(parameters, later=False):
    """The parameters of one edition, under its names."""
    return [{**each, "name": each.get("later", each["name"]) if later else each["name"]} for each in parameters
            if each.get("edition") != ("first" if later else "later")]


def spelled_later(call_, parameters):
    """A call in the names of the later edition."""
    names = {each["name"]: each["later"] for each in parameters if "later" in each}

    def spelled(name):
        numbers = iter(re.findall(r"\.(\d+)(?=\.|$)", name))
        found = re.sub(r"\.\d+(?=\.|$)", ".N", name)
        return re.sub(r"\.N(?=\.|$)", lambda _: f".{next(numbers)}", names.get(found, found))

    return {spelled(name): value for name, value in call_.items()}


SECOND = {api for api in apis() if api.startswith("huawei-")}  # found by path: test_huawei_isolation.py
REFERENCE = {api: reference_of(api) for api in apis() if api not in {*OF_NO_ACCOUNT, *SECOND}}
OPERATIONS = {api: {name: edition(parameters) for name, parameters in operations.items()} for api, operations in REFERENCE.items()}
for _later, (_api, _version) in LATER.items():
    OPERATIONS[_later] = {name: edition(parameters, later=True) for name, parameters in REFERENCE[_api].items()}
    FEED[_later] = {name: spelled_later(FEED[_api][name], parameters) for name, parameters in REFERENCE[_api].items() if name in FEED[_api]}
    VERSIONS[_later] = _version
CASES = [(api, action) for api, operations in OPERATIONS.items() for action in operations]


def last_part(name):
    return name.removesuffix(".N").rsplit(".", 1)[-1]


def may_hold_an_id(parameter):
    return re.search(r"(Id|Ids|IDs|Arn|Ari|Aris|Token|TagKey|OwnerAccount)$", last_part(parameter["name"]))


def test_every_operation_can_be_fed():
    assert set(OPERATIONS) == set(VERSIONS) == set(FEED), "an API that this test cannot call"
    assert {api for api, operations in REFERENCE.items() if any("later" in each or "edition" in each for parameters in
            operations.values() for each in parameters)} == {api for api, _ in LATER.values()}, "an edition that is not called"
    assert {each.stem for each in (ROOT / "docs" / "reference").glob("*.md")} == {*REFERENCE, *OF_NO_ACCOUNT, *SECOND}, "an API that is not named"
    missing = [f"{api} {action}" for api, action in CASES if action not in FEED[api]]
    assert not missing, f"world.FEED does not say how these are called: {missing}"
    gone = [f"{api} {action}" for api, rows in FEED.items() for action in rows if action not in OPERATIONS[api]]
    assert not gone, f"no operations any more: {gone}"
    unknown = sorted({f"{api} {action} {each['name']}" for api, action in CASES for each in OPERATIONS[api][action]
                      if may_hold_an_id(each) and last_part(each["name"]) not in HOLDS})
    assert not unknown, f"world.HOLDS does not say what may be in these: {unknown}"


@pytest.mark.parametrize("api,action", CASES, ids=[f"{api}-{action}" for api, action in CASES])
def test_it_is_done_with_things_of_ones_own(tried, api, action):
    """Otherwise a call might be refused before it gets to the value of another."""
    with pair(tried[0], api, action) as (one, _):
        reply = ask(one.cloud, VERSIONS[api], action, one.feed(api, action))
        assert reply.status == 200, reply.text


# ---- the two whose values are tried


class Watch:
    """What an account has, as the store and its own calls show it."""

    def __init__(self, server, world):
        self.server, self.world = server, world

    def rows(self):
        """{table: its rows}, of a backup: the store itself is its server's alone."""
        _, _, copy = self.server.http("GET", "/_cleat/backup", headers={"Authorization": f"Bearer {self.server.token}"})
        file = self.server.folder / "copy.db"
        file.write_bytes(copy)
        with contextlib.closing(sqlite3.connect(file)) as database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            columns = {name: [row[1] for row in database.execute(f"PRAGMA table_info({name})")] for name in tables}
            return {name: sorted(database.execute(f"SELECT * FROM {name} WHERE {'id' if name == 'account' else 'account'} = ?",
                                                  (self.world.of["account"],)).fetchall(), key=repr)
                    for name in tables if name == "account" or "account" in columns[name]}

    def texts(self):
        return {text for rows in self.rows().values() for row in rows for text in row if isinstance(text, str) and len(text) >= 8}

    def view(self):
        """What it is told when it looks itself."""
        return {f"{api} {action}": plain(ask(self.world.cloud, VERSIONS[api], action, self.world.feed(api, action)), sort=False)
                for api, action in CASES if re.match("Describe|List|Get|Query", action)}

    def dump(self):
        return dump_fleet(self.server, f"?account={self.world.of['account']}")


def world_of(server, key, word):
    return World(Cloud(server, key_id=key, secret=SECRET), word).make()


@pytest.fixture(scope="module")
def tried(make_module_server):
    server = make_module_server(accounts="auto")
    there, nowhere, plain_one = (world_of(server, f"test-{word}", word) for word in ("zebra", "ghost", "plain"))
    tokens = {(api, action): (there.next_token(api, action), nowhere.next_token(api, action)) for api, action in CASES
              if any(each["name"] == "NextToken" for each in OPERATIONS[api][action])}
    server.control("POST", "/_cleat/fleet/reset?account=test-ghost")
    watch = Watch(server, there)
    # What another has as well tells nothing of it.
    needles = (watch.texts() - Watch(server, plain_one).texts()) | set(there.of.values())
    return server, watch, nowhere, tokens, needles


def test_what_is_tried_is_there(tried):
    _, watch, nowhere, tokens, needles = tried
    assert {table for table, rows in watch.rows().items() if rows} >= {
        "account", "attachment", "backend", "client_token", "db_instance", "db_white_list", "disk", "event", "instance", "job",
        "lifecycle_action", "lifecycle_hook", "load_balancer", "scaling_activity", "scaling_configuration", "scaling_disk",
        "scaling_group", "scaling_member", "scaling_rule", "security_group", "security_group_rule", "snapshot", "tag",
        "temporary_key", "vpc", "vswitch"}
    assert {kind for kinds in HOLDS.values() for kind in kinds} <= {*watch.world.of, "next_token"}
    assert set(watch.world.of) == set(nowhere.of)
    assert set(watch.world.of.values()) <= needles and len(needles) > len(watch.world.of) + 20
    assert any(one != "zebra-next-token" for one, _ in tokens.values())


# ---- trying


def plain(reply, sort=True):
    """The reply without what differs each time."""
    text = reply.text
    for pattern, word in MADE_ANEW:
        text = pattern.sub(word, text)
    found = json.loads(text) if text.startswith("{") else text
    if isinstance(found, dict):
        for name in ("RequestId", "HostId", "Recommend"):
            found.pop(name, None)
    return reply.status, json.dumps(sorted_lists(found) if sort else found, sort_keys=True)


def sorted_lists(value):
    if isinstance(value, dict):
        return {name: sorted_lists(each) for name, each in value.items()}
    if isinstance(value, list):
        return sorted((sorted_lists(each) for each in value), key=lambda each: json.dumps(each, sort_keys=True))
    return value


def with_value(base, parameter, values):
    """The call with other values in one parameter; None if it takes no list of them."""
    name, form = parameter["name"], parameter["type"]
    first = name.replace(".N", ".1")
    if form == "JSON list of texts":
        return {**base, name: json.dumps(values)}
    if form == "list of texts":
        kept = {each: value for each, value in base.items() if not each.startswith(name[:-1])}
        return {**kept, **{name[:-1] + str(i + 1): value for i, value in enumerate(values)}}
    if len(values) > 1:
        return {**base, name: ",".join(values)} if name in ("TaskIds", "InstanceIDs") else None
    values = [WRITTEN.get(name, text_of)(value) for value in values]
    more = {first.replace(".Value", ".Key"): base.get(first.replace(".Value", ".Key"), "own")} if first.endswith(".Value") else {}
    return {**base, **more, first: values[0]}


def regions_of(api, action, call_, regions):
    if not any(each["name"] == "RegionId" for each in OPERATIONS[api][action]):
        return [call_]
    return [{name: value for name, value in {**call_, "RegionId": region}.items() if value is not None} for region in regions]


def variants(api, action, own, other, token):
    """The calls of `own` with values of `other`: one in each parameter, beside one's own, all at once; in regions."""
    base, parameters = own.feed(api, action), OPERATIONS[api][action]
    of = {**other.of, "next_token": token}
    every = dict(base)
    for parameter in sorted(parameters, key=lambda each: not may_hold_an_id(each)):
        kinds = HOLDS.get(last_part(parameter["name"]), ANY if parameter["type"] in TEXTS else ())
        for kind in kinds:
            tried_call = with_value(base, parameter, [of[kind]])
            yield from regions_of(api, action, tried_call, ("cn-hangzhou", "cn-beijing", None) if may_hold_an_id(parameter) else
                                  (base.get("RegionId"),))
        if kinds and parameter["type"] != "text" or parameter["name"] in ("TaskIds", "InstanceIDs"):
            for values in ([own.of.get(kinds[0], "x"), of[kinds[0]]], [of[kind] for kind in kinds]):
                tried_call = with_value(base, parameter, values)
                if tried_call:
                    yield tried_call
        if kinds and may_hold_an_id(parameter):
            every = with_value(every, parameter, [of[kinds[0]]])
    for resource in (each for each in parameters if last_part(each["name"]) == "ResourceId"):
        for kind in HOLDS["ResourceId"]:
            for word in RESOURCE_TYPES:
                yield {**with_value(base, resource, [of[kind]]), "ResourceType": word}
    yield from regions_of(api, action, every, REGIONS)


REGIONS = []


@pytest.fixture(scope="module", autouse=True)
def regions(tried):
    server = tried[0]
    REGIONS[:] = [each["RegionId"] for each in Cloud(server).DescribeRegions()["Regions"]["Region"]]
    assert {"cn-hangzhou", "cn-beijing"} < set(REGIONS)


@contextlib.contextmanager
def pair(server, api, action):
    """Two accounts that ask."""
    keys = {word: f"test-{word}-{api}-{action}".replace(" ", "-") for word in ("asker", "taker")}
    worlds = []
    try:
        worlds += [world_of(server, key, word) for word, key in keys.items()]
        yield worlds
    finally:
        for world in worlds:
            world.let_go()
        for key in keys.values():
            server.control("POST", f"/_cleat/fleet/reset?wait=true&account={key}")


def swapped(text, pairs):
    for one, two in pairs:
        text = text.replace(two, one)
    return text


@contextlib.contextmanager
def held(there, nowhere, api, action):
    """What of another is under way only while it is tried."""
    if "@held_action" not in FEED[api][action].values():
        yield
        return
    there.hold()
    nowhere.of["held_action"] = str(uuid.uuid4()).upper()
    yield
    there.let_go()


@pytest.mark.parametrize("api,action", CASES, ids=[f"{api}-{action}" for api, action in CASES])
def test_nothing_is_seen_or_changed(tried, api, action):
    server, watch, nowhere, tokens, needles = tried
    there = watch.world
    token = tokens.get((api, action), ("", ""))
    with held(there, nowhere, api, action), pair(server, api, action) as (one, two):
        before = watch.rows()
        pairs = [(a[kind], b[kind]) for a, b in ((there.of, nowhere.of), (one.of, two.of)) for kind in a]
        pairs += [("zebra", "ghost"), ("asker", "taker"), *([token] if token[0] else [])]
        n = 0
        for mine, theirs in zip(variants(api, action, one, there, token[0]), variants(api, action, two, nowhere, token[1])):
            reply = ask(one.cloud, VERSIONS[api], action, mine)
            same = ask(two.cloud, VERSIONS[api], action, theirs)
            told = [needle for needle in needles if needle in reply.text and not any(needle in text_of(value) for value in mine.values())]
            assert not told, f"{action} {mine} tells {told}"
            same.body = swapped(same.text, pairs).encode()
            assert plain(reply) == plain(same), f"{action} {mine} is answered otherwise than for what exists nowhere"
            n += 1
        assert n or not OPERATIONS[api][action]
        assert watch.rows() == before, f"{action} has changed something of another account"


@pytest.fixture(scope="module")
def at_first(tried):
    _, watch, _, _, _ = tried
    return watch.dump(), watch.view(), watch.rows()


def test_whole_state_is_as_before(tried, at_first):
    """After calls of everything by another, in its own world: what was not tried with a value is not changed either."""
    server, watch, _, _, _ = tried
    dump, view, rows = at_first
    with pair(server, "all", "operations") as (one, _):
        for api, action in CASES:
            ask(one.cloud, VERSIONS[api], action, one.feed(api, action))
        for api, action in CASES:
            for tried_call in variants(api, action, one, watch.world, ""):
                ask(one.cloud, VERSIONS[api], action, tried_call)
    assert watch.rows() == rows and watch.dump() == dump and watch.view() == view


def test_temporary_keys_and_tokens_of_another(tried):
    """Its token with one's own key, and one's own with its key."""
    server, watch, _, _, _ = tried
    asker = Cloud(server, key_id="test-asker", secret=SECRET)
    keys = [call(each, STS, "AssumeRole", RoleArn=f"acs:ram::{call(each, STS, 'GetCallerIdentity')['AccountId']}:role/r",
                 RoleSessionName="alice")["Credentials"] for each in (watch.world.cloud, asker)]
    theirs, mine = keys
    for key in ((mine["AccessKeyId"], mine["AccessKeySecret"], theirs["SecurityToken"]), ("test-asker", SECRET, theirs["SecurityToken"])):
        assert ask(asker, VERSIONS["ecs"], "DescribeDisks", key=key).fault[1] == "InvalidSecurityToken.MismatchWithAccessKey"
    assert ask(asker, VERSIONS["ecs"], "DescribeDisks", key=(theirs["AccessKeyId"], mine["AccessKeySecret"], mine["SecurityToken"])
               ).fault[1] == "SignatureDoesNotMatch"
