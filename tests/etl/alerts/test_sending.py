"""Alerts of whole loads, handed to a real SMTP server: once, in scope, never in quiet hours, and never lost."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from etl.alerts.sending import send_due
from etl.settings import data_folder
from etl.store.deliveries import Deliveries
from tests.etl.alerts.conftest import PASSWORD, Mailbox, add_route
from tests.ledger import ACTOR, NOW, ask, draft, hand_in, kept, load


def hand_in_wrong(home: Path, line: str = "L01", at: datetime = NOW) -> float:
    """A report that says 60 pieces too many in its third hour."""
    wrong = draft(line)
    good = float(wrong.hours[2].good_qty or 0)
    wrong.hours[2].good_qty = int(good) + 60
    hand_in(home, wrong, f"wrong_{line}.xlsx", at)
    return good


def test_a_severe_difference_is_mailed_once_with_its_cell_and_a_link(
    loaded_site: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_route(loaded_site, monkeypatch, mailbox.url(), events=["difference"], language="en")
    good = hand_in_wrong(loaded_site)

    first = load(loaded_site).sendings
    second = load(loaded_site).sendings

    assert [(s.kind, s.outcome) for s in first] == [("alert", "sent")]
    assert second == ()
    assert len(mailbox.mails) == 1
    mail = mailbox.parts()
    assert "severe differences: 1" in mail["subject"]
    for body in (mail["plain"], mail["html"]):
        assert "P1/L01" in body
        assert f"The report says {good + 60:g} good, the MES {good:g}" in body
        assert "wrong_L01.xlsx / 早班!C9" in body
    assert "discrepancies?plant=P1&amp;line=L01&amp;rule=good_vs_mes" in mail["html"]


def test_a_route_hears_only_of_its_scope_and_severities(
    loaded_site: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = str(ask(loaded_site, "select area_id from line where line_id = 'L02'")[0][0])
    only = {"events": ["difference"], "language": "en"}
    add_route(loaded_site, monkeypatch, mailbox.url("two@plant.example"), "two", scope=f"P1/{area}/L02", **only)
    add_route(loaded_site, monkeypatch, mailbox.url("blocked@plant.example"), "blocked", severities=["block"], **only)
    hand_in_wrong(loaded_site, "L01")

    assert load(loaded_site).sendings == ()

    hand_in_wrong(loaded_site, "L02")
    assert [s.route_id for s in load(loaded_site).sendings] == ["two"]
    assert "L01" not in mailbox.parts()["html"]


def test_missing_reports_and_held_files_are_told_in_both_languages(
    loaded_site: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_route(loaded_site, monkeypatch, mailbox.url())
    (loaded_site / "inbox" / "reports" / "cut.xlsx").write_bytes(b"PK\x03\x04 <b>cut</b>")

    load(loaded_site)

    mail = mailbox.parts()
    missing = kept(loaded_site, "select count(*) from discrepancy where rule_id = 'missing_report'")[0][0]
    assert missing
    assert f"缺报表 {missing} 份" in mail["subject"]
    assert f"reports missing: {missing}" in mail["subject"]
    assert "File held back: cut.xlsx" in mail["plain"]
    assert "文件被拦截:cut.xlsx" in mail["plain"]


def test_a_mail_server_that_is_down_fails_no_load_and_gets_the_alert_next_time(
    loaded_site: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_route(loaded_site, monkeypatch, mailbox.url(), events=["difference"])
    hand_in_wrong(loaded_site)
    mailbox.down()

    failed = load(loaded_site)

    assert failed.status == "published"
    assert [s.outcome for s in failed.sendings] == ["failed"]
    assert "SHIFTLEDGER_ALERT_CHEF_URL" in str(failed.sendings[0].reason)

    mailbox.up()
    assert [s.outcome for s in load(loaded_site).sendings] == ["sent"]
    assert load(loaded_site).sendings == ()
    assert len(mailbox.mails) == 1


def test_a_crash_between_sending_and_noting_repeats_one_alert_and_loses_none(
    loaded_site: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_route(loaded_site, monkeypatch, mailbox.url(), events=["missing_report"])

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Deliveries, "note", killed)
        with pytest.raises(KeyboardInterrupt):
            send_due(loaded_site, ACTOR, NOW)

    assert [s.outcome for s in send_due(loaded_site, ACTOR, NOW)] == ["sent"]
    assert send_due(loaded_site, ACTOR, NOW) == ()
    assert len(mailbox.mails) == 2


def test_two_at_once_send_once(loaded_site: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    add_route(loaded_site, monkeypatch, mailbox.url(), events=["missing_report"])
    with ThreadPoolExecutor(2) as both:
        done = list(both.map(lambda _: send_due(loaded_site, ACTOR, NOW), range(2)))
    assert sorted(len(sendings) for sendings in done) == [0, 1]
    assert len(mailbox.mails) == 1


def test_quiet_hours_are_those_of_the_plants_clock(
    loaded_site: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_route(loaded_site, monkeypatch, mailbox.url(), events=["missing_report"], quiet="15:00-17:00")
    at_four_in_shanghai = NOW  # 08:00 UTC

    assert send_due(loaded_site, ACTOR, at_four_in_shanghai) == ()
    assert [s.outcome for s in send_due(loaded_site, ACTOR, NOW + timedelta(hours=1))] == ["sent"]


def test_a_difference_that_is_opened_again_is_told_again(
    loaded_site: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_route(loaded_site, monkeypatch, mailbox.url(), events=["difference"], language="en")
    hand_in_wrong(loaded_site)
    load(loaded_site)
    hand_in(loaded_site, draft(), "corrected.xlsx", NOW + timedelta(hours=1))
    assert load(loaded_site, NOW + timedelta(hours=1)).sendings == ()

    wrong = draft()
    wrong.hours[2].good_qty = int(wrong.hours[2].good_qty or 0) + 61
    hand_in(loaded_site, wrong, "wrong_again.xlsx", NOW + timedelta(hours=2))

    assert [s.outcome for s in load(loaded_site, NOW + timedelta(hours=2)).sendings] == ["sent"]
    assert "wrong_again.xlsx" in mailbox.parts()["plain"]


def test_no_secret_of_an_address_is_written_anywhere(
    loaded_site: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    add_route(loaded_site, monkeypatch, mailbox.url())
    add_route(loaded_site, monkeypatch, "slack://T0K3NAAAA/B0K3NBBBB/verysecretverysecretveryse/#no", "chat")
    mailbox.refuses = True
    monkeypatch.setattr("apprise.plugins.slack.requests.post", _unreachable)

    with caplog.at_level(logging.DEBUG):
        result = load(loaded_site)

    assert [s.outcome for s in result.sendings] == ["failed", "failed"]
    written = b"".join(path.read_bytes() for path in data_folder(loaded_site).rglob("*") if path.is_file())
    for secret in (PASSWORD, "T0K3NAAAA", "verysecret"):
        assert secret not in repr(result)
        assert secret not in caplog.text
        assert secret.encode() not in written


def _unreachable(url: str, *_: object, **__: object) -> None:
    import requests  # noqa: PLC0415 - comes with apprise

    raise requests.ConnectionError(f"no way to {url}")


def test_every_sending_is_on_record_and_what_was_sent_is_stored_encrypted(
    loaded_site: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_route(loaded_site, monkeypatch, mailbox.url(), events=["missing_report"])
    send_due(loaded_site, ACTOR, NOW)
    log = (data_folder(loaded_site) / "audit.log").read_text(encoding="utf-8").splitlines()
    assert '"action":"alert.send"' in log[-1]
    assert f'"actor":"{ACTOR.name}"' in log[-1]
    state = (data_folder(loaded_site) / "deliveries.sqlite").read_bytes()
    assert b"SQLite" not in state
    assert b"chef" not in state


def test_a_changed_route_judges_nothing_again(
    loaded_site: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load(loaded_site).days
    add_route(loaded_site, monkeypatch, mailbox.url())
    assert load(loaded_site).days == before


def test_a_variable_that_is_not_set_is_named(loaded_site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_route(loaded_site, monkeypatch, "", events=["missing_report"])
    (sending,) = send_due(loaded_site, ACTOR, NOW)
    assert (sending.outcome, "SHIFTLEDGER_ALERT_CHEF_URL" in str(sending.reason)) == ("failed", True)


@pytest.mark.parametrize("address", ["nonsense", "foo://bar", "mailto://"])
def test_an_address_that_is_no_service_is_told_without_being_shown(
    loaded_site: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    add_route(loaded_site, monkeypatch, address, events=["missing_report"])
    (sending,) = send_due(loaded_site, ACTOR, NOW)
    assert sending.outcome == "failed"
    assert address not in str(sending.reason)
