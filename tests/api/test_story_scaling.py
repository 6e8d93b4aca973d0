"""The calls of two clients around scaling groups: Terraform's alicloud_ess_* resources, from create to destroy, and Kubernetes'
cluster-autoscaler. In their order, with their parameters and polls, and the members that they read."""

import pytest

from cloud import IMAGE, REGION, TYPE, ZONE, Refused
from ess import FIRST, LATER, Ess
from network import vpc_call
from products import LOCATION, call

GONE = {"InvalidScalingGroupId.NotFound", "InvalidInstanceId.NotFound", "IncorrectInstanceStatus"}  # success of a remove
AGAIN = {"ScalingActivityInProgress", "InvalidOperation.Conflict", "IncorrectScalingGroupStatus"}


def persist(cloud, do, codes=AGAIN, seconds=600):
    """What the call answers at last; how often it was to be tried again."""
    for tries in range(seconds):
        try:
            return do(), tries
        except Refused as refused:
            if refused.code not in codes:
                raise
        cloud.server.advance(1)
    raise AssertionError("never let through")


def poll(cloud, read, wanted, seconds=600):
    for _ in range(seconds):
        found = read()
        if found == wanted:
            return
        cloud.server.advance(1)
    raise AssertionError(f"{found} instead of {wanted}")


class Provider:
    """alicloud_ess_scaling_group, _scaling_configuration, _scaling_rule and _attachment."""

    def __init__(self, cloud, version):
        self.cloud, self.ess, self.ids = cloud, Ess(cloud, version), {}
        self.ess.PLURALS = {**Ess.PLURALS, "ScalingConfigurationId": "ScalingConfigurationIds", "ScalingRuleId": "ScalingRuleIds"}

    # ---- reads, as the provider puts them into its state

    def group(self):
        return self.ess.group(self.ids["group"])

    def read_group(self):
        group = self.group()
        return [group[name] for name in ("MinSize", "MaxSize", "ScalingGroupName", "DefaultCooldown", "MultiAZPolicy", "GroupType",
                                         "GroupDeletionProtection", "HealthCheckType", "DesiredCapacity", "LifecycleState")] + [
            self.ess.listed(group, plural, item) for plural, item in (
                ("RemovalPolicies", "RemovalPolicy"), ("VSwitchIds", "VSwitchId"))]

    def read_configuration(self):
        (found,) = self.ess.listed(self.ess.DescribeScalingConfigurations(ScalingConfigurationId=[self.ids["configuration"]]),
                                   "ScalingConfigurations", "ScalingConfiguration")
        assert found["ScalingGroupId"] == self.ids["group"]
        disks = self.ess.listed(found, "DataDisks", "DataDisk")
        return [found[name] for name in ("LifecycleState", "ImageId", "InstanceType", "ScalingConfigurationName",
                                         "SystemDiskCategory", "SystemDiskSize", "InternetMaxBandwidthOut", "UserData")] + [
            [disk[name] for name in ("Category", "Size", "DeleteWithInstance")] for disk in disks]

    def read_rule(self):
        (found,) = self.ess.listed(self.ess.DescribeScalingRules(ScalingRuleId=[self.ids["rule"]], ScalingGroupId=self.ids["group"]),
                                   "ScalingRules", "ScalingRule")
        return [found[name] for name in ("ScalingRuleType", "ScalingRuleName", "AdjustmentType", "AdjustmentValue", "Cooldown",
                                         "ScalingRuleAri")]

    def attached(self):
        return self.ess.members(self.ids["group"], CreationType="Attached", PageSize=50)

    def read_attachment(self):
        return sorted(member["InstanceId"] for member in self.attached())

    def read_all(self):
        return [self.read_group(), self.read_configuration(), self.read_rule(), self.read_attachment()]

    # ---- creates

    def create(self):
        ess = self.ess
        vpc = vpc_call(self.cloud, "CreateVpc", {"CidrBlock": "172.16.0.0/12"})["VpcId"]
        poll(self.cloud, lambda: vpc_call(self.cloud, "DescribeVpcAttribute", {"VpcId": vpc})["Status"], "Available")
        self.ids["vswitch"] = vpc_call(self.cloud, "CreateVSwitch", {"VpcId": vpc, "ZoneId": ZONE,
                                                                     "CidrBlock": "172.16.0.0/24"})["VSwitchId"]
        poll(self.cloud, lambda: vpc_call(self.cloud, "DescribeVSwitchAttributes", {"VSwitchId": self.ids["vswitch"]})["Status"],
             "Available")
        self.ids["group"] = ess.CreateScalingGroup(
            MinSize=0, MaxSize=5, ScalingGroupName=f"terraform-{ess.version}", DefaultCooldown=20, VSwitchIds=[self.ids["vswitch"]],
            RemovalPolicy=["OldestInstance", "NewestInstance"], MultiAZPolicy="PRIORITY", DesiredCapacity=0,
            GroupDeletionProtection=False, HealthCheckType="ECS", ClientToken=f"TF-group-{ess.version}")["ScalingGroupId"]
        assert self.group()["LifecycleState"] == "Inactive"
        self.ids["configuration"] = ess.CreateScalingConfiguration(
            ScalingGroupId=self.ids["group"], ImageId=IMAGE, InstanceType=TYPE, ScalingConfigurationName="small",
            InternetMaxBandwidthOut=0, UserData="ZWNobw==", ClientToken=f"TF-configuration-{ess.version}",
            DataDisk=[{"Category": "cloud_essd", "Size": 20, "DeleteWithInstance": True}],
            **{"SystemDisk.Category": "cloud_essd", "SystemDisk.Size": 40})["ScalingConfigurationId"]
        ess.EnableScalingGroup(ScalingGroupId=self.ids["group"], ActiveScalingConfigurationId=self.ids["configuration"])
        poll(self.cloud, lambda: self.group()["LifecycleState"], "Active")
        self.ids["rule"] = ess.CreateScalingRule(
            ScalingGroupId=self.ids["group"], ScalingRuleName="one-more", AdjustmentType="QuantityChangeInCapacity",
            AdjustmentValue=1, Cooldown=60, ScalingRuleType="SimpleScalingRule")["ScalingRuleId"]

    def attach(self, instances):
        persist(self.cloud, lambda: self.ess.AttachInstances(ScalingGroupId=self.ids["group"], InstanceId=instances))
        poll(self.cloud, lambda: {one["LifecycleState"] for one in self.ess.members(self.ids["group"], InstanceId=instances)},
             {"InService"})

    # ---- ends

    def remove(self, instances):
        """The activity, or None: there was nothing to remove."""
        try:
            reply, _ = persist(self.cloud, lambda: self.ess.RemoveInstances(ScalingGroupId=self.ids["group"], InstanceId=instances))
        except Refused as refused:
            assert refused.code in GONE
            return None
        return reply["ScalingActivityId"]

    def activity_status(self, activity):
        return self.ess.activity(activity)["StatusCode"]

    def destroy(self):
        self.ess.DeleteScalingRule(ScalingRuleId=self.ids["rule"])
        assert self.ess.DescribeScalingRules(ScalingRuleId=[self.ids["rule"]])["TotalCount"] == 0
        self.ess.DeleteScalingGroup(ScalingGroupId=self.ids["group"], ForceDelete=True)
        poll(self.cloud, self.group, None)


def apply(provider):
    """Create, plan again, change in place, plan again: the instances that are attached."""
    provider.create()
    instances = provider.cloud.make_instances(Amount=2, VSwitchId=provider.ids["vswitch"])
    poll(provider.cloud, lambda: {provider.cloud.instance(one)["Status"] for one in instances}, {"Running"})
    provider.attach(instances)
    before = provider.read_all()
    assert provider.read_all() == before
    assert before[0][:4] == [0, 5, f"terraform-{provider.ess.version}", 20] and before[0][-3:] == [
        "Active", ["OldestInstance", "NewestInstance"], [provider.ids["vswitch"]]]
    assert before[1] == ["Active", IMAGE, TYPE, "small", "cloud_essd", 40, 0, "ZWNobw==", ["cloud_essd", 20, True]]
    assert before[2][:5] == ["SimpleScalingRule", "one-more", "QuantityChangeInCapacity", 1, 60]
    assert before[3] == sorted(instances)
    ess, group = provider.ess, provider.ids["group"]
    ess.ModifyScalingGroup(ScalingGroupId=group, ScalingGroupName=f"changed-{ess.version}", MinSize=0, MaxSize=6, DefaultCooldown=30)
    ess.ModifyScalingConfiguration(ScalingConfigurationId=provider.ids["configuration"], ScalingConfigurationName="larger",
                                   **{"SystemDisk.Size": 60})
    ess.ModifyScalingRule(ScalingRuleId=provider.ids["rule"], AdjustmentValue=2)
    after = provider.read_all()
    assert after == provider.read_all()
    assert (after[0][:4], after[1][3], after[1][5], after[2][3]) == ([0, 6, f"changed-{ess.version}", 30], "larger", 60, 2)
    return instances


@pytest.mark.parametrize("version", [FIRST, LATER])
def test_terraform_from_create_to_destroy(cloud, version):
    """In pace instant: no wait is longer than the client's own."""
    provider = Provider(cloud, version)
    instances = apply(provider)
    activity = provider.remove(instances)
    assert provider.attached() == []  # after its three seconds: it does not wait for its minute
    done = provider.ess.activities(provider.ids["group"])[0]
    assert (done["ScalingActivityId"], done["StatusCode"]) == (activity, "Successful")
    assert provider.remove(instances) is None
    assert [cloud.instance(one)["Status"] for one in instances] == ["Running"] * 2
    provider.destroy()
    assert provider.remove(instances) is None


def test_terraform_waits_where_time_passes(slow_cloud):
    """In pace real: a second remove is tried again while the first goes on, and what it waits for is listed to the end."""
    provider = Provider(slow_cloud, FIRST)
    instances = apply(provider)
    first = provider.remove(instances[:1])
    assert provider.activity_status(first) == "InProgress"
    second = provider.remove(instances[1:])
    for activity in (first, second):
        poll(slow_cloud, lambda activity=activity: provider.activity_status(activity), "Successful")
    assert provider.attached() == []
    provider.destroy()


# ---- cluster-autoscaler

def capacities(ess, group):
    found = ess.group(group)
    assert found["EnableDesiredCapacity"] is True
    return [found[name] for name in ("ActiveCapacity", "PendingCapacity", "DesiredCapacity")]


def nodes(ess, group):
    """All members, by pages of 10 as the autoscaler asks."""
    found, page = [], 1
    while True:
        reply = ess.DescribeScalingInstances(ScalingGroupId=group, PageNumber=page, PageSize=10)
        assert (reply["PageNumber"], reply["PageSize"]) == (page, 10)
        found += [one["InstanceId"] for one in ess.listed(reply, "ScalingInstances", "ScalingInstance")]
        if page * 10 >= reply["TotalCount"]:
            return found
        page += 1


def test_autoscaler_grows_and_shrinks(slow_cloud):
    where = call(slow_cloud, LOCATION, "DescribeEndpoints", Id=REGION, ServiceCode="ess", Type="openAPI")
    (endpoint,) = where["Endpoints"]["Endpoint"]
    assert (endpoint["SerivceCode"], endpoint["Endpoint"], endpoint["Id"]) == ("ess", slow_cloud.server.endpoint, REGION)
    ess = Ess(slow_cloud)
    group = ess.make_group(MaxSize=20, DesiredCapacity=0, DefaultCooldown=0)
    (shown,) = ess.groups(group)
    (configuration,) = ess.listed(ess.DescribeScalingConfigurations(ScalingGroupId=group), "ScalingConfigurations",
                                  "ScalingConfiguration")
    assert (configuration["ScalingConfigurationId"], configuration["InstanceType"]) == (shown["ActiveScalingConfigurationId"], TYPE)
    types = slow_cloud.DescribeInstanceTypes(**{"InstanceTypes.1": TYPE})["InstanceTypes"]["InstanceType"]
    assert [one["InstanceTypeId"] for one in types] == [TYPE] and types[0]["CpuCoreCount"] and types[0]["MemorySize"]

    scaled = ess.ScaleWithAdjustment(ScalingGroupId=group, AdjustmentType="TotalCapacity", AdjustmentValue=13, SyncActivity=True,
                                     ActivityMetadata="cluster-autoscaler")["ScalingActivityId"]
    assert capacities(ess, group)[2] == 13
    poll(slow_cloud, lambda: ess.activity(scaled)["StatusCode"], "Successful")
    assert ess.activity(scaled)["ActivityMetadata"] == "cluster-autoscaler"
    assert capacities(ess, group) == [13, 0, 13]
    found = nodes(ess, group)
    assert len(found) == len(set(found)) == 13

    tried = 0
    for instance in found[:3]:  # one a call, as fast as it may
        reply, tries = persist(slow_cloud, lambda instance=instance: ess.RemoveInstances(ScalingGroupId=group, InstanceId=[instance]),
                               {"ScalingActivityInProgress"})
        tried += tries
        assert ess.activity(reply["ScalingActivityId"])["StatusCode"] in ("InProgress", "Successful")
    assert tried > 0
    poll(slow_cloud, lambda: capacities(ess, group), [10, 0, 10])
    assert nodes(ess, group) == found[3:]
    assert [slow_cloud.instance(instance) for instance in found[:3]] == [None] * 3
