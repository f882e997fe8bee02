"""Verbs for what is told to people: alerts list, alerts test, digest, report."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.commands.words import Day, Json, Language, SiteArgument, TemplateLanguage, actor, language_of, languages

if TYPE_CHECKING:
    from etl.store.deliveries import Sending

routes = typer.Typer(help="Who is told what, and whether they can be reached.", no_args_is_help=True)


@routes.command("list")
def alerts_list(site: SiteArgument, as_json: Json = False) -> None:
    """The alert routes of a site, whether this machine knows their address, and what was sent last."""
    from etl.alerts.sending import routes as known_routes  # noqa: PLC0415

    known = known_routes(site)
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


@routes.command("test")
def alerts_test(
    site: SiteArgument, route: Annotated[str, typer.Argument(metavar="ROUTE", help="Id of the route")]
) -> None:
    """Send a test message to one route. Exits 1 when it was not taken."""
    from etl.alerts.sending import try_route  # noqa: PLC0415

    sending = try_route(site, actor(), route)
    print_sendings([sending])
    if sending.reason:
        raise typer.Exit(1)


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
        sendings = send_digest(site, actor(), Scope.parse(scope) if scope else None, wanted)
        print_sendings(sendings)
        if any(sending.reason for sending in sendings):
            raise typer.Exit(1)
        return
    made = preview_digest(site, actor(), Scope.parse(scope or "*"), wanted, languages(language))
    typer.echo(made.html if html else f"{made.title}\n\n{made.text}")


def report(
    site: SiteArgument,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE.pdf", help="PDF to write")],
    scope: Annotated[str, typer.Option(help="P1, P1/A1 or P1/A1/L01; default: the whole company")] = "*",
    day: Day = None,
    language: Annotated[Language | None, typer.Option(help="zh or en; default: the site's language")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there")] = False,
) -> None:
    """The daily report of a production day (default: yesterday) as a PDF, with the figures of the overview."""
    from data_contracts.errors import StoreError  # noqa: PLC0415
    from data_contracts.scope import Scope  # noqa: PLC0415
    from etl.daily_desk import daily_report  # noqa: PLC0415
    from etl.store.files import deliver  # noqa: PLC0415

    if output.exists() and not force:
        raise StoreError(f"{output}: is there already; name another, or say --force")
    chosen = language.value if language else language_of(site)
    deliver(output, daily_report(site, actor(), Scope.parse(scope), day.date() if day else None, chosen))
    typer.echo(str(output))


def print_sendings(sendings: Iterable[Sending]) -> None:
    """One line for each message that was sent or not."""
    for one in sendings:
        reason = f": {one.reason}" if one.reason else ""
        typer.echo(f"{one.kind} {one.route_id}: {one.outcome}, {one.events} events{reason}")
