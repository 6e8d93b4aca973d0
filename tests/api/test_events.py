"""DescribeInstanceHistoryEvents and DescribeTasks: what befell instances and disks, and what is no task."""

import datetime

import pytest

from cloud import REGION, TIME_SECONDS, Cloud, edit_store, leaves_of_json, leaves_of_xml

HERE = {"RegionId": REGION}


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


def test_events_of_work_that_came_to_nothing(make_server):
    """No guest refuses and no driver fails here: the rows are written as the core writes them."""
    cloud = Cloud(make_server(durable=True))
    disk, instance = cloud.make_attached()
    insert = ("INSERT INTO event SELECT ?, realm, account, scope, region, ?, ?, ?, ?, '/dev/xvdb', 'job-1', 'disk-in-use-by-guest',"
              " 'mounted on /data', 1577836800000, 1577836860000 FROM instance LIMIT 1")
    edit_store(cloud.server, (insert, ["e-1", "detach", "failed", instance, disk]),
               (insert, ["e-2", "detach", "executed", instance, disk]), (insert, ["e-3", "instance-create", "failed", "i-gone", ""]),
               (insert, ["e-4", "instance-start", "failed", instance, ""]), (insert, ["e-5", "disk-create", "failed", "", "d-gone"]))
    found = {event["EventId"]: event for event in events(cloud)}
    assert {name: event["EventType"]["Name"] for name, event in found.items()} == {
        "e-1": "SystemMaintenance.IsolateErrorDisk", "e-2": "SystemMaintenance.IsolateErrorDisk", "e-3": "SystemFailure.Delete",
        "e-4": "InstanceFailure.Reboot"}
    assert found["e-1"]["ExtendedAttribute"] == {"DiskId": disk, "Device": "/dev/xvdb"}
    assert (found["e-1"]["Reason"], found["e-1"]["ReasonCode"]) == ("mounted on /data", "disk-in-use-by-guest")
    assert (found["e-1"]["NotBefore"], found["e-1"]["EventPublishTime"]) == ("2020-01-01T00:00:00Z", "2020-01-01T00:01:00Z")
    of_disks = {event["EventId"]: event for event in events(cloud, ResourceType="disk")}
    assert set(of_disks) == {"e-1", "e-2", "e-5"}
    assert {event["ResourceType"] for event in of_disks.values()} == {"disk"}
    assert [event["EventId"] for event in events(cloud, ResourceType="disk", **{"ResourceId.1": "d-gone"})] == ["e-5"]
    assert {event["EventId"] for event in events(cloud, EventType="SystemMaintenance.IsolateErrorDisk")} == {"e-1", "e-2"}
    # What makes the disk driver of Kubernetes give up waiting for a detach.
    assert not [event for event in found.values() if "ecs_alarm_center" in event["EventType"]["Name"]]


def test_no_account_sees_events_of_another(make_server):
    cloud = Cloud(make_server(durable=True))
    cloud.make_instance()
    edit_store(cloud.server,
               ("INSERT INTO account VALUES ('1000000000000001', 'aliyun', 'other', 1, 0, 9999999999999)", []),
               ("INSERT INTO access_key VALUES ('other', '1000000000000001', 'other-secret', '', 'active', 0)", []),
               ("INSERT INTO event SELECT 'e-1', realm, account, scope, region, 'detach', 'failed', id, '', '', '', '', '', 1, 1"
                " FROM instance", []))
    assert len(events(cloud)) == 1
    assert events(Cloud(cloud.server, "other", "other-secret")) == []


@pytest.mark.parametrize("more", [{}, {"EventId.1": "e-nothing"}, {"MaxResults": 10}], ids=["all", "none", "by token"])
def test_xml_and_json_carry_the_same(history, more):
    in_json, in_xml = (history.raw("DescribeInstanceHistoryEvents", {**HERE, **more}, xml=xml) for xml in (False, True))
    assert leaves_of_json(in_json.json)[1:] == leaves_of_xml(in_xml.xml)[1:]
    assert in_xml.xml.tag == "DescribeInstanceHistoryEventsResponse"
