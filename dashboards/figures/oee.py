"""The time model of ISO 22400-2 as a waterfall in hours, and the ratios made from its sums. Pure.

Symbols: PBT planned busy time, APT actual production time, AUST setup, ADET delays, PRI planned run time per item,
PQ and GQ produced and good quantity.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboards.figures.bars import Bar
from dashboards.frames import difference, ratio
from dashboards.words import Words

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kpi:
    """A ratio: ``key`` of its texts, value, the two sums it is made of (in ``unit``), and what it should be."""

    key: str
    value: float | None
    part: float | None
    whole: float | None
    unit: str = "h"
    target: float | None = None


def steps(row: Row) -> list[tuple[str, float | None, bool]]:
    """The way from planned operation time down to good pieces at planned run time: name, minutes, whether a loss.

    Sums of shifts whose products all have a planned run time. Speed may be negative: faster than planned.
    """
    speed = difference(row["oee_run_min"], row["oee_produced_min"])
    quality = difference(row["oee_produced_min"], row["oee_good_min"])
    return [
        ("pot", row["oee_pot_min"], False),
        ("planned", row["oee_planned_min"], True),
        ("setup", row["oee_setup_min"], True),
        ("delay", row["oee_delay_min"], True),
        ("speed", speed, True),
        ("scrap", quality, True),
        ("good", row["oee_good_min"], False),
    ]


def waterfall(row: Row, before: Row, words: Words, addresses: Mapping[str, str]) -> list[Bar]:
    """A bar a step, each where the one before it ended; a loss leads to its ``addresses``."""
    former = {name: minutes for name, minutes, _ in steps(before)}
    pot = row["oee_pot_min"]
    left, made = pot or 0.0, []
    for name, minutes, is_loss in steps(row):
        length = None if minutes is None else max(minutes, 0.0)
        if is_loss:
            left -= minutes or 0.0
        mark = "▲ " if is_loss and minutes is not None and minutes < 0 else ""
        told = words.t("oee.before", value=words.percent(former[name], before["oee_pot_min"]))
        note = f"{words.percent(minutes, pot)} · {told}"
        start = max(left, 0.0) if is_loss else 0.0
        kind = name if is_loss else "good"
        made.append(
            Bar(
                words.t(f"oee.step.{name}"),
                length,
                mark + words.hours(minutes),
                note,
                kind,
                addresses.get(name, ""),
                start,
            )
        )
    return made


def kpis(times: Row, quantities: Row, stops: Row) -> list[Kpi]:
    """Every KPI with its parts, from sums only. ``stops``: ``delay_min`` and ``events`` of unplanned stops."""
    busy, run = times["oee_busy_min"], times["oee_run_min"]
    setup, delay = times["oee_setup_min"], times["oee_delay_min"]
    ideal, good = times["oee_produced_min"], times["oee_good_min"]
    upt = None if run is None else run + (setup or 0.0)
    performance, quality = ratio(ideal, run), ratio(good, ideal)
    nee = None
    if upt is not None and performance is not None and quality is not None:
        allocation = ratio(upt, busy)
        nee = None if allocation is None else allocation * performance * quality
    return [
        Kpi("oee", ratio(good, busy), good, busy, target=0.85),
        Kpi("availability", ratio(run, busy), run, busy, target=0.9),
        Kpi("effectiveness", performance, ideal, run, target=0.95),
        Kpi("quality", ratio(good, ideal), good, ideal, target=0.99),
        Kpi("nee", nee, None, busy),
        Kpi("technical", ratio(run, None if run is None else run + (delay or 0.0)), run, _sum(run, delay)),
        Kpi("setup_ratio", ratio(setup, upt), setup, upt),
        Kpi(
            "scrap_ratio",
            ratio(quantities["scrap_part_qty"], quantities["produced_qty"]),
            *_pieces(quantities, "scrap_part_qty"),
        ),
        Kpi("mttr", ratio(stops["delay_min"], stops["events"]), stops["delay_min"], stops["events"], "min"),
        Kpi("mtbf", ratio(times["run_min"], stops["events"]), times["run_min"], stops["events"], "min"),
    ]


def _sum(left: float | None, right: float | None) -> float | None:
    return None if left is None else left + (right or 0.0)


def _pieces(row: Row, part: str) -> tuple[float | None, float | None, str]:
    return row[part], row["produced_qty"], "pcs"
