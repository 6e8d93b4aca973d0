#!/usr/bin/env python3
"""Who may include whom: data flows one way, and a layer knows only those below it (ARCHITECTURE.md)."""

import re

import lint

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)

# What the files of a folder may include besides their own folder: folders, or single files.
ALLOWED = {
    "base": [],
    "contract": ["base"],
    "core": ["base", "contract"],
    "api": ["base", "contract", "core"],
    "api/*": ["base", "contract", "core", "api"],
    "drivers": ["base", "contract"],
    "stores": ["base", "contract"],
    "http": ["base", "api/request.h", "api/call.h"],
    "cli": ["base", "api/aliyun/sign_v3.h"],
}


def layer(name):
    """The folder of a file below src/: "" for the root."""
    return name.rpartition("/")[0]


def rule(folder):
    if folder in ALLOWED:
        return ALLOWED[folder]
    if folder.startswith("api/") and folder.count("/") == 1:
        return ALLOWED["api/*"]
    return None


def check_include(name, included):
    folder, other = layer(name), layer(included)
    if folder == "" or folder == other:
        return None
    allowed = rule(folder)
    if allowed is None:
        return f"src/{name}: the folder {folder} is no layer; add it to tests/lint/lint_layers.py"
    if included in allowed or other in allowed:
        return None
    return f'src/{name}: includes "{included}": {folder} may only include {", ".join([folder] + allowed)}'


def check(root):
    source = root / "src"
    complaints = []
    for path in lint.files(source, ".c", ".h", ".inc"):
        name = path.relative_to(source).as_posix()
        for included in INCLUDE.findall(lint.read(path)):
            if included.endswith(".inc") and layer(included) == layer(name):
                continue
            if not (source / included).exists():
                complaints.append(f'src/{name}: includes "{included}", which is not there; write paths from src/')
                continue
            complaints.append(check_include(name, included))
    return [complaint for complaint in complaints if complaint]


GOOD = {
    "src/main.c": '#include "config.h"\n#include "core/a.h"\n#include "stores/a.h"\n',
    "src/config.h": '#include "base/a.h"\n',
    "src/base/a.h": "#include <stdio.h>\n",
    "src/core/a.h": '#include "base/a.h"\n',
    "src/stores/a.h": '# include "base/a.h"\n',
    "src/api/call.h": '#include "core/a.h"\n',
    "src/api/aliyun/a.h": '#include "api/call.h"\n',
    "src/http/a.c": '#include "api/call.h"\n',
}

BAD = [
    ({**GOOD, "src/base/b.c": '#include "core/a.h"\n'}, "base may only include base"),
    ({**GOOD, "src/core/b.c": '#include "stores/a.h"\n'}, "core may only include"),
    ({**GOOD, "src/stores/b.c": '  #  include "core/a.h"\n'}, "stores may only include"),
    ({**GOOD, "src/drivers/b.c": '#include "core/a.h"\n'}, "drivers may only include"),
    ({**GOOD, "src/api/huawei/b.c": '#include "api/aliyun/a.h"\n'}, "api/huawei may only include"),
    ({**GOOD, "src/api/b.c": '#include "api/aliyun/a.h"\n'}, "api may only include"),
    ({**GOOD, "src/http/b.c": '#include "api/aliyun/a.h"\n'}, "http may only include"),
    ({**GOOD, "src/cli/b.c": '#include "core/a.h"\n'}, "cli may only include"),
    ({**GOOD, "src/core/b.c": '#include "config.h"\n'}, "core may only include"),
    ({**GOOD, "src/new/b.c": '#include "base/a.h"\n'}, "is no layer"),
    ({**GOOD, "src/core/b.c": '#include "a.h"\n'}, "write paths from src/"),
]

if __name__ == "__main__":
    lint.main(check, GOOD, BAD)
