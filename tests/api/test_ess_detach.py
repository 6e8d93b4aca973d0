"""DetachInstances, and the way into a group and out of it, in both editions of the API."""

import pytest

from cloud import REGION, TIME_MINUTES
from ess import FIRST, LATER, Ess


@pytest.fixture(params=[FIRST, LATER])
def ess(cloud, request):
    return Ess(cloud, request.param)


def test_instances_leave_a_group_and_run_on(ess):
    group, instances = ess.make_attached(3)
    assert ess.ids(group) == set(instances)
    assert {member["LifecycleState"] for member in ess.members(group)} == {"InService"}
    assert {member["CreationType"] for member in ess.members(group)} == {"Attached"}
    activity = ess.DetachInstances(ScalingGroupId=group, InstanceId=instances[:2])["ScalingActivityId"]
    assert activity.startswith("asa-")
    assert ess.ids(group) == {instances[2]}
    assert [ess.cloud.instance(one)["Status"] for one in instances] == ["Running"] * 3
    done = ess.activity(activity)
    assert (done["StatusCode"], done["Progress"], done["TotalCapacity"]) == ("Successful", 100, "1")
    assert done["Cause"] == (f'A user requests to detach instance "{instances[0]},{instances[1]}", changing the Total Capacity '
                             'from "3" to "1".')
    assert (done["Description"], done["StatusMessage"]) == ('Detach "2" ECS instances', '"2" ECS instances are detached')
    assert TIME_MINUTES.fullmatch(done["StartTime"]) and TIME_MINUTES.fullmatch(done["EndTime"])
    other, _ = ess.make_attached(instances=instances[:2])
    assert ess.ids(other) == set(instances[:2])


def test_group_as_it_is_shown(ess):
    group = ess.make_group(MinSize=1, MaxSize=5, ScalingGroupName=f"web-{ess.version}", DefaultCooldown=60,
                           RemovalPolicy=["NewestInstance"], enable=False, configuration=False)
    shown = ess.group(group)
    assert (shown["MinSize"], shown["MaxSize"], shown["DefaultCooldown"]) == (1, 5, 60)
    assert (shown["LifecycleState"], shown["ScalingGroupName"], shown["RegionId"]) == ("Inactive", f"web-{ess.version}", REGION)
    assert ess.listed(shown, "RemovalPolicies", "RemovalPolicy") == ["NewestInstance"]
    assert shown["TotalCapacity"] == 0


def test_a_group_fills_itself_to_its_smallest_size(ess):
    group = ess.make_group(MinSize=2)
    members = ess.members(group)
    assert [(one["LifecycleState"], one["CreationType"], one["HealthStatus"]) for one in members] == [
        ("InService", "AutoCreated", "Healthy")] * 2
    assert {ess.cloud.instance(one["InstanceId"])["Status"] for one in members} == {"Running"}
    (activity,) = ess.activities(group)
    assert (activity["StatusCode"], activity["TriggerSourceType"]) == ("Successful", "Ess")
    assert set(ess.listed(activity, "CreatedInstances", "CreatedInstance")) == {one["InstanceId"] for one in members}


GROUP_UNKNOWN = (404, "InvalidScalingGroupId.NotFound", "The specified scaling group does not exist.")
GROUP_STATE = (400, "IncorrectScalingGroupStatus",
               "The current status of the specified scaling group does not support this action.")
RUNS = (400, "ScalingActivityInProgress", "You cannot delete a scaling group or launch a new scaling activity while there is a "
        "scaling activity in progress for the specified scaling group.")
BELOW_MIN = (400, "IncorrectCapacity.MinSize",
             "To remove the instances, the total capacity will be lesser than the MinSize.")


def no_instance(instance):
    return 404, "InvalidInstanceId.NotFound", f"Instance “{instance}” does not exist."


def invalid(ess, name="InstanceId"):
    return 400, "InvalidParameter", f"The specified value of parameter {ess.PLURALS[name] if ess.version == LATER else name} is not valid."


@pytest.mark.parametrize("action", ["DetachInstances", "RemoveInstances"])
def test_rows_of_leaving_in_their_order(ess, action):
    """Each call has what the next row refuses as well."""
    name = "InstanceIds" if ess.version == LATER else "InstanceId"

    def refused(**parameters):
        return ess.refused(action, **parameters)

    assert refused(**{f"{name}.1": "i-none"}) == (400, "MissingScalingGroupId", "ScalingGroupId is mandatory for this action.")
    assert refused(ScalingGroupId="asg-none") == (400, f"Missing{name}", f"{name} is mandatory for this action.")
    assert refused(ScalingGroupId="", InstanceId=["i-none"])[:2] == (400, "InvalidParameter")
    for instances in ({f"{name}.{i}": f"i-{i}" for i in range(1, 22)}, {f"{name}.1": "i-1", f"{name}.3": "i-3"},
                      {f"{name}.1": "i-1", f"{name}.2": ""}, {f"{name}.1": "i-1", f"{name}.2": "i-1"}):
        assert refused(ScalingGroupId="asg-none", **instances) == invalid(ess)
    assert refused(ScalingGroupId="asg-none", InstanceId=["i-none"]) == GROUP_UNKNOWN
    group, instances = ess.make_attached(2, MinSize=0)
    ess.DisableScalingGroup(ScalingGroupId=group)
    assert refused(ScalingGroupId=group, InstanceId=["i-none"]) == GROUP_STATE
    ess.EnableScalingGroup(ScalingGroupId=group)
    assert refused(ScalingGroupId=group, InstanceId=[instances[0], "i-none"]) == no_instance("i-none")
    outsider = ess.cloud.make_instance()
    assert refused(ScalingGroupId=group, InstanceId=[outsider, "i-none"]) == no_instance(outsider)
    assert ess.ids(group) == set(instances)


def test_an_activity_is_alone_in_its_group(slow_cloud):
    ess = Ess(slow_cloud)
    instances = slow_cloud.make_instances(Amount=3)
    slow_cloud.server.advance(60)
    group = ess.make_group(MaxSize=2)
    ess.AttachInstances(ScalingGroupId=group, InstanceId=instances[:2])
    for action in ("DetachInstances", "RemoveInstances", "AttachInstances"):
        assert ess.refused(action, ScalingGroupId=group, InstanceId=["i-none"]) == RUNS
    slow_cloud.server.advance(60)
    assert ess.ids(group, LifecycleState="InService") == set(instances[:2])
    assert ess.refused("AttachInstances", ScalingGroupId=group, InstanceId=[instances[2]]) == (
        400, "IncorrectCapacity.MaxSize", "To attach the instances, the total capacity will be greater than the MaxSize.")


def test_a_group_keeps_its_smallest_size(ess):
    group = ess.make_group(MinSize=2)
    first, second = sorted(ess.ids(group))
    for action in ("DetachInstances", "RemoveInstances"):
        assert ess.refused(action, ScalingGroupId=group, InstanceId=[first]) == BELOW_MIN
        assert ess.refused(action, ScalingGroupId=group, InstanceId=[first, "i-none"]) == no_instance("i-none")
    assert ess.ids(group) == {first, second}


def test_rows_of_attaching(ess):
    group, (member, _) = ess.make_attached(2, MaxSize=3)
    stopped = ess.cloud.make_instance()
    ess.cloud.stop(stopped)

    def refused(*instances):
        return ess.refused("AttachInstances", ScalingGroupId=group, InstanceId=instances)

    assert refused("i-none", stopped) == no_instance("i-none")
    assert refused(stopped, member) == (400, "IncorrectInstanceStatus",
                                        f"The current status of instance “{stopped}” does not support this action.")
    assert refused(member, "i-none") == (400, "InvalidInstanceId.InUse",
                                         f"Instance “{member}” is already attached to another scaling group.")
    assert refused(*ess.cloud.make_instances(Amount=2))[:2] == (400, "IncorrectCapacity.MaxSize")


def test_what_is_invalid_can_be_ignored(ess):
    group, instances = ess.make_attached(2)
    activity = ess.DetachInstances(ScalingGroupId=group, InstanceId=["i-none", instances[0]], IgnoreInvalidInstance=True)
    done = ess.activity(activity["ScalingActivityId"])
    assert done["StatusCode"] == "Warning" and "i-none" in done["StatusMessage"]
    assert ess.ids(group) == {instances[1]}


def test_removed_instances_are_released_if_the_group_made_them(ess):
    group = ess.make_group(MinSize=1, DesiredCapacity=2)
    own = ess.cloud.make_instances(Amount=2)
    ess.AttachInstances(ScalingGroupId=group, InstanceId=own[:1])
    ess.AttachInstances(ScalingGroupId=group, InstanceId=own[1:], Entrusted=True)
    assert ess.group(group)["DesiredCapacity"] == 4
    (made, _) = [one["InstanceId"] for one in ess.members(group, CreationType="AutoCreated")]
    activity = ess.RemoveInstances(ScalingGroupId=group, InstanceId=[made, *own])["ScalingActivityId"]
    assert [ess.cloud.instance(one) is None for one in (made, *own)] == [True, False, True]
    done = ess.activity(activity)
    assert (done["StatusCode"], done["DestroyedCapacity"]) == ("Successful", 2)
    assert ess.group(group)["DesiredCapacity"] == 1 and ess.group(group)["TotalCapacity"] == 1


def test_a_group_refills_if_its_capacity_is_kept(ess):
    group = ess.make_group(DesiredCapacity=2)
    gone = ess.members(group)[0]["InstanceId"]
    ess.DetachInstances(ScalingGroupId=group, InstanceId=[gone], DecreaseDesiredCapacity=False)
    assert ess.group(group)["TotalCapacity"] == 2 and gone not in ess.ids(group)
    assert [one["TriggerSourceType"] for one in ess.activities(group)] == ["Ess", "Api", "Ess"]


def test_a_stopped_instance_is_replaced(ess):
    group = ess.make_group(MinSize=2)
    gone = ess.members(group)[0]["InstanceId"]
    ess.cloud.stop(gone)
    assert ess.cloud.instance(gone) is None
    assert len(ess.ids(group)) == 2 and gone not in ess.ids(group)


def test_a_detached_instance_is_nobodys_concern(ess):
    group, (one, other) = ess.make_attached(2)
    ess.DetachInstances(ScalingGroupId=group, InstanceId=[one])
    ess.cloud.stop(one)
    assert ess.cloud.instance(one)["Status"] == "Stopped"
    assert ess.ids(group) == {other} and len(ess.activities(group)) == 2
