"""The page as a workbook: the figures it shows in their own types, and what they rest on; or as a PDF. Audited."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import streamlit as st

from dashboards.queries import output, state
from dashboards.view import View
from dashboards.workbook import Sheet, workbook
from etl.desk import record_export

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
Exported = Callable[[View, Mapping[str, str]], Sequence[Sheet]]


def button(view: View, page: str, exported: Exported) -> None:
    """A button that makes the workbook when it is pressed, not before."""
    address = dict(st.query_params)
    st.download_button(
        view.words.t("export.excel"),
        lambda: made(view, page, exported, address),
        _name(view, page, view.filters.first, view.filters.last) + ".xlsx",
        XLSX,
        icon=":material/table_view:",
        on_click="ignore",
        key=f"export.{page}",
        type="tertiary",
    )


def paper(view: View, page: str, printed: Callable[[View], bytes]) -> None:
    """A button that draws the page of the last day on paper when it is pressed; the desk puts it on record."""
    st.download_button(
        view.words.t("export.pdf"),
        lambda: printed(view),
        _name(view, page, view.filters.last) + ".pdf",
        PDF,
        icon=":material/picture_as_pdf:",
        on_click="ignore",
        key=f"paper.{page}",
        type="tertiary",
    )


def made(view: View, page: str, exported: Exported, address: Mapping[str, str]) -> bytes:
    """The workbook; the record is written first. The button may be pressed long after the page was drawn."""
    with view.reader.reopened() as reader:
        view = view.with_reader(reader)
        sheets = exported(view, address)
        target = f"{page}?{view.address('').partition('?')[2]}"
        rows = sum(sheet.rows.height for sheet in sheets)
        told = f"{rows} rows of version {reader.published.version}"
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


def _name(view: View, page: str, *days: date | None) -> str:
    """Page, place, days and version, without an ending."""
    place = [part for part in (view.filters.plant, view.filters.area, view.filters.line) if part] or ["all"]
    told = [day.isoformat() for day in days if day]
    return "_".join([page, *place, *told, f"v{view.reader.published.version}"])
