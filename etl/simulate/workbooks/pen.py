"""How people fill in a cell: the same quantity, time or day in all the ways that are seen on shop floors.

A pen remembers which cells say to what a row belongs, and which repair the reader must put on record for a cell.
Where cells stand: the layouts' modules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from random import Random

from etl.simulate.workbooks.book import Cell, Content, Page

QUANTITY_WAYS = ("text", "blanks", "full_width", "sum", "thousands", "letter_o", "none", "formula", "decimals")
MINUTE_WAYS = ("text", "blanks", "full_width", "sum", "none", "formula", "clock", "time")
CLOCK_WAYS = ("text", "time", "full_width", "colon", "fraction")
DAY_WAYS = ("text", "slashes", "chinese", "serial", "datetime", "full_width")
_GROUPED = 1000
_WIDE = str.maketrans("0123456789:/-.", "０１２３４５６７８９：／－．")
Values = dict[str, tuple[object, str | None]]
"""Measure to value and cell."""


@dataclass(frozen=True, slots=True)
class Written:
    """What is read from a cell: its value and where it stands."""

    value: object
    cell: str


@dataclass(slots=True)
class Pen:
    """One hand. ``oddity`` is the share of cells that are not filled in the plain way, ``ways`` those it may choose.

    ``decimal`` is the word of the layout. ``keys``: sheet and cell of what says day, shift and line, to its field.
    ``repairs``: sheet and cell to what the reader puts on record.
    """

    seed: int = 0
    oddity: float = 0.0
    ways: frozenset[str] | None = None
    decimal: str = "."
    repairs: dict[tuple[str, str], str] = field(default_factory=dict)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    def _way(self, ways: tuple[str, ...]) -> str:
        allowed = [way for way in ways if self.ways is None or way in self.ways]
        return self._random.choice(allowed) if allowed and self._random.random() < self.oddity else ""

    def _put(self, page: Page, row: int, column: int, written: tuple[Content | Cell, object, str]) -> Written:
        content, value, repair = written
        cell = page.put(row, column, content, "value")
        if repair:
            self.repairs[page.name, cell] = repair
        return Written(value, cell)

    def qty(self, page: Page, row: int, column: int, value: float) -> Written:
        """A quantity."""
        return self._put(page, row, column, self._quantity(value, self._way(QUANTITY_WAYS)))

    def minutes(self, page: Page, row: int, column: int, value: int) -> Written:
        """A duration in minutes."""
        way = self._way(MINUTE_WAYS)
        if way == "clock" and value:
            return self._put(page, row, column, (f"{value // 60}:{value % 60:02}", value, ""))
        if way == "time" and 0 < value < 1440:
            return self._put(page, row, column, (time(value // 60, value % 60), value, ""))
        return self._put(page, row, column, self._quantity(value, way))

    def clock(self, page: Page, row: int, column: int, minute: int) -> Written:
        """A time of day; ``value`` stays the minute after midnight."""
        way = self._way(CLOCK_WAYS)
        hour, rest = minute // 60 % 24, minute % 60
        plain = f"{hour:02}:{rest:02}"
        if minute == 1440:
            return self._put(page, row, column, ("24:00", minute, ""))
        if way == "time":
            return self._put(page, row, column, (time(hour, rest), minute, ""))
        if way == "full_width":
            return self._put(page, row, column, (plain.translate(_WIDE), minute, ""))
        if way == "colon":
            return self._put(page, row, column, (f"{hour}:{rest:02}:00", minute, ""))
        if way == "fraction" and hour + rest:
            return self._put(page, row, column, ((hour * 60 + rest) / 1440, minute, "serial"))
        return self._put(page, row, column, (plain, minute, ""))

    def hour(self, page: Page, row: int, column: int, minute: int) -> Written:
        """The start of an hour as the first column of an hourly table."""
        way = self._way(("range", "bare", "text", "time"))
        hour = minute // 60 % 24
        if way == "range":
            return self._put(page, row, column, (f"{hour:02}:00-{(hour + 1) % 24:02}:00", minute, ""))
        if way == "bare":
            return self._put(page, row, column, (hour, minute, "hour"))
        if way == "time":
            return self._put(page, row, column, (time(hour), minute, ""))
        return self._put(page, row, column, (f"{hour:02}:00", minute, ""))

    def day(self, page: Page, row: int, column: int, value: date, formats: tuple[str, ...] = ()) -> Written:
        """The production day; ``formats`` are those of the layout, the first one is how this plant writes it."""
        written = self._put(page, row, column, self._date(value, formats))
        self.keys[page.name, written.cell] = "production_date"
        return written

    def _date(self, value: date, formats: tuple[str, ...]) -> tuple[Content | Cell, object, str]:
        way = self._way(DAY_WAYS)
        iso = value.isoformat()
        if way == "serial":
            return ((value - date(1899, 12, 30)).days, iso, "serial")
        if way == "datetime":
            moment = datetime(value.year, value.month, value.day)  # noqa: DTZ001
            return (moment, iso, "")
        text = {
            "text": iso,
            "slashes": f"{value.year}/{value.month}/{value.day}",
            "chinese": f"{value.year}年{value.month}月{value.day}日",
            "full_width": iso.translate(_WIDE),
        }.get(way)
        if text is not None and formats:
            text = value.strftime(formats[0])
        return (text or value, iso, "")

    def key(self, page: Page, row: int, column: int, field_name: str, value: str, look: str = "value") -> Written:
        """A cell that says to which line or shift something belongs."""
        written = Written(value, page.put(row, column, value, look))
        self.keys[page.name, written.cell] = field_name
        return written

    def text(self, page: Page, row: int, column: int, value: str, *, shown: str | None = None) -> Written:
        """A text; trailing blanks happen."""
        way = self._way(("blanks",))
        written = value if shown is None else shown
        return self._put(page, row, column, (f"{written} " if way and written else written or None, value, ""))

    def coin(self, share: float = 0.5) -> bool:
        """True in this share of cases."""
        return self._random.random() < share

    def _quantity(self, value: float, way: str) -> tuple[Content | Cell, object, str]:
        plain = f"{value:g}".replace(".", self.decimal)
        whole = int(value) if value == int(value) else None
        written: dict[str, tuple[Content | Cell, object, str]] = {
            "text": (plain, value, ""),
            "blanks": (f" {plain}  ", value, ""),
            "full_width": (plain.translate(_WIDE), value, "full_width"),
            "formula": (Cell(value, f"={value:g}+0"), value, ""),
        }
        if whole is not None:
            written |= self._whole(whole, plain)
        return written.get(way, (whole if whole is not None else value, value, ""))

    def _whole(self, value: int, plain: str) -> dict[str, tuple[Content | Cell, object, str]]:
        thousands = "," if self.decimal == "." else "."
        written: dict[str, tuple[Content | Cell, object, str]] = {
            "decimals": (Cell(float(value), number_format="#,##0.0"), value, "")
        }
        if value == 0:
            written["none"] = (self._random.choice(("/", "无", "-", "—")), None, "none")
        if value > 1:
            first = self._random.randrange(1, value)
            written["sum"] = (f"{first}+{value - first}", value, "sum")
        if value >= _GROUPED:
            written["thousands"] = (f"{value:,}".replace(",", thousands), value, "thousands")
        if "0" in plain and value:
            written["letter_o"] = (plain.replace("0", "O", 1), value, "letter_o")
        return written
