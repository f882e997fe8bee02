"""The digest: figures of the overview, what changed, once a day, and the audit log's head as a witness."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dashboards.filters import Filters
from dashboards.queries import discrepancies, output, state
from dashboards.queries._reading import Reader
from data_contracts.errors import SiteError, StoreError
from data_contracts.scope import Scope
from etl.alerts.sending import preview_digest, send_digest, send_due
from etl.desk import current_version, verify_audit
from etl.settings import data_folder
from tests.etl.alerts.conftest import Mailbox, add_route
from tests.etl.alerts.test_sending import hand_in_wrong
from tests.ledger import ACTOR, LAST, ask, load

COMPANY = Scope.company()
MORNING = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)  # 07:30 of the next day in Shanghai


def test_the_figures_are_those_of_the_overview(loaded_site: Path) -> None:
    hand_in_wrong(loaded_site)
    load(loaded_site)
    scope = Scope.parse("P1")
    text = preview_digest(loaded_site, ACTOR, scope, LAST, ("en",)).text
    day = Filters(first=LAST, last=LAST)
    with Reader(current_version(loaded_site)) as reader:
        made = output.output(reader, scope, day).row(0, named=True)
        before = output.output(reader, scope, replace(day, first=date(2026, 3, 30), last=date(2026, 3, 30)))
        found = discrepancies.counts(reader, scope, Filters(), by=("severity",))
        now = datetime(2026, 3, 31, 23)  # noqa: DTZ001 - UTC by contract
        due = state.completeness(reader, scope, day, now).row(0, named=True)
    met, base = made["plan_met_qty"], made["plan_base_qty"]
    former = before["plan_met_qty"].item() / before["plan_base_qty"].item()
    assert f"Output against plan: {met:,.0f} of {base:,.0f} pcs, {met / base:.1%} (day before: {former:.1%})" in text
    errors = dict(found.select("severity", "differences").iter_rows())["error"]
    assert f"Error {errors}" in text
    assert f"Reports missing: {due['expected'] - due['received']} of that day" in text


def test_what_changed_counts_a_day_up_to_the_mornings_digest(loaded_site: Path) -> None:
    at = datetime(2026, 4, 1, 6, tzinfo=UTC)
    hand_in_wrong(loaded_site, at=at)
    load(loaded_site, at)
    told = {day: preview_digest(loaded_site, ACTOR, COMPANY, date(2026, 4, day), ("en",)).text for day in (1, 2)}
    at_six = ask(
        loaded_site, "select count(*) from discrepancy_event where \"at\" = '2026-04-01 06:00' and event = 'opened'"
    )
    at_eight = ask(
        loaded_site, "select count(*) from discrepancy_event where \"at\" = '2026-04-02 08:00' and event = 'opened'"
    )
    assert at_six[0][0]
    assert f"Since yesterday: {at_six[0][0]} differences opened" in told[1]
    assert f"Since yesterday: {at_eight[0][0]} differences opened" in told[2]


def test_a_digest_is_sent_once_a_day_at_its_time(
    loaded_site: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_route(loaded_site, monkeypatch, mailbox.url(), events=[], digest_at="07:15")
    early = MORNING - timedelta(minutes=30)

    assert send_due(loaded_site, ACTOR, early) == ()
    assert [s.kind for s in send_due(loaded_site, ACTOR, MORNING)] == ["digest"]
    assert send_due(loaded_site, ACTOR, MORNING + timedelta(hours=5)) == ()
    assert [s.kind for s in send_due(loaded_site, ACTOR, MORNING + timedelta(days=1))] == ["digest"]
    assert len(mailbox.mails) == 2
    mail = mailbox.parts(0)
    assert "2026年3月31日(周二)每日摘要 / daily digest for 31 Mar 2026 (Tue)" in mail["subject"]
    for body in (mail["plain"], mail["html"]):
        assert "产量/计划" in body
        assert "Output against plan" in body
    assert "/overview?from=2026-03-31&amp;to=2026-03-31" in mail["html"]


def test_a_digest_that_was_not_taken_is_tried_again(
    loaded_site: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_route(loaded_site, monkeypatch, mailbox.url(), events=[], digest_at="07:15")
    mailbox.refuses = True
    assert [s.outcome for s in send_due(loaded_site, ACTOR, MORNING)] == ["failed"]
    mailbox.refuses = False
    assert [s.outcome for s in send_due(loaded_site, ACTOR, MORNING + timedelta(hours=1))] == ["sent"]


def test_a_log_that_was_put_back_is_told_by_the_head_of_an_earlier_digest(loaded_site: Path) -> None:
    log = data_folder(loaded_site)
    before = {name: (log / name).read_bytes() for name in ("audit.log", "audit.head")}
    text = preview_digest(loaded_site, ACTOR, COMPANY, LAST, ("en",)).text
    kept = re.search(r"Audit log at this moment: (\d+:[0-9a-f]{64})", text)
    assert kept is not None
    assert verify_audit(loaded_site, ACTOR, kept[1]) == []

    for name, content in before.items():
        (log / name).write_bytes(content)
    assert verify_audit(loaded_site, ACTOR) == []
    (problem,) = verify_audit(loaded_site, ACTOR, kept[1])
    assert "not the one that was kept elsewhere" in problem
    with pytest.raises(StoreError, match="no head of an audit log"):
        verify_audit(loaded_site, ACTOR, "yesterday")


def test_only_lines_of_the_scope_stand_in_a_digest(loaded_site: Path) -> None:
    hand_in_wrong(loaded_site, "L01")
    load(loaded_site)
    with Reader(current_version(loaded_site)) as reader:
        area = dict(state.lines(reader, COMPANY).select("line_id", "area_id").iter_rows())["L02"]
    made = preview_digest(loaded_site, ACTOR, Scope.parse(f"P1/{area}/L02"), LAST, ("zh", "en"))
    assert "L02" in made.text
    assert "L01" not in made.text + made.html


def test_sending_by_hand_needs_a_route_with_a_digest(
    loaded_site: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_route(loaded_site, monkeypatch, mailbox.url(), events=[], scope="P1", digest_at="07:15")
    with pytest.raises(SiteError, match="no alert route with digest_at and scope"):
        send_digest(loaded_site, ACTOR, COMPANY, LAST)
    assert [s.outcome for s in send_digest(loaded_site, ACTOR, Scope.parse("P1"), LAST)] == ["sent"]
