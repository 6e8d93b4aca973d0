"""Users and roles with policies: what each rule allows and refuses, under both signatures, in both formats and as the official
clients see it. A refusal changes nothing and tells nothing of what is not the caller's."""

import base64
import http.client
import json
import urllib.parse

import pytest
from alibabacloud_ecs20140526 import models as ecs_models
from alibabacloud_tea_openapi.exceptions import ClientException
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkecs.request.v20140526.DetachDiskRequest import DetachDiskRequest

import signing
from cloud import IMAGE, REGION, TYPE, Cloud, dump_fleet, fleet_of, load_fleet
from products import LOCATION, STS, ask, call, refused
from test_story_tea import make_client

ACCOUNT, USER = "1000000000000001", "200000000000000001"
OTHER = "1000000000000002"
KEY = ("alice", "alice-secret")
FORBIDDEN = (403, "Forbidden.RAM",
             "User not authorized to operate on the specified resource, or this API doesn't support RAM.")
NO_PERMISSION = (403, "NoPermission", "You are not authorized to do this action. You should be authorized by RAM.")
RUN = {"RegionId": REGION, "ImageId": IMAGE, "InstanceType": TYPE}
DETACH = {"DiskId": "d-1", "InstanceId": "i-1"}


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action, resource="*", **more):
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def policy(*statements):
    return {"Version": "1", "Statement": list(statements)}


def user(*policies, name="alice", key=KEY, **more):
    return {"name": name, "id": USER, "policies": list(policies), "access_keys": [{"id": key[0], "secret": key[1]}], **more}


def fleet(*policies, roles=(), users=None, **more):
    return fleet_of(id=ACCOUNT, access_keys=[{"id": "own", "secret": "own-secret"}],
                    users=[user(*policies)] if users is None else users, roles=list(roles),
                    instances=[{"id": "i-1", "region": REGION}, {"id": "i-2", "region": "cn-beijing"}],
                    disks=[{"id": "d-1", "attachments": [{"instance": "i-1"}]},
                           {"id": "d-2", "attachments": [{"instance": "i-2"}]}, {"id": "d-free", "region": REGION}], **more)


def alice(server, *policies, **more):
    """A client with the key of the user who has these policies, in an account with a few things."""
    load_fleet(server, fleet(*policies, **more))
    return Cloud(server, *KEY)


def owner(server):
    return Cloud(server, "own", "own-secret")


def account_of(server):
    """The account as it is dumped."""
    (found,) = [one for one in json.loads(dump_fleet(server))["accounts"] if one["id"] == ACCOUNT]
    return found


def detail(reply):
    """AccessDeniedDetail, from either format."""
    if "xml" in reply.type:
        return {child.tag: child.text for child in reply.xml.find("AccessDeniedDetail")}
    return reply.json["AccessDeniedDetail"]


def resource_of(reply):
    """What the permission was asked on, as the diagnosis says."""
    return json.loads(base64.b64decode(detail(reply)["EncodedDiagnosticMessage"]))["Resource"]


def may(cloud, action, **parameters):
    """Whether the call got past the policies; what it is answered then does not matter."""
    reply = cloud.raw(action, parameters)
    if reply.status == 403 and reply.json["Code"] == "Forbidden.RAM":
        return False
    assert "AccessDeniedDetail" not in reply.json
    return True


ECS = f"acs:ecs:*:{ACCOUNT}:"


# ---- rules


@pytest.mark.parametrize("statements, allowed", [
    ([], False),
    ([allow("*")], True),
    ([allow("ecs:*")], True),
    ([allow("ecs:DetachDisk")], True),
    ([allow("ECS:detachdisk")], True),
    ([allow("ecs:Detach*")], True),
    ([allow("ecs:?etachDisk")], True),
    ([allow("ecs:AttachDisk")], False),
    ([allow("ecs:Describe*")], False),
    ([allow("vpc:*")], False),
    ([allow(["vpc:*", "ecs:DetachDisk"])], True),
    ([allow("ecs:*"), deny("ecs:DetachDisk")], False),
    ([deny("ecs:DetachDisk"), allow("ecs:*")], False),
    ([allow("ecs:*"), deny("ecs:AttachDisk")], True),
    ([{"Effect": "Allow", "NotAction": "ecs:Delete*", "Resource": "*"}], True),
    ([{"Effect": "Allow", "NotAction": "ecs:De*", "Resource": "*"}], False),
    # both things that it names
    ([allow("ecs:*", f"{ECS}*")], True),
    ([allow("ecs:*", f"{ECS}disk/*")], False),
    ([allow("ecs:*", f"{ECS}instance/*")], False),
    ([allow("ecs:*", [f"{ECS}disk/*", f"{ECS}instance/*"])], True),
    ([allow("ecs:*", [f"{ECS}disk/d-1", f"{ECS}instance/i-1"])], True),
    ([allow("ecs:*", [f"{ECS}disk/d-?", f"{ECS}instance/i-1"])], True),
    ([allow("ecs:*", [f"{ECS}disk/D-1", f"{ECS}instance/i-1"])], False),
    ([allow("ecs:*", [f"{ECS}disk/d-2", f"{ECS}instance/i-1"])], False),
    ([allow("ecs:*"), deny("ecs:*", f"{ECS}disk/d-1")], False),
    ([allow("ecs:*"), deny("ecs:*", f"{ECS}disk/d-2")], True),
    ([allow("ecs:*"), {"Effect": "Deny", "Action": "*", "NotResource": [f"{ECS}disk/d-1", f"{ECS}instance/i-1"]}], True),
    ([allow("ecs:*"), {"Effect": "Deny", "Action": "*", "NotResource": f"{ECS}disk/d-1"}], False),
    # the account and the region are part of the name; DetachDisk names no region: it is that of each thing
    ([allow("ecs:*", f"acs:ecs:*:{OTHER}:*")], False),
    ([allow("ecs:*", f"acs:ecs:{REGION}:*:*")], True),
    ([allow("ecs:*", "acs:ecs:cn-beijing:*:*")], False),
    ([allow("ecs:*"), deny("*", "acs:ecs:cn-beijing:*:*")], True),
    ([allow("ecs:*"), deny("*", f"acs:ecs:{REGION}:*:*")], False),
], ids=repr)
def test_what_a_policy_allows(server, statements, allowed):
    cloud = alice(server, *([policy(*statements)] if statements else []))
    reply = cloud.raw("DetachDisk", DETACH)
    if allowed:
        assert reply.status == 200, reply.text
    else:
        assert reply.fault == FORBIDDEN
    assert owner(server).status("d-1") == ("Available" if allowed else "In_use")


def test_policies_of_a_user_count_together(server):
    cloud = alice(server, policy(allow("ecs:Describe*")), policy(allow("ecs:DetachDisk")), policy(deny("*", f"{ECS}disk/d-2")))
    assert cloud.status("d-1") == "In_use"
    assert may(cloud, "DetachDisk", **DETACH)
    assert not may(cloud, "DetachDisk", DiskId="d-2", InstanceId="i-2")
    assert not may(cloud, "AttachDisk", **DETACH)


@pytest.mark.parametrize("statement, allowed", [
    (allow("*", Condition={"IpAddress": {"acs:SourceIp": "127.0.0.1"}}), {"127.0.0.1"}),
    (allow("*", Condition={"IpAddress": {"acs:SourceIp": ["10.0.0.0/8", "127.0.0.2/31"]}}), {"127.0.0.2"}),
    (allow("*", Condition={"NotIpAddress": {"acs:SourceIp": "127.0.0.1/32"}}), {"127.0.0.2"}),
    (allow("*", Condition={"IpAddress": {"acs:SourceIp": "127.0.0.0/8"}, "Bool": {"acs:SecureTransport": "true"}}), set()),
    (allow("*", Condition={"Bool": {"acs:SecureTransport": ["false"]}}), {"127.0.0.1", "127.0.0.2"}),
    (allow("*", Condition={"Bool": {"acs:MFAPresent": "true"}}), set()),
    (allow("*", Condition={"StringLike": {"acs:UserAgent": "tests/*"}}), {"127.0.0.1", "127.0.0.2"}),
    (allow("*", Condition={"StringEquals": {"acs:UserAgent": "tests/*"}}), set()),
], ids=repr)
def test_where_a_request_comes_from(server, statement, allowed):
    alice(server, policy(statement))
    for address in ("127.0.0.1", "127.0.0.2"):
        signed = signing.v1_sign("GET", signing.v1_common("DescribeRegions", KEY[0], Format="JSON"), KEY[1])
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30, source_address=(address, 0))
        # What a client says of itself does not count, only where the connection comes from.
        connection.request("GET", "/?" + urllib.parse.urlencode(signed),
                           headers={"X-Forwarded-For": "10.1.1.1", "User-Agent": "tests/1"})
        assert connection.getresponse().status == (200 if address in allowed else 403), address
        connection.close()


def test_time_is_that_of_the_cloud(make_server):
    server = make_server(clock="manual")
    now = server.control("GET", "/_cleat/clock")["now"]
    year = int(now[:4])
    until = f"{year + 1}-01-01T00:00:00Z"
    cloud = alice(server, policy(allow("*", Condition={"DateLessThan": {"acs:CurrentTime": until}}),
                                 allow("ecs:DescribeDisks", Condition={"DateGreaterThan": {"acs:CurrentTime":
                                                                                          f"{year + 2}-01-01T08:00:00+08:00"}})))
    assert may(cloud, "DescribeRegions") and may(cloud, "DescribeDisks")
    server.advance(366 * 86400)
    assert not may(cloud, "DescribeRegions") and not may(cloud, "DescribeDisks")
    server.advance(366 * 86400)
    assert not may(cloud, "DescribeRegions") and may(cloud, "DescribeDisks")


# ---- which things a call is about


@pytest.mark.parametrize("action, parameters, resources", [
    ("StopInstances", {"RegionId": REGION, "InstanceId.1": "i-1", "InstanceId.2": "i-3"}, ["instance/i-1", "instance/i-3"]),
    ("DescribeDisks", {"DiskIds": ["d-1", "d-2"], "RegionId": REGION}, ["disk/d-1", "disk/d-2"]),
    ("DescribeDisks", {"RegionId": REGION}, ["disk/*"]),
    ("DescribeInstances", {"InstanceIds": ["i-1"], "RegionId": REGION}, ["instance/i-1"]),
    ("ModifyDiskAttribute", {"DiskIds.1": "d-1", "DiskIds.2": "d-free", "DiskName": "name", "RegionId": REGION},
     ["disk/d-1", "disk/d-free"]),
    ("ModifyDiskAttribute", {"DiskId": "d-1", "DiskName": "name", "RegionId": REGION}, ["disk/d-1"]),
    ("TagResources", {"RegionId": REGION, "ResourceType": "disk", "ResourceId.1": "d-1", "Tag.1.Key": "k"}, ["disk/d-1"]),
    ("CreateDisk", {"RegionId": REGION, "ZoneId": REGION + "-h", "Size": 20}, ["disk/*"]),
    ("CreateDisk", {"RegionId": REGION, "ZoneId": REGION + "-h", "SnapshotId": "s-1"}, ["disk/*", "snapshot/s-1"]),
    ("CreateSnapshot", {"DiskId": "d-1", "RegionId": REGION}, ["disk/d-1", "snapshot/*"]),
    ("DeleteSnapshot", {"SnapshotId": "s-1", "RegionId": REGION}, ["snapshot/s-1"]),
    ("RunInstances", RUN, ["instance/*"]),
    ("DescribeRegions", {"RegionId": REGION}, ["*"]),
], ids=lambda value: value if isinstance(value, str) else None)
def test_every_thing_of_a_call_must_be_allowed(server, action, parameters, resources):
    names = [f"acs:ecs:{REGION}:{ACCOUNT}:{resource}" for resource in resources]
    assert may(alice(server, policy(allow("ecs:*", names))), action, **parameters)
    for missing in names:
        cloud = alice(server, policy(allow("ecs:*", [name for name in names if name != missing] + ["acs:none:*"])))
        reply = cloud.raw(action, parameters)
        assert reply.fault == FORBIDDEN and resource_of(reply) == missing
        cloud = alice(server, policy(allow("ecs:*"), deny("ecs:*", missing)))
        assert cloud.raw(action, parameters).fault == FORBIDDEN


def test_call_without_a_region_is_about_all(server):
    cloud = alice(server, policy(allow("ecs:*", f"acs:ecs:{REGION}:*:*")))
    assert may(cloud, "DescribeDisks", RegionId=REGION)
    assert not may(cloud, "DescribeDisks", RegionId="cn-beijing")
    assert not may(cloud, "DescribeDisks")
    # a thing of the account says where it is
    assert may(cloud, "DescribeDisks", DiskIds=["d-1"])
    assert not may(cloud, "DescribeDisks", DiskIds=["d-2"])
    cloud = alice(server, policy(allow("ecs:*"), deny("ecs:*", "acs:ecs:cn-beijing:*:*")))
    assert not may(cloud, "DescribeDisks")


def test_things_of_others_look_like_those_that_are_not_there(server):
    statements = policy(allow("ecs:*", [f"acs:ecs:{REGION}:{ACCOUNT}:disk/*", f"{ECS}instance/*"]))
    load_fleet(server, {"cleat_fleet": 1, "accounts": [
        {"id": ACCOUNT, "users": [user(statements)], "instances": [{"id": "i-1", "region": REGION}]},
        {"id": OTHER, "disks": [{"id": "d-theirs", "region": REGION}, {"id": "d-far", "region": "cn-beijing"}]}]})
    cloud = Cloud(server, *KEY)
    answers = set()
    for disk in ("d-theirs", "d-far", "d-nowhere"):
        reply = cloud.raw("DetachDisk", {"DiskId": disk, "InstanceId": "i-1"})
        assert reply.fault == FORBIDDEN
        answers.add(resource_of(reply).replace(disk, "?"))
        # One that names the region is allowed, and answered like any other about what is not there.
        status, code, _ = cloud.raw("DetachDisk", {"DiskId": disk, "InstanceId": "i-1", "RegionId": REGION}).fault
        assert (status, code) == (404, "InvalidDiskId.NotFound")
    assert len(answers) == 1


# ---- what a refusal is and does


def v1(cloud, xml):
    return cloud.raw("DetachDisk", DETACH, xml=xml)


def v3(cloud, xml):
    query = {**DETACH, "Format": "XML"} if xml else DETACH
    headers, _ = signing.v3_sign("GET", query, signing.v3_headers("DetachDisk", cloud.server.endpoint), *KEY)
    return cloud.send("GET", "/?" + urllib.parse.urlencode(query), headers=headers)


@pytest.mark.parametrize("xml", [False, True], ids=["json", "xml"])
@pytest.mark.parametrize("send", [v1, v3], ids=["V1", "V3"])
@pytest.mark.parametrize("statements, kind", [([allow("ecs:Describe*")], "ImplicitDeny"),
                                              ([allow("*"), deny("ecs:DetachDisk")], "ExplicitDeny")])
def test_refusal_says_who_and_what(server, send, xml, statements, kind):
    reply = send(alice(server, policy(*statements)), xml)
    assert reply.fault == FORBIDDEN and ("xml" in reply.type) == xml
    told = detail(reply)
    assert resource_of(reply) == f"acs:ecs:{REGION}:{ACCOUNT}:disk/d-1"
    del told["EncodedDiagnosticMessage"]
    assert told == {"AuthAction": "ecs:DetachDisk", "AuthPrincipalType": "SubUser", "AuthPrincipalOwnerId": ACCOUNT,
                    "AuthPrincipalDisplayName": USER, "NoPermissionType": kind,
                    "PolicyType": "AccountLevelIdentityBasedPolicy"}


def test_official_clients_see_it(server):
    alice(server, policy(allow("ecs:Describe*")))
    tea = make_client(server, access_key_id=KEY[0], access_key_secret=KEY[1])
    assert tea.describe_disks(ecs_models.DescribeDisksRequest(region_id=REGION)).body.total_count == 3
    with pytest.raises(ClientException) as caught:
        tea.detach_disk(ecs_models.DetachDiskRequest(disk_id="d-1", instance_id="i-1"))
    assert (caught.value.status_code, caught.value.code) == FORBIDDEN[:2]
    told = caught.value.access_denied_detail
    assert told["AuthAction"] == "ecs:DetachDisk" and told["NoPermissionType"] == "ImplicitDeny"

    request = DetachDiskRequest()
    request.set_endpoint("127.0.0.1")
    request.set_DiskId("d-1")
    request.set_InstanceId("i-1")
    with pytest.raises(ServerException) as refusal:
        AcsClient(*KEY, REGION, auto_retry=False, port=server.port).do_action_with_exception(request)
    assert refusal.value.get_http_status() == 403 and refusal.value.get_error_code() == "Forbidden.RAM"
    assert owner(server).status("d-1") == "In_use"


@pytest.mark.parametrize("action, parameters", [
    ("StartInstances", {"RegionId": REGION, "InstanceId.1": "i-1", "DryRun": True}),
    ("RunInstances", {**RUN, "DryRun": True}),
    ("CreateDisk", {"RegionId": REGION, "ZoneId": REGION + "-h", "Size": 20, "ClientToken": "once"}),
    ("DeleteDisk", {"DiskId": "d-free"}),
    ("DeleteInstance", {"InstanceId": "i-1", "Force": True}),
    ("CreateSnapshot", {"DiskId": "d-1"}),
    ("StopInstance", {"InstanceId": "i-1"}),
    ("TagResources", {"RegionId": REGION, "ResourceType": "disk", "ResourceId.1": "d-1", "Tag.1.Key": "k"}),
])
def test_refusal_changes_nothing(server, action, parameters):
    cloud = alice(server, policy(allow("ecs:Describe*")))
    before = dump_fleet(server)
    assert cloud.raw(action, parameters).fault == FORBIDDEN
    assert dump_fleet(server) == before


def test_client_token_of_another_helps_nobody(server):
    alice(server, policy(allow("ecs:Describe*")))
    parameters = {"RegionId": REGION, "ZoneId": REGION + "-h", "Size": 20, "ClientToken": "once"}
    owner(server).CreateDisk(**parameters)
    assert Cloud(server, *KEY).raw("CreateDisk", parameters).fault == FORBIDDEN


def test_account_itself_may_do_everything(server):
    alice(server, policy(deny("*")))
    cloud = owner(server)
    cloud.DetachDisk(**DETACH)
    assert cloud.status("d-1") == "Available"


def test_other_products_have_words_of_their_own(server):
    cloud = alice(server, policy(allow("ecs:*")))
    assert refused(cloud, STS, "AssumeRole", RoleArn=f"acs:ram::{ACCOUNT}:role/reader", RoleSessionName="s1") == NO_PERMISSION
    assert refused(cloud, "2016-04-28", "DescribeVpcs", RegionId=REGION) == FORBIDDEN
    reply = ask(cloud, "2016-04-28", "DescribeVpcs", RegionId=REGION)
    assert resource_of(reply) == f"acs:vpc:{REGION}:{ACCOUNT}:vpc/*"


def test_everybody_may_ask_who_they_are_and_where_to_go(server):
    cloud = alice(server, policy(deny("*")))
    told = call(cloud, STS, "GetCallerIdentity")
    del told["RequestId"]
    assert told == {"IdentityType": "RAMUser", "AccountId": ACCOUNT, "PrincipalId": USER, "UserId": USER,
                    "Arn": f"acs:ram::{ACCOUNT}:user/alice"}
    assert call(cloud, LOCATION, "DescribeEndpoints", Id=REGION, ServiceCode="ecs", Type="openAPI")["Success"] is True


def test_log_and_journal_name_the_user(server):
    cloud = alice(server, policy(allow("ecs:Describe*")))
    cloud.raw("DetachDisk", DETACH)
    owner(server).DescribeRegions()
    calls = server.control("GET", "/_cleat/journal")["calls"]
    by_operation = {one["operation"]: one for one in calls}
    assert by_operation["DetachDisk"]["user"] == "alice" and by_operation["DetachDisk"]["reason"] == "not-authorised"
    assert "user" not in by_operation["DescribeRegions"]
    (line,) = [json.loads(line) for line in server.log.splitlines() if '"operation":"DetachDisk"' in line]
    assert (line["user"], line["key"], line["code"]) == ("alice", "alice", "Forbidden.RAM")


# ---- policies that change


def test_change_is_in_force_with_its_reply(server):
    cloud = alice(server, policy(allow("*")))
    for round in range(20):
        load_fleet(server, fleet(policy((deny if round % 2 else allow)("*"))))
        assert may(cloud, "DescribeRegions") == (round % 2 == 0)
    load_fleet(server, fleet(users=[]))
    assert cloud.refused("DescribeRegions") == (404, "InvalidAccessKeyId.NotFound")


def test_users_are_kept_unless_a_file_has_some(server):
    cloud = alice(server, policy(allow("ecs:Describe*")))
    before = account_of(server)
    load_fleet(server, fleet_of(id=ACCOUNT, access_keys=[{"id": "own", "secret": "own-secret"}], instances=[{}]))
    after = account_of(server)
    assert after["users"] == before["users"] and after["access_keys"] == before["access_keys"]
    assert may(cloud, "DescribeDisks") and not may(cloud, "DetachDisk", **DETACH)
    server.control("POST", "/_cleat/fleet/reset", {"account": ACCOUNT})
    assert may(cloud, "DescribeDisks") and not may(cloud, "DetachDisk", **DETACH)


def test_kill(make_server):
    server = make_server(durable=True)
    cloud = alice(server, policy(allow("ecs:Describe*")), roles=[{"name": "reader", "policies": [policy(allow("ecs:Describe*"))]}])
    key = temporary(owner(server), "reader", Policy=json.dumps(policy(allow("ecs:DescribeDisks"))))
    before = dump_fleet(server, "?secrets=true")
    server.kill9()
    server.start()
    assert dump_fleet(server, "?secrets=true") == before
    assert may(cloud, "DescribeDisks") and not may(cloud, "DetachDisk", **DETACH)
    assert can(cloud, key, "DescribeDisks") and not can(cloud, key, "DescribeInstances")


# ---- roles and sessions


def temporary(cloud, role, session="tester", **more):
    given = call(cloud, STS, "AssumeRole", RoleArn=f"acs:ram::{ACCOUNT}:role/{role}", RoleSessionName=session,
                 **more)["Credentials"]
    return given["AccessKeyId"], given["AccessKeySecret"], given["SecurityToken"]


def as_role(cloud, key, action, **parameters):
    return ask(cloud, signing.VERSION, action, parameters, key=key)


def can(cloud, key, action, **parameters):
    return as_role(cloud, key, action, **parameters).status != 403


def test_role_limits_its_keys(server):
    alice(server, roles=[{"name": "reader", "policies": [policy(allow("ecs:Describe*"))]}, {"name": "idle"}])
    cloud = owner(server)
    key = temporary(cloud, "reader")
    assert can(cloud, key, "DescribeDisks") and not can(cloud, key, "DetachDisk", **DETACH)
    assert not can(cloud, temporary(cloud, "idle"), "DescribeDisks")
    told = detail(as_role(cloud, key, "DetachDisk", **DETACH))
    assert (told["AuthPrincipalType"], told["AuthPrincipalDisplayName"]) == ("AssumedRoleUser", "reader:tester")
    assert told["PolicyType"] == "AccountLevelIdentityBasedPolicy"
    # whose policies change, its keys' rights change
    load_fleet(server, fleet(roles=[{"name": "reader", "policies": [policy(allow("ecs:DetachDisk"))]}]))
    assert not can(cloud, key, "DescribeDisks") and can(cloud, key, "DetachDisk", **DETACH)


def test_session_policy_limits_further(server):
    alice(server, roles=[{"name": "reader", "policies": [policy(allow("ecs:Describe*"), deny("ecs:DescribeVpcs"))]}])
    cloud = owner(server)
    key = temporary(cloud, "reader", Policy=json.dumps(policy(allow(["ecs:DescribeDisks", "ecs:DetachDisk"]))))
    assert can(cloud, key, "DescribeDisks")
    assert not can(cloud, key, "DetachDisk", **DETACH) and not can(cloud, key, "DescribeInstances")
    assert detail(as_role(cloud, key, "DescribeInstances"))["PolicyType"] == "SessionPolicy"
    assert detail(as_role(cloud, key, "DetachDisk", **DETACH))["PolicyType"] == "AccountLevelIdentityBasedPolicy"
    key = temporary(cloud, "reader", session="other", Policy=json.dumps(policy(allow("*"), deny("ecs:DescribeDisks"))))
    assert detail(as_role(cloud, key, "DescribeDisks"))["NoPermissionType"] == "ExplicitDeny"


def test_account_without_roles_has_every_role(server):
    alice(server)
    cloud = owner(server)
    assert can(cloud, temporary(cloud, "any"), "DetachDisk", **DETACH)
    key = temporary(cloud, "any", session="less", Policy=json.dumps(policy(allow("ecs:Describe*"))))
    assert can(cloud, key, "DescribeDisks") and not can(cloud, key, "DetachDisk", **DETACH)


def test_account_with_roles_has_no_others(server):
    alice(server, roles=[{"name": "reader"}])
    assert refused(owner(server), STS, "AssumeRole", RoleArn=f"acs:ram::{ACCOUNT}:role/writer", RoleSessionName="s1") == \
        (404, "EntityNotExist.Role", f"The role not exists: acs:ram::{ACCOUNT}:role/writer.")


def test_keys_of_a_role_that_is_gone(server):
    alice(server)
    cloud = owner(server)
    key = temporary(cloud, "any")
    assert can(cloud, key, "DescribeDisks")
    load_fleet(server, fleet(roles=[{"name": "reader", "policies": [policy(allow("*"))]}]))
    assert not can(cloud, key, "DescribeDisks")
    assert can(cloud, temporary(cloud, "reader"), "DescribeDisks")


def test_role_of_an_instance(make_server):
    server = make_server(metadata=True, metadata_role="worker", metadata_instance="i-1")
    path = "/latest/meta-data/ram/security-credentials/worker"
    alice(server, roles=[{"name": "worker", "policies": [policy(allow("ecs:Describe*"))]}])
    given = json.loads(server.http("GET", path)[2])
    key = (given["AccessKeyId"], given["AccessKeySecret"], given["SecurityToken"])
    cloud = owner(server)
    assert can(cloud, key, "DescribeDisks") and not can(cloud, key, "DetachDisk", **DETACH)
    load_fleet(server, fleet(roles=[{"name": "other"}]))
    assert server.http("GET", path)[0] == 404
    assert not can(cloud, key, "DescribeDisks")


def test_user_takes_the_roles_it_may(server):
    cloud = alice(server, policy(allow("sts:AssumeRole", f"acs:ram::{ACCOUNT}:role/reader")),
                  roles=[{"name": "reader", "policies": [policy(allow("ecs:Describe*"))]}, {"name": "writer"}])
    assert not may(cloud, "DescribeDisks")
    key = temporary(cloud, "reader")
    assert can(cloud, key, "DescribeDisks")
    assert call(cloud, STS, "GetCallerIdentity", key=key)["IdentityType"] == "AssumedRoleUser"
    reply = ask(cloud, STS, "AssumeRole", RoleArn=f"acs:ram::{ACCOUNT}:role/writer", RoleSessionName="s1")
    assert reply.fault == NO_PERMISSION and resource_of(reply) == f"acs:ram::{ACCOUNT}:role/writer"
    # nor those that are not there: nothing is told of them
    assert refused(cloud, STS, "AssumeRole", RoleArn=f"acs:ram::{ACCOUNT}:role/none", RoleSessionName="s1") == NO_PERMISSION


@pytest.mark.parametrize("text", ["{}", '{"Version": "1", "Statement": []}', "no JSON",
                                  json.dumps(policy(allow("DescribeDisks"))),
                                  json.dumps(policy(allow("*", Condition={"Bool": {"acs:Moon": "true"}})))])
def test_session_policy_that_is_none(server, text):
    alice(server)
    assert refused(owner(server), STS, "AssumeRole", RoleArn=f"acs:ram::{ACCOUNT}:role/any", RoleSessionName="s1",
                   Policy=text)[:2] == (400, "InvalidParameter.PolicyGrammar")


# ---- keys of users


def test_key_for_a_user(server):
    alice(server, policy(allow("ecs:Describe*")))
    made = server.control("POST", "/_cleat/keys", {"account": ACCOUNT, "user": "alice", "description": "new"})
    assert made["user"] == "alice"
    cloud = Cloud(server, made["access_key_id"], made["secret"])
    assert may(cloud, "DescribeDisks") and not may(cloud, "DetachDisk", **DETACH)
    listed = server.control("GET", "/_cleat/keys?user=alice")["keys"]
    assert {key["access_key_id"]: key["user"] for key in listed} == {"alice": "alice", made["access_key_id"]: "alice"}
    everyone = server.control("GET", f"/_cleat/keys?account={ACCOUNT}")["keys"]
    assert {key["access_key_id"]: key.get("user") for key in everyone if key["access_key_id"] == "own"} == {"own": None}
    dumped = account_of(server)
    assert [key["id"] for key in dumped["access_keys"]] == ["own"]
    assert {key["id"] for key in dumped["users"][0]["access_keys"]} == {"alice", made["access_key_id"]}
    server.control("POST", "/_cleat/keys", {"account": ACCOUNT, "user": "bob"}, status=404)


def test_key_of_a_user_that_is_disabled(server):
    cloud = alice(server, policy(allow("*")))
    server.control("POST", "/_cleat/keys/disable", {"access_key_id": "alice"})
    assert cloud.refused("DescribeRegions") == (400, "InvalidAccessKeyId.Inactive")


# ---- the file


def test_dump_loads_to_the_same(server):
    alice(server, users=[user(policy(allow("ecs:*", Condition={"IpAddress": {"acs:SourceIp": ["10.0.0.0/8"]}})), policy(deny("*"))),
                         {"name": "bob.smith-2_x"}], roles=[{"name": "r2"}, {"name": "r1", "policies": [policy(allow("*"))]}])
    first = dump_fleet(server, "?secrets=true")
    load_fleet(server, first)
    assert dump_fleet(server, "?secrets=true") == first
    dumped = account_of(server)
    assert [one["name"] for one in dumped["users"]] == ["alice", "bob.smith-2_x"]
    assert [one["name"] for one in dumped["roles"]] == ["r2", "r1"]
    assert dumped["users"][0]["policies"][1] == policy(deny("*")) and "policies" not in dumped["users"][1]
    # without secrets it loads where the keys are known
    load_fleet(server, dump_fleet(server))
    assert dump_fleet(server, "?secrets=true") == first


def told_of(server, account):
    """What is said of an account that stands on the lines from 2 on."""
    text = '{"cleat_fleet": 1, "accounts": [{"id": "%s",\n%s}]}' % (ACCOUNT, account)
    error = load_fleet(server, text, 400)["error"]
    assert error["reason"] == "fleet-wrong"
    return error["message"]


BAD_POLICY = '"users": [{"name": "a",\n"policies": [{"Version": "1",\n"Statement": [%s]}]}]'
GOOD = '{"Effect": "Allow", "Action": "*", "Resource": "*"}'


@pytest.mark.parametrize("account, expected", [
    (BAD_POLICY % '{"Effect": "Allow",\n"Action": "DetachDisk", "Resource": "*"}',
     "line 5: accounts[0].users[0].policies[0].Statement[0].Action: an action is"),
    (BAD_POLICY % (GOOD + ',\n{"Effect": "Perhaps", "Action": "*", "Resource": "*"}'),
     'line 5: accounts[0].users[0].policies[0].Statement[1].Effect: this must be "Allow" or "Deny"'),
    (BAD_POLICY % '{"Effect": "Allow", "Action": "*", "Resource": "*",\n"Condition": {"NumericEquals": {"acs:SourceIp": "1"}}}',
     "line 5: accounts[0].users[0].policies[0].Statement[0].Condition.NumericEquals: there is no such operator; there are: "),
    (BAD_POLICY % '{"Effect": "Allow", "Action": "*", "Resource": "*",\n"Condition": {"Bool": {"acs:Moon": "1"}}}',
     "conditions cannot ask for this here, only for: acs:SourceIp, acs:CurrentTime, acs:SecureTransport, acs:MFAPresent, "
     "acs:UserAgent"),
    (BAD_POLICY % '{"Effect": "Allow", "Action": "*", "Resource": "disk/d-1"}', "a resource is"),
    ('"users": [{"name": "a", "policies": {}}]', "policies: this must be a list of at most 20 objects"),
    ('"users": [{"name": "a", "policies": ["x"]}]', "policies[0]: this must be an object"),
    ('"users": [{"name": "a", "policies": [{"Version": "2"}]}]', "policies[0].Version: this must be the text \"1\""),
    ('"users": [{"name": "a", "policies": [%s]}]' % ",".join(["{}"] * 21), "policies: this must be a list of at most 20 objects"),
    ('"users": [{}]', '"name" is missing'),
    ('"users": [{"name": "a b"}]', "users[0].name: a name is 1 to 64 letters"),
    ('"users": [{"name": "%s"}]' % ("a" * 65), "users[0].name: this text has more than 64 characters"),
    ('"users": [{"name": "a"},\n{"name": "a"}]', 'line 3: accounts[0].users[1].name: "a" is there twice'),
    ('"users": [{"name": "a", "id": "1"},\n{"name": "b", "id": "1"}]', "is the id of the user a of the account"),
    ('"users": [{"name": "a", "id": "/"}]', "users[0].id: an id is"),
    ('"users": [{"name": "a", "access_keys": [{"id": "k"}]}]', "the access key k has no secret"),
    ('"users": [{"name": "a", "access_keys": [{"id": "k", "secret": "s"}, {"id": "k", "secret": "s"}]}]',
     'access_keys[1].id: "k" is there twice'),
    ('"access_keys": [{"id": "k", "secret": "s"}], "users": [{"name": "a", "access_keys": [{"id": "k", "secret": "s"}]}]',
     'users[0].access_keys[0].id: "k" is there twice'),
    ('"users": [{"name": "a", "access_keys": [{"id": "cleat", "secret": "s"}]}]', "the id of the development key"),
    ('"roles": [{"name": "a"}, {"name": "a"}]', 'roles[1].name: "a" is there twice'),
    ('"roles": [{"name": "a", "id": "1"}]', "roles[0].id: there is no such member"),
    ('"roles": [{"name": "a", "policies": [{"Version": "1", "Statement": []}]}]', "roles[0].policies[0].Statement: there are 1 to"),
    ('"users": [%s]' % ",".join('{"name": "u%d"}' % i for i in range(1001)), "users: there may be at most 1000 of them"),
    ('"roles": [%s]' % ",".join('{"name": "r%d"}' % i for i in range(1001)), "roles: there may be at most 1000 of them"),
    ('"users": [{"name": "a", "access_keys": [%s]}]' % ",".join('{"id": "k%d", "secret": "s"}' % i for i in range(1001)),
     "the users of an account have at most 1000 access keys together"),
], ids=lambda value: None)
def test_mistakes_in_a_file(server, account, expected):
    before = dump_fleet(server)
    assert expected in told_of(server, account)
    assert dump_fleet(server) == before


def test_policy_may_be_so_long(server):
    room = 6144 - len(json.dumps(policy(allow("ecs:*", "acs:")), separators=(",", ":")))
    load_fleet(server, fleet(policy(allow("ecs:*", "acs:" + "x" * room))))
    before = dump_fleet(server)
    message = load_fleet(server, fleet(policy(allow("ecs:*", "acs:" + "x" * (room + 1)))), 400)["error"]["message"]
    assert "policies[0]: this policy has 6145 characters without blanks, more than 6144" in message
    assert dump_fleet(server) == before


def test_user_of_another_account_is_not_touched(server):
    load_fleet(server, fleet())
    told = load_fleet(server, fleet_of(id=OTHER, users=[{"name": "alice", "id": USER}]), 400)["error"]["message"]
    assert f'users[0].id: "{USER}" is the id of the user alice of the account {ACCOUNT}' in told
    told = load_fleet(server, fleet_of(id=OTHER, users=[user(name="eve") | {"id": "9"}]), 400)["error"]["message"]
    assert f"the access key alice is that of the account {ACCOUNT}" in told
