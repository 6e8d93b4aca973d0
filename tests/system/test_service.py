"""What a service manager sees."""

import json
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
