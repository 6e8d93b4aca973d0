"""What a test holds: a server with its address, key, clock, faults, journal and fleet."""

import json
import os
import shlex
import subprocess
import urllib.parse
import uuid

from .server import BINARY, WRAPPER, clean_environment


class Refused(Exception):
    """The control API did not do it: its status, the word for the reason, and a sentence."""

    def __init__(self, status, reason, message):
        super().__init__(f"{status} {reason}: {message}")
        self.status, self.reason, self.message = status, reason, message


class Cleat:
    """A running server. `endpoint` is HOST:PORT, `url` the same with http://; `key_id` and `secret` are its access key."""

    key_id, secret = "cleat", "cleat-secret"

    def __init__(self, server, region="cn-hangzhou", key_id=None):
        self.server, self.region, self.key_id = server, region, key_id or self.key_id

    # ---- accounts of one server

    def account(self):
        """The same server with a new key, whose first call makes it an account of its own (`cleat serve --accounts auto`, which
        make_cleat's servers have): nothing of other accounts is seen or changed by it. Clock, faults and journal are the
        server's."""
        return Cleat(self.server, self.region, f"test-{uuid.uuid4().hex}")

    def remove(self):
        """Removes the account that account() made, with all that it has. Nothing if it was never called."""
        try:
            self.control("POST", "/_cleat/fleet/reset?" + urllib.parse.urlencode({"account": self.key_id, "wait": "true"}))
        except Refused as refused:
            if refused.reason != "account-unknown":
                raise

    @property
    def endpoint(self):
        return self.server.endpoint

    @property
    def url(self):
        return self.server.url

    @property
    def environment(self):
        """os.environ with the variables by which the vendor's clients find this server, for subprocesses."""
        own = {"CLEAT_ENDPOINT": self.url, "CLEAT_CONTROL_TOKEN_FILE": str(self.server.token_file),
               "CLEAT_ACCESS_KEY_ID": self.key_id, "CLEAT_ACCESS_KEY_SECRET": self.secret, "CLEAT_REGION": self.region}
        done = subprocess.run([*WRAPPER, str(BINARY), "env", "shell", "--endpoint", self.url], capture_output=True, text=True,
                              check=True, env=clean_environment(**own))
        words = shlex.split(done.stdout, comments=True)
        return {**os.environ, **own, **dict(word.split("=", 1) for word in words if word != "export")}

    def call(self, *words):
        """`cleat call`: a signed call of the API by its name, such as call("DescribeDisks", "PageSize=100"); the reply."""
        done = subprocess.run([*WRAPPER, str(BINARY), "call", *words], capture_output=True, text=True, check=False,
                              env=clean_environment(CLEAT_ENDPOINT=self.url, CLEAT_ACCESS_KEY_ID=self.key_id,
                                                    CLEAT_ACCESS_KEY_SECRET=self.secret, CLEAT_REGION=self.region))
        if done.returncode != 0 and not done.stdout:
            raise OSError(done.stderr.strip())
        return json.loads(done.stdout)

    def control(self, method, path, body=None):
        """The control API (docs/reference/control.md). `body` is a text, or what JSON is made of."""
        headers = {"Authorization": f"Bearer {self.server.token}", "Content-Type": "application/json"}
        text = body if body is None or isinstance(body, str) else json.dumps(body)
        status, _, reply = self.server.http(method, path, None if text is None else text.encode("utf-8"), headers)
        found = json.loads(reply) if reply else None
        if status != 200:
            raise Refused(status, found["error"]["reason"], found["error"]["message"])
        return found

    # ---- the clock

    def advance(self, seconds):
        """Moves the cloud's time (clock="manual"); what falls due has happened when this returns. The new time."""
        return self.control("POST", "/_cleat/clock/advance", {"milliseconds": round(seconds * 1000)})["now"]

    @property
    def now(self):
        return self.control("GET", "/_cleat/clock")["now"]

    # ---- faults

    def fault(self, operation, **members):
        """The next call of the operation goes wrong: fault("DetachDisk", code="Throttling", times=3). Members are those of
        POST /_cleat/faults; the fault's id."""
        return self.control("POST", "/_cleat/faults", {"operation": operation, **members})["id"]

    def clear_faults(self):
        self.control("POST", "/_cleat/faults/clear", {})

    # ---- the journal

    def journal(self, **filters):
        """The calls that were answered, oldest first: journal(operation="DetachDisk", failed=True)."""
        words = {name: str(value).lower() if isinstance(value, bool) else value for name, value in filters.items()}
        return self.control("GET", "/_cleat/journal?" + urllib.parse.urlencode({"limit": 1000, **words}))["calls"]

    # ---- the fleet

    def load(self, fleet):
        """Puts a fleet (docs/fleet.md) in place of what its accounts have."""
        return self.control("POST", "/_cleat/fleet", fleet)

    def dump(self):
        return self.control("GET", "/_cleat/fleet")

    def guest(self, disk, instance, **does):
        """What the simulated guest does with a disk: guest("d-1", "i-1", mounted="/data"). Members as POST /_cleat/guest."""
        return self.control("POST", "/_cleat/guest", {"disk": disk, "instance": instance, **does})

    def why(self, disk):
        return self.control("GET", "/_cleat/why?" + urllib.parse.urlencode({"disk": disk}))["sentences"]
