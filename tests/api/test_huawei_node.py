"""Huawei Cloud's Node.js client, unmodified: a volume is detached and attached. What it does and says is in tests/node/story_huawei.js."""

import json
import os
import shutil
import subprocess

import pytest

from test_story_node import MODULES, NODE

pytestmark = pytest.mark.skipif(not shutil.which("node") or not (MODULES / "@huaweicloud").is_dir(),
                                reason="needs node and the packages of tests/node (tools/node-modules)")


def run(server, slower, *more):
    environment = {**os.environ, "NODE_PATH": str(MODULES), "NO_PROXY": "127.0.0.1"}
    return subprocess.run(["node", str(NODE / "story_huawei.js"), server.url, *more], env=environment, check=False,
                          capture_output=True, text=True, timeout=120 * slower)


def test_a_volume_is_detached_and_attached(make_server, slower):
    done = run(make_server(pace="quick"), slower)
    assert done.returncode == 0, done.stderr
    # The client writes what it asks for to the same place.
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "jobs": ["SUCCESS"] * 3, "before": ["/dev/vda", "/dev/vdb"], "detached": ["/dev/vda"],
        "refused": [["Ecs.0111", 400], ["Ecs.0114", 404]], "after": ["/dev/vda", "/dev/vdb"]}


def test_a_wrong_secret_is_refused_in_the_gateways_words(make_server, slower):
    done = run(make_server(), slower, "wrong")
    assert done.returncode == 1 and "verify aksk signature fail" in done.stderr, done.stderr
