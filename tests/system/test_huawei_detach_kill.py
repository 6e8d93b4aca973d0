"""DetachServerVolume with the server killed in between: the job that a client polls ends as it would have, in all views, and
nothing that was decided before is forgotten."""

import pytest

from bare_metal import refused
from cloud_server import CloudServers


def killed(servers):
    """A client of the same server after a kill; it has another port."""
    servers.server.kill9()
    servers.server.start()
    return CloudServers(servers.server)


@pytest.fixture
def attached(make_server):
    """A client, a running server and a volume attached to it."""
    servers = CloudServers(make_server(durable=True, clock="manual", pace="real"))
    server, volume = servers.create().server_ids[0], servers.create_volumes().volume_ids[0]
    servers.server.advance(3600)
    servers.attach(server, volume)
    servers.server.advance(3600)
    assert servers.volume(volume).status == "in-use"
    return servers, server, volume


@pytest.mark.parametrize("flag", ["0", "1"], ids=["plain", "force"])
@pytest.mark.parametrize("before", [0, 30], ids=["at-once", "half-way"])
def test_killed_server_brings_the_detach_to_its_end(attached, before, flag):
    servers, server, volume = attached
    answer = servers.detach(server, volume, flag)
    if before:
        servers.server.advance(before)
    servers = killed(servers)
    assert servers.job(answer).status == "RUNNING" and servers.volume(volume).status == "detaching"
    refused("Ecs.1000", servers.detach, server, volume)
    servers.server.advance(3600)
    servers.done(answer)
    servers = killed(servers)
    servers.done(answer)
    assert (servers.volume(volume).status, servers.volume(volume).attachments) == ("available", [])
    if flag == "1":  # what force took leaves its name taken, over the kill as well
        refused("Ecs.0005", servers.attach, server, volume, "/dev/vdb")
        servers.reboot(server)
        servers = killed(servers)
        servers.server.advance(3600)
    servers.attach(server, volume, "/dev/vdb")
    servers.server.advance(3600)
    assert servers.volume(volume).status == "in-use"


def test_force_that_hastens_survives_a_kill(attached):
    servers, server, volume = attached
    servers.guest(volume, server, never_answers=True)
    plain = servers.detach(server, volume)
    servers.server.advance(120)
    assert servers.job(plain).status == "RUNNING"
    forced = servers.detach(server, volume, "1")
    servers = killed(servers)
    servers.server.advance(3600)
    for answer in (plain, forced):
        servers.done(answer)
    assert servers.volume(volume).status == "available"


def test_guest_that_uses_the_volume_keeps_it_over_a_kill(attached):
    servers, server, volume = attached
    servers.guest(volume, server, mounted="/data", by="postgres[312]")
    answer = servers.detach(server, volume)
    servers = killed(servers)
    servers.server.advance(3600)
    job = servers.job(answer)
    assert (job.status, job.error_code, job.fail_reason) == ("FAIL", "Ecs.1000", "/data is mounted, used by postgres[312]")
    assert servers.volume(volume).status == "in-use"
