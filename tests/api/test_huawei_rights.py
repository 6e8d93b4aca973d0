"""What users of Huawei Cloud may do: policies in its own language, refusals in its own words."""

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException

from cloud import fleet_of, load_fleet
from test_huawei_story import Huawei

ACCOUNT = "2000000000000077"
SERVER, OTHER = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


def statement(effect, *actions, **more):
    return {"Effect": effect, "Action": list(actions), **more}


def test_users_may_do_what_their_policies_allow(server):
    policy = {"Version": "1.1", "Statement": [
        statement("Allow", "iam:*:*", "ecs:cloudServers:get", "evs:*:*"),
        statement("Allow", "ecs:*:*", Resource=[f"ecs:*:{ACCOUNT}:instance:{SERVER}"])]}
    load_fleet(server, fleet_of(id=ACCOUNT, realm="huawei", users=[{
        "name": "alice", "access_keys": [{"id": "alice-hw", "secret": "alice-secret"}], "policies": [policy]}]))
    alice = Huawei(server, "alice-hw", "alice-secret")
    volume = alice.make_volume()
    with pytest.raises(ClientRequestException) as refused:
        alice.detach(OTHER, volume)
    assert (refused.value.status_code, refused.value.error_code) == (403, "Pdp.0001")
    assert refused.value.error_msg == "Policy doesn't allow ecs:cloudServers:detachVolume to be performed."
    with pytest.raises(ClientRequestException) as refused:  # allowed, but there is no such server
        alice.detach(SERVER, volume)
    assert (refused.value.status_code, refused.value.error_code) == (404, "Ecs.0114")
