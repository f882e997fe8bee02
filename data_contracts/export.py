"""What an export mapping may say: which column of an MES or ERP file is which column of a contract.

Applying it: etl.normalize. Its words are described in docs/how-to/add-an-export-mapping.md.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from data_contracts.calendar import known_zone
from data_contracts.layout_source import Labels
from data_contracts.tables.staged import MesOutput, MesStop, WorkOrder

EXPORT_TARGETS = {"output": MesOutput, "stop": MesStop, "order": WorkOrder}
_SET_BY_US = {"source_file_id", "source_file", "record_no", "export_id", "record_key", "counting"}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ExportColumn(_Part):
    """One column of the contract and where it comes from."""

    source: Labels = Field(alias="from", default=[])
    const: str | None = None
    optional: bool = False
    formats: list[str] = []
    aliases: dict[str, str] = {}
    scale: float = 1.0

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not self.source and self.const is None:
            raise ValueError("say where it comes from: from or const")
        return self


class WideExport(_Part):
    """A column for each code: headers are codes, cells are quantities or minutes."""

    field: Literal["reason_code"] = "reason_code"
    value: Literal["downtime_min"] = "downtime_min"
    headers: dict[str, str] = Field(min_length=1)


class ExportMapping(_Part):
    """A kind of export, recognised by its file name and its columns."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title_zh: str = ""
    title_en: str = ""
    kind: Literal["output", "stop", "order"]
    format: Literal["csv", "json", "workbook"] = "csv"
    file_name: Labels = ["*"]
    header_row: int = Field(default=1, ge=1)
    delimiter: Literal["auto", ",", ";", "\t", "|"] = "auto"
    encoding: str = "auto"
    decimal: Literal[".", ","] = "."
    records: str = ""
    sheet: str | None = None
    zone: str = "plant"
    counting: Literal["counter", "manual"] = "counter"
    key: list[str] = Field(min_length=1)
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
        known = set(EXPORT_TARGETS[self.kind].columns()) - _SET_BY_US
        unknown = sorted(set(self.columns) - known)
        if unknown:
            raise ValueError(f"unknown column {', '.join(unknown)}; known: {', '.join(sorted(known))}")
        given = set(self.columns) | {s for c in self.columns.values() for s in c.source} | set(self.ignore)
        lost = sorted(set(self.key) - given - ({"reason_code"} if self.wide else set()))
        if lost:
            raise ValueError(f"key names {', '.join(lost)}, which no column gives")
        return self
