"""Bare metal servers, made, shown, listed, switched and deleted by their official Python SDK."""

import pytest
from huaweicloudsdkbms.v1 import model as bms
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkecs.v2 import model as ecs

from bare_metal import FLAVOR, NOTHING, WINDOWS, BareMetal, refused
from cloud import fleet_of, load_fleet
from test_huawei_story import IMAGE


@pytest.fixture
def metal(shared_server):
    return BareMetal(shared_server)


def test_servers_are_made_with_scsi_volumes(metal):
    job = metal.done(metal.create(count=2, name="made", data_volumes=[
        bms.DataVolumes(volumetype="SSD", size=10), bms.DataVolumes(volumetype="SAS", size=20, shareable=True)]))
    assert (job.job_type, job.entities.sub_jobs_total) == ("baremetalBatchCreate", 2)
    assert {each.job_type for each in job.entities.sub_jobs} == {"baremetalSingleCreate"}
    for each in job.entities.sub_jobs:
        server = metal.metal(each.entities.server_id)
        assert (server.status, server.flavor.id, server.image.id) == ("ACTIVE", FLAVOR, IMAGE)
        assert (server.os_ext_st_svm_state, server.os_ext_st_spower_state) == ("active", 1)
        assert "__type_baremetal" in server.tags and server.metadata.metering_resourcetype == "__type_baremetal"
        assert server.os_ext_srv_att_rroot_device_name == "/dev/sda"
        devices = {v.device: metal.volume(v.volume_id) for v in metal.volumes(server.id)}
        assert sorted(devices) == ["/dev/sda", "/dev/sdb", "/dev/sdc"]
        assert {volume.metadata["hw:passthrough"] for volume in devices.values()} == {"true"}
        assert devices["/dev/sdc"].multiattach
    assert {metal.metal(each.entities.server_id).name for each in job.entities.sub_jobs} == {"made-0001", "made-0002"}


@pytest.mark.parametrize("wrong", [
    {"flavor": "s6.large.2"}, {"flavor": "physical.none"}, {"image": NOTHING}, {"zone": "cn-north-4z"}, {"count": 25},
    {"name": "n" * 64}, {"data_volumes": [bms.DataVolumes(volumetype="none", size=10)]},
    {"data_volumes": [bms.DataVolumes(volumetype="SSD", size=9)]},
    {"data_volumes": [bms.DataVolumes(volumetype="SSD", size=10)] * 60},
])
def test_servers_that_cannot_be_are_not_made(metal, wrong):
    before = metal.list().count
    refused("BMS.0018", metal.create, **wrong)
    assert metal.list().count == before


def test_this_service_and_ecs_have_servers_of_their_own(metal):
    virtual, (server,) = metal.make_server(), metal.make_metal()
    assert refused("BMS.0040", metal.metal, virtual) == "The server does not exist."
    refused("BMS.0040", metal.metal, NOTHING)
    refused("BMS.0040", metal.stop, server, virtual)
    refused("BMS.0040", metal.detach, virtual, NOTHING)
    refused("BMS.1007", metal.volumes, virtual)
    with pytest.raises(ClientRequestException) as error:
        metal.ecs.show_server(ecs.ShowServerRequest(server_id=server))
    assert error.value.error_code == "Ecs.0114"
    assert virtual not in [each.id for each in metal.list(limit=1000).servers]


def test_servers_are_listed_by_what_they_are(make_server):
    metal = BareMetal(make_server())
    linux = metal.make_metal(count=3, name="linux", server_tags=[bms.SystemTags(key="team", value="db")])
    windows, = metal.make_metal(name="windows", image=WINDOWS, flavor="physical.o2.medium")
    metal.done(metal.stop(windows))

    def listed(**more):
        answer = metal.list(**more)
        return answer.count, {each.id for each in answer.servers}

    assert listed() == (4, {*linux, windows})
    assert listed(flavor=FLAVOR) == (3, set(linux))
    assert listed(name="indow") == (1, {windows})
    assert listed(status="SHUTOFF") == (1, {windows})
    assert listed(status="ACTIVE") == (3, set(linux))
    assert listed(tags="team=db") == listed(tags="team") == (3, set(linux))
    assert listed(tags="__type_baremetal") == (4, {*linux, windows})
    assert listed(tags="team=web") == (0, set())
    assert listed(enterprise_project_id="all_granted_eps")[0] == 4
    pages = [listed(limit=3, offset=page) for page in (1, 2, 3)]
    assert [(count, len(ids)) for count, ids in pages] == [(4, 3), (4, 1), (4, 0)]
    assert pages[0][1] | pages[1][1] == {*linux, windows}
    for wrong in ({"limit": 0}, {"limit": 1001}, {"offset": 0}, {"status": "none"}):
        refused("BMS.0018", metal.list, **wrong)


def test_servers_are_switched_all_or_none(metal):
    one, other = metal.make_metal(count=2)
    job = metal.done(metal.stop(one, other))
    assert (job.job_type, job.entities.sub_jobs_total) == ("baremetalBatchOperate", 2)
    assert {each.entities.server_id for each in job.entities.sub_jobs} == {one, other}
    assert {each.job_type for each in job.entities.sub_jobs} == {"baremetalSingleOperate"}
    assert metal.metal(one).status == "SHUTOFF" and metal.metal(one).os_ext_st_spower_state == 4
    metal.done(metal.start(one))
    assert refused("BMS.0038", metal.start, other, one) == "Server is running, not allow to start."
    assert metal.metal(other).status == "SHUTOFF"
    assert refused("BMS.0039", metal.stop, one, other) == "Server is stopped, not allow to stop."
    assert metal.metal(one).status == "ACTIVE"
    refused("BMS.0039", metal.reboot, other)
    metal.done(metal.reboot(one))
    assert metal.metal(one).status == "ACTIVE"
    refused("BMS.0018", metal.stop)
    refused("BMS.0018", metal.stop, one, type="WARM")


def test_servers_on_their_way_are_let_go_on(make_server):
    metal = BareMetal(make_server(clock="manual", pace="real"))
    answer = metal.create()
    assert metal.job(answer).status == "RUNNING"
    server = metal.job(answer).entities.sub_jobs[0].entities.server_id
    assert metal.metal(server).status == "BUILD"
    refused("BMS.0006", metal.start, server)
    metal.server.advance(3600)
    metal.stop(server)
    assert refused("BMS.0036", metal.start, server) == "Server is powering off, not allow to start."
    metal.server.advance(3600)
    metal.start(server)
    assert refused("BMS.0035", metal.stop, server) == "Server is powering on, not allow to stop."
    assert metal.metal(server).os_ext_st_stask_state == "powering-on"
    metal.server.advance(3600)
    metal.reboot(server)
    assert metal.metal(server).status == "HARD_REBOOT"
    assert refused("BMS.0037", metal.stop, server) == "Server is rebooting, not allow to stop."
    metal.server.advance(3600)
    metal.delete(server)
    assert metal.metal(server).os_ext_st_stask_state == "deleting"
    refused("BMS.0006", metal.stop, server)


@pytest.mark.parametrize("along", [False, True])
def test_deleted_servers_take_their_volumes_along_if_told_to(metal, along):
    server, = metal.make_metal(data_volumes=[bms.DataVolumes(volumetype="SSD", size=10),
                                             bms.DataVolumes(volumetype="SSD", size=10, shareable=True)])
    root, data, shared = [each.volume_id for each in sorted(metal.volumes(server), key=lambda each: each.device)]
    job = metal.done(metal.delete(server, volumes=along))
    assert job.entities.sub_jobs[0].entities.server_id == server
    refused("BMS.0040", metal.metal, server)
    refused("EVS.5404", metal.volume, root, http=404)
    if along:
        refused("EVS.5404", metal.volume, data, http=404)
    else:
        assert metal.volume(data).status == "available"
    assert metal.volume(shared).status == "available"
    refused("BMS.0040", metal.delete, server)


def test_users_switch_the_servers_that_their_policies_name(make_server):
    server, account = make_server(), "2000000000000078"
    mine, other = (f"00000000-0000-4000-8000-0000000000a{n}" for n in (1, 2))
    policy = {"Version": "1.1", "Statement": [
        {"Effect": "Allow", "Action": ["iam:*:*"]},
        {"Effect": "Allow", "Action": ["bms:*:*"], "Resource": [f"bms:*:{account}:instance:{mine}"]}]}
    load_fleet(server, fleet_of(
        id=account, realm="huawei",
        instances=[{"id": each, "type": FLAVOR, "zone": "cn-north-4a", "image": IMAGE} for each in (mine, other)],
        users=[{"name": "alice", "access_keys": [{"id": "alice-hw", "secret": "alice-secret"}], "policies": [policy]}]))
    alice = BareMetal(server, "alice-hw", "alice-secret")
    assert refused("BMS.0288", alice.stop, mine, other, http=403) == "Policy doesn't allow bms:servers:stop to be performed."
    refused("BMS.0288", alice.delete, other, http=403)
    refused("BMS.0288", alice.detach, other, NOTHING, http=403)
    assert alice.metal(mine).status == "ACTIVE"
    alice.stop(mine)
    assert alice.metal(mine).status == "SHUTOFF"
    refused("BMS.0114", alice.detach, mine, NOTHING)


def test_flavors_say_what_they_are_made_of(metal):
    def listed(**more):
        return metal.bms.list_baremetal_flavor_detail_extends(bms.ListBaremetalFlavorDetailExtendsRequest(**more)).flavors

    flavors = {each.id: each for each in listed()}
    assert FLAVOR in flavors and "s6.large.2" not in flavors
    flavor = flavors[FLAVOR]
    assert (flavor.vcpus, flavor.ram, flavor.disk) == ("40", 192 * 1024, "0")
    specs = flavor.os_extra_specs
    assert (specs.resource_type, specs.capabilitieshypervisor_type, specs.capabilitiesboard_type) == ("ironic", "ironic", "s4m")
    assert specs.baremetal__support_evs == "true"
    assert [each.id for each in listed(availability_zone="cn-north-4a")] == [each.id for each in listed()]
    assert listed(availability_zone="nowhere") == []
