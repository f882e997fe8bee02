"""What a page gets to work with: the reader's language, scope and filters, and a way to ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import urlencode

import polars as pl
import streamlit as st

from dashboards.figures.paint import Paint, paint_for
from dashboards.filters import Filters
from dashboards.queries import state
from dashboards.queries._reading import Reader
from dashboards.words import Words
from data_contracts.rights import RIGHTS
from data_contracts.scope import Actor, Scope

Query = Callable[..., pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Page:
    """A page: ``key`` is its address and its family of texts (``page.<key>.title``).

    A page that shows no numbers says so: it opens before anything is published, without filters, and gets a ``Visit``.
    A page of ``one_day`` shows the last of the days chosen. ``needs``: the right without which it is not offered; what
    it does is refused by ``etl.desk`` all the same.
    """

    key: str
    icon: str
    shows_numbers: bool = True
    one_day: bool = False
    needs: str = "see"


@dataclass(frozen=True)
class Visit:
    """One run of a page for one reader, whatever is published."""

    home: Path
    actor: Actor
    scope: Scope
    words: Words
    rights: frozenset[str] = field(default=frozenset(RIGHTS), kw_only=True)


@dataclass(frozen=True)
class View(Visit):
    """One run of a page over a published version."""

    filters: Filters
    reader: Reader = field(repr=False)
    zones: Mapping[str, str] = field(default_factory=dict)

    def ask(self, query: Query, *arguments: object) -> pl.DataFrame:
        """The answer to a query in this reader's scope; the same question to the same version is asked once."""
        version = self.reader.published
        key = repr(
            (
                *(query.__module__, query.__qualname__),
                *(str(version.path), version.version, version.published_at),
                *(self.scope, arguments),
            )
        )
        return _answer(key, lambda: query(self.reader, self.scope, *arguments))

    def address(self, page: str, **changes: str | None) -> str:
        """A link to a page with the filters in force; a change of None takes a filter away."""
        parameters = {"lang": self.words.language, **self.filters.address(), **changes}
        return f"{page or './'}?" + urlencode({name: value for name, value in parameters.items() if value})

    def with_reader(self, reader: Reader) -> View:
        """The same view over another connection."""
        return replace(self, reader=reader)

    def with_filters(self, filters: Filters) -> View:
        """The same view of other days or another place."""
        return replace(self, filters=filters)

    def at_plant(self, plant: str) -> View:
        """The same view with instants on that plant's clock."""
        return replace(self, words=replace(self.words, zone=self.zones.get(plant, self.words.zone)))

    @cached_property
    def chosen_scope(self) -> Scope:
        """What of the scope lies in the plant, area or line chosen; an area or a line may be one of two plants."""
        chosen = self.filters
        if not (chosen.area or chosen.line):
            return Scope(((chosen.plant,) if chosen.plant else (),)).within(self.scope)
        wanted = (chosen.plant, chosen.area, chosen.line)
        depth = 3 if chosen.line else 2
        lines = self.ask(state.lines).select("plant_id", "area_id", "line_id").iter_rows()
        nodes = {place[:depth] for place in lines if all(w in (None, p) for w, p in zip(wanted, place, strict=True))}
        return Scope.merged(nodes).within(self.scope)

    @cached_property
    def as_of(self) -> datetime:
        """When the version was published, UTC without zone: what lies later is future."""
        moment = datetime.fromisoformat(self.reader.published.published_at)
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment

    @cached_property
    def paint(self) -> Paint:
        """Colours of charts for the ground that the browser shows."""
        return paint_for(st.context.theme.type)

    @cached_property
    def line_names(self) -> dict[tuple[str, str], str]:
        """Plant and line to the name shown."""
        rows = self.ask(state.lines).iter_rows(named=True)
        return {
            (row["plant_id"], row["line_id"]): self.words.named(row["line_id"], row["name_zh"], row["name_en"])
            for row in rows
        }

    @cached_property
    def shift_names(self) -> dict[str, str]:
        """Shift to the name shown, in the order of the day."""
        rows = self.ask(state.shifts).iter_rows(named=True)
        return {row["shift_id"]: self.words.named(row["shift_id"], row["name_zh"], row["name_en"]) for row in rows}

    def line(self, plant_id: str, line_id: str) -> str:
        """Name of a line; its code when master data does not know it."""
        return self.line_names.get((plant_id, line_id), line_id)

    def place(self) -> str:
        """The part of the tree that is chosen, in words."""
        chosen = self.filters
        line = None
        if chosen.line:
            names = (name for key, name in self.line_names.items() if key == (chosen.plant or key[0], chosen.line))
            line = next(names, chosen.line)
        parts = [part for part in (chosen.plant, chosen.area, line) if part]
        return " / ".join(parts) or self.words.t("title.all")

    def shift(self, shift_id: str | None) -> str:
        """Name of a shift; its code when master data does not know it."""
        return self.shift_names.get(shift_id or "", shift_id or "")


@st.cache_resource(show_spinner=False, max_entries=500)  # not copied: nobody changes a frame
def _answer(key: str, _ask: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    return _ask()
