"""Load balancers and databases of a group: what they must be like, and that they follow its members."""

import pytest

from cloud import REGION, fleet_of, fleet_set, load_fleet
from ess import FIRST, LATER, Ess
from products import RDS, SLB, call

FLEET = fleet_of(instances=[{"id": f"i-{n}", "private_ip": f"172.16.0.{n}"} for n in range(1, 5)],
                 load_balancers=[{"id": "lb-1", "region": REGION, "listeners": ["tcp:80"]},
                                 {"id": "lb-plain", "region": REGION, "listeners": ["tcp:80"], "health_check": False}],
                 db_instances=[{"id": "rm-1", "region": REGION}])
NOT_ACTIVE = (400, "IncorrectLoadBalancerStatus", "The current status of the specified load balancer does not support this action.")
NOT_RUNNING = (400, "IncorrectDBInstanceStatus", "The current status of DB instance “rm-1” does not support this action.")


@pytest.fixture(params=[FIRST, LATER])
def ess(own_cloud, request):
    cloud = own_cloud()
    load_fleet(cloud.server, FLEET)
    return Ess(cloud, request.param)


def make_group(ess, **more):
    return ess.make_group(**{"LoadBalancerIds": '["lb-1"]', "DBInstanceIds": '["rm-1"]', **more})


def backends(cloud):
    servers = call(cloud, SLB, "DescribeLoadBalancerAttribute", RegionId=REGION, LoadBalancerId="lb-1")
    return {one["ServerId"]: one["Weight"] for one in servers["BackendServers"]["BackendServer"]}


def white_list(cloud, group):
    lists = call(cloud, RDS, "DescribeDBInstanceIPArrayList", RegionId=REGION, DBInstanceId="rm-1")
    found = {one["DBInstanceIPArrayName"]: one["SecurityIPList"] for one in lists["Items"]["DBInstanceIPArray"]}
    return set(found.get(group, "").split(","))


def test_members_stand_behind_the_balancer_and_may_reach_the_database(ess):
    group = make_group(ess)
    assert ess.listed(ess.group(group), "LoadBalancerIds", "LoadBalancerId") == ["lb-1"]
    ess.AttachInstances(ScalingGroupId=group, InstanceId=["i-1", "i-2"], LoadBalancerWeight=[10, 20])
    assert backends(ess.cloud) == {"i-1": 10, "i-2": 20}
    assert white_list(ess.cloud, group) == {"172.16.0.1", "172.16.0.2"}
    ess.DetachInstances(ScalingGroupId=group, InstanceId=["i-1"], DetachOption="both")
    assert backends(ess.cloud) == {"i-2": 20} and white_list(ess.cloud, group) == {"172.16.0.2"}
    assert ess.cloud.instance("i-1")["Status"] == "Running"


def test_without_detach_option_the_editions_differ(ess):
    group = make_group(ess)
    ess.AttachInstances(ScalingGroupId=group, InstanceId=["i-1"])
    ess.DetachInstances(ScalingGroupId=group, InstanceId=["i-1"])
    assert ess.ids(group) == set()
    assert backends(ess.cloud) == ({} if ess.version == FIRST else {"i-1": 50})


def test_made_instances_come_and_go_with_the_balancer(ess):
    group = make_group(ess, MinSize=1)
    (made,) = ess.ids(group)
    assert backends(ess.cloud) == {made: 50}
    ess.ScaleWithAdjustment(ScalingGroupId=group, AdjustmentType="TotalCapacity", AdjustmentValue=2)
    assert backends(ess.cloud).keys() == ess.ids(group)
    ess.ScaleWithAdjustment(ScalingGroupId=group, AdjustmentType="TotalCapacity", AdjustmentValue=1)
    assert backends(ess.cloud).keys() == ess.ids(group) and len(ess.ids(group)) == 1


def test_an_instance_that_vanishes_may_not_reach_the_database(ess):
    """Its address may soon be another's."""
    group = make_group(ess)
    ess.AttachInstances(ScalingGroupId=group, InstanceId=["i-1", "i-2"])
    ess.cloud.DeleteInstance(InstanceId="i-1", Force=True)
    assert ess.ids(group) == {"i-2"}
    assert backends(ess.cloud) == {"i-2": 50} and white_list(ess.cloud, group) == {"172.16.0.2"}


def test_who_is_gone_stands_behind_no_balancer(own_cloud):
    """A removal that is taken back puts nobody back who is not there."""
    cloud = own_cloud(clock="manual", pace="real")
    load_fleet(cloud.server, FLEET)
    ess = Ess(cloud)
    group = make_group(ess)
    ess.AttachInstances(ScalingGroupId=group, InstanceId=["i-1"])
    cloud.server.advance(10)
    ess.CreateLifecycleHook(ScalingGroupId=group, LifecycleTransition="SCALE_IN", DefaultResult="ROLLBACK", HeartbeatTimeout=30)
    cloud.DeleteInstance(InstanceId="i-1", Force=True)
    for _ in range(4):
        cloud.server.advance(31)
    assert ess.activities(group)[0]["StatusCode"] == "Failed" and ess.ids(group, LifecycleState="InService") == {"i-1"}
    assert backends(cloud) == {} and white_list(cloud, group) == {"127.0.0.1"}


@pytest.fixture
def crowded(own_cloud):
    """(cloud, ids that are behind lb-1 by now): room for one more, and for three more addresses in rm-1."""
    cloud = own_cloud()
    ids = [f"i-{n}" for n in range(1, 203)]
    load_fleet(cloud.server, fleet_of(
        instances=[{"id": one, "private_ip": f"172.16.1.{n}"} for n, one in enumerate(ids, 1)],
        load_balancers=[{"id": "lb-1", "region": REGION, "listeners": ["tcp:80"], "backends": [{"instance": one} for one in ids[3:]]}],
        db_instances=[{"id": "rm-1", "region": REGION, "ip_arrays": [
            {"name": "full", "addresses": [f"10.0.{n // 250}.{n % 250 + 1}" for n in range(996)]}]}]))
    return cloud, set(ids[3:])


def test_who_has_no_room_behind_a_balancer_does_not_join(crowded):
    """A load balancer has room for 200: the others are put back alone, and named."""
    cloud, there = crowded
    ess = Ess(cloud)
    group = make_group(ess)
    done = ess.activity(ess.AttachInstances(ScalingGroupId=group, InstanceId=["i-1", "i-2"])["ScalingActivityId"])
    assert (done["StatusCode"], done["TotalCapacity"]) == ("Warning", "1")
    (joined,) = ess.ids(group, LifecycleState="InService")
    ((failed,),) = [one["FailedInstanceIds"]["FailedInstanceIds"] for one in ess.listed(done, "ErrorMessages", "ErrorMessages")]
    assert {joined, failed} == {"i-1", "i-2"} and done["ErrorMessage"] == f"load-balancer-full: {failed}"
    assert set(backends(cloud)) == there | {joined}
    assert white_list(cloud, group) == {cloud.instance(joined)["VpcAttributes"]["PrivateIpAddress"]["IpAddress"][0]}
    assert cloud.instance(failed)["Status"] == "Running"


def test_who_has_no_room_in_a_white_list_does_not_join(crowded):
    cloud, _ = crowded
    ess = Ess(cloud)
    group = ess.make_group(DBInstanceIds='["rm-1"]')
    done = ess.activity(ess.AttachInstances(ScalingGroupId=group, InstanceId=["i-1", "i-2", "i-3", "i-4"])["ScalingActivityId"])
    assert (done["StatusCode"], done["TotalCapacity"]) == ("Warning", "3")
    assert done["ErrorMessage"].startswith("db-white-list-full: i-") and len(white_list(cloud, group)) == 3


def test_what_is_named_twice_is_there_once(ess):
    group = ess.make_group(LoadBalancerIds='["lb-1", "lb-1"]', DBInstanceIds='["rm-1", "rm-1"]')
    shown = ess.group(group)
    assert ess.listed(shown, "LoadBalancerIds", "LoadBalancerId") == ["lb-1"]
    assert ess.listed(shown, "DBInstanceIds", "DBInstanceId") == ["rm-1"]


def test_rows_of_balancer_and_database_in_their_order(ess):
    """Behind the instances, before MinSize."""
    group = make_group(ess, MinSize=1, MaxSize=1)
    (member,) = ess.ids(group)
    fleet_set(ess.cloud.server, "lb-1", status="inactive")
    fleet_set(ess.cloud.server, "rm-1", status="rebooting")
    leaving = [("DetachInstances", {"InstanceId": [member]}), ("RemoveInstances", {"InstanceId": [member]})]
    others = [("AttachInstances", {"InstanceId": ["i-1"]}),
              ("ScaleWithAdjustment", {"AdjustmentType": "TotalCapacity", "AdjustmentValue": 1})]
    for action, more in leaving:
        assert ess.refused(action, ScalingGroupId=group, InstanceId=[member, "i-none"])[1] == "InvalidInstanceId.NotFound"
    for expected in (NOT_ACTIVE, NOT_RUNNING):
        for action, more in leaving + others:
            assert ess.refused(action, ScalingGroupId=group, **more) == expected, action
        fleet_set(ess.cloud.server, "lb-1", status="active")
    fleet_set(ess.cloud.server, "rm-1", status="running")
    assert {ess.refused(action, ScalingGroupId=group, **more)[1] for action, more in leaving} == {"IncorrectCapacity.MinSize"}
    assert ess.refused("AttachInstances", ScalingGroupId=group, InstanceId=["i-1"])[1] == "IncorrectCapacity.MaxSize"


def test_rows_of_a_group_with_balancers_and_databases(ess):
    def refused(**more):
        return ess.refused("CreateScalingGroup", MinSize=0, MaxSize=1, **more)

    assert refused(LoadBalancerIds='["lb-none"]') == (404, "InvalidLoadBalancerId.NotFound",
                                                      "The specified Load Balancer does not exist.")
    assert refused(LoadBalancerConfig=[{"LoadBalancerId": "lb-none"}])[1] == "InvalidLoadBalancerId.NotFound"
    assert refused(LoadBalancerIds='["lb-plain"]') == (
        400, "IncorrectLoadBalancerHealthCheck",
        "The current health check type of specified load balancer does not support this action.")
    assert refused(DBInstanceIds='["rm-none"]') == (404, "InvalidDBInstanceId.NotFound", "DB instance “rm-none” does not exist.")
    for value in ("lb-1", "{}", "[1]", '["a,b"]', '[""]'):
        assert refused(LoadBalancerIds=value)[:2] == (400, "InvalidParameter")
    fleet_set(ess.cloud.server, "lb-1", status="inactive")
    assert refused(LoadBalancerIds='["lb-1"]') == NOT_ACTIVE
    fleet_set(ess.cloud.server, "rm-1", status="rebooting")
    assert refused(DBInstanceIds='["rm-1"]') == NOT_RUNNING


def test_the_drain_of_a_minute_is_kept(own_cloud):
    cloud = own_cloud(clock="manual", pace="real")
    load_fleet(cloud.server, FLEET)
    ess = Ess(cloud)
    group = make_group(ess)
    ess.AttachInstances(ScalingGroupId=group, InstanceId=["i-1"])
    cloud.server.advance(10)
    ess.DetachInstances(ScalingGroupId=group, InstanceId=["i-1"])
    cloud.server.advance(62)
    assert backends(cloud) == {"i-1": 0} and ess.ids(group, LifecycleState="Removing") == {"i-1"}
    cloud.server.advance(1)
    assert backends(cloud) == {} and ess.ids(group) == set()
    assert ess.activities(group)[0]["StatusCode"] == "InProgress"
    cloud.server.advance(2)
    assert ess.activities(group)[0]["StatusCode"] == "Successful"


def test_in_quick_pace_the_drain_is_short(own_cloud):
    cloud = own_cloud(clock="manual", pace="quick")
    load_fleet(cloud.server, FLEET)
    ess = Ess(cloud)
    group = make_group(ess)
    ess.AttachInstances(ScalingGroupId=group, InstanceId=["i-1"])
    cloud.server.advance(3)
    ess.DetachInstances(ScalingGroupId=group, InstanceId=["i-1"])
    cloud.server.advance(3)
    assert backends(cloud) == {} and ess.ids(group) == set()
