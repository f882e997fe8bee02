"""What stands on a page is what plain SQL says of the published version: the SQL stands here, not in the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from lxml import html

from dashboards.queries._reading import Reader
from data_contracts.crosschecks import CROSSCHECKS
from etl.desk import current_version
from tests.dashboards.small_site import LAST_DAY, PUBLISHED_AT, SmallSite
from tests.dashboards.test_pages import run, shown

ONE_DAY = {"from": str(LAST_DAY), "to": str(LAST_DAY)}
DAYS = {"from": str(LAST_DAY - timedelta(days=2)), "to": str(LAST_DAY)}
AS_OF = datetime.fromisoformat(PUBLISHED_AT).replace(tzinfo=None)
NAMES = {"L1": "L1 · Line 1", "L2": "L2 · Line 2", "L9": "L9 · Line 9"}
SHAPES = {"block": "■", "error": "▲", "warning": "◆", "info": "●"}
OPEN = "status in ('open', 'reopened')"
MET, BASE = "sum(good_qty) filter (planned_qty is not null)", "sum(planned_qty) filter (good_qty is not null)"
Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def sql(at_site: SmallSite) -> Sql:
    """Rows of the published version."""

    def ask(text: str, *values: object) -> list[tuple[Any, ...]]:
        with Reader(current_version(at_site.home)) as reader:
            return reader.rows(text, values).rows()

    return ask


def cards(text: str) -> dict[str, list[str]]:
    """Of each card its lines, by its label without the day in it."""
    found = html.fromstring(f"<div>{text}</div>").find_class("sl-card")
    lines = [[" ".join(part.text_content().split()) for part in card] for card in found]
    return {label.split(" · ")[0]: rest for label, *rest in lines}


def rows(text: str, caption: str) -> list[list[str]]:
    """Cells of the table with that caption."""
    for table in html.fromstring(f"<div>{text}</div>").iter("table"):
        if table.findtext("caption") == caption:
            return [[" ".join(cell.text_content().split()) for cell in row] for row in table.iterfind("tbody/tr")]
    raise AssertionError(f"no table {caption!r}")


def number(value: float | None) -> str:
    return "n/a" if value is None else f"{round(value, 1):,g}".replace("-", "−")


def percent(part: float | None, whole: float | None) -> str:
    return f"{100 * part / whole:,.1f} %" if part is not None and whole else "n/a"


def signed(value: float | None) -> str:
    return ("+" if value and value > 0 else "") + number(value)


def test_the_cards_of_the_overview(sql: Sql) -> None:
    shown_cards = cards(shown(run("overview", lang="en", **ONE_DAY)))
    ((met, base),) = sql(f"select {MET}, {BASE} from mart_output where production_date = ?", LAST_DAY)
    ((week_met, week_base),) = sql(f"select {MET}, {BASE} from mart_output")
    assert shown_cards["Last day"][:2] == [percent(met, base), f"{number(met)} good of {number(base)} planned"]
    assert shown_cards["Output vs plan, 7 days"][0] == percent(week_met, week_base)
    ((good, busy),) = sql(
        "select sum(ideal_good_min), sum(pot_min - planned_stop_min) from mart_output where production_date = ?",
        LAST_DAY,
    )
    assert shown_cards["OEE"][0].removeprefix("▼ ") == percent(good, busy)
    ((scrap, produced),) = sql("select sum(scrap_qty), sum(produced_qty) from mart_output")
    assert shown_cards["Scrap ratio, 7 days"][:2] == [percent(scrap, produced), f"{scrap:,.0f} pcs scrapped"]
    ((found,),) = sql(f"select count(*) from discrepancy where {OPEN} and production_date = ?", LAST_DAY)
    assert shown_cards["Open differences"][0] == f"▲ {found}"
    for severity, shape in SHAPES.items():
        ((count,),) = sql(f"select count(*) from discrepancy where {OPEN} and severity = ?", severity)
        assert f"{shape} {count} " in shown_cards["Open differences"][2]
    ((expected, received),) = sql(
        "select count(*), count(*) filter (received) from mart_completeness where expected and shift_end_at <= ?", AS_OF
    )
    assert shown_cards["Reports received, 7 days"][0] == f"◆ {received} / {expected}"


def test_the_lines_of_the_overview(sql: Sql) -> None:
    table = {row[1]: row for row in rows(shown(run("overview", lang="en", **ONE_DAY)), "Lines")}
    assert set(table) == set(NAMES.values())
    for line, name in NAMES.items():
        ((good, met, base),) = sql(
            f"select sum(good_qty), {MET}, {BASE} from mart_output where line_id = ? and production_date = ?",
            line,
            LAST_DAY,
        )
        ((all_met, all_base, scrap, produced),) = sql(
            f"select {MET}, {BASE}, sum(scrap_qty), sum(produced_qty) from mart_output where line_id = ?", line
        )
        ((missing,),) = sql(
            "select count(*) from mart_completeness where expected and not received and line_id = ?", line
        )
        ((found,),) = sql(f"select count(*) from discrepancy where {OPEN} and line_id = ?", line)
        _, _, *figures, lacking, differences = table[name]
        assert figures[0] == number(good)
        assert [figure.removeprefix("▼ ") for figure in figures[1:4]] == [
            percent(met, base),
            *[percent(all_met, all_base)] * 2,
        ]
        assert figures[4] == percent(scrap, produced)
        assert lacking == (f"◆ {missing}" if missing else "0")
        assert sum(int(part) for part in differences.split() if part.isdecimal()) == found


def test_the_hours_of_a_line(sql: Sql) -> None:
    shown_rows = rows(shown(run("hours", lang="en", plant="P1", line="L1", **ONE_DAY)), "Hours")
    expected = sql(
        """
        select strftime(hour_start + interval 8 hour, '%H:%M'), planned_qty, good_qty, good_qty - planned_qty,
            sum(planned_qty) over upto, sum(good_qty) over upto, sum(good_qty - planned_qty) over upto,
            report_good_qty - mes_good_qty, scrap_qty
        from production where plant_id = 'P1' and line_id = 'L1' and production_date = ?
        window upto as (order by hour_start) order by hour_start
        """,
        LAST_DAY,
    )
    assert len(shown_rows) == len(expected) == 24
    for row, (clock, plan, good, gap, plan_sum, good_sum, gap_sum, sides, scrap) in zip(
        shown_rows, expected, strict=True
    ):
        bare = [cell.removeprefix("▼ ").removeprefix("◆ ") for cell in row[1:10]]
        assert bare == [
            clock,
            *(number(value) for value in (plan, good)),
            signed(gap),
            *(number(value) for value in (plan_sum, good_sum)),
            signed(gap_sum),
            signed(sides),
            number(scrap),
        ]


def test_the_list_of_differences(sql: Sql) -> None:
    test = run("discrepancies", lang="en", each="1", **ONE_DAY)
    expected = sql(
        f"""
        select rule_id, reported_value, reference_value, delta from discrepancy where {OPEN} and production_date = ?
        order by list_position(['block', 'error', 'warning', 'info'], severity), abs(delta) desc nulls last,
            discrepancy_id
        """,
        LAST_DAY,
    )
    listed = test.dataframe[0].value
    assert listed["Cross-check"].to_list() == [CROSSCHECKS[rule].name["en"] for rule, *_ in expected]
    assert listed["Difference"].to_list() == [signed(delta) for *_, delta in expected]
    numbers = [(number(reported), number(reference)) for _, reported, reference, _ in expected if reference is not None]
    shown_numbers = list(zip(listed["Reported"], listed["Held against"], strict=True))
    assert [pair for pair in shown_numbers if pair[1] != "n/a"] == numbers
    text = shown(test)
    for severity, shape in SHAPES.items():
        ((count,),) = sql(
            f"select count(*) from discrepancy where {OPEN} and severity = ? and production_date = ?",
            severity,
            LAST_DAY,
        )
        assert f"{shape} {count} " in text


def test_what_data_health_says_of_reports_and_loads(sql: Sql) -> None:
    text = shown(run("health", lang="en", **DAYS))
    ((missing, arrived),) = sql(
        "select count(*) filter (expected and not received), count(*) filter (received) from mart_completeness"
    )
    ((final,),) = sql(
        """
        select count(*) from (
            select plant_id, line_id, production_date, shift_id from production group by all having bool_and(is_final)
        ) semi join mart_completeness using (plant_id, line_id, production_date, shift_id)
        """
    )
    by_state = {label.split(" ", 1)[1]: int(value.split()[-1]) for label, (value, *_) in cards(text).items()}
    assert (by_state["missing"], by_state["final"]) == (missing, final)
    assert by_state["final"] + by_state["provisional"] == arrived
    for line, passed, received in sql(
        "select line_id, count(*) filter (first_pass), count(*) from mart_completeness where received group by line_id"
    ):
        bar = next(bar for bar in bars(text) if bar[0].endswith(NAMES[line]))
        assert bar[1].removeprefix("▼ ") == percent(passed, received)
        assert bar[2].startswith(f"{passed} of {received}")
    loads = rows(text, "Loads")
    for row, (seconds, new, held, staged) in zip(
        loads,
        sql(
            "select epoch(finished_at - started_at), files_new, files_quarantined, rows_staged from load "
            "order by started_at desc"
        ),
        strict=True,
    ):
        assert row[2] == f"{seconds:.1f} s"
        assert [cell.removeprefix("◆ ") for cell in row[3:6]] == [str(new), str(held), str(staged)]


def bars(text: str) -> list[list[str]]:
    """Name, number and note of each bar."""
    found = html.fromstring(f"<div>{text}</div>").find_class("sl-bar-row")
    return [[" ".join(part.text_content().split()) for part in bar if part.get("aria-hidden") is None] for bar in found]


def test_what_became_of_a_leaders_reports(sql: Sql) -> None:
    table = rows(shown(run("desk", lang="en")), "What became of earlier reports")
    expected = sql(
        f"""
        select line_id, (
                select count(*) from discrepancy found where {OPEN.replace("status", "found.status")}
                    and (found.plant_id, found.line_id, found.production_date, found.shift_id)
                        = (report.plant_id, report.line_id, report.production_date, report.shift_id)
            ), revision, source_file
        from report order by received_at desc
        """
    )
    assert [(row[1], row[4], row[6], row[8]) for row in table] == [
        (NAMES[line], str(count), str(revision), file) for line, count, revision, file in expected
    ]


def test_the_trend_of_differences_and_yield(sql: Sql) -> None:
    text = shown(run("trend", lang="en", by="line", **DAYS))
    ((opened, still_open, resolved, decided),) = sql(
        "select sum(opened), sum(open), sum(resolved), sum(decided) from mart_discrepancy"
    )
    shown_cards = cards(text)
    assert shown_cards["Differences found"][0] == str(opened)
    assert shown_cards["Still open"][0] == str(still_open)
    assert shown_cards["Still open"][1].startswith(f"{resolved + decided} settled")
    ((passed, received),) = sql("select count(*) filter (first_pass), count(*) from mart_completeness where received")
    assert shown_cards["First-pass yield of reports"][0] == percent(passed, received)
    groups = {row[0].rpartition(" / ")[2]: row[1:] for row in rows(text, "Differences over time")}
    for line, *counts in sql(
        "select line_id, sum(opened), sum(open), sum(resolved), sum(decided) from mart_discrepancy group by line_id"
    ):
        assert groups[NAMES.get(str(line), str(line))] == [str(count) for count in counts]
    repeated = sql(
        """
        select rule_id, count(distinct production_date) as days, sum(opened) from mart_discrepancy
        group by plant_id, line_id, rule_id having days >= 3
        """
    )
    assert [(row[1], row[2], row[3]) for row in rows(text, "Repeated on a line")] == [
        (CROSSCHECKS[rule].name["en"], str(days), str(count)) for rule, days, count in repeated
    ]


def wall(text: str) -> dict[str, tuple[str, str]]:
    """Of each row of the wall screen: value and note, by its name."""
    found = html.fromstring(f"<div>{text}</div>").find_class("sl-wall-row")
    return {name: (value, note) for name, value, note in ([part.text_content() for part in row] for row in found)}


def test_the_scenes_of_the_wall_screen(sql: Sql) -> None:
    def scene(name: str) -> dict[str, tuple[str, str]]:
        return wall(shown(run("kiosk", lang="en", scenes=name)))

    output = scene("output")
    for line, met, base in sql(
        f"select line_id, {MET}, {BASE} from mart_output where production_date = ? group by line_id", LAST_DAY
    ):
        assert output[NAMES[line]][0] == f"{round(100 * met / base)} %"
        assert output[NAMES[line]][1] == f"{number(met)} good of {number(base)} planned"
    lost = scene("losses")
    for reason, minutes in sql(
        "select reason_code, sum(loss_min) from mart_loss where production_date = ? group by reason_code", LAST_DAY
    ):
        begins = "No reason given" if reason == "unknown" else reason
        assert [value for name, (value, _) in lost.items() if name.startswith(begins)] == [f"{minutes:.0f} min"]
    data = scene("data")
    ((found,),) = sql(f"select count(*) from discrepancy where {OPEN}")
    ((expected, received),) = sql(
        "select count(*), count(*) filter (received) from mart_completeness where expected and shift_end_at <= ?", AS_OF
    )
    assert data["Open differences"][0] == f"▲ {found}"
    assert data["Missing reports"] == (f"◆ {expected - received}", f"Reports received {received} of {expected}")
    ((clock, good, plan),) = sql(
        """
        select strftime(hour_start + interval 8 hour, '%H:%M'), good_qty, planned_qty from production
        where line_id = 'L1' and production_date = ? order by hour_start desc limit 1
        """,
        LAST_DAY,
    )
    value, note = scene("hours")[NAMES["L1"]]
    assert value == f"{round(100 * good / plan)} %"
    assert note.endswith(f"{clock} {value}")
