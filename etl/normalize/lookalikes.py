"""Optional labels that a sheet lacks while something where they belong may be theirs: told, for it is not read.

A text that looks like one of them, and among the values of a form a number beside no label. Labels that must be there
are refused by name already; unknown columns too. What stands beside a label of its own is none of our business.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

import polars as pl
from rapidfuzz.fuzz import ratio

from etl.normalize.labels import cell_names, fold
from etl.normalize.picks import at_places
from etl.normalize.plans import FAR, FormPlan, SheetPlan, TablePlan
from etl.normalize.recognize import vocabulary

SHEET = ["file_no", "sheet_no"]
_NUMBER, _TEXT, _FORMULA = 0, 1, 8
_AMOUNT = r"^[\d\s.,:+*/%()oO-]*\d[\d\s.,:+*/%()oO-]*$"
_BESIDE = 2
"""Columns behind the last label of a form in which a value of it may stand."""
_ALIKE = 80
_LONGER = 6
"""Characters that may stand beside a label in a text that still is that label: an ``(alt)``, a ``Neu``."""


def renamed_labels(
    cells: pl.DataFrame, matched: pl.DataFrame, plans: Sequence[SheetPlan]
) -> Iterator[tuple[int, int, str, str, str]]:
    """file_no, sheet_no, cell, its text and the label that it looks like."""
    areas = [(i, *area) for i, plan in enumerate(plans) for area in _areas(plan)]
    if not areas:
        return
    layouts = {plans[i].layout.id: plans[i].layout for i, *_ in areas}
    known = {name: vocabulary([layout]) for name, layout in layouts.items()}
    told: set[tuple[int, int, str]] = set()
    rows = [(number, i, first, end) for number, (i, first, end, _) in enumerate(areas)]
    schema = {"area": pl.UInt32, "plan_id": pl.UInt32, "first": pl.UInt32, "end": pl.UInt32}
    texts = (
        matched.join(pl.DataFrame(rows, schema=schema, orient="row"), on="plan_id")
        .join(cells.filter(pl.col("kind") == _TEXT), on=SHEET)
        .filter(pl.col("row") >= pl.col("first"), pl.col("row") < pl.col("end"))
    )
    for (number, text), there in texts.group_by(["area", "text"], maintain_order=True):
        plan_id, _, _, labels = areas[int(str(number))]
        label = _looks_like(str(text), labels)
        if label is None or fold(str(text)) in known[plans[plan_id].layout.id]:
            continue
        names = cell_names(there["row"], there["column"])
        for (f, s), cell in zip(there.select(SHEET).iter_rows(), names, strict=True):
            if (f, s, cell) not in told:  # blocks of a sheet see what stands above them together
                told.add((f, s, cell))
                yield f, s, cell, str(text), label


def _areas(plan: SheetPlan) -> Iterator[tuple[int, int, list[str]]]:
    """First row, end, and the optional labels that are lacked there: above the tables, and around each form."""
    found = {field.name for field in plan.fields}
    sources = plan.layout.fields.items()
    lacked = [text for name, s in sources if s.optional and not s.sheet and name not in found for text in s.label]
    if lacked:
        yield 0, min((t.header_rows[0] for t in plan.tables if not t.across), default=0), lacked
    for form in plan.forms:
        lacked = _lacked(plan, form)
        if lacked:
            yield *_rows(form), lacked


def _lacked(plan: SheetPlan, form: FormPlan) -> list[str]:
    """Labels of a form that are not there."""
    there = {cell.name for cell in form.cells}
    return [text for name, p in plan.layout.tables[form.name].cells.items() if name not in there for text in p.label]


def _rows(form: FormPlan) -> tuple[int, int]:
    """First row and end of a form: one more on either side, for there a label may be gone."""
    rows = [cell.row for cell in form.cells]
    return max(min(rows) - 1, 0), max(rows) + 2


def values_without_label(
    cells: pl.DataFrame, matched: pl.DataFrame, plans: Sequence[SheetPlan]
) -> Iterator[tuple[int, int, str, str, str]]:
    """file_no, sheet_no, cell, its text and the first label that is lacked: amounts in a form that belong to none."""
    lacked = {(i, form.name): _lacked(plan, form) for i, plan in enumerate(plans) for form in plan.forms}
    areas = [
        (i, form.name, *_rows(form), *_columns(form))
        for i, plan in enumerate(plans)
        for form in plan.forms
        if lacked[i, form.name]
    ]
    if not areas:
        return
    schema = dict.fromkeys(("first", "end", "least", "most"), pl.Int64)
    frame = pl.DataFrame(areas, schema={"plan_id": pl.UInt32, "form": pl.String, **schema}, orient="row")
    known = {
        layout.id: vocabulary([layout]) for layout in {plans[i].layout.id: plans[i].layout for i, *_ in areas}.values()
    }
    beside = (
        pl.col("text").shift(1).over([*SHEET, "form", "row"]),
        pl.col("kind").shift(1).over([*SHEET, "form", "row"]),
    )
    found = (
        matched.join(frame, on="plan_id")
        .join(cells, on=SHEET)
        .filter(pl.col("row") >= pl.col("first"), pl.col("row") < pl.col("end"), pl.col("text").str.contains(r"\S"))
        .sort(*SHEET, "form", "row", "column")
        .with_columns(label=beside[0], label_kind=beside[1])
        .filter(pl.col("column").is_between("least", "most"), _is_amount())
        .join(_claimed(cells, matched, plans), on=[*SHEET, "row", "column"], how="anti")
    )
    found = found.join(_repeated(cells, found), on=[*SHEET, "label"], how="left", maintain_order="left")
    names = cell_names(found["row"], found["column"])
    columns = ("file_no", "sheet_no", "plan_id", "form", "row", "column", "text", "label", "label_kind", "is_repeated")
    for (f, s, i, form, row, column, text, label, kind, repeated), cell in zip(
        found.select(columns).iter_rows(), names, strict=True
    ):
        plan = plans[i]
        word = fold(label) if kind == _TEXT else ""
        is_mine = word in set(map(fold, lacked[i, form]))
        is_unknown = word not in known[plan.layout.id] and not repeated
        of_another = any(map(str.isalpha, word)) and (is_mine or is_unknown)
        if not of_another and not any(_holds(table, row, column) for table in plan.tables):
            yield f, s, cell, str(text), lacked[i, form][0]


def _repeated(cells: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Texts that stand more than once on a sheet: one of them beside an amount may be written over its label."""
    here = cells.filter(pl.col("kind") == _TEXT).join(found.select(SHEET).unique(), on=SHEET, how="semi")
    often = here.group_by(*SHEET, label="text").len().filter(pl.col("len") > 1)
    return often.select(*SHEET, "label", is_repeated=pl.lit(value=True))


def _columns(form: FormPlan) -> tuple[int, int]:
    """The columns in which labels and values of a form stand, and one before them."""
    labels = [cell.label[1] if cell.label else cell.column + 1 for cell in form.cells]
    return max(min(labels) - 1, 0), max(labels) + _BESIDE


def _is_amount() -> pl.Expr:
    written = pl.col("text").str.normalize("NFKC").str.contains(_AMOUNT)
    return pl.col("kind").is_in([_NUMBER, _FORMULA]) | ((pl.col("kind") == _TEXT) & written)


def _claimed(cells: pl.DataFrame, matched: pl.DataFrame, plans: Sequence[SheetPlan]) -> pl.DataFrame:
    """Cells that are read as the value of a label or stand in a place that is."""
    fields = [(i, field, field.name) for i, plan in enumerate(plans) for field in plan.fields]
    forms = [
        (i, c, f"{form.name}\x1f{c.name}") for i, plan in enumerate(plans) for form in plan.forms for c in form.cells
    ]
    return at_places(cells, matched, [*fields, *forms], plans).select(*SHEET, "row", "column").unique()


def _holds(table: TablePlan, row: int, column: int) -> bool:
    """Whether a cell lies in a table."""
    place, beside = (column, row) if table.across else (row, column)
    end = FAR if table.end is None else table.end
    return table.header_rows[0] <= place < end and table.least <= beside <= table.most


def _looks_like(text: str, labels: Sequence[str]) -> str | None:
    """The label that a text holds as words of its own, or that it nearly is."""
    folded, plain = fold(text), unicodedata.normalize("NFKC", text).lower()
    for label in labels:
        known = unicodedata.normalize("NFKC", label).lower()
        words = rf"(?<!\w){re.escape(known)}(?!\w)"
        if (re.search(words, plain) and len(plain) - len(known) <= _LONGER) or ratio(fold(label), folded) >= _ALIKE:
            return label
    return None
