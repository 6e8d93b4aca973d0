"""Activities of as many instances as there may be: what they need grows with the instances, not with their square."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "api"))

from cloud import SLOWER, Cloud  # noqa: E402
from ess import LATER, Ess  # noqa: E402

MOST = 100 * 1024  # KiB; lists that were copied for each of their words needed five times as much


def peak(server):
    for line in pathlib.Path(f"/proc/{server.pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise AssertionError("the kernel tells no VmHWM")


def adjust(ess, group, total):
    return ess.ScaleWithAdjustment(ScalingGroupId=group, AdjustmentType="TotalCapacity", AdjustmentValue=total)["ScalingActivityId"]


def rolled_back(ess, activity):
    """How many instances the hooks of the activity held; it is taken back."""
    action = ess.DescribeLifecycleActions(ScalingActivityId=activity)["LifecycleActions"][0]
    ess.CompleteLifecycleAction(LifecycleHookId=action["LifecycleHookId"], LifecycleActionResult="ROLLBACK",
                                LifecycleActionToken=action["LifecycleActionToken"])
    done = ess.activity(activity)
    assert done["StatusCode"] == "Failed" and set(done["ErrorMessages"][0]["FailedInstanceIds"]) == set(action["InstanceIds"])
    return len(action["InstanceIds"])


@pytest.mark.skipif(SLOWER > 1, reason="a sanitizer keeps what was freed")
def test_many_instances_come_to_nothing_in_little_room(make_server):
    server = make_server(store_run_twice=False)
    ess = Ess(Cloud(server), LATER)
    group = ess.make_group(MaxSize=1000)
    hook = ess.CreateLifecycleHook(ScalingGroupId=group, LifecycleTransition="SCALE_OUT")["LifecycleHookId"]
    assert rolled_back(ess, adjust(ess, group, 500)) == 500
    ess.DeleteLifecycleHook(LifecycleHookId=hook)
    for total in (500, 1000):
        adjust(ess, group, total)
    for _ in range(10):
        ess.CreateLifecycleHook(ScalingGroupId=group, LifecycleTransition="SCALE_IN")
    assert rolled_back(ess, adjust(ess, group, 0)) == 1000
    assert ess.group(group)["ActiveCapacity"] == 1000
    assert peak(server) < MOST
