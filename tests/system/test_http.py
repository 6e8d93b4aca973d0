"""Hostile and odd input on the wire: each is answered or the connection ends, and the server goes on serving others."""

import http.client
import random
import socket
import urllib.parse

import pytest

import signing
from cloud import REGION, SLOWER, Cloud, wait_for

SEED = random.SystemRandom().randrange(10**9)


def target(action="DescribeRegions", **more):
    return "/?" + urllib.parse.urlencode(signing.v1_sign("GET", signing.v1_common(action, Format="JSON", **more)))


class Wire:
    """A connection on which bytes are written as they are."""

    def __init__(self, server):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=20 * SLOWER)
        self.stream = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def send(self, data):
        try:
            self.socket.sendall(data if isinstance(data, bytes) else data.encode("latin-1"))
        except OSError:
            pass  # it was refused before all of it was sent; the answer says why
        return self

    def reply(self):
        """(status, headers, body) of the next reply; None if the connection has ended, or nothing came in time."""
        try:
            line = self.stream.readline()
        except OSError:
            return None
        if not line:
            return None
        version, status, _ = line.decode("latin-1").split(" ", 2)
        assert version in ("HTTP/1.1", "HTTP/1.0")
        headers = {}
        while True:
            line = self.stream.readline().decode("latin-1").rstrip("\r\n")
            if not line:
                break
            name, value = line.split(":", 1)
            headers[name.lower()] = value.strip()
        return int(status), headers, self.stream.read(int(headers.get("content-length", 0)))


def ask(server, data):
    with Wire(server) as wire:
        return wire.send(data).reply()


def status_of(reply):
    return reply and reply[0]


@pytest.fixture
def well(shared_server):
    """The server; afterwards it must be the same process and serve as before."""
    pid = shared_server.pid
    yield shared_server
    cloud = Cloud(shared_server)
    assert (shared_server.pid, shared_server.process.poll()) == (pid, None)
    assert cloud.status(cloud.make_disk()) == "Available"
    cloud.close()


FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


@pytest.mark.parametrize("headers", [
    "Content-Length: 5\r\nContent-Length: 6\r\n",
    "Content-Length: 5\r\nContent-Length: 5\r\n",
    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    "Content-Length: -5\r\n",
    "Content-Length: 5x\r\n",
    "Content-Length: 0x5\r\n",
    "Content-Length: +5\r\n",
    "Content-Length: 5, 5\r\n",
    "Content-Length: \r\n",
], ids=repr)
def test_lengths_that_disagree_or_are_none(well, headers):
    reply = ask(well, f"POST / HTTP/1.1\r\nHost: x\r\n{headers}{FORM}\r\nhello")
    assert status_of(reply) == 400


def test_length_of_astronomic_size(well):
    for length in ("99999999999999999999", "9223372036854775807", "18446744073709551616"):
        reply = ask(well, f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n{FORM}\r\nhello")
        assert status_of(reply) in (400, 413)


def test_nothing_is_smuggled_behind_a_refused_request(well):
    """What follows a request whose end is in doubt must not be taken for another request."""
    with Wire(well) as wire:
        wire.send(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n{FORM}\r\n"
                  f"0\r\n\r\nGET {target()} HTTP/1.1\r\nHost: x\r\n\r\n")
        assert status_of(wire.reply()) == 400
        assert wire.reply() is None


def test_body_over_the_limit(make_server):
    server = make_server(max_body=2048)
    cloud = Cloud(server)
    disk = {"RegionId": REGION, "ZoneId": "cn-hangzhou-h", "Size": 20}
    assert cloud.raw("CreateDisk", {**disk, "Tag.1.Key": "k", "Tag.1.Value": "x" * 100}, method="POST").status == 200
    with Wire(server) as wire:
        wire.send(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2049\r\n{FORM}\r\n")
        assert status_of(wire.reply()) == 413  # at once: the body is not waited for
    chunk = "400\r\n" + "x" * 1024 + "\r\n"
    reply = ask(server, f"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n{FORM}\r\n{chunk * 3}0\r\n\r\n")
    assert status_of(reply) == 413
    reply = ask(server, f"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n{FORM}\r\n{chunk}0\r\n\r\n")
    assert status_of(reply) == 400 and b"MissingAction" in reply[2]
    cloud.DescribeRegions()


def test_chunked_body_is_a_body(well):
    text = urllib.parse.urlencode(signing.v1_sign("POST", signing.v1_common("DescribeRegions", Format="JSON")))
    pieces = "".join(f"{len(text[at:at + 7]):x}\r\n{text[at:at + 7]}\r\n" for at in range(0, len(text), 7))
    reply = ask(well, f"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n{FORM}\r\n{pieces}0\r\n\r\n")
    assert status_of(reply) == 200 and b'"Regions"' in reply[2]


@pytest.mark.parametrize("chunk", ["zz\r\nhello\r\n", "-5\r\nhello\r\n", "ffffffffffffffffff\r\nhello\r\n", "5\r\nhellothere\r\n"])
def test_chunks_that_are_none(well, chunk):
    reply = ask(well, f"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n{FORM}\r\n{chunk}0\r\n\r\n")
    assert status_of(reply) in (400, 413, None)


def test_too_many_parameters(make_server):
    server = make_server(max_params=50)
    cloud = Cloud(server)
    for method in ("GET", "POST"):
        assert cloud.raw("DescribeRegions", {f"p{n}": "x" for n in range(40)}, method=method).status == 200
        assert cloud.raw("DescribeRegions", {f"p{n}": "x" for n in range(60)}, method=method).fault == \
            (400, "InvalidParameter", "The request has more than 50 parameters.")
    reply = ask(server, f"GET /?{'&' * 1000} HTTP/1.1\r\nHost: x\r\n\r\n")
    assert status_of(reply) == 400
    status, _, body = server.http("GET", "/_cleat/version?" + "a=1&" * 60,
                                  headers={"Authorization": "Bearer " + server.token})
    assert status == 400 and b"parameters-too-many" in body


def test_many_parameters_take_no_long_time(well):
    """A thousand of one name: nothing about them may be quadratic enough to notice."""
    for text in ("&".join(["a=b"] * 990), "&".join(f"a.{n}.b.{n}=1" for n in range(990)), "x." * 3000 + "=1"):
        reply = ask(well, f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {len(text)}\r\n{FORM}\r\n{text}")
        assert status_of(reply) == 400


@pytest.mark.parametrize("length", [70_000, 200_000, 2_000_000])
def test_request_line_too_long(well, length):
    reply = ask(well, f"GET /?a={'x' * length} HTTP/1.1\r\nHost: x\r\n\r\n")
    assert status_of(reply) in (414, 431, None)


@pytest.mark.parametrize("headers", ["".join(f"h{n}: x\r\n" for n in range(101)), "".join(f"h{n}: x\r\n" for n in range(5000)),
                                     f"h: {'x' * 70000}\r\n", "h" * 70000 + ": x\r\n"], ids=["101", "5000", "value", "name"])
def test_headers_too_large(well, headers):
    assert status_of(ask(well, f"GET {target()} HTTP/1.1\r\nHost: x\r\n{headers}\r\n")) in (400, 413, 431, None)


@pytest.mark.parametrize("text", [
    "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "\r\n\r\n", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
    "G\0T / HTTP/1.1\r\nHost: x\r\n\r\n", "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\nHost: x\n\n",
    "GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", "GET / HTTP/1.1\r\n: x\r\n\r\n",
    "GET http://other/ HTTP/1.1\r\nHost: x\r\n\r\n", "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", "GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /_cleat/../_cleat/version HTTP/1.1\r\nHost: x\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00",
], ids=repr)
def test_requests_that_are_none(well, text):
    with Wire(well) as wire:
        wire.send(text).socket.settimeout(0.2 * SLOWER)  # some are the beginning of a request: the rest is waited for
        assert status_of(wire.reply()) in (400, 401, 404, 405, 414, 501, 505, None)


def test_paths_below_the_control_api_need_its_token_however_they_are_written(well):
    for path in ("/_cleat/version", "/_cleat/keys?x=1", "/_cleat/./keys", "/_cleat/%6beys", "/_cleat//keys"):
        reply = ask(well, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")
        assert status_of(reply) == 401
    for path in ("/%5fcleat/keys", "//_cleat/keys", "/_CLEAT/keys", "/x/../_cleat/keys"):
        reply = ask(well, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")
        assert status_of(reply) in (400, 401, 404) and b"access_key_id" not in reply[2]


def test_pipelined_requests_are_answered_in_their_order(well):
    actions = ["DescribeRegions", "Frobnicate", "DescribeZones", "DescribeDisks", "CreateDisk", "DescribeRegions"] * 3
    more = {"RegionId": REGION, "ZoneId": "cn-hangzhou-h", "Size": "20", "PageSize": "1"}
    with Wire(well) as wire:
        wire.send("".join(f"GET {target(action, **more)} HTTP/1.1\r\nHost: x\r\n\r\n" for action in actions))
        marks = {"DescribeRegions": b'"Regions"', "Frobnicate": b"InvalidAction.NotFound", "DescribeZones": b'"Zones"',
                 "DescribeDisks": b'"Disks"', "CreateDisk": b'"DiskId"'}
        for action in actions:
            reply = wire.reply()
            assert marks[action] in reply[2], (action, reply)


def test_pipelined_bodies_are_kept_apart(well):
    bodies = [urllib.parse.urlencode(signing.v1_sign("POST", signing.v1_common(action, Format="JSON", RegionId=REGION)))
              for action in ("DescribeRegions", "DescribeZones")]
    with Wire(well) as wire:
        wire.send("".join(f"POST / HTTP/1.1\r\nHost: x\r\n{FORM}Content-Length: {len(body)}\r\n\r\n{body}" for body in bodies))
        assert b'"Regions"' in wire.reply()[2]
        assert b'"Zones"' in wire.reply()[2]


def test_request_that_comes_byte_by_byte(well):
    text = f"GET {target()} HTTP/1.1\r\nHost: x\r\n\r\n"
    with Wire(well) as wire:
        wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for char in text:
            wire.send(char)
        assert status_of(wire.reply()) == 200


def test_old_clients_get_their_connection_closed(well):
    with Wire(well) as wire:
        wire.send(f"GET {target()} HTTP/1.0\r\n\r\n")
        assert status_of(wire.reply()) == 200
        assert wire.reply() is None
    with Wire(well) as wire:
        wire.send(f"GET {target()} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert status_of(wire.reply()) == 200
        assert wire.reply() is None


def test_expect_continue_is_answered(well):
    body = urllib.parse.urlencode(signing.v1_sign("POST", signing.v1_common("DescribeRegions", Format="JSON")))
    with Wire(well) as wire:
        wire.send(f"POST / HTTP/1.1\r\nHost: x\r\n{FORM}Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n")
        assert status_of(wire.reply()) == 100
        wire.send(body)
        assert status_of(wire.reply()) == 200


def test_clients_that_leave_in_the_middle(well):
    with Wire(well) as wire:
        wire.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf")
    for _ in range(50):
        create = target("CreateDisk", RegionId=REGION, ZoneId="cn-hangzhou-h", Size="20")
        with Wire(well) as wire:  # gone before the answer, which waits for the disk
            wire.send(f"GET {create} HTTP/1.1\r\nHost: x\r\n\r\n")


def test_connections_over_the_limit_are_closed_and_others_served(make_server):
    server = make_server(max_connections=64, max_connections_per_address=20)
    wires = [Wire(server) for _ in range(40)]
    served = 0
    for wire in wires:
        served += status_of(wire.send(f"GET {target()} HTTP/1.1\r\nHost: x\r\n\r\n").reply()) == 200
    assert 15 <= served <= 20
    for wire in wires:
        wire.__exit__()

    def is_served():
        try:
            return Cloud(server).raw("DescribeRegions").status == 200
        except (OSError, http.client.HTTPException):
            return False

    wait_for(is_served, "the places of those who left are free")


def test_idle_connections_are_closed(make_server):
    server = make_server(idle_timeout=1)
    with Wire(server) as wire:
        assert status_of(wire.send(f"GET {target()} HTTP/1.1\r\nHost: x\r\n\r\n").reply()) == 200
        assert wire.reply() is None
    with Wire(server) as wire:
        assert wire.send("GET / HT").reply() is None


def mutate(rng, text):
    data = bytearray(text.encode())
    for _ in range(rng.randrange(1, 8)):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(4)
        if kind == 0:
            data[at:at + rng.randrange(1, 20)] = b""
        elif kind == 1:
            data[at:at] = rng.randbytes(rng.randrange(1, 20))
        elif kind == 2:
            data[at:at] = rng.choice([b"\r\n", b"&", b"=", b"%", b"%00", b".1.", b" ", b"\0", b"[", b'"', b"\xff"]) * \
                rng.randrange(1, 50)
        else:
            data[at:at + 1] = rng.randbytes(1)
    return bytes(data)


def test_garbage(well):
    """Random bytes, and requests with random faults."""
    rng = random.Random(SEED)
    print("seed:", SEED)
    body = urllib.parse.urlencode(signing.v1_sign("POST", signing.v1_common("RunInstances", RegionId=REGION,
                                                                            **{"DataDisk.1.Size": "20", "Tag.1.Key": "a"})))
    samples = [f"GET {target('DescribeDisks', DiskIds='[]')} HTTP/1.1\r\nHost: x\r\nX-A: b\r\n\r\n",
               f"POST / HTTP/1.1\r\nHost: x\r\n{FORM}Content-Length: {len(body)}\r\n\r\n{body}",
               f"POST /_cleat/keys HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {well.token}\r\nContent-Length: 14\r\n\r\n"
               '{"account":""}',
               "POST /?RegionId=x HTTP/1.1\r\nHost: x\r\nx-acs-action: DescribeDisks\r\nx-acs-version: 2014-05-26\r\n"
               f"x-acs-date: {signing.timestamp()}\r\nx-acs-signature-nonce: n\r\nx-acs-content-sha256: {'0' * 64}\r\n"
               f"Authorization: ACS3-HMAC-SHA256 Credential=cleat,SignedHeaders=host,Signature={'0' * 64}\r\n\r\n"]
    for number in range(1000):
        data = rng.randbytes(rng.randrange(1, 2000)) if number % 4 == 0 else mutate(rng, rng.choice(samples))
        with Wire(well) as wire:
            wire.send(data).socket.settimeout(0.05 * SLOWER)
            # No reply within that time: it waits for the rest of what it takes for a request.
            reply = wire.reply()
            assert reply is None or reply[0] != 500, data
    assert well.process.poll() is None
