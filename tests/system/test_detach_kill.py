"""A detach and the release of its instance, with the server killed at each step in between: whatever the instant, the
disk that was detached is there, whole and free, and nothing else of the instance is."""

import pytest

from cloud import Cloud

DETACH, RELEASE = 60, 10  # seconds that they take in pace real


@pytest.fixture
def cloud(make_server):
    return Cloud(make_server(durable=True, clock="manual", pace="real"))


def killed(cloud):
    cloud.server.kill9()
    cloud.server.start()


def made(cloud, **more):
    instance = cloud.make_instance(**more)
    cloud.server.advance(60)
    return instance


@pytest.mark.parametrize("kills", ["after-detach", "while-detaching", "after-release", "everywhere"])
def test_detached_disk_outlives_its_instance(cloud, kills):
    instance = made(cloud, **{"DataDisk.1.Size": 20, "DataDisk.1.DeleteWithInstance": True, "DataDisk.2.Size": 20})
    leaves, goes_along = cloud.disks_of(instance)
    system = cloud.system_disk(instance)

    def instant(name):
        if kills in (name, "everywhere"):
            killed(cloud)

    cloud.DetachDisk(DiskId=leaves, InstanceId=instance)
    instant("after-detach")
    cloud.server.advance(DETACH / 2)
    assert cloud.status(leaves) == "Detaching"
    instant("while-detaching")
    cloud.server.advance(DETACH / 2)
    assert cloud.status(leaves) == "Available"
    cloud.DeleteInstance(InstanceId=instance, Force=True)
    instant("after-release")
    cloud.server.advance(RELEASE)
    assert cloud.instance(instance) is None
    assert [cloud.disk(disk) for disk in (goes_along, system)] == [None, None]
    disk = cloud.disk(leaves)
    assert (disk["Status"], disk["InstanceId"], disk["Attachments"]["Attachment"]) == ("Available", "", [])
    assert disk["DeleteWithInstance"] is False
    another = made(cloud)
    cloud.AttachDisk(DiskId=leaves, InstanceId=another)
    cloud.server.advance(DETACH)
    assert (cloud.disk(leaves)["Status"], cloud.disk(leaves)["InstanceId"]) == ("In_use", another)


@pytest.mark.parametrize("before", [0, DETACH / 2], ids=["at-once", "half-way"])
def test_detach_that_a_release_overtakes_leaves_the_disk(cloud, before):
    instance = made(cloud, **{"DataDisk.1.Size": 20, "DataDisk.1.DeleteWithInstance": True})
    (disk,) = cloud.disks_of(instance)
    cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    if before:
        cloud.server.advance(before)
    cloud.DeleteInstance(InstanceId=instance, Force=True)
    killed(cloud)
    cloud.server.advance(RELEASE)
    killed(cloud)
    assert cloud.instance(instance) is None
    assert cloud.status(disk) == "Available"


@pytest.mark.parametrize("flag, kept", [(True, False), (False, True)])
def test_system_disk_follows_its_flag_over_kills(cloud, flag, kept):
    instance = made(cloud)
    disk = cloud.system_disk(instance)
    cloud.StopInstance(InstanceId=instance)
    cloud.server.advance(60)
    cloud.DetachDisk(DiskId=disk, InstanceId=instance, DeleteWithInstance=flag)
    killed(cloud)
    cloud.server.advance(DETACH)
    assert (cloud.disk(disk)["Status"], cloud.disk(disk)["Type"]) == ("Available", "system")
    killed(cloud)
    cloud.DeleteInstance(InstanceId=instance)
    killed(cloud)
    cloud.server.advance(RELEASE)
    found = cloud.disk(disk)
    assert (found is not None) == kept
    if kept:
        assert (found["Status"], found["Type"], found["DiskChargeType"]) == ("Available", "data", "PostPaid")


def test_system_disk_is_put_back_with_bootable_over_kills(cloud):
    instance = made(cloud)
    disk = cloud.system_disk(instance)
    cloud.StopInstance(InstanceId=instance)
    cloud.server.advance(60)
    cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    cloud.server.advance(DETACH)
    cloud.AttachDisk(DiskId=disk, InstanceId=instance, Bootable=True, Password="Secret-2026")
    killed(cloud)
    cloud.server.advance(DETACH)
    assert (cloud.disk(disk)["Status"], cloud.disk(disk)["Device"]) == ("In_use", "/dev/xvda")
    cloud.StartInstance(InstanceId=instance)
    killed(cloud)
    cloud.server.advance(60)
    assert cloud.instance(instance)["Status"] == "Running"


def test_multi_attach_disk_leaves_only_the_named_instance_over_kills(cloud):
    disk = cloud.make_disk(DiskCategory="cloud_essd", MultiAttach="Enabled")
    cloud.server.advance(60)
    instances = [made(cloud) for _ in range(3)]
    for instance in instances:
        cloud.AttachDisk(DiskId=disk, InstanceId=instance)
    cloud.server.advance(60)

    def holders():
        return {each["InstanceId"] for each in cloud.disk(disk)["Attachments"]["Attachment"]}

    assert holders() == set(instances)
    cloud.DetachDisk(DiskId=disk, InstanceId=instances[1])
    killed(cloud)
    cloud.server.advance(DETACH)
    assert holders() == {instances[0], instances[2]}
    cloud.DeleteInstance(InstanceId=instances[0], Force=True)
    killed(cloud)
    cloud.server.advance(RELEASE)
    found = cloud.disk(disk)
    assert (holders(), found["Status"], found["InstanceId"]) == ({instances[2]}, "In_use", "")
