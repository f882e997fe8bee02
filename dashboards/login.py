"""Signing in and out: the page that stands in place of any other until somebody did. Who that is: ``session``.

The address stays as it is, so a link leads to its page after a login; a provider of logins sends people back to the
first page, so the browser keeps the address meanwhile. The cookie of a session: ``dashboards.web.cookie``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from dashboards import look, scripts
from dashboards.markup import tag
from dashboards.session import SEEN_AS, TOKEN, client_address, own_cookie
from dashboards.visitors import Visitor, now
from dashboards.web.cookie import hand_over
from dashboards.words import Words
from data_contracts.errors import ShiftLedgerError
from etl.desk import Login, change_password, login_mode, sign_in, sign_in_by_link, sign_out


def render(home: Path, words: Words) -> None:
    """Ask for a login."""
    st.html(tag("div", tag("h1", words.t("login.title")), class_="sl-title"))
    _told(words)
    scripts.run("login")
    if login_mode(home) == "oidc":
        look.note(words.t("login.oidc_note"))
        st.button(words.t("login.oidc"), key="login.oidc", type="primary", on_click=st.login)
        return
    if ticket := st.query_params.get("ticket"):
        del st.query_params["ticket"]
        if _do(words, lambda: sign_in_by_link(home, ticket, now=now(), address=client_address())):
            st.rerun()
        _told(words)
    look.note(words.t("login.local_note"))
    with st.form("login.form", width=420):
        st.text_input(words.t("login.name"), key="login.name", autocomplete="username", max_chars=100)
        st.text_input(
            words.t("login.password"),
            key="login.password",
            type="password",
            autocomplete="current-password",
            max_chars=1000,
        )
        st.form_submit_button(
            words.t("login.do"), key="login.do", type="primary", on_click=_sign_in, args=(home, words)
        )


def change(home: Path, words: Words) -> None:
    """Ask for a password of the person's own, before anything else."""
    st.html(tag("div", tag("h1", words.t("login.change_title")), class_="sl-title"))
    _told(words)
    look.note(words.t("login.change_note"))
    with st.form("login.change_form", width=420):
        for key in ("new", "again"):
            st.text_input(
                words.t(f"login.password_{key}"),
                key=f"login.{key}",
                type="password",
                autocomplete="new-password",
                max_chars=1000,
            )
        st.form_submit_button(
            words.t("login.change"), key="login.change", type="primary", on_click=_change, args=(home, words)
        )


def signed_in(home: Path, visitor: Visitor, words: Words) -> None:
    """Who is signed in, at the end of the side bar; what a browser must keep or forget; a link from before."""
    if visitor.actor.kind != "login":
        return
    oidc = login_mode(home) == "oidc"
    scripts.run("signed_in", code="" if oidc else _code(st.session_state[TOKEN]))
    roles = ", ".join(words.code("role", role) for role in visitor.actor.roles)
    with st.sidebar:
        look.note(words.t("login.who", name=visitor.actor.name, roles=roles))
        st.button(words.t("login.out"), key="login.out", type="tertiary", on_click=_out, args=(home, oidc))
    if visitor.actor.seen_as:
        with st.container(horizontal=True, vertical_alignment="center"):
            told = words.t("people.seen_as", name=visitor.actor.seen_as, scope=str(visitor.scope) or "—")
            st.html(tag("p", f"◉ {told}", class_="sl-new", role="status"))
            st.button(words.t("people.stop"), key="people.stop", on_click=_stop)


def _sign_in(home: Path, words: Words) -> None:
    said = st.session_state
    name, password = said["login.name"], said["login.password"]
    _do(words, lambda: sign_in(home, name, password, now=now(), address=client_address()))
    said["login.password"] = ""


def _change(home: Path, words: Words) -> None:
    said = st.session_state
    token, new, again = said[TOKEN], said["login.new"], said["login.again"]
    said["login.new"] = said["login.again"] = ""
    if new != again:
        said["login.told"] = words.t("login.not_the_same")
        return
    _do(words, lambda: change_password(home, token, new, now=now(), address=client_address()))


def _do(words: Words, deed: Callable[[], Login]) -> bool:
    try:
        st.session_state[TOKEN] = deed().token
    except ShiftLedgerError as error:
        st.session_state["login.told"] = error.text(words.language)
        return False
    return True


def _out(home: Path, oidc: bool) -> None:
    st.session_state.pop(SEEN_AS, None)
    if oidc:
        st.logout()
    else:
        sign_out(home, st.session_state.pop(TOKEN), now=now(), address=client_address())


def _stop() -> None:
    st.session_state.pop(SEEN_AS, None)


def _told(words: Words) -> None:
    if told := st.session_state.pop("login.told", None):
        look.trouble(words, told)


def _code(token: str) -> str:
    """For which the browser gets the cookie of its session, so that a page may be loaded anew; blank once it has it."""
    if st.context.cookies.get(own_cookie()) == token:
        return ""
    made = st.session_state.get("login.code")
    if made is None or made[0] != token:
        made = st.session_state["login.code"] = (token, hand_over(token))
    return str(made[1])
