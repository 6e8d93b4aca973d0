"""What the documentation shows is run, and what it names exists."""

import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(os.environ.get("CLEAT_BINARY", ROOT / "build" / "cleat")).resolve()


def clean_environment():
    return {name: value for name, value in os.environ.items() if not name.startswith("CLEAT_")}


def markdown_files():
    return [path for path in ROOT.rglob("*.md") if not any(part.startswith("build") for part in path.relative_to(ROOT).parts)]


def test_the_python_of_the_readme_detaches_a_disk_and_an_instance(make_server):
    server = make_server(pace="quick")
    code = "".join(re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S))
    run = subprocess.run([sys.executable, "-c", code.replace("127.0.0.1:7480", server.endpoint)], capture_output=True,
                         text=True, timeout=120, env=clean_environment(), check=False)
    assert run.returncode == 0, run.stderr
    seen = [word for before, word in zip([None] + run.stdout.split(), run.stdout.split()) if word != before]
    assert seen[-6:] == ["Attaching", "In_use", "Detaching", "Available", "Successful", "available"]
    # Attached to a group, detached from it; and a volume of the second cloud.
    assert run.stdout.split()[-4:] == ["Available", "Successful", "Successful", "available"]


def test_the_example_of_the_permissions_page(make_server):
    page = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    fleet, roles = re.findall(r"```json\n(.*?)```", page, re.S)
    server = make_server()
    for text in (fleet, roles, fleet):
        token = {"Authorization": f"Bearer {server.token}"}
        status, _, reply = server.http("POST", "/_cleat/fleet", text.encode(), token)
        assert status == 200, reply
    export, *calls = re.search(r"```sh\n(.*?)```", page, re.S)[1].splitlines()
    words = dict(word.split("=") for word in export.split()[1:])
    refused = 0
    for line in calls:
        command, _, comment = line.partition("#")
        program, *arguments = command.split()
        assert program == "cleat"
        run = subprocess.run([str(BINARY), *arguments, "--endpoint", server.url], capture_output=True, text=True, check=False,
                             env={**clean_environment(), **words})
        assert ("Forbidden.RAM" in run.stdout) == (run.returncode == 1) == ("403" in comment), (line, run.stdout, run.stderr)
        refused += run.returncode
    assert (len(calls), refused) == (4, 2)


def test_links_between_pages_lead_somewhere():
    broken = []
    for page in markdown_files():
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert not broken


def test_files_that_pages_name_exist():
    missing = []
    for page in markdown_files():
        for name in re.findall(r"`((?:src|tests|docs|tools|bench)/[\w./-]+\.\w+)`", page.read_text(encoding="utf-8")):
            if name != "src/stores/schema/0002.sql" and not (ROOT / name).exists():  # the next one
                missing.append(f"{page.relative_to(ROOT)}: {name}")
    assert not missing


def test_options_that_pages_name_exist():
    text = "".join(subprocess.run([str(BINARY), *words, "--help"], capture_output=True, text=True, check=True).stdout
                   for words in (["serve"], ["call"], ["demo"], ["key", "create"], ["key", "list"], ["jobs"], ["journal"], ["fault", "add"],
                                 ["fault", "clear"], ["fleet", "load"], ["fleet", "dump"], ["fleet", "reset"],
                                 ["guest", "mount"], ["guest", "silent"], ["adopt"], []))
    known = set(re.findall(r"--[a-z][a-z-]+", text))
    others = {"--access-key-id", "--access-key-secret", "--cacert", "--endpoint", "--image-opts", "--insecure", "--object", "--region", "--save", "--secure",
              "--skip-secure-verify"}
    unknown = []
    for page in [ROOT / "README.md", *pathlib.Path(ROOT / "docs").glob("*.md")]:
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", page.read_text(encoding="utf-8")):
            if option not in known | others:
                unknown.append(f"{page.name}: {option}")
    assert not unknown


@pytest.mark.parametrize("product, page", [("ecs", "operations.md"), ("ess", "operations-ess.md")])
def test_operations_page_is_what_the_tables_say(product, page):
    printed = subprocess.run([sys.executable, str(ROOT / "tools" / "operations"), str(BINARY), product], capture_output=True,
                             text=True, check=True, env=clean_environment()).stdout
    assert printed == (ROOT / "docs" / page).read_text(encoding="utf-8"), "run: make docs"


def test_operations_page_of_the_second_dialect_is_what_the_tables_say():
    printed = subprocess.run([sys.executable, str(ROOT / "tools" / "operations-huawei"), str(BINARY)], capture_output=True, text=True,
                             check=True, env=clean_environment()).stdout
    assert printed == (ROOT / "docs" / "operations-huawei.md").read_text(encoding="utf-8"), "run: make docs"


@pytest.mark.parametrize("product, prefix", [("ecs", ""), ("ess", "ess ")])
def test_every_operation_of_the_page_is_proved(product, prefix):
    printed = subprocess.run([str(BINARY), "reference", "--json", product], capture_output=True, text=True, check=True,
                             env=clean_environment()).stdout
    proof = json.loads((ROOT / "tests" / "data" / "proof.json").read_text(encoding="utf-8"))
    names = [prefix + operation["name"] for operation in json.loads(printed)["operations"]]
    assert names
    unproved = [name for name in names if not proof.get(name, {}).get("done")]
    assert not unproved, f"no test is named that does {', '.join(unproved)}; run: make proof"
