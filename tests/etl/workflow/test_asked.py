"""What a request asks Dagster to change, and whose name its runs carry, whatever way the request is written."""

from __future__ import annotations

from typing import Any

import pytest

from data_contracts.errors import StoreError
from etl.workflow.asked import asked_of, signed, trouble_of

LAUNCH = "mutation L($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename } }"
MANY = "mutation L($p: [ExecutionParams!]!) { launchMultipleRuns(executionParamsList: $p) { __typename } }"
BACKFILL = "mutation B($b: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $b) { __typename } }"
AGAIN = "mutation R($r: ReexecutionParams) { launchRunReexecution(reexecutionParams: $r) { __typename } }"
FORGED = {"key": "shiftledger/by", "value": "somebody else"}
WHY = {"key": "reason", "value": "late report"}
TAGGED = {"executionMetadata": {"tags": [FORGED, WHY]}}
BY = {"key": "shiftledger/by", "value": "王芳"}


@pytest.mark.parametrize(
    ("query", "variables", "signed_as"),
    [
        (
            LAUNCH,
            {"p": {"executionMetadata": {"tags": [FORGED, WHY]}}},
            {"p": {"executionMetadata": {"tags": [WHY, BY]}}},
        ),
        (LAUNCH, {"p": {}}, {"p": {"executionMetadata": {"tags": [BY]}}}),
        (LAUNCH, {"p": {"executionMetadata": None}}, {"p": {"executionMetadata": {"tags": [BY]}}}),
        (MANY, {"p": [{}, {}]}, {"p": [{"executionMetadata": {"tags": [BY]}}] * 2}),
        (BACKFILL, {"b": {"tags": [FORGED]}}, {"b": {"tags": [BY]}}),
        (AGAIN, {"r": {"parentRunId": "1"}}, {"r": {"parentRunId": "1", "extraTags": [BY]}}),
    ],
)
def test_every_run_that_is_ordered_carries_the_name_of_who_ordered_it(
    query: str, variables: dict[str, Any], signed_as: dict[str, Any]
) -> None:
    assert signed(query, variables, None, "王芳") == signed_as


@pytest.mark.parametrize(
    ("query", "changes"),
    [
        (LAUNCH, ["launchRun"]),
        ("mutation { a: stopSensor(id: 1) { x } b: startSchedule { x } }", ["startSchedule", "stopSensor"]),
        ("mutation { ...F } fragment F on Mutation { wipeAssets { x } }", ["wipeAssets"]),
        ("mutation { ... on Mutation { deleteRun(runId: 1) } }", ["deleteRun"]),
        ("mutation { setNuxSeen }", []),
        ("query { runs { id } }", []),
        ("query A { runs { id } } mutation L { terminateRun(runId: 1) { x } }", []),
        ("not a query at all {", []),
    ],
)
def test_each_mutation_is_one_change(query: str, changes: list[str]) -> None:
    assert [one.what for one in asked_of(query, {}, None)] == changes


def test_of_several_operations_the_one_that_is_named_counts() -> None:
    query = "query A { runs { id } } mutation L { terminateRun(runId: 1) { x } }"
    assert [one.what for one in asked_of(query, {}, "L")] == ["terminateRun"]
    assert asked_of(query, {}, "A") == []


def test_the_record_says_what_it_is_about_and_why() -> None:
    variables = {"p": {"selector": {"jobName": "load"}, "executionMetadata": {"tags": [WHY]}}}
    (asked,) = asked_of(LAUNCH, variables, "L")
    assert (asked.target, asked.reason) == ("load", "late report")
    (silent,) = asked_of(BACKFILL, {"b": {"partitionNames": ["2026-03-01"]}}, None)
    assert (silent.target, silent.reason) == ("2026-03-01", "not given")


@pytest.mark.parametrize(
    "query",
    [
        'mutation { launchRun(executionParams: {executionMetadata: {tags: [{key: "shiftledger/by", value: "x"}]}}) }',
        "mutation ($k: String!) { launchRun(executionParams: {executionMetadata: {tags: [{key: $k, value: 1}]}}) }",
        "mutation ($m: ExecutionMetadata) { launchRun(executionParams: {executionMetadata: $m}) }",
        "mutation ($p: ExecutionParams = {}) { launchRun(executionParams: $p) }",
        "mutation { ...F } fragment F on Mutation { launchPartitionBackfill(backfillParams: {}) }",
        "mutation { reexecutePartitionBackfill(reexecutionParams: {}) }",
    ],
)
def test_an_order_that_cannot_carry_a_name_is_refused(query: str) -> None:
    with pytest.raises(StoreError, match="as a variable"):
        signed(query, {"k": "shiftledger/by", "m": {"tags": [FORGED]}}, None, "王芳")


def test_what_orders_no_run_is_left_as_it_is() -> None:
    query = "mutation ($i: String!) { terminateRun(runId: $i) { x } }"
    assert signed(query, {"i": "7"}, None, "王芳") == {"i": "7"}


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        ('{"data": {"launchRun": {"__typename": "LaunchRunSuccess"}}}', ""),
        ('{"data": {"stop": {"__typename": "StopSensorMutationResult"}}}', ""),
        ('{"data": {"reloadWorkspace": true}}', ""),
        ('{"data": {"l": {"__typename": "PythonError", "message": "no"}}}', "PythonError: no"),
        ('{"data": {"l": {"__typename": "RunConfigValidationInvalid"}}}', "RunConfigValidationInvalid: "),
        ('{"data": null, "errors": [{"message": "Cannot query field"}]}', "Cannot query field"),
    ],
)
def test_what_dagster_did_not_do_is_known_by_its_answer(answer: str, trouble: str) -> None:
    assert trouble_of(answer.encode()) == trouble
