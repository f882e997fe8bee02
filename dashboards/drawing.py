"""Charts on a page: a figure of the same parts is worked out once, whoever looks at it."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import altair as alt
import polars as pl
import pyarrow as pa
import streamlit as st
from altair.utils.schemapi import disable_debug_mode

from dashboards import notes
from dashboards.figures.paint import with_notes
from dashboards.filters import Filters
from dashboards.view import View

Figure = alt.Chart | alt.LayerChart

disable_debug_mode()  # else every part of a chart is checked against Vega-Lite's schema when it is made


def chart(view: View, figure: Callable[..., Figure], *parts: object, told: str) -> None:
    """Show ``figure(*parts, words, paint)``; ``told`` is what a screen reader says."""
    _show(view, figure, parts, told)


def of_days(view: View, figure: Callable[..., Figure], *parts: object, told: str, step: str = "day") -> None:
    """The same of days, weeks or months, with a sign over each that somebody wrote beside; the notes stand below."""
    noted = notes.covering(view)
    _show(view, figure, parts, told, (noted, view.filters), step)
    notes.beside(view, noted)


def _show(
    view: View,
    figure: Callable[..., Figure],
    parts: tuple[object, ...],
    told: str,
    noted: tuple[pl.DataFrame, Filters] | None = None,
    step: str = "",
) -> None:
    key = pickle.dumps((figure.__module__, figure.__qualname__, parts, noted, step, view.words, view.paint))

    def made() -> Figure:
        drawn = figure(*parts, view.words, view.paint)
        return drawn if noted is None else with_notes(drawn, *noted, view.words, view.paint, step)

    st.vega_lite_chart(_spec(key, made), alt=told)


@st.cache_data(show_spinner=False, max_entries=500)
def _spec(key: bytes, _made: Callable[[], Figure]) -> dict[str, Any]:
    """As Vega-Lite, its data in Arrow's form. That it is valid is checked by the tests of the figures."""
    spec: dict[str, Any] = _made().to_dict(validate=False)
    for name, rows in spec.get("datasets", {}).items():
        spec["datasets"][name] = _arrow(rows)
    return spec


def _arrow(rows: list[dict[str, Any]]) -> bytes:
    table = pa.Table.from_pylist(rows)
    into = pa.BufferOutputStream()
    with pa.ipc.new_stream(into, table.schema) as stream:
        stream.write_table(table)
    content: bytes = into.getvalue().to_pybytes()
    return content
