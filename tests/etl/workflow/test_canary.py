"""What Dagster keeps of a run is plain: neither texts of reports and exports nor secrets of the machine are in it."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from etl.settings import alert_variable, source_variable
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from etl.workflow.definitions import defs
from etl.workflow.instance import prepare_instance
from tests.etl.store.test_secrets import forms
from tests.ledger import LAST, ask, draft, hand_in, with_text

CANARY = "CANARY7Q4Z"
SECRET = "Geheim-8X3V-pass"  # noqa: S105 - looked for, opens nothing
ROUTE = """
[[alert]]
id = "chef"
events = ["blocked_file", "difference"]
"""


@pytest.fixture
def planted(fresh_site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site with a text in every kind of file, and with secrets for what it cannot reach."""
    report = draft()
    report.hours[0].note = CANARY
    report.hours[2].good_qty = 98_765
    with_text(hand_in(fresh_site, report, "report.xlsx"), "D02", f"{CANARY}-reason")
    (fresh_site / "inbox" / "reports" / "other.xlsx").write_bytes(f"{CANARY} is no workbook".encode())
    stops = fresh_site / "inbox" / "mes" / "mes_stop_20260331.csv"
    stops.write_text(stops.read_text().replace("D02", f"{CANARY}-export"))
    (fresh_site / "inbox" / "mes" / "odd.csv").write_text(f"{CANARY}-heading;other\n1;{CANARY}\n")
    example = Path("data_contracts/template/sources/_example.toml").read_text(encoding="utf-8")
    (fresh_site / "sources").mkdir(exist_ok=True)
    (fresh_site / "sources" / "mes-counter.toml").write_text(example, encoding="utf-8")
    with (fresh_site / "site.toml").open("a", encoding="utf-8") as file:
        file.write(ROUTE)
    monkeypatch.setenv(source_variable("mes-counter"), f"postgresql://ledger:{SECRET}@127.0.0.1:9/mes")
    monkeypatch.setenv(
        alert_variable("chef"), f"mailto://ledger:{SECRET}@127.0.0.1:9/?mode=insecure&to=a@b.example&retry=0"
    )
    monkeypatch.setenv("SHIFTLEDGER_SITE", str(fresh_site))
    monkeypatch.setenv("SHIFTLEDGER_MEMORY_LIMIT", "60MB")
    return fresh_site


def test_a_run_leaves_no_text_and_no_secret_in_what_dagster_keeps(
    planted: Path, tmp_path: Path, temp: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = prepare_instance(planted)
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        result = defs.resolve_job_def("load").execute_in_process(
            instance=instance, tags={"shiftledger/trigger": "sensor"}, partition_key=str(LAST)
        )
        told = " ".join(str(record.event_log_entry) for record in instance.get_records_for_run(result.run_id).records)

    assert result.success
    checks = {check.check_name: check for check in result.get_asset_check_evaluations()}
    assert "other.xlsx" in str(checks["nothing_quarantined"].metadata["examples"].value)
    assert ask(planted, f"select count(*) > 0 from downtime where reason_code like '{CANARY}%'") == [(True,)]
    assert "source_mes-counter" in told, "the source was tried and could not be reached"
    assert "alert_chef" in told, "the route was tried and could not be reached"
    log = AuditLog(planted / "data", load_keys(planted / "data", tmp_path / "keys", create=False))
    printed = "".join(capfd.readouterr())
    kept = {path: path.read_bytes() for path in (planted / "data").rglob("*") if path.is_file()}
    kept |= {path: path.read_bytes() for path in temp.rglob("*") if path.is_file()}
    assert any(path.name == "runs.db" for path in kept)
    assert sum(path.suffix == ".db" and "dagster" in path.parts for path in kept) > 2
    texts = [CANARY, "98765", "98,765", "WO-L01", "生产日报表"]
    assert {text for text in texts if text in told + printed} == set()
    assert holding(kept, *texts) == []
    secrets = [SECRET, *forms(planted)]
    assert len(secrets) > 10
    assert [secret for secret in secrets if secret in told + printed + str(list(log.records()))] == []
    assert holding(kept, *secrets) == []


def holding(kept: dict[Path, bytes], *texts: str) -> list[tuple[str, str]]:
    """Files that hold one of the texts, in any encoding that a file might use."""
    return [
        (path.name, text)
        for path, content in kept.items()
        for text in texts
        if text.encode() in content or text.encode("utf-16-le") in content
    ]
