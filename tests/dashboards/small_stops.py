"""Stops, scrap and times of the small site: what line L1 lost on its last day, as the report and the MES say."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

Rows = list[dict[str, Any]]

REASONS = (("D01", "设备故障", "Breakdown", "delay"), ("S01", "换型", "Changeover", "setup"))
DEFECTS = (("Q01", "划伤", "Scratch"), ("Q02", "毛刺", "Burr"))
STOPS = (("D01", 1, 40.0), ("S01", 4, 30.0), (None, 7, 10.0))
"""Reason, hours after the start of the shift, minutes."""


def code_books() -> dict[str, Rows]:
    """Reasons and defects."""
    return {
        "reason": [
            {"reason_code": code, "name_zh": zh, "name_en": en, "loss_category": category}
            for code, zh, en, category in REASONS
        ],
        "defect": [{"defect_code": code, "name_zh": zh, "name_en": en} for code, zh, en in DEFECTS],
    }


def losses(day: date, workbook: str, export: str) -> dict[str, Rows]:
    """80 minutes of the day shift of P1/L1, said by both sides; 24 pieces of scrap in two defects."""
    key = {"plant_id": "P1", "line_id": "L1", "production_date": day, "shift_id": "day"}
    start = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - UTC by contract
    stops: Rows = []
    for number, (code, hour, minutes) in enumerate(STOPS):
        begun = start + timedelta(hours=hour)
        stop = {
            **key,
            "start_at": begun,
            "end_at": begun + timedelta(minutes=minutes),
            "downtime_min": minutes,
            "reason_code": code,
        }
        report = {"source": "report", "source_file": workbook, "source_sheet": "早班", "source_cell": f"C{7 + number}"}
        stops += [stop | report, stop | {"source": "mes", "source_file": export, "source_cell": f"record {number + 1}"}]
    category = {code: category for code, _, _, category in REASONS}
    return {
        "downtime": stops,
        "report_output": [
            {
                "report_id": f"P1/L1/{day}/day/1",
                "source_sheet": "早班",
                "row_no": 9,
                "is_total": False,
                "hour_start": start + timedelta(hours=2),
                "good_qty": 1890.0,
                "note": "counted twice?",
                "note_cell": "F9",
            }
        ],
        "mart_loss": [
            {
                **key,
                "loss_category": category.get(code or "", "delay"),
                "reason_code": code or "unknown",
                "loss_min": minutes,
                "events": 1,
            }
            for code, _, minutes in STOPS
        ],
        "scrap": [
            {
                **key,
                "order_id": "WO-1001",
                "product_id": "X-100",
                "defect_code": code,
                "scrap_qty": pieces,
                "source": "report",
                "source_file": workbook,
                "source_sheet": "早班",
                "source_cell": f"E{7 + number}",
            }
            for number, (code, pieces) in enumerate((("Q01", 16.0), ("Q02", 8.0)))
        ],
    }


def timed(mart: dict[str, Any], *, setup_min: float = 0.0, delay_min: float = 0.0) -> dict[str, Any]:
    """A row of mart_output with its times: twelve hours, one of them breaks, half a minute a piece."""
    if mart.get("produced_qty") is None:
        return mart
    return mart | {
        "pot_min": 720.0,
        "planned_stop_min": 60.0,
        "setup_min": setup_min,
        "delay_min": delay_min,
        "run_min": 660.0 - setup_min - delay_min,
        "ideal_produced_min": mart["produced_qty"] * 0.45,
        "ideal_good_min": mart["good_qty"] * 0.45,
    }
