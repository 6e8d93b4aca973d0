"""The command line as people use it: the binary's own output and exit status, against a real server."""

import json
import os
import pathlib
import re
import signal
import sqlite3
import stat

import pytest

from cloud import wait_for

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COMMANDS = ["serve", "demo", "exec", "env", "call", "why", "jobs", "journal", "ca", "key create", "key list", "key disable", "key enable",
            "clock", "clock advance", "fault add", "fault list", "fault clear", "fleet load", "fleet dump", "fleet reset",
            "fleet set", "guest mount", "guest umount", "guest io", "guest silent", "backup", "reference", "version"]
DEV_KEY = {"CLEAT_ACCESS_KEY_ID": "cleat", "CLEAT_ACCESS_KEY_SECRET": "cleat-secret"}


@pytest.fixture
def client(cleat, shared_server):
    """client(WORD...) runs a client command against the shared server; it must end with `status`."""

    def run(*words, status=0, env=None):
        where = ["--endpoint", shared_server.endpoint]
        if words[0] != "call":
            where += ["--control-token-file", shared_server.token_file]
        done = cleat(*words, *where, env=env)
        assert done.returncode == status, (words, done.stdout, done.stderr)
        return done

    return run


def make_disk(client):
    reply = client("call", "CreateDisk", "ZoneId=cn-hangzhou-h", "Size=20", "DiskCategory=cloud_essd", "--dev-key")
    return json.loads(reply.stdout)["DiskId"]


def test_version(cleat):
    assert re.fullmatch(r"cleat \d+\.\d+\.\d+\n", cleat("version").stdout)
    assert cleat("--version").stdout == cleat("version").stdout


def test_help_lists_every_command(cleat):
    done = cleat("--help")
    assert done.returncode == 0
    for command in COMMANDS:
        assert re.search(rf"^  {command} +\S", done.stdout, re.MULTILINE), command
    assert cleat("help").stdout == done.stdout
    assert cleat().returncode == 2


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(cleat, command):
    done = cleat(*command.split(), "--help")
    assert done.returncode == 0 and not done.stderr
    assert done.stdout.startswith(f"Usage: cleat {command}")
    assert cleat("help", *command.split()).stdout == done.stdout


@pytest.mark.parametrize("words, says", [
    (["srve"], "did you mean 'cleat serve'?"),
    (["key", "crate"], "did you mean 'cleat key create'?"),
    (["nothing-like-it"], "'cleat --help' lists them"),
    (["key"], "key create"),
    (["why"], "'cleat why --help'"),
    (["why", "d-1", "d-2"], "'d-2' is one word too many"),
    (["jobs", "--opened"], "did you mean --open?"),
    (["serve", "--port", "1"], "did you mean --port-file?"),
    (["clock", "advance", "soon"], "write 90, 90s, 5m, 2h or 500ms"),
    (["call", "DescribeDisks", "DiskIds"], "write NAME=VALUE"),
    (["call", "DescribeDisks"], "CLEAT_ACCESS_KEY_ID"),
])
def test_mistakes_are_explained(cleat, words, says):
    done = cleat(*words)
    assert done.returncode == 2, done
    assert says in done.stderr and not done.stdout


@pytest.mark.parametrize("file, words", [
    ("man/cleat.1", ["help", "--man"]),
    *((f"reference/{name}.md", ["reference", name]) for name in ("bssapi", "control", "ecs", "ess", "huawei-bms", "huawei-cinder",
        "huawei-ecs", "huawei-evs", "huawei-iam", "huawei-nova", "location", "metadata", "rds", "slb", "sts", "vpc")),
])
def test_docs_are_what_the_program_prints(cleat, file, words):
    assert cleat(*words).stdout == (ROOT / "docs" / file).read_text(encoding="utf-8"), "run: make docs"


def test_man_page_has_every_command_and_option(cleat):
    page = (ROOT / "docs" / "man" / "cleat.1").read_text(encoding="utf-8")
    plain = page.replace("\\-", "-")
    for command in COMMANDS:
        assert f".SS cleat {command}" in plain
        for option in re.findall(r"^  (--[a-z-]+)", cleat(*command.split(), "--help").stdout, re.MULTILINE):
            assert re.search(rf"^\.B {option}\b", plain, re.MULTILINE), (command, option)


def test_no_server_says_how_to_start_one(cleat):
    done = cleat("jobs", "--endpoint", "127.0.0.1:1", "--control-token-file", "/dev/null")
    assert done.returncode == 1
    assert "no server answers at http://127.0.0.1:1. Start one with 'cleat serve'" in done.stderr
    done = cleat("why", "d-1", "--data", "nowhere")
    assert done.returncode == 1
    assert "cleat serve --data nowhere" in done.stderr


def test_server_is_found_by_its_data_directory(cleat, make_server):
    server = make_server(durable=True)
    assert (server.data / "endpoint").read_text(encoding="ascii").strip() == server.url
    assert stat.S_IMODE((server.data / "control_token").stat().st_mode) == 0o600
    assert cleat("clock", "--data", server.data).returncode == 0
    assert cleat("clock", env={"CLEAT_DATA": server.data}).returncode == 0
    assert cleat("clock", "--endpoint", server.url + "/", "--data", server.data).returncode == 0


def test_wrong_token(cleat, shared_server, tmp_path):
    (tmp_path / "token").write_text("not-the-token\n", encoding="ascii")
    done = cleat("jobs", "--endpoint", shared_server.url, "--control-token-file", "token")
    assert done.returncode == 1
    assert "does not accept the token of token" in done.stderr


def test_keys(client):
    made = json.loads(client("key", "create", "--description", "for a test", "--json").stdout)
    assert set(made) >= {"access_key_id", "secret", "account"}
    key = made["access_key_id"]
    mine = {"CLEAT_ACCESS_KEY_ID": key, "CLEAT_ACCESS_KEY_SECRET": made["secret"]}
    client("call", "DescribeRegions", env=mine)

    table = client("key", "list").stdout
    assert table.startswith("ACCESS KEY ID") and re.search(rf"^{key} .* for a test$", table, re.MULTILINE)
    assert made["secret"] not in table + client("key", "list", "--json").stdout

    assert client("key", "disable", key).stdout == f"{key} is disabled\n"
    refused = json.loads(client("call", "DescribeRegions", env=mine, status=1).stdout)
    assert refused["Code"] == "InvalidAccessKeyId.Inactive"
    assert client("key", "enable", key).stdout == f"{key} is enabled\n"
    client("call", "DescribeRegions", env=mine)

    done = client("key", "create")
    assert re.search(r"^access key id +\S+\naccess key secret +\S+\naccount +\S+\n$", done.stdout)
    assert client("key", "disable", "no-such-key", status=1).stderr.startswith("cleat key disable: ")


def test_call(client):
    reply = json.loads(client("call", "DescribeRegions", "--dev-key").stdout)
    assert "cn-hangzhou" in [region["RegionId"] for region in reply["Regions"]["Region"]]
    assert "<DescribeRegionsResponse>" in client("call", "DescribeRegions", "--format", "xml", env=DEV_KEY).stdout
    refused = client("call", "DetachDisk", "DiskId=d-nothing", "InstanceId=i-nothing", "--dev-key", status=1)
    assert json.loads(refused.stdout)["Code"].startswith("Invalid")
    wrong = client("call", "DescribeRegions", env={**DEV_KEY, "CLEAT_ACCESS_KEY_SECRET": "wrong"}, status=1)
    assert json.loads(wrong.stdout)["Code"] == "SignatureDoesNotMatch"


def test_call_with_a_word_that_is_no_parameter(client):
    for word in ("=x", "=", "PageSize"):
        assert f"'{word}' is no parameter; write NAME=VALUE" in client("call", "DescribeDisks", word, "--dev-key", status=2).stderr


def test_guest_says_which_option_is_too_long(client):
    for option, most in (("--at", 1024), ("--by", 128)):
        assert client("guest", "mount", "d-1", "i-1", option, "x" * (most + 1), status=2).stderr ==             f"cleat guest mount: {option} has {most + 1} characters; {most} is the most\n"
        assert "disk" in client("guest", "mount", "d-1", "i-1", option, "ä" * most, status=1).stderr  # there is no d-1
    assert "--by" in client("guest", "io", "d-1", "i-1", "--by", "x" * 129, status=2).stderr


def test_ephemeral_server_tells_people_where_it_is(make_server, cleat):
    server = make_server(log="text")
    wait_for(lambda: " ephemeral " in server.log, "the log says it")
    (line,) = (line for line in server.log.splitlines() if " ephemeral " in line)
    data = line.rpartition("data=")[2].strip('"')
    assert "--data" in line and cleat("call", "DescribeRegions", "--dev-key", "--data", data).returncode == 0
    assert '"ephemeral"' not in make_server().log


def test_key_of_a_user(cleat, make_server, tmp_path):
    server = make_server(durable=True)

    def run(*words, status=0, env=None):
        done = cleat(*words, "--data", server.data, env=env)
        assert done.returncode == status, done.stderr
        return done.stdout

    fleet = tmp_path / "users.json"
    fleet.write_text(json.dumps({"cleat_fleet": 1, "accounts": [{"users": [{"name": "alice", "policies": [
        {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "ecs:DescribeDisks", "Resource": "*"}]}]}]}]}))
    run("fleet", "load", fleet)
    made = json.loads(run("key", "create", "--user", "alice", "--json"))
    assert made["user"] == "alice"
    listed = run("key", "list", "--user", "alice")
    assert len(listed.splitlines()) == 2 and re.search(rf"^{made['access_key_id']} .* alice ", listed, re.MULTILINE)
    assert re.search(r"^user +alice$", run("key", "create", "--user", "alice"), re.MULTILINE)
    mine = {"CLEAT_ACCESS_KEY_ID": made["access_key_id"], "CLEAT_ACCESS_KEY_SECRET": made["secret"]}
    assert "Disks" in json.loads(run("call", "DescribeDisks", env=mine))
    assert json.loads(run("call", "DeleteDisk", "DiskId=d-1", env=mine, status=1))["Code"] == "Forbidden.RAM"
    assert f"key {made['access_key_id']} of alice" in run("journal")
    run("key", "create", "--user", "bob", status=1)


def test_call_of_another_api_with_a_temporary_key(client):
    sts = ("--api-version", "2015-04-01")
    account = json.loads(client("call", "GetCallerIdentity", *sts, "--dev-key").stdout)["AccountId"]
    given = json.loads(client("call", "AssumeRole", f"RoleArn=acs:ram::{account}:role/worker", "RoleSessionName=alice", *sts,
                              "--dev-key").stdout)["Credentials"]
    key = {"CLEAT_ACCESS_KEY_ID": given["AccessKeyId"], "CLEAT_ACCESS_KEY_SECRET": given["AccessKeySecret"]}
    token = {"CLEAT_SECURITY_TOKEN": given["SecurityToken"]}
    assert json.loads(client("call", "DescribeDisks", env={**key, **token}).stdout)["TotalCount"] >= 0
    assert json.loads(client("call", "DescribeDisks", env=key, status=1).stdout)["Code"] == "MissingSecurityToken"
    assert client("call", "DescribeDisks", "--dev-key", env=token)
    reply = json.loads(client("call", "GetCallerIdentity", *sts, env={**key, **token}).stdout)
    assert reply["IdentityType"] == "AssumedRoleUser"


def test_call_signs_every_character(client):
    name = "a b+c&d=e%20~*'\"ü/"
    reply = client("call", "DescribeDisks", f"DiskName={name}", "--dev-key")
    assert json.loads(reply.stdout)["TotalCount"] == 0


def test_why_and_jobs(client):
    disk = make_disk(client)
    assert disk in client("why", disk).stdout
    reply = json.loads(client("why", disk, "--json").stdout)
    assert reply["disk"] == disk and reply["sentences"]
    assert client("why", "d-nothing", status=1).stderr.startswith("cleat why: ")

    assert client("jobs", "--limit", "5").stdout.startswith("JOB ")
    jobs = json.loads(client("jobs", "--disk", disk, "--json").stdout)["jobs"]
    assert all(job["disk"] == disk for job in jobs)
    assert json.loads(client("jobs", "--open", "--disk", disk, "--json").stdout)["jobs"] == []


def test_journal(client):
    client("call", "DescribeRegions", "Odd=journal-1", "Odd\x1b[2J\u009b=x", "Password=Pa55", "--dev-key")
    shown = client("journal", "--limit", "1", "--operation", "DescribeRegions").stdout
    first, second, third = shown.splitlines()
    assert re.match(r"\d{4}-\d\d-\d\dT\S+Z DescribeRegions 200 \d+\.\d{3} ms ", first)
    assert " Odd=journal-1 " in first and " Password=***" in first and "RegionId=cn-hangzhou" in first
    assert "Timestamp" not in first and "Pa55" not in shown
    assert second == "    key cleat, cleat"
    assert third == "    unread: Odd, Odd?[2J??, Password"
    (call,) = json.loads(client("journal", "--json", "--unread", "--limit", "1").stdout)["calls"]
    assert call["unread"] == ["Odd", "Odd\x1b[2J\u009b", "Password"]

    client("call", "NoSuch", "--dev-key", status=1)
    assert " NoSuch 404 InvalidAction.NotFound " in client("journal", "--failed", "--limit", "1").stdout
    assert client("journal", "--operation", "Nothing").stdout == client("journal", "--account", "1").stdout == ""
    client("clock")
    assert "GET /_cleat/clock 200" in client("journal", "--all", "--limit", "1").stdout
    assert "/_cleat" not in client("journal", "--limit", "1000").stdout


def test_journal_that_is_switched_off(cleat, make_server):
    server = make_server(journal_calls=0)
    done = cleat("journal", "--endpoint", server.endpoint, "--control-token-file", server.token_file)
    assert done.returncode == 1 and "keeps no journal" in done.stderr


def follow(cleat_process, server, *words):
    """`cleat journal --follow`, once it has shown a first call and so goes on from there."""
    process = cleat_process("journal", "--follow", "--json", "--endpoint", server.endpoint, "--control-token-file",
                            server.token_file, *words)
    assert json.loads(process.stdout.readline())["operation"] == "DescribeRegions"
    return process


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_journal_follow_until_it_is_told_to_stop(cleat_process, cleat, make_server, end):
    server = make_server()
    call = ["call", "DescribeRegions", "--dev-key", "--endpoint", server.endpoint]
    cleat(*call)
    process = follow(cleat_process, server, "--unread=false")
    for number in range(5):
        cleat(*call, f"Odd={number}")
        found = json.loads(process.stdout.readline())
        assert (found["number"], found["unread"]) == (number + 2, ["Odd"])
    process.send_signal(end)
    assert process.wait(30) == 0
    assert process.stdout.read() == "" and process.stderr.read() == ""


def test_journal_follow_ends_with_the_server(cleat_process, cleat, make_server):
    server = make_server()
    cleat("call", "DescribeRegions", "--dev-key", "--endpoint", server.endpoint)
    process = follow(cleat_process, server)
    cleat("call", "DescribeZones", "--dev-key", "--endpoint", server.endpoint)
    assert json.loads(process.stdout.readline())["operation"] == "DescribeZones"
    server.stop()
    assert process.wait(30) == 0
    assert process.stderr.read() == "cleat journal: the server has ended\n"


def test_clock(cleat, make_server, client):
    assert client("clock").stdout.endswith("(real)\n")
    assert client("clock", "advance", "5m", status=1).stderr.startswith("cleat clock advance: ")
    server = make_server(clock="manual")
    where = ["--endpoint", server.endpoint, "--control-token-file", server.token_file]
    before = cleat("clock", *where).stdout
    after = cleat("clock", "advance", "2h", *where).stdout
    assert before.endswith("(manual)\n") and after.strip() and after.strip() not in before
    assert cleat("clock", *where).stdout == after.strip() + " (manual)\n"


def test_backup(cleat, make_server, tmp_path):
    server = make_server(durable=True)
    where = ["--endpoint", server.endpoint]
    disk = json.loads(cleat("call", "CreateDisk", "ZoneId=cn-hangzhou-h", "Size=20", "DiskCategory=cloud_essd",
                            "--dev-key", *where).stdout)["DiskId"]
    done = cleat("backup", "copy.db", "--data", server.data)
    assert done.returncode == 0, done
    copy = tmp_path / "copy.db"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with sqlite3.connect(copy) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM disk WHERE id = ?", [disk]).fetchone() == (1,)

    size = copy.stat().st_size
    again = cleat("backup", "copy.db", "--data", server.data)
    assert again.returncode == 1 and "copy.db is there already" in again.stderr
    assert copy.stat().st_size == size

    (tmp_path / "token").write_text("wrong\n", encoding="ascii")
    refused = cleat("backup", "other.db", "--data", server.data, "--control-token-file", "token")
    assert refused.returncode == 1 and not (tmp_path / "other.db").exists()


def test_a_backup_can_be_served(cleat, make_server, tmp_path):
    first = make_server(durable=True)
    where = ["--endpoint", first.endpoint]
    disk = json.loads(cleat("call", "CreateDisk", "ZoneId=cn-hangzhou-h", "Size=20", "DiskCategory=cloud_essd",
                            "--dev-key", *where).stdout)["DiskId"]
    second = make_server(durable=True, start=False)
    second.data.mkdir()
    assert cleat("backup", second.data / "cleat.db", "--data", first.data).returncode == 0
    second.start()
    reply = cleat("call", "DescribeDisks", f'DiskIds=["{disk}"]', "--dev-key", "--endpoint", second.endpoint)
    assert json.loads(reply.stdout)["TotalCount"] == 1


def test_demo(cleat, tmp_path):
    data = tmp_path / "demo"
    done = cleat("demo", "--data", data, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [re.fullmatch(r" +(\d+\.\d\d) s  (\w+)", line) for line in done.stdout.splitlines()]
    states = [line.group(2) for line in lines if line]
    assert states == ["In_use", "Detaching", "Available"]
    assert float([line for line in lines if line][-1].group(1)) < 30
    assert f"serve --data {data} --dev-key --pace quick" in done.stdout
    assert "aliyun ecs DetachDisk --endpoint 127.0.0.1:7480 --insecure --region cn-hangzhou" in done.stdout
    assert re.search(r"call DetachDisk DiskId=d-\w+ InstanceId=i-\w+ --dev-key$", done.stdout, re.MULTILINE)

    (data / "leftover").touch()
    again = cleat("demo", "--data", data, timeout=120)
    assert again.returncode == 0, again.stdout + again.stderr
    assert not (data / "leftover").exists()


def test_demo_leaves_other_directories_alone(cleat, tmp_path):
    data = tmp_path / "precious"
    data.mkdir()
    (data / "file").write_text("dear", encoding="ascii")
    done = cleat("demo", "--data", data)
    assert done.returncode == 1 and "it is left alone" in done.stderr
    assert (data / "file").read_text(encoding="ascii") == "dear"


def test_demo_says_what_failed(cleat):
    done = cleat("demo", "--data", "/proc/cleat-demo")
    assert done.returncode == 1
    assert "cannot make /proc/cleat-demo" in done.stderr and "failed while starting a server" in done.stderr


def test_demo_keeps_serving_until_it_is_told_to_stop(cleat_process, cleat, tmp_path):
    data = tmp_path / "demo"
    process = cleat_process("demo", "--keep", "--data", data)
    text = ""
    while "aliyun ecs" not in text:
        line = process.stdout.readline()
        assert line, text + process.stderr.read()
        text += line
    call = re.search(r"call AttachDisk (DiskId=\S+) (InstanceId=\S+) --dev-key --endpoint (\S+)", text)
    done = cleat("call", "AttachDisk", call.group(1), call.group(2), "--dev-key", "--endpoint", call.group(3))
    assert done.returncode == 0, done
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert cleat("call", "DescribeDisks", "--dev-key", "--endpoint", call.group(3)).returncode == 1
    assert not (data / "endpoint").exists()


def test_demo_leaves_no_process(cleat, tmp_path):
    data = tmp_path / "demo"
    assert cleat("demo", "--data", data, timeout=120).returncode == 0
    needle = os.fsencode(str(data))
    for process in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert needle not in process.read_bytes(), process
        except OSError:
            continue
