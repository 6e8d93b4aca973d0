"""Faults: what a call meets, which calls meet it, how often, and what is left behind. The clients are official ones where it
is about what a client does with a fault."""

import http.client
import json
import re
import threading
import time

import pytest
from alibabacloud_ecs20140526 import models
from alibabacloud_tea_openapi.exceptions import ClientException, ThrottlingException
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkecs.request.v20140526 import DescribeDisksRequest, RunInstancesRequest
from darabonba.policy.retry import RetryCondition, RetryOptions

import signing
from cloud import IMAGE, REGION, SLOWER, TYPE, ZONE, Cloud, wait_for
from test_story_tea import make_client

LOST = http.client.RemoteDisconnected
SHORT = "The request processing has failed due to some unknown error."
LONG = "The request processing has failed due to some unknown error, exception or failure."


def add(cloud, operation, status=200, **more):
    return cloud.server.control("POST", "/_cleat/faults", {"operation": operation, **more}, status=status)


def refusal(cloud, operation, status=400, **more):
    error = add(cloud, operation, status=status, **more)["error"]
    return error["reason"], error["message"]


def clear(cloud, **which):
    return cloud.server.control("POST", "/_cleat/faults/clear", which)


def faults(cloud):
    return cloud.server.control("GET", "/_cleat/faults")["faults"]


def counts(cloud):
    return [(fault["times_left"], fault["times_hit"]) for fault in faults(cloud)]


def jobs(cloud, query=""):
    return cloud.server.control("GET", f"/_cleat/jobs?limit=1000{query}")["jobs"]


def why(cloud, disk):
    return "\n".join(cloud.server.control("GET", f"/_cleat/why?disk={disk}")["sentences"])


@pytest.fixture
def faulty(own_cloud):
    """A client of a server of the test's own, pace instant."""
    return own_cloud()


# ---- errors


@pytest.mark.parametrize("xml", [False, True], ids=["json", "xml"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_both_texts_of_an_internal_error(faulty, method, xml):
    disk, instance = faulty.make_attached()
    given = {"DiskId": disk, "InstanceId": instance}
    for variant, text in ((None, SHORT), (1, SHORT), (2, LONG)):
        add(faulty, "DetachDisk", code="InternalError", **({"variant": variant} if variant else {}))
        reply = faulty.raw("DetachDisk", given, method, xml)
        assert reply.fault == (500, "InternalError", text)
        assert ("xml" if xml else "json") in reply.type
        assert faulty.status(disk) == "In_use"
    assert faulty.raw("DetachDisk", given, method, xml).status == 200


def test_a_request_signed_in_headers_meets_the_same(faulty):
    add(faulty, "DescribeRegions", code="InvalidParameter")
    client = make_client(faulty.server)
    with pytest.raises(ClientException) as caught:
        client.describe_regions(models.DescribeRegionsRequest())
    assert (caught.value.status_code, caught.value.code) == (400, "InvalidParameter")
    client.describe_regions(models.DescribeRegionsRequest())


def declared_rows(text):
    """(operation or "*", HTTP, code, message) of every row in the reference that has no place to be filled in."""
    rows, operation = [], None
    for line in text.split("\n"):
        title = re.fullmatch(r"## (.*)", line)
        if title:
            operation = "*" if " " in title[1] else title[1]
        row = re.fullmatch(r"\| (\d{3}) \| `([^`]*)` \| (.*) \| ([a-z-]+) \| .*\|", line)
        if row and "%s" not in row[2] + row[3]:
            rows.append((operation, int(row[1]), row[2], row[3]))
    return rows


def test_every_declared_row_can_be_had(faulty, cleat):
    rows = declared_rows(cleat("reference", "ecs").stdout)
    operations = sorted({row[0] for row in rows} - {"*"})
    assert len(rows) > 100 and {"DetachDisk", "RunInstances"} < set(operations)
    for operation in operations:
        wanted = {row[1:] for row in rows if row[0] in (operation, "*")}
        got = set()
        for code in sorted({row[1] for row in wanted}):
            for variant in range(1, 100):
                made = faulty.server.http("POST", "/_cleat/faults", json.dumps(
                    {"operation": operation, "code": code, "variant": variant, "id": "one"}),
                    {"Authorization": "Bearer " + faulty.server.token})
                if made[0] != 200:
                    assert f"there is no variant {variant}." in made[2].decode()
                    break
                got.add(faulty.raw(operation).fault)
                clear(faulty, id="one")
        assert wanted <= got, operation


def test_error_of_any_operation(faulty):
    add(faulty, "*", code="ServiceUnavailable", times=2)
    for action in ("DescribeZones", "DeleteDisk"):
        reply = faulty.raw(action)
        assert reply.fault == (503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server.")
        assert reply.headers["retry-after"] == "1"
    assert faulty.raw("DescribeRegions").status == 200
    assert counts(faulty) == [(0, 2)]


def test_throttled_client_is_told_when_to_come_back(faulty):
    for code in ("Throttling", "Throttling.User", "Throttling.Api"):
        add(faulty, "DescribeDisks", code=code)
        reply = faulty.raw("DescribeDisks", {"RegionId": REGION})
        assert reply.fault[:2] == (400, code)
        assert reply.headers["x-acs-retry-after"] == "1000"
    reply = faulty.raw("DetachDisk")
    assert reply.status == 400 and "x-acs-retry-after" not in reply.headers


def test_tea_client_retries_what_was_throttled(faulty):
    add(faulty, "DescribeRegions", code="Throttling.User")
    with pytest.raises(ThrottlingException) as caught:
        make_client(faulty.server).describe_regions(models.DescribeRegionsRequest())
    assert caught.value.retry_after == 1000
    add(faulty, "DescribeRegions", code="Throttling.User")
    again = RetryOptions({"retryable": True, "retryCondition": [
        RetryCondition({"maxAttempts": 3, "exception": ["ThrottlingException"], "errorCode": ["Throttling.User"]})]})
    reply = make_client(faulty.server, retry_options=again).describe_regions(models.DescribeRegionsRequest())
    assert reply.body.regions.region[0].region_id == REGION
    assert counts(faulty) == [(0, 1), (0, 1)]


def acs(server):
    return AcsClient(signing.KEY_ID, signing.SECRET, REGION, port=server.port, timeout=60 * SLOWER)


def test_v1_client_retries_by_itself(faulty):
    add(faulty, "DescribeDisks", code="Throttling")
    add(faulty, "DescribeDisks", code="InternalError")
    request = DescribeDisksRequest.DescribeDisksRequest()
    request.set_endpoint("127.0.0.1")
    assert json.loads(acs(faulty.server).do_action_with_exception(request))["TotalCount"] == 0
    assert counts(faulty) == [(0, 1), (0, 1)]
    add(faulty, "DescribeDisks", code="InvalidRegionId.NotFound")
    with pytest.raises(ServerException) as caught:
        acs(faulty.server).do_action_with_exception(request)
    assert caught.value.get_error_code() == "InvalidRegionId.NotFound"


# ---- replies and connections


def test_lost_reply_of_a_detach_whose_work_goes_on(slow_cloud):
    disk, instance = None, slow_cloud.make_instance()
    slow_cloud.server.advance(60)
    disk = slow_cloud.make_disk()
    slow_cloud.server.advance(60)
    slow_cloud.AttachDisk(DiskId=disk, InstanceId=instance)
    slow_cloud.server.advance(60)
    add(slow_cloud, "DetachDisk", effect="reply-lost")
    with pytest.raises(LOST):
        slow_cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    assert slow_cloud.status(disk) == "Detaching"
    assert slow_cloud.refused("DetachDisk", DiskId=disk, InstanceId=instance) == \
        (403, "InvalidOperation.DiskDetachingFromThisEcs")
    slow_cloud.server.advance(60)
    assert slow_cloud.refused("DetachDisk", DiskId=disk, InstanceId=instance) == (404, "InvalidDisk.AlreadyDetached")
    assert [job["state"] for job in jobs(slow_cloud, f"&disk={disk}") if job["kind"] == "detach"] == ["done"]


def test_lost_reply_comes_after_everything(faulty):
    disk, instance = faulty.make_attached()
    add(faulty, "DetachDisk", effect="reply-lost")
    with pytest.raises(LOST):
        faulty.DetachDisk(DiskId=disk, InstanceId=instance)
    assert faulty.status(disk) == "Available"
    assert faulty.refused("DetachDisk", DiskId=disk, InstanceId=instance) == (404, "InvalidDisk.AlreadyDetached")


def test_lost_reply_with_a_client_token_makes_nothing_twice(faulty):
    add(faulty, "RunInstances", effect="reply-lost")
    with pytest.raises(LOST):
        faulty.make_instances(ClientToken="mine", Amount=2)
    made = faulty.make_instances(ClientToken="mine", Amount=2)
    assert sorted(made) == sorted(instance["InstanceId"] for instance in faulty.instances())
    assert len(made) == 2


def test_v1_client_loses_replies_and_makes_one_instance(faulty):
    """It tries again by itself. (It is to add a ClientToken of its own, and does not: without one it makes three.)"""
    add(faulty, "RunInstances", effect="reply-lost", times=2)
    request = RunInstancesRequest.RunInstancesRequest()
    request.set_endpoint("127.0.0.1")
    request.set_ZoneId(ZONE)
    request.set_ImageId(IMAGE)
    request.set_InstanceType(TYPE)
    request.set_ClientToken("mine")
    made = json.loads(acs(faulty.server).do_action_with_exception(request))["InstanceIdSets"]["InstanceIdSet"]
    assert made == [instance["InstanceId"] for instance in faulty.instances()]
    assert counts(faulty) == [(0, 2)]


def test_lost_reply_of_a_refusal_and_of_a_read(faulty):
    add(faulty, "DetachDisk", effect="reply-lost")
    with pytest.raises(LOST):
        faulty.DetachDisk(DiskId="d-none", InstanceId="i-none")
    for action in ("DescribeDisks", "DescribeRegions"):
        add(faulty, action, effect="reply-lost")
        with pytest.raises(LOST):
            faulty.call(action, RegionId=REGION)
        faulty.call(action, RegionId=REGION)


def test_cut_connection_leaves_nothing(faulty):
    for action, given in (("CreateDisk", {"RegionId": REGION, "ZoneId": ZONE, "Size": 20}),
                          ("RunInstances", {"RegionId": REGION, "ImageId": IMAGE, "InstanceType": TYPE})):
        add(faulty, action, effect="connection-cut")
        with pytest.raises(LOST):
            faulty.call(action, **given)
    assert (faulty.disks(), faulty.instances(), jobs(faulty)) == ([], [], [])
    assert counts(faulty) == [(0, 1), (0, 1)]
    faulty.make_disk()


# ---- latency


@pytest.mark.parametrize("more", [{}, {"effect": "reply-lost"}, {"effect": "connection-cut"}, {"code": "Throttling"},
                                  {"effect": "job-fails", "reason": "no"}], ids=lambda more: str(list(more.values())))
def test_call_waits_before_it_does_anything(own_cloud, more):
    """In real time: the clock of this server stands."""
    cloud = own_cloud(clock="manual")
    add(cloud, "CreateDisk", latency_ms=200, **more)
    began = time.monotonic()
    try:
        cloud.raw("CreateDisk", {"RegionId": REGION, "ZoneId": ZONE, "Size": 20})
    except LOST:
        pass
    assert time.monotonic() - began >= 0.2
    assert counts(cloud) == [(0, 1)]


def in_background(call):
    result = []

    def run():
        try:
            result.append(call())
        except Exception as error:  # pylint: disable=broad-except
            result.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, result


def test_waiting_call_holds_no_thread_and_is_answered_at_the_end(own_cloud):
    cloud = own_cloud(threads=1)
    add(cloud, "*", latency_ms=600000, times=20)
    waiting = [in_background(lambda: Cloud(cloud.server).raw("CreateDisk", {"RegionId": REGION, "ZoneId": ZONE, "Size": 20}))
               for _ in range(20)]
    wait_for(lambda: counts(cloud) == [(0, 20)], "all 20 wait")
    assert cloud.disks() == []
    assert not any(result for _, result in waiting)
    cloud.server.stop()
    for thread, result in waiting:
        thread.join(30 * SLOWER)
        assert result[0].status in (200, 503)


# ---- which calls


def test_resource_is_any_id_of_the_call(faulty):
    disk, instance = faulty.make_attached()
    other = faulty.make_disk()
    add(faulty, "*", code="InternalError", resource=disk, times=-1)
    internal = (500, "InternalError")
    assert faulty.refused("DetachDisk", DiskId=disk, InstanceId=instance) == internal
    assert faulty.refused("DescribeDisks", DiskIds=[other, disk]) == internal
    assert faulty.raw("DescribeDisks", {"DiskIds": [other]}).status == 200
    assert faulty.raw("DescribeDisks", {"DiskIds": f"[\"{disk}x\"]"}).status == 200
    assert faulty.raw("DescribeDisks", {"DiskIds": disk + "["}).fault[1] != "InternalError"
    assert faulty.raw("DescribeInstances", {"InstanceIds": [instance]}).status == 200
    assert faulty.refused("RunInstances", **{"Tag.1.Key": "k", "Tag.1.Value": disk}) == internal
    clear(faulty)
    add(faulty, "*", code="InternalError", resource=instance)
    assert faulty.refused("DescribeInstances", InstanceIds=[instance]) == internal


def test_only_calls_of_an_account(faulty):
    account = faulty.server.control("GET", "/_cleat/keys?account=")["keys"][0]["account"]
    assert refusal(faulty, "DescribeRegions", status=404, code="Throttling", account="1")[0] == "account-unknown"
    add(faulty, "DescribeRegions", code="Throttling", account=account)
    assert faulty.refused("DescribeRegions") == (400, "Throttling")


def test_first_one_that_was_added_is_met(faulty):
    add(faulty, "DescribeZones", code="Throttling")
    add(faulty, "*", code="InternalError", id="second")
    add(faulty, "DescribeRegions", code="Throttling", id="third")
    assert faulty.refused("DescribeRegions") == (500, "InternalError")
    assert faulty.refused("DescribeRegions") == (400, "Throttling")
    assert [fault["times_hit"] for fault in faults(faulty)] == [0, 1, 1]


def test_it_is_decided_before_anything_else_and_counted(faulty):
    add(faulty, "DetachDisk", code="DiskNotPortable")
    assert faulty.refused("DetachDisk") == (403, "DiskNotPortable")
    assert faulty.refused("DetachDisk") == (400, "MissingInstanceId")
    add(faulty, "DetachDisk", effect="latency", latency_ms=1, id="slow")
    assert faulty.refused("DetachDisk", DiskId="", InstanceId="") == (400, "InvalidParameter")
    assert counts(faulty) == [(0, 1), (0, 1)]


def test_who_cannot_sign_meets_nothing(faulty):
    add(faulty, "*", code="Throttling")
    stranger = Cloud(faulty.server, secret="wrong")
    assert stranger.refused("DescribeRegions") == (400, "SignatureDoesNotMatch")
    assert faulty.refused("NoSuchAction") == (404, "InvalidAction.NotFound")
    assert counts(faulty) == [(1, 0)]


def test_control_api_meets_nothing(faulty):
    add(faulty, "*", effect="connection-cut", times=-1)
    assert len(faults(faulty)) == 1
    assert clear(faulty) == {"faults": 1, "jobs": 0}
    assert refusal(faulty, "GET /_cleat/faults", code="busy")[0] == "fault-invalid"


@pytest.mark.parametrize("action", ["DescribeRegions", "DescribeDisks", "DeleteDisk"])
def test_of_parallel_calls_exactly_so_many_meet_it(own_cloud, action):
    cloud = own_cloud(store_run_twice=False)
    add(cloud, action, code="Throttling", times=5)
    codes, start = [], threading.Barrier(16)

    def run():
        client = Cloud(cloud.server)
        start.wait()
        for _ in range(4):
            reply = client.raw(action, {"RegionId": REGION, "DiskId": "d-none"})
            codes.append(reply.status if reply.status == 200 else reply.fault[1])

    threads = [threading.Thread(target=run) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes, key=str) == [200] * 59 + ["Throttling"] * 5
    assert counts(cloud) == [(0, 5)]


# ---- jobs


def fail(cloud, operation):
    add(cloud, operation, effect="job-fails", reason="no backend")


def last(cloud, kind):
    return [job for job in jobs(cloud) if job["kind"] == kind][0]


def is_failed(job, fault):
    return (job["state"], job["reason"], job["message"], job["fault"]) == ("failed", "driver-failed", "no backend", fault)


def test_attach_that_fails_leaves_the_disk_available(faulty):
    instance, disk = faulty.make_instance(), faulty.make_disk()
    fail(faulty, "AttachDisk")
    faulty.AttachDisk(DiskId=disk, InstanceId=instance)
    found = faulty.disk(disk)
    assert (found["Status"], found["InstanceId"], found["Device"]) == ("Available", "", "")
    assert is_failed(last(faulty, "attach"), faults(faulty)[0]["id"])
    faulty.AttachDisk(DiskId=disk, InstanceId=instance)
    assert faulty.disk(disk)["Device"] == "/dev/xvdb"


def test_detach_that_fails_leaves_the_disk_in_use(faulty):
    disk, instance = faulty.make_attached()
    fail(faulty, "DetachDisk")
    faulty.DetachDisk(DiskId=disk, InstanceId=instance)
    found = faulty.disk(disk)
    assert (found["Status"], found["InstanceId"], found["DetachedTime"]) == ("In_use", instance, "")
    job, fault = last(faulty, "detach"), faults(faulty)[0]["id"]
    assert is_failed(job, fault)
    assert "driver-failed: no backend." in why(faulty, disk)
    assert f"Fault {fault} made job {job['id']} fail." in why(faulty, disk)
    faulty.DetachDisk(DiskId=disk, InstanceId=instance)
    assert faulty.status(disk) == "Available"


def test_disk_that_cannot_be_made_or_deleted(faulty):
    fail(faulty, "CreateDisk")
    disk = faulty.make_disk()
    assert faulty.disk(disk) is None
    disk = faulty.make_disk()
    fail(faulty, "DeleteDisk")
    faulty.DeleteDisk(DiskId=disk)
    assert faulty.status(disk) == "Available"
    assert is_failed(last(faulty, "disk-delete"), faults(faulty)[1]["id"])
    faulty.DeleteDisk(DiskId=disk)
    assert faulty.disk(disk) is None


def test_instances_that_cannot_be_built(faulty):
    fail(faulty, "RunInstances")
    assert len(faulty.make_instances(Amount=3)) == 3
    assert (faulty.instances(), faulty.disks()) == ([], [])
    assert all(is_failed(job, faults(faulty)[0]["id"]) for job in jobs(faulty)) and len(jobs(faulty)) == 3
    assert len(faulty.make_instances(Amount=2)) == len(faulty.instances()) == 2


def test_instance_that_cannot_be_stopped_started_or_released(faulty):
    instance = faulty.make_instance()
    for action, stays, becomes in (("StopInstance", "Running", "Stopped"), ("StartInstance", "Stopped", "Running"),
                                   ("StopInstance", "Running", "Stopped")):
        fail(faulty, action)
        faulty.call(action, InstanceId=instance)
        assert faulty.instance(instance)["Status"] == stays
        faulty.call(action, InstanceId=instance)
        assert faulty.instance(instance)["Status"] == becomes
    fail(faulty, "DeleteInstance")
    faulty.DeleteInstance(InstanceId=instance)
    assert faulty.instance(instance)["Status"] == "Stopped"
    faulty.DeleteInstance(InstanceId=instance)
    assert faulty.instance(instance) is None


@pytest.mark.parametrize("action", ["StopInstance", "RebootInstance", "DeleteInstance"])
def test_instance_that_runs_on_has_run_all_the_time(own_cloud, action):
    cloud = own_cloud(clock="manual", pace="instant")
    instance = cloud.make_instance()
    started = cloud.instance(instance)["StartTime"]
    cloud.server.advance(3600)
    fail(cloud, action)
    cloud.call(action, InstanceId=instance, **({"Force": True} if action == "DeleteInstance" else {}))
    found = cloud.instance(instance)
    assert (found["Status"], found["StartTime"]) == ("Running", started)
    # And is what the machine is: a system disk in use is not let go.
    assert cloud.refused("DetachDisk", DiskId=cloud.system_disk(instance), InstanceId=instance) == \
        (403, "IncorrectInstanceStatus")


def test_detach_that_never_ends_until_its_fault_is_cleared(faulty):
    disk, instance = faulty.make_attached()
    fault = add(faulty, "DetachDisk", effect="job-never-ends")["id"]
    faulty.DetachDisk(DiskId=disk, InstanceId=instance)
    assert faulty.status(disk) == "Detaching"
    wait_for(lambda: last(faulty, "detach")["reason"] == "held-by-fault", "the job is held")
    job = last(faulty, "detach")
    assert (job["state"], job["fault"]) == ("open", fault)
    assert f"Fault {fault} holds job {job['id']} until it is cleared: cleat fault clear {fault}." in why(faulty, disk)
    assert faults(faulty)[0]["open_jobs"] == 1
    assert faulty.refused("DetachDisk", DiskId=disk, InstanceId=instance)[1] == "InvalidOperation.DiskDetachingFromThisEcs"
    assert clear(faulty, operation="AttachDisk") == {"faults": 0, "jobs": 0}
    assert faulty.status(disk) == "Detaching"
    assert clear(faulty, operation="DetachDisk") == {"faults": 1, "jobs": 1}
    assert faulty.status(disk) == "Available"
    assert faults(faulty) == []


def test_never_is_longer_than_any_clock(slow_cloud):
    add(slow_cloud, "CreateDisk", effect="job-never-ends")
    disk = slow_cloud.make_disk()
    slow_cloud.server.advance(365 * 86400)
    assert slow_cloud.status(disk) == "Creating"
    assert clear(slow_cloud)["jobs"] == 1
    slow_cloud.server.advance(1)
    assert slow_cloud.status(disk) == "Available"


def test_cleared_before_its_time_a_job_does_not_fail(slow_cloud):
    fail(slow_cloud, "CreateDisk")
    disk = slow_cloud.make_disk()
    assert "makes job" in why(slow_cloud, disk)
    assert clear(slow_cloud)["jobs"] == 1
    assert slow_cloud.status(disk) == "Creating"  # at its own pace
    slow_cloud.server.advance(5)
    assert slow_cloud.status(disk) == "Available"


def test_forced_release_takes_an_instance_from_a_job_that_never_ends(faulty):
    disk, instance = faulty.make_attached()
    add(faulty, "DetachDisk", effect="job-never-ends")
    faulty.DetachDisk(DiskId=disk, InstanceId=instance)
    faulty.DeleteInstance(InstanceId=instance, Force=True)
    assert (faulty.status(disk), faulty.instance(instance)) == ("Available", None)
    assert clear(faulty) == {"faults": 1, "jobs": 0}


# ---- what can be said


@pytest.mark.parametrize("given, text", [
    ({"operation": "DetachDsk", "code": "x"}, "There is no operation 'DetachDsk'; did you mean DetachDisk?"),
    ({"operation": "Fly", "code": "x"}, "There is no operation 'Fly'; there are: AddTags, AttachDisk, "),
    ({"operation": "DetachDisk", "code": "Foo"}, "DetachDisk has no row 'Foo'; it has: InvalidParameter, "),
    ({"operation": "*", "code": "DiskNotPortable"}, "'*' has no row 'DiskNotPortable'; it has: "),
    ({"operation": "DetachDisk", "code": "InternalError", "variant": 3},
     "DetachDisk has InternalError with 2 texts; there is no variant 3."),
    ({"operation": "DetachDisk", "code": "SignatureDoesNotMatch"}, "DetachDisk has no row 'SignatureDoesNotMatch'; "),
    ({"operation": "DetachDisk"}, "A fault needs an effect; there are: error, latency, reply-lost, "),
    ({"operation": "DetachDisk", "effect": "explode"}, "There is no effect 'explode'; there are: error, latency, "),
    ({"operation": "DetachDisk", "effect": "error"}, "The effect error needs a code."),
    ({"operation": "DetachDisk", "effect": "latency"}, "The effect latency needs a latency."),
    ({"operation": "DetachDisk", "effect": "reply-lost", "code": "InternalError"},
     "A code belongs to the effect error, not to reply-lost."),
    ({"operation": "DetachDisk", "effect": "reply-lost", "variant": 1},
     "A variant belongs to the effect error, not to reply-lost."),
    ({"operation": "DetachDisk", "effect": "job-never-ends", "reason": "x"},
     "A reason belongs to the effect job-fails, not to job-never-ends."),
    ({"operation": "DetachDisk", "effect": "job-fails"}, "The effect job-fails needs a reason."),
    ({"operation": "DescribeDisks", "effect": "job-fails", "reason": "x"}, "DescribeDisks opens no job."),
    ({"operation": "DescribeDisks", "effect": "job-never-ends"}, "DescribeDisks opens no job."),
    ({"operation": "*", "effect": "job-never-ends"}, "The jobs of which operation? '*' is none that opens jobs."),
    ({"operation": "DetachDisk", "effect": "job-fails", "reason": "x" * 257}, "A reason has at most 256 characters."),
    ({"operation": "DetachDisk", "code": "InternalError", "resource": "x" * 129},
     "A resource has at most 128 characters."),
    ({"operation": "DetachDisk", "code": "InternalError", "id": "x" * 65}, "An id has at most 64 letters, "),
    ({"operation": "DetachDisk", "code": "InternalError", "id": "a b"}, "An id has at most 64 letters, "),
    *(({"operation": "DetachDisk", "code": "InternalError", "times": times}, "A fault is met 1 to 1000000 times, or until it ")
      for times in (0, -2, 1000001)),
    *(({"operation": "DetachDisk", "code": "InternalError", "latency_ms": latency}, "A latency is at most 10 minutes.")
      for latency in (-1, 600001)),
    *(({"operation": "DetachDisk", "code": "InternalError", "variant": variant}, "Variants are counted from 1.")
      for variant in (-1, 0)),
])
def test_fault_that_makes_no_sense(shared_server, given, text):
    error = shared_server.control("POST", "/_cleat/faults", given, status=400)["error"]
    assert error["reason"] == "fault-invalid"
    assert error["message"].startswith(text)
    assert shared_server.control("GET", "/_cleat/faults")["faults"] == []


@pytest.mark.parametrize("given, reason", [
    ({}, "parameter-missing"), ({"operation": ""}, "parameter-empty"),
    ({"operation": "DetachDisk", "code": "InternalError", "times": "x"}, "parameter-invalid"),
    ({"operation": "DetachDisk", "code": "x" * 1025}, "parameter-invalid"),
])
def test_fault_that_cannot_be_read(shared_server, given, reason):
    assert shared_server.control("POST", "/_cleat/faults", given, status=400)["error"]["reason"] == reason


def test_the_most_that_can_be_said(faulty):
    made = add(faulty, "DetachDisk", effect="job-fails", reason="ü" * 256, resource="x" * 128, id="x" * 64,
               latency_ms=600000, times=1000000)
    assert made["created_at"] and faults(faulty) == [made]
    assert (made["reason"], made["times_left"], made["latency_ms"]) == ("ü" * 256, 1000000, 600000)


def test_longest_reason_is_the_message_of_the_job(faulty):
    disk, instance = faulty.make_attached()
    add(faulty, "DetachDisk", effect="job-fails", reason="ü" * 256)
    faulty.DetachDisk(DiskId=disk, InstanceId=instance)
    assert last(faulty, "detach")["message"] == "ü" * 256


def test_no_more_than_a_thousand(faulty):
    for number in range(1000):
        add(faulty, "DetachDisk", code="InternalError", id=f"f{number}")
    assert refusal(faulty, "DetachDisk", status=409, code="InternalError")[0] == "fault-limit"
    assert clear(faulty, id="f500") == {"faults": 1, "jobs": 0}
    add(faulty, "DetachDisk", code="InternalError")
    assert [fault["id"] for fault in faults(faulty)][498:502] == ["f498", "f499", "f501", "f502"]
    assert faulty.refused("DetachDisk") == (500, "InternalError")
    assert clear(faulty) == {"faults": 1000, "jobs": 0}


def test_ids_are_unique_and_known(faulty):
    add(faulty, "DetachDisk", code="InternalError", id="mine")
    assert refusal(faulty, "AttachDisk", status=409, code="InternalError", id="mine")[0] == "fault-exists"
    error = faulty.server.control("POST", "/_cleat/faults/clear", {"id": "other"}, status=404)["error"]
    assert error == {"reason": "fault-unknown", "message": "There is no fault other."}
    error = faulty.server.control("POST", "/_cleat/faults/clear", {"operation": "DetachDsk"}, status=400)["error"]
    assert error["message"] == "There is no operation 'DetachDsk'; did you mean DetachDisk?"
    assert clear(faulty, id="mine")["faults"] == 1


def test_log_and_journal_say_that_a_fault_answered(faulty):
    fault = add(faulty, "DescribeRegions", code="Throttling")["id"]
    faulty.raw("DescribeRegions")
    lost = add(faulty, "DescribeZones", effect="reply-lost")["id"]
    cut = add(faulty, "DescribeZones", effect="connection-cut")["id"]
    for _ in range(2):
        with pytest.raises(LOST):
            faulty.DescribeZones(RegionId=REGION)
    faulty.DescribeZones(RegionId=REGION)
    lines = [json.loads(line) for line in faulty.server.log.split("\n") if '"event":"request"' in line]
    said = [(line["status"], line["reason"], line.get("fault"), line.get("effect")) for line in lines
            if line["operation"] in ("DescribeRegions", "DescribeZones")]
    assert said == [(400, "fault", fault, "error"), (200, "", lost, "reply-lost"), (0, "", cut, "connection-cut"),
                    (200, "", None, None)]
    kept = faulty.server.control("GET", "/_cleat/journal")["calls"]
    assert [(call["status"], call["reason"], call.get("fault"), call.get("effect")) for call in kept] == said
