"""The official Python SDK of Huawei Cloud's bare metal servers, unmodified, beside those of ECS and EVS."""

import pytest
from huaweicloudsdkbms.v1 import BmsClient
from huaweicloudsdkbms.v1 import model as bms
from huaweicloudsdkcore.auth.credentials import GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkiam.v3 import IamClient
from huaweicloudsdkiam.v3 import model as iam

from test_huawei_story import IMAGE, REGION, ZONE, Huawei

FLAVOR, WINDOWS = "physical.s4.medium", "c0d7e3a2-52a4-4f83-b5ef-98a3d5a7f3b4"
NOTHING = "00000000-0000-4000-8000-000000000000"
SCSI = {"metadata": {"hw:passthrough": "true"}}


def refused(code, run, *arguments, http=400, **more):
    """Runs it and expects that it is refused; what the refusal says."""
    with pytest.raises(ClientRequestException) as error:
        run(*arguments, **more)
    assert (error.value.status_code, error.value.error_code) == (http, code)
    return error.value.error_msg


def project_of(server, key="cleat", secret="cleat-secret"):
    """The id of the project of that key in the tests' region."""
    client = IamClient.new_builder().with_credentials(GlobalCredentials(key, secret, "any")).with_endpoint(server.url).build()
    return client.keystone_list_projects(iam.KeystoneListProjectsRequest(name=REGION)).projects[0].id


class BareMetal(Huawei):
    def __init__(self, server, key="cleat", secret="cleat-secret"):
        super().__init__(server, key, secret, project_of(server, key, secret))
        self.server, self.bms = server, self.client(BmsClient)

    def job(self, answer):
        return self.bms.show_job_infos(bms.ShowJobInfosRequest(job_id=answer.job_id))

    def create(self, image=IMAGE, flavor=FLAVOR, name="metal", zone=ZONE, **more):
        return self.bms.create_bare_metal_servers(bms.CreateBareMetalServersRequest(body=bms.CreateBaremetalServersBody(
            server=bms.CreateServers(**{**dict(
                image_ref=image, flavor_ref=flavor, name=name, metadata=bms.MetaDataInfo(op_svc_userid="user"),
                nics=[bms.Nics(subnet_id="subnet-1")], availability_zone=zone, vpcid="vpc-1",
                root_volume=bms.RootVolume(volumetype="SSD", size=40),
                extendparam=bms.ExtendParam(charging_mode="prePaid", period_type="month", period_num=1)), **more}))))

    def make_metal(self, **more):
        return [each.entities.server_id for each in self.done(self.create(**more)).entities.sub_jobs]

    def make_scsi(self, **more):
        return self.make_volume(**SCSI, **more)

    def metal(self, server):
        return self.bms.list_bare_metal_server_details(bms.ListBareMetalServerDetailsRequest(server_id=server)).server

    def volumes(self, server):
        return self.bms.show_baremetal_server_volume_info(
            bms.ShowBaremetalServerVolumeInfoRequest(server_id=server)).volume_attachments

    def root(self, server):
        return next(each.volume_id for each in self.volumes(server) if each.device == "/dev/sda")

    def attach(self, server, volume, device=None):
        return self.bms.attach_baremetal_server_volume(bms.AttachBaremetalServerVolumeRequest(
            server_id=server, body=bms.AttachVolumeBody(volume_attachment=bms.VolumeAttachment(
                volume_id=volume, device=device))))

    def detach(self, server, volume):
        return self.bms.detach_baremetal_server_volume(bms.DetachBaremetalServerVolumeRequest(
            server_id=server, attachment_id=volume))

    def start(self, *servers):
        return self.bms.batch_start_baremetal_servers(bms.BatchStartBaremetalServersRequest(body=bms.OsStartBody(
            os_start=bms.StartServersInfo(servers=[bms.ServersList(id=each) for each in servers]))))

    def stop(self, *servers, type="HARD"):
        return self.bms.batch_stop_baremetal_servers(bms.BatchStopBaremetalServersRequest(body=bms.OsStopBody(
            os_stop=bms.OsStopBodyType(type=type, servers=[bms.ServersList(id=each) for each in servers]))))

    def reboot(self, *servers):
        return self.bms.batch_reboot_baremetal_servers(bms.BatchRebootBaremetalServersRequest(body=bms.RebootBody(
            reboot=bms.ServersInfoType(type="HARD", servers=[bms.ServersList(id=each) for each in servers]))))

    def delete(self, *servers, volumes=False):
        return self.bms.delete_baremetal_server(bms.DeleteBaremetalServerRequest(body=bms.DeleteBaremetalBody(
            servers=[bms.ServersList(id=each) for each in servers], delete_publicip=False, delete_volume=volumes)))

    def list(self, **more):
        return self.bms.list_bare_metal_servers(bms.ListBareMetalServersRequest(**more))

    def guest(self, volume, server, **what):
        return self.server.control("POST", "/_cleat/guest", {"disk": volume, "instance": server, **what})
