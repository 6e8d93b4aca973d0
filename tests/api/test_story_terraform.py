"""The calls of Terraform's alicloud provider for tests/terraform/main.tf: in its order, with its parameters and its polls,
and the members it reads. Whatever it reads twice has to be the same, or its second plan would not be empty."""

import json

import pytest

from cloud import IMAGE, REGION, TYPE, ZONE, Cloud
from network import vpc_call

HERE = {"RegionId": REGION}


class Provider:
    """What each resource sends and reads."""

    def __init__(self, cloud):
        self.cloud, self.ids, self.tokens = cloud, {}, 0

    def token(self):
        self.tokens += 1
        return f"TF-{self.tokens}"

    def vpc_api(self, action, **given):
        return vpc_call(self.cloud, action, given)

    def wait(self, read, wanted, seconds=60):
        for _ in range(seconds):
            found = read()
            if found == wanted:
                return
            self.cloud.server.advance(1)
        raise AssertionError(f"{found} instead of {wanted}")

    # ---- reads, as the provider puts them into its state

    def read_vpc(self):
        vpc = self.vpc_api("DescribeVpcAttribute", VpcId=self.ids["vpc"])
        (table,) = self.vpc_api("DescribeRouteTableList", VpcId=self.ids["vpc"])["RouterTableList"]["RouterTableListType"]
        assert (table["RouteTableType"], table["VpcId"], vpc["VpcId"]) == ("System", self.ids["vpc"], self.ids["vpc"])
        return [vpc[name] for name in ("CidrBlock", "ClassicLinkEnabled", "CreationTime", "Description", "DnsHostnameStatus",
                                       "EnabledIpv6", "Ipv6CidrBlock", "RegionId", "IsDefault", "VRouterId", "Status", "VpcName",
                                       "Ipv6CidrBlocks", "SecondaryCidrBlocks", "Tags", "UserCidrs")] + \
            [table[name] for name in ("ResourceGroupId", "RouteTableId", "RouterId", "Description", "RouteTableName",
                                      "RoutePropagationEnable")]

    def read_vswitch(self):
        vswitch = self.vpc_api("DescribeVSwitchAttributes", VSwitchId=self.ids["vswitch"])
        return [vswitch[name] for name in ("CidrBlock", "CreationTime", "Description", "Ipv6CidrBlock", "IsDefault", "Status",
                                           "VSwitchName", "VpcId", "ZoneId", "Tags")]

    def read_group(self):
        (group,) = self.cloud.DescribeSecurityGroups(**HERE, SecurityGroupId=self.ids["group"])["SecurityGroups"]["SecurityGroup"]
        attribute = self.cloud.DescribeSecurityGroupAttribute(**HERE, SecurityGroupId=self.ids["group"])
        return [group[name] for name in ("CreationTime", "Description", "ResourceGroupId", "SecurityGroupName", "SecurityGroupType",
                                         "VpcId", "Tags")] + [attribute["InnerAccessPolicy"]]

    def read_rule(self):
        rules = self.cloud.DescribeSecurityGroupAttribute(**HERE, SecurityGroupId=self.ids["group"], Direction="ingress",
                                                          NicType="<nil>")["Permissions"]["Permission"]
        (rule,) = [rule for rule in rules if (rule["IpProtocol"].lower(), rule["PortRange"], rule["SourceCidrIp"],
                                              rule["Policy"].lower(), rule["Priority"]) == ("tcp", "22/22", "10.0.0.0/8", "accept", "1")]
        return [rule[name] for name in ("Direction", "NicType", "Description", "SecurityGroupRuleId", "Ipv6SourceCidrIp",
                                        "SourceGroupId", "SourceGroupOwnerAccount", "SourcePrefixListId")]

    def read_instance(self):
        cloud, ids = self.cloud, json.dumps([self.ids["instance"]])
        (found,) = cloud.DescribeInstances(**HERE, InstanceIds=ids, **{"AdditionalAttributes.1": "META_OPTIONS"})[
            "Instances"]["Instance"]
        (system,) = cloud.DescribeDisks(**HERE, InstanceId=self.ids["instance"], DiskType="system")["Disks"]["Disk"]
        (card,) = found["NetworkInterfaces"]["NetworkInterface"]
        (interface,) = cloud.DescribeNetworkInterfaces(**HERE, **{"NetworkInterfaceId.1": card["NetworkInterfaceId"]})[
            "NetworkInterfaceSets"]["NetworkInterfaceSet"]
        assert card["Type"] == "Primary" and interface["NetworkInterfaceId"] == card["NetworkInterfaceId"]
        assert [address["Primary"] for address in interface["PrivateIpSets"]["PrivateIpSet"]] == [True]
        (maintenance,) = cloud.DescribeInstanceMaintenanceAttributes(**HERE, **{"InstanceId.1": self.ids["instance"]})[
            "MaintenanceAttributes"]["MaintenanceAttribute"]
        (pool,) = cloud.DescribeInstanceAttachmentAttributes(**HERE, InstanceIds=ids)["Instances"]["Instance"]
        roles = cloud.DescribeInstanceRamRole(**HERE, InstanceIds=ids)["InstanceRamRoleSets"]["InstanceRamRoleSet"]
        attribute = cloud.DescribeInstanceAttribute(InstanceId=self.ids["instance"])
        return [found[name] for name in (
            "InstanceName", "ResourceGroupId", "Description", "Status", "ZoneId", "HostName", "ImageId", "InstanceType",
            "InternetMaxBandwidthOut", "InternetMaxBandwidthIn", "InstanceChargeType", "KeyPairName", "SpotStrategy",
            "InternetChargeType", "DeletionProtection", "CreditSpecification", "AutoReleaseTime", "Tags", "StoppedMode",
            "PublicIpAddress", "VpcAttributes", "Cpu", "Memory", "OSName", "OSType", "CreationTime", "StartTime", "ExpiredTime",
            "SecurityGroupIds")] + [system[name] for name in ("DiskId", "Category", "DiskName", "Description", "Size", "Encrypted",
                                                              "KMSKeyId", "PerformanceLevel", "ProvisionedIops", "Tags")] + [
            card["PrimaryIpAddress"], interface["NetworkInterfaceTrafficMode"], interface["QueuePairNumber"],
            interface["SourceDestCheck"], maintenance["ActionOnMaintenance"]["Value"], maintenance["NotifyOnMaintenance"],
            maintenance["MaintenanceWindows"], pool["PrivatePoolOptionsId"], pool["PrivatePoolOptionsMatchCriteria"],
            [role["RamRoleName"] for role in roles], attribute["InstanceId"],
            cloud.DescribeUserData(**HERE, InstanceId=self.ids["instance"])["UserData"]]

    def disk(self):
        (disk,) = self.cloud.DescribeDisks(**HERE, DiskIds=json.dumps([self.ids["disk"]]))["Disks"]["Disk"]
        assert isinstance(disk["DeleteAutoSnapshot"], bool)
        return disk

    def read_disk(self):
        disk = self.disk()
        return [disk[name] for name in ("Category", "DeleteAutoSnapshot", "DeleteWithInstance", "Description", "DiskName",
                                        "EnableAutoSnapshot", "Encrypted", "DiskChargeType", "PerformanceLevel", "ResourceGroupId",
                                        "Size", "SourceSnapshotId", "Status", "InstanceId", "ZoneId", "Tags")]

    def snapshot(self):
        (snapshot,) = self.cloud.DescribeSnapshots(**HERE, SnapshotIds=json.dumps([self.ids["snapshot"]]))["Snapshots"]["Snapshot"]
        return snapshot

    def read_snapshot(self):
        return [self.snapshot()[name] for name in ("SnapshotName", "SourceDiskId", "Status", "Category", "RetentionDays", "Tags")]

    def read_all(self):
        return {name: getattr(self, "read_" + name)() for name in ("vpc", "vswitch", "group", "rule", "instance", "disk")}

    # ---- creates

    def create_network(self):
        self.ids["vpc"] = self.vpc_api("CreateVpc", ClientToken=self.token(), VpcName="demo", CidrBlock="172.16.0.0/12",
                                       **{"Tag.1.Key": "team", "Tag.1.Value": "a"})["VpcId"]
        self.wait(lambda: self.vpc_api("DescribeVpcAttribute", VpcId=self.ids["vpc"])["Status"], "Available")
        self.vpc_api("TagResources", ResourceType="VPC",
                     **{"ResourceId.1": self.ids["vpc"], "Tag.1.Key": "team", "Tag.1.Value": "a"})
        self.ids["vswitch"] = self.vpc_api("CreateVSwitch", ClientToken=self.token(), VpcId=self.ids["vpc"], ZoneId=ZONE,
                                           CidrBlock="172.16.0.0/24", VSwitchName="demo")["VSwitchId"]
        self.ids["group"] = self.cloud.CreateSecurityGroup(**HERE, ClientToken=self.token(), VpcId=self.ids["vpc"],
                                                           SecurityGroupName="demo")["SecurityGroupId"]
        assert self.cloud.DescribeSecurityGroupAttribute(**HERE, SecurityGroupId=self.ids["group"])["InnerAccessPolicy"] == "Accept"
        permission = {"IpProtocol": "tcp", "Policy": "accept", "Priority": "1", "SourceCidrIp": "10.0.0.0/8", "PortRange": "22/22"}
        self.cloud.AuthorizeSecurityGroup(**HERE, SecurityGroupId=self.ids["group"],
                                          **{f"Permissions.1.{name}": value for name, value in permission.items()})
        self.wait(lambda: self.vpc_api("DescribeVSwitchAttributes", VSwitchId=self.ids["vswitch"])["Status"], "Available")

    def create_machine(self):
        self.ids["disk"] = self.cloud.CreateDisk(**HERE, ClientToken=self.token(), ZoneId=ZONE, DiskCategory="cloud_essd",
                                                 DiskName="data", Size=20, **{"Tag.1.Key": "team", "Tag.1.Value": "a"})["DiskId"]
        (self.ids["instance"],) = self.cloud.RunInstances(
            **HERE, ClientToken=self.token(), InstanceType=TYPE, ImageId=IMAGE, InstanceName="demo", VSwitchId=self.ids["vswitch"],
            IoOptimized="optimized", **{"SystemDisk.Category": "cloud_essd", "SecurityGroupIds.1": self.ids["group"],
                                        "Tag.1.Key": "team", "Tag.1.Value": "a"})["InstanceIdSets"]["InstanceIdSet"]
        self.wait(lambda: self.cloud.instance(self.ids["instance"])["Status"], "Running")
        self.wait(lambda: self.disk()["Status"], "Available")
        self.cloud.AttachDisk(DiskId=self.ids["disk"], InstanceId=self.ids["instance"], DeleteWithInstance=False, Bootable=False)
        self.wait(lambda: self.disk()["Status"], "In_use")
        self.ids["snapshot"] = self.cloud.CreateSnapshot(**HERE, ClientToken=self.token(), DiskId=self.ids["disk"],
                                                         SnapshotName="data")["SnapshotId"]
        self.wait(lambda: self.snapshot()["Status"], "accomplished", seconds=600)


@pytest.fixture
def provider(make_server):
    return Provider(Cloud(make_server(clock="manual", pace="real")))


def retag(call, kind, id, untag="UntagResources"):
    call(untag, {"ResourceType": kind, "ResourceId.1": id, "TagKey.1": "team"})
    call("TagResources", {"ResourceType": kind, "ResourceId.1": id, "Tag.1.Key": "team", "Tag.1.Value": "b"})


def test_made_read_twice_changed_and_destroyed(provider):
    cloud, ids = provider.cloud, provider.ids
    provider.create_network()
    provider.create_machine()
    before = provider.read_all()
    assert provider.read_all() == before and provider.read_snapshot() == provider.read_snapshot()

    # Renamed, resized and tagged anew, in place.
    vpc_call(cloud, "ModifyVpcAttribute", VpcId=ids["vpc"], VpcName="demo-two")
    vpc_call(cloud, "ModifyVSwitchAttribute", VSwitchId=ids["vswitch"], VSwitchName="demo-two")
    cloud.ModifySecurityGroupAttribute(**HERE, SecurityGroupId=ids["group"], SecurityGroupName="demo-two")
    cloud.ModifyInstanceAttribute(InstanceId=ids["instance"], InstanceName="demo-two")
    cloud.ModifyDiskAttribute(**HERE, DiskId=ids["disk"], DiskName="data-two")
    cloud.ResizeDisk(DiskId=ids["disk"], NewSize=40, Type="offline", ClientToken=provider.token())
    provider.wait(lambda: provider.disk()["Size"], 40, seconds=600)
    for kind, name in (("VPC", "vpc"), ("VSWITCH", "vswitch")):
        retag(lambda action, given: vpc_call(cloud, action, given), kind, ids[name], "UnTagResources")
    for kind, name in (("securitygroup", "group"), ("instance", "instance"), ("disk", "disk")):
        retag(lambda action, given: cloud.call(action, **HERE, **given), kind, ids[name])
    after = provider.read_all()
    assert provider.read_all() == after
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"vpc", "vswitch", "group", "instance", "disk"}
    assert json.dumps(after).count("demo-two") == 4 and json.dumps(after).count('"team"') == 5
    assert (provider.disk()["DiskName"], provider.disk()["Size"]) == ("data-two", 40)

    # The disk comes off, and all goes in the order in which one stands on the other.
    cloud.DeleteSnapshot(SnapshotId=ids["snapshot"], Force=True)
    cloud.DetachDisk(DiskId=ids["disk"], InstanceId=ids["instance"])
    provider.wait(lambda: provider.disk()["Status"], "Available", seconds=600)
    assert cloud.refused("DeleteSecurityGroup", **HERE, SecurityGroupId=ids["group"]) == (403, "DependencyViolation")
    cloud.DeleteInstance(InstanceId=ids["instance"], Force=True)
    cloud.DeleteDisk(DiskId=ids["disk"])
    cloud.RevokeSecurityGroup(**HERE, SecurityGroupId=ids["group"], PortRange="22/22", IpProtocol="tcp", Policy="accept",
                              Priority="1", SourceCidrIp="10.0.0.0/8", Description="")
    provider.wait(lambda: cloud.instance(ids["instance"]), None, seconds=600)
    vpc_call(cloud, "DeleteVSwitch", VSwitchId=ids["vswitch"])
    cloud.DeleteSecurityGroup(**HERE, SecurityGroupId=ids["group"])
    vpc_call(cloud, "DeleteVpc", VpcId=ids["vpc"], ClientToken=provider.token())
    assert vpc_call(cloud, "DescribeVpcs")["TotalCount"] == 0 and cloud.disks() == []
