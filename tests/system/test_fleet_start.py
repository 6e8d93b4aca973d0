"""A server that begins with a fleet, one that is killed while it loads one, and the commands for it."""

import http.client
import json
import threading
import time

import pytest

from cloud import Cloud, dump_fleet, fleet_of, load_fleet

FLEET = fleet_of(id="1000000000000001", instances=[{"id": "i-instanceid1"}],
                 disks=[{"id": "d-diskid1", "attachments": [{"instance": "i-instanceid1"}]}],
                 access_keys=[{"id": "own", "secret": "own-secret"}])


@pytest.fixture
def file(tmp_path):
    """file(fleet) -> a path with it."""

    def write(fleet, name="fleet.json"):
        path = tmp_path / name
        path.write_text(fleet if isinstance(fleet, str) else json.dumps(fleet), encoding="utf-8")
        return path

    return write


def events(server, name):
    return [line for line in map(json.loads, filter(lambda line: line.startswith("{"), server.log.splitlines()))
            if line["event"] == name]


@pytest.mark.parametrize("durable", [False, True])
def test_first_start_loads_the_fleet(make_server, file, durable):
    server = make_server(durable=durable, fleet=file(FLEET))
    for cloud in (Cloud(server), Cloud(server, "own", "own-secret")):  # the development key is the first account's
        assert cloud.status("d-diskid1") == "In_use"
    assert [each["id"] for each in json.loads(dump_fleet(server))["accounts"]] == ["1000000000000001"]
    assert not durable or not (server.data / "access_key").exists()
    Cloud(server).DetachDisk(DiskId="d-diskid1", InstanceId="i-instanceid1")
    assert Cloud(server).status("d-diskid1") == "Available"


def test_fleet_without_keys_gets_one(make_server, file):
    server = make_server(durable=True, dev_key=False, fleet=file(fleet_of(disks=[{"id": "d-1"}])))
    lines = dict(line.split("=", 1) for line in (server.data / "access_key").read_text(encoding="ascii").splitlines())
    assert Cloud(server, lines["access_key_id"], lines["access_key_secret"]).disk("d-1")


def test_fleet_without_accounts_gets_one(make_server, file):
    server = make_server(fleet=file({"cleat_fleet": 1, "catalogue": {"images": [{"id": "m-1"}]}}))
    assert Cloud(server).make_instance(ImageId="m-1")


def test_later_start_keeps_the_state(make_server, file):
    path = file(FLEET)
    server = make_server(durable=True, fleet=path)
    Cloud(server).DetachDisk(DiskId="d-diskid1", InstanceId="i-instanceid1")
    server.restart()
    assert Cloud(server).status("d-diskid1") == "Available"
    (line,) = events(server, "fleet")
    assert line["because"] == "the store was begun with this file" and line["to_load_it"] == "cleat fleet load FILE"
    path.write_text("{", encoding="ascii")
    server.restart()
    assert events(server, "fleet")[1]["because"] == "the file has changed since the store was begun with it"
    path.unlink()
    server.restart()
    assert events(server, "fleet")[2]["because"] == "the file cannot be read"


def test_store_that_was_begun_without_a_fleet_keeps_its_state(make_server, file):
    server = make_server(durable=True)
    disk = Cloud(server).make_disk()
    server.stop()
    server.flags["fleet"] = file(FLEET)
    server.start()
    assert Cloud(server).status(disk) == "Available" and Cloud(server).disk("d-diskid1") is None
    assert events(server, "fleet")[0]["because"] == "the store was begun without a fleet"


@pytest.mark.parametrize("text, says", [
    ("{", "fleet.json: this is no JSON: "),
    ('{"cleat_fleet": 1,\n "accounts": [{"disks":\n [{"portabel": 1}]}]}',
     'fleet.json: line 3: accounts[0].disks[0].portabel: there is no such member; did you mean "portable"?'),
    ('{"cleat_fleet": 1,\n "accounts": [{"disks": [\n{"zone": "mars-b"}]}]}',
     'fleet.json: line 3: accounts[0].disks[0].zone: there is no zone "mars-b"'),
    (None, "cannot read the fleet"),
    (" " * 3000, "has more than 2048 bytes (--max-fleet-bytes)"),
])
def test_wrong_fleet_is_no_start(make_server, file, tmp_path, text, says):
    path = file(text) if text is not None else tmp_path / "nothing.json"
    server = make_server(durable=True, start=False, fleet=path, max_fleet_bytes=2048)
    server.start(wait=False)
    assert server.process.wait(20) == 1
    server.process = None
    assert says in server.log
    server.flags["fleet"] = file(FLEET)
    server.start()  # nothing of the wrong one was kept
    assert Cloud(server).status("d-diskid1") == "In_use"


# ---- kill -9


def big_fleet(name, n):
    return json.dumps(fleet_of(
        id="1000000000000001", access_keys=[{"id": "own", "secret": "own-secret"}],
        instances=[{"id": f"i-{name}-{i}"} for i in range(n // 10)],
        disks=[{"id": f"d-{name}-{i}", "attachments": [{"instance": f"i-{name}-{i % (n // 10)}"}]} for i in range(n)]))


def test_kill_in_the_middle_of_a_load_leaves_all_or_nothing(make_server):
    server = make_server(durable=True)
    fleets = {name: big_fleet(name, 500) for name in ("a", "b")}
    load_fleet(server, fleets["a"])
    began = time.monotonic()
    load_fleet(server, fleets["b"])
    took, seen = time.monotonic() - began, set()

    def load(fleet):
        try:
            load_fleet(server, fleet)
        except (OSError, http.client.HTTPException):
            pass  # the server is gone

    for number in range(40):  # a machine that has much to do needs more of them until a load was through in time
        if number >= 12 and seen == {"a", "b"}:
            break
        thread = threading.Thread(target=load, args=[fleets["ab"[number % 2]]])
        thread.start()
        time.sleep(took * number / 8)
        server.kill9()
        thread.join()
        server.start()
        cloud = Cloud(server, "own", "own-secret")
        names = {each["DiskId"].split("-")[1] for each in cloud.disks(DiskType="data")}
        assert len(names) == 1
        assert cloud.DescribeDisks(DiskType="data")["TotalCount"] == 500
        assert cloud.DescribeInstances()["TotalCount"] == 50
        (name,) = names
        seen.add(name)
        cloud.DetachDisk(DiskId=f"d-{name}-7", InstanceId=f"i-{name}-7")  # the simulator knows the same as the store
        assert cloud.status(f"d-{name}-7") == "Available"
        cloud.AttachDisk(DiskId=f"d-{name}-7", InstanceId=f"i-{name}-7")
    assert seen == {"a", "b"}


# ---- commands


def test_commands(cleat, make_server, file, tmp_path):
    server = make_server(durable=True)
    where = ["--data", server.data]
    done = cleat("fleet", "load", file(FLEET), *where)
    assert (done.returncode, done.stdout) == (0, "loaded: accounts 1, instances 1, disks 2, snapshots 0, faults 0\n"), done
    first = cleat("fleet", "dump", "--secrets", *where).stdout
    assert '"secret": "own-secret"' in first and "own-secret" not in cleat("fleet", "dump", *where).stdout
    assert cleat("fleet", "load", file(first, "dump.json"), *where).returncode == 0
    assert cleat("fleet", "dump", "--secrets", *where).stdout == first
    assert json.loads(cleat("fleet", "dump", "--account", "1000000000000001", *where).stdout)["accounts"][0]["disks"]

    wrong = cleat("fleet", "load", file('{"cleat_fleet": 1,\n"accounts": [{"id": "1",\n"name": 1, "x": 2}]}', "wrong.json"), *where)
    assert wrong.returncode == 1 and not wrong.stdout
    assert wrong.stderr.splitlines() == [f"{tmp_path / 'wrong.json'}: line 3: accounts[0].name: this must be a text",
                                         f"{tmp_path / 'wrong.json'}: line 3: accounts[0].x: there is no such member",
                                         "cleat fleet load: nothing was changed"]
    missing = cleat("fleet", "load", tmp_path / "missing.json", *where)
    assert missing.returncode == 1 and "No such file" in missing.stderr
    assert "There is no account 9" in cleat("fleet", "dump", "--account", "9", *where).stderr

    done = cleat("fleet", "reset", *where)
    assert (done.returncode, done.stdout) == (0, "removed: accounts 3, instances 1, disks 2, snapshots 0, faults 0\n"), done
    # One of the development key in each cloud.
    assert json.loads(cleat("fleet", "reset", "--json", *where).stdout) == \
        {"accounts": 3, "instances": 0, "disks": 0, "snapshots": 0, "faults": 0}


def test_set_command(cleat, make_server, file):
    server = make_server(durable=True, fleet=file(FLEET))

    def change(*words, status=0):
        done = cleat("fleet", "set", *words, "--data", server.data)
        assert done.returncode == status, done
        return done

    cloud = Cloud(server)
    change("i-instanceid1", "locks=security,financial", "deletion_protection=true")
    assert [each["LockReason"] for each in cloud.instance("i-instanceid1")["OperationLocks"]["LockReason"]] == \
        ["security", "financial"]
    change("i-instanceid1", "locks=")
    assert cloud.instance("i-instanceid1")["OperationLocks"]["LockReason"] == []
    assert json.loads(change("d-diskid1", "overdue=true", "--json").stdout) == {"kind": "disk", "id": "d-diskid1"}
    assert cloud.refused("DetachDisk", DiskId="d-diskid1", InstanceId="i-instanceid1") == (403, "IncorrectDiskStatus")
    wrong = change("d-diskid1", "overdue=perhaps", "size=1", status=1).stderr.splitlines()
    assert wrong[0] == "d-diskid1: set.overdue: this must be true or false" and "d-diskid1: set.size: this cannot" in wrong[1]
    assert "There is no account, instance, disk, load balancer or database instance d-none." in change("d-none", "overdue=true", status=1).stderr
    assert "write NAME=VALUE" in change("d-diskid1", "overdue", status=2).stderr


def test_guest_commands(cleat, make_server, file):
    server = make_server(durable=True)
    where, names = ["--data", server.data], ["d-diskid1", "i-instanceid1"]
    load_fleet(server, {**FLEET, "accounts": [{**FLEET["accounts"][0], "safe_detach": True}]})
    cloud = Cloud(server, "own", "own-secret")

    def guest(*words):
        done = cleat("guest", words[0], *names, *words[1:], *where)
        assert done.returncode == 0, done

    def detach():
        cloud.DetachDisk(DiskId=names[0], InstanceId=names[1])
        return cloud.status(names[0])

    guest("mount", "--at", "/data", "--by", "postgres[312]")
    assert detach() == "In_use"
    assert "/data is mounted, used by postgres[312]" in cleat("why", names[0], *where).stdout
    guest("umount")
    guest("io", "--by", "dd[7]")
    assert detach() == "In_use"
    assert "dd[7] reads or writes the disk" in cleat("why", names[0], *where).stdout
    guest("io", "--off")
    guest("silent")
    assert detach() == "Detaching"
    guest("silent", "--off")
    assert cloud.status(names[0]) == "Available"
    gone = cleat("guest", "mount", *names, *where)
    assert gone.returncode == 1 and "The disk d-diskid1 is not attached to the instance i-instanceid1." in gone.stderr
    for words in (["silent", "--off", "--after", "1s"], ["silent", "--after", "soon"], ["io", "--off", "--by", "x"],
                  ["mount", "--at", ""]):
        assert cleat("guest", words[0], *names, *words[1:], *where).returncode == 2
