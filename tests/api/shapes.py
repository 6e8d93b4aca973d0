"""The vendor's shapes of replies (tests/data/aliyun_shapes.json) and what real clients read of them
(tests/data/client_reads.json). Every reply that a test receives is held against both."""

import json
import pathlib

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
SHAPES = json.loads((DATA / "aliyun_shapes.json").read_text("utf-8"))
READS = json.loads((DATA / "client_reads.json").read_text("utf-8"))
TYPES = {"string": (str,), "boolean": (bool,), "number": (int, float)}

# operation -> {path: the clients that read it}
READ = {}
for _client, _operations in READS.items():
    for _operation, _paths in _operations.items() if _client != "_note" else ():
        for _path in _paths:
            READ.setdefault(_operation, {}).setdefault(_path, []).append(_client)

SEEN = set()  # what of it was in a reply so far: (operation, path)
ANSWERED = set()  # (operation, format) of the replies so far

# Members that a list leaves out when it pages by NextToken.
NOT_BY_TOKEN = {"TotalCount"}


def check_shape(value, shape, where):
    """Every member of the reply exists in the vendor's shape, with that type."""
    if isinstance(shape, dict):
        assert isinstance(value, dict), where
        for name, child in value.items():
            assert name in shape, f"the vendor has no {where}.{name}"
            check_shape(child, shape[name], f"{where}.{name}")
    elif isinstance(shape, list):
        assert isinstance(value, list), where
        for child in value:
            check_shape(child, shape[0], where + "[]")
    else:
        assert type(value) in TYPES[shape], f"{where} is {value!r}, the vendor's is a {shape}"


def check_read(value, path, where):
    """The member at a path is there: in each item, where the path goes through a list. Whether there was any."""
    if not path:
        return True
    name = path[0].removesuffix("?").removesuffix("[]")
    if path[0].endswith("?") and name not in value:
        return False
    assert name in value, where
    children = value[name] if path[0].endswith("[]") else [value[name]]
    return any([check_read(child, path[1:], where) for child in children])


def shape_of(operation):
    assert operation in SHAPES, f"no shape of {operation}: run tools/vendor_shapes.py {operation}"
    return SHAPES[operation]


def check_reply(operation, reply, by_token=False):
    """Holds a reply of an operation against all that is known of it."""
    check_shape(reply, shape_of(operation), operation)
    for path, clients in READ.get(operation, {}).items():
        if by_token and path in NOT_BY_TOKEN:
            continue
        if check_read(reply, path.split("."), f"{operation} lacks {path}, which {', '.join(clients)} reads"):
            SEEN.add((operation, path))


def read_xml(element, shape, where):
    """The value of an XML element, as the JSON reply would have it: the shape tells lists and numbers from texts."""
    if isinstance(shape, dict):
        value = {}
        for child in element:
            assert child.tag in shape, f"the vendor has no {where}.{child.tag}"
            inner = shape[child.tag]
            found = read_xml(child, inner[0] if isinstance(inner, list) else inner, f"{where}.{child.tag}")
            if isinstance(inner, list):
                value.setdefault(child.tag, []).append(found)
            else:
                assert child.tag not in value, f"{where}.{child.tag} comes twice"
                value[child.tag] = found
        # <Disks></Disks> is a wrapper around no item.
        lists = [name for name, inner in shape.items() if isinstance(inner, list)]
        return value or ({lists[0]: []} if len(shape) == 1 and lists else value)
    text = element.text or ""
    assert len(element) == 0, f"{where} is a {shape}, but has members"
    if shape == "boolean":
        assert text in ("true", "false"), f"{where} is {text!r}"
        return text == "true"
    if shape == "number":
        return float(text) if "." in text else int(text)
    return text
