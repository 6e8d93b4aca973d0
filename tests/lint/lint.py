"""What the lints share: finding files, reporting, and proving on a made-up tree that each can fail."""

import pathlib
import sys
import tempfile

SKIPPED = {".git", "__pycache__", ".pytest_cache", "node_modules"}


def files(root, *suffixes):
    """All files of the project with one of these suffixes (all files if none is given), without what was built."""
    for path in sorted(pathlib.Path(root).rglob("*")):
        parts = path.relative_to(root).parts
        if SKIPPED & set(parts) or parts[0] == "build" or parts[0].startswith("build-"):
            continue
        if path.is_file() and (not suffixes or path.suffix in suffixes):
            yield path


def read(path):
    return path.read_text(encoding="utf-8", errors="replace")


def self_test(check, good, bad):
    """`check(root)` gives a list of complaints. The tree `good` must give none; each of `bad`, a list of (tree, text),
    must give one that holds the text. A tree is a dictionary of file names and contents."""
    failures = []
    for tree, expected in [(good, None)] + bad:
        with tempfile.TemporaryDirectory() as folder:
            for name, content in tree.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8")
            complaints = check(pathlib.Path(folder))
        if expected is None and complaints:
            failures.append(f"complains about a tree that is fine: {complaints}")
        if expected is not None and not any(expected in each for each in complaints):
            failures.append(f"finds no {expected!r} in {sorted(tree)}: {complaints}")
    return failures


def main(check, good, bad):
    """The command line of a lint: FOLDER, or --self-test."""
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} FOLDER | --self-test")
    complaints = self_test(check, good, bad) if sys.argv[1] == "--self-test" else check(pathlib.Path(sys.argv[1]))
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    sys.exit(1 if complaints else 0)
