"""One of everything that an account has in a project, and how each operation of the second dialect is called with it. Operations and
their parameters come from the server's own tables; what these cannot say (a body that must hold more than what is needed, a kind of
thing for a name) stands here."""

import json
import re
import subprocess

from conftest import BINARY, WRAPPER
from huawei_raw import FLAVOR, IMAGE, Raw
from proof import SECOND

NOTHING = "00000000-0000-4000-8000-000000000000"
NOTHING_32 = "0" * 31 + "1"

# What a parameter of that name holds, whatever the operation; "family name" or "operation name" where that differs.
KINDS = {
    "project_id": "project", "server_id": "server", "serverId": "server", "volume_id": "volume", "volumeId": "volume",
    "attachment_id": "volume", "job_id": "job", "id": "server", "marker": "server", "reservation_id": "server",
    "bms server_id": "metal", "bms id": "metal", "bms attachment_id": "metal_volume", "bms volumeId": "metal_free",
    "bms volume_id": "metal_volume", "ecs.BatchAttachSharableVolumes volume_id": "shared", "ecs.BatchStartServers id": "stopped",
    "bms.BatchStartBaremetalServers id": "metal_stopped",
    "snapshot_id": "snapshot", "snapshotId": "snapshot", "source_volid": "volume", "target_project_id": "project",
    "evs marker": "volume", "cinder marker": "volume", "evs id": "volume", "cinder id": "volume", "ids": "volume",
    "evs.ListSnapshots id": "snapshot", "cinder.ListSnapshots id": "snapshot", "cinder.ListSnapshotsDetails id": "snapshot",
    "cinder.ListSnapshots marker": "snapshot", "cinder.ListSnapshotsDetails marker": "snapshot",
    "evs.DeleteVolume volume_id": "free", "cinder.DeleteVolume volume_id": "free",
    "nova.NovaAttachVolume volumeId": "free", "nova.NovaStartServer server_id": "stopped", "flavor_id": "flavor",
    "iam.KeystoneShowDomain domain_id": "domain", "iam.KeystoneCreateProject parent_id": "project", "parent_id": "domain", "user_id": "user", "access_key": "key",
}

# What an account has whatever the project.
OF_ACCOUNT = {"domain", "user", "key"}

# Values for the rest, by the last part of their names.
VALUES = {"availability_zone": "@zone", "volume_type": "SSD", "volumetype": "SSD", "size": 10, "name": "x", "imageRef": IMAGE,
          "flavorRef": FLAVOR, "vpcid": "vpc-1", "subnet_id": "subnet-1", "count": 1, "key": "k", "value": "v", "type": "SOFT"}

SERVER = {"server": {"imageRef": IMAGE, "flavorRef": FLAVOR, "name": "x", "vpcid": "vpc-1", "availability_zone": "@zone",
                     "nics": [{"subnet_id": "subnet-1"}], "root_volume": {"volumetype": "SSD", "size": 40}}}

METAL = {"server": {"imageRef": IMAGE, "flavorRef": "physical.s4.medium", "name": "x", "vpcid": "vpc-1", "availability_zone": "@zone",
                    "nics": [{"subnet_id": "subnet-1"}], "root_volume": {"volumetype": "SSD", "size": 40},
                    "metadata": {"op_svc_userid": "user"},
                    "extendparam": {"chargingMode": "prePaid", "periodType": "month", "periodNum": 1}}}

# Bodies and paths where what the tables call needed is not enough: {parameter in the path or query: value}, body.
FEED = {
    "ecs.AttachServerVolume": ({}, {"volumeAttachment": {"volumeId": "@free"}}),
    "ecs.CreatePostPaidServers": ({}, SERVER),
    "bms.CreateBareMetalServers": ({}, METAL),
    "ecs.CreateServers": ({}, SERVER),
    "iam.CreateTemporaryAccessKeyByToken": ({}, {"auth": {"identity": {"methods": ["token"]}}}),
    "iam.KeystoneCreateProject": ({}, {"project": {"name": "cn-north-4_x", "parent_id": "@project"}}),
    "iam.KeystoneUpdateProject": ({}, {"project": {"description": "y"}}),
    "nova.NovaStartServer": ({}, {"os-start": None}),
    "nova.NovaStopServer": ({}, {"os-stop": None}),
    "ecs.UpdateServer": ({}, {"server": {"name": "y"}}),
    "cinder.CreateSnapshot": ({}, {"snapshot": {"volume_id": "@volume", "force": True}}),
    "cinder.CreateVolume": ({}, {"volume": {"size": 10}}),
    **{f"cinder.{verb}{thing}Metadata": ({}, {"metadata": {"y": "z"}}) for verb in ("Create", "Update") for thing in ("Volume", "Snapshot")},
    "cinder.DeleteVolume": ({"cascade": "true"}, None),
    "cinder.ExtendVolume": ({}, {"os-extend": {"new_size": 20}}),
    "cinder.ListQuotas": ({"usage": "True"}, None),
    "cinder.ShowVolumeType": ({"type_id": "SSD"}, None),
    "cinder.UpdateSnapshot": ({}, {"snapshot": {"name": "y"}}),
    "cinder.UpdateVolume": ({}, {"volume": {"name": "y"}}),
    "evs.BatchCreateVolumeTags": ({}, {"action": "create", "tags": [{"key": "k", "value": "v"}]}),
    "evs.CreateSnapshot": ({}, {"snapshot": {"volume_id": "@volume", "force": True}}),
    "evs.ListVolumesByTags": ({}, {"action": "filter", "tags": [{"key": "k", "values": []}]}),
    "evs.ResizeVolume": ({}, {"os-extend": {"new_size": 20}}),
    "evs.RollbackSnapshot": ({}, {"rollback": {"volume_id": "@free"}}),
    "evs.UpdateSnapshot": ({}, {"snapshot": {"name": "y"}}),
    "evs.UpdateVolume": ({}, {"volume": {"name": "y"}}),
    "evs.CreateVolume": ({}, {"volume": {"availability_zone": "@zone", "volume_type": "SSD", "size": 10}}),
}


def read_operations():
    found = {}
    for product in SECOND:
        done = subprocess.run([*WRAPPER, str(BINARY), "reference", "--json", product], check=True, capture_output=True, text=True)
        for operation in json.loads(done.stdout)["operations"]:
            found[operation["name"]] = {**operation, "family": product.removeprefix("huawei-")}
    return found


OPERATIONS = read_operations()


def last_part(name):
    return name.removesuffix(".N").rsplit(".", 1)[-1]


def kind_of(operation, name):
    """What a parameter holds; None: no id."""
    last = last_part(name)
    return KINDS.get(f"{operation['name']} {last}") or KINDS.get(f"{operation['family']} {last}") or KINDS.get(last)


def value_of(operation, parameter):
    kind = kind_of(operation, parameter["name"])
    if kind:
        return f"@{kind}"
    given = VALUES.get(last_part(parameter["name"]))
    if given is not None:
        return given
    return {"number": 1, "boolean": False, "object": {}}.get(parameter["type"], "x")


def put(tree, name, value):
    """Sets "server.nics.N.subnet_id" in a document; lists have one item."""
    at, parts = tree, name.split(".")
    for i, part in enumerate(parts[:-1]):
        if part == "N":
            at = at[0]
            continue
        at = at.setdefault(part, [{}] if parts[i + 1] == "N" else {})
    at[parts[-1]] = value


def put_flat(tree, name, value):
    """The same for a list of plain values, whose name ends with N."""
    if not name.endswith(".N"):
        return put(tree, name, value)
    return put(tree, name.removesuffix(".N"), [value])


class Request:
    """A call with placeholders (@server) in it."""

    def __init__(self, operation):
        self.operation = operation
        self.method, self.path, self.query, self.headers, self.body = operation["method"], operation["path"], {}, {}, {}
        places, body = FEED.get(operation["name"], ({}, None))
        self.parts = {name: f"@{kind_of(operation, name)}" if kind_of(operation, name) else places.get(name, "x")
                      for name in re.findall(r"{(\w+)}", self.path)}
        for name, value in places.items():
            (self.parts if name in self.parts else self.query)[name] = value
        needed = [each for each in operation["parameters"] if each.get("required") and each["in"] != "path"]
        for each in needed:
            if body is None or each["in"] != "body":
                self.put(each, value_of(operation, each))
        if body is not None:
            self.body = body

    def put(self, parameter, value):
        if parameter["in"] == "query":
            self.query[parameter["name"]] = value
        elif parameter["in"] == "header":
            self.headers[parameter["name"]] = value
        elif parameter["in"] == "path":
            self.parts[parameter["name"]] = value
        else:
            self.body = json.loads(json.dumps(self.body))  # FEED's is everybody's
            put_flat(self.body, parameter["name"], value)

    def kinds(self):
        """The placeholders in it."""
        return sorted(set(re.findall(r"@(\w+)", json.dumps([self.parts, self.query, self.headers, self.body]))) - {"zone"})

    def filled(self, of):
        """(method, target, body, headers) with these things in it."""
        def fill(value):
            return json.loads(re.sub(r'"@(\w+)"', lambda found: json.dumps(of[found[1]]), json.dumps(value)))
        path = re.sub(r"{(\w+)}", lambda found: str(fill(self.parts)[found[1]]), self.path)
        query = "&".join(f"{name}={value}" for name, value in fill(self.query).items())
        body = json.dumps(fill(self.body)).encode() if self.body else b""
        return self.method, path + "?" * bool(query) + query, body, fill(self.headers)

    def ask(self, raw, of):
        method, target, body, headers = self.filled(of)
        return raw(method, target, body, headers)


def ghost_of(kinds):
    """Things that exist nowhere, of the same form."""
    return {kind: NOTHING_32 if kind in ("project", "job", *OF_ACCOUNT) else NOTHING for kind in kinds}


class World:
    """An account in a project."""

    def __init__(self, server, key, region="cn-north-4"):
        self.raw = Raw(server, key, "cleat-secret", region)
        server, volume = self.raw.make_attached()
        self.describe("volumes", volume)
        free = self.raw("POST", "/v2.1/{project}/cloudvolumes", {"volume": {
            "availability_zone": self.raw.zone, "volume_type": "SSD", "size": 10}}).json
        account = self.raw("GET", "/v3/auth/domains").json["domains"][0]["id"]
        self.of = {"project": self.raw.project, "domain": account, "user": account, "key": key, "zone": self.raw.zone, "flavor": FLAVOR, "server": server, "volume": volume,
                   "free": free["volume_ids"][0], "job": free["job_id"], "snapshot": self.make_snapshot(free["volume_ids"][0]),
                   "shared": self.raw.make_volume(multiattach=True), "stopped": self.make_stopped(), **self.make_metal()}

    def make_stopped(self):
        server = self.raw.make_server()
        if "ecs.BatchStopServers" in OPERATIONS:
            self.raw.done("POST", "/v1/{project}/cloudservers/action", {"os-stop": {"servers": [{"id": server}]}})
        return server

    def make_metal(self):
        """Bare metal servers and their volumes, where there are any."""
        if "bms.CreateBareMetalServers" not in OPERATIONS:
            return {}
        request, scsi = Request(OPERATIONS["bms.CreateBareMetalServers"]), {"metadata": {"hw:passthrough": "true"}}
        servers, volumes = [], [self.raw.make_volume(**scsi) for _ in range(2)]
        for _ in range(2):
            job = request.ask(self.raw, {"project": self.raw.project, "zone": self.raw.zone}).json["job_id"]
            found = self.raw("GET", f"/v1/{{project}}/jobs/{job}").json
            servers.append(found["entities"]["sub_jobs"][0]["entities"]["server_id"])
        path = "/v1/{project}/baremetalservers/"
        self.raw.done("POST", f"{path}{servers[0]}/attachvolume", {"volumeAttachment": {"volumeId": volumes[0]}})
        self.raw.done("POST", f"{path}action", {"os-stop": {"servers": [{"id": servers[1]}]}})
        return {"metal": servers[0], "metal_stopped": servers[1], "metal_volume": volumes[0], "metal_free": volumes[1]}

    def make_snapshot(self, volume):
        if "evs.CreateSnapshot" not in OPERATIONS:
            return "5" + NOTHING[1:]
        snapshot = self.raw.done("POST", "/v2/{project}/cloudsnapshots", {"snapshot": {"volume_id": volume, "name": "s", "force": True}})["snapshot"]["id"]
        self.describe("snapshots", snapshot)
        return snapshot

    def describe(self, kind, thing):
        """Gives it metadata of its client."""
        if "cinder.CreateVolumeMetadata" in OPERATIONS:
            self.raw.done("POST", f"/v3/{{project}}/{kind}/{thing}/metadata", {"metadata": {"x": "of " + thing}})

    @property
    def ids(self):
        return {kind: value for kind, value in self.of.items() if kind not in ("zone", "flavor")}
