"""Signing in with accounts of the site's own: one-time passwords, lockout, links, sessions that end, pages by role."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import dashboards.app
from dashboards import server, visitors
from data_contracts.errors import DeniedError, PeopleError
from data_contracts.rights import ROLES
from data_contracts.scope import Actor
from etl import desk
from etl.demo import make_people
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from tests.dashboards.small_site import SmallSite
from tests.dashboards.test_pages import run, shown

OWNER = Actor("owner")
NAME = "李伟"
OWN = "a horse and a stapler"
NAMED = f"{NAME} and a stapler"
NOW = datetime(2026, 3, 13, 9)  # noqa: DTZ001 - UTC as stored
MINUTE = timedelta(minutes=1)


@pytest.fixture
def site(new_site: SmallSite) -> SmallSite:
    new_site.publish()
    return new_site


def account(site: SmallSite, role: str = "", at: str = "*", *, now: datetime = NOW) -> str:
    """The one-time password of somebody with a role."""
    if role:
        desk.grant(site.home, OWNER, NAME, role, at, "test", now=now)
    return desk.add_account(site.home, OWNER, NAME, now=now)


def settled(site: SmallSite, role: str, at: str = "*") -> None:
    """Somebody with a role and a password of their own, chosen now."""
    now = visitors.now()
    first = desk.sign_in(site.home, NAME, account(site, role, at, now=now - 2 * MINUTE), now=now - MINUTE)
    desk.change_password(site.home, first.token, OWN, now=now - MINUTE)


def enter(test: AppTest, password: str = OWN, name: str = NAME) -> AppTest:
    test.text_input(key="login.name").set_value(name)
    test.text_input(key="login.password").set_value(password)
    return test.button(key="login.do").click().run()


def records(site: SmallSite) -> list[dict[str, object]]:
    log = AuditLog(site.home / "data", load_keys(site.home / "data", site.key_dir, create=False))
    return list(log.records())


def test_without_an_account_nobody_is_asked_to_sign_in(site: SmallSite) -> None:
    assert desk.login_mode(site.home) == "none"
    assert "<h1>Overview</h1>" in shown(run("overview", lang="en"))


@pytest.mark.parametrize(("language", "title"), [("en", "Sign in"), ("zh", "登录")])
def test_a_link_opened_before_the_login_leads_to_its_page_after_it(site: SmallSite, language: str, title: str) -> None:
    settled(site, "supervisor")
    test = run("discrepancies", lang=language, id="d-slip")
    assert f"<h1>{title}</h1>" in shown(test)
    assert "1,890" not in shown(test)
    test = enter(test)
    assert "1,890" in shown(test)
    assert test.query_params["id"] == "d-slip"
    assert NAME in shown(test)


def test_a_password_that_was_handed_out_opens_nothing_until_it_is_changed(site: SmallSite) -> None:
    password = account(site, "viewer", now=visitors.now())
    test = enter(run("overview", lang="en"), password)
    assert "<h1>Choose a password</h1>" in shown(test)
    poor = [("short", "short", "12 characters"), (OWN, f"{OWN}!", "not the same"), (NAMED, NAMED, "your name")]
    for new, again, told in poor:
        test.text_input(key="login.new").set_value(new)
        test.text_input(key="login.again").set_value(again)
        test = test.button(key="login.change").click().run()
        assert told in shown(test)
    test.text_input(key="login.new").set_value(OWN)
    test.text_input(key="login.again").set_value(OWN)
    assert "<h1>Overview</h1>" in shown(test.button(key="login.change").click().run())


def test_a_password_works_once_in_seven_days_and_not_after_the_change(site: SmallSite) -> None:
    password = account(site)
    with pytest.raises(PeopleError, match="wrong"):
        desk.sign_in(site.home, NAME, password, now=NOW + timedelta(days=8))
    first = desk.sign_in(site.home, f" {NAME} ", password, now=NOW + timedelta(days=6))
    assert first.must_change
    with pytest.raises(PeopleError, match="another password"):
        desk.change_password(site.home, first.token, password, now=NOW + timedelta(days=6))
    later = desk.change_password(site.home, first.token, OWN, now=NOW + timedelta(days=6) + MINUTE)
    assert not later.must_change
    assert desk.signed_in(site.home, first.token, now=NOW + timedelta(days=6) + MINUTE) is None
    with pytest.raises(PeopleError, match="wrong"):
        desk.sign_in(site.home, NAME, password, now=NOW + timedelta(days=6) + 2 * MINUTE)


@pytest.mark.parametrize(
    "password", ["password12345678", "qwertyuiop123", "密码密码密码密码密码密码", "shiftledger12", "S1-S1-S1-S1-S1"]
)
def test_a_password_that_is_guessed_first_is_not_taken(site: SmallSite, password: str) -> None:
    first = desk.sign_in(site.home, NAME, account(site), now=NOW + MINUTE)
    with pytest.raises(PeopleError) as refused:
        desk.change_password(site.home, first.token, password, now=NOW + 2 * MINUTE)
    assert refused.value.code == "guessed_password"


def test_a_long_password_counts_to_its_last_character_and_one_without_end_is_not_taken(site: SmallSite) -> None:
    first = desk.sign_in(site.home, NAME, account(site), now=NOW + MINUTE)
    with pytest.raises(PeopleError):
        desk.change_password(site.home, first.token, OWN * 100, now=NOW + 2 * MINUTE)
    long = " ".join(f"{number} trees" for number in range(100))
    desk.change_password(site.home, first.token, long, now=NOW + 2 * MINUTE)
    assert desk.sign_in(site.home, NAME, long, now=NOW + 3 * MINUTE).name == NAME
    with pytest.raises(PeopleError):
        desk.sign_in(site.home, NAME, long[:-1] + "x", now=NOW + 3 * MINUTE)


def test_five_wrong_passwords_lock_a_name_for_a_quarter_of_an_hour_whether_it_exists_or_not(site: SmallSite) -> None:
    password = account(site)
    for name in (NAME, "nobody"):
        for _ in range(5):
            with pytest.raises(PeopleError, match="Name or password is wrong"):
                desk.sign_in(site.home, name, "guess", now=NOW + MINUTE)
        with pytest.raises(PeopleError, match="Too many wrong passwords"):
            desk.sign_in(site.home, name, password, now=NOW + 15 * MINUTE)
    assert desk.sign_in(site.home, NAME, password, now=NOW + 17 * MINUTE).name == NAME
    told = [record["outcome"] for record in records(site) if record["action"] == "login.sign_in"]
    assert told == ["denied"] * 12 + ["done"]
    assert "guess" not in str(records(site))
    assert password not in str(records(site))


def test_a_session_ends_by_signing_out_after_twelve_hours_and_with_a_newer_password(site: SmallSite) -> None:
    def opened() -> str:
        return desk.sign_in(site.home, NAME, password, now=NOW + MINUTE).token

    def open_at(token: str, later: timedelta) -> bool:
        return desk.signed_in(site.home, token, now=NOW + later) is not None

    password = account(site)
    token = opened()
    assert open_at(token, timedelta(hours=12))
    assert not open_at(token, timedelta(hours=13))
    desk.sign_out(site.home, token, now=NOW + MINUTE)
    assert not open_at(token, 2 * MINUTE)
    token = opened()
    desk.add_account(site.home, OWNER, NAME, now=NOW + 2 * MINUTE)
    assert not open_at(token, 3 * MINUTE)
    assert not open_at("", MINUTE)


def test_a_link_signs_in_once(site: SmallSite) -> None:
    desk.grant(site.home, OWNER, NAME, "viewer", "*", "demo", now=NOW)
    ticket = desk.add_link(site.home, OWNER, NAME, now=visitors.now())
    test = run("overview", lang="en", ticket=ticket)
    assert "<h1>Overview</h1>" in shown(test)
    assert "ticket" not in test.query_params
    assert "has been used" in shown(run("overview", lang="en", ticket=ticket))
    with pytest.raises(PeopleError):
        desk.sign_in_by_link(site.home, "no such", now=NOW)


def test_the_demo_hands_out_a_link_for_each_role_and_no_password(site: SmallSite) -> None:
    for _ in range(2):
        links = [line.split() for line in make_people(site.home, OWNER)][1:]
        assert [role for role, _ in links] == list(ROLES)
        for role, link in links:
            assert desk.sign_in_by_link(site.home, link.split("ticket=")[1], now=visitors.now()).name == role
    assert {held.role: held.name for held in desk.people(site.home, OWNER)} == {role: role for role in ROLES}
    with pytest.raises(PeopleError):
        desk.sign_in(site.home, "viewer", "", now=visitors.now())


def test_somebody_who_signed_in_cannot_make_links(site: SmallSite) -> None:
    desk.grant(site.home, OWNER, NAME, "admin", "*", "test", now=NOW)
    with pytest.raises(DeniedError):
        desk.add_link(site.home, Actor(NAME, "login"), "wang", now=NOW)


def test_who_loses_the_role_is_out_at_the_next_click(site: SmallSite) -> None:
    settled(site, "viewer")
    test = enter(run("overview", lang="en"))
    assert "<h1>Overview</h1>" in shown(test)
    (held,) = desk.people(site.home, OWNER)
    desk.revoke(site.home, OWNER, held.grant_id, "left", now=NOW)
    text = shown(test.run())
    assert "has no role yet" in text
    assert "<h1>Overview</h1>" not in text


def test_signing_out_leads_back_to_the_login(site: SmallSite) -> None:
    settled(site, "viewer")
    test = enter(run("overview", lang="en"))
    assert "<h1>Sign in</h1>" in shown(test.button(key="login.out").click().run())


def test_a_reader_of_one_line_sees_that_line(site: SmallSite) -> None:
    settled(site, "leader", "P1/A2/L2")
    text = shown(enter(run("overview", lang="en")))
    assert "Line 2" in text
    assert "Line 1" not in text
    assert "Line 9" not in text


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        ("viewer", set()),
        ("leader", {"desk"}),
        ("engineer", {"desk", "layouts"}),
        ("admin", {"people"}),
        ("auditor", {"audit"}),
    ],
)
def test_pages_that_a_role_may_not_see_are_not_offered_and_not_drawn(
    site: SmallSite, role: str, pages: set[str]
) -> None:
    settled(site, role)
    test = AppTest.from_file(str(Path(dashboards.app.__file__)), default_timeout=60).run()
    test = enter(test)
    guarded = {"desk", "layouts", "people", "audit"}
    assert guarded & set(test.session_state["pages"]) == pages
    for page in guarded - pages:
        text = shown(enter(run(page, lang="en")))
        assert "may not do this" in text


def test_an_admin_grants_lists_and_revokes_on_the_page_and_looks_through_other_eyes(site: SmallSite) -> None:
    settled(site, "admin")
    desk.grant(site.home, OWNER, "王芳", "supervisor", "P1/A2", "in charge", now=NOW)
    test = enter(run("people", lang="en"))
    test.text_input(key="people.name").set_value("zhao")
    test.text_input(key="people.scope").set_value("P2")
    test.text_input(key="people.reason").set_value("new colleague")
    test = test.button(key="people.grant").click().run()
    assert "Granted." in shown(test)
    assert "new colleague" in shown(test)
    test.selectbox(key="people.held").set_value(next(h for h in desk.people(site.home, OWNER) if h.name == "zhao"))
    test.text_input(key="people.why").set_value("moved away")
    test = test.button(key="people.revoke").click().run()
    assert "Revoked." in shown(test)
    test.text_input(key="people.account_name").set_value("王芳")
    test = test.button(key="people.account").click().run()
    assert len(test.code[0].value) == 16
    assert not test.run().code
    test.selectbox(key="people.eyes_of").set_value("王芳")
    test = test.button(key="people.eyes").click().run()
    text = shown(test)
    assert "You see what 王芳 sees: P1/A2" in text
    assert "may not do this" in text
    assert "may not do this" not in shown(test.button(key="people.stop").click().run())
    assert {"people.grant", "people.revoke", "people.add", "people.view_as"} <= {r["action"] for r in records(site)}


@pytest.mark.parametrize(("language", "whole"), [("en", "The audit log is whole."), ("zh", "审计日志完整无误")])
def test_an_auditor_searches_and_checks_the_log_and_that_is_on_record(
    site: SmallSite, language: str, whole: str
) -> None:
    settled(site, "auditor")
    test = enter(run("audit", lang=language))
    test.text_input(key="audit.action").set_value("people.grant")
    text = shown(test.button(key="audit.search").click().run())
    assert "people.grant" in text
    assert "login.sign_in" not in text
    assert whole in shown(test.button(key="audit.verify").click().run())
    assert {"audit.read", "audit.verify"} <= {r["action"] for r in records(site) if r["actor"] == NAME}


def test_the_log_is_taken_away_as_a_table_without_formulas(site: SmallSite) -> None:
    desk.grant(site.home, OWNER, "=cmd()", "viewer", "*", "test", now=NOW)
    text = desk.export_audit(site.home, OWNER, desk.Wanted(action="people.grant")).decode("utf-8-sig")
    assert len(text.splitlines()) == 2
    assert ",'=cmd()," in text
    assert records(site)[-1]["action"] == "audit.export"


def test_a_site_without_a_login_is_served_to_this_machine_only(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server.refusal(site.home, "127.0.0.1") is None
    assert "loopback address only" in str(server.refusal(site.home, "0.0.0.0"))  # noqa: S104
    monkeypatch.setenv("SHIFTLEDGER_TRUSTED_PROXY", "127.0.0.1")
    assert "a proxy: nobody has to sign in" in str(server.refusal(site.home, "127.0.0.1"))
    account(site)
    assert server.refusal(site.home, "0.0.0.0") is None  # noqa: S104


def test_a_file_of_secrets_that_others_may_read_is_refused(
    site: SmallSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = tmp_path / "login.toml"
    monkeypatch.setenv("SHIFTLEDGER_LOGIN_FILE", str(secrets))
    assert "names no file" in str(server.refusal(site.home, "127.0.0.1"))
    secrets.write_text("[auth]\n")
    secrets.chmod(0o644)
    assert "chmod 600" in str(server.refusal(site.home, "127.0.0.1"))
    secrets.chmod(0o600)
    assert server.refusal(site.home, "10.0.0.1") is None
    assert server.settings(8600, "10.0.0.1")["secrets.files"] == [str(secrets)]
