"""Labels: what was falsified, where it stands and what should be found. Falsifying: ``report_errors``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from etl.simulate.draft import ReportDraft
from etl.simulate.exports import OutputRecord, StopRecord
from etl.simulate.schedule import Slot
from etl.simulate.truth import ShiftTruth

MISSING, DOUBLED, SLIPPED, TRANSPOSED, WRONG_ORDER, GROSS, WITHDRAWN, UNEXPLAINED = 1, 2, 3, 4, 6, 7, 9, 11

LABEL_SCHEMA = {
    "kind": pl.String,
    "rule_no": pl.Int32,
    "cause": pl.Int32,
    "plant_id": pl.String,
    "line_id": pl.String,
    "production_date": pl.Date,
    "shift_id": pl.String,
    "order_id": pl.String,
    "measure": pl.String,
    "true_value": pl.String,
    "written_value": pl.String,
    "source_file": pl.String,
    "source_sheet": pl.String,
    "source_cell": pl.String,
    "cells": pl.String,
    "report_file": pl.String,
    "report_sheet": pl.String,
    "report_cell": pl.String,
    "description": pl.String,
}


@dataclass(slots=True)
class Case:
    """One shift with everything that was written about it, open to falsification."""

    truth: ShiftTruth
    draft: ReportDraft
    output: list[OutputRecord]
    stops: list[StopRecord]
    other_order: str | None

    @property
    def good_tolerance(self) -> float:
        """Below this a difference in good is not worth a word (rule 17)."""
        return max(2.0, 0.005 * self.truth.good_qty)


@dataclass(slots=True)
class Label:
    """One injected error.

    ``source_*`` is where the wrong value stands, which may be a line of an export; ``report_*`` is the cell
    of the report that it is held against; ``cells`` are all cells that were written wrongly.
    """

    kind: str
    rule_no: int
    cause: int
    measure: str
    true_value: object
    written_value: object
    cell: str | None
    description: str
    report_cell: str | None = None
    cells: tuple[str, ...] = ()
    is_in_export: bool = False
    record: OutputRecord | None = None


def as_frame(rows: Sequence[dict[str, object]]) -> pl.DataFrame:
    """All labels, by day, line and shift."""
    frame = pl.DataFrame(rows, schema=LABEL_SCHEMA, orient="row")
    return frame.sort("production_date", "line_id", "shift_id", "kind", nulls_last=True)


def label_row(label: Label, slot: Slot, **places: object) -> dict[str, object]:
    """A row of the frame of labels for an error in this shift."""
    return {
        **dict.fromkeys(LABEL_SCHEMA),
        "kind": label.kind,
        "rule_no": label.rule_no,
        "cause": label.cause,
        "plant_id": slot.plant_id,
        "line_id": slot.line_id,
        "production_date": slot.production_date,
        "shift_id": slot.shift_id,
        "order_id": slot.order_id,
        "measure": label.measure,
        "true_value": _text(label.true_value),
        "written_value": _text(label.written_value),
        "source_cell": label.cell,
        "cells": " ".join(label.cells or ((label.cell,) if label.cell else ())) or None,
        "report_cell": label.report_cell or (None if label.is_in_export else label.cell),
        "description": label.description,
        **places,
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
