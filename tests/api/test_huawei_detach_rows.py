"""Detaching volumes by force or not, from servers whose guests use them; over the wire, without a client's help."""

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkecs.v2 import model as ecs

from cloud import wait_for
from test_huawei_story import Huawei


def guest(server, disk, instance, **what):
    return server.control("POST", "/_cleat/guest", {"disk": disk, "instance": instance, **what})


def detach(huawei, server, volume, flag=None):
    return huawei.ecs.detach_server_volume(ecs.DetachServerVolumeRequest(
        server_id=server, volume_id=volume, delete_flag=flag))


@pytest.fixture
def attached(shared_server):
    """A client, a server and a volume attached to it."""
    huawei = Huawei(shared_server)
    server, volume = huawei.make_server(), huawei.make_volume()
    huawei.done(huawei.attach(server, volume))
    return huawei, server, volume


@pytest.mark.parametrize("flag", [None, "0"])
def test_volume_that_the_guest_uses_stays_and_its_job_says_why(shared_server, attached, flag):
    huawei, server, volume = attached
    guest(shared_server, volume, server, mounted="/data", by="postgres[312]")
    job = huawei.job(detach(huawei, server, volume, flag))
    assert (job.status, job.error_code) == ("FAIL", "Ecs.1000")
    assert job.fail_reason == "/data is mounted, used by postgres[312]"
    assert huawei.volume(volume).status == "in-use"


def test_force_takes_what_the_guest_uses(shared_server, attached):
    huawei, server, volume = attached
    guest(shared_server, volume, server, mounted="/data", by="postgres[312]")
    huawei.done(detach(huawei, server, volume, "1"))
    assert huawei.volume(volume).status == "available" and huawei.volume(volume).attachments == []


def test_force_hastens_a_detach_that_waits_for_the_guest(shared_server, attached):
    huawei, server, volume = attached
    guest(shared_server, volume, server, never_answers=True)
    plain = detach(huawei, server, volume)
    assert huawei.job(plain).status == "RUNNING" and huawei.volume(volume).status == "detaching"
    with pytest.raises(ClientRequestException) as refused:
        detach(huawei, server, volume)
    assert (refused.value.status_code, refused.value.error_code) == (400, "Ecs.1000")
    forced = detach(huawei, server, volume, "1")
    assert forced.job_id != plain.job_id
    wait_for(lambda: huawei.volume(volume).status == "available", "the disk to be cut off")
    for job in (plain, forced):
        huawei.done(job)


def test_other_flags_are_refused_and_change_nothing(attached):
    huawei, server, volume = attached
    with pytest.raises(ClientRequestException) as refused:
        detach(huawei, server, volume, "2")
    assert (refused.value.status_code, refused.value.error_code) == (400, "Ecs.0005")
    assert huawei.volume(volume).status == "in-use"


@pytest.mark.parametrize("server, volume, status, code", [
    ("none", "here", 404, "Ecs.0114"),
    ("none", "none", 404, "Ecs.0114"),
    ("here", "none", 400, "Ecs.0111"),
])
def test_what_is_not_there_is_refused_in_order(attached, server, volume, status, code):
    huawei, here, attached_volume = attached
    nothing = "00000000-0000-4000-8000-000000000000"
    with pytest.raises(ClientRequestException) as refused:
        detach(huawei, nothing if server == "none" else here, nothing if volume == "none" else attached_volume)
    assert (refused.value.status_code, refused.value.error_code) == (status, code)
    assert huawei.volume(attached_volume).status == "in-use"
