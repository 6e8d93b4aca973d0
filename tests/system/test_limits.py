"""The rows of docs/limits.md through the front door: each is refused in the API's own words, with the limit in the sentence
where there is one, and whose end is in doubt is not read on. Other rows are in test_http.py (bodies, parameters, idle
connections), test_service.py (slow requests, unfinished bodies) and tests/api."""

import json
import pathlib
import re
import socket
import threading
import time
import urllib.parse

import pytest

import signing
from cloud import IMAGE, MULTI, REGION, SLOWER, TYPE, ZONE, Cloud, wait_for
from test_http import FORM, Wire, ask, status_of, target, well  # noqa: F401 - well is a fixture

BROKEN = "A line of the request's head is broken: each ends with CR LF, has no other control characters and is not continued."


def fault(reply):
    """(status, code, message) of a reply in the vendor's shape."""
    status, headers, body = reply
    assert headers["content-type"].startswith("application/json"), body
    found = json.loads(body)
    assert set(found) == {"RequestId", "HostId", "Code", "Message", "Recommend"}
    return status, found["Code"], found["Message"]


def refused_for_good(server, data):
    """The fault; nothing of what follows it on the connection is taken for a request."""
    with Wire(server) as wire:
        wire.send(data)
        found = fault(wire.reply())
        wire.send(f"GET {target()} HTTP/1.1\r\nHost: x\r\n\r\n")
        assert wire.reply() is None
    return found


# ---- the head of a request ----


@pytest.mark.parametrize("length", [32769, 40000, 60000])
def test_path_and_query_too_long(well, length):  # noqa: F811
    line = "/?a=" + "x" * (length - 4)
    assert refused_for_good(well, f"GET {line} HTTP/1.1\r\nHost: x\r\n\r\n") == (
        414, "RequestURITooLong",
        "The path and query are longer than 32768 bytes; send the parameters in the body of a POST.")
    status, _, body = well.http("GET", "/_cleat/version?" + "x" * length, headers={"Authorization": "Bearer " + well.token})
    assert (status, json.loads(body)["error"]["reason"]) == (414, "target-too-long")


def test_path_and_query_as_long_as_they_may_be(well):  # noqa: F811
    line = target(Padding="x" * 1000)
    line = target(Padding="x" * (1000 + 32768 - len(line) - 20))  # the length of a signature varies with what is escaped
    assert 32700 < len(line) <= 32768
    assert status_of(ask(well, f"GET {line} HTTP/1.1\r\nHost: x\r\n\r\n")) == 200


def test_request_line_that_does_not_fit_at_all(well):  # noqa: F811
    for length in (70_000, 2_000_000):
        with Wire(well) as wire:
            wire.send(f"GET /?a={'x' * length} HTTP/1.1\r\nHost: x\r\n\r\n")
            assert status_of(wire.reply()) in (414, None)  # None: it was reset before it was read
            assert wire.reply() is None


@pytest.mark.parametrize("count, size", [(1, 16384), (1, 60000), (90, 200)])
def test_headers_too_long(well, count, size):  # noqa: F811
    headers = "".join(f"h{n}: {'x' * size}\r\n" for n in range(count))
    assert refused_for_good(well, f"GET {target()} HTTP/1.1\r\nHost: x\r\n{headers}\r\n") == (
        431, "RequestHeadersTooLarge", "The headers are longer than 16384 bytes together.")


def test_headers_too_many(well):  # noqa: F811
    def headers(count):
        return "".join(f"h{n}: x\r\n" for n in range(count - 1))

    assert status_of(ask(well, f"GET {target()} HTTP/1.1\r\nHost: x\r\n{headers(100)}\r\n")) == 200
    for count in (101, 300):
        assert refused_for_good(well, f"GET {target()} HTTP/1.1\r\nHost: x\r\n{headers(count)}\r\n") == (
            431, "RequestHeadersTooMany", "The request has more than 100 headers.")


@pytest.mark.parametrize("count", [1, 500, 1500])
def test_cookies(well, count):  # noqa: F811
    """Nothing reads them. More than the library has room for end the connection, and nothing else."""
    cookies = "; ".join(["a=b"] * count)
    with Wire(well) as wire:
        wire.send(f"GET {target()} HTTP/1.1\r\nHost: x\r\nCookie: {cookies}\r\n\r\n")
        reply = wire.reply()
    assert (reply and reply[0]) == (200 if count <= 500 else None)
    assert status_of(ask(well, f"GET {target()} HTTP/1.1\r\nHost: x\r\n\r\n")) == 200


@pytest.mark.parametrize("size", [0, 1, 1000, 15000, 16000])
@pytest.mark.parametrize("count", [1, 7, 60])
def test_heads_of_every_shape_are_served(well, size, count):  # noqa: F811
    """What looks at the head for broken lines must not take a whole one for broken, however it came in."""
    filler = "".join(f"h{n}: {'x' * (size // count)}\r\n" for n in range(count))
    body = urllib.parse.urlencode(signing.v1_sign("POST", signing.v1_common("DescribeRegions", Format="JSON")))
    request = f"POST / HTTP/1.1\r\nHost: x\r\n{filler}Empty:\r\nBlank: \t x\t \r\nCookie: a=b; c=d\r\n{FORM}" \
              f"Content-Length: {len(body)}\r\n\r\n{body}"
    with Wire(well) as wire:
        wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for step in (len(request), 997, 4096):
            request = request.replace(body, body)
            for at in range(0, len(request), step):
                wire.send(request[at:at + step])
            reply = wire.reply()
            assert reply[0] in (200, 400) and (reply[0] == 200 or b"SignatureNonceUsed" in reply[2]), reply


@pytest.mark.parametrize("headers", [
    "X: a\r\n b\r\n", "X: a\r\n\tb\r\n", "Content-Length: 1\r\n 0\r\n", "X: a\nY: b\r\n", "X: a\n", "X: a\0b\r\n",
    "Content-Length: 5\0, 6\r\n", "X: a\rb\r\n", "X : a\r\n", "Content-Length : 5\r\n", ": a\r\n", "X\x01: a\r\n", "X: \x7f\r\n",
    "(X): a\r\n", "X\xe9: a\r\n",
], ids=repr)
def test_broken_lines_of_the_head(well, headers):  # noqa: F811
    text = f"POST / HTTP/1.1\r\nHost: x\r\n{headers}{FORM}\r\nhello"
    assert refused_for_good(well, text) == (400, "InvalidParameter", BROKEN)


@pytest.mark.parametrize("line", ["GET /?a=\0b HTTP/1.1\r\n", "GET / HTTP/1.1\n", "GET  / HTTP/1.1\r\n", "GET\0 / HTTP/1.1\r\n"], ids=repr)
def test_broken_request_lines(well, line):  # noqa: F811
    with Wire(well) as wire:
        wire.send(f"{line}Host: x\r\n\r\nGET {target()} HTTP/1.1\r\nHost: x\r\n\r\n")
        assert status_of(wire.reply()) == 400
        assert wire.reply() is None


@pytest.mark.parametrize("hosts", ["Host: x\r\nHost: y\r\n", "Host: x\r\nhost: x\r\n", "Host: x\r\nX: y\r\nHOST:\r\n"], ids=repr)
def test_several_hosts(well, hosts):  # noqa: F811
    assert refused_for_good(well, f"GET {target()} HTTP/1.1\r\n{hosts}\r\n") == (
        400, "InvalidParameter", "The request has more than one Host header.")
    status, _, body = ask(well, f"GET /_cleat/version HTTP/1.1\r\n{hosts}\r\n")
    assert (status, json.loads(body)["error"]["reason"]) == (400, "hosts-conflict")


# ---- where a body ends ----


@pytest.mark.parametrize("headers, words", [
    ("Content-Length: 5\r\nContent-Length: 6\r\n", "two lengths"),
    ("Content-Length: 5\r\nContent-Length: 5\r\n", "two lengths"),
    ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "two lengths"),
    ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "two lengths"),
    ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "two lengths"),
    ("Transfer-Encoding: gzip\r\n", "only Transfer-Encoding that is understood is chunked"),
    ("Transfer-Encoding: gzip, chunked\r\n", "only Transfer-Encoding"),
    ("Transfer-Encoding: chunked, identity\r\n", "only Transfer-Encoding"),
    ("Transfer-Encoding: identity\r\n", "only Transfer-Encoding"),
    ("Transfer-Encoding: xchunked\r\n", "only Transfer-Encoding"),
    ("Transfer-Encoding:\r\n", "only Transfer-Encoding"),
    ("Transfer-Encoding: chunked \r\n", "only Transfer-Encoding"),
], ids=repr)
def test_bodies_whose_end_is_in_doubt(well, headers, words):  # noqa: F811
    smuggled = f"0\r\n\r\nGET {target()} HTTP/1.1\r\nHost: x\r\n\r\n"
    status, code, message = refused_for_good(well, f"POST / HTTP/1.1\r\nHost: x\r\n{headers}{FORM}\r\n{smuggled}")
    assert (status, code) == (400, "InvalidParameter") and words in message


def test_chunks_of_http_1_0(well):  # noqa: F811
    smuggled = f"0\r\n\r\nGET {target()} HTTP/1.1\r\nHost: x\r\n\r\n"
    head = f"POST / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n{FORM}\r\n"
    status, code, message = refused_for_good(well, head + smuggled)
    assert (status, code) == (400, "InvalidParameter") and "of HTTP/1.1" in message


def test_nothing_is_read_behind_chunks(well):  # noqa: F811
    """Where a chunk's line ends, servers on the way may see otherwise: the connection ends with the reply."""
    body = urllib.parse.urlencode(signing.v1_sign("POST", signing.v1_common("DescribeRegions", Format="JSON")))
    for end in ("\r\n", "\n"):
        with Wire(well) as wire:
            wire.send(f"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n{FORM}\r\n"
                      f"{len(body):x}{end}{body}\r\n0\r\n\r\nGET {target()} HTTP/1.1\r\nHost: x\r\n\r\n")
            status, headers, _ = wire.reply()
            assert status in (200, 400) and headers["connection"].lower() == "close"
            assert wire.reply() is None


@pytest.mark.parametrize("length", ["5, 6", "5, 5", "+5", "-5", "5 ", "0x5", "5x", "", "5.0", "٥"], ids=repr)
def test_lengths_that_are_no_number(well, length):  # noqa: F811
    with Wire(well) as wire:
        wire.send(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n{FORM}\r\nhello".encode())
        wire.send(f"GET {target()} HTTP/1.1\r\nHost: x\r\n\r\n")
        # The words are the HTTP library's own; nothing but they come, and then the end.
        rest = wire.stream.read()
    assert rest.startswith(b"HTTP/1.1 400 ") and b"Content-Length" in rest.split(b"<body>")[1] and b" 200 " not in rest


def test_body_too_long_says_how_long_it_may_be(make_server):
    server = make_server(max_body=2048)
    wanted = (413, "RequestEntityTooLarge", "The body of the request is longer than 2048 bytes.")
    assert refused_for_good(server, f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2049\r\n{FORM}\r\n") == wanted
    chunk = "400\r\n" + "x" * 1024 + "\r\n"
    assert refused_for_good(
        server, f"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n{FORM}\r\n{chunk * 3}0\r\n\r\n") == wanted


# ---- parameters ----


def test_nesting(well):  # noqa: F811
    cloud = Cloud(well)
    name = ".".join(["a"] * 8)
    assert cloud.raw("DescribeRegions", {name: "x"}).status == 200
    assert cloud.raw("DescribeRegions", {name + ".a": "x"}).fault == (
        400, "InvalidParameter", f"The specified value of parameter {name}.a is not valid.")
    deep = "[" * 8 + "]" * 8
    headers = {"Authorization": "Bearer " + well.token, "Content-Type": "application/json"}
    status, _, body = well.http("POST", "/_cleat/keys", json.dumps({"a": json.loads(deep)}), headers)
    assert status == 400 and b"nested deeper than 8" in body
    assert well.http("POST", "/_cleat/keys", "[" * 100000, headers)[0] == 400


def test_texts_and_lists(well):  # noqa: F811
    cloud = Cloud(well)
    disk = {"RegionId": REGION, "ZoneId": ZONE, "Size": 20}
    assert cloud.refused("CreateDisk", **disk, KMSKeyId="k" * 1025)[0] == 400
    assert cloud.refused("CreateDisk", **disk, ClientToken="t" * 65)[0] == 400
    for count, status in ((20, 200), (21, 400)):
        tags = {f"Tag.{n}.Key": f"k{n}" for n in range(1, count + 1)}
        assert cloud.raw("CreateDisk", {**disk, **tags}).status == status


def test_numbers_of_things(make_server):
    cloud = Cloud(make_server())
    run = {"RegionId": REGION, "ZoneId": ZONE, "ImageId": IMAGE, "InstanceType": TYPE}
    assert cloud.refused("RunInstances", **run, Amount=101) == (403, "InvalidParam.Amount")
    instances = cloud.make_instances(Amount=17)
    shared = cloud.make_disk(**MULTI)
    for instance in instances[:16]:
        cloud.AttachDisk(DiskId=shared, InstanceId=instance)
    assert cloud.refused("AttachDisk", DiskId=shared, InstanceId=instances[16]) == (403, "DiskAttachedNumberExceeded")
    for _ in range(16):
        cloud.AttachDisk(DiskId=cloud.make_disk(), InstanceId=instances[16])
    assert cloud.refused("AttachDisk", DiskId=cloud.make_disk(), InstanceId=instances[16]) == (403, "InstanceDiskLimitExceeded")


def test_one_advance_of_the_clock(make_server):
    server = make_server(clock="manual")
    ten_years = 10 * 365 * 86400
    server.advance(ten_years)
    answer = server.control("POST", "/_cleat/clock/advance", {"milliseconds": ten_years * 1000 + 1}, status=400)
    assert "milliseconds" in answer["error"]["message"]


def test_line_of_the_log(make_server):
    server = make_server()
    ask(server, f"GET /{'x' * 20000}?Action=a&Version=2014-05-26 HTTP/1.1\r\nHost: x\r\n\r\n")
    ask(server, f"GET /?Action={'x' * 20000}&Version=2014-05-26 HTTP/1.1\r\nHost: x\r\n\r\n")
    wait_for(lambda: '"cut":"line too long"' in server.log, "the line that stands for it")
    assert max(map(len, server.log.splitlines())) <= 8192


def test_one_backup_at_a_time(make_server):
    server = make_server(durable=True)
    cloud = Cloud(server)
    for _ in range(10):
        cloud.make_instances(Amount=100)
    statuses, lock = [], threading.Lock()

    def backup():
        status = server.http("GET", "/_cleat/backup", headers={"Authorization": "Bearer " + server.token})[0]
        with lock:
            statuses.append(status)

    for _ in range(20):  # until two of them meet
        threads = [threading.Thread(target=backup) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(statuses) <= {200, 503} and 200 in statuses
        if 503 in statuses:
            return
    raise AssertionError("no backup ever met another")


# ---- the queue of changes ----


def test_full_queue_is_said_and_nothing_is_lost_or_half_done(make_server):
    """One may wait: of many writers at once most are refused, try again as they are told, and all of it is there."""
    server = make_server(durable=True, max_queue=1)
    made, refused, lock = [], [], threading.Lock()

    def write(number):
        cloud = Cloud(server)
        instance = None
        while instance is None or len(mine) < 5:
            if instance is None:
                mine = []
                reply = cloud.raw("RunInstances", {"RegionId": REGION, "ZoneId": ZONE, "ImageId": IMAGE, "InstanceType": TYPE})
            else:
                reply = cloud.raw("CreateDisk", {"RegionId": REGION, "ZoneId": ZONE, "Size": 20, "Tag.1.Key": f"of-{number}"},
                                  method="POST")
            if reply.status == 200 and instance is None:
                instance = reply.json["InstanceIdSets"]["InstanceIdSet"][0]
            elif reply.status == 200:
                mine.append(reply.json["DiskId"])
            else:
                with lock:
                    refused.append((reply.fault, reply.headers.get("retry-after")))
        with lock:
            made.append((number, instance, mine))
        cloud.close()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(24)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert refused and set(refused) == {
        ((503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server."), "1")}
    server.kill9()
    server.start()
    cloud = Cloud(server)
    for number, instance, disks in made:
        # As many as were acknowledged, no more: what was refused has left nothing behind.
        assert {disk["DiskId"] for disk in cloud.disks(**{"Tag.1.Key": f"of-{number}"})} == set(disks)
        wait_for(lambda i=instance: cloud.instance(i)["Status"] in ("Running", "Stopped"), "instances are made")
        assert len(cloud.disks_of(instance, "system")) == 1
    assert cloud.DescribeDisks(PageSize=1)["TotalCount"] == 24 * 6
    assert cloud.DescribeInstances(PageSize=1)["TotalCount"] == 24
    wait_for(lambda: server.control("GET", "/_cleat/version")["open_jobs"] == 0, "all work is done")


# ---- connections ----


def test_places_are_counted_together_and_given_back(make_server):
    """Half of them say something, half of them nothing."""
    server = make_server(max_connections=30, max_connections_per_address=30)
    time.sleep(0.1)
    wires = [Wire(server) for _ in range(30)]
    for wire in wires[::2]:
        assert status_of(wire.send(f"GET {target()} HTTP/1.1\r\nHost: x\r\n\r\n").reply()) == 200
    more = [Wire(server) for _ in range(10)]
    assert all(wire.send(f"GET {target()} HTTP/1.1\r\nHost: x\r\n\r\n").reply() is None for wire in more)
    for wire in wires:
        wire.__exit__()

    def takes_as_many_again():
        again = [Wire(server) for _ in range(30)]
        served = [status_of(wire.send(f"GET {target()} HTTP/1.1\r\nHost: x\r\n\r\n").reply()) for wire in again]
        for wire in again:
            wire.__exit__()
        return served == [200] * 30

    wait_for(takes_as_many_again, "the places of those who left are free")
    for wire in more:
        wire.__exit__()


def test_reply_that_is_not_read_does_not_keep_its_place_for_ever(make_server):
    server = make_server(idle_timeout=1, request_timeout=1)
    Cloud(server).make_instances(Amount=100)
    line = target("DescribeInstances", RegionId=REGION, PageSize="100")
    with socket.create_connection(("127.0.0.1", server.port), timeout=20 * SLOWER) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.sendall(f"GET {line} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        for _ in range(200):
            deaf.sendall(f"GET {target('DescribeInstances', RegionId=REGION, PageSize='100')} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            if deaf_is_gone(deaf):
                break
        wait_for(lambda: deaf_is_gone(deaf), "the server has closed it")


def deaf_is_gone(deaf):
    """The other side has closed or reset it, by what the kernel says of it: nothing is read."""
    info = deaf.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
    return info != 1  # TCP_ESTABLISHED


def test_the_table_names_the_defaults(cleat):
    """docs/limits.md against what the program says of itself."""
    text = (pathlib.Path(__file__).resolve().parents[2] / "docs/limits.md").read_text(encoding="utf-8")
    said = re.sub(r"\s+", " ", cleat("serve", "--help").stdout)
    for name, default, words in (("max-body", "1M", "1 MiB"), ("max-params", "1000", "1000"), ("max-connections", "4096", "4096"),
                                 ("max-connections-per-address", "1024", "1024"), ("max-queue", "8192", "8192"),
                                 ("idle-timeout", "60", "60 s"), ("request-timeout", "30", "30 s"),
                                 ("max-detaching", "5", "5"), ("retention-days", "7", "7 days")):
        option = re.search(rf"--{name} .*?(?= --|$)", said)[0]
        assert re.search(rf"default {default}\b", option), option
        assert any(f"`--{name}`" in line and words in line for line in text.splitlines()), name
