"""What DetachDisk does once it is accepted: to the disk, to others that share it, and to the verbs that come meanwhile."""

import concurrent.futures
import threading

import pytest

import cloud as clouds
from cloud import TIME_SECONDS, Cloud, fleet_of, load_fleet

DETACH = 60  # seconds that a detach takes in pace real
ATTACH = 10
POWER = 20
RELEASE = 10


def attached(cloud, **more):
    """(disk, instance) on a server whose clock stands."""
    instance, disk = cloud.make_instance(), cloud.make_disk(**more)
    cloud.server.advance(60)
    cloud.AttachDisk(DiskId=disk, InstanceId=instance)
    cloud.server.advance(ATTACH)
    assert cloud.status(disk) == "In_use"
    return disk, instance


def stopped_with_free_system_disk(cloud, **flag):
    """(system disk, its instance), the disk detached; pace instant."""
    instance = cloud.make_instance()
    cloud.stop(instance)
    disk = cloud.system_disk(instance)
    cloud.DetachDisk(DiskId=disk, InstanceId=instance, **flag)
    return disk, instance


def jobs(cloud, disk):
    return {(job["kind"], job["state"]) for job in cloud.server.control("GET", f"/_cleat/jobs?disk={disk}")["jobs"]}


def test_each_state_is_seen_and_changes_when_its_time_comes(slow_cloud):
    disk, instance = attached(slow_cloud)
    before = slow_cloud.disk(disk)
    assert before["InstanceId"] == instance and before["Device"] == "/dev/xvdb"
    assert [each["InstanceId"] for each in before["Attachments"]["Attachment"]] == [instance]
    assert before["DetachedTime"] == ""

    slow_cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    leaving = slow_cloud.disk(disk)
    assert leaving == {**before, "Status": "Detaching"}
    slow_cloud.server.advance(DETACH - 1)
    assert slow_cloud.disk(disk) == leaving
    now = slow_cloud.server.advance(1)

    after = slow_cloud.disk(disk)
    assert after == {**before, "Status": "Available", "InstanceId": "", "Device": "",
                     "Attachments": {"Attachment": []}, "DetachedTime": now[:19] + "Z"}
    assert slow_cloud.disks(InstanceId=instance, DiskType="data") == []
    assert TIME_SECONDS.fullmatch(after["AttachedTime"])


def test_detached_disk_can_be_attached_again_elsewhere(cloud):
    disk, instance = cloud.make_attached()
    cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    other = cloud.make_instance()
    cloud.AttachDisk(DiskId=disk, InstanceId=other, Device="/dev/xvdk")
    again = cloud.disk(disk)
    assert (again["Status"], again["InstanceId"], again["Device"]) == ("In_use", other, "/dev/xvdk")


@pytest.mark.parametrize("state", ["Running", "Stopped"])
def test_data_disk_leaves_a_running_and_a_stopped_instance(cloud, state):
    disk, instance = cloud.make_attached()
    if state == "Stopped":
        cloud.stop(instance)
    assert cloud.instance(instance)["Status"] == state
    cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    assert cloud.status(disk) == "Available"


@pytest.mark.parametrize("flag", [None, True, False])
def test_data_disk_no_longer_goes_with_its_former_instance(cloud, flag):
    """Whatever the parameter says: it is about system disks."""
    instance = cloud.make_instance(**{"DataDisk.1.Size": 20})
    (disk,) = cloud.disks_of(instance)
    assert cloud.disk(disk)["DeleteWithInstance"] is True
    cloud.DetachDisk(DiskId=disk, InstanceId=instance, DeleteWithInstance=flag)
    assert cloud.disk(disk)["DeleteWithInstance"] is False
    cloud.DeleteInstance(InstanceId=instance, Force=True)
    assert cloud.instance(instance) is None
    assert cloud.status(disk) == "Available"


def test_its_device_name_is_free_afterwards_and_not_before(slow_cloud):
    disk, instance = attached(slow_cloud)
    other = slow_cloud.make_disk()
    slow_cloud.server.advance(5)
    slow_cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    for device in ("/dev/xvdb", "/dev/vdb"):
        assert slow_cloud.refused("AttachDisk", DiskId=other, InstanceId=instance, Device=device) == \
            (403, "InvalidDevice.InUse")
    slow_cloud.server.advance(DETACH)
    slow_cloud.AttachDisk(DiskId=other, InstanceId=instance, Device="/dev/xvdb")


def test_financial_lock_does_not_hinder(own_cloud):
    cloud = own_cloud()
    load_fleet(cloud.server, fleet_of(instances=[{"id": "i-1", "locks": ["financial"]}],
                                      disks=[{"id": "d-1", "attachments": [{"instance": "i-1"}]}]))
    cloud.DetachDisk(DiskId="d-1", InstanceId="i-1")
    assert cloud.status("d-1") == "Available"


def test_type_without_hot_unplug_gives_a_disk_while_it_is_off(cloud):
    instance = cloud.make_instance(InstanceType="ecs.s1.small", **{"DataDisk.1.Size": 20})
    (disk,) = cloud.disks_of(instance)
    assert cloud.refused("DetachDisk", DiskId=disk, InstanceId=instance) == \
        (400, "InvalidOperation.InstanceTypeNotSupport")
    cloud.stop(instance)
    cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    assert cloud.status(disk) == "Available"


def test_elastic_ephemeral_disk_leaves_with_the_flag_and_stays_bound(cloud):
    instance, other = cloud.make_instances(Amount=2)
    disk = cloud.make_disk(DiskCategory="elastic_ephemeral_disk_premium", Size=64)
    assert cloud.refused("AttachDisk", DiskId=disk, InstanceId=instance) == (403, "InvalidParameter.DeleteWithInstance")
    cloud.AttachDisk(DiskId=disk, InstanceId=instance, DeleteWithInstance=True)
    cloud.DetachDisk(DiskId=disk, InstanceId=instance, DeleteWithInstance=True)
    assert cloud.status(disk) == "Available"
    assert cloud.refused("AttachDisk", DiskId=disk, InstanceId=other, DeleteWithInstance=True) == \
        (403, "InvalidOperation.OtherInstanceUnsupported")
    cloud.AttachDisk(DiskId=disk, InstanceId=instance, DeleteWithInstance=True)
    assert cloud.status(disk) == "In_use"


# ---- disks that several instances share


def test_multi_attach_disk_leaves_only_the_named_instance(slow_cloud):
    first, second = slow_cloud.make_instances(Amount=2)
    disk = slow_cloud.make_disk(**clouds.MULTI)
    slow_cloud.server.advance(60)
    for instance in (first, second):
        slow_cloud.AttachDisk(DiskId=disk, InstanceId=instance)
    slow_cloud.server.advance(ATTACH)

    def names():
        found = slow_cloud.disk(disk)
        assert (found["InstanceId"], found["Device"], found["MultiAttach"]) == ("", "", "Enabled")
        holders = sorted(each["InstanceId"] for each in found["Attachments"]["Attachment"])
        assert found["MountInstanceNum"] == len(holders)
        assert sorted(each["InstanceId"] for each in found["MountInstances"]["MountInstance"]) == holders
        return found["Status"], holders

    assert names() == ("In_use", sorted([first, second]))
    slow_cloud.DetachDisk(DiskId=disk, InstanceId=first)
    assert names() == ("In_use", sorted([first, second]))
    assert slow_cloud.refused("DetachDisk", DiskId=disk, InstanceId=first) == \
        (403, "InvalidOperation.DiskDetachingFromThisEcs")
    slow_cloud.server.advance(DETACH)
    assert names() == ("In_use", [second])
    assert slow_cloud.refused("DetachDisk", DiskId=disk, InstanceId=first) == (403, "DependencyViolation")
    assert [each["DiskId"] for each in slow_cloud.disks(InstanceId=second, DiskType="data")] == [disk]

    slow_cloud.DetachDisk(DiskId=disk, InstanceId=second)
    assert names() == ("Detaching", [second])
    slow_cloud.server.advance(DETACH)
    assert names() == ("Available", [])


def test_multi_attach_disk_leaves_several_instances_at_a_time(slow_cloud):
    instances = slow_cloud.make_instances(Amount=3)
    disk = slow_cloud.make_disk(**clouds.MULTI)
    slow_cloud.server.advance(60)
    for instance in instances:
        slow_cloud.AttachDisk(DiskId=disk, InstanceId=instance)
    slow_cloud.server.advance(ATTACH)
    for instance in instances:
        slow_cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    assert slow_cloud.status(disk) == "Detaching"
    slow_cloud.server.advance(DETACH)
    assert slow_cloud.status(disk) == "Available"


# ---- system disks


def test_system_disk_keeps_its_type_and_goes_with_its_origin_by_default(cloud):
    disk, instance = stopped_with_free_system_disk(cloud)
    found = cloud.disk(disk)
    assert (found["Status"], found["Type"], found["InstanceId"], found["Device"], found["DeleteWithInstance"]) == \
        ("Available", "system", "", "", True)
    cloud.DeleteInstance(InstanceId=instance)
    assert cloud.disk(disk) is None


def test_system_disk_that_shall_stay_outlives_its_origin_as_a_data_disk(cloud):
    disk, instance = stopped_with_free_system_disk(cloud, DeleteWithInstance=False)
    assert cloud.disk(disk)["DeleteWithInstance"] is False
    assert cloud.disk(disk)["Type"] == "system"
    cloud.DeleteInstance(InstanceId=instance)
    found = cloud.disk(disk)
    assert (found["Status"], found["Type"], found["DiskChargeType"], found["DeleteWithInstance"]) == \
        ("Available", "data", "PostPaid", False)
    other = cloud.make_instance()
    cloud.AttachDisk(DiskId=disk, InstanceId=other)
    assert cloud.disk(disk)["InstanceId"] == other


def test_system_disk_of_a_prepaid_instance_is_paid_by_use_once_its_origin_is_released(cloud):
    instance = cloud.make_instance(InstanceChargeType="PrePaid", Period=1)
    cloud.stop(instance)
    disk = cloud.system_disk(instance)
    cloud.DetachDisk(DiskId=disk, InstanceId=instance, DeleteWithInstance=False)
    cloud.DeleteInstance(InstanceId=instance, TerminateSubscription=True)
    found = cloud.disk(disk)
    assert (found["Type"], found["DiskChargeType"], found["Portable"]) == ("data", "PostPaid", True)


def test_system_disk_attached_elsewhere_as_data_disk_no_longer_follows_its_origin(cloud):
    disk, instance = stopped_with_free_system_disk(cloud, DeleteWithInstance=True)
    other = cloud.make_instance()
    cloud.AttachDisk(DiskId=disk, InstanceId=other)
    assert cloud.disk(disk)["Type"] == "data"
    cloud.DeleteInstance(InstanceId=instance)
    assert cloud.status(disk) == "In_use"
    cloud.DetachDisk(DiskId=disk, InstanceId=other)
    assert cloud.status(disk) == "Available"


def test_system_disk_is_put_back_with_bootable(cloud):
    disk, instance = stopped_with_free_system_disk(cloud)
    assert cloud.refused("StartInstance", InstanceId=instance) == (403, "DiskError")
    credential = {"Bootable": True, "Password": "Secret-1234"}
    other = cloud.make_instance()
    cloud.stop(other)
    assert cloud.refused("AttachDisk", DiskId=disk, InstanceId=other, **credential) == \
        (400, "InvalidInstance.NotOriginInstance")
    assert cloud.refused("AttachDisk", DiskId=disk, InstanceId=instance, Bootable=True) == \
        (403, "InvalidParameter.AllEmpty")
    assert cloud.refused("AttachDisk", DiskId=cloud.make_disk(), InstanceId=instance, **credential) == \
        (400, "InvalidDisk.DiskNotBootable")
    cloud.AttachDisk(DiskId=disk, InstanceId=instance, **credential)
    found = cloud.disk(disk)
    assert (found["Status"], found["Type"], found["InstanceId"], found["Device"], found["DeleteWithInstance"]) == \
        ("In_use", "system", instance, "/dev/xvda", True)
    cloud.StartInstance(InstanceId=instance)
    assert cloud.instance(instance)["Status"] == "Running"
    cloud.DeleteInstance(InstanceId=instance, Force=True)
    assert cloud.disk(disk) is None


def test_system_disk_that_was_to_stay_goes_along_again_once_put_back(cloud):
    disk, instance = stopped_with_free_system_disk(cloud, DeleteWithInstance=False)
    cloud.AttachDisk(DiskId=disk, InstanceId=instance, Bootable=True, KeyPairName="key")
    cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    assert cloud.disk(disk)["DeleteWithInstance"] is True


# ---- other verbs while a disk is detaching


def test_attach_while_detaching_is_refused(slow_cloud):
    disk, instance = attached(slow_cloud)
    other = slow_cloud.make_instance()
    slow_cloud.server.advance(30)
    slow_cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    for target in (instance, other):
        assert slow_cloud.refused("AttachDisk", DiskId=disk, InstanceId=target) == (403, "IncorrectDiskStatus")
    slow_cloud.server.advance(DETACH)
    slow_cloud.AttachDisk(DiskId=disk, InstanceId=other)


def test_delete_disk_while_detaching_is_refused(slow_cloud):
    disk, instance = attached(slow_cloud)
    slow_cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    assert slow_cloud.refused("DeleteDisk", DiskId=disk) == (403, "IncorrectDiskStatus")
    slow_cloud.server.advance(DETACH)
    slow_cloud.DeleteDisk(DiskId=disk)
    assert slow_cloud.disk(disk) is None


def test_stop_makes_a_detach_complete_at_once(slow_cloud):
    disk, instance = attached(slow_cloud)
    slow_cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    slow_cloud.stop(instance)
    slow_cloud.server.advance(POWER - 1)
    assert (slow_cloud.status(disk), slow_cloud.instance(instance)["Status"]) == ("Detaching", "Stopping")
    slow_cloud.server.advance(1)
    assert (slow_cloud.status(disk), slow_cloud.instance(instance)["Status"]) == ("Available", "Stopped")
    assert ("detach", "done") in jobs(slow_cloud, disk)


def test_detach_goes_on_while_its_instance_starts(slow_cloud):
    disk, instance = attached(slow_cloud)
    slow_cloud.stop(instance)
    slow_cloud.server.advance(POWER)
    slow_cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    slow_cloud.StartInstance(InstanceId=instance)
    slow_cloud.server.advance(POWER)
    assert (slow_cloud.status(disk), slow_cloud.instance(instance)["Status"]) == ("Detaching", "Running")
    slow_cloud.server.advance(DETACH - POWER)
    assert slow_cloud.status(disk) == "Available"


@pytest.mark.parametrize("force", [True, False])
def test_delete_instance_supersedes_a_detach(slow_cloud, force):
    disk, instance = attached(slow_cloud)
    if not force:
        slow_cloud.stop(instance)
        slow_cloud.server.advance(POWER)
    slow_cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    slow_cloud.DeleteInstance(InstanceId=instance, Force=force)
    assert ("detach", "superseded") in jobs(slow_cloud, disk)
    slow_cloud.server.advance(RELEASE)
    found = slow_cloud.disk(disk)
    assert (found["Status"], found["InstanceId"]) == ("Available", "")
    assert slow_cloud.instance(instance) is None
    slow_cloud.server.advance(DETACH)
    assert slow_cloud.status(disk) == "Available"


def test_disk_that_was_leaving_survives_its_instance_though_it_came_with_it(slow_cloud):
    """It was created to be released with the instance; the accepted detach took that back."""
    instance = slow_cloud.make_instance(**{"DataDisk.1.Size": 20})
    slow_cloud.server.advance(60)
    (disk,) = slow_cloud.disks_of(instance)
    slow_cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    slow_cloud.DeleteInstance(InstanceId=instance, Force=True)
    slow_cloud.server.advance(RELEASE)
    assert slow_cloud.status(disk) == "Available"


@pytest.mark.parametrize("flag, left", [(None, None), (True, None), (False, "Available")])
def test_system_disk_that_was_leaving_when_its_origin_was_released(slow_cloud, flag, left):
    instance = slow_cloud.make_instance()
    slow_cloud.server.advance(60)
    slow_cloud.stop(instance)
    slow_cloud.server.advance(POWER)
    disk = slow_cloud.system_disk(instance)
    slow_cloud.DetachDisk(DiskId=disk, InstanceId=instance, DeleteWithInstance=flag)
    slow_cloud.DeleteInstance(InstanceId=instance)
    slow_cloud.server.advance(RELEASE)
    assert slow_cloud.status(disk) == left


def test_second_detach_is_refused_and_the_first_goes_on(slow_cloud):
    disk, instance = attached(slow_cloud)
    slow_cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    slow_cloud.server.advance(30)
    assert slow_cloud.refused("DetachDisk", DiskId=disk, InstanceId=instance) == \
        (403, "InvalidOperation.DiskDetachingFromThisEcs")
    slow_cloud.server.advance(30)
    assert slow_cloud.status(disk) == "Available"
    assert slow_cloud.refused("DetachDisk", DiskId=disk, InstanceId=instance) == (404, "InvalidDisk.AlreadyDetached")


def test_release_of_an_instance_frees_a_multi_attach_disk_for_the_others(cloud):
    first, second = cloud.make_instances(Amount=2)
    disk = cloud.make_disk(**clouds.MULTI)
    for instance in (first, second):
        cloud.AttachDisk(DiskId=disk, InstanceId=instance)
    cloud.DeleteInstance(InstanceId=first, Force=True)
    found = cloud.disk(disk)
    assert [each["InstanceId"] for each in found["Attachments"]["Attachment"]] == [second]
    assert found["Status"] == "In_use"


def test_a_detach_under_way_survives_a_restart(make_server):
    cloud = Cloud(make_server(durable=True, clock="manual", pace="real"))
    disk, instance = attached(cloud)
    cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    cloud.server.advance(30)
    cloud.server.restart()
    assert cloud.status(disk) == "Detaching"
    cloud.server.advance(29)
    assert cloud.status(disk) == "Detaching"
    cloud.server.advance(1)
    assert cloud.status(disk) == "Available"


# ---- several clients at a time


def at_once(server, calls):
    """Makes the calls (operation, parameters) at the same time, each by a client of its own; gives their (status, code)."""
    start = threading.Barrier(len(calls))

    def one(call):
        client = Cloud(server)
        client.DescribeRegions()  # the connection is there
        start.wait()
        reply = client.raw(*call)
        client.close()
        return (200, None) if reply.status == 200 else reply.fault[:2]

    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def test_of_detaches_at_the_same_time_one_is_accepted(slow_cloud):
    disk, instance = attached(slow_cloud)
    answers = at_once(slow_cloud.server, [("DetachDisk", {"DiskId": disk, "InstanceId": instance})] * 8)
    assert sorted(answers) == [(200, None)] + [(403, "InvalidOperation.DiskDetachingFromThisEcs")] * 7
    slow_cloud.server.advance(DETACH)
    assert slow_cloud.status(disk) == "Available"
    assert [job for job in jobs(slow_cloud, disk) if job[0] == "detach"] == [("detach", "done")]


def test_of_attaches_at_the_same_time_one_is_accepted(slow_cloud):
    instances, disk = slow_cloud.make_instances(Amount=8), slow_cloud.make_disk()
    slow_cloud.server.advance(60)
    answers = at_once(slow_cloud.server, [("AttachDisk", {"DiskId": disk, "InstanceId": one}) for one in instances])
    assert sorted(answers) == [(200, None)] + [(403, "IncorrectDiskStatus")] * 7
    slow_cloud.server.advance(ATTACH)
    found = slow_cloud.disk(disk)
    assert found["InstanceId"] == instances[answers.index((200, None))]


def test_of_disks_for_one_device_name_one_gets_it(slow_cloud):
    instance, disks = slow_cloud.make_instance(), [slow_cloud.make_disk() for _ in range(8)]
    slow_cloud.server.advance(60)
    answers = at_once(slow_cloud.server, [("AttachDisk", {"DiskId": disk, "InstanceId": instance, "Device": "/dev/xvdf"})
                                          for disk in disks])
    assert sorted(answers) == [(200, None)] + [(403, "InvalidDevice.InUse")] * 7


def test_detach_against_release_of_the_instance_leaves_the_disk_free(slow_cloud):
    for _ in range(5):
        disk, instance = attached(slow_cloud)
        at_once(slow_cloud.server, [("DetachDisk", {"DiskId": disk, "InstanceId": instance}),
                                    ("DeleteInstance", {"InstanceId": instance, "Force": True})])
        slow_cloud.server.advance(DETACH)
        assert slow_cloud.instance(instance) is None
        assert slow_cloud.status(disk) == "Available"
