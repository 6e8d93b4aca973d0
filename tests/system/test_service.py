"""What a service manager sees."""

import json
import pathlib
import resource
import socket
import time


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


def takes_a_body(server):
    try:
        return server.http("POST", "/", b"x" * 1048576)[0] != 503
    except OSError:  # refused, and closed, before the body was sent
        return False


def test_unfinished_bodies_have_a_limit_together(make_server):
    """Nobody is authenticated before the body is whole: strangers must not fill the memory with halves."""
    server = make_server()
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n"
    halves = []
    try:
        for _ in range(80):  # more than there is room for: whichever come first fill it
            halves.append(socket.create_connection(("127.0.0.1", server.port), timeout=20))
            halves[-1].sendall(head + b"x")
        reply, deadline = b"", time.monotonic() + 20
        while not reply and time.monotonic() < deadline:  # the server takes them in when it comes to them
            # One that finds a place before those above had theirs keeps it, or there would always be one left.
            halves.append(socket.create_connection(("127.0.0.1", server.port), timeout=20))
            halves[-1].sendall(head)
            halves[-1].settimeout(0.5)
            try:
                reply = halves[-1].recv(4096)
            except TimeoutError:
                continue
        assert reply.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After: 1" in reply
        assert server.http("GET", "/healthz")[0] == 200
    finally:
        for half in halves:
            half.close()
    deadline = time.monotonic() + 20
    while not takes_a_body(server):  # what they took is given back
        assert time.monotonic() < deadline
        time.sleep(0.01)


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
