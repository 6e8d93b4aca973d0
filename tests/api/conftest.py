"""Clients for the api tests, and the record of what they prove."""

import json
import os
import pathlib
import shlex
import subprocess

import pytest

from cloud import Cloud
from huawei_shapes import Watch
from proof import PRODUCTS, Proof

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BINARY = pathlib.Path(os.environ.get("CLEAT_BINARY", HERE.parent.parent / "build" / "cleat")).resolve()
WRAPPER = shlex.split(os.environ.get("CLEAT_WRAPPER", ""))
PROOF = Proof()
LAST = "test_coverage.py"  # looks back at all the others


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    PROOF.test = f"{item.path.relative_to(HERE.parent.parent).as_posix()}::{item.originalname}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name == LAST)


def pytest_deselected(items):
    if items:
        items[0].config.cleat_deselected = True


@pytest.fixture(scope="session")
def whole_suite(request):
    """Whether this run is of all api tests, so that what nobody provoked is a fault of the suite."""
    config = request.config
    files = {item.path for item in request.session.items}
    return (not getattr(config, "cleat_deselected", False) and not any("::" in word for word in config.args) and
            files >= set(HERE.glob("test_*.py")))


def read_references():
    """{product: the tables of the server, as it prints them}"""
    return {product: json.loads(subprocess.run([*WRAPPER, str(BINARY), "reference", "--json", product], check=True,
                                               capture_output=True, text=True).stdout) for product in PRODUCTS}


@pytest.fixture(scope="session")
def references():
    return read_references()


@pytest.fixture(scope="session")
def reference(references):
    return references["ecs"]


@pytest.fixture(scope="session")
def proof(all_servers):
    _, observers = all_servers
    observers.append(PROOF.collect)
    yield PROOF
    observers.remove(PROOF.collect)
    if os.environ.get("CLEAT_PROOF_OUT"):
        PROOF.write(os.environ["CLEAT_PROOF_OUT"], read_references())


@pytest.fixture(autouse=True)
def proved_by_this_test(all_servers, proof):
    """What a test provokes is its: it is collected before another runs, and before its servers are stopped."""
    servers, _ = all_servers
    yield
    for server in servers:
        proof.collect(server)


@pytest.fixture(scope="session")
def watch(references):
    watch = Watch([operation for product, reference in references.items() if product.startswith("huawei-")
                   for operation in reference["operations"]])
    watch.start()
    yield watch
    watch.stop()


@pytest.fixture(autouse=True)
def replies_fit(watch):
    """Each reply of the second dialect has the vendor's shape."""
    yield
    wrong = watch.told()
    assert not wrong, wrong


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    """The official clients would send requests for this machine to a proxy as well."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def shared_cloud(shared_server):
    client = Cloud(shared_server)
    yield client
    client.close()


@pytest.fixture
def cloud(shared_cloud):
    """A client of the server that all tests share: pace instant, its clock is the machine's."""
    return shared_cloud


@pytest.fixture
def own_cloud(make_server):
    """own_cloud(**flags) -> a client of a server of the test's own."""

    def make(**flags):
        return Cloud(make_server(**flags))

    return make


@pytest.fixture
def slow_cloud(own_cloud):
    """A client of a server whose clock stands: cloud work takes as long as on the real cloud, once
    slow_cloud.server.advance() is called."""
    return own_cloud(clock="manual", pace="real")
