"""OpenStack's own client library, unmodified, on the Cinder-compatible API, which `openstack volume ...` is made of. What it sends is
signed on the way."""

import keystoneauth1.session
import openstack.connection
import openstack.exceptions
import pytest
import requests
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkevs.v2 import model as evs

from bare_metal import NOTHING, project_of
from sdk_hmac import SdkHmac
from test_huawei_evs import Evs, clear, fault
from test_huawei_openstack import Endpoint

SDK = openstack.exceptions


def connect(server, version="v3"):
    signed = requests.Session()
    signed.trust_env, signed.auth = False, SdkHmac()
    session = keystoneauth1.session.Session(auth=Endpoint(endpoint=f"{server.url}/{version}/{project_of(server)}"), session=signed)
    return openstack.connection.Connection(
        session=session, block_storage_api_version=version[1:]).block_storage


@pytest.fixture
def own(server):
    BasicCredentials._CACHE.clear()
    yield Evs(server)
    BasicCredentials._CACHE.clear()


@pytest.fixture
def storage(shared_server):
    return connect(shared_server)


def message(call, kind, *arguments, **named):
    with pytest.raises(kind) as refused:
        call(*arguments, **named)
    return refused.value.details or str(refused.value)


def test_volumes_are_made_listed_changed_and_deleted(server):
    storage = connect(server)
    one = storage.create_volume(size=10, name="one", description="d", volume_type="SSD", availability_zone="cn-north-4b")
    two = storage.create_volume(size=20, name="two")
    assert (one.status, one.size) == ("creating", 10)
    shown = storage.get_volume(one.id)
    assert (shown.status, shown.volume_type, shown.availability_zone) == ("available", "SSD", "cn-north-4b")
    assert storage.get_volume(two.id).volume_type == "SAS"
    assert [each.name for each in storage.volumes()] == ["two", "one"]
    assert [each.name for each in storage.volumes(details=False)] == ["two", "one"]
    assert [each.name for each in storage.volumes(limit=1)] == ["two", "one"]
    for query in ("sort=size:asc", "sort_key=size&sort_dir=asc"):
        sorted_ = storage.get(f"/volumes/detail?{query}").json()["volumes"]
        assert [each["name"] for each in sorted_] == ["one", "two"]
    assert [each.name for each in storage.volumes(status="available", name="two")] == ["two"]
    assert storage.find_volume("two").id == two.id and storage.find_volume("three") is None
    assert storage.update_volume(one.id, name="new").name == "new"
    storage.extend_volume(one.id, 30)
    assert storage.get_volume(one.id).size == 30
    storage.delete_volume(one.id)
    assert storage.find_volume(one.id) is None
    assert connect(server, "v2").get_volume(two.id).name == "two"


def test_snapshots_are_made_listed_changed_and_deleted(server):
    storage = connect(server)
    volume = storage.create_volume(size=10, name="v", volume_type="SSD")
    snapshot = storage.create_snapshot(volume_id=volume.id, name="s", description="d")
    assert snapshot.status == "creating" and storage.get_snapshot(snapshot.id).status == "available"
    assert [each.id for each in storage.snapshots()] == [each.id for each in storage.snapshots(details=False)] == [snapshot.id]
    assert storage.find_snapshot("s").id == snapshot.id
    assert storage.update_snapshot(snapshot.id, name="t").name == "t"
    copy = storage.create_volume(size=10, snapshot_id=snapshot.id)
    assert (storage.get_volume(copy.id).snapshot_id, storage.get_volume(copy.id).volume_type) == (snapshot.id, "SSD")
    assert "have snapshots" in message(storage.delete_volume, SDK.BadRequestException, volume.id, ignore_missing=False)
    storage.delete_snapshot(snapshot.id)
    assert list(storage.snapshots()) == []
    storage.create_snapshot(volume_id=volume.id)
    storage.delete_volume(volume.id, cascade=True)
    assert list(storage.snapshots()) == [] and [each.id for each in storage.volumes()] == [copy.id]


def test_what_can_be_had(storage, shared_server):
    types = {each.name: each.id for each in storage.types()}
    assert set(types) == {"SAS", "SSD", "GPSSD", "SATA", "ESSD"}
    assert storage.get_type(types["SSD"]).name == "SSD" and storage.find_type("SSD").id == types["SSD"]
    assert [each.name for each in storage.availability_zones()] == ["cn-north-4" + letter for letter in "abcg"]
    cloud = Evs(shared_server)
    quotas = cloud.evs.cinder_list_quotas(evs.CinderListQuotasRequest(target_project_id=project_of(shared_server), usage="True"))
    assert quotas.quota_set.volumes.limit == -1 and quotas.quota_set.gigabytes.in_use >= 0
    before = quotas.quota_set.gigabytes_ssd.in_use
    cloud.make(size=17)
    quotas = cloud.evs.cinder_list_quotas(evs.CinderListQuotasRequest(target_project_id=project_of(shared_server), usage="True"))
    assert quotas.quota_set.gigabytes_ssd.in_use == before + 17
    zones = cloud.evs.cinder_list_availability_zones(evs.CinderListAvailabilityZonesRequest()).availability_zone_info
    assert zones[0].zone_name == "cn-north-4a" and zones[0].zone_state.available


def test_refusals_are_cinders(own, server):
    storage = connect(server)
    missing = f"Volume {NOTHING} could not be found."
    for call in (storage.get_volume, lambda id: storage.update_volume(id, name="x"), lambda id: storage.extend_volume(id, 20),
                 lambda id: storage.delete_volume(id, ignore_missing=False), lambda id: storage.create_snapshot(volume_id=id)):
        assert message(call, SDK.NotFoundException, NOTHING) == missing
    missing = f"Snapshot {NOTHING} could not be found."
    for call in (storage.get_snapshot, lambda id: storage.update_snapshot(id, name="x"),
                 lambda id: storage.delete_snapshot(id, ignore_missing=False),
                 lambda id: storage.create_volume(size=10, snapshot_id=id)):
        assert message(call, SDK.NotFoundException, NOTHING) == missing
    assert "could not be found" in message(storage.get_type, SDK.NotFoundException, NOTHING)
    assert "could not be found" in message(storage.create_volume, SDK.NotFoundException, size=10, volume_type="TAPE")
    assert "Backup" in message(storage.create_volume, SDK.NotFoundException, size=10, backup_id="b")
    bad = SDK.BadRequestException
    assert "zone" in message(storage.create_volume, bad, size=10, availability_zone="nowhere")
    assert "size" in message(storage.create_volume, bad, size=1)
    assert "size" in message(storage.create_volume, bad, size=None)
    assert "imageRef" in message(storage.create_volume, bad, size=10, image_id="none")
    assert "Copying" in message(storage.create_volume, bad, size=10, source_volume_id=NOTHING)
    image = "1189efbf-d48b-46ad-a823-94b942e2a000"
    assert "shared" in message(storage.create_volume, bad, size=10, image_id=image, is_multiattach=True)
    assert "image is larger" in message(storage.create_volume, bad, size=9, image_id=image)
    assert "name" in message(storage.create_volume, bad, size=10, name="x" * 256)

    host, volume, shared = own.make_server(), own.make(), own.make(multiattach=True)
    own.done(own.attach(host, volume))
    own.done(own.attach(host, shared))
    assert "attached" in message(storage.delete_volume, bad, volume, ignore_missing=False)
    assert "must be available" in message(storage.create_snapshot, bad, volume_id=volume)
    assert "to extend" in message(storage.extend_volume, bad, shared, 20)
    for size, word in ((10, "greater"), (9, "greater"), (40000, "new_size")):
        assert word in message(storage.extend_volume, bad, volume, size)
    fault(server, "evs.ResizeVolume", effect="job-never-ends")
    own.extend(volume, 20)
    assert "to extend" in message(storage.extend_volume, bad, volume, 30)
    clear(server)
    snapshot = storage.create_snapshot(volume_id=own.make(), name="ready").id
    assert "match source" in message(storage.create_volume, bad, size=10, snapshot_id=snapshot, volume_type="SAS")
    fault(server, "cinder.CreateSnapshot", effect="job-never-ends")
    other = own.make()
    held = storage.create_snapshot(volume_id=other).id
    assert "must be available" in message(storage.create_snapshot, bad, volume_id=other)
    assert "available or error" in message(storage.delete_snapshot, bad, held, ignore_missing=False)
    assert "Originating" in message(storage.create_volume, bad, size=10, snapshot_id=held)
    assert "to extend" in message(storage.extend_volume, bad, other, 20)
    fault(server, "cinder.CreateVolume", effect="job-never-ends")
    made = storage.create_volume(size=10)
    assert "being made" in message(storage.update_volume, bad, made.id, name="x")
