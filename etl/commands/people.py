"""Verbs of people: grant, revoke, list, add, link. What they do: ``etl.desk``.

The command line works for who holds the keys of the machine; it asks for no role.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from data_contracts.rights import ROLES
from etl.commands.words import Json, SiteArgument, actor, language_of, now_utc, told

verbs = typer.Typer(help="Roles and accounts of people.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The person, as they sign in")]
Reason = Annotated[str, typer.Option(help="Why; stays on record")]


@verbs.command("grant")
def grant(
    site: SiteArgument,
    name: Name,
    role: Annotated[str, typer.Argument(metavar="ROLE", help=", ".join(ROLES))],
    scope: Annotated[str, typer.Argument(metavar="SCOPE", help="PLANT, PLANT/AREA or PLANT/AREA/LINE, or * for all")],
    reason: Reason,
) -> None:
    """Give a person a role in a part of the company; it counts at once."""
    from etl import desk  # noqa: PLC0415

    with told(site):
        given = desk.grant(site, actor(), name, role, scope, reason, now=now_utc())
    typer.echo(f"{given.grant_id}: {given.name} is {given.role} at {given.scope}")


@verbs.command("revoke")
def revoke(
    site: SiteArgument,
    grant_id: Annotated[str, typer.Argument(metavar="GRANT_ID", help="Id of the grant, from `people list`")],
    reason: Reason,
) -> None:
    """Take a role back; the person's next click is refused."""
    from etl import desk  # noqa: PLC0415

    with told(site):
        held = desk.revoke(site, actor(), grant_id, reason, now=now_utc())
    typer.echo(f"{grant_id}: {held.name} is no longer {held.role} at {held.scope}")


@verbs.command("list")
def people(site: SiteArgument, as_json: Json = False) -> None:
    """Who holds which role where, since when, by whom and why."""
    from data_contracts.language import REASONS  # noqa: PLC0415
    from etl import desk  # noqa: PLC0415

    with told(site):
        found = desk.people(site, actor())
    if as_json:
        rows = [{**asdict(one), "scope": str(one.scope)} for one in found]
        typer.echo(json.dumps(rows, ensure_ascii=False, default=str))
        return
    language = language_of(site)
    for one in found:
        role = REASONS.text(f"role.{one.role}", language)
        since = f"{one.granted_by} {one.granted_at:%Y-%m-%d %H:%M}"
        typer.echo(f"{one.grant_id}  {one.name}  {role}  {one.scope}  {since}  {one.reason}")
    typer.echo(f"{len(found)} roles")


@verbs.command("add")
def add(site: SiteArgument, name: Name) -> None:
    """An account of the site's own, or a new password: printed once, works once, within seven days."""
    from etl import desk  # noqa: PLC0415

    with told(site):
        password = desk.add_account(site, actor(), name, now=now_utc())
    typer.echo(f"{name}: hand over this password, which has to be changed at once:\n{password}")


@verbs.command("link")
def link(site: SiteArgument, name: Name) -> None:
    """A link that signs a person in once, without a password, within seven days."""
    from etl import desk  # noqa: PLC0415

    with told(site):
        token = desk.add_link(site, actor(), name, now=now_utc())
    typer.echo(f"{desk.settings().dashboard_url}/?ticket={token}")
