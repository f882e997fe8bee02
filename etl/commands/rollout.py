"""Verbs of the rollout: show, time, effort, move."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data_contracts.scope import Scope
from etl.commands.words import Day, Json, SiteArgument, actor, language_of, now_utc, told

if TYPE_CHECKING:
    from etl.rollout.gates import Gate

verbs = typer.Typer(help="Stages of the lines, and what the automation gives back.", no_args_is_help=True)
Reason = Annotated[str, typer.Option(help="Why; stays on record")]


@verbs.command("show")
def show(site: SiteArgument, as_json: Json = False) -> None:
    """Stage and gates of every line, net hours, payback, cycle time."""
    from data_contracts.language import REASONS  # noqa: PLC0415
    from etl.desk import rollout  # noqa: PLC0415

    standing = rollout(site, actor(), Scope.company()).standing
    if as_json:
        typer.echo(json.dumps(asdict(standing), ensure_ascii=False, default=str))
        return
    language = language_of(site)
    for line in standing.lines:
        since = f" since {line.since}" if line.since else ""
        typer.echo(f"{line.plant_id}/{line.line_id}  {REASONS.text(f'stage.{line.stage}', language)}{since}")
        for gate in line.gates:
            typer.echo(f"  {_gate(gate)}  {REASONS.text(f'gate.{gate.name}', language)}")
    net = standing.net
    back = "not enough data" if net is None else f"{net.hours:.1f} h net (95 %: {net.low:.1f} to {net.high:.1f})"
    typer.echo(f"Given back: {back}; effort {standing.effort_hours:.1f} h")
    for kind in standing.kinds:
        typer.echo(f"  {kind.kind}: timed {kind.before.count} before, {kind.now.count} now; {kind.reports} reports")
    if standing.payback_months is not None:
        typer.echo(f"Payback: {standing.payback_months:.1f} months")
    if standing.cycle_p50_min is not None and standing.cycle_p90_min is not None:
        typer.echo(f"Arrived to shown: p50 {standing.cycle_p50_min:.1f} min, p90 {standing.cycle_p90_min:.1f} min")


@verbs.command("time")
def time(
    site: SiteArgument,
    table: Annotated[
        Path, typer.Argument(metavar="TIMINGS.CSV", exists=True, dir_okay=False, help="Timings as a table")
    ],
) -> None:
    """Take in timings: kind,phase,minutes,timed_on,timed_by,plant_id,line_id; phase is before or now."""
    from etl.desk import read_timings, record_timings  # noqa: PLC0415

    with told(site):
        count = record_timings(
            site, actor(), Scope.company(), read_timings(table.read_text("utf-8-sig")), now=now_utc()
        )
    typer.echo(f"{count} timings taken in")


@verbs.command("effort")
def effort(
    site: SiteArgument,
    hours: Annotated[float, typer.Argument(help="Hours of building or support")],
    reason: Reason,
    day: Day = None,
) -> None:
    """Put hours of building or support on record; they count against what is given back."""
    from etl.desk import record_effort  # noqa: PLC0415

    spent_on = day.date() if day else now_utc().date()
    with told(site):
        record_effort(site, actor(), Scope.company(), hours, spent_on, reason, now=now_utc())
    typer.echo(f"{hours:g} h on record")


@verbs.command("move")
def move(
    site: SiteArgument,
    line: Annotated[str, typer.Argument(metavar="PLANT/LINE", help="The line")],
    stage: Annotated[str, typer.Argument(metavar="STAGE", help="shadow, parallel or live")],
    reason: Reason,
    despite: Annotated[bool, typer.Option("--despite", help="Although gates do not hold; stays on record")] = False,
) -> None:
    """Put a line into another stage: back at any time, on when its gates hold."""
    from etl.desk import move_line  # noqa: PLC0415

    plant, _, name = line.partition("/")
    with told(site):
        move_line(site, actor(), Scope.company(), (plant, name), stage, reason, despite=despite, now=now_utc())
    typer.echo(f"{line}: {stage}")


def _gate(gate: Gate) -> str:
    reached = "n/a" if gate.reached is None else f"{gate.reached:g}"
    return f"{'✓' if gate.holds else '✗'} {reached} of {gate.asked:g}"
