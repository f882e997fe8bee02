"""The run that sends what is due: real, over a real site."""

from pathlib import Path

import dagster as dg
import pytest

from etl.workflow.digest import send_digests
from tests.etl.alerts.conftest import Mailbox, add_route, mailbox

__all__ = ["mailbox"]


def run() -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        return send_digests.execute_in_process(instance=instance, raise_on_error=False)


def test_a_digest_that_is_due_is_sent_and_one_that_fails_makes_its_own_run_fail(
    loaded_site: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIFTLEDGER_SITE", str(loaded_site))
    add_route(loaded_site, monkeypatch, mailbox.url(), events=[], digest_at="00:00")
    mailbox.refuses = True
    failed = run()
    mailbox.refuses = False

    assert not failed.success
    data = next(event for event in failed.all_events if event.is_step_failure).step_failure_data.user_failure_data
    assert data is not None
    assert "SHIFTLEDGER_ALERT_CHEF_URL" in str(data.description)
    assert "127.0.0.1:" not in str(data.description)
    assert run().success
    assert len(mailbox.mails) == 1
