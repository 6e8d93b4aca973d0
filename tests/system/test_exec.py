"""`cleat exec` and `cleat env`: a server for one command, and what clients need to find a server."""

import configparser
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest

from cloud import SLOWER

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(os.environ.get("CLEAT_BINARY", ROOT / "build" / "cleat")).resolve()
MODULES = pathlib.Path(os.environ.get("CLEAT_NODE_MODULES", ROOT / "tests" / "node" / "node_modules"))
CLIENTS = ["shell", "aliyun-cli", "terraform-alicloud", "python", "node", "go", "csi-alibaba", "cluster-autoscaler",
           "terraform-huaweicloud", "python-huawei", "openstack", "csi-huawei"]


@pytest.fixture
def run(tmp_path):
    """run(*words, **environment): the binary, with a TMPDIR of its own in which nothing may be left."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()

    def run(*words, stdin=None, **environment):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("CLEAT_")}
        return subprocess.run([str(BINARY), *map(str, words)], env={**clean, "TMPDIR": str(temporary), **environment},
                              input=stdin, capture_output=True, text=True, timeout=120 * SLOWER, check=False)

    yield run
    assert list(temporary.iterdir()) == []


def call(action, *parameters):
    return [str(BINARY), "call", action, *parameters]


# ---- exec


def test_command_finds_the_server_and_its_exit_status_is_passed_on(run):
    done = run("exec", "--", *call("DescribeRegions"))
    assert (done.returncode, done.stderr) == (0, "") and "cn-hangzhou" in done.stdout
    assert run("exec", "--", "sh", "-c", "exit 7").returncode == 7
    assert run("exec", "--", "sh", "-c", "kill -9 $$").returncode == 128 + signal.SIGKILL


def test_what_failed_is_told_with_the_last_calls(run):
    done = run("exec", "--", *call("DetachDisk", "DiskId=d-1", "InstanceId=i-1", "Colour=blue"))
    assert done.returncode == 1
    assert "DetachDisk 404 InvalidInstanceId.NotFound" in done.stderr and "unread: Colour" in done.stderr
    assert run("exec", "--", "true").stderr == ""


def test_command_that_does_not_exist(run):
    done = run("exec", "--", "/nowhere/at-all")
    assert done.returncode == 127 and "/nowhere/at-all: No such file or directory" in done.stderr


def test_without_a_command(run):
    done = run("exec")
    assert done.returncode == 2 and "cleat exec --help" in done.stderr


def test_state_to_begin_with(run, tmp_path):
    fleet = tmp_path / "fleet.json"
    fleet.write_text(json.dumps({"cleat_fleet": 1, "accounts": [
        {"instances": [{"id": "i-1"}], "disks": [{"id": "d-1", "attachments": [{"instance": "i-1"}]}]}]}))
    done = run("exec", "--fleet", fleet, "--", "sh", "-c", f"{BINARY} call DetachDisk DiskId=d-1 InstanceId=i-1 >/dev/null && "
               f"{BINARY} call DescribeDisks 'DiskIds=[\"d-1\"]'")
    assert done.returncode == 0, done.stderr
    (disk,) = json.loads(done.stdout)["Disks"]["Disk"]
    assert (disk["DiskId"], disk["Status"]) == ("d-1", "Available")
    fleet.write_text('{"cleat_fleet": 1,\n "acounts": []}')
    done = run("exec", "--fleet", fleet, "--", "true")
    assert done.returncode == 1 and "line 2" in done.stderr and "acounts" in done.stderr


def test_pace_and_clock(run):
    script = (f'disk=$({BINARY} call CreateDisk ZoneId=cn-hangzhou-h Size=20 | grep -o "d-[a-z0-9]*") && '
              f'{BINARY} call DescribeDisks && {BINARY} clock advance 60 >/dev/null && {BINARY} call DescribeDisks')
    done = run("exec", "--pace", "real", "--clock", "manual", "--", "sh", "-c", script)
    assert done.returncode == 0, done.stderr
    before, after = (json.loads(line)["Disks"]["Disk"][0]["Status"] for line in done.stdout.splitlines())
    assert (before, after) == ("Creating", "Available")


def test_data_may_be_kept(run, tmp_path):
    data = tmp_path / "data"
    assert run("exec", "--data", data, "--", *call("CreateDisk", "ZoneId=cn-hangzhou-h", "Size=20")).returncode == 0
    done = run("exec", "--data", data, "--", *call("DescribeDisks"))
    assert json.loads(done.stdout)["TotalCount"] == 1


def test_settings_of_another_server_do_not_reach_it(run):
    done = run("exec", "--", *call("DescribeRegions"), CLEAT_PACE="nonsense", CLEAT_ENDPOINT="http://127.0.0.1:1")
    assert done.returncode == 0, done.stderr


def test_command_is_ended_with_it(tmp_path):
    """SIGTERM goes to the command; the server ends behind it, and nothing is left."""
    temporary, ready = tmp_path / "tmp", tmp_path / "ready"
    temporary.mkdir()
    script = f'trap "exit 9" TERM; echo $CLEAT_ENDPOINT >{ready}.new; mv {ready}.new {ready}; while :; do sleep 0.05; done'
    process = subprocess.Popen([str(BINARY), "exec", "--", "sh", "-c", script], env={**os.environ, "TMPDIR": str(temporary)},
                               stderr=subprocess.PIPE)
    deadline = time.monotonic() + 30 * SLOWER
    while not ready.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert ready.exists()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60 * SLOWER)
    assert process.returncode == 9
    assert list(temporary.iterdir()) == []
    port = int(ready.read_text().rsplit(":", 1)[1])
    assert subprocess.run([str(BINARY), "call", "DescribeRegions", "--dev-key", "--endpoint", f"127.0.0.1:{port}"],
                          capture_output=True, check=False).returncode == 1


def test_clients_trust_its_https(run):
    """By the variables alone: the port speaks https, and its authority is in the bundle of each library."""
    program = ("import os, ssl, urllib.request\n"
               "url = os.environ['CLEAT_ENDPOINT'].replace('http://127.0.0.1', 'https://localhost') + '/healthz'\n"
               "for name in ('SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'ALIBABA_CLOUD_CA_BUNDLE', 'CLEAT_CA_FILE'):\n"
               "    context = ssl.create_default_context(cafile=os.environ[name])\n"
               "    print(urllib.request.urlopen(url, context=context).status)\n")
    done = run("exec", "--", sys.executable, "-c", program)
    assert (done.returncode, done.stdout.split()) == (0, ["200"] * 5), done.stderr


# ---- env


def through_shell(run, client, command, **more):
    """Sets what `cleat env` prints in a shell, and nothing else of Cleat's, and runs the command there."""
    script = ('for name in $(env | grep -o "^[A-Za-z_]*" | grep -E "^(CLEAT|ALI|HW|HUAWEI|OS_|TF_|.*_ENDPOINT|ACCESS_KEY|REGION)"); do '
              f'unset $name; done; lines=$({BINARY} env {client} --data "$1") || exit 90; eval "$lines"; {command}')
    return run("exec", "--data", more["data"], "--", "sh", "-c", script, "sh", more["data"])


@pytest.mark.parametrize("client", CLIENTS)
def test_lines_are_a_shells(run, tmp_path, client):
    done = through_shell(run, client, 'echo "$NO_PROXY"; echo "$ALIBABA_CLOUD_ACCESS_KEY_ID$ACCESS_KEY_ID"; '
                         'echo "$HW_ACCESS_KEY$HUAWEICLOUD_SDK_AK$OS_USERNAME"', data=tmp_path / "it's")
    assert done.returncode == 0, done.stderr
    no_proxy, key, second = done.stdout.splitlines()
    assert "127.0.0.1" in no_proxy and (key.startswith("LTAI5t") or second == "cleat"), done.stderr


KEY = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "test-a", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "cleat-secret"}
REGION = {"ALIBABA_CLOUD_REGION_ID": "cn-beijing"}
OWN = {"CLEAT_ENDPOINT": "URL", "CLEAT_CONTROL_TOKEN_FILE": "FILE", "CLEAT_ACCESS_KEY_ID": "test-a",
       "CLEAT_ACCESS_KEY_SECRET": "cleat-secret", "CLEAT_REGION": "cn-beijing", "CLEAT_CA_FILE": "CA", "CURL_CA_BUNDLE": "CA"}
PRODUCTS = ("ECS", "ESS", "VPC", "STS", "LOCATION", "BSSOPENAPI", "SLB", "RDS")
ENDPOINTS = {f"{product}_ENDPOINT": "HOST" for product in PRODUCTS}
OLD_KEY = {"ACCESS_KEY_ID": "test-a", "ACCESS_KEY_SECRET": "cleat-secret", "REGION_ID": "cn-beijing"}
GO_TRUSTS = {"SSL_CERT_FILE": "CA"}
HUAWEI = {"HW_ACCESS_KEY": "test-a", "HW_SECRET_KEY": "cleat-secret", "HW_AUTH_URL": "AUTH"}
VARIABLES = {
    "aliyun-cli": {**KEY, **REGION, "ALIBABA_CLOUD_ENDPOINT": "HOST", **GO_TRUSTS},
    "terraform-alicloud": {**KEY, "ALIBABA_CLOUD_REGION": "cn-beijing", "ALICLOUD_ACCESS_KEY": "test-a",
                           "ALICLOUD_SECRET_KEY": "cleat-secret", "ALICLOUD_REGION": "cn-beijing",
                           "ALICLOUD_SKIP_REGION_VALIDATION": "true", "ALIBABA_CLOUD_ACCOUNT_TYPE": "Domestic", **ENDPOINTS,
                           **{f"ALIBABA_CLOUD_ENDPOINT_{product}": "HOST" for product in PRODUCTS}, **GO_TRUSTS},
    "python": {**KEY, **REGION, **OWN, **GO_TRUSTS, "REQUESTS_CA_BUNDLE": "CA", "ALIBABA_CLOUD_CA_BUNDLE": "CA"},
    "node": {**KEY, **REGION, **OWN, "NODE_EXTRA_CA_CERTS": "CA"},
    "go": {**KEY, **REGION, **OWN, **GO_TRUSTS},
    "csi-alibaba": {**OLD_KEY, **ENDPOINTS, "ALIBABA_CLOUD_NO_ECS_METADATA": "true", "ALICLOUD_CLIENT_SCHEME": "http", **GO_TRUSTS},
    "cluster-autoscaler": {**OLD_KEY, **GO_TRUSTS},
    "terraform-huaweicloud": {**HUAWEI, "HW_REGION_NAME": "cn-east-3", "TF_VAR_cleat_url": "URL", **GO_TRUSTS},
    "python-huawei": {**OWN, "CLEAT_REGION": "cn-east-3", "HUAWEICLOUD_SDK_AK": "test-a", "HUAWEICLOUD_SDK_SK": "cleat-secret",
                      "HW_REGION_NAME": "cn-east-3", "HUAWEICLOUD_SDK_IAM_ENDPOINT": "URL", "REQUESTS_CA_BUNDLE": "CA",
                      **{f"HUAWEICLOUD_SDK_REGION_{api}_CN_EAST_3": "URL" for api in ("BMS", "ECS", "EVS", "IAM")}},
    "openstack": {"OS_AUTH_URL": "AUTH", "OS_IDENTITY_API_VERSION": "3", "OS_USERNAME": "test-a", "OS_PASSWORD": "cleat-secret",
                  "OS_USER_DOMAIN_NAME": "default", "OS_PROJECT_DOMAIN_NAME": "default", "OS_PROJECT_NAME": "cn-east-3",
                  "OS_REGION_NAME": "cn-east-3", "OS_CACERT": "CA", "REQUESTS_CA_BUNDLE": "CA"},
    "csi-huawei": {**HUAWEI, "HW_REGION_NAME": "cn-east-3", **GO_TRUSTS},
}
SECOND = ("terraform-huaweicloud", "python-huawei", "openstack", "csi-huawei")


@pytest.mark.parametrize("client", VARIABLES)
def test_variables_are_those_that_the_client_reads(run, tmp_path, client):
    """Each of them and no other, with a value that is right: addresses of the server, files that hold its authority, the place of its token."""
    assert set(VARIABLES) == set(CLIENTS) - {"shell"}
    data = tmp_path / "data"
    done = run("exec", "--data", data, "--accounts", "auto", "--", "sh", "-c",
               f'unset NO_PROXY no_proxy CLEAT_ENDPOINT CLEAT_ACCESS_KEY_ID CLEAT_ACCESS_KEY_SECRET; {BINARY} ca --data "$1" >"$2"; '
               f'cat "$1/endpoint"; {BINARY} env {client} --data "$1" --access-key-id test-a '
               f'--region {"cn-east-3" if client in SECOND else "cn-beijing"}', "sh", data, tmp_path / "ca")
    assert done.returncode == 0, done.stderr
    url, note, *lines = done.stdout.splitlines()
    found = dict(shlex.split(line)[1].split("=", 1) for line in lines)
    assert note.startswith(f"# {client}: ")
    for name in ("NO_PROXY", "no_proxy"):
        assert set(found.pop(name).split(",")) >= {"127.0.0.1", "localhost", "::1"}
    assert set(found) == set(VARIABLES[client])
    authority = (tmp_path / "ca").read_text()
    assert "BEGIN CERTIFICATE" in authority
    for name, value in VARIABLES[client].items():
        if value == "CA":
            assert authority in pathlib.Path(found[name]).read_text(), name
        elif value == "FILE":
            assert found[name] == str(data / "control_token")
        else:
            assert found[name] == {"URL": url, "AUTH": url + "/v3", "HOST": url.removeprefix("http://")}.get(value, value), name


@pytest.mark.skipif(not shutil.which("gofmt"), reason="needs gofmt")
def test_go_is_well_formed(run):
    code = run("env", "go", "--code").stdout
    done = subprocess.run(["gofmt"], input=code, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, code), done.stderr


def test_key_of_its_own_needs_no_secret(run):
    script = f'{BINARY} call CreateDisk ZoneId=cn-hangzhou-h Size=20 >/dev/null; eval "$({BINARY} env python --access-key-id test-b)"; ' \
             f'{BINARY} call DescribeDisks; {BINARY} call DescribeDisks --access-key-id test-b'
    done = run("exec", "--accounts", "auto", "--", "sh", "-c", f"unset CLEAT_ACCESS_KEY_SECRET; {script}")
    assert [json.loads(line)["TotalCount"] for line in done.stdout.splitlines()] == [0, 0], done.stderr


def test_python(run, tmp_path):
    code = tmp_path / "list.py"
    code.write_text(run("env", "python", "--code").stdout)
    done = through_shell(run, "python", f"{sys.executable} {code}", data=tmp_path / "data")
    assert (done.returncode, done.stdout) == (0, "0 disks\n"), done.stderr


@pytest.mark.skipif(not shutil.which("node") or not MODULES.is_dir(), reason="needs node and the packages of tests/node")
def test_node(run, tmp_path):
    code = tmp_path / "list.js"
    code.write_text(run("env", "node", "--code").stdout)
    done = through_shell(run, "node", f"NODE_PATH={MODULES} node {code}", data=tmp_path / "data")
    assert (done.returncode, done.stdout) == (0, "0 disks\n"), done.stderr


@pytest.mark.skipif(not shutil.which("aliyun"), reason="needs the aliyun CLI")
def test_aliyun_cli(run, tmp_path):
    code = tmp_path / "list.sh"
    code.write_text(run("env", "aliyun-cli", "--code").stdout)
    done = through_shell(run, "aliyun-cli", f"HOME={tmp_path} sh {code}", data=tmp_path / "data")
    assert done.returncode == 0 and json.loads(done.stdout)["TotalCount"] == 0, done.stderr


def test_python_of_the_second_cloud(run, tmp_path):
    code = tmp_path / "list.py"
    code.write_text(run("env", "python-huawei", "--code").stdout)
    done = through_shell(run, "python-huawei", f"{sys.executable} {code}", data=tmp_path / "data")
    assert (done.returncode, done.stdout) == (0, "0 servers\n"), done.stderr


def test_exec_sets_what_the_second_clouds_clients_read(run, tmp_path):
    code = tmp_path / "list.py"
    code.write_text(run("env", "python-huawei", "--code").stdout)
    done = run("exec", "--", sys.executable, code)
    assert (done.returncode, done.stdout) == (0, "0 servers\n"), done.stderr
    done = run("exec", "--", "sh", "-c", 'echo "$HW_REGION_NAME $CLEAT_REGION $OS_USERNAME $OS_AUTH_URL"')
    assert re.fullmatch(r"cn-north-4 cn-hangzhou cleat http://127\.0\.0\.1:\d+/v3\n", done.stdout)


def test_openstack(run, tmp_path):
    openstack = pathlib.Path(sys.executable).with_name("openstack")
    script = f"{openstack} token issue -f value -c project_id; {openstack} project list -f value -c Name"
    done = through_shell(run, "openstack", script, data=tmp_path / "data")
    project, *names = done.stdout.split()
    assert len(project) == 32 and "cn-north-4" in names, done.stderr


def test_configuration_of_the_disk_driver(run, tmp_path):
    code = tmp_path / "cloud-config.sh"
    code.write_text(run("env", "csi-huawei", "--code").stdout)
    done = through_shell(run, "csi-huawei", f"sh {code}", data=tmp_path / "data")
    file = configparser.ConfigParser()
    file.read_string(done.stdout)
    found = dict(file["Global"])
    assert found.pop("auth-url").endswith("/v3")
    assert found == {"cloud": "myhuaweicloud.com", "region": "cn-north-4", "access-key": "cleat", "secret-key": "cleat-secret"}


@pytest.mark.skipif(not shutil.which("terraform"), reason="needs terraform")
@pytest.mark.parametrize("client", ["terraform-alicloud", "terraform-huaweicloud"])
def test_terraform_is_well_formed(run, client):
    done = subprocess.run(["terraform", "fmt", "-check", "-"], input=run("env", client, "--code").stdout,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_unknown_client(run):
    done = run("env", "pyhton")
    assert done.returncode == 2 and "did you mean 'python'" in done.stderr
    assert all(f"  {client}\n" in done.stderr for client in CLIENTS)


def test_client_without_code(run):
    done = run("env", "csi-alibaba", "--code")
    assert done.returncode == 2 and "variables alone" in done.stderr


@pytest.mark.parametrize("client", CLIENTS)
def test_env_says_that_no_server_answers(run, tmp_path, client):
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        done = run("env", client, "--data", tmp_path, "--endpoint", f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert done.returncode == 1 and "no server answers" in done.stderr and done.stdout == ""
