"""Fixtures for pytest: `cleat`, a server for one test; `make_cleat`, for those that want several or set them up;
`cleat_account`, an account for one test on a server that all share."""

import os

import pytest

from .cleat import Cleat
from .server import Running, Server

JOURNAL_CALLS = 20
LOG_BYTES = 4000


def pytest_configure(config):
    config.addinivalue_line("markers", "cleat(fleet=None, **options): how `cleat serve` is started for the fixture `cleat`: "
                                       "options with underscores, such as clock=\"manual\"; `fleet` is loaded first")


@pytest.fixture
def make_cleat(tmp_path_factory, request):
    """make_cleat(fleet=None, durable=False, **options) -> Cleat. Pace instant unless the options say otherwise; ended with
    the test. When the test fails, its report shows the last calls of each."""
    made = []

    def make(fleet=None, durable=False, **options):
        options = {"store_run_twice": None, "accounts": "auto", **options}
        one = Cleat(Server(tmp_path_factory.mktemp("cleat"), durable, **options).start())
        made.append(one)
        if fleet is not None:
            one.load(fleet)
        return one

    request.node.cleat_made = made
    yield make
    for one in made:
        one.server.stop()


@pytest.fixture
def cleat(make_cleat, request):
    """A server of the test's own. pytest.mark.cleat(...) says how it is started."""
    marker = request.node.get_closest_marker("cleat")
    return make_cleat(**(marker.kwargs if marker else {}))


@pytest.fixture(scope="session")
def shared_cleat(tmp_path_factory):
    """One server for the whole run: the one of CLEAT_ENDPOINT and CLEAT_CONTROL_TOKEN_FILE if they are set (`cleat exec
    --accounts auto -- pytest -n 4`), otherwise one of this process's own."""
    if os.environ.get("CLEAT_ENDPOINT"):
        yield Cleat(Running(os.environ["CLEAT_ENDPOINT"], os.environ["CLEAT_CONTROL_TOKEN_FILE"]))
        return
    server = Server(tmp_path_factory.mktemp("cleat"), store_run_twice=None, accounts="auto").start()
    yield Cleat(server)
    server.stop()


@pytest.fixture
def cleat_account(shared_cleat, request):
    """A new account on the server that all tests share, so that they may run in parallel; gone with the test."""
    account = shared_cleat.account()
    request.node.cleat_account = account
    yield account
    account.remove()


def lines_of(calls):
    for call in calls:
        names = " ".join(f"{each['name']}={each['value']}" for each in call["parameters"] if each.get("use") != "protocol")
        unread = call.get("unread") or []
        yield (f"{call['operation']} {call['status']} {call['code']} {names}".rstrip() +
               (f"   (nobody read: {', '.join(unread)})" if unread else ""))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.when != "call" or not report.failed:
        return
    account = getattr(item, "cleat_account", None)
    for one in [*getattr(item, "cleat_made", []), *([account] if account else [])]:
        try:
            calls = [call for call in one.journal() if one is not account or call["access_key_id"] == one.key_id]
            text = "\n".join(lines_of(calls[-JOURNAL_CALLS:]))
        except Exception as error:  # pylint: disable=broad-except - a report must not be lost over it
            text = f"{error}\n{one.server.log[-LOG_BYTES:]}"
        report.sections.append((f"last calls that cleat at {one.endpoint} answered", text))
