"""Looks back at a run of all api tests, as the last of them: what the tables declare, some test has provoked. A run of only
some tests says nothing about that and is skipped."""

import json
import pathlib
import re

import pytest

import shapes
from proof import COMMON, PRODUCTS, SECOND, full_name, of_gateway, row_key

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# Rows that no api test can provoke, and the test that does: operation -> row -> test.
ELSEWHERE = {
    COMMON: {
        "400 InvalidParameter hosts-conflict": "tests/system/test_limits.py::test_several_hosts",
        "400 InvalidParameter transfer-encoding": "tests/system/test_limits.py::test_bodies_whose_end_is_in_doubt",
        "414 RequestURITooLong target-too-long": "tests/system/test_limits.py::test_path_and_query_too_long",
        "431 RequestHeadersTooLarge headers-too-large": "tests/system/test_limits.py::test_headers_too_long",
        "500 InternalError internal": "tests/unit/test_operations.c::each_dialect_can_say_what_the_server_says",
        "503 ServiceUnavailable busy": "tests/system/test_service.py::test_unfinished_bodies_have_a_limit_together",
        "503 ServiceUnavailable store-full": "tests/system/test_durability.py::test_database_at_its_largest_size",
        "503 ServiceUnavailable timeout": "tests/contract/store_reads.c::read_for_ever",
    },
    **{f"{family}.CreateSnapshot": {f"400 {code} snapshot-needs-off":
                                    "tests/real/test_huawei_real.py::test_snapshot_of_a_volume_that_a_running_server_has_is_refused"}
       for family, code in (("evs", "EVS.5400"), ("cinder", "badRequest"))},
    "CreateSnapshot": {  # of real machines
        "400 IncorrectInstanceStatus snapshot-needs-off":
            "tests/real/test_data_real.py::test_snapshot_of_a_disk_that_a_running_machine_has_is_refused_at_once",
    },
}
FAMILIES = "tests/unit/test_operations.c::families_can_say_what_every_call_meets"
ELSEWHERE[full_name(SECOND[0], COMMON)] = {
    "400 APIGW.0201 parameters-repeated": FAMILIES,  # each has its own words
    "400 APIGW.0201 parameters-unreadable": FAMILIES,
    "502 APIGW.0201 internal": FAMILIES,
    "503 APIGW.0201 busy": "tests/system/test_service.py::test_unfinished_bodies_have_a_limit_together",
    "503 APIGW.0201 store-full": "tests/system/test_durability.py::test_database_at_its_largest_size",
    "504 APIGW.0201 timeout": "tests/contract/store_reads.c::read_for_ever",
}
ELSEWHERE[full_name("huawei-bms", COMMON)]["500 Common.0001 internal"] = FAMILIES
ELSEWHERE[full_name("huawei-nova", COMMON)] = {"500 computeFault internal": FAMILIES}
ELSEWHERE[full_name("huawei-cinder", COMMON)] = {"500 computeFault internal": FAMILIES}
ELSEWHERE[full_name("huawei-ecs", COMMON)] = {"500 Common.0001 internal": FAMILIES}
ELSEWHERE[full_name("huawei-evs", COMMON)] = {"500 EVS.5500 internal": FAMILIES}
ELSEWHERE[full_name("huawei-iam", COMMON)] = {"500 Internal Server Error internal": FAMILIES}


@pytest.fixture(autouse=True)
def look_back(whole_suite):
    if not whole_suite:
        pytest.skip("only after all other api tests")


def exists(test):
    """Whether a test that is named as FILE::NAME is there."""
    file, _, name = test.partition("::")
    return (ROOT / file).exists() and re.search(rf"\b{name}\(", (ROOT / file).read_text(encoding="utf-8"))


@pytest.fixture(params=PRODUCTS)
def product(request):
    return request.param


def shared(references, product):
    """Keys of the rows of all products of a dialect, which are looked at with one of them."""
    if product in SECOND:
        return set() if product == SECOND[0] else {row_key(row) for row in of_gateway(references)}
    return set() if product == "ecs" else {row_key(row) for row in references["ecs"]["errors"]}


def declared(references, product):
    """(operation, row) of all rows of a product."""
    rows = {(full_name(product, operation["name"]), row_key(row)) for operation in references[product]["operations"]
            for row in operation["errors"]}
    of_all = shared(references, product)
    return rows | {(full_name(product, COMMON), row_key(row)) for row in references[product]["errors"] if row_key(row) not in of_all}


def test_every_declared_row_is_provoked(references, proof, product):
    table = proof.table(references[product], product, of_gateway(references))
    unproved = {(name, row) for name, row in declared(references, product) if row not in table[name]["rows"]}
    missing = sorted(unproved - {(name, row) for name, rows in ELSEWHERE.items() for row in rows})
    assert not missing, "no test provokes these rows:\n" + "\n".join(f"{name}: {row}" for name, row in missing)


def test_every_operation_does_its_work_in_a_test(references, proof, product):
    table = proof.table(references[product], product)
    assert not [name for name, row in table.items() if not row.get("done", True)]


def test_rows_that_are_provoked_elsewhere_are(references):
    all_declared = set().union(*(declared(references, product) for product in PRODUCTS))
    for name, rows in ELSEWHERE.items():
        for row, test in rows.items():
            assert (name, row) in all_declared, "there is no such row any more"
            assert exists(test), test


@pytest.mark.parametrize("product", [each for each in PRODUCTS if each not in SECOND])
def test_every_operation_answers_in_both_formats(references, product):
    wanted = {(full_name(product, operation["name"]), form) for operation in references[product]["operations"]
              for form in ("JSON", "XML")}
    missing = sorted(wanted - shapes.ANSWERED)
    assert not missing, missing


def test_every_member_that_a_client_reads_was_in_a_reply(reference):
    built = {operation["name"] for operation in reference["operations"]}
    wanted = {(operation, path) for operation, paths in shapes.READ.items() if operation in built for path in paths}
    assert not wanted - shapes.SEEN


def test_proof_that_is_written_down_names_tests():
    """What docs/operations.md is printed from; make proof writes it anew."""
    for name, operation in json.loads((ROOT / "tests" / "data" / "proof.json").read_text(encoding="utf-8")).items():
        for test in {operation.get("done"), *operation["rows"].values()} - {None}:
            assert exists(test), f"{name}: {test} is no test any more; run: make proof"
