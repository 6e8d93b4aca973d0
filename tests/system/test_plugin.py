"""The pytest plugin of python/: its README is run as it stands, and a failure shows the calls."""

import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(os.environ.get("CLEAT_BINARY", ROOT / "build" / "cleat")).resolve()
README = (ROOT / "python" / "README.md").read_text(encoding="utf-8")


def run(folder, program):
    (folder / "test_it.py").write_text(program, encoding="utf-8")
    return subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "pytest_cleat.plugin", "-p", "no:cacheprovider", "--strict-markers",
                           "test_it.py"], cwd=folder, capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTHONPATH": str(ROOT / "python"), "CLEAT_BINARY": str(BINARY)})


def test_readme_is_true(tmp_path):
    programs = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = run(tmp_path, "\n".join(programs))
    assert done.returncode == 0 and "3 passed" in done.stdout, done.stdout


def test_failure_shows_the_calls(tmp_path):
    done = run(tmp_path, """
def test_it(cleat, make_cleat):
    assert cleat.call("DescribeDisks", "Colour=blue")["TotalCount"] == 0
    assert make_cleat().call("DetachDisk", "DiskId=d-1", "InstanceId=i-1")["Code"] == "nothing"
""")
    assert done.returncode == 1
    assert "DescribeDisks 200  Colour=blue" in done.stdout and "nobody read: Colour" in done.stdout
    assert "DetachDisk 404 InvalidInstanceId.NotFound DiskId=d-1" in done.stdout
    assert done.stdout.count("last calls that cleat at 127.0.0.1:") == 2


def test_subprocesses_find_the_server(tmp_path):
    done = run(tmp_path, f"""
import json, subprocess

import pytest
from pytest_cleat import Refused


def test_it(cleat):
    environment = cleat.environment
    assert environment["ALIBABA_CLOUD_ENDPOINT"] == cleat.endpoint and environment["ALICLOUD_REGION"] == cleat.region
    reply = subprocess.run([{str(BINARY)!r}, "call", "DescribeRegions"], env=environment, capture_output=True, check=True).stdout
    assert json.loads(reply)["Regions"]
    with pytest.raises(Refused, match="clock-not-manual"):
        cleat.advance(1)
    cleat.fault("DescribeRegions", code="Throttling")
    cleat.clear_faults()
    assert "Code" not in cleat.call("DescribeRegions")
    cleat.load({{"cleat_fleet": 1, "accounts": [{{"safe_detach": True, "instances": [{{"id": "i-1"}}],
                "disks": [{{"id": "d-1", "attachments": [{{"instance": "i-1"}}]}}]}}]}})
    cleat.guest("d-1", "i-1", mounted="/data")
    cleat.call("DetachDisk", "DiskId=d-1", "InstanceId=i-1")
    assert any("/data" in sentence for sentence in cleat.why("d-1"))
    assert cleat.dump()["accounts"][0]["disks"][0]["id"] == "d-1"
""")
    assert done.returncode == 0, done.stdout


ACCOUNTS = """
import pytest

NAMES = [f"disk-{i}" for i in range(5)]


@pytest.mark.parametrize("name", NAMES)
def test_each_sees_its_own(cleat_account, shared_cleat, name):
    cleat_account.call("CreateDisk", "ZoneId=cn-hangzhou-h", "Size=20", f"DiskName={name}")
    assert [disk["DiskName"] for disk in cleat_account.call("DescribeDisks")["Disks"]["Disk"]] == [name]
    assert cleat_account.environment["ALIBABA_CLOUD_ACCESS_KEY_ID"] == cleat_account.key_id != shared_cleat.key_id


def test_nothing_is_left(shared_cleat):
    assert [account["name"] for account in shared_cleat.dump()["accounts"]] == ["default", "default"]  # one a cloud
"""


def test_accounts_of_one_server(tmp_path):
    done = run(tmp_path, ACCOUNTS + """

def test_two_of_a_server_of_its_own(cleat):
    one, two = cleat.account(), cleat.account()
    one.call("CreateDisk", "ZoneId=cn-hangzhou-h", "Size=20")
    assert [each.call("DescribeDisks")["TotalCount"] for each in (one, two, cleat)] == [1, 0, 0]
    one.remove()
    one.remove()
    assert [account["name"] for account in cleat.dump()["accounts"]] == ["default", "default", two.key_id]


def test_one_that_is_never_used(cleat_account):
    pass
""")
    assert done.returncode == 0 and "8 passed" in done.stdout, done.stdout


def test_failure_shows_the_calls_of_its_account(tmp_path):
    done = run(tmp_path, """
def test_it(cleat_account, shared_cleat):
    shared_cleat.call("DescribeZones")
    assert cleat_account.call("DescribeRegions")["Code"]
""")
    assert done.returncode == 1 and "DescribeRegions 200" in done.stdout and "DescribeZones" not in done.stdout.split("last calls")[1]


def test_processes_share_the_server_of_cleat_exec(tmp_path):
    (tmp_path / "test_it.py").write_text(ACCOUNTS, encoding="utf-8")
    one = f"{sys.executable} -m pytest -q -p pytest_cleat.plugin -p no:cacheprovider test_it.py -k sees"
    done = subprocess.run([str(BINARY), "exec", "--accounts", "auto", "--", "sh", "-c",
                           f"{one} & first=$!; {one} && wait $first && {BINARY} fleet dump"], cwd=tmp_path, capture_output=True,
                          text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT / "python"), "CLEAT_BINARY": str(BINARY)})
    assert done.returncode == 0 and done.stdout.count("5 passed") == 2 and '"own_key"' not in done.stdout, done.stdout + done.stderr
