"""The verbs of decisions: decide, approve, undo, waive, decisions. What they do: ``etl.desk``.

Imports stay inside the commands: ``--help`` answers at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from data_contracts.errors import DecisionError
from data_contracts.scope import Actor, Scope
from etl.commands.words import now_utc, told

if TYPE_CHECKING:
    from etl.desk import Decided, Place, Ruling

SiteArgument = Annotated[Path, typer.Argument(help="Folder of the site", metavar="SITE")]
DecisionArgument = Annotated[str, typer.Argument(help="Id of the decision", metavar="DECISION_ID")]
Reason = Annotated[str, typer.Option(help="Why; stays on record")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text")]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Production day, included")]


class Side(StrEnum):
    """Which side is right."""

    REPORT = "report"
    MES = "mes"


def register(app: typer.Typer, actor: Callable[[], Actor]) -> None:
    """Put the verbs into the command; ``actor`` says who calls it. The command line sees the whole company."""
    everything = Scope.company()

    @app.command()
    def decide(
        site: SiteArgument,
        discrepancy_id: Annotated[str, typer.Argument(help="Id of the difference", metavar="DISCREPANCY_ID")],
        reason: Reason,
        accept: Annotated[Side | None, typer.Option(help="This side is right")] = None,
        value: Annotated[float | None, typer.Option("--set", help="This value is right, in the measure's unit")] = None,
        explain: Annotated[bool, typer.Option("--explain", help="Both stay; no value changes")] = False,
        split: Annotated[
            str | None, typer.Option(metavar="PIECES:SHIFT", help="40:next or 40:previous belong to the shift beside")
        ] = None,
        as_json: Json = False,
    ) -> None:
        """Rule on a difference. Values change with the next load; a large change waits for a second person."""
        from etl import desk  # noqa: PLC0415

        with told(site):
            ruling = _ruling(accept, value, split, explain=explain)
            decided = desk.decide(site, actor(), everything, discrepancy_id, ruling, reason, now=now_utc())
        _print(site, decided, as_json=as_json)

    @app.command()
    def approve(
        site: SiteArgument,
        decision_id: DecisionArgument,
        reason: Annotated[str | None, typer.Option(help="A remark; stays on record")] = None,
    ) -> None:
        """Approve a decision of another person that waits for a second one."""
        from etl import desk  # noqa: PLC0415

        with told(site):
            desk.approve(site, actor(), everything, decision_id, reason=reason, now=now_utc())
        typer.echo(f"{decision_id}: approved; in force with `shiftledger load {site}`")

    @app.command()
    def undo(site: SiteArgument, decision_id: DecisionArgument, reason: Reason) -> None:
        """Take a decision or a waiver back; it stays on record. The next load obeys."""
        from etl import desk  # noqa: PLC0415

        with told(site):
            desk.undo(site, actor(), everything, decision_id, reason, now=now_utc())
        typer.echo(f"{decision_id}: taken back with `shiftledger load {site}`")

    @app.command()
    def waive(
        site: SiteArgument,
        rule_id: Annotated[str, typer.Argument(help="Id of the rule", metavar="RULE_ID")],
        first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First production day")],
        last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last production day")],
        reason: Reason,
        place: Annotated[str, typer.Option("--at", metavar="PLANT/AREA/LINE", help="Only there; P1 is a plant")] = "*",
        product: Annotated[str | None, typer.Option(help="Only this product")] = None,
        as_json: Json = False,
    ) -> None:
        """Silence a rule for some production days. Its findings are still computed, with status waived."""
        from etl import desk  # noqa: PLC0415

        with told(site):
            where = _place(place, product)
            period = (first.date(), last.date())
            decided = desk.waive(site, actor(), everything, rule_id, where, period, reason, now=now_utc())
        _print(site, decided, as_json=as_json)

    @app.command()
    def decisions(
        site: SiteArgument,
        difference: Annotated[str | None, typer.Option(metavar="DISCREPANCY_ID", help="Only on this one")] = None,
        as_json: Json = False,
    ) -> None:
        """List decisions and waivers, the oldest first: who, what, why, and whether they are in force."""
        from etl import desk  # noqa: PLC0415

        rows = desk.decisions(site, actor(), everything, discrepancy_id=difference).to_dicts()
        if as_json:
            typer.echo(json.dumps(rows, ensure_ascii=False, default=str))
            return
        for row in rows:
            typer.echo(_line(row))
        typer.echo(f"{len(rows)} decisions")


def _ruling(accept: Side | None, value: float | None, split: str | None, *, explain: bool) -> Ruling:
    from etl.desk import Ruling  # noqa: PLC0415

    said = [
        Ruling(f"accept_{accept.value}") if accept else None,
        Ruling("set", value) if value is not None else None,
        _split(split) if split is not None else None,
        Ruling("explain") if explain else None,
    ]
    rulings = [ruling for ruling in said if ruling is not None]
    if len(rulings) != 1:
        raise DecisionError("one_ruling")
    return rulings[0]


def _place(text: str, product: str | None) -> Place:
    from etl.desk import Place  # noqa: PLC0415

    nodes = Scope.parse(text).nodes
    if len(nodes) != 1:
        raise DecisionError("no_place", place=text)
    plant, area, line = (*nodes[0], None, None, None)[:3]
    return Place(plant, area, line, product)


def _split(text: str) -> Ruling:
    from etl.desk import Ruling  # noqa: PLC0415

    pieces, _, shift = text.partition(":")
    try:
        return Ruling("split", float(pieces), shift)
    except ValueError:
        raise DecisionError("wrong_move", value=text) from None


def _print(site: Path, decided: Decided, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"decision_id": decided.decision_id, "needs_second": decided.needs_second}))
    elif decided.needs_second:
        typer.echo(
            f"{decided.decision_id}: waits for a second person, `shiftledger approve {site} {decided.decision_id}`"
        )
    else:
        typer.echo(f"{decided.decision_id}: decided; in force with `shiftledger load {site}`")


def _line(row: dict[str, Any]) -> str:
    where = [
        row["plant_id"],
        row["area_id"],
        row["line_id"],
        row["production_date"],
        row["shift_id"],
        row["product_id"],
    ]
    if row["kind"] == "waive":
        where += [f"{row['valid_from']} … {row['valid_to']}"]
    what = row["value"] if row["moved_qty"] is None else row["moved_qty"]
    to = f"to {row['to_date']} {row['to_shift_id']}" if row["to_shift_id"] else None
    said = [row["kind"], row["measure"], None if what is None else f"{what:g}", to]
    people = f"{row['decided_by']} {row['decided_at']:%Y-%m-%d %H:%M}"
    people += f", approved by {row['approved_by']}" if row["approved_by"] else ""
    people += f", undone by {row['undone_by']}" if row["undone_by"] else ""
    parts = [row["decision_id"], row["status"], row["rule_id"], _joined(where), _joined(said), people, row["reason"]]
    return "  ".join(part for part in parts if part)


def _joined(parts: list[Any]) -> str:
    return " ".join(str(part) for part in parts if part is not None)
