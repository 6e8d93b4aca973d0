"""https on the port that also speaks http: certificates, names, official clients, and handshakes that go wrong."""

import datetime
import http.client
import json
import os
import socket
import ssl
import stat
import subprocess
import threading
import time

import pytest
from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client
from alibabacloud_tea_openapi.utils_models import Config
from alibabacloud_tea_util.models import RuntimeOptions
from aliyunsdkcore.client import AcsClient
from aliyunsdkecs.request.v20140526.DescribeDisksRequest import DescribeDisksRequest

import signing
from cloud import REGION, SLOWER, Cloud, load_fleet, wait_for


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def authority(server):
    """What `cleat ca` prints, fetched as it does: without a token."""
    status, headers, body = server.http("GET", "/_cleat/ca")
    assert (status, headers["Content-Type"]) == (200, "application/x-pem-file")
    return body.decode()


def trusting(pem):
    context = ssl.create_default_context(cadata=pem)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def trusting_anybody():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def connect(server, context=None, name="localhost"):
    raw = socket.create_connection(("127.0.0.1", server.port), timeout=20 * SLOWER)
    try:
        return (context or trusting_anybody()).wrap_socket(raw, server_hostname=name)
    except BaseException:
        raw.close()
        raise


def shown(server):
    """The certificate the server shows, as text of openssl."""
    with connect(server) as tls:
        der = tls.getpeercert(binary_form=True)
    return subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-text"], input=der, check=True,
                          capture_output=True).stdout.decode()


def get(server, context, path="/healthz", name="localhost"):
    with connect(server, context, name) as tls:
        tls.sendall(f"GET {path} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
        reply = b"".join(iter(lambda: tls.recv(65536), b""))
    return int(reply.split(b" ", 2)[1]), reply.split(b"\r\n\r\n", 1)[1]


class SecureCloud(Cloud):
    """The test client over TLS: the same connection for one call after the other."""

    def __init__(self, server, context):
        super().__init__(server)
        self.context = context

    def connect(self):
        return http.client.HTTPSConnection("localhost", self.server.port, timeout=self.timeout * SLOWER, context=self.context)


@pytest.fixture(scope="module")
def shared(make_module_server):
    server = make_module_server()
    server.authority = authority(server)
    return server


# ---- clients ----


def test_both_protocols_on_one_port(shared):
    plain, secure = Cloud(shared), SecureCloud(shared, trusting(shared.authority))
    disk = plain.make_disk()
    assert secure.status(disk) == "Available"
    assert plain.disks_of(secure.make_instance(), "system")
    for client in (plain, secure):
        client.close()


def test_policy_that_asks_for_it(make_server):
    server = make_server()
    load_fleet(server, {"cleat_fleet": 1, "accounts": [{"id": "1000000000000001", "users": [
        {"name": "alice", "access_keys": [{"id": "alice", "secret": "alice-secret"}], "policies": [
            {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*",
                                            "Condition": {"Bool": {"acs:SecureTransport": "true"}}}]}]}]}]})
    plain, secure = Cloud(server, "alice", "alice-secret"), SecureCloud(server, trusting(authority(server)))
    secure.key_id, secure.secret = "alice", "alice-secret"
    assert plain.refused("DescribeDisks") == (403, "Forbidden.RAM")
    assert secure.disks() == []
    for client in (plain, secure):
        client.close()


def test_writes_suspend_and_resume_on_a_kept_connection(shared):
    cloud = SecureCloud(shared, trusting(shared.authority))
    disk, instance = cloud.make_attached()
    connection = cloud.connection
    for _ in range(10):
        cloud.DetachDisk(DiskId=disk, InstanceId=instance)
        assert cloud.status(disk) == "Available"
        cloud.AttachDisk(DiskId=disk, InstanceId=instance)
        assert cloud.status(disk) == "In_use"
    assert cloud.connection is connection and connection.sock is not None
    cloud.close()


def test_official_client_with_headers_signed(shared, tmp_path):
    (tmp_path / "ca.pem").write_text(shared.authority, encoding="ascii")

    def found(**more):
        client = Client(Config(access_key_id=signing.KEY_ID, access_key_secret=signing.SECRET, protocol="https",
                               endpoint=f"localhost:{shared.port}", region_id=REGION, read_timeout=60000, **more))
        request = models.DescribeDisksRequest(region_id=REGION, disk_ids=json.dumps([disk]))
        return [each.disk_id for each in client.describe_disks_with_options(request, RuntimeOptions()).body.disks.disk]

    disk = Cloud(shared).make_disk()
    with pytest.raises(Exception, match="(?i)certificate"):
        found()
    assert found(ca=str(tmp_path / "ca.pem")) == [disk]


def test_official_client_with_parameters_signed(shared, tmp_path):
    (tmp_path / "ca.pem").write_text(shared.authority, encoding="ascii")
    disk = Cloud(shared).make_disk()
    client = AcsClient(signing.KEY_ID, signing.SECRET, REGION, auto_retry=False, port=shared.port, timeout=60 * SLOWER,
                       verify=str(tmp_path / "ca.pem"))
    request = DescribeDisksRequest()
    request.set_endpoint("localhost")
    request.set_protocol_type("https")
    request.set_DiskIds(json.dumps([disk]))
    assert [each["DiskId"] for each in json.loads(client.do_action_with_exception(request))["Disks"]["Disk"]] == [disk]


# ---- names and times ----


@pytest.mark.parametrize("name", [
    "ecs.cn-hangzhou.aliyuncs.com", "ecs.aliyuncs.com", "ecs-cn-hangzhou.aliyuncs.com", "ess.cn-hangzhou.aliyuncs.com",
    "ess.aliyuncs.com", "location.aliyuncs.com", "sts.aliyuncs.com", "sts.cn-shanghai.aliyuncs.com",
    "ecs.ap-southeast-1.aliyuncs.com", "ecs.cn-north-4.myhuaweicloud.com", "iam.myhuaweicloud.com",
    "evs.ap-southeast-1.myhuaweicloud.com", "localhost", "127.0.0.1", "::1", socket.gethostname(),
])
def test_names_that_clients_use_are_in_the_certificate(shared, name):
    assert get(shared, trusting(shared.authority), name=name)[0] == 200


@pytest.mark.parametrize("name", ["example.com", "a.b.cn-hangzhou.aliyuncs.com", "192.0.2.1"])
def test_other_names_are_not(shared, name):
    with pytest.raises(ssl.SSLCertVerificationError):
        get(shared, trusting(shared.authority), name=name)


def test_more_names_may_be_given(make_server):
    server = make_server(tls_names="cleat, cloud.test,*.inner.test,192.0.2.7")
    context = trusting(authority(server))
    for name in ("cleat", "cloud.test", "a.inner.test", "192.0.2.7", "ecs.aliyuncs.com"):
        assert get(server, context, name=name)[0] == 200


def test_certificate_is_for_397_days_and_new_at_each_start(make_server):
    server = make_server(durable=True)
    pem = authority(server)
    serials = set()
    for _ in range(2):
        text = shown(server)
        begin, end = (datetime.datetime.strptime(text.split(mark)[1].split("\n")[0].strip(), "%b %d %H:%M:%S %Y %Z")
                      for mark in ("Not Before:", "Not After :"))
        assert datetime.timedelta(days=397) <= end - begin <= datetime.timedelta(days=398)
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        assert begin < now < now + datetime.timedelta(days=390) < end
        assert "P-256" in text and "CA:FALSE" in text
        serials.add(text.split("Serial Number:")[1].split("X509")[0])
        server.restart()
        assert authority(server) == pem
        assert get(server, trusting(pem))[0] == 200
    assert len(serials) == 2


def test_versions_before_1_2_are_refused(shared):
    for version, served in ((ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, True)):
        context = trusting(shared.authority)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = version
        if served:
            assert get(shared, context)[0] == 200
        else:
            with pytest.raises((ssl.SSLError, ConnectionError)):
                get(shared, context)


# ---- files ----


def test_nothing_is_made_before_it_is_needed(make_server):
    server = make_server(durable=True)
    assert Cloud(server).make_disk()
    assert not list(server.data.glob("ca*"))
    assert get(server, trusting_anybody())[0] == 200
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in server.data.glob("ca*")}
    assert modes == {"ca.pem": 0o644, "ca_key.pem": 0o600}
    assert (server.data / "ca.pem").read_text(encoding="ascii") == authority(server)
    assert "PRIVATE" not in authority(server) + server.log


def test_servers_may_share_an_authority(make_server, tmp_path):
    """Four at once, which all find that there is none yet."""
    servers = [make_server(tls_ca_dir=tmp_path / "deep" / "ca") for _ in range(4)]
    threads = [threading.Thread(target=get, args=(server, trusting_anybody())) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pem = (tmp_path / "deep/ca/ca.pem").read_text(encoding="ascii")
    for server in servers:
        assert authority(server) == pem
        assert get(server, trusting(pem))[0] == 200


@pytest.mark.parametrize("round_", range(8))
def test_kill_while_the_authority_is_made_leaves_no_half_of_it(make_server, round_):
    server = make_server(durable=True)
    asking = threading.Thread(target=lambda: pytest.raises(Exception, get, server, trusting_anybody()), daemon=True)
    asking.start()
    time.sleep(round_ * 0.001)
    server.kill9()
    asking.join(20 * SLOWER)
    for name in ("ca.pem", "ca_key.pem"):
        text = (server.data / name).read_text(encoding="ascii") if (server.data / name).exists() else None
        assert text is None or text.rstrip().endswith("-----")
    assert (server.data / "ca_key.pem").exists() or not (server.data / "ca.pem").exists()
    server.start()
    assert get(server, trusting(authority(server)))[0] == 200


def test_key_without_its_certificate_is_used_again(make_server):
    """What a power cut between the two files leaves."""
    server = make_server(durable=True)
    authority(server)
    key = (server.data / "ca_key.pem").read_text(encoding="ascii")
    server.stop()
    (server.data / "ca.pem").unlink()
    server.start()
    assert get(server, trusting(authority(server)))[0] == 200
    assert (server.data / "ca_key.pem").read_text(encoding="ascii") == key


def test_authority_whose_key_is_lost_is_said_and_plain_http_goes_on(make_server, cleat):
    server = make_server(durable=True)
    authority(server)
    server.stop()
    (server.data / "ca_key.pem").unlink()
    server.start()
    with pytest.raises((ssl.SSLError, OSError)):
        get(server, trusting_anybody())
    wait_for(lambda: "remove both to have a new authority made" in server.log, "the log says what to do")
    assert Cloud(server).make_disk()
    done = cleat("ca", "--data", server.data)
    assert done.returncode == 1 and "its log says why" in done.stderr and "its key is missing" in server.log
    status, _, body = server.http("GET", "/_cleat/ca")  # a stranger learns nothing of this machine
    assert status == 404 and str(server.data).encode() not in body and b"pem" not in body
    (server.data / "ca.pem").unlink()
    time.sleep(1.1)  # it does not try again at once
    assert get(server, trusting(authority(server)))[0] == 200


def test_certificate_that_lies_with_its_key_is_not_handed_out(make_server, tmp_path):
    made = make_server(tls_ca_dir=tmp_path)
    pem, key = authority(made), (tmp_path / "ca_key.pem").read_text(encoding="ascii")
    made.stop()
    (tmp_path / "ca.pem").write_text(pem + key, encoding="ascii")
    assert "ca.pem of --tls-ca-dir holds a private key" in refused_start(make_server, tls_ca_dir=tmp_path)[1]
    (tmp_path / "ca.pem").write_text(pem, encoding="ascii")
    server = make_server(tls_ca_dir=tmp_path)
    for more in (key, "who made it, and why"):
        (tmp_path / "ca.pem").write_text("a note\n" + pem + more, encoding="ascii")
        assert authority(server) == pem
    server.restart()
    assert authority(server) == pem and get(server, trusting(pem))[0] == 200


# ---- a certificate that was given ----


AUTHORITY = """
[ca]
default_ca = own
[own]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = DNS:{name}
"""


def make_certificate(folder, name, days=60):
    """One that ends in so many days, or has ended."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}_key.pem"
    (folder / "config").write_text(AUTHORITY.format(name=name), encoding="ascii")
    (folder / "index").write_text("", encoding="ascii")
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    for command in (["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
                     folder / "request", "-subj", f"/CN={name}"],
                    ["ca", "-batch", "-config", "config", "-selfsign", "-keyfile", key, "-in", "request", "-out", certificate,
                     "-notext", "-startdate", "20200101000000Z", "-enddate", end.strftime("%Y%m%d%H%M%SZ")]):
        subprocess.run(["openssl", *command], check=True, capture_output=True, cwd=folder)
    return certificate, key


def test_given_certificate_is_shown(make_server, tmp_path, cleat):
    certificate, key = make_certificate(tmp_path, "cloud.test")
    server = make_server(durable=True, tls_cert=certificate, tls_key=key)
    assert get(server, trusting(certificate.read_text(encoding="ascii")), name="cloud.test")[0] == 200
    assert not list(server.data.glob("ca*"))
    assert "expire" not in server.log
    done = cleat("ca", "--data", server.data)
    assert done.returncode == 1 and "--tls-cert" in done.stderr and not done.stdout


@pytest.mark.parametrize("days, words", [(-1, "has expired"), (5, "expires soon")])
def test_given_certificate_that_ends_is_warned_of(make_server, tmp_path, days, words):
    certificate, key = make_certificate(tmp_path, "cloud.test", days)
    server = make_server(tls_cert=certificate, tls_key=key)
    assert '"level":"warning"' in server.log and words in server.log and str(certificate) in server.log
    assert get(server, trusting_anybody())[0] == 200


def refused_start(make_server, **flags):
    server = make_server(start=False, **flags)
    server.start(wait=False)
    status = server.process.wait(20 * SLOWER)
    server.process = None
    return status, server.log


def test_certificates_that_cannot_be_served_are_refused_at_the_start(make_server, tmp_path):
    certificate, key = make_certificate(tmp_path, "one.test")
    _, other = make_certificate(tmp_path, "other.test")
    (tmp_path / "broken.pem").write_text("no certificate\n", encoding="ascii")
    for flags, status, words in (
            ({"tls_cert": certificate, "tls_key": other}, 1, "the key does not belong to the certificate"),
            ({"tls_cert": tmp_path / "none.pem", "tls_key": key}, 1, "none.pem: No such file"),
            ({"tls_cert": certificate, "tls_key": tmp_path}, 1, "cannot read --tls-key"),
            ({"tls_cert": tmp_path / "broken.pem", "tls_key": key}, 1, "the certificate cannot be read"),
            ({"tls_cert": certificate, "tls_key": tmp_path / "broken.pem"}, 1, "cannot be served"),
            ({"tls_cert": certificate}, 2, "--tls-key is missing"),
            ({"tls_key": key}, 2, "--tls-cert is missing"),
            ({"tls": "off", "tls_cert": certificate, "tls_key": key}, 2, "has no use"),
            ({"tls_names": "x" * 1025}, 2, "longer than 1024 characters"),
            ({"tls_names": "b\u00fcro.test"}, 2, "give host names and numeric addresses"),
            ({"tls": "maybe"}, 2, "on, off")):
        got, log = refused_start(make_server, **flags)
        assert (got, words in log) == (status, True), (flags, log)


def test_tls_off(make_server, cleat):
    server = make_server(durable=True, tls="off")
    with pytest.raises((ssl.SSLError, OSError)):
        get(server, trusting_anybody())
    assert Cloud(server).make_disk()
    assert server.http("GET", "/_cleat/ca")[0] == 404
    done = cleat("ca", "--data", server.data)
    assert done.returncode == 1 and "--tls off" in done.stderr


def test_the_warning_of_plain_http_comes_off_loopback_only(make_server):
    key = {"CLEAT_ACCESS_KEY_ID": "cleat", "CLEAT_ACCESS_KEY_SECRET": "cleat-secret"}
    assert "plain-http" not in make_server().log
    assert "use https on the same port ('cleat ca' prints what to trust)" in make_server(listen="0.0.0.0:0", env=key).log
    assert "serve https with --tls on" in make_server(listen="0.0.0.0:0", env=key, tls="off").log


def test_all_addresses_of_the_machine_are_names_of_a_server_that_listens_on_all(make_server):
    server = make_server(listen="0.0.0.0:0", env={"CLEAT_ACCESS_KEY_ID": "a", "CLEAT_ACCESS_KEY_SECRET": "b"})
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: asks which address is used for the outside
        except OSError:
            pytest.skip("this machine has no address but loopback")
        own = probe.getsockname()[0]
    assert get(server, trusting(authority(server)), name=own)[0] == 200


# ---- the command line ----


def test_ca_prints_what_clients_have_to_trust(make_server, cleat, tmp_path):
    server = make_server(durable=True)
    done = cleat("ca", "--data", server.data)
    assert (done.returncode, done.stderr) == (0, "")
    assert get(server, trusting(done.stdout))[0] == 200
    (tmp_path / "ca.pem").write_text(done.stdout, encoding="ascii")
    secure = cleat("call", "DescribeRegions", "--endpoint", f"https://localhost:{server.port}", "--dev-key",
                   env={"SSL_CERT_FILE": tmp_path / "ca.pem"})
    assert secure.returncode == 0 and "cn-hangzhou" in secure.stdout, secure.stderr
    unknown = cleat("call", "DescribeRegions", "--endpoint", f"https://localhost:{server.port}", "--dev-key")
    assert unknown.returncode == 1 and "certificate" in unknown.stderr


def test_help_says_how_to_trust_it(cleat):
    text = cleat("ca", "--help").stdout
    for word in ("cleat ca > ca.pem", "curl --cacert ca.pem", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "ALIBABA_CLOUD_CA_BUNDLE", "--skip-secure-verify",
                 "Terraform"):
        assert word in text


# ---- handshakes that go wrong ----


def hello():
    """A real ClientHello."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting_anybody().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def ends(server, data, seconds=20):
    """Whether the server closes a connection on which this came."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=seconds * SLOWER) as raw:
        raw.sendall(data)
        try:
            while raw.recv(65536):
                pass
        except ConnectionError:
            pass
        except TimeoutError:
            return False
        return True


def test_garbage_behind_the_first_byte_ends_the_connection(shared):
    for data in (b"\x16" + b"garbage" * 100, b"\x16\x03\x01\xff\xff" + b"x" * 70000, b"\x16" * 3000,
                 b"\x16GET / HTTP/1.1\r\nHost: x\r\n\r\n"):
        assert ends(shared, data)
    assert get(shared, trusting(shared.authority))[0] == 200


def test_handshakes_that_stall_are_cut(make_server):
    server = make_server(request_timeout=1, idle_timeout=60)
    whole = hello()
    assert get(server, trusting_anybody())[0] == 200
    for data in (b"\x16", whole[:3], b"\x16\x03\x01\x00\x05\x01\x00\x10\x00\x03", whole[:-20], whole):
        assert ends(server, data)


def test_handshake_a_byte_at_a_time_is_cut(make_server):
    server = make_server(request_timeout=1, idle_timeout=60)
    with socket.create_connection(("127.0.0.1", server.port), timeout=20 * SLOWER) as raw:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with pytest.raises((ConnectionError, StopIteration)):
            for byte in hello():
                raw.send(bytes([byte]))
                time.sleep(0.02)
            if not raw.recv(1):
                raise StopIteration


def test_silence_at_the_begin_is_cut_and_counted(make_server):
    server = make_server(idle_timeout=1, max_connections_per_address=5)
    silent = [socket.create_connection(("127.0.0.1", server.port), timeout=20 * SLOWER) for _ in range(5)]

    def served():
        try:
            return server.http("GET", "/healthz")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    assert not served()
    for each in silent:
        assert each.recv(1) == b""
        each.close()
    wait_for(served, "their places are free")


def test_limits_hold_for_both_protocols_together(make_server):
    server = make_server(max_connections_per_address=20)
    context = trusting(authority(server))
    kept, refused = [], 0
    for number in range(40):
        try:
            if number % 2:
                kept.append(connect(server, context))
            else:
                kept.append(socket.create_connection(("127.0.0.1", server.port), timeout=20 * SLOWER))
            kept[-1].sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            if not kept[-1].recv(4096):
                raise ConnectionResetError
        except OSError:
            refused += 1
    assert refused >= 20
    for each in kept:
        each.close()
    wait_for(lambda: len(quiet(server)) == 0, "all are gone")
    assert get(server, context)[0] == 200


def quiet(server):
    """The server's sockets to clients."""
    listing = subprocess.run(["ls", "-l", f"/proc/{server.pid}/fd"], check=True, capture_output=True, text=True).stdout
    return [line for line in listing.splitlines() if "socket:" in line][1:]


# ---- the end ----


def test_end_with_connections_of_both_kinds(make_server):
    server = make_server(durable=True)
    context = trusting(authority(server))
    acknowledged, lock = [], threading.Lock()

    def write():
        cloud = SecureCloud(server, context)
        try:
            while True:
                disk = cloud.make_disk()
                with lock:
                    acknowledged.append(disk)
        except Exception:  # noqa: BLE001 - the end of the server, in whatever shape it comes
            pass

    writers = [threading.Thread(target=write, daemon=True) for _ in range(8)]
    for writer in writers:
        writer.start()
    idle = connect(server, context)
    stalled = socket.create_connection(("127.0.0.1", server.port))
    stalled.sendall(b"\x16\x03\x01")
    wait_for(lambda: len(acknowledged) > 20, "writes over TLS")
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 8 * SLOWER
    for writer in writers:
        writer.join(20 * SLOWER)
    idle.close()
    stalled.close()
    server.start()
    there = set()
    for at in range(0, len(acknowledged), 100):
        there.update(disk["DiskId"] for disk in Cloud(server).disks(DiskIds=json.dumps(acknowledged[at:at + 100])))
    assert there == set(acknowledged)


def test_end_while_tls_begins(make_server):
    """SIGTERM while the authority is being made for the first client."""
    for _ in range(3):
        server = make_server(durable=True)
        with socket.create_connection(("127.0.0.1", server.port)) as raw:
            raw.sendall(hello())
            server.stop()
        assert os.path.exists(server.data / "cleat.db")
