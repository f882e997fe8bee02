"""What a person may record of the rollout: timings, hours of building and support, and the stage of a line.

Opened by ``etl.desk``. Every function takes the actor it works for and their scope, and leaves an audit record.
"""

from __future__ import annotations

import csv
import io
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl

from data_contracts.errors import DecisionError
from data_contracts.scope import Actor, Scope
from etl.decision_desk import Desk
from etl.rollout.gates import STAGES, gates, may_go_on
from etl.rollout.standing import PHASES, Standing, stand
from etl.ruling import given_reason
from etl.store.evidence import Evidence, gather
from etl.store.state import rollout as store

MOST_MIN = 600
"""A report on which somebody sits for more than ten hours is a slip of the pen."""
COLUMNS = ("kind", "phase", "minutes", "timed_on", "timed_by", "plant_id", "line_id")
"""Of a table of timings; the last two may be blank."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One report that was timed with a stopwatch: the kind (its layout), before or now, minutes of a person, who, when.

    Minutes count everything a person does for it: filling in, copying, reviewing, correcting.
    """

    kind: str
    phase: str
    minutes: float
    timed_on: date
    timed_by: str
    plant_id: str | None = None
    line_id: str | None = None


@dataclass(frozen=True, slots=True)
class Rollout:
    """The rollout in a scope: figures, and what people recorded (``etl.store.state.rollout``), the newest first."""

    standing: Standing
    timings: pl.DataFrame
    efforts: pl.DataFrame
    moves: pl.DataFrame


def rollout(home: Path, actor: Actor, scope: Scope) -> Rollout:
    """Where the lines of a scope stand. Raises StoreError when nothing is published."""
    desk = Desk.opened(home, actor, scope, "see", "rollout.show", "")
    scope = desk.scope
    evidence = gather(home, scope)
    known = store.read(desk.data, desk.keys, desk.site.config.site.id)
    inside = evidence.lines.select("plant_id", "line_id")
    moves = known["rollout_stage"].join(inside, on=["plant_id", "line_id"], how="semi", maintain_order="left")
    timings = _visible(known["timing"], inside, scope)
    efforts = known["effort"] if () in scope.nodes else known["effort"].clear()
    hours = float(efforts["hours"].sum())
    standing = stand(evidence, timings, hours, moves, desk.site.config)
    return Rollout(standing, timings.reverse(), efforts.reverse(), moves.reverse())


def _visible(timings: pl.DataFrame, inside: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Timings of lines in the scope; those of no line in particular are for all."""
    if () in scope.nodes:
        return timings
    everywhere = pl.col("plant_id").is_null()
    own = timings.join(inside, on=["plant_id", "line_id"], how="semi", maintain_order="left")
    return pl.concat([timings.filter(everywhere), own]).sort("at", "timing_id")


def record_timings(home: Path, actor: Actor, scope: Scope, timings: Sequence[Timing], *, now: datetime) -> int:
    """Put timings on record, all of them or none. Raises DecisionError, with the number of the wrong one from 1."""
    desk = Desk.opened(home, actor, scope, "rollout", "rollout.time", timings[0].kind if timings else "")
    for number, timing in enumerate(timings, 1):
        try:
            _sound(desk, timing, now)
        except DecisionError as error:
            at = DecisionError("timing_at", number=number, why=error.text(desk.site.language))
            told = at if len(timings) > 1 else error
            raise desk.refuse("rollout.time", timing.kind, told, _outcome(error)) from None
    rows = [{**asdict(t), "timing_id": secrets.token_hex(6), "actor": actor.name, "at": now} for t in timings]
    if rows:
        with desk.on_record("rollout.time", timings[0].kind, None, {"timings": len(rows)}):
            store.add(desk.data, desk.keys, desk.site.config.site.id, "timing", rows)
    return len(rows)


def read_timings(text: str) -> list[Timing]:
    """Timings of a comma-separated table with the header COLUMNS. Raises DecisionError with line and column."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    missing = [name for name in COLUMNS[:5] if name not in (rows.fieldnames or ())]
    if missing:
        raise DecisionError("timing_columns", missing=", ".join(missing), wanted=", ".join(COLUMNS))
    found = []
    for row in rows:
        said = {name: (row.get(name) or "").strip() for name in COLUMNS}
        try:
            name = "minutes"
            minutes = float(said["minutes"])
            name = "timed_on"
            timed_on = date.fromisoformat(said["timed_on"])
        except ValueError:
            raise DecisionError("timing_cell", line=rows.line_num, column=name, value=said[name]) from None
        place = (said["plant_id"] or None, said["line_id"] or None)
        found.append(Timing(said["kind"], said["phase"], minutes, timed_on, said["timed_by"], *place))
    return found


def record_effort(
    home: Path, actor: Actor, scope: Scope, hours: float, spent_on: date, note: str, *, now: datetime
) -> None:
    """Put hours of building or support on record; they are the whole company's. Raises DecisionError."""
    desk = Desk.opened(home, actor, scope, "rollout", "rollout.effort", str(hours))
    try:
        if not 0 < hours <= 24 * 366:
            raise DecisionError("wrong_hours")
        text = given_reason(note)
        if () not in desk.scope.nodes:
            raise DecisionError("outside", place="*")
    except DecisionError as error:
        raise desk.refuse("rollout.effort", str(hours), error, _outcome(error)) from None
    effort_id = secrets.token_hex(6)
    row = {"effort_id": effort_id, "hours": hours, "spent_on": spent_on, "note": text}
    with desk.on_record("rollout.effort", effort_id, text, {"hours": hours, "spent_on": str(spent_on)}):
        store.add(desk.data, desk.keys, desk.site.config.site.id, "effort", [{**row, "actor": actor.name, "at": now}])


def move(
    home: Path,
    actor: Actor,
    scope: Scope,
    line: tuple[str, str],
    stage: str,
    reason: str,
    *,
    despite: bool = False,
    now: datetime,
) -> None:
    """Put a line (plant, line) into another stage: back at any time, on by one stage when its gates hold.

    ``despite``: a person takes the responsibility for gates that do not hold; that stays on record with what was
    missing. Raises DecisionError.
    """
    target = "/".join(line)
    desk = Desk.opened(home, actor, scope, "rollout", "rollout.move", target)
    evidence = gather(home, desk.scope)
    try:
        text = given_reason(reason)
        if evidence.lines.filter(plant_id=line[0], line_id=line[1]).is_empty():
            raise DecisionError("outside", place=target)
        if stage not in STAGES:
            raise DecisionError("no_stage", stage=stage, known=", ".join(STAGES))
        shown = _weigh(desk, evidence, line, stage, despite=despite)
    except DecisionError as error:
        raise desk.refuse("rollout.move", target, error, _outcome(error)) from None
    row = {"plant_id": line[0], "line_id": line[1], "stage": stage, "reason": text, "evidence": json.dumps(shown)}
    with desk.on_record("rollout.move", target, text, {"stage": stage, "despite": despite, "evidence": shown}):
        whole = {**row, "move_id": secrets.token_hex(6), "actor": actor.name, "at": now}
        store.add(desk.data, desk.keys, desk.site.config.site.id, "rollout_stage", [whole])


def _weigh(
    desk: Desk, evidence: Evidence, line: tuple[str, str], stage: str, *, despite: bool
) -> list[dict[str, object]]:
    """The gates that were looked at; none for the way back. Raises DecisionError when they do not let the line on."""
    moves = store.read(desk.data, desk.keys, desk.site.config.site.id)["rollout_stage"]
    standing = stand(evidence, pl.DataFrame(schema=store.TIMINGS), 0, moves, desk.site.config)
    now = next(one for one in standing.lines if (one.plant_id, one.line_id) == line)
    step = STAGES.index(stage) - STAGES.index(now.stage)
    if step == 0:
        raise DecisionError("same_stage", line="/".join(line), stage=stage)
    if step < 0:
        return []
    if step > 1:
        raise DecisionError("one_stage", next=now.next_stage)
    days = evidence.days.filter(plant_id=line[0], line_id=line[1])
    found = gates(now.stage, days, desk.site.config.rollout, now.since)
    if not may_go_on(found) and not despite:
        lacking = tuple(f"gate.{gate.name}" for gate in found if not gate.holds)
        raise DecisionError("gates", line="/".join(line), lacking=lacking)
    return [asdict(gate) for gate in found]


def _sound(desk: Desk, timing: Timing, now: datetime) -> None:
    if not timing.kind.strip() or not timing.timed_by.strip():
        raise DecisionError("timing_blank")
    if timing.phase not in PHASES:
        raise DecisionError("timing_phase", phase=timing.phase, known=", ".join(PHASES))
    if not 0 < timing.minutes <= MOST_MIN:
        raise DecisionError("timing_minutes", minutes=timing.minutes, most=MOST_MIN)
    if timing.timed_on > now.date():
        raise DecisionError("timing_future", day=timing.timed_on)
    if timing.plant_id or timing.line_id:
        place = (timing.plant_id or "", timing.line_id or "")
        if place not in desk.areas or not desk.scope.covers(place[0], desk.areas[place], place[1]):
            raise DecisionError("outside", place="/".join(place))


def _outcome(error: DecisionError) -> str:
    """How a refusal is put on record: what lies outside the actor's part is denied."""
    return "denied" if error.code == "outside" else "refused"
