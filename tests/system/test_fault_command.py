"""Faults over a kill, and `cleat fault`."""

import http.client
import json
import pathlib
import re

import pytest

from cloud import Cloud, Refused, wait_for


def test_counts_survive_a_kill(make_server):
    server = make_server(durable=True)
    cloud = Cloud(server)
    server.control("POST", "/_cleat/faults", {"operation": "DescribeRegions", "code": "Throttling", "times": 7, "id": "seven"})
    server.control("POST", "/_cleat/faults", {"operation": "*", "effect": "connection-cut", "times": -1, "id": "cut"})
    answered = 0
    while True:
        try:
            cloud.DescribeRegions()
        except Refused as refused:
            assert refused.code == "Throttling"
            answered += 1
        except http.client.RemoteDisconnected:
            break
        server.kill9()
        server.start()
    assert answered == 7
    faults = server.control("GET", "/_cleat/faults")["faults"]
    assert [(fault["id"], fault["times_left"], fault["times_hit"]) for fault in faults] == [("seven", 0, 7), ("cut", -1, 1)]


def test_lost_reply_and_a_kill_leave_what_was_committed(make_server):
    server = make_server(durable=True, pace="real", clock="manual")
    cloud = Cloud(server)
    server.control("POST", "/_cleat/faults", {"operation": "CreateDisk", "effect": "reply-lost"})
    with pytest.raises(http.client.RemoteDisconnected):
        cloud.make_disk(ClientToken="mine")
    server.kill9()
    server.start()
    disk = cloud.make_disk(ClientToken="mine")
    assert [found["DiskId"] for found in cloud.disks()] == [disk]


def test_held_job_is_held_over_a_kill(make_server):
    server = make_server(durable=True)
    cloud = Cloud(server)
    disk, instance = cloud.make_attached()
    server.control("POST", "/_cleat/faults", {"operation": "DetachDisk", "effect": "job-never-ends"})
    cloud.DetachDisk(DiskId=disk, InstanceId=instance)
    for _ in range(2):
        server.kill9()
        server.start()
        wait_for(lambda: server.control("GET", "/_cleat/jobs?state=open")["jobs"][0]["reason"] == "held-by-fault", "held")
        assert cloud.status(disk) == "Detaching"
    assert server.control("POST", "/_cleat/faults/clear", {}) == {"faults": 1, "jobs": 1}
    assert cloud.status(disk) == "Available"


# ---- the command line


@pytest.fixture
def command(make_server, cleat):
    """command("list") -> CompletedProcess of `cleat fault list` against a server; command.cloud is its client."""
    server = make_server()
    where = {"CLEAT_ENDPOINT": server.url, "CLEAT_CONTROL_TOKEN_FILE": server.token_file}

    def run(*words):
        return cleat("fault", *words, env=where)

    run.cloud = Cloud(server)
    return run


def test_add_list_and_clear(command):
    made = command("add", "DetachDisk", "--code", "InternalError", "--variant", "2", "--times", "forever", "--id", "mine")
    assert (made.returncode, made.stdout, made.stderr) == (0, "mine\n", "")
    assert command("add", "DescribeDisks", "--latency", "250ms", "--resource", "d-1").returncode == 0
    assert command("add", "CreateDisk", "--job-fails", "no room", "--times", "2").returncode == 0
    assert command.cloud.raw("DetachDisk").fault[2].endswith("exception or failure.")
    lines = command("list").stdout.split("\n")
    assert lines[0].split() == ["FAULT", "OPERATION", "RESOURCE", "ACCOUNT", "LEFT", "HIT", "JOBS", "WHAT"]
    assert re.fullmatch(r"mine +DetachDisk +forever +1 +0 +error InternalError \(text 2\)", lines[1])
    assert re.fullmatch(r"fault-\w{12} +DescribeDisks +d-1 +1 +0 +0 +latency, after 250 ms", lines[2])
    assert re.fullmatch(r"fault-\w{12} +CreateDisk +2 +0 +0 +job-fails: no room", lines[3])
    assert len(json.loads(command("list", "--json").stdout)["faults"]) == 3
    assert command("clear", "mine").stdout == "cleared 1, freed jobs 0\n"
    assert command("clear", "--operation", "CreateDisk").stdout == "cleared 1, freed jobs 0\n"
    assert json.loads(command("clear", "--json").stdout) == {"faults": 1, "jobs": 0}


@pytest.mark.parametrize("words, said", [
    (["add"], "cleat fault add"),
    (["add", "DetachDisk"], "what shall the call meet? give --code, "),
    (["add", "DetachDisk", "--cut", "--reply-lost"], "give one of --code, --reply-lost, --cut, "),
    (["add", "DetachDisk", "--cut", "--times", "0"], "--times: '0' is not right; give a number from 1, or forever"),
    (["add", "DetachDisk", "--latency", "soon"], "--latency: 'soon' is no duration; write 2, 2s, 500ms or 5m"),
    (["clear", "one", "--operation", "DetachDisk"], "give the id of a fault or --operation, not both"),
])
def test_command_lines_that_make_no_sense(command, words, said):
    run = command(*words)
    assert run.returncode == 2
    assert said in run.stderr


@pytest.mark.parametrize("words, said", [
    (["add", "DetachDsk", "--cut"], "There is no operation 'DetachDsk'; did you mean DetachDisk?"),
    (["add", "DetachDisk", "--code", "Foo"], "DetachDisk has no row 'Foo'; it has: "),
    (["add", "DescribeDisks", "--job-never-ends"], "DescribeDisks opens no job."),
    (["add", "DetachDisk", "--latency", "11m"], "A latency is at most 10 minutes."),
    (["clear", "nothing"], "There is no fault nothing."),
])
def test_what_the_server_refuses(command, words, said):
    run = command(*words)
    assert run.returncode == 1
    assert said in run.stderr


def test_commands_of_the_page_work(command):
    """Each `cleat fault` of docs/faults.md, and of its own help, as it stands there."""
    page = (pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "faults.md").read_text(encoding="utf-8")
    lines = re.findall(r"^ +cleat fault (.*)$", page, re.M) + re.findall(r"^cleat fault (.*)$", command("add", "--help").stdout, re.M)
    assert len(lines) > 10
    for line in lines:
        run = command(*[word.strip("'") for word in re.findall(r"'[^']*'|\S+", line.partition(" #")[0])])
        assert run.returncode == 0, (line, run.stderr)
