"""Who may call, and what the others are told: requests signed here by hand, so that each part can be wrong by itself."""

import http.client
import hashlib
import json
import re
import urllib.parse

import pytest

import signing
from cloud import REGION, UUID, ZONE, Cloud, Reply
from signing import FORM, SECRET, nonce, timestamp, v1_common, v1_sign, v1_string, v3_headers, v3_sign

MARKER = "server string to sign is:"
GATEWAY = {
    "InvalidAccessKeyId.NotFound": (404, "Specified access key is not found."),
    "InvalidAccessKeyId.Inactive": (400, "Specified access key is disabled."),
    "InvalidTimeStamp.Format": (400, "Specified time stamp or date value is not well formatted."),
    "InvalidTimeStamp.Expired": (400, "Specified time stamp or date value is expired."),
    "SignatureNonceUsed": (400, "Specified signature nonce was used already."),
    "InvalidSignatureMethod": (400, "Specified signature method is not valid."),
    "InvalidParameter.Format": (400, "Specified parameter format is not valid."),
    "InvalidVersion": (400, "Specified parameter Version is not valid."),
    "InvalidAction.NotFound": (404, "Specified api is not found, please check your url and method."),
    "InvalidSecurityToken.Malformed": (400, "Specified SecurityToken is malformed."),
    "UnsupportedHTTPMethod": (400, "This http method is not supported."),
}
WAYS = ["query", "form", "post-query", "mixed"]


def send_v1(cloud, parameters, way="query", secret=SECRET, sign=True):
    """Signs and sends; the ways differ in where the parameters are."""
    method = "GET" if way == "query" else "POST"
    signed = v1_sign(method, parameters, secret) if sign else parameters
    if way == "query":
        return cloud.send("GET", "/?" + urllib.parse.urlencode(signed))
    if way == "form":
        return cloud.send("POST", "/", urllib.parse.urlencode(signed), {"Content-Type": FORM})
    if way == "post-query":
        return cloud.send("POST", "/?" + urllib.parse.urlencode(signed), b"", {"Content-Type": FORM})
    common = {name: value for name, value in signed.items() if name in (*v1_common(""), "Signature", "Format")}
    rest = {name: value for name, value in signed.items() if name not in common}
    return cloud.send("POST", "/?" + urllib.parse.urlencode(common), urllib.parse.urlencode(rest), {"Content-Type": FORM})


def send_v3(cloud, headers, query=None, body=b"", method="POST", **more):
    """Signs and sends; gives the reply and the string that was signed."""
    query = query or {}
    signed, string = v3_sign(method, query, headers, **more)
    pairs = query.items() if isinstance(query, dict) else query
    return cloud.send(method, "/?" + urllib.parse.urlencode(list(pairs)), body, signed), string


def common_v3(cloud, action="DescribeRegions", **more):
    return v3_headers(action, cloud.server.endpoint, **more)


def expect(reply, code):
    status, message = GATEWAY[code]
    assert reply.fault == (status, code, message)


def fresh_key(cloud):
    return cloud.server.control("POST", "/_cleat/keys", {})


# ---- V1


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("value", ["plain", "a b+c", "*~'()!", "中文/ü", "a&b=c%20d"])
def test_v1_is_accepted_wherever_the_parameters_are(cloud, way, value):
    reply = send_v1(cloud, v1_common("CreateDisk", Format="JSON", RegionId=REGION, ZoneId=ZONE, Size="20",
                                     DiskCategory="cloud_essd", Description="--" + value), way)
    assert reply.status == 200, reply.text
    assert cloud.disk(reply.json["DiskId"])["Description"] == "--" + value


@pytest.mark.parametrize("way", WAYS)
def test_v1_blank_and_plus_are_one_in_a_query(cloud, way):
    """Some clients write a blank as +, others as %20; it is signed as %20."""
    name = "a b " + nonce()
    disk = cloud.make_disk(DiskName=name)
    parameters = v1_common("DescribeDisks", Format="JSON", DiskName=name)
    for quote in (urllib.parse.quote, urllib.parse.quote_plus):
        text = urllib.parse.urlencode(v1_sign("GET", {**parameters, "SignatureNonce": nonce()}), quote_via=quote)
        assert [found["DiskId"] for found in cloud.send("GET", "/?" + text).json["Disks"]["Disk"]] == [disk]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["Action", "Version", "AccessKeyId", "Signature", "SignatureMethod", "SignatureVersion",
                                  "SignatureNonce", "Timestamp"])
@pytest.mark.parametrize("empty", [False, True], ids=["absent", "empty"])
def test_v1_each_common_parameter_is_mandatory(cloud, way, name, empty):
    parameters = v1_sign("GET" if way == "query" else "POST", v1_common("DescribeRegions"))
    if empty:
        parameters[name] = ""
    else:
        del parameters[name]
    reply = send_v1(cloud, parameters, way, sign=False)
    assert reply.fault == (400, f"Missing{name}", f"{name} is mandatory for this action.")


def test_v1_unknown_key(cloud):
    expect(send_v1(cloud, v1_common("DescribeRegions", "nobody")), "InvalidAccessKeyId.NotFound")


def test_disabled_key(cloud):
    key = fresh_key(cloud)
    known = Cloud(cloud.server, key["access_key_id"], key["secret"])
    known.DescribeRegions()
    cloud.server.control("POST", "/_cleat/keys/disable", {"access_key_id": key["access_key_id"]})
    expect(known.raw("DescribeRegions"), "InvalidAccessKeyId.Inactive")
    expect(send_v3(cloud, common_v3(cloud), key_id=known.key_id, secret=known.secret)[0], "InvalidAccessKeyId.Inactive")


@pytest.mark.parametrize("text", ["now", "2026-11-21", "2026-11-21 00:00:00", "2026-13-01T00:00:00Z", "1700000000",
                                  "2026-02-30T00:00:00Z", "2026-11-21T00:00:00+08:00", "2026-11-21T24:00:01Z"])
def test_time_that_is_none(cloud, text):
    expect(send_v1(cloud, v1_common("DescribeRegions", Timestamp=text)), "InvalidTimeStamp.Format")
    expect(send_v3(cloud, common_v3(cloud, x_acs_date=text))[0], "InvalidTimeStamp.Format")


@pytest.mark.parametrize("offset, accepted", [(-14 * 60 - 30, True), (14 * 60 + 30, True),
                                              (-15 * 60 - 5, False), (15 * 60 + 5, False), (-86400, False)])
def test_window_of_fifteen_minutes(cloud, offset, accepted):
    for reply in (send_v1(cloud, v1_common("DescribeRegions", Timestamp=timestamp(offset))),
                  send_v3(cloud, common_v3(cloud, x_acs_date=timestamp(offset)))[0]):
        if accepted:
            assert reply.status == 200
        else:
            expect(reply, "InvalidTimeStamp.Expired")


def test_window_follows_the_machines_clock_not_the_clouds(slow_cloud):
    slow_cloud.server.advance(86400)
    assert slow_cloud.raw("DescribeRegions").status == 200


@pytest.mark.parametrize("way", WAYS)
def test_replay_is_refused(cloud, way):
    parameters = v1_common("DescribeRegions")
    assert send_v1(cloud, parameters, way).status == 200
    expect(send_v1(cloud, parameters, way), "SignatureNonceUsed")


def test_nonce_is_used_up_across_signatures_and_operations_but_not_by_other_keys(cloud):
    key = fresh_key(cloud)
    one = nonce()
    assert send_v1(cloud, v1_common("DescribeRegions", SignatureNonce=one)).status == 200
    expect(send_v3(cloud, common_v3(cloud, x_acs_signature_nonce=one))[0], "SignatureNonceUsed")
    expect(send_v1(cloud, v1_common("DescribeDisks", SignatureNonce=one, Timestamp=timestamp(-60))), "SignatureNonceUsed")
    other = v1_common("DescribeRegions", key["access_key_id"], SignatureNonce=one)
    assert send_v1(cloud, other, secret=key["secret"]).status == 200


def test_nonce_of_a_request_with_a_wrong_signature_stays_fresh(cloud):
    """Otherwise strangers could use up the nonces of others."""
    parameters = v1_common("DescribeRegions")
    assert send_v1(cloud, parameters, secret="wrong").fault[1] == "SignatureDoesNotMatch"
    assert send_v1(cloud, parameters).status == 200


def test_nonce_of_a_refused_call_is_used_up(cloud):
    parameters = v1_common("DetachDisk", DiskId="d-nothing", InstanceId="i-nothing")
    assert send_v1(cloud, parameters).fault[1] == "InvalidInstanceId.NotFound"
    expect(send_v1(cloud, parameters), "SignatureNonceUsed")


@pytest.mark.parametrize("method", ["HMAC-SHA256", "MD5"])
def test_v1_signature_method(cloud, method):
    expect(send_v1(cloud, v1_common("DescribeRegions", SignatureMethod=method)), "InvalidSignatureMethod")


def test_v1_signature_version(cloud):
    assert send_v1(cloud, v1_common("DescribeRegions", SignatureVersion="2.0")).fault == \
        (400, "InvalidSignatureVersion", "Specified signature version is not valid.")


def test_v1_signature_type_and_unknown_parameters_are_accepted(cloud):
    reply = send_v1(cloud, v1_common("DescribeRegions", SignatureType="", OwnerId="1", Whatever="x"))
    assert reply.status == 200


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("xml", [False, True], ids=["json", "xml"])
@pytest.mark.parametrize("value", ["x", "a b*~+/&=中:\"<&>", "\ttab\nline", "%41%3A"])
def test_v1_wrong_signature_tells_the_string_to_sign_byte_for_byte(cloud, way, xml, value):
    parameters = v1_common("DescribeDisks", Format="XML" if xml else "JSON", DiskName=value)
    status, code, message = send_v1(cloud, parameters, way, secret="wrong").fault
    assert (status, code) == (400, "SignatureDoesNotMatch")
    assert message.startswith("Specified signature is not matched with our calculation. " + MARKER)
    # What clients do: cut at the marker or at colons, and compare.
    string = v1_string("GET" if way == "query" else "POST", parameters)
    assert message.split(":", 1)[1] == message.split(MARKER)[1] == message.split(":")[1] == string


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name, value", [("DiskId", "d-other"), ("AccessKeyId", "cleat2"), ("RegionId", REGION),
                                         ("SignatureNonce", "another"), ("Action", "DeleteDisk"), ("Format", "XML")])
def test_v1_tampering_is_seen(cloud, way, name, value):
    """Each parameter is signed: one changed or added on the way is refused."""
    disk = cloud.make_disk()
    key = fresh_key(cloud)
    method = "GET" if way == "query" else "POST"
    signed = v1_sign(method, v1_common("DetachDisk", DiskId=disk, InstanceId="i-1", Format="JSON"))
    signed[name] = key["access_key_id"] if name == "AccessKeyId" else value
    assert send_v1(cloud, signed, way, sign=False).fault[:2] == (400, "SignatureDoesNotMatch")
    assert cloud.status(disk) == "Available"


def test_v1_method_is_signed(cloud):
    signed = v1_sign("GET", v1_common("DescribeRegions"))
    assert send_v1(cloud, signed, "form", sign=False).fault[1] == "SignatureDoesNotMatch"


def test_v1_value_of_the_form_wins_and_is_the_one_signed(cloud):
    disk, name = cloud.make_disk(), nonce()
    other = cloud.make_disk()
    parameters = v1_common("DescribeDisks", Format="JSON", DiskIds=json.dumps([disk]))
    signed = v1_sign("POST", parameters)
    reply = cloud.send("POST", "/?DiskIds=" + urllib.parse.quote(json.dumps([other])), urllib.parse.urlencode(signed),
                       {"Content-Type": FORM})
    assert [found["DiskId"] for found in reply.json["Disks"]["Disk"]] == [disk], name


@pytest.mark.parametrize("signature", ["x", "!", "a" * 1000, "中"])
def test_v1_signature_that_is_none(cloud, signature):
    reply = send_v1(cloud, {**v1_common("DescribeRegions"), "Signature": signature}, sign=False)
    assert reply.fault[:2] == (400, "SignatureDoesNotMatch")


def test_v1_security_token_is_refused(cloud):
    """There are no temporary keys, and a key of that kind must not pass as a lasting one."""
    expect(send_v1(cloud, v1_common("DescribeRegions", SecurityToken="token")), "InvalidSecurityToken.Malformed")
    headers = common_v3(cloud, x_acs_security_token="token")
    expect(send_v3(cloud, headers)[0], "InvalidSecurityToken.Malformed")


def test_both_kinds_of_signature_find_the_same_account(cloud):
    disk = cloud.make_disk()
    reply, _ = send_v3(cloud, common_v3(cloud, "DescribeDisks"), {"DiskIds": json.dumps([disk])})
    assert [found["DiskId"] for found in reply.json["Disks"]["Disk"]] == [disk]


# ---- V3


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("value", ["plain", "a b+c", "*~'()!", "中文/ü", "a&b=c%20d"])
def test_v3_is_accepted_with_a_query(cloud, method, value):
    query = {"RegionId": REGION, "ZoneId": ZONE, "Size": "20", "DiskCategory": "cloud_essd", "Description": "--" + value}
    reply, _ = send_v3(cloud, common_v3(cloud, "CreateDisk"), query, method=method)
    assert reply.status == 200, reply.text
    assert cloud.disk(reply.json["DiskId"])["Description"] == "--" + value


def test_v3_is_accepted_with_a_form(cloud):
    body = urllib.parse.urlencode({"RegionId": REGION, "ZoneId": ZONE, "Size": "20", "Description": "in a form",
                                   "DiskCategory": "cloud_essd"}).encode()
    reply, _ = send_v3(cloud, common_v3(cloud, "CreateDisk", body=body, content_type=FORM), body=body)
    assert reply.status == 200, reply.text
    assert cloud.disk(reply.json["DiskId"])["Description"] == "in a form"


def test_v3_is_accepted_with_query_and_form(cloud):
    disk = cloud.make_disk()
    body = urllib.parse.urlencode({"DiskIds": json.dumps([disk])}).encode()
    headers = common_v3(cloud, "DescribeDisks", body=body, content_type=FORM)
    reply, _ = send_v3(cloud, headers, {"RegionId": REGION, "PageSize": "1"}, body)
    assert [found["DiskId"] for found in reply.json["Disks"]["Disk"]] == [disk]


def test_v3_order_of_the_query_does_not_matter(cloud):
    reply, _ = send_v3(cloud, common_v3(cloud, "DescribeDisks"), {"Tag.1.Value": "v", "PageSize": "1", "Tag.1.Key": "k"})
    assert reply.status == 200, reply.text


@pytest.mark.parametrize("header, parameter", [("x-acs-date", "Timestamp"), ("x-acs-signature-nonce", "SignatureNonce"),
                                               ("x-acs-content-sha256", "XAcsContentSha256"), ("x-acs-version", "Version"),
                                               ("x-acs-action", "Action")])
def test_v3_each_common_header_is_mandatory(cloud, header, parameter):
    headers = common_v3(cloud)
    del headers[header]
    reply, _ = send_v3(cloud, headers)
    assert reply.fault == (400, f"Missing{parameter}", f"{parameter} is mandatory for this action.")


def test_v3_authorization_is_mandatory(cloud):
    reply = cloud.send("POST", "/", b"", common_v3(cloud))
    assert reply.fault == (400, "MissingAccessKeyId", "AccessKeyId is mandatory for this action.")


def test_v3_action_may_be_a_parameter(cloud):
    headers = common_v3(cloud)
    del headers["x-acs-action"]
    del headers["x-acs-version"]
    reply, _ = send_v3(cloud, headers, {"Action": "DescribeRegions", "Version": signing.VERSION})
    assert reply.status == 200, reply.text


def test_v3_unknown_key(cloud):
    expect(send_v3(cloud, common_v3(cloud), key_id="nobody")[0], "InvalidAccessKeyId.NotFound")


def test_v3_wrong_signature_tells_the_string_to_sign(cloud):
    reply, string = send_v3(cloud, common_v3(cloud), {"RegionId": REGION}, secret="wrong")
    status, code, message = reply.fault
    assert (status, code) == (400, "SignatureDoesNotMatch")
    assert message.split(MARKER)[1] == string
    assert re.fullmatch(r"ACS3-HMAC-SHA256\n[0-9a-f]{64}", string)


def test_v3_replay_is_refused(cloud):
    headers = common_v3(cloud)
    assert send_v3(cloud, headers)[0].status == 200
    expect(send_v3(cloud, headers)[0], "SignatureNonceUsed")


@pytest.mark.parametrize("header", ["host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce",
                                    "x-acs-content-sha256"])
def test_v3_headers_that_are_acted_on_must_be_signed(cloud, header):
    reply, _ = send_v3(cloud, common_v3(cloud), unsigned=(header,))
    assert reply.fault[:2] == (400, "IncompleteSignature")
    assert reply.fault[2].startswith("The request signature does not conform to Aliyun standards. " + MARKER)


@pytest.mark.parametrize("header, value", [("x-acs-action", "DescribeDisks"), ("x-acs-date", timestamp(-30)),
                                           ("x-acs-signature-nonce", "another"), ("x-acs-extra", "2"),
                                           ("x-acs-content-sha256", "0" * 64)])
def test_v3_tampering_with_headers_is_seen(cloud, header, value):
    signed, _ = v3_sign("POST", {}, common_v3(cloud, x_acs_extra="1"))
    assert cloud.send("POST", "/", b"", {**signed, header: value}).fault[:2] == (400, "SignatureDoesNotMatch")


def test_v3_tampering_with_query_and_body_is_seen(cloud):
    body = b"RegionId=cn-hangzhou"
    signed, _ = v3_sign("POST", {"PageSize": "1"},
                        common_v3(cloud, "DescribeDisks", body=body, content_type=FORM))
    for target, sent in (("/?PageSize=2", body), ("/?PageSize=1&ZoneId=x", body), ("/", body),
                         ("/?PageSize=1", b"RegionId=cn-shanghai"), ("/?PageSize=1", b"")):
        assert cloud.send("POST", target, sent, signed).fault[:2] == (400, "SignatureDoesNotMatch")
    assert cloud.send("POST", "/?PageSize=1", body, signed).status == 200


def test_v3_hash_of_another_body_is_seen_though_it_is_signed(cloud):
    headers = common_v3(cloud, "DescribeDisks", body=b"PageSize=1", content_type=FORM)
    assert send_v3(cloud, headers, body=b"PageSize=2")[0].fault[:2] == (400, "SignatureDoesNotMatch")
    # And where the signature is over the hash of the body that came, while the header claims another.
    headers = common_v3(cloud, "DescribeDisks", body=b"PageSize=1", content_type=FORM)
    reply, _ = send_v3(cloud, headers, body=b"PageSize=2", body_hash=hashlib.sha256(b"PageSize=2").hexdigest())
    assert reply.fault[:2] == (400, "SignatureDoesNotMatch")


@pytest.mark.parametrize("where", ["query", "form", "both"])
def test_v3_parameter_given_twice_is_refused(cloud, where):
    """Sorted by value for the signature, its order is not signed."""
    twice = [("PageSize", "1"), ("PageSize", "2")]
    query = {"query": twice, "form": [], "both": twice[:1]}[where]
    body = urllib.parse.urlencode({"query": [], "form": twice, "both": twice[1:]}[where]).encode()
    headers = common_v3(cloud, "DescribeDisks", body=body, content_type=FORM)
    reply, _ = send_v3(cloud, headers, query, body)
    assert reply.fault[:2] == (400, "InvalidParameter")
    assert "more than once" in reply.fault[2]


@pytest.mark.parametrize("authorization, code", [
    ("", "MissingAccessKeyId"), ("Basic Y2xlYXQ6", "InvalidSignatureMethod"), ("ACS3-HMAC-SM3 a=b", "InvalidSignatureMethod"),
    ("ACS3-HMAC-SHA256", "IncompleteSignature"), ("ACS3-HMAC-SHA256 Credential=cleat", "IncompleteSignature"),
    ("ACS3-HMAC-SHA256 Credential=cleat,SignedHeaders=host,Signature=zz", "IncompleteSignature"),
    ("ACS3-HMAC-SHA256 Credential=cleat,SignedHeaders=,Signature=" + "0" * 64, "IncompleteSignature"),
    ("ACS3-HMAC-SHA256 Credential=cleat,SignedHeaders=host,Signature=" + "0" * 64 + ",Signature=" + "0" * 64,
     "IncompleteSignature"),
])
def test_v3_authorization_that_is_none(cloud, authorization, code):
    reply = cloud.send("POST", "/", b"", {**common_v3(cloud), "Authorization": authorization})
    assert reply.fault[:2] == (400, code)


# ---- the order of the checks


def test_v1_what_is_wrong_first_is_told(cloud):
    """Action, common parameters, key, time, nonce, signature, and only then what is asked for."""
    used = v1_common("DescribeRegions")
    assert send_v1(cloud, used).status == 200
    late = timestamp(-3600)
    steps = [
        ("InvalidAction.NotFound", {"Action": "Frobnicate", "SignatureMethod": "MD5"}),
        ("InvalidSignatureMethod", {"Action": "DetachDisk", "SignatureMethod": "MD5", "AccessKeyId": "nobody"}),
        ("InvalidAccessKeyId.NotFound", {"Action": "DetachDisk", "AccessKeyId": "nobody", "Timestamp": late}),
        ("InvalidTimeStamp.Expired", {"Action": "DetachDisk", "Timestamp": late, "SignatureNonce": used["SignatureNonce"]}),
        ("SignatureNonceUsed", {"Action": "DetachDisk", "SignatureNonce": used["SignatureNonce"]}),
        ("SignatureDoesNotMatch", {"Action": "DetachDisk"}),
    ]
    for code, wrong in steps:
        assert send_v1(cloud, {**v1_common(""), **wrong}, secret="wrong").fault[1] == code
    assert send_v1(cloud, v1_common("DetachDisk")).fault[1] == "MissingInstanceId"


def test_v3_what_is_wrong_first_is_told(cloud):
    used = nonce()
    assert send_v3(cloud, common_v3(cloud, x_acs_signature_nonce=used))[0].status == 200
    late = timestamp(3600)
    steps = [
        ("InvalidAction.NotFound", common_v3(cloud, "Frobnicate", x_acs_date=None), "cleat"),
        ("MissingTimestamp", common_v3(cloud, "DetachDisk", x_acs_date=None), "nobody"),
        ("InvalidAccessKeyId.NotFound", common_v3(cloud, "DetachDisk", x_acs_date=late), "nobody"),
        ("InvalidTimeStamp.Expired", common_v3(cloud, "DetachDisk", x_acs_date=late, x_acs_signature_nonce=used), "cleat"),
        ("SignatureNonceUsed", common_v3(cloud, "DetachDisk", x_acs_signature_nonce=used), "cleat"),
        ("SignatureDoesNotMatch", common_v3(cloud, "DetachDisk"), "cleat"),
    ]
    for code, headers, key in steps:
        assert send_v3(cloud, headers, key_id=key, secret="wrong")[0].fault[1] == code
    assert send_v3(cloud, common_v3(cloud, "DetachDisk"))[0].fault[1] == "MissingInstanceId"


# ---- what is asked for


def test_unknown_action(cloud):
    expect(cloud.raw("FrobnicateDisk"), "InvalidAction.NotFound")
    expect(send_v3(cloud, common_v3(cloud, "FrobnicateDisk"))[0], "InvalidAction.NotFound")
    expect(cloud.raw("detachdisk"), "InvalidAction.NotFound")


@pytest.mark.parametrize("action", ["AllocateEipAddress", "RedeployInstance", "CopyImage", "DescribePrice"])
def test_action_of_the_vendor_that_is_not_there_points_to_the_limits_page(cloud, action):
    status, code, message = cloud.raw(action).fault
    assert (status, code) == (404, "InvalidAction.NotFound")
    assert action in message and "docs/limits.md" in message


def test_unknown_version(cloud):
    expect(send_v1(cloud, v1_common("DescribeRegions", version="2014-05-27")), "InvalidVersion")
    expect(send_v3(cloud, common_v3(cloud, version="2014-05-27"))[0], "InvalidVersion")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_http_methods(cloud, method):
    target = "/?" + urllib.parse.urlencode(v1_sign(method, v1_common("DescribeRegions")))
    expect(cloud.send(method, target), "UnsupportedHTTPMethod")


def test_head_gets_no_body(cloud):
    assert cloud.send("HEAD", "/").status == 400
    assert cloud.raw("DescribeRegions").status == 200


def test_other_paths(cloud):
    target = "/path?" + urllib.parse.urlencode(v1_sign("GET", v1_common("DescribeRegions")))
    expect(cloud.send("GET", target), "InvalidAction.NotFound")


def test_nothing_at_all(cloud):
    for reply in (cloud.send("GET", "/"), cloud.send("POST", "/", b"", {"Content-Type": FORM})):
        assert reply.fault == (400, "MissingAction", "Action is mandatory for this action.")


@pytest.mark.parametrize("target", ["/?Action=%FF", "/?%C0%80=1", "/?Action=%ED%A0%80", "/?Action=a%00b", "/?a=%"])
def test_parameters_that_are_no_text(cloud, target):
    status, code, _ = cloud.send("GET", target).fault
    assert (status, code) in ((400, "InvalidParameter"), (400, "MissingAction"))


# ---- formats


@pytest.mark.parametrize("given, kind", [(None, "xml"), ("", "xml"), ("XML", "xml"), ("xml", "xml"), ("JSON", "json"),
                                         ("json", "json"), ("Json", "json")])
def test_v1_formats(cloud, given, kind):
    more = {} if given is None else {"Format": given}
    types = {"xml": "text/xml;charset=utf-8", "json": "application/json;charset=utf-8"}
    reply = send_v1(cloud, v1_common("DescribeRegions", **more))
    assert (reply.status, reply.type) == (200, types[kind])
    reply = send_v1(cloud, v1_common("DetachDisk", **more))
    assert (reply.status, reply.type) == (400, types[kind])
    if kind == "json":
        assert reply.json["Code"] == "MissingInstanceId"
    else:
        assert reply.text.startswith('<?xml version="1.0" encoding="UTF-8"?><Error>')


def test_v3_answers_json_unless_asked_otherwise(cloud):
    assert send_v3(cloud, common_v3(cloud))[0].type == "application/json;charset=utf-8"
    assert send_v3(cloud, common_v3(cloud, "DetachDisk"))[0].type == "application/json;charset=utf-8"
    reply, _ = send_v3(cloud, common_v3(cloud), {"Format": "XML"})
    assert reply.type == "text/xml;charset=utf-8" and reply.xml.tag == "DescribeRegionsResponse"


def test_format_that_is_none(cloud):
    expect(send_v1(cloud, v1_common("DescribeRegions", Format="yaml")), "InvalidParameter.Format")


def is_complete(reply: Reply, host):
    fault = {child.tag: child.text for child in reply.xml} if "xml" in reply.type else reply.json
    assert set(fault) == {"RequestId", "HostId", "Code", "Message", "Recommend"}
    assert UUID.fullmatch(fault["RequestId"])
    assert reply.headers["x-acs-request-id"] == fault["RequestId"]
    assert fault["HostId"] == host
    assert fault["Recommend"] == (f"https://api.aliyun.com/troubleshoot?q={fault['Code']}&product=Ecs"
                                  f"&requestId={fault['RequestId']}")
    assert reply.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("xml", [False, True], ids=["json", "xml"])
def test_every_refusal_is_complete(cloud, xml):
    host = cloud.server.endpoint
    kind = {"Format": "XML" if xml else "JSON"}
    is_complete(cloud.raw("DetachDisk", {"DiskId": "d-1", "InstanceId": "i-1"}, xml=xml), host)
    is_complete(send_v1(cloud, v1_common("DetachDisk", "nobody", **kind)), host)
    is_complete(send_v1(cloud, v1_common("DetachDisk", **kind), secret="wrong"), host)
    is_complete(send_v1(cloud, v1_common("Frobnicate", **kind)), host)
    is_complete(cloud.send("GET", "/?Format=" + kind["Format"]), host)


def test_request_ids_differ_and_stand_in_header_and_body(cloud):
    replies = [cloud.raw("DescribeRegions") for _ in range(3)]
    ids = {reply.json["RequestId"] for reply in replies}
    assert len(ids) == 3 and all(UUID.fullmatch(one) for one in ids)
    assert ids == {reply.headers["x-acs-request-id"] for reply in replies}


def test_host_id_is_the_host_called(cloud):
    target = "/?" + urllib.parse.urlencode(v1_sign("GET", v1_common("Frobnicate", Format="JSON")))
    reply = cloud.send("GET", target, headers={"Host": "ecs.example.com"})
    assert reply.json["HostId"] == "ecs.example.com"


def test_secrets_and_signatures_are_not_logged(own_cloud):
    cloud = own_cloud(log_level="debug")
    signed = v1_sign("GET", v1_common("DescribeRegions", Password="Top-Secret-1"))
    cloud.send("GET", "/?" + urllib.parse.urlencode(signed))
    send_v3(cloud, common_v3(cloud))
    key = fresh_key(cloud)
    send_v1(cloud, v1_common("DescribeRegions"), secret="wrong")
    assert "DescribeRegions" in cloud.server.log
    for secret in (SECRET, key["secret"], "Top-Secret-1", signed["Signature"], cloud.server.token):
        assert secret not in cloud.server.log


@pytest.mark.parametrize("look", ["{} ", "{}  ", "{}\t", " {}"])
def test_replay_with_another_look_of_the_nonce_is_a_replay(cloud, look):
    """Blanks around a header's value are not signed; a captured request must not come again with others."""
    headers, _ = v3_sign("POST", {}, v3_headers("DescribeRegions", cloud.server.endpoint))
    assert cloud.send("POST", "/", headers=headers).status == 200
    again = {**headers, "x-acs-signature-nonce": look.format(headers["x-acs-signature-nonce"])}
    expect(cloud.send("POST", "/", headers=again), "SignatureNonceUsed")


def test_nonce_in_two_headers_is_refused(cloud):
    headers, _ = v3_sign("POST", {}, v3_headers("DescribeRegions", cloud.server.endpoint, x_acs_signature_nonce="a1,b2"))
    connection = http.client.HTTPConnection("127.0.0.1", cloud.server.port, timeout=20)
    connection.putrequest("POST", "/", skip_host=True)
    for name, value in headers.items():
        for part in value.split(",") if name == "x-acs-signature-nonce" else [value]:
            connection.putheader(name, part)
    connection.putheader("Content-Length", "0")
    connection.endheaders()
    reply = connection.getresponse()
    assert (reply.status, json.loads(reply.read())["Code"]) == (400, "IncompleteSignature")
    connection.close()
