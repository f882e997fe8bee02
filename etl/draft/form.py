"""A form: one record whose measures stand beside their own labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data_contracts.layout import SHEET_FIELDS
from etl.draft.compose import Composing
from etl.draft.grid import Grid, cell_name
from etl.draft.meaning import Reading
from etl.draft.pairs import Pair
from etl.draft.understand import said_unit


def compose_form(making: Composing, grid: Grid, pairs: Sequence[Pair]) -> dict[str, Any]:
    """The form in the words of a layout; measures only, fields of the sheet stand in ``fields``."""
    cells: dict[str, Any] = {}
    for pair in pairs:
        if pair.name in SHEET_FIELDS:
            continue
        words: dict[str, Any] = {"label": pair.label}
        if pair.how != "right":
            words["value_at"] = pair.how
        unit = said_unit(pair.label, pair.name, making.words)
        if unit:
            words["unit"] = unit
        cells[pair.name] = words
        places = [cell_name(pair.at), cell_name(pair.value_at)]
        making.part(f"tables.form.cells.{pair.name}", Reading(pair.name, pair.certainty, pair.why), places)
        if grid.cells[pair.value_at].number is None:
            continue
    return {"into": "output", "cells": cells}
