"""Security groups: each row of their errors, their rules, who is in them, and what depends on what."""

import json

import pytest

from cloud import IMAGE, REGION, TIME_SECONDS, TYPE, ZONE, Cloud, edit_store
from network import make_group, make_network, make_vpc, make_vswitch, rules_of

HERE = {"RegionId": REGION}
MARS = {"RegionId": "mars"}
EMPTY = (400, "InvalidParameter")
NO_REGION = (404, "InvalidRegionId.NotFound")
NO_GROUP = (404, "InvalidSecurityGroupId.NotFound")
NO_INSTANCE = (404, "InvalidInstanceId.NotFound")
NAME = (400, "InvalidSecurityGroupName.Malformed")
DESCRIPTION = (400, "InvalidSecurityGroupDiscription.Malformed")
BAD_TAGS = [
    ({"Tag.1.Key": "a", "Tag.2.Key": "a"}, (400, "Duplicate.TagKey")),
    ({"Tag.1.Key": "acs:x"}, (400, "InvalidTagKey.Malformed")),
    ({"Tag.1.Key": "a", "Tag.1.Value": "http://x"}, (400, "InvalidTagValue.Malformed")),
    ({"Tag.1.Key": "k" * 129}, (400, "InvalidTagKey.Malformed")),
    ({"Tag.1.Key": "a", "Tag.1.Value": "v" * 129}, (400, "InvalidTagValue.Malformed")),
]


@pytest.fixture(scope="module")
def net(shared_cloud):
    """(vpc, vswitch, group) of the server that all share."""
    return make_network(shared_cloud)


@pytest.fixture
def group(cloud, net):
    return make_group(cloud, net[0])


def fill(cloud, instance, group, n):
    """So many more instances in the group: copies of one, put into the store."""
    (row,) = [one for one in cloud.instances() if one["InstanceId"] == instance]
    assert row["SecurityGroupIds"]["SecurityGroupId"] == [group]
    columns = "driver, realm, account, scope, region, zone, kind, name, description, host_name, image, type, charge_type, " \
              "stopped_mode, deletion_protection, locks, security_groups, vpc, key_pair, user_data, resource_group, serial, " \
              "internet_charge_type, internet_max_bandwidth_in, internet_max_bandwidth_out, spot_strategy, created_at, " \
              "started_at, expires_at, auto_release_at"
    edit_store(cloud.server, (
        f"INSERT INTO instance (id, state, vswitch, private_ip, {columns}) SELECT 'i-copy' || n, 'stopped', '', '', {columns} "
        f"FROM instance, (WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {n}) "
        "SELECT n FROM number) WHERE id = ?", [instance]))


# ---- groups


@pytest.mark.parametrize("more, expected", [
    (MARS, NO_REGION),
    ({"RegionId": ""}, EMPTY),
    ({"VpcId": None}, (404, "InvalidVpcId.NotFound")),
    ({"VpcId": "vpc-nothing"}, (404, "InvalidVpcId.NotFound")),
    ({"SecurityGroupName": "n"}, NAME),
    ({"Description": "d"}, DESCRIPTION),
    ({"SecurityGroupType": "other"}, EMPTY),
    *BAD_TAGS,
], ids=str)
def test_rows_of_create(cloud, net, more, expected):
    assert cloud.refused("CreateSecurityGroup", **{**HERE, "VpcId": net[0], **more}) == expected


def test_vpc_that_is_not_ready(slow_cloud):
    vpc = make_vpc(slow_cloud)
    assert slow_cloud.refused("CreateSecurityGroup", **HERE, VpcId=vpc) == (400, "IncorrectVpcStatus")


def test_so_many_groups_and_no_more(own_cloud):
    cloud = own_cloud()
    vpc = make_vpc(cloud)
    for _ in range(100):
        make_group(cloud, vpc)
    assert cloud.refused("CreateSecurityGroup", **HERE, VpcId=vpc) == (403, "QuotaExceed.SecurityGroup")
    (item,) = cloud.DescribeAccountAttributes(**HERE, **{"AttributeName.1": "max-security-groups"})[
        "AccountAttributeItems"]["AccountAttributeItem"]
    assert item["AttributeValues"]["ValueItem"] == [{"Value": "100"}]


def test_group_from_its_making_to_its_end(cloud, net):
    given = {**HERE, "VpcId": net[0], "SecurityGroupName": "web", "Description": "of all", "ClientToken": "web-1",
             "Tag.1.Key": "team", "Tag.1.Value": "a", "ResourceGroupId": "rg-1"}
    group = cloud.CreateSecurityGroup(**given)["SecurityGroupId"]
    assert cloud.CreateSecurityGroup(**given)["SecurityGroupId"] == group
    assert cloud.refused("CreateSecurityGroup", **{**given, "Description": "other"}) == (400, "IdempotentParameterMismatch")
    (found,) = cloud.DescribeSecurityGroups(**HERE, SecurityGroupId=group)["SecurityGroups"]["SecurityGroup"]
    assert TIME_SECONDS.fullmatch(found.pop("CreationTime"))
    assert found == {"SecurityGroupId": group, "SecurityGroupName": "web", "Description": "of all", "SecurityGroupType": "normal",
                     "VpcId": net[0], "ResourceGroupId": "rg-1", "RuleCount": 0, "GroupToGroupRuleCount": 0,
                     "ServiceManaged": False, "Tags": {"Tag": [{"TagKey": "team", "TagValue": "a"}]}}
    cloud.ModifySecurityGroupAttribute(**HERE, SecurityGroupId=group, SecurityGroupName="new name")
    cloud.ModifySecurityGroupAttribute(**HERE, SecurityGroupId=group, Description="of some")
    policy = {**HERE, "SecurityGroupId": group, "InnerAccessPolicy": "Drop", "ClientToken": "policy-1"}
    cloud.ModifySecurityGroupPolicy(**policy)
    cloud.ModifySecurityGroupPolicy(**policy)
    assert cloud.refused("ModifySecurityGroupPolicy", **{**policy, "InnerAccessPolicy": "Accept"}) == \
        (400, "IdempotentParameterMismatch")
    found = cloud.DescribeSecurityGroupAttribute(**HERE, SecurityGroupId=group)
    assert (found["SecurityGroupName"], found["Description"], found["InnerAccessPolicy"]) == ("new name", "of some", "Drop")
    cloud.DeleteSecurityGroup(**HERE, SecurityGroupId=group)
    assert cloud.DescribeSecurityGroups(**HERE, SecurityGroupId=group)["TotalCount"] == 0
    assert cloud.refused("DescribeSecurityGroupAttribute", **HERE, SecurityGroupId=group) == NO_GROUP


@pytest.mark.parametrize("action, more, expected", [
    (action, more, expected)
    for action in ("ModifySecurityGroupAttribute", "ModifySecurityGroupPolicy", "DeleteSecurityGroup",
                   "DescribeSecurityGroupAttribute")
    for more, expected in ((MARS, NO_REGION), ({"SecurityGroupId": ""}, EMPTY), ({"SecurityGroupId": "sg-nothing"}, NO_GROUP))
] + [
    ("ModifySecurityGroupAttribute", {"SecurityGroupName": "n"}, NAME),
    ("ModifySecurityGroupAttribute", {"Description": "d"}, DESCRIPTION),
    ("ModifySecurityGroupPolicy", {"InnerAccessPolicy": "Maybe"}, EMPTY),
], ids=str)
def test_rows_that_name_a_group(cloud, group, action, more, expected):
    given = {**HERE, "SecurityGroupId": group}
    if action == "ModifySecurityGroupPolicy":
        given["InnerAccessPolicy"] = "Accept"
    assert cloud.refused(action, **{**given, **more}) == expected


def test_group_that_something_stands_on_stays(cloud, net):
    vpc, vswitch, _ = net
    group, other = make_group(cloud, vpc), make_group(cloud, vpc)
    instance = cloud.make_instance(VSwitchId=vswitch, SecurityGroupId=group)
    rule = {**HERE, "SecurityGroupId": other, "IpProtocol": "all", "SourceGroupId": group}
    cloud.AuthorizeSecurityGroup(**rule)

    def reply():
        return cloud.raw("DeleteSecurityGroup", {**HERE, "SecurityGroupId": group}).fault

    assert reply() == (403, "DependencyViolation", "There is still instance(s) in the specified security group.")
    cloud.DeleteInstance(InstanceId=instance, Force=True)
    assert reply() == (403, "DependencyViolation", "The specified security group has been authorized in another one.")
    cloud.RevokeSecurityGroup(**rule)
    cloud.DeleteSecurityGroup(**HERE, SecurityGroupId=group)


# ---- lists


def test_filters_of_groups(own_cloud):
    cloud = own_cloud()
    one, two = make_vpc(cloud), make_vpc(cloud)
    groups = {"a": make_group(cloud, one, SecurityGroupName="alpha", **{"Tag.1.Key": "team", "Tag.1.Value": "a"}),
              "b": make_group(cloud, one, SecurityGroupName="alphabet", SecurityGroupType="enterprise"),
              "c": make_group(cloud, two, SecurityGroupName="gamma", ResourceGroupId="rg-1")}
    names = {id: name for name, id in groups.items()}

    def found(**filters):
        reply = cloud.DescribeSecurityGroups(**HERE, **filters)
        assert reply["TotalCount"] == len(reply["SecurityGroups"]["SecurityGroup"])
        return {names[group["SecurityGroupId"]] for group in reply["SecurityGroups"]["SecurityGroup"]}

    assert found() == set("abc") == found(NetworkType="vpc") == found(ServiceManaged=False)
    assert found(NetworkType="classic") == set() == found(ServiceManaged=True)
    assert found(VpcId=one) == set("ab")
    assert found(SecurityGroupName="alpha") == {"a"}
    assert found(SecurityGroupName="alpha", FuzzyQuery=True) == set("ab")
    assert found(SecurityGroupType="enterprise") == {"b"} and found(SecurityGroupType="normal") == set("ac")
    assert found(ResourceGroupId="rg-1") == {"c"}
    assert found(SecurityGroupIds=json.dumps([groups["a"], groups["c"], "sg-nothing"])) == set("ac")
    assert found(SecurityGroupIds="[]") == set()
    assert found(**{"Tag.1.Key": "team"}) == {"a"} and found(**{"Tag.1.Key": "team", "Tag.1.Value": "b"}) == set()
    assert cloud.DescribeSecurityGroups(RegionId="cn-shanghai")["TotalCount"] == 0
    seen, token = [], None
    while token != "":
        reply = cloud.DescribeSecurityGroups(**HERE, MaxResults=1, NextToken=token)
        seen += [names[group["SecurityGroupId"]] for group in reply["SecurityGroups"]["SecurityGroup"]]
        token = reply.get("NextToken", "")
    assert sorted(seen) == list("abc")


def test_rows_of_the_list(cloud):
    assert cloud.refused("DescribeSecurityGroups", **MARS) == NO_REGION
    assert cloud.refused("DescribeSecurityGroups", **HERE, DryRun=True) == (400, "DryRunOperation")
    assert cloud.refused("DescribeSecurityGroups", **HERE, MaxResults=10, NextToken="x") == EMPTY


# ---- rules


BOTH = ["", "Egress"]
RULE = {"IpProtocol": "tcp", "PortRange": "22/22"}


def near(kind):
    """The far side of a rule: (name of its block, prefix of its other names)."""
    return ("DestCidrIp", "Dest") if kind else ("SourceCidrIp", "Source")


@pytest.mark.parametrize("form", ["", "Permissions.1."])
@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("verb", ["Authorize", "Revoke"])
@pytest.mark.parametrize("more, expected", [
    ({"IpProtocol": "sctp"}, (400, "InvalidIpProtocol.ValueNotSupported")),
    ({"IpProtocol": None}, (400, "InvalidIpProtocol.ValueNotSupported")),
    ({"PortRange": None}, "ports"),
    ({"PortRange": "22"}, "ports"),
    ({"PortRange": "0/22"}, "ports"),
    ({"PortRange": "23/22"}, "ports"),
    ({"PortRange": "1/65536"}, "ports"),
    ({"PortRange": "-1/-1"}, "ports"),
    ({"IpProtocol": "icmp", "PortRange": "22/22"}, "ports"),
    ({"SourcePortRange": "x"}, (400, "InvalidSourcePortRange.Malformed")),
    ({"SourceCidrIp": "10.0.0.1/8"}, (400, "InvalidSourceCidrIp.Malformed")),
    ({"DestCidrIp": "everywhere"}, (400, "InvalidDestCidrIp.Malformed")),
    ({"Ipv6SourceCidrIp": "2001:db8::/129"}, (400, "InvalidParam.Ipv6SourceCidrIp")),
    ({"Ipv6DestCidrIp": "10.0.0.0/8"}, (400, "InvalidParam.Ipv6DestCidrIp")),
    ({"Policy": "maybe"}, (400, "InvalidPolicy.Malformed")),
    ({"NicType": "wifi"}, (400, "InvalidNicType.ValueNotSupported")),
    ({"Priority": 101}, (400, "InvalidPriority.ValueNotSupported")),
    ({"Description": "d" * 513}, DESCRIPTION),
    ({"PrefixListId": "pl-1"}, (404, "InvalidPrefixListId.NotFound")),
    ({"far": None}, (400, "MissingParameter.Source")),
    ({"GroupId": "sg-nothing"}, (404, "InvalidSourceGroupId.NotFound")),
    ({"GroupId": "elsewhere"}, (400, "InvalidSourceGroupId.Mismatch")),
    ({"GroupId": "itself"}, "itself"),
], ids=str)
def test_rows_of_rules(cloud, net, elsewhere, verb, kind, form, more, expected):
    block, prefix = near(kind)
    known = {"elsewhere": elsewhere, "itself": net[2]}
    rule = {**RULE, block: "10.0.0.0/8"}
    for name, value in more.items():
        if name == "far":
            del rule[block]
        else:
            rule[prefix + name if name in ("GroupId", "PrefixListId") else name] = known.get(value, value)
    expected = {"ports": (400, "InvalidIpProtocol.Malformed" if verb == "Authorize" else "InvalidIpPortRange.Malformed"),
                "itself": (403 if verb == "Authorize" else 400, "InvalidParamter.Conflict")}.get(expected, expected)
    given = {**HERE, "SecurityGroupId": net[2], **{form + name: value for name, value in rule.items()}}
    assert cloud.refused(f"{verb}SecurityGroup{kind}", **given) == expected


@pytest.fixture(scope="module")
def elsewhere(shared_cloud):
    return make_group(shared_cloud, make_vpc(shared_cloud))


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("verb", ["Authorize", "Revoke"])
def test_rows_of_rules_that_name_the_group(cloud, net, verb, kind):
    rule = {**RULE, near(kind)[0]: "10.0.0.0/8", "SecurityGroupId": net[2], **HERE}
    action = f"{verb}SecurityGroup{kind}"
    assert cloud.refused(action, **{**rule, **MARS}) == NO_REGION
    assert cloud.refused(action, **{**rule, "SecurityGroupId": ""}) == EMPTY
    assert cloud.refused(action, **{**rule, "SecurityGroupId": "sg-nothing"}) == NO_GROUP
    token = {"ClientToken": f"{action}-{net[2]}"}
    getattr(cloud, action)(**{**rule, "Priority": 77, **token})
    assert cloud.refused(action, **{**rule, "Priority": 78, **token}) == (400, "IdempotentParameterMismatch")
    cloud.raw(f"RevokeSecurityGroup{kind}", {**rule, "Priority": 77})


@pytest.mark.parametrize("kind", BOTH)
def test_rule_is_added_shown_and_taken_off(cloud, net, group, kind):
    block, _ = near(kind)
    rule = {**HERE, "SecurityGroupId": group, **RULE, block: "10.0.0.0/8", "Priority": 5, "Policy": "DROP"}
    getattr(cloud, "AuthorizeSecurityGroup" + kind)(**rule, Description="the door", NicType="intranet")
    getattr(cloud, "AuthorizeSecurityGroup" + kind)(**rule)
    (found,) = rules_of(cloud, group)
    assert TIME_SECONDS.fullmatch(found.pop("CreateTime")) and found.pop("SecurityGroupRuleId").startswith("sgr-")
    assert {name: value for name, value in found.items() if value} == {
        "Direction": "egress" if kind else "ingress", "Policy": "Drop", "IpProtocol": "TCP", "PortRange": "22/22",
        "Priority": "5", "NicType": "intranet", "Description": "the door", block: "10.0.0.0/8"}
    assert cloud.DescribeSecurityGroups(**HERE, SecurityGroupId=group)["SecurityGroups"]["SecurityGroup"][0]["RuleCount"] == 1
    assert rules_of(cloud, group, Direction="ingress" if kind else "egress") == []
    assert len(rules_of(cloud, group, Direction="egress" if kind else "ingress")) == 1 == len(rules_of(cloud, group, Direction="all"))
    assert len(rules_of(cloud, group, NicType="intranet")) == 1 == len(rules_of(cloud, group, NicType="<nil>"))
    assert rules_of(cloud, group, NicType="internet") == []
    getattr(cloud, "RevokeSecurityGroup" + kind)(**{**rule, "Priority": 6})
    assert len(rules_of(cloud, group)) == 1
    getattr(cloud, "RevokeSecurityGroup" + kind)(**rule, Description="not compared")
    assert rules_of(cloud, group) == []


# ---- a rule is changed


@pytest.fixture
def ruled(cloud, group):
    """ruled(kind, **more) -> (the call that changes a rule of a group of its own, the rule as it is shown)."""

    def make(kind, **more):
        rule = {**HERE, "SecurityGroupId": group, **RULE, near(kind)[0]: "10.0.0.0/8", "Description": "old", **more}
        getattr(cloud, "AuthorizeSecurityGroup" + kind)(**{name: value for name, value in rule.items() if value is not None})
        shown = rules_of(cloud, group)[0]
        return {**HERE, "SecurityGroupId": group, "SecurityGroupRuleId": shown["SecurityGroupRuleId"]}, shown

    yield make
    cloud.DeleteSecurityGroup(**HERE, SecurityGroupId=group)  # the tests share an account, which has room for 100


def modify(kind):
    return f"ModifySecurityGroup{kind}Rule"


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("asked, after", [
    ({"Description": "new"}, {"Description": "new"}),
    ({"Policy": "drop", "Priority": 100}, {"Policy": "Drop", "Priority": "100"}),
    ({"PortRange": "1/65535", "IpProtocol": "UDP"}, {"PortRange": "1/65535", "IpProtocol": "UDP"}),
    ({"IpProtocol": "icmp", "PortRange": "-1/-1"}, {"IpProtocol": "ICMP", "PortRange": "-1/-1"}),
    ({"SourcePortRange": "5/5"}, {"SourcePortRange": "5/5"}),
    ({"far": "192.168.0.1"}, {"far": "192.168.0.1"}),
    ({"near": "10.1.0.0/16"}, {"near": "10.1.0.0/16"}),
    ({"NicType": "intranet"}, {}),
    ({"Description": ""}, {}),
    ({}, {}),
], ids=str)
def test_rule_is_changed_and_keeps_the_rest(cloud, ruled, kind, asked, after):
    names = {"far": near(kind)[0], "near": near("" if kind else "Egress")[0]}
    call, before = ruled(kind)
    getattr(cloud, modify(kind))(**call, **{names.get(name, name): value for name, value in asked.items()})
    assert rules_of(cloud, call["SecurityGroupId"]) == [{**before, **{names.get(name, name): value for name, value in after.items()}}]


@pytest.mark.parametrize("kind", BOTH)
def test_rule_that_names_a_group_gets_another(cloud, net, ruled, kind):
    member = near(kind)[1] + "GroupId"
    peers = [make_group(cloud, net[0]) for _ in range(2)]
    call, before = ruled(kind, **{near(kind)[0]: None, member: peers[0]})
    getattr(cloud, modify(kind))(**call, **{member: peers[1]})
    assert rules_of(cloud, call["SecurityGroupId"])[0] == {**before, member: peers[1]}
    cloud.DeleteSecurityGroup(**HERE, SecurityGroupId=peers[0])


@pytest.mark.parametrize("kind", BOTH)
def test_rule_that_is_meant_by_what_it_says_gets_a_description_alone(cloud, ruled, kind):
    call, before = ruled(kind)
    del call["SecurityGroupRuleId"]
    rule = {**call, **RULE, near(kind)[0]: "10.0.0.0/8"}
    getattr(cloud, modify(kind))(**rule, Description="new")
    assert rules_of(cloud, call["SecurityGroupId"]) == [{**before, "Description": "new"}]
    answer = (404, "SecurityGroupRule.NotFound", "The target security group rule not exist.")
    for xml in (False, True):
        assert cloud.raw(modify(kind), {**rule, "Priority": 9}, xml=xml).fault == answer


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("more, expected", [
    ({"RegionId": "mars"}, NO_REGION),
    ({"SecurityGroupId": ""}, EMPTY),
    ({"SecurityGroupId": "sg-nothing"}, NO_GROUP),
    ({"SecurityGroupRuleId": "sgr-nothing"}, (404, "InvalidSecurityGroupRuleId.NotFound")),
    ({"SecurityGroupRuleId": "of the other way"}, (404, "InvalidSecurityGroupRuleId.NotFound")),
    ({"SecurityGroupRuleId": "of another group"}, (404, "InvalidSecurityGroupRuleId.NotFound")),
    ({"NicType": "internet"}, (400, "InvalidOperation.ModifyNicType")),
    ({"NicType": "wifi"}, (400, "InvalidNicType.ValueNotSupported")),
    ({"far": "2001:db8::/32"}, (400, "InvalidOperation.ModifySgRuleEntityType")),
    ({"GroupId": "sg-nothing"}, (400, "InvalidOperation.ModifySgRuleEntityType")),
    ({"IpProtocol": "sctp"}, (400, "InvalidIpProtocol.ValueNotSupported")),
    ({"IpProtocol": "icmp"}, (400, "InvalidIpProtocol.Malformed")),
    ({"PortRange": "0/1"}, (400, "InvalidIpProtocol.Malformed")),
    ({"SourcePortRange": "x"}, (400, "InvalidSourcePortRange.Malformed")),
    ({"near and far": "x"}, None),
    ({"Ipv6": "x"}, None),
    ({"Policy": "maybe"}, (400, "InvalidPolicy.Malformed")),
    ({"Priority": 0}, (400, "InvalidPriority.ValueNotSupported")),
    ({"Description": "d" * 513}, DESCRIPTION),
    ({"PrefixListId": "pl-1"}, (404, "InvalidPrefixListId.NotFound")),
    ({"PortRange": "23/23"}, (400, "InvalidOperation.RuleDuplicate")),
], ids=str)
def test_rows_of_a_change(cloud, net, ruled, kind, more, expected):
    block, prefix = near(kind)
    other = "" if kind else "Egress"
    call, before = ruled(kind)
    getattr(cloud, "AuthorizeSecurityGroup" + kind)(**HERE, SecurityGroupId=call["SecurityGroupId"], IpProtocol="tcp",
                                                    PortRange="23/23", **{block: "10.0.0.0/8"})
    if "near and far" in more:
        cases = [({"SourceCidrIp": "x"}, (400, "InvalidSourceCidrIp.Malformed")),
                 ({"DestCidrIp": "x"}, (400, "InvalidDestCidrIp.Malformed"))]
    elif "Ipv6" in more:
        cases = [({f"Ipv6{near(other)[0]}": "x"}, (400, f"InvalidParam.Ipv6{near(other)[0]}"))]
    else:
        known = {"of the other way": call["SecurityGroupRuleId"], "of another group": call["SecurityGroupRuleId"]}
        cases = [({"Ipv6" + block if name == "far" else prefix + name if name in ("GroupId", "PrefixListId") else name:
                   known.get(value, value) for name, value in more.items()}, expected)]
    action = modify(other if more.get("SecurityGroupRuleId") == "of the other way" else kind)
    if more.get("SecurityGroupRuleId") == "of another group":
        cases[0][0]["SecurityGroupId"] = net[2]
    shown = rules_of(cloud, call["SecurityGroupId"])
    for asked, answer in cases:
        assert cloud.refused(action, **{**call, **asked}) == answer
    assert rules_of(cloud, call["SecurityGroupId"]) == shown and before in shown


@pytest.mark.parametrize("kind", BOTH)
def test_rows_of_a_change_that_says_which_rule(cloud, net, elsewhere, ruled, kind):
    block, prefix = near(kind)
    call, _ = ruled(kind)
    del call["SecurityGroupRuleId"]
    group = prefix + "GroupId"
    for more, answer in (({}, (400, "MissingParameter.Source")), ({group: "sg-nothing"}, (404, "InvalidSourceGroupId.NotFound")),
                         ({group: elsewhere}, (400, "InvalidSourceGroupId.Mismatch")),
                         ({group: call["SecurityGroupId"]}, (403, "InvalidParamter.Conflict")),
                         ({"Ipv6" + block: "x"}, (400, f"InvalidParam.Ipv6{block}"))):
        assert cloud.refused(modify(kind), **call, **RULE, **more) == answer
    token = {"ClientToken": f"{modify(kind)}-{call['SecurityGroupId']}"}
    getattr(cloud, modify(kind))(**call, **RULE, **{block: "10.0.0.0/8"}, Description="a", **token)
    assert cloud.refused(modify(kind), **call, **RULE, **{block: "10.0.0.0/8"}, Description="b", **token) == \
        (400, "IdempotentParameterMismatch")


def test_rules_are_added_all_or_none(cloud, group):
    rules = {f"Permissions.{number}.{name}": value for number in (1, 2, 3)
             for name, value in {"IpProtocol": "udp", "PortRange": f"{number}/{number}", "Ipv6SourceCidrIp": "2001:db8::/32"}.items()}
    bad = {**rules, "Permissions.3.PortRange": "x"}
    assert cloud.refused("AuthorizeSecurityGroup", **HERE, SecurityGroupId=group, **bad) == (400, "InvalidIpProtocol.Malformed")
    assert rules_of(cloud, group) == []
    cloud.AuthorizeSecurityGroup(**HERE, SecurityGroupId=group, **rules)
    found = rules_of(cloud, group)
    assert sorted(rule["PortRange"] for rule in found) == ["1/1", "2/2", "3/3"]
    ids = {f"SecurityGroupRuleId.{number}": rule["SecurityGroupRuleId"] for number, rule in enumerate(found[:2], start=1)}
    cloud.RevokeSecurityGroupEgress(**HERE, SecurityGroupId=group, **ids)
    assert len(rules_of(cloud, group)) == 3
    cloud.RevokeSecurityGroup(**HERE, SecurityGroupId=group, **ids)
    assert rules_of(cloud, group) == found[2:]


@pytest.mark.parametrize("kind", BOTH)
def test_so_many_rules_and_no_more(cloud, group, kind):
    block, _ = near(kind)
    for start in (1, 101):
        cloud.raw("AuthorizeSecurityGroup" + kind, {**HERE, "SecurityGroupId": group, **{
            f"Permissions.{number}.{name}": value for number in range(start, start + 100)
            for name, value in {"IpProtocol": "tcp", "PortRange": f"{number}/{number}", block: "10.0.0.0/8"}.items()}}, method="POST")
    seen, token = [], None
    while token != "":
        reply = cloud.DescribeSecurityGroupAttribute(**HERE, SecurityGroupId=group, MaxResults=90, NextToken=token)
        seen += [rule["PortRange"] for rule in reply["Permissions"]["Permission"]]
        token = reply["NextToken"]
    assert len(seen) == len(set(seen)) == 200
    assert cloud.refused("AuthorizeSecurityGroup" + kind, **HERE, SecurityGroupId=group, IpProtocol="gre", **{block: "10.0.0.0/8"}) == \
        (403, "AuthorizationLimitExceed")


# ---- members


@pytest.mark.parametrize("action", ["JoinSecurityGroup", "LeaveSecurityGroup"])
def test_rows_of_members(cloud, net, group, action):
    given = {"SecurityGroupId": group, "InstanceId": "i-nothing"}
    assert cloud.refused(action, **{**given, **MARS}) == NO_REGION
    assert cloud.refused(action, **{**given, "SecurityGroupId": ""}) == EMPTY
    assert cloud.refused(action, **{**given, "SecurityGroupId": "sg-nothing"}) == NO_GROUP
    assert cloud.refused(action, **given) == NO_INSTANCE


def test_instance_joins_and_leaves(cloud, net):
    vpc, vswitch, first = net
    groups = [make_group(cloud, vpc) for _ in range(5)]
    instance = cloud.make_instance(VSwitchId=vswitch, SecurityGroupId=first)
    outside = cloud.make_instance()
    assert cloud.refused("JoinSecurityGroup", SecurityGroupId=first, InstanceId=instance) == (403, "InvalidInstanceId.AlreadyExists")
    assert cloud.refused("JoinSecurityGroup", SecurityGroupId=first, InstanceId=outside) == (400, "InvalidInstanceId.Mismatch")
    assert cloud.refused("LeaveSecurityGroup", SecurityGroupId=groups[0], InstanceId=instance) == (403, "InstanceNotInSecurityGroup")
    assert cloud.refused("LeaveSecurityGroup", SecurityGroupId=first, InstanceId=instance) == (403, "InstanceLastSecurityGroup")
    for one in groups[:4]:
        cloud.JoinSecurityGroup(SecurityGroupId=one, InstanceId=instance)
    assert cloud.refused("JoinSecurityGroup", SecurityGroupId=groups[4], InstanceId=instance) == \
        (400, "InstanceSecurityGroupLimitExceeded")
    cloud.LeaveSecurityGroup(SecurityGroupId=first, InstanceId=instance)
    assert cloud.instance(instance)["SecurityGroupIds"]["SecurityGroupId"] == groups[:4]
    (found,) = cloud.DescribeSecurityGroups(**HERE, SecurityGroupId=groups[0], IsQueryEcsCount=True)["SecurityGroups"]["SecurityGroup"]
    assert (found["EcsCount"], found["AvailableInstanceAmount"]) == (1, 1999)
    six = {f"SecurityGroupIds.{number}": one for number, one in enumerate([*groups, first], start=1)}
    assert cloud.refused("ModifyInstanceAttribute", InstanceId=instance, **six) == (400, "InstanceSecurityGroupLimitExceeded")
    for more, expected in (({"SecurityGroupIds.1": "sg-nothing"}, NO_GROUP),
                           ({"SecurityGroupIds.1": make_group(cloud, make_vpc(cloud))}, (400, "InvalidInstanceId.Mismatch"))):
        assert cloud.refused("ModifyInstanceAttribute", InstanceId=instance, **more) == expected


def test_instance_that_is_on_its_way_or_locked(make_server):
    cloud = Cloud(make_server(durable=True, clock="manual", pace="real"))
    vpc, vswitch, group = make_network(cloud, settle=lambda: cloud.server.advance(10))
    other = make_group(cloud, vpc)
    instance = cloud.make_instance(VSwitchId=vswitch, SecurityGroupId=group)
    for action, which in (("JoinSecurityGroup", other), ("LeaveSecurityGroup", group)):
        assert cloud.refused(action, SecurityGroupId=which, InstanceId=instance) == (403, "IncorrectInstanceStatus")
    cloud.server.advance(60)
    edit_store(cloud.server, ("UPDATE instance SET locks = 'security'", []))
    for action, which in (("JoinSecurityGroup", other), ("LeaveSecurityGroup", group)):
        assert cloud.refused(action, SecurityGroupId=which, InstanceId=instance) == (403, "InstanceLockedForSecurity")


def test_group_that_is_full(make_server):
    cloud = Cloud(make_server(durable=True))
    vpc, vswitch, full = make_network(cloud)
    first = cloud.make_instance(VSwitchId=vswitch, SecurityGroupId=full)
    second = cloud.make_instance(VSwitchId=vswitch, SecurityGroupId=make_group(cloud, vpc))
    fill(cloud, first, full, 1998)
    new = {**HERE, "ZoneId": ZONE, "ImageId": IMAGE, "InstanceType": TYPE, "VSwitchId": vswitch, "SecurityGroupId": full}
    assert cloud.refused("RunInstances", **new, Amount=2) == (403, "SecurityGroupInstanceLimitExceed")
    cloud.RunInstances(**new)
    assert cloud.refused("RunInstances", **new) == (403, "SecurityGroupInstanceLimitExceed")
    assert cloud.refused("CreateInstance", **new) == (403, "SecurityGroupInstanceLimitExceed")
    assert cloud.refused("JoinSecurityGroup", SecurityGroupId=full, InstanceId=second) == (403, "SecurityGroupInstanceLimitExceeded")
    assert cloud.refused("ModifyInstanceAttribute", InstanceId=second, **{"SecurityGroupIds.1": full}) == (403, "OperationDenied")
    cloud.ModifyInstanceAttribute(InstanceId=first, **{"SecurityGroupIds.1": full})


# ---- the place of a new instance


@pytest.fixture(scope="module")
def places(shared_cloud, net):
    cloud = shared_cloud
    other_vpc = make_vpc(cloud)
    small = make_vswitch(cloud, net[0], CidrBlock="10.0.99.0/29")
    taken = cloud.make_instance(VSwitchId=net[1], SecurityGroupId=net[2], PrivateIpAddress="10.0.0.77")
    return {"vswitch": net[1], "group": net[2], "small": small, "other": make_group(cloud, other_vpc), "taken": taken,
            **{f"group{number}": make_group(cloud, net[0]) for number in range(5)}}


@pytest.mark.parametrize("action", ["RunInstances", "CreateInstance"])
@pytest.mark.parametrize("more, expected", [
    ({"VSwitchId": "vsw-nothing"}, (404, "InvalidVSwitchId.NotFound")),
    ({"VSwitchId": "vswitch", "ZoneId": "cn-hangzhou-g"}, (400, "InvalidParameter.Mismatch")),
    ({"SecurityGroupId": "group", "VSwitchId": None}, (400, "MissingParameter")),
    ({"SecurityGroupId": "other", "VSwitchId": "vswitch"}, (400, "InvalidParameter.Mismatch")),
    ({"PrivateIpAddress": "10.0.0"}, (400, "InvalidPrivateIpAddress.Malformed")),
    ({"PrivateIpAddress": "10.0.0", "VSwitchId": "vswitch"}, (400, "InvalidPrivateIpAddress.Malformed")),
    ({"PrivateIpAddress": "10.0.1.1", "VSwitchId": "vswitch"}, (400, "InvalidPrivateIpAddress")),
    ({"PrivateIpAddress": "10.0.0.0", "VSwitchId": "vswitch"}, (400, "InvalidPrivateIpAddress")),
    ({"PrivateIpAddress": "10.0.0.253", "VSwitchId": "vswitch"}, (400, "InvalidPrivateIpAddress")),
    ({"PrivateIpAddress": "10.0.0.77", "VSwitchId": "vswitch"}, (400, "InvalidPrivateIpAddress.Duplicated")),
    *BAD_TAGS[:3],
], ids=str)
def test_rows_of_places(cloud, places, action, more, expected):
    given = {**HERE, "ZoneId": ZONE, "ImageId": IMAGE, "InstanceType": TYPE,
             **{name: places.get(value, value) for name, value in more.items()}}
    assert cloud.refused(action, **given) == expected


def test_group_that_is_not_there(cloud, places):
    given = {**HERE, "ZoneId": ZONE, "ImageId": IMAGE, "InstanceType": TYPE, "VSwitchId": places["vswitch"], "SecurityGroupId": "sg-no"}
    assert cloud.refused("RunInstances", **given) == (400, "InvalidSecurityGroupId.NotFound")
    assert cloud.refused("CreateInstance", **given) == (404, "InvalidSecurityGroupId.NotFound")


def test_too_many_groups(make_server):
    cloud = Cloud(make_server())
    vpc, vswitch, group = make_network(cloud)
    six = {f"SecurityGroupIds.{number}": make_group(cloud, vpc) for number in range(1, 6)}
    given = {**HERE, "ZoneId": ZONE, "ImageId": IMAGE, "InstanceType": TYPE, "VSwitchId": vswitch}
    assert cloud.refused("RunInstances", **given, SecurityGroupId=group, **six) == (400, "InstanceSecurityGroupLimitExceeded")
    cloud.RunInstances(**given, **six)


def test_addresses_run_out_and_come_back(cloud, places):
    """A block of 29 bits has eight addresses; four are kept back."""
    instances = cloud.make_instances(VSwitchId=places["small"], ZoneId=None, Amount=3)
    assert {cloud.instance(one)["VpcAttributes"]["PrivateIpAddress"]["IpAddress"][0] for one in instances} == \
        {"10.0.99.1", "10.0.99.2", "10.0.99.3"}
    assert {cloud.instance(one)["ZoneId"] for one in instances} == {ZONE}
    given = {**HERE, "ImageId": IMAGE, "InstanceType": TYPE, "VSwitchId": places["small"]}
    assert cloud.refused("RunInstances", **given, Amount=2) == (400, "QuotaExceeded.PrivateIpAddress")
    (last,) = cloud.make_instances(VSwitchId=places["small"], PrivateIpAddress="10.0.99.4")
    assert cloud.refused("RunInstances", **given) == (400, "QuotaExceeded.PrivateIpAddress")
    assert cloud.refused("CreateInstance", **given) == (400, "QuotaExceeded.PrivateIpAddress")
    cloud.DeleteInstance(InstanceId=instances[1], Force=True)
    (again,) = cloud.make_instances(VSwitchId=places["small"])
    gone = cloud.instances(InstanceIds=json.dumps([again, last]))
    assert len({one["VpcAttributes"]["PrivateIpAddress"]["IpAddress"][0] for one in gone}) == 2


def test_vswitch_that_is_not_ready(slow_cloud):
    cloud = slow_cloud
    vpc = make_vpc(cloud)
    cloud.server.advance(10)
    vswitch = make_vswitch(cloud, vpc)
    given = {**HERE, "ZoneId": ZONE, "ImageId": IMAGE, "InstanceType": TYPE, "VSwitchId": vswitch}
    for action in ("RunInstances", "CreateInstance"):
        assert cloud.refused(action, **given) == (400, "IncorrectVSwitchStatus")
