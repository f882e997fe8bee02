"""How dates, clock times and decimals are written in a workbook: what the layout must say about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from etl.draft.grid import Cell, Shape

_PARTS = re.compile(r"^\s*(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})\s*$")
_DECIMAL_COMMA = re.compile(r"^[-+]?\d+,(\d{1,2}|\d{4,})$|^\d{1,3}(\.\d{3})+(,\d+)?$")
_DECIMAL_POINT = re.compile(r"^[-+]?\d+\.\d{1,2}$|^\d{1,3}(,\d{3})+(\.\d+)?$")


_HOUR_POINT = re.compile(r"^\d{1,2}\.\d{2}$")


@dataclass(frozen=True, slots=True)
class Written:
    """``chosen``: the one format that fits, when it differs from what is understood anyway; else ``possible`` ones."""

    chosen: str | None
    possible: tuple[str, ...]
    example: str = ""


def written_dates(cells: Iterable[Cell], *, inside: bool = False) -> Written:
    """Order of day, month and year in dates typed as text. With ``inside`` a label stands before them."""
    texts = [c.text for c in cells if c.number is None and c.shape != Shape.NONE]
    if inside:
        texts = [re.split("[:：]", text, maxsplit=1)[-1] for text in texts]
    parts = [m.groups() for text in texts if (m := _PARTS.match(text))]
    if not parts:
        return Written(None, ())
    mark, year = parts[0][1], "%Y" if len(parts[0][3]) == 4 else "%y"
    day_first, month_first = f"%d{mark}%m{mark}{year}", f"%m{mark}%d{mark}{year}"
    if any(int(p[0]) > 12 for p in parts) or mark == ".":
        return Written(day_first, ())
    if any(int(p[2]) > 12 for p in parts):
        return Written(month_first, ())
    return Written(None, (day_first, month_first), texts[0].strip())


def decimal_mark(cells: Iterable[Cell]) -> str:
    """``,`` when numbers typed as text say so."""
    texts = [c.text.strip() for c in cells if c.number is None and c.shape == Shape.NUMBER]
    commas = sum(1 for t in texts if _DECIMAL_COMMA.match(t))
    return "," if commas > sum(1 for t in texts if _DECIMAL_POINT.match(t)) else "."


@dataclass(frozen=True, slots=True)
class Clock:
    """How times typed as numbers are meant: ``.`` hours and minutes, ``decimal`` hours, None when there are none."""

    word: str | None
    sure: bool
    example: str = ""


def clock_of(cells: Sequence[Cell]) -> Clock:
    """``11.30`` is half past eleven when no part after the point reaches 60 and all have two digits of a clock."""
    texts = [t for c in cells if c.number is None and (t := c.text.strip().replace(",", ".")) and _HOUR_POINT.match(t)]
    numbers = [
        c.number for c in cells if c.shape == Shape.NUMBER and c.number is not None and c.number % 1 and c.number > 1
    ]
    parts = [int(t.split(".")[1].ljust(2, "0")) for t in texts] + [round(n % 1 * 100) for n in numbers]
    if not parts:
        return Clock(None, sure=True)
    example = texts[0] if texts else f"{numbers[0]:.2f}"
    if any(part >= 60 for part in parts):
        return Clock("decimal", sure=True, example=example)
    halves = {part for part in parts if part}
    if halves and halves <= {25, 50} and not texts:
        return Clock("decimal", sure=False, example=example)
    return Clock(".", sure=bool(halves - {25, 50}) or bool(texts), example=example)
