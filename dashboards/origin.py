"""The cell or record behind a figure: a link to it, and the piece of the source with the cell marked."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import date
from typing import Any, Self

import streamlit as st

from dashboards import look, sheet
from dashboards.filters import Filters
from dashboards.markup import Cell, link, tag
from dashboards.queries import discrepancies, sources
from dashboards.view import View
from data_contracts.errors import RetiredError, ShiftLedgerError
from etl.desk import source_window

REACH = 5
"""Rows and columns shown on each side of a cell."""
PARAMETER = "source"
_BETWEEN = "~"


@dataclass(frozen=True, slots=True)
class Origin:
    """A cell of a report, or a record of an export (no ``sheet``), and the shift whose figure rests on it."""

    plant_id: str
    line_id: str
    day: str
    shift_id: str
    file: str
    sheet: str
    cell: str

    @classmethod
    def of(cls, row: dict[str, Any], file: str | None, sheet_name: str | None, cell: str | None) -> Self | None:
        """From a row with plant, line, day and shift; None where the source is not known."""
        if not file or not cell:
            return None
        key = (row["plant_id"], row["line_id"], row["production_date"].isoformat(), row["shift_id"] or "")
        return cls(*key, file, sheet_name or "", cell.removeprefix("record "))

    @classmethod
    def read(cls, text: str | None) -> Self | None:
        """From an address; None for what is no origin."""
        parts = (text or "").split(_BETWEEN)
        if len(parts) != 7:
            return None
        try:
            date.fromisoformat(parts[2])
        except ValueError:
            return None
        return cls(*parts)

    def __str__(self) -> str:
        return _BETWEEN.join(astuple(self))

    @property
    def place(self) -> str:
        """As people write it."""
        return f"{self.file} / {self.sheet}!{self.cell}" if self.sheet else f"{self.file} · {self.cell}"

    @property
    def shift(self) -> Filters:
        """The shift as filters."""
        day = date.fromisoformat(self.day)
        return Filters(plant=self.plant_id, line=self.line_id, shift=self.shift_id or None, first=day, last=day)


def linked(view: View, page: str, origin: Origin | None, short: str = "", **kept: str | None) -> Cell:
    """The place as a link that shows it on the same page; ``short`` is shown instead of the whole place."""
    if origin is None:
        return view.words.number(None)
    return link(short or origin.place, view.address(page, **kept, **{PARAMETER: str(origin)}), title=origin.place)


def render(view: View, page: str, **kept: str | None) -> None:
    """Draw what the address asks for, and a way to close it; nothing when it asks for nothing."""
    words = view.words
    origin = Origin.read(st.query_params.get(PARAMETER))
    if origin is None:
        return
    look.section(words.t("origin.title"), origin.place)
    st.html(tag("p", link(f"× {words.t('origin.close')}", view.address(page, **kept)), class_="sl-sub sl-links"))
    query = sources.report_file if origin.sheet else sources.export_file
    found = view.ask(query, origin.shift, origin.file)
    if found.is_empty():
        look.empty(words, words.t("detail.no_source"))
        return
    file_id = found["source_file_id"].item()
    if origin.sheet:
        beyond = view.ask(discrepancies.report_holds_other_lines, file_id)["beyond"].item()
    else:
        # The records beside this one may be of lines that the reader may not see.
        beyond = () not in view.scope.nodes
    window(view, file_id, origin.sheet or None, origin.cell, alone=bool(beyond))


def window(view: View, source_file_id: str, sheet_name: str | None, cell: str, *, alone: bool) -> None:
    """The cells around a cell, audited; ``alone`` shows its own row only."""
    words = view.words
    if "source" not in view.rights:
        look.note(words.t("origin.not_yours"))
        return
    try:
        reach = 0 if alone else REACH
        part = source_window(
            *(view.home, view.actor, source_file_id, sheet_name, cell),
            scope=view.scope,
            rows=reach,
            columns=REACH,
        )
    except RetiredError as error:
        look.empty(words, error.text(words.language))
        return
    except ShiftLedgerError as error:
        look.trouble(words, error.text(words.language))
        return
    if not alone:
        look.download(words.t("origin.take"), f"download/source/{source_file_id}?lang={words.language}")
    caption = f"{words.t('detail.sheet')} {part.sheet}" if sheet_name else words.t("detail.record", record=cell)
    st.html(sheet.drawn(part, words, caption, is_export=sheet_name is None))
