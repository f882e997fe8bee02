"""All rules are found, numbered, named and told in both languages."""

from __future__ import annotations

from string import Formatter
from typing import get_args

import polars as pl
import pytest

from data_contracts.crosschecks import CROSSCHECKS
from data_contracts.crosschecks.base import COMPARED, Cardinality
from data_contracts.language import LANGUAGES
from data_contracts.tables.discrepancy import SEVERITIES
from tests.evidence import evidence

RULES = {
    1: "hourly_total",
    2: "good_scrap_produced",
    3: "defect_sum",
    4: "time_balance",
    5: "stops_back_computed",
    6: "stop_duration",
    7: "stop_window",
    8: "stops_fit",
    9: "known_reason",
    10: "counter_vs_output",
    11: "idle_without_stop",
    12: "deviation_explained",
    13: "formulas_hold",
    14: "stated_percent",
    15: "staffed",
    16: "signed",
    17: "good_vs_mes",
    18: "scrap_vs_mes",
    19: "stops_vs_mes",
    20: "stops_vs_plan",
    21: "hour_vs_mes",
    22: "same_order",
    23: "stop_matches",
    24: "order_overrun",
    25: "cancelled_counted",
    26: "stock_continues",
    27: "counter_continues",
    28: "stop_continues",
    29: "flow_balance",
    30: "material_balance",
    31: "packed_vs_good",
    32: "stock_balance",
    33: "headcount_attendance",
    34: "labour_hours",
    35: "output_vs_time",
    36: "usual_rate",
    37: "output_drop",
    38: "no_defects",
    39: "known_and_valid",
    40: "one_report",
    41: "copied_report",
    42: "missing_report",
    43: "key_agreement",
    44: "date_open",
    45: "unit_mix",
    46: "separator_slip",
    47: "merged_twice",
    48: "date_reading",
    49: "time_reading",
    50: "repaired_characters",
}
PLACEHOLDERS = {"reported", "reference", "delta", "tolerance", "measure"}


def test_discovery_finds_every_rule_in_the_order_of_the_catalogue() -> None:
    assert {number: rule for rule, number in ((r.id, r.number) for r in CROSSCHECKS.values())} == RULES
    assert [rule.number for rule in CROSSCHECKS.values()] == sorted(RULES)


@pytest.mark.parametrize("rule_id", RULES.values())
def test_a_rule_has_a_family_a_severity_and_a_name_and_message_in_every_language(rule_id: str) -> None:
    rule = CROSSCHECKS[rule_id]
    assert rule.family in {"report", "mes", "plausibility", "continuity", "identity", "timeliness", "reading"}
    assert rule.severity in SEVERITIES
    assert set(rule.name) == set(rule.message) == set(LANGUAGES)
    for language in LANGUAGES:
        used = {field for _, field, _, _ in Formatter().parse(rule.message[language]) if field is not None}
        assert used <= PLACEHOLDERS
        text = rule.message[language].format(**{name: f"<{name}>" for name in PLACEHOLDERS})
        assert all(f"<{name}>" in text for name in used)
        assert rule.name[language]


@pytest.mark.parametrize("rule_id", RULES.values())
def test_both_languages_tell_the_same_values(rule_id: str) -> None:
    zh, en = (
        {field for _, field, _, _ in Formatter().parse(CROSSCHECKS[rule_id].message[language])}
        for language in ("zh", "en")
    )
    assert zh == en


@pytest.mark.parametrize("rule_id", RULES.values())
def test_a_rule_has_nothing_to_say_about_nothing(rule_id: str) -> None:
    compared = CROSSCHECKS[rule_id].compare(evidence())
    assert compared.is_empty()
    assert compared.schema == pl.Schema(COMPARED)


def test_only_rules_of_identity_and_day_may_hold_a_report_back() -> None:
    assert {rule.number for rule in CROSSCHECKS.values() if rule.gate} == {39, 40, 44}
    assert {rule.number for rule in CROSSCHECKS.values() if rule.severity == "block"} == {39, 40, 44}


ROW_LEVEL = {"row_no", "start_at", "hour_start", "process_id", "flow_id"}
"""What a grain may name besides columns of a comparison: columns of the rows that it compares."""


@pytest.mark.parametrize("rule_id", RULES.values())
def test_a_rule_says_what_one_comparison_is_about(rule_id: str) -> None:
    rule = CROSSCHECKS[rule_id]
    assert rule.grain
    assert set(rule.grain) <= set(COMPARED) | ROW_LEVEL
    assert rule.cardinality in get_args(Cardinality)


WITHOUT_SIDES = {"signed", "missing_report"}
"""What is missing has no value to show."""


@pytest.mark.parametrize("rule_id", RULES.values())
def test_the_example_of_a_rule_differs_by_more_than_its_tolerance(rule_id: str) -> None:
    rule = CROSSCHECKS[rule_id]
    one = rule.example
    assert one is not None
    if isinstance(one.reported, float) and isinstance(one.reference, float) and rule.relative < 1:
        allowed = max(rule.absolute, rule.relative * abs(one.reference))
        delta = one.reported - one.reference
        assert (delta if rule.one_sided else abs(delta)) > allowed
    else:
        assert (one.reported != one.reference) != (rule_id in WITHOUT_SIDES)
