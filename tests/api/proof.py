"""What the tests prove: the journals of all servers that a run of the suite starts say which operation answered what, and
the suite knows which test ran then. tests/api/test_coverage.py asks it for what nobody proved; with CLEAT_PROOF_OUT=FILE
it is written down, for tools/operations."""

import json
import re

PAGE = 1000
COMMON = "every operation"
ANY = "any operation"
PRODUCTS = {  # that it is looked back at, with the marks of their official clients
    "ecs": {"Core/": "aliyun-python-sdk-ecs", "TeaDSL": "alibabacloud_ecs20140526"},
    "ess": {"Core/": "aliyun-python-sdk-ess", "TeaDSL": "alibabacloud_ess20220222"},
}


def full_name(product, operation):
    """Products have operations of the same names; those of ECS are called by their names alone."""
    return operation if product == "ecs" else f"{product} {operation}"


def row_key(row):
    return f"{row['http']} {row['code']} {row['reason']}"


def is_row(row, call):
    """Whether a refused call was refused by a row of a table."""
    pattern = ".*".join(map(re.escape, row["code"].split("%s")))
    return (row["http"], row["reason"]) == (call["status"], call["reason"]) and re.fullmatch(pattern, call["code"])


def first(tests, word):
    """The first by name, of those in a file that is about it if there is any."""
    return min(tests, key=lambda test: (word not in test.partition("::")[0], test))


class Proof:
    """What was seen of each operation, and by which tests."""

    def __init__(self):
        self.test = None
        self.calls = {}  # (operation, status, code, reason) -> tests
        self.clients = {}  # operation -> names of the official clients that it answered

    def collect(self, server):
        """Reads what has come into a server's journal since it was last asked."""
        if server.process is None or server.process.poll() is not None or server.flags.get("journal_calls") == 0:
            return
        pid, after = getattr(server, "proof_seen", (None, 0))
        if pid != server.pid:
            after = 0
        try:
            more = True
            while more:
                page = server.control("GET", f"/_cleat/journal?after={after}&limit={PAGE}")
                after = page["next"]
                more = len(page["calls"]) == PAGE
                for call in page["calls"]:
                    self.add(call)
        except (OSError, AssertionError):
            return  # a test may leave a server that answers nobody
        server.proof_seen = (server.pid, after)

    def add(self, call):
        product = call.get("product")
        operation = full_name(product, call["operation"]) if product else None
        key = (operation, call["status"], call["code"], call["reason"])
        self.calls.setdefault(key, set()).add(self.test)
        if call["status"] == 200:
            for mark, name in PRODUCTS.get(product, {}).items():
                if mark in call["user_agent"]:
                    self.clients.setdefault(operation, set()).add(name)

    def of_rows(self, rows, operation=ANY):
        """{row: test}; without an operation those of any count."""
        found = {}
        for row in rows:
            tests = [test for (name, status, code, reason), some in self.calls.items()
                     if operation in (ANY, name) and is_row(row, {"status": status, "code": code, "reason": reason})
                     for test in some]
            if tests:
                found[row_key(row)] = first(tests, "_rows.")
        return found

    def table(self, reference, product="ecs"):
        """Everything that is proved of what `cleat reference --json` declares of a product."""
        result = {full_name(product, COMMON): {"rows": self.of_rows(reference["errors"])}}
        for operation in reference["operations"]:
            name = full_name(product, operation["name"])
            done = self.calls.get((name, 200, "", ""))
            result[name] = {"done": done and first(done, "_story_"), "clients": sorted(self.clients.get(name, ())),
                            "rows": self.of_rows(operation["errors"], name)}
        return result

    def write(self, path, references):
        table = {name: row for product, reference in references.items() for name, row in self.table(reference, product).items()}
        with open(path, "w", encoding="utf-8") as file:
            json.dump(table, file, indent=1, sort_keys=True)
            file.write("\n")
