"""`--accounts auto`: keys test-... that make accounts of their own by their first call."""

import concurrent.futures
import json
import subprocess
import threading

import pytest

import signing
from cloud import SLOWER, Cloud, dump_fleet, fleet_of, load_fleet, wait_for
from conftest import BINARY, WRAPPER
from products import STS, call
from test_sts import arn, fault_v1, fault_v3, key_of

SECRET = "cleat-secret"
CLIENTS = 32
UNKNOWN = (404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
both = pytest.mark.parametrize("fault", [fault_v1, fault_v3], ids=["V1", "V3"])


@pytest.fixture(scope="module")
def auto_server(make_module_server):
    return make_module_server(accounts="auto")


@pytest.fixture
def of_key(auto_server):
    """of_key(id) -> a client with that key."""
    return lambda key: Cloud(auto_server, key_id=key, secret=SECRET)


def accounts(server):
    """{own key: account} of those that were made by a key."""
    return {each["own_key"]: each["id"] for each in json.loads(dump_fleet(server))["accounts"] if "own_key" in each}


def identity(cloud):
    return call(cloud, STS, "GetCallerIdentity")["AccountId"]


@both
def test_first_call_makes_the_account(auto_server, of_key, fault):
    key = "test-first-" + fault.__name__
    cloud = of_key(key)
    assert fault(cloud, (key, SECRET)) is None  # a read
    assert accounts(auto_server)[key] == identity(cloud)
    assert fault(cloud, (key, SECRET)) is None and accounts(auto_server)[key] == identity(cloud)


@both
def test_wrong_secret_makes_nothing(auto_server, of_key, fault):
    key = "test-wrong-" + fault.__name__
    before = dump_fleet(auto_server)
    assert fault(of_key(key), (key, "cleat-secre"))[1] == "SignatureDoesNotMatch"
    assert fault(of_key(key), (key, SECRET, "no-token"))[1] == "InvalidSecurityToken.Malformed"
    assert fault(of_key("tested"), ("tested", SECRET)) == UNKNOWN
    assert dump_fleet(auto_server) == before


@both
@pytest.mark.parametrize("key", ["test-", "test-" + "a" * 60, "test-a*b", "test-ä"])
def test_ids_that_get_no_account(auto_server, of_key, fault, key):
    before = dump_fleet(auto_server)
    status, code, message = fault(of_key(key), (key, SECRET))
    if "ä" in key and fault is fault_v3:
        assert status in (400, 404)  # no header takes it
    else:
        assert (status, code) == UNKNOWN[:2] and "1 to 59 letters, digits or ._-" in message
    assert dump_fleet(auto_server) == before


def test_longest_id(auto_server, of_key):
    key = "test-" + "aZ9._-" * 9 + "12345"
    assert len(key) == 64 and identity(of_key(key)) == accounts(auto_server)[key]


def test_first_call_may_change_something(of_key):
    cloud = of_key("test-writes")
    disk = cloud.make_disk()
    assert cloud.status(disk) == "Available" and of_key("test-reads").disks() == []


def test_first_call_may_be_refused_or_meet_a_fault(auto_server, of_key):
    assert of_key("test-refused").refused("DetachDisk", DiskId="d-1", InstanceId="i-1")[0] == 404
    auto_server.control("POST", "/_cleat/faults", {"operation": "DescribeDisks", "code": "Throttling", "times": 1})
    cloud = of_key("test-fault")
    assert cloud.refused("DescribeDisks")[1] == "Throttling" and cloud.disks() == []
    assert {"test-refused", "test-fault"} <= set(accounts(auto_server))


def test_first_call_with_a_large_body(of_key):
    cloud = of_key("test-large")
    reply = cloud.raw("DescribeDisks", {"DiskName": "x" * 70000}, method="POST")
    assert reply.status == 400 and identity(cloud)


def test_temporary_keys_of_such_an_account(of_key):
    cloud = of_key("test-sts")
    disk = cloud.make_disk()
    key = key_of(call(cloud, STS, "AssumeRole", RoleArn=arn(cloud), RoleSessionName="alice"))
    assert fault_v1(cloud, key) is None and fault_v3(cloud, key) is None
    cloud.server.control("POST", "/_cleat/fleet/reset?account=test-sts")
    assert fault_v1(cloud, key) == UNKNOWN and cloud.disk(disk) is None


def together(work):
    """work(i) of CLIENTS threads that begin at one moment."""
    gate = threading.Barrier(CLIENTS)

    def one(i):
        gate.wait()
        return work(i)

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(one, range(CLIENTS)))


def test_many_first_calls_of_one_key_make_one_account(auto_server, of_key):
    before = set(accounts(auto_server).values())
    found = together(lambda i: identity(of_key("test-one")))
    assert len(set(found)) == 1 and set(accounts(auto_server).values()) - before == set(found)


def test_parallel_clients_see_only_their_own_over_a_kill(make_server):
    server = make_server(durable=True, accounts="auto")
    made = {}

    def work(i):
        cloud = Cloud(server, key_id=f"test-{i}", secret=SECRET)
        disk, instance = cloud.make_attached(DiskName=f"of-{i}")
        look(cloud, i, disk, instance)
        made[i] = disk, instance, identity(cloud)

    def look(cloud, i, disk, instance):
        assert {each["DiskId"] for each in cloud.disks(DiskType="data")} == {disk}
        assert {each["DiskName"] for each in cloud.disks(DiskType="data")} == {f"of-{i}"}
        assert [each["InstanceId"] for each in cloud.instances()] == [instance]

    together(work)
    server.kill9()
    server.start()

    def again(i):
        cloud = Cloud(server, key_id=f"test-{i}", secret=SECRET)
        disk, instance, account = made[i]
        assert identity(cloud) == account
        look(cloud, i, disk, instance)
        other, _, _ = made[(i + 1) % CLIENTS]
        assert cloud.refused("ResizeDisk", DiskId=other, NewSize=50) == (404, "InvalidDiskId.NotFound")

    together(again)
    assert len(accounts(server)) == CLIENTS
    # Without the option their keys are nobody's, and nothing of them is lost.
    server.stop()
    server.flags["accounts"] = "known"
    server.start()
    assert fault_v1(Cloud(server), ("test-0", SECRET)) == UNKNOWN
    server.stop()
    server.flags["accounts"] = "auto"
    server.start()
    again(0)


@both
def test_off_is_the_default(cloud, fault):
    assert fault(cloud, ("test-a", SECRET)) == UNKNOWN


def test_said_at_the_start(make_server):
    server = make_server(accounts="auto", log_level="off")
    assert "cleat serve: every access key id test-..." in server.log
    warnings = [json.loads(line) for line in make_server(accounts="auto").log.splitlines() if line.startswith("{")]
    assert [each["level"] for each in warnings if each["event"] == "accounts-auto"] == ["warning"]


def test_no_more_than_the_limit(make_server):
    server = make_server(accounts="auto", max_accounts=3)
    for key in ("test-1", "test-2"):
        assert identity(Cloud(server, key_id=key, secret=SECRET))
    for _ in range(2):
        status, code, message = fault_v1(Cloud(server), ("test-3", SECRET))
        assert (status, code) == (403, "QuotaExceed.Account") and " 3 accounts" in message and "cleat fleet reset" in message
    assert identity(Cloud(server, key_id="test-1", secret=SECRET))
    server.control("POST", "/_cleat/fleet/reset?account=test-1")
    assert fault_v1(Cloud(server), ("test-3", SECRET)) is None and set(accounts(server)) == {"test-2", "test-3"}


def test_reset_removes_such_accounts(make_server):
    server = make_server(accounts="auto")
    one, two, fixed = Cloud(server, key_id="test-1", secret=SECRET), Cloud(server, key_id="test-2", secret=SECRET), Cloud(server)
    before, disk, kept = identity(one), one.make_disk(), fixed.make_disk()
    two.make_disk()
    server.control("POST", f"/_cleat/fleet/reset?account={before}")
    assert one.disk(disk) is None and identity(one) != before and len(two.disks()) == 1
    own = identity(fixed)
    server.control("POST", "/_cleat/fleet/reset")
    assert accounts(server) == {} and fixed.disk(kept) is None and identity(fixed) == own
    server.control("POST", "/_cleat/fleet/reset?account=test-nobody", status=404)


def test_call_under_way_while_its_account_is_removed(make_server):
    """It leaves nothing behind that belongs to nobody."""
    server = make_server(accounts="auto")
    cloud = Cloud(server, key_id="test-1", secret=SECRET)
    account = identity(cloud)
    server.control("POST", "/_cleat/faults", {"operation": "CreateDisk", "latency_ms": int(1500 * SLOWER), "times": 1})
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        late = pool.submit(cloud.refused, "CreateDisk", RegionId="cn-hangzhou", ZoneId="cn-hangzhou-h", Size=20)
        wait_for(lambda: server.control("GET", "/_cleat/faults")["faults"][0]["times_left"] == 0, "the call has met its fault")
        server.control("POST", f"/_cleat/fleet/reset?account={account}")
        assert late.result() == UNKNOWN[:2]
    assert server.control("GET", "/_cleat/jobs")["jobs"] == [] and Cloud(server, key_id="test-1", secret=SECRET).disks() == []


def test_in_a_fleet_file(make_server):
    server = make_server(accounts="auto")
    load_fleet(server, fleet_of(id="1000000000000007", own_key="test-7", disks=[{"id": "d-7"}]))
    cloud = Cloud(server, key_id="test-7", secret=SECRET)
    assert identity(cloud) == "1000000000000007" and [each["DiskId"] for each in cloud.disks()] == ["d-7"]
    whole = dump_fleet(server, "?secrets=true")
    other = make_server(accounts="auto")
    load_fleet(other, whole)
    assert accounts(other) == {"test-7": "1000000000000007"}
    # A load that says nothing of the key leaves it.
    load_fleet(server, fleet_of(id="1000000000000007"))
    assert accounts(server) == {"test-7": "1000000000000007"} and cloud.disks() == []
    for account, word in (({"id": "8", "own_key": "test-7"}, "is the key of the account 1000000000000007"),
                          ({"id": "8", "own_key": "test-"}, "1 to 59 letters"),
                          ({"id": "8", "own_key": "tested"}, "1 to 59 letters"),
                          ({"id": "8", "own_key": "test-k", "access_keys": [{"id": "test-k", "secret": "s"}]}, "is the key of the account 8"),
                          ({"id": "8", "access_keys": [{"id": "test-7", "secret": "s"}]}, "is the key of the account 1000000000000007")):
        error = load_fleet(server, fleet_of(**account), status=400)["error"]
        assert word in error["message"], error


def test_keys_of_a_store_go_before(make_server):
    server = make_server(accounts="auto")
    load_fleet(server, fleet_of(id="1000000000000008", access_keys=[{"id": "test-own", "secret": "of-its-own"}]))
    assert fault_v1(Cloud(server), ("test-own", SECRET))[1] == "SignatureDoesNotMatch"
    assert identity(Cloud(server, key_id="test-own", secret="of-its-own")) == "1000000000000008" and accounts(server) == {}


def test_secret_of_ones_own(make_server):
    server = make_server(accounts="auto", env={"CLEAT_ACCOUNTS_SECRET": "hush"})
    assert fault_v1(Cloud(server), ("test-1", SECRET))[1] == "SignatureDoesNotMatch"
    assert fault_v1(Cloud(server), ("test-1", "hush")) is None


@pytest.mark.parametrize("words,message", [
    (["--accounts", "auto", "--listen", "0.0.0.0:0"], "not served on 0.0.0.0"),
    (["--accounts-secret", "x"], "has no use without --accounts auto"),
    (["--accounts", "auto", "--accounts-secret", "x" * 129], "1 to 128 characters"),
    (["--accounts", "auto", "--max-accounts", "1001"], "1000"),
    (["--accounts", "all"], "auto")])
def test_does_not_start(words, message):
    done = subprocess.run([*WRAPPER, str(BINARY), "serve", "--ephemeral", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2 or done.returncode == 1
    assert message in done.stderr


def test_off_loopback_with_a_secret_of_ones_own(make_server):
    server = make_server(accounts="auto", dev_key=None, accounts_secret="hush", listen="0.0.0.0:0")
    assert fault_v1(Cloud(server), ("test-1", "hush")) is None
