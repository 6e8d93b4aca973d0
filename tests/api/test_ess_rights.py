"""Users of an account and its scaling groups: what is asked on a group or a rule, in both editions of the API. That a call may not
be made comes before all else that is wrong with it."""

import json

import pytest

from cloud import REGION, Cloud, edit_store, load_fleet
from ess import FIRST, LATER, Ess
from test_ess_detach import GROUP_STATE, GROUP_UNKNOWN, no_instance
from test_policies import ACCOUNT, KEY, allow, deny, detail, fleet, policy, resource_of

UNAUTHORIZED = (403, "Forbidden.Unauthorized", "A required authorization for the specified action is not supplied.")
FAR = "cn-beijing"


class Account:
    """Two groups with members, one of them far away, and a user of the account whose policies a test says."""

    def __init__(self, server, version):
        self.server = server
        load_fleet(server, fleet())
        self.owner, self.alice = Ess(Cloud(server, "own", "own-secret"), version), Ess(Cloud(server, *KEY), version)
        self.group, (self.member, self.other) = self.owner.make_attached(2)
        self.next_group = self.owner.make_group()
        self.far_group = self.owner.CreateScalingGroup(RegionId=FAR, MinSize=0, MaxSize=1)["ScalingGroupId"]

    def allow(self, *statements):
        edit_store(self.server, ("UPDATE principal SET policies = ? WHERE name = 'alice'", [json.dumps([policy(*statements)])]))

    def detach(self, cloud=None, **more):
        return (cloud or self.alice).ask("DetachInstances", **{"ScalingGroupId": self.group, "InstanceId": [self.member], **more})


@pytest.fixture(params=[FIRST, LATER])
def account(make_server, request):
    return Account(make_server(durable=True), request.param)


def resource(group, region=REGION):
    return f"acs:ess:{region}:{ACCOUNT}:scalinggroup/{group}"


def test_who_may_not_detach_is_told_so(account):
    account.allow(allow("ess:Describe*"))
    for xml in (False, True):
        reply = account.detach(xml=xml)
        assert reply.fault == UNAUTHORIZED and ("xml" in reply.type) == xml
        told = detail(reply)
        assert (told["AuthAction"], told["NoPermissionType"], told["AuthPrincipalType"]) == (
            "ess:DetachInstances", "ImplicitDeny", "SubUser")
        assert resource_of(reply) == resource(account.group)
    assert account.alice.ids(account.group) == {account.member, account.other}
    account.allow(allow("ess:*"), deny("ess:DetachInstances", f"acs:ess:*:*:scalinggroup/{account.group}"))
    assert detail(account.detach())["NoPermissionType"] == "ExplicitDeny"
    assert account.detach(ScalingGroupId=account.next_group).fault == no_instance(account.member)


@pytest.mark.parametrize("pattern", ["acs:ess:*:*:scalinggroup/{group}", "acs:ess:cn-hangzhou:*:scalinggroup/{group}",
                                     "acs:ess:*:{account}:scalinggroup/asg-*", "*"])
def test_who_may_detach_from_one_group(account, pattern):
    account.allow(allow("ess:DetachInstances", pattern.format(group=account.group, account=ACCOUNT)))
    for more in ({}, {"RegionId": None}):
        assert account.detach(InstanceId=["i-none"], **more).fault == no_instance("i-none")
    if "{group}" in pattern:
        assert account.detach(ScalingGroupId=account.next_group).fault == UNAUTHORIZED
    assert account.detach().status == 200
    assert account.owner.ids(account.group) == {account.other}


def test_a_group_that_is_elsewhere_is_asked_for_there(account):
    account.allow(allow("ess:DetachInstances", f"acs:ess:{FAR}:*:scalinggroup/*"))
    assert account.detach(ScalingGroupId=account.far_group, RegionId=None).fault == GROUP_STATE
    for parameters in ({}, {"RegionId": None}, {"ScalingGroupId": account.far_group}, {"ScalingGroupId": "asg-none", "RegionId": None}):
        assert account.detach(**parameters).fault == UNAUTHORIZED


def test_it_comes_before_every_other_row(account):
    """Each call is wrong in what a later row of DetachInstances is about, once without the permission and once with it."""
    alice, group = account.alice, account.group
    wrong = [{"ScalingGroupId": None}, {"InstanceId": None}, {"ScalingGroupId": ""}, {"InstanceId": [account.member] * 2},
             {"InstanceId": [f"i-{i}" for i in range(21)]}, {"ScalingGroupId": "asg-none"}, {"InstanceId": ["i-none"]},
             {"DecreaseDesiredCapacity": "perhaps"}, {"DetachOption": "neither"}]
    account.allow(allow("ess:Describe*"))
    assert [account.detach(**each).fault for each in wrong] == [UNAUTHORIZED] * len(wrong)
    assert resource_of(account.detach(InstanceId=None)) == resource(group)
    assert resource_of(account.detach(ScalingGroupId=None)) == resource("*")
    account.allow(allow("ess:*"))
    assert [account.detach(**each).fault[:2] for each in wrong] == [
        (400, "MissingScalingGroupId"), (400, "MissingInstanceIds" if alice.version == LATER else "MissingInstanceId"),
        (400, "InvalidParameter"), (400, "InvalidParameter"), (400, "InvalidParameter"), GROUP_UNKNOWN[:2],
        no_instance("i-none")[:2], (400, "InvalidParameter"), (400, "InvalidParameter")]
    account.allow(allow("ess:DetachInstances", f"acs:ess:*:*:scalinggroup/{group}"))
    assert account.detach(InstanceId=None).fault[1].startswith("MissingInstanceId")
    assert account.detach(ScalingGroupId=None).fault == UNAUTHORIZED
    assert account.owner.ids(group) == {account.member, account.other}


def test_a_rule_is_asked_for_by_its_id(account):
    """Clients execute it by its whole name."""
    rule, next_rule = (account.owner.CreateScalingRule(ScalingGroupId=account.group, AdjustmentType="TotalCapacity", AdjustmentValue=3)
                       for _ in range(2))
    account.allow(allow("ess:ExecuteScalingRule", f"acs:ess:{REGION}:*:scalingrule/{rule['ScalingRuleId']}"))
    for region in (REGION, None):
        reply = account.alice.ask("ExecuteScalingRule", ScalingRuleAri=next_rule["ScalingRuleAri"], RegionId=region)
        assert reply.fault == UNAUTHORIZED
        assert resource_of(reply) == f"acs:ess:{REGION}:{ACCOUNT}:scalingrule/{next_rule['ScalingRuleId']}"
    assert account.alice.ask("ExecuteScalingRule", ScalingRuleAri=rule["ScalingRuleAri"], RegionId=None).status == 200
    assert len(account.owner.ids(account.group)) == 3
