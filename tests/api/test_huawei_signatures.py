"""Signatures of the second dialect at the server itself: what is signed and what is not, and each refusal in all of its words. Beside
each stands its neighbour, the least different request that is let in. Nothing is shared with Cleat or with an official client."""

import hashlib
import hmac
import http.client
import json
import re

import pytest

from cloud import load_fleet
from huawei_raw import ALGORITHM, REGION, Raw, Reply, canonical, date, signed

ACCOUNT, KEY, SECRET = "2000000000000061", "signer", "cleat-secret"
AUTH = "Incorrect IAM authentication information: "
PATH = f"/v3/projects?name={REGION}"
MINUTE = 60


@pytest.fixture(scope="module")
def raw(make_module_server):
    server = make_module_server()
    load_fleet(server, {"cleat_fleet": 1, "accounts": [{
        "id": ACCOUNT, "name": "signers", "realm": "huawei",
        "access_keys": [{"id": KEY, "secret": SECRET}, {"id": "disabled", "secret": SECRET, "state": "disabled"},
                        {"id": "k" * 128, "secret": "s" * 128}]}]})
    return Raw(server, KEY, SECRET)


def send(raw, method, target, pairs, body=b"", length=True):
    """Headers as they are listed here, also twice; nothing is added but a length."""
    connection = http.client.HTTPConnection("127.0.0.1", raw.server.port, timeout=60)
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in pairs:
            connection.putheader(name, value)
        if length and (body or method == "DELETE"):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        reply = connection.getresponse()
        return Reply(reply.status, reply.getheaders(), reply.read())
    finally:
        connection.close()


def sign(raw, method="GET", target=PATH, body=b"", key=KEY, secret=SECRET, **more):
    """The signed headers of a request, as pairs: those of `more` are signed as well."""
    headers = {"host": raw.server.endpoint, "x-sdk-date": date(), **{name.replace("_", "-"): value for name, value in more.items()}}
    return list(signed(method, target, headers, body, key, secret).items())


def refused(reply, message):
    """The gateway's refusal, in full."""
    assert (reply.status, reply.json) == (401, {
        "error_msg": AUTH + message, "error_code": "APIGW.0301", "request_id": reply.headers["x-request-id"]}), reply.text
    assert re.fullmatch("[0-9a-f]{32}", reply.headers["x-request-id"])
    assert (reply.headers["server"], reply.headers["content-type"]) == ("api-gateway", "application/json")


def mismatch(raw, method, target, headers, body=b""):
    """What the server says that it would have signed."""
    return "verify aksk signature fail, canonicalRequest:" + canonical(method, target, headers, body).replace("\n", "|")


def accepted(reply):
    assert reply.status == 200 and [each["name"] for each in reply.json["projects"]] == [REGION], reply.text


# ---- what is signed ----


def test_exactly_the_listed_headers_are_signed(raw):
    for names in (("x-sdk-date",), ("host", "x-sdk-date"), ("content-type", "host", "user-agent", "x-project-id", "x-sdk-date"),
                  ("accept", "user-agent", "x-language", "x-sdk-date")):
        values = {"host": raw.server.endpoint, "x-sdk-date": date()}
        headers = {name: values.get(name, f"of {name}") for name in names}
        sent = signed("GET", PATH, headers, b"", KEY, SECRET)
        if "host" not in sent:
            sent["Host"] = raw.server.endpoint
        accepted(send(raw, "GET", PATH, sent.items()))
        accepted(send(raw, "GET", PATH, [*sent.items(), ("X-Project-Id", "not signed"), ("X-Domain-Id", "not signed")]
                      if "x-project-id" not in names else sent.items()))
        for name in set(names) - {"host", "x-sdk-date"}:
            changed = {**headers, name: "other"}
            refused(send(raw, "GET", PATH, {**sent, name: "other"}.items()), mismatch(raw, "GET", PATH, changed))


def test_a_listed_header_that_is_missing_or_there_twice(raw):
    pairs = sign(raw, x_language="en-us")
    accepted(send(raw, "GET", PATH, pairs))
    without = [(name, value) for name, value in pairs if name != "x-language"]
    assert send(raw, "GET", PATH, without).fault[:2] == (401, "APIGW.0301")
    for name, value in (("x-language", "en-us"), ("X-Language", "zh-cn"), ("X-Sdk-Date", date())):
        reply = send(raw, "GET", PATH, [*pairs, (name, value)])
        assert reply.fault[:2] == (401, "APIGW.0301") and "verify aksk signature fail" in reply.text


def test_a_header_that_is_signed_twice_has_a_line_for_each_value(raw):
    when = date()
    lines = ["GET", "/v3/projects/", f"name={REGION}", "x-many:1", "x-many:2", f"x-sdk-date:{when}", "", "x-many;x-sdk-date",
             hashlib.sha256(b"").hexdigest()]
    text = "\n".join([ALGORITHM, when, hashlib.sha256("\n".join(lines).encode()).hexdigest()])
    signature = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    authorization = f"{ALGORITHM} Access={KEY}, SignedHeaders=x-many;x-sdk-date, Signature={signature}"
    pairs = [("Host", "x"), ("X-Many", " 2\t"), ("x-many", "1"), ("X-Sdk-Date", when), ("Authorization", authorization)]
    accepted(send(raw, "GET", PATH, pairs))
    assert send(raw, "GET", PATH, [pair for pair in pairs if pair[1] != "1"]).status == 401


@pytest.mark.parametrize("method, target", [("GET", PATH), ("GET", "/v1/{project}/jobs/x"),
                                            ("DELETE", "/v1/{project}/cloudservers/s1/detachvolume/v1?delete_flag=0")])
@pytest.mark.parametrize("body", [b"", b"{}", b'{"a": "b"}'])
def test_bodies_of_get_and_delete_are_signed(raw, method, target, body):
    target = target.replace("{project}", raw.project)
    pairs = sign(raw, method, target, body, content_type="application/json")
    assert send(raw, method, target, pairs, body).status != 401
    headers = {name: value for name, value in pairs if name != "Authorization"}
    for other in {b"", b"{ }", b'{"a": "c"}'} - {body}:
        refused(send(raw, method, target, pairs, other), mismatch(raw, method, target, headers, other))


@pytest.mark.parametrize("change", [
    ("DELETE", PATH), ("GET", PATH + "x"), ("GET", PATH + "&limit=1"), ("GET", "/v3/projects"), ("GET", "/v3/auth/domains"),
    ("GET", f"/v3/projects?Name={REGION}")])
def test_method_path_and_query_are_signed(raw, change):
    headers = {"host": raw.server.endpoint, "x-sdk-date": date()}
    pairs = list(signed("GET", PATH, headers, b"", KEY, SECRET).items())
    accepted(send(raw, "GET", PATH, pairs))
    reply = send(raw, *change, pairs)
    if change[0] == "DELETE":  # there is no such operation
        assert reply.fault == (404, "APIGW.0101", "The API does not exist.")
    else:
        refused(reply, mismatch(raw, *change, headers))


def test_targets_may_be_written_in_several_ways(raw):
    pairs = sign(raw)
    for target in (PATH, f"/v3/projects/?name={REGION}", f"/v3/projects?name={REGION.replace('-', '%2D')}", f"/v3/projects?n%61me={REGION}"):
        accepted(send(raw, "GET", target, pairs))
    sorted_pairs = sign(raw, target=f"/v3/projects?name={REGION}&domain_id={ACCOUNT}")
    accepted(send(raw, "GET", f"/v3/projects?domain_id={ACCOUNT}&name={REGION}", sorted_pairs))


@pytest.mark.parametrize("claimed, body, good", [
    (hashlib.sha256(b"").hexdigest(), b"", True), (hashlib.sha256(b"{}").hexdigest(), b"{}", True),
    (hashlib.sha256(b"{}").hexdigest(), b"{ }", False), ("UNSIGNED-PAYLOAD", b"{}", True), ("UNSIGNED-PAYLOAD", b"", True),
    ("unsigned", b"{}", False), ("", b"", False)])
def test_what_a_client_says_of_its_body_must_be_true(raw, claimed, body, good):
    when = date()
    headers = {"x-sdk-content-sha256": claimed, "x-sdk-date": when}
    lines = canonical("GET", PATH, headers, b"").split("\n")[:-1] + [claimed]
    text = "\n".join([ALGORITHM, when, hashlib.sha256("\n".join(lines).encode()).hexdigest()])
    signature = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    authorization = f"{ALGORITHM} Access={KEY}, SignedHeaders=x-sdk-content-sha256;x-sdk-date, Signature={signature}"
    reply = send(raw, "GET", PATH, [("Host", "x"), *headers.items(), ("Authorization", authorization)], body)
    assert reply.status == (200 if good else 401), reply.text


# ---- when ----


@pytest.mark.parametrize("offset", [-16 * MINUTE, 16 * MINUTE, -24 * 60 * MINUTE, 366 * 24 * 60 * MINUTE])
def test_outside_of_the_window(raw, offset):
    when = date(offset)
    reply = send(raw, "GET", PATH, sign(raw, x_sdk_date=when))
    found = re.fullmatch(re.escape(f"{AUTH}calc aksk signature fail:signature expired, signature time:{when},server time:") + r"(\d{8}T\d{6}Z)",
                         reply.json["error_msg"])
    assert found and date(-2 * MINUTE) <= found[1] <= date(2 * MINUTE), reply.text
    refused(reply, reply.json["error_msg"][len(AUTH):])


@pytest.mark.parametrize("offset", [-14 * MINUTE, 0, 14 * MINUTE])
def test_inside_of_the_window(raw, offset):
    accepted(send(raw, "GET", PATH, sign(raw, x_sdk_date=date(offset))))


@pytest.mark.parametrize("when", ["now", "20260101", "20260101T000000", "2026-01-01T00:00:00Z", "20261301T000000Z", "20260132T000000Z",
                                  "20260101T250000Z", "20260101t000000z", "20260101T000000Z0", "2026010aT000000Z", "Thu, 01 Jan 2026 00:00:00 GMT"])
def test_what_is_no_date(raw, when):
    refused(send(raw, "GET", PATH, sign(raw, x_sdk_date=when)), f"calc aksk signature fail:invalid x-sdk-date:{when}")


def test_a_date_that_is_not_signed_is_none(raw):
    headers = {"host": raw.server.endpoint}
    lines = canonical("GET", PATH, headers, b"")
    when = date()
    text = "\n".join([ALGORITHM, when, hashlib.sha256(lines.encode()).hexdigest()])
    signature = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    authorization = f"{ALGORITHM} Access={KEY}, SignedHeaders=host, Signature={signature}"
    refused(send(raw, "GET", PATH, [*headers.items(), ("X-Sdk-Date", when), ("Authorization", authorization)]), "Authorization format error")


# ---- who ----


def test_keys_and_secrets(raw):
    headers = {"host": raw.server.endpoint, "x-sdk-date": date()}
    for secret in (SECRET.upper(), SECRET + " ", "", "s" * 200):
        refused(send(raw, "GET", PATH, signed("GET", PATH, headers, b"", KEY, secret).items()), mismatch(raw, "GET", PATH, headers))
    for key in ("nobody", KEY.upper(), KEY + "x", KEY[:-1], "x" * 128):
        refused(send(raw, "GET", PATH, sign(raw, key=key)), f"ak {key} not exist")
    refused(send(raw, "GET", PATH, sign(raw, key="disabled")), "ak disabled is disabled")
    refused(send(raw, "GET", PATH, sign(raw, key="x" * 129)), "Authorization format error")
    accepted(send(raw, "GET", PATH, sign(raw)))
    accepted(send(raw, "GET", PATH, sign(raw, key="k" * 128, secret="s" * 128)))


def test_what_is_no_authorization(raw):
    pairs = [pair for pair in sign(raw) if pair[0] != "Authorization"]
    good = dict(sign(raw))["Authorization"]
    when = dict(pairs)["x-sdk-date"]
    headers = {"host": raw.server.endpoint, "x-sdk-date": when}
    good = signed("GET", PATH, headers, b"", KEY, SECRET)["Authorization"]
    accepted(send(raw, "GET", PATH, [*pairs, ("Authorization", good)]))
    accepted(send(raw, "GET", PATH, [*pairs, ("Authorization", good.replace(", ", ","))]))
    refused(send(raw, "GET", PATH, pairs), "x-auth-token not found")
    for wrong in (good.replace("Access=", "Access"), good.replace("SignedHeaders=", "Headers="), good[:-1], good + "0", good + ",", good + ", X=y",
                  good.replace("Access", "access"), good.replace(f"Access={KEY}, ", ""), good.replace(f"={KEY}", "="), ALGORITHM + " x"):
        refused(send(raw, "GET", PATH, [*pairs, ("Authorization", wrong)]), "Authorization format error")
    for wrong in ("x", "Basic eDp5", good.replace(ALGORITHM, "SDK-HMAC-SM3"), good.replace(ALGORITHM, ALGORITHM.lower()),
                  good.replace(ALGORITHM, "V11-HMAC-SHA256")):
        refused(send(raw, "GET", PATH, [*pairs, ("Authorization", wrong)]), "unsupported authorization algorithm")


def test_security_tokens_that_a_key_has_not(raw):
    refused(send(raw, "GET", PATH, [*sign(raw), ("X-Security-Token", "STOK")]), "decrypt token fail")
    refused(send(raw, "GET", PATH, sign(raw, x_security_token="STOK")), "decrypt token fail")
    accepted(send(raw, "GET", PATH, sign(raw, x_security_token="")))


@pytest.mark.parametrize("token", ["x", "x" * 160, "x" * 8192, "x" * 9000, "MII", "'; DROP TABLE token"])
def test_what_is_no_token(raw, token):
    jobs = f"/v1/{raw.project}/jobs/x"
    refused(send(raw, "GET", jobs, [("Host", "x"), ("X-Auth-Token", token)]), "decrypt token fail")
    refused(send(raw, "GET", jobs, [("Host", "x"), ("X-Auth-Token", "")]), "x-auth-token not found")
    refused(send(raw, "GET", jobs, [("Host", "x")]), "x-auth-token not found")
    of_iam = send(raw, "GET", PATH, [("Host", "x"), ("X-Auth-Token", token)])
    assert of_iam.fault == (401, "Unauthorized", "The request you have made requires authentication.")
    accepted(send(raw, "GET", PATH, [*sign(raw), ("X-Auth-Token", token)]))  # a signature says it all


def test_the_secret_is_in_no_answer_and_no_log(raw):
    secret = "a secret that shows nowhere"
    reply = send(raw, "GET", PATH, sign(raw, secret=secret))
    right = dict(sign(raw))["Authorization"][-64:]
    for text in (reply.text, raw.server.log, json.dumps(raw.server.control("GET", "/_cleat/journal"))):
        assert secret not in text and SECRET not in text and right not in text
