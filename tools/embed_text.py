#!/usr/bin/env python3
"""Writes a file into a C file as a text, so that the program carries it.

    embed_text.py OUT.c NAME HEADER FILE

makes `const char NAME[]`, which HEADER declares.
"""

import pathlib
import re
import sys

from embed import c_string


def main(out, name, header, file):
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", name):
        sys.exit(f"embed_text.py: not a name: {name}")
    text = pathlib.Path(file).read_text(encoding="utf-8")
    parts = ["/* Made by tools/embed_text.py. */", f'#include "{header}"', "", f"const char {name}[] =",
             c_string(text) + ";", ""]
    pathlib.Path(out).write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
