"""Output and OEE: how planned time was used, every ratio with its parts, plan against actual by place and product."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards import drawing, look
from dashboards.figures.bars import Field, bars, heat
from dashboards.figures.oee import Kpi, kpis, waterfall
from dashboards.figures.output import daily_output
from dashboards.figures.paint import LOW
from dashboards.frames import difference, ratio, total
from dashboards.markup import Card, Cell, Column, Html, attainment, cards, link, table
from dashboards.queries import losses, output
from dashboards.view import Page, View
from dashboards.workbook import Chart, Sheet

PAGE = Page(key="output", icon=":material/bar_chart:")
SHADES = ((0.8, 1), (0.7, 2), (0.55, 3))
"""OEE from which a field is so dark; under the last it is darkest."""
HEADINGS = {
    "planned_qty": "plan",
    "good_qty": "good",
    "plan_met_qty": "plan_met",
    "plan_base_qty": "plan_base",
    "scrap_qty": "scrap",
    "produced_qty": "produced",
    "report_good_qty": "report_good",
    "mes_good_qty": "mes_good",
}


def render(view: View) -> None:
    """Draw the page."""
    words, chosen = view.words, view.filters
    daily = view.ask(output.output, chosen, ("production_date",))
    if daily.is_empty():
        look.empty(words, words.t("empty.no_rows"))
        return
    total_row = view.ask(output.output, chosen).row(0, named=True)
    made = _kpis(view)
    st.html(cards([*_cards(view, total_row), _oee_card(view, made[0])]))
    look.note(words.t("output.basis"))
    times = view.ask(losses.times, chosen).row(0, named=True)
    look.section(words.t("oee.waterfall"), words.t("oee.waterfall_note"))
    if times["shifts_paced"]:
        former = view.ask(losses.times, chosen.before()).row(0, named=True)
        st.html(bars(waterfall(times, former, words, _addresses(view)), words.t("oee.waterfall")))
    else:
        look.empty(words, words.t("oee.none"))
    look.note(words.t("oee.rests_on", paced=words.number(times["shifts_paced"]), shifts=words.number(times["shifts"])))
    look.section(words.t("oee.kpis"), words.t("oee.kpis_note"))
    st.html(_definitions(view, made))
    if not chosen.single_day:
        look.section(words.t("output.daily"), words.t("output.daily_note"))
        drawing.of_days(view, daily_output, daily, told=words.t("output.daily"))
    look.section(words.t("oee.heat"), words.t("oee.heat_note"))
    _heat(view)
    if not chosen.line:
        look.section(words.t("output.by_line"), words.t("output.by_line_note"))
        _table(view, ("plant_id", "line_id"))
    look.section(words.t("output.by_shift"))
    _table(view, ("shift_id",))
    if not chosen.single_day:
        look.section(words.t("output.by_day"), words.t("output.by_day_note"))
        _table(view, ("production_date",), newest_first=True)
    left, right = st.columns(2, gap="large")
    with left:
        look.section(words.t("output.by_product"))
        _made(view, "product_id")
    with right:
        look.section(words.t("output.by_order"))
        _made(view, "order_id")


def exported(view: View, _address: Mapping[str, str]) -> list[Sheet]:
    """Days, lines, shifts, products and orders as they are shown, and the times of the time model."""
    words, chosen = view.words, view.filters
    good = ("planned_qty", "good_qty")
    groups = {
        "output.by_day": ({"production_date": "day"}, "production_date"),
        "output.by_line": ({"plant_id": "plant", "line_id": "line"}, "line_id"),
        "output.by_shift": ({"shift_id": "shift"}, "shift_id"),
    }
    sheets = [
        Sheet(
            words.t(name),
            view.ask(output.output, chosen, tuple(by)),
            words.headings(**by, **HEADINGS),
            Chart(words.t(name), category, good),
        )
        for name, (by, category) in groups.items()
    ]
    minutes = ("pot_min", "planned_stop_min", "busy_min", "setup_min", "delay_min", "run_min")
    ideal = ("oee_busy_min", "oee_run_min", "oee_produced_min", "oee_good_min")
    times = {name: name for name in ("shifts", "shifts_timed", "shifts_paced", *minutes, *ideal)}
    by_line = view.ask(losses.times, chosen, ("plant_id", "line_id"))
    sheets.append(Sheet(words.t("oee.times"), by_line, words.headings(plant_id="plant", line_id="line", **times)))
    some = {name: HEADINGS[name] for name in ("planned_qty", "good_qty", "scrap_qty", "produced_qty")}
    for by, name in (("product_id", "product"), ("order_id", "order_id")):
        rows = view.ask(output.made, chosen, by)
        sheets.append(Sheet(words.t(f"column.{name}"), rows, words.headings(**{by: name}, **some)))
    return sheets


def _cards(view: View, row: dict[str, Any]) -> list[Card]:
    words = view.words
    gap = difference(row["plan_met_qty"], row["plan_base_qty"])
    share = ratio(row["plan_met_qty"], row["plan_base_qty"])
    return [
        Card(
            words.t("output.good"),
            words.number(row["good_qty"]),
            words.t("output.plan", plan=words.number(row["plan_base_qty"])),
        ),
        Card(
            words.t("output.attained"),
            words.percent(share),
            words.t("output.gap", gap=words.signed(gap)),
            state="watch" if share is not None and round(share, 3) < LOW else "",
        ),
        Card(
            words.t("output.scrap"),
            words.percent(row["scrap_part_qty"], row["produced_qty"]),
            words.t("overview.scrap_of", scrap=words.number(row["scrap_qty"])),
        ),
        Card(
            words.t("output.report_good"),
            words.number(row["report_good_qty"]),
            words.t("output.mes_good", mes=words.number(row["mes_good_qty"])),
            words.t("output.sides", delta=words.signed(row["sides_delta_qty"])),
        ),
    ]


def _oee_card(view: View, oee: Kpi) -> Card:
    words = view.words
    low = oee.value is not None and oee.target is not None and round(oee.value, 3) < oee.target
    return Card(
        words.t("oee.kpi.oee"),
        words.percent(oee.value),
        words.t("hours.target", share=words.percent(oee.target, digits=0)),
        words.t("oee.of_hours", good=words.hours(oee.part), busy=words.hours(oee.whole)),
        state="watch" if low else "",
    )


def _kpis(view: View, *, former: bool = False) -> list[Kpi]:
    chosen = view.filters.before() if former else view.filters
    delays = view.ask(losses.reasons, chosen).filter(pl.col("loss_category") == "delay")
    events = total(delays, "events")
    stops = {"delay_min": total(delays, "loss_min") if events else None, "events": events or None}
    return kpis(
        view.ask(losses.times, chosen).row(0, named=True), view.ask(output.output, chosen).row(0, named=True), stops
    )


def _definitions(view: View, made: list[Kpi]) -> Html:
    """Every KPI: value, target, the period before, its formula and the sums in it."""
    words = view.words
    before = {kpi.key: kpi for kpi in _kpis(view, former=True)}
    columns = [
        Column(words.t("column.kpi")),
        *(Column(words.t(f"column.{name}"), is_number=True) for name in ("value", "target", "before", "parts")),
        Column(words.t("column.definition"), wraps=True),
    ]
    cells: list[list[Cell]] = []
    for kpi in made:
        is_time = kpi.unit == "min"
        shown = words.minutes if is_time else words.percent
        low = kpi.value is not None and kpi.target is not None and round(kpi.value, 3) < kpi.target
        cells.append(
            [
                words.t(f"oee.kpi.{kpi.key}"),
                ("▼ " if low else "") + shown(kpi.value),
                words.percent(kpi.target, digits=0) if kpi.target else "",
                shown(before[kpi.key].value),
                _parts(view, kpi),
                words.t(f"oee.define.{kpi.key}"),
            ]
        )
    return table(columns, cells, caption=words.t("oee.kpis"))


def _parts(view: View, kpi: Kpi) -> str:
    words = view.words
    if kpi.part is None:
        return ""
    if kpi.unit == "h":
        return f"{words.hours(kpi.part)} / {words.hours(kpi.whole)}"
    part = words.hours(kpi.part) if kpi.unit == "min" else words.number(kpi.part)
    return f"{part} / {words.number(kpi.whole)}"


def _addresses(view: View) -> dict[str, str]:
    """Where a bar of the waterfall leads: to the losses of its category, lost speed to the hours."""
    lost = {name: view.address("losses", category=name) for name in ("planned", "setup", "delay", "scrap")}
    return lost | {"speed": view.address("hours")}


def _heat(view: View) -> None:
    """OEE of each line by shift; a field opens that line and shift."""
    words = view.words
    rows = view.ask(losses.times, view.filters, ("plant_id", "line_id", "shift_id"))
    order = [shift for shift in view.shift_names if shift in set(rows["shift_id"])]
    several = rows["plant_id"].n_unique() > 1
    made = []
    for (plant, line), part in rows.group_by("plant_id", "line_id", maintain_order=True):
        known = {row["shift_id"]: row for row in part.iter_rows(named=True)}
        name = view.line(str(plant), str(line))
        address = view.address(PAGE.key, plant=str(plant), line=str(line))
        fields = [_field(view, known.get(shift)) for shift in order]
        made.append((link(f"{plant} / {name}" if several else name, address), fields))
    st.html(heat([view.shift(shift) for shift in order], made, words.t("column.line"), words.t("oee.heat")))


def _field(view: View, row: dict[str, Any] | None) -> Field:
    words = view.words
    share = ratio(row["oee_good_min"], row["oee_busy_min"]) if row else None
    if row is None or share is None:
        return Field(words.number(None) if row else "")
    shade = next((shade for least, shade in SHADES if share >= least), 4)
    told = words.t("oee.of_hours", good=words.hours(row["oee_good_min"]), busy=words.hours(row["oee_busy_min"]))
    place = {"plant": row["plant_id"], "line": row["line_id"], "shift": row["shift_id"]}
    return Field(words.percent(share), shade, told, view.address(PAGE.key, **place), "▼" if shade > 2 else "")


def _table(view: View, by: tuple[str, ...], *, newest_first: bool = False) -> None:
    words = view.words
    rows = view.ask(output.output, view.filters, by)
    if newest_first:
        rows = rows.reverse()
    heading = {"line_id": "column.line", "shift_id": "column.shift", "production_date": "column.day"}[by[-1]]
    names = ("plan", "good", "attained", "gap", "scrap", "scrap_ratio", "report_good", "mes_good", "delta")
    columns = [Column(words.t(heading)), *(Column(words.t(f"column.{name}"), is_number=True) for name in names)]
    cells: list[list[Cell]] = [
        [
            _name(view, row),
            words.number(row["planned_qty"]),
            words.number(row["good_qty"]),
            attainment(words, row["plan_met_qty"], row["plan_base_qty"], LOW),
            words.signed(difference(row["plan_met_qty"], row["plan_base_qty"])),
            words.number(row["scrap_qty"]),
            words.percent(row["scrap_part_qty"], row["produced_qty"]),
            words.number(row["report_good_qty"]),
            words.number(row["mes_good_qty"]),
            words.signed(row["sides_delta_qty"]),
        ]
        for row in rows.iter_rows(named=True)
    ]
    st.html(table(columns, cells, caption=words.t(heading)))


def _made(view: View, by: str) -> None:
    words = view.words
    rows = view.ask(output.made, view.filters, by)
    if rows.is_empty():
        look.empty(words, words.t("empty.no_rows"))
        return
    is_product = by == "product_id"
    heading = words.t("column.product" if is_product else "column.order_id")
    names = ("plan", "good", "attained", "scrap_ratio", "shifts")
    columns = [Column(heading, wraps=True), *(Column(words.t(f"column.{name}"), is_number=True) for name in names)]
    cells: list[list[Cell]] = [
        [
            words.named(row[by], row["name_zh"], row["name_en"]) if is_product else f"{row[by]} · {row['products']}",
            words.number(row["planned_qty"]),
            words.number(row["good_qty"]),
            attainment(words, row["plan_met_qty"], row["plan_base_qty"], LOW),
            words.percent(row["scrap_part_qty"], row["produced_qty"]),
            words.number(row["shifts"]),
        ]
        for row in rows.head(15).iter_rows(named=True)
    ]
    st.html(table(columns, cells, caption=heading))
    if rows["total"][0] > 15:
        st.caption(words.t("list.cut", shown=words.number(15), total=words.number(rows["total"][0])))


def _name(view: View, row: dict[str, Any]) -> Html:
    """What a row is, as the link one level down."""
    words = view.words
    if "line_id" in row:
        several = len({plant for plant, _ in view.line_names}) > 1
        text = view.line(row["plant_id"], row["line_id"])
        address = view.address("output", plant=row["plant_id"], line=row["line_id"])
        return link(f"{row['plant_id']} / {text}" if several else text, address)
    if "shift_id" in row:
        return link(view.shift(row["shift_id"]), view.address("output", shift=row["shift_id"]))
    day: date = row["production_date"]
    page = "hours" if view.filters.line else "output"
    return link(words.day(day), view.address(page, **{"from": day.isoformat(), "to": day.isoformat()}))
