r"""What a layout file may say: where in a kind of workbook which measure stands. Applying it: etl.normalize.

A layout is recognised by its labels and headers, never guessed. Its words are described in
docs/how-to/add-a-layout.md.

The value of a label stands to its right in the same row, or in the cell below it::

    [fields]
    line_id = { label = ["线别", "Line"] }
    leader = { label = "班长", value_at = "below", optional = true }

A date may be spread over two names. In a monthly workbook with sheets 1 to 31 the sheet gives the day and the
file name the rest; the groups are called ``year``, ``month`` and ``day``::

    production_date = { sheet_name = '^(?P<day>\d{1,2})$', file_name = '(?P<year>\d{4})-(?P<month>\d{2})' }

Below a two-row header a value of the upper row, such as the shift, holds for the columns under it; columns outside
these groups belong to every group of their row. Every column of a group stands under each of its labels::

    [tables.rows.group]
    field = "shift_id"
    labels = { "白班" = "D", "夜班" = "N" }
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from data_contracts.tables.staged import ReportDefect, ReportOutput, ReportStop

DATE_PARTS = ("year", "month", "day")
TARGETS = {"output": ReportOutput, "stop": ReportStop, "defect": ReportDefect}
KEY_FIELDS = ("plant_id", "line_id", "production_date", "shift_id")
SHEET_FIELDS = (*KEY_FIELDS, "leader", "order_id", "product_id")


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Labels = Annotated[list[str], BeforeValidator(_as_list)]


def _regex(value: str | None) -> str | None:
    if value is not None:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"{value!r} is not a regular expression: {error}") from error
    return value


def named_parts(pattern: str | None) -> frozenset[str]:
    """Names of the groups of a pattern."""
    return frozenset(re.compile(pattern).groupindex) if pattern else frozenset()


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Part):
    """Where one field of a sheet stands. Several places may be named: the first one that has a value counts.

    All other places are compared with it (cross-check key_agreement). Order: label, sheet name, file name, constant.
    """

    label: Labels = []
    value_at: Literal["right", "below"] = "right"
    sheet_name: str | None = None
    file_name: str | None = None
    const: str | None = None
    formats: list[str] = []
    aliases: dict[str, str] = {}
    optional: bool = False

    _check = field_validator("sheet_name", "file_name")(_regex)

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.label or self.sheet_name or self.file_name or self.const):
            raise ValueError("say where it stands: label, sheet_name, file_name or const")
        parts = named_parts(self.sheet_name) | named_parts(self.file_name)
        if parts and parts != set(DATE_PARTS):
            raise ValueError(f"a date in parts needs the groups {', '.join(DATE_PARTS)}, no more and no less")
        return self


class Column(_Part):
    """One column of a table, found by its header."""

    header: Labels = Field(min_length=1)
    optional: bool = False
    fill_down: bool = False
    formats: list[str] = []
    aliases: dict[str, str] = {}


class Wide(_Part):
    """A column for each code: headers are codes, cells are quantities or minutes."""

    into: Literal["stop", "defect"]
    headers: dict[str, str] = Field(min_length=1)
    over: Labels = []


class Group(_Part):
    """The upper row of a two-row header names a value, such as the shift, for the columns below it."""

    field: Literal["shift_id", "line_id"]
    labels: dict[str, str] = Field(min_length=1)


class LayoutTable(_Part):
    """One table of the sheet: a header row, then rows until the next table, an end label or the end."""

    into: Literal["output", "stop", "defect"]
    sheet: str | None = None
    optional: bool = False
    columns: dict[str, Column] = Field(min_length=1)
    wide: list[Wide] = []
    group: Group | None = None
    total: Labels = []
    end: Labels = []
    ignore: Labels = []
    key_from: str | None = None

    _check = field_validator("sheet")(_regex)

    @model_validator(mode="after")
    def _known_measures(self) -> Self:
        known = {c for c in TARGETS[self.into].columns() if not c.endswith("_cell")} | set(SHEET_FIELDS)
        unknown = sorted(set(self.columns) - known)
        if unknown:
            raise ValueError(f"unknown measure {', '.join(unknown)}; known: {', '.join(sorted(known))}")
        if not self.wide and all(column.optional for column in self.columns.values()):
            raise ValueError("at least one column must be required: the table is recognised by it")
        undated = sorted(name for name, c in self.columns.items() if c.formats and name != "production_date")
        if undated:
            raise ValueError(f"{', '.join(undated)}: only production_date has formats")
        return self


class Layout(_Part):
    """A kind of workbook."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title_zh: str = ""
    title_en: str = ""
    decimal: Literal[".", ","] = "."
    ignore_sheets: list[str] = []
    fields: dict[str, Source] = {}
    tables: dict[str, LayoutTable] = Field(min_length=1)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        unknown = sorted(set(self.fields) - set(SHEET_FIELDS))
        if unknown:
            raise ValueError(f"unknown field {', '.join(unknown)}; known: {', '.join(SHEET_FIELDS)}")
        for name, source in self.fields.items():
            dated = source.formats or named_parts(source.sheet_name) | named_parts(source.file_name)
            if dated and name != "production_date":
                raise ValueError(f"fields.{name}: only production_date has formats and parts")
        for name, table in self.tables.items():
            if table.key_from is not None and table.key_from not in self.tables:
                raise ValueError(f"tables.{name}.key_from: there is no table {table.key_from!r}")
            given = set(self.fields) | set(table.columns) | ({table.group.field} if table.group else set())
            missing = [k for k in KEY_FIELDS[1:] if k not in given]
            if missing and table.key_from is None:
                raise ValueError(f"tables.{name}: nothing says where {', '.join(missing)} stands")
        return self
