"""What a reader can turn: pages, language, filters. Each writes raw codes into the address, which alone is the truth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

import streamlit as st

from dashboards.filters import Filters
from dashboards.queries import state
from dashboards.view import View
from dashboards.words import Words

LANGUAGE_NAMES = {"zh": "中文", "en": "English"}
PRESETS = (1, 7, 30, 90)


def masthead(words: Words, site: str, here: str) -> None:
    """Top of the side bar: site, pages, language."""
    kept = {"lang": words.language, **Filters.read(st.query_params).address()}
    with st.sidebar:
        st.html(f'<div class="sl-brand">ShiftLedger</div><div class="sl-site">{escape(site)}</div>')
        for key, page in st.session_state.get("pages", {}).items():
            st.page_link(page, label=words.t(f"page.{key}.title"), query_params=kept, disabled=False, width="stretch")
        st.session_state["control.lang"] = words.language
        st.segmented_control(
            words.t("filter.language"),
            list(LANGUAGE_NAMES),
            format_func=LANGUAGE_NAMES.__getitem__,
            key="control.lang",
            required=True,
            on_change=_store,
            args=("lang",),
            label_visibility="collapsed",
        )
    st.session_state["here"] = here


def filters(view: View, plants: dict[str, str]) -> None:
    """The filters that all pages share, in the side bar."""
    words, chosen = view.words, view.filters
    rows = view.ask(state.lines)
    with st.sidebar:
        _days(view)
        own = {plant: plants.get(plant, plant) for plant in rows["plant_id"].unique(maintain_order=True)}
        pick("plant", words.t("filter.plant"), own, chosen.plant, words, clears=("area", "line"))
        if chosen.plant:
            rows = rows.filter(rows["plant_id"] == chosen.plant)
        areas = {area: area for area in rows["area_id"].unique(maintain_order=True)}
        pick("area", words.t("filter.area"), areas, chosen.area, words, clears=("line",))
        if chosen.area:
            rows = rows.filter(rows["area_id"] == chosen.area)
        lines = {row[1]: view.line(*row) for row in rows.select("plant_id", "line_id").iter_rows()}
        pick("line", words.t("filter.line"), lines, chosen.line, words)
        pick("shift", words.t("filter.shift"), view.shift_names, chosen.shift, words)
        st.button(words.t("filter.clear"), on_click=_clear, type="tertiary", icon=":material/filter_alt_off:")


def remember(words: Words) -> None:
    """The language stands in every address, so that a copied link says what it shows."""
    if st.query_params.get("lang") != words.language:
        st.query_params["lang"] = words.language


def pick(
    name: str,
    label: str,
    options: dict[str, str],
    current: str | None,
    words: Words,
    clears: Sequence[str] = (),
) -> None:
    """One code or all; a code from the address that is not offered stays visible as it is."""
    shown = {"": words.t("filter.all"), **options}
    if current and current not in shown:
        shown[current] = current
    st.session_state[f"control.{name}"] = current or ""
    st.selectbox(
        label,
        list(shown),
        format_func=shown.__getitem__,
        key=f"control.{name}",
        on_change=_store,
        args=(name, tuple(clears)),
    )


def pick_many(name: str, label: str, options: dict[str, str], current: Sequence[str], default: Sequence[str]) -> None:
    """Several codes, comma-separated in the address; ``default`` is left out of it."""
    shown = {**options, **{code: code for code in current if code not in options}}
    st.session_state[f"control.{name}"] = list(current)
    st.multiselect(
        label,
        list(shown),
        format_func=shown.__getitem__,
        key=f"control.{name}",
        on_change=_store_many,
        args=(name, tuple(default)),
    )


def pick_form(name: str, label: str, options: dict[str, str], current: str) -> None:
    """One of a few forms of the same page; the first is the default and is left out of the address."""
    st.session_state[f"control.{name}"] = current
    st.selectbox(
        label, list(options), format_func=options.__getitem__, key=f"control.{name}", on_change=_store, args=(name,)
    )


def codes(name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Codes that the address holds under ``name``; ``*`` stands for none chosen where there is a default."""
    text = st.query_params.get(name)
    if text is None:
        return default
    return tuple(code for code in text.split(",") if code and code != "*")


def _days(view: View) -> None:
    words, chosen = view.words, view.filters
    if chosen.first is None or chosen.last is None:
        return
    st.session_state["control.days"] = (chosen.first, chosen.last)
    st.date_input(words.t("filter.days"), key="control.days", format="YYYY-MM-DD", on_change=_store_days)
    span = (chosen.last - chosen.first).days + 1
    st.session_state["control.span"] = span if span in PRESETS else None
    st.segmented_control(
        words.t("filter.span"),
        list(PRESETS),
        format_func=lambda days: words.t("filter.span_days", days=days),
        key="control.span",
        on_change=_store_span,
        args=(chosen,),
        label_visibility="collapsed",
    )


def _store(name: str, clears: Sequence[str] = ()) -> None:
    _put(name, st.session_state[f"control.{name}"])
    for other in clears:
        _put(other, None)


def _store_many(name: str, default: tuple[str, ...]) -> None:
    values = tuple(st.session_state[f"control.{name}"])
    same = set(values) == set(default)
    _put(name, None if same else ",".join(values) or "*")


def _store_days() -> None:
    days: tuple[date, ...] = st.session_state["control.days"]
    if len(days) == 2:
        _put("from", days[0].isoformat())
        _put("to", days[1].isoformat())


def _store_span(chosen: Filters) -> None:
    days = st.session_state["control.span"]
    if days:
        address = chosen.window(days).address()
        _put("from", address["from"])
        _put("to", address["to"])


def _clear() -> None:
    language = st.query_params.get("lang")
    st.query_params.from_dict({"lang": language} if language else {})


def _put(name: str, value: str | None) -> None:
    if value:
        st.query_params[name] = value
    elif name in st.query_params:
        del st.query_params[name]


