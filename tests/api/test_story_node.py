"""The vendor's Node.js clients, unmodified: pop-core (signature V1, GET and POST in turn) and the ECS SDK (V3). What they
do and say is in tests/node/story.js; node and npm come with `make test` or from the system."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

NODE = pathlib.Path(__file__).resolve().parent.parent / "node"
MODULES = pathlib.Path(os.environ.get("CLEAT_NODE_MODULES", NODE / "node_modules"))

pytestmark = pytest.mark.skipif(not shutil.which("node") or not MODULES.is_dir(),
                                reason="needs node and the packages of tests/node (tools/node-modules)")


@pytest.mark.parametrize("client", ["pop", "ecs"])
def test_disk_is_attached_and_detached(make_server, client, slower):
    server = make_server(pace="quick")
    environment = {**os.environ, "NODE_PATH": str(MODULES), "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(["node", str(NODE / "story.js"), client, server.endpoint], env=environment, check=False,
                          capture_output=True, text=True, timeout=120 * slower)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["statuses"] == ["Attaching", "In_use", "Detaching", "Available"]
    assert seen["refused"] == [["InvalidOperation.DiskDetachingFromThisEcs", 403], ["InvalidDisk.AlreadyDetached", 404],
                               ["InvalidDiskId.NotFound", 404]]
    assert re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", seen["requestId"])
    assert (seen["name"], seen["types"]) == ("ü & <x>", ["boolean", "number"])
