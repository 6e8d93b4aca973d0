"""Clients for the api tests."""

import pytest

from cloud import Cloud


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
