"""The control API under /_cleat, and the health pages."""

import json
import re
import sqlite3

import pytest

from cloud import SLOWER, TIME_SECONDS, Cloud

BEARER = "Authorization"
OPERATIONS = [("GET", "/_cleat/version"), ("GET", "/_cleat/keys"), ("POST", "/_cleat/keys"), ("POST", "/_cleat/keys/disable"),
              ("POST", "/_cleat/keys/enable"), ("GET", "/_cleat/jobs"), ("GET", "/_cleat/why"), ("GET", "/_cleat/clock"),
              ("POST", "/_cleat/clock/advance"), ("GET", "/_cleat/faults"), ("POST", "/_cleat/faults"),
              ("POST", "/_cleat/faults/clear"), ("GET", "/_cleat/backup"), ("GET", "/_cleat/fleet"),
              ("POST", "/_cleat/fleet"), ("POST", "/_cleat/fleet/reset"), ("POST", "/_cleat/fleet/set"),
              ("POST", "/_cleat/guest"), ("GET", "/_cleat/nothing")]


def error(server, method, path, status, body=None, **more):
    return server.control(method, path, body, status=status, **more)["error"]


@pytest.mark.parametrize("method, path", OPERATIONS)
def test_token_is_needed(shared_server, method, path):
    for headers in ({}, {BEARER: "Bearer "}, {BEARER: "Bearer wrong"}, {BEARER: shared_server.token},
                    {BEARER: "Basic " + shared_server.token}, {BEARER: f"Bearer {shared_server.token}x"},
                    {BEARER: "Bearer " + shared_server.token[:-1]}):
        status, _, body = shared_server.http(method, path, headers=headers)
        assert status == 401
        assert json.loads(body)["error"]["reason"] == "control-token"


def test_token_is_not_a_parameter(shared_server):
    assert shared_server.http("GET", f"/_cleat/version?token={shared_server.token}")[0] == 401


def test_health_needs_no_token(shared_server):
    for page in ("/healthz", "/readyz"):
        status, headers, body = shared_server.http("GET", page)
        assert (status, headers["Content-Type"], json.loads(body)) == (200, "application/json", {"status": "ok"})


def test_what_is_not_there(shared_server):
    assert error(shared_server, "GET", "/_cleat/nothing", 404)["reason"] == "unknown-operation"
    assert error(shared_server, "DELETE", "/_cleat/keys", 404)["reason"] == "unknown-operation"
    assert shared_server.http("POST", "/healthz")[0] == 404


@pytest.mark.parametrize("body", ["{", "[]", "1", '"x"', "{\"a\":1}}", "\xff", "[" * 10000, "{\"a\":" * 1000])
def test_body_that_is_no_json_object(shared_server, body):
    headers = {BEARER: f"Bearer {shared_server.token}", "Content-Type": "application/json"}
    status, _, reply = shared_server.http("POST", "/_cleat/keys", body.encode("latin-1"), headers)
    assert (status, json.loads(reply)["error"]["reason"]) == (400, "parameters-unreadable")


def test_version(own_cloud):
    cloud = own_cloud(clock="manual", pace="quick")
    before = cloud.server.control("GET", "/_cleat/version")
    assert re.fullmatch(r"\d+\.\d+\.\d+", before["version"])
    assert (before["pace"], before["clock"], before["driver"], before["open_jobs"]) == ("quick", "manual", "sim", 0)
    assert before["database_bytes"] > 0
    cloud.make_disk()
    after = cloud.server.control("GET", "/_cleat/version")
    assert after["open_jobs"] == 1
    assert after["changes"] > before["changes"] and after["transactions"] > before["transactions"]


# ---- keys


def test_key_works_at_once_and_its_secret_is_shown_once(shared_server):
    made = shared_server.control("POST", "/_cleat/keys", {"description": "of a test"})
    assert set(made) == {"access_key_id", "secret", "account"}
    Cloud(shared_server, made["access_key_id"], made["secret"]).DescribeRegions()
    listed = shared_server.control("GET", "/_cleat/keys")["keys"]
    (mine,) = (key for key in listed if key["access_key_id"] == made["access_key_id"])
    assert TIME_SECONDS.fullmatch(mine.pop("created_at"))
    assert mine == {"access_key_id": made["access_key_id"], "account": made["account"], "description": "of a test",
                    "state": "active"}
    assert made["secret"] not in json.dumps(listed)


def test_disable_and_enable_take_effect_with_their_reply(shared_server):
    made = shared_server.control("POST", "/_cleat/keys", {})
    key = {"access_key_id": made["access_key_id"]}
    client = Cloud(shared_server, made["access_key_id"], made["secret"])
    for _ in range(3):
        assert client.raw("DescribeRegions").status == 200
        assert shared_server.control("POST", "/_cleat/keys/disable", key) == key
        assert client.refused("DescribeRegions") == (400, "InvalidAccessKeyId.Inactive")
        assert shared_server.control("POST", "/_cleat/keys/enable", key) == key
    client.DescribeRegions()


def test_keys_of_an_account(shared_server):
    account = shared_server.control("GET", "/_cleat/keys")["keys"][0]["account"]
    made = shared_server.control("POST", "/_cleat/keys", {"account": account})
    assert made["account"] == account
    assert made["access_key_id"] in [key["access_key_id"] for key in
                                     shared_server.control("GET", f"/_cleat/keys?account={account}")["keys"]]
    assert shared_server.control("GET", "/_cleat/keys?account=1")["keys"] == []


def test_keys_that_are_refused(shared_server):
    assert error(shared_server, "POST", "/_cleat/keys", 404, {"account": "1"})["reason"] == "account-unknown"
    assert error(shared_server, "POST", "/_cleat/keys/disable", 404, {"access_key_id": "x"})["reason"] == \
        "access-key-unknown"
    assert error(shared_server, "POST", "/_cleat/keys/disable", 400, {})["reason"] == "parameter-missing"
    assert error(shared_server, "POST", "/_cleat/keys/disable", 400, {"access_key_id": ""})["reason"] == "parameter-empty"
    assert error(shared_server, "POST", "/_cleat/keys", 400, {"description": "x" * 257})["reason"] == "parameter-invalid"


def test_keys_and_their_state_survive_a_restart(make_server):
    server = make_server(durable=True)
    made = server.control("POST", "/_cleat/keys", {})
    off = server.control("POST", "/_cleat/keys", {})
    server.control("POST", "/_cleat/keys/disable", {"access_key_id": off["access_key_id"]})
    token = server.token
    server.restart()
    assert server.token == token
    Cloud(server, made["access_key_id"], made["secret"]).DescribeRegions()
    assert Cloud(server, off["access_key_id"], off["secret"]).refused("DescribeRegions") == \
        (400, "InvalidAccessKeyId.Inactive")


def test_dev_key_is_valid_only_while_the_server_was_started_with_it(make_server):
    server = make_server(durable=True)
    Cloud(server).DescribeRegions()
    *stored, held = server.control("GET", "/_cleat/keys")["keys"]
    assert held == {"access_key_id": "cleat", "account": stored[0]["account"], "state": "active", "created_at": "",
                    "description": "development key (--dev-key)"}
    assert "cleat" not in [key["access_key_id"] for key in stored]
    assert server.control("GET", "/_cleat/keys?account=1")["keys"] == []
    server.stop()
    server.flags["dev_key"] = None
    server.start()
    assert server.control("GET", "/_cleat/keys")["keys"] == stored
    assert Cloud(server).refused("DescribeRegions") == (404, "InvalidAccessKeyId.NotFound")


def test_key_with_the_id_of_the_dev_key_is_refused(make_server, tmp_path):
    """The development key would hide it: neither a file brings one, nor is there one in the store."""
    key = {"id": "cleat", "secret": "a-secret-of-its-own"}
    fleet = {"cleat_fleet": 1, "accounts": [{"access_keys": [{"id": "other", "secret": "x" * 20}, key]}]}
    server = make_server(durable=True)
    fault = server.control("POST", "/_cleat/fleet", fleet, status=400)["error"]
    assert fault["reason"] == "fleet-wrong"
    assert "accounts[0].access_keys[1].id" in fault["message"] and "id of the development key" in fault["message"]
    assert len(server.control("GET", "/_cleat/keys")["keys"]) == 2
    (tmp_path / "fleet.json").write_text(json.dumps(fleet), encoding="ascii")
    for flags in ({"fleet": tmp_path / "fleet.json"}, {}):
        other = make_server(durable=True, start=False, **flags)
        if not flags:
            other.flags["dev_key"] = None
            other.start()
            other.control("POST", "/_cleat/fleet", fleet)
            Cloud(other, "cleat", key["secret"]).DescribeRegions()
            other.stop()
            other.flags["dev_key"] = True
        other.start(wait=False)
        assert other.process.wait(20 * SLOWER) == 1
        other.process = None
        assert ("--access-key-id" in other.log) and ("development key" in other.log)


@pytest.mark.parametrize("method, path, body, sentence", [
    ("POST", "/_cleat/faults", {"operation": "DescribeDisks", "effect": "reply-lost", "tims": 5},
     "There is no 'tims'; did you mean 'times'?"),
    ("POST", "/_cleat/keys", {"descripton": "x"}, "There is no 'descripton'; did you mean 'description'?"),
    ("POST", "/_cleat/keys", {"quite": {"different": 1}}, "There is no 'quite'."),
    ("POST", "/_cleat/keys?Account=1", {}, "There is no 'Account'; did you mean 'account'?"),
    ("GET", "/_cleat/jobs?limits=5", None, "There is no 'limits'; did you mean 'limit'?"),
    ("GET", "/_cleat/version?" + "x" * 300, None, "There is no '" + "x" * 64 + "'."),
    ("POST", "/_cleat/fleet?wiat=true", {"cleat_fleet": 1}, "There is no 'wiat'; did you mean 'wait'?"),
    ("POST", "/_cleat/fleet/set?id=d-1", {}, "There is no 'id'."),
])
def test_names_that_nobody_reads_are_refused(shared_server, method, path, body, sentence):
    before = shared_server.control("GET", "/_cleat/faults")
    assert error(shared_server, method, path, 400, body) == {"reason": "parameter-unknown", "message": sentence}
    assert shared_server.control("GET", "/_cleat/faults") == before
    assert shared_server.http("GET", "/healthz?from=balancer")[0] == 200


# ---- clock


def test_clock_that_runs_by_itself_cannot_be_moved(shared_server):
    assert shared_server.control("GET", "/_cleat/clock")["mode"] == "real"
    assert error(shared_server, "POST", "/_cleat/clock/advance", 409, {"milliseconds": 1})["reason"] == "clock-not-manual"


def test_manual_clock_stands_until_it_is_moved(make_server):
    server = make_server(clock="manual")
    before = server.control("GET", "/_cleat/clock")
    assert before["mode"] == "manual"
    assert server.control("GET", "/_cleat/clock") == before
    assert server.advance(1.5) == server.control("GET", "/_cleat/clock")["now"]
    assert server.control("GET", "/_cleat/clock")["now"][-5:] == ".500Z"


@pytest.mark.parametrize("milliseconds", [0, -1, "soon", 10**18, None])
def test_advances_that_are_refused(make_server, milliseconds):
    server = make_server(clock="manual")
    reason = "parameter-missing" if milliseconds is None else "parameter-invalid"
    assert error(server, "POST", "/_cleat/clock/advance", 400, {"milliseconds": milliseconds})["reason"] == reason


def test_one_advance_carries_through_all_that_follows_of_it(slow_cloud):
    """An instance is built, then powered on: both within one advance, each at its time."""
    instance = slow_cloud.make_instance()
    start = slow_cloud.server.control("GET", "/_cleat/clock")["now"]
    slow_cloud.server.advance(3600)
    assert slow_cloud.instance(instance)["Status"] == "Running"
    assert slow_cloud.server.control("GET", "/_cleat/version")["open_jobs"] == 0
    assert start < slow_cloud.server.control("GET", "/_cleat/clock")["now"]


def test_automatic_release_comes_with_the_clock(slow_cloud):
    now = slow_cloud.server.control("GET", "/_cleat/clock")["now"]
    at = f"{int(now[:4]) + 1}{now[4:17]}00Z"
    instance = slow_cloud.make_instance(AutoReleaseTime=at)
    slow_cloud.server.advance(60)
    assert slow_cloud.instance(instance)["AutoReleaseTime"] == at[:16] + "Z"
    slow_cloud.server.advance(364 * 86400)
    assert slow_cloud.instance(instance)["Status"] == "Running"
    slow_cloud.server.advance(3 * 86400)
    slow_cloud.server.advance(10)  # what its release takes
    assert slow_cloud.instance(instance) is None


def test_manual_clock_stands_where_it_stood_after_a_restart(make_server):
    server = make_server(durable=True, clock="manual")
    now = server.advance(86400)
    server.kill9()
    server.start()
    assert server.control("GET", "/_cleat/clock")["now"] == now


# ---- why and jobs


def test_why_tells_what_holds_a_disk(slow_cloud):
    cloud = slow_cloud
    instance, disk = cloud.make_instance(), cloud.make_disk()
    cloud.server.advance(60)
    cloud.AttachDisk(DiskId=disk, InstanceId=instance)
    cloud.server.advance(10)
    cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    cloud.server.advance(15)
    why = cloud.server.control("GET", f"/_cleat/why?disk={disk}")
    assert (why["disk"], why["status"], why["instance"]) == (disk, "detaching", instance)
    (attachment,) = why["attachments"]
    assert (attachment["state"], attachment["device"], attachment["generation"]) == ("detaching", "/dev/xvdb", 1)
    assert any("45.000 s of the manual clock" in sentence for sentence in why["sentences"])
    cloud.server.advance(45)
    why = cloud.server.control("GET", f"/_cleat/why?disk={disk}")
    assert (why["status"], why["instance"], why["attachments"]) == ("available", "", [])
    assert any("last detached at" in sentence for sentence in why["sentences"])


def test_why_of_what_is_not_there(shared_server):
    assert error(shared_server, "GET", "/_cleat/why?disk=d-nothing", 404)["reason"] == "disk-unknown"
    assert error(shared_server, "GET", "/_cleat/why", 400)["reason"] == "parameter-missing"


def test_jobs_by_state_disk_and_instance(slow_cloud):
    cloud = slow_cloud
    instance, disk, other = cloud.make_instance(), cloud.make_disk(), cloud.make_disk()
    cloud.server.advance(60)
    cloud.AttachDisk(DiskId=disk, InstanceId=instance)

    def jobs(**query):
        text = "&".join(f"{name}={value}" for name, value in query.items())
        return [(job["kind"], job["disk"] or job["instance"], job["state"])
                for job in cloud.server.control("GET", "/_cleat/jobs?" + text)["jobs"]]

    assert jobs(state="open") == [("attach", disk, "open")]
    assert jobs(disk=disk) == [("attach", disk, "open"), ("disk-create", disk, "done")]
    assert jobs(disk=other) == [("disk-create", other, "done")]
    assert ("instance-create", instance, "done") in jobs(instance=instance)
    assert len(jobs()) == 4 and len(jobs(limit=2)) == 2
    assert jobs(limit=1) == [("attach", disk, "open")]
    (job,) = cloud.server.control("GET", "/_cleat/jobs?state=open")["jobs"]
    assert job["requested_by"] == "cleat" and job["ended_at"] == ""
    assert error(cloud.server, "GET", "/_cleat/jobs?state=tired", 400)["reason"] == "parameter-invalid"
    assert error(cloud.server, "GET", "/_cleat/jobs?limit=0", 400)["reason"] == "parameter-invalid"


# ---- backup


def test_backup_is_a_data_directory_of_another_server(make_server):
    cloud = Cloud(make_server(durable=True, clock="manual", pace="real"))
    instance, disk = cloud.make_instance(), cloud.make_disk(DiskName="kept")
    cloud.server.advance(60)
    cloud.AttachDisk(DiskId=disk, InstanceId=instance)
    cloud.server.advance(10)
    cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    status, headers, body = cloud.server.http("GET", "/_cleat/backup", headers={BEARER: f"Bearer {cloud.server.token}"})
    assert (status, headers["Content-Type"]) == (200, "application/octet-stream")
    cloud.make_disk(DiskName="later")

    other = make_server(durable=True, start=False, clock="manual", pace="real")
    other.data.mkdir()
    (other.data / "cleat.db").write_bytes(body)
    with sqlite3.connect(other.data / "cleat.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
    copy = Cloud(other.start())
    assert [found for found in cloud.disks() if found["DiskName"] != "later"] == copy.disks()
    copy.server.advance(60)
    assert copy.status(disk) == "Available"
    assert cloud.status(disk) == "Detaching"
    assert list(cloud.server.data.glob("backup*")) == []


def test_backup_while_changes_come_in_is_whole(make_server, tmp_path):
    cloud = Cloud(make_server(durable=True))
    for number in range(5):
        disk, instance = cloud.make_attached()
        cloud.DetachDisk(DiskId=disk, InstanceId=instance)
        _, _, body = cloud.server.http("GET", "/_cleat/backup", headers={BEARER: f"Bearer {cloud.server.token}"})
        copy = tmp_path / f"{number}.db"
        copy.write_bytes(body)
        with sqlite3.connect(copy) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert database.execute("SELECT count(*) FROM disk WHERE type = 'data'").fetchone() == (number + 1,)
        database.close()
