"""Tags of scaling groups, in both editions of the API: set, taken off and listed, and how instances get them."""

import json

import pytest

from cloud import IMAGE, TYPE
from ess import FIRST, LATER, Ess

GROUP = {"ResourceType": "scalinggroup"}
UNKNOWN = (404, "InvalidResourceId.NotFound", "The specified ResourceIds are not found in our records.")


@pytest.fixture(params=[FIRST, LATER])
def ess(cloud, request):
    return Ess(cloud, request.param)


@pytest.fixture(params=[FIRST, LATER])
def own_ess(own_cloud, request):
    """On a server of its own: keys and values are those of a whole account."""
    return Ess(own_cloud(), request.param)


def tag(*pairs, **more):
    return [{"Key": key, "Value": value, **more} for key, value in pairs]


def tags(ess, *groups, **more):
    """{(group, key): (value, whether it goes over)}"""
    reply = ess.ListTagResources(**GROUP, **({"ResourceId": list(groups)} if groups else {}), **more)
    listed = ess.listed(reply, "TagResources", "TagResource")
    assert {one["ResourceType"] for one in listed} <= {"scalinggroup"} and reply["NextToken"] == ""
    return {(one["ResourceId"], one["TagKey"]): (one["TagValue"], one["Propagate"]) for one in listed}


def test_tags_are_set_and_taken_off(ess):
    one, other = (ess.make_group(configuration=False) for _ in range(2))
    ess.TagResources(**GROUP, ResourceId=[one, other], Tag=tag(("env", "test"), ("team", "a")))
    assert tags(ess, one, other) == {(group, key): (value, False) for group in (one, other)
                                     for key, value in (("env", "test"), ("team", "a"))}
    ess.TagResources(**GROUP, ResourceId=[one], Tag=tag(("env", "live"), Propagate=True))
    assert tags(ess, one) == {(one, "env"): ("live", True), (one, "team"): ("a", False)}
    assert tags(ess, one, other, Tag=[{"Key": "env", "Value": "live"}]).keys() == {(one, "env"), (one, "team")}
    shown = ess.listed(ess.group(one), "Tags", "Tag")
    assert [(each["TagKey"], each["TagValue"], each["Propagate"]) for each in shown] == [("env", "live", True), ("team", "a", False)]
    assert [each["ScalingGroupId"] for each in ess.groups(one, other, Tag=[{"Key": "env", "Value": "live"}])] == [one]
    ess.UntagResources(**GROUP, ResourceId=[one], TagKey=["env", "none"])
    assert tags(ess, one) == {(one, "team"): ("a", False)}
    ess.UntagResources(**GROUP, ResourceId=[other], All=True)
    assert tags(ess, one, other) == {(one, "team"): ("a", False)}
    ess.DeleteScalingGroup(ScalingGroupId=one)
    assert ess.refused("TagResources", **GROUP, ResourceId=[one], Tag=tag(("k", "v"))) == UNKNOWN


def test_rows_of_tags(ess):
    group = ess.make_group(configuration=False)

    def refused(action="TagResources", **more):
        return ess.refused(action, **{**GROUP, "ResourceId": [group], "Tag": tag(("k", "v")), **more})

    for action in ("TagResources", "UntagResources", "ListTagResources", "ListTagKeys", "ListTagValues"):
        assert refused(action, RegionId="mars", Key="k") == (404, "InvalidRegionId.NotFound", "The specified region does not exist.")
        assert refused(action, RegionId="", Key="k")[:2] == (400, "InvalidParameter")
        assert refused(action, ResourceType="disk", Key="k") == (
            400, "InvalidResourceType.NotFound", "The ResourceType provided does not exist in our records.")
        assert refused(action, ResourceType="", Key="k")[:2] == (400, "InvalidParameter")
    for action in ("TagResources", "UntagResources"):
        assert refused(action, ResourceId=[group, "asg-none"]) == UNKNOWN
        assert refused(action, ResourceId=[f"asg-{i}" for i in range(51)])[:2] == (400, "InvalidParameter")
        assert refused(action, ResourceId=[group, group])[:2] == (400, "InvalidParameter")
    assert refused(Tag=tag(("acs:k", "v")))[:2] == (400, "InvalidTagKey.Malformed")
    assert refused(Tag=tag(("k", "http://v")))[:2] == (400, "InvalidTagValue.Malformed")
    assert refused(Tag=tag(("k", "v"), ("k", "w")))[:2] == (400, "Duplicate.TagKey")
    assert refused(Tag=tag(*((f"k{i}", "v") for i in range(21))))[:2] == (400, "InvalidParameter")
    assert tags(ess, group) == {}
    ess.TagResources(**GROUP, ResourceId=[group], Tag=tag(*((f"k{i}", "v") for i in range(20))))
    assert refused(Tag=tag(("one-more", "v"))) == (
        400, "OperationDenied.QuotaExceed", "The quota of tags on resource is beyond permitted range.")
    ess.TagResources(**GROUP, ResourceId=[group], Tag=tag(("k0", "w")))
    assert len(tags(ess, group)) == 20
    for key in ("k" * 129, "acs:k"):
        assert refused("ListTagValues", Key=key) == (400, "InvalidTagKey.Malformed", f'The specified tag key "{key}" is not valid.')
    for action, token in (("ListTagResources", "asg"), ("ListTagKeys", "k"), ("ListTagValues", "k")):
        assert refused(action, NextToken=token, Key="k")[:2] == (400, "InvalidParameter")
    for size in (0, 51):
        assert refused("ListTagKeys", PageSize=size)[:2] == (400, "InvalidParameter")


def pages(ess, action, word, **more):
    """What is listed, page by page."""
    found, token = [], ""
    while True:
        reply = getattr(ess, action)(**GROUP, NextToken=token, **more)
        found.append(ess.listed(reply, word + "s", word))
        token = reply["NextToken"]
        if not token:
            return reply["PageSize"], found


def test_keys_and_values_are_listed_in_pages(own_ess):
    ess = own_ess
    assert pages(ess, "ListTagKeys", "Key") == (10, [[]])
    one, other = (ess.make_group(configuration=False) for _ in range(2))
    ess.TagResources(**GROUP, ResourceId=[one], Tag=tag(("env", ""), *((f"k{i:02}", "v") for i in range(11))))
    ess.TagResources(**GROUP, ResourceId=[other], Tag=tag(("env", "b"), ("k00", "v")))
    ess.cloud.make_disk(**{"Tag.1.Key": "of-disk", "Tag.1.Value": "v"})
    far = ess.CreateScalingGroup(RegionId="cn-beijing", MinSize=0, MaxSize=1, Tag=tag(("far", "v")))["ScalingGroupId"]
    keys = ["env", *(f"k{i:02}" for i in range(11))]
    assert pages(ess, "ListTagKeys", "Key") == (10, [keys[:10], keys[10:]])
    assert pages(ess, "ListTagKeys", "Key", PageSize=12) == (12, [keys])
    assert pages(ess, "ListTagKeys", "Key", PageSize=5) == (5, [keys[:5], keys[5:10], keys[10:]])
    assert pages(ess, "ListTagKeys", "Key", RegionId="cn-beijing") == (10, [["far"]])
    assert pages(ess, "ListTagValues", "Value", Key="env") == (10, [["", "b"]])
    assert pages(ess, "ListTagValues", "Value", Key="env", PageSize=1) == (1, [[""], ["b"]])
    assert pages(ess, "ListTagValues", "Value", Key="k00") == (10, [["v"]])
    assert pages(ess, "ListTagValues", "Value", Key="of-disk") == (10, [[]])
    assert tags(ess, far) == {} and tags(ess, far, RegionId="cn-beijing") == {(far, "far"): ("v", False)}


def test_many_tags_are_listed_in_pages(own_ess):
    ess = own_ess
    groups = [ess.make_group(configuration=False) for _ in range(3)]
    ess.TagResources(**GROUP, ResourceId=groups, Tag=tag(*((f"k{i:02}", "v") for i in range(20))))
    first = ess.ListTagResources(**GROUP)
    rest = ess.ListTagResources(**GROUP, NextToken=first["NextToken"])
    listed = [(one["ResourceId"], one["TagKey"]) for reply in (first, rest) for one in ess.listed(reply, "TagResources", "TagResource")]
    assert len(ess.listed(first, "TagResources", "TagResource")) == 50 and rest["NextToken"] == ""
    assert sorted(listed) == sorted((group, f"k{i:02}") for group in groups for i in range(20))


def instance_tags(ess, instance):
    return {each["TagKey"]: each["TagValue"] for each in ess.cloud.instance(instance)["Tags"]["Tag"]}


def grow(ess, group):
    """The instance that a group makes next."""
    before = ess.ids(group)
    ess.ScaleWithAdjustment(ScalingGroupId=group, AdjustmentType="QuantityChangeInCapacity", AdjustmentValue=1)
    (made,) = ess.ids(group) - before
    return made


def test_tags_go_over_to_instances_that_are_made_from_then_on(ess):
    group = ess.make_group(configuration=False, Tag=[*tag(("team", "a"), Propagate=True), *tag(("own", "b"))])
    made = ess.CreateScalingConfiguration(ScalingGroupId=group, ImageId=IMAGE, InstanceType=TYPE,
                                          Tags=json.dumps({"env": "of-configuration"}))
    ess.EnableScalingGroup(ScalingGroupId=group, ActiveScalingConfigurationId=made["ScalingConfigurationId"])
    first = grow(ess, group)
    assert instance_tags(ess, first) == {"team": "a", "env": "of-configuration"}
    ess.TagResources(**GROUP, ResourceId=[group], Tag=tag(("env", "of-group"), ("late", "c"), Propagate=True))
    ess.TagResources(**GROUP, ResourceId=[group], Tag=tag(("team", "a")))
    assert instance_tags(ess, grow(ess, group)) == {"env": "of-configuration", "late": "c"}
    assert instance_tags(ess, first) == {"team": "a", "env": "of-configuration"}
    attached = ess.cloud.make_instance()
    ess.AttachInstances(ScalingGroupId=group, InstanceId=[attached])
    assert instance_tags(ess, attached) == {}


def test_an_instance_gets_as_many_tags_as_it_may_have(ess):
    group = ess.make_group(configuration=False, Tag=tag(*((f"g{i:02}", "v") for i in range(20)), Propagate=True))
    made = ess.CreateScalingConfiguration(ScalingGroupId=group, ImageId=IMAGE, InstanceType=TYPE,
                                          Tags=json.dumps({f"c{i:02}": "v" for i in range(15)}))
    ess.EnableScalingGroup(ScalingGroupId=group, ActiveScalingConfigurationId=made["ScalingConfigurationId"])
    assert set(instance_tags(ess, grow(ess, group))) == {*(f"c{i:02}" for i in range(15)), *(f"g{i:02}" for i in range(5))}


def test_ecs_does_not_know_tags_of_groups(cloud):
    """They are of another product, as those of VPCs are."""
    ess = Ess(cloud)
    group = ess.make_group(configuration=False, Tag=tag(("only-of-a-group", "v")))
    assert cloud.DescribeTags(RegionId="cn-hangzhou", **{"Tag.1.Key": "only-of-a-group"})["Tags"]["Tag"] == []
    assert cloud.refused("TagResources", RegionId="cn-hangzhou", ResourceType="scalinggroup", **{
        "ResourceId.1": group, "Tag.1.Key": "k"})[:2] == (404, "InvalidResourceType.NotFound")
