#!/usr/bin/env python3
"""Functions and files that are too long. Prints the ten longest of each; warns before it fails."""

import re

import lint

FUNCTION_MAX, FUNCTION_WARN = 100, 60
FILE_MAX, FILE_WARN = 1000, 400
SHOWN = 10

NAME = re.compile(r"([A-Za-z_]\w*)\s*\([^;]*$", re.DOTALL)


def functions(text):
    """(name, first line, lines) of each function: it ends with a '}' alone in the first column, begins with a '{'
    alone there, and its name stands in the lines before."""
    lines = text.split("\n")
    start = None
    for number, line in enumerate(lines):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            head = start
            while head > 0 and lines[head - 1].strip() and not lines[head - 1].rstrip().endswith(("}", ";", "*/")):
                head -= 1
            found = NAME.search("\n".join(lines[head:start]))
            yield found.group(1) if found else "?", head + 1, number - head + 1
            start = None


def measure(root):
    sizes = {"function": [], "file": []}
    for folder in ("src", "tests", "fuzz", "bench"):
        for path in lint.files(root / folder, ".c", ".h"):
            name = path.relative_to(root).as_posix()
            text = lint.read(path)
            sizes["file"].append((text.count("\n"), name))
            for function, line, length in functions(text):
                sizes["function"].append((length, f"{name}:{line} {function}"))
        for path in lint.files(root / folder, ".py"):
            sizes["file"].append((lint.read(path).count("\n"), path.relative_to(root).as_posix()))
    return sizes


def check(root):
    complaints = []
    limits = {"function": (FUNCTION_WARN, FUNCTION_MAX), "file": (FILE_WARN, FILE_MAX)}
    for kind, sizes in measure(root).items():
        warn, most = limits[kind]
        sizes.sort(reverse=True)
        print(f"The longest {kind}s:")
        for length, name in sizes[:SHOWN]:
            print(f"  {length:5} {name}{'  (long: aim below ' + str(warn) + ')' if length > warn else ''}")
        complaints += [f"{name}: a {kind} of {length} lines; the limit is {most}" for length, name in sizes
                       if length > most]
    return complaints


def body(lines):
    return "static int area_do(int a,\n                   int b)\n{\n" + "\tb++;\n" * lines + "}\n"


GOOD = {"src/a.c": body(FUNCTION_MAX - 4) * 2, "tests/b.c": "int x;\n" * FILE_MAX}
BAD = [
    ({"src/a.c": body(FUNCTION_MAX)}, "src/a.c:1 area_do: a function of"),
    ({"tests/unit/a.c": body(FUNCTION_MAX)}, "area_do: a function of"),
    ({"src/core/a.c": "int x;\n" * (FILE_MAX + 1)}, "src/core/a.c: a file of 1001 lines"),
]

if __name__ == "__main__":
    lint.main(check, GOOD, BAD)
