"""The fleet file: a state put into a server, given out again, refused with the line of each mistake."""

import json
import urllib.parse

import pytest

import signing
from cloud import UUID, Cloud

FLEET = "/_cleat/fleet"
SAMPLE = {"cleat_fleet": 1, "accounts": [{
    "instances": [{"id": "i-instanceid1"}, {"id": "i-bp67acfmxazb4p****", "state": "stopped"}],
    "disks": [{"id": "d-diskid1", "attachments": [{"instance": "i-instanceid1"}]},
              {"id": "d-bp67acfmxazb4p****", "attachments": [{"instance": "i-bp67acfmxazb4p****"}]}]}]}


def load(server, fleet, status=200, query=""):
    """A fleet as Python objects, or the text of a file."""
    text = fleet if isinstance(fleet, str) else json.dumps(fleet)
    got, _, reply = server.http("POST", FLEET + query, text.encode(), {"Authorization": f"Bearer {server.token}"})
    assert got == status, reply
    return json.loads(reply)


def problems(server, fleet):
    error = load(server, fleet, 400)["error"]
    assert error["reason"] == "fleet-wrong"
    return error["message"].split("\n")


def dump(server, query=""):
    status, _, reply = server.http("GET", FLEET + query, headers={"Authorization": f"Bearer {server.token}"})
    assert status == 200, reply
    return reply.decode()


def fleet_of(**account):
    return {"cleat_fleet": 1, "accounts": [account]}


# ---- the samples of the vendor's pages, word by word


@pytest.mark.parametrize("disk, instance", [("d-diskid1", "i-instanceid1"),
                                            ("d-bp67acfmxazb4p****", "i-bp67acfmxazb4p****")])
@pytest.mark.parametrize("xml", [False, True], ids=["json", "xml"])
@pytest.mark.parametrize("signature", ["V1", "V3"])
def test_samples_of_the_pages(server, disk, instance, xml, signature):
    load(server, SAMPLE)
    cloud = Cloud(server)
    parameters = {"DiskId": disk, "InstanceId": instance}
    if signature == "V1":
        reply = cloud.raw("DetachDisk", parameters, xml=xml)
    else:
        query = {**parameters, "Format": "XML"} if xml else parameters
        headers, _ = signing.v3_sign("GET", query, signing.v3_headers("DetachDisk", server.endpoint))
        reply = cloud.send("GET", "/?" + urllib.parse.urlencode(query), headers=headers)
    assert reply.status == 200, reply.text
    if xml:
        assert reply.xml.tag == "DetachDiskResponse" and [child.tag for child in reply.xml] == ["RequestId"]
        assert UUID.fullmatch(reply.xml.findtext("RequestId"))
    else:
        assert list(reply.json) == ["RequestId"] and UUID.fullmatch(reply.json["RequestId"])
    assert cloud.status(disk) == "Available"
    assert cloud.disk(disk)["InstanceId"] == ""


# ---- loading


def test_minimal_file(server):
    assert load(server, {"cleat_fleet": 1, "accounts": [{"instances": [{}], "disks": [{}]}]}) == \
        {"accounts": 1, "instances": 1, "disks": 2}
    cloud = Cloud(server)
    (instance,), disks = cloud.instances(), cloud.disks()
    assert instance["Status"] == "Running" and instance["InstanceType"] == "ecs.g7.large"
    assert sorted((disk["Type"], disk["Status"]) for disk in disks) == [("data", "Available"), ("system", "In_use")]
    assert cloud.system_disk(instance["InstanceId"])
    (free,) = cloud.disks(Status="Available")
    cloud.AttachDisk(DiskId=free["DiskId"], InstanceId=instance["InstanceId"])
    assert cloud.status(free["DiskId"]) == "In_use"


def test_load_replaces_what_the_account_had(server):
    cloud = Cloud(server)
    disk, instance = cloud.make_attached()
    load(server, SAMPLE)
    assert cloud.disk(disk) is None and cloud.instance(instance) is None
    assert {each["DiskId"] for each in cloud.disks(DiskType="data")} == {"d-diskid1", "d-bp67acfmxazb4p****"}
    load(server, SAMPLE)
    cloud.DetachDisk(DiskId="d-diskid1", InstanceId="i-instanceid1")
    assert cloud.status("d-diskid1") == "Available"
    why = server.control("GET", "/_cleat/why?disk=d-diskid1")
    assert why["status"] == "available"


def test_dump_gives_the_same_when_it_is_loaded(server, make_server):
    load(server, SAMPLE)
    cloud = Cloud(server)
    cloud.make_attached(**{"Tag.1.Key": "k", "Tag.1.Value": "v"})
    cloud.make_instance(**{"DataDisk.1.Size": 40, "InstanceChargeType": "PrePaid", "Period": 1})
    cloud.DetachDisk(DiskId="d-diskid1", InstanceId="i-instanceid1")
    first = dump(server, "?secrets=true")
    load(server, first)
    assert dump(server, "?secrets=true") == first
    other = make_server(durable=True)
    account = json.loads(first)["accounts"][0]["id"]
    load(other, first)
    assert dump(other, f"?secrets=true&account={account}") == dump(server, f"?secrets=true&account={account}")
    other.restart()
    assert dump(other, f"?secrets=true&account={account}") == dump(server, f"?secrets=true&account={account}")
