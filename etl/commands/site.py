"""Verbs for a whole site: init, load, query, serve, demo."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.commands.alerts import print_sendings
from etl.commands.words import INSTANTS, Day, Format, Json, SiteArgument, actor

if TYPE_CHECKING:
    from etl.outcome import LoadResult


def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make; must be new or empty")]) -> None:
    """Make an empty, commented site."""
    from etl.new_site import make_empty_site  # noqa: PLC0415

    make_empty_site(folder)
    typer.echo(f"{folder}: made. Next:")
    typer.echo(f"  1. describe plants, lines and shifts in {folder}/site.toml and {folder}/master/*.csv")
    typer.echo(f"  2. put shift reports into {folder}/inbox/reports and MES exports into {folder}/inbox/mes")
    typer.echo(f"  3. shiftledger load {folder}")


def load(
    site: SiteArgument,
    day: Day = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day to redo")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day to redo")] = None,
    as_json: Json = False,
) -> None:
    """Load what is new. With days, their originals are read again and the days recomputed."""
    from etl.load import run_load  # noqa: PLC0415
    from etl.progress import progress_bar  # noqa: PLC0415

    with progress_bar(enabled=not as_json) as progress:
        result = run_load(site, actor(), days=_days(day, first, last), progress=progress)
    if as_json:
        typer.echo(json.dumps(asdict(result), default=str))
    else:
        _print_load(result)


def query(
    site: SiteArgument,
    sql: Annotated[str, typer.Argument(help='SQL, e.g. "select * from production limit 10"')],
    form: Annotated[Format, typer.Option("--format", help="table, csv or json")] = Format.TABLE,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=INSTANTS, metavar="TIMESTAMP", help="What was known then; UTC unless it ends in an offset"
        ),
    ] = None,
) -> None:
    """Read-only SQL on the published version; answers while a load runs."""
    from etl.ask import ask  # noqa: PLC0415

    moment = as_of.astimezone(UTC).replace(tzinfo=None) if as_of and as_of.tzinfo else as_of
    typer.echo(ask(site, actor(), sql, form.value, moment))


def serve(
    site: SiteArgument,
    dashboard_port: Annotated[int, typer.Option(help="Port of the dashboards")] = 8501,
    dagster_port: Annotated[int, typer.Option(help="Port of Dagster")] = 3000,
) -> None:
    """Serve dashboards and Dagster on this machine only."""
    from etl.serve import serve as run  # noqa: PLC0415

    raise typer.Exit(run(site, dashboard_port=dashboard_port, dagster_port=dagster_port))


def demo(
    days: Annotated[int, typer.Option(help="Production days to make up", min=1, max=800)] = 14,
    home: Annotated[Path, typer.Option(help="Folder of the made-up site")] = Path("demo-site"),
    open_servers: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve dashboards and Dagster")] = True,
    login: Annotated[
        bool, typer.Option("--login", help="Ask for a login; a person of each role, with a link that works once")
    ] = False,
) -> None:
    """Make a realistic site, load it, print what it found, serve dashboards and Dagster."""
    from etl.demo import make_demo, make_people  # noqa: PLC0415

    for line in make_demo(home, days, actor()):
        typer.echo(line)
    if login:
        for line in make_people(home, actor()):
            typer.echo(line)
    if open_servers:
        serve(home)


def _days(day: datetime | None, first: datetime | None, last: datetime | None) -> tuple[date, date] | None:
    if day is not None:
        first = last = day
    if first is None and last is None:
        return None
    if first is None or last is None or last < first:
        raise typer.BadParameter("give --day, or both --from and --to, in this order")
    return first.date(), last.date()


def _print_load(result: LoadResult) -> None:
    span = f"{result.days[0]} … {result.days[-1]} ({len(result.days)})" if result.days else "none"
    typer.echo(f"files new          {result.files_new}")
    typer.echo(f"files quarantined  {result.files_quarantined}")
    typer.echo(f"notices            {result.notices}")
    typer.echo(f"rows staged        {result.rows_staged}")
    typer.echo(f"days touched       {span}")
    typer.echo(f"differences open   {result.discrepancies_open}")
    typer.echo(f"published version  {result.published_version}")
    typer.echo(f"seconds            {result.seconds:.1f}")
    for source in result.sources:
        more = ", more with the next load" if source.is_behind else ""
        typer.echo(f"source {source.source_id}: {source.rows} new rows{more}")
        if source.reason:
            typer.echo(f"source {source.source_id}: {source.status}: {source.reason}")
    print_sendings(result.sendings)
