"""Scaling groups of machines that are real."""

from ess import Ess
from libvirtd import wait_for


def ended(ess, activity):
    wait_for(lambda: ess.activity(activity)["StatusCode"] != "InProgress", f"{activity} has ended")
    return ess.activity(activity)


def test_group_makes_machines_lets_them_go_and_removes_them(real):
    ess = Ess(real.cloud)
    group = ess.make_group(configuration=False, MaxSize=2)
    made = ess.CreateScalingConfiguration(ScalingGroupId=group, ImageId="tiny", InstanceType="test.tiny")
    ess.EnableScalingGroup(ScalingGroupId=group, ActiveScalingConfigurationId=made["ScalingConfigurationId"])
    grown = ess.ScaleWithAdjustment(ScalingGroupId=group, AdjustmentType="TotalCapacity", AdjustmentValue=2)
    assert ended(ess, grown["ScalingActivityId"])["StatusCode"] == "Successful"
    stays, goes = sorted(ess.ids(group))
    assert {stays, goes} <= set(real.libvirtd.virsh("list", "--name").split())
    booted = real.guest(stays).wait().sh("cat /proc/sys/kernel/random/boot_id")

    detached = ess.DetachInstances(ScalingGroupId=group, InstanceId=[stays])
    assert ended(ess, detached["ScalingActivityId"])["StatusCode"] == "Successful"
    assert real.cloud.instance(stays)["Status"] == "Running"
    assert real.guest(stays).sh("cat /proc/sys/kernel/random/boot_id") == booted

    removed = ess.RemoveInstances(ScalingGroupId=group, InstanceId=[goes])
    assert ended(ess, removed["ScalingActivityId"])["StatusCode"] == "Successful"
    assert real.cloud.instance(goes) is None and not ess.ids(group)
    names = real.libvirtd.virsh("list", "--all", "--name").split()
    assert goes not in names and stays in names
    ess.DeleteScalingGroup(ScalingGroupId=group)
    real.remove(stays)


def test_member_that_stops_is_replaced(real):
    """Who stops it asks the guest; the group hears of it when the machine is off."""
    ess = Ess(real.cloud)
    group = ess.make_group(configuration=False, MinSize=1, MaxSize=1)
    made = ess.CreateScalingConfiguration(ScalingGroupId=group, ImageId="tiny", InstanceType="test.tiny")
    ess.EnableScalingGroup(ScalingGroupId=group, ActiveScalingConfigurationId=made["ScalingConfigurationId"])
    wait_for(lambda: [one["LifecycleState"] for one in ess.members(group)] == ["InService"], "one is in service")
    (first,) = ess.ids(group)
    real.guest(first).wait()
    real.cloud.StopInstance(InstanceId=first)
    wait_for(lambda: [(one["InstanceId"] != first, one["LifecycleState"]) for one in ess.members(group)] == [(True, "InService")],
             "another one is in service")
    assert real.cloud.instance(first) is None
    (second,) = ess.ids(group)
    assert second in real.libvirtd.virsh("list", "--name").split()
    ess.DeleteScalingGroup(ScalingGroupId=group, ForceDelete=True)
    wait_for(lambda: not {first, second} & set(real.libvirtd.virsh("list", "--all", "--name").split()), "both machines are gone")
