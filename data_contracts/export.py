"""What an export mapping may say: which column of an MES or ERP file is which column of a contract.

Applying it: etl.normalize. Its words are described in docs/how-to/add-an-export-mapping.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from data_contracts.calendar import known_zone
from data_contracts.layout_source import Labels
from data_contracts.tables.base import Table
from data_contracts.tables.resources import MesAttendance, MesMaterial
from data_contracts.tables.staged import MesOutput, MesStop, WorkOrder

EXPORT_TARGETS: dict[str, type[Table]] = {
    "output": MesOutput,
    "stop": MesStop,
    "order": WorkOrder,
    "material": MesMaterial,
    "attendance": MesAttendance,
}
KEY_ONLY = "record_id"
"""A column that is no column of a contract: it is read for the key alone."""
SET_BY_US = {
    *("source_file_id", "source_file", "record_no", "export_id", "record_key", "counting"),
    *("is_cancelled", "cancels_key", "part_no"),
}

Format = Literal["csv", "json", "xml", "workbook"]
Form = Literal["upper", "unpad"]
Unit = Literal["piece", "dozen", "thousand", "pack", "kg", "g"]
UNITS: dict[str, Unit] = {
    **dict.fromkeys(
        ("st", "stk", "stück", "pc", "pce", "pcs", "piece", "pieces", "ea", "each", "unit", "units"), "piece"
    ),
    **dict.fromkeys(("nos", "c62", "h87", "个", "件", "只", "片", "台", "pièce", "szt", "szt."), "piece"),
    **dict.fromkeys(("dz", "dzn", "dozen", "打"), "dozen"),
    **dict.fromkeys(("th", "tsd", "mil", "千件"), "thousand"),
    **dict.fromkeys(("kar", "cs", "box", "car", "ct", "ctn", "case", "pack", "箱", "盒"), "pack"),
    **dict.fromkeys(("kg", "kgm", "公斤", "千克"), "kg"),
    **dict.fromkeys(("g", "grm", "克"), "g"),
}
"""Units that everybody writes, folded. A mapping adds its own under ``[units]``."""

_STEP = r"[^/\[\]@:|]+(\[[^\[\]=]+=[^\[\]]*\])*"
_PATH = re.compile(rf"^(ancestor::)?({_STEP})(/{_STEP})*(/@[^/\[\]]+)?$|^@[^/\[\]]+$")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class When(_Part):
    """A column counts only in records where another one says something."""

    column: str
    words: Labels = Field(alias="is", min_length=1)


def _one_group(value: str | None) -> str | None:
    if value is not None:
        try:
            groups = re.compile(value).groups
        except re.error as error:
            raise ValueError(f"{value!r} is no regular expression: {error}") from error
        if groups != 1:
            raise ValueError(f"{value!r}: put the part that counts in one pair of brackets")
    return value


class ExportColumn(_Part):
    """One column of the contract and where it comes from."""

    source: Labels = Field(alias="from", default=[])
    join: list[str] = []
    const: str | None = None
    optional: bool = False
    formats: list[str] = []
    aliases: dict[str, str] = {}
    scale: float = 1.0
    unit: str | None = None
    when: When | None = None
    once: Labels = []
    form: list[Form] = []
    pattern: str | None = None

    _check = field_validator("pattern")(_one_group)

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not self.source and not self.join and self.const is None:
            raise ValueError("say where it comes from: from, join or const")
        return self

    def headers(self) -> Iterator[str]:
        """Everything in the file that this column looks at."""
        yield from (*self.source, *self.join, *self.once)
        yield from (name for name in (self.unit, self.when and self.when.column) if name)


class Cancelled(_Part):
    """How records are withdrawn. What is withdrawn stays in the warehouse and counts nowhere."""

    column: str | None = None
    words: Labels = Field(alias="is", default=[])
    words_not: Labels = Field(alias="is_not", default=[])
    reverses: list[str] = []
    replaces: list[str] = []
    claimed: When | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.column is None) != (not self.words):
            raise ValueError("column and is belong together")
        if self.reverses and self.replaces:
            raise ValueError("a record either reverses another one (reverses) or stands in its place (replaces)")
        if self.column is None and not self.reverses and not self.replaces:
            raise ValueError("say column and is, reverses, or replaces")
        return self

    def headers(self) -> Iterator[str]:
        """Everything in the file that decides it."""
        yield from (*self.reverses, *self.replaces)
        yield from (name for name in (self.column, self.claimed and self.claimed.column) if name)


class WideExport(_Part):
    """A column for each code: headers are codes, cells are quantities or minutes."""

    field: Literal["reason_code"] = "reason_code"
    value: Literal["downtime_min"] = "downtime_min"
    headers: dict[str, str] = Field(min_length=1)


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class ExportMapping(_Part):
    """A kind of export, recognised by its columns; file names help where two kinds have the same ones."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title_zh: str = ""
    title_en: str = ""
    quirks: list[str] = []
    kind: Literal["output", "stop", "order", "material", "attendance"]
    format: Annotated[list[Format], BeforeValidator(_as_list)] = Field(default=["csv"], min_length=1)
    file_name: Labels = ["*"]
    header_row: int = Field(default=1, ge=1)
    delimiter: Literal["auto", ",", ";", "\t", "|"] = "auto"
    encoding: str = "auto"
    decimal: Literal["auto", ".", ","] = "."
    records: Labels = []
    repeat: str = ""
    sheet: str | None = None
    fill_down: list[str] = []
    blank: Labels = []
    skip: dict[str, Labels] = {}
    zone: str = "plant"
    counting: Literal["counter", "manual"] = "counter"
    key: list[str] = Field(min_length=1)
    key_form: list[Form] = []
    units: dict[str, Unit] = {}
    cancelled: Cancelled | None = None
    columns: dict[str, ExportColumn] = Field(min_length=1)
    wide: WideExport | None = None
    ignore: Labels = []
    unknown: Literal["refuse", "ignore"] = "refuse"

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return value if value in ("plant", "UTC") else known_zone(value)

    @model_validator(mode="after")
    def _known_columns(self) -> Self:
        known = {*EXPORT_TARGETS[self.kind].columns(), KEY_ONLY} - SET_BY_US
        unknown = sorted(set(self.columns) - known)
        if unknown:
            raise ValueError(f"unknown column {', '.join(unknown)}; known: {', '.join(sorted(known))}")
        given = set(self.columns) | {s for c in self.columns.values() for s in c.headers()} | set(self.ignore)
        lost = sorted(set(self.key) - given - ({"reason_code"} if self.wide else set()))
        if lost:
            raise ValueError(f"key names {', '.join(lost)}, which no column gives")
        if self.cancelled and self.kind != "output":
            raise ValueError("cancelled is said of output only")
        for words in (self.cancelled.reverses, self.cancelled.replaces) if self.cancelled else ():
            if words and len(words) != len(self.key):
                raise ValueError("reverses and replaces name as many columns as key, in its order")
        return self

    @model_validator(mode="after")
    def _known_paths(self) -> Self:
        if "xml" in self.format:
            if not self.records:
                raise ValueError("records: say which elements are records, such as SegmentResponse/MaterialActual")
            for path in (*self.records, *self.paths()):
                if not _PATH.match(path):
                    raise ValueError(
                        f"{path!r} is no path such as Quantity/UnitOfMeasure, Value[ID=x]/@unit, ancestor::A/ID"
                    )
        return self

    def paths(self) -> tuple[str, ...]:
        """Every header or path of the file that the mapping reads, without those it ignores."""
        named = [h for c in self.columns.values() for h in c.headers()]
        named += self.cancelled.headers() if self.cancelled else ()
        named += [k for k in self.key if k not in self.columns and not (self.wide and k == "reason_code")]
        return tuple(dict.fromkeys((*named, *self.skip, *self.fill_down)))
