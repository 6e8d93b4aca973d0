"""Faults and the journal know every operation of the second dialect by its name."""

import pytest

from huawei_world import OPERATIONS, Request, World


@pytest.fixture(scope="module")
def world(make_module_server):
    return World(make_module_server(), "cleat")


@pytest.mark.parametrize("name", [name for name, operation in OPERATIONS.items() if operation["path"] != "/" and not operation.get("open")])
def test_the_next_call_meets_a_fault_and_the_journal_says_so(world, name):
    server = world.raw.server
    server.control("POST", "/_cleat/faults", {"operation": name, "code": "APIGW.0308", "times": 1})
    reply = Request(OPERATIONS[name]).ask(world.raw, world.of)
    assert reply.status == 429
    assert reply.fault == (429, "APIGW.0308", "The throttling threshold has been reached.")
    (call,) = server.control("GET", f"/_cleat/journal?limit=1&operation={name}")["calls"]
    assert (call["operation"], call["status"], call["code"]) == (name, 429, "APIGW.0308")
