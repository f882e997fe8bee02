"""Where each line stands, what it has shown, costs and gives back: from the evidence and what people recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from data_contracts.site import SiteConfig
from etl.rollout.gates import Gate, following, gates
from etl.rollout.measures import Kind, NetHours, Sample, net_hours, payback_months, sample, saved_hours
from etl.store.evidence import MONTH, Evidence

BEFORE, NOW = "before", "now"
PHASES = (BEFORE, NOW)


@dataclass(frozen=True, slots=True)
class LineStanding:
    """One line. Figures are of the last 30 days.

    ``since``: the day on which it entered its stage; None for a line that nobody moved yet. ``hours_month``: what its
    reports would take by hand in 30 days, None while their kinds were not timed enough. ``errors_100``, ``late_100``:
    differences that are errors, and late reports, of 100 received; None without reports.
    """

    plant_id: str
    line_id: str
    area_id: str | None
    stage: str
    since: date | None
    next_stage: str | None
    gates: tuple[Gate, ...]
    received: int
    errors_100: float | None
    late_100: float | None
    hours_month: float | None

    @property
    def pain(self) -> float | None:
        """What speaks for it to be the next: hours by hand, weighed by what goes wrong; None while untimed."""
        if self.hours_month is None:
            return None
        return self.hours_month * (1 + (self.errors_100 or 0) / 100 + (self.late_100 or 0) / 100)


@dataclass(frozen=True, slots=True)
class KindValue:
    """One kind of report: both samples, reports handled since its lines went parallel, hours of 30 days given back."""

    kind: str
    before: Sample
    now: Sample
    reports: int
    saved_month: float | None


@dataclass(frozen=True, slots=True)
class Standing:
    """The rollout as a whole; ``cycle_p50_min`` and ``cycle_p90_min``: from a file's arrival until readers saw it."""

    lines: tuple[LineStanding, ...]
    kinds: tuple[KindValue, ...]
    net: NetHours | None
    effort_hours: float
    cost: float | None
    currency: str
    payback_months: float | None
    cycle_p50_min: float | None
    cycle_p90_min: float | None


def stand(
    evidence: Evidence, timings: pl.DataFrame, effort_hours: float, moves: pl.DataFrame, config: SiteConfig
) -> Standing:
    """Put it together. ``timings`` and ``moves``: as the state store has them, those of the scope."""
    stages = _stages(moves)
    samples = {
        (str(kind), str(phase)): part["minutes"].to_list() for (kind, phase), part in timings.group_by("kind", "phase")
    }
    kinds = _kinds(evidence, samples, stages)
    months = [saved for kind in kinds if (saved := kind.saved_month) is not None]
    paid = config.value.cost_per_hour
    cost = None if paid is None else config.value.one_off_cost + effort_hours * paid
    return Standing(
        lines=tuple(_line(row, evidence, samples, stages, config) for row in evidence.lines.iter_rows(named=True)),
        kinds=tuple(kinds),
        net=net_hours([_counted(kind, samples) for kind in kinds], effort_hours),
        effort_hours=effort_hours,
        cost=cost,
        currency=config.value.currency,
        payback_months=payback_months(cost, sum(months), paid) if cost is not None and paid and months else None,
        cycle_p50_min=_quantile(evidence.cycle, 0.5),
        cycle_p90_min=_quantile(evidence.cycle, 0.9),
    )


def _stages(moves: pl.DataFrame) -> dict[tuple[str, str], tuple[str, date]]:
    """Stage of each line that was ever moved, and since when; moves come in their order."""
    rows = moves.select("plant_id", "line_id", "stage", "at").iter_rows()
    return {(plant, line): (stage, at.date()) for plant, line, stage, at in rows}


def _kinds(
    evidence: Evidence,
    samples: Mapping[tuple[str, str], Sequence[float]],
    stages: Mapping[tuple[str, str], tuple[str, date]],
) -> list[KindValue]:
    """Kinds that were timed or came, with the reports of lines that are parallel or live, since they are."""
    since = pl.DataFrame(
        [(plant, line, day) for (plant, line), (stage, day) in stages.items() if stage != "shadow"],
        schema={"plant_id": pl.String, "line_id": pl.String, "since": pl.Date},
        orient="row",
    )
    handled = evidence.reports.join(since, on=["plant_id", "line_id"]).filter(
        pl.col("production_date") >= pl.col("since")
    )
    month = (evidence.as_of - timedelta(days=MONTH)).date()
    names = sorted({kind for kind, _ in samples} | set(evidence.reports["layout_id"].drop_nulls()))
    found = []
    for name in names:
        mine = handled.filter(pl.col("layout_id") == name)
        kind = Kind(name, samples.get((name, BEFORE), ()), samples.get((name, NOW), ()), int(mine["reports"].sum()))
        latest = float(mine.filter(pl.col("production_date") >= month)["reports"].sum())
        saved = saved_hours(kind, latest) if latest else None
        found.append(KindValue(name, sample(kind.before_min), sample(kind.now_min), kind.reports, saved))
    return found


def _counted(kind: KindValue, samples: Mapping[tuple[str, str], Sequence[float]]) -> Kind:
    return Kind(kind.kind, samples.get((kind.kind, BEFORE), ()), samples.get((kind.kind, NOW), ()), kind.reports)


def _line(
    row: Mapping[str, object],
    evidence: Evidence,
    samples: Mapping[tuple[str, str], Sequence[float]],
    stages: Mapping[tuple[str, str], tuple[str, date]],
    config: SiteConfig,
) -> LineStanding:
    plant, line = str(row["plant_id"]), str(row["line_id"])
    stage, since = stages.get((plant, line), ("shadow", None))
    received, late, errors = (int(str(row[name])) for name in ("received", "late", "errors"))
    here = (pl.col("plant_id") == plant) & (pl.col("line_id") == line)
    return LineStanding(
        plant,
        line,
        None if row["area_id"] is None else str(row["area_id"]),
        stage,
        since,
        following(stage),
        tuple(gates(stage, evidence.days.filter(here), config.rollout, since)),
        received,
        100 * errors / received if received else None,
        100 * late / received if received else None,
        _by_hand(evidence.reports.filter(here), evidence.as_of, samples),
    )


def _by_hand(
    reports: pl.DataFrame, as_of: datetime, samples: Mapping[tuple[str, str], Sequence[float]]
) -> float | None:
    """Hours that the reports of the last 30 days take by hand; None when a kind among them was not timed enough."""
    month = reports.filter(pl.col("production_date") >= (as_of - timedelta(days=MONTH)).date())
    if month.is_empty():
        return None
    hours = 0.0
    for layout, count in month.group_by("layout_id").agg(pl.col("reports").sum()).iter_rows():
        before = sample(samples.get((str(layout), BEFORE), ()))
        if not before.is_enough or before.median_min is None:
            return None
        hours += count * before.median_min / 60
    return hours


def _quantile(cycle: pl.DataFrame, share: float) -> float | None:
    value = cycle["cycle_min"].quantile(share, "linear")
    return None if value is None else float(value)
