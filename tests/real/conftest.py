"""Real machines for the tests here: a libvirt of their own, a server with `--driver libvirt`, and guests that boot in two
seconds without KVM. What is shared is not changed by a test beyond its own instances and disks."""

import json
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "api")]

from cloud import Cloud  # noqa: E402
from guests import Guest, fleet_file  # noqa: E402
from libvirtd import Libvirtd, wait_for  # noqa: E402


class Real:
    def __init__(self, server, libvirtd):
        self.server, self.libvirtd, self.cloud = server, libvirtd, Cloud(server)

    def run(self, image="tiny", wait=True, **more):
        """A new instance that runs; its id."""
        parameters = {"RegionId": "cn-hangzhou", "ImageId": image, "ZoneId": "cn-hangzhou-h", "InstanceType": "test.tiny", "Amount": 1,
                      "SystemDisk.Size": 20, "SystemDisk.Category": "cloud_essd", **more}
        (instance,) = self.cloud.RunInstances(**parameters)["InstanceIdSets"]["InstanceIdSet"]
        self.wait_instance(instance, "Running")
        if wait and image != "mute":
            self.guest(instance).wait()
        return instance

    def guest(self, instance):
        return Guest(self.libvirtd, instance)

    def wait_instance(self, instance, status):
        wait_for(lambda: self.cloud.instance(instance)["Status"] == status, f"{instance} is {status}")

    def disk(self, size=1):
        disk = self.cloud.CreateDisk(RegionId="cn-hangzhou", ZoneId="cn-hangzhou-h", Size=size,
                                     DiskCategory="cloud_essd", PerformanceLevel="PL0")["DiskId"]
        self.wait_disk(disk, "Available")
        return disk

    def attach(self, disk, instance):
        """Where its guest has it is told by device()."""
        self.cloud.AttachDisk(DiskId=disk, InstanceId=instance)
        self.wait_disk(disk, "In_use")

    def device(self, disk, instance):
        return self.guest(instance).device(self.cloud.disk(disk)["SerialNumber"])

    def detach(self, disk, instance, status="Available"):
        self.cloud.DetachDisk(DiskId=disk, InstanceId=instance)
        if status:
            self.wait_disk(disk, status)

    def wait_disk(self, disk, status):
        wait_for(lambda: self.cloud.disk(disk)["Status"] == status, f"{disk} is {status}")

    def why(self, disk):
        return " ".join(self.server.control("GET", f"/_cleat/why?disk={disk}")["sentences"])

    def remove(self, *instances):
        for instance in instances:
            self.cloud.DeleteInstance(InstanceId=instance, Force=True)
        wait_for(lambda: not any(self.cloud.instances(InstanceIds=json.dumps([i])) for i in instances),
                 f"{instances} are gone")


@pytest.fixture(scope="session")
def libvirtd():
    with Libvirtd() as daemon:
        yield daemon


@pytest.fixture(scope="module")
def make_real(make_module_server, libvirtd, tmp_path_factory):
    """make_real(settings of the driver, flags=...) -> Real with a server of its own on the libvirt of all."""

    def make(flags=None, **settings):
        driver = ",".join([f"libvirt={libvirtd.uri}", *(f"{k.replace('_', '-')}={v}" for k, v in settings.items())])
        server = make_module_server(durable=True, driver=driver, fleet=fleet_file(tmp_path_factory.mktemp("fleet") / "fleet.json"),
                                    **(flags or {}))
        return Real(server, libvirtd)

    return make


@pytest.fixture(scope="module")
def real(make_real):
    return make_real()
