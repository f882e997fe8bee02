"""Words of a layout for one value: beside a label, in a fixed cell, in a sentence or a name. Tables: layout_table."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from data_contracts.units import Unit

DATE_PARTS = ("year", "month", "day")
CELL = r"^[A-Z]{1,3}[1-9][0-9]{0,6}$"


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Labels = Annotated[list[str], BeforeValidator(_as_list)]


def regex(value: str | None) -> str | None:
    """Refuse what is no regular expression."""
    if value is not None:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"{value!r} is not a regular expression: {error}") from error
    return value


def named_parts(pattern: str | None) -> frozenset[str]:
    """Names of the groups of a pattern."""
    return frozenset(re.compile(pattern).groupindex) if pattern else frozenset()


STRICT = ConfigDict(extra="forbid", frozen=True)


class Place(BaseModel):
    """Where one value stands in a sheet."""

    model_config = STRICT

    label: Labels = []
    value_at: Literal["right", "below", "inside"] = "right"
    cell: str | None = Field(None, pattern=CELL)
    pattern: str | None = None
    formats: list[str] = []
    aliases: dict[str, str] = {}
    optional: bool = False

    _check_pattern = field_validator("pattern")(regex)

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.label and self.cell:
            raise ValueError("say label or cell, not both")
        if self.value_at != "right" and not self.label:
            raise ValueError(f'value_at = "{self.value_at}" needs a label')
        if self.pattern and re.compile(self.pattern).groups > 1 and not named_parts(self.pattern):
            raise ValueError("pattern has several groups; mark the part that counts with one, the others with (?:...)")
        return self


class Source(Place):
    """Where one field of a sheet stands. Several places may be named: the first one that has a value counts.

    All other places are compared with it (cross-check key_agreement). Order: label, cell or pattern, sheet name,
    file name, constant.
    """

    required_on: str | None = None
    sheet: str | None = None
    sheet_name: str | None = None
    file_name: str | None = None
    const: str | None = None

    _check = field_validator("required_on", "sheet", "sheet_name", "file_name")(regex)

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.label or self.cell or self.pattern or self.sheet_name or self.file_name or self.const):
            raise ValueError("say where it stands: label, cell, pattern, sheet_name, file_name or const")
        if self.sheet and not (self.label or self.cell or self.pattern):
            raise ValueError("sheet says on which sheet a label, cell or pattern is looked for; none is given")
        if self.required_on and not (self.label and self.optional):
            raise ValueError("required_on says on which sheets an optional label must be there; there is none")
        if self.date_parts and self.date_parts != set(DATE_PARTS):
            raise ValueError(f"a date in parts needs the groups {', '.join(DATE_PARTS)}, no more and no less")
        return self

    def may_be_missing(self, sheet_name: str) -> bool:
        """Whether a sheet of this name need not have the label."""
        return self.optional and not (self.required_on and re.search(self.required_on, sheet_name))

    @property
    def date_parts(self) -> frozenset[str]:
        """Parts of a date that patterns name."""
        return named_parts(self.pattern) | named_parts(self.sheet_name) | named_parts(self.file_name)


class FormCell(Place):
    """One measure of a form: beside its own label or in a fixed cell."""

    unit: Unit | None = None
    signs: list[str] = []

    @model_validator(mode="after")
    def _placed(self) -> Self:
        if not (self.label or self.cell):
            raise ValueError("say where it stands: label or cell")
        if named_parts(self.pattern):
            raise ValueError("only a field's pattern names the parts of a date")
        return self
