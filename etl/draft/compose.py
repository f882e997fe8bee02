"""What was understood of a workbook, put into the words of a layout. Understanding: ``understand``, ``pairs``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from data_contracts.layout import SHEET_FIELDS
from etl.draft.codes import Unit, code_of
from etl.draft.dates import written_dates
from etl.draft.draft import Part, Question
from etl.draft.grid import Cell, cell_name
from etl.draft.meaning import Known, Reading, why
from etl.draft.tables import Header
from etl.draft.understand import Understood, is_filled_down, said_unit
from etl.draft.words import Vocabulary
from etl.normalize.labels import fold

_OPTIONAL = {"note", "reason_text", "operator", "order_id", "product_id", "tool_id", "rework_qty", "leader"}
_NAMES = {"output": "rows", "stop": "stops", "defect": "defects", "wip": "stock"}


@dataclass
class Composing:
    """The layout so far, with its parts and questions."""

    words: Vocabulary
    known: Known
    layout: dict[str, Any] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    def part(self, path: str, reading: Reading, cells: Sequence[str] = (), others: Sequence[Reading] = ()) -> None:
        """Note how sure a line of the layout is."""
        self.parts.append(
            Part(path, reading.measure, round(reading.certainty, 2), reading.why, tuple(cells), tuple(others))
        )

    def ask(
        self,
        code: str,
        path: str,
        *,
        sheet: str = "",
        cells: Sequence[str] = (),
        candidates: Sequence[str] = (),
        **params: object,
    ) -> None:
        """Note a question."""
        told = tuple((name, str(value)) for name, value in params.items())
        self.questions.append(Question(code, told, path, sheet, tuple(cells), tuple(candidates)))


def compose_table(making: Composing, name: str, one: Understood, sheet: str | None) -> dict[str, Any]:
    """One table in the words of a layout; its parts and questions are noted in ``making``."""
    path = f"tables.{name}"
    words: dict[str, Any] = {"into": one.into}
    if sheet:
        words["sheet"] = sheet
    if one.table.across:
        words["across"] = True
        making.part(f"{path}.across", Reading("across", 0.8, (why("across"),)))
    columns = _columns(making, path, one)
    if columns:
        words["columns"] = columns
    groups = [{"field": level.field, "labels": dict(level.labels)} for level in one.levels if level.field is not None]
    for n, level in enumerate(level for level in one.levels if level.field is not None):
        making.part(f"{path}.group.{n}", Reading(str(level.field), level.certainty, level.why), [f"{level.row + 1}"])
    if groups:
        words["group"] = groups
    wide = [*_wide_codes(making, path, one), *_wide_series(making, path, one)]
    if wide:
        words["wide"] = wide
    _row_names(making, path, one, words)
    _rows(making, path, one, words)
    return words


def _cells(one: Understood, unit: Unit) -> list[str]:
    return [cell_name(one.table.place(h.row, h.column)) for h in unit.headers]


def _columns(making: Composing, path: str, one: Understood) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    others = dict(one.others)
    sheet = one.table.grid.sheet_name
    for unit, reading in one.measures:
        column: dict[str, Any] = {"header": unit.text}
        if unit.under:
            column["under"] = unit.under
        if reading.measure in _OPTIONAL:
            column["optional"] = True
        if reading.measure in SHEET_FIELDS and is_filled_down(one.table, unit, reading.measure):
            column["fill_down"] = True
        unit_said = said_unit(unit.text, reading.measure, making.words)
        told = reading
        if unit_said:
            column["unit"] = unit_said
            told = Reading(reading.measure, reading.certainty, (*reading.why, why("unit", unit=unit_said)))
        if reading.measure == "production_date":
            column |= formats_of(making, f"{path}.columns.production_date", sheet, unit.cells, _cells(one, unit))
        _ask_names(making, path, one, unit, reading.measure)
        columns[reading.measure] = column
        making.part(f"{path}.columns.{reading.measure}", told, _cells(one, unit), others.get(unit, ()))
        if told.certainty < 0.75:
            making.ask(
                "sure",
                f"{path}.columns.{reading.measure}",
                sheet=sheet,
                cells=_cells(one, unit),
                candidates=[reading.measure, *(o.measure for o in others.get(unit, ()))],
                header=unit.text,
            )
    for column_no, right, reading in one.unnamed:
        values = tuple(one.table.grid.down(column_no, one.table.rows))
        unnamed = Unit("", None, (Header(column_no, "", (), one.table.header_rows[-1]),), values)
        _ask_names(making, path, one, unnamed, reading.measure)
        columns[reading.measure] = {"left_of": right.text}
        place = cell_name(one.table.place(one.table.header_rows[-1], column_no))
        making.part(
            f"{path}.columns.{reading.measure}",
            Reading(reading.measure, reading.certainty, (*reading.why, why("unnamed"))),
            [place],
        )
    return columns


def _ask_names(making: Composing, path: str, one: Understood, unit: Unit, measure: str) -> None:
    """Lines and shifts that the site does not know by the names written here."""
    if measure not in {"line_id", "shift_id"} or not making.known.ids.get(measure):
        return
    strange = [c.text for c in unit.cells if c.is_word and making.known.id_of(measure, c.text) is None]
    if strange:
        names = ", ".join(list(dict.fromkeys(strange))[:6])
        sheet = one.table.grid.sheet_name
        making.ask(
            "names", f"{path}.columns.{measure}", sheet=sheet, cells=_cells(one, unit), names=names, field=measure
        )


def formats_of(
    making: Composing, path: str, sheet: str, values: Sequence[Cell], cells: Sequence[str], *, inside: bool = False
) -> dict[str, Any]:
    """How dates typed as text are meant, asking when both orders are possible."""
    formats = written_dates(values, inside=inside)
    if formats.possible:
        making.ask("date_order", path, sheet=sheet, cells=cells, candidates=formats.possible, example=formats.example)
    chosen = formats.chosen or next(iter(formats.possible), None)
    return {"formats": [chosen]} if chosen else {}


def _wide_codes(making: Composing, path: str, one: Understood) -> Iterator[dict[str, Any]]:
    for n, codes in enumerate(one.codes):
        words: dict[str, Any] = {"into": codes.into}
        if codes.over:
            words["over"] = codes.over
        words["headers"] = {u.text: code_of(u.text, codes.into, making.known) for u in codes.units}
        cells = [cell_name(one.table.place(h.row, h.column)) for u in codes.units for h in u.headers]
        making.part(f"{path}.wide.{n}", codes.reading, cells)
        field_name = "reason_code" if codes.into == "stop" else "defect_code"
        strange = [u.text for u in codes.units if making.known.id_of(field_name, u.text) is None]
        if strange:
            making.ask(
                "codes", f"{path}.wide.{n}", sheet=one.table.grid.sheet_name, cells=cells, names=", ".join(strange[:6])
            )
        yield words


def _wide_series(making: Composing, path: str, one: Understood) -> Iterator[dict[str, Any]]:
    series = one.series
    if series is None:
        return
    words: dict[str, Any] = {"field": series.field, "pattern": series.pattern}
    cells = [cell_name(one.table.place(h.row, h.column)) for h in series.headers]
    if one.row_names is None:
        words["measure"] = series.measure or "good_qty"
        if series.measure is None:
            making.ask(
                "series_measure",
                f"{path}.wide",
                sheet=one.table.grid.sheet_name,
                cells=cells[:1],
                candidates=["good_qty", "planned_qty", "scrap_qty"],
                first=series.headers[0].text,
            )
    making.part(f"{path}.wide.{len(one.codes)}", Reading(series.field, series.certainty, series.why), cells)
    yield words


def _row_names(making: Composing, path: str, one: Understood, words: dict[str, Any]) -> None:
    names = one.row_names
    if names is None:
        return
    where = {"header": names.header} if names.header else {"left_of": names.left_of}
    words["measure_from"] = {**where, "labels": dict(names.labels)}
    making.part(f"{path}.measure_from", Reading("measure_from", names.certainty, names.why))
    if one.series is None:
        values = [u for u in one.unknown if any(c.number is not None for c in u.cells)]
        taken = [
            u for u, r in one.measures if r.measure not in SHEET_FIELDS and any(c.number is not None for c in u.cells)
        ]
        unit = next(iter((*values, *taken)), None)
        if unit is not None:
            columns = {m: c for m, c in words.get("columns", {}).items() if c.get("header") != unit.text}
            words["columns"] = {**columns, "value": {"header": unit.text}}
            making.part(f"{path}.columns.value", Reading("value", names.certainty, names.why), _cells(one, unit))
    if names.unknown:
        making.ask("row_names", f"{path}.measure_from", sheet=one.table.grid.sheet_name, names=", ".join(names.unknown))
        words["skip"] = [f"^{literal(text)}$" for text in names.unknown]


def _rows(making: Composing, path: str, one: Understood, words: dict[str, Any]) -> None:
    """Totals, notes, the end, and what is known and not read."""
    table = one.table
    if table.total_texts:
        words["total"] = list(table.total_texts)
        cells = [cell_name(table.place(row, table.left)) for row in table.totals]
        making.part(f"{path}.total", Reading("total", 0.95, (why("total", label=table.total_texts[0]),)), cells)
    notes = [next(iter(table.grid.rows[row].values())).text for row in table.notes]
    marks = list(dict.fromkeys(re.split("[:：]", text)[0].strip() for text in notes))
    if marks:
        words["skip"] = [*words.get("skip", []), *(f"^{literal(mark)}" for mark in marks)]
        making.part(f"{path}.skip", Reading("skip", 0.7, (why("note", label=marks[0]),)))
    if table.stop_text:
        words["end"] = [table.stop_text]
        making.part(f"{path}.end", Reading("end", 0.8, (why("end", label=table.stop_text),)))
    told = {id(u) for u, _ in one.measures}
    used = {fold(u.text) for u, _ in one.measures} | {fold(u.text) for c in one.codes for u in c.units}
    value = words.get("columns", {}).get("value", {}).get("header")
    texts = [(u, r) for u, r in one.ignored] + [(u, Reading("", 0.4, (why("unknown"),))) for u in one.unknown]
    ignored: list[str] = []
    for unit, reading in texts:
        if id(unit) in told or fold(unit.text) in used or unit.text == value:
            continue
        ignored.append(unit.text)
        making.part(f"{path}.ignore.{unit.text}", reading, _cells(one, unit), dict(one.others).get(unit, ()))
    strange = [u for u in one.unknown if u.text in ignored]
    if strange:
        cells = [name for u in strange for name in _cells(one, u)]
        making.ask(
            "columns",
            f"{path}.ignore",
            sheet=table.grid.sheet_name,
            cells=cells,
            names=", ".join(u.text for u in strange[:8]),
        )
    upper = [
        text
        for level, n in zip(one.levels, range(99), strict=False)
        if level.field is None
        for text in _upper_texts(one, n)
    ]
    over = {c.over for c in one.codes if c.over} | {u.under for u, _ in one.measures if u.under}
    ignored += [t for t in upper if t not in over and fold(t) not in used]
    if ignored:
        words["ignore"] = list(dict.fromkeys(ignored))


def _upper_texts(one: Understood, n: int) -> list[str]:
    own = {h.text for h in one.table.headers}
    return list(dict.fromkeys(h.upper[n] for h in one.table.headers if h.upper[n] and h.upper[n] not in own))


def table_name(one: Understood, taken: Sequence[str]) -> str:
    """A short name that is still free."""
    name = _NAMES[one.into] if not one.given & {"hour_start"} else "hours"
    return name if name not in taken else next(f"{name}{n}" for n in range(2, 99) if f"{name}{n}" not in taken)


def literal(text: str) -> str:
    """A text as a pattern that matches it and is still readable."""
    return re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", text)
