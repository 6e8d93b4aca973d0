#!/usr/bin/env python3
"""Writes the numbered SQL files of a schema into a C file, so that the program carries them.

    embed.py OUT.c NAME FILE...

makes `const struct migration NAME[]` (stores/schema.h) of files called 0001.sql, 0002.sql, ..., in that order and
without gaps, ended by an entry without SQL; and `const char NAME_at_once[]`, which makes in one go what they make one after
the other. SQLite itself says what that is.
"""

import pathlib
import re
import sqlite3
import sys


def c_string(text):
    lines = []
    for line in text.splitlines():
        escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?").replace("\t", "\\t")
        lines.append(f'\t  "{escaped}\\n"')
    return "\n".join(lines)


def at_once(paths):
    """Each change of a table reads the whole schema again; tables that are made as they are in the end need none."""
    database = sqlite3.connect(":memory:")
    for path in paths:
        database.executescript(path.read_text(encoding="utf-8"))
    tables = [name for name, in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    filled = [name for name in tables if database.execute(f'SELECT 1 FROM "{name}"').fetchone()]
    if filled:
        sys.exit(f"embed.py: rows in {', '.join(filled)}: what a version writes beside tables would be missing in a new store")
    return "".join(f"{sql};\n" for sql, in database.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"))


def main(out, name, *files):
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", name):
        sys.exit(f"embed.py: not a name for an array: {name}")
    paths = sorted((pathlib.Path(file) for file in files), key=lambda path: path.name)
    parts = ["/* Made by tools/embed.py. */", '#include "stores/schema.h"', "", f"const struct migration {name}[] = {{"]
    for version, path in enumerate(paths, start=1):
        if path.name != f"{version:04}.sql":
            sys.exit(f"embed.py: expected {version:04}.sql, found {path}: migrations are numbered without gaps")
        parts.append(f'\t{{ {version}, "{path.name}",\n{c_string(path.read_text(encoding="utf-8"))} }},')
    parts += ["\t{ 0, 0, 0 },", "};", "", f"const char {name}_at_once[] =", f"{c_string(at_once(paths))};", ""]
    pathlib.Path(out).write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
