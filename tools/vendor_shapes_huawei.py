#!/usr/bin/env python3
"""Writes what the vendor's own Python clients (tests/requirements.txt) say of operations of the second dialect into the tests' data:
requests into tests/data/huawei_operations.json, replies into tests/data/huawei_shapes.json. Run it before an operation is built:

    build/venv/bin/python tools/vendor_shapes_huawei.py ecs.ShowServer evs.ListVolumes ...

Without names it writes those anew that the files have, from the clients that are installed.

A request is {"method", "path", "parameters": {name: [where, type]}}. A reply is found by its method and path, which operations may
share ("POST /v1/{}/cloudservers/action"); their shapes are then one that has the members of all. A shape is a word ("string",
"integer", "number", "boolean", "object"; with "|" either), [of the items], {"*": of every member}, or {member: shape}, where "!" ends
the name of a member that is always there. What no client has stands under "by hand" and is left as it is.
"""

import importlib
import inspect
import json
import pathlib
import re
import sys

DATA = pathlib.Path(__file__).resolve().parent.parent / "tests" / "data"
OPERATIONS, SHAPES = DATA / "huawei_operations.json", DATA / "huawei_shapes.json"
CLIENTS = {"bms": ("v1", "BmsClient"), "ecs": ("v2", "EcsClient"), "evs": ("v2", "EvsClient"), "iam": ("v3", "IamClient"),
           "ims": ("v2", "ImsClient")}
WORDS = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "datetime": "string", "date": "string"}
DEPTH_MAX = 12  # of a reply: no model holds itself for ever


def snake(name):
    """ShowServer as the client's method is called. Methods of digits and capitals have rules of their own: they are looked for."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


class Service:
    def __init__(self, name):
        version, client = CLIENTS[name]
        self.package = importlib.import_module(f"huaweicloudsdk{name}.{version}")
        self.models = importlib.import_module(f"huaweicloudsdk{name}.{version}.model")
        self.client = getattr(self.package, client)

    def names(self):
        """{name without underscores: what the client calls it}"""
        return {each[1:-len("_http_info")].replace("_", ""): each for each in vars(self.client) if each.endswith("_http_info")}

    def read(self, name):
        """(request, reply) of an operation as the client has them."""
        method = getattr(self.client, self.names()[snake(name).replace("_", "")])
        request_type = getattr(self.models, name + "Request", None)
        request = request_type(**{each: f"@{each}" for each in request_type.openapi_types})
        info = method(request)
        types = {f"@{each}": kind for each, kind in request_type.openapi_types.items()}
        parameters = {part: ["path", "string"] for part in re.findall(r"{(\w+)}", info["resource_path"])}
        for where, pairs in (("query", info["query_params"]), ("header", info["header_params"].items())):
            parameters.update({key: [where, self.word(types[value])] for key, value in pairs
                               if isinstance(value, str) and value in types})
        if info["body"] in types:
            parameters.update({key: ["body", kind] for key, kind in self.flat(types[info["body"]], "", 0)})
        return ({"method": info["method"], "path": info["resource_path"], "parameters": dict(sorted(parameters.items()))},
                self.shape(info["response_type"], 0, set(info["response_headers"])))

    @staticmethod
    def word(kind):
        return WORDS.get(kind, "list" if kind.startswith("list[") else "object")

    def model(self, kind):
        found = getattr(self.models, kind, None)
        return found if hasattr(found, "attribute_map") else None

    def flat(self, kind, prefix, depth):
        """(name, type) of what a body may hold."""
        listed = re.fullmatch(r"list\[(.*)\]", kind)
        model = self.model(listed[1] if listed else kind)
        if not model or depth > DEPTH_MAX:
            yield prefix.removesuffix("."), self.word(kind)
            return
        for member, inner in model.openapi_types.items():
            name = prefix + model.attribute_map[member]
            yield from self.flat(inner, f"{name}.N." if inner.startswith("list[") else f"{name}.", depth + 1)

    def shape(self, kind, depth=0, without=()):
        listed, mapped = re.fullmatch(r"list\[(.*)\]", kind), re.fullmatch(r"dict\(str, (.*)\)", kind)
        if listed:
            return [self.shape(listed[1], depth + 1)]
        if mapped:
            return {"*": self.shape(mapped[1], depth + 1)}
        model = self.model(kind)
        if not model or depth > DEPTH_MAX:
            return WORDS.get(kind, "object")
        always = re.findall(r"^        self\.(\w+) = \w+$", inspect.getsource(model.__init__), re.M)  # not below an "if"
        return {model.attribute_map[member] + ("!" if member in always else ""): self.shape(inner, depth + 1)
                for member, inner in sorted(model.openapi_types.items()) if model.attribute_map[member] not in without}


def united(one, other):
    """The shape that fits what fits either."""
    if one == other or other is None:
        return one
    if isinstance(one, dict) and isinstance(other, dict):
        names = sorted({name.removesuffix("!") for name in (*one, *other)})
        merged = {}
        for name in names:
            both = [shape[each] for shape in (one, other) for each in (name, name + "!") if each in shape]
            always = name + "!" in one and name + "!" in other
            merged[name + "!" * always] = united(*both) if len(both) == 2 else both[0]
        return merged
    if isinstance(one, list) and isinstance(other, list):
        return [united(one[0], other[0])]
    if isinstance(one, str) and isinstance(other, str) and "object" not in (one, other):
        return "|".join(sorted({*one.split("|"), *other.split("|")}))
    return "object"


def key_of(request):
    return f"{request['method']} {re.sub('{[^}]*}', '{}', request['path'])}"


def draw(names):
    """(operations, shapes) of those names."""
    services = {name: Service(name) for name in CLIENTS}
    operations, shapes = {}, {}
    for name in sorted(names):
        service, _, operation = name.partition(".")
        try:
            request, reply = services[service].read(operation)
        except (KeyError, AttributeError, TypeError) as error:
            raise SystemExit(f"no client has {name}: {error!r}") from None
        operations[name] = request
        shapes[key_of(request)] = united(reply, shapes.get(key_of(request)))
    return operations, shapes


def load(path):
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def dump(path, rows, by_hand):
    """A line for each, so that changes can be read."""
    def lines(of):
        return ",\n".join(f" {json.dumps(name)}: {json.dumps(row)}" for name, row in sorted(of.items()))
    path.write_text("{\n" + lines(rows) + ',\n "by hand": {\n' + lines(by_hand) + "\n }\n}\n", "utf-8")


def main():
    known = load(OPERATIONS)
    names = {*sys.argv[1:], *(set(known) - {"by hand"})}
    operations, shapes = draw(names)
    dump(OPERATIONS, operations, known.get("by hand", {}))
    dump(SHAPES, shapes, load(SHAPES).get("by hand", {}))


if __name__ == "__main__":
    main()
