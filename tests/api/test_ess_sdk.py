"""The official clients of both editions, unmodified: alibabacloud_ess20220222 and aliyun-python-sdk-ess."""

import json

import pytest
from alibabacloud_ess20220222 import models
from alibabacloud_ess20220222.client import Client
from alibabacloud_tea_openapi.utils_models import Config
from aliyunsdkcore.client import AcsClient
from aliyunsdkess.request.v20140828 import (AttachInstancesRequest, CreateScalingConfigurationRequest,
                                            CreateScalingGroupRequest, DescribeLimitationRequest, DescribeRegionsRequest,
                                            DescribeScalingActivitiesRequest, DescribeScalingGroupsRequest,
                                            DescribeScalingInstancesRequest, DetachInstancesRequest, EnableScalingGroupRequest,
                                            ListTagKeysRequest, ListTagResourcesRequest, ListTagValuesRequest, TagResourcesRequest,
                                            UntagResourcesRequest, VerifyAuthenticationRequest, VerifyUserRequest)

import signing
from cloud import IMAGE, REGION, TYPE


class Later:
    def __init__(self, server):
        self.client = Client(Config(access_key_id=signing.KEY_ID, access_key_secret=signing.SECRET, protocol="http",
                                    endpoint=server.endpoint, region_id=REGION, read_timeout=60000))

    def make_group(self, **more):
        group = self.client.create_scaling_group(models.CreateScalingGroupRequest(
            region_id=REGION, min_size=0, max_size=5, removal_policies=["NewestInstance"],
            tags=[models.CreateScalingGroupRequestTags(key="team", value="a")], **more)).body.scaling_group_id
        made = self.client.create_scaling_configuration(models.CreateScalingConfigurationRequest(
            scaling_group_id=group, image_id=IMAGE, instance_types=[TYPE],
            system_disk=models.CreateScalingConfigurationRequestSystemDisk(category="cloud_essd", size=40),
            data_disks=[models.CreateScalingConfigurationRequestDataDisks(category="cloud_essd", size=20)])).body
        self.client.enable_scaling_group(models.EnableScalingGroupRequest(
            scaling_group_id=group, active_scaling_configuration_id=made.scaling_configuration_id))
        return group

    def attach(self, group, instances):
        return self.client.attach_instances(models.AttachInstancesRequest(
            scaling_group_id=group, instance_ids=instances)).body.scaling_activity_id

    def detach(self, group, instances):
        return self.client.detach_instances(models.DetachInstancesRequest(
            scaling_group_id=group, instance_ids=instances, detach_option="both")).body.scaling_activity_id

    def group(self, group):
        (found,) = self.client.describe_scaling_groups(models.DescribeScalingGroupsRequest(
            region_id=REGION, scaling_group_ids=[group])).body.scaling_groups
        return found.to_map()

    def members(self, group, instances=None):
        return [one.to_map() for one in self.client.describe_scaling_instances(models.DescribeScalingInstancesRequest(
            region_id=REGION, scaling_group_id=group, instance_ids=instances)).body.scaling_instances]

    def tag(self, group, key, value):
        self.client.tag_resources(models.TagResourcesRequest(
            region_id=REGION, resource_type="scalinggroup", resource_ids=[group],
            tags=[models.TagResourcesRequestTags(key=key, value=value, propagate=True)]))

    def untag(self, group, key):
        self.client.untag_resources(models.UntagResourcesRequest(
            region_id=REGION, resource_type="scalinggroup", resource_ids=[group], tag_keys=[key]))

    def tags(self, group):
        return [one.to_map() for one in self.client.list_tag_resources(models.ListTagResourcesRequest(
            region_id=REGION, resource_type="scalinggroup", resource_ids=[group])).body.tag_resources]

    def words(self, key):
        """Keys, and values of one of them."""
        more = {"region_id": REGION, "resource_type": "scalinggroup", "page_size": 50}
        return (self.client.list_tag_keys(models.ListTagKeysRequest(**more)).body.keys,
                self.client.list_tag_values(models.ListTagValuesRequest(key=key, **more)).body.values)

    def about(self):
        """The regions, and how many groups there may be in one."""
        self.client.verify_user(models.VerifyUserRequest(region_id=REGION))
        self.client.verify_authentication(models.VerifyAuthenticationRequest(only_check=True))
        return ([one.region_id for one in self.client.describe_regions(models.DescribeRegionsRequest()).body.regions],
                self.client.describe_limitation(models.DescribeLimitationRequest()).body.max_number_of_scaling_groups)

    def activity(self, group, activity):
        (found,) = self.client.describe_scaling_activities(models.DescribeScalingActivitiesRequest(
            region_id=REGION, scaling_group_id=group, scaling_activity_ids=[activity])).body.scaling_activities
        return found.to_map()


class First:
    def __init__(self, server):
        self.server = server
        self.client = AcsClient(signing.KEY_ID, signing.SECRET, REGION)

    def do(self, request):
        request.set_endpoint(self.server.endpoint)
        request.set_protocol_type("http")
        request.set_accept_format("json")
        return json.loads(self.client.do_action_with_exception(request))

    def make_group(self):
        request = CreateScalingGroupRequest.CreateScalingGroupRequest()
        request.set_MinSize(0)
        request.set_MaxSize(5)
        request.set_RemovalPolicy1("NewestInstance")
        request.set_Tags([{"Key": "team", "Value": "a"}])
        group = self.do(request)["ScalingGroupId"]
        request = CreateScalingConfigurationRequest.CreateScalingConfigurationRequest()
        request.set_ScalingGroupId(group)
        request.set_ImageId(IMAGE)
        request.set_InstanceTypess([TYPE])
        made = self.do(request)["ScalingConfigurationId"]
        request = EnableScalingGroupRequest.EnableScalingGroupRequest()
        request.set_ScalingGroupId(group)
        request.set_ActiveScalingConfigurationId(made)
        self.do(request)
        return group

    def attach(self, group, instances):
        request = AttachInstancesRequest.AttachInstancesRequest()
        request.set_ScalingGroupId(group)
        request.set_InstanceIds(instances)
        return self.do(request)["ScalingActivityId"]

    def detach(self, group, instances):
        request = DetachInstancesRequest.DetachInstancesRequest()
        request.set_ScalingGroupId(group)
        request.set_InstanceIds(instances)
        return self.do(request)["ScalingActivityId"]

    def group(self, group):
        request = DescribeScalingGroupsRequest.DescribeScalingGroupsRequest()
        request.set_ScalingGroupIds([group])
        (found,) = self.do(request)["ScalingGroups"]["ScalingGroup"]
        return found

    def members(self, group, instances=None):
        request = DescribeScalingInstancesRequest.DescribeScalingInstancesRequest()
        request.set_ScalingGroupId(group)
        if instances:
            request.set_InstanceIds(instances)
        return self.do(request)["ScalingInstances"]["ScalingInstance"]

    def tag(self, group, key, value):
        request = TagResourcesRequest.TagResourcesRequest()
        request.set_ResourceType("scalinggroup")
        request.set_ResourceIds([group])
        request.set_Tags([{"Key": key, "Value": value, "Propagate": "true"}])
        self.do(request)

    def untag(self, group, key):
        request = UntagResourcesRequest.UntagResourcesRequest()
        request.set_ResourceType("scalinggroup")
        request.set_ResourceIds([group])
        request.set_TagKeys([key])
        self.do(request)

    def tags(self, group):
        request = ListTagResourcesRequest.ListTagResourcesRequest()
        request.set_ResourceType("scalinggroup")
        request.set_ResourceIds([group])
        return self.do(request)["TagResources"]["TagResource"]

    def words(self, key):
        keys, values = ListTagKeysRequest.ListTagKeysRequest(), ListTagValuesRequest.ListTagValuesRequest()
        for request in (keys, values):
            request.set_ResourceType("scalinggroup")
            request.set_PageSize(50)
        values.set_Key(key)
        return self.do(keys)["Keys"]["Key"], self.do(values)["Values"]["Value"]

    def about(self):
        for request in (VerifyUserRequest.VerifyUserRequest(), VerifyAuthenticationRequest.VerifyAuthenticationRequest()):
            self.do(request)
        return ([one["RegionId"] for one in self.do(DescribeRegionsRequest.DescribeRegionsRequest())["Regions"]["Region"]],
                self.do(DescribeLimitationRequest.DescribeLimitationRequest())["MaxNumberOfScalingGroups"])

    def activity(self, group, activity):
        request = DescribeScalingActivitiesRequest.DescribeScalingActivitiesRequest()
        request.set_ScalingGroupId(group)
        request.set_ScalingActivityIds([activity])
        (found,) = self.do(request)["ScalingActivities"]["ScalingActivity"]
        return found


@pytest.mark.parametrize("client", [First, Later])
def test_story_of_a_group(cloud, client):
    ess = client(cloud.server)
    group = ess.make_group()
    instances = cloud.make_instances(Amount=2)
    assert ess.activity(group, ess.attach(group, instances))["StatusCode"] == "Successful"
    shown = ess.group(group)
    assert (shown["LifecycleState"], shown["ActiveCapacity"], shown["TotalCapacity"]) == ("Active", 2, 2)
    assert {one["InstanceId"] for one in ess.members(group)} == set(instances)
    assert [one["LifecycleState"] for one in ess.members(group, instances[:1])] == ["InService"]
    done = ess.activity(group, ess.detach(group, instances[:1]))
    assert (done["StatusCode"], done["Progress"]) == ("Successful", 100)
    assert {one["InstanceId"] for one in ess.members(group)} == {instances[1]}
    assert cloud.instance(instances[0])["Status"] == "Running"


@pytest.mark.parametrize("client", [First, Later])
def test_story_of_tags(cloud, client):
    ess = client(cloud.server)
    group, key = ess.make_group(), f"key-of-{client.__name__}"
    ess.tag(group, key, "b")
    assert [(one["TagKey"], one["TagValue"], one["Propagate"]) for one in ess.tags(group)] == [(key, "b", True), ("team", "a", False)]
    keys, values = ess.words(key)
    assert {key, "team"} <= set(keys) and values == ["b"]
    ess.untag(group, key)
    assert [one["TagKey"] for one in ess.tags(group)] == ["team"]
    regions, most = ess.about()
    assert REGION in regions and most == 200


def test_later_client_scales_and_removes(cloud):
    ess = Later(cloud.server)
    client, group = ess.client, ess.make_group()
    rule = client.create_scaling_rule(models.CreateScalingRuleRequest(
        scaling_group_id=group, scaling_rule_type="StepScalingRule", adjustment_type="QuantityChangeInCapacity",
        step_adjustments=[models.CreateScalingRuleRequestStepAdjustments(
            metric_interval_lower_bound=0.5, scaling_adjustment=2)])).body
    (shown,) = client.describe_scaling_rules(models.DescribeScalingRulesRequest(
        region_id=REGION, scaling_rule_aris=[rule.scaling_rule_ari])).body.scaling_rules
    assert shown.scaling_rule_id == rule.scaling_rule_id
    client.execute_scaling_rule(models.ExecuteScalingRuleRequest(
        scaling_rule_ari=rule.scaling_rule_ari, metric_value=81.25, breach_threshold=80.5))
    assert ess.group(group)["TotalCapacity"] == 2
    client.create_lifecycle_hook(models.CreateLifecycleHookRequest(
        scaling_group_id=group, lifecycle_transition="SCALE_IN", lifecycle_hook_name="goodbye"))
    (first, second) = [one["InstanceId"] for one in ess.members(group)]
    removed = client.remove_instances(models.RemoveInstancesRequest(
        scaling_group_id=group, instance_ids=[first, "i-none"], ignore_invalid_instance=True,
        lifecycle_hook_context=models.RemoveInstancesRequestLifecycleHookContext(disable_lifecycle_hook=True))).body
    assert [one.instance_id for one in removed.ignored_instances] == ["i-none"]
    assert [one["InstanceId"] for one in ess.members(group)] == [second] and cloud.instance(first) is None
    client.set_instances_protection(models.SetInstancesProtectionRequest(
        scaling_group_id=group, instance_ids=[second], protected_from_scale_in=True))
    scaled = client.scale_with_adjustment(models.ScaleWithAdjustmentRequest(
        scaling_group_id=group, adjustment_type="TotalCapacity", adjustment_value=3, sync_activity=True, activity_metadata="auto")).body
    assert ess.activity(group, scaled.scaling_activity_id)["ActivityMetadata"] == "auto"
    client.modify_scaling_group(models.ModifyScalingGroupRequest(scaling_group_id=group, max_size=9, removal_policies=[
        "OldestInstance"]))
    client.delete_scaling_group(models.DeleteScalingGroupRequest(region_id=REGION, scaling_group_id=group, force_delete=True))
    assert not client.describe_scaling_groups(models.DescribeScalingGroupsRequest(
        region_id=REGION, scaling_group_ids=[group])).body.scaling_groups
