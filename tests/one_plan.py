#!/usr/bin/env python3
"""Runs a cmocka program that has several groups of tests, and makes one TAP stream of theirs: meson reads only one.

    one_plan.py PROGRAM [ARGUMENT]...

The exit status is the program's, so a crash between groups is seen as well.
"""

import re
import subprocess
import sys

RESULT = re.compile(r"(ok|not ok) \d+(.*)", re.DOTALL)


def main(command):
    results = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, errors="replace") as process:
        for line in process.stdout:
            found = RESULT.fullmatch(line)
            if found:
                results += 1
                line = f"{found.group(1)} {results}{found.group(2)}"
            elif re.match(r"1\.\.\d+$", line):
                continue
            print(line, end="", flush=True)
    print(f"1..{results}")
    status = process.returncode
    return 128 - status if status < 0 else min(status, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
