"""A batch of cells to values with meaning: recognise once per arrangement of labels, apply with joins."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from data_contracts.layout import Layout
from etl.normalize.anchors import SHEET, arrangements, parsed
from etl.normalize.kept import once_for_each
from etl.normalize.labels import cell_names, column_letters, describe
from etl.normalize.lookalikes import renamed_labels, values_without_label
from etl.normalize.misses import standing_instead
from etl.normalize.picks import pick_fields, pick_values
from etl.normalize.plans import Mismatch, SheetPlan
from etl.normalize.recognize import plan_sheet


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

    ``sheets``: file_no, sheet_no, sheet_name, layout_id. Of a sheet with blocks there is a row for each block, numbered
    as a sheet of its own, with the real number in ``real_no``. ``fields``: one row per sheet field found by a label:
    file_no, sheet_no, name, kind, text, number, cell. ``values``: one row per table cell: file_no, sheet_no,
    table, row (from 0), group, measure, into, code, is_total, kind, text, number, cell. Both may have ``said`` (the
    part of the text that counts), ``values`` also ``unit`` (as a header states it).
    """

    sheets: pl.DataFrame
    fields: pl.DataFrame
    values: pl.DataFrame
    refusals: list[Refusal]


@dataclass(frozen=True, slots=True)
class Recognised:
    """Which plan each sheet or block follows. ``matched``: sheets with ``plan_id`` and, with blocks, ``part_no``."""

    matched: pl.DataFrame
    plans: list[SheetPlan]
    refusals: list[Refusal]


def apply_layouts(cells: pl.DataFrame, sheets: pl.DataFrame, layouts: Sequence[Layout]) -> SheetValues:
    """Recognise every sheet of a batch and pick its values."""
    known = recognise(cells, sheets, layouts)
    matched, plans = known.matched, known.plans
    numbered = matched.with_columns(
        layout_id=pl.Series([plans[i].layout.id for i in matched["plan_id"]], dtype=pl.String)
    )
    if "part_no" in matched.columns:
        numbered = numbered.rename({"sheet_no": "real_no", "part_no": "sheet_no"})
    return SheetValues(numbered, pick_fields(cells, matched, plans), pick_values(cells, matched, plans), known.refusals)


def recognise(cells: pl.DataFrame, sheets: pl.DataFrame, layouts: Sequence[Layout]) -> Recognised:
    """The plan of every sheet of a batch; sheets with unknown headers have none."""
    plans, matches, refusals = _match(cells, arrangements(cells, sheets, layouts), layouts)
    matched = sheets.join(matches, on=SHEET)
    unknown = _unknown_headers(cells, matched, plans)
    bad = pl.DataFrame([(r.file_no, r.sheet_no) for r in unknown], schema=dict.fromkeys(SHEET, pl.UInt32), orient="row")
    matched = matched.join(bad.cast({"sheet_no": pl.UInt16}), on=SHEET, how="anti")
    if any(plan.block for plan in plans):
        matched = matched.with_columns(part_no=pl.int_range(pl.len(), dtype=pl.UInt16).over("file_no"))
    return Recognised(matched, plans, [*refusals, *unknown, *_omitted(cells, matched, plans)])


def _match(
    cells: pl.DataFrame, arranged: pl.DataFrame, layouts: Sequence[Layout]
) -> tuple[list[SheetPlan], pl.DataFrame, list[Refusal]]:
    """Plans, the plan of each recognised sheet, and what was refused."""
    plans: list[SheetPlan] = []
    rows: list[tuple[int, int, int]] = []
    misses: dict[int, list[tuple[int, list[Mismatch] | list[str]]]] = {}
    matched_files: dict[int, set[str]] = {}
    names: dict[tuple[int, int], str] = {}
    for (arrangement, sheet_name), group in arranged.group_by(["arrangement", "sheet_name"], maintain_order=True):
        outcomes = _outcomes(layouts, str(sheet_name), str(arrangement))
        plausible = [o for o in outcomes if not isinstance(o, Mismatch)]
        # A layout with one more column wins over the older one, which would refuse that column anyway.
        fitting = [p for p in plausible if not any(block.overlooked for block in p)] or plausible
        places = [(int(f), int(s)) for f, s in group.select(SHEET).iter_rows()]
        names.update(dict.fromkeys(places, str(sheet_name)))
        if len(fitting) == 1:
            rows += [(f, s, len(plans) + n) for f, s in places for n in range(len(fitting[0]))]
            plans += fitting[0]
            for f, _ in places:
                matched_files.setdefault(f, set()).add(fitting[0][0].layout.id)
            continue
        missed = [o for o in outcomes if isinstance(o, Mismatch)]
        for f, s in places:
            misses.setdefault(f, []).append((s, [p[0].layout.id for p in fitting] or missed))
    nearest = {f: [(s, _nearest(m, matched_files.get(f, ()))) for s, m in told] for f, told in misses.items()}
    refusals = _refuse(cells, nearest, matched_files, names, {layout.id: layout for layout in layouts})
    matches = pl.DataFrame(
        rows, schema={"file_no": pl.UInt32, "sheet_no": pl.UInt16, "plan_id": pl.UInt32}, orient="row"
    )
    return plans, matches, refusals


@once_for_each(most=2**12)
def _outcomes(layouts: Sequence[Layout], sheet_name: str, arrangement: str) -> list[list[SheetPlan] | Mismatch]:
    """What each layout makes of a sheet with these labels. Sheets of one kind come again in every batch."""
    anchors = parsed(arrangement)
    return [plan_sheet(layout, sheet_name, anchors) for layout in layouts]


def _nearest(missed: list[Mismatch] | list[str], own: Collection[str]) -> Mismatch | list[str]:
    """The layout that comes nearest: before all others one that other sheets of the file follow."""
    misses = [miss for miss in missed if isinstance(miss, Mismatch)]
    if not misses:
        return [str(one) for one in missed]
    mine = [miss for miss in misses if miss.found and miss.layout.id in own]
    return max(mine or misses, key=lambda m: (m.found / max(1, m.found + len(m.missing)), m.found))


def _refuse(
    cells: pl.DataFrame,
    misses: dict[int, list[tuple[int, Mismatch | list[str]]]],
    matched_files: dict[int, set[str]],
    names: dict[tuple[int, int], str],
    layouts: dict[str, Layout],
) -> list[Refusal]:
    """Sheets without a layout; those that the file's layout knows and ignores are none of our business."""
    refusals: list[Refusal] = []
    missed = ((f, s, miss) for f, sheets in misses.items() for s, miss in sheets if isinstance(miss, Mismatch))
    strange = standing_instead(cells, missed)
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
                refusals.append(_missing(file_no, sheet_no, miss, strange.get((file_no, sheet_no))))
            elif isinstance(miss, Mismatch) or not miss:
                refusals.append(Refusal(file_no, sheet_no, "sheet_no_layout", {"known": ", ".join(sorted(layouts))}))
            else:
                refusals.append(Refusal(file_no, sheet_no, "sheet_two_layouts", {"layouts": ", ".join(miss)}))
    return refusals


def _missing(file_no: int, sheet_no: int, miss: Mismatch, instead: Sequence[tuple[int, int, str]] | None) -> Refusal:
    """What the nearest layout misses, and the unknown texts that may have been meant."""
    params: dict[str, object] = {"layout": miss.layout.id, "missing": ", ".join(miss.missing)}
    if not instead:
        return Refusal(file_no, sheet_no, "sheet_columns_missing", params)
    row, column, _ = instead[0]
    params["instead"] = ", ".join(describe(c, text, r) for r, c, text in instead)
    return Refusal(file_no, sheet_no, "sheet_columns_renamed", params, f"{column_letters(column)}{row + 1}")


def _unknown_headers(cells: pl.DataFrame, matched: pl.DataFrame, plans: Sequence[SheetPlan]) -> list[Refusal]:
    """Header cells that stand inside or against a table and that its layout does not know."""
    unknown = [_strangers(cells, matched, plans, across=False)]
    if any(table.across for plan in plans for table in plan.tables):
        turned = cells.rename({"row": "column", "column": "row"})
        found = _strangers(turned, matched, plans, across=True)
        unknown.append(found.rename({"row": "column", "column": "row"}).select(unknown[0].columns))
    strangers = pl.concat(unknown).unique([*SHEET, "row", "column"], maintain_order=True)
    refusals = []
    for (file_no, sheet_no), group in strangers.group_by(SHEET, maintain_order=True):
        texts = [describe(c, t, r) for c, t, r in group.select("column", "text", "row").iter_rows()]
        cell = cell_names(group["row"], group["column"])[0]
        layout = plans[group["plan_id"][0]].layout.id
        params: dict[str, object] = {"columns": ", ".join(texts), "layout": layout}
        refusals.append(Refusal(int(str(file_no)), int(str(sheet_no)), "sheet_columns_unknown", params, cell))
    return refusals


def _omitted(cells: pl.DataFrame, matched: pl.DataFrame, plans: Sequence[SheetPlan]) -> Iterator[Refusal]:
    """What sheets lack or hold beside what is read."""
    some = [i for i, plan in enumerate(plans) if plan.omissions]
    for f, s, i in matched.filter(pl.col("plan_id").is_in(some)).select(*SHEET, "plan_id").iter_rows():
        for one in plans[i].omissions:
            params = {"what": one.what, **({"label": one.label} if one.label else {})}
            yield Refusal(f, s, one.code, params, f"{column_letters(one.column)}{one.row + 1}")
    for f, s, cell, text, label in renamed_labels(cells, matched, plans):
        yield Refusal(f, s, "sheet_label_unknown", {"what": text, "label": label}, cell)
    for f, s, cell, text, label in values_without_label(cells, matched, plans):
        yield Refusal(f, s, "sheet_value_unlabelled", {"what": text, "label": label}, cell)


def _strangers(cells: pl.DataFrame, matched: pl.DataFrame, plans: Sequence[SheetPlan], *, across: bool) -> pl.DataFrame:
    """Header cells that nobody knows, of the tables that lie this way."""
    headers = pl.DataFrame(
        [
            (
                i,
                n,
                row,
                table.least,
                table.most,
                table.shared,
                table.left,
                table.right,
                sorted(table.known[row]),
                sorted(column for at, column in table.others if at == row),
            )
            for i, plan in enumerate(plans)
            for n, table in enumerate(plan.tables)
            if table.across == across
            for row in table.header_rows
        ],
        schema={
            "plan_id": pl.UInt32,
            "table_no": pl.UInt16,
            "row": pl.UInt32,
            "least": pl.UInt32,
            "most": pl.UInt32,
            "shared": pl.UInt32,
            "left": pl.UInt32,
            "right": pl.UInt32,
            "known": pl.List(pl.UInt32),
            "others": pl.List(pl.UInt32),
        },
        orient="row",
    )
    here = [*SHEET, "plan_id", "table_no", "row"]
    return (
        matched.select(*SHEET, "plan_id")
        .join(headers, on="plan_id")
        .with_columns(_at=_sheet_row())
        .join(cells.select("column", "text", _at=_sheet_row()), on="_at")
        .filter(pl.col("text").str.contains(r"\S"))
        .filter(
            pl.col("column") < pl.col("right"),
            (pl.col("column") >= pl.col("left")) | (pl.col("column") < pl.col("shared")),
        )
        .sort(*here, "column")
        .with_columns(run=(pl.col("column").cast(pl.Int64) - pl.int_range(pl.len()).over(here)))
        .with_columns(is_known=pl.col("known").list.contains(pl.col("column")))
        .with_columns(beside=pl.col("is_known").any().over([*here, "run"]))
        .filter(~pl.col("is_known"), pl.col("beside") | pl.col("column").is_between("least", "most"))
        .filter(~pl.col("others").list.contains(pl.col("column")))
        .select(*SHEET, "plan_id", "row", "column", "text")
    )


def _sheet_row() -> pl.Expr:
    """A row of a sheet as one number: quicker to look up than three."""
    return pl.col("file_no").cast(pl.UInt64) * 2**36 + pl.col("sheet_no").cast(pl.UInt64) * 2**20 + pl.col("row")
