"""The official Python SDK of Huawei Cloud's ECS, unmodified, beside that of EVS: what the tests of cloud servers share."""

import hashlib
import hmac
import json
import time

from huaweicloudsdkecs.v2 import model as ecs

from bare_metal import project_of
from test_huawei_story import FLAVOR, IMAGE, ZONE, Huawei


def signed(key, secret, method, path, query, host, body=b""):
    """The headers of a request as SDK-HMAC-SHA256 wants them, written from the vendor's description; `query` is in its order."""
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    canonical = "\n".join([method, path + "/", query, f"host:{host}\nx-sdk-date:{moment}\n", "host;x-sdk-date",
                           hashlib.sha256(body).hexdigest()])
    string = f"SDK-HMAC-SHA256\n{moment}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), string.encode(), hashlib.sha256).hexdigest()
    return {"Host": host, "X-Sdk-Date": moment, "Content-Type": "application/json",
            "Authorization": f"SDK-HMAC-SHA256 Access={key}, SignedHeaders=host;x-sdk-date, Signature={signature}"}


class CloudServers(Huawei):
    """Servers and volumes of one server of the tests, whichever."""

    def __init__(self, server, key="cleat", secret="cleat-secret"):
        super().__init__(server, key, secret, project=project_of(server, key, secret))
        self.server = server

    def send(self, method, path, query="", body=None):
        """What no SDK sends: (status, what the reply says)."""
        text = b"" if body is None else json.dumps(body).encode()
        headers = signed(self.key, self.secret, method, path, query, f"127.0.0.1:{self.server.port}", text)
        status, _, reply = self.server.http(method, path + ("?" + query if query else ""), text or None, headers)
        return status, json.loads(reply) if reply else None

    # ---- servers

    def create(self, name="web", dry_run=None, prepaid=False, **more):
        given = {"image_ref": IMAGE, "flavor_ref": FLAVOR, "name": name, "vpcid": "vpc-1", "availability_zone": ZONE,
                 "nics": [ecs.PrePaidServerNic(subnet_id="subnet-1")],
                 "root_volume": ecs.PrePaidServerRootVolume(volumetype="SSD", size=40), **more}
        if prepaid:
            given["extendparam"] = ecs.PrePaidServerExtendParam(charging_mode="prePaid", period_type="month", period_num=1)
        return self.ecs.create_servers(ecs.CreateServersRequest(body=ecs.CreateServersRequestBody(
            dry_run=dry_run, server=ecs.PrePaidServer(**given))))

    def make(self, **more):
        answer = self.create(**more)
        self.done(answer)
        return answer.server_ids

    def shown(self, server):
        return self.ecs.show_server(ecs.ShowServerRequest(server_id=server)).server

    def listed(self, **more):
        return self.ecs.list_servers_details(ecs.ListServersDetailsRequest(**more))

    def start(self, *servers):
        return self.ecs.batch_start_servers(ecs.BatchStartServersRequest(body=ecs.BatchStartServersRequestBody(
            os_start=ecs.BatchStartServersOption(servers=[ecs.ServerId(id=each) for each in servers]))))

    def stop(self, *servers, type="HARD"):
        return self.ecs.batch_stop_servers(ecs.BatchStopServersRequest(body=ecs.BatchStopServersRequestBody(
            os_stop=ecs.BatchStopServersOption(type=type, servers=[ecs.ServerId(id=each) for each in servers]))))

    def reboot(self, *servers, type="HARD"):
        return self.ecs.batch_reboot_servers(ecs.BatchRebootServersRequest(body=ecs.BatchRebootServersRequestBody(
            reboot=ecs.BatchRebootSeversOption(type=type, servers=[ecs.ServerId(id=each) for each in servers]))))

    def delete(self, *servers, volumes=False):
        return self.ecs.delete_servers(ecs.DeleteServersRequest(body=ecs.DeleteServersRequestBody(
            delete_publicip=False, delete_volume=volumes, servers=[ecs.ServerId(id=each) for each in servers])))

    def update(self, server, **more):
        return self.ecs.update_server(ecs.UpdateServerRequest(
            server_id=server, body=ecs.UpdateServerRequestBody(server=ecs.UpdateServerOption(**more)))).server

    # ---- volumes of servers

    def devices(self, server):
        return self.ecs.list_server_block_devices(ecs.ListServerBlockDevicesRequest(server_id=server))

    def root(self, server):
        return next(each.volume_id for each in self.devices(server).volume_attachments if each.boot_index == 0)

    def attach(self, server, volume, device=None, dry_run=None, **more):
        return self.ecs.attach_server_volume(ecs.AttachServerVolumeRequest(
            server_id=server, body=ecs.AttachServerVolumeRequestBody(dry_run=dry_run, volume_attachment=
                ecs.AttachServerVolumeOption(volume_id=volume, device=device, **more))))

    def attach_all(self, volume, *servers, device=None):
        return self.ecs.batch_attach_sharable_volumes(ecs.BatchAttachSharableVolumesRequest(
            volume_id=volume, body=ecs.BatchAttachSharableVolumesRequestBody(serverinfo=[
                ecs.BatchAttachSharableVolumesOption(server_id=each, device=device) for each in servers])))

    def detach(self, server, volume, flag=None):
        return self.ecs.detach_server_volume(ecs.DetachServerVolumeRequest(
            server_id=server, volume_id=volume, delete_flag=flag))

    def terminates(self, server, volume, with_server):
        return self.ecs.update_server_block_device(ecs.UpdateServerBlockDeviceRequest(
            server_id=server, volume_id=volume, body=ecs.UpdateServerBlockDeviceReq(
                block_device=ecs.UpdateServerBlockDeviceOption(delete_on_termination=with_server))))

    def guest(self, volume, server, **what):
        return self.server.control("POST", "/_cleat/guest", {"disk": volume, "instance": server, **what})


def fleet_server(instance=None, disk=None, system=None, catalogue=None, **account):
    """(id of a running server, of a data volume attached to it, a fleet with them)"""
    here, volume = "00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000d1"
    disks = [{"id": volume, "zone": ZONE, "category": "SSD", "size_gib": 10, "attachments": [{"instance": here}], **(disk or {})}]
    if system is not None:
        disks.append({"id": volume[:-2] + "d0", "type": "system", "zone": ZONE, "category": "SSD", "size_gib": 40,
                      "attachments": [{"instance": here}], **system})
    rest = {"id": "2000000000000001", "realm": "huawei", "access_keys": [{"id": "own-hw", "secret": "own-secret"}],
            "instances": [{"id": here, "zone": ZONE, "type": FLAVOR, "image": IMAGE, **(instance or {})}], "disks": disks,
            **account}
    fleet = {"cleat_fleet": 1, "accounts": [rest]}
    if catalogue:
        fleet["catalogue"] = catalogue
    return here, volume, fleet
