"""OpenStack's command line, unmodified: a user logs in with a password and attaches, detaches and reads."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

from cloud import fleet_of, load_fleet
from test_huawei_story import IMAGE

pytestmark = pytest.mark.slow  # most of the time is the command's own start, of which sanitizers see nothing

ACCOUNT, NAME = "2000000000000079", "acme"
WEB, METAL = (f"00000000-0000-4000-8000-0000000000a{n}" for n in (1, 2))
PLAIN, SCSI, FREE = (f"00000000-0000-4000-8000-0000000000d{n}" for n in (1, 2, 3))
ALLOW_ALL = {"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["*:*:*"]}]}
OPENSTACK = pathlib.Path(sys.executable).with_name("openstack")


@pytest.fixture(scope="module")
def openstack(shared_server):
    """openstack(words...) -> what the command prints as JSON; refused(words...) what it complains of."""
    zone = {"zone": "cn-north-4a", "size_gib": 10}
    load_fleet(shared_server, fleet_of(
        id=ACCOUNT, realm="huawei", name=NAME,
        users=[{"name": "alice", "password": "wonder land", "policies": [ALLOW_ALL]}],
        instances=[{"id": WEB, "name": "web", "type": "s6.large.2", "zone": "cn-north-4a", "image": IMAGE},
                   {"id": METAL, "name": "metal", "type": "physical.s4.medium", "zone": "cn-north-4a", "image": IMAGE}],
        disks=[{"id": PLAIN, "name": "plain", **zone}, {"id": SCSI, "name": "scsi", "scsi": True, **zone},
               {"id": FREE, "name": "free", **zone}]))
    environment = {**{name: value for name, value in os.environ.items() if not name.startswith("OS_")},
                   "OS_AUTH_URL": shared_server.url + "/v3", "OS_USERNAME": "alice", "OS_PASSWORD": "wonder land",
                   "OS_USER_DOMAIN_NAME": NAME, "OS_PROJECT_DOMAIN_NAME": NAME, "OS_PROJECT_NAME": "cn-north-4",
                   "OS_REGION_NAME": "cn-north-4", "OS_IDENTITY_API_VERSION": "3", "no_proxy": "127.0.0.1"}

    def run(*words, json_wanted=True):
        more = ("-f", "json") if json_wanted else ()
        return subprocess.run([OPENSTACK, *words, *more], env=environment, capture_output=True, text=True, check=False, timeout=120)

    def call(*words, **how):
        done = run(*words, **how)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    def refused(*words, **how):
        done = run(*words, **how)
        assert done.returncode != 0
        return done.stderr

    call.refused = refused
    return call


@pytest.mark.parametrize("server, name, volume, device", [(WEB, "web", PLAIN, "/dev/vdb"), (METAL, "metal", SCSI, "/dev/sdb")])
def test_server_add_and_remove_volume(openstack, server, name, volume, device):
    added = openstack("server", "add", "volume", name, volume)
    assert (added["Server ID"], added["Volume ID"], added["Device"]) == (server, volume, device)
    shown = openstack("volume", "show", volume)
    assert shown["status"] == "in-use" and shown["attachments"][0]["server_id"] == server
    assert volume in [each["Volume ID"] for each in openstack("server", "volume", "list", name)]
    assert f"Instance {server} is not attached to volume {FREE}" in \
        openstack.refused("server", "remove", "volume", name, FREE, json_wanted=False)
    openstack("server", "remove", "volume", server, volume, json_wanted=False)
    assert openstack("volume", "show", volume)["status"] == "available"


def test_what_cannot_be_is_told(openstack):
    assert "Only SCSI disks are supported." in openstack.refused("server", "add", "volume", METAL, FREE)
    root = next(each["Volume ID"] for each in openstack("server", "volume", "list", WEB) if each["Device"] == "/dev/vda")
    assert "Cannot detach a root device volume" in openstack.refused("server", "remove", "volume", WEB, root, json_wanted=False)


def test_servers_flavors_and_images_are_read(openstack):
    listed = {each["ID"]: each for each in openstack("server", "list")}
    assert {(each["Name"], each["Status"], each["Flavor"]) for each in listed.values()} == {
        ("web", "ACTIVE", "s6.large.2"), ("metal", "ACTIVE", "physical.s4.medium")}
    assert listed[METAL]["Image"].startswith("Ubuntu 22.04")
    shown = openstack("server", "show", "metal")
    assert (shown["id"], shown["OS-EXT-STS:vm_state"]) == (METAL, "active")
    assert "physical.o2.medium" in [each["Name"] for each in openstack("flavor", "list")]
    assert openstack("flavor", "show", "s6.large.2")["vcpus"] == 2
    assert IMAGE in [each["ID"] for each in openstack("image", "list")]
    assert openstack("image", "show", IMAGE)["status"] == "active"
    openstack("server", "stop", METAL, json_wanted=False)
    assert openstack("server", "list", "--status", "SHUTOFF")[0]["ID"] == METAL
    openstack("server", "start", METAL, json_wanted=False)
