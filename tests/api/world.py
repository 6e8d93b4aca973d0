"""One of everything in an account, and how each operation is called with it: what the test of isolation is made of.

An operation that is new fails that test by its name until it has a row in FEED, and a parameter that may hold an id until it has
one in HOLDS."""

import dataclasses
import json

import signing
import ess
from cloud import IMAGE, TYPE, ZONE, Cloud, Refused, fleet_of, load_fleet
from network import VPC, make_group, make_network, make_vpc, make_vswitch
from products import BSS, LOCATION, RDS, SLB, STS, ask, call

FAR, FAR_ZONE = "cn-beijing", "cn-beijing-h"

VERSIONS = {"ecs": signing.VERSION, "vpc": VPC, "sts": STS, "location": LOCATION, "bssapi": BSS, "slb": SLB, "rds": RDS,
            "ess": ess.FIRST}
# The later edition of an API has the same operations under the same rows; it is called as the first is, in its own words.
LATER = {"ess later": ("ess", ess.LATER)}

# What belongs to no account, or is not called with a key of one.
OF_NO_ACCOUNT = {
    "control": "the server's own, with its token",
    "metadata": "read inside an instance, without a key",
}

# How each operation is called with things of one's own: "@kind" is one of them, "@@kind" all.
NAMED = {"RegionId": "cn-hangzhou"}
TAGGED = {**NAMED, "ResourceType": "disk", "Tag.1.Key": "own", "Tag.1.Value": "1"}
DISK, INSTANCE, GROUP = {"DiskId": "@free"}, {"InstanceId": "@instance"}, {**NAMED, "SecurityGroupId": "@group"}
RULE = {**GROUP, "IpProtocol": "tcp", "PortRange": "1/1"}
RUN = {**NAMED, "ZoneId": ZONE, "ImageId": IMAGE, "InstanceType": TYPE}
VSWITCH, VPC_OF = {**NAMED, "VSwitchId": "@vswitch"}, {**NAMED, "VpcId": "@vpc"}
BALANCER = {**NAMED, "LoadBalancerId": "@balancer"}
VPC_TAGGED = {**NAMED, "ResourceType": "VPC", "ResourceId.1": "@vpc"}
SCALING, MEMBER = {**NAMED, "ScalingGroupId": "@scaling_group"}, {**NAMED, "ScalingGroupId": "@scaling_group", "InstanceId.1": "@member"}
SCALING_TAGGED = {**NAMED, "ResourceType": "scalinggroup", "ResourceId.1": "@scaling_group"}
CONFIGURATION = {"ScalingConfigurationId": "@configuration_2"}

FEED = {
    "ecs": {
        "AddTags": {**TAGGED, "ResourceId": "@free"},
        "AttachDisk": {**DISK, **INSTANCE},
        "AuthorizeSecurityGroup": {**RULE, "SourceCidrIp": "10.0.0.0/8"},
        "AuthorizeSecurityGroupEgress": {**RULE, "DestCidrIp": "10.0.0.0/8"},
        "CancelTask": {**NAMED, "TaskId": "@held_task"},
        "CreateDisk": {**NAMED, "ZoneId": ZONE, "DiskCategory": "cloud_essd", "Size": 50},
        "CreateInstance": RUN,
        "CreateSecurityGroup": VPC_OF,
        "CreateSnapshot": {"DiskId": "@attached"},
        "DeleteDisk": DISK,
        "DeleteInstance": {**INSTANCE, "Force": "true"},
        "DeleteInstances": {**NAMED, "InstanceId.1": "@instance", "Force": "true"},
        "DeleteSecurityGroup": {**NAMED, "SecurityGroupId": "@group_2"},
        "DeleteSnapshot": {"SnapshotId": "@snapshot"},
        "DescribeAccountAttributes": NAMED,
        "DescribeAvailableResource": {**NAMED, "DestinationResource": "Zone"},
        "DescribeDisks": {"PageSize": 100},
        "DescribeImages": NAMED,
        "DescribeInstanceAttachmentAttributes": {**NAMED, "InstanceIds": ["@instance"]},
        "DescribeInstanceAttribute": INSTANCE,
        "DescribeInstanceAutoRenewAttribute": {**NAMED, "InstanceId": "@prepaid"},
        "DescribeInstanceHistoryEvents": NAMED,
        "DescribeInstanceMaintenanceAttributes": NAMED,
        "DescribeInstanceRamRole": {**NAMED, "InstanceIds": ["@instance"]},
        "DescribeInstanceStatus": NAMED,
        "DescribeInstanceTypes": {},
        "DescribeInstances": NAMED,
        "DescribeNetworkInterfaces": NAMED,
        "DescribeRegions": {},
        "DescribeSecurityGroupAttribute": GROUP,
        "DescribeSecurityGroups": NAMED,
        "DescribeSnapshots": NAMED,
        "DescribeTags": NAMED,
        "DescribeTaskAttribute": {**NAMED, "TaskId": "@task"},
        "DescribeTasks": NAMED,
        "DescribeUserData": {**NAMED, **INSTANCE},
        "DescribeZones": NAMED,
        "DetachDisk": {"DiskId": "@attached", **INSTANCE},
        "JoinResourceGroup": {**NAMED, "ResourceType": "disk", "ResourceId": "@free", "ResourceGroupId": "rg-acfmxazb4ph6aiy"},
        "JoinSecurityGroup": {**NAMED, "SecurityGroupId": "@group_2", **INSTANCE},
        "LeaveSecurityGroup": {**NAMED, "SecurityGroupId": "@group_3", **INSTANCE},
        "ListTagResources": {**NAMED, "ResourceType": "disk", "ResourceId.1": "@free"},
        "ModifyDiskAttribute": {**DISK, "DiskName": "other"},
        "ModifyDiskChargeType": {**NAMED, "InstanceId": "@prepaid", "DiskIds": ["@of_prepaid"], "DiskChargeType": "PrePaid"},
        "ModifyDiskSpec": {"DiskId": "@attached", "DiskCategory": "cloud_auto"},
        "ModifyInstanceAttribute": {**INSTANCE, "InstanceName": "other"},
        "ModifySecurityGroupAttribute": {**GROUP, "Description": "other"},
        "ModifySecurityGroupPolicy": {**GROUP, "InnerAccessPolicy": "Drop"},
        "ModifySecurityGroupRule": {**GROUP, "SecurityGroupRuleId": "@rule", "Priority": 7},
        "ModifySecurityGroupEgressRule": {**GROUP, "SecurityGroupRuleId": "@rule_egress", "Priority": 7},
        "ReInitDisk": {"DiskId": "@of_stopped"},
        "RebootInstance": INSTANCE,
        "RebootInstances": {**NAMED, "InstanceId.1": "@instance"},
        "RemoveTags": {**TAGGED, "ResourceId": "@free"},
        "ReplaceSystemDisk": {"InstanceId": "@stopped", "ImageId": IMAGE},
        "ResetDisk": {"DiskId": "@of_stopped", "SnapshotId": "@of_its_disk"},
        "ResizeDisk": {**DISK, "NewSize": 60},
        "RevokeSecurityGroup": {**GROUP, "SecurityGroupRuleId.1": "@rule"},
        "RevokeSecurityGroupEgress": {**GROUP, "SecurityGroupRuleId.1": "@rule_egress"},
        "RunInstances": RUN,
        "StartInstance": {"InstanceId": "@stopped"},
        "StartInstances": {**NAMED, "InstanceId.1": "@stopped"},
        "StopInstance": INSTANCE,
        "StopInstances": {**NAMED, "InstanceId.1": "@instance"},
        "TagResources": {**TAGGED, "ResourceId.1": "@free"},
        "UntagResources": {**NAMED, "ResourceType": "disk", "ResourceId.1": "@free", "All": "true"},
    },
    "vpc": {
        "CreateVSwitch": {**VPC_OF, "ZoneId": ZONE, "CidrBlock": "10.7.0.0/24"},
        "CreateVpc": NAMED,
        "DeleteVSwitch": {**NAMED, "VSwitchId": "@vswitch_2"},
        "DeleteVpc": {**NAMED, "VpcId": "@vpc_2"},
        "DescribeRouteTableList": NAMED,
        "DescribeVSwitchAttributes": VSWITCH,
        "DescribeVSwitches": NAMED,
        "DescribeVpcAttribute": VPC_OF,
        "DescribeVpcs": NAMED,
        "ListTagResources": VPC_TAGGED,
        "ModifyVSwitchAttribute": {**VSWITCH, "VSwitchName": "other"},
        "ModifyVpcAttribute": {**VPC_OF, "VpcName": "other"},
        "MoveResourceGroup": {**NAMED, "ResourceType": "VPC", "ResourceId": "@vpc", "NewResourceGroupId": "rg-acfmxazb4ph6aiy"},
        "TagResources": {**VPC_TAGGED, "Tag.1.Key": "own", "Tag.1.Value": "1"},
        "UnTagResources": {**VPC_TAGGED, "All": "true"},
    },
    "sts": {
        "AssumeRole": {"RoleArn": "@role", "RoleSessionName": "alice"},
        "GetCallerIdentity": {},
    },
    "location": {"DescribeEndpoints": {"Id": "cn-hangzhou", "ServiceCode": "ecs"}},
    "bssapi": {"QueryAvailableInstances": {}},
    "slb": {
        "AddBackendServers": {**BALANCER, "BackendServers": [{"ServerId": "@instance"}]},
        "DescribeLoadBalancerAttribute": BALANCER,
        "RemoveBackendServers": {**BALANCER, "BackendServers": [{"ServerId": "@prepaid"}]},
        "SetLoadBalancerStatus": {**BALANCER, "LoadBalancerStatus": "inactive"},
    },
    "rds": {
        "DescribeDBInstanceIPArrayList": {"DBInstanceId": "@db"},
        "DescribeDBInstances": NAMED,
    },
    "ess": {
        "AttachInstances": {**SCALING, "InstanceId.1": "@instance"},
        "CompleteLifecycleAction": {**NAMED, "LifecycleHookId": "@hook", "LifecycleActionToken": "@held_action"},
        "CreateLifecycleHook": {"ScalingGroupId": "@scaling_group", "LifecycleTransition": "SCALE_IN"},
        "CreateScalingConfiguration": {"ScalingGroupId": "@scaling_group", "ImageId": IMAGE, "InstanceType": TYPE},
        "CreateScalingGroup": {**NAMED, "MinSize": 0, "MaxSize": 3},
        "CreateScalingRule": {**SCALING, "AdjustmentType": "TotalCapacity", "AdjustmentValue": 1},
        "DeactivateScalingConfiguration": {"ScalingConfigurationId": "@configuration"},
        "DeleteLifecycleHook": {**NAMED, "LifecycleHookId": "@hook"},
        "DeleteScalingConfiguration": CONFIGURATION,
        "DeleteScalingGroup": {**NAMED, "ScalingGroupId": "@scaling_group_2"},
        "DeleteScalingRule": {**NAMED, "ScalingRuleId": "@scaling_rule"},
        "DescribeLifecycleActions": {**NAMED, "ScalingActivityId": "@activity"},
        "DescribeLifecycleHooks": {**NAMED, "ScalingGroupId": "@hooked_group"},
        "DescribeLimitation": {},
        "DescribeRegions": {},
        "DescribeScalingActivities": SCALING,
        "DescribeScalingActivityDetail": {**NAMED, "ScalingActivityId": "@activity"},
        "DescribeScalingConfigurations": NAMED,
        "DescribeScalingGroups": NAMED,
        "DescribeScalingInstances": NAMED,
        "DescribeScalingRules": NAMED,
        "DetachInstances": MEMBER,
        "DisableScalingGroup": {"ScalingGroupId": "@scaling_group"},
        "EnableScalingGroup": {**NAMED, "ScalingGroupId": "@scaling_group_2", "ActiveScalingConfigurationId": "@configuration_2"},
        "EnterStandby": MEMBER,
        "ExecuteScalingRule": {**NAMED, "ScalingRuleAri": "@scaling_rule_ari"},
        "ExitStandby": {**SCALING, "InstanceId.1": "@standby"},
        "ListTagKeys": {**NAMED, "ResourceType": "scalinggroup"},
        "ListTagResources": SCALING_TAGGED,
        "ListTagValues": {**NAMED, "ResourceType": "scalinggroup", "Key": "@tag_key"},
        "ModifyLifecycleHook": {**NAMED, "LifecycleHookId": "@hook", "HeartbeatTimeout": 99},
        "ModifyScalingConfiguration": {**CONFIGURATION, "InstanceName": "other"},
        "ModifyScalingGroup": {"ScalingGroupId": "@scaling_group", "DefaultCooldown": 9},
        "ModifyScalingRule": {"ScalingRuleId": "@scaling_rule", "Cooldown": 9},
        "RecordLifecycleActionHeartbeat": {**NAMED, "lifecycleHookId": "@hook", "lifecycleActionToken": "@held_action"},
        "RemoveInstances": MEMBER,
        "ResumeProcesses": {**SCALING, "Process.1": "ScaleIn"},
        "ScaleWithAdjustment": {**SCALING, "AdjustmentType": "QuantityChangeInCapacity", "AdjustmentValue": 1},
        "SetGroupDeletionProtection": {**SCALING, "GroupDeletionProtection": "true"},
        "SetInstanceHealth": {"InstanceId": "@member", "HealthStatus": "Unhealthy"},
        "SetInstancesProtection": {"ScalingGroupId": "@scaling_group", "InstanceId.1": "@member", "ProtectedFromScaleIn": "true"},
        "SuspendProcesses": {**SCALING, "Process.1": "ScaleIn"},
        "TagResources": {**SCALING_TAGGED, "Tag.1.Key": "own", "Tag.1.Value": "1"},
        "UntagResources": {**SCALING_TAGGED, "All": "true"},
        "VerifyAuthentication": {"Uid": "@account"},
        "VerifyUser": NAMED,
    },
}

INSTANCES, DISKS = ("instance", "stopped", "prepaid", "far_instance", "member", "standby"), ("free", "attached", "system", "of_stopped", "far_disk")
SNAPSHOTS, GROUPS, RULES = ("snapshot", "of_its_disk"), ("group", "group_2", "group_3"), ("rule", "rule_egress")
SCALING_GROUPS = ("scaling_group", "scaling_group_2", "hooked_group", "far_scaling_group")
THINGS = (*INSTANCES, *DISKS, *SNAPSHOTS, *GROUPS, "vpc", "vswitch", "vpc_2", "vswitch_2", "eni", "scaling_group")

# What a parameter may hold of another account, by the last part of its name; other texts get ANY.
HOLDS = {
    "InstanceId": INSTANCES, "InstanceIds": INSTANCES, "InstanceIDs": INSTANCES,
    "DiskId": DISKS, "DiskIds": DISKS,
    "SnapshotId": SNAPSHOTS, "SnapshotIds": SNAPSHOTS, "SnapshotLinkId": SNAPSHOTS,
    "SecurityGroupId": GROUPS, "SecurityGroupIds": GROUPS, "SourceGroupId": GROUPS, "DestGroupId": GROUPS,
    "SecurityGroupRuleId": RULES,
    "VpcId": ("vpc", "vpc_2"), "VSwitchId": ("vswitch", "vswitch_2"), "VSwitchIds": ("vswitch", "vswitch_2"), "RouteTableId": ("route_table",), "RouterId": ("router",),
    "NetworkInterfaceId": ("eni",),
    "LoadBalancerId": ("balancer", "far_balancer"), "DBInstanceId": ("db", "far_db"), "SearchKey": ("db", "db_name"),
    "LoadBalancerIds": ("balancer", "far_balancer"), "DBInstanceIds": ("db", "far_db"), "BackendServers": INSTANCES,
    "ScalingGroupId": SCALING_GROUPS, "ScalingGroupIds": SCALING_GROUPS,
    "ScalingConfigurationId": ("configuration", "configuration_2"), "ScalingConfigurationIds": ("configuration", "configuration_2"),
    "ActiveScalingConfigurationId": ("configuration", "configuration_2"),
    "ScalingRuleId": ("scaling_rule",), "ScalingRuleIds": ("scaling_rule",),
    "ScalingRuleAri": ("scaling_rule_ari",), "ScalingRuleAris": ("scaling_rule_ari",),
    "LifecycleHookId": ("hook",), "LifecycleHookIds": ("hook",), "lifecycleHookId": ("hook",),
    "LifecycleActionToken": ("held_action", "action"), "lifecycleActionToken": ("held_action", "action"),
    "ScalingActivityId": ("activity", "attach_activity"), "ScalingActivityIds": ("activity", "attach_activity"),
    "ScalingGroupName": ("scaling_group_name",), "ScalingGroupNames": ("scaling_group_name",),
    "ScalingConfigurationName": ("configuration_name",), "ScalingConfigurationNames": ("configuration_name",),
    "ScalingRuleName": ("scaling_rule_name",), "ScalingRuleNames": ("scaling_rule_name",), "LifecycleHookName": ("hook_name",),
    "TaskId": ("task",), "TaskIds": ("task",), "EventId": ("event",),
    "ResourceId": (*THINGS, "task"), "ResourceIds": (*THINGS, "task"),
    "Key": ("tag_key",), "TagKey": ("tag_key",), "Value": ("tag_value",),
    "DiskName": ("disk_name",), "InstanceName": ("instance_name",), "SnapshotName": ("snapshot_name",),
    "SecurityGroupName": ("group_name",), "VpcName": ("vpc_name",), "VSwitchName": ("vswitch_name",),
    "HostName": ("host_name",),
    "ClientToken": ("client_token",), "NextToken": ("next_token",),
    "RoleArn": ("role",),
    "SourceGroupOwnerId": ("account",), "DestGroupOwnerId": ("account",), "SourceGroupOwnerAccount": ("account",),
    "DestGroupOwnerAccount": ("account",), "ImageOwnerId": ("account",), "VpcOwnerId": ("account",), "VSwitchOwnerId": ("account",),
    "Uid": ("account",), "ZoneId": (), "RegionId": (), "Id": (),  # regions are gone through
    # Of things that no account has here: any id will do.
    **{name: ("free", "instance") for name in (
        "ImageId", "ResourceGroupId", "NewResourceGroupId", "AutoSnapshotPolicyId", "KMSKeyId", "StorageSetId", "StorageClusterId",
        "DedicatedHostId", "ClusterId", "TaskGroupId", "SourcePrefixListId", "DestPrefixListId", "DhcpOptionsSetId",
        "Ipv4IpamPoolId", "ExternalId", "StorageLocationArn", "NotificationArn", "LaunchTemplateId", "InstanceRefreshTaskId")},
}
ANY = ("free", "disk_name")

# Lists that stand in one text: how a value is written there.
WRITTEN = {
    "LoadBalancerIds": lambda value: json.dumps([value]),
    "DBInstanceIds": lambda value: json.dumps([value]),
    "BackendServers": lambda value: json.dumps([{"ServerId": value}]),
    "Tags": lambda value: json.dumps({value: value}),
}


@dataclasses.dataclass
class World:
    cloud: Cloud
    word: str
    of: dict = dataclasses.field(default_factory=dict)

    def make(self):
        """Two worlds that are made of words of one length differ in nothing but ids, names and what follows from them."""
        self.of["account"] = call(self.cloud, STS, "GetCallerIdentity")["AccountId"]
        self.of["role"] = f"acs:ram::{self.of['account']}:role/{self.word}-role"
        for name in ("disk", "instance", "snapshot", "group", "vpc", "vswitch", "host", "scaling_group", "configuration",
                     "scaling_rule", "hook"):
            self.of[f"{name}_name"] = f"{self.word}-{name}".replace("_", "-")
        self.of.update(tag_key=f"{self.word}-key", tag_value=f"{self.word}-value", client_token=f"{self.word}-client-token")
        self.from_file()
        self.networks()
        self.instances()
        self.disks()
        self.scaling()
        self.rest()
        return self

    @property
    def tags(self):
        return {"Tag.1.Key": self.of["tag_key"], "Tag.1.Value": self.of["tag_value"]}

    def from_file(self):
        """What no call makes. A file is put in place of all that the account has, so it comes first."""
        of, word = self.of, self.word
        of.update(balancer=f"lb-{word}1", far_balancer=f"lb-{word}2", db=f"rm-{word}1", far_db=f"rm-{word}2", db_name=f"{word}-db")
        load_fleet(self.cloud.server, fleet_of(
            id=of["account"],
            load_balancers=[{"id": of["balancer"], "name": f"{word}-balancer", "listeners": ["tcp:80"]}, {"id": of["far_balancer"], "region": FAR}],
            db_instances=[{"id": of["db"], "description": of["db_name"]}, {"id": of["far_db"], "region": FAR}]))

    def networks(self):
        of, cloud = self.of, self.cloud
        of["vpc"], of["vswitch"], of["group"] = make_network(cloud, VSwitchName=of["vswitch_name"])
        call(cloud, VPC, "ModifyVpcAttribute", RegionId="cn-hangzhou", VpcId=of["vpc"], VpcName=of["vpc_name"])
        call(cloud, VPC, "TagResources", {**VPC_TAGGED, "ResourceId.1": of["vpc"], **self.tags})
        of["group_2"] = cloud.CreateSecurityGroup(RegionId="cn-hangzhou", VpcId=of["vpc"], SecurityGroupName=of["group_name"],
                                                  **self.tags)["SecurityGroupId"]
        of["vpc_2"], of["group_3"] = make_vpc(cloud), make_group(cloud, of["vpc"])
        of["vswitch_2"] = make_vswitch(cloud, of["vpc"], CidrBlock="10.0.2.0/24")
        for kind, action, peer in (("rule", "AuthorizeSecurityGroup", "SourceCidrIp"),
                                   ("rule_egress", "AuthorizeSecurityGroupEgress", "DestCidrIp")):
            getattr(cloud, action)(RegionId="cn-hangzhou", SecurityGroupId=of["group"], IpProtocol="tcp", PortRange="80/80",
                                   Description=f"{self.word}-rule", **{peer: "10.0.0.0/8"})
            (found,) = cloud.DescribeSecurityGroupAttribute(
                RegionId="cn-hangzhou", SecurityGroupId=of["group"],
                Direction="ingress" if kind == "rule" else "egress")["Permissions"]["Permission"]
            of[kind] = found["SecurityGroupRuleId"]
        table = call(cloud, VPC, "DescribeRouteTableList", RegionId="cn-hangzhou", VpcId=of["vpc"])["RouterTableList"]["RouterTableListType"][0]
        of["route_table"], of["router"] = table["RouteTableId"], table["RouterId"]

    def instances(self):
        of, cloud = self.of, self.cloud
        inside = {"VSwitchId": of["vswitch"], "SecurityGroupId": of["group"]}
        of["instance"] = cloud.make_instance(**inside, InstanceName=of["instance_name"], HostName=of["host_name"],
                                             UserData="I2Nsb3Vk", **self.tags)
        cloud.JoinSecurityGroup(SecurityGroupId=of["group_3"], InstanceId=of["instance"])
        of["stopped"] = cloud.make_instance(**inside, Description=f"{self.word}-stopped",
                                            **{"DataDisk.1.Size": 20, "DataDisk.1.Category": "cloud_essd"})
        cloud.stop(of["stopped"])
        of["prepaid"] = cloud.make_instance(InstanceChargeType="PrePaid", Period=1,
                                            **{"DataDisk.1.Size": 20, "DataDisk.1.Category": "cloud_essd"})
        of["far_instance"] = cloud.make_instance(RegionId=FAR, ZoneId=FAR_ZONE)
        of["eni"] = cloud.DescribeNetworkInterfaces(RegionId="cn-hangzhou", InstanceId=of["instance"])[
            "NetworkInterfaceSets"]["NetworkInterfaceSet"][0]["NetworkInterfaceId"]

        call(cloud, SLB, "AddBackendServers", LoadBalancerId=of["balancer"], BackendServers=json.dumps([{"ServerId": of["prepaid"]}]))

    def disks(self):
        of, cloud = self.of, self.cloud
        of["system"] = cloud.system_disk(of["instance"])
        (of["of_stopped"],), (of["of_prepaid"],) = cloud.disks_of(of["stopped"]), cloud.disks_of(of["prepaid"])
        of["free"] = cloud.make_disk(DiskName=of["disk_name"], Description=f"{self.word}-text", ClientToken=of["client_token"],
                                     **self.tags)
        of["attached"], of["far_disk"] = cloud.make_disk(), cloud.make_disk(RegionId=FAR, ZoneId=FAR_ZONE)
        cloud.AttachDisk(DiskId=of["attached"], InstanceId=of["instance"])
        of["snapshot"] = cloud.CreateSnapshot(DiskId=of["attached"], SnapshotName=of["snapshot_name"], **self.tags)["SnapshotId"]
        of["of_its_disk"] = cloud.CreateSnapshot(DiskId=of["of_stopped"])["SnapshotId"]

    def scaling(self):
        """Groups with members that came in the ways there are, one in another region, one whose hook has been asked."""
        of, calls = self.of, ess.Ess(self.cloud)
        made = {"ImageId": IMAGE, "InstanceType": TYPE, "SecurityGroupId": of["group"]}
        of["scaling_group"] = calls.make_group(
            configuration=False, ScalingGroupName=of["scaling_group_name"], VSwitchIds=[of["vswitch"]],
            LoadBalancerIds=json.dumps([of["balancer"]]), DBInstanceIds=json.dumps([of["db"]]),
            Tag=[{"Key": of["tag_key"], "Value": of["tag_value"]}])
        of["scaling_group_2"], of["hooked_group"] = calls.make_group(configuration=False), calls.make_group()
        of["far_scaling_group"] = calls.make_group(configuration=False, RegionId=FAR)
        of["configuration"], of["configuration_2"] = (calls.CreateScalingConfiguration(ScalingGroupId=of[group], **made, **more)[
            "ScalingConfigurationId"] for group, more in (("scaling_group", {"ScalingConfigurationName": of["configuration_name"]}),
                                                          ("scaling_group_2", {})))
        calls.EnableScalingGroup(ScalingGroupId=of["scaling_group"], ActiveScalingConfigurationId=of["configuration"])
        rule = calls.CreateScalingRule(ScalingGroupId=of["scaling_group"], ScalingRuleName=of["scaling_rule_name"],
                                       AdjustmentType="QuantityChangeInCapacity", AdjustmentValue=1)
        of["scaling_rule"], of["scaling_rule_ari"] = rule["ScalingRuleId"], rule["ScalingRuleAri"]
        members = self.cloud.make_instances(Amount=2, VSwitchId=of["vswitch"], SecurityGroupId=of["group"])
        of["attach_activity"] = calls.AttachInstances(ScalingGroupId=of["scaling_group"], InstanceId=members)["ScalingActivityId"]
        of["member"], of["standby"] = members
        calls.EnterStandby(ScalingGroupId=of["scaling_group"], InstanceId=[of["standby"]])
        of["hook"] = calls.CreateLifecycleHook(ScalingGroupId=of["hooked_group"], LifecycleTransition="SCALE_OUT",
                                               LifecycleHookName=of["hook_name"])["LifecycleHookId"]
        of["activity"], of["action"] = self.hold_action()
        calls.CompleteLifecycleAction(LifecycleHookId=of["hook"], LifecycleActionToken=of["action"])
        of["held_action"] = of["action"]  # until one is held

    def hold_action(self):
        """(activity, token) of a hook that is asked."""
        calls = ess.Ess(self.cloud)
        activity = calls.ScaleWithAdjustment(ScalingGroupId=self.of["hooked_group"], AdjustmentType="QuantityChangeInCapacity",
                                             AdjustmentValue=1)["ScalingActivityId"]
        (action,) = calls.listed(calls.DescribeLifecycleActions(ScalingActivityId=activity), "LifecycleActions", "LifecycleAction")
        return activity, action["LifecycleActionToken"]

    def hold(self):
        """One that can still be completed; once everything has been called there may be nothing left to ask the hook about."""
        try:
            self.of["held_action"] = self.hold_action()[1]
        except (Refused, ValueError):
            pass

    def let_go(self):
        """What is held goes on."""
        self.cloud.server.control("POST", "/_cleat/faults/clear", {})
        if self.of["held_action"] != self.of["action"]:
            ess.Ess(self.cloud).ask("CompleteLifecycleAction", LifecycleHookId=self.of["hook"], LifecycleActionToken=self.of["held_action"])

    def rest(self):
        """A task, an event, a temporary key."""
        of, cloud = self.of, self.cloud
        of["task"] = cloud.ModifyDiskSpec(DiskId=of["free"], DiskCategory="cloud_auto")["TaskId"]
        cloud.server.control("POST", "/_cleat/faults", {"operation": "DetachDisk", "effect": "job-fails", "account": of["account"],
                                                        "reason": f"{self.word}-reason"})
        cloud.DetachDisk(DiskId=of["attached"], InstanceId=of["instance"])
        (event,) = cloud.DescribeInstanceHistoryEvents(RegionId="cn-hangzhou")["InstanceSystemEventSet"]["InstanceSystemEventType"]
        of["event"] = event["EventId"]
        call(cloud, STS, "AssumeRole", RoleArn=of["role"], RoleSessionName=f"{self.word}-session")

    def feed(self, api, action):
        """The call with what is here."""
        if action == "CancelTask":
            self.hold_task()
        if "@held_action" in FEED[api][action].values():
            self.hold()
        return {name: self.fill(value) for name, value in FEED[api][action].items()}

    def hold_task(self):
        """One that can still be cancelled; not made with the rest, since an account is not dumped while work is under way."""
        self.cloud.server.control("POST", "/_cleat/faults", {"operation": "ModifyDiskSpec", "effect": "job-never-ends", "times": 1,
                                                             "account": self.of["account"]})
        self.of["held_task"] = self.cloud.ModifyDiskSpec(DiskId=self.of["attached"], DiskCategory="cloud_auto")["TaskId"]

    def fill(self, value):
        if isinstance(value, list):
            return json.dumps([self.fill(each) for each in value])
        if isinstance(value, dict):
            return {name: self.fill(each) for name, each in value.items()}
        return self.of[value[1:]] if isinstance(value, str) and value.startswith("@") else value

    def next_token(self, api, action):
        """Of a page that has another behind it; a word where no such page can be had."""
        reply = ask(self.cloud, VERSIONS[api], action, {**self.feed(api, action), "MaxResults": 1, "PageSize": 1})
        return (reply.json.get("NextToken") if reply.status == 200 else None) or f"{self.word}-next-token"
