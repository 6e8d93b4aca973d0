"""The official client alibabacloud_ecs20140526 (signature V3, JSON), unmodified, drives what Cleat is for."""

import json

import pytest
from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.utils_models import Config

import signing
from cloud import IMAGE, REGION, TIME_SECONDS, TYPE, UUID, ZONE, Cloud, wait_for
from network import make_vpc


def make_client(server, **more):
    return Client(Config(**{"access_key_id": signing.KEY_ID, "access_key_secret": signing.SECRET, "protocol": "http",
                            "endpoint": server.endpoint, "region_id": REGION, "read_timeout": 60000, **more}))


class Tea:
    """The calls of the story, by what they are about."""

    def __init__(self, server, **more):
        self.server, self.client = server, make_client(server, **more)

    def run(self, **more):
        reply = self.client.run_instances(models.RunInstancesRequest(
            **{"region_id": REGION, "zone_id": ZONE, "image_id": IMAGE, "instance_type": TYPE, **more}))
        return reply.body.instance_id_sets.instance_id_set

    def create(self, **more):
        return self.client.create_disk(models.CreateDiskRequest(
            **{"region_id": REGION, "zone_id": ZONE, "size": 20, "disk_category": "cloud_essd", **more})).body.disk_id

    def attach(self, disk, instance, **more):
        return self.client.attach_disk(models.AttachDiskRequest(disk_id=disk, instance_id=instance, **more))

    def detach(self, disk, instance, **more):
        return self.client.detach_disk(models.DetachDiskRequest(disk_id=disk, instance_id=instance, **more))

    def delete(self, disk):
        return self.client.delete_disk(models.DeleteDiskRequest(disk_id=disk))

    def stop(self, instance):
        self.client.stop_instance(models.StopInstanceRequest(instance_id=instance))

    def disks(self, **more):
        return self.client.describe_disks(models.DescribeDisksRequest(region_id=REGION, **more)).body

    def disk(self, disk):
        found = self.disks(disk_ids=json.dumps([disk])).disks.disk
        return found[0] if found else None

    def instance(self, instance):
        found = self.client.describe_instances(models.DescribeInstancesRequest(
            region_id=REGION, instance_ids=json.dumps([instance]))).body.instances.instance
        return found[0] if found else None


def refusal(call, *arguments, **more):
    with pytest.raises(ClientException) as caught:
        call(*arguments, **more)
    return caught.value.status_code, caught.value.code


@pytest.fixture
def tea(make_server):
    """Its clock stands until it is advanced, and work takes as long as on the real cloud."""
    return Tea(make_server(clock="manual", pace="real"))


@pytest.fixture
def quick_tea(shared_server):
    """Work is done when the reply comes."""
    return Tea(shared_server)


def test_data_disk_from_creation_to_deletion(tea):
    instance, = tea.run(instance_name="story")
    assert tea.instance(instance).status == "Pending"
    disk = tea.create(disk_name="story", tag=[models.CreateDiskRequestTag(key="owner", value="somebody")])
    assert tea.disk(disk).status == "Creating"
    tea.server.advance(30)
    assert (tea.instance(instance).status, tea.disk(disk).status) == ("Running", "Available")

    reply = tea.attach(disk, instance)
    assert reply.status_code == 200
    assert reply.headers["x-acs-request-id"] == reply.body.request_id
    assert tea.disk(disk).status == "Attaching"
    tea.server.advance(10)
    found = tea.disk(disk)
    assert (found.status, found.instance_id, found.device) == ("In_use", instance, "/dev/xvdb")
    assert found.attachments.attachment[0].instance_id == instance
    assert (found.delete_with_instance, found.portable, found.size, found.type) == (False, True, 20, "data")
    assert (found.tags.tag[0].tag_key, found.tags.tag[0].tag_value) == ("owner", "somebody")

    tea.detach(disk, instance)
    found = tea.disk(disk)
    assert (found.status, found.instance_id) == ("Detaching", instance)
    tea.server.advance(59)
    assert tea.disk(disk).status == "Detaching"
    tea.server.advance(1)
    found = tea.disk(disk)
    assert (found.status, found.instance_id, found.device, found.attachments.attachment) == ("Available", "", "", [])
    assert TIME_SECONDS.fullmatch(found.detached_time)

    tea.delete(disk)
    assert tea.disk(disk) is None


def test_polling_until_available_in_real_time(make_server):
    """As scripts do it: call, then ask until the disk is Available."""
    tea = Tea(make_server(pace="quick"))
    instance, = tea.run()
    disk = tea.create()
    wait_for(lambda: tea.disk(disk).status == "Available" and tea.instance(instance).status == "Running", "made")
    tea.attach(disk, instance)
    wait_for(lambda: tea.disk(disk).status == "In_use", "attached")
    tea.detach(disk, instance)
    seen = []
    wait_for(lambda: seen.append(tea.disk(disk).status) or seen[-1] == "Available", "detached")
    assert set(seen) == {"Detaching", "Available"}


def test_refusals_raise_the_clients_exception(tea):
    instance, other = tea.run(amount=2)
    disk = tea.create()
    assert refusal(tea.delete, disk) == (403, "IncorrectDiskStatus")
    tea.server.advance(60)
    assert refusal(tea.detach, disk, "i-nothing") == (404, "InvalidInstanceId.NotFound")
    assert refusal(tea.detach, "d-nothing", instance) == (404, "InvalidDiskId.NotFound")
    assert refusal(tea.detach, disk, instance) == (404, "InvalidDisk.AlreadyDetached")
    assert refusal(tea.detach, disk, None) == (400, "MissingInstanceId")
    tea.attach(disk, instance)
    assert refusal(tea.detach, disk, instance) == (403, "IncorrectDiskStatus")
    tea.server.advance(10)
    assert refusal(tea.detach, disk, other) == (403, "DependencyViolation")
    assert refusal(tea.attach, disk, other) == (403, "IncorrectDiskStatus")
    assert refusal(tea.delete, disk) == (403, "IncorrectDiskStatus")
    tea.detach(disk, instance)
    assert refusal(tea.detach, disk, instance) == (403, "InvalidOperation.DiskDetachingFromThisEcs")
    assert refusal(tea.attach, disk, instance) == (403, "IncorrectDiskStatus")


def test_the_exception_tells_request_id_and_text(quick_tea):
    with pytest.raises(ClientException) as caught:
        quick_tea.detach("d-nothing", "i-nothing")
    assert "The specified InstanceId does not exist." in caught.value.message
    assert UUID.fullmatch(caught.value.request_id)


@pytest.mark.parametrize("flag, left", [(None, None), (True, None), (False, "data")])
def test_system_disk_and_its_origin(quick_tea, flag, left):
    tea = quick_tea
    instance, = tea.run()
    disk = tea.disks(instance_id=instance, disk_type="system").disks.disk[0].disk_id
    assert refusal(tea.detach, disk, instance) == (403, "IncorrectInstanceStatus")
    tea.stop(instance)
    tea.detach(disk, instance, delete_with_instance=flag)
    found = tea.disk(disk)
    assert (found.status, found.type, found.delete_with_instance) == ("Available", "system", flag is not False)
    tea.client.delete_instance(models.DeleteInstanceRequest(instance_id=instance))
    assert tea.instance(instance) is None
    found = tea.disk(disk)
    assert (found and found.type) == left


def test_system_disk_is_put_back(quick_tea):
    tea = quick_tea
    instance, = tea.run()
    disk = tea.disks(instance_id=instance, disk_type="system").disks.disk[0].disk_id
    tea.stop(instance)
    tea.detach(disk, instance)
    assert refusal(tea.client.start_instance, models.StartInstanceRequest(instance_id=instance)) == (403, "DiskError")
    tea.attach(disk, instance, bootable=True, password="Secret-1234")
    found = tea.disk(disk)
    assert (found.status, found.type, found.device) == ("In_use", "system", "/dev/xvda")
    tea.client.start_instance(models.StartInstanceRequest(instance_id=instance))
    assert tea.instance(instance).status == "Running"


def test_instance_from_run_to_release(tea):
    instance, = tea.run(data_disk=[
        models.RunInstancesRequestDataDisk(size=30, category="cloud_ssd", delete_with_instance=False),
        models.RunInstancesRequestDataDisk(size=40, disk_name="gone")])
    for status, seconds in (("Pending", 10), ("Starting", 20), ("Running", 0)):
        assert tea.instance(instance).status == status
        if seconds:
            tea.server.advance(seconds)
    sizes = {disk.size: disk.disk_id for disk in tea.disks(instance_id=instance, disk_type="data").disks.disk}
    assert set(sizes) == {30, 40}
    tea.stop(instance)
    assert tea.instance(instance).status == "Stopping"
    assert refusal(tea.stop, instance) == (403, "IncorrectInstanceStatus")
    assert refusal(tea.client.delete_instance, models.DeleteInstanceRequest(instance_id=instance)) == \
        (403, "IncorrectInstanceStatus")
    tea.server.advance(20)
    assert tea.instance(instance).status == "Stopped"
    tea.client.delete_instance(models.DeleteInstanceRequest(instance_id=instance))
    tea.server.advance(10)
    assert tea.instance(instance) is None
    assert tea.disk(sizes[30]).status == "Available"
    assert tea.disk(sizes[40]) is None


def test_an_instance_made_by_hand(tea):
    """Created, told apart, changed, started, rebooted with a disk on its way off, and released with another in a batch."""
    client, instances = tea.client, []
    for name in ("one", "two"):
        reply = client.create_instance(models.CreateInstanceRequest(
            region_id=REGION, zone_id=ZONE, image_id=IMAGE, instance_type=TYPE, instance_name=name,
            data_disk=[models.CreateInstanceRequestDataDisk(size=20, category="cloud_essd")]))
        instances.append(reply.body.instance_id)
    one, two = instances

    def statuses():
        found = client.describe_instance_status(models.DescribeInstanceStatusRequest(region_id=REGION, instance_id=instances))
        return {item.instance_id: item.status for item in found.body.instance_statuses.instance_status}

    assert statuses() == {one: "Pending", two: "Pending"}
    tea.server.advance(10)
    assert statuses() == {one: "Stopped", two: "Stopped"}
    client.modify_instance_attribute(models.ModifyInstanceAttributeRequest(
        instance_id=one, instance_name="first", host_name="a-host", user_data="eA=="))
    found = client.describe_instance_attribute(models.DescribeInstanceAttributeRequest(instance_id=one)).body
    assert (found.instance_name, found.host_name, found.status, found.cpu, found.memory) == ("first", "a-host", "Stopped", 2, 8192)
    assert found.io_optimized == "optimized"

    reply = client.start_instances(models.StartInstancesRequest(region_id=REGION, instance_id=instances)).body
    assert [(item.code, item.previous_status, item.current_status)
            for item in reply.instance_responses.instance_response] == [("200", "Stopped", "Starting")] * 2
    tea.server.advance(20)
    assert statuses() == {one: "Running", two: "Running"}
    disk = tea.disks(instance_id=one, disk_type="data").disks.disk[0].disk_id
    tea.detach(disk, one)
    client.reboot_instance(models.RebootInstanceRequest(instance_id=one))
    assert (statuses()[one], tea.disk(disk).status) == ("Starting", "Detaching")
    tea.server.advance(10)
    assert (statuses()[one], tea.disk(disk).status) == ("Starting", "Available")
    tea.server.advance(20)
    assert statuses()[one] == "Running"

    reply = client.stop_instances(models.StopInstancesRequest(
        region_id=REGION, instance_id=[one, "i-nothing"], batch_optimization="SuccessFirst")).body
    assert [item.code for item in reply.instance_responses.instance_response] == ["200", "InvalidInstanceId.NotFound"]
    assert refusal(client.stop_instances, models.StopInstancesRequest(region_id=REGION, instance_id=instances)) == \
        (403, "IncorrectInstanceStatus")
    assert refusal(client.reboot_instances, models.RebootInstancesRequest(region_id=REGION, instance_id=[two], dry_run=True)) == \
        (400, "DRYRUN.SUCCESS")
    client.delete_instances(models.DeleteInstancesRequest(region_id=REGION, instance_id=instances, force=True))
    tea.server.advance(20)
    assert statuses() == {}
    assert tea.disk(disk).status == "Available"


def test_what_there_is_to_choose_from(quick_tea):
    client = quick_tea.client
    images = client.describe_images(models.DescribeImagesRequest(
        region_id=REGION, image_owner_alias="system", ostype="linux", architecture="x86_64", page_size=100)).body.images.image
    assert IMAGE in {image.image_id for image in images}
    assert {(image.image_owner_alias, image.ostype, image.status) for image in images} == {("system", "linux", "Available")}
    types = client.describe_instance_types(models.DescribeInstanceTypesRequest(
        instance_type_family="ecs.g7", minimum_cpu_core_count=2, maximum_memory_size=8)).body.instance_types.instance_type
    assert [(one.instance_type_id, one.cpu_core_count, one.memory_size, one.disk_quantity) for one in types] == [(TYPE, 2, 8, 17)]
    assert client.describe_tasks(models.DescribeTasksRequest(region_id=REGION, task_action="ImportImage")).body.task_set.task == []


def test_events_after_a_detach(tea):
    """As the disk driver of Kubernetes asks for them: nothing that would make it give up."""
    instance, = tea.run()
    disk = tea.create()
    tea.server.advance(60)
    tea.attach(disk, instance)
    tea.server.advance(60)
    tea.detach(disk, instance)
    body = tea.client.describe_instance_history_events(models.DescribeInstanceHistoryEventsRequest(
        region_id=REGION, resource_type="instance", resource_id=[instance], instance_event_cycle_status=["Executing", "Executed"],
        event_publish_time=models.DescribeInstanceHistoryEventsRequestEventPublishTime(start="2020-01-01T00:00:00Z"))).body
    assert body.instance_system_event_set.instance_system_event_type == [] and body.total_count == 0


def test_a_disk_becomes_faster(tea):
    """As Terraform's provider and a CSI driver do it: the reply's task is asked for until it has finished."""
    disk = tea.create()
    tea.server.advance(60)
    task = tea.client.modify_disk_spec(models.ModifyDiskSpecRequest(
        disk_id=disk, disk_category="cloud_auto", provisioned_iops=500)).body.task_id

    def status():
        found, = tea.client.describe_tasks(models.DescribeTasksRequest(region_id=REGION, task_ids=task)).body.task_set.task
        one = tea.client.describe_task_attribute(models.DescribeTaskAttributeRequest(region_id=REGION, task_id=task)).body
        assert (one.task_status, one.task_action) == (found.task_status, found.task_action)
        return one.task_status, one.success_count

    assert status() == ("Processing", 0)
    assert refusal(tea.client.modify_disk_spec, models.ModifyDiskSpecRequest(disk_id=disk, disk_category="cloud_essd")) == \
        (403, "IncorrectDiskStatus")
    tea.server.advance(60)
    assert status() == ("Finished", 1)
    assert (tea.disk(disk).category, tea.disk(disk).provisioned_iops) == ("cloud_auto", 500)


def test_a_task_is_cancelled(tea):
    disk = tea.create()
    tea.server.advance(60)
    before = tea.disk(disk).performance_level
    task = tea.client.modify_disk_spec(models.ModifyDiskSpecRequest(disk_id=disk, performance_level="PL0")).body.task_id
    request = models.CancelTaskRequest(region_id=REGION, task_id=task)
    tea.client.cancel_task(request)
    assert tea.disk(disk).performance_level == before
    assert refusal(tea.client.cancel_task, request) == (403, "InvalidTaskId.IncorrectTaskStatus")


def test_rules_of_a_group_are_changed(tea):
    vpc = make_vpc(Cloud(tea.server))
    tea.server.advance(60)
    group = tea.client.create_security_group(models.CreateSecurityGroupRequest(region_id=REGION, vpc_id=vpc)).body.security_group_id
    where = {"region_id": REGION, "security_group_id": group}
    rule = {"ip_protocol": "tcp", "port_range": "22/22"}
    tea.client.authorize_security_group(models.AuthorizeSecurityGroupRequest(**where, **rule, source_cidr_ip="10.0.0.0/8"))
    tea.client.authorize_security_group_egress(models.AuthorizeSecurityGroupEgressRequest(**where, **rule, dest_cidr_ip="10.0.0.0/8"))

    def rules():
        body = tea.client.describe_security_group_attribute(models.DescribeSecurityGroupAttributeRequest(**where)).body
        return {each.direction: each for each in body.permissions.permission}

    ids = {direction: each.security_group_rule_id for direction, each in rules().items()}
    tea.client.modify_security_group_rule(models.ModifySecurityGroupRuleRequest(
        **where, security_group_rule_id=ids["ingress"], source_cidr_ip="192.168.0.0/16", priority="5", description="the door"))
    tea.client.modify_security_group_egress_rule(models.ModifySecurityGroupEgressRuleRequest(
        **where, security_group_rule_id=ids["egress"], policy="drop"))
    found = rules()
    assert {direction: each.security_group_rule_id for direction, each in found.items()} == ids
    assert (found["ingress"].source_cidr_ip, found["ingress"].priority, found["ingress"].description) == ("192.168.0.0/16", "5", "the door")
    assert (found["egress"].policy, found["egress"].dest_cidr_ip) == ("Drop", "10.0.0.0/8")


def test_snapshot_and_disk_of_it(tea):
    """As a CSI driver does it: a snapshot by its name, ready at 100%, a larger disk of it, and a resize."""
    instance, = tea.run()
    disk = tea.create()
    tea.server.advance(60)
    tea.attach(disk, instance)
    tea.server.advance(60)
    made = tea.client.create_snapshot(models.CreateSnapshotRequest(
        disk_id=disk, snapshot_name="snapshot-1", retention_days=30, client_token="snapshot-1",
        tag=[models.CreateSnapshotRequestTag(key="createdby", value="csi")])).body.snapshot_id
    again = tea.client.create_snapshot(models.CreateSnapshotRequest(
        disk_id=disk, snapshot_name="snapshot-1", retention_days=30, client_token="snapshot-1",
        tag=[models.CreateSnapshotRequestTag(key="createdby", value="csi")])).body.snapshot_id
    assert again == made

    def snapshots(**more):
        return tea.client.describe_snapshots(models.DescribeSnapshotsRequest(region_id=REGION, **more)).body

    found, = snapshots(snapshot_name="snapshot-1").snapshots.snapshot
    assert (found.status, found.progress, found.available) == ("progressing", "0%", False)
    assert refusal(tea.client.resize_disk, models.ResizeDiskRequest(disk_id=disk, new_size=40, type="online")) == \
        (403, "DiskCreatingSnapshot")
    tea.server.advance(60)
    found, = snapshots(snapshot_ids=json.dumps([made])).snapshots.snapshot
    assert (found.status, found.progress, found.available) == ("accomplished", "100%", True)
    assert (found.source_disk_id, found.source_disk_size, found.tags.tag[0].tag_key) == (disk, "20", "createdby")

    tea.client.resize_disk(models.ResizeDiskRequest(disk_id=disk, new_size=40, type="online"))
    assert tea.disk(disk).size == 40
    copy = tea.create(snapshot_id=made, size=None)
    assert (tea.disk(copy).size, tea.disk(copy).source_snapshot_id) == (20, made)
    tea.server.advance(10)
    assert refusal(tea.client.delete_snapshot, models.DeleteSnapshotRequest(snapshot_id=made)) == \
        (403, "SnapshotCreatedDisk")
    tea.client.delete_snapshot(models.DeleteSnapshotRequest(snapshot_id=made, force=True))
    assert snapshots(disk_id=disk).snapshots.snapshot == []
    assert snapshots(max_results=10).next_token in (None, "")


def test_system_disk_is_replaced(quick_tea):
    tea = quick_tea
    instance, = tea.run()
    old = tea.disks(instance_id=instance, disk_type="system").disks.disk[0].disk_id
    image = "ubuntu_22_04_x64_20G_alibase_20240926.vhd"
    request = models.ReplaceSystemDiskRequest(
        instance_id=instance, image_id=image, password="Secret-1234", client_token=f"replace-{instance}",
        system_disk=models.ReplaceSystemDiskRequestSystemDisk(size=60))
    assert refusal(tea.client.replace_system_disk, request) == (403, "IncorrectInstanceStatus")
    tea.stop(instance)
    new = tea.client.replace_system_disk(request).body.disk_id
    found = tea.disk(new)
    assert (found.status, found.size, found.image_id, found.instance_id) == ("In_use", 60, image, instance)
    assert tea.disk(old) is None
    assert tea.instance(instance).image_id == image
    tea.client.re_init_disk(models.ReInitDiskRequest(disk_id=new))
    tea.client.start_instance(models.StartInstanceRequest(instance_id=instance))
    assert tea.instance(instance).status == "Running"


def test_attributes_of_a_disk(quick_tea):
    tea = quick_tea
    disks = [tea.create() for _ in range(2)]
    tea.client.modify_disk_attribute(models.ModifyDiskAttributeRequest(
        disk_ids=disks, region_id=REGION, disk_name="changed", delete_auto_snapshot=False, enable_auto_snapshot=True))
    for disk in disks:
        found = tea.disk(disk)
        assert (found.disk_name, found.delete_auto_snapshot, found.enable_auto_snapshot) == ("changed", False, True)
    assert refusal(tea.client.modify_disk_attribute, models.ModifyDiskAttributeRequest(disk_id=disks[0])) == \
        (400, "NoAttributeToModify")


def test_paging_and_regions(quick_tea):
    tea = quick_tea
    tag = [models.CreateDiskRequestTag(key="page", value="tea")]
    made = {tea.create(tag=tag) for _ in range(12)}
    wanted = [models.DescribeDisksRequestTag(key="page", value="tea")]
    seen, token = [], None
    while token != "":
        body = tea.disks(tag=wanted, max_results=10, next_token=token)
        seen += [disk.disk_id for disk in body.disks.disk]
        token = body.next_token or ""
    assert sorted(seen) == sorted(made)
    assert tea.disks(tag=wanted, page_size=5, page_number=3).total_count == 12
    regions = tea.client.describe_regions(models.DescribeRegionsRequest()).body.regions.region
    assert REGION in [region.region_id for region in regions]
    zones = tea.client.describe_zones(models.DescribeZonesRequest(region_id=REGION)).body.zones.zone
    assert ZONE in [zone.zone_id for zone in zones]


def test_wrong_secret_is_refused(shared_server):
    tea = Tea(shared_server, access_key_secret="wrong")
    assert refusal(tea.disks) == (400, "SignatureDoesNotMatch")
    assert refusal(Tea(shared_server, access_key_id="nobody").disks) == (404, "InvalidAccessKeyId.NotFound")


def test_the_same_client_signing_v1(shared_server):
    tea = Tea(shared_server, signature_algorithm="v2")
    disk = tea.create(disk_name="a b*~+/&=中")
    assert tea.disk(disk).disk_name == "a b*~+/&=中"
    assert refusal(tea.detach, disk, "i-nothing") == (404, "InvalidInstanceId.NotFound")


@pytest.mark.parametrize("name", ["a b*~+/&=%20", "中文 диск ü", "'\"<>;,:@!$()[]{}|\\^`"])
def test_every_character_is_signed_and_kept(quick_tea, name):
    assert quick_tea.disk(quick_tea.create(disk_name=name)).disk_name == name
