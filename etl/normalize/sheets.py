"""A batch of cells to values with meaning: recognise once per arrangement of labels, apply with joins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from data_contracts.layout import Layout
from etl.normalize.labels import cell_names, folded
from etl.normalize.recognize import Anchors, Mismatch, SheetPlan, describe, plan_sheet, vocabulary

SHEET_KEY = ["file_no", "sheet_no"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that is not read, with a key of the translations; ``sheet_no`` None means the whole file."""

    file_no: int
    sheet_no: int | None
    code: str
    params: dict[str, object]
    cell: str | None = None


@dataclass(frozen=True, slots=True)
class SheetValues:
    """Values found by layouts in a batch.

    ``sheets``: file_no, sheet_no, sheet_name, layout_id. ``fields``: one row per sheet field found by a label:
    file_no, sheet_no, name, kind, text, number, cell. ``values``: one row per table cell: file_no, sheet_no,
    table, row (from 0), group, measure, into, code, is_total, kind, text, number, cell.
    """

    sheets: pl.DataFrame
    fields: pl.DataFrame
    values: pl.DataFrame
    refusals: list[Refusal]


def apply_layouts(cells: pl.DataFrame, sheets: pl.DataFrame, layouts: Sequence[Layout]) -> SheetValues:
    """Recognise every sheet of a batch and pick its values."""
    arranged = _arrangements(cells, sheets, layouts)
    plans, matches, refusals = _match(arranged, layouts)
    matched = sheets.join(matches, on=SHEET_KEY)
    unknown = _unknown_headers(cells, matched, plans)
    refusals += unknown
    bad = pl.DataFrame(
        [(r.file_no, r.sheet_no) for r in unknown], schema=dict.fromkeys(SHEET_KEY, pl.UInt32), orient="row"
    )
    matched = matched.join(bad.cast({"sheet_no": pl.UInt16}), on=SHEET_KEY, how="anti")
    return SheetValues(
        matched.with_columns(layout_id=pl.Series([plans[i].layout.id for i in matched["plan_id"]], dtype=pl.String)),
        _pick_fields(cells, matched, plans),
        _pick_values(cells, matched, plans),
        refusals,
    )


def _arrangements(cells: pl.DataFrame, sheets: pl.DataFrame, layouts: Sequence[Layout]) -> pl.DataFrame:
    """One row per sheet: its name, its known labels as (row, column, text), and whether it holds anything."""
    words = pl.Series(sorted(vocabulary(layouts)), dtype=pl.String)
    written = cells.filter(pl.col("kind") <= 1)
    labels = (
        written.select("text")
        .unique()
        .with_columns(folded=folded("text"))
        .filter(pl.col("folded").is_in(words.implode()))
    )
    anchors = (
        written.join(labels, on="text")
        .sort(*SHEET_KEY, "row", "column")
        .group_by(SHEET_KEY, maintain_order=True)
        .agg(
            pl.concat_str([pl.col("row"), pl.col("column"), pl.col("folded")], separator="\x1f")
            .str.join("\x1e")
            .alias("arrangement")
        )
    )
    filled = cells.select(SHEET_KEY).unique()
    return (
        sheets.join(filled, on=SHEET_KEY)
        .join(anchors, on=SHEET_KEY, how="left")
        .with_columns(pl.col("arrangement").fill_null(""))
    )


def _anchors(arrangement: str) -> Anchors:
    parts = (part.split("\x1f") for part in arrangement.split("\x1e") if part)
    return [(int(row), int(column), text) for row, column, text in parts]


def _match(arranged: pl.DataFrame, layouts: Sequence[Layout]) -> tuple[list[SheetPlan], pl.DataFrame, list[Refusal]]:
    """Plans, the plan of each recognised sheet, and what was refused."""
    plans: list[SheetPlan] = []
    rows: list[tuple[int, int, int]] = []
    misses: dict[int, list[tuple[int, Mismatch | list[str]]]] = {}
    matched_files: dict[int, set[str]] = {}
    names: dict[tuple[int, int], str] = {}
    for (arrangement, sheet_name), group in arranged.group_by(["arrangement", "sheet_name"], maintain_order=True):
        anchors = _anchors(str(arrangement))
        outcomes = [plan_sheet(layout, str(sheet_name), anchors) for layout in layouts]
        plausible = [o for o in outcomes if isinstance(o, SheetPlan)]
        # A layout with one more column wins over the older one, which would refuse that column anyway.
        fitting = [p for p in plausible if not p.overlooked] or plausible
        places = [(int(f), int(s)) for f, s in group.select(SHEET_KEY).iter_rows()]
        names.update(dict.fromkeys(places, str(sheet_name)))
        if len(fitting) == 1:
            rows += [(f, s, len(plans)) for f, s in places]
            plans.append(fitting[0])
            for f, _ in places:
                matched_files.setdefault(f, set()).add(fitting[0].layout.id)
            continue
        miss: Mismatch | list[str] = [p.layout.id for p in fitting] if fitting else _nearest(outcomes)
        for f, s in places:
            misses.setdefault(f, []).append((s, miss))
    refusals = _refuse(misses, matched_files, names, {layout.id: layout for layout in layouts})
    matches = pl.DataFrame(
        rows, schema={"file_no": pl.UInt32, "sheet_no": pl.UInt16, "plan_id": pl.UInt32}, orient="row"
    )
    return plans, matches, refusals


def _nearest(outcomes: Sequence[SheetPlan | Mismatch]) -> Mismatch | list[str]:
    misses = [o for o in outcomes if isinstance(o, Mismatch)]
    return max(misses, key=lambda m: (m.found, -len(m.missing))) if misses else []


def _refuse(
    misses: dict[int, list[tuple[int, Mismatch | list[str]]]],
    matched_files: dict[int, set[str]],
    names: dict[tuple[int, int], str],
    layouts: dict[str, Layout],
) -> list[Refusal]:
    """Sheets without a layout; those that the file's layout knows and ignores are none of our business."""
    refusals: list[Refusal] = []
    for file_no, sheets in misses.items():
        ignored = [p for layout_id in matched_files.get(file_no, ()) for p in layouts[layout_id].ignore_sheets]
        told = sheets
        if not matched_files.get(file_no):
            # One refusal a file, for the sheet that came nearest: a list of twenty helps nobody.
            told = [max(sheets, key=lambda item: item[1].found if isinstance(item[1], Mismatch) else 99)]
        for sheet_no, miss in told:
            if any(re.search(pattern, names[file_no, sheet_no]) for pattern in ignored):
                continue
            if isinstance(miss, Mismatch) and miss.found > 0:
                params: dict[str, object] = {"layout": miss.layout.id, "missing": ", ".join(miss.missing)}
                refusals.append(Refusal(file_no, sheet_no, "sheet_columns_missing", params))
            elif isinstance(miss, Mismatch) or not miss:
                refusals.append(Refusal(file_no, sheet_no, "sheet_no_layout", {"known": ", ".join(sorted(layouts))}))
            else:
                refusals.append(Refusal(file_no, sheet_no, "sheet_two_layouts", {"layouts": ", ".join(miss)}))
    return refusals


def _unknown_headers(cells: pl.DataFrame, matched: pl.DataFrame, plans: Sequence[SheetPlan]) -> list[Refusal]:
    """Header cells that stand inside or against a table and that its layout does not know."""
    headers = pl.DataFrame(
        [
            (
                i,
                n,
                row,
                min(table.known_columns),
                max(table.known_columns),
                sorted(table.known_columns if row == table.header_rows[-1] else table.known_upper),
            )
            for i, plan in enumerate(plans)
            for n, table in enumerate(plan.tables)
            for row in table.header_rows
        ],
        schema={
            "plan_id": pl.UInt32,
            "table_no": pl.UInt16,
            "row": pl.UInt32,
            "least": pl.UInt32,
            "most": pl.UInt32,
            "known": pl.List(pl.UInt32),
        },
        orient="row",
    )
    here = [*SHEET_KEY, "table_no", "row"]
    row = (
        matched.join(headers, on="plan_id")
        .join(cells.filter(pl.col("text").str.strip_chars() != ""), on=[*SHEET_KEY, "row"])
        .sort(*here, "column")
        .with_columns(run=(pl.col("column").cast(pl.Int64) - pl.int_range(pl.len()).over(here)))
        .with_columns(is_known=pl.col("known").list.contains(pl.col("column")))
        .with_columns(beside=pl.col("is_known").any().over([*here, "run"]))
        .filter(~pl.col("is_known"), pl.col("beside") | pl.col("column").is_between("least", "most"))
    )
    refusals = []
    for (file_no, sheet_no), group in row.group_by(SHEET_KEY, maintain_order=True):
        texts = [describe(c, t, r) for c, t, r in group.select("column", "text", "row").iter_rows()]
        cell = cell_names(group["row"], group["column"])[0]
        layout = plans[group["plan_id"][0]].layout.id
        params: dict[str, object] = {"columns": ", ".join(texts), "layout": layout}
        refusals.append(Refusal(int(str(file_no)), int(str(sheet_no)), "sheet_columns_unknown", params, cell))
    return refusals


def _pick_fields(cells: pl.DataFrame, matched: pl.DataFrame, plans: Sequence[SheetPlan]) -> pl.DataFrame:
    wanted = pl.DataFrame(
        [(i, f.name, f.row, f.column, f.stop) for i, plan in enumerate(plans) for f in plan.fields],
        schema={
            "plan_id": pl.UInt32,
            "name": pl.String,
            "row": pl.UInt32,
            "after": pl.Int64,
            "stop": pl.Int64,
        },
        orient="row",
    )
    found = (
        matched.join(wanted, on="plan_id")
        .join(cells, on=[*SHEET_KEY, "row"])
        .filter(pl.col("column") > pl.col("after"), pl.col("column") < pl.col("stop"))
        .filter(pl.col("text").str.strip_chars() != "")
        .sort("column")
        .unique([*SHEET_KEY, "name"], keep="first", maintain_order=True)
    )
    return found.with_columns(cell=cell_names(found["row"], found["column"])).select(
        *SHEET_KEY, "name", "kind", "text", "number", "cell"
    )


def _pick_values(cells: pl.DataFrame, matched: pl.DataFrame, plans: Sequence[SheetPlan]) -> pl.DataFrame:
    far = 2**31
    columns, totals = [], []
    for i, plan in enumerate(plans):
        for n, table in enumerate(plan.tables):
            into = plan.layout.tables[table.name].into
            end = far if table.end is None else table.end
            columns += [
                (i, n, table.name, table.first, end, c.column, c.group, c.measure, c.into or into, c.code)
                for c in table.columns
            ]
            totals += [(i, n, row) for row in table.total_rows]
    column_plan = pl.DataFrame(
        columns,
        schema={
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
        },
        orient="row",
    )
    total_plan = pl.DataFrame(
        totals, schema={"plan_id": pl.UInt32, "table_no": pl.UInt16, "row": pl.UInt32}, orient="row"
    ).with_columns(is_total=True)
    found = (
        cells.join(matched.select(*SHEET_KEY, "plan_id"), on=SHEET_KEY)
        .join(column_plan, on=["plan_id", "column"])
        .filter(pl.col("row") >= pl.col("first"), pl.col("row") < pl.col("end"))
        .filter((pl.col("kind") != 1) | (pl.col("text").str.strip_chars() != ""))
        .join(total_plan, on=["plan_id", "table_no", "row"], how="left")
        .with_columns(pl.col("is_total").fill_null(value=False))
    )
    return found.with_columns(cell=cell_names(found["row"], found["column"])).select(
        *SHEET_KEY, "table", "row", "group", "measure", "into", "code", "is_total", "kind", "text", "number", "cell"
    )
