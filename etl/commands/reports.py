"""Verbs for workbooks: check, template, layout draft, layout show."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from etl.commands.words import Day, Json, Language, SiteArgument, TemplateLanguage, actor, language_of, languages

layouts = typer.Typer(help="Layouts: how workbooks are read.", no_args_is_help=True)


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
    words = language.value if language else language_of(site)
    with progress_bar(enabled=not as_json) as progress:
        result = preflight(site, actor(), [given.path for given in asked], progress=progress)
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

    made = make_template(site, line, shift=shift, day=day.date() if day else None, languages=languages(language))
    made.save(output, force=force)
    typer.echo(f"{output}: {', '.join(made.sheets)}")


@layouts.command("draft")
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


@layouts.command("show")
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
