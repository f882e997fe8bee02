"""Optional labels that a sheet lacks while a text above its tables looks like one of them: told, for it is not read.

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
    lacking = {i: wanted for i, plan in enumerate(plans) if (wanted := _lacked(plan))}
    tops = {i: min((t.header_rows[0] for t in plans[i].tables if not t.across), default=0) for i in lacking}
    if not lacking:
        return
    layouts = {plans[i].layout.id: plans[i].layout for i in lacking}
    known = {name: vocabulary([layout]) for name, layout in layouts.items()}
    told: set[tuple[int, int, str]] = set()
    top = pl.DataFrame(list(tops.items()), schema={"plan_id": pl.UInt32, "top": pl.UInt32}, orient="row")
    texts = (
        matched.join(top, on="plan_id")
        .join(cells.filter(pl.col("kind") == _TEXT), on=SHEET)
        .filter(pl.col("row") < pl.col("top"))
    )
    for (i, text), there in texts.group_by(["plan_id", "text"], maintain_order=True):
        plan_id = int(str(i))
        label = _looks_like(str(text), lacking[plan_id])
        if label is None or fold(str(text)) in known[plans[plan_id].layout.id]:
            continue
        names = cell_names(there["row"], there["column"])
        for (f, s), cell in zip(there.select(SHEET).iter_rows(), names, strict=True):
            if (f, s, cell) not in told:  # blocks of a sheet see what stands above them together
                told.add((f, s, cell))
                yield f, s, cell, str(text), label


def _lacked(plan: SheetPlan) -> list[str]:
    """Labels of optional fields that are nowhere on the sheet."""
    found = {field.name for field in plan.fields}
    sources = plan.layout.fields.items()
    return [text for name, s in sources if s.optional and not s.sheet and name not in found for text in s.label]


def _looks_like(text: str, labels: Sequence[str]) -> str | None:
    """The label that a text holds as words of its own, or that it nearly is."""
    folded, plain = fold(text), unicodedata.normalize("NFKC", text).lower()
    for label in labels:
        known = unicodedata.normalize("NFKC", label).lower()
        words = rf"(?<!\w){re.escape(known)}(?!\w)"
        if (re.search(words, plain) and len(plain) - len(known) <= _LONGER) or ratio(fold(label), folded) >= _ALIKE:
            return label
    return None
