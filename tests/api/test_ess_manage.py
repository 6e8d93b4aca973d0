"""Groups that are changed, and members that are protected, in standby or ill, in both editions of the API."""

import json

import pytest

from cloud import IMAGE, TYPE
from ess import FIRST, LATER, Ess
from network import make_group, make_vpc, make_vswitch
from test_ess_detach import GROUP_STATE, GROUP_UNKNOWN, no_instance


@pytest.fixture(params=[FIRST, LATER])
def ess(cloud, request):
    return Ess(cloud, request.param)


def test_a_group_is_changed_and_follows(ess):
    group = ess.make_group(ScalingGroupName=f"before-{ess.version}")
    ess.ModifyScalingGroup(ScalingGroupId=group, ScalingGroupName=f"after-{ess.version}", MinSize=1, MaxSize=3, DefaultCooldown=7,
                           RemovalPolicy=["NewestInstance"], MultiAZPolicy="BALANCE", HealthCheckType="NONE", DesiredCapacity=2)
    shown = ess.group(group)
    assert (shown["ScalingGroupName"], shown["MinSize"], shown["MaxSize"], shown["DefaultCooldown"]) == (
        f"after-{ess.version}", 1, 3, 7)
    assert (shown["MultiAZPolicy"], shown["HealthCheckType"], shown["DesiredCapacity"]) == ("BALANCE", "NONE", 2)
    assert ess.listed(shown, "RemovalPolicies", "RemovalPolicy") == ["NewestInstance"] and shown["TotalCapacity"] == 2
    ess.ModifyScalingGroup(ScalingGroupId=group, MaxSize=1, DisableDesiredCapacity=True)
    shown = ess.group(group)
    assert shown["TotalCapacity"] == 1 and not shown["EnableDesiredCapacity"] and "DesiredCapacity" not in shown


def test_rows_of_changing_a_group(ess):
    group = ess.make_group(MinSize=0, MaxSize=3, ScalingGroupName=f"one-{ess.version}")
    other = ess.make_group(ScalingGroupName=f"two-{ess.version}")

    def refused(group=group, **more):
        return ess.refused("ModifyScalingGroup", ScalingGroupId=group, **more)

    assert refused("asg-none") == GROUP_UNKNOWN
    assert refused(ScalingGroupName=f"two-{ess.version}") == (
        400, "InvalidScalingGroupName.Duplicate", "The specified value of parameter ScalingGroupName is duplicated.")
    for sizes in ({"MinSize": 4}, {"DesiredCapacity": 4}, {"MinSize": 2, "DesiredCapacity": 1}):
        assert refused(**sizes)[1] == "InvalidParameter.Conflict"
    theirs = ess.group(other)["ActiveScalingConfigurationId"]
    assert refused(ActiveScalingConfigurationId=theirs)[:2] == (404, "InvalidScalingConfigurationId.NotFound")
    assert refused(VSwitchIds=["vsw-none"])[:2] == (404, "InvalidVSwitchId.NotFound")
    assert refused(RemovalPolicy=["Tallest"])[1] == "InvalidParameter"
    assert ess.group(group)["MaxSize"] == 3


def test_deletion_protection_is_switched(ess):
    group = ess.make_group(configuration=False)
    ess.SetGroupDeletionProtection(ScalingGroupId=group, GroupDeletionProtection=True)
    assert ess.refused("DeleteScalingGroup", ScalingGroupId=group, ForceDelete=True)[1] == "ScalingGroup.DeletionProtection"
    ess.SetGroupDeletionProtection(ScalingGroupId=group, GroupDeletionProtection=False)
    ess.DeleteScalingGroup(ScalingGroupId=group)
    assert ess.refused("SetGroupDeletionProtection", ScalingGroupId=group, GroupDeletionProtection=True) == GROUP_UNKNOWN


def test_processes_rest_until_they_are_resumed(ess):
    group = ess.make_group(MinSize=1)
    (member,) = ess.ids(group)
    ess.SuspendProcesses(ScalingGroupId=group, Process=["HealthCheck", "ScaleOut"])
    assert ess.listed(ess.group(group), "SuspendedProcesses", "SuspendedProcess") == ["HealthCheck", "ScaleOut"]
    ess.cloud.stop(member)
    assert ess.ids(group) == {member}
    ess.ResumeProcesses(ScalingGroupId=group, Process=["HealthCheck"])
    assert ess.ids(group) == set()
    ess.ResumeProcesses(ScalingGroupId=group, Process=["ScaleOut"])
    assert len(ess.ids(group)) == 1
    for action in ("SuspendProcesses", "ResumeProcesses"):
        assert ess.refused(action, ScalingGroupId="asg-none", Process=["ScaleIn"]) == GROUP_UNKNOWN
        assert ess.refused(action, ScalingGroupId=group, Process=["Sleep"])[1] == "InvalidParameter"


def test_members_are_protected_and_in_standby(ess):
    group, (one, other) = ess.make_attached(2)
    ess.SetInstancesProtection(ScalingGroupId=group, InstanceId=[one], ProtectedFromScaleIn=True)
    ess.EnterStandby(ScalingGroupId=group, InstanceId=[other])
    shown = ess.group(group)
    assert (shown["ProtectedCapacity"], shown["StandbyCapacity"], shown["ActiveCapacity"], shown["TotalCapacity"]) == (1, 1, 0, 2)
    assert ess.refused("ScaleWithAdjustment", ScalingGroupId=group, AdjustmentType="TotalCapacity", AdjustmentValue=0)[1] == (
        "IncorrectCapacity.NoChange")
    ess.cloud.stop(other)
    assert ess.ids(group) == {one, other}
    ess.SetInstancesProtection(ScalingGroupId=group, InstanceId=[one], ProtectedFromScaleIn=False)
    ess.ExitStandby(ScalingGroupId=group, InstanceId=[other])
    assert ess.ids(group, LifecycleState="InService") == {one}


@pytest.mark.parametrize("action, more", [("SetInstancesProtection", {"ProtectedFromScaleIn": True}), ("EnterStandby", {}),
                                          ("ExitStandby", {})])
def test_rows_of_moving_members(ess, action, more):
    group, (one, other) = ess.make_attached(2)
    assert ess.refused(action, ScalingGroupId="asg-none", InstanceId=[one], **more) == GROUP_UNKNOWN
    assert ess.refused(action, ScalingGroupId=group, InstanceId=[one, "i-none"], **more) == no_instance("i-none")
    if action == "SetInstancesProtection":
        ess.EnterStandby(ScalingGroupId=group, InstanceId=[other])
    else:
        ess.SetInstancesProtection(ScalingGroupId=group, InstanceId=[other], ProtectedFromScaleIn=True)
    if action != "EnterStandby":
        assert ess.refused(action, ScalingGroupId=group, InstanceId=[one, other], **more) == (
            400, "IncorrectInstanceStatus", f"The current status of instance “{other}” does not support this action.")
    ess.DisableScalingGroup(ScalingGroupId=group)
    assert ess.refused(action, ScalingGroupId=group, InstanceId=[one], **more) == GROUP_STATE


def test_a_member_that_is_declared_ill_is_replaced(ess):
    group = ess.make_group(MinSize=1)
    (member,) = ess.ids(group)
    ess.SetInstanceHealth(InstanceId=member, HealthStatus="Unhealthy")
    assert len(ess.ids(group)) == 1 and member not in ess.ids(group) and ess.cloud.instance(member) is None
    assert ess.refused("SetInstanceHealth", InstanceId="i-none", HealthStatus="Healthy") == (
        400, "InvalidInstanceId.NotFound", 'Instance "i-none" does not exist.')
    assert ess.refused("SetInstanceHealth", InstanceId="i-none", HealthStatus="Ill")[1] == "InvalidParameter"


def configurations(ess, **more):
    ess.PLURALS = {**ess.PLURALS, "ScalingConfigurationId": "ScalingConfigurationIds"}
    return ess.listed(ess.DescribeScalingConfigurations(**more), "ScalingConfigurations", "ScalingConfiguration")


def test_a_configuration_from_its_making_to_its_end(ess):
    group = ess.make_group(configuration=False)
    made = ess.CreateScalingConfiguration(**{
        "ScalingGroupId": group, "ScalingConfigurationName": "web", "ImageId": IMAGE, "InstanceType": TYPE,
        "SystemDisk": {"Category": "cloud_essd", "Size": 50}, "DataDisk": [{"Category": "cloud_essd", "Size": 21,
                                                                           "DeleteWithInstance": False}],
        "Tags": '{"team": "a"}', "InstanceName": "of-web", "LoadBalancerWeight": 7})["ScalingConfigurationId"]
    (shown,) = configurations(ess, ScalingGroupId=group)
    assert (shown["ScalingConfigurationId"], shown["ScalingConfigurationName"], shown["LifecycleState"]) == (made, "web", "Inactive")
    assert (shown["SystemDiskCategory"], shown["SystemDiskSize"], shown["LoadBalancerWeight"]) == ("cloud_essd", 50, 7)
    (disk,) = ess.listed(shown, "DataDisks", "DataDisk")
    assert (disk["Size"], disk["DeleteWithInstance"]) == (21, False)
    assert ess.listed(shown, "Tags", "Tag") == [{"Key": "team", "Value": "a"}]
    ess.EnableScalingGroup(ScalingGroupId=group, ActiveScalingConfigurationId=made)
    assert configurations(ess, ScalingConfigurationId=[made])[0]["LifecycleState"] == "Active"
    activity = ess.ScaleWithAdjustment(ScalingGroupId=group, AdjustmentType="TotalCapacity", AdjustmentValue=1)["ScalingActivityId"]
    (member,) = ess.ids(group)
    assert ess.DescribeScalingActivityDetail(ScalingActivityId=activity)["Detail"] == f'Add ECS instance "{member}"'
    instance = ess.cloud.instance(member)
    assert instance["InstanceName"] == "of-web" and instance["Tags"]["Tag"] == [{"TagKey": "team", "TagValue": "a"}]
    assert sorted(disk["Size"] for disk in ess.cloud.disks(InstanceId=member)) == [21, 50]
    assert ess.refused("DeleteScalingConfiguration", ScalingConfigurationId=made)[1] == "IncorrectScalingConfigurationLifecycleState"
    ess.DeactivateScalingConfiguration(ScalingConfigurationId=made)
    assert ess.refused("DeleteScalingConfiguration", ScalingConfigurationId=made)[1] == "InstanceInUse"
    ess.RemoveInstances(ScalingGroupId=group, InstanceId=[member])
    ess.DeleteScalingConfiguration(ScalingConfigurationId=made)
    assert configurations(ess, ScalingGroupId=group) == []
    for action in ("DeleteScalingConfiguration", "DeactivateScalingConfiguration"):
        assert ess.refused(action, ScalingConfigurationId=made) == (
            404, "InvalidScalingConfigurationId.NotFound", "The specified scaling configuration does not exist.")
    assert ess.refused("DescribeScalingActivityDetail", ScalingActivityId="asa-none")[1] == "InvalidParameter"


def test_rows_of_a_configuration(ess):
    group = ess.make_group(configuration=False)

    def refused(**more):
        return ess.refused("CreateScalingConfiguration", **{"ScalingGroupId": group, "ImageId": IMAGE, "InstanceType": TYPE, **more})

    assert refused(ScalingGroupId="asg-none") == GROUP_UNKNOWN
    assert refused(ImageId="m-none")[:2] == (404, "InvalidImageId.NotFound")
    assert refused(InstanceType="ecs.none")[:2] == (400, "InvalidParameter")
    assert refused(SecurityGroupId="sg-none")[:2] == (404, "InvalidSecurityGroupId.NotFound")
    no_snapshot = (404, "InvalidDataDiskSnapshotId.NotFound", "Snapshot “s-none” does not exist.")
    assert refused(DataDisk=[{}, {"SnapshotId": "s-none"}, {"SnapshotId": "s-no"}]) == no_snapshot
    for tags in ("team", "[]", '{"a": {"b": "c"}}', '{"": "x"}', '{"%s": "x"}' % ("k" * 129), '{"k": "%s"}' % ("v" * 129),
                 '{"acs:k": "x"}', '{"k": "https://"}', json.dumps({f"k{n}": "" for n in range(21)})):
        assert refused(Tags=tags) == (400, "InvalidParameter", "The specified value of parameter Tags is not valid.")
    ess.CreateScalingConfiguration(ScalingGroupId=group, ImageId=IMAGE, InstanceType=TYPE, ScalingConfigurationName="one")
    assert refused(ScalingConfigurationName="one")[1] == "InvalidScalingConfigurationName.Duplicate"
    for _ in range(69):
        ess.CreateScalingConfiguration(ScalingGroupId=group, ImageId=IMAGE, InstanceType=TYPE)
    assert refused()[1] == "QuotaExceeded.ScalingConfiguration"


def test_a_configuration_is_changed_in_what_is_given(ess):
    group = ess.make_group(configuration=False)
    made = ess.CreateScalingConfiguration(**{
        "ScalingGroupId": group, "ScalingConfigurationName": "web", "ImageId": IMAGE, "InstanceType": TYPE, "InstanceName": "old",
        "SystemDisk": {"Category": "cloud_essd", "Size": 50}, "DataDisk": [{"Category": "cloud_essd", "Size": 21}],
        "LoadBalancerWeight": 7, "DeletionProtection": True})["ScalingConfigurationId"]

    def change(**more):
        ess.ModifyScalingConfiguration(ScalingConfigurationId=made, **more)
        (shown,) = configurations(ess, ScalingGroupId=group)
        return shown

    shown = change(InstanceName="new", SystemDisk={"Size": 60})
    assert (shown["InstanceName"], shown["ImageId"], shown["LoadBalancerWeight"], shown["DeletionProtection"]) == (
        "new", IMAGE, 7, True)
    assert (shown["SystemDiskSize"], shown["SystemDiskCategory"]) == (60, "cloud_essd")
    assert [disk["Size"] for disk in ess.listed(shown, "DataDisks", "DataDisk")] == [21]
    shown = change(DataDisk=[{"Category": "cloud_essd", "Size": 22}, {"Category": "cloud_essd", "Size": 23}], LoadBalancerWeight=0,
                   DeletionProtection=False, ScalingConfigurationName="web2")
    assert [disk["Size"] for disk in ess.listed(shown, "DataDisks", "DataDisk")] == [22, 23]
    assert (shown["LoadBalancerWeight"], shown["DeletionProtection"], shown["SystemDiskSize"]) == (0, False, 60)
    ess.CreateScalingConfiguration(ScalingGroupId=group, ImageId=IMAGE, InstanceType=TYPE, ScalingConfigurationName="other")

    def refused(id=made, **more):
        return ess.refused("ModifyScalingConfiguration", ScalingConfigurationId=id, **more)

    assert refused("asc-none")[:2] == (404, "InvalidScalingConfigurationId.NotFound")
    assert refused(ScalingConfigurationName="other")[1] == "InvalidScalingConfigurationName.Duplicate"
    assert refused(ImageId="m-none")[1] == "InvalidImageId.NotFound"
    assert refused(InstanceTypes=["ecs.none"])[1] == "InvalidParameter"
    assert refused(SecurityGroupId="sg-none")[1] == "InvalidSecurityGroupId.NotFound"
    assert refused(DataDisk=[{"SnapshotId": "s-none"}])[2] == "Snapshot “s-none” does not exist."


def test_security_groups_of_a_configuration_are_of_the_groups_vpc(ess):
    """Otherwise it would make no instance."""
    own, other = (make_vpc(ess.cloud) for _ in range(2))
    group = ess.make_group(configuration=False, VSwitchIds=[make_vswitch(ess.cloud, own)])
    near, far = (make_group(ess.cloud, vpc) for vpc in (own, other))
    apart = (400, "InvalidSecurityGroupId.VPCMismatch",
             "The specified security group and the specified virtual switch are not in the same VPC.")
    more = {"ScalingGroupId": group, "ImageId": IMAGE, "InstanceType": TYPE}
    assert ess.refused("CreateScalingConfiguration", SecurityGroupIds=[near, far], **more) == apart
    made = ess.CreateScalingConfiguration(SecurityGroupId=near, **more)["ScalingConfigurationId"]
    assert ess.refused("ModifyScalingConfiguration", ScalingConfigurationId=made, SecurityGroupId=far) == apart
    ess.ModifyScalingConfiguration(ScalingConfigurationId=made, SecurityGroupId=near, InstanceName="one")
    ess.EnableScalingGroup(ScalingGroupId=group, ActiveScalingConfigurationId=made)
    ess.ModifyScalingGroup(ScalingGroupId=group, MinSize=1)
    assert len(ess.ids(group, LifecycleState="InService")) == 1
