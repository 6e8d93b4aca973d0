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
    (program,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = run(tmp_path, program)
    assert done.returncode == 0 and "2 passed" in done.stdout, done.stdout


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
