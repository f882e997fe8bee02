"""Texts, numbers and dates in the reader's language. Texts of rules, causes, severities: ``data_contracts``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from data_contracts.crosschecks import CROSSCHECKS
from data_contracts.language import LANGUAGES, REASONS, Catalog, evidence_text

TEXTS = Catalog(Path(__file__).parent / "i18n")
LOCALES = {"zh": "zh_CN", "en": "en"}
MINUS = "\N{MINUS SIGN}"
BLANK = "n/a"


@dataclass(frozen=True, slots=True)
class Words:
    """One language. ``zone`` is the IANA zone in which instants are shown."""

    language: str
    zone: str = "UTC"

    @property
    def locale(self) -> str:
        """The same as Babel calls it."""
        return LOCALES[self.language]

    def t(self, key: str, **values: object) -> str:
        """Text of a page. Raises KeyError for a key that no catalog has."""
        return TEXTS.text(key, self.language, **values)

    def code(self, family: str, code: str | None) -> str:
        """Name of a coded value (``cause``, ``severity``, ``measure``, ``status``); the code itself when unnamed."""
        return (self._reason(f"{family}.{code}") or code) if code else ""

    def headings(self, **columns: str) -> dict[str, str]:
        """Columns of a frame to their headings; each is given as ``column="key of the heading"``."""
        return {name: self.t(f"column.{key}") for name, key in columns.items()}

    def evidence(self, cause: str, text: str | None) -> str | None:
        """What led to a cause."""
        return evidence_text(cause, text, self.language)

    def _reason(self, key: str) -> str | None:
        try:
            return REASONS.text(key, self.language)
        except KeyError:
            return None

    def rule(self, rule_id: str) -> str:
        """Name of a cross-check: as its own file says it, else as the catalog of reasons does, else its id."""
        check = CROSSCHECKS.get(rule_id)
        if check and self.language in check.name:
            return check.name[self.language]
        return self._reason(f"rule.{rule_id}.name") or rule_id

    def rule_message(self, rule_id: str, **values: object) -> str:
        """What a cross-check found, filled in."""
        check = CROSSCHECKS.get(rule_id)
        try:
            if check and self.language in check.message:
                return check.message[self.language].format(**values)
            return REASONS.text(f"rule.{rule_id}.message", self.language, **values)
        except (KeyError, IndexError, ValueError):
            return self.t("difference.message", **values)

    def named(self, code: str, name_zh: str | None, name_en: str | None) -> str:
        """Code and name of a thing of the master data."""
        name = (name_zh if self.language == "zh" else name_en) or ""
        return f"{code} · {name}" if name and name.casefold() != code.casefold() else code

    def number(self, value: float | None, digits: int = 0) -> str:
        """A quantity; a part of a piece is shown only when there is one."""
        if value is None:
            return BLANK
        if digits == 0 and value != round(value):
            digits = 2 if abs(value) < 10 else 1
        return _decimal(round(value, digits) or 0.0, digits, self.locale)  # no negative zero

    def signed(self, value: float | None, digits: int = 0) -> str:
        """A difference, with its sign."""
        if value is None:
            return BLANK
        return ("+" if value > 0 else "") + self.number(value, digits)

    def percent(self, part: float | None, whole: float | None = 1.0, digits: int = 1) -> str:
        """``part`` of ``whole``; n/a when either is missing or the whole is nothing."""
        if part is None or not whole:
            return BLANK
        share = 100 * part / whole
        return self.number(share if digits else round(share), digits) + (" %" if self.language == "en" else "%")

    def hours(self, minutes: float | None, digits: int = 1) -> str:
        """Minutes as hours with their unit."""
        return BLANK if minutes is None else f"{self.number(minutes / 60, digits)} h"

    def minutes(self, value: float | None) -> str:
        """Minutes with their unit."""
        return BLANK if value is None else f"{self.number(value, 0 if abs(value) >= 10 else 1)} min"

    def points(self, value: float | None) -> str:
        """A difference of two ratios in percentage points."""
        if value is None:
            return BLANK
        return self.t("unit.points", value=self.signed(round(100 * value, 1), 1))

    def day(self, value: date | None) -> str:
        """A production day with its weekday."""
        if value is None:
            return BLANK
        return _date(value, self.t("format.day"), self.locale)

    def short_day(self, value: date) -> str:
        """A production day where many stand side by side."""
        return _date(value, self.t("format.short_day"), self.locale)

    def full_day(self, value: date | None) -> str:
        """A production day with weekday and year."""
        if value is None:
            return BLANK
        return _date(value, self.t("format.full_day"), self.locale)

    def moment(self, value: datetime | None) -> str:
        """A UTC instant on the plant's clock."""
        if value is None:
            return BLANK
        return format_datetime(self._local(value), self.t("format.moment"), locale=self.locale)

    def clock(self, value: datetime | None) -> str:
        """Hour and minute of a UTC instant on the plant's clock."""
        return BLANK if value is None else self._local(value).strftime("%H:%M")

    def _local(self, value: datetime) -> datetime:
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(ZoneInfo(self.zone))


@lru_cache(maxsize=10_000)
def _decimal(value: float, digits: int, locale: str) -> str:
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=locale).replace("-", MINUS)


@lru_cache(maxsize=2_000)
def _date(value: date, pattern: str, locale: str) -> str:
    return format_date(value, pattern, locale=locale)


def language_of(*wishes: str | None) -> str:
    """The first wish that names a language of the product, else English."""
    for wish in wishes:
        short = (wish or "").lower()[:2]
        if short in LANGUAGES:
            return short
    return "en"
