r"""What a layout file may say: where in a kind of workbook which measure stands. Applying it: etl.normalize.

A layout is recognised by its labels and headers, never guessed. Its words are described in
docs/how-to/add-a-layout.md. Words of a single value: layout_source. Words of a table: layout_table.

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

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, field_validator, model_validator

from data_contracts.calendar import known_zone
from data_contracts.layout_source import DATE_PARTS, STRICT, FormCell, Labels, Place, Source, named_parts, regex
from data_contracts.layout_table import (
    CLOCKS,
    KEY_FIELDS,
    SHEET_FIELDS,
    TARGETS,
    VALUE,
    Column,
    Group,
    LayoutTable,
    MeasureFrom,
    Wide,
)
from data_contracts.units import Unit

__all__ = [
    "CLOCKS",
    "DATE_PARTS",
    "KEY_FIELDS",
    "SHEET_FIELDS",
    "TARGETS",
    "VALUE",
    "Blocks",
    "Column",
    "FormCell",
    "Group",
    "Layout",
    "LayoutTable",
    "MeasureFrom",
    "Period",
    "Place",
    "Source",
    "Wide",
    "named_parts",
]


def _as_levels(value: object) -> object:
    return value if isinstance(value, list) else [value]


class Blocks(BaseModel):
    """A sheet holds several blocks that look alike; each is treated as a sheet of its own.

    What stands above the first block (and left of it, unless blocks only follow each other downwards) is shared.
    """

    model_config = STRICT

    start: Labels = Field(min_length=1)
    direction: Literal["down", "across", "both"] = "down"


class Period(BaseModel):
    """The month that the names of file and sheet say; days in the tables that lie in another one are refused."""

    model_config = STRICT

    file_name: str | None = None
    sheet_name: str | None = None

    _check = field_validator("file_name", "sheet_name")(regex)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if named_parts(self.file_name) | named_parts(self.sheet_name) != {"year", "month"}:
            raise ValueError("a period needs the groups year and month, no more and no less")
        return self


class Layout(BaseModel):
    """A kind of workbook."""

    model_config = STRICT

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title_zh: str = ""
    title_en: str = ""
    decimal: Literal[".", ","] = "."
    clock: Literal[":", ".", "decimal"] = ":"
    zone: str = "plant"
    units: dict[str, Unit] = {}
    ignore_sheets: list[str] = []
    blocks: Annotated[list[Blocks], BeforeValidator(_as_levels)] = []
    period: Period | None = None
    fields: dict[str, Source] = {}
    tables: dict[str, LayoutTable] = Field(min_length=1)

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return value if value == "plant" else known_zone(value)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        unknown = sorted(set(self.fields) - set(SHEET_FIELDS))
        if unknown:
            raise ValueError(f"unknown field {', '.join(unknown)}; known: {', '.join(SHEET_FIELDS)}")
        for name, source in self.fields.items():
            if (source.formats or source.date_parts) and name != "production_date":
                raise ValueError(f"fields.{name}: only production_date has formats and parts")
        for name, table in self.tables.items():
            if table.key_from is not None and table.key_from not in self.tables:
                raise ValueError(f"tables.{name}.key_from: there is no table {table.key_from!r}")
            given = set(self.fields) | table.fields_given()
            missing = [k for k in KEY_FIELDS[1:] if k not in given]
            if missing and table.key_from is None:
                raise ValueError(f"tables.{name}: nothing says where {', '.join(missing)} stands")
        return self
