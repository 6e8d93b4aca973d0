"""kill -9 in the middle of scaling activities: each goes on where it stood, makes nothing twice and forgets nobody."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "api"))

from cloud import Cloud, load_fleet  # noqa: E402
from ess import Ess  # noqa: E402
from test_ess_outside import FLEET, backends, white_list  # noqa: E402


@pytest.fixture
def ess(make_server):
    ess = Ess(Cloud(make_server(durable=True, clock="manual", pace="real")))
    load_fleet(ess.cloud.server, FLEET)
    return ess


def killed(ess, seconds):
    if seconds:
        ess.cloud.server.advance(seconds)
    ess.cloud.server.kill9()
    ess.cloud.server.start()


@pytest.mark.parametrize("moments", [(0,), (3,), (30,), (62,), (63,), (0, 3, 27, 32, 1)], ids=str)
def test_a_detach_goes_on_where_it_stood(ess, moments):
    group = ess.make_group(LoadBalancerIds='["lb-1"]', DesiredCapacity=0)
    ess.AttachInstances(ScalingGroupId=group, InstanceId=["i-1", "i-2"])
    ess.cloud.server.advance(10)
    activity = ess.DetachInstances(ScalingGroupId=group, InstanceId=["i-1"])["ScalingActivityId"]
    for seconds in moments:
        killed(ess, seconds)
    elapsed = sum(moments)
    assert ("i-1" in ess.ids(group)) == (elapsed < 63)
    assert backends(ess.cloud).get("i-1") == (50 if elapsed < 3 else 0 if elapsed < 63 else None)
    ess.cloud.server.advance(65 - elapsed)
    done = ess.activity(activity)
    assert (done["StatusCode"], done["TotalCapacity"]) == ("Successful", "1")
    assert ess.ids(group) == {"i-2"} and ess.group(group)["DesiredCapacity"] == 1
    assert ess.cloud.instance("i-1")["Status"] == "Running"


@pytest.mark.parametrize("kills", range(1, 5))
def test_growing_makes_each_instance_once(ess, kills):
    group = ess.make_group(LoadBalancerIds='["lb-1"]')
    for kind, value in (("TotalCapacity", 3), ("TotalCapacity", 1)):
        activity = ess.ScaleWithAdjustment(ScalingGroupId=group, AdjustmentType=kind, AdjustmentValue=value)["ScalingActivityId"]
        for _ in range(kills):
            killed(ess, 240 // kills / 2)
        for _ in range(4):
            ess.cloud.server.advance(100)
        done = ess.activity(activity)
        assert (done["StatusCode"], done["TotalCapacity"]) == ("Successful", str(value))
        assert ess.ids(group, LifecycleState="InService") == ess.ids(group) == set(backends(ess.cloud))
    fleet = {one["id"] for one in FLEET["accounts"][0]["instances"]}
    assert {one["InstanceId"] for one in ess.cloud.instances()} - fleet == ess.ids(group)


def grown(ess, group):
    return ess.ScaleWithAdjustment(ScalingGroupId=group, AdjustmentType="TotalCapacity", AdjustmentValue=3)


def attached(ess, group):
    return ess.AttachInstances(ScalingGroupId=group, InstanceId=["i-2", "i-3"], LifecycleHook=True)


def detached(ess, group):
    return ess.DetachInstances(ScalingGroupId=group, InstanceId=["i-1"], LifecycleHook=True)


def removed(ess, group):
    return ess.RemoveInstances(ScalingGroupId=group, InstanceId=["i-1"])


def replaced(ess, group):
    return ess.SetInstanceHealth(InstanceId="i-1", HealthStatus="Unhealthy")


def ended(ess, group):
    return ess.DeleteScalingGroup(ScalingGroupId=group, ForceDelete=True)


@pytest.mark.parametrize("begin, size", [(grown, 3), (attached, 3), (detached, 0), (removed, 0), (replaced, 0), (ended, 0)],
                         ids=lambda value: getattr(value, "__name__", None))
@pytest.mark.parametrize("seconds", [4, 31])
def test_every_kind_goes_on_where_it_stood(ess, begin, size, seconds):
    """Killed again and again, while a hook holds it too, it ends as it would have."""
    group = ess.make_group(LoadBalancerIds='["lb-1"]', DBInstanceIds='["rm-1"]')
    ess.AttachInstances(ScalingGroupId=group, InstanceId=["i-1"], Entrusted=True)
    ess.cloud.server.advance(10)
    for transition in ("SCALE_IN", "SCALE_OUT"):
        ess.CreateLifecycleHook(ScalingGroupId=group, LifecycleTransition=transition, HeartbeatTimeout=40)
    before = len(ess.activities(group))
    begin(ess, group)
    killed(ess, 0)
    seen = set()
    for _ in range(250 // seconds):
        killed(ess, seconds)
        seen |= {one["LifecycleState"] for one in ess.members(group)}
    for _ in range(3):
        ess.cloud.server.advance(100)
    (done,) = ess.activities(group)[:len(ess.activities(group)) - before]
    assert (done["StatusCode"], done["TotalCapacity"], done["Progress"]) == ("Successful", str(size), 100)
    assert ess.ids(group) == ess.ids(group, LifecycleState="InService") == set(backends(ess.cloud)) and len(ess.ids(group)) == size
    assert len(white_list(ess.cloud, group) - {"127.0.0.1", ""}) == size
    assert (ess.group(group) is None) == (begin is ended)
    assert bool(seen & {"Pending:Wait", "Removing:Wait"}) == (begin is not ended)
    gone = begin in (removed, replaced, ended)
    fleet = {one["id"] for one in FLEET["accounts"][0]["instances"]}
    assert {one["InstanceId"] for one in ess.cloud.instances()} == (fleet | ess.ids(group)) - ({"i-1"} if gone else set())


def test_a_group_that_was_to_be_looked_at_is_looked_at(ess):
    group = ess.make_group(MinSize=1)
    killed(ess, 0)
    for _ in range(4):
        ess.cloud.server.advance(100)
    (made,) = ess.ids(group, LifecycleState="InService")
    ess.cloud.stop(made)
    killed(ess, 21)
    assert ess.ids(group) == {made}
    killed(ess, 31)
    for _ in range(5):
        ess.cloud.server.advance(100)
    (other,) = ess.ids(group, LifecycleState="InService")
    assert other != made and ess.cloud.instance(made) is None
