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

# Where real replies, or what official clients read of them, differ from what the vendor's models say: (operation, member) -> shape.
REALLY = {}


def misfit(value, shape, where):
    """What is wrong with a reply, in words; None if it fits."""
    if shape == "object":
        return None
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"{where} is {value!r}, the vendor's is a list"
        return first(misfit(each, shape[0], where + "[]") for each in value)
    if value is None:
        return None
    if isinstance(shape, dict):
        return misfit_of_object(value, shape, where)
    if type(value) not in [each for word in shape.split("|") for each in TYPES[word]]:
        return f"{where} is {value!r}, the vendor's is a {shape}"
    return None


def misfit_of_object(value, shape, where):
    if not isinstance(value, dict):
        return f"{where} is {value!r}, the vendor's is an object"
    if set(shape) == {"*"}:
        return first(misfit(each, shape["*"], f"{where}.{name}") for name, each in value.items())
    known = {name.removesuffix("!"): inner for name, inner in shape.items()}
    return (first(f"the vendor has no {where}.{name}" for name in value if name not in known) or
            first(f"{where} lacks {name}, which the vendor's clients always have" for name in
                  (each.removesuffix("!") for each in shape if each.endswith("!")) if name not in value and name not in NEWER) or
            first(misfit(each, known[name], f"{where}.{name}") for name, each in value.items()))


def first(found):
    return next((each for each in found if each), None)


class Routes:
    """Which operation a request is for, by the server's own tables."""

    def __init__(self, operations):
        self.rows = [(each["method"], each["path"].rstrip("/").split("/"), each) for each in operations]

    def find(self, method, target):
        if re.search(r"(^|[?&])Action=", target.partition("?")[2]):
            return None
        parts = urllib.parse.urlsplit(target).path.rstrip("/").split("/")
        fitting = [(sum(not part.startswith("{") for part in path), operation) for its, path, operation in self.rows
                   if its == method and len(path) == len(parts) and
                   all(mine == other or mine.startswith("{") and other for mine, other in zip(path, parts))]
        return max(fitting, key=lambda each: each[0])[1] if fitting else None


def check(operation, body):
    """What is wrong with the reply of a call that did it; None: nothing."""
    key = f"{operation['method']} {re.sub('{[^}]*}', '{}', operation['path'])}"
    if key not in SHAPES:
        return f"no shape of {key}: run tools/vendor_shapes_huawei.py {operation['name']}, or write it by hand"
    if not body:
        return None if not SHAPES[key] else f"{operation['name']} answers nothing, the vendor {SHAPES[key]}"
    return misfit(json.loads(body), REALLY.get(key, SHAPES[key]), operation["name"])


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
            if operation and 200 <= response.status < 300 and not response.chunked:
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
        found = check(operation, body)
        if found:
            self.wrong.append(found)

    def told(self):
        """What was wrong since it was last asked."""
        wrong, self.wrong = self.wrong, []
        return wrong
