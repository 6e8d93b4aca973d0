"""Clients that build on EVS, call by call as they are written: Terraform's huaweicloud provider for evs_volume and
compute_volume_attach, and the CSI driver. And what all of them count on: that EVS, ECS and the job say the same."""

import threading

import pytest

from cloud import wait_for
from huawei_raw import Raw
from test_story_huawei_terraform import Provider

PENDING_ATTACH, PENDING_DETACH = {"INIT", "RUNNING"}, {"RUNNING"}


@pytest.fixture
def provider(make_server):
    return Provider(make_server(clock="manual", pace="real"))


def v2(provider, tail):
    return f"/v2/{provider.project}/{tail}"


def wait_volume(provider, volume, target):
    """Looks every 10 seconds until the status is one of those twice in a row; an error ends it."""
    times = 0
    for _ in range(60):
        shown = provider.did("GET", v2(provider, f"cloudvolumes/{volume}"))["volume"]
        assert not shown["status"].startswith("error"), shown["status"]
        times = times + 1 if shown["status"] in target else 0
        if times == 2:
            return shown
        provider.server.advance(10)
    raise AssertionError(shown["status"])


def create(provider, **more):
    reply = provider.did("POST", f"/v2.1/{provider.project}/cloudvolumes", {"volume": {
        "availability_zone": "cn-north-4a", "volume_type": "SSD", "size": 20, "name": "tf", "description": "", **more}}, ok=(202,))
    provider.server.advance(5)
    provider.wait(reply["job_id"], PENDING_ATTACH)
    return wait_volume(provider, reply["volume_ids"][0], ("available", "in-use"))


def server_of(provider):
    return provider.create("1189efbf-d48b-46ad-a823-94b942e2a000", data_volumes=[])


def attach(provider, server, volume):
    job = provider.did("POST", provider.v1(f"cloudservers/{server}/attachvolume"), {"volumeAttachment": {"volumeId": volume}})
    provider.wait(job["job_id"], PENDING_ATTACH)
    return provider.did("GET", provider.v1(f"cloudservers/{server}/block_device/{volume}"))["volumeAttachment"]


def test_terraform_keeps_a_volume(provider):
    shown = create(provider, multiattach=False, metadata={"hw:passthrough": "true"}, tags={"a": "b"})
    volume = shown["id"]
    assert (shown["size"], shown["volume_type"], shown["availability_zone"]) == (20, "SSD", "cn-north-4a")
    assert shown["metadata"]["hw:passthrough"] == "true" and shown["tags"] == {"a": "b"} and shown["attachments"] == []
    assert shown["wwn"] and shown["multiattach"] is False and shown["enterprise_project_id"] == "0"

    changed = provider.did("PUT", v2(provider, f"cloudvolumes/{volume}"), {"volume": {"name": "tf2", "description": ""}})
    assert (changed["id"], changed["name"]) == (volume, "tf2")
    tags = v2(provider, f"cloudvolumes/{volume}/tags/action")
    provider.did("POST", tags, {"action": "delete", "tags": [{"key": "a", "value": "b"}]}, ok=(204,))
    provider.did("POST", tags, {"action": "create", "tags": [{"key": "c", "value": "d"}]}, ok=(204,))
    assert wait_volume(provider, volume, ("available",))["tags"] == {"c": "d"}

    job = provider.did("POST", f"/v2.1/{provider.project}/cloudvolumes/{volume}/action", {"os-extend": {"new_size": 40}}, ok=(202,))
    provider.wait(job["job_id"], PENDING_ATTACH)
    assert wait_volume(provider, volume, ("available", "in-use"))["size"] == 40

    server = server_of(provider)
    attached = attach(provider, server, volume)
    assert (attached["serverId"], attached["volumeId"], attached["size"]) == (server, volume, 40)
    assert attached["device"] and attached["pciAddress"]

    # destroying it casts it off first, from wherever it is
    for each in provider.did("GET", v2(provider, f"cloudvolumes/{volume}"))["volume"]["attachments"]:
        path = provider.v1(f"cloudservers/{each['server_id']}/detachvolume/{each['volume_id']}")
        provider.wait(provider.did("DELETE", path)["job_id"], PENDING_DETACH)
        # SUCCESS: EVS agrees already
        assert provider.did("GET", v2(provider, f"cloudvolumes/{volume}"))["volume"]["attachments"] == []
    job = provider.did("DELETE", v2(provider, f"cloudvolumes/{volume}"))["job_id"]
    provider.wait(job, PENDING_ATTACH)
    status, reply = provider.call("GET", v2(provider, f"cloudvolumes/{volume}"))
    assert (status, reply["error"]["code"]) == (404, "EVS.5404")


def test_terraform_finds_that_an_attachment_is_gone(provider):
    server, volume = server_of(provider), create(provider)["id"]
    attach(provider, server, volume)
    job = provider.did("DELETE", provider.v1(f"cloudservers/{server}/detachvolume/{volume}"))["job_id"]
    provider.wait(job, PENDING_DETACH)
    status, reply = provider.call("GET", provider.v1(f"cloudservers/{server}/block_device/{volume}"))
    assert status == 400 and reply["error"]["code"] == "Ecs.1000" and "itemNotFound" in reply["error"]["message"]


class Csi:
    """ControllerPublishVolume and its opposite, as the driver decides by what it reads."""

    def __init__(self, provider):
        self.provider = provider

    def node(self, server):
        return self.provider.call("GET", f"/v2.1/{self.provider.project}/servers/{server}")[0] == 200

    def volume(self, volume):
        return self.provider.did("GET", v2(self.provider, f"cloudvolumes/{volume}"))["volume"]

    def done(self, job):
        for _ in range(30):
            status = self.provider.did("GET", self.provider.v1(f"jobs/{job}"))["status"]
            assert status in ("INIT", "RUNNING", "SUCCESS")
            if status == "SUCCESS":
                return
            self.provider.server.advance(4)
        raise AssertionError("not done in 30 looks")

    def publish(self, server, volume):
        assert self.node(server)
        shown = self.volume(volume)
        mine = any(each["server_id"] == server for each in shown["attachments"])
        if shown["status"] == "available":
            self.done(self.provider.did("POST", self.provider.v1(f"cloudservers/{server}/attachvolume"),
                                        {"volumeAttachment": {"volumeId": volume}})["job_id"])
        elif shown["status"] == "attaching" and mine:
            while self.volume(volume)["status"] != "in-use":
                self.provider.server.advance(2)
        else:
            assert shown["status"] == "in-use" and mine, shown["status"]
        (attached,) = self.volume(volume)["attachments"]
        assert attached["server_id"] == server
        return attached["device"]

    def unpublish(self, server, volume):
        shown = self.volume(volume)
        if not self.node(server) or shown["status"] == "available" or not shown["attachments"]:
            return
        status, reply = self.provider.call("DELETE", self.provider.v1(f"cloudservers/{server}/detachvolume/{volume}"))
        if status == 200:
            self.done(reply["job_id"])
        else:
            assert "Ecs.0111" in reply["error"]["code"], reply


def test_csi_publishes_and_takes_back(provider):
    csi, server, other = Csi(provider), server_of(provider), server_of(provider)
    volume = create(provider)["id"]
    device = csi.publish(server, volume)
    assert csi.publish(server, volume) == device  # it asks again and again
    with pytest.raises(AssertionError, match="in-use"):
        csi.publish(other, volume)
    csi.unpublish(server, volume)
    csi.unpublish(server, volume)
    assert csi.publish(other, volume)
    provider.did("POST", provider.v1(f"cloudservers/{server}/attachvolume"), {"volumeAttachment": {
        "volumeId": create(provider)["id"]}})
    csi.unpublish(other, volume)

    # one that another call is attaching is waited for
    provider.did("POST", provider.v1(f"cloudservers/{other}/attachvolume"), {"volumeAttachment": {"volumeId": volume}})
    assert csi.volume(volume)["status"] == "attaching"
    assert csi.publish(other, volume)
    # what ECS no longer has is taken back already
    csi.unpublish(other, volume)
    status, reply = provider.call("DELETE", provider.v1(f"cloudservers/{other}/detachvolume/{volume}"))
    assert (status, reply["error"]["code"]) == (400, "Ecs.0111")


def test_csi_snapshots(provider):
    volume = create(provider)["id"]
    made = provider.did("POST", v2(provider, "cloudsnapshots"), {"snapshot": {"volume_id": volume, "name": "s", "force": True}},
                        ok=(202,))["snapshot"]
    while provider.did("GET", v2(provider, f"cloudsnapshots/{made['id']}"))["snapshot"]["status"] == "creating":
        provider.server.advance(2)
    listed = provider.did("GET", v2(provider, "cloudsnapshots/detail"), query=f"volume_id={volume}")
    assert [each["status"] for each in listed["snapshots"]] == ["available"]
    assert create(provider, snapshot_id=made["id"])["snapshot_id"] == made["id"]
    provider.did("DELETE", v2(provider, f"cloudsnapshots/{made['id']}"), ok=(202,))


class Reader(threading.Thread):
    """Reads a job, then EVS, then ECS: once the job was done the other two must be where it led to. And the other way round."""

    def __init__(self, server, host, volume, stop):
        super().__init__()
        self.raw, self.host, self.volume, self.stop = Raw(server, "cleat"), host, volume, stop
        self.job, self.looks, self.wrong, self.seen = None, 0, [], set()

    def evs(self):
        volume = self.raw("GET", f"/v2/{{project}}/cloudvolumes/{self.volume}").json["volume"]
        return volume["status"], [each["server_id"] for each in volume["attachments"]]

    def ecs(self):
        return self.raw("GET", f"/v1/{{project}}/cloudservers/{self.host}/block_device/{self.volume}").status

    def look(self, job, attaches):
        """Each read is later than the one before: what one has said done no later one may take back."""
        first = self.raw("GET", f"/v1/{{project}}/jobs/{job}").json["status"]
        status, held = self.evs()
        ecs = self.ecs()
        last = self.raw("GET", f"/v1/{{project}}/jobs/{job}").json["status"]
        self.looks += 1
        there, gone = (("in-use", [self.host]), 200), (("available", []), 400)
        if self.job != (job, attaches):
            return  # the next piece of work may have begun meanwhile
        if first == "SUCCESS" and ((status, held), ecs) != (there if attaches else gone):
            self.wrong.append(("after the job", attaches, status, held, ecs))
        if status == ("in-use" if attaches else "available") and (ecs != (200 if attaches else 400) or last != "SUCCESS"):
            self.wrong.append(("after EVS", attaches, status, held, ecs, last))
        if bool(held) != (status != "available"):
            self.wrong.append(("EVS itself", status, held))
        self.seen.add((first, status, ecs))

    def run(self):
        while not self.stop.is_set():
            if self.job:
                self.look(*self.job)


def test_evs_ecs_and_the_job_change_together(make_server):
    server = make_server(clock="manual", pace="real")
    raw, provider = Raw(server, "cleat"), Provider(server)
    host, volume = server_of(provider), create(provider)["id"]
    stop = threading.Event()
    readers = [Reader(server, host, volume, stop) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for attaches in [True, False] * 30:
            for reader in readers:
                reader.job = None
            if attaches:
                reply = raw("POST", f"/v1/{{project}}/cloudservers/{host}/attachvolume", {"volumeAttachment": {"volumeId": volume}})
            else:
                reply = raw("DELETE", f"/v1/{{project}}/cloudservers/{host}/detachvolume/{volume}")
            assert reply.status == 200, reply.text
            for reader in readers:
                reader.job = (reply.json["job_id"], attaches)
            looks = [reader.looks for reader in readers]
            wait_for(lambda: all(reader.looks > before for reader, before in zip(readers, looks)), "all to look before")
            server.advance(600)
            looks = [reader.looks for reader in readers]
            wait_for(lambda: all(reader.looks > before + 1 for reader, before in zip(readers, looks)), "all to look after")
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    seen = set.union(*(reader.seen for reader in readers))
    assert {("RUNNING", "attaching"), ("SUCCESS", "in-use"), ("RUNNING", "detaching"), ("SUCCESS", "available")} <= \
        {(job, status) for job, status, _ in seen}
    assert [reader.wrong for reader in readers] == [[], [], []]
