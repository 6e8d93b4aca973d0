"""Fleet files and scaling groups: a file has none, so a load ends them, and it waits for what they do."""

import json

import pytest

from cloud import dump_fleet, load_fleet
from ess import Ess


@pytest.fixture
def scaled(slow_cloud):
    """(ess, group, instances): the instances are attached, nothing is under way."""
    ess = Ess(slow_cloud)
    instances = slow_cloud.make_instances(Amount=2)
    slow_cloud.server.advance(60)
    group, _ = ess.make_attached(instances=instances)
    slow_cloud.server.advance(60)
    return ess, group, instances


def test_a_load_ends_groups_and_keeps_what_the_file_has(scaled):
    ess, group, instances = scaled
    server = ess.cloud.server
    dumped = dump_fleet(server)
    account, _ = json.loads(dumped)["accounts"]  # one in each cloud
    assert group not in dumped and {one["id"] for one in account["instances"]} == set(instances)
    load_fleet(server, dumped)
    assert ess.groups() == [] and ess.activities(group) == []
    assert ess.refused("AttachInstances", ScalingGroupId=group, InstanceId=instances)[1] == "InvalidScalingGroupId.NotFound"
    assert dump_fleet(server) == dumped
    ess.make_attached(instances=instances)  # they are in no group any more


def test_a_group_at_work_is_named(scaled):
    ess, group, instances = scaled
    server = ess.cloud.server
    fleet = dump_fleet(server)
    ess.DetachInstances(ScalingGroupId=group, InstanceId=instances[:1])
    for action in (lambda: server.control("GET", "/_cleat/fleet", status=409), lambda: load_fleet(server, fleet, status=409)):
        error = action()["error"]
        assert error["reason"] == "jobs-in-flight" and "(scaling" in error["message"]
    assert ess.group(group)["RemovingCapacity"] == 1
    server.advance(60)
    assert ess.ids(group) == {instances[1]}
