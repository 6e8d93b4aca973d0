"""OpenStack's own client library, unmodified, on the Nova-compatible API. What it sends is signed on the way."""

import keystoneauth1.noauth
import keystoneauth1.session
import openstack.connection
import openstack.exceptions
import pytest
import requests

from bare_metal import NOTHING, SCSI, BareMetal, project_of
from sdk_hmac import SdkHmac
from test_huawei_story import FLAVOR, IMAGE


class Endpoint(keystoneauth1.noauth.NoAuth):
    """Knows where the API is, and leaves who asks to the session."""

    def get_headers(self, session, **more):
        return {}


@pytest.fixture
def metal(shared_server):
    return BareMetal(shared_server)


@pytest.fixture
def compute(shared_server):
    signed = requests.Session()
    signed.trust_env, signed.auth = False, SdkHmac()
    session = keystoneauth1.session.Session(
        auth=Endpoint(endpoint=f"{shared_server.url}/v2.1/{project_of(shared_server)}"), session=signed)
    return openstack.connection.Connection(session=session).compute


def test_volumes_come_and_go(metal, compute):
    for server, volume in ((metal.make_server(), metal.make_volume()), (metal.make_metal()[0], metal.make_volume(**SCSI))):
        made = compute.create_volume_attachment(server, volume)
        assert (made.id, made.volume_id) == (volume, volume) and made.device in ("/dev/vdb", "/dev/sdb")
        assert metal.volume(volume).attachments[0].server_id == server
        assert volume in [each.volume_id for each in compute.volume_attachments(server)]
        assert compute.get_volume_attachment(server, volume).device == made.device
        with pytest.raises(openstack.exceptions.BadRequestException, match="status must be 'available'. Currently in 'in-use'"):
            compute.create_volume_attachment(server, volume)
        compute.delete_volume_attachment(server, volume, ignore_missing=False)
        assert metal.volume(volume).status == "available"
        with pytest.raises(openstack.exceptions.NotFoundException, match="is not attached to volume"):
            compute.get_volume_attachment(server, volume)
        with pytest.raises(openstack.exceptions.NotFoundException):
            compute.delete_volume_attachment(server, volume, ignore_missing=False)
        compute.delete_volume_attachment(server, volume)  # is as good as done


def test_servers_are_found_by_id_and_name(metal, compute):
    server, = metal.make_metal(name="found-by-name")
    assert compute.find_server(server).id == compute.find_server("found-by-name").id == server
    shown = compute.get_server(server)
    assert (shown.status, shown.vm_state, shown.power_state, shown.flavor["id"], shown.image["id"]) == \
        ("ACTIVE", "active", 1, "physical.s4.medium", IMAGE)
    assert server in [each.id for each in compute.servers()]
    assert [each.id for each in compute.servers(details=False, name="found-by-name")] == [server]
    assert compute.find_server(NOTHING) is None
    with pytest.raises(openstack.exceptions.NotFoundException, match="could not be found"):
        compute.get_server(NOTHING)
    compute.delete_server(server, ignore_missing=False)
    assert compute.find_server(server) is None


def test_lists_go_on_from_page_to_page(metal, compute):
    metal.make_metal(count=5)
    everything = [each.id for each in compute.servers()]
    assert [each.id for each in compute.servers(limit=2)] == everything and len(set(everything)) == len(everything) >= 5
    assert {each.id for each in compute.flavors(limit=2)} == {each.id for each in compute.flavors()} >= {FLAVOR}


def test_flavors_are_shown(compute):
    flavor = compute.find_flavor(FLAVOR, ignore_missing=False)
    assert (flavor.vcpus, flavor.ram, flavor.is_public) == (2, 4096, True)
    assert compute.fetch_flavor_extra_specs(flavor).extra_specs["cond:operation:status"] == "normal"
