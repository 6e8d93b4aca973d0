"""Tags of things that are there, resource groups, and DescribeTags: each row of their errors and what they change."""

import json

import pytest

from cloud import REGION, Cloud
from network import make_group, make_network, make_vpc, make_vswitch, vpc_call, vpc_refused

HERE = {"RegionId": REGION}
MARS = {"RegionId": "mars"}
EMPTY = (400, "InvalidParameter", "The input parameter is mandatory for processing this request is empty.")
NO_REGION = (404, "InvalidRegionId.NotFound", "The specified RegionId does not exist.")
NO_TYPE = (404, "InvalidResourceType.NotFound", "The ResourceType provided does not exist in our records.")
NO_IDS = (404, "InvalidResourceId.NotFound", "The specified ResourceIds are not found in our records.")
NO_ID = (404, "InvalidResourceId.NotFound", "The specified ResourceId is not found in our records.")
TAG_TWICE = (400, "Duplicate.TagKey", "The Tag.N.Key contain duplicate key.")
TAG_KEY = (400, "InvalidTagKey.Malformed", "The specified Tag.n.Key is not valid.")
TAG_VALUE = (400, "InvalidTagValue.Malformed", "The specified Tag.n.Value is not valid.")
QUOTA = (400, "OperationDenied.QuotaExceed", "The quota of tags on resource is beyond permitted range.")
TOO_MANY_IDS = (400, "NumberExceed.ResourceIds", "The ResourceIds parameter's number is exceed , Valid : 50")
TOO_MANY_TAGS = (400, "NumberExceed.Tags", "The Tags parameter's number is exceed , Valid : 20")
TAG_COUNT = (400, "InvalidTagCount", "The specified tags are beyond the permitted range.")


def tags(n, prefix="key"):
    return {f"Tag.{number}.Key": f"{prefix}{number}" for number in range(1, n + 1)}


BAD_TAGS = [
    ({"Tag.1.Key": "a", "Tag.2.Key": "a"}, TAG_TWICE),
    ({"Tag.1.Key": "aliyun"}, TAG_KEY),
    ({"Tag.1.Key": "a-http://x"}, TAG_KEY),
    ({"Tag.1.Key": "k" * 129}, TAG_KEY),
    ({"Tag.1.Key": "a", "Tag.1.Value": "acs:x"}, TAG_VALUE),
    ({"Tag.1.Key": "a", "Tag.1.Value": "https://x"}, TAG_VALUE),
    ({"Tag.1.Key": "a", "Tag.1.Value": "v" * 129}, TAG_VALUE),
]


@pytest.fixture(scope="module")
def things(make_module_server):
    """One of each kind, by the word of its kind."""
    cloud = Cloud(make_module_server())
    vpc, vswitch, group = make_network(cloud)
    cloud.ids = {"instance": cloud.make_instance(), "disk": cloud.make_disk(), "securitygroup": group, "VPC": vpc,
                 "VSWITCH": vswitch}
    return cloud


@pytest.fixture
def disk(cloud):
    return cloud.make_disk()


def tags_of(cloud, disk):
    return {tag["TagKey"]: tag["TagValue"] for tag in cloud.disk(disk)["Tags"]["Tag"]}


def refused(cloud, action, **given):
    return cloud.raw(action, given).fault


# ---- rows


@pytest.mark.parametrize("action, more, expected", [
    (action, more, expected) for action in ("TagResources", "UntagResources", "ListTagResources")
    for more, expected in [(MARS, NO_REGION), ({"ResourceType": ""}, EMPTY), ({"ResourceType": "moon"}, NO_TYPE),
                           ({f"ResourceId.{number}": f"d-{number}" for number in range(1, 52)}, TOO_MANY_IDS)]
] + [
    ("TagResources", {"ResourceId.2": "d-nothing"}, NO_IDS),
    ("TagResources", {"ResourceType": "instance"}, NO_IDS),
    ("UntagResources", {"ResourceId.2": "d-nothing"}, NO_IDS),
    ("UntagResources", {f"TagKey.{number}": f"k{number}" for number in range(1, 22)}, TOO_MANY_TAGS),
    ("TagResources", tags(21), TOO_MANY_TAGS),
    ("ListTagResources", tags(21), TOO_MANY_TAGS),
    ("ListTagResources", {"Tag.1.Key": "k" * 129}, TAG_KEY),
    ("ListTagResources", {"Tag.1.Key": "a", "Tag.1.Value": "v" * 129}, TAG_VALUE),
    *(("TagResources", more, expected) for more, expected in BAD_TAGS),
], ids=str)
def test_rows_of_tags(cloud, disk, action, more, expected):
    given = {**HERE, "ResourceType": "disk", "ResourceId.1": disk, "Tag.1.Key": "a", **more}
    assert refused(cloud, action, **given) == expected


@pytest.mark.parametrize("action", ["AddTags", "RemoveTags"])
@pytest.mark.parametrize("more, expected", [
    (MARS, NO_REGION),
    ({"ResourceType": ""}, EMPTY),
    ({"ResourceType": "moon"}, NO_TYPE),
    ({"ResourceId": "d-nothing"}, NO_ID),
    (tags(21), TAG_COUNT),
    ({"Tag.1.Key": "k" * 129}, TAG_KEY),
    ({"Tag.1.Key": "a", "Tag.1.Value": "v" * 129}, TAG_VALUE),
], ids=str)
def test_rows_of_older_tags(cloud, disk, action, more, expected):
    assert refused(cloud, action, **{**HERE, "ResourceType": "disk", "ResourceId": disk, "Tag.1.Key": "a", **more}) == expected


@pytest.mark.parametrize("more, expected", BAD_TAGS, ids=str)
@pytest.mark.parametrize("action", ["AddTags", "CreateDisk"])
def test_tags_that_cannot_be_set(cloud, disk, action, more, expected):
    given = {"AddTags": {"ResourceType": "disk", "ResourceId": disk},
             "CreateDisk": {"ZoneId": "cn-hangzhou-h", "Size": 20, "DiskCategory": "cloud_essd"}}[action]
    assert refused(cloud, action, **HERE, **given, **more) == expected


@pytest.mark.parametrize("action, more, expected", [
    ("DescribeTags", MARS, NO_REGION),
    ("DescribeTags", {"ResourceType": "moon"}, NO_TYPE),
    ("DescribeTags", tags(21), TAG_COUNT),
    ("DescribeTags", {"Tag.1.Key": "k" * 129}, (400, "InvalidTagKey.Malformed", "The parameter Tag.n.Key is illegal.")),
    ("DescribeTags", {"Tag.1.Key": "k", "Tag.1.Value": "v" * 129},
     (400, "InvalidTagValue.Malformed", "The parameter Tag.n.Value is illegal.")),
    ("JoinResourceGroup", {**MARS, "ResourceType": "disk"}, NO_REGION),
    ("JoinResourceGroup", {"ResourceType": "moon"}, NO_TYPE),
    ("JoinResourceGroup", {"ResourceType": "disk", "ResourceGroupId": ""}, EMPTY),
    ("JoinResourceGroup", {"ResourceType": "disk", "ResourceId": "d-nothing"}, NO_ID),
], ids=str)
def test_rows_of_the_others(cloud, disk, action, more, expected):
    given = {**HERE, **({"ResourceId": disk, "ResourceGroupId": "rg-1"} if action == "JoinResourceGroup" else {}), **more}
    assert refused(cloud, action, **given) == expected


# ---- effects


@pytest.mark.parametrize("kind", ["instance", "disk", "securitygroup"])
def test_tags_of_each_kind(things, kind):
    given = {**HERE, "ResourceType": kind, "ResourceId.1": things.ids[kind]}
    things.TagResources(**given, **{"Tag.1.Key": "a", "Tag.1.Value": "1", "Tag.2.key": "b"})
    things.TagResources(**given, **{"Tag.1.Key": "a", "Tag.1.Value": "2"})
    listed = things.ListTagResources(**given)
    assert listed["NextToken"] == ""
    assert listed["TagResources"]["TagResource"] == [
        {"ResourceId": things.ids[kind], "ResourceType": kind, "TagKey": key, "TagValue": value}
        for key, value in (("a", "2"), ("b", ""))]
    things.UntagResources(**given, **{"TagKey.1": "a", "TagKey.2": "nothing", "All": True})
    assert [tag["TagKey"] for tag in things.ListTagResources(**given)["TagResources"]["TagResource"]] == ["b"]
    things.UntagResources(**given)
    assert len(things.ListTagResources(**given)["TagResources"]["TagResource"]) == 1
    things.UntagResources(**given, All=True)
    assert things.ListTagResources(**given)["TagResources"]["TagResource"] == []


@pytest.mark.parametrize("kind", ["VPC", "VSWITCH"])
def test_tags_of_networks(things, kind):
    given = {"ResourceType": kind, "ResourceId.1": things.ids[kind]}
    vpc_call(things, "TagResources", given, **{"Tag.1.Key": "a", "Tag.1.Value": "1", "Tag.2.Key": "b"})
    item = "VpcId" if kind == "VPC" else "VSwitchId"
    shown = vpc_call(things, "DescribeVpcAttribute" if kind == "VPC" else "DescribeVSwitchAttributes", {item: things.ids[kind]})
    assert shown["Tags"]["Tag"] == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]
    first = vpc_call(things, "ListTagResources", given, MaxResults=1)
    assert first["TagResources"]["TagResource"] == [
        {"ResourceId": things.ids[kind], "ResourceType": kind, "TagKey": "a", "TagValue": "1"}]
    second = vpc_call(things, "ListTagResources", given, MaxResults=1, NextToken=first["NextToken"])
    assert ([tag["TagKey"] for tag in second["TagResources"]["TagResource"]], second["NextToken"]) == (["b"], "")
    vpc_call(things, "UnTagResources", given, **{"TagKey.1": "a"})
    vpc_call(things, "UnTagResources", given, All=True)
    assert vpc_call(things, "ListTagResources", given)["TagResources"]["TagResource"] == []


VPC_NO_REGION = (404, "InvalidRegionId.NotFound", 'Specified value of "regionId" is not supported.')


@pytest.mark.parametrize("action", ["TagResources", "UnTagResources", "ListTagResources"])
def test_rows_of_tags_of_networks(things, action):
    given = {"ResourceType": "VPC", "ResourceId.1": things.ids["VPC"], "Tag.1.Key": "a", "TagKey.1": "a"}
    ids = {f"ResourceId.{number}": "vpc-x" for number in range(1, 22)}
    keys = {f"TagKey.{number}": f"k{number}" for number in range(1, 22)} if action == "UnTagResources" else tags(21)
    assert vpc_refused(things, action, {**given, **MARS}) == VPC_NO_REGION
    assert vpc_refused(things, action, {**given, "ResourceType": ""}) == (400, "MissingParameter", "Miss mandatory parameter.")
    assert vpc_refused(things, action, {**given, "ResourceType": "instance"}) == NO_TYPE
    assert vpc_refused(things, action, {**given, **ids}) == \
        (400, "SizeLimitExceeded.ResourceId", "The maximum number of resource IDs is exceeded.")
    assert vpc_refused(things, action, {**given, **keys}) == \
        (400, "SizeLimitExceeded.TagNum", "The maximum number of tags is exceeded.")
    if action != "ListTagResources":
        assert vpc_refused(things, action, {**given, "ResourceId.2": "vpc-nothing"}) == NO_IDS


@pytest.mark.parametrize("more, expected", [
    ({"Tag.1.Key": "a", "Tag.2.Key": "a"}, (400, "Forbidden.TagKey.Duplicated", "The specified tag key already exists.")),
    ({"Tag.1.Key": "acs:a"}, (400, "InvalidTagKey", "The specified tag key is invalid.")),
    ({"Tag.1.Key": "a", "Tag.1.Value": "aliyun"}, (400, "InvalidTagValue", "The specified tag value is invalid.")),
], ids=str)
def test_tags_that_networks_cannot_have(things, more, expected):
    given = {"ResourceType": "VPC", "ResourceId.1": things.ids["VPC"], **more}
    assert vpc_refused(things, "TagResources", given) == expected


def test_twenty_tags_and_no_more(cloud, disk):
    given = {**HERE, "ResourceType": "disk", "ResourceId.1": disk}
    cloud.TagResources(**given, **tags(19))
    assert cloud.raw("AddTags", {**HERE, "ResourceType": "disk", "ResourceId": disk, "Tag.1.Key": "key20"}).status == 200
    cloud.TagResources(**given, **{"Tag.1.Key": "key7", "Tag.1.Value": "changed"})
    assert refused(cloud, "TagResources", **given, **{"Tag.1.Key": "one-more"}) == QUOTA
    assert refused(cloud, "AddTags", **HERE, ResourceType="disk", ResourceId=disk, **{"Tag.1.Key": "one-more"}) == QUOTA
    assert len(tags_of(cloud, disk)) == 20 and tags_of(cloud, disk)["key7"] == "changed"
    vpc = make_vpc(cloud)
    named = {"ResourceType": "VPC", "ResourceId.1": vpc}
    vpc_call(cloud, "TagResources", named, **tags(20))
    assert vpc_refused(cloud, "TagResources", named, **{"Tag.1.Key": "one-more"}) == \
        (400, "QuotaExceeded.TagNum", "The maximum number of tags is exceeded.")


def test_tags_are_set_on_all_or_on_none(cloud, disk):
    given = {**HERE, "ResourceType": "disk", "ResourceId.1": disk, "ResourceId.2": "d-nothing", "Tag.1.Key": "a"}
    assert refused(cloud, "TagResources", **given) == NO_IDS
    assert tags_of(cloud, disk) == {}


def test_older_tags(cloud, disk):
    given = {**HERE, "ResourceType": "disk", "ResourceId": disk}
    cloud.AddTags(**given, **{"Tag.1.Key": "a", "Tag.1.Value": "1", "Tag.2.Key": "b", "Tag.2.Value": "2", "Tag.3.Key": "c"})
    cloud.RemoveTags(**given, **{"Tag.1.Key": "a", "Tag.1.Value": "other", "Tag.2.Key": "b", "Tag.2.Value": "2"})
    assert tags_of(cloud, disk) == {"a": "1", "c": ""}
    assert cloud.raw("RemoveTags", {**given, "Tag.1.Key": "a", "Tag.2.Key": "nothing"}).status == 200
    assert tags_of(cloud, disk) == {"c": ""}


def test_tags_go_with_their_thing(own_cloud):
    cloud = own_cloud()
    vpc, vswitch, group = make_network(cloud)
    instance, disk = cloud.make_instance(**tags(1)), cloud.make_disk(**tags(1))
    cloud.TagResources(**HERE, ResourceType="securitygroup", **{"ResourceId.1": group}, **tags(1))
    vpc_call(cloud, "TagResources", ResourceType="VSWITCH", **{"ResourceId.1": vswitch}, **tags(1))
    assert cloud.DescribeTags(**HERE)["TotalCount"] == 1
    cloud.DeleteInstance(InstanceId=instance, Force=True)
    cloud.DeleteDisk(DiskId=disk)
    cloud.DeleteSecurityGroup(**HERE, SecurityGroupId=group)
    vpc_call(cloud, "DeleteVSwitch", VSwitchId=vswitch)
    assert cloud.DescribeTags(**HERE)["TotalCount"] == 0
    assert vpc_call(cloud, "ListTagResources", ResourceType="VSWITCH")["TagResources"]["TagResource"] == []


def test_list_of_many_goes_page_by_page(own_cloud):
    cloud = own_cloud()
    disks = [cloud.make_disk(**tags(20)) for _ in range(3)]
    cloud.make_disk(**{"Tag.1.Key": "other"})
    seen, token, pages = [], None, 0
    while token != "":
        reply = cloud.ListTagResources(**HERE, ResourceType="disk", NextToken=token, **{"Tag.1.Key": "key1"})
        seen += [(tag["ResourceId"], tag["TagKey"]) for tag in reply["TagResources"]["TagResource"]]
        token, pages = reply["NextToken"], pages + 1
    assert (sorted(seen), pages) == (sorted((disk, f"key{number}") for disk in disks for number in range(1, 21)), 2)
    assert refused(cloud, "ListTagResources", **HERE, ResourceType="disk", NextToken="x")[:2] == (400, "InvalidParameter")
    assert cloud.ListTagResources(RegionId="cn-shanghai", ResourceType="disk")["TagResources"]["TagResource"] == []


def test_tags_are_counted(own_cloud):
    cloud = own_cloud()
    red = {"Tag.1.Key": "color", "Tag.1.Value": "red"}
    first, _, _ = cloud.make_disk(**red), cloud.make_disk(**red), cloud.make_instance(**red)
    cloud.make_disk(**{"Tag.1.Key": "color", "Tag.1.Value": "blue", "Tag.2.Key": "size", "Tag.2.Value": "big"})
    vpc = make_vpc(cloud, **{"Tag.1.Key": "of-vpc"})
    make_group(cloud, vpc, **red)

    def counted(**filters):
        reply = cloud.DescribeTags(**HERE, **filters)
        assert reply["TotalCount"] == len(reply["Tags"]["Tag"]) and reply["PageSize"] == 50
        return {(tag["TagKey"], tag["TagValue"]): {kind: n for kind, n in tag["ResourceTypeCount"].items() if n}
                for tag in reply["Tags"]["Tag"]}

    assert counted() == {("color", "blue"): {"Disk": 1}, ("color", "red"): {"Instance": 1, "Disk": 2, "Securitygroup": 1},
                         ("size", "big"): {"Disk": 1}}
    assert counted(ResourceType="instance") == {("color", "red"): {"Instance": 1}}
    assert counted(ResourceType="disk", ResourceId=first) == {("color", "red"): {"Disk": 1}}
    assert counted(**{"Tag.1.Key": "color", "Tag.1.Value": "blue"}) == {("color", "blue"): {"Disk": 1}, ("size", "big"): {"Disk": 1}}
    page = cloud.DescribeTags(**HERE, PageSize=1, PageNumber=2)
    assert ([tag["TagValue"] for tag in page["Tags"]["Tag"]], page["TotalCount"]) == (["red"], 3)


# ---- resource groups


def test_things_join_resource_groups(things):
    for kind in ("instance", "disk", "securitygroup"):
        things.JoinResourceGroup(**HERE, ResourceType=kind, ResourceId=things.ids[kind], ResourceGroupId="rg-" + kind)
    assert things.instances(ResourceGroupId="rg-instance")[0]["ResourceGroupId"] == "rg-instance"
    assert things.disk(things.ids["disk"])["ResourceGroupId"] == "rg-disk"
    assert things.DescribeSecurityGroups(**HERE, ResourceGroupId="rg-securitygroup")["TotalCount"] == 1
    for kind, action in (("VPC", "DescribeVpcs"), ("VSWITCH", "DescribeVSwitches")):
        vpc_call(things, "MoveResourceGroup", ResourceType=kind, ResourceId=things.ids[kind], NewResourceGroupId="rg-" + kind)
        assert vpc_call(things, action, ResourceGroupId="rg-" + kind)["TotalCount"] == 1


def test_rows_of_move(things):
    given = {"ResourceType": "VPC", "ResourceId": things.ids["VPC"], "NewResourceGroupId": "rg-1"}
    assert vpc_refused(things, "MoveResourceGroup", {**given, **MARS}) == VPC_NO_REGION
    assert vpc_refused(things, "MoveResourceGroup", {**given, "ResourceId": ""}) == (400, "MissingParameter", "Miss mandatory parameter.")
    assert vpc_refused(things, "MoveResourceGroup", {**given, "ResourceType": "moon"}) == NO_TYPE
    assert vpc_refused(things, "MoveResourceGroup", {**given, "ResourceId": "vpc-nothing"}) == NO_IDS


def test_vswitch_of_a_vpc_is_not_its_vpc(things):
    given = {"ResourceType": "VPC", "ResourceId.1": make_vswitch(things, things.ids["VPC"], CidrBlock="10.3.0.0/24"), "Tag.1.Key": "a"}
    assert vpc_refused(things, "TagResources", given) == NO_IDS
    assert json.dumps(vpc_call(things, "ListTagResources", ResourceType="VPC")).count("TagKey") == 0


# ---- the other format


def test_every_new_operation_answers_in_xml(own_cloud):
    """Replies are held against the vendor's shape, whatever the format."""
    cloud = own_cloud()
    vpc, vswitch, group = make_network(cloud)
    other = cloud.raw("CreateSecurityGroup", {**HERE, "VpcId": vpc}, xml=True).value["SecurityGroupId"]
    instance = cloud.make_instance(VSwitchId=vswitch, SecurityGroupId=group, InstanceChargeType="PrePaid")
    named, one = {**HERE, "SecurityGroupId": group}, {**HERE, "ResourceType": "instance", "ResourceId": instance}
    many = {**HERE, "ResourceType": "instance", "ResourceId.1": instance}
    rule = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "10.0.0.0/8", "DestCidrIp": "10.0.0.0/8"}
    for action, given in (
            ("AddTags", {**one, "Tag.1.Key": "a"}), ("TagResources", {**many, "Tag.1.Key": "b"}), ("ListTagResources", many),
            ("DescribeTags", HERE), ("UntagResources", {**many, "TagKey.1": "b"}), ("RemoveTags", {**one, "Tag.1.Key": "a"}),
            ("JoinResourceGroup", {**one, "ResourceGroupId": "rg-1"}),
            ("AuthorizeSecurityGroup", {**named, **rule}), ("AuthorizeSecurityGroupEgress", {**named, **rule}),
            ("DescribeSecurityGroupAttribute", named), ("DescribeSecurityGroups", {**HERE, "IsQueryEcsCount": True}),
            ("RevokeSecurityGroup", {**named, **rule}), ("RevokeSecurityGroupEgress", {**named, **rule}),
            ("ModifySecurityGroupAttribute", {**named, "SecurityGroupName": "name"}),
            ("ModifySecurityGroupPolicy", {**named, "InnerAccessPolicy": "Drop"}),
            ("JoinSecurityGroup", {"SecurityGroupId": other, "InstanceId": instance}),
            ("LeaveSecurityGroup", {"SecurityGroupId": other, "InstanceId": instance}),
            ("DeleteSecurityGroup", {**HERE, "SecurityGroupId": other}), ("DescribeAccountAttributes", HERE),
            ("DescribeInstanceAttachmentAttributes", {**HERE, "InstanceIds": json.dumps([instance])}),
            ("DescribeInstanceAutoRenewAttribute", {**HERE, "InstanceId": instance}),
            ("DescribeInstanceMaintenanceAttributes", HERE), ("DescribeInstanceRamRole", HERE),
            ("DescribeNetworkInterfaces", HERE), ("DescribeUserData", {**HERE, "InstanceId": instance})):
        assert cloud.raw(action, given, xml=True).status == 200, action
