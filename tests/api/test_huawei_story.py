"""The official Python SDKs of Huawei Cloud, unmodified: a server, a volume, attached and detached."""

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkecs.v2 import EcsClient
from huaweicloudsdkecs.v2 import model as ecs
from huaweicloudsdkevs.v2 import EvsClient
from huaweicloudsdkevs.v2 import model as evs
from huaweicloudsdkiam.v3 import IamClient
from huaweicloudsdkiam.v3 import model as iam

REGION, ZONE = "cn-north-4", "cn-north-4a"
IMAGE, FLAVOR = "1189efbf-d48b-46ad-a823-94b942e2a000", "s6.large.2"


class Huawei:
    """`project` is for servers of a test's own: the SDK remembers that of a key and region for good."""

    def __init__(self, server, key="cleat", secret="cleat-secret", project=None):
        self.region, self.key, self.secret, self.project = Region(REGION, server.url), key, secret, project
        self.url = server.url
        self.ecs, self.evs = self.client(EcsClient), self.client(EvsClient)

    def client(self, kind):
        credentials = BasicCredentials(self.key, self.secret, self.project).with_iam_endpoint(self.url)
        return kind.new_builder().with_credentials(credentials).with_region(self.region).build()

    def job(self, answer):
        return self.ecs.show_job(ecs.ShowJobRequest(job_id=answer.job_id))

    def done(self, answer):
        job = self.job(answer)
        assert (job.status, job.error_code, job.fail_reason) == ("SUCCESS", None, None)
        return job

    def make_server(self):
        answer = self.ecs.create_servers(ecs.CreateServersRequest(body=ecs.CreateServersRequestBody(
            server=ecs.PrePaidServer(
                image_ref=IMAGE, flavor_ref=FLAVOR, name="web", vpcid="vpc-1", availability_zone=ZONE,
                nics=[ecs.PrePaidServerNic(subnet_id="subnet-1")],
                root_volume=ecs.PrePaidServerRootVolume(volumetype="SSD", size=40)))))
        self.done(answer)
        return answer.server_ids[0]

    def create_volumes(self, count=1, zone=ZONE, **more):
        return self.evs.create_volume(evs.CreateVolumeRequest(body=evs.CreateVolumeRequestBody(
            volume=evs.CreateVolumeOption(
                availability_zone=zone, volume_type="SSD", size=10, name="data", count=count, **more))))

    def make_volumes(self, count, **more):
        answer = self.create_volumes(count, **more)
        self.done(answer)
        return answer.volume_ids

    def make_volume(self, **more):
        return self.make_volumes(1, **more)[0]

    def volume(self, volume):
        return self.evs.show_volume(evs.ShowVolumeRequest(volume_id=volume)).volume

    def attach(self, server, volume):
        return self.ecs.attach_server_volume(ecs.AttachServerVolumeRequest(
            server_id=server, body=ecs.AttachServerVolumeRequestBody(
                volume_attachment=ecs.AttachServerVolumeOption(volume_id=volume))))

    def detach(self, server, volume):
        return self.ecs.detach_server_volume(ecs.DetachServerVolumeRequest(server_id=server, volume_id=volume))

    def block_device(self, server, volume):
        return self.ecs.show_server_block_device(
            ecs.ShowServerBlockDeviceRequest(server_id=server, volume_id=volume)).volume_attachment


@pytest.fixture
def huawei(shared_server):
    return Huawei(shared_server)  # one for all: the SDK remembers the project of a key and region


def test_a_volume_is_attached_and_detached(huawei):
    server, volume = huawei.make_server(), huawei.make_volume()
    shown = huawei.ecs.show_server(ecs.ShowServerRequest(server_id=server)).server
    assert (shown.status, shown.name, shown.flavor.id) == ("ACTIVE", "web", FLAVOR)
    assert huawei.volume(volume).status == "available" and huawei.volume(volume).attachments == []

    job = huawei.done(huawei.attach(server, volume))
    assert (job.entities.server_id, job.job_type) == (server, "attachVolume")
    device = huawei.block_device(server, volume)
    assert (device.volume_id, device.server_id, device.device, device.size) == (volume, server, "/dev/vdb", 10)
    listed = huawei.ecs.list_server_block_devices(ecs.ListServerBlockDevicesRequest(server_id=server))
    assert sorted((each.device, each.boot_index) for each in listed.volume_attachments) == \
        [("/dev/vda", 0), ("/dev/vdb", None)]
    shown = huawei.volume(volume)
    assert (shown.status, shown.attachments[0].server_id, shown.attachments[0].device) == ("in-use", server, "/dev/vdb")

    huawei.done(huawei.detach(server, volume))
    assert huawei.volume(volume).status == "available" and huawei.volume(volume).attachments == []
    with pytest.raises(ClientRequestException) as refused:
        huawei.block_device(server, volume)
    assert (refused.value.status_code, refused.value.error_code) == (400, "Ecs.1000")
    assert "itemNotFound" in refused.value.error_msg
    with pytest.raises(ClientRequestException) as refused:
        huawei.detach(server, volume)
    assert (refused.value.status_code, refused.value.error_code) == (400, "Ecs.0111")


def test_a_system_disk_stays_while_the_server_runs(huawei):
    server = huawei.make_server()
    listed = huawei.ecs.list_server_block_devices(ecs.ListServerBlockDevicesRequest(server_id=server))
    with pytest.raises(ClientRequestException) as refused:
        huawei.detach(server, listed.volume_attachments[0].volume_id)
    assert (refused.value.status_code, refused.value.error_code) == (400, "Ecs.0102")


def test_refused_signatures_say_why(server):
    for key, secret, text in (("nobody", "x", "ak nobody not exist"),
                              ("cleat", "x", "verify aksk signature fail, canonicalRequest:GET|/v3/auth/domains/|")):
        client = IamClient.new_builder().with_credentials(GlobalCredentials(key, secret, "domain")) \
            .with_endpoint(server.url).build()
        with pytest.raises(ClientRequestException) as refused:
            client.keystone_list_auth_domains(iam.KeystoneListAuthDomainsRequest())
        assert (refused.value.status_code, refused.value.error_code) == (401, "APIGW.0301")
        assert text in refused.value.error_msg


def test_paths_that_are_not_there_are_the_gateways(server):
    for method, path in (("GET", "/v1/p/nothing"), ("GET", "/nothing/here"), ("PUT", "/v3/projects")):
        status, headers, body = server.http(method, path)
        assert status == 404 and b"APIGW.0101" in body and headers["X-Request-Id"].encode() in body
    status, _, body = server.http("GET", "/v3/projects")
    assert status == 401 and b"APIGW.0301" in body
