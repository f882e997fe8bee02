"""Optional labels that a sheet lacks while a text where they belong looks like one of them: told, for it is not read.

Labels that must be there are refused by name already; unknown columns too. What is unlike every label stays unseen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

import polars as pl
from rapidfuzz.fuzz import ratio

from etl.normalize.labels import cell_names, fold
from etl.normalize.plans import SheetPlan
from etl.normalize.recognize import vocabulary

SHEET = ["file_no", "sheet_no"]
_TEXT = 1
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
        there = {cell.name for cell in form.cells}
        places = plan.layout.tables[form.name].cells.items()
        lacked = [text for name, p in places if p.optional and name not in there for text in p.label]
        if lacked:
            rows = [cell.row for cell in form.cells]
            yield max(min(rows) - 1, 0), max(rows) + 2, lacked


def _looks_like(text: str, labels: Sequence[str]) -> str | None:
    """The label that a text holds as words of its own, or that it nearly is."""
    folded, plain = fold(text), unicodedata.normalize("NFKC", text).lower()
    for label in labels:
        known = unicodedata.normalize("NFKC", label).lower()
        words = rf"(?<!\w){re.escape(known)}(?!\w)"
        if (re.search(words, plain) and len(plain) - len(known) <= _LONGER) or ratio(fold(label), folded) >= _ALIKE:
            return label
    return None
