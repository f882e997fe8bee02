"""What the verbs share: arguments, options and who calls."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from data_contracts.errors import ToldError
from data_contracts.scope import Actor

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


def actor() -> Actor:
    """Who calls the command."""
    return Actor(getpass.getuser())


def languages(language: TemplateLanguage) -> tuple[str, ...]:
    """The languages that an option names."""
    return ("zh", "en") if language is TemplateLanguage.BOTH else (language.value,)


def language_of(site: Path) -> str:
    """The language of a site, unless a setting names another one."""
    from data_contracts.site import Site  # noqa: PLC0415
    from etl.settings import settings  # noqa: PLC0415

    return settings().language or Site.open(site).language


@contextmanager
def told(site: Path) -> Iterator[None]:
    """What cannot be decided is told in the language of this machine or of the site. Exit code 2."""
    try:
        yield
    except ToldError as error:
        typer.echo(error.text(language_of(site)), err=True)
        raise typer.Exit(2) from None


def now_utc() -> datetime:
    """This moment, UTC without zone."""
    return datetime.now(UTC).replace(tzinfo=None)
