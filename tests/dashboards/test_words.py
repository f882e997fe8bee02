"""Numbers and dates as people of each language write them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from dashboards.words import Words, language_of
from data_contracts.crosschecks import CROSSCHECKS

EN, ZH = Words("en", "Asia/Shanghai"), Words("zh", "Asia/Shanghai")


@pytest.mark.parametrize(
    ("value", "text"), [(None, "n/a"), (0, "0"), (1234.0, "1,234"), (2.25, "2.25"), (99.96, "100.0"), (-0.0, "0")]
)
def test_a_quantity_has_no_more_digits_than_it_needs(value: float | None, text: str) -> None:
    assert EN.number(value) == text


def test_nothing_of_nothing_is_not_available() -> None:
    assert EN.percent(None, 100) == EN.percent(5, 0) == EN.percent(5, None) == "n/a"


def test_a_percentage_follows_the_language() -> None:
    assert EN.percent(0.5) == "50.0 %"
    assert ZH.percent(0.5) == "50.0%"


def test_a_difference_that_rounds_to_nothing_has_no_sign() -> None:
    assert EN.points(-0.00001) == "0.0 pp"
    assert EN.points(0.012) == "+1.2 pp"


def test_instants_are_shown_on_the_plants_clock() -> None:
    assert ZH.moment(datetime(2026, 3, 12, 20)) == "3月13日 04:00"  # noqa: DTZ001
    assert EN.day(date(2026, 3, 12)) == "Thu 12 Mar"


def test_a_code_without_a_name_shows_itself() -> None:
    assert EN.code("cause", "gremlins") == "gremlins"
    assert EN.rule("never_heard_of") == "never_heard_of"
    assert "says 5" in EN.rule_message("never_heard_of", reported=5, reference=4, delta=1, tolerance=0, measure="x")


def test_a_cross_check_speaks_the_readers_language() -> None:
    values = {"reported": "1,890", "reference": "189", "delta": "+1,701", "tolerance": "2", "measure": "good"}
    for rule in CROSSCHECKS.values():
        assert EN.rule(rule.id) != ZH.rule(rule.id)
        assert EN.rule_message(rule.id, **values) != ZH.rule_message(rule.id, **values)


def test_the_evidence_for_a_cause_is_put_into_words() -> None:
    assert EN.evidence("missing", '{"way":"report"}') == "The report says nothing."
    assert ZH.evidence("double_count", '{"way":"report","once":"47"}') == "报表里 47 计了两次。"


def test_evidence_that_an_older_version_wrote_is_shown_as_it_is() -> None:
    assert EN.evidence("unit_slip", "× 10") == "× 10"
    assert EN.evidence("unexplained", None) is None


def test_the_first_known_language_wins() -> None:
    assert language_of(None, "fr", "zh-CN") == "zh"
    assert language_of("") == "en"
