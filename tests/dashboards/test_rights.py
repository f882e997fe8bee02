"""Who may do what, and where: every role at every deed of the desks, looked up each time, every refusal on record."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dashboards.queries._reading import Reader
from data_contracts.errors import DecisionError, DeniedError, PeopleError, ShiftLedgerError
from data_contracts.rights import APART, RIGHTS, ROLES, Access, Grant
from data_contracts.scope import Actor, Scope
from etl import desk
from etl.cli import app
from etl.commands.words import now_utc
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from tests.dashboards.small_site import LINES, SmallSite, export, sha256, workbook
from tests.dashboards.test_queries import QUESTIONS

NOW = datetime(2026, 3, 13, 9)  # noqa: DTZ001 - UTC as stored
TODAY = date(2026, 3, 12)
COMPANY = Scope.company()
OWNER = Actor("owner")
LI = Actor("李伟", "login")
UPLOAD = desk.Upload("report.xlsx", b"no workbook")

DEEDS: dict[str, tuple[str, Callable[[Path, Actor, Scope], object]]] = {
    "decide": ("decide", lambda h, a, s: desk.decide(h, a, s, "no-such", desk.Ruling("explain"), "why", now=NOW)),
    "undo": ("decide", lambda h, a, s: desk.undo(h, a, s, "no-such", "why", now=NOW)),
    "approve": ("approve", lambda h, a, s: desk.approve(h, a, s, "no-such", now=NOW)),
    "waive": (
        "waive",
        lambda h, a, s: desk.waive(
            h, a, s, "no-such", desk.Place("P1"), (date(2026, 3, 2), date(2026, 3, 2)), "why", now=NOW
        ),
    ),
    "decisions": ("see", desk.decisions),
    "notes": ("see", desk.notes),
    "comment": ("note", lambda h, a, s: desk.comment(h, a, s, "no-such", "text", now=NOW)),
    "assign": ("note", lambda h, a, s: desk.assign(h, a, s, "no-such", "wang", now=NOW)),
    "annotate": ("note", lambda h, a, s: desk.annotate(h, a, s, ("P7", None), (TODAY, TODAY), "text", now=NOW)),
    "withdraw": ("note", lambda h, a, s: desk.withdraw(h, a, s, "no-such", now=NOW)),
    "rollout": ("see", desk.rollout),
    "record_timings": ("rollout", lambda h, a, s: desk.record_timings(h, a, s, [], now=NOW)),
    "record_effort": ("rollout", lambda h, a, s: desk.record_effort(h, a, s, -1, date(2026, 3, 2), "why", now=NOW)),
    "move_line": ("rollout", lambda h, a, s: desk.move_line(h, a, s, ("P1", "none"), "live", "why", now=NOW)),
    "draft_of": ("layouts", lambda h, a, s: desk.draft_of(h, a, UPLOAD, "en")),
    "try_on": ("layouts", lambda h, a, s: desk.try_on(h, a, "nonsense", UPLOAD, "en", everywhere=False)),
    "save_layout": ("layouts", lambda h, a, s: desk.save_layout(h, a, "no name", "nonsense")),
    "check_report": ("upload", lambda h, a, s: desk.check_report(h, a, s, desk.Upload("x.txt", b""), "en")),
    "hand_in": ("upload", lambda h, a, s: desk.hand_in(h, a, s, desk.Upload("x.txt", b""), "en")),
    "template_of": ("upload", lambda h, a, s: desk.template_of(h, a, s, "P1", "none", "en")),
    "source_window": ("source", lambda h, a, s: desk.source_window(h, a, "no-such", "x", "C9", scope=s)),
    "source_original": ("source", lambda h, a, s: desk.source_original(h, a, s, "no-such")),
    "record_marked": ("upload", lambda h, a, s: desk.record_marked(h, a, s, "x.xlsx", is_own=True)),
    "record_export": ("export", lambda h, a, s: desk.record_export(h, a, s, "overview", "3 rows")),
    "daily_report": ("export", lambda h, a, s: desk.daily_report(h, a, s, None, "en")),
    "verify_audit": ("audit", lambda h, a, s: desk.verify_audit(h, a)),
    "read_audit": ("audit", lambda h, a, s: desk.read_audit(h, a)),
    "export_audit": ("audit", lambda h, a, s: desk.export_audit(h, a)),
    "grant": ("grant", lambda h, a, s: desk.grant(h, a, "wang", "viewer", "P1", "why", now=NOW)),
    "revoke": ("grant", lambda h, a, s: desk.revoke(h, a, "no-such", "why", now=NOW)),
    "people": ("grant", lambda h, a, s: desk.people(h, a)),
    "add_account": ("grant", lambda h, a, s: desk.add_account(h, a, "wang", now=NOW)),
    "view_as": ("grant", lambda h, a, s: desk.view_as(h, a, "李伟")),
}


@pytest.fixture
def site(new_site: SmallSite) -> SmallSite:
    new_site.tables["report"][0]["leader"] = " 李伟"
    new_site.publish()
    return new_site


def give(site: SmallSite, *pairs: tuple[str, str], name: str = LI.name) -> None:
    """Instead of what the person had."""
    for held in desk.people(site.home, OWNER):
        if held.name == name:
            desk.revoke(site.home, OWNER, held.grant_id, "test", now=NOW)
    for role, at in pairs:
        desk.grant(site.home, OWNER, name, role, at, "test", now=NOW)


def denied(site: SmallSite) -> list[tuple[object, object]]:
    log = AuditLog(site.home / "data", load_keys(site.home / "data", site.key_dir, create=False))
    return [(record["actor"], record["action"]) for record in log.records() if record["outcome"] == "denied"]


def is_denied(site: SmallSite, name: str, actor: Actor = LI) -> bool:
    """Whether the deed is refused for want of a right, told in both languages and put on record."""
    before = len(denied(site))
    try:
        DEEDS[name][1](site.home, actor, COMPANY)
    except DeniedError as error:
        told = {error.text("zh"), error.text("en")}
    except ShiftLedgerError:
        return False
    else:
        return False
    assert len(told) == 2
    assert all(actor.name in text for text in told)
    assert [who for who, _ in denied(site)[before:]] == [actor.name]
    return True


@pytest.mark.parametrize("role", [*ROLES, "none"])
def test_each_role_may_do_what_the_table_says_and_nothing_else(site: SmallSite, role: str) -> None:
    give(site, *([(role, "*")] if role in ROLES else []))
    may = {name for name in DEEDS if not is_denied(site, name)}
    assert may == {name for name, (right, _) in DEEDS.items() if role in ROLES and right in ROLES[role]}


def test_every_deed_of_the_desk_is_tried_here() -> None:
    own = {"sign_in", "sign_in_by_link", "change_password", "sign_out", "signed_in", "access", "login_mode"}
    told = {
        "current_version",
        "lines_of",
        "layouts_in_force",
        "possible",
        "read_timings",
        "run_link",
        "scope_of",
        "settings",
    }
    owner = {"add_link", "audit", "record_sign_in"}
    names = {name for name in desk.__all__ if name[0].islower() and callable(getattr(desk, name))}
    assert names - own - told - owner == set(DEEDS)
    assert {right for right, _ in DEEDS.values()} == set(RIGHTS) - {"load"}


def test_who_works_with_the_keys_of_the_machine_may_do_everything(site: SmallSite) -> None:
    assert [name for name in DEEDS if is_denied(site, name, OWNER)] == []


def test_revoking_works_at_the_next_deed(site: SmallSite) -> None:
    give(site, ("supervisor", "*"))
    assert not is_denied(site, "waive")
    give(site)
    assert is_denied(site, "waive")
    assert is_denied(site, "decisions")


def test_a_role_counts_only_where_it_is_held(site: SmallSite) -> None:
    give(site, ("viewer", "*"), ("supervisor", "P1/A2"))
    ruling = desk.Ruling("explain")
    with pytest.raises(DeniedError, match="at P2/A1/L9: rule on differences"):
        desk.decide(site.home, LI, COMPANY, "d-other-plant", ruling, "why", now=NOW)
    assert desk.decide(site.home, LI, COMPANY, "d-night", ruling, "why", now=NOW).decision_id
    assert desk.access(site.home, LI).scope("see") == COMPANY  # type: ignore[union-attr]


@pytest.mark.parametrize("actor", [LI, Actor("李伟")], ids=["signed in", "with the keys"])
def test_nobody_rules_on_a_report_of_their_own(site: SmallSite, actor: Actor) -> None:
    give(site, ("supervisor", "*"))
    with pytest.raises(DecisionError, match="another person has to rule on it"):
        desk.decide(site.home, actor, COMPANY, "d-slip", desk.Ruling("accept_mes"), "why", now=NOW)
    assert denied(site)[-1] == (actor.name, "decision.decide")


def test_an_admin_gives_roles_inside_their_part_only_and_none_to_themselves(site: SmallSite) -> None:
    give(site, ("admin", "P1"))
    assert desk.grant(site.home, LI, "wang", "supervisor", "P1/A1", "new", now=NOW).role == "supervisor"
    for at in ("P2", "*", "P1/A1,P2"):
        with pytest.raises(DeniedError):
            desk.grant(site.home, LI, "wang", "viewer", at, "new", now=NOW)
    with pytest.raises(PeopleError, match="cannot grant roles to themselves"):
        desk.grant(site.home, LI, " 李伟 ", "admin", "P1", "more", now=NOW)
    beyond = desk.grant(site.home, OWNER, "zhao", "viewer", "P2", "new", now=NOW)
    with pytest.raises(DeniedError):
        desk.revoke(site.home, LI, beyond.grant_id, "left", now=NOW)
    with pytest.raises(DeniedError):
        desk.add_account(site.home, LI, "zhao", now=NOW)
    assert {held.name for held in desk.people(site.home, LI)} == {"李伟", "wang"}


@pytest.mark.parametrize("role", sorted(APART))
def test_who_grants_or_audits_holds_no_other_role(site: SmallSite, role: str) -> None:
    give(site, (role, "*"))
    with pytest.raises(PeopleError, match="nobody holds beside"):
        desk.grant(site.home, OWNER, LI.name, "supervisor", "P1", "more", now=NOW)
    both = Access(tuple(Grant(r, "x", r, COMPANY, "", "", NOW) for r in (role, "supervisor")))
    assert not both.may("decide")


@pytest.mark.parametrize(
    ("name", "role", "at", "reason", "told"),
    [
        (" ", "viewer", "*", "why", "needs a name"),
        ("wang", "boss", "*", "why", "boss is no role"),
        ("wang", "viewer", "P7", "why", "no P7"),
        ("wang", "viewer", "*", " ", "need a reason"),
    ],
)
def test_a_grant_that_cannot_stand_is_refused(
    site: SmallSite, name: str, role: str, at: str, reason: str, told: str
) -> None:
    with pytest.raises(PeopleError, match=told):
        desk.grant(site.home, OWNER, name, role, at, reason, now=NOW)
    assert desk.people(site.home, OWNER) == []


def test_an_admin_sees_through_the_eyes_of_another_and_can_do_nothing_then(site: SmallSite) -> None:
    give(site, ("admin", "P1"))
    give(site, ("supervisor", "P1/A1,P2"), name="wang")
    eyes = desk.view_as(site.home, LI, "wang")
    assert str(desk.scope_of(site.home, eyes, "see")) == "P1/A1"
    assert [name for name, (right, _) in DEEDS.items() if right != "see" and not is_denied(site, name, eyes)] == []
    give(site, ("viewer", "*"))
    assert desk.scope_of(site.home, eyes, "see") == Scope()


def test_of_a_file_with_other_lines_only_the_row_behind_a_figure_in_scope_is_shown(site: SmallSite) -> None:
    give(site, ("leader", "P2"))
    with pytest.raises(DeniedError, match="no figure in their scope rests on it"):
        desk.source_window(site.home, LI, sha256(workbook()), "早班", "A1")
    give(site, ("leader", "P1/A1"))
    assert len(desk.source_window(site.home, LI, sha256(workbook()), "早班", "C8", rows=2).rows) == 5
    assert len(desk.source_window(site.home, LI, sha256(export()), None, "3", rows=2).rows) == 1
    with pytest.raises(DeniedError):
        desk.source_window(site.home, LI, sha256(export()), None, "77", rows=2)


@pytest.mark.parametrize("scope", ["P1", "P1/A1", "P1/A2/L2", "P2", "P1/A2,P2"])
@pytest.mark.parametrize("role", ROLES)
def test_no_row_of_another_line_reaches_anybody(site: SmallSite, role: str, scope: str) -> None:
    give(site, (role, scope))
    inside = Scope.parse(scope)
    areas = {(plant, line): area for plant, area, line in LINES}
    seen = desk.scope_of(site.home, LI, "see")
    assert str(seen) == ",".join(sorted(scope.split(",")))
    with Reader(desk.current_version(site.home)) as reader:
        for query, arguments in QUESTIONS:
            for plant, line in query(reader, seen, *arguments).select("plant_id", "line_id").iter_rows():
                assert inside.covers(plant, areas.get((plant, line)), line), query.__name__
    for one in desk.rollout(site.home, LI, COMPANY).standing.lines:
        assert inside.covers(one.plant_id, areas[one.plant_id, one.line_id], one.line_id)


def test_the_command_gives_lists_and_takes_back_roles(site: SmallSite) -> None:
    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["people", words[0], str(site.home), *words[1:]])
        return done.exit_code, done.output

    assert run("grant", "王芳", "supervisor", "P1/A1", "--reason", "new in charge")[0] == 0
    told = json.loads(run("list", "--json")[1])
    assert [(one["name"], one["role"], one["scope"], one["reason"]) for one in told] == [
        ("王芳", "supervisor", "P1/A1", "new in charge")
    ]
    assert "Supervisor" in run("list")[1]
    assert run("revoke", told[0]["grant_id"], "--reason", "left")[0] == 0
    assert json.loads(run("list", "--json")[1]) == []
    code, text = run("grant", "王芳", "boss", "P1", "--reason", "new")
    assert (code, "boss is no role" in text) == (2, True)
    code, text = run("add", "王芳")
    password = text.split()[-1]
    assert code == 0
    assert desk.sign_in(site.home, "王芳", password, now=now_utc()).must_change
    code, text = run("link", "王芳")
    token = text.split("ticket=")[1].strip()
    assert desk.sign_in_by_link(site.home, token, now=now_utc()).name == "王芳"
