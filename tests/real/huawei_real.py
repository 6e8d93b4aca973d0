"""A client of Huawei Cloud for servers whose machines are real: jobs take their time."""

from huaweicloudsdkecs.v2 import model as ecs
from huaweicloudsdkevs.v2 import model as evs

from bare_metal import BareMetal, project_of
from libvirtd import wait_for
from test_huawei_story import ZONE, Huawei


class Patient:
    def ended(self, answer):
        """The job that was answered with, once it has ended."""
        wait_for(lambda: self.job(answer).status != "RUNNING", "the job has ended")
        return self.job(answer)

    def done(self, answer):
        self.ended(answer)
        return super().done(answer)


class RealBareMetal(Patient, BareMetal):
    """Bare metal servers and their volumes."""


class RealHuawei(Patient, Huawei):
    def __init__(self, server):
        super().__init__(server, project=project_of(server))

    def run(self, image, flavor, volumes=()):
        """A server that runs, with data disks of these sizes from its first start."""
        answer = self.ecs.create_servers(ecs.CreateServersRequest(body=ecs.CreateServersRequestBody(server=ecs.PrePaidServer(
            image_ref=image, flavor_ref=flavor, name="real", vpcid="vpc-1", availability_zone=ZONE,
            nics=[ecs.PrePaidServerNic(subnet_id="subnet-1")],
            root_volume=ecs.PrePaidServerRootVolume(volumetype="SSD", size=40),
            data_volumes=[ecs.PrePaidServerDataVolume(volumetype="SSD", size=size) for size in volumes]))))
        self.done(answer)
        return answer.server_ids[0]

    def make(self, scsi):
        """A volume that is a SCSI device, or not."""
        answer = self.evs.create_volume(evs.CreateVolumeRequest(body=evs.CreateVolumeRequestBody(volume=evs.CreateVolumeOption(
            availability_zone=ZONE, volume_type="SSD", size=10, metadata={"hw:passthrough": str(scsi).lower()}))))
        self.done(answer)
        return answer.volume_ids[0]

    def force(self, server, volume):
        return self.ecs.detach_server_volume(ecs.DetachServerVolumeRequest(server_id=server, volume_id=volume, delete_flag="1"))
