"""The daily report on paper: a PDF in each language asked for, with the figures of the overview and the digest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from etl.alerts.daily import CHART_DAYS, Daily
from etl.alerts.pen import Card, Column, Day, Entry, Pen
from etl.alerts.words import Words

LOW = 0.9
"""Output under this share of the plan is marked, as on the pages."""
OEE_TARGET = 0.85
MOST_LOSSES, MOST_MISSING = 6, 10


@dataclass(frozen=True, slots=True)
class Told:
    """For whom and of what: the site's name, who takes the report, on which clock times stand."""

    site: str
    actor: str
    zone: str


def daily_pdf(report: Daily, words: Words, told: Told) -> bytes:
    """The report of one language as a PDF."""
    found = report.digest
    place = words.t("digest.company") if found.scope == "*" else found.scope
    title = words.t("paper.title", site=told.site, place=place, day=words.day(found.day))
    foot = words.t("paper.foot", actor=told.actor, head=str(found.head)[:24], version=found.version)
    pen = Pen(title, words.language, found.until, foot)
    pen.strong(words.t("paper.heading", place=place), 15, link=found.link)
    pen.write_line(f"{told.site} · {words.day(found.day)}", 10)
    pen.write_line(_foundation(report, words, told.zone), 7.5)
    pen.ln(3)
    pen.cards(_cards(report, words))
    pen.write_line(_changes(report, words), 7.5)
    pen.section(words.t("digest.lines"))
    pen.rows(*_lines(report, words))
    pen.section(words.t("paper.losses"))
    _losses(pen, report, words)
    pen.section(words.t("paper.days", days=CHART_DAYS), needs=45)
    pen.write_line(words.t("paper.days_note"), 7.5)
    pen.days(_days(report, words), height=22)
    pen.section(words.t("digest.worst"))
    _worst(pen, report, words)
    if report.missing.height:
        pen.section(words.t("paper.missing"))
        _missing(pen, report, words)
    return bytes(pen.output())


def _foundation(report: Daily, words: Words, zone: str) -> str:
    """What the figures rest on, as under the title of a page."""
    found = report.digest
    lacking = report.expected - report.received
    published = words.moment(report.published_at.astimezone(ZoneInfo(zone)))
    return " · ".join(
        [
            words.t("paper.version", version=found.version, at=published),
            words.t("paper.until", at=words.moment(found.until), zone=zone),
            words.t("paper.reports", received=words.number(report.received), expected=words.number(report.expected)),
            words.t("paper.final" if report.is_final and not lacking else "paper.provisional"),
        ]
    )


def _cards(report: Daily, words: Words) -> list[Card]:
    found = report.digest
    lacking = report.expected - report.received
    severe = sum(found.open.get(code, 0) for code in ("block", "error"))
    oee = _share(found.times, "good_min", "busy_min")
    return [
        _output(words, "paper.day", found.output, found.before, "paper.before_day"),
        _output(words, "paper.week", report.week, report.week_before, "paper.before_week"),
        Card(
            words.t("paper.oee"),
            words.percent(found.times["good_min"], found.times["busy_min"]),
            words.t("paper.lost", **_lost(found.times, words)),
            words.t(
                "paper.before_day", share=words.percent(found.times_before["good_min"], found.times_before["busy_min"])
            ),
            is_bad=oee is not None and oee < OEE_TARGET,
        ),
        Card(
            words.t("paper.scrap"),
            words.percent(found.output["scrap_part_qty"], found.output["produced_qty"]),
            words.t("paper.scrap_of", scrap=words.number(found.output["scrap_qty"])),
            words.t(
                "paper.scrap_week", share=words.percent(report.week["scrap_part_qty"], report.week["produced_qty"])
            ),
        ),
        Card(
            words.t("paper.open"),
            words.number(sum(found.open.values())),
            words.counts(found.open),
            words.t("paper.open_note"),
            is_bad=severe > 0,
            mark="▲",
        ),
        Card(
            words.t("paper.received"),
            f"{words.number(report.received)} / {words.number(report.expected)}",
            words.t("paper.lacking", week=words.number(lacking), today=words.number(found.missing_today)),
            words.t("digest.held", count=words.number(found.held)),
            is_bad=lacking > 0,
            mark="◆",
        ),
    ]


def _output(words: Words, label: str, sums: Mapping[str, Any], before: Mapping[str, Any], against: str) -> Card:
    share = _share(sums, "plan_met_qty", "plan_base_qty")
    return Card(
        words.t(label),
        words.percent(sums["plan_met_qty"], sums["plan_base_qty"]),
        words.t("paper.of_plan", met=words.number(sums["plan_met_qty"]), base=words.number(sums["plan_base_qty"])),
        words.t(against, share=words.percent(before["plan_met_qty"], before["plan_base_qty"])),
        is_bad=share is not None and round(share, 3) < LOW,
    )


def _lost(times: Mapping[str, Any], words: Words) -> dict[str, str]:
    """Hours between planned busy time and good pieces: stopped, slow, scrapped."""
    marks = [times[name] for name in ("busy_min", "run_min", "produced_min", "good_min")]
    parts = zip(("stopped", "slow", "bad"), marks[:-1], marks[1:], strict=True)
    return {name: words.hours(None if None in (left, right) else left - right) for name, left, right in parts}


def _changes(report: Daily, words: Words) -> str:
    return words.t("digest.changes", **{name: words.number(count) for name, count in report.digest.changes.items()})


def _lines(report: Daily, words: Words) -> tuple[list[Column], list[list[Entry]]]:
    numbers = {
        "paper.column.good": 14,
        "paper.column.plan": 14,
        "paper.column.attained": 14,
        "paper.column.before": 14,
        "paper.column.scrap": 12,
        "paper.column.oee": 12,
        "paper.column.lacking": 14,
        "paper.column.severe": 16,
    }
    columns = [Column(words.t("paper.line"), 30)]
    columns += [Column(words.t(key), share, is_number=True) for key, share in numbers.items()]
    rows = []
    for row in report.lines.iter_rows(named=True):
        share = _share(row, "plan_met_qty", "plan_base_qty")
        low = share is not None and round(share, 3) < LOW
        attained = words.percent(row["plan_met_qty"], row["plan_base_qty"])
        rows.append(
            [
                Entry(words.line(row["plant_id"], row["line_id"]), link=row["link"]),
                Entry(words.number(row["plan_met_qty"])),
                Entry(words.number(row["plan_base_qty"])),
                Entry(f"▼ {attained}" if low else attained, low),
                Entry(words.percent(row["before_met_qty"], row["before_base_qty"])),
                Entry(words.percent(row["scrap_part_qty"], row["produced_qty"])),
                Entry(words.percent(row["good_min"], row["busy_min"])),
                Entry(f"◆ {row['missing']}" if row["missing"] else "0", bool(row["missing"])),
                Entry(f"▲ {row['open_severe']}" if row["open_severe"] else "0", bool(row["open_severe"])),
            ]
        )
    return columns, rows


def _losses(pen: Pen, report: Daily, words: Words) -> None:
    rows = report.losses.head(MOST_LOSSES)
    if rows.is_empty():
        pen.write_line(words.t("paper.no_losses"), 7.5)
        return
    whole = float(report.losses["loss_min"].sum())
    items = []
    for row in rows.iter_rows(named=True):
        label = f"{words.line(row['plant_id'], row['line_id'])} · {words.loss(row)}"
        text = f"{words.minutes(row['loss_min'])} · {words.percent(row['loss_min'], whole)}"
        items.append((label, row["loss_min"], text, row["loss_category"] == "delay"))
    pen.bars(items)


def _days(report: Daily, words: Words) -> list[Day]:
    """Every day has its place; one without figures stays empty."""
    known = {row["production_date"]: row for row in report.days.iter_rows(named=True)}
    is_planned = report.days["plan_base_qty"].drop_nulls().len() > 0
    made = []
    for back in range(CHART_DAYS - 1, -1, -1):
        day = report.digest.day - timedelta(days=back)
        row = known.get(day, {})
        good, met, scrap, plan = (
            row.get(name) or 0.0 for name in ("good_qty", "plan_met_qty", "scrap_qty", "planned_qty")
        )
        share = _share(row, "plan_met_qty", "plan_base_qty")
        low = share is not None and round(share, 3) < LOW
        parts = (met, good - met, scrap) if is_planned else (good, 0.0, scrap)
        made.append(Day(words.short_day(day), parts, plan, low))
    return made


def _worst(pen: Pen, report: Daily, words: Words) -> None:
    if not report.digest.worst:
        pen.write_line(words.t("digest.none"), 7.5)
        return
    columns = [
        Column(words.t("paper.severity"), 13),
        Column(words.t("paper.line"), 24),
        Column(words.t("paper.when"), 31),
        Column(words.t("paper.found"), 72),
    ]
    rows = [
        [
            Entry(words.severity(row["severity"]), is_bad=True),
            Entry(words.line(row["plant_id"], row["line_id"])),
            Entry(" ".join(filter(None, [words.day(row["production_date"]), row["shift_id"]]))),
            Entry(f"{words.rule(row['rule_id'])}: {words.sentence(row)}", link=link),
        ]
        for row, link in report.digest.worst
    ]
    pen.rows(columns, rows)


def _missing(pen: Pen, report: Daily, words: Words) -> None:
    told = [
        f"{words.day(row['production_date'])} · {words.line(row['plant_id'], row['line_id'])} · {row['shift_id']}"
        for row in report.missing.head(MOST_MISSING).iter_rows(named=True)
    ]
    for line in told:
        pen.write_line(f"◆ {line}", 7.5)
    if report.missing.height > MOST_MISSING:
        pen.write_line(words.t("paper.more", count=words.number(report.missing.height - MOST_MISSING)), 7.5)


def _share(sums: Mapping[str, Any], part: str, whole: str) -> float | None:
    """Part of whole; None when either is missing or the whole is nothing."""
    left, right = sums.get(part), sums.get(whole)
    return left / right if left is not None and right else None
