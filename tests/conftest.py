"""Servers for the api and system tests: pytest_cleat's (python/), of the binary that was just built.

Environment: CLEAT_BINARY (build/cleat), CLEAT_SLOWER (a factor for timeouts under sanitizers), CLEAT_WRAPPER (a command
to run the binary with).
"""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
os.environ.setdefault("CLEAT_BINARY", str(ROOT / "build" / "cleat"))
sys.path.insert(0, str(ROOT / "python"))

from pytest_cleat.server import BINARY, OBSERVERS, SLOWER, WRAPPER, Server, clean_environment  # noqa: E402

_servers = []  # all that a running test could have to do with, for the log of a failure


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.failed:
        for server in _servers:
            report.sections.append((f"log of cleat serve {server.folder}", server.log[-6000:]))


class _Factory:
    def __init__(self, tmp_path_factory):
        self.tmp_path_factory = tmp_path_factory
        self.servers = []

    def __call__(self, durable=False, start=True, env=None, **flags):
        server = Server(self.tmp_path_factory.mktemp("server"), durable, env, **flags)
        self.servers.append(server)
        _servers.append(server)
        return server.start() if start else server

    def finish(self):
        errors = []
        for server in self.servers:
            try:
                server.stop()
            except AssertionError as error:
                errors.append(str(error))
        for server in self.servers:
            _servers.remove(server)
        assert not errors, "\n".join(errors)


@pytest.fixture(scope="session")
def all_servers():
    """The servers there are at a time, and those who want to see each before it is stopped."""
    return _servers, OBSERVERS


@pytest.fixture
def make_server(tmp_path_factory):
    """make_server(durable=False, start=True, env=None, **flags) -> Server, stopped when the test ends."""
    factory = _Factory(tmp_path_factory)
    yield factory
    factory.finish()


@pytest.fixture(scope="module")
def make_module_server(tmp_path_factory):
    """The same for servers that the tests of one file share."""
    factory = _Factory(tmp_path_factory)
    yield factory
    factory.finish()


@pytest.fixture
def server(make_server):
    """A server of the test's own."""
    return make_server()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory):
    """One server for all tests that leave no mark on each other (they use objects of their own)."""
    factory = _Factory(tmp_path_factory)
    yield factory()
    factory.finish()


@pytest.fixture
def slower():
    """The factor by which a sanitizer's build is slower; multiply timeouts with it."""
    return SLOWER


class _Cleat:
    def __init__(self, home):
        self.home = home

    def options(self, env):
        return {"cwd": self.home, "stdin": subprocess.DEVNULL, "text": True,
                "env": clean_environment(HOME=self.home / "home", XDG_STATE_HOME=self.home / "state", **(env or {}))}

    @staticmethod
    def words(words):
        return [*WRAPPER, str(BINARY), *map(str, words)]


@pytest.fixture
def cleat(tmp_path):
    """cleat("call", "DescribeDisks", env={...}) -> CompletedProcess of the binary, in an empty home of its own."""
    base = _Cleat(tmp_path)

    def run(*words, env=None, timeout=60):
        return subprocess.run(base.words(words), check=False, capture_output=True, timeout=timeout * SLOWER,
                              **base.options(env))

    return run


@pytest.fixture
def cleat_process(tmp_path):
    """The same as a running process, with pipes; what still runs at the end of the test is killed."""
    base = _Cleat(tmp_path)
    processes = []

    def start(*words, env=None):
        processes.append(subprocess.Popen(base.words(words), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                          **base.options(env)))
        return processes[-1]

    yield start
    for process in processes:
        with process:
            if process.poll() is None:
                process.kill()
