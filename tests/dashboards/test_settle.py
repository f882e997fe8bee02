"""A difference is settled on its page: decided with a reason, approved by another person, taken back."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from data_contracts.scope import SYSTEM, Scope
from etl.desk import SheetWindow, decisions
from tests.dashboards.small_site import SmallSite
from tests.dashboards.test_pages import run, shown


@pytest.fixture
def site(new_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> SmallSite:
    """The small site with 1890 against 189 in the hour that d-slip is about."""
    for row in new_site.tables["production"]:
        if row["report_good_qty"] == 1890:
            row |= {"mes_good_qty": 189.0, "good_qty": 189.0}
    new_site.publish()
    monkeypatch.setattr("dashboards.origin.source_window", lambda *_args, **_named: SheetWindow("", 1, 1, [], (1, 1)))
    monkeypatch.setenv("SHIFTLEDGER_ACTOR", "li.wei")
    return new_site


def opened(language: str = "en", difference: str = "d-slip") -> AppTest:
    return run("discrepancies", lang=language, id=difference)


def choose(test: AppTest, kind: str, value: float | None = None) -> AppTest:
    test.radio(key="settle.kind.d-slip").set_value(kind).run()
    if value is not None:
        test.number_input(key="settle.value.d-slip").set_value(value)
    return test


def press(test: AppTest, button: str, **texts: str) -> AppTest:
    for name, text in texts.items():
        next(e for e in (*test.text_area, *test.text_input) if e.key.startswith(f"settle.{name}.")).set_value(text)
    return test.button(key=button).click().run()


def kept(site: SmallSite) -> list[tuple[object, ...]]:
    return (
        decisions(site.home, SYSTEM, Scope.company()).select("kind", "value", "status", "decided_by", "reason").rows()
    )


@pytest.mark.parametrize(("language", "done"), [("en", "Decided."), ("zh", "裁定已记录")])
def test_a_side_is_accepted_with_a_reason(site: SmallSite, language: str, done: str) -> None:
    test = press(choose(opened(language), "accept_mes"), "settle.decide.d-slip", reason="recounted")
    assert done in shown(test)
    assert "recounted" in shown(test)
    assert kept(site) == [("accept_mes", 189, "in_force", "li.wei", "recounted")]


def test_without_a_reason_nothing_is_decided_and_the_page_says_why(site: SmallSite) -> None:
    assert "a decision needs a reason" in shown(press(choose(opened(), "accept_mes"), "settle.decide.d-slip"))
    assert "裁定必须附理由" in shown(press(choose(opened("zh"), "accept_mes"), "settle.decide.d-slip"))
    assert kept(site) == []


def test_a_large_change_waits_until_another_person_approves(site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    test = press(choose(opened(), "set", 900), "settle.decide.d-slip", reason="a pallet was forgotten")
    (decision_id,) = decisions(site.home, SYSTEM, Scope.company())["decision_id"]
    assert "waits for a second person" in shown(test)
    assert "another person has to approve it" in shown(press(opened(), f"settle.approve.{decision_id}"))
    monkeypatch.setenv("SHIFTLEDGER_ACTOR", "zhang.min")
    assert "zhang.min" in shown(press(opened(), f"settle.approve.{decision_id}"))
    assert [row[2] for row in kept(site)] == ["in_force"]


def test_a_decision_is_taken_back_and_stays_in_sight(site: SmallSite) -> None:
    test = press(choose(opened(), "explain"), "settle.decide.d-slip", reason="test run")
    (decision_id,) = decisions(site.home, SYSTEM, Scope.company())["decision_id"]
    text = shown(press(test, f"settle.undo.{decision_id}", why="was no test run"))
    assert "Taken back." in text
    assert "test run" in text
    assert [row[2] for row in kept(site)] == ["undone"]


def test_a_difference_that_changed_while_the_page_was_open_is_not_decided(site: SmallSite) -> None:
    test = choose(opened(), "accept_report")
    site.tables["discrepancy"][0]["reported_value"] = 1891.0
    site.publish(2)
    text = shown(press(test, "settle.decide.d-slip", reason="recounted"))
    assert "has changed since you looked" in text
    assert "1,891" in text
    assert kept(site) == []


def test_only_what_makes_sense_is_offered(site: SmallSite) -> None:
    assert opened(difference="d-night").radio(key="settle.kind.d-night").options == ["Both may stay"]
    with pytest.raises(KeyError):
        opened(difference="d-done").radio(key="settle.kind.d-done")
    assert site.home.is_dir()


def several(site: SmallSite, monkeypatch: pytest.MonkeyPatch, rows: list[int]) -> AppTest:
    """The list with rows ticked, drawn again with the form of many."""
    assert site.home.is_dir()
    monkeypatch.setattr(
        "streamlit.dataframe", lambda *_args, **_named: {"selection": {"rows": rows, "columns": [], "cells": []}}
    )
    return run("discrepancies", lang="en", severity="error,warning", plant="P1", line="L1", many="1")


def test_several_are_decided_with_one_reason(site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    test = several(site, monkeypatch, [0, 1])
    test.radio(key="many.kind").set_value("explain")
    test.text_area(key="many.reason").set_value("test run on both").run()
    text = shown(test.button(key="many.decide").click().run())
    assert "2 decided" in text
    assert [(row[0], row[4]) for row in kept(site)] == [("explain", "test run on both")] * 2


def test_one_that_is_refused_stops_no_other_and_is_named(site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(several(site, monkeypatch, [0, 1]).button(key="many.decide").click().run())
    assert "0 decided" in text
    assert "d-slip: " in text
    assert "a decision needs a reason" in text
    assert kept(site) == []
