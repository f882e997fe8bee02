"""Propose a layout for a workbook: kinds of sheets, tables, fields, blocks; then try it on the workbook itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import polars as pl

from data_contracts.errors import SiteError
from data_contracts.layout import Layout
from data_contracts.site import Site
from etl.draft.blocks import Repeated, find_repeated
from etl.draft.compose import Composing, compose_table, literal, table_name
from etl.draft.dates import clock_of, decimal_mark
from etl.draft.draft import Draft
from etl.draft.fields import compose_fields
from etl.draft.form import compose_form
from etl.draft.grid import Grid, grids
from etl.draft.learn import learned
from etl.draft.meaning import CLOCK_MEASURES, Known, Reading, why
from etl.draft.pairs import Pair, Said, find_in_names, find_in_sentences, find_pairs
from etl.draft.regions import regions_of
from etl.draft.tables import FoundTable, find_tables
from etl.draft.trial import Tried, try_layout
from etl.draft.understand import Understood, understand
from etl.draft.words import Vocabulary, vocabulary
from etl.normalize.labels import fold


@dataclass(frozen=True)
class SeenSheet:
    """One sheet with what was found on it."""

    grid: Grid
    tables: tuple[Understood, ...]
    repeated: Repeated
    pairs: tuple[Pair, ...]

    @property
    def kind(self) -> tuple[object, ...]:
        """Sheets of one kind have tables with the same headers."""
        return tuple((t.table.across, tuple(h.text.strip().lower() for h in t.table.headers)) for t in self.tables)


def draft_layout(
    cells: pl.DataFrame,
    sheets: pl.DataFrame,
    site: Site | None,
    language: str,
    *,
    file_name: str = "",
    learn_from: Sequence[Layout] | None = None,
) -> Draft:
    """Propose a layout for one workbook (CELL_SCHEMA, SHEET_SCHEMA of ``etl.extract.child``).

    ``learn_from``: layouts whose headers count as words too; the site's own unless given. Raises SiteError when no
    sheet holds anything that looks like a report.
    """
    known = Known.of(site)
    layouts = learn_from if learn_from is not None else (site.layouts if site else ())
    words = learned(vocabulary(), layouts, known)
    seen = [see(grid, words, known) for grid in grids(cells, sheets)]
    draft = _propose(seen, words, known, site, language, PurePath(file_name).stem)
    tried = try_layout(draft.layout, cells, sheets, site, file_name=PurePath(file_name).stem)
    mended = _with_ignored(draft, tried)
    if mended is not draft:
        tried = try_layout(mended.layout, cells, sheets, site, file_name=PurePath(file_name).stem)
    return replace(mended, tried=tried)


def see(grid: Grid, words: Vocabulary, known: Known) -> SeenSheet:
    """What stands on one sheet."""
    understood = [u for table in find_tables(grid, words) for u in understand(table, words, known)]
    repeated = find_repeated(grid, understood)
    taken = {place for u in understood for place in u.table.places()}
    upto = repeated.first_end
    shown = (
        grid
        if upto is None
        else Grid(
            grid.sheet_no, grid.sheet_name, {p: c for p, c in grid.cells.items() if p[0] < upto[0] and p[1] < upto[1]}
        )
    )
    return SeenSheet(grid, repeated.once, repeated, tuple(find_pairs(shown, taken, words, known)))


def _propose(  # noqa: C901 - one step after the other, in the order of the file
    seen: Sequence[SeenSheet], words: Vocabulary, known: Known, site: Site | None, language: str, file_name: str
) -> Draft:
    making = Composing(words, known)
    reports = [s for s in seen if s.tables] or _forms(seen)
    if not reports:
        raise SiteError(_nothing(language))
    kinds = [kind for n, kind in enumerate(_kinds(reports)) if n == 0 or _is_linked(kind)]
    names = {s.grid.sheet_name for kind in kinds for s in kind}
    first = kinds[0][0]
    several = len(kinds) > 1
    slug = re.sub(r"[^a-z0-9]+", "-", file_name.lower()).strip("-")
    making.layout = {"id": f"draft-{slug}" if slug else "draft", "title_zh": "", "title_en": ""}
    _written(making, [kind[0] for kind in kinds])
    strange = [s.grid.sheet_name for s in seen if s.grid.sheet_name not in names]
    if strange:
        making.layout["ignore_sheets"] = [f"^{literal(name)}$" for name in strange]
        making.part("ignore_sheets", Reading("ignore_sheets", 0.7, (why("no_report", names=", ".join(strange[:4])),)))
    if first.repeated.start:
        making.layout["blocks"] = {"start": list(first.repeated.start), "direction": first.repeated.direction}
        making.part(
            "blocks",
            Reading("blocks", 0.8, (why("blocks", label=first.repeated.start[0], count=first.repeated.count),)),
        )
    tables: dict[str, Any] = {}
    given: list[set[str]] = []
    placed: dict[int, dict[str, Understood]] = {}
    for kind in kinds:
        pattern = _sheet_pattern([s.grid.sheet_name for s in kind]) if several else None
        for one in kind[0].tables:
            name = table_name(one, list(tables))
            tables[name] = compose_table(making, name, one, pattern)
            if not all(_has(sheet, one) for sheet in kind):
                tables[name]["optional"] = True
            if set(tables[name].get("end", ())) & set(first.repeated.start):
                del tables[name]["end"]
            if one in first.repeated.again:
                tables[name]["repeat"] = True
                making.part(f"tables.{name}.repeat", Reading("repeat", 0.8, (why("repeat"),)))
            given.append(one.given)
            placed.setdefault(kind[0].grid.sheet_no, {})[name] = one
    if not tables:
        tables["form"] = compose_form(making, first.grid, first.pairs)
        given.append(set())
    tables, given = _borrow(tables, given)
    making.layout["fields"] = _fields(making, kinds, given, site, file_name)
    if not making.layout["fields"]:
        del making.layout["fields"]
    making.layout["tables"] = tables
    repetition = "blocks" if first.repeated.start else "sheets" if len(kinds[0]) > 1 else "one"
    regions = [r for s in seen for r in regions_of(s, _like(s, kinds, placed), making.parts)]
    layout = Layout.model_validate(making.layout)
    return Draft(
        making.layout, layout, tuple(making.parts), tuple(making.questions), tuple(regions), language, repetition
    )


def _fields(
    making: Composing,
    kinds: Sequence[Sequence[SeenSheet]],
    given: Sequence[set[str]],
    site: Site | None,
    file_name: str,
) -> dict[str, Any]:
    """Fields from the labels of all kinds of sheets, the surest first; then from sentences and names."""
    first = kinds[0][0]
    pairs: dict[str, tuple[Pair, Grid]] = {}
    said: list[Said] = []
    for kind in kinds:
        sheet = kind[0]
        for pair in sheet.pairs:
            if pair.name not in pairs:
                pairs[pair.name] = (pair, sheet.grid)
        own = set[str]().union(*(t.given for t in sheet.tables)) | {pair.name for pair in sheet.pairs}
        names = [s.grid.sheet_name for s in kind]
        said += [s for s in find_in_names(names, file_name, making.words, making.known) if s.name not in own]
    taken = {p for u in first.tables for p in u.table.places()}
    taken |= {p for pair in first.pairs for p in (pair.at, pair.value_at)}
    said += find_in_sentences(first.grid, taken, making.words, making.known)
    by_sheet = sorted(said, key=lambda s: s.words[0][0] != "sheet_name" or len(kinds[0]) == 1)
    return compose_fields(making, [*pairs.values()], by_sheet, given, site, first.grid)


def _nothing(language: str) -> str:
    from data_contracts.language import REASONS  # noqa: PLC0415

    return REASONS.text("draft.nothing", language)


def _forms(seen: Sequence[SeenSheet]) -> list[SeenSheet]:
    """Sheets without tables on which measures stand beside labels."""
    return [s for s in seen if sum(1 for p in s.pairs if p.name.endswith(("_qty", "_min"))) >= 2]


def _kinds(reports: Sequence[SeenSheet]) -> list[list[SeenSheet]]:
    """Sheets grouped by what stands on them, the kind that says most first."""
    groups: dict[tuple[object, ...], list[SeenSheet]] = {}
    for sheet in reports:
        groups.setdefault(sheet.kind, []).append(sheet)
    kinds = _merged(list(groups.values()))
    return sorted(kinds, key=lambda group: (-_weight(group), group[0].grid.sheet_no))


def _has(sheet: SeenSheet, one: Understood) -> bool:
    texts = [h.text for h in one.table.headers]
    return any([h.text for h in t.table.headers] == texts for t in sheet.tables)


def _is_linked(kind: Sequence[SeenSheet]) -> bool:
    """Does a further kind of sheet say its day, or an order by which its rows find theirs?"""
    said = set[str]().union(*(t.given for t in kind[0].tables)) | {p.name for p in kind[0].pairs}
    return bool(said & {"production_date", "order_id"}) and max((t.score for t in kind[0].tables), default=0.0) >= 0.8


def _merged(groups: list[list[SeenSheet]]) -> list[list[SeenSheet]]:
    """Sheets that share a table are of one kind: a day without stops has an empty list of stops, or none."""
    merged: list[list[SeenSheet]] = []
    for group in groups:
        mine = set(group[0].kind)
        home = next((m for m in merged if mine & {k for s in m for k in s.kind}), None)
        if home is None:
            merged.append(list(group))
        else:
            home.extend(group)
    return [[_with_all_tables(group), *group[1:]] for group in merged]


def _with_all_tables(group: Sequence[SeenSheet]) -> SeenSheet:
    """The first sheet with every table that stands on any of them, each where most is known of it."""
    best: dict[object, Understood] = {}
    for sheet in group:
        for signature, table in zip(sheet.kind, sheet.tables, strict=True):
            key = (signature, table.into if sheet.kind.count(signature) > 1 else "")
            if key not in best or (bool(table.table.rows), table.score) > (bool(best[key].table.rows), best[key].score):
                best[key] = table
    return replace(group[0], tables=tuple(best.values()))


def _weight(group: Sequence[SeenSheet]) -> float:
    keys = {"line_id", "production_date", "shift_id"}
    said = set().union(*(t.given for t in group[0].tables)) | {p.name for p in group[0].pairs}
    return 2.0 * len(keys & said) + len(group) + max((t.score for t in group[0].tables), default=0.0) / 5


def _sheet_pattern(names: Sequence[str]) -> str:
    """A pattern that all these names match and that more of their kind would match as well."""
    shapes = {re.sub(r"\d+", "#", name) for name in names}
    if len(names) > 1 and len(shapes) == 1:
        return "^" + literal(shapes.pop()).replace("#", r"\d+") + "$"
    return "^(" + "|".join(map(literal, names)) + ")$" if len(names) > 1 else f"^{literal(names[0])}$"


def _borrow(tables: dict[str, Any], given: Sequence[set[str]]) -> tuple[dict[str, Any], list[set[str]]]:
    """A table that says no day but shares the order with one that does takes its keys from there."""
    keys = {"production_date", "shift_id", "line_id"}
    names = list(tables)
    whole = [n for n, g in zip(names, given, strict=True) if g & keys and "order_id" in g]
    left: list[set[str]] = []
    for name, said in zip(names, given, strict=True):
        if whole and name not in whole and "order_id" in said and not said & keys and tables[name].get("sheet"):
            tables[name] = {**tables[name], "key_from": whole[0]}
        else:
            left.append(said)
    return tables, left


def _written(making: Composing, reports: Sequence[SeenSheet]) -> None:
    """Decimal mark and meaning of times typed as numbers."""
    tables = [t for s in reports[:3] for t in s.tables]
    cells = [c for t in tables for u, _ in t.measures for c in u.cells]
    mark = decimal_mark(cells)
    if mark != ".":
        making.layout["decimal"] = mark
        making.part("decimal", Reading("decimal", 0.9, (why("decimal"),)))
    times = [c for t in tables for u, r in t.measures if r.measure in CLOCK_MEASURES for c in u.cells]
    clock = clock_of(times)
    if clock.word is not None:
        making.layout["clock"] = clock.word
        making.part("clock", Reading("clock", 0.8 if clock.sure else 0.5, (why("clock", example=clock.example),)))
        if not clock.sure:
            making.ask("clock", "clock", candidates=[".", "decimal"], example=clock.example)


def _like(
    sheet: SeenSheet, kinds: Sequence[Sequence[SeenSheet]], placed: dict[int, dict[str, Understood]]
) -> dict[str, FoundTable]:
    """Names of the layout's tables to the tables of a sheet that have their headers."""
    found: dict[str, FoundTable] = {}
    for kind in kinds:
        if sheet.grid.sheet_no not in {s.grid.sheet_no for s in kind}:
            continue
        for name, one in placed.get(kind[0].grid.sheet_no, {}).items():
            mine = [
                t.table
                for t in sheet.tables
                if [h.text for h in t.table.headers] == [h.text for h in one.table.headers]
            ]
            if mine:
                found[name] = mine[0]
    return found


def _with_ignored(draft: Draft, tried: Tried) -> Draft:
    """Headers that the layout does not know yet are named among those that are not read."""
    if not tried.unknown_headers:
        return draft
    words = {**draft.words, "tables": dict(draft.words["tables"])}
    for sheet, texts in tried.unknown_headers:
        for name, one in words["tables"].items():
            if one.get("sheet") and not re.search(one["sheet"], sheet):
                continue
            table = draft.layout.tables[name]
            own = {fold(text) for column in table.columns.values() for text in (*column.header, *column.left_of)}
            new = [text for text in texts if fold(text) not in own]
            words["tables"][name] = {**one, "ignore": list(dict.fromkeys([*one.get("ignore", []), *new]))}
    return replace(draft, words=words, layout=Layout.model_validate(words))
