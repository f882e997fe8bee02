"""Decisions from the desk through loads: obeyed, approved, taken back, reopened by data, and never lost."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from data_contracts.errors import DecisionError, StoreError
from data_contracts.scope import Actor, Scope
from etl import desk
from etl.preflight import preflight
from tests.ledger import ACTOR, FIRST, LAST, NOW, ask, draft, hand_in, kept, load

OTHER = Actor("zhang.min")
ALL = Scope.company()
START = NOW.replace(tzinfo=None)
HOUR = timedelta(hours=1)


class Difference(NamedTuple):
    """Where a report and the MES differ in one hour of the early shift of L01."""

    id: str
    reported: float
    counted: float


def differing(home: Path, more: int = 60, name: str = "wrong.xlsx") -> Difference:
    """A report that says more than the MES in one hour, loaded."""
    report = draft()
    report.hours[2].good_qty = (report.hours[2].good_qty or 0) + more
    hand_in(home, report, name, NOW + more * HOUR / 60)
    load(home)
    sql = "select discrepancy_id, reported_value, reference_value from discrepancy where rule_id = 'good_vs_mes'"
    ((difference_id, reported, counted),) = ask(home, sql)
    return Difference(str(difference_id), float(str(reported)), float(str(counted)))


@pytest.fixture(scope="module")
def differing_once(loaded_once: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Difference]:
    folder = tmp_path_factory.mktemp("differing")
    shutil.copytree(loaded_once, folder, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHIFTLEDGER_KEY_DIR", str(folder / "keys"))
        return folder, differing(folder / "site")


@pytest.fixture
def site(differing_once: tuple[Path, Difference], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(differing_once[0], tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    return tmp_path / "site"


@pytest.fixture
def difference(differing_once: tuple[Path, Difference]) -> Difference:
    return differing_once[1]


def rule(home: Path, difference: Difference, kind: str, value: float | None = None, **more: object) -> desk.Decided:
    ruling = desk.Ruling(kind, value, str(more["to"]) if "to" in more else None)
    taken = desk.decisions(home, ACTOR, ALL).height * timedelta(minutes=1)
    return desk.decide(home, ACTOR, ALL, difference.id, ruling, "counted again", now=START + taken)


def status(home: Path, difference: Difference) -> object:
    return ask(home, f"select status from discrepancy where discrepancy_id = '{difference.id}'")[0][0]


def events(home: Path, difference: Difference) -> list[object]:
    told = f"select event from discrepancy_event where discrepancy_id = '{difference.id}'"
    return [row[0] for row in ask(home, told)]


def hour(home: Path) -> tuple[object, ...]:
    """Good pieces of the hour that differs, and where they come from."""
    place = "line_id = 'L01' and production_date = '2026-03-31' and shift_id = 'early' and good_qty_cell = 'C9'"
    return ask(home, f"select good_qty, value_source, is_final from production where {place}")[0]


def shifts(home: Path) -> dict[object, object]:
    """Good pieces of the shifts of L01 on the last day."""
    sql = "select shift_id, good_qty from mart_output where line_id = 'L01' and production_date = '2026-03-31'"
    return dict(ask(home, sql))  # type: ignore[arg-type]


def audited(home: Path, action: str) -> list[tuple[object, object]]:
    log = (home / "data" / "audit.log").read_text().splitlines()
    records = [json.loads(line) for line in log]
    return [(r["actor"], r["outcome"]) for r in records if r["action"] == action]


def test_a_value_changes_by_the_next_load_only_and_the_load_says_who_decided_what_and_why(
    site: Path, difference: Difference
) -> None:
    before = hour(site)
    decided = rule(site, difference, "accept_report")
    assert (hour(site), status(site, difference)) == (before, "open")

    result = load(site, NOW + HOUR)

    assert LAST in result.days
    assert hour(site) == (difference.reported, "decision", True)
    assert status(site, difference) == "decided"
    assert events(site, difference) == ["opened", "decided", "applied"]
    told = ask(site, "select kind, status, value, was_value, decided_by, reason from decision")
    assert told == [("accept_report", "in_force", difference.reported, difference.counted, "li.wei", "counted again")]
    assert audited(site, "decision.decide") == [("li.wei", "done")]
    assert ask(site, "select decision_id from discrepancy_event where event = 'applied'") == [(decided.decision_id,)]


def test_a_decision_survives_a_backfill_and_a_warehouse_made_anew(site: Path, difference: Difference) -> None:
    rule(site, difference, "accept_report")
    load(site, NOW + HOUR)
    statuses = "select discrepancy_id, status from discrepancy order by 1"
    production = "select * exclude (first_version) from production order by all"
    before = [ask(site, sql) for sql in (statuses, production)]

    load(site, NOW + HOUR, days=(FIRST, LAST))
    assert [ask(site, sql) for sql in (statuses, production)] == before

    (site / "data" / "warehouse.duckdb").unlink()
    shutil.rmtree(site / "data" / "published")
    load(site, NOW + HOUR)
    assert [ask(site, sql) for sql in (statuses, production)] == before
    assert events(site, difference) == ["decided", "opened", "applied"]


def test_corrected_data_reopens_a_decision_with_a_note_and_never_overrides_it(
    site: Path, difference: Difference
) -> None:
    rule(site, difference, "accept_report")
    load(site, NOW + HOUR)
    differing(site, 90, "again.xlsx")

    assert status(site, difference) == "reopened"
    assert hour(site)[1] == "decision"
    total = "select sum(good_qty) - sum(mes_good_qty) from production where shift_id = 'early' and line_id = 'L01' "
    assert ask(site, total + "and production_date = '2026-03-31'") == [(60,)]
    note = ask(site, "select reason from discrepancy_event where event = 'reopened'")
    now = difference.reported + 30
    assert [row[0] for row in note] == [
        f"Data came that contradicts the decision (report / other side): {difference.reported:g} / "
        f"{difference.counted:g} became {now:g} / {difference.counted:g}"
    ]


def test_a_correction_that_says_what_was_decided_resolves_the_difference(site: Path, difference: Difference) -> None:
    rule(site, difference, "accept_mes")
    hand_in(site, draft(), "right.xlsx", NOW + 2 * HOUR)
    load(site, NOW + HOUR)
    assert status(site, difference) == "resolved"
    assert hour(site)[0] == difference.counted


def test_a_correction_that_agrees_with_the_mes_but_not_with_what_was_decided_reopens_it(
    site: Path, difference: Difference
) -> None:
    rule(site, difference, "accept_report")
    load(site, NOW + HOUR)
    hand_in(site, draft(), "right.xlsx", NOW + 2 * HOUR)
    load(site, NOW + 2 * HOUR)
    assert status(site, difference) == "reopened"
    assert hour(site)[:2] == (difference.reported, "decision")


def test_undo_is_an_event_and_what_was_decided_before_is_in_force_again(site: Path, difference: Difference) -> None:
    rule(site, difference, "accept_report")
    second = rule(site, difference, "set", difference.counted + 30)
    load(site, NOW + HOUR)
    assert hour(site)[0] == difference.counted + 30

    desk.undo(site, OTHER, ALL, second.decision_id, "was a guess", now=START + HOUR)
    load(site, NOW + 2 * HOUR)

    assert hour(site)[0] == difference.reported
    assert ask(site, "select kind, status, undone_by from decision order by decided_at") == [
        ("accept_report", "in_force", None),
        ("set", "undone", "zhang.min"),
    ]
    assert "undone" in events(site, difference)
    with pytest.raises(DecisionError, match="taken back before"):
        desk.undo(site, OTHER, ALL, second.decision_id, "once more", now=START + HOUR)


def test_a_large_change_waits_for_another_person_and_nobody_approves_their_own(
    site: Path, difference: Difference
) -> None:
    large = rule(site, difference, "set", difference.counted + 500)
    assert large.needs_second
    load(site, NOW + HOUR)
    assert (hour(site)[0], status(site, difference)) == (difference.counted, "open")
    assert events(site, difference)[-1] == "proposed"
    for own in (ACTOR, Actor(" Li.Wei ")):
        with pytest.raises(DecisionError, match="another person has to approve"):
            desk.approve(site, own, ALL, large.decision_id, now=START)
    assert audited(site, "decision.approved") == [("li.wei", "denied"), (" Li.Wei ", "denied")]

    desk.approve(site, OTHER, ALL, large.decision_id, now=START + HOUR)
    with pytest.raises(DecisionError, match="does not wait"):
        desk.approve(site, OTHER, ALL, large.decision_id, now=START + HOUR)
    load(site, NOW + 2 * HOUR)

    assert hour(site)[0] == difference.counted + 500
    assert events(site, difference)[-2:] == ["approved", "applied"]


def test_small_steps_are_one_large_one(site: Path, difference: Difference) -> None:
    assert not rule(site, difference, "set", difference.counted + 90).needs_second
    load(site, NOW + HOUR)
    assert rule(site, difference, "set", difference.counted + 180).needs_second


def test_thresholds_stand_in_the_site(site: Path, difference: Difference) -> None:
    with (site / "site.toml").open("a") as file:
        file.write("\n[decisions]\nsecond_person_qty = 0\nsecond_person_share = 0\n")
    assert rule(site, difference, "accept_report").needs_second
    assert not rule(site, difference, "accept_mes").needs_second


def test_a_split_moves_pieces_to_the_shift_beside_and_conserves_them(site: Path, difference: Difference) -> None:
    before = shifts(site)
    assert not rule(site, difference, "split", 40, to="next").needs_second
    load(site, NOW + HOUR)
    after = shifts(site)
    assert after == {**before, "early": float(str(before["early"])) - 40, "late": float(str(before["late"])) + 40}
    assert ask(site, "select moved_qty, to_date, to_shift_id from decision") == [(40, LAST, "late")]


def test_a_split_over_midnight_touches_both_days(site: Path, difference: Difference) -> None:
    total = "select production_date, sum(good_qty) from production where line_id = 'L01' group by all order by all"
    before = ask(site, total)
    rule(site, difference, "split", 40, to="previous")
    result = load(site, NOW + HOUR)
    assert {FIRST, LAST} <= set(result.days)
    moved = [(day, float(str(pieces))) for day, pieces in before]
    assert ask(site, total) == [(moved[0][0], moved[0][1] + 40), (moved[1][0], moved[1][1] - 40)]


def test_an_explanation_changes_no_value(site: Path, difference: Difference) -> None:
    before = hour(site)[:2]
    rule(site, difference, "explain")
    load(site, NOW + HOUR)
    assert (hour(site)[:2], status(site, difference)) == (before, "decided")


def waive(home: Path, first: int = 30, last: int = 31, **place: str) -> desk.Decided:
    period = (LAST.replace(day=first), LAST.replace(day=last))
    return desk.waive(home, ACTOR, ALL, "good_vs_mes", desk.Place(**place), period, "scale in repair", now=START)


def test_what_is_waived_is_still_computed_and_comes_back_when_the_waiver_is_taken_back(
    site: Path, difference: Difference
) -> None:
    waiver = waive(site, plant_id="P1")
    load(site, NOW + HOUR)
    assert status(site, difference) == "waived"
    assert ask(site, "select kind, status, valid_to, reason from decision") == [
        ("waive", "in_force", LAST, "scale in repair")
    ]
    desk.undo(site, ACTOR, ALL, waiver.decision_id, "scale is back", now=START)
    load(site, NOW + 2 * HOUR)
    assert status(site, difference) == "reopened"


def test_a_check_of_a_report_is_silent_on_what_a_person_settled(site: Path, difference: Difference) -> None:
    report = site / "inbox" / "reports" / "wrong.xlsx"

    def told() -> list[object]:
        return preflight(site, ACTOR, [report], now=NOW).findings["rule_id"].to_list()

    assert "good_vs_mes" in told()
    rule(site, difference, "explain")
    load(site, NOW + HOUR)
    assert "good_vs_mes" not in told()


def test_a_long_waiver_waits_for_a_second_person(site: Path) -> None:
    with (site / "site.toml").open("a") as file:
        file.write("\n[decisions]\nsecond_person_waiver_days = 1\n")
    assert waive(site).needs_second
    assert not waive(site, 31).needs_second


@pytest.mark.parametrize(
    ("rule_id", "place", "last", "why"),
    [
        ("no_such_rule", desk.Place(), LAST, "no rule"),
        ("date_open", desk.Place(), LAST, "cannot be waived"),
        ("good_vs_mes", desk.Place(), FIRST - timedelta(days=1), "ends before"),
        ("good_vs_mes", desk.Place("P1", line_id="L99"), LAST, "not in master data"),
        ("good_vs_mes", desk.Place(product_id="nothing"), LAST, "not in master data"),
    ],
)
def test_a_waiver_that_makes_no_sense_is_refused(
    loaded_site: Path, rule_id: str, place: desk.Place, last: object, why: str
) -> None:
    with pytest.raises(DecisionError, match=why):
        desk.waive(loaded_site, ACTOR, ALL, rule_id, place, (FIRST, last), "because", now=START)  # type: ignore[arg-type]
    assert audited(loaded_site, "decision.waive") == [("li.wei", "refused")]


@pytest.mark.parametrize("scope", ["P1/A1/L02", "P2", "P1/nowhere"])
def test_beyond_the_scope_nothing_can_be_seen_decided_approved_or_taken_back(
    site: Path, difference: Difference, scope: str
) -> None:
    theirs = Scope.parse(scope)
    decided = rule(site, difference, "set", difference.counted + 500)
    with pytest.raises(DecisionError, match="outside your scope"):
        desk.decide(site, OTHER, theirs, difference.id, desk.Ruling("explain"), "because", now=START)
    with pytest.raises(DecisionError, match="outside your scope"):
        desk.approve(site, OTHER, theirs, decided.decision_id, now=START)
    with pytest.raises(DecisionError, match="outside your scope"):
        desk.undo(site, OTHER, theirs, decided.decision_id, "because", now=START)
    with pytest.raises(DecisionError, match="outside your scope"):
        desk.waive(site, OTHER, theirs, "good_vs_mes", desk.Place("P1"), (FIRST, LAST), "because", now=START)
    assert desk.decisions(site, ACTOR, theirs).is_empty()
    assert desk.decisions(site, ACTOR, Scope.parse("P1")).height == 1
    for action in ("decide", "approved", "undone", "waive"):
        assert ("zhang.min", "denied") in audited(site, f"decision.{action}")


def test_a_waiver_of_a_plant_is_seen_by_its_lines_but_ended_only_by_who_sees_the_plant(loaded_site: Path) -> None:
    waiver = waive(loaded_site, plant_id="P1")
    line = Scope.parse("P1/A1/L01")
    assert desk.decisions(loaded_site, ACTOR, line)["decision_id"].to_list() == [waiver.decision_id]
    with pytest.raises(DecisionError, match="outside your scope"):
        desk.undo(loaded_site, OTHER, line, waiver.decision_id, "because", now=START)
    desk.undo(loaded_site, OTHER, Scope.parse("P1"), waiver.decision_id, "because", now=START)


@pytest.mark.parametrize(
    ("ruling", "reason", "why"),
    [
        (desk.Ruling("explain"), "  ", "needs a reason"),
        (desk.Ruling("explain"), "x" * 2001, "longer than 2000"),
        (desk.Ruling("set"), "because", "not a quantity"),
        (desk.Ruling("set", -1), "because", "not a quantity"),
        (desk.Ruling("set", float("nan")), "because", "not a quantity"),
        (desk.Ruling("set", float("inf")), "because", "not a quantity"),
        (desk.Ruling("split", 0, "next"), "because", "above 0"),
        (desk.Ruling("split", 1e9, "next"), "because", "cannot be moved"),
        (desk.Ruling("split", 1, "sideways"), "because", "no such shift"),
    ],
    ids=str,
)
def test_a_ruling_that_cannot_be_obeyed_is_refused_and_on_record(
    site: Path, difference: Difference, ruling: desk.Ruling, reason: str, why: str
) -> None:
    with pytest.raises(DecisionError, match=why):
        desk.decide(site, ACTOR, ALL, difference.id, ruling, reason, now=START)
    assert audited(site, "decision.decide") == [("li.wei", "refused")]
    assert desk.decisions(site, ACTOR, ALL).is_empty()


def test_a_side_is_accepted_only_where_report_and_mes_are_held_against_each_other(site: Path) -> None:
    ((missing,),) = ask(site, "select min(discrepancy_id) from discrepancy where rule_id = 'missing_report'")
    with pytest.raises(DecisionError, match="not a quantity of production"):
        desk.decide(site, ACTOR, ALL, str(missing), desk.Ruling("accept_mes"), "because", now=START)
    assert not desk.decide(site, ACTOR, ALL, str(missing), desk.Ruling("explain"), "holiday", now=START).needs_second


def test_a_load_refuses_to_forget_decisions(site: Path, difference: Difference) -> None:
    rule(site, difference, "accept_report")
    load(site, NOW + HOUR)
    (site / "data" / "state.db").rename(site / "data" / "moved.db")
    with pytest.raises(StoreError, match="restore it from its backup"):
        load(site, NOW + 2 * HOUR)
    assert hour(site)[:2] == (difference.reported, "decision")
    (site / "data" / "moved.db").rename(site / "data" / "state.db")
    load(site, NOW + 2 * HOUR)
    assert kept(site, "select count(*) from decision") == [(1,)]


def test_a_decision_is_taken_down_before_it_is_acknowledged_or_not_at_all(
    site: Path, difference: Difference, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("SHIFTLEDGER_STATE_URL", "postgresql://u:secret@/nowhere?host=/nowhere")
        with pytest.raises(StoreError) as told:
            rule(site, difference, "accept_report")
    assert "secret" not in str(told.value)
    assert desk.decisions(site, ACTOR, ALL).is_empty()
    assert desk.verify_audit(site, ACTOR) == []
