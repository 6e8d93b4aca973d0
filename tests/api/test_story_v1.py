"""The official client aliyun-python-sdk-ecs (signature V1), unmodified: JSON as its usual call asks for, and XML; GET and
POST."""

import json
import xml.etree.ElementTree

import pytest
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from aliyunsdkecs.request.v20140526 import (AttachDiskRequest, CreateDiskRequest, CreateInstanceRequest,
                                            CreateSnapshotRequest, DeleteDiskRequest, DeleteInstanceRequest,
                                            DeleteInstancesRequest, DeleteSnapshotRequest, DescribeDisksRequest,
                                            DescribeImagesRequest, DescribeInstanceAttributeRequest,
                                            DescribeInstanceHistoryEventsRequest, DescribeInstanceStatusRequest,
                                            DescribeInstanceTypesRequest, DescribeInstancesRequest,
                                            DescribeRegionsRequest, DescribeSnapshotsRequest, DescribeTasksRequest,
                                            DetachDiskRequest, ModifyDiskAttributeRequest,
                                            ModifyInstanceAttributeRequest, ReInitDiskRequest, RebootInstanceRequest,
                                            RebootInstancesRequest, ReplaceSystemDiskRequest, ResetDiskRequest,
                                            ResizeDiskRequest, RunInstancesRequest, StartInstanceRequest,
                                            StartInstancesRequest, StopInstanceRequest, StopInstancesRequest)

import signing
from cloud import IMAGE, REGION, SLOWER, TYPE, ZONE, leaves_of_json, leaves_of_xml

REQUESTS = {module.__name__.rsplit(".", maxsplit=1)[-1].removesuffix("Request"): module for module in (
    AttachDiskRequest, CreateDiskRequest, CreateInstanceRequest, CreateSnapshotRequest, DeleteDiskRequest,
    DeleteInstanceRequest, DeleteInstancesRequest, DeleteSnapshotRequest, DescribeDisksRequest, DescribeImagesRequest,
    DescribeInstanceAttributeRequest, DescribeInstanceHistoryEventsRequest, DescribeInstanceStatusRequest,
    DescribeInstanceTypesRequest, DescribeInstancesRequest, DescribeRegionsRequest, DescribeSnapshotsRequest,
    DescribeTasksRequest, DetachDiskRequest, ModifyDiskAttributeRequest, ModifyInstanceAttributeRequest,
    ReInitDiskRequest, RebootInstanceRequest, RebootInstancesRequest, ReplaceSystemDiskRequest, ResetDiskRequest,
    ResizeDiskRequest, RunInstancesRequest, StartInstanceRequest, StartInstancesRequest, StopInstanceRequest,
    StopInstancesRequest)}


def find(element, path):
    found = element.findtext(path)
    assert found is not None, (path, xml.etree.ElementTree.tostring(element))
    return found


class Acs:
    """client.DetachDisk(DiskId=...) -> the reply: a dict, or an element of XML."""

    def __init__(self, server, method, as_xml, secret=signing.SECRET, key_id=signing.KEY_ID):
        self.server, self.method, self.as_xml = server, method, as_xml
        self.client = AcsClient(key_id, secret, REGION, auto_retry=False, port=server.port, timeout=60 * SLOWER)

    def request(self, action, **parameters):
        request = getattr(REQUESTS[action], action + "Request")()
        request.set_endpoint("127.0.0.1")
        request.set_method(self.method)
        for name, value in parameters.items():
            getattr(request, "set_" + name)(value)
        return request

    def call(self, action, **parameters):
        request = self.request(action, **parameters)
        if not self.as_xml:
            return json.loads(self.client.do_action_with_exception(request))
        request.set_accept_format("XML")
        # Its convenient call asks for JSON whatever the request says; this is the one under it.
        _, headers, body, refused = self.client._implementation_of_do_action(request)
        root = xml.etree.ElementTree.fromstring(body)
        assert headers["Content-Type"] == "text/xml;charset=utf-8"
        if refused:
            assert root.tag == "Error"
            raise ServerException(find(root, "Code"), find(root, "Message"), refused.get_http_status(),
                                  find(root, "RequestId"))
        assert root.tag == action + "Response"
        return root

    def __getattr__(self, action):
        if action not in REQUESTS:
            raise AttributeError(action)
        return lambda **parameters: self.call(action, **parameters)

    def get(self, reply, *path):
        """The first value at a path, lists being stepped into."""
        if self.as_xml:
            return find(reply, "/".join(path))
        for name in path:
            reply = reply[name]
            if isinstance(reply, list):
                reply = reply[0]
        return reply

    def run(self, **more):
        reply = self.RunInstances(**{"ZoneId": ZONE, "ImageId": IMAGE, "InstanceType": TYPE, **more})
        return self.get(reply, "InstanceIdSets", "InstanceIdSet")

    def create(self, **more):
        return self.get(self.CreateDisk(**{"ZoneId": ZONE, "Size": 20, "DiskCategory": "cloud_essd", **more}), "DiskId")

    def disk(self, disk, *fields):
        reply = self.DescribeDisks(DiskIds=json.dumps([disk]))
        if str(self.get(reply, "TotalCount")) == "0":
            return None
        return tuple(self.get(reply, "Disks", "Disk", field) for field in fields or ("Status",))

    def instance(self, instance):
        reply = self.DescribeInstances(InstanceIds=json.dumps([instance]))
        return self.get(reply, "Instances", "Instance", "Status") if str(self.get(reply, "TotalCount")) != "0" else None

    def refused(self, action, **parameters):
        with pytest.raises(ServerException) as caught:
            self.call(action, **parameters)
        assert caught.value.get_request_id()
        return caught.value.get_http_status(), caught.value.get_error_code()


@pytest.fixture(params=[("GET", False), ("POST", False), ("GET", True), ("POST", True)],
                ids=["GET-json", "POST-json", "GET-xml", "POST-xml"])
def how(request):
    return request.param


@pytest.fixture
def acs(make_server, how):
    """Its clock stands until it is advanced, and work takes as long as on the real cloud."""
    return Acs(make_server(clock="manual", pace="real"), *how)


@pytest.fixture
def quick_acs(shared_server, how):
    """Work is done when the reply comes."""
    return Acs(shared_server, *how)


def test_data_disk_from_creation_to_deletion(acs):
    instance, disk = acs.run(), acs.create(DiskName="a b*~+/&=中")
    assert (acs.instance(instance), acs.disk(disk)) == ("Pending", ("Creating",))
    acs.server.advance(30)
    assert (acs.instance(instance), acs.disk(disk)) == ("Running", ("Available",))
    assert acs.disk(disk, "DiskName") == ("a b*~+/&=中",)

    acs.AttachDisk(DiskId=disk, InstanceId=instance)
    assert acs.disk(disk) == ("Attaching",)
    acs.server.advance(10)
    assert acs.disk(disk, "Status", "InstanceId", "Device") == ("In_use", instance, "/dev/xvdb")

    acs.DetachDisk(DiskId=disk, InstanceId=instance)
    assert acs.disk(disk, "Status", "InstanceId") == ("Detaching", instance)
    acs.server.advance(59)
    assert acs.disk(disk) == ("Detaching",)
    acs.server.advance(1)
    assert acs.disk(disk, "Status", "InstanceId", "Device") == ("Available", "", "")

    acs.DeleteDisk(DiskId=disk)
    assert acs.disk(disk) is None


def test_refusals_raise_the_clients_exception(acs):
    instance, disk = acs.run(), acs.create()
    assert acs.refused("DeleteDisk", DiskId=disk) == (403, "IncorrectDiskStatus")
    acs.server.advance(30)
    assert acs.refused("DetachDisk", DiskId=disk) == (400, "MissingInstanceId")
    assert acs.refused("DetachDisk", DiskId=disk, InstanceId="") == (400, "InvalidParameter")
    assert acs.refused("DetachDisk", DiskId=disk, InstanceId="i-nothing") == (404, "InvalidInstanceId.NotFound")
    assert acs.refused("DetachDisk", DiskId="d-nothing", InstanceId=instance) == (404, "InvalidDiskId.NotFound")
    assert acs.refused("DetachDisk", DiskId=disk, InstanceId=instance) == (404, "InvalidDisk.AlreadyDetached")
    acs.AttachDisk(DiskId=disk, InstanceId=instance)
    acs.server.advance(10)
    acs.DetachDisk(DiskId=disk, InstanceId=instance)
    assert acs.refused("DetachDisk", DiskId=disk, InstanceId=instance) == \
        (403, "InvalidOperation.DiskDetachingFromThisEcs")
    assert acs.refused("AttachDisk", DiskId=disk, InstanceId=instance) == (403, "IncorrectDiskStatus")


@pytest.mark.parametrize("flag, left", [(True, None), (False, ("data",))])
def test_system_disk_and_its_origin(quick_acs, flag, left):
    acs = quick_acs
    instance = acs.run()
    disk = acs.get(acs.DescribeDisks(InstanceId=instance, DiskType="system"), "Disks", "Disk", "DiskId")
    assert acs.refused("DetachDisk", DiskId=disk, InstanceId=instance) == (403, "IncorrectInstanceStatus")
    acs.StopInstance(InstanceId=instance)
    acs.DetachDisk(DiskId=disk, InstanceId=instance, DeleteWithInstance=flag)
    assert acs.disk(disk, "Status", "Type") == ("Available", "system")
    acs.DeleteInstance(InstanceId=instance)
    assert acs.instance(instance) is None
    assert acs.disk(disk, "Type") == left


def test_system_disk_is_put_back_and_the_instance_starts(quick_acs):
    acs = quick_acs
    instance = acs.run()
    disk = acs.get(acs.DescribeDisks(InstanceId=instance, DiskType="system"), "Disks", "Disk", "DiskId")
    acs.StopInstance(InstanceId=instance)
    acs.DetachDisk(DiskId=disk, InstanceId=instance)
    acs.AttachDisk(DiskId=disk, InstanceId=instance, Bootable=True, KeyPairName="key")
    assert acs.disk(disk, "Status", "Device") == ("In_use", "/dev/xvda")
    acs.StartInstance(InstanceId=instance)
    assert acs.instance(instance) == "Running"


def test_an_instance_made_by_hand(acs):
    made = [acs.get(acs.CreateInstance(ZoneId=ZONE, ImageId=IMAGE, InstanceType=TYPE, InstanceName=name), "InstanceId")
            for name in ("one", "two")]

    def status(instance):
        return acs.get(acs.DescribeInstanceStatus(InstanceIds=[instance]), "InstanceStatuses", "InstanceStatus", "Status")

    assert status(made[0]) == "Pending"
    acs.server.advance(10)
    assert [status(instance) for instance in made] == ["Stopped", "Stopped"]
    acs.ModifyInstanceAttribute(InstanceId=made[0], InstanceName="a b*~+/&=中", HostName="host")
    found = acs.DescribeInstanceAttribute(InstanceId=made[0])
    assert (acs.get(found, "InstanceName"), acs.get(found, "HostName"), acs.get(found, "IoOptimized")) == \
        ("a b*~+/&=中", "host", "optimized")

    reply = acs.StartInstances(InstanceIds=made)
    assert acs.get(reply, "InstanceResponses", "InstanceResponse", "Code") == "200"
    assert acs.get(reply, "InstanceResponses", "InstanceResponse", "CurrentStatus") == "Starting"
    acs.server.advance(20)
    acs.RebootInstance(InstanceId=made[0])
    acs.RebootInstances(InstanceIds=[made[1]])
    assert [status(instance) for instance in made] == ["Starting", "Starting"]
    acs.server.advance(30)
    assert [status(instance) for instance in made] == ["Running", "Running"]
    assert acs.refused("StopInstances", InstanceIds=[made[0], "i-nothing"]) == (404, "InvalidInstanceId.NotFound")
    acs.StopInstances(InstanceIds=made)
    acs.server.advance(20)
    assert [status(instance) for instance in made] == ["Stopped", "Stopped"]
    acs.DeleteInstances(InstanceIds=made)
    acs.server.advance(10)
    assert [acs.instance(instance) for instance in made] == [None, None]


def test_what_there_is_to_choose_from(quick_acs):
    acs = quick_acs
    assert acs.get(acs.DescribeImages(ImageId=IMAGE, ImageOwnerAlias="system"), "Images", "Image", "OSType") == "linux"
    found = acs.DescribeInstanceTypes(InstanceTypess=[TYPE])
    assert acs.get(found, "InstanceTypes", "InstanceType", "InstanceTypeFamily") == "ecs.g7"
    assert str(acs.get(acs.DescribeTasks(TaskAction="ImportImage"), "TotalCount")) == "0"
    assert str(acs.get(acs.DescribeInstanceHistoryEvents(InstanceId="i-nothing"), "TotalCount")) == "0"


def test_disk_grows_is_kept_and_put_back(acs):
    instance, disk = acs.run(), acs.create()
    acs.server.advance(60)
    acs.AttachDisk(DiskId=disk, InstanceId=instance)
    acs.server.advance(60)
    acs.ResizeDisk(DiskId=disk, NewSize=30)
    acs.ModifyDiskAttribute(DiskId=disk, DiskName="grown")
    assert tuple(map(str, acs.disk(disk, "Size", "DiskName"))) == ("30", "grown")
    kept = acs.get(acs.CreateSnapshot(DiskId=disk, SnapshotName="a b*~+/&=中"), "SnapshotId")

    def snapshot(*fields):
        reply = acs.DescribeSnapshots(SnapshotIds=json.dumps([kept]))
        if str(acs.get(reply, "TotalCount")) == "0":
            return None
        return tuple(acs.get(reply, "Snapshots", "Snapshot", field) for field in fields)

    assert snapshot("Status", "Progress") == ("progressing", "0%")
    acs.server.advance(60)
    assert snapshot("Status", "Progress", "SnapshotName") == ("accomplished", "100%", "a b*~+/&=中")
    copy = acs.create(SnapshotId=kept, Size=40)
    assert tuple(map(str, acs.disk(copy, "Size", "SourceSnapshotId"))) == ("40", kept)
    assert acs.refused("ResetDisk", DiskId=disk, SnapshotId=kept) == (403, "IncorrectInstanceStatus")
    acs.StopInstance(InstanceId=instance)
    acs.server.advance(60)
    acs.ResetDisk(DiskId=disk, SnapshotId=kept)
    assert acs.disk(disk) == ("ReIniting",)
    acs.server.advance(60)
    assert acs.disk(disk) == ("In_use",)
    acs.ReInitDisk(DiskId=disk)
    acs.server.advance(60)
    assert acs.refused("DeleteSnapshot", SnapshotId=kept) == (403, "SnapshotCreatedDisk")
    acs.DeleteSnapshot(SnapshotId=kept, Force=True)
    assert snapshot("Status") is None


def test_system_disk_is_replaced(quick_acs):
    acs = quick_acs
    instance = acs.run()
    acs.StopInstance(InstanceId=instance)
    old = acs.get(acs.DescribeDisks(InstanceId=instance, DiskType="system"), "Disks", "Disk", "DiskId")
    reply = acs.ReplaceSystemDisk(InstanceId=instance, ImageId="ubuntu_22_04_x64_20G_alibase_20240926.vhd",
                                  SystemDiskSize=50)
    new = acs.get(reply, "DiskId")
    assert tuple(map(str, acs.disk(new, "Status", "InstanceId", "Size"))) == ("In_use", instance, "50")
    assert acs.disk(old) is None
    acs.StartInstance(InstanceId=instance)
    assert acs.instance(instance) == "Running"


def test_both_formats_tell_the_same(shared_server):
    one, other = Acs(shared_server, "GET", False), Acs(shared_server, "POST", True)
    disk = one.create()
    in_json = leaves_of_json(one.DescribeDisks(DiskIds=json.dumps([disk])))
    in_xml = leaves_of_xml(other.DescribeDisks(DiskIds=json.dumps([disk])))
    assert in_json[1:] == in_xml[1:]
    assert in_json[0][0] == in_xml[0][0] == ("RequestId",)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_wrong_secret_is_told_as_that(shared_server, method):
    """The client compares the string to sign in the message with its own; equal means that the secret is wrong."""
    acs = Acs(shared_server, method, False, secret="wrong")
    assert acs.refused("DescribeRegions") == (400, "InvalidAccessKeySecret")
    assert acs.refused("DescribeDisks", DiskName="a b*~+/&=中:x") == (400, "InvalidAccessKeySecret")


def test_unknown_key_is_told_as_that(shared_server):
    assert Acs(shared_server, "GET", False, key_id="nobody").refused("DescribeRegions") == \
        (404, "InvalidAccessKeyId.NotFound")


def test_common_request_with_form_body(shared_server):
    """Business parameters in a form body, common ones in the query, as scripts with CommonRequest send them."""
    acs = Acs(shared_server, "POST", False)
    request = CommonRequest(domain="127.0.0.1", version=signing.VERSION, action_name="CreateDisk")
    request.set_method("POST")
    request.set_protocol_type("http")
    for name, value in {"RegionId": REGION, "ZoneId": ZONE, "Size": "20", "DiskCategory": "cloud_essd",
                        "DiskName": "in a form"}.items():
        request.add_body_params(name, value)
    disk = json.loads(acs.client.do_action_with_exception(request))["DiskId"]
    assert acs.disk(disk, "DiskName", "Status") == ("in a form", "Available")
