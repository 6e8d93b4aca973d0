"""The disk driver of Kubernetes (alibaba-cloud-csi-driver, its controller) with the sidecar that calls it, as far as attaching
and detaching go: the same calls, parameters and questions, the same reading of replies and errors, the same limits to what is
under way. What the Go program does with channels is done with threads here; its seconds pass ten times as fast."""

import concurrent.futures
import json
import threading
import time

from alibabacloud_ecs20140526 import models
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException

from cloud import REGION, SLOWER, ZONE

SECOND = 0.1 * SLOWER
BATCH = 100  # ids of one DescribeDisks
FATAL_EVENTS = {"ecs_alarm_center.vm.guest_os_oom:critical", "ecs_alarm_center.vm.guest_os_kernel_panic:critical",
                "ecs_alarm_center.vm.guest_os_kernel_panic:fatal", "ecs_alarm_center.vm.vmexit_exception_vm_hang:fatal"}
EVENT_STATES = ["Scheduled", "Avoided", "Executing", "Executed", "Canceled", "Failed", "Inquiring"]


class Failed(Exception):
    """What the driver answers the sidecar, which calls again later."""


class Throttler:
    """Once a call is throttled the others wait, and one at a time tries whether it is over."""

    def __init__(self):
        self.delay, self.probing = 0, threading.Lock()

    def call(self, operation, request):
        while True:
            if not self.delay:
                try:
                    return operation(request)
                except AlibabaCloudException as error:
                    if not is_throttled(error):
                        raise
                    self.delay = self.delay or SECOND
            with self.probing:
                if self.delay:
                    time.sleep(self.delay)
                    try:
                        reply = operation(request)
                    except AlibabaCloudException as error:
                        if is_throttled(error):
                            self.delay = min(self.delay * 2, 10 * SECOND)
                            continue
                        self.delay = 0
                        raise
                    self.delay = 0
                    return reply


def is_throttled(error):
    return (error.code or "").startswith("Throttling")


class Batch:
    """Questions of many threads for one disk each, asked together. Those whose answer is not what they wait for are asked
    again; an error of the call is the answer of all that were in it."""

    def __init__(self, client, interval):
        self.client, self.interval = client, interval
        self.waiting, self.lock, self.over = [], threading.Lock(), threading.Event()
        self.pool = concurrent.futures.ThreadPoolExecutor(8)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def wait_for(self, disk, wanted, deadline):
        """The disk once it is as wanted, None if there is none."""
        answer = concurrent.futures.Future()
        with self.lock:
            self.waiting.append((disk, wanted, answer))
        try:
            return answer.result(deadline - time.monotonic())
        except concurrent.futures.TimeoutError:
            answer.cancel()
            raise Failed(f"{disk}: deadline exceeded") from None
        except concurrent.futures.CancelledError:
            raise Failed("the driver ends") from None

    def run(self):
        while not self.over.wait(self.interval):
            with self.lock:
                ids = list(dict.fromkeys(disk for disk, _, answer in self.waiting if not answer.done()))[:BATCH]
                asked = [each for each in self.waiting if each[0] in ids]
                self.waiting = [each for each in self.waiting if each[0] not in ids and not each[2].done()]
            if ids:
                self.pool.submit(self.ask, ids, asked)

    def ask(self, ids, asked):
        try:
            reply = self.client.describe_disks(models.DescribeDisksRequest(
                region_id=REGION, disk_ids=json.dumps(ids), page_size=BATCH)).body
        except Exception as error:  # pylint: disable=broad-except
            for _, _, answer in asked:
                settle(answer, error=Failed(f"DescribeDisks: {error}"))
            return
        found = {disk.disk_id: disk for disk in reply.disks.disk}
        assert len(found) == len(reply.disks.disk) and set(found) <= set(ids)
        again = [each for each in asked if not answered(found.get(each[0]), *each[1:])]
        with self.lock:
            self.waiting += again

    def close(self):
        self.over.set()
        self.thread.join()
        self.pool.shutdown()


def settle(answer, value=None, error=None):
    if answer.set_running_or_notify_cancel():
        if error:
            answer.set_exception(error)
        else:
            answer.set_result(value)


def answered(disk, wanted, answer):
    if disk is None or wanted(disk):
        settle(answer, disk)
        return True
    return answer.cancelled()


def is_attached(disk, node):
    """By its Attachments, not by Status or InstanceId."""
    return any(each.instance_id == node for each in disk.attachments.attachment)


class Driver:
    """ControllerPublishVolume and ControllerUnpublishVolume. Events are asked for with a client of their own, over https."""

    def __init__(self, client, secure_client, nodes, timeout=60):
        self.client, self.secure_client, self.timeout = client, secure_client, timeout * SECOND
        self.batcher, self.waiter = Batch(client, 0.2 * SECOND), Batch(client, SECOND)
        self.detaching_slots = {node: threading.Semaphore(5) for node in nodes}
        self.attaching_slots = {node: threading.Semaphore(32) for node in nodes}
        self.attach_throttler, self.detach_throttler = Throttler(), Throttler()

    def close(self):
        self.batcher.close()
        self.waiter.close()

    def create_volume(self, name):
        return self.client.create_disk(models.CreateDiskRequest(
            region_id=REGION, zone_id=ZONE, disk_name=name, client_token=name, size=20, disk_category="cloud_essd",
            performance_level="PL1", encrypted=False, tag=[
                models.CreateDiskRequestTag(key="createdby", value="alibabacloud-csi-plugin"),
                models.CreateDiskRequestTag(key="k8s.io/volume-name", value=name)])).body.disk_id

    def find(self, disk, deadline):
        return self.batcher.wait_for(disk, lambda _: True, deadline)

    def publish(self, disk, node):
        """The serial number by which the node finds the disk."""
        deadline = time.monotonic() + self.timeout
        found = self.find(disk, deadline)
        if found is None:
            raise Failed(f"{disk}: not found")
        assert found.serial_number, "the driver does not attach a disk without"
        with Slot(self.attaching_slots[node], deadline):
            if self.is_there(found, node):
                return found.serial_number
            if found.status == "In_use" and found.multi_attach == "Disabled":
                self.detach(disk, found.instance_id)
                self.waiter.wait_for(disk, lambda each: not is_attached(each, node), deadline)
            self.attach_throttler.call(self.client.attach_disk, models.AttachDiskRequest(disk_id=disk, instance_id=node))
            found = self.waiter.wait_for(disk, lambda each: is_attached(each, node), deadline)
        return found.serial_number

    @staticmethod
    def is_there(disk, node):
        if disk.multi_attach != "Disabled":
            return disk.status == "In_use" and is_attached(disk, node)
        if disk.status == "Attaching" or (disk.status == "Detaching" and disk.instance_id == node):
            raise Failed(f"{disk.disk_id} is {disk.status}, to or from {disk.instance_id}")
        return disk.status == "In_use" and disk.instance_id == node

    def detach(self, disk, node):
        self.detach_throttler.call(self.client.detach_disk, models.DetachDiskRequest(disk_id=disk, instance_id=node))

    def unpublish(self, disk, node):
        deadline = time.monotonic() + self.timeout
        found = self.find(disk, deadline)
        if found is None or not is_attached(found, node):
            return
        with Slot(self.detaching_slots[node], deadline):
            self.detach(disk, node)
            if not self.has_fatal_event(node):
                self.waiter.wait_for(disk, lambda each: not is_attached(each, node), deadline)

    def has_fatal_event(self, node):
        start = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3 * 3600))
        reply = self.secure_client.describe_instance_history_events(models.DescribeInstanceHistoryEventsRequest(
            region_id=REGION, resource_type="instance", resource_id=[node], page_size=100, instance_event_cycle_status=EVENT_STATES,
            event_publish_time=models.DescribeInstanceHistoryEventsRequestEventPublishTime(start=start))).body
        return any(event.reason in FATAL_EVENTS for event in reply.instance_system_event_set.instance_system_event_type)


class Slot:
    """One of so many calls under way for a node, which are waited for no longer than until the deadline."""

    def __init__(self, semaphore, deadline):
        self.semaphore, self.deadline = semaphore, deadline

    def __enter__(self):
        if not self.semaphore.acquire(timeout=max(0, self.deadline - time.monotonic())):
            raise Failed("still waiting for other disk(s) to finish attach/detach")

    def __exit__(self, *_):
        self.semaphore.release()


def until_done(call, *arguments):
    """As the sidecar does it: again after any error, each time a little later. The errors that were met."""
    errors, delay = [], 0.5 * SECOND
    while len(errors) < 100:
        try:
            call(*arguments)
            return errors
        except AssertionError:
            raise
        except Exception as error:  # pylint: disable=broad-except
            errors.append(error)
            time.sleep(delay)
            delay = min(delay * 2, 10 * SECOND)
    raise AssertionError(f"{call.__name__}{arguments} does not end: {errors[-1]}")
