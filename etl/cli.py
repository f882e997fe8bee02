"""The command ``shiftledger``. Exit codes: 0 done, 1 found problems, 2 wrong use or configuration.

Imports stay inside the commands: ``--help`` answers at once.
"""

from __future__ import annotations

import getpass
import json
import sys
from dataclasses import asdict
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from data_contracts.errors import ShiftLedgerError
from data_contracts.scope import Actor
from etl import decision_cli

if TYPE_CHECKING:
    from collections.abc import Iterable

    from etl.outcome import LoadResult
    from etl.store.deliveries import Sending

app = typer.Typer(
    help="Hand-filled shift reports held against MES exports, down to the cell.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
SiteArgument = Annotated[Path, typer.Argument(help="Folder of the site", metavar="SITE")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A production day, 2026-11-23")]
INSTANTS = ["%Y-%m-%d", *(f"%Y-%m-%d{t}%H:%M{s}{z}" for t in "T " for s in ("", ":%S", ":%S.%f") for z in ("", "%z"))]


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class Language(StrEnum):
    """Languages of what is told."""

    ZH = "zh"
    EN = "en"


class TemplateLanguage(StrEnum):
    """Languages of a template or a message."""

    ZH = "zh"
    EN = "en"
    BOTH = "both"


def _actor() -> Actor:
    return Actor(getpass.getuser())


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make; must be new or empty")]) -> None:
    """Make an empty, commented site."""
    from etl.new_site import make_empty_site  # noqa: PLC0415

    make_empty_site(folder)
    typer.echo(f"{folder}: made. Next:")
    typer.echo(f"  1. describe plants, lines and shifts in {folder}/site.toml and {folder}/master/*.csv")
    typer.echo(f"  2. put shift reports into {folder}/inbox/reports and MES exports into {folder}/inbox/mes")
    typer.echo(f"  3. shiftledger load {folder}")


@app.command()
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
        result = run_load(site, _actor(), days=_days(day, first, last), progress=progress)
    if as_json:
        typer.echo(json.dumps(asdict(result), default=str))
    else:
        _print_load(result)


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
    _print_sendings(result.sendings)


def _print_sendings(sendings: Iterable[Sending]) -> None:
    for one in sendings:
        reason = f": {one.reason}" if one.reason else ""
        typer.echo(f"{one.kind} {one.route_id}: {one.outcome}, {one.events} events{reason}")


@app.command()
def check(
    site: SiteArgument,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Reports, folders or patterns to look at")],
    annotate: Annotated[
        Path | None,
        typer.Option(metavar="OUT", help="Write annotated copies: a workbook for one report, or a folder"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Let annotated copies replace files")] = False,
    language: Annotated[Language | None, typer.Option(help="zh or en; default: the site's language")] = None,
    as_json: Json = False,
) -> None:
    """Preflight of reports: what would be refused or differ. Nothing is stored. Exits 1 when something is found."""
    from data_contracts.site import Site  # noqa: PLC0415
    from etl import check as checking  # noqa: PLC0415
    from etl.preflight import preflight  # noqa: PLC0415
    from etl.progress import progress_bar  # noqa: PLC0415

    asked = checking.gather(files)
    paths = checking.targets(asked, annotate, force=force) if annotate else []
    words = language.value if language else _language(site)
    with progress_bar(enabled=not as_json) as progress:
        result = preflight(site, _actor(), [given.path for given in asked], progress=progress)
    found = checking.checked(result, asked, words)
    copies = list(checking.write_copies(found, paths, words, Site.open(site).config.limits)) if annotate else []
    if as_json:
        body = checking.as_json(found, result.reports.height, words) | {"copies": copies}
        typer.echo(json.dumps(body, ensure_ascii=False))
    else:
        for line in (*copies, *checking.lines(found, result.reports.height, words)):
            typer.echo(line)
    if any(file.problems for file in found):
        raise typer.Exit(1)


@app.command()
def template(
    site: SiteArgument,
    line: Annotated[str, typer.Option(help="Line, L01; or P1/L01 where two plants have one")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE.xlsx", help="Workbook to write")],
    shift: Annotated[str | None, typer.Option(help="Only this shift; default: all of the line")] = None,
    day: Day = None,
    language: Annotated[TemplateLanguage, typer.Option(help="zh, en or both")] = TemplateLanguage.BOTH,
    force: Annotated[bool, typer.Option("--force", help="Replace the workbook if it is there")] = False,
) -> None:
    """The standard report of a line as a workbook: drop-downs, protection, the hours of its shifts."""
    from etl.template import make_template  # noqa: PLC0415

    made = make_template(site, line, shift=shift, day=day.date() if day else None, languages=_languages(language))
    made.save(output, force=force)
    typer.echo(f"{output}: {', '.join(made.sheets)}")


@app.command()
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
    typer.echo(ask(site, _actor(), sql, form.value, moment))


@app.command()
def serve(
    site: SiteArgument,
    dashboard_port: Annotated[int, typer.Option(help="Port of the dashboards")] = 8501,
    dagster_port: Annotated[int, typer.Option(help="Port of Dagster")] = 3000,
) -> None:
    """Serve dashboards and Dagster on this machine only."""
    from etl.serve import serve as run  # noqa: PLC0415

    raise typer.Exit(run(site, dashboard_port=dashboard_port, dagster_port=dagster_port))


@app.command()
def demo(
    days: Annotated[int, typer.Option(help="Production days to make up", min=1, max=800)] = 14,
    home: Annotated[Path, typer.Option(help="Folder of the made-up site")] = Path("demo-site"),
    open_servers: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve dashboards and Dagster")] = True,
) -> None:
    """Make a realistic site, load it, print what it found, serve dashboards and Dagster."""
    from etl.demo import make_demo  # noqa: PLC0415

    for line in make_demo(home, days, _actor()):
        typer.echo(line)
    if open_servers:
        serve(home)


source_app = typer.Typer(help="Databases that records are read from.", no_args_is_help=True)
app.add_typer(source_app, name="source")


@source_app.command("list")
def source_list(site: SiteArgument, as_json: Json = False) -> None:
    """The databases of a site, and whether this machine knows their address."""
    from data_contracts.site import Site  # noqa: PLC0415
    from etl.settings import source_url, source_variable  # noqa: PLC0415

    known = [
        {
            "source_id": source.id,
            "mapping": source.mapping,
            "watermark": source.watermark,
            "variable": source_variable(source.id),
            "is_set": source_url(source.id) is not None,
        }
        for source in Site.open(site).sources
    ]
    if as_json:
        typer.echo(json.dumps(known, ensure_ascii=False))
        return
    for one in known:
        state = "set" if one["is_set"] else "not set"
        typer.echo(f"{one['source_id']}  {one['mapping']}  {one['watermark']}  {one['variable']} ({state})")
    typer.echo(f"{len(known)} sources")


@source_app.command("test")
def source_test(
    site: SiteArgument,
    source_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the source")],
    as_json: Json = False,
) -> None:
    """Connect read-only and look at the first rows. Nothing is stored. Exits 1 when the source cannot be read."""
    from etl.sources import look  # noqa: PLC0415

    seen = look(site, _actor(), source_id, datetime.now(UTC).replace(tzinfo=None))
    if as_json:
        typer.echo(json.dumps(asdict(seen), ensure_ascii=False))
    else:
        typer.echo(f"server            {seen.server or '—'}")
        typer.echo(f"columns           {', '.join(seen.columns) or '—'}")
        typer.echo(f"newest watermark  {seen.newest or '—'}")
        typer.echo(f"first rows        {seen.first_rows}")
        if seen.reason:
            typer.echo(seen.reason)
    if seen.reason:
        raise typer.Exit(1)


alerts_app = typer.Typer(help="Who is told what, and whether they can be reached.", no_args_is_help=True)
app.add_typer(alerts_app, name="alerts")


@alerts_app.command("list")
def alerts_list(site: SiteArgument, as_json: Json = False) -> None:
    """The alert routes of a site, whether this machine knows their address, and what was sent last."""
    from etl.alerts.sending import routes  # noqa: PLC0415

    known = routes(site)
    if as_json:
        told = [{**asdict(one), "route": one.route.model_dump()} for one in known]
        typer.echo(json.dumps(told, ensure_ascii=False, default=str))
        return
    for one in known:
        route, last = one.route, one.last
        state = "set" if one.is_set else "not set"
        when = f"digest at {route.digest_at}" if route.digest_at else "no digest"
        typer.echo(f"{route.id}  scope {route.scope}  {','.join(route.events)}  {','.join(route.severities)}  {when}")
        typer.echo(f"  {one.variable} ({state}); quiet {route.quiet or 'never'}; language {route.language}")
        if last:
            typer.echo(f"  last: {last.at:%Y-%m-%d %H:%M} UTC {last.kind} {last.outcome} {last.reason or ''}".rstrip())
    typer.echo(f"{len(known)} routes")


@alerts_app.command("test")
def alerts_test(
    site: SiteArgument, route: Annotated[str, typer.Argument(metavar="ROUTE", help="Id of the route")]
) -> None:
    """Send a test message to one route. Exits 1 when it was not taken."""
    from etl.alerts.sending import try_route  # noqa: PLC0415

    sending = try_route(site, _actor(), route)
    _print_sendings([sending])
    if sending.reason:
        raise typer.Exit(1)


@app.command()
def digest(
    site: SiteArgument,
    scope: Annotated[str | None, typer.Option(help="P1, P1/A1 or P1/A1/L01; default: the whole company")] = None,
    day: Day = None,
    language: Annotated[TemplateLanguage, typer.Option(help="zh, en or both")] = TemplateLanguage.BOTH,
    html: Annotated[bool, typer.Option("--html", help="Print it as HTML")] = False,
    send: Annotated[
        bool, typer.Option("--send", help="Send it to the routes of that scope that have a digest")
    ] = False,
) -> None:
    """Print the digest of a production day (default: yesterday), or send it. Exits 1 when it was not taken."""
    from data_contracts.scope import Scope  # noqa: PLC0415
    from etl.alerts.sending import preview_digest, send_digest  # noqa: PLC0415

    wanted = day.date() if day else None
    if send:
        sendings = send_digest(site, _actor(), Scope.parse(scope) if scope else None, wanted)
        _print_sendings(sendings)
        if any(sending.reason for sending in sendings):
            raise typer.Exit(1)
        return
    made = preview_digest(site, _actor(), Scope.parse(scope or "*"), wanted, _languages(language))
    typer.echo(made.html if html else f"{made.title}\n\n{made.text}")


contracts_app = typer.Typer(help="Contracts in the Open Data Contract Standard.", no_args_is_help=True)
app.add_typer(contracts_app, name="contracts")


@contracts_app.command("export")
def contracts_export(
    site: SiteArgument,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="YAML file to write")],
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there")] = False,
) -> None:
    """Write tables and rules of a site as a document of the Open Data Contract Standard."""
    from etl.odcs.files import export_contracts  # noqa: PLC0415

    if output.exists() and not force:
        raise typer.BadParameter(f"{output} is there already; give --force to write over it")
    made = export_contracts(site, _actor(), output)
    rules = sum(len(table.quality or []) for table in made.schema_ or [])
    typer.echo(f"{output}: {len(made.schema_ or [])} tables, {rules} rules, version {made.version}")


@contracts_app.command("diff")
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


layout_app = typer.Typer(help="Layouts: how workbooks are read.", no_args_is_help=True)
app.add_typer(layout_app, name="layout")


@layout_app.command("draft")
def layout_draft(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A workbook that no layout knows yet")],
    site: Annotated[Path | None, typer.Option("--site", metavar="SITE", help="Site whose names it may use")] = None,
    output: Annotated[Path | None, typer.Option("-o", metavar="FILE.toml", help="Write the draft there")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there")] = False,
    as_json: Json = False,
) -> None:
    """Propose a layout for an unknown workbook, with its certainty for each part. Nothing is loaded by it."""
    from etl.draft_file import as_json as draft_as_json  # noqa: PLC0415
    from etl.draft_file import draft_file, summary, write_draft  # noqa: PLC0415

    draft = draft_file(file, site)
    if output is not None:
        write_draft(draft, output, force=force)
    if as_json:
        typer.echo(json.dumps(draft_as_json(draft), ensure_ascii=False, default=str))
        return
    if output is None:
        typer.echo(draft.to_toml())
    for line in summary(draft, output):
        typer.echo(line, err=output is None)


@layout_app.command("show")
def layout_show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Workbook to look at")],
    site: Annotated[
        Path | None, typer.Option(help="Folder of the site; without it the shipped layouts are tried")
    ] = None,
    layout: Annotated[str | None, typer.Option(help="Only this layout, by its id")] = None,
    as_json: Json = False,
) -> None:
    """Print what each layout sees in a workbook, cell by cell, and why the others do not fit.

    Exits 1 when a sheet is neither recognised nor ignored.
    """
    from data_contracts.site import Site  # noqa: PLC0415
    from etl.layout_show import all_known, known_layouts, look, seen_lines  # noqa: PLC0415

    at = Site.open(site) if site else None
    layouts = known_layouts(at, layout)
    views = look(file, layouts, at.config.limits, at.language) if at else look(file, layouts)
    if as_json:
        typer.echo(json.dumps([asdict(view) for view in views], ensure_ascii=False))
    else:
        for line in seen_lines(views):
            typer.echo(line)
    if not all_known(views):
        raise typer.Exit(1)


decision_cli.register(app, _actor)

audit_app = typer.Typer(help="The audit log.", no_args_is_help=True)
app.add_typer(audit_app, name="audit")


@audit_app.command("verify")
def audit_verify(
    site: SiteArgument,
    head: Annotated[str | None, typer.Option(metavar="RECORDS:HASH", help="A head that a digest told earlier")] = None,
) -> None:
    """Check the hash chain of the audit log. Exits 1 when something is wrong with it."""
    from etl.desk import verify_audit  # noqa: PLC0415

    problems = verify_audit(site, _actor(), head)
    for problem in problems:
        typer.echo(problem)
    typer.echo("audit log is whole" if not problems else f"{len(problems)} problems")
    if problems:
        raise typer.Exit(1)


def _languages(language: TemplateLanguage) -> tuple[str, ...]:
    return ("zh", "en") if language is TemplateLanguage.BOTH else (language.value,)


def _language(site: Path) -> str:
    from data_contracts.site import Site  # noqa: PLC0415
    from etl.settings import Settings  # noqa: PLC0415

    return Settings().language or Site.open(site).language


def main() -> None:
    """Entry point: errors of ours become text on standard error and exit code 2."""
    try:
        app()
    except ShiftLedgerError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
    except ValidationError as error:
        if error.title != "Settings":
            raise
        for wrong in error.errors():
            typer.echo(f"SHIFTLEDGER_{str(wrong['loc'][0]).upper()} is {wrong['input']!r}: {wrong['msg']}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
