"""What every request of the second dialect meets before its operation: whose it is, which operation, who calls, what can be read of it;
and the rows that all operations of a family share, in the family's own style of error bodies. The operations are those of the server's
tables."""

import json
import re
import socket

import pytest

from cloud import OTHER_ACCOUNT, Cloud, fleet_of, load_fleet
from huawei_raw import Raw, date, signed
from huawei_world import OPERATIONS, Request, World, put_flat

DEEP = 100
ACCOUNT = "2000000000000055"
GATEWAY_404 = (404, "APIGW.0101", "The API does not exist or has not been published in the environment.")


@pytest.fixture(scope="module")
def world(make_module_server):
    """Its server has two clouds' accounts, and a second one of this."""
    server = make_module_server(max_body=65536)
    load_fleet(server, {"cleat_fleet": 1, "accounts": [
        *OTHER_ACCOUNT["accounts"],
        {"id": ACCOUNT, "name": "third", "realm": "huawei",
         "access_keys": [{"id": "third", "secret": "cleat-secret"}, {"id": "old", "secret": "cleat-secret", "state": "disabled"}]},
        {"id": ACCOUNT[:-1] + "6", "name": "fourth", "realm": "huawei", "access_keys": [{"id": "fourth", "secret": "cleat-secret"}]}]})
    return World(server, "third")


@pytest.fixture
def raw(world):
    return world.raw


def check_style(family, reply):
    """The body of a refusal as clients of the family read it; what the gateway refuses looks the same everywhere."""
    value = reply.json
    assert re.fullmatch("[0-9a-f]{32}", reply.headers["x-request-id"]) and reply.headers["content-type"] == "application/json"
    if set(value) == {"error_msg", "error_code", "request_id"}:
        assert value["request_id"] == reply.headers["x-request-id"] and reply.headers["server"] == "api-gateway"
        assert value["error_code"].startswith("APIGW.")
    elif family in ("nova", "cinder"):
        (_, inner), = value.items()
        assert set(inner) == {"message", "code"} and inner["code"] == reply.status
    elif family == "iam":
        assert set(value) == {"error_msg", "error_code"} or set(value["error"]) == {"code", "message", "title"} and \
            value["error"]["code"] == reply.status
    else:
        assert set(value) == {"error"} and {"message", "code"} <= set(value["error"]) <= {"message", "code", "details"}
        assert isinstance(value["error"]["code"], str) and value["error"]["message"]


# ---- whose request it is ----


def test_both_dialects_share_the_port(raw):
    """An RPC request names an action, in the query or a header; nothing else of a request says whose it is."""
    path = f"/v1/{raw.project}/jobs/x"
    for reply in (raw.send("GET", "/?Action=DescribeDisks"), raw.send("GET", "/", headers={"x-acs-action": "DescribeDisks"}),
                  raw.send("GET", path + "?Action=DescribeDisks"), raw.send("GET", path, headers={"x-acs-action": "DescribeDisks"})):
        assert "RequestId" in reply.text and "APIGW" not in reply.text, reply.text
    assert raw("GET", path).fault[:2] == (400, "Common.0011")
    assert raw.send("GET", path).fault[:2] == (401, "APIGW.0301")
    assert Cloud(raw.server, key_id="other", secret="other-secret").DescribeDisks()["TotalCount"] == 0


def test_keys_of_one_cloud_are_unknown_in_the_other(raw):
    path = "/v3/projects"
    headers = {"host": raw.server.endpoint, "x-sdk-date": date()}
    reply = raw.send("GET", path, headers=signed("GET", path, headers, b"", "other", "other-secret"))
    assert reply.fault[:2] == (401, "APIGW.0301") and "ak other not exist" in reply.text
    assert Cloud(raw.server, key_id="third", secret="cleat-secret").refused("DescribeDisks") == (404, "InvalidAccessKeyId.NotFound")


# ---- which operation ----


@pytest.mark.parametrize("path", [
    "/v1", "/v1/", "//v1/{project}/jobs/x", "/v1//jobs/x", "/v1/{project}//jobs/x", "/v1/{project}/jobs//x", "/v1/{project}/jobs/x//",
    "/v1/{project}/jobs/", "/v1/{project}/jobs", "/V1/{project}/jobs/x", "/v1/{project}/Jobs/x", "/v1/{project}/jobs/x/y",
    "/v1/{project}/job%73/x", "/v1/{project}/jobs%2fx", "/v1/../v1/{project}/jobs/x", "/v1/./{project}/jobs/x", "/v1/{project}/jobs;a/x",
    "/v9/{project}/jobs/x", "/v1/{project}/%jobs/x", "/" + "a/" * 3000, "/" + "%2e" * 1000, "/v1/{project}/cloudservers/x/attachvolume/y",
])
def test_paths_that_are_no_operation(raw, path):
    reply = raw("GET", path)
    assert reply.fault == GATEWAY_404
    check_style(None, reply)


@pytest.mark.parametrize("part", ["%00", "%ff%fe", "%c3%28", "a%2", "%", "%zz"])
def test_parts_that_are_no_text(raw, part):
    target = f"/v1/{raw.project}/jobs/{part}"
    reply = raw.send("GET", target, headers={"x-sdk-date": date()})
    assert reply.status in (400, 401, 404) and reply.json["error_code"].startswith("APIGW."), reply.text


@pytest.mark.parametrize("part", ["a%2Fb", "%2e%2e", "%7B", "a b".replace(" ", "%20"), "%E4%BA%91", "a" * 2000, "%27%3B--", "{job_id}"])
def test_parts_are_decoded_once_and_name_nothing(raw, part):
    reply = raw("GET", f"/v1/{{project}}/jobs/{part}")
    assert reply.status == 400 and reply.json["error"]["code"] in ("Common.0011", "Ecs.0005"), reply.text


@pytest.mark.parametrize("method", ["PUT", "PATCH", "POST", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "get", "X" * 200])
def test_methods_that_the_path_has_not(raw, method):
    reply = raw.send(method, f"/v1/{raw.project}/jobs/x")
    assert reply.status == 404
    if method != "HEAD":
        assert reply.fault == (404, "APIGW.0101", "The API does not exist.")


def test_each_operation_has_a_path_of_its_own():
    """Or a member of the body that is its own."""
    rows = [(name, operation["method"], re.sub("{[^}]*}", "{}", operation["path"]), operation.get("member"))
            for name, operation in OPERATIONS.items()]
    for name, *row in rows:
        assert not [other for other, *its in rows if its == row and other != name], f"{name} has another's path"


def test_a_literal_beats_a_parameter(raw):
    """Of two operations whose paths fit, the one whose first differing part is literal."""
    hidden = 0
    for name, operation in OPERATIONS.items():
        parts = operation["path"].split("/")
        for other_name, other in OPERATIONS.items():
            others = other["path"].split("/")
            if operation["method"] != other["method"] or len(parts) != len(others) or name == other_name:
                continue
            differ = [(mine, its) for mine, its in zip(parts, others) if mine.startswith("{") != its.startswith("{")]
            fits = all(mine.startswith("{") or its.startswith("{") or mine == its for mine, its in zip(parts, others))
            if fits and differ and differ[0][1].startswith("{") and not operation.get("member"):
                target = "/".join(raw.project if part == "{project_id}" else "x" if part.startswith("{") else part for part in parts)
                raw(operation["method"], target)
                (call,) = raw.server.control("GET", "/_cleat/journal?limit=1")["calls"]
                assert call["operation"] == name, f"{target} is {call['operation']}, not {name}"
                hidden += 1
    assert hidden  # there are such paths


# ---- who calls ----


def ask(raw, path="/v3/projects", leave_out=(), key=None, secret=None, algorithm=None, authorization=None, **headers):
    given = {"host": raw.server.endpoint, "x-sdk-date": date(), **{name.replace("_", "-"): value for name, value in headers.items()}}
    given = {name: value for name, value in given.items() if name not in leave_out}
    sent = signed("GET", path, {"x-sdk-date": "", **given}, b"", key or raw.key, secret or raw.secret, algorithm or "SDK-HMAC-SHA256")
    if authorization is not None:
        sent["Authorization"] = authorization
    return raw.send("GET", path, headers={**sent, **given})


@pytest.mark.parametrize("how, says", [
    ({"authorization": "Bearer x"}, "unsupported authorization algorithm"),
    ({"algorithm": "SDK-HMAC-SM3"}, "unsupported authorization algorithm"),
    ({"authorization": "SDK-HMAC-SHA256 Access=third"}, "Authorization format error"),
    ({"authorization": "SDK-HMAC-SHA256 " + "a=b," * 2000}, "Authorization format error"),
    ({"authorization": "SDK-HMAC-SHA256 Access=third, SignedHeaders=host, Signature=" + "0" * 64}, "Authorization format error"),
    ({"x_sdk_date": "2026-01-01T00:00:00Z"}, "invalid x-sdk-date:2026-01-01T00:00:00Z"),
    ({"signed_at": -16 * 60}, "signature expired, signature time:"),
    ({"signed_at": 16 * 60}, "signature expired, signature time:"),
    ({"key": "nobody"}, "ak nobody not exist"),
    ({"key": "old"}, "ak old is disabled"),
    ({"secret": "wrong"}, "verify aksk signature fail, canonicalRequest:GET|/v3/projects/|"),
    ({"x_security_token": "garbage"}, "decrypt token fail"),
])
def test_who_is_not_let_in(raw, how, says):
    if "signed_at" in how:  # now and not when tests are collected, which may be long ago
        how = {"x_sdk_date": date(how["signed_at"])}
    reply = ask(raw, **how)
    assert reply.fault[:2] == (401, "APIGW.0301"), reply.text
    assert reply.json["error_msg"].startswith("Incorrect IAM authentication information: ") and says in reply.json["error_msg"]
    check_style(None, reply)


def test_who_is_let_in_at_the_window_s_ends(raw):
    for offset in (-14 * 60, 14 * 60):
        assert ask(raw, x_sdk_date=date(offset)).status == 200


# ---- what can be read ----


@pytest.mark.parametrize("name", [name for name, operation in OPERATIONS.items()
                                  if "project_id" in operation["path"] and operation["family"] != "iam"])
def test_projects_of_others_are_refused_by_every_operation(world, name):
    operation = OPERATIONS[name]
    other = Raw(world.raw.server, "fourth", "cleat-secret").project
    for project in (other, "0" * 32, "x", "%F0%9F%98%80"):
        reply = Request(operation).ask(world.raw, {**world.of, "project": project})
        assert reply.fault[:2] in ((400, "Ecs.0023"), (400, "Common.0018"), (400, "badRequest"), (404, "itemNotFound"), (400, "EVS.5400")), reply.text
        check_style(operation["family"], reply)


WITH_BODY = [name for name, operation in OPERATIONS.items() if any(each["in"] == "body" for each in operation["parameters"])]
HOSTILE = {
    "not JSON": b"{", "a list": b"[]", "a text": b'"x"', "null": b"null", "two values": b"{}{}", "not UTF-8": b'{"a":"\xff"}',
    "nested objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP, "nested lists": b'{"a":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "a very deep one": b'{"a":' * 9000, "NUL": b'{"a\\u0000b":1}', "half a surrogate": b'{"a":"\\ud800"}', "NaN": b'{"a":NaN}',
    "twice": b'{"a":1,"a":2}', "a form": b"a=b",
}


@pytest.mark.parametrize("name", WITH_BODY)
def test_bodies_that_cannot_be_read(world, name):
    operation = OPERATIONS[name]
    method, target, _, headers = Request(operation).filled(world.of)
    for what, body in HOSTILE.items():
        reply = world.raw(method, target, body, headers)
        assert 400 <= reply.status < 500, (what, reply.text)
        check_style(operation["family"], reply)


@pytest.mark.parametrize("name", WITH_BODY)
def test_needed_members_and_none(world, name):
    """Each needed member absent, empty and of another type; then the body as a whole."""
    operation = OPERATIONS[name]
    method, target, whole, headers = Request(operation).filled(world.of)
    for parameter in operation["parameters"]:
        if not parameter.get("required") or parameter["in"] != "body" or not present(json.loads(whole), parameter["name"].split(".")):
            continue
        for value in (None, "", {"a": "b"}, [[]], 10 ** 30, "x" * 5000):
            body = json.loads(whole)
            put_flat(body, parameter["name"], value)
            reply = world.raw(method, target, json.dumps(body).encode(), headers)
            if reply.status < 300 and value is not None:
                continue  # what is a text somewhere, and kept
            assert 400 <= reply.status < 500, (parameter["name"], value, reply.text)
            check_style(operation["family"], reply)
    if whole:
        reply = world.raw(method, target, b"", headers)
        assert 400 <= reply.status < 500
        check_style(operation["family"], reply)


def present(body, parts):
    for part in parts:
        body = body[0] if part == "N" and body else body.get(part) if isinstance(body, dict) else None
        if body is None:
            return False
    return True


@pytest.mark.parametrize("name", [name for name, operation in OPERATIONS.items() if operation["path"] != "/"])  # both dialects' own
def test_queries_that_cannot_be_read(world, name):
    operation = OPERATIONS[name]
    method, target, body, headers = Request(operation).filled(world.of)
    known = [each["name"] for each in operation["parameters"] if each["in"] == "query"] or ["nothing"]
    more = "&" if "?" in target else "?"
    for query in (f"{known[0]}=a&{known[0]}=b", f"{known[0]}=%ff", "&".join(f"p{n}=x" for n in range(1200))):
        reply = world.raw(method, target + more + query, body, headers)
        assert reply.status in (400, 401), (query[:40], reply.text)
        if method != "HEAD":
            check_style(operation["family"], reply)


def test_unknown_parameters_are_left_alone(raw):
    assert raw("GET", "/v3/projects?name=cn-north-4&nothing=x").status == 200


# ---- sizes ----


def send_bytes(raw, head):
    with socket.create_connection(("127.0.0.1", raw.server.port), timeout=30) as connection:
        connection.sendall(head)
        found = b""
        while b"\r\n\r\n" not in found:
            more = connection.recv(65536)
            if not more:
                break
            found += more
        headers, _, body = found.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: (\d+)", headers)[1])
        while len(body) < length:
            body += connection.recv(65536)
    return int(headers.split()[1]), json.loads(body)


@pytest.mark.parametrize("head, status, says", [
    ("GET /v3/projects?a=" + "x" * 40000 + " HTTP/1.1\r\nHost: x\r\n\r\n", 414, "Request URI too large."),
    ("POST /v3/projects HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n", 413, "Request entity too large."),
    ("GET /v3/projects HTTP/1.1\r\nHost: x\r\n" + "".join(f"h{n}: x\r\n" for n in range(200)) + "\r\n", 400, "API request error."),
    ("GET /v3/projects HTTP/1.1\r\nHost: x\r\na: " + "x" * 17000 + "\r\n\r\n", 400, "API request error."),
    ("GET /v3/projects HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, "API request error."),
    ("POST /v3/projects HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400, "API request error."),
    ("POST /v3/projects HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 400, "API request error."),
    ("GET /v3/projects HTTP/1.1\r\nHost: x\r\na\tb: x\r\n\r\n", 400, "API request error."),
], ids=["target", "body", "headers", "long headers", "hosts", "lengths", "encoding", "malformed"])
def test_sizes_and_ends_in_doubt(raw, head, status, says):
    got, value = send_bytes(raw, head.encode())
    assert (got, value["error_code"], value["error_msg"]) == (status, "APIGW.0201", says)


# ---- rows of a family ----


def test_policies_refuse_in_the_words_of_each_family(make_server):
    server = make_server()
    load_fleet(server, fleet_of(id=ACCOUNT, realm="huawei", access_keys=[{"id": "root", "secret": "cleat-secret"}], users=[{
        "name": "alice", "access_keys": [{"id": "alice", "secret": "cleat-secret"}],
        "policies": [{"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["iam:projects:listProjects"]}]}]}]))
    root, alice = World(server, "root"), Raw(server, "alice")
    asked = 0
    for name, operation in OPERATIONS.items():
        if operation.get("open") or not operation["permission"] or name == "iam.KeystoneListProjects":
            continue
        reply = Request(operation).ask(alice, root.of)
        assert reply.status == 403, (name, reply.text)
        check_style(operation["family"], reply)
        asked += 1
    assert asked > 8


def test_a_client_token_is_for_one_request(raw):
    body = {"volume": {"availability_zone": raw.zone, "volume_type": "SSD", "size": 10}}
    first = raw("POST", "/v2.1/{project}/cloudvolumes", body, {"x-client-token": "once"})
    assert first.json == raw("POST", "/v2.1/{project}/cloudvolumes", body, {"x-client-token": "once"}).json
    body["volume"]["size"] = 20
    assert raw("POST", "/v2.1/{project}/cloudvolumes", body, {"x-client-token": "once"}).fault[:2] == (400, "EVS.5400")
    for number, name in enumerate(("x", "y")):
        server = json.loads(Request(OPERATIONS["ecs.CreateServers"]).filled({"zone": raw.zone, "project": raw.project})[2])
        server["server"]["name"] = name
        reply = raw("POST", "/v1.1/{project}/cloudservers", server, {"x-client-token": "server"})
        assert (reply.status == 200) == (number == 0)
    assert reply.fault[:2] == (400, "Ecs.0000")
