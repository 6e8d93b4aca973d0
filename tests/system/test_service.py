"""What a service manager sees."""

import json
import pathlib
import resource
import socket
import time

from cloud import SLOWER, wait_for


def test_systemd_is_told_when_it_is_ready_and_when_it_stops(make_server, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(20)
        server = make_server(env={"NOTIFY_SOCKET": str(tmp_path / "notify")})
        assert manager.recv(4096) == b"READY=1"
        server.stop()
        assert manager.recv(4096) == b"STOPPING=1"


def test_the_log_is_one_json_line_a_request_and_holds_no_secret(make_server):
    server = make_server(log="json", log_level="debug")
    server.http("GET", "/?Action=DescribeDisks&Signature=sig-in-the-clear&AccessKeyId=cleat")
    server.control("POST", "/_cleat/keys", {"description": "one more"})
    secret = server.control("POST", "/_cleat/keys", {})["secret"]
    server.stop()
    lines = [json.loads(line) for line in server.log.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert [line["operation"] for line in requests if line["status"] == 400] == ["DescribeDisks"]
    assert all({"request_id", "status", "microseconds", "reason"} <= line.keys() for line in requests)
    assert secret not in server.log
    assert "cleat-secret" not in server.log
    assert "sig-in-the-clear" not in server.log
    assert server.token_file.read_text(encoding="ascii").strip() not in server.log


def test_a_request_that_comes_a_byte_at_a_time_is_cut_and_others_are_served(make_server):
    server = make_server(request_timeout=1, idle_timeout=30)
    with socket.create_connection(("127.0.0.1", server.port)) as slow:
        slow.settimeout(0.2)
        sent = 0
        for byte in b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: " + b"x" * 1000:
            try:
                slow.send(bytes([byte]))
                sent += 1
                if not slow.recv(1):
                    break
            except TimeoutError:
                assert server.http("GET", "/healthz")[0] == 200
            except OSError:
                break
        assert 0 < sent < 60
    assert server.http("GET", "/healthz")[0] == 200


def test_a_connection_that_was_served_is_kept_for_its_next_request(make_server):
    server = make_server(request_timeout=1, idle_timeout=30)
    with socket.create_connection(("127.0.0.1", server.port)) as one:
        one.settimeout(20)
        for wait in (0, 2.5):
            time.sleep(wait)
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            assert one.recv(4096).startswith(b"HTTP/1.1 200")


def takes_a_body(server, size=1 << 20):
    try:
        return server.http("POST", "/", b"x" * size)[0] != 503
    except OSError:  # refused, and closed, before the body was sent
        return False


MIB = 1 << 20
HEAD = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {MIB}\r\n\r\n".encode()


def connected(server, number):
    return socket.create_connection(("127.0.0.1", server.port), timeout=20 * SLOWER, source_address=(f"127.0.0.{number}", 0))


def head_of(length):
    return HEAD.replace(b"%d" % MIB, b"%d" % length)


def unfinished(server, number, count=1, length=MIB):
    """Connections of that address with all of a body but its last byte."""
    wires = []
    for _ in range(count):
        wires.append(connected(server, number))
        wires[-1].sendall(head_of(length) + b"x" * (length - 1))
    return wires


def status_at_head(server, number, head=HEAD):
    """The status of a request of which the body is not sent: b"" if it is waited for."""
    with connected(server, number) as wire:
        wire.sendall(head)
        wire.settimeout(0.3)
        try:
            return wire.recv(4096)[9:12]
        except TimeoutError:
            return b""


def close_all(wires):
    for wire in wires:
        wire.close()


def test_announced_bodies_take_no_room(make_server):
    """Who only says that a body will come refuses nobody else's."""
    server = make_server()
    chunked = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    wires = [connected(server, number) for number in (1, 2, 3, 4, 5) for _ in range(40)]
    try:
        for number, wire in enumerate(wires):
            wire.sendall((HEAD, chunked)[number % 2] + (b"x", b"1\r\nx\r\n")[number % 2])
        for _ in range(20):
            assert takes_a_body(server)
    finally:
        close_all(wires)


def test_unfinished_bodies_have_a_limit_together(make_server):
    """Nobody is authenticated before the body is whole: strangers must not fill the memory with halves. One address fills its
    share of the room, four of them all of it, and none of them what is kept for the control token."""
    server = make_server()
    wires = unfinished(server, 2, 16)
    try:
        wait_for(lambda: status_at_head(server, 2) == b"503", "the share of 127.0.0.2 is taken")
        assert takes_a_body(server) and status_at_head(server, 3) == b""
        for number in (3, 4, 5):
            wires += unfinished(server, number, 16)
        wait_for(lambda: status_at_head(server, 1) == b"503", "all the room is taken")
        assert not takes_a_body(server, MIB - 1000)
        assert server.http("GET", "/healthz")[0] == 200
        fleet = json.dumps({"version": 1, "accounts": [], "": "x" * 2 * MIB})
        headers = {"Authorization": "Bearer " + server.token, "Content-Type": "application/json"}
        assert server.http("POST", "/_cleat/fleet", fleet, headers)[0] == 400  # read, and judged
    finally:
        close_all(wires)
    wait_for(lambda: takes_a_body(server, MIB - 1000), "what they took is given back")


def test_body_that_finds_no_room_in_the_middle(make_server):
    """It is answered when its end has come, and the connection ends; what it had taken is free for others at once."""
    server = make_server()
    chunk = b"%x\r\n" % 1000 + b"x" * 1000 + b"\r\n"
    wires = unfinished(server, 2, 15)
    try:
        with connected(server, 2) as wire:
            wire.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 600)
            wait_for(lambda: status_at_head(server, 2) == b"503", "it has come so far")
            wires += unfinished(server, 2, 1, 350_000)
            wait_for(lambda: status_at_head(server, 2, head_of(102_400)) == b"503", "the room is taken")
            wire.sendall(chunk * 400 + b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            reply = b""
            while piece := wire.recv(65536):
                reply += piece
        assert reply.startswith(b"HTTP/1.1 503 ") and b"Retry-After: 1" in reply and b"Connection: close" in reply
        assert reply.count(b"HTTP/1.1 ") == 1
        wait_for(lambda: status_at_head(server, 2, head_of(600_000)) == b"", "its room is free again")
    finally:
        close_all(wires)


def test_the_limit_on_open_files_is_raised_to_what_connections_need(make_server):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        server = make_server(max_connections=500)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    limits = pathlib.Path(f"/proc/{server.pid}/limits").read_text(encoding="ascii")
    assert int(limits.split("Max open files")[1].split()[0]) >= 500


def test_secret_of_a_first_start_that_never_committed_is_made_anew(make_server):
    """The file is written before the commit; what a cut-off first start left must not stay as a key that is none."""
    server = make_server(durable=True, dev_key=None, start=False)
    server.data.mkdir(parents=True)
    (server.data / "access_key").write_text("access_key_id=old\naccess_key_secret=old\n", encoding="ascii")
    server.start()
    told = dict(line.split("=") for line in (server.data / "access_key").read_text(encoding="ascii").split())
    listed = server.control("GET", "/_cleat/keys")["keys"]
    assert [key["access_key_id"] for key in listed] == [told["access_key_id"]]
    assert (server.data / "access_key").stat().st_mode & 0o777 == 0o600
