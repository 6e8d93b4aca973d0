"""Random lives of two scaling groups, with faults, instances that stop or vanish, and kills: what must hold of groups holds
after each step, and once all has come to rest.

CLEAT_SCALING_ROUNDS is the number of lives (6), CLEAT_SCALING_SEED repeats a run. A life that breaks something is made
shorter as long as it still does, and printed."""

import os
import random
import sys

import pathlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "api"))

from cloud import REGION, Cloud, Refused, fleet_of, fleet_set, load_fleet  # noqa: E402
from ess import Ess  # noqa: E402
from products import SLB, call  # noqa: E402

ROUNDS = int(os.environ.get("CLEAT_SCALING_ROUNDS", "6"))
SEED = int(os.environ.get("CLEAT_SCALING_SEED", str(random.SystemRandom().randrange(10**9))))
STEPS = 40
N_INSTANCES = 6
MIN, MAX = 1, 4
FLEET = fleet_of(instances=[{"id": f"i-{n}", "private_ip": f"172.16.0.{n}"} for n in range(1, N_INSTANCES + 1)],
                 load_balancers=[{"id": f"lb-{n}", "region": REGION, "listeners": ["tcp:80"]} for n in (1, 2)])


class Broken(Exception):
    pass


def check(holds, what):
    if not holds:
        raise Broken(what)


class Life:
    """Two groups on a server; each step is a name and three numbers, which mean something whatever there is."""

    def __init__(self, server):
        self.cloud = Cloud(server)
        self.ess = Ess(self.cloud)
        load_fleet(server, FLEET)
        self.groups = [self.ess.make_group(MinSize=MIN, MaxSize=MAX, LoadBalancerIds='["lb-1"]'),
                       self.ess.make_group(MinSize=MIN, MaxSize=MAX, LoadBalancerIds='["lb-2"]', DesiredCapacity=2)]

    # ---- steps

    def attach(self, group, a, b):
        self.ess.AttachInstances(ScalingGroupId=group, InstanceId=[f"i-{(a + n) % N_INSTANCES + 1}" for n in range(b % 2 + 1)],
                                 Entrusted=b % 3 == 0)

    def member(self, group, a):
        members = sorted(self.ess.ids(group)) or ["i-none"]
        return members[a % len(members)]

    def detach(self, group, a, b):
        self.ess.DetachInstances(ScalingGroupId=group, InstanceId=[self.member(group, a)], DecreaseDesiredCapacity=b % 2 == 0)

    def remove(self, group, a, b):
        self.ess.RemoveInstances(ScalingGroupId=group, InstanceId=[self.member(group, a)], DecreaseDesiredCapacity=b % 2 == 0)

    def adjust(self, group, a, b):
        self.ess.ScaleWithAdjustment(ScalingGroupId=group, AdjustmentType="QuantityChangeInCapacity",
                                     AdjustmentValue=(a % 3 + 1) * (-1 if b % 2 else 1))

    def execute(self, group, a, b):
        rule = self.ess.CreateScalingRule(ScalingGroupId=group, AdjustmentType="PercentChangeInCapacity", AdjustmentValue=a * 5 - 150,
                                          MinAdjustmentMagnitude=b % 3 + 1, Cooldown=b)
        self.ess.ExecuteScalingRule(ScalingRuleAri=rule["ScalingRuleAri"])

    def resize(self, group, a, b):
        self.resize_to(group, a % (MAX + 1), max(a % (MAX + 1), b % MAX + 1))

    def resize_to(self, group, least, most):
        wanted = {"DesiredCapacity": least} if self.ess.group(group)["EnableDesiredCapacity"] else {}
        self.ess.ModifyScalingGroup(ScalingGroupId=group, MinSize=least, MaxSize=most, **wanted)

    def protect(self, group, a, b):
        self.ess.SetInstancesProtection(ScalingGroupId=group, InstanceId=[self.member(group, a)], ProtectedFromScaleIn=b % 2 == 0)

    def standby(self, group, a, b):
        move = self.ess.EnterStandby if b % 2 else self.ess.ExitStandby
        move(ScalingGroupId=group, InstanceId=[self.member(group, a)])

    def ill(self, group, a, b):
        self.ess.SetInstanceHealth(InstanceId=self.member(group, a), HealthStatus="Unhealthy" if b % 3 else "Healthy")

    def hook(self, group, a, b):
        self.ess.CreateLifecycleHook(ScalingGroupId=group, LifecycleTransition=("SCALE_IN", "SCALE_OUT")[a % 2],
                                     DefaultResult=("CONTINUE", "ABANDON", "ROLLBACK")[b % 3], HeartbeatTimeout=a + 30)

    def unhook(self, group, a, b):
        for hook in self.ess.listed(self.ess.DescribeLifecycleHooks(ScalingGroupId=group), "LifecycleHooks", "LifecycleHook"):
            self.ess.DeleteLifecycleHook(LifecycleHookId=hook["LifecycleHookId"])

    def complete(self, group, a, b):
        for activity in self.ess.activities(group, StatusCode="InProgress"):
            for action in self.ess.listed(self.ess.DescribeLifecycleActions(ScalingActivityId=activity["ScalingActivityId"],
                                                                            LifecycleActionStatus="Pending"),
                                          "LifecycleActions", "LifecycleAction"):
                self.ess.CompleteLifecycleAction(LifecycleHookId=action["LifecycleHookId"],
                                                 LifecycleActionToken=action["LifecycleActionToken"],
                                                 LifecycleActionResult=("CONTINUE", "ABANDON", "ROLLBACK")[a % 3])

    def stop(self, group, a, b):
        self.cloud.stop(self.member(group, a))

    def vanish(self, group, a, b):
        self.cloud.DeleteInstance(InstanceId=self.member(group, a), Force=True)

    def balancer(self, group, a, b):
        fleet_set(self.cloud.server, f"lb-{self.groups.index(group) + 1}", status="active" if b % 3 else "inactive")

    def switch(self, group, a, b):
        if b % 3 == 0:
            self.ess.DisableScalingGroup(ScalingGroupId=group)
        else:
            self.ess.EnableScalingGroup(ScalingGroupId=group)

    def fault(self, group, a, b):
        operation = ("AttachInstances", "DetachInstances", "RemoveInstances", "StopInstance")[a % 4]
        self.cloud.server.control("POST", "/_cleat/faults", {"operation": operation, "effect": "job-fails", "reason": "bad luck",
                                                                     "times": 1})

    def advance(self, group, a, b):
        self.cloud.server.advance((1, 3, 10, 30, 60, 300)[a % 6])

    def kill(self, group, a, b):
        self.cloud.server.kill9()
        self.cloud.server.start()

    NAMES = ("attach", "attach", "attach", "detach", "detach", "remove", "adjust", "adjust", "execute", "resize", "stop", "vanish",
             "protect", "standby", "standby", "ill", "hook", "unhook", "complete", "balancer", "switch", "fault", "kill") + \
        ("advance",) * 6

    def step(self, name, number, a, b):
        try:
            getattr(self, name)(self.groups[number], a, b)
        except Refused as refused:
            check(refused.status in (400, 403, 404), f"{name} was answered {refused}")

    # ---- what must hold

    def backends(self, number):
        servers = call(self.cloud, SLB, "DescribeLoadBalancerAttribute", RegionId=REGION, LoadBalancerId=f"lb-{number + 1}")
        return {one["ServerId"] for one in servers["BackendServers"]["BackendServer"]}

    def always(self):
        seen = set()
        for number, group in enumerate(self.groups):
            members = self.ess.members(group)
            ids = {one["InstanceId"] for one in members}
            check(len(ids) == len(members) and not ids & seen, f"an instance is in two groups, or twice in one: {ids & seen}")
            seen |= ids
            check(len(members) <= MAX, f"{group} has {len(members)} members")
            check(len(self.ess.activities(group, StatusCode="InProgress")) <= 1, f"{group} has two activities")
            check(self.backends(number) <= ids, f"behind lb-{number + 1} stands somebody who is no member")
            shown = self.ess.group(group)
            check(shown["TotalCapacity"] == len(members) == sum(shown[name + "Capacity"] for name in (
                "Active", "Pending", "PendingWait", "Removing", "RemovingWait", "Protected", "Standby", "Stopped")),
                  f"the capacities of {group} do not add up")

    def at_rest(self):
        """Everything is as it is to be, and nobody has to be asked again."""
        for number, group in enumerate(self.groups):
            self.step("balancer", number, 0, 1)
            self.step("switch", number, 0, 1)
            self.step("unhook", number, 0, 0)
            self.resize_to(group, MIN, MAX)
            for one in self.ess.members(group):
                for calm in ({"action": "ExitStandby"}, {"action": "SetInstancesProtection", "ProtectedFromScaleIn": False}):
                    self.ess.ask(calm.pop("action"), ScalingGroupId=group, InstanceId=[one["InstanceId"]], **calm)
        self.cloud.server.control("POST", "/_cleat/faults/clear", {})
        for _ in range(12):
            self.cloud.server.advance(310)
        for number, group in enumerate(self.groups):
            members = self.ess.members(group)
            states = {one["InstanceId"]: one["LifecycleState"] for one in members}
            check(set(states.values()) <= {"InService"}, f"{group} does not come to rest: {states}")
            check(MIN <= len(members) <= MAX, f"{group} has {len(members)} members at rest")
            check(not self.ess.activities(group, StatusCode="InProgress"), f"{group} has an activity at rest")
            check(self.backends(number) == set(states), f"lb-{number + 1} has {self.backends(number)}, not {set(states)}")
            check({self.cloud.instance(one)["Status"] for one in states} <= {"Running"}, f"{group} keeps who does not run")
            shown = self.ess.group(group)
            if shown["EnableDesiredCapacity"]:
                check(shown["DesiredCapacity"] == len(members), f"{group} does not keep its capacity: {shown['DesiredCapacity']}")


def make_steps(rand):
    return [(rand.choice(Life.NAMES), rand.randrange(2), rand.randrange(60), rand.randrange(60)) for _ in range(STEPS)]


def live(make_server, steps):
    """What is broken, or None."""
    server = make_server(durable=True, clock="manual", pace="real")
    try:
        life = Life(server)
        for one in steps:
            life.step(*one)
            life.always()
        life.at_rest()
    except Broken as broken:
        return str(broken)
    finally:
        server.stop()
    return None


def shrink(make_server, steps):
    """As few steps as still break something, by leaving out ever smaller parts."""
    size = len(steps) // 2
    while size:
        at = 0
        while at < len(steps):
            shorter = steps[:at] + steps[at + size:]
            if live(make_server, shorter):
                steps = shorter
            else:
                at += size
        size //= 2
    return steps


def test_random_lives_of_groups(make_server):
    for number in range(ROUNDS):
        steps = make_steps(random.Random(f"{SEED}/{number}"))
        broken = live(make_server, steps)
        if broken:
            steps = shrink(make_server, steps)
            lines = "\n".join(f"    {one}," for one in steps)
            raise AssertionError(f"CLEAT_SCALING_SEED={SEED}, life {number}: {live(make_server, steps) or broken}; steps:\n{lines}")
