"""A small client of the second dialect: signs by itself, from the vendor's description and sharing nothing with Cleat, and gives
plain replies. The official clients have tests of their own."""

import hashlib
import hmac
import http.client
import json
import os
import time
import urllib.parse

SLOWER = float(os.environ.get("CLEAT_SLOWER", "1"))
KEPT_SECONDS = 20  # a connection without a call; the server closes one after a minute
REGION = "cn-north-4"
IMAGE, FLAVOR = "1189efbf-d48b-46ad-a823-94b942e2a000", "s6.large.2"
ALGORITHM = "SDK-HMAC-SHA256"


def encode(text):
    return urllib.parse.quote(text, safe="-_.~")


def date(offset=0):
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() + offset))


def canonical(method, target, headers, body):
    """What is signed of a request with these (all lower case) headers."""
    path, _, query = target.partition("?")
    uri = "/".join(encode(urllib.parse.unquote(part)) for part in path.split("/"))
    pairs = sorted(urllib.parse.parse_qsl(query, keep_blank_values=True))
    return "\n".join([method, uri if uri.endswith("/") else uri + "/", "&".join(f"{encode(a)}={encode(b)}" for a, b in pairs),
                      *(f"{name}:{headers[name].strip()}" for name in sorted(headers)), "", ";".join(sorted(headers)),
                      hashlib.sha256(body).hexdigest()])


def signed(method, target, headers, body, key, secret, algorithm=ALGORITHM):
    """The headers with their signature."""
    whole = canonical(method, target, headers, body)
    text = "\n".join([ALGORITHM, headers["x-sdk-date"], hashlib.sha256(whole.encode()).hexdigest()])
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return {**headers, "Authorization": f"{algorithm} Access={key}, SignedHeaders={';'.join(sorted(headers))}, Signature={signature}"}


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, {name.lower(): value for name, value in headers}, body

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def fault(self):
        """(status, code, message) in whatever style."""
        value = self.json
        if "error_code" in value:
            return self.status, value["error_code"], value["error_msg"]
        (name, inner), = value.items()
        if name != "error":
            return self.status, name, inner["message"]
        return self.status, inner.get("title", inner["code"]), inner["message"]


class Raw:
    """raw("GET", "/v1/{project}/jobs/x"): the project of the key in `region` stands for {project}."""

    def __init__(self, server, key="cleat", secret="cleat-secret", region=REGION):
        self.server, self.key, self.secret, self.zone = server, key, secret, region + "a"
        self.connection, self.pid, self.used_at, self.project = None, None, 0, ""
        reply = self("GET", f"/v3/projects?name={region}")
        assert reply.status == 200, reply.text
        self.project = reply.json["projects"][0]["id"]

    def __call__(self, method, target, body=b"", headers=None, **more):
        target = target.replace("{project}", self.project)
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"host": self.server.endpoint, "x-sdk-date": date(), **{name.lower(): value for name, value in (headers or {}).items()}}
        return self.send(method, target, body, signed(method, target, given, body, self.key, self.secret, **more))

    def send(self, method, target, body=b"", headers=None):
        """The request as it is, not signed."""
        if self.connection is None or self.pid != self.server.pid or time.monotonic() - self.used_at > KEPT_SECONDS:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60 * SLOWER)
            self.pid = self.server.pid
        try:
            self.connection.request(method, target, body=body, headers=headers or {})
            reply = self.connection.getresponse()
            self.used_at = time.monotonic()
            return Reply(reply.status, reply.getheaders(), reply.read())
        except (OSError, http.client.HTTPException):
            self.connection = None
            raise

    def done(self, method, target, body=b"", **more):
        """The reply of what must be done; of what opens a job, after that has ended well."""
        reply = self(method, target, body, **more)
        assert 200 <= reply.status < 300, reply.text
        value = reply.json if reply.body else {}
        if "job_id" in value:
            job = self("GET", f"/v1/{{project}}/jobs/{value['job_id']}").json
            assert job["status"] == "SUCCESS", job
        return value

    # ---- things

    def make_server(self, **more):
        return self.done("POST", "/v1.1/{project}/cloudservers", {"server": {
            "imageRef": IMAGE, "flavorRef": FLAVOR, "name": "web", "vpcid": "vpc-1", "availability_zone": self.zone,
            "nics": [{"subnet_id": "subnet-1"}], "root_volume": {"volumetype": "SSD", "size": 40}, **more}})["serverIds"][0]

    def make_volume(self, **more):
        return self.done("POST", "/v2.1/{project}/cloudvolumes", {"volume": {
            "availability_zone": self.zone, "volume_type": "SSD", "size": 10, **more}})["volume_ids"][0]

    def attach(self, server, volume, **more):
        return self("POST", f"/v1/{{project}}/cloudservers/{server}/attachvolume",
                    {"volumeAttachment": {"volumeId": volume, **more}})

    def make_attached(self):
        server, volume = self.make_server(), self.make_volume()
        assert self.attach(server, volume).status == 200
        return server, volume
