"""What came of trying a layout: workbooks read, cells refused, first rows. The page: ``app_pages.04_layouts``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import polars as pl
import streamlit as st

from dashboards import look
from dashboards.markup import Card, Cell, Column, cards, table, tag
from dashboards.words import Words
from etl.desk import TriedName, TriedOn

REFUSED_SHOWN = 40
INTERNAL = {"file_no", "row_id", "row_no", "report_id", "source_sheet", "is_total"}


def draw(words: Words, tried: TriedOn) -> None:
    """Counts first, then file by file, then what was refused and the first rows of the uploaded workbook."""
    look.section(words.t("layouts.tried"), words.t("layouts.tried_how"))
    own, recognised = tried.files[0], tried.recognised
    if not own.tried.recognised:
        reason = own.failure or " ".join(one.reason for one in own.tried.refused) or words.t("layouts.fits_nothing")
        look.trouble(words, words.t("layouts.not_recognised", file=own.name, reason=reason))
    st.html(cards(_cards(words, tried)))
    if tried.left_out:
        look.note(words.t("layouts.left_out", count=words.number(tried.left_out)))
    if clashing := sorted({other for file in recognised for other in file.tried.others}):
        look.trouble(words, words.t("layouts.clash", names=", ".join(clashing)))
    if recognised:
        _files(words, recognised)
    _refused(words, recognised)
    for name, frame in (own.tried.first_rows or {}).items():
        _first_rows(words, name, frame)


def _cards(words: Words, tried: TriedOn) -> list[Card]:
    found = [file.tried for file in tried.recognised]
    rows = sum(sum((one.rows or {}).values()) for one in found)
    refused = sum(one.refused_count for one in found)
    others = len(tried.files) - 1
    return [
        Card(
            words.t("layouts.files_recognised"),
            words.number(len(found)),
            words.t("layouts.of_files", count=words.number(len(tried.files)), others=words.number(others)),
        ),
        Card(words.t("layouts.reports"), words.number(sum(one.reports for one in found)), ""),
        Card(words.t("layouts.rows"), words.number(rows), ""),
        Card(
            words.t("layouts.refused"),
            words.number(refused),
            words.t("layouts.refused_of", count=words.number(sum(one.cells_read for one in found))),
            state="watch" if refused else "",
            mark="◆",
        ),
    ]


def _files(words: Words, recognised: tuple[TriedName, ...]) -> None:
    columns = [
        Column(words.t("layouts.file")),
        Column(words.t("layouts.origin")),
        Column(words.t("layouts.sheets"), wraps=True),
        *(Column(words.t(f"layouts.{name}"), is_number=True) for name in ("reports", "rows", "refused", "unread")),
    ]
    rows: list[list[Cell]] = [
        [
            file.name,
            words.t(f"layouts.origin.{file.origin}"),
            ", ".join(file.tried.sheets[:6]) + (" …" if len(file.tried.sheets) > 6 else ""),
            words.number(file.tried.reports),
            words.number(sum((file.tried.rows or {}).values())),
            words.number(file.tried.refused_count),
            words.number(file.tried.cells_unused),
        ]
        for file in recognised
    ]
    st.html(table(columns, rows, caption=words.t("layouts.files_recognised")))


def _refused(words: Words, recognised: tuple[TriedName, ...]) -> None:
    found = [(file.name, one) for file in recognised for one in file.tried.refused]
    if not found:
        return
    look.section(words.t("layouts.refused"), words.t("layouts.refused_how"))
    columns = [
        Column(words.t("layouts.file")),
        Column(words.t("column.cell")),
        Column(words.t("layouts.raw"), wraps=True),
        Column(words.t("layouts.reason"), wraps=True),
    ]
    rows: list[list[Cell]] = [[name, one.place, one.raw, one.reason] for name, one in found[:REFUSED_SHOWN]]
    st.html(table(columns, rows, caption=words.t("layouts.refused")))
    if len(found) > REFUSED_SHOWN:
        st.html(tag("p", "…", class_="sl-sub"))


def _first_rows(words: Words, name: str, frame: pl.DataFrame) -> None:
    """The first rows of one table, without totals and without columns that hold nothing."""
    frame = frame.filter(~pl.col("is_total")) if "is_total" in frame.columns else frame
    if frame.is_empty():
        return
    shown = [
        column
        for column in frame.columns
        if column not in INTERNAL and not column.endswith("_cell") and frame[column].null_count() < frame.height
    ]
    heading = words.t("layouts.first_rows", table=words.t(f"layouts.table.{name}"))
    look.section(heading, words.t("state.zone", zone=words.zone))
    columns = [Column(words.code("measure", column), is_number=frame.schema[column].is_numeric()) for column in shown]
    rows = [[_text(words, row, column) for column in shown] for row in frame.iter_rows(named=True)]
    st.html(table(columns, rows, caption=heading))


def _text(words: Words, row: Mapping[str, object], column: str) -> str:
    value = row[column]
    if value is None:
        return ""
    if isinstance(value, datetime):
        return words.moment(value)
    if isinstance(value, date):
        return value.isoformat()
    return words.number(value) if isinstance(value, float) else str(value)
