"""Rows of the tables of Auto Scaling that no story meets on its way, in both editions of the API: those that every operation has,
each operation with things of its own world (world.py), and those of one operation, each with one call that is wrong in one way."""

import urllib.parse

import pytest

import shapes
import signing
from cloud import IMAGE, REGION, TYPE, fleet_of, fleet_set, load_fleet
from ess import FIRST, LATER, SHAPES, Ess
from network import make_network, make_vpc, make_vswitch
from products import ask
from test_ess_detach import GROUP_STATE, RUNS
from test_ess_outside import NOT_ACTIVE, NOT_RUNNING
from test_isolation import OPERATIONS, world_of
from world import VERSIONS

APIS = ("ess", "ess later")
CASES = [(api, action) for api in APIS for action in OPERATIONS[api]]
NO_REGION = (404, "InvalidRegionId.NotFound", "The specified region does not exist.")


@pytest.fixture(scope="module")
def auto_server(make_module_server):
    return make_module_server(accounts="auto")


@pytest.fixture(scope="module")
def world(auto_server):
    """For calls that change nothing."""
    return world_of(auto_server, "test-rows", "rows")


@pytest.fixture(params=[FIRST, LATER])
def ess(cloud, request):
    return Ess(cloud, request.param)


@pytest.fixture(params=[FIRST, LATER])
def slow(slow_cloud, request):
    return Ess(slow_cloud, request.param)


# ---- rows of every operation


def reasons(references, action):
    (found,) = [each for each in references["ess"]["operations"] if each["name"] == action]
    return {row["reason"] for row in found["errors"]}


@pytest.mark.parametrize("api,action", CASES)
def test_region_that_is_not_there(references, world, api, action):
    reply = ask(world.cloud, VERSIONS[api], action, {**world.feed(api, action), "RegionId": "mars"})
    if "region-unknown" in reasons(references, action):
        assert reply.fault == NO_REGION
    else:  # of the whole account, or of what an instance is a member of
        assert reply.status == 200 and action in ("DescribeLimitation", "DescribeRegions", "VerifyAuthentication") or (
            action == "SetInstanceHealth" and reply.fault[1] == "InvalidInstanceId.NotFound")


@pytest.mark.parametrize("api,action", CASES)
def test_needed_parameters_that_are_empty_or_absent(references, world, api, action):
    """What is needed, and inside of no list."""
    needed = [each["name"] for each in OPERATIONS[api][action] if each.get("required") and ".N" not in each["name"]]
    for name in needed:
        base = world.feed(api, action)
        status, code, message = ask(world.cloud, VERSIONS[api], action, {**base, name: ""}).fault
        assert (status, code) == (400, "InvalidParameter") and name in message
        absent = ask(world.cloud, VERSIONS[api], action, {each: value for each, value in base.items() if each != name})
        assert absent.fault[:2] == (400, "Missing" + name)
    assert needed or "parameter-empty" not in reasons(references, action)


@pytest.mark.parametrize("api,action", CASES)
def test_it_answers_in_xml(auto_server, world, api, action):
    """As in JSON: held against the vendor's shape. In the later edition an empty list has no elements."""
    version, key = VERSIONS[api], f"test-xml-{action}-{'later' if api != 'ess' else 'first'}"
    looks = action.startswith(("Describe", "List", "Verify"))
    one = world if looks else world_of(auto_server, key, "xml")
    reply = ask(one.cloud, version, action, one.feed(api, action), xml=True)
    assert reply.status == 200 and reply.xml.tag == action + "Response", reply.text
    shape = SHAPES[version][action]
    value = shapes.read_xml(reply.xml, shape, action)
    shapes.check_shape(value, shape, action)
    if looks:
        same = ask(one.cloud, version, action, one.feed(api, action)).json
        assert without_empty({**same, "RequestId": ""}) == without_empty({**value, "RequestId": ""})
    else:
        one.let_go()
        auto_server.control("POST", f"/_cleat/fleet/reset?wait=true&account={key}")
    if version == FIRST:
        shapes.ANSWERED.add((f"ess {action}", "XML"))


def without_empty(value):
    """Without lists that are empty, and what then has nothing in it."""
    if isinstance(value, dict):
        return {name: child for name, child in ((name, without_empty(each)) for name, each in value.items()) if child not in ([], {})}
    return [without_empty(each) for each in value] if isinstance(value, list) else value


# ---- groups


def test_rows_of_making_a_group(ess):
    def refused(**more):
        return ess.refused("CreateScalingGroup", **{"MinSize": 0, "MaxSize": 3, **more})

    group = ess.make_group(MinSize=0, MaxSize=3, configuration=False)
    for sizes, first, second in (({"MinSize": 4}, "MinSize", "MaxSize"), ({"DesiredCapacity": 4}, "DesiredCapacity", "MaxSize"),
                                 ({"MinSize": 2, "DesiredCapacity": 1}, "DesiredCapacity", "MinSize")):
        conflict = (400, "InvalidParameter.Conflict", f"The value of parameter {first} and parameter {second} are conflict.")
        assert refused(**sizes) == ess.refused("ModifyScalingGroup", ScalingGroupId=group, **sizes) == conflict
    name = f"only-{ess.version}"
    ess.make_group(ScalingGroupName=name, configuration=False)
    assert refused(ScalingGroupName=name) == (
        400, "InvalidScalingGroupName.Duplicate", "The specified value of parameter ScalingGroupName is duplicated.")
    assert refused(Tag=[{"Key": "k"}, {"Key": "k"}])[:2] == (400, "Duplicate.TagKey")
    assert refused(Tag=[{"Key": "acs:k"}])[:2] == (400, "InvalidTagKey.Malformed")
    assert refused(Tag=[{"Key": "k", "Value": "http://"}])[:2] == (400, "InvalidTagValue.Malformed")
    one, other = (make_network(ess.cloud)[1] for _ in range(2))
    apart = (400, "InvalidParameter", "The specified value of parameter VSwitchIds is not valid.")
    assert refused(VSwitchIds=[one, other]) == apart
    group = ess.make_group(configuration=False, VSwitchIds=[one])
    assert ess.refused("ModifyScalingGroup", ScalingGroupId=group, VSwitchIds=[one, other]) == apart
    assert ess.listed(ess.group(group), "VSwitchIds", "VSwitchId") == [one]


def test_a_vswitch_that_is_not_ready(slow):
    vpc = make_vpc(slow.cloud)
    slow.cloud.server.advance(10)
    vswitch = make_vswitch(slow.cloud, vpc)
    assert slow.refused("CreateScalingGroup", MinSize=0, MaxSize=1, VSwitchIds=[vswitch]) == (
        400, "IncorrectVSwitchStatus", "The current status of virtual switch does not support this operation.")
    slow.cloud.server.advance(10)
    slow.CreateScalingGroup(MinSize=0, MaxSize=1, VSwitchIds=[vswitch])


def test_rows_of_a_group_that_is_being_deleted(slow):
    group = slow.make_group(MinSize=1)
    for _ in range(5):
        slow.cloud.server.advance(60)
    (member,) = slow.ids(group, LifecycleState="InService")
    slow.DeleteScalingGroup(ScalingGroupId=group, ForceDelete=True)
    assert slow.group(group)["LifecycleState"] == "Deleting"
    for action, more in (("DeleteScalingGroup", {}), ("ModifyScalingGroup", {"MaxSize": 5}),
                         ("SetGroupDeletionProtection", {"GroupDeletionProtection": True}),
                         ("EnableScalingGroup", {}), ("AttachInstances", {"InstanceId": [member]}),
                         ("ScaleWithAdjustment", {"AdjustmentType": "TotalCapacity", "AdjustmentValue": 0})):
        assert slow.refused(action, ScalingGroupId=group, **more) == GROUP_STATE, action
    for _ in range(5):
        slow.cloud.server.advance(60)
    assert slow.group(group) is None


# ---- enabling and attaching


def test_rows_of_enabling_a_group(own_cloud):
    cloud = own_cloud()
    load_fleet(cloud.server, fleet_of(
        instances=[{"id": f"i-{n}", "private_ip": f"172.16.0.{n}"} for n in range(1, 5)] + [{"id": "i-off", "state": "stopped"}],
        load_balancers=[{"id": "lb-1", "listeners": ["tcp:80"]}], db_instances=[{"id": "rm-1"}]))
    for ess in (Ess(cloud), Ess(cloud, LATER)):
        group = ess.make_group(MaxSize=1, configuration=False, LoadBalancerIds='["lb-1"]', DBInstanceIds='["rm-1"]')
        other = ess.make_group()

        def refused(*instances, group=group, ess=ess, **more):
            return ess.refused("EnableScalingGroup", ScalingGroupId=group, **({"InstanceId": instances} if instances else {}), **more)

        assert refused() == (400, "MissingActiveScalingConfiguration",
                             "An active scaling configuration for the specified scaling group is not supplied.")
        assert refused(ActiveScalingConfigurationId="asc-none")[1] == "InvalidScalingConfigurationId.NotFound"
        configuration = ess.CreateScalingConfiguration(ScalingGroupId=group, ImageId=IMAGE, InstanceType=TYPE)["ScalingConfigurationId"]
        active = {"ActiveScalingConfigurationId": configuration}
        ess.AttachInstances(ScalingGroupId=other, InstanceId=["i-1"])
        assert refused("i-none", **active)[:2] == (404, "InvalidInstanceId.NotFound")
        assert refused("i-off", **active)[:2] == (400, "IncorrectInstanceStatus")
        assert refused("i-1", **active)[:2] == (400, "InvalidInstanceId.InUse")
        fleet_set(cloud.server, "lb-1", status="inactive")
        fleet_set(cloud.server, "rm-1", status="rebooting")
        assert refused("i-2", **active) == NOT_ACTIVE
        fleet_set(cloud.server, "lb-1", status="active")
        assert refused("i-2", **active) == NOT_RUNNING
        fleet_set(cloud.server, "rm-1", status="running")
        assert refused("i-2", "i-3", **active) == (
            400, "IncorrectCapacity.MaxSize", "To attach the instances, the total capacity will be greater than the max size.")
        assert refused("i-2", LoadBalancerWeight=[101], **active)[:2] == (400, "InvalidParameter")
        ess.EnableScalingGroup(ScalingGroupId=group, InstanceId=["i-2"], LoadBalancerWeight=[7], **active)
        assert ess.ids(group) == {"i-2"} and refused(**active) == GROUP_STATE
        ess.DetachInstances(ScalingGroupId=group, InstanceId=["i-2"], DetachOption="both")
        ess.DetachInstances(ScalingGroupId=other, InstanceId=["i-1"])


def test_rows_of_enabling_and_attaching_across_vpcs(ess):
    vswitch, security = make_network(ess.cloud)[1:]
    group, instance = ess.make_group(configuration=False, VSwitchIds=[vswitch]), ess.cloud.make_instance()
    made = ess.CreateScalingConfiguration(ScalingGroupId=group, ImageId=IMAGE, InstanceType=TYPE, SecurityGroupId=security)
    configuration = {"ActiveScalingConfigurationId": made["ScalingConfigurationId"]}
    apart = (400, "InvalidInstanceId.VPCMismatch", f"Instance “{instance}” and the specified scaling group are not in the same VPC.")
    assert ess.refused("EnableScalingGroup", ScalingGroupId=group, InstanceId=[instance], **configuration) == apart
    assert ess.refused("AttachInstances", ScalingGroupId=group, InstanceId=[instance]) == GROUP_STATE
    ess.EnableScalingGroup(ScalingGroupId=group, **configuration)
    assert ess.refused("AttachInstances", ScalingGroupId=group, InstanceId=[instance]) == apart
    assert ess.ids(group) == set()


# ---- while something is in progress


def test_rows_while_an_activity_is_in_progress(slow):
    group, instance, other = slow.make_group(), slow.cloud.make_instance(), slow.cloud.make_instance()
    rule = slow.CreateScalingRule(ScalingGroupId=group, AdjustmentType="TotalCapacity", AdjustmentValue=5)["ScalingRuleAri"]
    slow.cloud.server.advance(60)
    slow.AttachInstances(ScalingGroupId=group, InstanceId=[instance])
    assert slow.ids(group, LifecycleState="Pending") == {instance}
    assert slow.refused("ExecuteScalingRule", ScalingRuleAri=rule) == RUNS
    assert slow.refused("ScaleWithAdjustment", ScalingGroupId=group, AdjustmentType="TotalCapacity", AdjustmentValue=5) == RUNS
    for action in ("EnterStandby", "ExitStandby"):
        assert slow.refused(action, ScalingGroupId=group, InstanceId=[instance]) == (
            400, "IncorrectInstanceStatus", f"The current status of instance “{instance}” does not support this action.")
    slow.DisableScalingGroup(ScalingGroupId=group)
    assert slow.refused("EnableScalingGroup", ScalingGroupId=group, InstanceId=[other]) == RUNS
    slow.cloud.server.advance(120)
    assert slow.ids(group, LifecycleState="InService") == {instance}


# ---- rules and configurations


def test_rows_of_executing_a_rule(own_cloud):
    cloud = own_cloud()
    load_fleet(cloud.server, fleet_of(load_balancers=[{"id": "lb-1", "listeners": ["tcp:80"]}], db_instances=[{"id": "rm-1"}]))
    for ess in (Ess(cloud), Ess(cloud, LATER)):
        group = ess.make_group(LoadBalancerIds='["lb-1"]', DBInstanceIds='["rm-1"]')
        rule = ess.CreateScalingRule(ScalingGroupId=group, AdjustmentType="TotalCapacity", AdjustmentValue=0)["ScalingRuleAri"]
        fleet_set(cloud.server, "lb-1", status="inactive")
        fleet_set(cloud.server, "rm-1", status="rebooting")
        assert ess.refused("ExecuteScalingRule", ScalingRuleAri=rule) == NOT_ACTIVE
        fleet_set(cloud.server, "lb-1", status="active")
        assert ess.refused("ExecuteScalingRule", ScalingRuleAri=rule) == NOT_RUNNING
        fleet_set(cloud.server, "rm-1", status="running")
        assert ess.refused("ExecuteScalingRule", ScalingRuleAri=rule) == (
            400, "IncorrectCapacity.NoChange", "To execute the specified scaling rule, the total capacity will not change.")
        for wrong in ("asr-none", rule.replace("scalingrule/", "scalingrule/x"), rule.replace("ari:", "")):
            assert ess.refused("ExecuteScalingRule", ScalingRuleAri=wrong) == (
                404, "InvalidScalingRuleAri.NotFound", "The specified scaling rule Ari does not exist.")
        ess.DisableScalingGroup(ScalingGroupId=group)
        assert ess.refused("ExecuteScalingRule", ScalingRuleAri=rule) == GROUP_STATE


def test_rows_of_changing_a_rule(ess):
    group = ess.make_group(configuration=False)
    one, other = (ess.CreateScalingRule(ScalingGroupId=group, ScalingRuleName=name, AdjustmentType="TotalCapacity", AdjustmentValue=1)[
        "ScalingRuleId"] for name in ("one", "other"))
    assert ess.refused("ModifyScalingRule", ScalingRuleId=one, ScalingRuleName="other") == (
        400, "InvalidScalingRuleName.Duplicate", "The specified value of parameter ScalingRuleName is duplicated.")
    assert ess.refused("ModifyScalingRule", ScalingRuleId=other, MinAdjustmentMagnitude=2) == (
        400, "InvalidMinAdjustmentMagnitudeMismatchAdjustmentType",
        "MinAdjustmentMagnitude is not supported by the specified adjustment type.")


def post_refused(ess, action, **parameters):
    """What is too long for a path."""
    signed = signing.v1_sign("POST", {**signing.v1_common(action, ess.cloud.key_id, ess.version, Format="JSON"), **parameters},
                             ess.cloud.secret)
    return ess.cloud.send("POST", "/", urllib.parse.urlencode(signed), {"Content-Type": signing.FORM}).fault


def test_user_data_that_is_too_long(ess):
    group = ess.make_group(configuration=False)
    made = ess.CreateScalingConfiguration(ScalingGroupId=group, ImageId=IMAGE, InstanceType=TYPE, UserData="a" * 1000)
    for action, more in (("CreateScalingConfiguration", {"ScalingGroupId": group, "ImageId": IMAGE, "InstanceType": TYPE}),
                         ("ModifyScalingConfiguration", {"ScalingConfigurationId": made["ScalingConfigurationId"]})):
        assert post_refused(ess, action, RegionId=REGION, UserData="a" * 32769, **more) == (
            400, "InvalidUserData.SizeExceeded", "The specified parameter UserData exceeds the size.")
