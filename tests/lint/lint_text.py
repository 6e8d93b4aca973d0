#!/usr/bin/env python3
"""Text that must not be committed: unfinished work, dangerous functions, machine paths, stray white space."""

import re

import lint

# Put together from pieces, so that this file passes its own test.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX"]) + r")\b")
BANNED = re.compile(r"\b(" + "|".join(["strcpy", "strcat", "sprintf", "vsprintf", "gets", "strtok", "alloca"]) + r")\s*\(")
MACHINE = re.compile(r"(?<![\w.])/(?:" + "|".join(["wo" + "rk", "ro" + "ot", "ho" + "me/(?!somebody)", "tm" + "p"]) + r")/[\w.]")

TEXT = {".c", ".h", ".inc", ".py", ".sql", ".md", ".build", ".txt", ".in", ".1", ".sh", ".yml", ".conf", ""}
CODE = {".c", ".h"}
# Data as others wrote it, and what other programs print.
FOREIGN = ("tests/data/", "fuzz/corpus/", "seeds/")


def check_lines(name, text, is_code):
    complaints = []
    for number, line in enumerate(text.split("\n"), start=1):
        where = f"{name}:{number}: "
        if UNFINISHED.search(line):
            complaints.append(where + "unfinished work is an issue, not a comment")
        if line != line.rstrip():
            complaints.append(where + "white space at the end of the line")
        if MACHINE.search(line):
            complaints.append(where + "a path of one machine")
        if is_code and BANNED.search(line):
            complaints.append(where + "a banned function: " + BANNED.search(line).group(1))
    if text and not text.endswith("\n"):
        complaints.append(f"{name}: the last line has no end")
    return complaints


def check(root):
    complaints = []
    for path in lint.files(root):
        name = path.relative_to(root).as_posix()
        if path.suffix not in TEXT or name.startswith(FOREIGN):
            continue
        data = path.read_bytes()
        if b"\0" in data:
            continue
        text = data.decode("utf-8", errors="replace")
        complaints += check_lines(name, text, path.suffix in CODE)
        if path.suffix == ".h" and name.startswith("src/") and not text.startswith("/* "):
            complaints.append(f"{name}: a header begins with a comment: what it is for, and what it is not")
    return complaints


GOOD = {"src/a.h": "/* What it is. What it is not. */\n", "src/a.c": "\tsnprintf(a, 1, b); /* not gets */\n",
        "README.md": "See /var/lib/cleat.\n", "build/x.c": "strcpy(a, b);\n"}
BAD = [
    ({"src/a.c": "/* TO" + "DO: all */\n"}, "src/a.c:1: unfinished"),
    ({"src/a.c": "\n\tstr" + "cpy(a, b);\n"}, "src/a.c:2: a banned function: strcpy"),
    ({"src/a.c": "\tsprintf (a, b);\n"}, "a banned function: sprintf"),
    ({"tests/a.c": "\tgets(a);\n"}, "a banned function: gets"),
    ({"src/a.h": "#define A\n"}, "a header begins with a comment"),
    ({"docs/a.md": "two \n"}, "white space at the end"),
    ({"Makefile": "a:\n\tcat /wo" + "rk/x\n"}, "a path of one machine"),
    ({"docs/a.md": "end"}, "has no end"),
]

if __name__ == "__main__":
    lint.main(check, GOOD, BAD)
