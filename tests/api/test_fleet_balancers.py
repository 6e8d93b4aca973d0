"""Load balancers and database instances of the fleet file: put into a server, given out again, refused with the line of each
mistake, changed by themselves."""

import json

import pytest

from cloud import dump_fleet, fleet_of, fleet_set, load_fleet
from test_fleet import FLEET, problems, two_accounts

INSTANCES = [{"id": "i-1"}, {"id": "i-2", "state": "stopped"}, {"id": "i-far", "region": "cn-beijing"}]
BALANCER = {"id": "lb-1", "listeners": ["tcp:80"]}
DB = {"id": "rm-1"}


def world(**account):
    return fleet_of(instances=INSTANCES, **account)


def dumped(server):
    return json.loads(dump_fleet(server))["accounts"][0]


def test_what_is_not_said_is_made_up_once(server):
    load_fleet(server, world(load_balancers=[BALANCER, {"address_type": "intranet", "status": "locked",
                                                        "backends": [{"instance": "i-1"}, {"instance": "i-2", "weight": 0}]}],
                             db_instances=[DB, {"engine": "PostgreSQL", "charge_type": "pre-paid",
                                                "ip_arrays": [{"name": "own_1", "addresses": ["10.0.0.0/8", "10.0.0.1"]}]}]))
    account = dumped(server)
    one, two = account["load_balancers"]
    assert (one["name"], one["status"], one["region"], one["address"]) == ("lb-1", "active", "cn-hangzhou", "203.0.113.1")
    assert "backends" not in one and "health_check" not in one
    assert two["id"].startswith("lb-bp1") and two["address"].startswith("10.255.")
    assert [(each["instance"], each["weight"]) for each in two["backends"]] == [("i-1", 100), ("i-2", 0)]
    one, two = account["db_instances"]
    assert (one["engine"], one["engine_version"], one["status"], one["description"]) == ("MySQL", "8.0", "running", "rm-1")
    assert [(each["name"], each["addresses"]) for each in one["ip_arrays"]] == [("default", ["127.0.0.1"])]
    assert two["id"].startswith("rm-bp1") and two["engine_version"] == "15.0" and two["expires_at"]
    assert [(each["name"], each["addresses"]) for each in two["ip_arrays"]] == [
        ("default", ["127.0.0.1"]), ("own_1", ["10.0.0.0/8", "10.0.0.1"])]


def test_what_was_given_out_loads_to_the_same(server, make_server):
    load_fleet(server, world(
        load_balancers=[{**BALANCER, "health_check": False, "backends": [
            {"instance": "i-2", "created_at": "2026-01-01T00:00:00Z"}, {"instance": "i-1", "description": "first"}]}, {}],
        db_instances=[{**DB, "ip_arrays": [{"name": "hidden_one", "attribute": "hidden", "addresses": ["10.0.0.1"]}]}, {}]))
    text = dump_fleet(server, "?secrets=true")
    other = make_server()
    for each in (server, other):
        load_fleet(each, text)
    account = json.loads(text)["accounts"][0]["id"]
    for query in ("?secrets=true", f"?secrets=true&account={account}"):
        assert dump_fleet(server, query) == (text if "account" not in query else dump_fleet(other, query))


@pytest.mark.parametrize("durable", [True, False], ids=["after a kill", "at once"])
def test_load_and_reset_remove_what_was_there(make_server, durable):
    server = make_server(durable=durable)
    load_fleet(server, world(load_balancers=[BALANCER], db_instances=[DB]))
    if durable:
        server.kill9()
        server.start()
        assert dumped(server)["load_balancers"][0]["id"] == "lb-1"
    load_fleet(server, world(load_balancers=[{"id": "lb-2"}]))
    account = dumped(server)
    assert [each["id"] for each in account["load_balancers"]] == ["lb-2"] and "db_instances" not in account
    server.control("POST", FLEET + "/reset")
    assert "load_balancers" not in dumped(server)


BALANCER_MISTAKES = [
    ([{"id": "lb/1"}], "[0].id: an id is 1 to 64 letters"),
    ([BALANCER, BALANCER], '[1].id: "lb-1" is there twice'),
    ([{"id": "i-1"}], "[0].id: \"i-1\" is the id of a thing of another kind: the account's instance"),
    ([{"region": "mars"}], '[0].region: there is no region "mars"'),
    ([{"zone": "cn-hangzhou-z"}], '[0].zone: there is no zone "cn-hangzhou-z"'),
    ([{"status": "sleepy"}], '[0].status: "sleepy" is not "active", "inactive" or "locked"'),
    ([{"address_type": "x"}], '[0].address_type: "x" is not "internet" or "intranet"'),
    ([{"listeners": ["tcp"]}], '[0].listeners: "tcp" is not a protocol'),
    ([{"listeners": ["tcp:0"]}], '[0].listeners: "tcp:0" is not a protocol'),
    ([{"listeners": ["tcp:080"]}], '[0].listeners: "tcp:080" is not a protocol'),
    ([{"listeners": ["https:65536"]}], '[0].listeners: "https:65536" is not a protocol'),
    ([{"listeners": ["tcp:80", "udp:80", "tcp:80"]}], '[0].listeners: "tcp:80" is there twice'),
    ([{"listeners": [f"tcp:{port}" for port in range(1, 52)]}], "[0].listeners: this must be a list of at most 50 texts"),
    ([{"backends": [{}]}], '[0].backends[0]: "instance" is missing'),
    ([{"backends": [{"instance": "i-9"}]}], '[0].backends[0].instance: there is no instance "i-9" in this account'),
    ([{"backends": [{"instance": "i-far"}]}], "[0].backends[0].instance: the instance i-far is in the region cn-beijing"),
    ([{"backends": [{"instance": "i-1"}] * 2}], '[0].backends[1].instance: "i-1" is there twice'),
    ([{"backends": [{"instance": "i-1", "weight": 101}]}], "[0].backends[0].weight: 101 is not from 0 to 100"),
    ([{}] * 1001, ": there may be at most 1000 of them"),
]


@pytest.mark.parametrize("balancers, says", BALANCER_MISTAKES, ids=lambda value: value if isinstance(value, str) else "")
def test_mistakes_in_load_balancers(shared_server, balancers, says):
    (problem,) = problems(shared_server, world(load_balancers=balancers))
    assert problem.startswith(f"line 1: accounts[0].load_balancers{says}")


def test_too_many_behind_a_load_balancer(shared_server):
    instances = [{"id": f"i-{n}", "system_disk": False} for n in range(201)]
    (problem,) = problems(shared_server, fleet_of(instances=instances, load_balancers=[
        {"backends": [{"instance": each["id"]} for each in instances]}]))
    assert problem == "line 1: accounts[0].load_balancers[0].backends: there may be at most 200 of them"


def with_lists(*lists):
    return [{"ip_arrays": list(lists)}]


DB_MISTAKES = [
    ([{"id": "rm/1"}], "[0].id: an id is 1 to 64 letters"),
    ([DB, DB], '[1].id: "rm-1" is there twice'),
    ([{"id": "lb-1"}], "[0].id: \"lb-1\" is the id of a thing of another kind: the account's load balancer"),
    ([{"region": "mars"}], '[0].region: there is no region "mars"'),
    ([{"status": "sleepy"}], '[0].status: "sleepy" is not "running"'),
    ([{"engine": "Own"}], '[0].engine: "Own" is not "MySQL"'),
    ([{"expires_at": "2030-01-01T00:00:00Z"}], "[0].expires_at: only what is pre-paid expires"),
    (with_lists({}), '[0].ip_arrays[0]: "name" is missing'),
    (with_lists({"name": "Own"}), "[0].ip_arrays[0].name: a name is 2 to 32 lower-case letters"),
    (with_lists({"name": "own_"}), "[0].ip_arrays[0].name: a name is 2 to 32 lower-case letters"),
    (with_lists({"name": "x" * 33}), "[0].ip_arrays[0].name: a name is 2 to 32 lower-case letters"),
    (with_lists({"name": "own"}, {"name": "own"}), '[0].ip_arrays[1].name: "own" is there twice'),
    (with_lists({"name": "own", "addresses": ["10.0.0.1/8"]}), '[0].ip_arrays[0].addresses: "10.0.0.1/8" is no IPv4 address or block'),
    (with_lists({"name": "own", "addresses": ["host"]}), '[0].ip_arrays[0].addresses: "host" is no IPv4 address or block'),
    (with_lists({"name": "own", "addresses": ["10.0.0.1"] * 2}), '[0].ip_arrays[0].addresses: "10.0.0.1" is there twice'),
    (with_lists(*[{"name": f"own{n}"} for n in range(51)]), "[0].ip_arrays: there may be at most 50 of them"),
    (with_lists(*[{"name": f"own{n}", "addresses": [f"10.{n}.{m}.1" for m in range(101)]} for n in range(10)]),
     "[0].ip_arrays: there may be at most 1000 addresses in them"),
    (with_lists({"name": "own", "addresses": [f"10.0.{n // 250}.{n % 250}" for n in range(1001)]}),
     "[0].ip_arrays[0].addresses: this must be a list of at most 1000 texts"),
    ([{}] * 1001, ": there may be at most 1000 of them"),
]


@pytest.mark.parametrize("dbs, says", DB_MISTAKES, ids=lambda value: value if isinstance(value, str) else "")
def test_mistakes_in_database_instances(shared_server, dbs, says):
    (problem,) = problems(shared_server, world(load_balancers=[BALANCER], db_instances=dbs))
    assert problem.startswith(f"line 1: accounts[0].db_instances{says}")


def test_things_of_other_accounts_are_refused(server):
    fleet = two_accounts()
    fleet["accounts"][0].update(load_balancers=[BALANCER], db_instances=[DB], instances=[{"id": "i-theirs"}])
    load_fleet(server, fleet)
    theirs = "is that of the account 1000000000000001"
    for account, says in [
            ({"load_balancers": [BALANCER]}, f"load_balancers[0].id: the load balancer lb-1 {theirs}"),
            ({"db_instances": [DB]}, f"db_instances[0].id: the database instance rm-1 {theirs}"),
            ({"disks": [{"id": "lb-1"}]}, f"disks[0].id: the load balancer lb-1 {theirs}"),
            ({"load_balancers": [{"backends": [{"instance": "i-theirs"}]}]},
             'load_balancers[0].backends[0].instance: there is no instance "i-theirs" in this account')]:
        (problem,) = problems(server, fleet_of(id="1000000000000003", **account))
        assert problem == f"line 1: accounts[0].{says}"


def test_conditions_come_and_go(server):
    load_fleet(server, world(load_balancers=[BALANCER], db_instances=[DB]))
    assert fleet_set(server, "lb-1", status="locked", health_check=False) == {"kind": "load balancer", "id": "lb-1"}
    assert fleet_set(server, "rm-1", status="rebooting") == {"kind": "database instance", "id": "rm-1"}
    account = dumped(server)
    assert (account["load_balancers"][0]["status"], account["load_balancers"][0]["health_check"]) == ("locked", False)
    assert account["db_instances"][0]["status"] == "rebooting"
    fleet_set(server, "lb-1", status="active", health_check=True)
    assert "health_check" not in dumped(server)["load_balancers"][0]
    for id, values, says in [("lb-1", {"name": "x"}, "set.name: this cannot be changed by itself; of a load balancer can be: "),
                             ("rm-1", {"status": "x"}, 'set.status: "x" is not "running"')]:
        assert fleet_set(server, id, 400, **values)["error"]["message"].startswith(says)
