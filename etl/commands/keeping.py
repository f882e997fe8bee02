"""Verbs for the life of the data: keys rotate, backup, restore, retire."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from etl.commands.words import Json, SiteArgument, actor

keys = typer.Typer(help="The keys of a site.", no_args_is_help=True)


class Level(StrEnum):
    """What keys are for."""

    DATA = "data"
    VAULT = "vault"
    AUDIT = "audit"


@keys.command("rotate")
def keys_rotate(
    site: SiteArgument,
    level: Annotated[Level | None, typer.Option(help="data, vault or audit; all three without it")] = None,
    as_json: Json = False,
) -> None:
    """Change the keys; readers go on, loads wait. Killed, it is finished by the next load or rotation."""
    from etl.keeping import rotate_keys  # noqa: PLC0415
    from etl.progress import progress_bar  # noqa: PLC0415

    with progress_bar(enabled=not as_json) as progress:
        done = rotate_keys(site, actor(), [level.value] if level else [one.value for one in Level], progress)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in done]))
        return
    for one in done:
        told = {
            "data": f"{one.files} files anew, {one.tables} tables and {one.rows} rows equal",
            "vault": f"{one.files} originals, {one.wrapped} keys wrapped anew",
            "audit": "the log goes on under a new key; the old one is kept to verify what it sealed",
        }[one.level]
        begun = " (finished what had been begun before)" if one.resumed else ""
        typer.echo(f"{one.level:<6} {told}, {one.destroyed} old keys destroyed{begun}")
