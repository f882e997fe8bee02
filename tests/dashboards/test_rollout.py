"""Stages, timings and effort: recorded by people, weighed by evidence, on record; only inside one's scope."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from data_contracts.errors import DecisionError
from data_contracts.scope import Actor, Scope
from etl.desk import Timing, current_version, move_line, read_timings, record_effort, record_timings, rollout
from etl.settings import data_folder
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from tests.dashboards.small_site import LAST_DAY, LINES, SHIFTS, SmallSite
from tests.dashboards.test_pages import run, shown

COMPANY = Scope.company()
LI = Actor("li.wei")
NOW = datetime(2026, 3, 13, 2)  # noqa: DTZ001 - UTC without zone, as stored
L1 = ("P1", "L1")


@pytest.fixture
def site(new_site: SmallSite) -> SmallSite:
    new_site.publish()
    return new_site


@pytest.fixture
def proven(new_site: SmallSite) -> SmallSite:
    """Twelve days on which every report of L1 came."""
    ends = datetime(2026, 3, 1, 12)  # noqa: DTZ001
    new_site.tables["mart_completeness"] = [
        {
            "plant_id": plant,
            "line_id": line,
            "production_date": LAST_DAY - timedelta(days=back),
            "shift_id": shift,
            "expected": True,
            "received": line == "L1" or back > 0,
            "mes_received": True,
            "lateness_min": 30.0,
            "shift_end_at": ends,
        }
        for plant, _, line in LINES
        for shift, _ in SHIFTS
        for back in range(12)
    ]
    new_site.tables["discrepancy"] = []
    new_site.publish()
    return new_site


def audited(site: SmallSite) -> list[tuple[str, str]]:
    data = data_folder(site.home)
    log = AuditLog(data, load_keys(data, site.key_dir, create=False))
    kept = [(str(record["action"]), str(record["outcome"])) for record in log.records()]
    return [record for record in kept if record[0].startswith("rollout")]


def timing(**changes: object) -> Timing:
    whole = {"kind": "shift-sheet", "phase": "before", "minutes": 20.0, "timed_on": LAST_DAY, "timed_by": "wang"}
    return Timing(**{**whole, **changes})  # type: ignore[arg-type]


def stage_of(site: SmallSite, line: tuple[str, str] = L1) -> str:
    lines = rollout(site.home, LI, COMPANY).standing.lines
    return next(one.stage for one in lines if (one.plant_id, one.line_id) == line)


def test_every_line_begins_in_shadow_and_nothing_is_claimed(site: SmallSite) -> None:
    standing = rollout(site.home, LI, COMPANY).standing
    assert {one.stage for one in standing.lines} == {"shadow"}
    assert standing.net is None
    assert standing.payback_months is None


def test_a_line_goes_on_when_its_gates_hold_and_back_at_any_time(proven: SmallSite) -> None:
    move_line(proven.home, LI, COMPANY, L1, "parallel", "twelve days complete", now=NOW)
    assert stage_of(proven) == "parallel"
    move_line(proven.home, LI, COMPANY, L1, "shadow", "new leader", now=NOW + timedelta(minutes=1))
    assert stage_of(proven) == "shadow"
    moves = rollout(proven.home, LI, COMPANY).moves
    assert moves["stage"].to_list() == ["shadow", "parallel"]
    assert "days_handed_in" in moves["evidence"][1]
    assert audited(proven) == [("rollout.move", "done")] * 2


def test_a_line_whose_gates_do_not_hold_waits_unless_a_person_takes_the_responsibility(proven: SmallSite) -> None:
    line = ("P1", "L2")
    with pytest.raises(DecisionError) as error:
        move_line(proven.home, LI, COMPANY, line, "parallel", "we want it", now=NOW)
    assert "尚不能进入下一阶段" in error.value.text("zh")
    assert "连续工作日报表全部上交且可读" in error.value.text("zh")
    move_line(proven.home, LI, COMPANY, line, "parallel", "one report was lost in the fire", despite=True, now=NOW)
    assert stage_of(proven, line) == "parallel"
    assert audited(proven) == [("rollout.move", "refused"), ("rollout.move", "done")]


@pytest.mark.parametrize(
    ("scope", "line", "stage", "reason", "outcome"),
    [
        ("*", L1, "live", "too fast", "refused"),
        ("*", L1, "shadow", "it is there already", "refused"),
        ("*", L1, "heaven", "no such stage", "refused"),
        ("*", L1, "parallel", " ", "refused"),
        ("*", ("P1", "L99"), "parallel", "no such line", "denied"),
        ("P2", L1, "parallel", "not mine", "denied"),
    ],
)
def test_what_cannot_be_moved_is_refused_and_on_record(
    proven: SmallSite, scope: str, line: tuple[str, str], stage: str, reason: str, outcome: str
) -> None:
    with pytest.raises(DecisionError):
        move_line(proven.home, LI, Scope.parse(scope), line, stage, reason, now=NOW)
    assert stage_of(proven) == "shadow"
    assert audited(proven) == [("rollout.move", outcome)]


def test_timings_come_one_by_one_or_as_a_table_all_or_none(site: SmallSite) -> None:
    head = "kind,phase,minutes,timed_on,timed_by"
    table = f"{head}\nshift-sheet,before,21.5,2026-03-02,王芳\nshift-sheet,now,4,2026-03-09,王芳\n"
    assert record_timings(site.home, LI, COMPANY, read_timings(table), now=NOW) == 2
    with pytest.raises(DecisionError, match=r"Timing 2: 0\.0 minutes"):
        record_timings(site.home, LI, COMPANY, [timing(), timing(minutes=0.0)], now=NOW)
    assert sorted(rollout(site.home, LI, COMPANY).timings["minutes"]) == [4.0, 21.5]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("kind,phase,minutes\n", "lacks the columns timed_on, timed_by"),
        ("kind,phase,minutes,timed_on,timed_by\na,now,long,2026-03-01,w\n", "Line 2, column minutes: long"),
        ("kind,phase,minutes,timed_on,timed_by\na,now,4,1/3/2026,w\n", "Line 2, column timed_on: 1/3/2026"),
    ],
)
def test_a_table_that_cannot_be_read_is_told_by_line_and_column(table: str, told: str) -> None:
    with pytest.raises(DecisionError, match=told):
        read_timings(table)


@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": -1.0},
        {"minutes": 601.0},
        {"phase": "later"},
        {"timed_by": " "},
        {"kind": ""},
        {"timed_on": date(2026, 3, 14)},
        {"plant_id": "P2", "line_id": "L9"},
    ],
    ids=str,
)
def test_a_timing_that_cannot_be_is_refused(site: SmallSite, wrong: dict[str, object]) -> None:
    with pytest.raises(DecisionError):
        record_timings(site.home, LI, Scope.parse("P1"), [timing(**wrong)], now=NOW)
    assert rollout(site.home, LI, COMPANY).timings.is_empty()


def test_effort_belongs_to_the_company_and_other_scopes_do_not_see_it(site: SmallSite) -> None:
    record_effort(site.home, LI, COMPANY, 12, LAST_DAY, "two layouts", now=NOW)
    with pytest.raises(DecisionError):
        record_effort(site.home, LI, Scope.parse("P1"), 3, LAST_DAY, "mine", now=NOW)
    assert rollout(site.home, LI, COMPANY).standing.effort_hours == 12
    assert rollout(site.home, LI, Scope.parse("P1")).standing.effort_hours == 0


def test_a_reader_sees_lines_timings_and_moves_of_their_scope_only(proven: SmallSite) -> None:
    move_line(proven.home, LI, COMPANY, L1, "parallel", "complete", now=NOW)
    record_timings(proven.home, LI, COMPANY, [timing(plant_id="P1", line_id="L1"), timing(minutes=9.0)], now=NOW)
    seen = rollout(proven.home, LI, Scope.parse("P2"))
    assert {one.line_id for one in seen.standing.lines} == {"L9"}
    assert seen.moves.is_empty()
    assert seen.timings["minutes"].to_list() == [9.0]


def test_the_figures_equal_sql_on_the_published_version(proven: SmallSite) -> None:
    text = "select line_id, count(*) filter (received) from mart_completeness group by all order by all"
    with current_version(proven.home).connect() as connection:
        rows = connection.execute(text).fetchall()
    lines = rollout(proven.home, LI, COMPANY).standing.lines
    assert sorted((one.line_id, one.received) for one in lines) == rows


@pytest.mark.parametrize(
    ("language", "texts"), [("en", ["Shadow", "Not enough data"]), ("zh", ["影子运行", "数据不足"])]
)
def test_the_page_moves_a_line_and_says_so(
    proven: SmallSite, monkeypatch: pytest.MonkeyPatch, language: str, texts: list[str]
) -> None:
    monkeypatch.setenv("SHIFTLEDGER_ACTOR", "li.wei")
    test = run("rollout", lang=language, plant="P1", line="L1")
    assert all(text in shown(test) for text in texts)
    test.radio(key="rollout.stage").set_value("parallel")
    test.text_area(key="rollout.reason").set_value("twelve days complete")
    text = shown(test.button(key="rollout.do_move").click().run())
    assert "twelve days complete" in text
    assert stage_of(proven) == "parallel"


def test_the_page_records_a_timing_and_says_what_is_wrong_with_another(proven: SmallSite) -> None:
    test = run("rollout", lang="en")
    test.number_input(key="rollout.minutes").set_value(700.0)
    assert "700.0 minutes cannot be" in shown(test.button(key="rollout.add_timing").click().run())
    test.number_input(key="rollout.minutes").set_value(18.0)
    assert "Recorded." in shown(test.button(key="rollout.add_timing").click().run())
    assert rollout(proven.home, LI, COMPANY).timings["minutes"].to_list() == [18.0]
