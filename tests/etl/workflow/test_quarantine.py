"""What is held back blocks only its own day and line: a whole run of Dagster over a real site."""

from pathlib import Path

import dagster as dg
import pytest

from etl.workflow.definitions import defs
from tests.ledger import LAST, ask, draft, hand_in


def test_a_file_that_cannot_be_read_and_a_blocked_report_stop_no_other_day_or_line(
    fresh_site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIFTLEDGER_SITE", str(fresh_site))
    reports = fresh_site / "inbox" / "reports"
    (reports / f"P1_L01_{LAST}.xlsx").write_bytes(b"PK\x03\x04 cut off")
    ahead = draft("L02")
    ahead.production_date = ahead.production_date.replace(year=2031)
    hand_in(fresh_site, ahead, "ahead.xlsx")

    with dg.DagsterInstance.ephemeral() as instance:
        result = defs.resolve_job_def("load").execute_in_process(
            instance=instance, tags={"shiftledger/trigger": "sensor"}, partition_key=str(LAST)
        )

    checks = {check.check_name: check for check in result.get_asset_check_evaluations()}
    assert result.success
    assert not checks["nothing_quarantined"].passed
    assert f"P1_L01_{LAST}.xlsx" in str(checks["nothing_quarantined"].metadata["examples"].value)
    assert (checks["timeliness_agrees"].passed, checks["timeliness_agrees"].severity) == (
        False,
        dg.AssetCheckSeverity.ERROR,
    )
    received = ask(
        fresh_site,
        "select line_id, production_date::varchar, count(*) filter (received), bool_or(not received) "
        "from mart_completeness where expected and production_date <= '2026-03-31' group by all order by all",
    )
    assert received == [
        ("L01", "2026-03-30", 3, False),
        ("L01", "2026-03-31", 0, True),
        ("L02", "2026-03-30", 3, False),
        ("L02", "2026-03-31", 3, False),
    ]
    final = ask(
        fresh_site,
        "select line_id, production_date::varchar, bool_and(is_final) from production "
        "where production_date <= '2026-03-31' group by all order by all",
    )
    assert final == [
        ("L01", "2026-03-30", True),
        ("L01", "2026-03-31", False),
        ("L02", "2026-03-30", True),
        ("L02", "2026-03-31", True),
    ]
