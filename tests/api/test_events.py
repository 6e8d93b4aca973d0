"""DescribeInstanceHistoryEvents and DescribeTasks: what befell instances and disks, and what is no task."""

import datetime

import pytest

from cloud import (IMAGE, REGION, TIME_SECONDS, TYPE, ZONE, Cloud, edit_store, fleet_of, leaves_of_json, leaves_of_xml,
                   load_fleet, wait_for)
from test_faults import add

HERE = {"RegionId": REGION}
NEW = {"RegionId": REGION, "ZoneId": ZONE, "ImageId": IMAGE, "InstanceType": TYPE}


@pytest.fixture(scope="module")
def history(make_module_server):
    """Three instances whose AutoReleaseTime comes, an hour apart; the second is protected."""
    cloud = Cloud(make_module_server(clock="manual", pace="real"))
    cloud.start = cloud.server.advance(1)
    cloud.times, cloud.released = [], []
    for number in range(3):
        at = moment_after(cloud, (number + 1) * 3600)
        cloud.times.append(at)
        cloud.released.append(cloud.make_instance(AutoReleaseTime=at, DeletionProtection=number == 1))
    cloud.server.advance(60)
    for _ in range(4):
        cloud.server.advance(3600)
    cloud.found = events(cloud)
    return cloud


def moment_after(cloud, seconds):
    now = datetime.datetime.fromisoformat(cloud.start.replace("Z", "+00:00"))
    return (now + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%MZ")


def events(cloud, **more):
    reply = cloud.DescribeInstanceHistoryEvents(**{**HERE, "PageSize": 100, **more})
    return reply["InstanceSystemEventSet"]["InstanceSystemEventType"]


def test_releases_at_their_time_are_events(history):
    assert [event["InstanceId"] for event in history.found] == history.released[::-1]
    for event, instance, at in zip(history.found, history.released[::-1], history.times[::-1]):
        protected = instance == history.released[1]
        assert event["EventType"] == {"Name": "InstanceExpiration.Delete"}
        assert event["EventCycleStatus"] == ({"Name": "Failed"} if protected else {"Name": "Executed", "Code": 0})
        assert event["NotBefore"] == at[:-1] + ":00Z"
        assert event["EventPublishTime"] == event["EventFinishTime"] >= event["NotBefore"]
        assert TIME_SECONDS.fullmatch(event["EventPublishTime"])
        assert event["EventId"].startswith("e-bp")
        assert (event["ResourceType"], event["ExtendedAttribute"]) == ("instance", {})
        assert event["ReasonCode"] == ("instance-deletion-protected" if protected else "")
        assert "AutoReleaseTime" in event["Reason"]
    assert [history.instance(instance) is None for instance in history.released] == [True, False, True]


def seen(history, **filters):
    return [history.released.index(event["InstanceId"]) for event in events(history, **filters)]


def test_filters_of_events(history):
    first, second, third = history.released
    published = [event["EventPublishTime"] for event in history.found[::-1]]
    ids = [event["EventId"] for event in history.found[::-1]]
    cases = [
        ({"InstanceId": second}, [1]), ({"InstanceId": "i-nothing"}, []),
        ({"ResourceId.1": first, "ResourceId.2": third}, [2, 0]), ({"ResourceId.1": first, "InstanceId": second}, [0]),
        ({"ResourceType": "instance"}, [2, 1, 0]), ({"ResourceType": "ddh"}, []), ({"ResourceType": "managedhost"}, []),
        ({"ResourceType": "disk"}, []),
        ({"EventCycleStatus": "Executed"}, [2, 0]), ({"EventCycleStatus": "Failed"}, [1]), ({"EventCycleStatus": "Scheduled"}, []),
        ({"InstanceEventCycleStatus.1": "Failed", "EventCycleStatus": "Executed"}, [1]),
        ({"InstanceEventCycleStatus.1": "Avoided", "InstanceEventCycleStatus.2": "Executed"}, [2, 0]),
        ({"InstanceEventCycleStatus.1": "Executed", "InstanceEventCycleStatus.2": "Failed"}, [2, 1, 0]),
        ({"EventType": "InstanceExpiration.Delete"}, [2, 1, 0]), ({"EventType": "SystemFailure.Delete"}, []),
        ({"InstanceEventType.1": "SystemFailure.Reboot"}, []),
        ({"InstanceEventType.1": "SystemFailure.Reboot", "InstanceEventType.2": "InstanceExpiration.Delete"}, [2, 1, 0]),
        ({"EventId.1": ids[1], "EventId.2": "e-nothing"}, [1]), ({"EventId.1": "e-nothing"}, []),
        ({"EventPublishTime.Start": published[1]}, [2, 1]), ({"EventPublishTime.End": published[1]}, [1, 0]),
        ({"EventPublishTime.Start": published[1], "EventPublishTime.End": published[1]}, [1]),
        ({"NotBefore.Start": history.times[1]}, [2, 1]), ({"NotBefore.End": history.times[1]}, [1, 0]),
        ({"NotBefore.Start": history.times[2][:-1] + ":01Z"}, []),
        ({"EventType": "", "EventCycleStatus": "", "InstanceId": "", "ResourceType": "", "NotBefore.Start": ""}, [2, 1, 0]),
        ({"RegionId": "cn-shanghai"}, []),
    ]
    for filters, expected in cases:
        assert seen(history, **filters) == expected, filters
        assert history.DescribeInstanceHistoryEvents(**{**HERE, **filters})["TotalCount"] == len(expected), filters


def test_pages_of_events(history):
    for page, expected in ((1, [2, 1]), (2, [0]), (3, [])):
        reply = history.DescribeInstanceHistoryEvents(**HERE, PageNumber=page, PageSize=2)
        assert (reply["TotalCount"], reply["PageNumber"], reply["PageSize"]) == (3, page, 2)
        found = reply["InstanceSystemEventSet"]["InstanceSystemEventType"]
        assert [history.released.index(event["InstanceId"]) for event in found] == expected
    reply = history.DescribeInstanceHistoryEvents(**HERE, MaxResults=1)  # at least ten
    assert len(reply["InstanceSystemEventSet"]["InstanceSystemEventType"]) == 3
    assert "NextToken" not in reply


def test_events_by_token(own_cloud):
    cloud = own_cloud(clock="manual", pace="real")
    cloud.start = cloud.server.advance(1)
    instances = cloud.make_instances(Amount=12, AutoReleaseTime=moment_after(cloud, 3600))
    cloud.server.advance(60)
    cloud.server.advance(3600)
    first = cloud.DescribeInstanceHistoryEvents(**HERE, MaxResults=10)
    second = cloud.DescribeInstanceHistoryEvents(**HERE, MaxResults=10, NextToken=first["NextToken"])
    assert "NextToken" not in second
    pages = [[event["InstanceId"] for event in reply["InstanceSystemEventSet"]["InstanceSystemEventType"]]
             for reply in (first, second)]
    assert [len(page) for page in pages] == [10, 2]
    assert sorted(pages[0] + pages[1]) == sorted(instances)


def test_what_goes_well_makes_no_event_and_no_task(cloud):
    disk, instance = cloud.make_attached()
    cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    cloud.RebootInstance(InstanceId=instance)
    cloud.stop(instance)
    assert events(cloud, InstanceId=instance) == events(cloud, ResourceType="disk", **{"ResourceId.1": disk}) == []
    reply = cloud.DescribeTasks(**HERE, **{"ResourceIds.1": disk})
    assert (reply["TaskSet"], reply["TotalCount"], reply["RegionId"]) == ({"Task": []}, 0, REGION)
    assert cloud.DescribeTasks(**HERE, TaskStatus="Finished", TaskAction="ModifyDiskSpec", StartTime="2020-01-01T00:00Z",
                               EndTime="2020-01-01T00:00Z", TaskIds="t-1,t-2")["TotalCount"] == 0


def guests(server, **of_disk):
    """d-1 is attached to i-1, whose guest is asked and uses it so."""
    load_fleet(server, fleet_of(safe_detach=True, instances=[{"id": "i-1"}],
                          disks=[{"id": "d-1", "attachments": [{"instance": "i-1", "guest": of_disk}]}]))
    return Cloud(server)


def test_a_detach_that_the_guest_refuses_is_an_event(make_server):
    cloud = guests(make_server(), mounted="/data", by="postgres[312]")
    cloud.DetachDisk(DiskId="d-1", InstanceId="i-1")
    assert cloud.status("d-1") == "In_use"
    event, = events(cloud, InstanceId="i-1")
    assert (event["EventType"], event["EventCycleStatus"]) == \
        ({"Name": "SystemMaintenance.IsolateErrorDisk"}, {"Name": "Failed"})
    assert (event["Reason"], event["ReasonCode"]) == ("/data is mounted, used by postgres[312]", "disk-in-use-by-guest")
    assert event["ExtendedAttribute"] == {"DiskId": "d-1", "Device": "/dev/xvdb"}
    # The same, as what befell the disk.
    assert events(cloud, ResourceType="disk", **{"ResourceId.1": "d-1"}) == [{**event, "ResourceType": "disk"}]
    assert events(cloud, ResourceType="disk", **{"ResourceId.1": "d-2"}) == []
    # What makes the disk driver of Kubernetes give up waiting for a detach.
    assert "ecs_alarm_center" not in event["EventType"]["Name"]


def test_a_reboot_ends_what_a_silent_guest_held(make_server):
    cloud = guests(make_server(), never_answers=True)
    cloud.DetachDisk(DiskId="d-1", InstanceId="i-1")
    assert cloud.status("d-1") == "Detaching"
    cloud.RebootInstance(InstanceId="i-1")
    wait_for(lambda: cloud.instance("i-1")["Status"] == "Running", "rebooted")
    assert cloud.status("d-1") == "Available"
    assert events(cloud) == []


@pytest.mark.parametrize("operation, parameters, kind, before", [
    ("StartInstance", {}, "InstanceFailure.Reboot", "Stopped"),
    ("StopInstance", {}, "InstanceFailure.Reboot", "Running"),
    ("RebootInstance", {}, "InstanceFailure.Reboot", "Running"),
    ("DeleteInstance", {}, "InstanceExpiration.Delete", "Stopped"),
    ("DetachDisk", {"DiskId": "disk"}, "SystemMaintenance.IsolateErrorDisk", "Running"),
    ("AttachDisk", {"DiskId": "other"}, "SystemMaintenance.ReInitErrorDisk", "Running"),
])
def test_work_that_a_fault_brings_to_nothing_is_an_event(own_cloud, operation, parameters, kind, before):
    cloud = own_cloud()
    disk, instance = cloud.make_attached()
    parameters = {name: {"disk": disk, "other": cloud.make_disk()}[value] if name == "DiskId" else value
                  for name, value in parameters.items()}
    if before == "Stopped":
        cloud.stop(instance)
    add(cloud, operation, effect="job-fails", reason="no backend")
    cloud.call(operation, InstanceId=instance, **parameters)
    assert cloud.instance(instance)["Status"] == before
    event, = events(cloud, InstanceId=instance)
    assert (event["EventType"]["Name"], event["EventCycleStatus"]["Name"]) == (kind, "Failed")
    assert (event["Reason"], event["ReasonCode"]) == ("no backend", "driver-failed")
    assert event["ExtendedAttribute"].get("DiskId") == parameters.get("DiskId")


@pytest.mark.parametrize("operation", ["RunInstances", "CreateInstance"])
def test_an_instance_that_cannot_be_made_is_an_event(own_cloud, operation):
    cloud = own_cloud()
    add(cloud, operation, effect="job-fails", reason="no backend")
    reply = cloud.call(operation, **NEW)
    instance = reply.get("InstanceId") or reply["InstanceIdSets"]["InstanceIdSet"][0]
    assert (cloud.instances(), cloud.disks()) == ([], [])
    event, = events(cloud)
    assert (event["InstanceId"], event["EventType"]["Name"], event["EventCycleStatus"]["Name"], event["Reason"]) == \
        (instance, "SystemFailure.Delete", "Failed", "no backend")
    job, = cloud.server.control("GET", "/_cleat/jobs")["jobs"]
    assert (job["state"], job["reason"], job["message"]) == ("failed", "driver-failed", "no backend")


def test_a_disk_that_cannot_be_made_befell_no_instance(own_cloud):
    cloud = own_cloud()
    add(cloud, "CreateDisk", effect="job-fails", reason="no backend")
    disk = cloud.make_disk()
    assert events(cloud) == []
    event, = events(cloud, ResourceType="disk")
    assert (event["ResourceType"], event["InstanceId"], event["ExtendedAttribute"]) == ("disk", "", {"DiskId": disk})


def test_a_release_that_fails_leaves_its_time_in_force(own_cloud):
    cloud = own_cloud(clock="manual", pace="real")
    cloud.start = cloud.server.advance(1)
    instance = cloud.make_instance(AutoReleaseTime=moment_after(cloud, 3600))
    cloud.server.advance(60)
    add(cloud, "DeleteInstance", effect="job-fails", reason="no backend")
    cloud.DeleteInstance(InstanceId=instance, Force=True)
    cloud.server.advance(60)
    assert cloud.instance(instance)["Status"] == "Running"
    cloud.server.advance(3600)
    cloud.server.advance(60)
    assert cloud.instance(instance) is None
    assert [(event["EventCycleStatus"]["Name"], event["ReasonCode"]) for event in events(cloud)] == \
        [("Executed", ""), ("Failed", "driver-failed")]


def test_no_account_sees_events_of_another(make_server):
    cloud = Cloud(make_server(durable=True))
    cloud.make_instance()
    edit_store(cloud.server,
               ("INSERT INTO account (id, realm, name, disk_white_list, safe_detach, created_at) VALUES ('1000000000000001', 'aliyun', 'other', 1, 0, 9999999999999)", []),
               ("INSERT INTO access_key (id, account, secret, description, state, created_at)"
                " VALUES ('other', '1000000000000001', 'other-secret', '', 'active', 0)", []),
               ("INSERT INTO event SELECT 'e-1', realm, account, scope, region, 'detach', 'failed', id, '', '', '', '', '', 1, 1"
                " FROM instance", []))
    assert len(events(cloud)) == 1
    assert events(Cloud(cloud.server, "other", "other-secret")) == []


@pytest.mark.parametrize("more", [{}, {"EventId.1": "e-nothing"}, {"MaxResults": 10}], ids=["all", "none", "by token"])
def test_xml_and_json_carry_the_same(history, more):
    in_json, in_xml = (history.raw("DescribeInstanceHistoryEvents", {**HERE, **more}, xml=xml) for xml in (False, True))
    assert leaves_of_json(in_json.json)[1:] == leaves_of_xml(in_xml.xml)[1:]
    assert in_xml.xml.tag == "DescribeInstanceHistoryEventsResponse"
