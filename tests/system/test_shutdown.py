"""SIGTERM at the worst moments: the process ends by itself, in order, soon."""

import socket
import threading
import time

import pytest

from cloud import SLOWER, Cloud


def write_until_it_ends(server):
    client = Cloud(server)
    try:
        while True:
            client.CreateDisk(RegionId="cn-hangzhou", ZoneId="cn-hangzhou-b", Size=20, DiskCategory="cloud_essd")
    except Exception:  # noqa: BLE001 - the end of the server, in whatever shape it comes
        client.close()


@pytest.mark.parametrize("round_", range(6))
def test_end_under_load_is_orderly(make_server, round_):
    server = make_server(durable=True)
    writers = [threading.Thread(target=write_until_it_ends, args=(server,), daemon=True) for _ in range(16)]
    for writer in writers:
        writer.start()
    time.sleep(0.15 + round_ * 0.03)
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 8 * SLOWER
    for writer in writers:
        writer.join(20 * SLOWER)
    assert "suspended connections" not in server.log


def test_client_that_does_not_read_does_not_hold_up_the_end(make_server):
    server = make_server()
    cloud = Cloud(server)
    cloud.make_instances(Amount=20)
    with socket.create_connection(("127.0.0.1", server.port)) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(200):
            deaf.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 4 * SLOWER


def test_change_that_waits_for_time_is_answered_and_goes_on_later(make_server):
    server = make_server(durable=True, pace="real", clock="manual")
    cloud = Cloud(server)
    disk = cloud.CreateDisk(RegionId="cn-hangzhou", ZoneId="cn-hangzhou-b", Size=20, DiskCategory="cloud_essd")["DiskId"]
    server.restart()
    assert cloud.status(disk) == "Creating"
    server.advance(5)
    assert cloud.status(disk) == "Available"
