"""Scaling rules and lifecycle hooks, in both editions of the API."""

import pytest

from ess import FIRST, LATER, Ess
from test_ess_detach import GROUP_UNKNOWN

RULE_UNKNOWN = (404, "InvalidScalingRuleId.NotFound", "The specified scaling rule does not exist.")
NO_ACTION = (400, "LifecycleHookIdAndLifecycleActionToken.Invalid",
             "The specified lifecycleActionToken and lifecycleHookId you provided does not match any in process lifecycle action.")


@pytest.fixture(params=[FIRST, LATER])
def ess(cloud, request):
    ess = Ess(cloud, request.param)
    ess.PLURALS = {**ess.PLURALS, "StepAdjustment": "StepAdjustments", "ScalingRuleId": "ScalingRuleIds",
                   "LifecycleHookId": "LifecycleHookIds", "ScalingRuleAri": "ScalingRuleAris", "ScalingRuleName": "ScalingRuleNames"}
    return ess


def rules(ess, **more):
    return ess.listed(ess.DescribeScalingRules(**more), "ScalingRules", "ScalingRule")


def test_a_rule_from_its_making_to_its_end(ess):
    group = ess.make_group()
    made = ess.CreateScalingRule(ScalingGroupId=group, ScalingRuleName="two-more", AdjustmentType="QuantityChangeInCapacity",
                                 AdjustmentValue=2, Cooldown=5)
    assert made["ScalingRuleAri"].endswith(f":scalingrule/{made['ScalingRuleId']}")
    (shown,) = rules(ess, ScalingGroupId=group)
    assert (shown["ScalingRuleName"], shown["AdjustmentValue"], shown["Cooldown"], shown["ScalingRuleType"]) == (
        "two-more", 2, 5, "SimpleScalingRule")
    for which in ({"ScalingRuleId": [made["ScalingRuleId"]]}, {"ScalingRuleAri": [made["ScalingRuleAri"]]},
                  {"ScalingRuleName": ["two-more"], "ScalingGroupId": group}):
        assert rules(ess, **which) == [shown]
    activity = ess.activity(ess.ExecuteScalingRule(ScalingRuleAri=made["ScalingRuleAri"])["ScalingActivityId"])
    assert (activity["StatusCode"], activity["TotalCapacity"]) == ("Successful", "2")
    assert activity["Cause"].startswith(f'A user requests to execute scaling rule "{made["ScalingRuleId"]}"')
    ess.ModifyScalingRule(ScalingRuleId=made["ScalingRuleId"], AdjustmentType="PercentChangeInCapacity", AdjustmentValue=-50,
                          MinAdjustmentMagnitude=1, ScalingRuleName="half")
    (shown,) = rules(ess, ScalingGroupId=group)
    assert (shown["ScalingRuleName"], shown["AdjustmentType"], shown["MinAdjustmentMagnitude"]) == (
        "half", "PercentChangeInCapacity", 1)
    ess.ExecuteScalingRule(ScalingRuleAri=made["ScalingRuleAri"])
    assert len(ess.ids(group)) == 1
    ess.DeleteScalingRule(ScalingRuleId=made["ScalingRuleId"])
    assert rules(ess, ScalingGroupId=group) == []
    assert ess.refused("DeleteScalingRule", ScalingRuleId=made["ScalingRuleId"]) == RULE_UNKNOWN
    assert ess.refused("ModifyScalingRule", ScalingRuleId=made["ScalingRuleId"]) == RULE_UNKNOWN


def test_a_rule_of_steps(ess):
    group = ess.make_group()
    steps = [{"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": "10.5", "ScalingAdjustment": 1},
             {"MetricIntervalLowerBound": "10.5", "ScalingAdjustment": 3}]
    made = ess.CreateScalingRule(ScalingGroupId=group, ScalingRuleType="StepScalingRule", StepAdjustment=steps,
                                 AdjustmentType="QuantityChangeInCapacity")
    (shown,) = rules(ess, ScalingGroupId=group, ScalingRuleType="StepScalingRule")
    assert ess.listed(shown, "StepAdjustments", "StepAdjustment") == [
        {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 10.5, "ScalingAdjustment": 1},
        {"MetricIntervalLowerBound": 10.5, "ScalingAdjustment": 3}]
    assert rules(ess, ScalingGroupId=group, ScalingRuleType="SimpleScalingRule") == []
    ari = made["ScalingRuleAri"]
    assert ess.refused("ExecuteScalingRule", ScalingRuleAri=ari) == (
        400, "MissingParameter.MetricValue", "Metric value must be specified for StepScalingRule.")
    assert ess.refused("ExecuteScalingRule", ScalingRuleAri=ari, MetricValue=90) == (
        400, "MissingParameter.BreachThreshold", "Breach threshold must be specified for StepScalingRule.")
    assert ess.refused("ExecuteScalingRule", ScalingRuleAri=ari, MetricValue=70, BreachThreshold=80) == (
        400, "InvalidStepAdjustments.NoStepFound", "No adjustment step found for a metric value of: 70.")
    ess.ExecuteScalingRule(ScalingRuleAri=ari, MetricValue="90.5", BreachThreshold=80)
    assert len(ess.ids(group)) == 3


def test_rows_of_rules(ess):
    group = ess.make_group()

    def refused(**more):
        return ess.refused("CreateScalingRule", **{"ScalingGroupId": group, "AdjustmentType": "TotalCapacity", "AdjustmentValue": 1,
                                                   **more})

    assert refused(ScalingGroupId="asg-none") == GROUP_UNKNOWN
    assert refused(MinAdjustmentMagnitude=2)[1] == "InvalidMinAdjustmentMagnitudeMismatchAdjustmentType"
    ess.CreateScalingRule(ScalingGroupId=group, ScalingRuleName="one", AdjustmentType="TotalCapacity", AdjustmentValue=1)
    assert refused(ScalingRuleName="one")[1] == "InvalidScalingRuleName.Duplicate"
    assert refused(StepAdjustment=[{"ScalingAdjustment": 1, "MetricIntervalLowerBound": "x"}])[1] == "InvalidParameter"
    for _ in range(49):
        ess.CreateScalingRule(ScalingGroupId=group, AdjustmentType="TotalCapacity", AdjustmentValue=1)
    assert refused()[1] == "QuotaExceeded.ScalingRule"


WRONG_STEPS = [
    ([(None, None)], "BothNull", "Both lower and upper bounds of a StepAdjustment can not be left unspecified."),
    ([(None, 0), (2, 1)], "LowerGtUpper", "LowerBound must be less than the UpperBound for StepAdjustment :2."),
    ([(1, 1)], "LowerGtUpper", "LowerBound must be less than the UpperBound for StepAdjustment :1."),
    ([(None, 0), (None, 1)], "MultipleNullLowerBound", "At most one StepAdjustment may have an unspecified lower bound."),
    ([(0, None), (1, None)], "MultipleNullUpperBound", "At most one StepAdjustment may have an unspecified upper bound."),
    ([(5, None), (0, "5.001")], "Overlap", "StepAdjustment intervals can not overlap."),
    ([("5.001", None), (0, 5)], "Gap", "StepAdjustment intervals can not have gaps between them."),
    ([(-1, 0)], "NoNullLowerBound", "There must be a StepAdjustment with an unspecified lower bound when one StepAdjustment has a "
                                    "negative lower bound."),
    ([(0, 1)], "NoNullUpperBound", "There must be a StepAdjustment with an unspecified upper bound when one StepAdjustment has a "
                                   "positive upper bound."),
    ([(i, i + 1) for i in range(20)] + [(20, None)], "MaxNum", "Your scaling rule can have at most 20 StepAdjustments."),
]


def steps_of(bounds):
    names = ("MetricIntervalLowerBound", "MetricIntervalUpperBound")
    return [{"ScalingAdjustment": 1, **{name: bound for name, bound in zip(names, pair) if bound is not None}} for pair in bounds]


@pytest.mark.parametrize("bounds, code, message", WRONG_STEPS)
def test_steps_that_make_no_whole(ess, bounds, code, message):
    group = ess.make_group(configuration=False)
    rule = {"ScalingGroupId": group, "ScalingRuleType": "StepScalingRule", "AdjustmentType": "TotalCapacity"}
    whole = [(None, 0), (5, None), (0, 5)]
    made = ess.CreateScalingRule(**rule, StepAdjustment=steps_of(whole))["ScalingRuleId"]
    expected = (400, "InvalidStepAdjustments." + code, message)
    assert ess.refused("CreateScalingRule", **rule, StepAdjustment=steps_of(bounds)) == expected
    assert ess.refused("ModifyScalingRule", ScalingRuleId=made, StepAdjustment=steps_of(bounds)) == expected
    (shown,) = rules(ess, ScalingGroupId=group)
    assert len(ess.listed(shown, "StepAdjustments", "StepAdjustment")) == len(whole)
    ess.CreateScalingRule(**rule, StepAdjustment=steps_of([(i, i + 1) for i in range(19)] + [(19, None)]))


def actions(ess, activity, **more):
    return ess.listed(ess.DescribeLifecycleActions(ScalingActivityId=activity, **more), "LifecycleActions", "LifecycleAction")


def test_a_hook_holds_what_comes(ess):
    group = ess.make_group()
    hook = ess.CreateLifecycleHook(ScalingGroupId=group, LifecycleHookName="warm", LifecycleTransition="SCALE_OUT",
                                   HeartbeatTimeout=30)["LifecycleHookId"]
    activity = ess.ScaleWithAdjustment(ScalingGroupId=group, AdjustmentType="TotalCapacity", AdjustmentValue=2)["ScalingActivityId"]
    assert {one["LifecycleState"] for one in ess.members(group)} == {"Pending:Wait"}
    (action,) = actions(ess, activity, LifecycleActionStatus="Pending")
    assert action["LifecycleHookId"] == hook and set(ess.listed(action, "InstanceIds", "InstanceId")) == ess.ids(group)
    token = action["LifecycleActionToken"]
    ess.RecordLifecycleActionHeartbeat(lifecycleHookId=hook, lifecycleActionToken=token, heartbeatTimeout=60)
    assert ess.refused("RecordLifecycleActionHeartbeat", lifecycleHookId="ash-none", lifecycleActionToken=token) == NO_ACTION
    assert ess.refused("CompleteLifecycleAction", LifecycleHookId=hook, LifecycleActionToken="none") == NO_ACTION
    ess.CompleteLifecycleAction(LifecycleHookId=hook, LifecycleActionToken=token, LifecycleActionResult="CONTINUE")
    assert {one["LifecycleState"] for one in ess.members(group)} == {"InService"}
    assert ess.refused("CompleteLifecycleAction", LifecycleHookId=hook, LifecycleActionToken=token) == NO_ACTION
    (action,) = actions(ess, activity)
    assert (action["LifecycleActionStatus"], action["LifecycleActionResult"]) == ("Completed", "CONTINUE")
    assert ess.activity(activity)["StatusCode"] == "Successful"


def test_a_hook_is_changed_and_removed(ess):
    group = ess.make_group()
    hook = ess.CreateLifecycleHook(ScalingGroupId=group, LifecycleHookName="one", LifecycleTransition="SCALE_IN",
                                   NotificationMetadata="who")["LifecycleHookId"]
    ess.ModifyLifecycleHook(LifecycleHookId=hook, DefaultResult="ABANDON", HeartbeatTimeout=99, LifecycleHookStatus="InActive")
    ess.ModifyLifecycleHook(ScalingGroupId=group, LifecycleHookName="one", LifecycleTransition="SCALE_OUT")
    (shown,) = ess.listed(ess.DescribeLifecycleHooks(ScalingGroupId=group), "LifecycleHooks", "LifecycleHook")
    assert shown == {"LifecycleHookId": hook, "ScalingGroupId": group, "LifecycleHookName": "one", "NotificationArn": "",
                     "LifecycleTransition": "SCALE_OUT", "DefaultResult": "ABANDON", "HeartbeatTimeout": 99,
                     "LifecycleHookStatus": "InActive", "NotificationMetadata": "who"}
    ess.ScaleWithAdjustment(ScalingGroupId=group, AdjustmentType="TotalCapacity", AdjustmentValue=1)
    assert ess.members(group)[0]["LifecycleState"] == "InService"
    assert ess.refused("CreateLifecycleHook", ScalingGroupId=group, LifecycleHookName="one", LifecycleTransition="SCALE_IN")[1] == (
        "InvalidLifecycleHookName.Duplicate")
    assert ess.refused("CreateLifecycleHook", ScalingGroupId="asg-none", LifecycleTransition="SCALE_IN") == GROUP_UNKNOWN
    for _ in range(9):
        ess.CreateLifecycleHook(ScalingGroupId=group, LifecycleTransition="SCALE_IN")
    assert ess.refused("CreateLifecycleHook", ScalingGroupId=group, LifecycleTransition="SCALE_IN")[1] == (
        "QuotaExceeded.LifecycleHook")
    ess.DeleteLifecycleHook(ScalingGroupId=group, LifecycleHookName="one")
    for action in ("DeleteLifecycleHook", "ModifyLifecycleHook"):
        assert ess.refused(action, LifecycleHookId=hook)[:2] == (400, "InvalidLifecycleHookId.NotExist")
        assert ess.refused(action)[:2] == (400, "InvalidLifecycleHookId.NotExist")
        for where in (group, "asg-none"):
            assert ess.refused(action, ScalingGroupId=where, LifecycleHookName="one") == (
                400, "InvalidLifecycleHookName.NotExist", "The specified lifecycleHookName you provided %s." % (
                    "does not exist" if action == "DeleteLifecycleHook" else "not exist"))


def test_a_page_of_hooks_has_all(ess):
    group = ess.make_group()
    for _ in range(10):
        ess.CreateLifecycleHook(ScalingGroupId=group, LifecycleTransition="SCALE_IN")
    other = ess.make_group()
    ess.CreateLifecycleHook(ScalingGroupId=other, LifecycleTransition="SCALE_IN")
    reply = ess.DescribeLifecycleHooks()
    assert (reply["PageSize"], len(ess.listed(reply, "LifecycleHooks", "LifecycleHook"))) == (50, reply["TotalCount"])
    assert reply["TotalCount"] >= 11
    reply = ess.DescribeLifecycleHooks(ScalingGroupId=group, PageSize=4, PageNumber=3)
    assert (reply["TotalCount"], len(ess.listed(reply, "LifecycleHooks", "LifecycleHook"))) == (10, 2)


@pytest.mark.parametrize("transition, kept", [("SCALE_OUT", 0), ("SCALE_IN", 1)])
def test_a_hook_takes_back_by_default(slow_cloud, transition, kept):
    """DefaultResult ROLLBACK: what comes is gone, and what was to go stays."""
    ess = Ess(slow_cloud)
    group = ess.make_group(MaxSize=1)

    def adjust(value):
        ess.ScaleWithAdjustment(ScalingGroupId=group, AdjustmentType="TotalCapacity", AdjustmentValue=value)
        for _ in range(4):
            slow_cloud.server.advance(100)

    if kept:
        adjust(1)
    hook = ess.CreateLifecycleHook(ScalingGroupId=group, LifecycleTransition=transition, DefaultResult="CONTINUE",
                                   HeartbeatTimeout=600)["LifecycleHookId"]
    ess.ModifyLifecycleHook(LifecycleHookId=hook, DefaultResult="ROLLBACK")
    adjust(1 - kept)
    assert len(ess.ids(group)) == 1
    slow_cloud.server.advance(600)
    done = ess.activities(group)[0]
    assert (done["StatusCode"], done["ErrorCode"], done["TotalCapacity"]) == ("Failed", "LifecycleHookAbandoned", str(kept))
    assert len(ess.ids(group, LifecycleState="InService")) == len(ess.ids(group)) == kept


def test_a_heartbeat_has_its_end(slow_cloud):
    """Six hours from its beginning, however often it is prolonged."""
    ess = Ess(slow_cloud)
    group = ess.make_group()
    hook = ess.CreateLifecycleHook(ScalingGroupId=group, LifecycleTransition="SCALE_OUT", DefaultResult="ABANDON",
                                   HeartbeatTimeout=600)["LifecycleHookId"]
    activity = ess.ScaleWithAdjustment(ScalingGroupId=group, AdjustmentType="TotalCapacity", AdjustmentValue=1)["ScalingActivityId"]
    slow_cloud.server.advance(10)
    slow_cloud.server.advance(100)
    (action,) = actions(ess, activity)
    which = {"lifecycleHookId": hook, "lifecycleActionToken": action["LifecycleActionToken"]}
    slow_cloud.server.advance(500)
    ess.RecordLifecycleActionHeartbeat(**which, heartbeatTimeout=20000)
    slow_cloud.server.advance(19000)
    assert ess.members(group)[0]["LifecycleState"] == "Pending:Wait"
    assert ess.refused("RecordLifecycleActionHeartbeat", **which, heartbeatTimeout=6000)[1] == "LifecycleAction.TimeExceeded"
    slow_cloud.server.advance(1000)
    assert ess.members(group) == [] and ess.activities(group)[0]["ErrorCode"] == "LifecycleHookAbandoned"
