"""A small client of the ECS API: signs V1 itself, keeps its connection and gives plain replies. Most tests use it
because it is fast; the official clients have tests of their own."""

import http.client
import json
import os
import re
import sqlite3
import time
import urllib.parse
import xml.etree.ElementTree

import shapes
import signing

SLOWER = float(os.environ.get("CLEAT_SLOWER", "1"))
KEPT_SECONDS = 20  # a connection without a call; the server closes one after a minute
REGION, ZONE = "cn-hangzhou", "cn-hangzhou-h"
IMAGE = "aliyun_3_x64_20G_alibase_20240819.vhd"
TYPE = "ecs.g7.large"
MULTI = {"DiskCategory": "cloud_essd", "MultiAttach": "Enabled"}

UUID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
TIME_SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
TIME_MINUTES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ")


class Refused(Exception):
    """What an API answered instead of doing it."""

    def __init__(self, status, code, message):
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, {name.lower(): value for name, value in headers}, body
        self.type = self.headers.get("content-type", "")
        self.value = None

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def xml(self):
        return xml.etree.ElementTree.fromstring(self.body)

    @property
    def fault(self):
        """(status, code, message), from either format."""
        if "xml" in self.type:
            root = self.xml
            assert root.tag == "Error", self.text
            return self.status, root.findtext("Code"), root.findtext("Message")
        return self.status, self.json["Code"], self.json["Message"]


    def check(self, action, by_token):
        """Holds a reply that did it against the vendor's shape; its value is the same in both formats."""
        if "xml" in self.type:
            assert self.xml.tag == action + "Response", self.text
            self.value = shapes.read_xml(self.xml, shapes.shape_of(action), action)
        else:
            self.value = self.json
        # Clients take a Code at the top for a refusal, whatever the status is.
        assert "Code" not in self.value and UUID.fullmatch(self.value["RequestId"]), self.text
        shapes.check_reply(action, self.value, by_token)
        shapes.ANSWERED.add((action, "XML" if "xml" in self.type else "JSON"))


class Cloud:
    """Calls operations: cloud.CreateDisk(Size=20). Parameters with dots: cloud.RunInstances(**{"SystemDisk.Size": 40}).
    None leaves a parameter out. A refusal raises Refused.

    Replies are asked for in JSON and XML in turn and give the same either way, so that every test holds for both, and an
    operation that answered in one of them only is asked in the other; each is held against the vendor's shape of it."""

    def __init__(self, server, key_id=signing.KEY_ID, secret=signing.SECRET, timeout=60):
        self.server, self.key_id, self.secret, self.timeout = server, key_id, secret, timeout
        self.connection, self.pid, self.used_at = None, None, 0
        self.in_xml = False

    def send(self, method, target, body=None, headers=None):
        """One request on the connection that is kept; it is renewed when the server is another one, and when it was idle for so
        long that the server may be closing it, as clients with a pool do."""
        if self.connection is None or self.pid != self.server.pid or time.monotonic() - self.used_at > KEPT_SECONDS:
            self.close()
            self.connection = self.connect()
            self.pid = self.server.pid
        try:
            self.connection.request(method, target, body=body, headers=headers or {})
            reply = self.connection.getresponse()
            self.used_at = time.monotonic()
            return Reply(reply.status, reply.getheaders(), reply.read())
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=self.timeout * SLOWER)

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def raw(self, action, parameters=None, method="GET", xml=False):
        """The reply as it is, whatever it is."""
        given = {name: text_of(value) for name, value in (parameters or {}).items() if value is not None}
        signed = signing.v1_sign(method, {**signing.v1_common(action, self.key_id, Format="XML" if xml else "JSON"), **given},
                                 self.secret)
        if method == "GET":
            reply = self.send("GET", "/?" + urllib.parse.urlencode(signed))
        else:
            reply = self.send("POST", "/", urllib.parse.urlencode(signed), {"Content-Type": signing.FORM})
        if reply.status == 200:
            reply.check(action, by_token="MaxResults" in given or "NextToken" in given)
        return reply

    def call(self, action, **parameters):
        answered = {form for name, form in shapes.ANSWERED if name == action}
        in_xml = "JSON" in answered if len(answered) == 1 else self.in_xml
        reply = self.raw(action, parameters, xml=in_xml)
        if reply.status != 200:
            raise Refused(*reply.fault)
        self.in_xml = not in_xml
        return reply.value

    def __getattr__(self, action):
        if not action[0].isupper():
            raise AttributeError(action)
        return lambda **parameters: self.call(action, **parameters)

    def refused(self, action, **parameters):
        """The call must be refused: (status, code)."""
        status, code, _ = self.raw(action, parameters).fault
        return status, code

    # ---- things

    def make_disk(self, **more):
        return self.CreateDisk(**{"RegionId": REGION, "ZoneId": ZONE, "Size": 20, "DiskCategory": "cloud_essd",
                                  **more})["DiskId"]

    def make_instances(self, **more):
        return self.RunInstances(**{"RegionId": REGION, "ZoneId": ZONE, "ImageId": IMAGE, "InstanceType": TYPE,
                                    **more})["InstanceIdSets"]["InstanceIdSet"]

    def make_instance(self, **more):
        return self.make_instances(**more)[0]

    def make_attached(self, **more):
        """(disk, instance), the disk In_use."""
        instance, disk = self.make_instance(), self.make_disk(**more)
        self.AttachDisk(DiskId=disk, InstanceId=instance)
        return disk, instance

    def stop(self, instance):
        self.StopInstance(InstanceId=instance)

    # ---- looking

    def disks(self, **filters):
        return self.DescribeDisks(**{"PageSize": 100, **filters})["Disks"]["Disk"]

    def disk(self, disk):
        """None if it is not there."""
        found = self.disks(DiskIds=json.dumps([disk]))
        assert len(found) <= 1
        return found[0] if found else None

    def status(self, disk):
        found = self.disk(disk)
        return found and found["Status"]

    def instances(self, **filters):
        return self.DescribeInstances(**{"PageSize": 100, **filters})["Instances"]["Instance"]

    def instance(self, instance):
        found = self.instances(InstanceIds=json.dumps([instance]))
        return found[0] if found else None

    def disks_of(self, instance, disk_type="data"):
        return [disk["DiskId"] for disk in self.disks(InstanceId=instance, DiskType=disk_type)]

    def system_disk(self, instance):
        (disk,) = self.disks_of(instance, "system")
        return disk


def text_of(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return json.dumps(value)
    return str(value)


def leaves_of_json(value, path=()):
    """The leaves in their order as (path, text), so that they can be compared with those of an XML reply."""
    if isinstance(value, dict):
        found = [leaf for name, child in value.items() for leaf in leaves_of_json(child, path + (name,))]
        return found or [(path, "")]
    if isinstance(value, list):
        return [leaf for child in value for leaf in leaves_of_json(child, path)]
    return [(path, text_of(value))]


def leaves_of_xml(element, path=()):
    if len(element) == 0:
        return [(path, element.text or "")]
    return [leaf for child in element for leaf in leaves_of_xml(child, path + (child.tag,))]


def wait_for(condition, what, seconds=20):
    """For what happens in real time; everything else is better driven by the manual clock."""
    deadline = time.monotonic() + seconds * SLOWER
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError(f"not within {seconds * SLOWER:.0f} s: {what}")


def fleet_of(**account):
    """A fleet with one account, the first one unless it has an id."""
    return {"cleat_fleet": 1, "accounts": [account]}


OTHER_ACCOUNT = fleet_of(id="1000000000000001", name="other", access_keys=[{"id": "other", "secret": "other-secret"}])


def load_fleet(server, fleet, status=200, query=""):
    """Puts a fleet (Python objects, or the text of a file) in place of what its accounts have; the reply."""
    text = fleet if isinstance(fleet, str) else json.dumps(fleet)
    got, _, reply = server.http("POST", "/_cleat/fleet" + query, text.encode(), {"Authorization": f"Bearer {server.token}"})
    assert got == status, reply
    return json.loads(reply)


def dump_fleet(server, query=""):
    """The text of a fleet file."""
    status, _, reply = server.http("GET", "/_cleat/fleet" + query, headers={"Authorization": f"Bearer {server.token}"})
    assert status == 200, reply
    return reply.decode()


def fleet_set(server, id, status=200, /, **values):
    """Changes conditions of an account, an instance, a disk and so on, also while work is under way."""
    return server.control("POST", "/_cleat/fleet/set", {"id": id, "set": values}, status=status)


def edit_store(server, *statements):
    """Makes what no operation, fleet or condition makes: writes into the store of a durable server, which is stopped for it.
    Each statement is (SQL, values) and must change one row or more."""
    server.stop()
    with sqlite3.connect(server.data / "cleat.db") as database:
        for statement, values in statements:
            assert database.execute(statement, values).rowcount > 0, (statement, values)
    database.close()
    server.start()
