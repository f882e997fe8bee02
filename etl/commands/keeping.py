"""Verbs for the life of the data: keys rotate, backup, restore, retire."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.commands.words import Json, SiteArgument, actor, now_utc, told

if TYPE_CHECKING:
    from etl.backup import BackedUp

KeyFile = Annotated[
    Path,
    typer.Option("--key-file", metavar="KEYFILE", help="File with the key of the backup; keep it apart from both"),
]

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
        text = {
            "data": f"{one.files} files anew, {one.tables} tables and {one.rows} rows equal",
            "vault": f"{one.files} originals, {one.wrapped} keys wrapped anew",
            "audit": "the log goes on under a new key; the old one is kept to verify what it sealed",
        }[one.level]
        begun = " (finished what had been begun before)" if one.resumed else ""
        typer.echo(f"{one.level:<6} {text}, {one.destroyed} old keys destroyed{begun}")


def backup(
    site: SiteArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write; must not be there yet")],
    key_file: KeyFile,
    as_json: Json = False,
) -> None:
    """Write configuration, data and keys into one encrypted file. A key file that is missing is made, mode 0600."""
    from etl.backup import back_up  # noqa: PLC0415
    from etl.progress import progress_bar  # noqa: PLC0415

    with progress_bar(enabled=not as_json) as progress:
        done = back_up(site, actor(), file, key_file, progress)
    _print_backup(done, as_json=as_json)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup")],
    site: Annotated[Path, typer.Argument(metavar="SITE", help="Folder to make; must be new or empty")],
    key_file: KeyFile,
    verify: Annotated[bool, typer.Option("--verify", help="Prove that counts and content hashes are equal")] = False,
    as_json: Json = False,
) -> None:
    """Make a site from a backup, under keys of its own. A site that is there is never written over."""
    from etl.progress import progress_bar  # noqa: PLC0415
    from etl.restore import restore as run  # noqa: PLC0415

    with progress_bar(enabled=not as_json) as progress:
        done = run(file, site, actor(), key_file, verify=verify, tell=progress)
    _print_backup(done, as_json=as_json)
    if verify and not as_json:
        typer.echo(f"verified   {len(done.held)} counts and content hashes are equal")


def retire(
    site: SiteArgument,
    reason: Annotated[str, typer.Option(help="Why; it goes into the audit log")],
    before: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Months that ended before it; default: all that site.toml lets go"),
    ] = None,
    plant: Annotated[str | None, typer.Option(metavar="P", help="Originals of this plant only")] = None,
    as_json: Json = False,
) -> None:
    """Destroy old originals for ever, with their keys. Numbers stay; their cells cannot be opened any more."""
    from etl.retention import retire as run  # noqa: PLC0415

    with told(site):
        done = run(site, actor(), reason, before.date() if before else None, plant, now_utc())
    if as_json:
        typer.echo(json.dumps(asdict(done), default=str))
    else:
        typer.echo(f"months     {', '.join(done.periods) or 'none'}")
        typer.echo(f"originals  {done.originals} destroyed")
        typer.echo("Backups and copies of keys that were made before still hold them: destroy those as well.")


def _print_backup(done: BackedUp, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(done), default=str))
        return
    typer.echo(f"file       {done.file} ({done.size_bytes / 1e6:.1f} MB)")
    typer.echo(f"files      {done.files}")
    typer.echo(f"rows       {done.rows}")
    typer.echo(f"originals  {done.originals}")
    if not done.is_complete:
        typer.echo("Decisions lie in PostgreSQL (SHIFTLEDGER_STATE_URL) and are not in it: back that up there.")
