"""Groups grow and shrink, and are removed, in both editions of the API."""

import pytest

from cloud import IMAGE, TYPE
from ess import FIRST, LATER, Ess
from network import make_vpc, make_vswitch
from test_ess_detach import GROUP_STATE, GROUP_UNKNOWN, RUNS

NO_CHANGE = (400, "IncorrectCapacity.NoChange", "To execute the specified scaling rule, the total capacity will not change.")


@pytest.fixture(params=[FIRST, LATER])
def ess(cloud, request):
    return Ess(cloud, request.param)


def adjust(ess, group, value, kind="TotalCapacity", **more):
    return ess.ScaleWithAdjustment(ScalingGroupId=group, AdjustmentType=kind, AdjustmentValue=value, **more)["ScalingActivityId"]


def test_a_group_grows_and_shrinks(ess):
    group = ess.make_group()
    grown = ess.activity(adjust(ess, group, 3, ActivityMetadata="more"))
    assert (grown["StatusCode"], grown["TotalCapacity"], grown["CreatedCapacity"]) == ("Successful", "3", 3)
    assert grown["ActivityMetadata"] == "more" and grown["Cause"].endswith('the Total Capacity from "0" to "3".')
    members = ess.ids(group)
    assert set(ess.listed(grown, "CreatedInstances", "CreatedInstance")) == members
    assert all(ess.cloud.instance(one)["Status"] == "Running" for one in members)
    shrunk = ess.activity(adjust(ess, group, -2, "QuantityChangeInCapacity"))
    assert (shrunk["StatusCode"], shrunk["TotalCapacity"], shrunk["DestroyedCapacity"]) == ("Successful", "1", 2)
    assert sum(ess.cloud.instance(one) is not None for one in members) == 1


def test_what_failed_is_named(own_cloud):
    """A fault of the job of a call that scales fails the activity as a whole."""
    ess = Ess(own_cloud())
    group = ess.make_group()
    ess.cloud.server.control("POST", "/_cleat/faults", {"operation": "ScaleWithAdjustment", "effect": "job-fails",
                                                        "reason": "no room", "times": 1})
    failed = ess.activity(adjust(ess, group, 2))
    assert (failed["StatusCode"], failed["TotalCapacity"], failed["ErrorCode"]) == ("Failed", "0", "InstanceOperationFailed")
    ((error,),) = failed["ErrorMessages"].values()
    assert error["FailedInstanceIds"] == {"FailedInstanceIds": []} and error["Code"] == failed["ErrorCode"]
    assert ess.activity(adjust(ess, group, 2))["StatusCode"] == "Successful"


def test_what_could_not_be_made_is_counted(ess):
    """A /29 has four addresses."""
    group = ess.make_group(VSwitchIds=[make_vswitch(ess.cloud, make_vpc(ess.cloud), CidrBlock="10.0.1.0/29")])
    done = ess.activity(adjust(ess, group, 6))
    assert (done["StatusCode"], done["ScalingInstanceNumber"], done["CreatedCapacity"], done["TotalCapacity"]) == ("Warning", 6, 4, "4")
    assert done["StatusMessage"] == '"4" ECS instances are added; "2" could not be made'
    assert done["ErrorMessage"] == "addresses-exhausted"
    done = ess.activity(adjust(ess, group, 5))
    assert (done["StatusCode"], done["StatusMessage"]) == ("Failed", '"0" ECS instances are added; "1" could not be made')


def test_texts_name_whom_an_activity_was_about(ess):
    group, instances = ess.make_attached()
    done = ess.activity(adjust(ess, group, 0))
    assert done["Cause"] == 'A user requests to change the capacity of the scaling group, changing the Total Capacity from "2" to "0".'
    assert all(one in done["Detail"] for one in instances) and done["Detail"].startswith("Remove ECS instances ")
    assert (done["DestroyedCapacity"], done["TriggerSourceType"]) == (0, "Api")  # attached ones live on
    assert ess.DescribeScalingActivityDetail(ScalingActivityId=done["ScalingActivityId"])["Detail"] == done["Detail"]
    none = ess.activity(ess.DetachInstances(ScalingGroupId=group, InstanceId=["i-none"],
                                            IgnoreInvalidInstance=True)["ScalingActivityId"])
    assert (none["StatusCode"], none["Detail"]) == ("Warning", "Detach no ECS instance")
    assert none["Cause"] == 'A user requests to detach no instance, changing the Total Capacity from "0" to "0".'
    assert none["StatusMessage"] == '"0" ECS instances are detached; ignored: "i-none"'


def test_contexts_of_hooks_are_read(ess):
    group = ess.make_group(DesiredCapacity=1)
    member = ess.ids(group).pop()
    for context in ("x", "[]", '{"DisableLifecycleHook": 3}'):
        for action, more in (("RemoveInstances", {"InstanceId": [member]}),
                             ("ScaleWithAdjustment", {"AdjustmentType": "TotalCapacity", "AdjustmentValue": 0})):
            assert ess.refused(action, ScalingGroupId=group, LifecycleHookContext=context, **more) == (
                400, "InvalidParameter", "The specified value of parameter LifecycleHookContext is not valid.")
    reply = ess.RemoveInstances(ScalingGroupId=group, InstanceId=[member, "i-none"], IgnoreInvalidInstance=True,
                                LifecycleHookContext='{"DisableLifecycleHook": true}')
    if ess.version == LATER:
        assert reply["IgnoredInstances"] == [{"Code": "InvalidInstanceId.NotFound", "InstanceId": "i-none",
                                              "Message": "Instance “i-none” does not exist."}]
    assert ess.activity(reply["ScalingActivityId"])["StatusCode"] == "Warning"


def test_rows_of_adjusting(ess):
    def refused(group, **more):
        return ess.refused("ScaleWithAdjustment", ScalingGroupId=group,
                           **{"AdjustmentType": "TotalCapacity", "AdjustmentValue": 0, **more})

    assert refused("asg-none") == GROUP_UNKNOWN
    group = ess.make_group()
    assert refused(group) == NO_CHANGE
    assert refused(group, AdjustmentType="Double")[:2] == (400, "InvalidParameter")
    ess.DisableScalingGroup(ScalingGroupId=group)
    assert refused(group) == GROUP_STATE


def test_rows_of_executing_a_rule(ess):
    assert ess.refused("ExecuteScalingRule", ScalingRuleAri="ari:acs:ess:cn-hangzhou:1:scalingrule/asr-1") == (
        404, "InvalidScalingRuleAri.NotFound", "The specified scaling rule Ari does not exist.")
    assert ess.refused("ExecuteScalingRule") == (400, "MissingScalingRuleAri", "ScalingRuleAri is mandatory for this action.")
    for value in ("1.2.3", "x", "1e9", "9" * 20):
        assert ess.refused("ExecuteScalingRule", ScalingRuleAri="x", MetricValue=value)[:2] == (400, "InvalidParameter")


@pytest.mark.parametrize("policy, sizes", [("PRIORITY", [4, 2]), ("COMPOSABLE", [4, 2]), ("BALANCE", [3, 3])])
def test_zones_are_filled_by_the_policy(ess, policy, sizes):
    """The first as long as it has room (a /29 has four addresses), or all alike."""
    vpc = make_vpc(ess.cloud)
    switches = [make_vswitch(ess.cloud, vpc, CidrBlock=block) for block in ("10.0.1.0/29", "10.0.2.0/24")]
    group = ess.make_group(VSwitchIds=switches, MultiAZPolicy=policy)
    adjust(ess, group, 1)
    adjust(ess, group, 6)
    places = [ess.cloud.instance(one)["VpcAttributes"]["VSwitchId"] for one in ess.ids(group)]
    assert [places.count(one) for one in switches] == sizes


@pytest.mark.parametrize("policies, going", [
    ([], ["first", "second"]),  # those of no configuration are passed over as long as there are others
    (["OldestScalingConfiguration", "NewestInstance"], ["first", "second"]),
    (["OldestInstance"], ["attached", "first"]),
    (["NewestInstance"], ["second", "first"]),
], ids=str)
def test_who_goes_first_is_said_by_the_removal_policies(slow_cloud, policies, going):
    ess = Ess(slow_cloud)
    instances = slow_cloud.make_instances(Amount=1)
    slow_cloud.server.advance(60)
    group, _ = ess.make_attached(instances=instances, RemovalPolicy=policies)
    names = {instances[0]: "attached"}
    for name in ("first", "second"):
        slow_cloud.server.advance(60)
        if name == "second":
            made = ess.CreateScalingConfiguration(ScalingGroupId=group, ImageId=IMAGE, InstanceType=TYPE)
            ess.ModifyScalingGroup(ScalingGroupId=group, ActiveScalingConfigurationId=made["ScalingConfigurationId"])
        adjust(ess, group, 1, "QuantityChangeInCapacity")
        for _ in range(3):
            slow_cloud.server.advance(60)
        (new,) = ess.ids(group) - set(names)
        names[new] = name
    gone = []
    for total in (2, 1):
        adjust(ess, group, total)
        for _ in range(4):
            slow_cloud.server.advance(60)
        gone += [name for one, name in names.items() if one not in ess.ids(group) and name not in gone]
    assert gone == going and len(ess.ids(group)) == 1


def test_groups_are_removed(ess):
    assert ess.refused("DeleteScalingGroup", ScalingGroupId="asg-none") == GROUP_UNKNOWN
    empty = ess.make_group(configuration=False)
    ess.DeleteScalingGroup(ScalingGroupId=empty)
    assert ess.group(empty) is None
    group = ess.make_group(MinSize=2)
    members = ess.ids(group)
    assert ess.refused("DeleteScalingGroup", ScalingGroupId=group) == (
        400, "InstanceInUse", "You cannot delete a scaling configuration or scaling group while there is an instance associated "
        "with it.")
    ess.DeleteScalingGroup(ScalingGroupId=group, ForceDelete=True)
    assert ess.group(group) is None and all(ess.cloud.instance(one) is None for one in members)
    protected = ess.make_group(GroupDeletionProtection=True, configuration=False)
    assert ess.refused("DeleteScalingGroup", ScalingGroupId=protected)[1] == "ScalingGroup.DeletionProtection"


def test_a_group_is_removed_once_its_activity_has_ended(slow_cloud):
    ess = Ess(slow_cloud)
    group = ess.make_group(MinSize=1)
    slow_cloud.server.advance(31)
    assert ess.refused("DeleteScalingGroup", ScalingGroupId=group) == RUNS
    ess.DeleteScalingGroup(ScalingGroupId=group, ForceDelete=True)
    assert ess.group(group)["LifecycleState"] == "Deleting"
    for _ in range(8):
        slow_cloud.server.advance(100)
    assert ess.group(group) is None and slow_cloud.instances() == []


def test_pages_of_more_than_ten(ess):
    group = ess.make_group(MaxSize=25)
    adjust(ess, group, 23)
    pages = [ess.DescribeScalingInstances(ScalingGroupId=group, PageNumber=number) for number in (1, 2, 3, 4)]
    found = [ess.listed(page, "ScalingInstances", "ScalingInstance") for page in pages]
    assert [len(page) for page in found] == [10, 10, 3, 0]
    assert len({one["InstanceId"] for page in found for one in page}) == 23
    assert {(page["TotalCount"], page["PageSize"]) for page in pages} == {(23, 10)}
    assert ess.refused("DescribeScalingInstances", ScalingGroupId=group, PageSize=101)[:2] == (400, "InvalidParameter")


def test_in_quick_pace_an_instance_has_left_within_seconds(own_cloud):
    """By the manual clock: what is due within three seconds is done."""
    cloud = own_cloud(clock="manual", pace="quick")
    ess = Ess(cloud)
    instances = cloud.make_instances(Amount=2)
    cloud.server.advance(10)
    group = ess.make_group()
    ess.AttachInstances(ScalingGroupId=group, InstanceId=instances)
    cloud.server.advance(3)
    ess.DetachInstances(ScalingGroupId=group, InstanceId=instances[:1])
    assert ess.ids(group, LifecycleState="Removing") == {instances[0]}
    cloud.server.advance(3)
    assert ess.ids(group) == {instances[1]}
    assert ess.activities(group)[0]["StatusCode"] == "Successful"
