"""STS: who calls, and temporary keys under both signatures."""

import concurrent.futures
import json
import re
import time
import urllib.parse

import pytest
from alibabacloud_ecs20140526 import models as ecs_models
from alibabacloud_ecs20140526.client import Client as EcsClient
from alibabacloud_sts20150401 import models as sts_models
from alibabacloud_sts20150401.client import Client as StsClient
from alibabacloud_tea_openapi.models import Config
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkecs.request.v20140526.DescribeRegionsRequest import DescribeRegionsRequest
from aliyunsdksts.request.v20150401.AssumeRoleRequest import AssumeRoleRequest
from aliyunsdksts.request.v20150401.GetCallerIdentityRequest import GetCallerIdentityRequest

import signing
from cloud import REGION, TIME_SECONDS, UUID, Cloud, edit_store, leaves_of_json, leaves_of_xml
from products import BSS, LOCATION, STS, ask, call, refused

POLICY = json.dumps({"Version": "1", "Statement": [{"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}]})


def account_of(cloud):
    return call(cloud, STS, "GetCallerIdentity")["AccountId"]


def arn(cloud, role="worker", account=None):
    return f"acs:ram::{account or account_of(cloud)}:role/{role}"


def assume(cloud, role="worker", session="alice", **more):
    return call(cloud, STS, "AssumeRole", RoleArn=arn(cloud, role), RoleSessionName=session, **more)


def key_of(reply):
    """(id, secret, token)"""
    given = reply["Credentials"]
    return given["AccessKeyId"], given["AccessKeySecret"], given["SecurityToken"]


def fault_v1(cloud, key):
    """What a call of ECS is answered; None if it is done."""
    reply = ask(cloud, signing.VERSION, "DescribeRegions", key=key)
    return None if reply.status == 200 else reply.fault


def fault_v3(cloud, key, **more):
    key_id, secret, *token = key
    headers = signing.v3_headers("DescribeRegions", cloud.server.endpoint,
                                 x_acs_security_token=token[0] if token else None)
    signed, _ = signing.v3_sign("POST", {}, headers, key_id, secret, **more)
    reply = cloud.send("POST", "/?", b"", signed)
    return None if reply.status == 200 else reply.fault


both = pytest.mark.parametrize("fault", [fault_v1, fault_v3], ids=["V1", "V3"])

MISSING = (400, "MissingSecurityToken", "SecurityToken is mandatory for this action.")
EXPIRED = (400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")
MALFORMED = (400, "InvalidSecurityToken.Malformed", "Specified SecurityToken is malformed.")
MISMATCH = (400, "InvalidSecurityToken.MismatchWithAccessKey", "Specified SecurityToken mismatch with the AccessKey.")


# ---- who calls


def test_identity_of_an_account(cloud):
    reply = call(cloud, STS, "GetCallerIdentity")
    account = reply["AccountId"]
    assert re.fullmatch(r"\d{16}", account) and UUID.fullmatch(reply.pop("RequestId"))
    assert reply == {"IdentityType": "Account", "AccountId": account, "PrincipalId": account, "UserId": account,
                     "Arn": f"acs:ram::{account}:root"}


def test_identity_of_a_role(cloud):
    account, given = account_of(cloud), assume(cloud, "worker", "alice")
    reply = call(cloud, STS, "GetCallerIdentity", key=key_of(given))
    assert reply.pop("RequestId")
    assert re.fullmatch(r"\d{18}", reply["RoleId"])
    assert reply == {"IdentityType": "AssumedRoleUser", "AccountId": account, "RoleId": reply["RoleId"],
                     "PrincipalId": f"{reply['RoleId']}:alice", "Arn": f"acs:ram::{account}:assumed-role/worker/alice"}
    assert given["AssumedRoleUser"] == {"Arn": f"acs:ram::{account}:role/worker/alice",
                                        "AssumedRoleId": f"{reply['RoleId']}:alice"}


def test_both_formats_tell_the_same(cloud):
    in_json = leaves_of_json(ask(cloud, STS, "GetCallerIdentity").json)
    in_xml = leaves_of_xml(ask(cloud, STS, "GetCallerIdentity", xml=True).xml)
    assert in_json[1:] == in_xml[1:]


# ---- assuming a role


def test_temporary_key_has_the_vendors_form(cloud):
    before = time.time()
    given = assume(cloud)["Credentials"]
    assert set(given) == {"AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration"}
    assert re.fullmatch(r"STS\.\w{25}", given["AccessKeyId"]) and re.fullmatch(r"\w{44}", given["AccessKeySecret"])
    assert re.fullmatch(r"CAIS\w{124}", given["SecurityToken"]) and TIME_SECONDS.fullmatch(given["Expiration"])
    until = time.mktime(time.strptime(given["Expiration"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
    assert before + 3599 <= until <= time.time() + 3600


@pytest.mark.parametrize("seconds", [900, 43200])
def test_duration(cloud, seconds):
    before = time.time()
    given = assume(cloud, DurationSeconds=seconds)["Credentials"]
    until = time.mktime(time.strptime(given["Expiration"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
    assert before + seconds - 1 <= until <= time.time() + seconds


@pytest.mark.parametrize("parameters, expected", [
    ({"RoleArn": None}, (400, "MissingRoleArn", "RoleArn is mandatory for this action.")),
    ({"RoleSessionName": None}, (400, "MissingRoleSessionName", "RoleSessionName is mandatory for this action.")),
    *(({"RoleArn": wrong}, (400, "InvalidParameter.RoleArn", "The parameter RoleArn is wrongly formed."))
      for wrong in ("", "worker", "acs:ram::1:role/", "acs:ram:::role/worker", "acs:ram::1:user/worker",
                    "acs:ram::1:role/a b", "acs:ram::x/y:role/worker", "acs:ram::1:role/" + 65 * "r", 300 * "r")),
    *(({"RoleSessionName": wrong},
       (400, "InvalidParameter.RoleSessionName", "The parameter RoleSessionName is wrongly formed."))
      for wrong in ("a", "a b", "a/b", "忍者神龟", 65 * "a")),
    *(({"DurationSeconds": wrong},
       (400, "InvalidParameter.DurationSeconds", "The Min/Max value of DurationSeconds is 15min/12hr."))
      for wrong in (899, 43201, -1, "soon")),
    *(({"Policy": wrong}, (400, "InvalidParameter.PolicyGrammar", "The parameter Policy has not passed grammar check."))
      for wrong in ("{", "[]", "{}", '{"Version": "1"}', '{"Statement": []}', '{"Version": 1, "Statement": []}',
                    '{"Version": "1", "Statement": "all"}')),
    ({"Policy": POLICY + 2048 * " "},
     (400, "InvalidParameter.PolicySize", "The size of Policy must be smaller than 2048 bytes.")),
    ({"ExternalId": "x"}, (400, "InvalidParameter.ExternalId", "The parameter ExternalId is wrongly formed.")),
])
def test_what_is_refused(cloud, parameters, expected):
    given = {"RoleArn": arn(cloud), "RoleSessionName": "alice", **parameters}
    assert refused(cloud, STS, "AssumeRole", given) == expected


def test_what_is_accepted(cloud):
    assert assume(cloud, "a.B-c_9", "a.B@c-d_9", Policy=POLICY, ExternalId="ab", SourceIdentity="someone")
    assert assume(cloud, 64 * "r", 64 * "s")


def test_role_of_another_account(cloud):
    other = arn(cloud, account="1000000000000000")
    assert refused(cloud, STS, "AssumeRole", RoleArn=other, RoleSessionName="alice") == \
        (403, "NoPermission", "You are not authorized to do this action. You should be authorized by RAM.")


def test_role_takes_a_role(cloud):
    first = key_of(assume(cloud, "first"))
    second = call(cloud, STS, "AssumeRole", RoleArn=arn(cloud, "second"), RoleSessionName="chained", key=first)
    assert call(cloud, STS, "GetCallerIdentity", key=key_of(second))["Arn"].endswith("assumed-role/second/chained")


def test_not_more_temporary_keys_than_allowed(make_server):
    cloud = Cloud(make_server(durable=True))
    account = account_of(cloud)
    edit_store(cloud.server, (
        "INSERT INTO temporary_key (id, account, secret, token, role, session, policy, created_by, created_at, expires_at) "
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) "
        "SELECT 'STS.' || i, ?, 's', 't' || i, 'r', 's', '', 'k', 0, ? FROM n", (account, int(time.time() + 600) * 1000)))
    assert fault_v1(cloud, key_of(assume(cloud))) is None
    assert refused(cloud, STS, "AssumeRole", RoleArn=arn(cloud), RoleSessionName="alice") == \
        (400, "Throttling.User", "Request was denied due to user flow control.")


# ---- calling with a temporary key


@both
def test_right_token(cloud, fault):
    key = key_of(assume(cloud))
    assert fault(cloud, key) is None
    assert fault(cloud, key) is None


@both
def test_wrong_tokens(cloud, fault):
    (key_id, secret, token), (_, _, other) = key_of(assume(cloud)), key_of(assume(cloud))
    assert fault(cloud, (key_id, secret)) == MISSING
    assert fault(cloud, (key_id, secret, "")) == MISSING
    assert fault(cloud, (key_id, secret, other)) == MISMATCH
    assert fault(cloud, (key_id, secret, token[:-1])) == MALFORMED
    assert fault(cloud, (key_id, secret, "CAIS")) == MALFORMED
    assert fault(cloud, (signing.KEY_ID, signing.SECRET, token)) == MISMATCH
    assert fault(cloud, (signing.KEY_ID, signing.SECRET, "CAIS")) == MALFORMED
    assert fault(cloud, (signing.KEY_ID, signing.SECRET, "")) is None


@both
def test_nothing_is_told_of_a_token_without_the_secret(cloud, fault):
    (key_id, _, token), (_, _, other) = key_of(assume(cloud)), key_of(assume(cloud))
    for given in (token, other, "CAIS"):
        assert fault(cloud, (key_id, "wrong", given))[1] == "SignatureDoesNotMatch"


def test_token_must_be_signed(cloud):
    key = key_of(assume(cloud))
    assert fault_v3(cloud, key, unsigned=("x-acs-security-token",))[1] == "IncompleteSignature"
    target = signing.v1_sign("GET", signing.v1_common("DescribeRegions", key[0], Format="JSON"), key[1])
    reply = cloud.send("GET", "/?" + urllib.parse.urlencode({**target, "SecurityToken": key[2]}))
    assert reply.fault[1] == "SignatureDoesNotMatch"


def test_key_expires_and_survives_restarts(make_server):
    cloud = Cloud(make_server(durable=True))
    key, dead = key_of(assume(cloud)), key_of(assume(cloud))
    now = int(time.time() * 1000)
    cloud.server.kill9()
    cloud.server.start()
    for fault in (fault_v1, fault_v3):
        assert fault(cloud, key) is None and fault(cloud, dead) is None
    edit_store(cloud.server, ("UPDATE temporary_key SET expires_at = ? WHERE id = ?", (now - 1000, dead[0])))
    for fault in (fault_v1, fault_v3):
        assert fault(cloud, key) is None
        assert fault(cloud, dead) == EXPIRED
        assert fault(cloud, dead[:2]) == MISSING
        assert fault(cloud, (*key[:2], dead[2])) == MISMATCH


def test_cloud_time_does_not_touch_temporary_keys(slow_cloud):
    key = key_of(assume(slow_cloud))
    slow_cloud.server.advance(48 * 3600)
    assert fault_v1(slow_cloud, key) is None


def test_keys_made_meanwhile_leave_temporary_ones_alone(own_cloud):
    """Making a lasting key reads all keys anew."""
    cloud = own_cloud()
    key = key_of(assume(cloud))
    made = cloud.server.control("POST", "/_cleat/keys", {})
    assert fault_v1(cloud, key) is None
    assert fault_v1(cloud, (made["access_key_id"], made["secret"])) is None
    assert fault_v1(cloud, (made["access_key_id"], made["secret"], key[2])) == MISMATCH


def test_many_at_once(make_server):
    """Every key works from the reply that brings it on, whatever others make or read at the same time."""
    server = make_server()
    account = account_of(Cloud(server))

    def work(number):
        cloud = Cloud(server)
        for turn in range(20):
            key = key_of(call(cloud, STS, "AssumeRole", RoleArn=f"acs:ram::{account}:role/worker",
                              RoleSessionName=f"s-{number}-{turn}"))
            assert fault_v1(cloud, key) is None and fault_v3(cloud, key) is None
            assert call(cloud, STS, "GetCallerIdentity", key=key)["Arn"].endswith(f"/s-{number}-{turn}")
            if number == 0:
                made = server.control("POST", "/_cleat/keys", {})
                assert fault_v1(cloud, (made["access_key_id"], made["secret"])) is None
        cloud.close()

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))


def test_role_sees_what_its_account_has(cloud):
    disk = cloud.make_disk()
    key_id, secret, token = key_of(assume(cloud))
    reply = ask(cloud, signing.VERSION, "DescribeDisks", DiskIds=json.dumps([disk]), key=(key_id, secret, token)).json
    assert [found["DiskId"] for found in reply["Disks"]["Disk"]] == [disk]


@pytest.mark.parametrize("version, operation, code, status", [
    (STS, "GetCallerIdentity", "Throttling", 400), (STS, "AssumeRole", "NoPermission", 403),
    (LOCATION, "DescribeEndpoints", "Illegal Parameter", 400), (BSS, "QueryAvailableInstances", "InternalError", 500)])
def test_faults_are_met_in_every_product(own_cloud, version, operation, code, status):
    cloud = own_cloud()
    cloud.server.control("POST", "/_cleat/faults", {"operation": operation, "code": code})
    assert refused(cloud, version, operation)[:2] == (status, code)
    assert ask(cloud, version, operation).status in (200, 400)
    assert cloud.server.control("GET", "/_cleat/faults")["faults"][0]["times_hit"] == 1


# ---- the official clients


def tea_config(cloud, key=(signing.KEY_ID, signing.SECRET), **more):
    token = {"security_token": key[2], "type": "sts"} if len(key) > 2 else {}
    return Config(access_key_id=key[0], access_key_secret=key[1], endpoint=cloud.server.endpoint, protocol="http",
                  region_id=REGION, **token, **more)


@pytest.mark.parametrize("algorithm", [None, "v2"], ids=["V3", "V1"])
def test_current_client_from_role_to_call(cloud, algorithm):
    sts = StsClient(tea_config(cloud, signature_algorithm=algorithm))
    account = sts.get_caller_identity().body.account_id
    given = sts.assume_role(sts_models.AssumeRoleRequest(
        role_arn=f"acs:ram::{account}:role/worker", role_session_name="tea", duration_seconds=900)).body.credentials
    key = (given.access_key_id, given.access_key_secret, given.security_token)
    identity = StsClient(tea_config(cloud, key, signature_algorithm=algorithm)).get_caller_identity().body
    assert (identity.identity_type, identity.arn) == ("AssumedRoleUser", f"acs:ram::{account}:assumed-role/worker/tea")
    ecs = EcsClient(tea_config(cloud, key, signature_algorithm=algorithm))
    assert ecs.describe_regions(ecs_models.DescribeRegionsRequest()).body.regions.region


def test_older_client_from_role_to_call(cloud):
    def do(client, request):
        request.set_endpoint(cloud.server.endpoint)
        request.set_protocol_type("http")
        return json.loads(client.do_action_with_exception(request))

    client = AcsClient(signing.KEY_ID, signing.SECRET, REGION)
    request = AssumeRoleRequest()
    request.set_RoleArn(f"acs:ram::{do(client, GetCallerIdentityRequest())['AccountId']}:role/worker")
    request.set_RoleSessionName("acs")
    given = do(client, request)["Credentials"]
    role = AcsClient(region_id=REGION, credential=StsTokenCredential(given["AccessKeyId"], given["AccessKeySecret"],
                                                                     given["SecurityToken"]))
    assert do(role, GetCallerIdentityRequest())["IdentityType"] == "AssumedRoleUser"
    assert do(role, DescribeRegionsRequest())["Regions"]["Region"]
    wrong = AcsClient(region_id=REGION, credential=StsTokenCredential(given["AccessKeyId"], given["AccessKeySecret"], "x"))
    with pytest.raises(ServerException) as caught:
        do(wrong, DescribeRegionsRequest())
    assert caught.value.get_error_code() == "InvalidSecurityToken.Malformed"
