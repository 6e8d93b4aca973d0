"""kill -9 in the middle of scaling activities: each goes on where it stood, makes nothing twice and forgets nobody."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "api"))

from cloud import Cloud, load_fleet  # noqa: E402
from ess import Ess  # noqa: E402
from test_ess_outside import FLEET, backends  # noqa: E402


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
