"""The Nova-compatible API: what it answers, under Nova's own rules and in its own words; and the vendor's SDK reading it."""

import pytest
import requests
from huaweicloudsdkecs.v2 import model as ecs

from bare_metal import NOTHING, SCSI, WINDOWS, BareMetal, project_of, refused
from cloud import fleet_of, load_fleet
from sdk_hmac import SdkHmac
from test_huawei_story import FLAVOR, IMAGE

PHYSICAL = "physical.s4.medium"


class Nova:
    def __init__(self, server):
        self.server, self.root, self.base = server, server.url, f"{server.url}/v2.1/{project_of(server)}"
        self.session = requests.Session()
        self.session.trust_env, self.session.auth = False, SdkHmac()

    def call(self, method, path, **more):
        answer = self.session.request(method, self.base + path, **more)
        return answer.status_code, answer.json() if answer.content else None

    def get(self, path, **query):
        status, body = self.call("GET", path, params=query)
        assert status == 200, body
        return body

    def volumes(self, server):
        return self.get(f"/servers/{server}/os-volume_attachments")["volumeAttachments"]

    def attach(self, server, volume, **more):
        return self.call("POST", f"/servers/{server}/os-volume_attachments", json={
            "volumeAttachment": {"volumeId": volume, **more}})

    def detach(self, server, volume, **query):
        return self.call("DELETE", f"/servers/{server}/os-volume_attachments/{volume}", params=query)


@pytest.fixture
def metal(shared_server):
    return BareMetal(shared_server)


@pytest.fixture
def nova(shared_server):
    return Nova(shared_server)


def fault(kind, code, message):
    return code, {kind: {"message": message, "code": code}}


def make(metal, kind):
    return metal.make_server() if kind == "virtual" else metal.make_metal()[0]


# ---- volumes


@pytest.mark.parametrize("kind, device", [("virtual", "/dev/vdb"), ("metal", "/dev/sdb")])
def test_a_volume_comes_and_goes(metal, nova, kind, device):
    server, volume = make(metal, kind), metal.make_scsi() if kind == "metal" else metal.make_volume()
    shown = {"device": device, "id": volume, "serverId": server, "volumeId": volume}
    assert nova.attach(server, volume) == (200, {"volumeAttachment": shown})
    assert metal.volume(volume).status == "in-use"
    assert shown in nova.volumes(server) and len(nova.volumes(server)) == 2
    assert nova.get(f"/servers/{server}/os-volume_attachments/{volume}") == {"volumeAttachment": shown}
    assert {"id": volume} in nova.get(f"/servers/{server}")["server"]["os-extended-volumes:volumes_attached"]
    assert nova.detach(server, volume) == (202, None)
    assert metal.volume(volume).status == "available"
    gone = fault("itemNotFound", 404, f"Instance {server} is not attached to volume {volume}")
    assert nova.call("GET", f"/servers/{server}/os-volume_attachments/{volume}") == gone
    assert nova.detach(server, volume) == gone
    assert nova.attach(server, volume, device=device[:-1] + "f")[1]["volumeAttachment"]["device"] == device[:-1] + "f"


def test_both_v1_lists_show_the_same(metal, nova):
    virtual, (server,) = metal.make_server(), metal.make_metal()
    listed = metal.ecs.list_server_volume_attachments(
        ecs.ListServerVolumeAttachmentsRequest(server_id=virtual)).volume_attachments
    assert [each.to_dict() for each in listed] == [
        {"id": each["id"], "device": "/dev/vda", "server_id": virtual, "volume_id": each["volumeId"]}
        for each in nova.volumes(virtual)]
    refused("Ecs.0114", metal.ecs.list_server_volume_attachments,
            ecs.ListServerVolumeAttachmentsRequest(server_id=server), http=404)
    assert [each.device for each in metal.volumes(server)] == [each["device"] for each in nova.volumes(server)] == ["/dev/sda"]


def test_attach_is_refused_in_novas_order(metal, nova):
    server, (bare,) = metal.make_server(), metal.make_metal()
    free, here, elsewhere, far = (*metal.make_volumes(3), metal.make_volume(zone="cn-north-4b"))
    nova.attach(server, here)
    nova.attach(metal.make_server(), elsewhere)
    shared = metal.make_volume(multiattach=True)
    nova.attach(server, shared)

    def bad(message):
        return fault("badRequest", 400, message)

    assert nova.attach(NOTHING, NOTHING) == fault("itemNotFound", 404, f"Instance {NOTHING} could not be found.")
    assert nova.attach(server, NOTHING) == fault("itemNotFound", 404, f"Volume {NOTHING} could not be found.")
    assert nova.attach(server, free, device="none") == bad("The supplied device path (none) is invalid.")
    assert nova.attach(server, free, device="/dev/vdb") == \
        fault("conflictingRequest", 409, "The supplied device path (/dev/vdb) is in use.")
    assert nova.attach(bare, free) == bad("Invalid volume: Only SCSI disks are supported.")
    assert nova.attach(server, far) == \
        bad(f"Invalid volume: volume {far} and the instance are not in the same availability_zone.")
    for volume in (here, elsewhere):
        assert nova.attach(server, volume) == \
            bad(f"Invalid volume: volume '{volume}' status must be 'available'. Currently in 'in-use'")
    assert nova.attach(server, shared) == bad(f"Invalid volume: volume {shared} already attached")
    assert nova.attach(server, "")[0] == 400
    assert nova.call("POST", f"/servers/{server}/os-volume_attachments", json={})[0] == 400
    assert nova.call("POST", f"/servers/{server}/os-volume_attachments", data=b"{")[1]["badRequest"]["message"] == \
        "Malformed request body"
    assert metal.volume(free).status == "available"


def test_a_server_takes_so_many_volumes(metal, nova):
    server, volumes = metal.make_server(), metal.make_volumes(24)
    for volume in volumes[:23]:
        assert nova.attach(server, volume)[0] == 200
    assert nova.attach(server, volumes[23]) == fault(
        "forbidden", 403, "The maximum allowed number of disk devices (24) to attach to a single instance has been exceeded.")


def test_root_devices_stay(metal, nova):
    for server in (metal.make_server(), metal.make_metal()[0]):
        root = nova.volumes(server)[0]["id"]
        assert nova.detach(server, root) == fault("badRequest", 400, "Cannot detach a root device volume")
    metal.done(metal.stop(server))  # the cloud's own API would let it go now
    assert nova.detach(server, root) == fault("badRequest", 400, "Cannot detach a root device volume")
    assert nova.detach(NOTHING, root) == fault("itemNotFound", 404, f"Instance {NOTHING} could not be found.")
    assert nova.detach(server, NOTHING) == fault("itemNotFound", 404, f"Volume {NOTHING} could not be found.")


def test_what_a_guest_uses_stays_unless_forced(metal, nova):
    server, volume = metal.make_server(), metal.make_volume()
    nova.attach(server, volume)
    metal.guest(volume, server, mounted="/data", by="postgres[312]")
    assert nova.detach(server, volume) == (202, None) and metal.volume(volume).status == "in-use"
    assert nova.detach(server, volume, delete_flag="2")[0] == 400
    assert nova.detach(server, volume, delete_flag="1") == (202, None) and metal.volume(volume).status == "available"


def test_servers_on_their_way_conflict(make_server):
    metal = BareMetal(make_server(clock="manual", pace="real"))
    nova = Nova(metal.server)
    server = metal.job(metal.create()).entities.sub_jobs[0].entities.server_id
    volume, other = metal.create_volumes(count=2, **SCSI).volume_ids

    def conflict(verb, what):
        return fault("conflictingRequest", 409, f"Cannot '{verb}' instance {server} while it is in {what}")

    assert nova.attach(server, NOTHING) == conflict("attach_volume", "task_state spawning")
    metal.server.advance(3600)
    nova.attach(server, volume)
    assert volume in [each["id"] for each in nova.volumes(server)]  # it shows what is being attached
    busy = ("Invalid volume: Invalid input received: Invalid volume: Unable to detach volume. Volume status must be 'in-use' "
            "and attach_status must be 'attached' to detach.")
    assert nova.detach(server, volume) == fault("badRequest", 400, busy)
    metal.server.advance(3600)
    nova.detach(server, volume)
    assert nova.detach(server, volume) == fault("badRequest", 400, busy)
    assert nova.attach(server, volume) == fault(
        "badRequest", 400, f"Invalid volume: volume '{volume}' status must be 'available'. Currently in 'detaching'")
    metal.server.advance(3600)
    nova.attach(server, other)
    metal.server.advance(3600)
    metal.stop(server)
    assert nova.attach(server, volume) == conflict("attach_volume", "task_state powering-off")
    assert nova.detach(server, other) == conflict("detach_volume", "task_state powering-off")
    assert nova.call("DELETE", f"/servers/{server}") == (204, None)
    assert nova.call("DELETE", f"/servers/{server}") == conflict("delete", "task_state deleting")


@pytest.mark.parametrize("lock", ["security", "financial"])
def test_locked_servers_conflict(make_server, lock):
    server = make_server()
    instance, disk = "00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000d1"
    load_fleet(server, fleet_of(realm="huawei", instances=[
        {"id": instance, "type": FLAVOR, "zone": "cn-north-4a", "image": IMAGE, "locks": [lock]}],
        disks=[{"id": disk, "size_gib": 10, "attachments": [{"instance": instance}]}]))
    nova, locked = Nova(server), fault("conflictingRequest", 409, f"Instance {instance} is locked")
    assert nova.attach(instance, NOTHING) == locked
    assert nova.detach(instance, disk) == locked
    assert nova.call("DELETE", f"/servers/{instance}") == locked


# ---- servers, flavors, versions


def test_servers_are_read_as_the_vendors_sdk_reads_them(metal):
    server, (bare,) = metal.make_server(), metal.make_metal()
    for each, flavor, device in ((server, FLAVOR, "/dev/vda"), (bare, PHYSICAL, "/dev/sda")):
        shown = metal.ecs.nova_show_server(ecs.NovaShowServerRequest(server_id=each)).server
        assert (shown.id, shown.status, shown.flavor.id, shown.image.id) == (each, "ACTIVE", flavor, IMAGE)
        assert shown.os_ext_srv_att_rroot_device_name == device
        assert [address.version for (_, addresses) in shown.addresses.items() for address in addresses] == [4]
        assert len(shown.os_extended_volumesvolumes_attached) == 1
    listed = metal.ecs.nova_list_servers_details(ecs.NovaListServersDetailsRequest(limit=1000)).servers
    assert {server, bare} <= {each.id for each in listed}
    refused(404, metal.ecs.nova_show_server, ecs.NovaShowServerRequest(server_id=NOTHING), http=404)
    metal.ecs.nova_delete_server(ecs.NovaDeleteServerRequest(server_id=bare))
    refused("BMS.0040", metal.metal, bare)


@pytest.mark.parametrize("kind", ["virtual", "metal"])
def test_servers_are_switched(metal, nova, kind):
    server = make(metal, kind)

    def act(**action):
        return nova.call("POST", f"/servers/{server}/action", json=action)

    def conflict(verb, state):
        return fault("conflictingRequest", 409, f"Cannot '{verb}' instance {server} while it is in vm_state {state}")

    def status():
        return nova.get(f"/servers/{server}")["server"]["status"]

    assert act(**{"os-start": None}) == conflict("start", "active")
    assert act(**{"os-stop": None}) == (202, None) and status() == "SHUTOFF"
    assert act(**{"os-stop": None}) == conflict("stop", "stopped")
    assert act(reboot={"type": "SOFT"}) == conflict("reboot", "stopped")
    assert act(**{"os-start": None}) == (202, None) and status() == "ACTIVE"
    assert act(reboot={"type": "HARD"}) == (202, None) and status() == "ACTIVE"
    for wrong in ({"reboot": {"type": "WARM"}}, {"reboot": None}, {"pause": None}, {}):
        assert act(**wrong)[0] == 400 and status() == "ACTIVE"
    server = NOTHING
    assert act(**{"os-stop": None}) == fault("itemNotFound", 404, f"Instance {NOTHING} could not be found.")


def test_lists_are_filtered_and_paged(make_server):
    metal = BareMetal(make_server())
    nova = Nova(metal.server)
    bare = metal.make_metal(count=3)
    windows, = metal.make_metal(image=WINDOWS, name="windows")
    virtual = metal.make_server()

    def ids(**query):
        return [each["id"] for each in nova.get("/servers/detail", **query)["servers"]]

    everything = ids()
    assert set(everything) == {*bare, windows, virtual}
    assert ids(flavor=FLAVOR) == ids(name="web") == [virtual]
    assert ids(image=WINDOWS) == [windows]
    metal.done(metal.stop(windows))
    assert ids(status="shutoff") == [windows] and ids(status="none") == []
    pages, query = [], {"limit": 2}
    while True:
        page = nova.get("/servers", **query)
        pages.append([each["id"] for each in page["servers"]])
        assert all(set(each) == {"id", "name", "links"} for each in page["servers"])
        if not page["servers_links"]:
            break
        (link,) = page["servers_links"]
        assert link["rel"] == "next" and f"limit=2&marker={pages[-1][-1]}" in link["href"]
        query["marker"] = pages[-1][-1]
    assert [len(page) for page in pages] == [2, 2, 1] and sum(pages, []) == everything
    assert nova.call("GET", "/servers", params={"marker": NOTHING}) == fault("badRequest", 400, f"marker [{NOTHING}] not found")


def test_flavors_are_of_both_kinds(nova):
    flavors = {each["id"]: each for each in nova.get("/flavors/detail")["flavors"]}
    assert (flavors[FLAVOR]["vcpus"], flavors[FLAVOR]["ram"]) == (2, 4096)
    assert flavors[PHYSICAL]["vcpus"] == 40
    assert nova.get(f"/flavors/{PHYSICAL}") == {"flavor": flavors[PHYSICAL]}
    assert nova.get(f"/flavors/{PHYSICAL}/os-extra_specs")["extra_specs"]["resource_type"] == "ironic"
    names = nova.get("/flavors", limit=2)
    assert [set(each) for each in names["flavors"]] == [{"id", "name", "links"}] * 2
    more = nova.get("/flavors", marker=names["flavors"][-1]["id"])["flavors"]
    assert [each["id"] for each in names["flavors"] + more] == list(flavors)
    assert {each["id"] for each in nova.get("/flavors/detail", minRam=100000)["flavors"]} == \
        {each["id"] for each in flavors.values() if each["ram"] >= 100000}
    assert nova.call("GET", "/flavors/none") == fault("itemNotFound", 404, "Flavor none could not be found.")
    assert nova.call("GET", "/flavors?marker=none") == fault("badRequest", 400, "marker [none] not found")


def test_images_are_read_in_pages_and_by_what_they_are(nova):
    def images(**query):
        answer = nova.session.get(nova.root + "/v2/images", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    everything = images()["images"]
    names = {each["id"]: each["name"] for each in everything}
    assert names[IMAGE].startswith("Ubuntu") and len(names) == len(everything)
    by_id = {each["id"]: each for each in everything}
    assert (by_id[IMAGE]["__os_type"], by_id[WINDOWS]["__os_type"]) == ("Linux", "Windows")
    assert {each["id"] for each in images(id=f"in:{IMAGE},{WINDOWS},{NOTHING}")["images"]} == {IMAGE, WINDOWS}
    assert [each["id"] for each in images(name=names[IMAGE])["images"]] == [IMAGE]
    assert images(status="queued")["images"] == images(visibility="private")["images"] == []
    first = images(limit=2)
    assert [each["id"] for each in first["images"]] == list(names)[:2] and f"marker={list(names)[1]}" in first["next"]
    rest = images(marker=list(names)[1])
    assert [each["id"] for each in rest["images"]] == list(names)[2:] and "next" not in rest
    assert nova.session.get(f"{nova.root}/v2/images/{IMAGE}").json() == by_id[IMAGE]
    for path, kind, code in ((f"images/{NOTHING}", "itemNotFound", 404), (f"images?marker={NOTHING}", "badRequest", 400)):
        answer = nova.session.get(f"{nova.root}/v2/{path}")
        assert answer.status_code == code and kind in answer.json()


def test_the_version_is_told_to_everybody(shared_server):
    for path in ("/v2.1", "/v2.1/"):
        answer = requests.get(shared_server.url + path, timeout=10)
        version = answer.json()["version"]
        assert (version["id"], version["status"], version["version"]) == ("v2.1", "CURRENT", "")
        assert version["links"] == [{"rel": "self", "href": f"{shared_server.url}/v2.1/"}]


def test_another_project_is_not_found(nova):
    answer = nova.session.get(f"{nova.root}/v2.1/{'0' * 32}/servers")
    assert (answer.status_code, answer.json()) == fault("itemNotFound", 404, "The resource could not be found.")
