"""What there is to tell a route, from frames of a published version; pure.

An event has a key. The same key is told a route once: a difference again only when it was opened again or became
graver, a file again only when it is held back for another reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from data_contracts.alert import AlertRoute
from data_contracts.tables.discrepancy import SEVERITIES

MISSING_RULE = "missing_report"
GROUP = ("event", "plant_id", "line_id", "rule_id", "severity")


@dataclass(frozen=True, slots=True)
class Group:
    """What is told in one line: events of one kind, line, rule and severity; ``example`` is the gravest of them."""

    event: str
    plant_id: str | None
    line_id: str | None
    rule_id: str
    severity: str
    count: int
    days: tuple[date, ...]
    example: dict[str, Any]


def current_events(differences: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """All that could be told now: ``event``, ``event_key``, place, ``rule_id``, ``severity``, and the row behind it."""
    is_missing = pl.col("rule_id") == MISSING_RULE
    id_, openings = pl.col("discrepancy_id"), pl.col("openings").fill_null(1).cast(pl.String)
    # A report that stays missing grows graver by itself: that is no news.
    found = differences.with_columns(
        event=pl.when(is_missing).then(pl.lit("missing_report")).otherwise(pl.lit("difference")),
        event_key=pl.concat_str(
            id_,
            openings,
            pl.when(is_missing).then(pl.lit("")).otherwise("severity"),
            separator="/",
        ),
    )
    place = [pl.col(name).fill_null("") for name in ("source_file_id", "plant_id", "line_id", "reason_code")]
    files = held.with_columns(
        event=pl.lit("blocked_file"),
        event_key=pl.concat_str(place, separator="/"),
        rule_id=pl.col("reason_code"),
        severity=pl.lit("block"),
    )
    return pl.concat([found, files], how="diagonal_relaxed")


def new_events(
    current: pl.DataFrame, route: AlertRoute, known: pl.DataFrame, quiet_plants: Iterable[str | None]
) -> pl.DataFrame:
    """What this route wants to know and was not told yet; what plants say in their quiet hours waits."""
    graver = (pl.col("event") != "difference") | pl.col("severity").is_in(route.severities)
    quiet = list(quiet_plants)
    return current.filter(
        pl.col("event").is_in(route.events), graver, ~pl.col("plant_id").is_in(quiet, nulls_equal=True)
    ).join(known, on="event_key", how="anti")


def grouped(events: pl.DataFrame) -> list[Group]:
    """Groups by kind, line, rule and severity: files first, then missing reports, then differences, gravest first."""
    order = ("blocked_file", "missing_report", "difference")
    ranked = events.sort(
        pl.col("event").replace_strict({name: n for n, name in enumerate(order)}),
        pl.col("severity").replace_strict({name: n for n, name in enumerate(SEVERITIES)}, default=len(SEVERITIES)),
        maintain_order=True,
    )
    return [
        Group(
            **{name: values[name] for name in GROUP},
            count=part.height,
            days=tuple(sorted(set(part["production_date"].drop_nulls()))),
            example=values,
        )
        for _, part in ranked.group_by(GROUP, maintain_order=True)
        for values in (part.row(0, named=True),)
    ]
