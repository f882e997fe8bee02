"""Three shifts round the clock: shift sheets against hourly counters, a monthly list against typed confirmations."""

from __future__ import annotations

import polars as pl

from etl.simulate.exporters import delimited, odoo
from etl.simulate.plant import LEADERS, THREE_SHIFTS
from etl.simulate.works.plant import Line, Plant


def _counters(frame: pl.DataFrame, _plant: Plant, day: str) -> tuple[str, bytes]:
    return f"mes_output_{day}.csv", delimited.output(frame, delimited.DIALECTS["chinese"])


def _confirmations(frame: pl.DataFrame, plant: Plant, day: str) -> tuple[str, bytes]:
    kept = frame.filter(~pl.col("is_cancelled"))
    return f"mrp_workorder_{day}.csv", odoo.work_order_list(kept, plant.zone, delimited.DIALECTS["comma"])


def _stops(frame: pl.DataFrame, _plant: Plant, day: str) -> tuple[str, bytes]:
    return f"mes_stop_{day}.csv", delimited.stops(frame, delimited.DIALECTS["chinese"])


PLANT = Plant(
    "P1",
    "苏州一厂",
    "Suzhou Plant",
    "Asia/Shanghai",
    {"P1-3x8": THREE_SHIFTS},
    (
        Line("L11", "shift-sheet", "P1-3x8", _counters),
        Line("L12", "shift-sheet", "P1-3x8", _counters),
        Line("L13", "monthly-list", "P1-3x8", _confirmations, by_hour=False, orders=2),
        Line("L14", "monthly-list", "P1-3x8", _confirmations, by_hour=False, orders=2),
    ),
    _stops,
    LEADERS["P1"],
)
