"""Huawei Cloud's EVS by its official SDK, unmodified: volumes, their lists, tags, snapshots, and what failed work leaves."""

import re

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkevs.v2 import model as evs

from cloud import fleet_of, fleet_set, load_fleet, wait_for
from huawei_raw import Raw
from test_huawei_story import ZONE, Huawei

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Evs(Huawei):
    """The calls of EVS, by their SDK, with plain arguments."""

    def job(self, answer):
        return self.evs.show_job(evs.ShowJobRequest(job_id=answer.job_id))

    def create(self, top=None, **more):
        option = {"availability_zone": ZONE, "volume_type": "SSD", "size": 10} | more
        return self.evs.create_volume(evs.CreateVolumeRequest(
            body=evs.CreateVolumeRequestBody(volume=evs.CreateVolumeOption(**option), **(top or {}))))

    def make(self, **more):
        answer = self.create(**more)
        self.done(answer)
        return answer.volume_ids[0]

    def list(self, **filters):
        return self.evs.list_volumes(evs.ListVolumesRequest(**filters))

    def ids(self, **filters):
        return [volume.id for volume in self.list(**filters).volumes]

    def update(self, volume, **to):
        return self.evs.update_volume(evs.UpdateVolumeRequest(
            volume_id=volume, body=evs.UpdateVolumeRequestBody(volume=evs.UpdateVolumeOption(**to))))

    def delete(self, volume):
        return self.evs.delete_volume(evs.DeleteVolumeRequest(volume_id=volume))

    def extend(self, volume, size):
        return self.evs.resize_volume(evs.ResizeVolumeRequest(
            volume_id=volume, body=evs.ResizeVolumeRequestBody(os_extend=evs.OsExtend(new_size=size))))

    def set_tags(self, volume, **tags):
        return self.evs.batch_create_volume_tags(evs.BatchCreateVolumeTagsRequest(
            volume_id=volume, body=evs.BatchCreateVolumeTagsRequestBody(
                action="create", tags=[evs.Tag(key=key, value=value) for key, value in tags.items()])))

    def tags(self, volume):
        shown = self.evs.show_volume_tags(evs.ShowVolumeTagsRequest(volume_id=volume))
        return {tag.key: tag.value for tag in shown.tags}

    def snap(self, volume, **more):
        return self.evs.create_snapshot(evs.CreateSnapshotRequest(body=evs.CreateSnapshotRequestBody(
            snapshot=evs.CreateSnapshotOption(volume_id=volume, **more)))).snapshot

    def snapshot(self, snapshot):
        return self.evs.show_snapshot(evs.ShowSnapshotRequest(snapshot_id=snapshot)).snapshot

    def snapshots(self, **filters):
        return self.evs.list_snapshots(evs.ListSnapshotsRequest(**filters))

    def delete_snapshot(self, snapshot):
        return self.evs.delete_snapshot(evs.DeleteSnapshotRequest(snapshot_id=snapshot))

    def rollback(self, snapshot, volume):
        return self.evs.rollback_snapshot(evs.RollbackSnapshotRequest(
            snapshot_id=snapshot, body=evs.RollbackSnapshotRequestBody(
                rollback=evs.RollbackSnapshotOption(volume_id=volume))))


def refusal(call, *arguments, **named):
    with pytest.raises(ClientRequestException) as refused:
        call(*arguments, **named)
    return refused.value.status_code, refused.value.error_code


@pytest.fixture
def cloud(shared_server):
    return Evs(shared_server)


@pytest.fixture
def own(server):
    """On a server of the test's own, for faults and lists of everything."""
    BasicCredentials._CACHE.clear()  # the SDK remembers the project of a key and region, whatever server it was of
    yield Evs(server)
    BasicCredentials._CACHE.clear()


def fault(server, operation, **how):
    server.control("POST", "/_cleat/faults", {"operation": operation, **how})


def clear(server):
    server.control("POST", "/_cleat/faults/clear", {})


# ---- volumes ----


def test_volumes_are_made_by_the_dozen_with_numbered_names(cloud):
    answer = cloud.create(name="db", count=3, description="three", multiattach=True,
                          metadata={"hw:passthrough": "true"}, tags={"team": "a"})
    job = cloud.done(answer)
    assert job.job_type == "batchCreateVolume" and len(answer.volume_ids) == 3
    volumes = [cloud.volume(volume) for volume in answer.volume_ids]
    assert [volume.name for volume in volumes] == ["db-0001", "db-0002", "db-0003"]
    for volume in volumes:
        assert (volume.status, volume.size, volume.volume_type, volume.availability_zone) == \
            ("available", 10, "SSD", ZONE)
        assert (volume.multiattach, volume.shareable, volume.bootable, volume.description) == \
            (True, "true", "false", "three")
        assert volume.metadata["hw:passthrough"] == "true" and volume.tags == {"team": "a"}
        assert MOMENT.fullmatch(volume.created_at) and UUID.fullmatch(volume.id)


def test_a_volume_made_with_a_server_is_attached_to_it(cloud):
    server = cloud.make_server()
    answer = cloud.create({"server_id": server})
    cloud.done(answer)
    volume = cloud.volume(answer.volume_ids[0])
    assert (volume.status, volume.attachments[0].server_id) == ("in-use", server)
    cloud.done(cloud.detach(server, volume.id))
    cloud.done(cloud.delete(volume.id))


def test_a_volume_made_of_an_image_can_be_booted_from(cloud):
    volume = cloud.volume(cloud.make(size=40, image_ref="1189efbf-d48b-46ad-a823-94b942e2a000"))
    assert volume.bootable == "true"
    assert volume.volume_image_metadata["image_id"] == "1189efbf-d48b-46ad-a823-94b942e2a000"


def test_names_change_and_the_answer_is_the_volume_itself(cloud):
    volume = cloud.make(name="old", description="first")
    answer = cloud.update(volume, name="new")
    assert (answer.id, answer.name, answer.description) == (volume, "new", "first")
    assert cloud.update(volume, description="").description == ""
    assert refusal(cloud.update, volume) == (400, "EVS.1007")
    assert refusal(cloud.update, "00000000-0000-4000-8000-000000000000", name="x") == (404, "EVS.5404")
    assert refusal(cloud.update, volume, name="x" * 256) == (400, "EVS.1003")
    assert refusal(cloud.update, volume, description="x" * 256) == (400, "EVS.1004")
    assert cloud.volume(volume).name == "new"


def test_a_volume_that_is_deleted_is_gone(cloud):
    volume = cloud.make()
    assert cloud.done(cloud.delete(volume)).job_type == "deleteVolume"
    assert refusal(cloud.volume, volume) == (404, "EVS.5404")
    assert refusal(cloud.delete, volume) == (404, "EVS.5404")


def test_an_attached_volume_is_not_deleted(cloud):
    server, volume = cloud.make_server(), cloud.make()
    cloud.done(cloud.attach(server, volume))
    assert refusal(cloud.delete, volume) == (400, "EVS.1046")
    assert cloud.volume(volume).status == "in-use"


@pytest.mark.parametrize("wrong, status, code", [
    ({"availability_zone": "nowhere"}, 400, "EVS.1036"),
    ({"volume_type": "TAPE"}, 400, "EVS.1020"),
    ({"size": 9}, 400, "EVS.1010"),
    ({"size": 32769}, 400, "EVS.1010"),
    ({"size": None}, 400, "EVS.1010"),
    ({"count": 0}, 400, "EVS.1021"),
    ({"count": 101}, 400, "EVS.1021"),
    ({"name": "x" * 256}, 400, "EVS.1003"),
    ({"description": "x" * 256}, 400, "EVS.1004"),
    ({"multiattach": "perhaps"}, 400, "EVS.1054"),
    ({"metadata": {"hw:passthrough": "perhaps"}}, 400, "EVS.1057"),
    ({"metadata": {"__system__encrypted": "1"}}, 400, "EVS.2041"),
    ({"metadata": {"__system__encrypted": "2", "__system__cmkid": "k"}}, 400, "EVS.2041"),
    ({"metadata": {str(number): "x" for number in range(101)}}, 400, "EVS.1005"),
    ({"tags": {"no key!": "v"}}, 400, "EVS.1062"),
    ({"tags": {str(number): "x" for number in range(21)}}, 400, "EVS.1061"),
    ({"image_ref": "none"}, 400, "EVS.5400"),
    ({"image_ref": "1189efbf-d48b-46ad-a823-94b942e2a000", "multiattach": True}, 400, "EVS.2094"),
    ({"image_ref": "c0d7e3a2-52a4-4f83-b5ef-98a3d5a7f3b4", "size": 39}, 400, "EVS.1010"),
    ({"image_ref": "1189efbf-d48b-46ad-a823-94b942e2a000", "metadata": {"hw:passthrough": "true"}}, 400, "EVS.1043"),
    ({"image_ref": "none", "snapshot_id": "none"}, 400, "EVS.1016"),
    ({"backup_id": "none"}, 404, "EVS.5404"),
    ({"snapshot_id": "none"}, 404, "EVS.5404"),
    ({"top": {"server_id": "none"}}, 400, "EVS.2131"),
    ({"top": {"bss_param": evs.BssParamForCreateVolume(charging_mode="prePaid")}}, 400, "EVS.2147"),
])
def test_what_cannot_be_made_is_refused(cloud, wrong, status, code):
    assert refusal(cloud.create, **({"name": "never"} | wrong)) == (status, code)
    assert cloud.ids(name="never") == []


def test_what_a_server_cannot_take_is_refused(cloud):
    server = cloud.make_server()
    top = {"server_id": server}
    assert refusal(cloud.create, top, multiattach=True) == (400, "EVS.2134")
    assert refusal(cloud.create, top, availability_zone="cn-north-4b") == (400, "EVS.2134")
    assert refusal(cloud.create, top, count=24) == (400, "EVS.2134")


# ---- extend ----


def test_volumes_grow_free_and_in_use(cloud):
    server, volume = cloud.make_server(), cloud.make()
    job = cloud.done(cloud.extend(volume, 20))
    assert (job.job_type, job.entities.volume_id, job.entities.size) == ("extendVolume", volume, 20)
    cloud.done(cloud.attach(server, volume))
    cloud.done(cloud.extend(volume, 30))
    assert (cloud.volume(volume).size, cloud.volume(volume).status) == (30, "in-use")
    assert cloud.block_device(server, volume).size == 30


def test_what_cannot_grow_is_refused(cloud):
    volume, shared, server = cloud.make(), cloud.make(multiattach=True), cloud.make_server()
    cloud.done(cloud.extend(shared, 20))
    cloud.done(cloud.attach(server, shared))
    assert refusal(cloud.extend, shared, 30) == (400, "EVS.1065")
    assert refusal(cloud.extend, volume, 10) == (400, "EVS.1015")
    assert refusal(cloud.extend, volume, 9) == (400, "EVS.1015")
    assert refusal(cloud.extend, volume, 40000) == (400, "EVS.1010")
    assert refusal(cloud.extend, "00000000-0000-4000-8000-000000000000", 20) == (404, "EVS.5404")
    assert cloud.volume(volume).size == 10 and cloud.volume(shared).size == 20


def test_a_system_disk_has_a_limit_of_its_own(cloud):
    server = cloud.make_server()
    (disk,) = cloud.ids(server_id=server)
    assert refusal(cloud.extend, disk, 1025) == (400, "EVS.1010")
    cloud.done(cloud.extend(disk, 1024))


# ---- what is under way, and what came to nothing ----


def test_work_under_way_has_a_status(own, server):
    host, volume, other = own.make_server(), own.make(), own.make()
    fault(server, "evs.ResizeVolume", effect="job-never-ends")
    job = own.extend(volume, 20)
    assert own.volume(volume).status == "extending" and own.job(job).status == "RUNNING"
    assert own.ids(status="extending") == [volume] and volume not in own.ids(status="available")
    assert refusal(own.extend, volume, 30) == (400, "EVS.1064")
    assert refusal(own.delete, volume) == (400, "EVS.1046")
    clear(server)
    wait_for(lambda: own.job(job).status == "SUCCESS", "the volume to grow")
    fault(server, "evs.DeleteVolume", effect="job-never-ends")
    own.delete(other)
    assert own.volume(other).status == "deleting" and own.ids(status="deleting") == [other]
    assert refusal(own.extend, other, 20) == (400, "EVS.1064")
    assert refusal(own.update, other, name="x") == (400, "EVS.5400")
    fault(server, "evs.CreateVolume", effect="job-never-ends")
    made = own.create().volume_ids[0]
    assert own.volume(made).status == "creating"
    fault(server, "ecs.AttachServerVolume", effect="job-never-ends")
    own.attach(host, volume)
    assert own.volume(volume).status == "attaching" and own.volume(volume).attachments[0].server_id == host
    assert refusal(own.extend, volume, 40) == (400, "EVS.1064")


def test_what_failed_stays_to_be_seen_and_can_be_deleted(own, server):
    fault(server, "evs.CreateVolume", effect="job-fails", reason="no room", times=1)
    answer = own.create()
    job = own.job(answer)
    assert (job.status, job.error_code, job.fail_reason) == ("FAIL", "EVS.5500", "no room")
    broken = answer.volume_ids[0]
    assert own.volume(broken).status == "error" and own.ids(status="error") == [broken]
    assert refusal(own.extend, broken, 20) == (400, "EVS.1064")
    assert refusal(own.snap, broken) == (400, "EVS.5400")
    own.done(own.delete(broken))
    assert refusal(own.volume, broken) == (404, "EVS.5404")

    volume = own.make()
    fault(server, "evs.ResizeVolume", effect="job-fails", reason="no room", times=1)
    assert own.job(own.extend(volume, 20)).status == "FAIL"
    assert (own.volume(volume).status, own.volume(volume).size) == ("error_extending", 10)
    assert refusal(own.attach, own.make_server(), volume) == (400, "Ecs.0103")
    fault(server, "evs.DeleteVolume", effect="job-fails", reason="stuck", times=1)
    assert own.job(own.delete(volume)).status == "FAIL"
    assert own.volume(volume).status == "error_deleting"
    assert refusal(own.delete, volume) == (400, "EVS.1046")


def test_a_volume_in_use_that_could_not_grow_is_in_use(own, server):
    host, volume = own.make_server(), own.make()
    own.done(own.attach(host, volume))
    fault(server, "evs.ResizeVolume", effect="job-fails", reason="no room", times=1)
    assert own.job(own.extend(volume, 20)).status == "FAIL"
    assert (own.volume(volume).status, own.volume(volume).size) == ("in-use", 10)
    own.done(own.detach(host, volume))


def test_a_failed_rollback_can_be_tried_again(own, server):
    volume = own.make()
    snapshot = own.snap(volume).id
    fault(server, "evs.RollbackSnapshot", effect="job-fails", reason="broken", times=1)
    own.rollback(snapshot, volume)
    assert own.volume(volume).status == "error_rollbacking"
    assert refusal(own.attach, own.make_server(), volume) == (400, "Ecs.0103")
    own.rollback(snapshot, volume)
    assert own.volume(volume).status == "available"


# ---- lists ----


def test_lists_are_filtered_sorted_and_paged(own):
    host = own.make_server()
    (system,) = own.ids(server_id=host)
    own.done(own.delete(own.make()))
    small = own.make(name="b", size=10, volume_type="SAS")
    large = own.make(name="a", size=30, multiattach=True, metadata={"hw:passthrough": "true"})
    middle = own.make(name="c", size=20, availability_zone="cn-north-4b")
    own.done(own.attach(host, small))
    mine = [middle, large, small, system]
    assert own.ids() == mine and own.list().count == 4
    assert own.ids(sort_dir="asc") == mine[::-1]
    assert own.ids(sort_key="size", sort_dir="asc") == [small, middle, large, system]
    assert own.ids(sort_key="id", sort_dir="desc") == sorted(mine, reverse=True)
    assert own.ids(sort_key="status", sort_dir="asc") == [large, middle, system, small]
    assert own.ids(name="a") == [large] and own.ids(name="A") == []
    assert own.ids(status="in-use") == [small, system] and own.ids(status="available") == [middle, large]
    assert own.ids(availability_zone="cn-north-4b") == [middle]
    assert own.ids(multiattach=True) == [large] and own.ids(multiattach=False) == [middle, small, system]
    assert own.ids(metadata='{"hw:passthrough":"true"}') == [large]
    assert own.ids(not_metadata='{"hw:passthrough":"true"}') == [middle, small, system]
    assert own.ids(id=small) == [small] and own.ids(ids=f"['{small}','none','{large}']") == [large, small]
    assert own.ids(server_id=host) == [small, system] and own.ids(service_type="DSS") == []
    assert own.ids(dedicated_storage_id="x") == [] and own.ids(dedicated_storage_name="x") == []
    assert own.ids(enterprise_project_id="0") == mine and own.ids(enterprise_project_id="other") == []
    types = {each.name: each.id for each in own.evs.cinder_list_volume_types(
        evs.CinderListVolumeTypesRequest()).volume_types}
    assert own.ids(volume_type_id=types["SAS"]) == [small] and own.ids(volume_type_id="none") == []

    first = own.list(limit=2)
    assert ([each.id for each in first.volumes], first.count) == ([middle, large], 4)
    assert first.volumes_links[0].rel == "next" and f"marker={large}" in first.volumes_links[0].href
    assert own.ids(limit=2, marker=large) == [small, system] and own.ids(marker=system) == []
    assert own.list(limit=2, marker=large).volumes_links == []
    assert own.ids(limit=2, offset=1) == [large, small] and own.ids(offset=9) == []
    assert own.ids(limit=1, sort_key="size", sort_dir="asc", marker=small) == [middle]


@pytest.mark.parametrize("wrong, code", [
    ({"limit": 0}, "EVS.1023"),
    ({"limit": 1001}, "EVS.1023"),
    ({"offset": -1}, "EVS.5400"),
    ({"marker": "x" * 37}, "EVS.1024"),
    ({"marker": "00000000-0000-4000-8000-000000000000"}, "EVS.5400"),
    ({"sort_key": "colour"}, "EVS.1039"),
    ({"sort_dir": "sideways"}, "EVS.1040"),
    ({"metadata": "not json"}, "EVS.1058"),
    ({"ids": "[" + ",".join(["x"] * 61) + "]"}, "EVS.5400"),
])
def test_lists_that_cannot_be_are_refused(cloud, wrong, code):
    assert refusal(cloud.list, **wrong) == (400, code)


# ---- tags ----


def test_tags_are_set_shown_counted_and_found(own):
    one, two = own.make(name="data-one"), own.make(name="data-two")
    own.set_tags(one, team="a", stage="test")
    own.set_tags(two, team="b")
    own.set_tags(one, team="c")
    assert own.tags(one) == {"team": "c", "stage": "test"} and own.volume(two).tags == {"team": "b"}
    every = own.evs.list_volume_tags(evs.ListVolumeTagsRequest()).to_dict()["tags"]
    assert every == {"team": ["b", "c"], "stage": ["test"]}

    def find(action="filter", matches=(), **tags):
        return own.evs.list_volumes_by_tags(evs.ListVolumesByTagsRequest(body=evs.ListVolumesByTagsRequestBody(
            action=action, tags=[evs.TagsForListVolumes(key=key, values=values) for key, values in tags.items()],
            matches=[evs.Match(key=key, value=value) for key, value in matches])))

    found = find(team=["b", "c"])
    assert found.total_count == 2 and {each.resource_id for each in found.resources} == {one, two}
    (only,) = find(team=[], stage=["test"]).resources
    assert (only.resource_id, only.resource_name, only.resource_detail.id) == (one, "data-one", one)
    assert [each.resource_id for each in find(matches=[("resource_name", "two")], team=[]).resources] == [two]
    assert find(team=["none"]).total_count == 0

    own.evs.batch_delete_volume_tags(evs.BatchDeleteVolumeTagsRequest(
        volume_id=one, body=evs.BatchDeleteVolumeTagsRequestBody(action="delete", tags=[evs.DeleteTagsOption(key="team")])))
    assert own.tags(one) == {"stage": "test"}


def test_tags_that_cannot_be_are_refused(cloud):
    volume = cloud.make()
    assert refusal(cloud.set_tags, "00000000-0000-4000-8000-000000000000", a="b") == (404, "EVS.5404")
    assert refusal(cloud.tags, "00000000-0000-4000-8000-000000000000") == (404, "EVS.5404")
    assert refusal(cloud.set_tags, volume, **{"k" * 37: "v"}) == (400, "EVS.1062")
    assert refusal(cloud.set_tags, volume, k="v" * 44) == (400, "EVS.1062")
    assert refusal(cloud.set_tags, volume, k="no/slash") == (400, "EVS.1062")
    cloud.set_tags(volume, **{f"键{number}": "值" for number in range(20)})
    assert refusal(cloud.set_tags, volume, one_more="x") == (400, "EVS.1061")
    assert len(cloud.tags(volume)) == 20


# ---- snapshots ----


def test_snapshots_of_volumes(own):
    volume = own.make(size=20)
    made = own.snap(volume, name="before", description="first")
    assert (made.status, made.size, made.volume_id, made.name) == ("creating", 20, volume, "before")
    shown = own.snapshot(made.id)
    assert shown.status == "available" and MOMENT.fullmatch(shown.created_at)
    listed = own.snapshots(volume_id=volume)
    assert [each.id for each in listed.snapshots] == [made.id] and listed.count == 1
    assert listed.snapshots[0].os_extended_snapshot_attributesprogress == "100%"
    changed = own.evs.update_snapshot(evs.UpdateSnapshotRequest(snapshot_id=made.id, body=evs.UpdateSnapshotRequestBody(
        snapshot=evs.UpdateSnapshotOption(name="after")))).snapshot
    assert (changed.name, changed.description) == ("after", "first")
    copy = own.volume(own.make(size=30, snapshot_id=made.id))
    assert (copy.size, copy.snapshot_id) == (30, made.id)
    own.rollback(made.id, volume)
    assert own.volume(volume).status == "available"
    own.delete_snapshot(made.id)
    assert refusal(own.snapshot, made.id) == (404, "EVS.5404") and own.snapshots().count == 0
    assert own.volume(copy.id).status == "available"


def test_snapshots_go_with_their_volume(own):
    volume, other = own.make(), own.make()
    gone, stays = own.snap(volume).id, own.snap(other).id
    own.done(own.delete(volume))
    wait_for(lambda: [each.id for each in own.snapshots().snapshots] == [stays], "the snapshot to go")
    assert refusal(own.snapshot, gone) == (404, "EVS.5404")


def test_a_snapshot_of_an_attached_volume_needs_force(cloud):
    server, volume = cloud.make_server(), cloud.make()
    cloud.done(cloud.attach(server, volume))
    assert refusal(cloud.snap, volume) == (400, "EVS.5400")
    snapshot = cloud.snap(volume, force=True).id
    assert cloud.snapshot(snapshot).status == "available"
    assert refusal(cloud.rollback, snapshot, volume) == (400, "EVS.5400")


def test_lists_of_snapshots(own):
    volume, other = own.make(), own.make(availability_zone="cn-north-4b")
    one, two, three = own.snap(volume, name="x").id, own.snap(volume).id, own.snap(other).id

    def ids(**filters):
        return [each.id for each in own.snapshots(**filters).snapshots]

    assert ids() == [three, two, one] and ids(limit=1, offset=1) == [two]
    assert own.snapshots(limit=1).snapshots_links[0].rel == "next"
    assert ids(name="x") == [one] and ids(id=two) == [two] and ids(status="creating") == []
    assert ids(availability_zone="cn-north-4b") == [three] and ids(service_type="DSS") == []
    assert ids(dedicated_storage_id="x") == [] and ids(enterprise_project_id="x") == []
    assert refusal(ids, limit=0) == (400, "EVS.1023") and refusal(ids, offset=-1) == (400, "EVS.5400")


def test_what_snapshots_cannot_be_used_for_is_refused(own, server):
    volume, other = own.make(), own.make()
    snapshot = own.snap(volume).id
    assert refusal(own.snap, "none") == (404, "EVS.5404")
    assert refusal(own.snapshot, "none") == (404, "EVS.5404")
    assert refusal(own.rollback, "none", volume) == (404, "EVS.5404")
    assert refusal(own.rollback, snapshot, "none") == (404, "EVS.5404")
    assert refusal(own.rollback, snapshot, other) == (400, "EVS.5400")
    assert refusal(own.delete_snapshot, "none") == (404, "EVS.5404")
    assert refusal(own.create, snapshot_id=snapshot, volume_type="SAS") == (400, "EVS.2096")
    assert refusal(own.create, snapshot_id=snapshot, metadata={"hw:passthrough": "true"}) == (400, "EVS.1043")
    for body, code in (({}, (400, "EVS.5400")), ({"name": "x" * 256}, (400, "EVS.5400"))):
        assert refusal(own.evs.update_snapshot, evs.UpdateSnapshotRequest(
            snapshot_id=snapshot, body=evs.UpdateSnapshotRequestBody(snapshot=evs.UpdateSnapshotOption(**body)))) == code
    assert refusal(own.evs.update_snapshot, evs.UpdateSnapshotRequest(
        snapshot_id="none", body=evs.UpdateSnapshotRequestBody(
            snapshot=evs.UpdateSnapshotOption(name="x")))) == (404, "EVS.5404")
    fault(server, "evs.CreateSnapshot", effect="job-never-ends")
    held = own.snap(volume).id
    assert own.snapshot(held).status == "creating"
    assert refusal(own.snap, volume) == (400, "EVS.5400")
    assert refusal(own.delete_snapshot, held) == (400, "EVS.1047")
    assert refusal(own.rollback, held, volume) == (400, "EVS.2043")
    assert refusal(own.create, snapshot_id=held) == (400, "EVS.2043")
    assert refusal(own.rollback, snapshot, volume) == (400, "EVS.5400")
    assert refusal(own.extend, volume, 20) == (400, "EVS.1064")
    assert refusal(own.delete, volume) == (400, "EVS.2130")


def test_a_snapshot_is_busy_while_something_is_made_of_it(own, server):
    volume = own.make()
    snapshot = own.snap(volume).id
    fault(server, "evs.RollbackSnapshot", effect="job-never-ends")
    own.rollback(snapshot, volume)
    assert own.volume(volume).status == "rollbacking" and own.snapshot(snapshot).status == "rollbacking"
    assert refusal(own.delete_snapshot, snapshot) == (400, "EVS.1047")
    assert refusal(own.delete, volume) == (400, "EVS.1046")


def test_a_snapshot_that_is_being_deleted_is_there_and_busy(own, server):
    snapshot = own.snap(own.make()).id
    fault(server, "evs.DeleteSnapshot", effect="job-never-ends")
    own.delete_snapshot(snapshot)
    assert own.snapshot(snapshot).status == "deleting"
    assert refusal(own.delete_snapshot, snapshot) == (400, "EVS.1047")
    refused = Raw(server, "cleat")("DELETE", f"/v3/{{project}}/snapshots/{snapshot}")
    assert (refused.status, refused.json["badRequest"]["message"]) == \
        (400, "Invalid snapshot: Snapshot status must be available or error."), refused.text


def test_a_snapshot_that_failed_is_an_error_and_can_be_deleted(own, server):
    volume = own.make()
    fault(server, "evs.CreateSnapshot", effect="job-fails", reason="no room", times=1)
    snapshot = own.snap(volume).id
    assert own.snapshot(snapshot).status == "error"
    own.delete_snapshot(snapshot)
    assert refusal(own.snapshot, snapshot) == (404, "EVS.5404")


# ---- what an account or a server stands in the way of ----

ACCOUNT = "2000000000000055"
PLACE = {"region": "cn-north-4", "zone": ZONE}
HOST, OVERDUE, BOUND, LOCKED, MANY = (f"{digit}0000000-0000-4000-8000-000000000000" for digit in "12345")


@pytest.fixture
def hindered(own, server):
    """A client of an account with things that a call cannot make."""
    snapshots = [{"id": f"60000000-0000-4000-8000-{number:012d}", "disk": MANY, "region": "cn-north-4", "disk_type": "data",
                  "disk_category": "SSD", "size_gib": 10} for number in range(256)]
    load_fleet(server, fleet_of(
        id=ACCOUNT, realm="huawei", access_keys=[{"id": "hindered", "secret": "cleat-secret"}],
        instances=[{"id": HOST, **PLACE, "type": "s6.large.2", "image": "1189efbf-d48b-46ad-a823-94b942e2a000", "locks": ["security"]}],
        disks=[{"id": OVERDUE, **PLACE, "category": "SSD", "size_gib": 10, "overdue": True},
               {"id": BOUND, **PLACE, "category": "SSD", "size_gib": 10, "portable": False},
               {"id": LOCKED, **PLACE, "category": "SSD", "size_gib": 10, "attachments": [{"instance": HOST}]},
               {"id": MANY, **PLACE, "category": "SSD", "size_gib": 10}],
        snapshots=snapshots))
    return Evs(server, "hindered", "cleat-secret")


def test_what_hinders_is_named(hindered, server):
    assert refusal(hindered.extend, OVERDUE, 20) == (403, "EVS.2144") == refusal(hindered.snap, OVERDUE)
    assert refusal(hindered.delete, BOUND) == (400, "EVS.1035")
    assert refusal(hindered.extend, LOCKED, 20) == (400, "EVS.2068") == refusal(hindered.snap, LOCKED, force=True)
    fleet_set(server, HOST, locks=["financial"])
    assert refusal(hindered.extend, LOCKED, 20) == (400, "EVS.2068")
    assert refusal(hindered.snap, MANY) == (413, "EVS.5413")
    fleet_set(server, ACCOUNT, disk_white_list=False)
    for call in (hindered.create, lambda: hindered.extend(MANY, 20), lambda: hindered.delete(MANY),
                 lambda: hindered.update(MANY, name="x"), lambda: hindered.rollback(f"60000000-0000-4000-8000-{1:012d}", MANY)):
        assert refusal(call) == (403, "EVS.1027")
    refused = Raw(server, "hindered", "cleat-secret")("POST", f"/v3/{{project}}/volumes/{MANY}/action", {"os-extend": {"new_size": 20}})
    assert (refused.status, refused.json) == (403, {"forbidden": {"message": "Policy check failed.", "code": 403}}), refused.text


def test_requests_that_say_nothing_are_refused(shared_server):
    raw = Raw(shared_server, "cleat")
    volume = raw.make_volume()
    path = f"/v2/{{project}}/cloudvolumes/{volume}"
    assert raw("PUT", path, {"other": 1}).fault[:2] == (400, "EVS.1001")
    assert raw("POST", path + "/action", {"os-grow": {}}).fault[:2] == (400, "EVS.1011")
    assert raw("PUT", path).fault[:2] == (400, "EVS.5400")
    assert raw("POST", path + "/tags/action", {"action": "count", "tags": []}).fault[:2] == (400, "EVS.5400")
    assert raw("GET", "/v2/{project}/os-quota-sets/other?usage=True").fault[:2] == (403, "forbidden")
    assert raw("GET", "/v3/{project}/volumes/detail?metadata=none").fault[:2] == (400, "badRequest")
    assert raw("GET", "/v3/{project}/volumes/detail?sort=colour:asc").fault[:2] == (400, "badRequest")
    assert raw("GET", "/v3/{project}/snapshots?marker=none").fault[:2] == (400, "badRequest")
