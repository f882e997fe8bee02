"""Two shifts of twelve hours: hourly logs with decimal commas and a monthly book, against B2MML documents."""

from __future__ import annotations

import polars as pl

from etl.simulate.exporters import b2mml, odoo
from etl.simulate.plant import LEADERS, TWO_SHIFTS
from etl.simulate.works.plant import Line, Plant


def _output(frame: pl.DataFrame, _plant: Plant, day: str) -> tuple[str, bytes]:
    return f"performance_{day}.xml", b2mml.performance(frame, "7")


def _stops(frame: pl.DataFrame, _plant: Plant, day: str) -> tuple[str, bytes]:
    return f"mrp.workcenter.productivity_{day}.json", odoo.time_losses(frame)


PLANT = Plant(
    "P2",
    "莱比锡工厂",
    "Leipzig Plant",
    "Europe/Berlin",
    {"P2-2x12": TWO_SHIFTS},
    (
        Line("L21", "hourly-log", "P2-2x12", _output),
        Line("L22", "hourly-log", "P2-2x12", _output),
        Line("L23", "monthly-book", "P2-2x12", _output),
        Line("L24", "monthly-book", "P2-2x12", _output),
    ),
    _stops,
    LEADERS["P2"],
)
