"""Simulated guests: a disk that is in use inside the guest, and a guest that does not let go of it."""

import json

import pytest

from cloud import Cloud, dump_fleet, fleet_of, load_fleet, wait_for

DISK, INSTANCE = "d-1", "i-1"


def guest(server, status=200, **what):
    return server.control("POST", "/_cleat/guest", {"disk": DISK, "instance": INSTANCE, **what}, status=status)


def why(server, disk=DISK):
    return server.control("GET", f"/_cleat/why?disk={disk}")["sentences"]


@pytest.fixture
def begin(make_server):
    """begin(safe_detach, guest of the attachment, guest of the instance) -> a client; d-1 is attached to i-1."""

    def make(safe=True, of_disk=None, of_instance=None, durable=False, **flags):
        server = make_server(durable=durable, **flags)
        load_fleet(server, fleet_of(safe_detach=safe, instances=[{"id": INSTANCE, "guest": of_instance or {}}],
                              disks=[{"id": DISK, "attachments": [{"instance": INSTANCE, "guest": of_disk or {}}]}]))
        return Cloud(server)

    return make


def detach(cloud):
    cloud.DetachDisk(DiskId=DISK, InstanceId=INSTANCE)
    return cloud.status(DISK)


# ---- in use


@pytest.mark.parametrize("use, says", [
    ({"mounted": "/data"}, "/data is mounted"),
    ({"mounted": "/data", "by": "postgres[312]"}, "/data is mounted, used by postgres[312]"),
    ({"io": True, "by": "dd[7]"}, "dd[7] reads or writes the disk"),
    ({"io": True}, "something reads or writes the disk"),
])
def test_disk_in_use_is_not_detached(begin, use, says):
    cloud = begin(of_disk=use)
    assert detach(cloud) == "In_use"
    (ended,) = [sentence for sentence in why(cloud.server) if "ended as failed" in sentence]
    assert ended.endswith(f": disk-in-use-by-guest: {says}.")
    assert cloud.instance(INSTANCE)["Status"] == "Running"


def test_use_told_later_counts_and_its_end_too(begin):
    cloud = begin()
    guest(cloud.server, mounted="/srv", by="nginx[9]")
    assert detach(cloud) == "In_use"
    told = guest(cloud.server, mounted="", by="")
    assert told == {"disk": DISK, "instance": INSTANCE, "attachment": "d-1.1", "mounted": "", "io": False, "by": "",
                    "never_answers": False, "answers_after_ms": 0}
    assert detach(cloud) == "Available"


def test_account_that_does_not_ask_detaches_all_the_same(begin):
    assert detach(begin(safe=False, of_disk={"mounted": "/data", "io": True})) == "Available"


def test_guest_without_agent_cannot_be_asked(begin):
    cloud = begin(of_instance={"agent": False})
    assert detach(cloud) == "In_use"
    assert any("no agent" in sentence for sentence in why(cloud.server))
    assert detach(begin(safe=False, of_instance={"agent": False})) == "Available"


def test_machine_that_is_off_uses_nothing(begin):
    cloud = begin(of_disk={"mounted": "/data", "never_answers": True}, of_instance={"agent": False})
    cloud.stop(INSTANCE)
    assert detach(cloud) == "Available"


def test_use_that_begins_between_question_and_detach_counts(begin):
    cloud = begin(pace="real", clock="manual")
    cloud.DetachDisk(DiskId=DISK, InstanceId=INSTANCE)
    cloud.server.advance(1)
    assert cloud.status(DISK) == "Detaching"
    guest(cloud.server, mounted="/data")
    cloud.server.advance(60)
    assert cloud.status(DISK) == "In_use"
    assert any("/data is mounted" in sentence for sentence in why(cloud.server))


def test_next_attach_begins_without_use(begin):
    cloud = begin(safe=False, of_disk={"mounted": "/data"})
    detach(cloud)
    cloud.AttachDisk(DiskId=DISK, InstanceId=INSTANCE)
    assert guest(cloud.server)["mounted"] == ""


# ---- silent


@pytest.mark.parametrize("safe", [True, False])
def test_silent_guest_keeps_the_disk_detaching_until_it_answers(begin, safe):
    cloud = begin(safe=safe, of_disk={"never_answers": True})
    assert detach(cloud) == "Detaching"
    assert any("waiting-for-guest" in sentence and "has not answered" in sentence for sentence in why(cloud.server))
    assert cloud.refused("DetachDisk", DiskId=DISK, InstanceId=INSTANCE) == \
        (403, "InvalidOperation.DiskDetachingFromThisEcs")
    guest(cloud.server, by="nobody")  # asked again, and silent again
    assert cloud.status(DISK) == "Detaching"
    guest(cloud.server, never_answers=False)
    assert cloud.status(DISK) == "Available"


def test_stop_ends_what_a_silent_guest_holds_up(begin):
    cloud = begin(of_disk={"never_answers": True})
    assert detach(cloud) == "Detaching"
    cloud.stop(INSTANCE)
    wait_for(lambda: cloud.status(DISK) == "Available", "the detach")


def test_release_ends_what_a_silent_guest_holds_up(begin):
    cloud = begin(of_disk={"never_answers": True})
    assert detach(cloud) == "Detaching"
    cloud.DeleteInstance(InstanceId=INSTANCE, Force=True)
    assert cloud.status(DISK) == "Available"


def test_late_answer(begin):
    cloud = begin(of_disk={"answers_after_ms": 200})
    assert detach(cloud) == "Detaching"
    wait_for(lambda: cloud.status(DISK) == "Available", "the guest's answer")


def test_guest_is_remembered_over_a_restart(begin):
    cloud = begin(durable=True)
    guest(cloud.server, mounted="/data", by="mysqld[1]")
    cloud.server.restart()
    assert detach(cloud) == "In_use"
    guest(cloud.server, mounted="", never_answers=True)
    assert detach(cloud) == "Detaching"
    cloud.server.restart()
    assert cloud.status(DISK) == "Detaching"
    guest(cloud.server, never_answers=False)
    wait_for(lambda: cloud.status(DISK) == "Available", "the detach")


def test_long_texts_of_any_language(begin):
    cloud = begin(of_disk={"mounted": "/" + "数" * 100, "by": "é" * 128})
    assert detach(cloud) == "In_use"
    (ended,) = [sentence for sentence in why(cloud.server) if "ended as failed" in sentence]
    assert "disk-in-use-by-guest: /" + "数" * 84 in ended


# ---- refused


def test_guest_of_what_is_not_there(begin):
    cloud = begin()
    assert guest(cloud.server, 404, disk="d-none")["error"]["reason"] == "disk-unknown"
    assert guest(cloud.server, 409, instance="i-none")["error"] == {
        "reason": "disk-not-attached", "message": "The disk d-1 is not attached to the instance i-none."}
    assert guest(cloud.server, 400, answers_after_ms=-1)["error"]["reason"] == "parameter-invalid"
    assert guest(cloud.server, 400, by="x" * 129)["error"]["reason"] == "parameter-invalid"
    detach(cloud)
    assert guest(cloud.server, 409)["error"]["reason"] == "disk-not-attached"


def test_os_of_the_guest_is_that_of_the_image(make_server):
    server = make_server()
    cloud = Cloud(server)
    made = {image: cloud.make_instance(ImageId=image, **{"SystemDisk.Size": 40})
            for image in ("debian_12_6_x64_20G_alibase_20240819.vhd", "win2022_21H2_x64_dtc_zh-cn_40G_alibase_20240917.vhd")}

    def guests():
        instances = {each["id"]: each["guest"] for each in json.loads(dump_fleet(server))["accounts"][0]["instances"]}
        return [instances[instance] for instance in made.values()]

    assert guests() == [{"os": "linux", "agent": True}, {"os": "windows", "agent": True}]
    for instance, image in zip(made.values(), reversed(made)):
        cloud.stop(instance)
        cloud.ReplaceSystemDisk(InstanceId=instance, ImageId=image)
    assert guests() == [{"os": "windows", "agent": True}, {"os": "linux", "agent": True}]


# ---- the fence


def fence(server, status=200, disk=DISK, instance=INSTANCE):
    return server.control("POST", "/_cleat/fence", {"disk": disk, "instance": instance}, status=status)


def executed(cloud):
    events = cloud.DescribeInstanceHistoryEvents(RegionId="cn-hangzhou", EventCycleStatus="Executed")
    return [event["Reason"] for event in events["InstanceSystemEventSet"]["InstanceSystemEventType"]]


@pytest.mark.parametrize("detaching", [True, False])
def test_fence_takes_a_disk_from_a_silent_guest(begin, detaching):
    cloud = begin(safe=False, of_disk={"never_answers": True})
    if detaching:
        assert detach(cloud) == "Detaching"
    assert fence(cloud.server) == {"disk": DISK, "instance": INSTANCE}
    wait_for(lambda: cloud.status(DISK) == "Available", "the disk is cut off")
    assert executed(cloud) == ["The guest did not let go of the disk: the disk was cut off, as control asked."]
    assert cloud.instance(INSTANCE)["Status"] == "Running"


def test_fence_does_not_ask_what_uses_the_disk(begin):
    cloud = begin(of_disk={"mounted": "/data"})
    fence(cloud.server)
    wait_for(lambda: cloud.status(DISK) == "Available", "the disk is cut off")


def test_fence_of_what_is_not_there(begin):
    cloud = begin()
    assert fence(cloud.server, 404, disk="d-9")["error"]["reason"] == "disk-unknown"
    assert fence(cloud.server, 409, instance="i-9")["error"]["reason"] == "disk-not-attached"
    assert cloud.status(DISK) == "In_use"


def test_waiting_for_a_guest_is_told_in_events_after_ten_seconds(begin):
    cloud = begin(safe=False, of_disk={"never_answers": True}, clock="manual", pace="quick")

    def executing():
        events = cloud.DescribeInstanceHistoryEvents(RegionId="cn-hangzhou", EventCycleStatus="Executing")
        return events["InstanceSystemEventSet"]["InstanceSystemEventType"]

    cloud.DetachDisk(DiskId=DISK, InstanceId=INSTANCE)
    cloud.server.advance(2)
    assert cloud.status(DISK) == "Detaching" and executing() == []
    cloud.server.advance(60)
    guest(cloud.server, never_answers=True)  # it is asked again at once
    (event,) = wait_for(executing, "the events tell of it")
    assert event["ReasonCode"] == "waiting-for-guest" and event["ExtendedAttribute"]["DiskId"] == DISK
    fence(cloud.server)
    cloud.server.advance(1)
    wait_for(lambda: cloud.status(DISK) == "Available", "the disk is cut off")
    assert len(executing()) == 1 and len(executed(cloud)) == 1
