"""Words of a layout for its tables: headers, upper headers, rows that name their measure, forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self

import polars as pl
from pydantic import BaseModel, BeforeValidator, Field, field_validator, model_validator

from data_contracts.layout_source import STRICT, FormCell, Labels, regex
from data_contracts.tables.base import Table
from data_contracts.tables.shift_figures import ReportShift
from data_contracts.tables.staged import ReportDefect, ReportOutput, ReportStop, ReportWip
from data_contracts.units import UNITS_OF, Unit

TARGETS: dict[str, type[Table]] = {
    "output": ReportOutput,
    "stop": ReportStop,
    "defect": ReportDefect,
    "wip": ReportWip,
    "shift": ReportShift,
}
KEY_FIELDS = ("plant_id", "line_id", "production_date", "shift_id")
SHEET_FIELDS = (*KEY_FIELDS, "leader", "order_id", "product_id", "signature")
CLOCKS = ("hour_start", "start_at", "end_at")
VALUE = "value"
"""Name of a column whose measure the row names (``measure_from``)."""

_SET_BY_US = {"report_id", "source_sheet", "row_no", "is_total"}
_OF_CODES = {"stop": ("reason_code", "downtime_min"), "defect": ("defect_code", "scrap_qty")}


def _as_levels(value: object) -> object:
    return value if isinstance(value, list) else [value]


class Column(BaseModel):
    """One column of a table, found by its header, or by the header to its right when it has none."""

    model_config = STRICT

    header: Labels = []
    left_of: Labels = []
    under: Labels = []
    optional: bool = False
    fill_down: bool = False
    unit: Unit | dict[str, Unit] | None = None
    signs: list[str] = []
    formats: list[str] = []
    aliases: dict[str, str] = {}

    @model_validator(mode="after")
    def _found_once(self) -> Self:
        if bool(self.header) == bool(self.left_of):
            raise ValueError("say header, or left_of for a column without one")
        if self.under and not self.header:
            raise ValueError("under tells equal headers apart; a column without a header has none")
        if isinstance(self.unit, dict):
            strange = sorted(set(self.unit) - set(self.header))
            if strange:
                raise ValueError(f"unit names {', '.join(strange)}, which is no header of this column")
        return self

    @property
    def title(self) -> str:
        """How a person is told about the column."""
        return self.header[0] if self.header else f"← {self.left_of[0]}"

    @property
    def units(self) -> frozenset[Unit]:
        """Units that its headers state."""
        if isinstance(self.unit, dict):
            return frozenset(self.unit.values())
        return frozenset([self.unit] if self.unit else [])


class _Headers(BaseModel):
    """Headers that are values: named one by one, or all that match a pattern."""

    model_config = STRICT

    pattern: str | None = None
    formats: list[str] = []

    _check = field_validator("pattern")(regex)


class Wide(_Headers):
    """Columns whose headers are values of a field, such as codes or hours; their cells are one measure."""

    into: Literal["stop", "defect"] | None = None
    field: str | None = None
    measure: str | None = None
    headers: dict[str, str] = {}
    over: Labels = []
    unit: Unit | None = None
    signs: list[str] = []

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if bool(self.headers) == bool(self.pattern):
            raise ValueError("say headers, or a pattern that all of them match")
        if (self.into is None) == (self.field is None):
            raise ValueError("say into (a stop or defect for each cell), or field (what the headers say)")
        if self.into is not None and self.measure is not None:
            raise ValueError(f'into = "{self.into}" says the measure already: {_OF_CODES[self.into][1]}')
        if self.formats and self.field not in ("production_date", *CLOCKS):
            raise ValueError("only headers that are dates or times have formats")
        return self


class Group(_Headers):
    """One level of a header of several rows: its texts are values, such as the shift, for the columns below."""

    field: str
    labels: dict[str, str] = {}

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if bool(self.labels) == bool(self.pattern):
            raise ValueError("say labels, or a pattern that all of them match")
        if self.formats and self.field not in ("production_date", *CLOCKS):
            raise ValueError("only dates or times have formats")
        return self


class MeasureFrom(BaseModel):
    """The column whose text names the measure of its row. Rows with equal keys make one record."""

    model_config = STRICT

    header: Labels = []
    left_of: Labels = []
    labels: dict[str, str] = Field(min_length=1)
    units: dict[str, Unit] = {}

    @model_validator(mode="after")
    def _found_once(self) -> Self:
        if bool(self.header) == bool(self.left_of):
            raise ValueError("say header, or left_of for a column without one")
        strange = sorted(set(self.units) - set(self.labels))
        if strange:
            raise ValueError(f"units names {', '.join(strange)}, which is none of the labels")
        return self


class LayoutTable(BaseModel):
    """One table of the sheet: a header row, then rows until the next table, an end label or the end.

    With ``across`` records stand side by side: read row for column and column for row. With ``cells`` it is a form.
    """

    model_config = STRICT

    into: Literal["output", "stop", "defect", "wip", "shift"]
    sheet: str | None = None
    optional: bool = False
    across: bool = False
    repeat: bool = False
    columns: dict[str, Column] = {}
    wide: list[Wide] = []
    group: Annotated[list[Group], BeforeValidator(_as_levels)] = []
    measure_from: MeasureFrom | None = None
    cells: dict[str, FormCell] = {}
    total: Labels = []
    skip: Labels = []
    end: Labels = []
    ignore: Labels = []
    key_from: str | None = None

    _check = field_validator("sheet")(regex)

    @field_validator("skip")
    @classmethod
    def _skip_patterns(cls, value: list[str]) -> list[str]:
        for pattern in value:
            regex(pattern)
        return value

    @model_validator(mode="after")
    def _known_measures(self) -> Self:
        named = {VALUE} if self.measure_from else set()
        _refuse("measure", self._measures_named() - named, self.known())
        fields = {g.field for g in self.group} | {w.field for w in self.wide if w.field}
        _refuse("field", fields, self.dimensions())
        dated = {"production_date", *CLOCKS}
        formats = {n: c.formats for n, c in self.columns.items()} | {n: c.formats for n, c in self.cells.items()}
        undated = sorted(name for name, given in formats.items() if given and name not in dated)
        if undated:
            raise ValueError(f"{', '.join(undated)}: only production_date and times have formats")
        for name, units in self._units():
            allowed = UNITS_OF.get(str(self.unit_of(name)), ())
            wrong = sorted(set(units) - set(allowed))
            if wrong:
                raise ValueError(f"{name} cannot be stated in {', '.join(wrong)}")
        return self

    @model_validator(mode="after")
    def _recognisable(self) -> Self:
        if self.cells:
            mixed = [w for w in ("columns", "wide", "group", "measure_from", "across", "repeat") if getattr(self, w)]
            if mixed:
                raise ValueError(f"a form has cells and no {', '.join(mixed)}")
            if all(c.optional or not c.label for c in self.cells.values()):
                raise ValueError("at least one label must be required: the form is recognised by it")
            return self
        sure = any(not c.optional and c.header for c in self.columns.values())
        sure = sure or any(w.headers for w in self.wide) or any(g.labels for g in self.group)
        if not sure and not (self.measure_from and self.measure_from.header):
            raise ValueError("at least one column must be required: the table is recognised by it")
        return self

    @model_validator(mode="after")
    def _one_measure_a_cell(self) -> Self:
        unnamed = [w for w in self.wide if w.field and not w.measure]
        if self.measure_from is None and unnamed:
            raise ValueError(f"wide over {unnamed[0].field}: say measure, or measure_from when the row names it")
        if self.measure_from is not None:
            if VALUE not in self.columns and not unnamed:
                raise ValueError(f"measure_from needs cells whose measure the row names: a column {VALUE!r}, or wide")
            if any(w.into for w in self.wide):
                raise ValueError("measure_from and wide with into: one cell would have two measures")
        twice = sorted({g.field for g in self.group} & {w.field for w in self.wide if w.field})
        if twice:
            raise ValueError(f"both group and wide say {', '.join(twice)}")
        return self

    def known(self) -> list[str]:
        """What a column or cell may be called."""
        measures = {c for c in TARGETS[self.into].columns() if not c.endswith("_cell")} - _SET_BY_US
        return sorted(measures | set(SHEET_FIELDS))

    def dimensions(self) -> list[str]:
        """What a header may say by its own text: all but quantities and remarks."""
        types: Mapping[str, pl.DataType] = TARGETS[self.into].columns()
        remarks = {"note", "reason_text"}
        return [name for name in self.known() if types.get(name) != pl.Float64 and name not in remarks]

    def unit_of(self, measure: str) -> str | None:
        """Unit of a measure in the contract."""
        promise = TARGETS[self.into].promises().get(measure)
        return promise.unit if promise is not None else None

    def fields_given(self) -> set[str]:
        """Fields of the key and others that the table says itself."""
        wide = {w.field for w in self.wide if w.field}
        return {*self.columns, *self.cells, *(g.field for g in self.group), *wide}

    def _measures_named(self) -> set[str]:
        rows = set(self.measure_from.labels.values()) if self.measure_from else set()
        return {*self.columns, *self.cells, *rows, *(w.measure for w in self.wide if w.measure)}

    def _units(self) -> Iterator[tuple[str, set[Unit]]]:
        for name, column in self.columns.items():
            if name != VALUE:
                yield name, set(column.units)
        for name, cell in self.cells.items():
            yield name, {cell.unit} if cell.unit else set()
        for wide in self.wide:
            measure = wide.measure or (_OF_CODES[wide.into][1] if wide.into else None)
            if measure and wide.unit:
                yield ("downtime_min" if wide.into == "stop" else measure), {wide.unit}
        if self.measure_from:
            for label, unit in self.measure_from.units.items():
                yield self.measure_from.labels[label], {unit}


def _refuse(what: str, named: set[str], known: list[str]) -> None:
    unknown = sorted(named - set(known))
    if unknown:
        raise ValueError(f"unknown {what} {', '.join(unknown)}; known: {', '.join(known)}")
