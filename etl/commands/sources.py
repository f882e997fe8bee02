"""Verbs for databases that records are read from: source list, source test."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from etl.commands.words import Json, SiteArgument, actor

app = typer.Typer(help="Databases that records are read from.", no_args_is_help=True)


@app.command("list")
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


@app.command("test")
def source_test(
    site: SiteArgument,
    source_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the source")],
    as_json: Json = False,
) -> None:
    """Connect read-only and look at the first rows. Nothing is stored. Exits 1 when the source cannot be read."""
    from etl.sources import look  # noqa: PLC0415

    seen = look(site, actor(), source_id, datetime.now(UTC).replace(tzinfo=None))
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
