"""OpenStack's command line, unmodified, on volumes, snapshots and types."""

import pytest

from test_huawei_openstackclient import openstack  # noqa: F401

pytestmark = pytest.mark.slow  # most of the time is the command's own start, of which sanitizers see nothing


def test_a_volume_and_its_snapshot(openstack):  # noqa: F811
    made = openstack("volume", "create", "--size", "10", "--type", "SSD", "--availability-zone", "cn-north-4a", "backed")
    volume = made["id"]
    assert (made["name"], made["size"], made["type"]) == ("backed", 10, "SSD")
    listed = {each["ID"]: each for each in openstack("volume", "list")}
    assert (listed[volume]["Name"], listed[volume]["Status"], listed[volume]["Size"]) == ("backed", "available", 10)
    openstack("volume", "set", "--size", "20", "--name", "larger", volume, json_wanted=False)
    assert openstack("volume", "show", "larger")["size"] == 20
    snapshot = openstack("volume", "snapshot", "create", "--volume", volume, "moment")["id"]
    assert snapshot in [each["ID"] for each in openstack("volume", "snapshot", "list")]
    assert openstack("volume", "snapshot", "show", "moment")["status"] == "available"
    openstack("volume", "snapshot", "delete", snapshot, json_wanted=False)
    openstack("volume", "delete", volume, json_wanted=False)
    assert volume not in [each["ID"] for each in openstack("volume", "list")]


@pytest.mark.parametrize("words", [("volume",), ("volume", "snapshot")])
def test_properties(openstack, words):  # noqa: F811
    volume = openstack("volume", "create", "--size", "10", "--type", "SSD", "--property", "who=me", "--property", "why=a test", "v")["id"]
    thing, shown = volume, {"readonly": "False", "hw:passthrough": "false"}
    if len(words) > 1:
        thing, shown = openstack(*words, "create", "--volume", volume, "--property", "who=me", "--property", "why=a test", "s")["id"], {}

    def properties():
        return openstack(*words, "show", thing)["properties"]

    assert properties() == {**shown, "who": "me", "why": "a test"}
    openstack(*words, "set", "--property", "who=you", "--property", "when=now", thing, json_wanted=False)
    assert properties() == {**shown, "who": "you", "why": "a test", "when": "now"}
    openstack(*words, "unset", "--property", "why", thing, json_wanted=False)
    assert properties() == {**shown, "who": "you", "when": "now"}
    openstack(*words, "set", "--no-property", "--property", "only=this", thing, json_wanted=False)
    assert properties() == {**shown, "only": "this"}
    openstack(*words, "set", "--no-property", thing, json_wanted=False)
    assert properties() == shown


def test_types(openstack):  # noqa: F811
    assert {each["Name"] for each in openstack("volume", "type", "list")} == {"SAS", "SSD", "GPSSD", "SATA", "ESSD"}
