"""Early and late shifts: daily books against AVEVA's hours; dashboards and a ledger against SAP confirmations."""

from __future__ import annotations

import polars as pl

from etl.simulate.exporters import aveva, erpnext, sap
from etl.simulate.plant import THREE_SHIFTS
from etl.simulate.works.plant import Line, Plant


def _hours(frame: pl.DataFrame, _plant: Plant, day: str) -> tuple[str, bytes]:
    return f"item_prod_{day}.json", aveva.item_production(frame)


def _confirmations(frame: pl.DataFrame, plant: Plant, day: str) -> tuple[str, bytes]:
    cancelled = frame.filter("is_cancelled")["record_id"].to_list()
    return f"afru_{day}.txt", sap.confirmations(frame, plant.zone, plant.plant_id, reversed_ids=cancelled)


def _stops(frame: pl.DataFrame, plant: Plant, day: str) -> tuple[str, bytes]:
    return f"downtime_entry_{day}.json", erpnext.downtime_entries(frame, plant.zone)


PLANT = Plant(
    "P3",
    "普埃布拉工厂",
    "Puebla Plant",
    "America/Mexico_City",
    {"P3-2x8": THREE_SHIFTS[:2], "P3-1x8": THREE_SHIFTS[:1]},
    (
        Line("L31", "daily-book", "P3-2x8", _hours),
        Line("L32", "daily-book", "P3-2x8", _hours),
        Line("L33", "dashboard-report", "P3-2x8", _confirmations, by_hour=False),
        Line("L34", "dashboard-report", "P3-2x8", _confirmations, by_hour=False),
        Line("L35", "wip-ledger", "P3-1x8", _confirmations, by_hour=False, orders=0),
        Line("L36", "wip-ledger", "P3-1x8", _confirmations, by_hour=False, orders=2),
        Line("L37", "wip-ledger", "P3-1x8", _confirmations, by_hour=False, orders=2),
    ),
    _stops,
    ("María López", "José Hernández", "Ana García", "Luis Martínez"),
)
