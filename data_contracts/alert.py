"""Alert routes of a site, as written in ``site.toml``: who is told what, when and in which language.

Where a route leads, with its password, is a variable of the machine (``etl.settings``), never a word here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import time
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from data_contracts.errors import ScopeError
from data_contracts.language import LANGUAGES
from data_contracts.scope import Scope

Event = Literal["missing_report", "blocked_file", "difference"]
Severity = Literal["block", "error", "warning", "info"]


class AlertRoute(BaseModel):
    """Who is told what. The service's address stands in the variable ``SHIFTLEDGER_ALERT_<ID>_URL``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    scope: str = "*"
    events: tuple[Event, ...] = ("missing_report", "blocked_file", "difference")
    severities: tuple[Severity, ...] = ("block", "error")
    quiet: str = ""
    digest_at: str = ""
    language: Literal["zh", "en", "both"] = "both"

    @field_validator("scope")
    @classmethod
    def _readable_scope(cls, value: str) -> str:
        try:
            Scope.parse(value)
        except ScopeError as error:
            raise ValueError(str(error)) from None
        return value

    @field_validator("quiet")
    @classmethod
    def _two_times(cls, value: str) -> str:
        if value:
            first, _, last = value.partition("-")
            if _time(first) == _time(last):
                raise ValueError("quiet hours begin and end at the same time; leave them out, or drop the route")
        return value

    @field_validator("digest_at")
    @classmethod
    def _one_time(cls, value: str) -> str:
        if value:
            _time(value)
        return value

    @property
    def nodes(self) -> Scope:
        """The part of the company it tells of."""
        return Scope.parse(self.scope)

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages of its messages, in this order."""
        return LANGUAGES if self.language == "both" else (self.language,)

    @property
    def digest_time(self) -> time | None:
        """Local time of its daily digest; None when it has none."""
        return _time(self.digest_at) if self.digest_at else None

    def is_quiet_at(self, local: time) -> bool:
        """Whether nothing is sent at this time of the plant's clock; the end itself is no longer quiet."""
        if not self.quiet:
            return False
        first, last = (_time(part) for part in self.quiet.split("-"))
        return first <= local < last if first < last else local >= first or local < last


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is no time of day; write 22:00, or 22:00-06:00 for hours") from None


def route_problems(routes: Sequence[AlertRoute], lines: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """Routes that share an id, and scopes that name what is not there; ``lines``: plant, area, line."""
    ids = [route.id for route in routes]
    yield from (f"alert.id: {name!r} is the id of two routes" for name in sorted({i for i in ids if ids.count(i) > 1}))
    known = {line[:depth] for line in lines for depth in range(4)}
    for route in routes:
        for node in route.nodes.nodes:
            if node not in known:
                yield f"alert.scope: {route.id}: {'/'.join(node)!r} is not in master/line.csv"
