"""Rollout and value: the stage of each line and whether its evidence lets it go on; what the automation gives back.

Lines are shown, never people. What was not timed enough is said to be so, and nothing is guessed for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from dashboards import look, rollout_forms, rollout_sheets
from dashboards.markup import Card, Cell, Column, Html, cards, join, table, tag
from dashboards.view import Page, View
from dashboards.workbook import Sheet
from etl.desk import LEAST_TIMINGS, Gate, LineStanding, Rollout, Standing, rollout

PAGE = Page(key="rollout", icon=":material/conversion_path:")
MOST_RECORDS = 12


def render(view: View) -> None:
    """Draw the page."""
    words = view.words
    found = rollout(view.home, view.actor, view.scope)
    lines = _chosen(view, found.standing.lines)
    rollout_forms.told(view)
    st.html(cards(_cards(view, found.standing, lines)))
    look.section(words.t("rollout.stages"), words.t("rollout.stages_note"))
    _stages(view, lines)
    if "rollout" in view.rights:
        rollout_forms.move(view, lines, _name)
    look.section(words.t("rollout.candidates"), words.t("rollout.candidates_note"))
    _candidates(view, lines)
    look.section(words.t("rollout.value"), words.t("rollout.value_note", least=LEAST_TIMINGS))
    _kinds(view, found.standing)
    if "rollout" in view.rights:
        left, right = st.columns(2, gap="large")
        with left:
            rollout_forms.timing(view, [kind.kind for kind in found.standing.kinds])
        with right:
            rollout_forms.effort(view)
    look.section(words.t("rollout.history"))
    _history(view, found)


def exported(view: View, _address: Mapping[str, str]) -> list[Sheet]:
    """Lines with their stage and weight, kinds of reports with both samples, and every move."""
    found = rollout(view.home, view.actor, view.scope)
    lines = _chosen(view, found.standing.lines)
    return [
        rollout_sheets.lines(view, [(one, _next(view, one)) for one in lines]),
        rollout_sheets.kinds(view, found.standing),
        rollout_sheets.moves(view, found.moves, lines),
    ]


def _chosen(view: View, lines: Sequence[LineStanding]) -> list[LineStanding]:
    """Lines that the filters let through."""
    chosen = view.filters
    wanted = ((chosen.plant, "plant_id"), (chosen.area, "area_id"), (chosen.line, "line_id"))
    return [one for one in lines if all(code is None or getattr(one, name) == code for code, name in wanted)]


def _cards(view: View, standing: Standing, lines: Sequence[LineStanding]) -> list[Card]:
    words, net = view.words, standing.net
    live = sum(one.stage == "live" for one in lines)
    ready = sum(one.next_stage is not None and all(gate.holds for gate in one.gates) for one in lines)
    made = [
        Card(
            f"{rollout_forms.SHAPES['live']} {words.t('rollout.live')}",
            words.number(live),
            words.t("rollout.of_lines", count=words.number(len(lines))),
            words.t("rollout.ready", count=words.number(ready)),
        )
    ]
    if net is None:
        least = words.t("rollout.not_enough_note", least=LEAST_TIMINGS)
        made.append(Card(words.t("rollout.net"), words.t("rollout.not_enough"), least))
    else:
        interval = words.t("rollout.interval", low=words.number(net.low, 1), high=words.number(net.high, 1))
        left = words.t("rollout.left_out", kinds=", ".join(net.left_out)) if net.left_out else ""
        state = "bad" if net.high < 0 else "watch" if net.low < 0 else ""
        made.append(Card(words.t("rollout.net"), words.hours(60 * net.hours), interval, left, state))
    made.append(_payback(view, standing))
    cycle = standing.cycle_p50_min
    made.append(
        Card(
            words.t("rollout.cycle"),
            words.minutes(cycle),
            words.t("rollout.cycle_p90", value=words.minutes(standing.cycle_p90_min)),
            words.t("rollout.cycle_note"),
        )
    )
    return made


def _payback(view: View, standing: Standing) -> Card:
    words = view.words
    effort = words.t("rollout.effort_so_far", hours=words.number(standing.effort_hours, 1))
    if standing.cost is None:
        return Card(words.t("rollout.payback"), words.number(None), words.t("rollout.no_cost"), effort)
    cost = words.t("rollout.cost", cost=words.number(standing.cost), currency=standing.currency)
    if standing.payback_months is None:
        return Card(words.t("rollout.payback"), words.t("rollout.not_enough"), cost, effort)
    months = words.t("rollout.months", months=words.number(standing.payback_months, 1))
    return Card(words.t("rollout.payback"), months, cost, effort)


def _stages(view: View, lines: Sequence[LineStanding]) -> None:
    words = view.words
    if not lines:
        look.empty(words, words.t("empty.no_rows"))
        return
    columns = [
        Column(words.t("column.line")),
        Column(words.t("rollout.stage")),
        Column(words.t("rollout.since")),
        Column(words.t("rollout.gates"), wraps=True),
        Column(words.t("rollout.next")),
    ]
    rows: list[list[Cell]] = [
        [
            _name(view, one),
            _stage(view, one.stage),
            words.day(one.since) if one.since else words.t("rollout.never_moved"),
            join([_gate(view, gate) for gate in one.gates]) if one.gates else "",
            _next(view, one),
        ]
        for one in lines
    ]
    st.html(table(columns, rows, caption=words.t("rollout.stages")))


def _gate(view: View, gate: Gate) -> Html:
    """One gate in a line: a shape, what was reached of what is asked, and what that is."""
    words, is_share = view.words, gate.asked <= 1
    show: Callable[[float], str] = (lambda value: words.percent(value, 1, 1)) if is_share else words.number
    reached = words.number(None) if gate.reached is None else show(gate.reached)
    text = words.t("rollout.reached", reached=reached, asked=show(gate.asked), what=words.code("gate", gate.name))
    return tag("div", f"{'✓' if gate.holds else '✗'} {text}")


def _next(view: View, one: LineStanding) -> str:
    words = view.words
    if one.next_stage is None:
        return words.t("rollout.arrived")
    holds = all(gate.holds for gate in one.gates)
    return words.t("rollout.may" if holds else "rollout.waits", stage=words.code("stage", one.next_stage))


def _candidates(view: View, lines: Sequence[LineStanding]) -> None:
    """Lines that are not live: those with the most work and trouble first; untimed ones last."""
    words = view.words
    waiting = [one for one in lines if one.stage != "live"]
    if not waiting:
        look.empty(words, words.t("rollout.all_live"))
        return
    ordered = sorted(waiting, key=lambda one: (one.pain is None, -(one.pain or 0), -one.received))
    columns = [
        Column(words.t("column.line")),
        Column(words.t("rollout.stage")),
        *(
            Column(words.t(f"rollout.{name}"), is_number=True)
            for name in ("received", "hours", "errors", "late", "pain")
        ),
    ]
    rows: list[list[Cell]] = [
        [
            _name(view, one),
            _stage(view, one.stage),
            words.number(one.received),
            *(_or_na(view, value) for value in (one.hours_month, one.errors_100, one.late_100, one.pain)),
        ]
        for one in ordered
    ]
    st.html(table(columns, rows, caption=words.t("rollout.candidates")))


def _kinds(view: View, standing: Standing) -> None:
    words = view.words
    columns = [
        Column(words.t("rollout.kind")),
        *(Column(words.t(f"rollout.{name}"), is_number=True) for name in ("before", "now", "reports", "saved")),
    ]
    rows: list[list[Cell]] = []
    for kind in standing.kinds:
        samples = []
        for sample in (kind.before, kind.now):
            if sample.median_min is None:
                samples.append(words.t("rollout.untimed"))
                continue
            spread = f"{words.number(sample.lower_min, 1)}–{words.number(sample.upper_min, 1)}"
            samples.append(
                words.t("rollout.sample", median=words.number(sample.median_min, 1), spread=spread, count=sample.count)
            )
        rows.append([kind.kind, *samples, words.number(kind.reports), _or_na(view, kind.saved_month)])
    st.html(table(columns, rows, caption=words.t("rollout.value")))


def _history(view: View, found: Rollout) -> None:
    """Every move, with who and why and what the gates showed."""
    words = view.words
    if found.moves.is_empty():
        look.empty(words, words.t("rollout.no_moves"))
        return
    columns = [
        Column(words.t("rollout.when")),
        Column(words.t("column.line")),
        Column(words.t("rollout.stage")),
        Column(words.t("column.actor")),
        Column(words.t("column.reason"), wraps=True),
        Column(words.t("rollout.gates"), wraps=True),
    ]
    rows: list[list[Cell]] = [
        [
            words.moment(row["at"]),
            f"{row['plant_id']} / {view.line(row['plant_id'], row['line_id'])}",
            _stage(view, row["stage"]),
            row["actor"],
            row["reason"],
            join([_gate(view, Gate(**shown)) for shown in json.loads(row["evidence"])]),
        ]
        for row in found.moves.head(MOST_RECORDS).iter_rows(named=True)
    ]
    st.html(table(columns, rows, caption=words.t("rollout.history")))


def _name(view: View, one: LineStanding) -> str:
    several = len({plant for plant, _ in view.line_names}) > 1
    name = view.line(one.plant_id, one.line_id)
    return f"{one.plant_id} / {name}" if several else name


def _stage(view: View, stage: str) -> str:
    return f"{rollout_forms.SHAPES[stage]} {view.words.code('stage', stage)}"


def _or_na(view: View, value: float | None) -> str:
    return view.words.number(value, 1)
