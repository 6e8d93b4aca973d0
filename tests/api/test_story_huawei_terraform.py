"""The calls of Terraform's huaweicloud provider for compute_instance and compute_volume_attach: signed as it signs, in its order,
with its polls and the members it reads. A job has to say SUCCESS twice in a row, and a detach nothing but RUNNING before."""

import hashlib
import hmac
import json
import time

import pytest

from bare_metal import project_of
from test_huawei_story import FLAVOR, ZONE

KEY, SECRET = "cleat", "cleat-secret"
AGENT = "terraform-provider-iac"


class Provider:
    def __init__(self, server):
        self.server, self.project = server, project_of(server)

    def call(self, method, path, body=None, query=""):
        """(status, what the reply says). It signs all headers but Host, and adds X-Project-Id afterwards."""
        text = b"" if body is None else json.dumps(body).encode()
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        given = {"accept": "application/json", "user-agent": AGENT, "x-sdk-date": moment}
        if text:
            given["content-type"] = "application/json"
        names = sorted(given)
        canonical = "\n".join([method, path + "/", query, "".join(f"{name}:{given[name]}\n" for name in names), ";".join(names),
                               hashlib.sha256(text).hexdigest()])
        string = f"SDK-HMAC-SHA256\n{moment}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.new(SECRET.encode(), string.encode(), hashlib.sha256).hexdigest()
        given["authorization"] = f"SDK-HMAC-SHA256 Access={KEY}, SignedHeaders={';'.join(names)}, Signature={signature}"
        given["x-project-id"] = self.project
        status, _, reply = self.server.http(method, path + ("?" + query if query else ""), text or None, given)
        return status, json.loads(reply) if reply else None

    def did(self, method, path, body=None, query="", ok=(200,)):
        status, reply = self.call(method, path, body, query)
        assert status in ok, (method, path, status, reply)
        return reply

    def v1(self, tail):
        return f"/v1/{self.project}/{tail}"

    def wait(self, job, pending):
        """Looks after 10 seconds and every 10, until it is SUCCESS twice in a row; what it saw before."""
        seen, times = [], 0
        for _ in range(60):
            self.server.advance(10)
            status = self.did("GET", self.v1(f"jobs/{job}"))["status"]
            if status == "SUCCESS":
                times += 1
                if times == 2:
                    return seen
                continue
            assert status in pending and times == 0, status
            seen.append(status)
        raise AssertionError(f"still {status}")

    # ---- compute_instance

    def image(self, name):
        query = f"__imagetype=gold&limit=1000&name={name.replace(' ', '%20')}&sort_dir=asc&sort_key=name&status=active&visibility=public"
        found = self.did("GET", "/v2/cloudimages", query=query)["images"]
        assert [each["name"] for each in found] == [name]
        return found[0]["id"]

    def create(self, image, **more):
        reply = self.did("POST", f"/v1.1/{self.project}/cloudservers", {"server": {
            "name": "tf", "imageRef": image, "flavorRef": FLAVOR, "vpcid": "vpc-1", "availability_zone": ZONE,
            "nics": [{"subnet_id": "subnet-1", "ipv6_enable": False}], "security_groups": [{"id": "sg-1"}],
            "root_volume": {"volumetype": "SSD", "size": 40}, "data_volumes": [{"volumetype": "SAS", "size": 20}],
            "extendparam": {"chargingMode": "postPaid"}, **more}})
        self.wait(reply["job_id"], ("INIT", "RUNNING"))
        job = self.did("GET", self.v1(f"jobs/{reply['job_id']}"))
        server = job["entities"]["sub_jobs"][0]["entities"]["server_id"]
        assert reply["serverIds"] == [server]
        return server

    def read(self, server):
        """The state of the resource."""
        shown = self.did("GET", self.v1(f"cloudservers/{server}"))["server"]
        for name in ("created", "updated"):
            time.strptime(shown[name], "%Y-%m-%dT%H:%M:%SZ")
        (network,) = shown["addresses"].values()
        state = {name: shown[name] for name in ("name", "status", "id", "created", "updated", "OS-EXT-AZ:availability_zone", "key_name",
                                                "description", "enterprise_project_id", "tags", "OS-SRV-USG:terminated_at")}
        state.update(flavor=shown["flavor"]["id"], image=shown["image"]["id"], address=network[0]["addr"],
                     mac=network[0]["OS-EXT-IPS-MAC:mac_addr"], port=network[0]["OS-EXT-IPS:port_id"],
                     groups=[each["id"] for each in shown["security_groups"]], charging=shown["metadata"]["charging_mode"])
        state["volumes"] = []
        for attached in shown["os-extended-volumes:volumes_attached"]:
            assert isinstance(attached["delete_on_termination"], str) and isinstance(attached["bootIndex"], (str, type(None)))
            device = self.did("GET", self.v1(f"cloudservers/{server}/block_device/{attached['id']}"))["volumeAttachment"]
            assert isinstance(device["size"], int) and isinstance(device["bootIndex"], (int, type(None)))
            volume = self.did("GET", f"/v2/{self.project}/cloudvolumes/{attached['id']}")["volume"]
            state["volumes"].append((device["volumeId"], device["size"], device["bootIndex"], device["pciAddress"],
                                     volume["volume_type"], volume["status"], attached["delete_on_termination"]))
        return state

    def act(self, server, act, wanted, **more):
        self.did("POST", self.v1("cloudservers/action"), {act: {"servers": [{"id": server}], **more}})
        for _ in range(60):
            self.server.advance(10)
            status = self.did("GET", self.v1(f"cloudservers/{server}"))["server"]["status"]
            if status == wanted:
                return
        raise AssertionError(status)

    def delete(self, server):
        reply = self.did("POST", self.v1("cloudservers/delete"), {"servers": [{"id": server}], "delete_publicip": True,
                                                                  "delete_volume": True})
        self.wait(reply["job_id"], ("INIT", "RUNNING"))
        for _ in range(60):
            status, reply = self.call("GET", self.v1(f"cloudservers/{server}"))
            if status == 404:
                return
            assert reply["server"]["status"] in ("ACTIVE", "SHUTOFF")
            self.server.advance(10)
        raise AssertionError(reply)

    # ---- compute_volume_attach

    def make_volume(self):
        reply = self.did("POST", f"/v2.1/{self.project}/cloudvolumes", {"volume": {
            "availability_zone": ZONE, "volume_type": "SSD", "size": 10, "name": "tf"}}, ok=(200, 201, 202))
        self.wait(reply["job_id"], ("INIT", "RUNNING"))
        return reply["volume_ids"][0]

    def attach(self, server, volume, **more):
        reply = self.did("POST", self.v1(f"cloudservers/{server}/attachvolume"), {"volumeAttachment": {"volumeId": volume, **more}},
                         ok=(200, 201, 202))
        self.wait(reply["job_id"], ("INIT", "RUNNING"))

    def read_attachment(self, server, volume):
        """None: it is gone."""
        status, reply = self.call("GET", self.v1(f"cloudservers/{server}/block_device/{volume}"))
        if status == 404 or (status == 400 and reply["error"]["code"] == "Ecs.1000" and "itemNotFound" in reply["error"]["message"]):
            return None
        assert status == 200, reply
        return [reply["volumeAttachment"][name] for name in ("serverId", "volumeId", "device", "pciAddress")]

    def detach(self, server, volume):
        reply = self.did("DELETE", self.v1(f"cloudservers/{server}/detachvolume/{volume}"), ok=(200, 202))
        return self.wait(reply["job_id"], ("RUNNING",))


@pytest.fixture
def provider(make_server):
    return Provider(make_server(clock="manual", pace="real"))


def test_instance_is_made_read_changed_and_destroyed(provider):
    server = provider.create(provider.image("Ubuntu 22.04 server 64bit"))
    state = provider.read(server)
    assert state == provider.read(server)  # a second plan is empty
    assert (state["name"], state["status"], state["flavor"], state["groups"], state["charging"]) == \
        ("tf", "ACTIVE", FLAVOR, ["sg-1"], "0")
    assert [each[1:3] + each[4:] for each in sorted(state["volumes"], key=lambda each: each[3])] == \
        [(40, 0, "SSD", "in-use", "true"), (20, None, "SAS", "in-use", "false")]
    provider.did("PUT", provider.v1(f"cloudservers/{server}"), {"server": {"name": "renamed"}})
    assert provider.read(server) == {**state, "name": "renamed"}
    provider.act(server, "os-stop", "SHUTOFF", type="SOFT")
    provider.act(server, "os-start", "ACTIVE")
    provider.act(server, "reboot", "ACTIVE", type="SOFT")
    listed = provider.did("GET", provider.v1("cloudservers/detail"), query="limit=100&name=renamed&offset=1")
    assert (listed["count"], [each["id"] for each in listed["servers"]]) == (1, [server])
    provider.delete(server)
    for volume, *_ in state["volumes"]:
        status, _ = provider.call("GET", f"/v2/{provider.project}/cloudvolumes/{volume}")
        assert status == 404


@pytest.mark.parametrize("more", [{}, {"device": "/dev/vdf"}])
def test_volume_is_attached_read_and_detached(provider, more):
    server, volume = provider.create(provider.image("Ubuntu 22.04 server 64bit")), provider.make_volume()
    assert provider.read_attachment(server, volume) is None
    provider.attach(server, volume, **more)
    provider.did("PUT", provider.v1(f"cloudservers/{server}/block_device/{volume}"),
                 {"block_device": {"delete_on_termination": True}})
    read = provider.read_attachment(server, volume)
    assert read[:3] == [server, volume, more.get("device", "/dev/vdc")] and read == provider.read_attachment(server, volume)
    shown = provider.did("GET", provider.v1(f"cloudservers/{server}"))["server"]["os-extended-volumes:volumes_attached"]
    assert next(each["delete_on_termination"] for each in shown if each["id"] == volume) == "true"
    assert set(provider.detach(server, volume)) == {"RUNNING"}
    assert provider.read_attachment(server, volume) is None
    volume_now = provider.did("GET", f"/v2/{provider.project}/cloudvolumes/{volume}")["volume"]
    assert (volume_now["status"], volume_now["attachments"]) == ("available", [])
    # Destroyed by hand meanwhile: what the provider meets then.
    provider.delete(server)
    status, reply = provider.call("GET", provider.v1(f"cloudservers/{server}/block_device/{volume}"))
    assert (status, reply["error"]["code"]) == (404, "Ecs.0114")


def test_volume_that_the_guest_uses_fails_the_destroy_once(provider):
    server, volume = provider.create(provider.image("Ubuntu 22.04 server 64bit")), provider.make_volume()
    provider.attach(server, volume)
    provider.server.control("POST", "/_cleat/guest", {"disk": volume, "instance": server, "mounted": "/data", "by": "postgres[312]"})
    with pytest.raises(AssertionError, match="FAIL"):
        provider.detach(server, volume)
    assert provider.read_attachment(server, volume) is not None
    provider.server.control("POST", "/_cleat/guest", {"disk": volume, "instance": server, "mounted": "", "by": ""})
    provider.detach(server, volume)
    assert provider.read_attachment(server, volume) is None
