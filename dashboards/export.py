"""The page as a workbook: the figures it shows in their own types, and what they rest on; or as a PDF. Audited.

The buttons lead to addresses that answer who may have it at that moment: ``dashboards.web.downloads``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

import streamlit as st

from dashboards import look
from dashboards.queries import output, state
from dashboards.view import View
from dashboards.workbook import Sheet, workbook
from etl.desk import record_export

Exported = Callable[[View, Mapping[str, str]], Sequence[Sheet]]


def button(view: View, page: str, form: str) -> None:
    """A button that has the page made as a ``workbook`` or on ``paper`` when it is pressed, not before."""
    address = {**st.query_params.to_dict(), **view.filters.address(), "lang": view.words.language}
    text = view.words.t("export.excel" if form == "workbook" else "export.pdf")
    look.download(text, f"download/{form}/{page}?{urlencode(address)}")


def made(view: View, page: str, exported: Exported, address: Mapping[str, str]) -> bytes:
    """The workbook; the record is written first. Raises DeniedError, and shows nothing then."""
    sheets = exported(view, address)
    target = f"{page}?{view.address('').partition('?')[2]}"
    told = f"{sum(sheet.rows.height for sheet in sheets)} rows of version {view.reader.published.version}"
    record_export(view.home, view.actor, view.scope, target, told)
    return workbook(_about(view, page), sheets, view.words.zone, view.words.t("export.about"))


def _about(view: View, page: str) -> list[tuple[str, str]]:
    words, version = view.words, view.reader.published
    received = view.ask(state.completeness, view.filters, view.as_of).row(0, named=True)
    finality = view.ask(output.finality, view.filters).row(0, named=True)
    final = bool(finality["rows_all"]) and finality["rows_final"] == finality["rows_all"]
    return [
        (words.t("export.page"), words.t(f"page.{page}.title")),
        (words.t("export.place"), view.place()),
        (words.t("filter.days"), f"{words.full_day(view.filters.first)} – {words.full_day(view.filters.last)}"),
        (words.t("column.version"), words.t("state.version", version=version.version, at=words.moment(view.as_of))),
        (words.t("export.zone"), words.zone),
        (
            words.t("export.rests_on"),
            words.t(
                "state.reports",
                received=words.number(received["received"]),
                expected=words.number(received["expected"]),
            ),
        ),
        (words.t("column.status"), words.t("state.final" if final else "state.provisional")),
        (words.t("export.ratios"), words.t("export.ratios_note")),
    ]


def file_name(view: View, page: str, *days: date | None) -> str:
    """Page, place, days and version, without an ending."""
    place = [part for part in (view.filters.plant, view.filters.area, view.filters.line) if part] or ["all"]
    told = [day.isoformat() for day in days if day]
    return "_".join([page, *place, *told, f"v{view.reader.published.version}"])
