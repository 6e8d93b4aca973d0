#!/usr/bin/env python3
"""Writes what the vendor says of operations of ECS 2014-05-26 into the tests' data: the members of a reply into
tests/data/aliyun_shapes.json, the parameters into tests/data/aliyun_operations.json. Run it before an operation is built:

    pip install alibabacloud-ecs20140526
    python tools/vendor_shapes.py DescribeInstanceHistoryEvents ...

Both are read from the models of the vendor's own client, the PyPI package alibabacloud-ecs20140526 of the Python that runs
this script. Of the other products in PRODUCTS only the replies are written, each into a file of its own:

    python tools/vendor_shapes.py --product slb AddBackendServers ... An operation that is in a file already keeps what it has there. The error rows are on no list of the client:
copy them by hand from the vendor's page of the operation into "errors", as [HTTP status, code, message].
"""

import argparse
import importlib
import importlib.metadata
import json
import pathlib
import typing

DATA = pathlib.Path(__file__).resolve().parent.parent / "tests" / "data"
# product: its client, the file of its shapes
PRODUCTS = {"ecs": ("alibabacloud-ecs20140526", "aliyun_shapes.json"),
            "rds": ("alibabacloud-rds20140815", "aliyun_rds_shapes.json"),
            "slb": ("alibabacloud-slb20140515", "aliyun_slb_shapes.json")}
WORDS = {str: "string", bool: "boolean", int: "number", float: "number"}
# Every operation has these and none does anything with them.
OF_ALL = {"OwnerAccount", "OwnerId", "ResourceOwnerAccount", "ResourceOwnerId"}


def hints_of(model):
    """The Python types of a model's members, by their Python names."""
    main_models = importlib.import_module(model.__module__.partition(".")[0] + ".models")
    hints = typing.get_type_hints(model.__init__, {"List": typing.List, "Dict": typing.Dict, "Any": typing.Any,
                                                   "main_models": main_models})
    return {name: hint for name, hint in hints.items() if name not in ("self", "return")}


def wire_name(model, member, value):
    """The name a member has in requests and replies: the one whose value appears when it alone is given."""
    (name,) = [name for name, found in model(**{member: value}).to_map().items() if found not in (None, [], {})]
    return name


def members(model):
    """(name on the wire, type: a word, a model, or a list of one of them)."""
    for member, hint in hints_of(model).items():
        listed = typing.get_origin(hint) is list
        inner = typing.get_args(hint)[0] if listed else hint
        is_model = hasattr(inner, "to_map")
        probe = FakeModel() if is_model else "x"
        yield (wire_name(model, member, [probe] if listed else probe), listed,
               inner if is_model else WORDS.get(inner, "object"))


class FakeModel:
    """Stands for any inner model where only the outer name is wanted."""

    def to_map(self):
        return {"x": "x"}


def reply_shape(model):
    shape = {}
    for name, listed, inner in members(model):
        of = inner if isinstance(inner, str) else reply_shape(inner)
        shape[name] = [of] if listed else of
    return dict(sorted(shape.items()))


def parameters(model, prefix=""):
    """Flat names as they are sent: Tag.N.Key."""
    found = {}
    for name, listed, inner in members(model):
        full = prefix + name + (".N" if listed else "")
        if name in OF_ALL and not prefix:
            continue
        if isinstance(inner, str):
            found[full] = inner
        else:
            found.update(parameters(inner, full + "."))
    return dict(sorted(found.items()))


def write_operations(path, operations):
    """One line for each parameter list and each error row, so that changes can be read."""
    lines = []
    for name, operation in sorted(operations.items()):
        if name == "_note":
            lines.append(f' "_note": {json.dumps(operation)}')
            continue
        rows = ",\n".join("   " + json.dumps(row, ensure_ascii=False) for row in operation["errors"])
        lines.append(f' {json.dumps(name)}: {{\n  "parameters": {json.dumps(operation["parameters"])},\n'
                     f'  "errors": [' + (f"\n{rows}\n  " if rows else "") + "]\n }")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--product", choices=sorted(PRODUCTS), default="ecs")
    parser.add_argument("operations", nargs="+", metavar="OPERATION")
    arguments = parser.parse_args()
    package, shapes_name = PRODUCTS[arguments.product]
    try:
        models = importlib.import_module(package.replace("-", "_") + ".models")
    except ImportError:
        raise SystemExit(f"{package} is not installed for this Python") from None

    shapes_file, operations_file = DATA / shapes_name, DATA / "aliyun_operations.json"
    shapes = json.loads(shapes_file.read_text(encoding="utf-8")) if shapes_file.exists() else {}
    operations = json.loads(operations_file.read_text(encoding="utf-8"))
    for name in arguments.operations:
        if not hasattr(models, name + "Request"):
            raise SystemExit(f"{package} {importlib.metadata.version(package)} has no operation {name}")
        shapes.setdefault(name, reply_shape(getattr(models, name + "ResponseBody")))
        operations.setdefault(name, {"parameters": parameters(getattr(models, name + "Request")), "errors": []})
    shapes_file.write_text(json.dumps(shapes, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    if arguments.product == "ecs":
        write_operations(operations_file, operations)


if __name__ == "__main__":
    main()
