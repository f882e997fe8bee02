"""Texts, numbers and days of messages in one language. Names of rules, causes, severities: ``data_contracts``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

from data_contracts.crosschecks import CROSSCHECKS
from data_contracts.language import REASONS, Catalog
from etl.tell import message, reason_text

TEXTS = Catalog(Path(__file__).parent / "i18n")
LOCALES = {"zh": "zh_CN", "en": "en_GB"}
BLANK = "n/a"
LineNames = Mapping[tuple[str | None, str | None], tuple[str | None, str | None]]
"""Plant and line to the names in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language; ``lines``: what lines are called."""

    language: str
    lines: LineNames = field(default_factory=dict)

    def t(self, key: str, **values: object) -> str:
        """Text of a message. Raises KeyError for a key that no catalog has."""
        return TEXTS.text(key, self.language, **values)

    def number(self, value: float | None) -> str:
        """A quantity or a count."""
        return BLANK if value is None else format_decimal(round(value, 2), locale=LOCALES[self.language])

    def percent(self, part: float | None, whole: float | None) -> str:
        """``part`` of ``whole``; n/a when either is missing or the whole is nothing."""
        if part is None or not whole:
            return BLANK
        return format_percent(part / whole, format="0.0%", locale=LOCALES[self.language])

    def minutes(self, value: float | None) -> str:
        """Minutes with their unit."""
        return BLANK if value is None else f"{self.number(round(value))} min"

    def hours(self, minutes: float | None) -> str:
        """Minutes as hours with their unit, no negative zero."""
        if minutes is None:
            return BLANK
        return f"{format_decimal(round(minutes / 60, 1) or 0.0, format='#,##0.0', locale=LOCALES[self.language])} h"

    def day(self, value: date) -> str:
        """A production day with its weekday."""
        return format_date(value, self.t("format.day"), locale=LOCALES[self.language])

    def short_day(self, value: date) -> str:
        """A production day where many stand side by side."""
        return format_date(value, self.t("format.short_day"), locale=LOCALES[self.language])

    def days(self, days: Sequence[date]) -> str:
        """One day, or the first and the last of several."""
        return " – ".join(self.day(day) for day in dict.fromkeys((days[0], days[-1]))) if days else ""

    def moment(self, value: datetime) -> str:
        """A time on the plant's clock."""
        return format_datetime(value, self.t("format.moment"), locale=LOCALES[self.language])

    def severity(self, code: str) -> str:
        """Name of a severity."""
        return REASONS.text(f"severity.{code}", self.language)

    def counts(self, by_severity: Mapping[str, int]) -> str:
        """Severities with their counts, the gravest first."""
        told = [f"{self.severity(code)} {self.number(count)}" for code, count in by_severity.items()]
        return self.t("title.join").join(told) or self.t("digest.none")

    def cause(self, code: str | None) -> str:
        """Name of a probable cause; its code when it has none."""
        key = f"cause.{code}"
        return REASONS.text(key, self.language) if key in REASONS else code or ""

    def rule(self, rule_id: str) -> str:
        """Name of a cross-check; its id when it is not known here."""
        return CROSSCHECKS[rule_id].name[self.language] if rule_id in CROSSCHECKS else rule_id

    def line(self, plant_id: str | None, line_id: str | None) -> str:
        """Plant, line and its name."""
        if line_id is None:
            return plant_id or self.t("place.unknown")
        zh, en = self.lines.get((plant_id, line_id), (None, None))
        name = zh if self.language == "zh" else en
        return " · ".join(filter(None, (f"{plant_id}/{line_id}", name)))

    def loss(self, row: Mapping[str, Any]) -> str:
        """Code and name of a reason for a stop."""
        if row["reason_code"] in (None, "unknown"):
            return self.t("paper.no_reason")
        name = row["name_zh"] if self.language == "zh" else row["name_en"]
        return " · ".join(filter(None, (row["reason_code"], name)))

    def sentence(self, row: Mapping[str, Any]) -> str:
        """What a cross-check found; the name of the rule when it has no sentence here."""
        return message(row, self.language) if row["rule_id"] in CROSSCHECKS else str(row["rule_id"])

    def place(self, row: Mapping[str, Any]) -> str:
        """File, sheet and cell."""
        cell = "!".join(filter(None, (row.get("source_sheet"), row.get("source_cell"))))
        return " / ".join(filter(None, (row.get("source_file"), cell)))

    def reason(self, row: Mapping[str, Any]) -> str:
        """Why something was held back; ``row`` has reason_code and reason_params."""
        params = {"sheet": row.get("source_sheet"), **json.loads(row.get("reason_params") or "{}")}
        return reason_text(row["reason_code"], params, self.language)


def line_names(lines: pl.DataFrame) -> LineNames:
    """What lines are called; ``lines``: plant_id, line_id, name_zh, name_en."""
    return {(row["plant_id"], row["line_id"]): (row["name_zh"], row["name_en"]) for row in lines.iter_rows(named=True)}
