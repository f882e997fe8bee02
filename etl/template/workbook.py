"""The standard report as an xlsx workbook: layout ``standard-report``, one sheet a shift. What it says: ``plan``."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import xlsxwriter

from data_contracts.language import REASONS
from etl.normalize.own_sheets import TEMPLATE
from etl.template.plan import OWN_SHEET, Choices, Plan, Shift
from etl.template.version import CURRENT

FIRST_HOUR = 9
STOP_ROWS = 10
DEFECT_ROWS = 8
_WIDTHS = (19, 17, 17, 15, 15, 15, 13, 13, 26)
_INPUT = "#FFF8DC"


@dataclass(frozen=True, slots=True)
class Words:
    """Texts of the template in one language, or in both, one after the other."""

    languages: Sequence[str]

    def __call__(self, key: str, between: str = " ") -> str:
        """The text ``template.<key>``."""
        return between.join(REASONS.text(f"template.{key}", language) for language in self.languages)


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of a sheet, from 1; all below the hours moves with their number."""

    hours: int

    @property
    def total(self) -> int:
        """Row of the shift's totals."""
        return FIRST_HOUR + self.hours

    @property
    def first_stop(self) -> int:
        """First row of the stops; title and header stand above it."""
        return self.total + 4

    @property
    def first_defect(self) -> int:
        """First row of the defects."""
        return self.first_stop + STOP_ROWS + 4

    @property
    def signature(self) -> int:
        """Row of the signature, the last one."""
        return self.first_defect + DEFECT_ROWS + 2


def write_template(plan: Plan, languages: Sequence[str]) -> bytes:
    """The workbook; the same plan gives the same bytes."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    words = Words(languages)
    made = datetime.combine(plan.day, time()) if plan.day else datetime(2000, 1, 1)  # noqa: DTZ001 - a property without a zone
    book.set_properties({"title": words("title"), "created": made})
    book.set_custom_property(TEMPLATE, f"{CURRENT} {plan.site_id} {plan.plant_id} {plan.line_id}")
    styles = _styles(book)
    sheets = [book.add_worksheet(shift.sheet) for shift in plan.shifts]
    lists = _own_sheet(book, plan)
    for sheet, shift in zip(sheets, plan.shifts, strict=True):
        _Page(sheet, styles, words, lists).draw(plan, shift)
    book.close()
    return target.getvalue()


def _styles(book: Any) -> dict[str, Any]:
    box = {"border": 1, "border_color": "#8EA9C1", "valign": "vcenter"}
    entry = {**box, "bg_color": _INPUT, "locked": False}
    return {
        "title": book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"}),
        "label": book.add_format({"bold": True, "font_color": "#44546A", "valign": "vcenter"}),
        "fixed": book.add_format({"bottom": 1, "num_format": "@"}),
        "hint": book.add_format({"italic": True, "font_color": "#7F7F7F"}),
        "section": book.add_format({"bold": True, "font_size": 12}),
        "header": book.add_format({**box, "bold": True, "bg_color": "#D9E2EF", "align": "center", "text_wrap": True}),
        "hour": book.add_format({**box, "align": "center"}),
        "formula": book.add_format({**box, "bg_color": "#F2F2F2"}),
        "total": book.add_format({**box, "bold": True, "bg_color": "#F2F2F2"}),
        "number": book.add_format({**entry, "num_format": "General"}),
        "code": book.add_format({**entry, "num_format": "@"}),
        "time": book.add_format({**entry, "num_format": "hh:mm", "align": "center"}),
        "day": book.add_format({**entry, "num_format": "yyyy-mm-dd", "align": "left"}),
        "wrong": book.add_format({"bg_color": "#FFC7CE"}),
    }


def _own_sheet(book: Any, plan: Plan) -> Mapping[str, str]:
    """A sheet that nobody sees: the mark of the template and the lists to choose from. Returns their ranges."""
    sheet = book.add_worksheet(OWN_SHEET)
    sheet.very_hidden()
    sheet.write_string(0, 0, TEMPLATE)
    sheet.write_number(0, 1, CURRENT)
    for column, text in enumerate((plan.site_id, plan.plant_id, plan.line_id), start=2):
        sheet.write_string(0, column, text)
    book.define_name("shiftledger_template", f"={OWN_SHEET}!$A$1:$E$1")
    choices: Choices = plan.choices
    lists: dict[str, Sequence[tuple[str, ...]]] = {
        "orders": [(code,) for code in choices.orders],
        "products": [(code,) for code in choices.products],
        "leaders": [(name,) for name in choices.leaders],
        "reasons": choices.reasons,
        "defects": choices.defects,
    }
    ranges: dict[str, str] = {}
    for number, (name, rows) in enumerate(lists.items()):
        column = number * 2
        for row, texts in enumerate(rows, start=2):
            for beside, text in enumerate(texts):
                sheet.write_string(row, column + beside, text)
        if rows:
            first, second = (chr(ord("A") + column + n) for n in (0, 1))
            book.define_name(f"shiftledger_{name}", f"={OWN_SHEET}!${first}$3:${first}${len(rows) + 2}")
            ranges[name] = f"=shiftledger_{name}"
            ranges[f"{name}_table"] = f"{OWN_SHEET}!${first}$3:${second}${len(rows) + 2}"
    return ranges


@dataclass(frozen=True, slots=True)
class _Page:
    """One sheet being drawn."""

    sheet: Any
    styles: Mapping[str, Any]
    words: Words
    lists: Mapping[str, str]

    def draw(self, plan: Plan, shift: Shift) -> None:
        grid = Grid(len(shift.hours))
        sheet = self.sheet
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.set_row(0, 30)
        sheet.merge_range("A1:I1", self.words("title"), self.styles["title"])
        self._head(plan, shift)
        self._hours(shift, grid)
        self._stops(grid)
        self._defects(grid)
        sheet.write_string(f"A{grid.signature}", self.words("signature"), self.styles["label"])
        sheet.write_blank(f"B{grid.signature}", None, self.styles["code"])
        sheet.freeze_panes(FIRST_HOUR - 1, 1)
        sheet.protect("", {"format_columns": True, "format_rows": True})
        sheet.set_paper(9)
        sheet.set_portrait()
        sheet.fit_to_pages(1, 1)
        sheet.print_area(f"A1:I{grid.signature}")
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        mark = f"{plan.site_id} · {plan.plant_id}/{plan.line_id} · {TEMPLATE} {CURRENT}".replace("&", "&&")
        sheet.set_footer(f"&L{mark}&R&P/&N")

    def _head(self, plan: Plan, shift: Shift) -> None:
        sheet, words, fixed = self.sheet, self.words, self.styles["fixed"]
        for cell, key in (
            ("A3", "plant"), ("D3", "line"), ("G3", "day"), ("A4", "shift"), ("D4", "leader"), ("A5", "order"),
            ("D5", "product"), ("A6", "headcount"),
        ):  # fmt: skip
            sheet.write_string(cell, words(key), self.styles["label"])
        for cell, text in (("B3", plan.plant_id), ("E3", plan.line_id), ("B4", shift.shift_id)):
            sheet.write_string(cell, text, fixed)
        span = f"{shift.hours[0][:5]}-{shift.hours[-1].split('-')[1][:5]}"
        sheet.write_string("C4", f"{shift.name} {span}", self.styles["hint"])
        sheet.write_string("A7", words("hint"), self.styles["hint"])
        if plan.day:
            sheet.write_datetime("H3", datetime.combine(plan.day, time()), self.styles["day"])
        else:
            sheet.write_blank("H3", None, self.styles["day"])
        since = {"validate": "date", "criteria": ">=", "value": datetime(2000, 1, 1)}  # noqa: DTZ001 - a cell has no zone
        self._valid("H3", since, "day", "say_day", "no_day")
        for cell in ("E4", "B5", "E5"):
            sheet.write_blank(cell, None, self.styles["code"])
        sheet.write_blank("B6", None, self.styles["number"])
        self._choice("E4", "leaders", "leader", "say_pick_or_type", free=True)
        self._choice("B5", "orders", "order", "say_default", free=True)
        self._choice("E5", "products", "product", "say_default")
        self._number("B6", "headcount", "say_headcount")

    def _hours(self, shift: Shift, grid: Grid) -> None:
        sheet, styles = self.sheet, self.styles
        first, last = FIRST_HOUR, grid.total - 1
        keys = ("hour", "hour_order", "hour_product", "planned", "good", "so_far", "scrap", "rework", "remark")
        sheet.set_row(first - 2, 32)
        for number, key in enumerate(keys):
            sheet.write_string(first - 2, number, self.words(key, "\n" if number else " "), styles["header"])
        for row, hour in enumerate(shift.hours, start=first):
            sheet.write_string(f"A{row}", hour, styles["hour"])
            for column in "BCI":
                sheet.write_blank(f"{column}{row}", None, styles["code"])
            for column in "DEGH":
                sheet.write_blank(f"{column}{row}", None, styles["number"])
            sheet.write_formula(f"F{row}", f'=IF(E{row}="","",SUM(E${first}:E{row}))', styles["formula"], "")
        self._choice(f"B{first}:B{last}", "orders", "hour_order", "say_pick_or_type", free=True)
        self._choice(f"C{first}:C{last}", "products", "hour_product", "say_pick")
        for column, key in (("D", "planned"), ("E", "good"), ("G", "scrap"), ("H", "rework")):
            self._number(f"{column}{first}:{column}{last}", key, "say_pieces")
        self._total(grid.total, "shift_total", "BCFI", dict.fromkeys("DEGH", (first, last)))

    def _stops(self, grid: Grid) -> None:
        sheet, styles = self.sheet, self.styles
        first, last = grid.first_stop, grid.first_stop + STOP_ROWS - 1
        sheet.write_string(f"A{first - 2}", self.words("stops"), styles["section"])
        for column, key in zip("ABCDE", ("start", "end", "minutes", "reason", "reason_name"), strict=True):
            sheet.write_string(f"{column}{first - 1}", self.words(key), styles["header"])
        sheet.merge_range(f"F{first - 1}:I{first - 1}", self.words("description"), styles["header"])
        for row in range(first, last + 1):
            for column in "AB":
                sheet.write_blank(f"{column}{row}", None, styles["time"])
            sheet.write_blank(f"C{row}", None, styles["number"])
            sheet.write_blank(f"D{row}", None, styles["code"])
            self._name(f"E{row}", f"D{row}", "reasons")
            sheet.merge_range(f"F{row}:I{row}", None, styles["code"])
        clock = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1}
        self._valid(f"A{first}:A{last}", clock, "start", "say_time", "no_time")
        self._valid(f"B{first}:B{last}", clock, "end", "say_time", "no_time")
        self._number(f"C{first}:C{last}", "minutes", "say_minutes")
        self._choice(f"D{first}:D{last}", "reasons", "reason", "say_pick")
        differs = (
            f'=AND($A{first}<>"",$B{first}<>"",$C{first}<>"",'
            f"MIN(MOD($B{first}-$A{first}-$C{first}/1440,1),MOD($A{first}-$B{first}+$C{first}/1440,1))>1.5/1440)"
        )
        self._wrong_when(f"C{first}:C{last}", differs)
        self._total(last + 1, "stops_total", "B", {"C": (first, last)})

    def _defects(self, grid: Grid) -> None:
        sheet, styles = self.sheet, self.styles
        first, last = grid.first_defect, grid.first_defect + DEFECT_ROWS - 1
        sheet.write_string(f"A{first - 2}", self.words("defects"), styles["section"])
        for column, key in zip("ABC", ("defect", "defect_name", "quantity"), strict=True):
            sheet.write_string(f"{column}{first - 1}", self.words(key), styles["header"])
        for row in range(first, last + 1):
            sheet.write_blank(f"A{row}", None, styles["code"])
            self._name(f"B{row}", f"A{row}", "defects")
            sheet.write_blank(f"C{row}", None, styles["number"])
        self._choice(f"A{first}:A{last}", "defects", "defect", "say_pick")
        self._number(f"C{first}:C{last}", "quantity", "say_scrap")
        self._total(last + 1, "defects_total", "B", {"C": (first, last)})
        self._wrong_when(f"C{last + 1}", f"=$C${last + 1}<>$G${grid.total}")

    def _total(self, row: int, key: str, blank: str, sums: Mapping[str, tuple[int, int]]) -> None:
        total = self.styles["total"]
        self.sheet.write_string(f"A{row}", self.words(key), total)
        for column in blank:
            self.sheet.write_blank(f"{column}{row}", None, total)
        for column, (first, last) in sums.items():
            self.sheet.write_formula(f"{column}{row}", f"=SUM({column}{first}:{column}{last})", total, 0)

    def _name(self, cell: str, code: str, name: str) -> None:
        """The name beside a code, looked up while the leader writes; the layout passes over it."""
        table = self.lists.get(f"{name}_table")
        if table is None:
            self.sheet.write_blank(cell, None, self.styles["formula"])
            return
        formula = f'=IF({code}="","",IFERROR(VLOOKUP({code},{table},2,FALSE),""))'
        self.sheet.write_formula(cell, formula, self.styles["formula"], "")

    def _choice(self, cells: str, name: str, title: str, say: str, *, free: bool = False) -> None:
        if name in self.lists:
            listed = {"validate": "list", "source": self.lists[name], "error_type": "information" if free else "stop"}
        else:
            listed = {"validate": "any"}
        self._valid(cells, listed, title, say, "no_pick")

    def _number(self, cells: str, title: str, say: str) -> None:
        self._valid(cells, {"validate": "decimal", "criteria": ">=", "value": 0}, title, say, "no_number")

    def _valid(self, cells: str, rule: Mapping[str, object], title: str, say: str, wrong: str) -> None:
        """A rule for input cells, with a message when one is chosen and one when the input is wrong."""
        name = self.words(title)[:32]
        texts = {"input_title": name, "input_message": self.words(say, "\n")[:255]}
        if rule["validate"] != "any":
            texts |= {"error_title": name, "error_message": self.words(wrong, "\n")[:255]}
        self.sheet.data_validation(cells, {**rule, **texts})

    def _wrong_when(self, cells: str, formula: str) -> None:
        self.sheet.conditional_format(cells, {"type": "formula", "criteria": formula, "format": self.styles["wrong"]})
