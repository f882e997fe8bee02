"""Lists of the page of losses: the reason tree, the longest stops, the largest entries of scrap, with their cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import look, origin
from dashboards.frames import total
from dashboards.markup import Cell, Column, Html, join, table, tag
from dashboards.origin import Origin
from dashboards.queries import losses
from dashboards.view import View

PAGE = "losses"


def tree(view: View, category: str = "") -> Html:
    """Category, reason, line: each with its minutes; opened by a click or a key."""
    words = view.words
    rows = view.ask(losses.reasons, view.filters, ("plant_id", "line_id"), "", category)
    whole = total(rows, "loss_min")
    branches = []
    totals = rows.group_by("loss_category").agg(pl.col("loss_min").sum()).sort("loss_min", descending=True)
    for each, minutes in totals.iter_rows():
        of_category = rows.filter(pl.col("loss_category") == each)
        leaves = []
        for _, part in of_category.sort("loss_min", descending=True).group_by("reason_code", maintain_order=True):
            lines = [
                tag("div", f"{row['plant_id']} / {view.line(row['plant_id'], row['line_id'])} · {_lost(view, row)}")
                for row in part.iter_rows(named=True)
            ]
            lost = {name: total(part, name) for name in ("loss_min", "events")}
            head = tag("summary", f"{reason(view, part.row(0, named=True))} · {_lost(view, lost)}")
            leaves.append(tag("details", join([head, tag("div", join(lines))])))
        share = words.percent(minutes, whole, digits=0)
        head = tag("summary", tag("b", f"{words.t(f'loss.{each}')} · {words.hours(minutes)} · {share}"))
        branches.append(tag("details", join([head, tag("div", join(leaves))])))
    return tag("div", join(branches), class_="sl-tree")


def _lost(view: View, row: Mapping[str, Any]) -> str:
    words = view.words
    return f"{words.hours(row['loss_min'])} · {words.t('losses.events', count=words.number(row['events']))}"


def stops(view: View, chosen: str, category: str = "") -> None:
    """The longest stops of a reason and a category, or of all."""
    words = view.words
    rows = view.ask(losses.stops, view.filters, chosen, category)
    if rows.is_empty():
        look.empty(words, words.t("losses.no_stops"))
        return
    names = ("day", "line", "shift", "start", "stop_reason", "remark", "side", "origin")
    columns = [Column(words.t(f"column.{name}"), wraps=name == "remark") for name in names]
    columns.insert(4, Column(words.t("column.minutes"), is_number=True))
    cells: list[list[Cell]] = []
    for row in rows.iter_rows(named=True):
        here = view.at_plant(row["plant_id"])
        source = Origin.of(row, row["source_file"], row["source_sheet"], row["source_cell"])
        cells.append(
            [
                words.day(row["production_date"]),
                view.line(row["plant_id"], row["line_id"]),
                view.shift(row["shift_id"]),
                here.words.clock(row["start_at"]),
                words.minutes(row["downtime_min"]),
                reason(view, row),
                row["reason_text"] or "",
                words.t(f"side.{row['source']}"),
                origin.linked(view, PAGE, source, reason=chosen, category=category),
            ]
        )
    st.html(table(columns, cells, caption=words.t("losses.stops")))
    if rows["total"][0] > rows.height:
        st.caption(words.t("list.cut", shown=words.number(rows.height), total=words.number(rows["total"][0])))


def scrapped(view: View) -> None:
    """The largest entries of scrap."""
    words = view.words
    rows = view.ask(losses.scrapped, view.filters)
    if rows.is_empty():
        look.empty(words, words.t("losses.no_defects"))
        return
    columns = [
        *(Column(words.t(f"column.{name}")) for name in ("day", "line", "shift", "order", "defect")),
        Column(words.t("column.scrap"), is_number=True),
        Column(words.t("column.origin")),
    ]
    cells: list[list[Cell]] = [
        [
            words.day(row["production_date"]),
            view.line(row["plant_id"], row["line_id"]),
            view.shift(row["shift_id"]),
            " · ".join(filter(None, [row["order_id"], row["product_id"]])),
            words.named(row["code"], row["name_zh"], row["name_en"]),
            words.number(row["scrap_qty"]),
            origin.linked(view, PAGE, Origin.of(row, row["source_file"], row["source_sheet"], row["source_cell"])),
        ]
        for row in rows.head(20).iter_rows(named=True)
    ]
    st.html(table(columns, cells, caption=words.t("losses.scrapped")))


def reason(view: View, row: Mapping[str, Any]) -> str:
    """Code and name of a stop's reason."""
    code = row["reason_code"]
    if code in (None, "unknown"):
        return view.words.t("losses.unknown")
    return view.words.named(code, row["name_zh"], row["name_en"])


def defect(view: View, row: Mapping[str, Any]) -> str:
    """Code and name of a defect."""
    if row["defect_code"] == "unknown":
        return view.words.t("losses.unknown")
    return view.words.named(row["defect_code"], row["name_zh"], row["name_en"])
