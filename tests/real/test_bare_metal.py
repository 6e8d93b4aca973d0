"""Bare metal servers: volumes are exports of real daemons, and the servers real clients of NBD that speak TLS with their keys."""

import contextlib
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import tempfile
import threading
import time

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException

from bare_metal import WINDOWS, refused
from cloud import Cloud
from guests import fleet_file
from huawei_real import RealBareMetal, RealHuawei
from libvirtd import wait_for
from test_huawei_story import IMAGE

CLIENT = pathlib.Path(__file__).with_name("nbd_client.py")
PLACE = {"RegionId": "cn-hangzhou", "ZoneId": "cn-hangzhou-h"}
PORTS = 40


def free_ports():
    """A row of ports that nobody listens on, below those that the system gives to clients."""
    while True:
        first = random.randrange(20000, 32000)
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            for port in range(first, first + PORTS):
                stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return f"{first}-{first + PORTS - 1}"


class Metal:
    def __init__(self, server, folder):
        self.server, self.cloud, self.folder = server, Cloud(server), folder
        self.clients = []

    def run(self):
        (instance,) = self.cloud.make_instances(**{"SystemDisk.Category": "cloud_essd"})
        wait_for(lambda: self.cloud.instance(instance)["Status"] == "Running", f"{instance} is Running")
        return instance

    def disk(self, **more):
        disk = self.cloud.CreateDisk(**{**PLACE, "Size": 1, "DiskCategory": "cloud_essd", "PerformanceLevel": "PL0", **more})["DiskId"]
        self.wait(disk, "Available")
        return disk

    def attached(self, instance):
        disk = self.disk()
        self.attach(disk, instance)
        return disk

    def attach(self, disk, instance):
        self.cloud.AttachDisk(DiskId=disk, InstanceId=instance)
        self.wait(disk, "In_use")

    def detach(self, disk, instance):
        self.cloud.DetachDisk(DiskId=disk, InstanceId=instance)
        self.wait(disk, "Available")

    def wait(self, disk, status):
        wait_for(lambda: self.cloud.status(disk) == status, f"{disk} is {status}")

    def why(self, disk):
        return " ".join(self.server.control("GET", f"/_cleat/why?disk={disk}")["sentences"])

    def connection(self, instance):
        return self.server.control("GET", f"/_cleat/connection?instance={instance}")

    def uri(self, disk, instance, connection=None, user=None):
        c = connection or self.connection(instance)
        psk = self.folder / f"{c['key'][:16]}.psk"
        psk.write_text(f"{user or c['user']}:{c['key']}\n", encoding="ascii")
        if c["address"]:
            return f"nbds://{user or c['user']}@{c['address']}:{c['port']}/{disk}?tls-psk-file={psk}"
        return f"nbds+unix://{c['user']}@/{disk}?socket={c['socket']}&tls-psk-file={psk}"

    def client(self, uri, *words):
        process = subprocess.Popen(["/usr/bin/python3", CLIENT, uri, *map(str, words)], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.clients.append(process)
        return process

    def ask(self, uri, *words):
        """What a client prints that ends by itself; a refusal begins so."""
        out, error = self.client(uri, *words).communicate("", timeout=60)
        return out.strip() or error.strip()

    def open(self, uri, command):
        client = self.client(uri, command)
        assert client.stdout.readline().strip() in ("holding", "writing"), client.stderr.read()
        return client

    def pid(self, instance):
        return int((self.folder / "nbd" / "servers" / instance / "pid").read_text(encoding="ascii"))

    def exported(self, instances, disks):
        """Pairs that a client gets connected."""
        return {(i, d) for i in instances for d in disks if self.ask(self.uri(d, i), "size").isdigit()}

    def attachments(self):
        return {(d["InstanceId"], d["DiskId"]) for d in self.cloud.disks(DiskType="data") if d["Status"] == "In_use"}

    def settle(self):
        wait_for(lambda: not self.server.control("GET", "/_cleat/jobs?state=open")["jobs"], "all jobs have ended")

    def finish(self):
        """The server first: it would bring its daemons back."""
        self.server.stop()
        for client in self.clients:
            client.kill()
            client.communicate()
        for folder in (self.folder / "nbd" / "servers").glob("*"):
            with contextlib.suppress(OSError, ValueError):
                os.kill(int((folder / "pid").read_text(encoding="ascii")), signal.SIGKILL)


@pytest.fixture(scope="module")
def make_metal(make_module_server, tmp_path_factory):
    made = []

    def make(listen=True, **flags):
        folder = tmp_path_factory.mktemp("metal")
        settings = f"nbd={folder}/nbd" + (f",listen=127.0.0.1,ports={free_ports()}" if listen else "")
        made.append(Metal(make_module_server(durable=True, driver=settings, **flags), folder))
        return made[-1]

    yield make
    for metal in made:
        metal.finish()


@pytest.fixture(scope="module")
def metal(make_metal):
    return make_metal()


@pytest.fixture(scope="module")
def server_one(metal):
    return metal.run()


@pytest.fixture(scope="module")
def server_two(metal):
    return metal.run()


def written(metal, disk, instance):
    """Records that a client wrote and left."""
    writer = metal.open(metal.uri(disk, instance), "write")
    wait_for(lambda: metal_writes(metal, disk), "something was written")
    return int(writer.communicate("", timeout=60)[0])


def metal_writes(metal, disk):
    return (metal.folder / "nbd" / "disks" / f"{disk}.raw").stat().st_blocks > 8


def test_disk_moves_from_server_to_server(metal, server_one, server_two):
    disk = metal.attached(server_one)
    n = written(metal, disk, server_one)
    holder = metal.open(metal.uri(disk, server_one), "hold")
    metal.cloud.DetachDisk(DiskId=disk, InstanceId=server_one)
    wait_for(lambda: "disk-in-use-by-guest" in metal.why(disk), "the detach is refused")
    assert f"the server {server_one} is connected to its export {disk}" in metal.why(disk)
    assert metal.cloud.status(disk) == "In_use" and holder.poll() is None
    holder.communicate("", timeout=60)
    metal.detach(disk, server_one)
    assert "no export named" in metal.ask(metal.uri(disk, server_one), "size")
    metal.attach(disk, server_two)
    assert metal.ask(metal.uri(disk, server_two), "check", n) == "0" and n > 0
    metal.detach(disk, server_two)


def test_fence_loses_nothing_that_was_acknowledged(metal, server_one, server_two):
    disk = metal.attached(server_one)
    writer = metal.open(metal.uri(disk, server_one), "write")
    wait_for(lambda: metal_writes(metal, disk), "something was written")
    metal.server.control("POST", "/_cleat/fence", {"disk": disk, "instance": server_one})
    metal.wait(disk, "Available")
    out, error = writer.communicate(timeout=60)
    assert "cut off" in error and int(out) > 0
    assert metal.ask(metal.uri(disk, server_one), "size").startswith("refused")
    metal.attach(disk, server_two)
    assert metal.ask(metal.uri(disk, server_two), "check", int(out)) == "0"
    metal.detach(disk, server_two)


def test_credentials_open_their_own_server_alone(metal, server_one, server_two):
    disk = metal.attached(server_one)
    one, two = metal.connection(server_one), metal.connection(server_two)
    assert one["key"] != two["key"] and len(one["key"]) == 64 and one["port"] != two["port"]
    assert metal.ask(metal.uri(disk, server_one), "size") == str(1 << 30)
    stolen = {**one, "user": two["user"], "key": two["key"]}
    assert metal.ask(metal.uri(disk, server_one, stolen), "size").startswith("refused")
    assert metal.ask(metal.uri(disk, server_one, {**one, "key": two["key"]}), "size").startswith("refused")
    assert metal.ask(metal.uri(disk, server_two), "size").startswith("refused")  # its own daemon does not have it
    assert "requires TLS" in metal.ask(f"nbd://127.0.0.1:{one['port']}/{disk}", "size")
    for name in ("keys.psk", "pid", "port"):
        mode = (metal.folder / "nbd" / "servers" / server_one / name).stat().st_mode
        assert name != "keys.psk" or not mode & 0o077
    # Who looks at what went on does not learn it.
    told = json.dumps(metal.server.control("GET", "/_cleat/journal?all=true"))
    assert "connection" in told and one["key"] not in told and one["key"] not in metal.server.log
    metal.detach(disk, server_one)


def test_clients_of_qemu_get_in_as_the_manual_says(metal, server_one, tmp_path):
    disk = metal.attached(server_one)
    c = metal.connection(server_one)
    (tmp_path / "keys.psk").write_text(f"{c['user']}:{c['key']}\n", encoding="ascii")
    done = subprocess.run(["qemu-img", "info", "--object", f"tls-creds-psk,id=psk,endpoint=client,username={c['user']},dir={tmp_path}",
                           "--image-opts", f"driver=nbd,host={c['address']},port={c['port']},export={disk},tls-creds=psk"],
                          capture_output=True, text=True, check=False)
    assert "virtual size: 1 GiB" in done.stdout, done.stderr
    metal.detach(disk, server_one)


def test_released_server_is_locked_out(metal):
    instance = metal.run()
    disk = metal.attached(instance)
    old = metal.connection(instance)
    uri = metal.uri(disk, instance, old)
    holder = metal.open(uri, "hold")
    metal.cloud.ModifyDiskAttribute(DiskId=disk, DeleteWithInstance=False)
    metal.cloud.DeleteInstance(InstanceId=instance, Force=True)
    wait_for(lambda: metal.cloud.instance(instance) is None, f"{instance} is gone")
    metal.wait(disk, "Available")
    holder.communicate("", timeout=60)
    assert metal.ask(uri, "size").startswith("refused")
    assert not (metal.folder / "nbd" / "servers" / instance).exists()
    assert metal.server.control("GET", f"/_cleat/connection?instance={instance}", status=404)["error"]["reason"] == "instance-unknown"


def test_daemon_that_dies_comes_back_with_its_exports(metal, server_one):
    disks = [metal.attached(server_one) for _ in range(3)]
    n = written(metal, disks[0], server_one)
    before = metal.pid(server_one)
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: metal.exported([server_one], disks) == {(server_one, d) for d in disks}, "all are exported again")
    assert metal.pid(server_one) != before
    assert metal.ask(metal.uri(disks[0], server_one), "check", n) == "0"
    for disk in disks:
        metal.detach(disk, server_one)


def test_daemon_killed_in_mid_detach(metal, server_one):
    leaves, stays = metal.attached(server_one), metal.attached(server_one)
    os.kill(metal.pid(server_one), signal.SIGSTOP)
    metal.cloud.DetachDisk(DiskId=leaves, InstanceId=server_one)
    wait_for(lambda: "has asked the driver" in metal.why(leaves), "the daemon was asked")
    assert metal.cloud.status(leaves) == "Detaching"
    os.kill(metal.pid(server_one), signal.SIGKILL)
    metal.wait(leaves, "Available")
    wait_for(lambda: metal.exported([server_one], [leaves, stays]) == {(server_one, stays)}, "the other one is exported again")
    metal.detach(stays, server_one)


def test_fence_ends_a_daemon_that_hangs(metal, server_one, server_two):
    leaves, stays = metal.attached(server_one), metal.attached(server_one)
    os.kill(metal.pid(server_one), signal.SIGSTOP)
    metal.server.control("POST", "/_cleat/fence", {"disk": leaves, "instance": server_one})
    metal.wait(leaves, "Available")
    metal.attach(leaves, server_two)
    wait_for(lambda: metal.exported([server_one, server_two], [leaves, stays]) == {(server_one, stays), (server_two, leaves)},
             "the other one is exported again")
    metal.detach(stays, server_one)
    metal.detach(leaves, server_two)


def test_nobody_else_writes_an_exported_disk(metal, server_one):
    disk = metal.attached(server_one)
    path = metal.folder / "nbd" / "disks" / f"{disk}.raw"
    done = subprocess.run(["qemu-io", "-f", "raw", "-c", "write 0 512", path], capture_output=True, text=True, check=False)
    assert 'Failed to get "write" lock' in done.stderr + done.stdout
    metal.detach(disk, server_one)
    subprocess.run(["qemu-io", "-f", "raw", "-c", "write 0 512", path], capture_output=True, text=True, check=True)


def test_disk_grows_between_connections(metal, server_one):
    disk = metal.attached(server_one)
    holder = metal.open(metal.uri(disk, server_one), "hold")
    metal.cloud.ResizeDisk(DiskId=disk, NewSize=2, Type="online")
    wait_for(lambda: metal.cloud.disk(disk)["Size"] == 1, "the resize came to nothing")
    assert holder.poll() is None
    holder.communicate("", timeout=60)
    metal.cloud.ResizeDisk(DiskId=disk, NewSize=2, Type="online")
    metal.settle()
    assert metal.ask(metal.uri(disk, server_one), "size") == str(2 << 30)
    metal.detach(disk, server_one)


def test_snapshot_of_a_disk_that_is_being_written(metal, server_one):
    disk = metal.attached(server_one)
    n = written(metal, disk, server_one)
    holder = metal.open(metal.uri(disk, server_one), "hold")
    snapshot = metal.cloud.CreateSnapshot(DiskId=disk)["SnapshotId"]
    metal.settle()
    holder.communicate("", timeout=60)
    copy = metal.disk(SnapshotId=snapshot)
    metal.attach(copy, server_one)
    assert metal.ask(metal.uri(copy, server_one), "check", n) == "0"
    assert (metal.folder / "nbd" / "snapshots" / f"{snapshot}.raw").stat().st_blocks * 512 < 64 << 20  # holes stay holes
    metal.detach(disk, server_one)
    metal.detach(copy, server_one)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("victim", ["server", "daemons"])
def test_killed_anywhere(metal, server_one, server_two, seed, victim):
    """Afterwards what is exported is what the store has, each disk has one server at most, and no job hangs."""
    chance = random.Random(seed)
    servers, disks = [server_one, server_two], [metal.disk() for _ in range(3)]

    def move():
        for disk in disks:
            with contextlib.suppress(Exception):  # the server goes away
                now = Cloud(metal.server).disk(disk)
                if now["Status"] == "In_use":
                    Cloud(metal.server).DetachDisk(DiskId=disk, InstanceId=now["InstanceId"])
                elif now["Status"] == "Available":
                    Cloud(metal.server).AttachDisk(DiskId=disk, InstanceId=chance.choice(servers))

    for _ in range(4):
        mover = threading.Thread(target=move)
        mover.start()
        mover.join(chance.random() * 0.1)
        if victim == "server":
            metal.server.kill9()
        else:
            for instance in servers:
                with contextlib.suppress(OSError, ValueError):  # it was not started yet
                    os.kill(metal.pid(instance), signal.SIGKILL)
        mover.join()
        if victim == "server":
            metal.server.start()
            metal.cloud.close()
        metal.settle()
        wanted = {a for a in metal.attachments() if a[1] in disks}
        assert len({disk for _, disk in wanted}) == len(wanted)
        # A daemon comes back within a second; the server's start waits for them.
        wait_for(lambda: metal.exported(servers, disks) == wanted, f"exported is {wanted}", 10 if victim == "daemons" else 0)
    for instance, disk in metal.attachments():
        metal.detach(disk, instance)


def test_an_attach_that_starts_the_daemon_again_starts_it_with_all_its_exports(metal, server_one):
    """The daemon dies under one attach, and the next one, which waits for that, sees it before the watcher does."""
    disks = [metal.disk() for _ in range(12)]
    wanted = {(server_one, disk) for disk in disks}
    for _ in range(5):  # who sees it first is a matter of chance
        metal.attach(disks[0], server_one)
        daemon = metal.pid(server_one)
        os.kill(daemon, signal.SIGSTOP)
        for disk in disks[1:]:
            metal.cloud.AttachDisk(DiskId=disk, InstanceId=server_one)
        time.sleep(0.3)  # for the first to be in the middle of it
        os.kill(daemon, signal.SIGKILL)
        metal.settle()
        wait_for(lambda: metal.exported([server_one], disks) == wanted, f"exported is {wanted}")
        for disk in disks:
            metal.detach(disk, server_one)


def content(metal, disk):
    """The first number that is on it."""
    with open(metal.folder / "nbd" / "disks" / f"{disk}.raw", "rb") as file:
        return int.from_bytes(file.read(8), "big")


def put(metal, disk, number):
    with open(metal.folder / "nbd" / "disks" / f"{disk}.raw", "r+b") as file:
        file.write(number.to_bytes(8, "big"))


def test_what_is_put_back_is_what_was_asked_for_last(metal):
    """A content that was made ready, and could not take its place since a client was connected, is not kept for another time."""
    instance = metal.run()
    disk = metal.attached(instance)
    snapshots = {}
    for number in (1, 2):
        put(metal, disk, number)
        snapshots[number] = metal.cloud.CreateSnapshot(DiskId=disk)["SnapshotId"]
        metal.settle()
    put(metal, disk, 3)
    metal.cloud.StopInstance(InstanceId=instance, ForceStop=True)
    wait_for(lambda: metal.cloud.instance(instance)["Status"] == "Stopped", f"{instance} is Stopped")
    holder = metal.open(metal.uri(disk, instance), "hold")
    metal.cloud.ResetDisk(DiskId=disk, SnapshotId=snapshots[1])
    wait_for(lambda: "is connected to the disk" in metal.why(disk), "it is refused")
    metal.settle()
    holder.communicate("", timeout=60)
    assert content(metal, disk) == 3
    metal.cloud.ResetDisk(DiskId=disk, SnapshotId=snapshots[2])
    metal.settle()
    assert content(metal, disk) == 2, metal.why(disk)
    metal.detach(disk, instance)
    metal.cloud.DeleteDisk(DiskId=disk)
    metal.settle()
    assert not list((metal.folder / "nbd" / "disks").glob(f"{disk}*"))
    metal.cloud.DeleteInstance(InstanceId=instance, Force=True)


@pytest.fixture
def imaged(make_metal, tmp_path):
    """Its servers begin with an image that lies in a file system of another kind than their disks."""
    with tempfile.NamedTemporaryFile(dir="/dev/shm", prefix="cleat-image") as image:
        image.write(b"beginning" + bytes(4 << 20) + b"end")
        image.flush()
        fleet = tmp_path / "fleet.json"
        fleet.write_text(json.dumps({"cleat_fleet": 1, "catalogue": {"images": [{"id": "elsewhere", "path": image.name, "size_gib": 20}]}}),
                         encoding="ascii")
        yield make_metal(listen=False, fleet=fleet)


def test_image_is_copied_from_wherever_it_lies_as_often_as_it_is_asked_for(imaged):
    for _ in range(6):
        (instance,) = imaged.cloud.make_instances(ImageId="elsewhere")
        wait_for(lambda each=instance: imaged.cloud.instance(each)["Status"] == "Running", f"{instance} is Running")
    with open(imaged.folder / "nbd" / "disks" / f"{imaged.cloud.system_disk(instance)}.raw", "rb") as file:
        assert file.read(9) == b"beginning"
        file.seek(9 + (4 << 20))
        assert file.read(3) == b"end"


def test_copies_that_nobody_waits_for_any_more_take_no_place(metal, server_one):
    """Snapshots that are given up while they are being made."""
    disk = metal.attached(server_one)
    metal.detach(disk, server_one)
    for _ in range(6):
        metal.cloud.DeleteSnapshot(SnapshotId=metal.cloud.CreateSnapshot(DiskId=disk)["SnapshotId"])
        metal.settle()
    before = set((metal.folder / "nbd" / "snapshots").iterdir())
    snapshot = metal.cloud.CreateSnapshot(DiskId=disk)["SnapshotId"]
    metal.settle()
    assert {path.name for path in set((metal.folder / "nbd" / "snapshots").iterdir()) - before} == {f"{snapshot}.raw"}


def test_daemons_go_on_while_the_server_is_down(metal, server_one):
    disk = metal.attached(server_one)
    writer = metal.open(metal.uri(disk, server_one), "write")
    pid = metal.pid(server_one)
    metal.server.stop()
    wait_for(lambda: metal_writes(metal, disk), "something is written")
    assert writer.poll() is None
    metal.server.start()
    metal.cloud.close()
    assert metal.pid(server_one) == pid and writer.poll() is None
    out, error = writer.communicate("", timeout=60)
    assert int(out) > 0 and not error
    metal.detach(disk, server_one)


def test_unix_sockets_and_the_command(make_metal):
    metal = make_metal(listen=False)
    instance = metal.run()
    disk = metal.attached(instance)
    assert metal.ask(metal.uri(disk, instance), "size") == str(1 << 30)
    done = subprocess.run([os.environ["CLEAT_BINARY"], "connect", instance, "--data", metal.server.folder / "data"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert metal.connection(instance)["key"] in done.stdout and f"@/{disk}?socket=" in done.stdout


@pytest.mark.parametrize("flag, says", [
    ("--driver=nbd", "needs a directory"),
    ("--bare-metal=nbd", "needs a directory"),
    ("--bare-metal=sim=9", "other settings"),
    ("--bare-metal=none", 'there is no driver "none"'),
])
def test_settings_are_checked_at_the_start(cleat, flag, says):
    done = cleat("serve", "--ephemeral", "--listen", "127.0.0.1:0", flag)
    assert done.returncode == 1 and says in done.stderr


def test_bare_metal_beside_simulated_machines(make_server, tmp_path):
    server = make_server(bare_metal=f"nbd={tmp_path}/nbd")
    cloud = Cloud(server)
    disk, instance = cloud.make_attached()
    cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    assert cloud.status(disk) == "Available"
    assert server.control("GET", f"/_cleat/connection?instance={instance}", status=409)["error"]["reason"] == "instance-state"
    assert not list((tmp_path / "nbd" / "disks").iterdir())


# ---- beside virtual machines


class Mixed(RealHuawei):
    """Bare metal servers (bare) of the driver nbd beside virtual machines of the server's own driver."""

    def __init__(self, metal):
        super().__init__(metal.server)
        self.metal, self.bare = metal, RealBareMetal(metal.server)

    def make_server(self, image=IMAGE):
        (server,) = self.bare.make_metal(image=image)
        return server

    def attached(self, server):
        volume = self.make(scsi=True)
        self.bare.done(self.bare.attach(server, volume))
        return volume


@pytest.fixture(scope="module")
def make_mixed(make_module_server, tmp_path_factory):
    made = []

    def make(**flags):
        folder = tmp_path_factory.mktemp("mixed")
        settings = f"nbd={folder}/nbd,listen=127.0.0.1,ports={free_ports()}"
        made.append(Metal(make_module_server(durable=True, bare_metal=settings, **flags), folder))
        return Mixed(made[-1])

    yield make
    for metal in made:
        metal.finish()


@pytest.fixture(scope="module", params=["sim", "libvirt"])
def mixed(request, make_mixed, libvirtd, tmp_path_factory):
    """And a virtual machine."""
    if request.param == "sim":
        mixed = make_mixed()
        return mixed, mixed.run(IMAGE, "s6.small.1")
    mixed = make_mixed(driver=f"libvirt={libvirtd.uri}", fleet=fleet_file(tmp_path_factory.mktemp("fleet") / "fleet.json"))
    return mixed, mixed.run("huawei-tiny", "huawei.tiny")


def test_each_disk_goes_to_machines_of_its_kind(mixed):
    mixed, virtual = mixed
    server = mixed.make_server()
    scsi, plain = mixed.make(scsi=True), mixed.make(scsi=False)
    kept = {path.stem for path in (mixed.metal.folder / "nbd" / "disks").iterdir()}
    assert scsi in kept and plain not in kept
    assert "different failure domains" in refused("Ecs.0121", mixed.attach, virtual, scsi)
    with pytest.raises(ClientRequestException) as error:
        mixed.bare.attach(server, plain)
    assert error.value.status_code == 400 and "SCSI" in error.value.error_msg
    assert [mixed.volume(volume).status for volume in (scsi, plain)] == ["available"] * 2
    mixed.bare.done(mixed.bare.attach(server, scsi))
    mixed.done(mixed.attach(virtual, plain))
    assert mixed.metal.ask(mixed.metal.uri(scsi, server), "size") == str(10 << 30)
    assert mixed.metal.server.control("GET", f"/_cleat/connection?instance={virtual}", status=409)["error"]["reason"] == "instance-state"
    # Each driver finds its own again.
    mixed.metal.server.kill9()
    mixed.metal.server.start()
    mixed = Mixed(mixed.metal)
    mixed.bare.done(mixed.bare.detach(server, scsi))
    mixed.done(mixed.detach(virtual, plain))
    assert [mixed.volume(volume).status for volume in (scsi, plain)] == ["available"] * 2


def test_linux_keeps_what_it_is_connected_to(mixed):
    mixed, _ = mixed
    mixed = Mixed(mixed.metal)
    server = mixed.make_server()
    volume = mixed.attached(server)
    holder = mixed.metal.open(mixed.metal.uri(volume, server), "hold")
    job = mixed.bare.ended(mixed.bare.detach(server, volume))
    assert job.status == "FAIL" and f"the server {server} is connected to its export {volume}" in job.fail_reason
    assert mixed.volume(volume).status == "in-use" and holder.poll() is None
    holder.communicate("", timeout=60)
    mixed.bare.done(mixed.bare.detach(server, volume))


def test_windows_is_cut_off(mixed):
    """What it was told is written is there."""
    mixed, _ = mixed
    mixed = Mixed(mixed.metal)
    server, other = mixed.make_server(WINDOWS), mixed.make_server()
    volume = mixed.attached(server)
    writer = mixed.metal.open(mixed.metal.uri(volume, server), "write")
    wait_for(lambda: metal_writes(mixed.metal, volume), "something was written")
    mixed.bare.done(mixed.bare.detach(server, volume))
    out, error = writer.communicate(timeout=60)
    assert "cut off" in error and int(out) > 0
    mixed.bare.done(mixed.bare.attach(other, volume))
    assert mixed.metal.ask(mixed.metal.uri(volume, other), "check", int(out)) == "0"
