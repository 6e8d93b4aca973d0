"""The data directory: who may use it, full disks, and an orderly end."""

import http.client
import json
import os
import pathlib
import shutil
import socket
import sqlite3
import stat
import subprocess
import threading

import pytest

import cloud as clouds
import signing
from cloud import REGION, SLOWER, ZONE, Cloud, Refused, wait_for

UNAVAILABLE = (503, "ServiceUnavailable")
SCHEMA_FILES = sorted((pathlib.Path(__file__).resolve().parent.parent.parent / "src/stores/schema").glob("*.sql"))
USER_DATA = "eHh4" * 4000  # 16 KB that make a store grow fast


def refuses_to_start(server, *says):
    """It must end by itself with status 1, and say why."""
    server.start(wait=False)
    assert server.process.wait(20 * SLOWER) == 1
    server.process = None
    for each in says:
        assert each in server.log[-4000:]
    assert not server.port_file.exists()


def fill(cloud, kinds=("RunInstances", "CreateDisk")):
    """Makes things until there is no room for the smallest; gives the disks that were acknowledged. The last of the
    kinds is tried until it is refused as well."""
    made = []
    for kind in kinds:
        while True:
            try:
                if kind == "RunInstances":
                    cloud.make_instances(Amount=20, UserData=USER_DATA)
                else:
                    made.append(cloud.make_disk(Description="x" * 200))
            except Refused as refused:
                assert (refused.status, refused.code) == UNAVAILABLE
                break
            assert len(made) < 20000
    return made


def readyz(server):
    status, headers, body = server.http("GET", "/readyz")
    return status, headers, json.loads(body)


def ids(cloud):
    found, token = set(), None
    while token != "":
        reply = cloud.DescribeDisks(MaxResults=500, NextToken=token)
        found |= {disk["DiskId"] for disk in reply["Disks"]["Disk"]}
        token = reply.get("NextToken", "")
    return found


# ---- whose directory it is


def test_second_server_on_a_directory_is_refused(make_server):
    first = make_server(durable=True)
    disk = Cloud(first).make_disk()
    second = make_server(durable=True, start=False)
    second.data = first.data
    refuses_to_start(second, "is in use by another Cleat server", f"process {first.pid}", "stop that one")
    assert Cloud(first).status(disk) == "Available"
    assert (first.data / "endpoint").exists()
    first.kill9()
    second.start()
    assert Cloud(second).status(disk) == "Available"
    second.stop()
    first.process = None


def set_pragma(data, pragma):
    database = sqlite3.connect(data / "cleat.db")
    database.execute("PRAGMA " + pragma)
    database.commit()
    database.close()


def test_store_of_a_newer_version_is_refused_and_left_alone(make_server):
    server = make_server(durable=True)
    disk = Cloud(server).make_disk()
    server.stop()
    database = sqlite3.connect(server.data / "cleat.db")
    (version,) = database.execute("PRAGMA user_version").fetchone()
    database.close()
    set_pragma(server.data, "user_version = 99")
    before = (server.data / "cleat.db").read_bytes()
    refuses_to_start(server, "was written by a newer Cleat (schema 99", "run that version, or put back a backup")
    assert (server.data / "cleat.db").read_bytes() == before
    set_pragma(server.data, f"user_version = {version}")
    server.start()
    assert Cloud(server).status(disk) == "Available"


def schema_of(data):
    database = sqlite3.connect(data / "cleat.db")
    found = {name: sql for name, sql in database.execute("SELECT name, sql FROM sqlite_master")}
    (version,), (application,) = (database.execute(f"PRAGMA {name}").fetchone() for name in ("user_version", "application_id"))
    database.close()
    return found, version, application


@pytest.fixture(scope="module")
def new_schema(make_module_server):
    server = make_module_server(durable=True)
    server.stop()
    return schema_of(server.data)


@pytest.mark.parametrize("version", range(1, len(SCHEMA_FILES) + 1))
def test_store_of_an_older_version_becomes_what_a_new_one_is(make_server, new_schema, version):
    """A new store is made in one go, an older one file by file; both are the same in the end, and serve."""
    server = make_server(durable=True, start=False)
    server.data.mkdir()
    database = sqlite3.connect(server.data / "cleat.db")
    for path in SCHEMA_FILES[:version]:
        database.executescript(path.read_text(encoding="utf-8"))
    database.executescript(f"PRAGMA user_version = {version}; PRAGMA application_id = {new_schema[2]}")
    database.close()
    server.start()
    assert Cloud(server).status(Cloud(server).make_disk()) == "Available"
    server.stop()
    assert schema_of(server.data) == new_schema


def test_database_of_another_program_is_refused_and_left_alone(make_server):
    server = make_server(durable=True, start=False)
    server.data.mkdir()
    database = sqlite3.connect(server.data / "cleat.db")
    database.execute("CREATE TABLE precious (value)")
    database.commit()
    database.close()
    before = (server.data / "cleat.db").read_bytes()
    refuses_to_start(server, "is a database of another program: choose another directory")
    assert (server.data / "cleat.db").read_bytes() == before


def test_file_that_is_no_database_is_refused_and_left_alone(make_server):
    server = make_server(durable=True, start=False)
    server.data.mkdir()
    (server.data / "cleat.db").write_bytes(b"something else entirely\n" * 1000)
    refuses_to_start(server, "cleat.db")
    assert (server.data / "cleat.db").read_bytes() == b"something else entirely\n" * 1000


def test_everything_is_there_after_a_restart(make_server):
    server = make_server(durable=True, clock="manual", pace="real")
    cloud = Cloud(server)
    instance = cloud.make_instance(**{"DataDisk.1.Size": 20, "Tag.1.Key": "k", "Tag.1.Value": "v"})
    disk, _ = cloud.make_disk(**{"Tag.1.Key": "k", "Tag.1.Value": "v"}), cloud.make_disk()
    server.advance(60)
    cloud.AttachDisk(DiskId=disk, InstanceId=instance)
    server.advance(5)

    def everything():
        return cloud.disks(), cloud.instances(), server.control("GET", "/_cleat/jobs?limit=1000")

    before = everything()
    for end in (server.stop, server.kill9):
        end()
        server.start()
        assert everything() == before
    server.advance(5)
    assert cloud.status(disk) == "In_use"


# ---- first start


def test_first_start_makes_a_key_that_works_in_a_file_of_its_own(make_server):
    server = make_server(durable=True, dev_key=False)
    file = server.data / "access_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = dict(line.split("=", 1) for line in file.read_text("ascii").splitlines())
    cloud = Cloud(server, key["access_key_id"], key["access_key_secret"])
    disk = cloud.make_disk()
    assert str(file) in server.log and key["access_key_secret"] not in server.log
    assert Cloud(server).refused("DescribeRegions") == (404, "InvalidAccessKeyId.NotFound")
    before = file.read_text("ascii")
    server.restart()
    assert file.read_text("ascii") == before
    assert cloud.status(disk) == "Available"


def test_files_of_the_data_directory_are_for_their_owner_only(make_server):
    server = make_server(durable=True)
    Cloud(server).make_disk()
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in server.data.iterdir()}
    assert {"cleat.db", "cleat.db-wal", "control_token"} <= set(modes)
    assert {name for name, mode in modes.items() if mode & 0o077} <= {"endpoint"}
    assert len(server.token) >= 32


def test_dev_key_is_for_loopback_unless_it_is_a_pair_of_ones_own(make_server):
    refuses_to_start_early = make_server(start=False, listen="0.0.0.0:0")
    refuses_to_start_early.start(wait=False)
    assert refuses_to_start_early.process.wait(20 * SLOWER) != 0
    refuses_to_start_early.process = None
    assert "--dev-key has a secret that everybody knows" in refuses_to_start_early.log
    pair = {"CLEAT_ACCESS_KEY_ID": "mine", "CLEAT_ACCESS_KEY_SECRET": "my-own"}
    server = make_server(listen="0.0.0.0:0", env=pair)
    Cloud(server, "mine", "my-own").DescribeRegions()
    assert Cloud(server).refused("DescribeRegions") == (404, "InvalidAccessKeyId.NotFound")


def test_ephemeral_server_leaves_nothing(make_server, tmp_path):
    server = make_server(env={"TMPDIR": tmp_path})
    Cloud(server).make_disk()
    assert len(list(tmp_path.iterdir())) == 1
    server.stop()
    assert not list(tmp_path.iterdir())


# ---- no room: the largest size of the database


def test_database_at_its_largest_size(make_server):
    server = make_server(durable=True, max_store_bytes=1500000, log_level="warning")
    cloud = Cloud(server)
    first, instance = cloud.make_attached()
    made = fill(cloud)
    assert made

    # Writes are refused, with a word of when to try again; reads go on; the health page says why.
    reply = cloud.raw("CreateDisk", {"RegionId": REGION, "ZoneId": ZONE, "Size": 20})
    assert reply.fault == (503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server: "
                                                      "its disk is full.")
    assert reply.headers["retry-after"] == "1"
    status, headers, body = readyz(server)
    assert status == 503 and headers["Retry-After"] == "1"
    assert body["error"]["reason"] == "store-full"
    assert "the database has reached its largest size" in body["error"]["message"]
    assert server.http("GET", "/healthz")[0] == 200
    assert cloud.status(first) == "In_use"
    assert set(made) <= ids(cloud)
    assert cloud.DescribeDisks(DiskType="data")["TotalCount"] == len(made) + 1
    assert (server.data / "cleat.db").stat().st_size <= 1500000

    # Refused means that nothing was done, after a restart as well.
    everything = ids(cloud)
    server.kill9()
    server.start(wait=False)
    wait_for(server.port_file.exists, "it starts all the same")
    server.port = int(server.port_file.read_text())
    assert ids(cloud) == everything

    # With more room all goes on.
    server.stop()
    server.flags["max_store_bytes"] = 0
    server.start()
    assert readyz(server)[0] == 200
    cloud.DetachDisk(DiskId=first, InstanceId=instance)
    assert cloud.status(first) == "Available"
    assert set(made) <= ids(cloud)
    cloud.make_disk()


def test_deletion_without_room_is_done_or_refused_but_nothing_between(make_server):
    """It writes as well: a job, which is remembered."""
    server = make_server(durable=True, max_store_bytes=1500000, log_level="warning")
    cloud = Cloud(server)
    made = fill(cloud)
    deleted = 0
    for disk in made:
        try:
            cloud.DeleteDisk(DiskId=disk)
            deleted += 1
        except Refused as refused:
            assert (refused.status, refused.code) == UNAVAILABLE
    assert cloud.DescribeDisks(DiskType="data")["TotalCount"] == len(made) - deleted


def test_work_under_way_ends_once_there_is_room(make_server):
    """What was accepted before the disk was full is not forgotten, and a restart meanwhile does no harm."""
    server = make_server(durable=True, max_store_bytes=1500000, log_level="warning", clock="manual", pace="real")
    cloud = Cloud(server)
    instance, disk = cloud.make_instance(), cloud.make_disk()
    server.advance(60)
    cloud.AttachDisk(DiskId=disk, InstanceId=instance)
    server.advance(10)
    cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    fill(cloud)
    assert readyz(server)[0] == 503
    assert cloud.status(disk) == "Detaching"
    server.kill9()
    server.flags["max_store_bytes"] = 0
    server.start()
    server.advance(60)
    assert cloud.status(disk) == "Available"
    assert server.control("GET", "/_cleat/version")["open_jobs"] == 0


def test_full_server_with_work_under_way_starts_and_serves_reads(make_server):
    server = make_server(durable=True, max_store_bytes=1500000, log_level="warning", clock="manual", pace="real")
    cloud = Cloud(server)
    instance, disk = cloud.make_instance(), cloud.make_disk()
    server.advance(60)
    fill(cloud)
    server.kill9()
    server.start(wait=False)
    wait_for(lambda: server.port_file.exists() or server.process.poll() is not None, "it starts or ends")
    assert server.process.poll() is None, server.log[-2000:]
    server.port = int(server.port_file.read_text())
    assert cloud.status(disk) == "Available" and cloud.instance(instance)["Status"] == "Running"


# ---- no room: a file system of a few MiB


class SmallDisk:
    """A file system in memory, in a mount namespace of its own. Commands run in it with `words` before them; from
    outside its files are below `root`."""

    def __init__(self, folder, size):
        self.mount = folder / "small"
        self.mount.mkdir()
        self.holder = subprocess.Popen(
            ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size="$0" tmpfs "$1" && echo ready && exec sleep 3600',
             size, self.mount], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.holder.stdout.readline() != "ready\n":
            reason = self.holder.communicate()[1].strip()
            pytest.skip(f"no file system can be mounted here: {reason}")
        self.words = ["nsenter", f"--target={self.holder.pid}", "--user", "--mount", "--preserve-credentials"]
        self.root = pathlib.Path(f"/proc/{self.holder.pid}/root{self.mount}")

    def finish(self):
        self.holder.kill()
        self.holder.communicate()

    def fill(self, leave=0):
        """Takes all that is left, but for some bytes."""
        with open(self.root / "filler", "ab", buffering=0) as filler:
            left = os.statvfs(self.root)
            try:
                filler.write(b"x" * max(left.f_bavail * left.f_frsize - leave, 0))
                while not leave:
                    filler.write(b"x" * 4096)
            except OSError:
                pass

    def free(self):
        (self.root / "filler").unlink()


@pytest.fixture
def small_disk(tmp_path):
    if not shutil.which("unshare") or not shutil.which("nsenter"):
        pytest.skip("needs unshare and nsenter")
    made = []

    def make(size="8m"):
        made.append(SmallDisk(tmp_path, size))
        return made[-1]

    yield make
    for disk in made:
        disk.finish()


def serve_on(disk, make_server, **flags):
    server = make_server(start=False, durable=True, log_level="warning", **flags)
    server.data = disk.mount / "data"
    server.token_file = server.folder / "control_token"
    server.flags["control_token_file"] = server.token_file
    plain = server.command
    server.command = lambda: [*disk.words, *plain()]
    return server.start()


@pytest.mark.parametrize("min_free, leave, says", [("0", 0, "the file system is full"),
                                                   ("1M", 900000, "less than 1048576 bytes are free on the file system")])
def test_full_file_system(make_server, small_disk, min_free, leave, says):
    disk = small_disk()
    server = serve_on(disk, make_server, min_free_bytes=min_free)
    cloud = Cloud(server)
    attached, instance = cloud.make_attached()
    made = [cloud.make_disk() for _ in range(50)]
    disk.fill(leave)

    def write():
        reply = cloud.raw("CreateDisk", {"RegionId": REGION, "ZoneId": ZONE, "Size": 20})
        if reply.status == 200:
            made.append(reply.json["DiskId"])
            return False
        assert reply.fault[:2] == UNAVAILABLE
        return True

    wait_for(write, "a write is refused")
    assert [write() for _ in range(20)] == [True] * 20
    status, _, body = readyz(server)
    assert (status, body["error"]["reason"]) == (503, "store-full")
    assert says in body["error"]["message"]
    assert cloud.status(attached) == "In_use"
    assert set(made) <= ids(cloud)
    disk.free()
    wait_for(lambda: readyz(server)[0] == 200, "room is noticed")
    cloud.DetachDisk(DiskId=attached, InstanceId=instance)
    assert cloud.status(attached) == "Available"
    everything = {*made, attached, cloud.system_disk(instance)}
    assert ids(cloud) == everything
    server.kill9()
    server.start()
    assert ids(cloud) == everything


def test_kill_on_a_full_file_system_loses_nothing(make_server, small_disk):
    disk = small_disk()
    server = serve_on(disk, make_server, min_free_bytes=0)
    cloud = Cloud(server)
    made = {cloud.make_disk() for _ in range(20)}
    disk.fill()
    made |= set(fill(cloud))
    server.kill9()
    disk.free()
    server.start()
    assert ids(cloud) == made


def test_every_request_is_answered_while_the_disk_fills(make_server, small_disk):
    """Also one whose change was written, and whose work then found no room."""
    disk = small_disk()
    server = serve_on(disk, make_server, min_free_bytes=0)
    cloud = Cloud(server, timeout=15)
    attached, instance = cloud.make_attached()
    for _ in range(12):
        disk.fill()
        for _ in range(3):
            for operation in ("DetachDisk", "AttachDisk"):
                reply = cloud.raw(operation, {"DiskId": attached, "InstanceId": instance})
                assert reply.status in (200, 503) or reply.fault[1] in (
                    "InvalidOperation.DiskDetachingFromThisEcs", "IncorrectDiskStatus", "InvalidDisk.AlreadyDetached")
        disk.free()
        wait_for(lambda: readyz(server)[0] == 200, "room is noticed")
    wait_for(lambda: server.control("GET", "/_cleat/version")["open_jobs"] == 0, "every job ends")
    assert cloud.status(attached) in ("In_use", "Available")


# ---- SIGTERM


def test_end_under_load_loses_nothing_that_was_acknowledged(make_server):
    server = make_server(durable=True)
    setup = Cloud(server)
    pairs = [setup.make_attached() for _ in range(8)]
    states, stopped = {disk: "In_use" for disk, _ in pairs}, threading.Event()
    maybe, ended = {}, []

    def work(disk, instance):
        client = Cloud(server)
        try:
            while True:
                operation, state = ("DetachDisk", "Available") if states[disk] == "In_use" else ("AttachDisk", "In_use")
                maybe[disk] = state
                client.call(operation, DiskId=disk, InstanceId=instance)
                states[disk] = state
                del maybe[disk]
        except (OSError, http.client.HTTPException):
            assert stopped.is_set()
        except Refused as refused:  # the last words of a server that takes no more changes
            assert stopped.is_set() and (refused.status, refused.code) == UNAVAILABLE
            del maybe[disk]
        finally:
            client.close()
        ended.append(disk)

    threads = [threading.Thread(target=work, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    wait_for(lambda: server.control("GET", "/_cleat/version")["changes"] > 500, "load")
    stopped.set()
    process = server.process
    server.stop(seconds=12)
    for thread in threads:
        thread.join()
    assert len(ended) == len(pairs)
    assert process.returncode == 0
    assert not (server.data / "endpoint").exists()
    server.start()
    wait_for(lambda: server.control("GET", "/_cleat/version")["open_jobs"] == 0, "every job ends")
    cloud = Cloud(server)
    for disk, _ in pairs:
        assert cloud.status(disk) in {states[disk], maybe.get(disk, states[disk])}


def test_end_while_work_is_under_way(make_server):
    """Pace real: nobody waits for it, the jobs go on at the next start."""
    server = make_server(durable=True, pace="real", clock="manual")
    cloud = Cloud(server)
    instance, disk = cloud.make_instance(), cloud.make_disk()
    server.stop(seconds=3)
    server.start()
    assert cloud.status(disk) == "Creating"
    server.advance(60)
    assert (cloud.status(disk), cloud.instance(instance)["Status"]) == ("Available", "Running")


def test_reply_that_is_being_read_is_finished(make_server):
    """A backup of some MB, of which the client has read nothing when SIGTERM comes."""
    server = make_server(durable=True)
    cloud = Cloud(server)
    for _ in range(8):
        cloud.make_instances(Amount=100, UserData=USER_DATA)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(20 * SLOWER)
        connection.connect(("127.0.0.1", server.port))
        connection.sendall(f"GET /_cleat/backup HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\n\r\n"
                           .encode())
        head = connection.recv(1)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        wait_for(lambda: '"stopping"' in server.log, "it is asked to end")
        with connection.makefile("rb") as stream:
            text = head + stream.readline()
            assert text == b"HTTP/1.1 200 OK\r\n"
            headers = http.client.parse_headers(stream)
            length = int(headers["Content-Length"])
            assert length > 8_000_000
            body = stream.read(length)
    stopping.join()
    assert len(body) == length and body.startswith(b"SQLite format 3\0")
    assert server.process is None


def test_connections_that_wait_do_not_delay_the_end(make_server):
    server = make_server()
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
    idle[0].sendall(b"GET / HT")
    idle[1].sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
    Cloud(server).DescribeRegions()
    server.stop(seconds=3)
    for connection in idle:
        connection.settimeout(5)
        assert connection.recv(1) == b""
        connection.close()


def test_each_of_many_ends_is_orderly(make_server):
    """Threads that serve connections end in any order; none of them may bring the others down."""
    server = make_server(threads=16)
    for _ in range(100):
        server.restart()


def test_connections_that_come_at_the_end_are_closed(make_server):
    """While the last reply is read nobody else is left waiting."""
    server = make_server(durable=True)
    for _ in range(8):
        Cloud(server).make_instances(Amount=100, UserData=USER_DATA)
    with socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(("127.0.0.1", server.port))
        reader.sendall(f"GET /_cleat/backup HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\n\r\n".encode())
        assert reader.recv(1) == b"H"
        process = server.process
        process.terminate()
        wait_for(lambda: '"stopping"' in server.log, "it is asked to end")

        def refused():
            try:
                with socket.create_connection(("127.0.0.1", server.port), timeout=5 * SLOWER) as late:
                    late.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                    return late.recv(1) == b""
            except ConnectionError:
                return True

        wait_for(refused, "it takes no more connections")
        assert process.poll() is None
    server.stop()


def test_port_can_be_used_again_at_once(make_server):
    server = make_server()
    client = Cloud(server)
    client.DescribeRegions()
    server.flags["listen"] = server.endpoint
    for _ in range(3):
        server.restart()
        client.DescribeRegions()


def test_port_in_use_is_told(make_server):
    first = make_server()
    second = make_server(start=False, listen=first.endpoint)
    refuses_to_start(second, f"cannot listen on 127.0.0.1 port {first.port}")


def test_signing_clock_is_not_the_clouds_after_years_of_manual_time(make_server):
    """A store that lived by a manual clock ahead of the machine's serves on with the real one."""
    server = make_server(durable=True, clock="manual")
    server.advance(300 * 86400)
    disk = Cloud(server).make_disk()
    server.stop()
    server.flags["clock"] = "real"
    server.start()
    cloud = Cloud(server)
    assert cloud.status(disk) == "Available"
    later = cloud.make_disk()
    assert cloud.disk(later)["CreationTime"] >= cloud.disk(disk)["CreationTime"]
    reply = cloud.send("GET", "/?" + signing.encode_all(signing.v1_sign("GET", signing.v1_common("DescribeRegions"))))
    assert reply.status == 200


def test_umask_and_environment_do_not_matter(make_server):
    """Secrets stay secret under the laxest umask."""
    before = os.umask(0)
    try:
        server = make_server(durable=True, dev_key=False)
    finally:
        os.umask(before)
    for name in ("access_key", "control_token", "cleat.db"):
        assert stat.S_IMODE((server.data / name).stat().st_mode) == 0o600
    assert clouds.REGION in server.control("GET", "/_cleat/version")["regions"]
