"""Figures of the whole shift that a leader writes below the signatures: people, counters, packing, material, shares.

Where each stands on a sheet of layout shift-sheet, and what it would be. Writing them: ``workbook``.
"""

from __future__ import annotations

from dataclasses import dataclass

Written = float | str | None

ROWS = (
    (("headcount", "人数 People"), ("labour_h", "工时 Hours worked"), ("material_kg", "用料(kg) Material")),
    (("counter_start", "计数器始 Counter from"), ("counter_end", "计数器末 Counter to"), ("cavities", "模穴 Cavities")),
    (("packed_qty", "包装数 Packed"), ("unpacked_qty", "上班未包装 Not packed before")),
    (("yield_pct", "良品率 Yield"), ("attainment_pct", "达成率 Attainment")),
)
"""Rows of the block: measure and label of each pair."""
TITLE = "班次数据 Shift figures"
LABEL_COLUMNS = "ADG"
VALUE_COLUMNS = "BEH"


@dataclass(slots=True)
class Figures:
    """What is written; None leaves its cell blank."""

    headcount: Written = None
    labour_h: Written = None
    material_kg: Written = None
    counter_start: Written = None
    counter_end: Written = None
    cavities: Written = None
    packed_qty: Written = None
    unpacked_qty: Written = None
    yield_pct: Written = None
    attainment_pct: Written = None


def figure_cell(title_row: int, measure: str) -> str:
    """Cell of a figure in the block whose title stands in ``title_row``."""
    for row, pairs in enumerate(ROWS, start=title_row + 1):
        for column, (name, _) in zip(VALUE_COLUMNS, pairs, strict=False):
            if name == measure:
                return f"{column}{row}"
    raise KeyError(measure)
