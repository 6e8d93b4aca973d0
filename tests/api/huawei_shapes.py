"""Every reply of the second dialect that a test receives, by whatever client in this process, is held against the vendor's shape
(tests/data/huawei_shapes.json; tools/vendor_shapes_huawei.py says how shapes are written)."""

import http.client
import io
import json
import pathlib
import re
import urllib.parse

SHAPES = json.loads((pathlib.Path(__file__).resolve().parent.parent / "data" / "huawei_shapes.json").read_text("utf-8"))
SHAPES.update(SHAPES.pop("by hand"))
TYPES = {"string": (str,), "boolean": (bool,), "integer": (int,), "number": (int, float)}

# Always there in the models of this year, not on the vendor's pages nor in what clients of other years have seen.
NEWER = {"capacity_reservation_id", "capacity_reservation_specification", "enclave_options", "spod_id"}

# OpenStack's links have no type where it would say nothing; of flavors the vendor's models want one.
LINK = ("type", "links[]")

# What the vendor says of cloud servers only, and bare metal servers, which are the same in all else, have as well.
BESIDE = {"auto_terminate_time", "primary", "dedicated_storage_id", "dedicated_storage_name", "service_type"}



def misfits(value, shape, where):
    """What is wrong with a reply, in words."""
    if shape == "object":
        return
    if isinstance(shape, list):
        if not isinstance(value, list):
            yield f"{where} is {value!r}, the vendor's is a list"
            return
        for each in value:
            yield from misfits(each, shape[0], where + "[]")
    elif value is None:
        return
    elif isinstance(shape, dict):
        yield from misfits_of_object(value, shape, where)
    elif type(value) not in [each for word in shape.split("|") for each in TYPES[word]]:
        yield f"{where} is {value!r}, the vendor's is a {shape}"


def misfits_of_object(value, shape, where):
    if not isinstance(value, dict):
        yield f"{where} is {value!r}, the vendor's is an object"
        return
    if where.endswith(".metadata"):
        shape = {"*": "string"}  # names of it are whose thing it is to choose
    if set(shape) == {"*"}:
        for name, each in value.items():
            yield from misfits(each, shape["*"], f"{where}.{name}")
        return
    known = {name.removesuffix("!"): inner for name, inner in shape.items()}
    for name in (each.removesuffix("!") for each in shape if each.endswith("!")):
        if name not in value and name not in NEWER and (name, where.rpartition(".")[2]) != LINK:
            yield f"{where} lacks {name}, which the vendor's clients always have"
    for name, each in value.items():
        if name in known:
            yield from misfits(each, known[name], f"{where}.{name}")
        elif name not in BESIDE:
            yield f"the vendor has no {where}.{name}"


class Routes:
    """Which operation a request is for, by the server's own tables."""

    def __init__(self, operations):
        self.rows = [(each["method"], each["path"].rstrip("/").split("/"), each) for each in operations]

    def find(self, method, target):
        if re.search(r"(^|[?&])Action=", target.partition("?")[2]):
            return None
        parts = urllib.parse.urlsplit(target).path.rstrip("/").split("/")
        if parts == [""]:  # an RPC request that names its action elsewhere; what lists versions there answers 300
            return None
        fitting = [(sum(not part.startswith("{") for part in path), operation) for its, path, operation in self.rows
                   if its == method and len(path) == len(parts) and
                   all(mine == other or mine.startswith("{") and other for mine, other in zip(path, parts))]
        return max(fitting, key=lambda each: each[0])[1] if fitting else None


def check(operation, body):
    """What is wrong with the reply of a call that did it."""
    key = f"{operation['method']} {re.sub('{[^}]*}', '{}', operation['path'])}"
    if key not in SHAPES:
        return [f"no shape of {key}: run tools/vendor_shapes_huawei.py {operation['name']}, or write it by hand"]
    if not body:
        return [f"{operation['name']} answers nothing, the vendor {SHAPES[key]}"] if SHAPES[key] else []
    return list(misfits(json.loads(body), SHAPES[key], operation["name"]))


class Watch:
    """Looks at the replies that http.client reads, which all clients in Python are built on."""

    def __init__(self, operations):
        self.routes = Routes(operations)
        self.wrong, self.seen = [], set()
        self.put, self.get = http.client.HTTPConnection.putrequest, http.client.HTTPConnection.getresponse

    def start(self):
        watch = self

        def putrequest(connection, method, url, *rest, **more):
            connection.cleat_operation = watch.routes.find(method, url)
            return watch.put(connection, method, url, *rest, **more)

        def getresponse(connection, *rest, **more):
            response = watch.get(connection, *rest, **more)
            operation = getattr(connection, "cleat_operation", None)
            # The other dialect has a header of another name: what a header says is called for is not seen in a path.
            if operation and response.headers.get("X-Request-Id") and 200 <= response.status < 300 and not response.chunked:
                watch.look(operation, response)
            return response

        http.client.HTTPConnection.putrequest, http.client.HTTPConnection.getresponse = putrequest, getresponse

    def stop(self):
        http.client.HTTPConnection.putrequest, http.client.HTTPConnection.getresponse = self.put, self.get

    def look(self, operation, response):
        """Reads the reply and leaves it to be read again. Clients swallow exceptions: what is wrong is told at the test's end."""
        body = response.read()
        response.fp, response.length = io.BytesIO(body), len(body)
        self.seen.add(operation["name"])
        self.wrong += check(operation, body)

    def told(self):
        """What was wrong since it was last asked."""
        wrong, self.wrong = sorted(set(self.wrong)), []
        return wrong
