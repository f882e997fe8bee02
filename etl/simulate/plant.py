"""Master data of the plant that is made up: lines, calendars, products, code books, people.

What happens on its lines: ``truth``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

import polars as pl

from data_contracts.tables import TABLES


@dataclass(frozen=True, slots=True)
class Product:
    """A product, its planned run time per item and its pack."""

    product_id: str
    name_zh: str
    name_en: str
    cycle_s: float
    pack_size: int
    piece_weight_g: float


@dataclass(frozen=True, slots=True)
class Code:
    """An entry of a code book in both languages; ``kind`` is the loss category of a stop reason."""

    code: str
    name_zh: str
    name_en: str
    kind: str = ""


PLANTS = {
    "P1": ("苏州一厂", "Suzhou Plant", "Asia/Shanghai"),
    "P2": ("莱比锡工厂", "Leipzig Plant", "Europe/Berlin"),
}
ZONES = {plant: zone for plant, (_, _, zone) in PLANTS.items()}
AREAS = {"P1": ("A1", "A2"), "P2": ("B1", "B2")}

THREE_SHIFTS = (
    ("early", "早班", "Early", "早班;早;Early shift", "06:00", "14:00", 30.0),
    ("late", "中班", "Late", "中班;中;Late shift", "14:00", "22:00", 30.0),
    ("night", "夜班", "Night", "夜班;夜;晚班;Night shift", "22:00", "06:00", 30.0),
)
TWO_SHIFTS = (
    ("day", "白班", "Day", "白班;白;Day shift", "06:00", "18:00", 60.0),
    ("night", "夜班", "Night", "夜班;夜;晚班;Night shift", "18:00", "06:00", 60.0),
)
CALENDARS = {
    "P1-3x8": (THREE_SHIFTS, "1234567"),
    "P1-3x8-6": (THREE_SHIFTS, "123456"),
    "P2-2x12": (TWO_SHIFTS, "1234567"),
}
SIX_DAY_LINE = 3

PRODUCTS = (
    Product("HX-1040", "壳体 40", "Housing 40", 26.0, 24, 182.0),
    Product("HX-1062", "壳体 62", "Housing 62", 34.0, 24, 241.5),
    Product("BR-2205", "支架 05", "Bracket 05", 29.0, 50, 96.0),
    Product("BR-2217", "支架 17", "Bracket 17", 38.0, 50, 134.0),
    Product("CV-3110", "盖板 10", "Cover 10", 31.0, 36, 71.0),
    Product("CV-3128", "盖板 28", "Cover 28", 43.0, 36, 88.5),
    Product("GR-4007", "齿轮 07", "Gear 07", 37.0, 20, 310.0),
    Product("GR-4019", "齿轮 19", "Gear 19", 46.0, 20, 405.0),
)
UNKNOWN_PRODUCT = "HX-9940"

REASONS = (
    Code("D01", "设备故障", "Machine breakdown", "delay"),
    Code("D02", "缺料", "Material shortage", "delay"),
    Code("D03", "刀具更换", "Tool change", "delay"),
    Code("D04", "传感器异常", "Sensor fault", "delay"),
    Code("D05", "质量停线", "Quality stop", "delay"),
    Code("S01", "换型", "Changeover", "setup"),
    Code("P01", "计划保养", "Planned maintenance", "planned"),
)
DEFECTS = (
    Code("Q01", "划伤", "Scratch"),
    Code("Q02", "尺寸超差", "Out of dimension"),
    Code("Q03", "毛刺", "Burr"),
    Code("Q04", "缺料", "Short shot"),
    Code("Q05", "变形", "Deformation"),
)
LEADERS = {
    "P1": ("王伟", "李娜", "张强", "刘洋", "陈静", "赵磊"),
    "P2": ("Anna Schmidt", "Jens Weber", "Petra Koch", "Uwe Richter", "Lena Vogel", "Tim Krause"),
}

# Rule, plant, area, line, product, absolute, relative: one line may differ from the rule's default.
OVERRIDES = (("scrap_vs_mes", "P1", None, "L01", None, 3.0, None),)


def line_rows(lines: int, plants: int) -> list[dict[str, str]]:
    """One row per line; lines alternate between the plants and, in a plant, between its areas."""
    rows = []
    for number in range(1, lines + 1):
        plant = list(PLANTS)[(number - 1) % plants]
        area = AREAS[plant][(number - 1) // plants % 2]
        calendar = "P2-2x12" if plant == "P2" else "P1-3x8"
        rows.append(
            {
                "plant_id": plant,
                "area_id": area,
                "line_id": f"L{number:02d}",
                "name_zh": f"{number}号线",
                "name_en": f"Line {number}",
                "aliases": f"{number}线;{number}#",
                "calendar_id": "P1-3x8-6" if number == SIX_DAY_LINE and plant == "P1" else calendar,
            }
        )
    return rows


def _shift_rows(calendars: set[str]) -> list[dict[str, object]]:
    names = ("shift_id", "name_zh", "name_en", "aliases", "start", "end", "break_min")
    return [
        {"calendar_id": calendar, **dict(zip(names, shift, strict=True)), "weekdays": weekdays}
        for calendar, (shifts, weekdays) in CALENDARS.items()
        if calendar in calendars
        for shift in shifts
    ]


def _holidays(calendars: set[str], first: date, last: date) -> list[dict[str, object]]:
    """New Year's Day is closed everywhere."""
    return [
        {
            "calendar_id": calendar,
            "production_date": date(year, 1, 1),
            "is_working": False,
            "note": "元旦 New Year's Day",
        }
        for year in range(first.year, last.year + 1)
        for calendar in sorted(calendars)
    ]


def _code_rows(codes: tuple[Code, ...], key: str) -> list[dict[str, str]]:
    return [{key: code.code, "name_zh": code.name_zh, "name_en": code.name_en} for code in codes]


def master_frames(lines: int, plants: int, first: date, last: date) -> dict[str, pl.DataFrame]:
    """Every master table, as its contract wants it."""
    line = line_rows(lines, plants)
    calendars = {row["calendar_id"] for row in line}
    products = [
        {
            "product_id": p.product_id,
            "name_zh": p.name_zh,
            "name_en": p.name_en,
            "aliases": p.product_id.replace("-", ""),
            "unit": "pcs",
            "pack_size": p.pack_size,
            "piece_weight_g": p.piece_weight_g,
            "cycle_s": p.cycle_s,
        }
        for p in PRODUCTS
    ]
    reasons = [
        {**row, "loss_category": c.kind} for row, c in zip(_code_rows(REASONS, "reason_code"), REASONS, strict=True)
    ]
    people = [
        {"employee_id": f"{plant}-E{number:02d}", "name": name}
        for plant in sorted({row["plant_id"] for row in line})
        for number, name in enumerate(LEADERS[plant], start=1)
    ]
    names = ("rule_id", "plant_id", "area_id", "line_id", "product_id", "absolute", "relative")
    raw: dict[str, list[dict[str, object]]] = {
        "line": [dict(row) for row in line],
        "shift": _shift_rows(calendars),
        "calendar_exception": _holidays(calendars, first, last),
        "product": products,
        "reason": [dict(row) for row in reasons],
        "defect": [dict(row) for row in _code_rows(DEFECTS, "defect_code")],
        "employee": [dict(row) for row in people],
        "tolerance": [dict(zip(names, row, strict=True)) for row in OVERRIDES],
    }
    return {name: TABLES[name].conform(pl.DataFrame(rows)) for name, rows in raw.items()}


def write_plant(home: Path, master: dict[str, pl.DataFrame], days: int) -> None:
    """Write ``site.toml`` and ``master/*.csv``."""
    (home / "master").mkdir(parents=True, exist_ok=True)
    for name, frame in master.items():
        frame.write_csv(home / "master" / f"{name}.csv")
    blocks = ['[site]\nid = "demo"\nname = "ShiftLedger demo"\nlanguage = "en"\n']
    for plant in master["line"]["plant_id"].unique().sort():
        name_zh, name_en, zone = PLANTS[plant]
        blocks.append(f'[[plant]]\nid = "{plant}"\nname_zh = "{name_zh}"\nname_en = "{name_en}"\ntimezone = "{zone}"\n')
    blocks.append(f"[expectation]\nwarning_after_h = 2\nerror_after_h = 24\nhorizon_days = {max(7, days)}\n")
    (home / "site.toml").write_text("\n".join(blocks), encoding="utf-8")


def leader_of(plant_id: str, line_id: str, shift_no: int, rng: Random) -> str:
    """Who fills in the report: usually the line's own leader of that shift."""
    names = LEADERS[plant_id]
    if rng.random() < 0.1:
        return rng.choice(names)
    return names[(int(line_id[1:]) + shift_no) % len(names)]
