"""Units in which reports state quantities and times, and the words for them. Converting: etl.normalize.units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Unit = Literal["pcs", "pack", "kg", "g", "min", "h", "pct", "share"]

_WORDS: Mapping[Unit, tuple[str, ...]] = {
    "pcs": ("pcs", "pc", "ea", "st", "stk", "件", "个", "個", "只"),
    "pack": ("pack", "box", "ctn", "case", "kar", "箱", "盒"),
    "kg": ("kg", "公斤", "千克"),
    "g": ("g", "克"),
    "min": ("min", "分", "分钟"),
    "h": ("h", "小时", "时"),
    "pct": ("%",),
}
UNIT_WORDS: Mapping[str, Unit] = {word: unit for unit, words in _WORDS.items() for word in words}
"""Words that every layout understands, in the form in which labels are compared."""

UNITS_OF: Mapping[str, tuple[Unit, ...]] = {
    "pcs": ("pcs", "pack", "kg", "g"),
    "min": ("min", "h"),
    "h": ("h", "min"),
    "kg": ("kg", "g"),
    "pct": ("pct", "share"),
}
"""Unit of a measure in its contract to the units in which a report may state it."""
