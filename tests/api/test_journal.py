"""The journal of calls: what it keeps, what it hides, what it says nobody read, and how it is followed."""

import concurrent.futures
import http.client
import json
import threading
import urllib.parse

import pytest
from aliyunsdkcore.client import AcsClient
from aliyunsdkecs.request.v20140526.DescribeRegionsRequest import DescribeRegionsRequest

import signing
from cloud import IMAGE, REGION, SLOWER, TYPE, UUID, Cloud, Refused, wait_for
from test_story_tea import make_client

RUN = {"RegionId": REGION, "ImageId": IMAGE, "InstanceType": TYPE}


def journal(server, **query):
    text = urllib.parse.urlencode({name: str(value).lower() if isinstance(value, bool) else value
                                   for name, value in query.items()})
    return server.control("GET", "/_cleat/journal?" + text)


def newest(server):
    """To be asked for what comes behind it."""
    return journal(server, limit=1)["next"]


def last(server, **query):
    """The newest call."""
    return journal(server, limit=1, **query)["calls"][0]


def values(call):
    return {parameter["name"]: parameter["value"] for parameter in call["parameters"]}


# ---- what a record says


def test_record_of_a_read(own_cloud):
    cloud = own_cloud(clock="manual")
    cloud.DescribeDisks(RegionId=REGION, PageSize=5)
    call = last(cloud.server)
    assert UUID.fullmatch(call["request_id"])
    assert (call["number"], call["dialect"], call["operation"], call["status"]) == (1, "aliyun", "DescribeDisks", 200)
    assert (call["code"], call["reason"], call["access_key_id"]) == ("", "", "cleat")
    assert call["remote"] == "127.0.0.1" and call["account"].isdigit() and 0 < call["microseconds"] < 60_000_000
    assert values(call)["PageSize"] == "5" and call["unread"] == [] and call["ignored"] == [] and call["jobs"] == []
    assert not call["cut"] and not call["repeated"]
    before = call["cloud_time"]
    cloud.server.advance(3600)
    cloud.DescribeRegions()
    call = last(cloud.server)
    assert call["cloud_time"] == cloud.server.control("GET", "/_cleat/clock")["now"] > before
    assert call["time"] != call["cloud_time"]


def test_request_id_is_the_replys(cloud):
    reply = cloud.raw("DescribeRegions")
    assert last(cloud.server)["request_id"] == reply.json["RequestId"]


def test_user_agents_of_both_official_clients(shared_server):
    make_client(shared_server).describe_regions(_tea_regions())
    call = last(shared_server)
    assert call["operation"] == "DescribeRegions" and "AlibabaCloud" in call["user_agent"] and call["unread"] == []
    client = AcsClient(signing.KEY_ID, signing.SECRET, REGION, auto_retry=False, port=shared_server.port)
    request = DescribeRegionsRequest()
    request.set_endpoint("127.0.0.1")
    client.do_action_with_exception(request)
    call = last(shared_server)
    assert call["operation"] == "DescribeRegions" and "AlibabaCloud" in call["user_agent"] and "Core" in call["user_agent"]
    assert call["unread"] == []


def _tea_regions():
    from alibabacloud_ecs20140526 import models  # pylint: disable=import-outside-toplevel

    return models.DescribeRegionsRequest()


def test_jobs_that_a_call_made(slow_cloud):
    cloud = slow_cloud
    cloud.make_disk()
    call = last(cloud.server)
    (job,) = cloud.server.control("GET", "/_cleat/jobs")["jobs"]
    assert call["operation"] == "CreateDisk" and call["jobs"] == [job["id"]]
    cloud.refused("DetachDisk", DiskId=job["disk"], InstanceId="i-nothing")
    assert last(cloud.server)["jobs"] == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_parameters_of_query_and_form(cloud, method):
    cloud.raw("DescribeDisks", {"DiskName": "a b&c=ü", "Tag.1.Key": "k"}, method=method)
    call = last(cloud.server)
    assert values(call)["DiskName"] == "a b&c=ü" and values(call)["Tag.1.Key"] == "k"
    assert (call["body_bytes"] > 0) == (method == "POST")
    uses = {parameter["name"]: parameter["use"] for parameter in call["parameters"]}
    assert uses["DiskName"] == "read" and uses["Action"] == uses["Signature"] == uses["Timestamp"] == "protocol"


def test_long_values_are_cut_in_the_list(cloud):
    cloud.raw("DescribeDisks", {"DiskName": "ü" * 800})
    value = values(last(cloud.server))["DiskName"]
    assert value == "ü" * 512 + "..."


def test_call_that_is_too_long_to_keep(own_cloud):
    cloud = own_cloud()
    cloud.raw("DescribeDisks", {"DiskName": "short", "Odd": "x" * 40_000}, method="POST")
    call = last(cloud.server)
    assert call["cut"] and call["body_bytes"] > 40_000
    assert "Odd" not in values(call) and values(call)["DiskName"] == "short"


# ---- secrets


SECRET = "Pa55-word"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("action, parameters", [
    ("RunInstances", {**RUN, "Password": SECRET}), ("RunInstances", {**RUN, "UserData": SECRET, "DryRun": True}),
    ("RunInstances", {**RUN, "Password": SECRET, "Amount": "wrong"}),
    ("AttachDisk", {"DiskId": "d-1", "InstanceId": "i-1", "Password": SECRET}),
    ("DescribeDisks", {"SomePassword": SECRET}), ("DescribeDisks", {"X.1.password": SECRET}),
    ("DescribeDisks", {"ClientSecret": SECRET}), ("DescribeDisks", {"SecurityToken": SECRET}),
    ("DescribeDisks", {"ApiToken": SECRET}), ("NoSuchThing", {"Password": SECRET}),
    ("ModifyInstanceVncPasswd", {"VncPassword": SECRET}), ("DescribeDisks", {"user_data": SECRET}),
    ("DescribeDisks", {"X.1.User-Data": SECRET}), ("DescribeDisks", {"DbPwd": SECRET}),
    ("DescribeDisks", {"TheCredential": SECRET}), ("DescribeDisks", {"secret.ClientToken.x": SECRET})])
def test_secrets_are_masked(cloud, method, action, parameters):
    cloud.raw(action, parameters, method=method)
    call = last(cloud.server)
    assert call["operation"] == action
    assert SECRET not in json.dumps(call)
    (name,) = (name for name, value in parameters.items() if value == SECRET)
    assert values(call)[name] == "***"
    assert values(call)["Signature"] == "***" and values(call)["SignatureMethod"] == "HMAC-SHA1"


def test_tokens_that_are_no_secrets_are_shown(cloud):
    for action in ("DescribeRegions", "NoSuchThing"):
        cloud.raw(action, {"ClientToken": "mine", "X.1.NextToken": "more", "next_token": "most"})
        shown = values(last(cloud.server))
        assert (shown["ClientToken"], shown["X.1.NextToken"], shown["next_token"]) == ("mine", "more", "most")


def test_secrets_of_a_fleet_file_are_masked(own_cloud):
    server = own_cloud().server
    fleet = {"accounts": [{"access_keys": [{"id": "mine", "secret": SECRET}],
                           "instances": [{"user_data": SECRET, "password": SECRET, "name": "web"}]}]}
    headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
    assert server.http("POST", "/_cleat/fleet", json.dumps(fleet), headers)[0] == 400
    call = last(server, all=True)
    assert call["operation"] == "POST /_cleat/fleet" and SECRET not in json.dumps(call)
    shown = values(call)
    assert shown["accounts.1.instances.1.user_data"] == shown["accounts.1.access_keys.1.secret"] == "***"
    assert shown["accounts.1.instances.1.name"] == "web" and shown["accounts.1.access_keys.1.id"] == "mine"


def test_signature_in_headers_is_not_kept(cloud):
    headers, _ = signing.v3_sign("GET", {}, signing.v3_headers("DescribeRegions", cloud.server.endpoint))
    reply = cloud.send("GET", "/", headers=headers)
    assert reply.status == 200
    call = last(cloud.server)
    signature = headers["Authorization"].rpartition("=")[2]
    assert (call["operation"], call["access_key_id"]) == ("DescribeRegions", "cleat")
    assert signature not in json.dumps(call) and "ACS3" not in json.dumps(call)


def test_secrets_of_the_control_api_are_masked(own_cloud):
    server = own_cloud().server
    body = json.dumps({"description": "mine", "secret": SECRET, "inner": {"list": [{"password": SECRET}, 7]}})
    headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
    assert server.http("POST", "/_cleat/keys?token=" + SECRET, body, headers)[0] == 400
    call = last(server, all=True)
    assert call["operation"] == "POST /_cleat/keys" and call["dialect"] == "control"
    assert SECRET not in json.dumps(call) and server.token not in json.dumps(call)
    assert values(call) == {"description": "mine", "secret": "***", "inner.list.1.password": "***", "inner.list.2": "7",
                            "token": "***"}
    assert call["unread"] == ["secret", "inner.list.1.password", "inner.list.2", "token"]


# ---- what nobody read


@pytest.mark.parametrize("action, parameters, unread, ignored", [
    ("DescribeDisks", {"Foo": 1, "PageSize": 10}, ["Foo"], []),
    ("DescribeDisks", {"diskids": "[]", "Tag.1.Kye": 1, "Tag.1.Key": "a"}, ["diskids", "Tag.1.Kye"], []),
    ("DescribeDisks", {"Tag.x.Key": "a", "Tag.0.Key": "a", "Tag": "a"}, ["Tag.x.Key", "Tag.0.Key"], []),
    ("DescribeDisks", {"Tag": "", "PageSize": 10}, ["Tag"], []),
    ("DescribeDisks", {"AdditionalAttributes": '["PLACEMENT"]'}, [], ["AdditionalAttributes"]),
    ("RunInstances", {**RUN, "SystemDisk": "x", "SystemDisk.Size": 40, "DryRun": True}, ["SystemDisk"], []),
    ("RunInstances", {**RUN, "PasswordInherit": True, "SystemDisk.Odd": 1, "DryRun": True}, ["SystemDisk.Odd"],
     ["PasswordInherit"]),
    ("RunInstances", {"Amount": "wrong", "Odd": 1, "ImageId": IMAGE, "ZoneId": "x"}, ["Odd"], []),
    ("DescribeDisks", {"A.B.C.D.E.F.G.H.I": 1}, ["A.B.C.D.E.F.G.H.I"], []),
    ("DescribeRegions", {}, [], [])])
def test_parameters_that_nothing_reads(cloud, action, parameters, unread, ignored):
    cloud.raw(action, parameters)
    call = last(cloud.server)
    assert sorted(call["unread"]) == sorted(unread) and call["ignored"] == ignored


def test_unread_says_nothing_where_there_is_no_operation(cloud):
    cloud.raw("NoSuchThing", {"Foo": 1})
    call = last(cloud.server)
    assert call["unread"] == [] and values(call)["Foo"] == "1"
    assert {parameter["use"] for parameter in call["parameters"]} == {"", "protocol"}


# ---- calls that were refused


def test_unknown_operation(cloud):
    cloud.raw("NoSuchThing")
    call = last(cloud.server)
    assert (call["operation"], call["status"], call["code"], call["reason"]) == \
        ("NoSuchThing", 404, "InvalidAction.NotFound", "unknown-operation")
    cloud.raw("DescribePrice")
    assert last(cloud.server)["reason"] == "operation-not-built"


def test_call_that_could_not_be_authenticated(shared_server):
    with pytest.raises(Refused):
        Cloud(shared_server, secret="wrong").DetachDisk(DiskId="d-1", InstanceId="i-1")
    call = last(shared_server)
    assert (call["operation"], call["status"], call["code"], call["reason"]) == \
        ("DetachDisk", 400, "SignatureDoesNotMatch", "signature-mismatch")
    assert (call["account"], call["access_key_id"]) == ("", "cleat")
    with pytest.raises(Refused):
        Cloud(shared_server, key_id="nobody").DetachDisk(DiskId="d-1", InstanceId="i-1")
    call = last(shared_server)
    assert (call["code"], call["access_key_id"], call["account"]) == ("InvalidAccessKeyId.NotFound", "nobody", "")


def test_request_that_is_no_call(make_server):
    server = make_server(max_body=2048)
    assert server.http("GET", "/")[0] == 400
    call = last(server)
    assert (call["operation"], call["code"], call["reason"]) == ("", "MissingAction", "parameter-missing")
    assert server.http("POST", "/?Action=DetachDisk", b"x" * 4000)[0] == 413
    call = last(server)
    assert (call["status"], call["code"], call["access_key_id"]) == (413, "RequestEntityTooLarge", "")
    assert values(call) == {"Action": "DetachDisk"}


def test_what_is_no_text_is_shown_as_text(make_server):
    server = make_server()
    server.http("GET", "/?Action=Foo&Bar=%ff&Behind=1", headers={"User-Agent": b"caf\xe9"})
    call = last(server)
    assert call["user_agent"] == "caf?" and call["reason"] == "parameters-unreadable"
    assert values(call) == {"Action": "Foo"}
    server.http("GET", "/?Action=Foo", headers={"User-Agent": b"caf\xe9 \x1b[1m"})
    call = last(server)
    assert call["user_agent"] == "caf? \x1b[1m" and call["reason"] == "headers-malformed"


def test_dry_run(cloud):
    cloud.refused("RunInstances", **RUN, DryRun=True)
    call = last(cloud.server)
    assert (call["status"], call["code"], call["reason"], call["jobs"]) == (400, "DryRunOperation", "dry-run-passed", [])


def test_repeat_of_a_client_token(cloud):
    for repeated in (False, True, True):
        cloud.make_disk(ClientToken="journal-1")
        call = last(cloud.server)
        assert call["repeated"] == repeated and bool(call["jobs"]) != repeated
        assert values(call)["ClientToken"] == "journal-1"
    cloud.refused("CreateDisk", ClientToken="journal-1", Size=77, ZoneId="cn-hangzhou-h", DiskCategory="cloud_essd")
    assert not last(cloud.server)["repeated"]


# ---- Cleat's own calls


def test_own_calls_are_left_out_unless_asked_for(own_cloud):
    cloud = own_cloud()
    cloud.DescribeRegions()
    cloud.server.control("GET", "/_cleat/clock")
    cloud.server.http("GET", "/readyz")
    cloud.server.http("GET", "/healthz")
    cloud.server.http("GET", "/_cleat/clock")
    assert [call["operation"] for call in journal(cloud.server)["calls"]] == ["DescribeRegions"]
    everything = journal(cloud.server, all=True)["calls"]
    assert [(call["operation"], call["status"]) for call in everything] == [
        ("DescribeRegions", 200), ("GET /_cleat/clock", 200), ("GET /_cleat/clock", 401)]
    assert everything[1]["access_key_id"] == "control"


def test_who_has_no_token_sees_nothing(cloud):
    assert cloud.server.http("GET", "/_cleat/journal")[0] == 401


# ---- bounds and pages


def test_bound_in_number(own_cloud):
    cloud = own_cloud(journal_calls=10)
    for number in range(25):
        cloud.DescribeRegions(Odd=number)
    page = journal(cloud.server, after=0)
    assert [values(call)["Odd"] for call in page["calls"]] == [str(number) for number in range(15, 25)]
    assert (page["lost"], page["next"]) == (15, 25)
    assert [call["number"] for call in journal(cloud.server)["calls"]] == list(range(16, 26))
    assert journal(cloud.server)["lost"] == 0
    assert journal(cloud.server, after=20)["lost"] == 0
    assert journal(cloud.server, after=13)["lost"] == 2


def test_bound_in_bytes(own_cloud):
    cloud = own_cloud(journal_calls=100_000, journal_bytes="64K")
    for number in range(40):
        cloud.raw("DescribeRegions", {"Odd": str(number) + "x" * 8000}, method="POST")
    page = journal(cloud.server, after=0)
    assert 5 <= len(page["calls"]) <= 8 and page["calls"][-1]["number"] == 40
    assert page["lost"] == 40 - len(page["calls"])
    for _ in range(300):
        cloud.raw("DescribeRegions")
    page = journal(cloud.server, after=0, limit=1000)
    assert 50 < len(page["calls"]) < 200 and page["calls"][-1]["number"] == 340


def test_switched_off(own_cloud):
    cloud = own_cloud(journal_calls=0)
    cloud.DescribeRegions()
    reply = cloud.server.control("GET", "/_cleat/journal", status=409)
    assert reply["error"]["reason"] == "journal-off" and "--journal-calls" in reply["error"]["message"]
    assert cloud.server.control("GET", "/_cleat/journal?wait=5&after=0", status=409)["error"]["reason"] == "journal-off"


def test_pages(own_cloud):
    cloud = own_cloud(journal_calls=700)
    for number in range(650):
        cloud.raw("DescribeRegions" if number % 13 else "DescribeZones")
    seen, after = [], 0
    while True:
        page = journal(cloud.server, after=after, limit=99)
        seen += [call["number"] for call in page["calls"]]
        if page["next"] == after:
            break
        after = page["next"]
    assert seen == list(range(1, 651))
    assert [call["number"] for call in journal(cloud.server, limit=300)["calls"]] == list(range(351, 651))
    zones = [number + 1 for number in range(650) if number % 13 == 0]
    assert [call["number"] for call in journal(cloud.server, operation="DescribeZones", limit=1000)["calls"]] == zones
    assert [call["number"] for call in journal(cloud.server, operation="DescribeZones", limit=45)["calls"]] == zones[-45:]
    assert [call["number"] for call in journal(cloud.server, operation="DescribeZones", after=0, limit=3)["calls"]] == zones[:3]


def test_after_a_number_of_an_earlier_server(own_cloud):
    cloud = own_cloud()
    cloud.DescribeRegions()
    page = journal(cloud.server, after=1000)
    assert (page["calls"], page["next"], page["lost"]) == ([], 1, 0)


def test_limits_of_the_question(shared_server):
    for query in ("limit=0", "limit=1001", "after=-1", "wait=61", "failed=x", "after=x"):
        assert shared_server.control("GET", "/_cleat/journal?" + query, status=400)["error"]["reason"] == "parameter-invalid"


def test_filters(own_cloud):
    cloud = own_cloud()
    cloud.DescribeRegions()
    cloud.DescribeRegions(Odd=1)
    cloud.refused("DetachDisk", DiskId="d-1", InstanceId="i-1")
    cloud.refused("DetachDisk", DiskId="d-1", InstanceId="i-1", Odd=2)
    account = last(cloud.server)["account"]

    def numbers(**query):
        return [call["number"] for call in journal(cloud.server, **query)["calls"]]

    assert numbers() == [1, 2, 3, 4]
    assert numbers(failed=True) == [3, 4] and numbers(unread=True) == [2, 4]
    assert numbers(failed=True, unread=True) == [4] and numbers(failed=False) == [1, 2, 3, 4]
    assert numbers(operation="DetachDisk") == [3, 4] and numbers(operation="Detach") == []
    assert numbers(account=account) == [1, 2, 3, 4] and numbers(account="1") == []
    assert numbers(operation="DescribeRegions", after=1) == [2]
    assert journal(cloud.server, after=0, operation="Detach")["next"] == 4


def test_lost_by_a_restart(make_server):
    cloud = Cloud(make_server(durable=True))
    cloud.DescribeRegions()
    assert newest(cloud.server) == 1
    cloud.server.restart()
    assert journal(cloud.server) == {"calls": [], "next": 0, "lost": 0}


def test_numbers_under_parallel_calls(own_cloud):
    cloud = own_cloud(journal_calls=5000, threads=4)
    pages = []
    done = threading.Event()

    def read():
        after = 0
        while True:
            last_round = done.is_set()
            page = journal(cloud.server, after=after, limit=1000)
            after = page["next"]
            pages.append(page)
            if last_round and not page["calls"]:
                return

    def work(worker):
        mine = Cloud(cloud.server)
        for number in range(50):
            mine.raw("DescribeRegions", {"Odd": f"{worker}-{number}"})
        mine.close()

    with concurrent.futures.ThreadPoolExecutor(9) as pool:
        reader = pool.submit(read)
        list(pool.map(work, range(8)))
        done.set()
        reader.result()
    calls = [call for page in pages for call in page["calls"]]
    assert [call["number"] for call in calls] == list(range(1, 401))
    odd = [values(call)["Odd"] for call in calls]
    assert len(set(odd)) == 400
    # Each connection's calls stand in the order in which they were answered.
    for worker in range(8):
        assert [value for value in odd if value.startswith(f"{worker}-")] == [f"{worker}-{n}" for n in range(50)]


def test_nothing_is_lost_unsaid_while_the_oldest_go(own_cloud):
    """Many more calls than are kept, read from both ends meanwhile: what a reader did not get, it is told of."""
    cloud = own_cloud(journal_calls=20, threads=4)
    done = threading.Event()

    def follow():
        seen, lost, after = [], 0, 0
        while True:
            last_round = done.is_set()
            page = journal(cloud.server, after=after, limit=7)
            seen += [call["number"] for call in page["calls"]]
            lost, after = lost + page["lost"], page["next"]
            if last_round and not page["calls"]:
                return seen, lost

    def look():
        while not done.is_set():
            numbers = [call["number"] for call in journal(cloud.server, limit=15, unread=True)["calls"]]
            assert numbers == sorted(set(numbers)) and len(numbers) <= 15

    def work(worker):
        mine = Cloud(cloud.server)
        for number in range(100):
            mine.raw("DescribeRegions", {"Odd": f"{worker}-{number}" + "x" * (number * 37 % 2000)}, method="POST")
        mine.close()

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        reader, looker = pool.submit(follow), pool.submit(look)
        list(pool.map(work, range(4)))
        done.set()
        seen, lost = reader.result()
        looker.result()
    assert seen == sorted(set(seen)) and seen[-1] == 400
    assert len(seen) + lost == 400


# ---- waiting


def waiting(pool, server, **query):
    """A question that waits, in the hands of the server."""
    return pool.submit(journal, server, wait=30, **query)


def test_wait_is_answered_by_the_next_call_that_fits(own_cloud):
    cloud = own_cloud()
    cloud.DescribeRegions()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        plain = waiting(pool, cloud.server, after=1)
        zones = waiting(pool, cloud.server, after=1, operation="DescribeZones")
        assert not plain.done()
        cloud.DescribeRegions()
        assert [call["number"] for call in plain.result()["calls"]] == [2]
        assert not zones.done()
        cloud.DescribeZones(RegionId=REGION)
        assert [call["number"] for call in zones.result()["calls"]] == [3]


def test_wait_is_not_needed_where_there_is_something(own_cloud):
    cloud = own_cloud()
    cloud.DescribeRegions()
    assert len(journal(cloud.server, after=0, wait=60)["calls"]) == 1
    assert len(journal(cloud.server, wait=60)["calls"]) == 1


def test_wait_ends_without_a_call(own_cloud):
    cloud = own_cloud()
    assert journal(cloud.server, after=0, wait=1) == {"calls": [], "next": 0, "lost": 0}
    assert journal(cloud.server, after=0, wait=0) == {"calls": [], "next": 0, "lost": 0}


def test_waiting_questions_take_no_thread(own_cloud):
    """With one thread for all connections the server still answers others."""
    cloud = own_cloud(threads=1)
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        futures = [waiting(pool, cloud.server, after=0) for _ in range(20)]
        cloud.DescribeRegions()
        assert all(len(future.result()["calls"]) == 1 for future in futures)


def test_too_many_waiting_questions(own_cloud):
    cloud = own_cloud()
    codes = []

    def ask():
        headers = {"Authorization": f"Bearer {cloud.server.token}"}
        codes.append(cloud.server.http("GET", "/_cleat/journal?after=0&wait=60", headers=headers, timeout=90)[0])

    with concurrent.futures.ThreadPoolExecutor(70) as pool:
        futures = [pool.submit(ask) for _ in range(70)]
        wait_for(lambda: len(codes) == 6, "six of seventy are refused")
        assert set(codes) == {503}
        cloud.DescribeRegions()
        for future in futures:
            future.result()
    assert codes.count(200) == 64 and codes.count(503) == 6


def test_waiting_questions_are_answered_when_the_server_ends(make_server):
    server = make_server(threads=1)
    connections = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=60 * SLOWER) for _ in range(4)]
    for connection in connections:
        connection.request("GET", "/_cleat/journal?after=0&wait=60", headers={"Authorization": f"Bearer {server.token}"})
    # The one thread has taken them up when it answers what came behind them.
    for _ in range(3):
        assert server.http("GET", "/readyz")[0] == 200
    server.stop()
    for connection in connections:
        reply = connection.getresponse()
        assert (reply.status, json.loads(reply.read())["calls"]) == (200, [])
        connection.close()
    assert "requests wait" not in server.log
