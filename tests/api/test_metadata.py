"""The metadata of instances: what a program inside one reads, and how the vendor's clients come to keys by it."""

import base64
import json
import re
import time
import urllib.request

import pytest
from alibabacloud_credentials.http import HttpOptions
from alibabacloud_credentials.provider.ecs_ram_role import EcsRamRoleCredentialsProvider
from aliyunsdkcore.auth.credentials import EcsRamRoleCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkecs.request.v20140526.DescribeInstancesRequest import DescribeInstancesRequest

from cloud import IMAGE, REGION, TYPE, ZONE, Cloud, edit_store
from network import make_network
from products import STS, call

ROOT = "/latest/meta-data/"
CREDENTIALS = ROOT + "ram/security-credentials/"
TTL, TOKEN = "X-aliyun-ecs-metadata-token-ttl-seconds", "X-aliyun-ecs-metadata-token"
ADDRESS = "http://100.100.100.200"


@pytest.fixture(scope="module")
def cloud(make_module_server):
    """With two instances, the older one `first`."""
    made = Cloud(make_module_server(metadata=True))
    made.first = made.make_instance(InstanceName="one", HostName="host-one", UserData=base64.b64encode(b"#!/bin/sh\n").decode())
    _, made.vswitch, _ = make_network(made)
    made.second = made.make_instance(VSwitchId=made.vswitch)
    return made


def ask(cloud, path, method="GET", headers=None):
    """(status, text)"""
    status, _, body = cloud.server.http(method, path, headers=headers)
    return status, body.decode()


def read(cloud, item, **more):
    status, text = ask(cloud, ROOT + item, **more)
    assert status == 200, text
    return text


# ---- items


def test_items_of_the_instance(cloud):
    instance = cloud.instance(cloud.first)
    assert {item: read(cloud, item) for item in (
        "instance-id", "region-id", "zone-id", "image-id", "instance/instance-type", "instance/instance-name", "hostname",
        "serial-number", "network-type", "private-ipv4")} == {
            "instance-id": cloud.first, "region-id": REGION, "zone-id": ZONE, "image-id": IMAGE,
            "instance/instance-type": TYPE, "instance/instance-name": "one", "hostname": "host-one",
            "serial-number": instance["SerialNumber"], "network-type": "vpc",
            "private-ipv4": instance["VpcAttributes"]["PrivateIpAddress"]["IpAddress"][0]}
    assert read(cloud, "owner-account-id") == call(cloud, STS, "GetCallerIdentity")["AccountId"]
    assert re.fullmatch("00:16:3e(:[0-9a-f]{2}){3}", read(cloud, "mac"))
    assert read(cloud, "mac") == read(cloud, "mac")
    (card,) = cloud.DescribeNetworkInterfaces(RegionId="cn-hangzhou", InstanceId=cloud.first)["NetworkInterfaceSets"][
        "NetworkInterfaceSet"]
    assert card["MacAddress"] == read(cloud, "mac")


def test_lists_can_be_walked(cloud):
    """As cloud-init does it: what ends with a slash is a list, all else a value."""

    def walk(path):
        found = {}
        for name in read(cloud, path).split("\n"):
            found.update(walk(path + name) if name.endswith("/") else {path + name: read(cloud, path + name)})
        return found

    found = walk("")
    assert found == {**found, "instance-id": cloud.first, "mac": found["mac"],
                     f"network/interfaces/macs/{found['mac']}/primary-ip-address": found["private-ipv4"],
                     "ram/security-credentials/cleat": found["ram/security-credentials/cleat"]}
    assert len(found) == 14 and all(found.values())
    assert ask(cloud, "/latest/meta-data") == ask(cloud, ROOT)
    assert ask(cloud, ROOT + "instance") == ask(cloud, ROOT + "instance/")
    assert read(cloud, "network/interfaces/macs/") == found["mac"] + "/"


def test_what_an_instance_lacks_is_not_there(cloud):
    assert "vswitch-id" not in read(cloud, "").split("\n")
    assert ask(cloud, ROOT + "vswitch-id")[0] == 404
    assert ask(cloud, f"/{cloud.second}{ROOT}vswitch-id") == (200, cloud.vswitch)


@pytest.mark.parametrize("path", ["nothing", "instance-id/", "instance-i", "instance/nothing", "network/interfaces/macs/x/",
                                  "//", "ram/security-credentials/other", "ram/security-credentials/cleat/"])
def test_what_is_not_there(cloud, path):
    status, text = ask(cloud, ROOT + path)
    assert (status, text[:15]) == (404, "404 - Not Found")


def test_path_that_is_too_long(cloud):
    assert ask(cloud, ROOT + 257 * "x") == (400, "400 - Bad Request: item is not valid.\n")
    assert ask(cloud, f"/i-{63 * 'x'}{ROOT}mac") == (400, "400 - Bad Request: instance is not valid.\n")


def test_identity_document(cloud):
    status, text = ask(cloud, "/latest/dynamic/instance-identity/document")
    assert status == 200
    document = json.loads(text)
    assert set(document) == {"zone-id", "serial-number", "instance-id", "region-id", "private-ipv4", "owner-account-id",
                             "mac", "image-id", "instance-type"}
    assert document == {name: read(cloud, "instance/instance-type" if name == "instance-type" else name)
                        for name in document}


def test_user_data(cloud):
    assert ask(cloud, "/latest/user-data") == (200, "#!/bin/sh\n")
    assert ask(cloud, f"/{cloud.second}/latest/user-data")[0] == 404


def test_dated_version_is_the_same(cloud):
    assert ask(cloud, "/2016-01-01/meta-data/instance-id") == (200, cloud.first)
    assert ask(cloud, f"/{cloud.second}/2016-01-01/meta-data/instance-id") == (200, cloud.second)


# ---- which instance


def test_any_instance_by_its_path(cloud):
    assert ask(cloud, f"/{cloud.second}{ROOT}instance-id") == (200, cloud.second)
    assert ask(cloud, f"/{cloud.first}{ROOT}instance-id") == (200, cloud.first)
    assert ask(cloud, f"/i-nothing{ROOT}instance-id") == (404, "404 - Not Found: There is no instance i-nothing.\n")


def test_any_instance_as_a_proxy(cloud):
    """What SDKs send whose address for metadata is fixed, when this server is their HTTP_PROXY."""
    assert ask(cloud, f"{ADDRESS}{ROOT}instance-id") == (200, cloud.first)
    assert ask(cloud, f"{ADDRESS}/{cloud.second}{ROOT}instance-id") == (200, cloud.second)
    for user, expected in ((f"{cloud.second}:", cloud.second), (f"{cloud.second}:x", cloud.second), ("someone:", cloud.first)):
        headers = {"Proxy-Authorization": "Basic " + base64.b64encode(user.encode()).decode()}
        assert ask(cloud, f"{ADDRESS}{ROOT}instance-id", headers=headers) == (200, expected)
    assert ask(cloud, f"{ADDRESS}{ROOT}instance-id", headers={"Proxy-Authorization": "Basic ="}) == (200, cloud.first)
    assert ask(cloud, f"http://elsewhere{ROOT}instance-id")[0] == 403


def test_instance_by_choice(make_server):
    cloud = Cloud(make_server(durable=True, metadata=True))
    cloud.make_instance()
    second = cloud.make_instance()
    cloud.server.flags["metadata_instance"] = second
    cloud.server.restart()
    assert read(cloud, "instance-id") == second
    cloud.DeleteInstance(InstanceId=second, Force=True)
    assert ask(cloud, ROOT + "instance-id")[0] == 404


def test_no_instance_yet(own_cloud):
    cloud = own_cloud(metadata=True)
    assert ask(cloud, ROOT + "instance-id") == (404, "404 - Not Found: There is no instance .\n")
    instance = cloud.make_instance()
    assert read(cloud, "instance-id") == instance


# ---- only where it was asked for


@pytest.mark.parametrize("path", [ROOT + "instance-id", CREDENTIALS + "cleat", "/latest/user-data", ADDRESS + ROOT])
def test_not_served_unless_asked_for(shared_cloud, path):
    shared_cloud.make_instance()
    status, text = ask(shared_cloud, path)
    # A path that nobody has is the gateway's of the API that is found by paths.
    assert status == 404 and "APIGW.0101" in text


def test_not_served_under_a_name(cloud):
    """A page in a browser reaches a server of this machine under a name of its own; it must read nothing."""
    for host in ("evil.example", "evil.example:7480", "127.0.0.1.evil.example", "localhost.evil.example"):
        status, text = ask(cloud, CREDENTIALS + "cleat", headers={"Host": host})
        assert (status, text[:15]) == (403, "403 - Forbidden"), host
    for host in ("localhost", "localhost:80", "127.0.0.1", "100.100.100.200", "[::1]:7480"):
        assert ask(cloud, ROOT + "instance-id", headers={"Host": host}) == (200, cloud.first), host
    reply = cloud.server.http("GET", ROOT + "instance-id")
    assert "Access-Control-Allow-Origin" not in reply[1]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD"])
def test_other_methods(cloud, method):
    assert ask(cloud, ROOT + "instance-id", method)[0] == 404
    assert ask(cloud, "/latest/api/token")[0] == 404


# ---- tokens


def token_of(cloud, seconds=21600, instance=None):
    status, text = ask(cloud, f"{'/' + instance if instance else ''}/latest/api/token", "PUT", {TTL: str(seconds)})
    assert status == 200, text
    return text


def test_token_of_the_hardening_mode(cloud):
    token = token_of(cloud)
    assert read(cloud, "instance-id", headers={TOKEN: token}) == cloud.first
    assert json.loads(read(cloud, "ram/security-credentials/cleat", headers={TOKEN: token}))["Code"] == "Success"
    assert read(cloud, "instance-id", headers={TOKEN: token_of(cloud, 1)}) == cloud.first


@pytest.mark.parametrize("wrong", ["", "x", "1.", ".x", lambda token: token[:-1], lambda token: token + "0",
                                   lambda token: "9" + token, lambda token: token.split(".")[0] + ".00"])
def test_wrong_tokens(cloud, wrong):
    token = wrong if isinstance(wrong, str) else wrong(token_of(cloud))
    for path in ("instance-id", "", "ram/security-credentials/cleat"):
        status, text = ask(cloud, ROOT + path, headers={TOKEN: token})
        assert (status, text[:18]) == (401, "401 - Unauthorized")


def test_token_of_another_instance_or_run(make_server, cloud):
    headers = {TOKEN: token_of(cloud, instance=cloud.second)}
    assert ask(cloud, ROOT + "instance-id", headers=headers)[0] == 401
    assert ask(cloud, f"/{cloud.second}{ROOT}instance-id", headers=headers) == (200, cloud.second)
    other = Cloud(make_server(durable=True, metadata=True))
    other.make_instance()
    headers = {TOKEN: token_of(other)}
    assert ask(other, ROOT, headers=headers)[0] == 200
    other.server.restart()
    assert ask(other, ROOT, headers=headers)[0] == 401


@pytest.mark.parametrize("seconds", [None, "0", "21601", "-1", "soon", ""])
def test_token_that_is_asked_for_wrongly(cloud, seconds):
    status, text = ask(cloud, "/latest/api/token", "PUT", {} if seconds is None else {TTL: seconds})
    assert (status, text[:17]) == (400, "400 - Bad Request")


# ---- keys


def test_keys_of_the_role(cloud):
    assert read(cloud, "ram/security-credentials/") == "cleat"
    given = json.loads(read(cloud, "ram/security-credentials/cleat"))
    assert set(given) == {"AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration", "LastUpdated", "Code"}
    key = (given["AccessKeyId"], given["AccessKeySecret"], given["SecurityToken"])
    identity = call(cloud, STS, "GetCallerIdentity", key=key)
    assert identity["Arn"].endswith(f":assumed-role/cleat/{cloud.first}")
    assert json.loads(read(cloud, "ram/security-credentials/cleat")) == given
    other = json.loads(ask(cloud, f"/{cloud.second}{CREDENTIALS}cleat")[1])
    assert other["AccessKeyId"] != given["AccessKeyId"]


def test_keys_are_made_anew_in_time(make_server):
    cloud = Cloud(make_server(durable=True, metadata=True, metadata_role="worker"))
    cloud.make_instance()
    assert read(cloud, "ram/security-credentials/") == "worker"
    first = read(cloud, "ram/security-credentials/worker")
    cloud.server.restart()
    assert read(cloud, "ram/security-credentials/worker") == first
    edit_store(cloud.server, ("UPDATE temporary_key SET expires_at = expires_at - 4 * 3600 * 1000 - 1", []))
    second = json.loads(read(cloud, "ram/security-credentials/worker"))
    assert second["AccessKeyId"] != json.loads(first)["AccessKeyId"]
    for given in (json.loads(first), second):
        key = (given["AccessKeyId"], given["AccessKeySecret"], given["SecurityToken"])
        assert call(cloud, STS, "GetCallerIdentity", key=key)["IdentityType"] == "AssumedRoleUser"


def test_keys_that_others_made_are_not_given(make_server):
    """Somebody may call a session of the role like the instance."""
    cloud = Cloud(make_server(metadata=True))
    instance = cloud.make_instance()
    account = call(cloud, STS, "GetCallerIdentity")["AccountId"]
    own = call(cloud, STS, "AssumeRole", RoleArn=f"acs:ram::{account}:role/cleat", RoleSessionName=instance,
               DurationSeconds=43200)["Credentials"]["AccessKeyId"]
    assert json.loads(read(cloud, "ram/security-credentials/cleat"))["AccessKeyId"] != own


def test_account_with_too_many_keys(make_server):
    cloud = Cloud(make_server(durable=True, metadata=True))
    cloud.make_instance()
    account = call(cloud, STS, "GetCallerIdentity")["AccountId"]
    edit_store(cloud.server, (
        "INSERT INTO temporary_key (id, account, secret, token, role, session, policy, created_by, created_at, expires_at) "
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
        "SELECT 'STS.' || i, ?, 's', 't' || i, 'r', 's', '', 'k', 0, ? FROM n", (account, int(time.time() + 600) * 1000)))
    assert ask(cloud, CREDENTIALS + "cleat") == \
        (429, "429 - Too Many Requests: The account has too many temporary keys.\n")


# ---- the official clients


def test_current_credentials_client(cloud):
    """Unmodified but for its proxy setting; it takes a token first, asks for the role's name, then for the keys."""
    provider = EcsRamRoleCredentialsProvider(http_options=HttpOptions(proxy=cloud.server.url), async_update_enabled=False)
    given = provider.get_credentials()
    key = (given.get_access_key_id(), given.get_access_key_secret(), given.get_security_token())
    assert call(cloud, STS, "GetCallerIdentity", key=key)["Arn"].endswith(f"/cleat/{cloud.first}")


def test_current_credentials_client_as_a_certain_instance(cloud):
    provider = EcsRamRoleCredentialsProvider(role_name="cleat", disable_imds_v1=True, async_update_enabled=False,
                                             http_options=HttpOptions(proxy=f"http://{cloud.second}:x@{cloud.server.endpoint}"))
    given = provider.get_credentials()
    key = (given.get_access_key_id(), given.get_access_key_secret(), given.get_security_token())
    assert call(cloud, STS, "GetCallerIdentity", key=key)["Arn"].endswith(f"/cleat/{cloud.second}")


def test_older_client(cloud, monkeypatch):
    """Nothing of it is set but the proxy, which it takes for all it does: keys by metadata, then ECS under its own name."""
    monkeypatch.setenv("http_proxy", cloud.server.url)
    monkeypatch.setenv("HTTP_PROXY", cloud.server.url)
    assert urllib.request.urlopen(f"{ADDRESS}{ROOT}instance-id").read().decode() == cloud.first
    client = AcsClient(region_id=REGION, credential=EcsRamRoleCredential("cleat"))
    found = json.loads(client.do_action_with_exception(DescribeInstancesRequest()))["Instances"]["Instance"]
    assert {instance["InstanceId"] for instance in found} == {cloud.first, cloud.second}
