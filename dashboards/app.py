"""The router: finds the pages, reads who looks at what, and runs one page. What a page shows: ``app_pages``."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import sys
from collections.abc import Callable
from contextlib import nullcontext
from functools import cache
from typing import Any, Protocol, cast

import streamlit as st

from dashboards import app_pages, controls, export, login, look, session
from dashboards.opening import opened
from dashboards.queries._reading import Reader
from dashboards.turns import DRAWING
from dashboards.view import Page, View, Visit
from dashboards.visitors import Visitor
from dashboards.words import Words, language_of
from data_contracts.errors import DeniedError, ShiftLedgerError, ToldError
from etl.desk import current_version, settings


class PageModule(Protocol):
    """What a file of ``app_pages`` declares."""

    PAGE: Page

    def render(self, view: Any) -> None:
        """Draw the page: of a ``View``, or of a ``Visit`` where it shows no numbers."""


@cache
def found_pages() -> tuple[PageModule, ...]:
    """Pages in the order of their file names."""
    names = sorted(info.name for info in pkgutil.iter_modules(app_pages.__path__))
    return tuple(cast(PageModule, importlib.import_module(f"{app_pages.__name__}.{name}")) for name in names)


def main() -> None:
    """One run of the script: the page of the address."""
    pages = found_pages()
    words = Words(_language(""))
    visitor = _visitor()
    entries = {
        module.PAGE.key: st.Page(
            _runner(module, visitor),
            title=words.t(f"page.{module.PAGE.key}.title"),
            icon=module.PAGE.icon,
            url_path=module.PAGE.key,
            default=index == 0,
        )
        for index, module in enumerate(pages)
        # Until somebody signed in every address is kept: it shows the login and leads to its page afterwards.
        if visitor is None or module.PAGE.needs in visitor.rights or index == 0
    }
    current = st.navigation(list(entries.values()), position="hidden")
    st.set_page_config(page_title=f"{current.title} · ShiftLedger", page_icon=":material/fact_check:", layout="wide")
    st.session_state["pages"] = entries
    current.run()
    _freeze(current.url_path)


def run_page(module: PageModule, visitor: Visitor | None = None) -> None:
    """Run one page; what a person can understand is shown as text, never as a stack trace.

    ``visitor``: who looks, when that was looked up in this run already.
    """
    _hide_script()
    look.style()
    words = Words(_language(""))
    try:
        home = session.current_home()
        config = session.site_config(home)
        words = Words(_language(config.site.language))
        look.document(words)
        visitor = visitor or session.visitor(home)
        if visitor is None or visitor.must_change:
            controls.language(words)
            login.render(home, words) if visitor is None else login.change(home, words)
            return
        controls.masthead(words, config.site.name)
        login.signed_in(home, visitor, words)
        if module.PAGE.needs not in visitor.rights:
            raise DeniedError("right", name=visitor.actor.name, right=(f"right.{module.PAGE.needs}",))
        zoned = Words(words.language, session.zone_for(config, None))
        visit = Visit(home, visitor.actor, visitor.scope, zoned, rights=visitor.rights)
        if not module.PAGE.shows_numbers:
            _run_without_numbers(module, visit)
            return
        published = current_version(home)
    except ToldError as error:
        look.trouble(words, error.text(words.language))
        return
    except ShiftLedgerError as error:
        look.nothing_yet(words, str(error))
        return
    with Reader(published) as reader:
        try:
            view = opened(visit, config, reader, module.PAGE, st.query_params)
            if view is None:
                look.nothing_yet(words, words.t("empty.no_output"))
                return
            words = view.words
            plants = {plant.id: words.named(plant.id, plant.name_zh, plant.name_en) for plant in config.plant}
            controls.filters(view, plants)
            controls.remember(words)
            _head(view, module)
            module.render(view)
        except ShiftLedgerError as error:
            look.trouble(words, error.text(words.language))


def _head(view: View, module: PageModule) -> None:
    """Title and what the numbers rest on; beside them the page as a workbook and on paper, where it gives one."""
    look.newer(view)
    with st.container(horizontal=True, vertical_alignment="top", key="sl-head"):
        look.title(view, module.PAGE.key)
        for form, gives in (("workbook", "exported"), ("paper", "printed")):
            if hasattr(module, gives) and "export" in view.rights:
                export.button(view, module.PAGE.key, form)


def _run_without_numbers(module: PageModule, visit: Visit) -> None:
    words = visit.words
    try:
        controls.remember(words)
        look.heading(words, module.PAGE.key)
        module.render(visit)
    except ShiftLedgerError as error:
        look.trouble(words, error.text(words.language))


def _visitor() -> Visitor | None:
    """Who looks; nobody when that cannot be said, which the page explains."""
    try:
        return session.visitor(session.current_home())
    except ShiftLedgerError:
        return None


def _runner(module: PageModule, visitor: Visitor | None) -> Callable[[], None]:
    def run() -> None:
        with DRAWING if module.PAGE.shows_numbers else nullcontext():
            run_page(module, visitor)

    run.__name__ = module.PAGE.key
    return run


def _language(site_language: str) -> str:
    """The reader's wish stands in the address; it is remembered from page to page."""
    remembered = st.session_state.get("language")
    language = language_of(st.query_params.get("lang"), remembered, settings().language, site_language)
    if site_language:
        st.session_state["language"] = language
    return language


def _hide_script() -> None:
    """Children that read a workbook import the main script when it says its file: they would all import streamlit."""
    script = sys.modules["__main__"]
    if script.__spec__ is None:
        script.__dict__.pop("__file__", None)


@st.cache_resource(show_spinner=False)
def _freeze(page: str) -> None:
    """Streamlit collects garbage after every run: leave out what the first run of a page imported and keeps."""
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main()
