"""Values at the places that plans name, for a whole batch by joins. Making the plans: ``recognize``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import polars as pl

from etl.normalize.anchors import SHEET, inside_labels, said_inside
from etl.normalize.labels import cell_names, fold
from etl.normalize.plans import FAR, FieldPlan, SheetPlan

_COLUMN_PLAN = {
    "plan_id": pl.UInt32,
    "table_no": pl.UInt16,
    "table": pl.String,
    "first": pl.UInt32,
    "end": pl.UInt32,
    "column": pl.UInt32,
    "group": pl.String,
    "measure": pl.String,
    "into": pl.String,
    "code": pl.String,
    "unit": pl.String,
}
_VALUE = ["table", "row", "group", "measure", "into", "code", "is_total", "kind", "text", "number", "cell"]
_TEXT_KIND = 1


def pick_fields(cells: pl.DataFrame, matched: pl.DataFrame, plans: Sequence[SheetPlan]) -> pl.DataFrame:
    """One row per field found: file_no, sheet_no, name, kind, text, number, cell, and ``said`` when that differs."""
    found = at_places(cells, matched, [(i, f, f.name) for i, plan in enumerate(plans) for f in plan.fields], plans)
    sentences = _in_sentences(cells, matched, plans)
    if sentences is not None:
        found = pl.concat([found, sentences.select(s for s in sentences.columns if s != "plan_id")], how="diagonal")
    found = _lend(found, matched, plans)
    columns = ["name", "kind", "text", "number", "cell", *(c for c in ("said", "bad") if c in found.columns)]
    return found.select(*_numbered(found), *columns)


def _numbered(found: pl.DataFrame) -> list[pl.Expr]:
    """The number of the sheet, or of the block that is treated as one."""
    part = pl.col("part_no").alias("sheet_no") if "part_no" in found.columns else pl.col("sheet_no")
    return [pl.col("file_no"), part]


def at_places(
    cells: pl.DataFrame, matched: pl.DataFrame, wanted: Iterable[tuple[int, FieldPlan, str]], plans: Sequence[SheetPlan]
) -> pl.DataFrame:
    """The first filled cell of each place, with the plan's name for it."""
    places = list(wanted)
    frame = pl.DataFrame(
        [(i, name, f.row, f.column, f.stop) for i, f, name in places],
        schema={"plan_id": pl.UInt32, "name": pl.String, "row": pl.UInt32, "after": pl.Int64, "stop": pl.Int64},
        orient="row",
    )
    part = ["part_no"] if "part_no" in matched.columns else []
    found = (
        matched.join(frame, on="plan_id")
        .join(cells, on=[*SHEET, "row"])
        .filter(pl.col("column") > pl.col("after"), pl.col("column") < pl.col("stop"))
        .filter(pl.col("text").str.strip_chars() != "")
        .sort("column")
        .unique([*SHEET, *part, "name"], keep="first", maintain_order=True)
    )
    found = found.with_columns(cell=cell_names(found["row"], found["column"]))
    special = [(i, f, name) for i, f, name in places if f.inside or f.pattern]
    return _with_said(found, special, plans) if special else found


def _with_said(
    found: pl.DataFrame, special: Sequence[tuple[int, FieldPlan, str]], plans: Sequence[SheetPlan]
) -> pl.DataFrame:
    """The part of the text that counts: beside the label inside it, or what a pattern finds."""
    rules = {(i, name): f for i, f, name in special}
    labels = {i: inside_labels([plans[i].layout]) for i, _, _ in special}
    said: list[str | None] = []
    for i, name, text in found.select("plan_id", "name", "text").iter_rows():
        rule = rules.get((i, name))
        part: str | None = text
        if rule is not None and rule.inside:
            mine = _labels_of(plans[i], name)
            part = next((s for label, s in said_inside(text, labels[i]).items() if label in mine), None)
        if rule is not None and rule.pattern and part is not None:
            part = said_by(rule.pattern, part)
        said.append(part)
    return found.with_columns(pl.Series("said", said, dtype=pl.String))


def _labels_of(plan: SheetPlan, name: str) -> set[str]:
    table, _, measure = name.rpartition("\x1f")
    place = plan.layout.tables[table].cells[measure] if table else plan.layout.fields[name]
    return set(map(fold, place.label))


def said_by(pattern: str, text: str) -> str | None:
    """What a pattern finds in a text: a date from its parts as ``year-month-day``, its group, or all of the hit."""
    hit = re.search(pattern, text)
    if hit is None:
        return None
    if hit.re.groupindex:
        return "\x1f".join(f"{name}={part}" for name, part in hit.groupdict().items() if part)
    return hit[min(1, hit.re.groups)]


def _in_sentences(cells: pl.DataFrame, matched: pl.DataFrame, plans: Sequence[SheetPlan]) -> pl.DataFrame | None:
    """Fields that are looked for in every text. What a block says itself comes before what it shares."""
    parts: list[pl.DataFrame] = []
    part = ["part_no"] if "part_no" in matched.columns else []
    for i, plan in enumerate(plans):
        for sentence in plan.sentences:
            texts = matched.filter(pl.col("plan_id") == i).join(
                cells.filter(pl.col("kind") == _TEXT_KIND), on=SHEET, maintain_order="left"
            )
            said = {text: said_by(sentence.pattern, text) for text in texts["text"].unique()}
            hits = texts.with_columns(
                said=pl.col("text").replace_strict(said, return_dtype=pl.String), name=pl.lit(sentence.name)
            ).filter(pl.col("said").is_not_null())
            if plan.block is not None and not hits.is_empty():
                sees, holds = plan.block.sees, plan.block.holds
                places = hits.select("row", "column").rows()
                hits = hits.with_columns(own=pl.Series([holds(*p) for p in places], dtype=pl.Boolean)).filter(
                    pl.Series([sees(*p) for p in places], dtype=pl.Boolean)
                )
                hits = hits.filter(pl.col("own") | ~pl.col("own").any().over([*SHEET, *part])).drop("own")
            parts.append(hits)
    if not parts:
        return None
    hits = pl.concat(parts)
    hits = hits.with_columns(cell=cell_names(hits["row"], hits["column"]))
    place = [*SHEET, *part, "name"]
    several = pl.col("said").n_unique().over(place) > 1
    return (
        hits.sort(*SHEET, "row", "column")
        .with_columns(bad=pl.when(several).then(pl.lit("cells_disagree")))
        .unique(place, keep="first", maintain_order=True)
    )


def _lend(found: pl.DataFrame, matched: pl.DataFrame, plans: Sequence[SheetPlan]) -> pl.DataFrame:
    """Fields that stand on one sheet for the others hold for all sheets of the file that follow the layout."""
    lent = {
        (i, name)
        for i, plan in enumerate(plans)
        for name, source in plan.layout.fields.items()
        if source.sheet is not None
    }
    if not lent:
        return found
    key = pl.DataFrame(sorted(lent), schema={"plan_id": pl.UInt32, "name": pl.String}, orient="row")
    layouts = pl.DataFrame(
        {"plan_id": range(len(plans)), "layout_id": [plan.layout.id for plan in plans]},
        schema={"plan_id": pl.UInt32, "layout_id": pl.String},
    )
    part = ["part_no"] if "part_no" in matched.columns else []
    mine = found.join(key, on=["plan_id", "name"], how="semi").join(layouts, on="plan_id")
    mine = mine.unique(["file_no", "layout_id", "name"], keep="first", maintain_order=True)
    takers = matched.join(layouts, on="plan_id").select("file_no", "sheet_no", *part, "layout_id")
    given = mine.drop("sheet_no", *part).join(takers, on=["file_no", "layout_id"]).drop("layout_id")
    rest = found.join(key, on=["plan_id", "name"], how="anti")
    return pl.concat([rest, given.select(rest.columns)])


def pick_values(cells: pl.DataFrame, matched: pl.DataFrame, plans: Sequence[SheetPlan]) -> pl.DataFrame:
    """One row per table cell: see ``SheetValues``. Columns ``unit`` and ``said`` come only when a layout needs them."""
    parts = [_in_tables(cells, matched, plans, across=False)]
    if any(table.across for plan in plans for table in plan.tables):
        turned = cells.rename({"row": "column", "column": "row"})
        parts.append(_in_tables(turned, matched, plans, across=True))
    if any(plan.forms for plan in plans):
        parts.append(_in_forms(cells, matched, plans))
    return parts[0] if len(parts) == 1 else pl.concat(parts, how="diagonal_relaxed")


def _in_tables(cells: pl.DataFrame, matched: pl.DataFrame, plans: Sequence[SheetPlan], *, across: bool) -> pl.DataFrame:
    columns, totals = [], []
    for i, plan in enumerate(plans):
        for n, table in enumerate(plan.tables):
            if table.across != across:
                continue
            into = plan.layout.tables[table.name].into
            end = FAR if table.end is None else table.end
            columns += [
                (i, n, table.name, table.first, end, c.column, c.group, c.measure, c.into or into, c.code, c.unit)
                for c in table.columns
            ]
            totals += [(i, n, row) for row in table.total_rows]
    column_plan = pl.DataFrame(columns, schema=_COLUMN_PLAN, orient="row")
    if column_plan["unit"].null_count() == column_plan.height:
        column_plan = column_plan.drop("unit")
    total_plan = pl.DataFrame(
        totals, schema={"plan_id": pl.UInt32, "table_no": pl.UInt16, "row": pl.UInt32}, orient="row"
    ).with_columns(is_total=True)
    part = ["part_no"] if "part_no" in matched.columns else []
    here = cells.select(*SHEET, "row", "column").with_row_index("cell_no")
    places = (
        here.join(matched.select(*SHEET, *part, "plan_id"), on=SHEET)
        .select("cell_no", "row", *part, "plan_id", _at=_plan_column())
        .join(column_plan.select("first", "end", _at=_plan_column()).with_row_index("column_no"), on="_at")
        .filter(pl.col("row") >= pl.col("first"), pl.col("row") < pl.col("end"))
    )
    found = (
        cells[places["cell_no"]]
        .hstack(column_plan[places["column_no"]].drop("column"))
        .hstack(places.select(part))
        .filter((pl.col("kind") != _TEXT_KIND) | pl.col("text").str.contains(r"\S"))
        .join(total_plan, on=["plan_id", "table_no", "row"], how="left", maintain_order="left")
        .with_columns(pl.col("is_total").fill_null(value=False))
    )
    found = _without_notes(found, plans)
    names = ("column", "row") if across else ("row", "column")
    found = found.with_columns(cell=cell_names(*(found[name] for name in names)))
    heads = _header_cells(cells, found, plans, across=across)
    columns_kept = [*_VALUE, *(c for c in ("unit", "said") if c in found.columns)]
    picked = found.select(*_numbered(found), *columns_kept)
    if heads is not None:
        picked = pl.concat([picked, heads.select(*_numbered(heads), *_VALUE, "said")], how="diagonal")
    return picked


def _plan_column() -> pl.Expr:
    """A plan and one of its columns as one number: quicker to look up than two."""
    return pl.col("plan_id").cast(pl.UInt64) * 2**32 + pl.col("column")


def _without_notes(found: pl.DataFrame, plans: Sequence[SheetPlan]) -> pl.DataFrame:
    """Rows whose first filled cell matches ``skip`` are notes."""
    noted = {(i, n): plan.layout.tables[t.name].skip for i, plan in enumerate(plans) for n, t in enumerate(plan.tables)}
    noted = {place: patterns for place, patterns in noted.items() if patterns}
    if not noted:
        return found
    part = ["part_no"] if "part_no" in found.columns else []
    row = [*SHEET, *part, "plan_id", "table_no", "row"]
    firsts = found.sort("column").unique(row, keep="first").select(*row, "text")
    is_note = [
        any(re.search(pattern, text.strip()) for pattern in noted.get((i, n), ()))
        for i, n, text in firsts.select("plan_id", "table_no", "text").iter_rows()
    ]
    return found.join(firsts.filter(pl.Series(is_note, dtype=pl.Boolean)), on=row, how="anti")


def _header_cells(
    cells: pl.DataFrame, found: pl.DataFrame, plans: Sequence[SheetPlan], *, across: bool
) -> pl.DataFrame | None:
    """The header cells that say something about the records below them, one row a record and field."""
    heads = [
        (i, n, h.group, h.field, h.row, h.column, h.said)
        for i, plan in enumerate(plans)
        for n, table in enumerate(plan.tables)
        if table.across == across
        for h in table.headers
    ]
    if not heads:
        return None
    schema = {
        "plan_id": pl.UInt32,
        "table_no": pl.UInt16,
        "group": pl.String,
        "field": pl.String,
        "head_row": pl.UInt32,
        "head_column": pl.UInt32,
        "said": pl.String,
    }
    plan = pl.DataFrame(heads, schema=schema, orient="row")
    part = ["part_no"] if "part_no" in found.columns else []
    record = [*SHEET, *part, "plan_id", "table_no", "table", "row", "group"]
    records = (
        found.filter(pl.col("group").is_not_null())
        .group_by(record, maintain_order=True)
        .agg(pl.col("into").first(), pl.col("is_total").any())
    )
    texts = cells.select(*SHEET, "kind", "text", "number", head_row="row", head_column="column")
    there = records.join(plan, on=["plan_id", "table_no", "group"]).join(texts, on=[*SHEET, "head_row", "head_column"])
    names = ("head_column", "head_row") if across else ("head_row", "head_column")
    return there.with_columns(
        measure="field", code=pl.lit(None, pl.String), cell=cell_names(*(there[name] for name in names))
    )


def _in_forms(cells: pl.DataFrame, matched: pl.DataFrame, plans: Sequence[SheetPlan]) -> pl.DataFrame:
    wanted = [
        (i, cell, f"{form.name}\x1f{cell.name}")
        for i, plan in enumerate(plans)
        for form in plan.forms
        for cell in form.cells
    ]
    found = at_places(cells, matched, wanted, plans)
    about = pl.DataFrame(
        [
            (i, f"{form.name}\x1f{c.name}", form.name, c.name, form.row, plan.layout.tables[form.name].into, c.unit)
            for i, plan in enumerate(plans)
            for form in plan.forms
            for c in form.cells
        ],
        schema={
            "plan_id": pl.UInt32,
            "name": pl.String,
            "table": pl.String,
            "measure": pl.String,
            "row": pl.UInt32,
            "into": pl.String,
            "unit": pl.String,
        },
        orient="row",
    )
    placed = found.drop("row").join(about, on=["plan_id", "name"], maintain_order="left")
    placed = placed.with_columns(
        group=pl.lit(None, pl.String), code=pl.lit(None, pl.String), is_total=pl.lit(value=False)
    )
    return placed.select(*_numbered(placed), *_VALUE, *(c for c in ("unit", "said") if c in placed.columns))
