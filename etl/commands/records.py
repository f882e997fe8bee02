"""Verbs for what the site promises and has done: contracts export, contracts diff, audit verify, audit witness."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from etl.commands.words import Json, Language, SiteArgument, actor
from etl.settings import data_folder

contracts = typer.Typer(help="Contracts in the Open Data Contract Standard.", no_args_is_help=True)
audit = typer.Typer(help="The audit log.", no_args_is_help=True)


@contracts.command("export")
def contracts_export(
    site: SiteArgument,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="YAML file to write")],
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there")] = False,
) -> None:
    """Write tables and rules of a site as a document of the Open Data Contract Standard."""
    from etl.odcs.files import export_contracts  # noqa: PLC0415

    if output.exists() and not force:
        raise typer.BadParameter(f"{output} is there already; give --force to write over it")
    made = export_contracts(site, actor(), output)
    rules = sum(len(table.quality or []) for table in made.schema_ or [])
    typer.echo(f"{output}: {len(made.schema_ or [])} tables, {rules} rules, version {made.version}")


@contracts.command("diff")
def contracts_diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Document of the version in force")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Document of the version to come")],
    language: Annotated[Language, typer.Option(help="zh or en")] = Language.EN,
    as_json: Json = False,
) -> None:
    """Say what changes between two versions, and whom it breaks. Exits 1 when it breaks somebody."""
    from etl.odcs.changes import changes  # noqa: PLC0415
    from etl.odcs.files import read_contracts  # noqa: PLC0415
    from etl.odcs.texts import TEXTS  # noqa: PLC0415

    found = changes(read_contracts(old), read_contracts(new))
    breaking = sum(change.is_breaking for change in found)
    told = [(change, *change.told(language.value)) for change in found]
    if as_json:
        body = [
            {"where": c.where, "change": c.what, "breaks": c.whom, "what": what, "why": why} for c, what, why in told
        ]
        typer.echo(json.dumps(body, ensure_ascii=False))
    else:
        for change, what, why in told:
            mark = TEXTS.text("mark.breaking" if change.is_breaking else "mark.other", language.value)
            typer.echo(f"{mark}  {change.where}: {what}")
            typer.echo(f"  {why}")
        typer.echo(TEXTS.text("summary", language.value, breaking=breaking, other=len(found) - breaking))
    if breaking:
        raise typer.Exit(1)


@audit.command("verify")
def audit_verify(
    site: SiteArgument,
    head: Annotated[str | None, typer.Option(metavar="RECORDS:HASH", help="A head that a digest told earlier")] = None,
) -> None:
    """Check the hash chain of the audit log. Exits 1 when something is wrong with it."""
    from etl.desk import verify_audit  # noqa: PLC0415

    problems = verify_audit(site, actor(), head)
    for problem in problems:
        typer.echo(problem)
    typer.echo("audit log is whole" if not problems else f"{len(problems)} problems")
    if problems:
        raise typer.Exit(1)


@audit.command("witness")
def audit_witness(
    site: SiteArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File of the witness, in a folder of theirs")],
) -> None:
    """Add the audit log's head to a file; run it as another user than the log's, who then cannot put the log back."""
    from etl.store.anchor import witness  # noqa: PLC0415

    kept = witness(data_folder(site), file, now=datetime.now(UTC))
    typer.echo(f"{file}: {kept.head}")
