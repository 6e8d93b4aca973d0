"""OpenStack's own command, unmodified, as a user who knows an address, a name and a password."""

import json
import pathlib
import subprocess
import sys

import pytest

from cloud import load_fleet
from test_huawei_tokens import ACCOUNT, NAME, REGION, fleet, user

pytestmark = pytest.mark.slow  # most of the time is the command's own start, of which sanitizers see nothing

COMMAND = pathlib.Path(sys.executable).parent / "openstack"


@pytest.fixture
def openstack(server, tmp_path):
    load_fleet(server, fleet(user("alice", "wonder land")))

    def run(*words, code=0, **more):
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "OS_AUTH_URL": server.url + "/v3", "OS_USERNAME": "alice",
                       "OS_PASSWORD": "wonder land", "OS_USER_DOMAIN_NAME": NAME, "OS_PROJECT_DOMAIN_NAME": NAME,
                       "OS_PROJECT_NAME": REGION, "OS_REGION_NAME": REGION, "OS_IDENTITY_API_VERSION": "3", **more}
        environment = {name: value for name, value in environment.items() if value}
        got = subprocess.run([COMMAND, *words, *(["-f", "json"] if not code else [])], env=environment, capture_output=True, text=True,
                             timeout=120, check=False)
        assert got.returncode == code, got.stderr
        return json.loads(got.stdout) if got.stdout and not code else got.stderr
    run.server = server
    return run


def test_who_logs_in_finds_what_there_is(openstack):
    token = openstack("token", "issue")
    assert len(token["id"]) == 160 and len(token["user_id"]) == 32
    projects = {each["Name"]: each["ID"] for each in openstack("project", "list")}
    assert projects[REGION] == token["project_id"]
    services = {each["Type"]: each["Endpoints"] for each in openstack("catalog", "list")}
    assert services["compute"][0]["url"] == f"{openstack.server.url}/v2.1/{token['project_id']}"
    assert openstack("project", "show", REGION)["domain_id"] == ACCOUNT
    assert [each["Name"] for each in openstack("user", "list")] == [NAME, "alice"]
    again = openstack("token", "issue", OS_AUTH_TYPE="v3token", OS_TOKEN=token["id"], OS_USERNAME="", OS_PASSWORD="",
                      OS_USER_DOMAIN_NAME="")
    assert again["expires"] == token["expires"] and again["user_id"] == token["user_id"]


def test_who_is_wrong_is_told(openstack):
    assert "The username or password is wrong. (HTTP 401)" in openstack("token", "issue", code=1, OS_PASSWORD="wrong")


def test_servers_are_listed(openstack):
    assert openstack("server", "list", "--no-name-lookup") == []
