"""What an account is told of Auto Scaling itself, in both editions of the API: where it is, how much of it there may be."""

import json

import pytest

from cloud import IMAGE, REGION, TYPE, Cloud, load_fleet
from ess import FIRST, LATER, Ess
from products import STS, call
from test_ess_rights import UNAUTHORIZED
from test_policies import KEY, allow, fleet, policy

NONE_HERE = {f"MaxNumberOf{name}": 0 for name in ("ScheduledTasks", "NotificationConfigurations", "VServerGroups", "AlbServerGroup",
                                                  "NlbServerGroup")}


@pytest.fixture(params=[FIRST, LATER])
def ess(cloud, request):
    return Ess(cloud, request.param)


def test_regions(ess):
    regions = ess.listed(ess.DescribeRegions(), "Regions", "Region")
    assert [each["RegionId"] for each in regions] == [each["RegionId"] for each in ess.cloud.DescribeRegions()["Regions"]["Region"]]
    assert regions[0] == {"RegionId": REGION, "LocalName": "华东1（杭州）", "RegionEndpoint": f"ess.{REGION}.aliyuncs.com",
                          "VpcUnavailable": False, "ClassicUnavailable": True}
    for language in ("en-US", "ja"):
        assert ess.listed(ess.DescribeRegions(AcceptLanguage=language), "Regions", "Region")[0]["LocalName"] == REGION
    assert ess.refused("DescribeRegions", AcceptLanguage="tlh") == (
        404, "InvalidAcceptLanguage.NotFound", "Only Chinese (zh-CN), English (en-US), and Japanese (ja) are allowed.")


def limits(ess):
    told = ess.DescribeLimitation()
    del told["RequestId"]
    return told


def test_limits_are_those_that_hold(own_cloud):
    """Each is reached, and what is one more is refused."""
    ess = Ess(own_cloud())
    told = limits(ess)
    assert told == limits(Ess(ess.cloud, LATER))
    assert NONE_HERE.items() <= told.items()

    def refused(action, **more):
        return ess.refused(action, **{"MinSize": 0, "MaxSize": 1, **more})[1]

    most = told["MaxNumberOfMaxSize"]
    assert told["MaxNumberOfMinSize"] == most
    group = ess.make_group(MinSize=most, MaxSize=most, configuration=False)
    assert refused("CreateScalingGroup", MaxSize=most + 1) == "InvalidParameter"
    for name, parameter, code in (("LoadBalancers", "LoadBalancerIds", "InvalidLoadBalancerId.NotFound"),
                                  ("DBInstances", "DBInstanceIds", "InvalidDBInstanceId.NotFound")):
        ids = [f"x-{i}" for i in range(told["MaxNumberOf" + name])]
        assert refused("CreateScalingGroup", **{parameter: json.dumps(ids)}) == code
        assert refused("CreateScalingGroup", **{parameter: json.dumps([*ids, "x"])}) == "InvalidParameter"
    ids = [f"x-{i}" for i in range(told["MaxNumberOfLoadBalancers"])]
    assert refused("CreateScalingGroup", LoadBalancerIds=json.dumps(ids), LoadBalancerConfig=[{"LoadBalancerId": "x"}]) == (
        "InvalidParameter")
    for kind, more in (("LifecycleHook", {"LifecycleTransition": "SCALE_IN"}),
                       ("ScalingRule", {"AdjustmentType": "TotalCapacity", "AdjustmentValue": 1}),
                       ("ScalingConfiguration", {"ImageId": IMAGE, "InstanceType": TYPE})):
        for _ in range(told[f"MaxNumberOf{kind}s"]):
            ess.call("Create" + kind, ScalingGroupId=group, **more)
        assert refused("Create" + kind, ScalingGroupId=group, **more) == "QuotaExceeded." + kind
    for _ in range(told["MaxNumberOfScalingGroups"] - 1):
        ess.make_group(configuration=False)
    assert refused("CreateScalingGroup") == "QuotaExceeded.ScalingGroup"


def test_account_is_verified(ess):
    account = call(ess.cloud, STS, "GetCallerIdentity")["AccountId"]
    for more in ({}, {"Uid": account}, {"OnlyCheck": True}, {"Uid": account, "OnlyCheck": False}):
        assert set(ess.VerifyAuthentication(**more)) == {"RequestId"}
    for wrong in ({"Uid": 1}, {"Uid": "me"}, {"OnlyCheck": "perhaps"}):
        assert ess.refused("VerifyAuthentication", **wrong)[:2] == (400, "InvalidParameter")
    assert set(ess.VerifyUser()) == {"RequestId"} == set(ess.VerifyUser(RegionId=None))
    assert ess.refused("VerifyUser", RegionId="mars") == (404, "InvalidRegionId.NotFound", "The specified region does not exist.")


@pytest.mark.parametrize("version", [FIRST, LATER])
def test_who_may_see_regions_may_verify(server, version):
    for permitted in (True, False):
        load_fleet(server, fleet(policy(allow("ess:DescribeRegions" if permitted else "ess:Verify*"))))
        alice = Ess(Cloud(server, *KEY), version)
        for action in ("DescribeRegions", "VerifyAuthentication", "VerifyUser"):
            reply = alice.ask(action)
            assert reply.status == 200 if permitted else reply.fault == UNAUTHORIZED
        assert alice.ask("DescribeLimitation").fault == UNAUTHORIZED
