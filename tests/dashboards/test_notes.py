"""What people write beside the figures: in scope only, on record, shown where it belongs, withdrawn but not erased."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from dashboards.figures.output import daily_output
from dashboards.figures.paint import LIGHT, with_notes
from dashboards.filters import Filters
from dashboards.words import Words
from data_contracts.errors import DecisionError
from data_contracts.scope import Actor, Scope
from etl.desk import annotate, assign, comment, notes, withdraw
from etl.settings import data_folder
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from tests.dashboards.small_site import LAST_DAY, SmallSite
from tests.dashboards.test_pages import run, shown

LI, COMPANY = Actor("li.wei"), Scope.company()
NOW = datetime(2026, 3, 13, 2)  # noqa: DTZ001 - UTC by contract
TODAY = (LAST_DAY, LAST_DAY)


@pytest.fixture
def site(new_site: SmallSite) -> SmallSite:
    new_site.publish()
    return new_site


def test_a_comment_and_who_looks_after_it_stand_on_the_difference(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboards.origin.window", lambda *_args, **_named: None)
    comment(site.home, LI, COMPANY, "d-slip", "asked the night shift", now=NOW)
    for name in ("li.na", "wang.fang"):
        assign(site.home, LI, COMPANY, "d-slip", name, now=NOW.replace(second=len(name)))
    test = run("discrepancies", lang="en", id="d-slip")
    assert "asked the night shift" in shown(test)
    assert "wang.fang looks after it" in shown(test)
    test.text_input(key="note.comment").set_value("recounted").run()
    assert "recounted" in shown(test.button(key="note.do.comment").click().run())


def test_nothing_is_written_outside_the_scope_or_without_a_text(site: SmallSite) -> None:
    other = Scope.parse("P1/A2")
    with pytest.raises(DecisionError):
        comment(site.home, LI, other, "d-slip", "mine", now=NOW)
    with pytest.raises(DecisionError):
        annotate(site.home, LI, other, ("P1", "L1"), TODAY, "mine", now=NOW)
    with pytest.raises(DecisionError, match="write something"):
        comment(site.home, LI, COMPANY, "d-slip", " ", now=NOW)
    with pytest.raises(DecisionError):
        annotate(site.home, LI, COMPANY, ("P1", "L1"), (LAST_DAY, date(2026, 3, 1)), "backwards", now=NOW)
    assert notes(site.home, LI, COMPANY).is_empty()


def test_an_annotation_is_seen_where_it_covers_the_days_and_by_whom_it_concerns(site: SmallSite) -> None:
    annotate(site.home, LI, COMPANY, ("P1", "L1"), TODAY, "new mould", now=NOW)
    annotate(site.home, LI, COMPANY, ("P1", None), TODAY, "power cut", now=NOW)
    assert notes(site.home, LI, Scope.parse("P1/A2"))["text"].to_list() == ["power cut"]
    assert notes(site.home, LI, Scope.parse("P2")).is_empty()
    days = {"from": "2026-03-10", "to": "2026-03-12"}
    assert "new mould" in shown(run("output", lang="en", **days))
    assert "new mould" in shown(run("hours", lang="zh", plant="P1", line="L1"))
    assert "new mould" not in shown(run("output", lang="en", plant="P1", line="L2", **days))
    assert "power cut" in shown(run("output", lang="en", plant="P1", line="L2", **days))
    assert "power cut" not in shown(run("output", lang="en", **{"from": "2026-03-10", "to": "2026-03-11"}))
    for page in ("overview", "hours", "losses", "health", "trend"):
        assert "new mould" in shown(run(page, lang="en", **days)), page


def test_a_withdrawn_annotation_is_gone_from_the_pages_and_kept_on_record(site: SmallSite) -> None:
    note_id = annotate(site.home, LI, COMPANY, ("P1", "L1"), TODAY, "new mould", now=NOW)
    with pytest.raises(DecisionError):
        withdraw(site.home, LI, Scope.parse("P2"), note_id, now=NOW)
    test = run("hours", lang="en", plant="P1", line="L1")
    assert "new mould" not in shown(test.button(key=f"note.withdraw.{note_id}").click().run())
    data = data_folder(site.home)
    log = AuditLog(data, load_keys(data, site.key_dir, create=False))
    done = [(record["action"], record["outcome"]) for record in log.records() if "note." in str(record["action"])]
    assert done == [("note.annotation", "done"), ("note.withdrawn", "denied"), ("note.withdrawn", "done")]
    assert log.verify() == []


def test_a_chart_wears_a_sign_on_each_day_that_was_written_beside() -> None:
    sums = pl.DataFrame(
        {
            "production_date": [LAST_DAY],
            "good_qty": [1.0],
            "scrap_qty": [0.0],
            "planned_qty": [1.0],
            "plan_met_qty": [1.0],
            "plan_base_qty": [1.0],
        }
    )
    written = pl.DataFrame(
        {"first_day": [date(2026, 3, 11)], "last_day": [date(2026, 3, 20)], "text": ["new mould"]},
        schema_overrides={"first_day": pl.Date, "last_day": pl.Date},
    )
    chosen = Filters(first=date(2026, 3, 1), last=LAST_DAY)
    drawn = with_notes(daily_output(sums, Words("en")), written, chosen, Words("en"), LIGHT).to_dict()
    rows = [row for rows in drawn["datasets"].values() for row in rows if row.get("sign")]
    assert [row["day"] for row in rows] == ["2026-03-11", "2026-03-12"], "a note wears no days that are not chosen"
    weeks = with_notes(daily_output(sums, Words("en")), written, chosen, Words("en"), LIGHT, "week").to_dict()
    signs = [row for rows in weeks["datasets"].values() for row in rows if row.get("sign")]
    assert [(row["day"], row["text"]) for row in signs] == [("2026-03-09", "new mould")]
