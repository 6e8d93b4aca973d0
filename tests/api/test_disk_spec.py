"""ModifyDiskSpec and the tasks it makes: effects, rows of errors in both formats, failure."""

import pytest

from cloud import MULTI, REGION, Cloud, edit_store, fleet_of, leaves_of_json, leaves_of_xml, load_fleet

HERE = {"RegionId": REGION}
SPEC = ("Category", "PerformanceLevel", "ProvisionedIops", "Size")


def spec(cloud, disk):
    found = cloud.disk(disk)
    return tuple(found.get(name, "") for name in SPEC)


def tasks(cloud, **filters):
    return cloud.DescribeTasks(**{**HERE, **filters})["TaskSet"]["Task"]


def attribute(cloud, task):
    return cloud.DescribeTaskAttribute(**HERE, TaskId=task)


# ---- effects


@pytest.mark.parametrize("asked, after", [
    ({"PerformanceLevel": "PL0"}, ("cloud_essd", "PL0", 0, 20)),
    ({"DiskCategory": "cloud_essd", "PerformanceLevel": "PL0"}, ("cloud_essd", "PL0", 0, 20)),
    ({"DiskCategory": "cloud_ssd"}, ("cloud_ssd", "", 0, 20)),
    ({"DiskCategory": "cloud_efficiency"}, ("cloud_efficiency", "", 0, 20)),
    ({"DiskCategory": "cloud_auto", "ProvisionedIops": 17200}, ("cloud_auto", "", 17200, 20))])
def test_a_disk_becomes_what_is_asked(cloud, asked, after):
    disk, instance = cloud.make_attached()
    before = cloud.disk(disk)
    cloud.ModifyDiskSpec(DiskId=disk, **asked)
    assert spec(cloud, disk) == after
    found = cloud.disk(disk)
    assert {name: found[name] for name in found if name not in SPEC} == {name: before[name] for name in before if name not in SPEC}
    cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    assert cloud.status(disk) == "Available"


def test_what_is_not_asked_for_stays(cloud):
    disk = cloud.make_disk(DiskCategory="cloud_auto", ProvisionedIops=1000, Size=500)
    cloud.ModifyDiskSpec(DiskId=disk, DiskCategory="cloud_auto")
    assert spec(cloud, disk) == ("cloud_auto", "", 1000, 500)
    cloud.ModifyDiskSpec(DiskId=disk, DiskCategory="cloud_essd")
    assert spec(cloud, disk) == ("cloud_essd", "PL1", 0, 500)
    cloud.ModifyDiskSpec(DiskId=disk, PerformanceLevel="PL2")
    cloud.ModifyDiskSpec(DiskId=disk, DiskCategory="cloud_essd")
    assert spec(cloud, disk) == ("cloud_essd", "PL2", 0, 500)


def test_a_system_disk_of_a_stopped_instance(cloud):
    instance = cloud.make_instance(**{"SystemDisk.Category": "cloud_efficiency"})
    cloud.stop(instance)
    disk = cloud.system_disk(instance)
    cloud.ModifyDiskSpec(DiskId=disk, DiskCategory="cloud_essd", PerformanceLevel="PL0")
    assert spec(cloud, disk)[:2] == ("cloud_essd", "PL0")
    cloud.StartInstance(InstanceId=instance)
    assert cloud.instance(instance)["Status"] == "Running"


# ---- tasks


def test_the_task_from_beginning_to_end(slow_cloud):
    disk = slow_cloud.make_disk()
    slow_cloud.server.advance(60)
    task = slow_cloud.ModifyDiskSpec(DiskId=disk, PerformanceLevel="PL0")["TaskId"]
    assert task.startswith("t-")
    assert spec(slow_cloud, disk)[1] == "PL0"  # shown at once
    (found,) = tasks(slow_cloud, TaskIds=task)
    assert (found["TaskId"], found["TaskAction"], found["TaskStatus"], found["ResourceId"], found["FinishedTime"]) == \
        (task, "ModifyDiskSpec", "Processing", disk, "")
    assert found["CreationTime"]
    one = attribute(slow_cloud, task)
    assert (one["TaskStatus"], one["TaskProcess"], one["TotalCount"], one["SuccessCount"], one["FailedCount"]) == \
        ("Processing", "0%", 1, 0, 0)
    slow_cloud.server.advance(30)
    assert tasks(slow_cloud, TaskIds=task, TaskStatus="Processing") == []
    (found,) = tasks(slow_cloud, TaskStatus="Finished", TaskAction="ModifyDiskSpec", **{"ResourceIds.1": disk})
    assert found["TaskId"] == task and found["FinishedTime"] > found["CreationTime"]
    one = attribute(slow_cloud, task)
    assert one["RegionId"] == REGION and one["TaskAction"] == "ModifyDiskSpec"
    assert (one["TaskStatus"], one["TaskProcess"], one["TotalCount"], one["SuccessCount"], one["FailedCount"]) == \
        ("Finished", "100%", 1, 1, 0)
    assert one["OperationProgressSet"]["OperationProgress"] == [
        {"OperationStatus": "Success", "RelatedItemSet": {"RelatedItem": [{"Name": "DiskId", "Value": disk}]}}]


def test_a_task_that_is_cancelled(slow_cloud):
    disk = slow_cloud.make_disk()
    slow_cloud.server.advance(60)
    before = slow_cloud.disk(disk)
    task = slow_cloud.ModifyDiskSpec(DiskId=disk, DiskCategory="cloud_auto", ProvisionedIops=100)["TaskId"]
    assert slow_cloud.disk(disk) != before
    slow_cloud.server.advance(9)
    assert tasks(slow_cloud)[0]["SupportCancel"] == "true" == attribute(slow_cloud, task)["SupportCancel"]
    slow_cloud.CancelTask(**HERE, TaskId=task)
    assert slow_cloud.disk(disk) == before
    one = attribute(slow_cloud, task)
    assert (one["TaskStatus"], one["TaskProcess"], one["SupportCancel"], one["FailedCount"]) == ("Failed", "100%", "false", 1)
    assert one["OperationProgressSet"]["OperationProgress"][0]["ErrorCode"] == "cancelled"
    assert slow_cloud.refused("CancelTask", **HERE, TaskId=task) == (403, "InvalidTaskId.IncorrectTaskStatus")
    # Nothing of it comes later, and the disk is free for another.
    slow_cloud.server.advance(60)
    assert slow_cloud.disk(disk) == before
    slow_cloud.ModifyDiskSpec(DiskId=disk, DiskCategory="cloud_auto")
    slow_cloud.server.advance(60)
    assert spec(slow_cloud, disk)[0] == "cloud_auto"
    assert slow_cloud.DescribeInstanceHistoryEvents(**HERE, ResourceType="disk")["TotalCount"] == 0


def test_a_task_cannot_be_cancelled_once_the_work_has_begun(slow_cloud):
    disk = slow_cloud.make_disk()
    slow_cloud.server.advance(60)
    task = slow_cloud.ModifyDiskSpec(DiskId=disk, PerformanceLevel="PL0")["TaskId"]
    slow_cloud.server.advance(10)
    assert attribute(slow_cloud, task)["SupportCancel"] == "false" == tasks(slow_cloud)[0]["SupportCancel"]
    answer = (403, "CancelTaskFailed", "The task is failed to cancel, Please contact the administrator.")
    for xml in (False, True):
        assert slow_cloud.raw("CancelTask", {**HERE, "TaskId": task}, xml=xml).fault == answer
    slow_cloud.server.advance(20)
    assert attribute(slow_cloud, task)["TaskStatus"] == "Finished" and spec(slow_cloud, disk)[1] == "PL0"
    answer = (403, "InvalidTaskId.IncorrectTaskStatus", "The specified task status is not invalid.")
    for xml in (False, True):
        assert slow_cloud.raw("CancelTask", {**HERE, "TaskId": task}, xml=xml).fault == answer


def test_a_task_that_a_fault_holds_can_be_cancelled_over_a_kill(make_server):
    cloud = Cloud(make_server(durable=True))
    disk = cloud.make_disk()
    before = cloud.disk(disk)
    cloud.server.control("POST", "/_cleat/faults", {"operation": "ModifyDiskSpec", "effect": "job-never-ends"})
    task = cloud.ModifyDiskSpec(DiskId=disk, DiskCategory="cloud_ssd")["TaskId"]
    cloud.CancelTask(**HERE, TaskId=task)
    cloud.server.kill9()
    cloud.server.start()
    assert cloud.disk(disk) == before and attribute(cloud, task)["TaskStatus"] == "Failed"


def test_several_tasks_by_their_ids(cloud):
    disks = [cloud.make_disk() for _ in range(3)]
    made = [cloud.ModifyDiskSpec(DiskId=disk, PerformanceLevel="PL0")["TaskId"] for disk in disks]
    found = tasks(cloud, TaskIds=",".join([*made[:2], "t-nothing", "nothing"]))
    assert {task["ResourceId"] for task in found} == set(disks[:2])


def test_a_task_that_fails(own_cloud):
    cloud = own_cloud()
    disk = cloud.make_disk()
    before = cloud.disk(disk)
    cloud.server.control("POST", "/_cleat/faults", {"operation": "ModifyDiskSpec", "effect": "job-fails", "reason": "no room"})
    task = cloud.ModifyDiskSpec(DiskId=disk, DiskCategory="cloud_auto", ProvisionedIops=100)["TaskId"]
    assert cloud.disk(disk) == before
    assert [found["TaskStatus"] for found in tasks(cloud, TaskIds=task)] == ["Failed"]
    one = attribute(cloud, task)
    assert (one["TaskStatus"], one["SuccessCount"], one["FailedCount"]) == ("Failed", 0, 1)
    (progress,) = one["OperationProgressSet"]["OperationProgress"]
    assert (progress["OperationStatus"], progress["ErrorMsg"]) == ("Failed", "no room")


def test_a_job_that_is_no_task_is_not_found(cloud):
    disk = cloud.make_disk()
    (job,) = [job for job in cloud.server.control("GET", f"/_cleat/jobs?disk={disk}")["jobs"]]
    for task in (job["id"], "t-" + job["id"][len("job-"):]):
        assert cloud.refused("DescribeTaskAttribute", **HERE, TaskId=task) == (400, "InvalidTaskId.NotFound")


def test_tasks_of_another_account(make_server):
    cloud = Cloud(make_server())
    load_fleet(cloud.server, fleet_of(id="2000000000000001", access_keys=[{"id": "other", "secret": "other-secret"}]))
    other = Cloud(cloud.server, "other", "other-secret")
    task = cloud.ModifyDiskSpec(DiskId=cloud.make_disk(), PerformanceLevel="PL0")["TaskId"]
    assert tasks(other, TaskIds=task) == []
    cloud.server.control("POST", "/_cleat/faults", {"operation": "ModifyDiskSpec", "effect": "job-never-ends"})
    running = cloud.ModifyDiskSpec(DiskId=cloud.make_disk(), PerformanceLevel="PL0")["TaskId"]
    for operation in ("DescribeTaskAttribute", "CancelTask"):
        for each in (task, running):
            assert other.refused(operation, **HERE, TaskId=each) == (400, "InvalidTaskId.NotFound")
    assert attribute(cloud, running)["TaskStatus"] == "Processing"


def test_xml_and_json_carry_the_same(cloud):
    task = cloud.ModifyDiskSpec(DiskId=cloud.make_disk(), PerformanceLevel="PL0")["TaskId"]
    for operation, parameters in (("DescribeTasks", {**HERE, "TaskIds": task}),
                                  ("DescribeTaskAttribute", {**HERE, "TaskId": task})):
        in_json, in_xml = cloud.raw(operation, parameters), cloud.raw(operation, parameters, xml=True)
        assert in_json.status == in_xml.status == 200
        assert [leaf for leaf in leaves_of_json(in_json.json) if leaf[0] != ("RequestId",)] == \
            [leaf for leaf in leaves_of_xml(in_xml.xml) if leaf[0] != ("RequestId",)]


# ---- rows


EMPTY = (400, "InvalidParameter", "The input parameter is mandatory for processing this request is empty.")
BAD_CATEGORY = (400, "InvalidDiskCategory.ValueNotSupported", 'The specified parameter "DiskCategory" is not valid.')
BAD_LEVEL = (400, "InvalidPerformanceLevel.Malformed", "The specified parameter PerformanceLevel is not valid.")
BAD_IOPS = (400, "InvalidParameter", "The specified value of parameter ProvisionedIops is not valid.")
DENIED = (403, "OperationDenied", "The type of the disk does not support the operation.")
STATUS = (403, "IncorrectDiskStatus", "The current disk status does not support this operation.")
NO_MATCH = (403, "OperationDenied.PerformanceLevelNotMatch", "The specified PerformanceLevel and disk size do not match.")

ROWS = {
    "no DiskId": ((400, "MissingDiskId", "DiskId is mandatory for this action."), {"PerformanceLevel": "PL0"}),
    "DiskId is empty": (EMPTY, {"DiskId": "", "PerformanceLevel": "PL0"}),
    "no such region": ((400, "InvalidRegionId.MalFormed", "The specified RegionId is not valid"),
                       {"DiskId": "data", "PerformanceLevel": "PL0", "RegionId": "mars-1"}),
    "nothing asked": ((400, "MissingParameter", "One of DiskCategory, PerformanceLevel and ProvisionedIops must be given."),
                      {"DiskId": "data"}),
    "no such disk": ((404, "InvalidDiskId.NotFound", "The specified disk does not exist."),
                     {"DiskId": "d-nothing", "PerformanceLevel": "PL0"}),
    "overdue": ((403, "DiskInArrears", "The specified operation is denied as your disk owing fee."),
                {"DiskId": "overdue", "PerformanceLevel": "PL0"}),
    "multi-attach disk": ((403, "InvalidOperation.MultiAttachDisk", "Multi attach disk does not support this operation."),
                          {"DiskId": "multi", "PerformanceLevel": "PL0"}),
    "basic category": (DENIED, {"DiskId": "basic", "DiskCategory": "cloud_ssd"}),
    "category that none becomes": (BAD_CATEGORY, {"DiskId": "data", "DiskCategory": "cloud"}),
    "no such level": (BAD_LEVEL, {"DiskId": "data", "PerformanceLevel": "PL4"}),
    "level of a category without": (BAD_LEVEL, {"DiskId": "data", "DiskCategory": "cloud_ssd", "PerformanceLevel": "PL1"}),
    "IOPS of a category without": (BAD_IOPS, {"DiskId": "data", "ProvisionedIops": 1}),
    "more IOPS than the size allows": (BAD_IOPS, {"DiskId": "data", "DiskCategory": "cloud_auto", "ProvisionedIops": 17201}),
    "more IOPS than there are": (BAD_IOPS, {"DiskId": "data", "DiskCategory": "cloud_auto", "ProvisionedIops": 50001}),
    "level beyond the size": (NO_MATCH, {"DiskId": "data", "PerformanceLevel": "PL2"}),
    "detaching": (STATUS, {"DiskId": "leaving", "PerformanceLevel": "PL0"}),
    "instance starts": (STATUS, {"DiskId": "starting", "PerformanceLevel": "PL0"}),
    "already under way": (STATUS, {"DiskId": "changing", "PerformanceLevel": "PL1"}),
    "in arrears": ((403, "InstanceExpiredOrInArrears", "The specified operation is denied as your prepay instance is expired "
                    "(prepay mode) or in arrears (afterpay mode)."), {"DiskId": "arrears", "PerformanceLevel": "PL0"}),
    "snapshot under way": ((403, "DiskCreatingSnapshot", "The operation is denied due to a snapshot of the specified disk is "
                            "not completed yet."), {"DiskId": "filmed", "PerformanceLevel": "PL0"}),
    "dry run": ((400, "DryRunOperation", "Request validation has been passed with DryRun flag set."),
                {"DiskId": "data", "PerformanceLevel": "PL0", "DryRun": True}),
}

TASK_ROWS = {
    "no RegionId": ((400, "MissingRegionId", "RegionId is mandatory for this action."), {"TaskId": "t-1"}),
    "no TaskId": ((400, "MissingTaskId", "TaskId is mandatory for this action."), HERE),
    "TaskId is empty": (EMPTY, {**HERE, "TaskId": ""}),
    "no such region": ((400, "InvalidRegionId.NotFound", "The specified RegionId does not exist."),
                       {"RegionId": "mars-1", "TaskId": "t-1"}),
    "no such task": ((400, "InvalidTaskId.NotFound", 'The specified "TaskId" is not found.'), {**HERE, "TaskId": "t-1"}),
}


class World:
    """A server whose clock stands, on which every condition holds somewhere."""

    def __init__(self, make_server):
        self.server = make_server(durable=True, clock="manual", pace="real")
        self.cloud = Cloud(self.server)
        self.ids = {name: self.cloud.make_disk() for name in ("data", "overdue", "changing", "leaving", "starting", "arrears",
                                                               "filmed")}
        self.ids["multi"] = self.cloud.make_disk(**MULTI)
        self.ids["basic"] = self.cloud.make_disk(DiskCategory="cloud")
        instances = {name: self.cloud.make_instance() for name in ("running", "stopped", "unpaid")}
        self.server.advance(90)
        for disk, instance in (("leaving", "running"), ("filmed", "running"), ("starting", "stopped"), ("arrears", "unpaid")):
            self.cloud.AttachDisk(DiskId=self.ids[disk], InstanceId=instances[instance])
        self.server.advance(90)
        self.cloud.stop(instances["stopped"])
        self.server.advance(90)
        self.cloud.StartInstance(InstanceId=instances["stopped"])
        self.cloud.DetachDisk(DiskId=self.ids["leaving"], InstanceId=instances["running"])
        self.cloud.CreateSnapshot(DiskId=self.ids["filmed"])
        self.cloud.ModifyDiskSpec(DiskId=self.ids["changing"], PerformanceLevel="PL0")
        edit_store(self.server, ("UPDATE disk SET overdue = 1 WHERE id = ?", [self.ids["overdue"]]),
                   ("UPDATE instance SET locks = 'financial' WHERE id = ?", [instances["unpaid"]]))

    def look(self):
        return self.cloud.disks(), self.server.control("GET", "/_cleat/jobs?state=open")


@pytest.fixture(scope="module")
def world(make_module_server):
    return World(make_module_server)


@pytest.mark.parametrize("xml", [False, True], ids=["json", "xml"])
@pytest.mark.parametrize("operation, name", [("ModifyDiskSpec", name) for name in ROWS] +
                         [(operation, name) for operation in ("DescribeTaskAttribute", "CancelTask") for name in TASK_ROWS])
def test_row_answers_and_nothing_changes(world, operation, name, xml):
    answer, parameters = (ROWS if operation == "ModifyDiskSpec" else TASK_ROWS)[name]
    before = world.look()
    reply = world.cloud.raw(operation, {key: world.ids.get(value, value) for key, value in parameters.items()}, xml=xml)
    assert reply.fault == answer
    assert world.look() == before


def test_a_resize_waits_for_it_and_a_detach_does_not(world):
    disk = world.ids["changing"]
    assert world.cloud.refused("ResizeDisk", DiskId=disk, NewSize=100) == (400, "LastOrderProcessing")
    assert world.cloud.refused("DeleteDisk", DiskId=disk) == (403, "IncorrectDiskStatus")
