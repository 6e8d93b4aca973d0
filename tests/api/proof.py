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
    **{f"huawei-{api}": {"huaweicloud-usdk-python": f"huaweicloudsdk{api}", "huaweicloud-usdk-nodejs": f"huaweicloud-sdk-{api}",
                         "openstack": "python-openstackclient", "novaclient": "python-openstackclient"}
       for api in ("bms", "cinder", "ecs", "evs", "iam", "ims", "nova")},
}
SECOND = [product for product in PRODUCTS if product.startswith("huawei-")]


def full_name(product, operation):
    """Products have operations of the same names; those of ECS, and those of the second dialect ("ecs.ShowJob"), are called by
    their names alone."""
    return operation if product == "ecs" or "." in operation else f"{product} {operation}"


def of_gateway(references):
    """The rows of the second dialect that stand before all its families' own."""
    rows = [{row_key(row): row for row in references[product]["errors"]} for product in SECOND]
    return [row for key, row in rows[0].items() if all(key in each for each in rows)]


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
        if 200 <= call["status"] < 300:
            for mark, name in PRODUCTS.get(f"huawei-{product}" if "." in call["operation"] else product, {}).items():
                if mark in call["user_agent"]:
                    self.clients.setdefault(operation, set()).add(name)

    def of_rows(self, rows, operations=ANY):
        """{row: test}; without names of operations those of any count."""
        found = {}
        for row in rows:
            tests = [test for (name, status, code, reason), some in self.calls.items()
                     if (operations == ANY or name in operations) and is_row(row, {"status": status, "code": code, "reason": reason})
                     for test in some]
            if tests:
                found[row_key(row)] = first(tests, "_rows.")
        return found

    def of_done(self, name):
        """A test in which an operation did its work."""
        tests = set().union(*(some for (operation, status, code, _), some in self.calls.items()
                              if operation == name and 200 <= status < 300 and not code))
        return first(tests, "_story") if tests else None

    def table(self, reference, product="ecs", gateway=()):
        """Everything that is proved of what `cleat reference --json` declares of a product. Rows that a family of the second
        dialect shares are proved by its operations, those of its gateway by any."""
        names = [full_name(product, operation["name"]) for operation in reference["operations"]]
        gateway = [row_key(row) for row in gateway]
        common = self.of_rows(reference["errors"], ANY if product not in SECOND else names)
        common.update(self.of_rows([row for row in reference["errors"] if row_key(row) in gateway]))
        result = {full_name(product, COMMON): {"rows": common}}
        for name, operation in zip(names, reference["operations"]):
            result[name] = {"done": self.of_done(name), "clients": sorted(self.clients.get(name, ())),
                            "rows": self.of_rows(operation["errors"], [name])}
        return result

    def write(self, path, references):
        gateway = of_gateway(references)
        table = {name: row for product, reference in references.items()
                 for name, row in self.table(reference, product, gateway).items()}
        with open(path, "w", encoding="utf-8") as file:
            json.dump(table, file, indent=1, sort_keys=True)
            file.write("\n")
