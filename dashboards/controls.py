"""What a reader can turn: pages, language, filters. Each writes raw codes into the address, the only truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

import streamlit as st

from dashboards.filters import Filters
from dashboards.queries import state
from dashboards.view import View
from dashboards.words import Words

LANGUAGE_NAMES = {"zh": "中文", "en": "English"}
PRESETS = (1, 7, 30, 90)
NOWHERE = ("", "")


def masthead(words: Words, site: str) -> None:
    """Top of the side bar: site, pages, language."""
    kept = {"lang": words.language, **Filters.read(st.query_params).address()}
    with st.sidebar:
        st.html(f'<div class="sl-brand">ShiftLedger</div><div class="sl-site">{escape(site)}</div>')
        for key, page in st.session_state.get("pages", {}).items():
            st.page_link(page, label=words.t(f"page.{key}.title"), query_params=kept, width="stretch")
        language(words)


def language(words: Words) -> None:
    """The languages to choose from."""
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


def filters(view: View, plants: dict[str, str]) -> None:
    """The filters that all pages share, in the side bar."""
    words, chosen = view.words, view.filters
    rows = view.ask(state.lines)
    with st.sidebar:
        _days(view)
        own = {plant: plants.get(plant, plant) for plant in rows["plant_id"].unique(maintain_order=True)}
        pick("plant", words, own, chosen.plant, clears=("area", "line"))
        if chosen.plant:
            rows = rows.filter(rows["plant_id"] == chosen.plant)
        areas = {area: area for area in rows["area_id"].unique(maintain_order=True)}
        pick("area", words, areas, chosen.area, clears=("line",))
        if chosen.area:
            rows = rows.filter(rows["area_id"] == chosen.area)
        _line(view, list(rows.select("plant_id", "line_id").iter_rows()))
        pick("shift", words, view.shift_names, chosen.shift)
        st.button(words.t("filter.clear"), on_click=_clear, type="tertiary", icon=":material/filter_alt_off:")


def remember(words: Words) -> None:
    """The language stands in every address, so that a copied link says what it shows."""
    if st.query_params.get("lang") != words.language:
        st.query_params["lang"] = words.language


def pick(name: str, words: Words, options: dict[str, str], current: str | None, clears: Sequence[str] = ()) -> None:
    """One code or all; a code from the address that is not offered stays visible as it is."""
    shown = {"": words.t("filter.all"), **options}
    if current and current not in shown:
        shown[current] = current
    st.session_state[f"control.{name}"] = current or ""
    st.selectbox(
        words.t(f"filter.{name}"),
        list(shown),
        format_func=shown.__getitem__,
        key=f"control.{name}",
        on_change=_store,
        args=(name, tuple(clears)),
    )


def pick_many(name: str, words: Words, options: dict[str, str], current: Sequence[str], default: Sequence[str]) -> None:
    """Several codes, comma-separated in the address; ``default`` is left out of it."""
    shown = {**options, **{code: code for code in current if code not in options}}
    st.session_state[f"control.{name}"] = list(current)
    st.multiselect(
        words.t(f"filter.{name}"),
        list(shown),
        format_func=shown.__getitem__,
        key=f"control.{name}",
        on_change=_store_many,
        args=(name, tuple(default)),
        placeholder=words.t("filter.all"),
    )


def pick_form(name: str, words: Words, options: dict[str, str], current: str) -> None:
    """One of a few forms of the same page; the first is the default."""
    st.session_state[f"control.{name}"] = current if current in options else next(iter(options))
    st.selectbox(
        words.t(f"filter.{name}"),
        list(options),
        format_func=options.__getitem__,
        key=f"control.{name}",
        on_change=_store,
        args=(name,),
    )


def switch(name: str, label: str, told: str) -> bool:
    """Something that is on or off; the address says ``name=1`` when it is on."""
    st.session_state[f"control.{name}"] = st.query_params.get(name) == "1"
    return st.toggle(label, key=f"control.{name}", help=told, on_change=_store_switch, args=(name,))


def codes(address: Mapping[str, str], name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Codes that an address holds under ``name``; ``*`` stands for none chosen where there is a default."""
    text = address.get(name)
    if text is None:
        return default
    return tuple(code for code in text.split(",") if code and code != "*")


def _line(view: View, lines: list[tuple[str, str]]) -> None:
    """A line of one plant: choosing it chooses the plant too, as two plants may use the same code."""
    words, chosen = view.words, view.filters
    several = len({plant for plant, _ in lines}) > 1
    shown = {NOWHERE: words.t("filter.all")}
    shown |= {key: f"{key[0]} / {view.line(*key)}" if several else view.line(*key) for key in lines}
    current = NOWHERE
    if chosen.line:
        current = next((key for key in lines if key[1] == chosen.line), (chosen.plant or "", chosen.line))
        shown.setdefault(current, chosen.line)
    st.session_state["control.place"] = current
    st.selectbox(
        words.t("filter.line"), list(shown), format_func=shown.__getitem__, key="control.place", on_change=_store_line
    )


def _store_line() -> None:
    plant, line = st.session_state["control.place"]
    _put("line", line)
    if plant:
        _put("plant", plant)


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


def _store_switch(name: str) -> None:
    _put(name, "1" if st.session_state[f"control.{name}"] else None)


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
