"""Loads from a database: new, late and changed rows, days computed again, a dead database, a killed load."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from etl import desk
from etl.cli import main
from etl.settings import data_folder, settings
from etl.store import vault
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from tests.databases.mes import IN_URL, PASSWORD, SOURCE, Mes, PostgresMes, SqliteMes, files
from tests.databases.postgres import Server
from tests.ledger import ACTOR, FIRST, LAST, ROOT, ask, everything, kept


def test_a_second_load_pulls_only_what_is_new(mes: Mes) -> None:
    mes.count("a", 10, 100)
    mes.count("b", 70, 120)
    first = mes.load()
    assert (first.rows_staged, [(s.status, s.rows) for s in first.sources]) == (2, [("read", 2)])
    before = everything(mes.site)

    nothing = mes.load(60)
    assert (nothing.files_new, nothing.rows_staged, nothing.sources[0].rows) == (0, 0, 0)
    versions = {name: before[name] + 1 for name in ("load", "publication")}
    assert everything(mes.site) == before | versions

    mes.count("c", 130, 90)
    third = mes.load(120)
    assert (third.files_new, third.rows_staged) == (1, 1)
    assert mes.staged() == {"a": 100, "b": 120, "c": 90}
    assert files(mes.site) == [
        ("sql/mes-counter/20260402T080000-000001.jsonl", "loaded"),
        ("sql/mes-counter/20260402T100000-000001.jsonl", "loaded"),
    ]


def test_a_changed_row_replaces_its_earlier_version_and_computing_its_day_again_does_not_bring_that_back(
    sqlite_mes: Mes,
) -> None:
    mes = sqlite_mes
    mes.count("a", 10, 100)
    mes.count("b", 20, 50)
    mes.load()
    mes.count("a", -600, 80, changed=60)  # on the day before
    assert mes.load(60).rows_staged == 1
    assert mes.staged() == {"a": 80, "b": 50}

    mes.load_days()
    assert mes.staged() == {"a": 80, "b": 50}
    told = "select production_date, mes_good_qty, reference_locator from production where mes_good_qty > 0 order by 1"
    assert ask(mes.site, told) == [
        (FIRST, 80, "sql/mes-counter/20260402T090000-000001.jsonl · record 1"),
        (LAST, 50, "sql/mes-counter/20260402T080000-000001.jsonl · record 2"),
    ]


def test_equal_data_gives_equal_rows_from_both_databases(
    fresh_site: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    sqlite, server = SqliteMes(fresh_site), PostgresMes(fresh_site, postgres)
    with sqlite.ready(monkeypatch):
        pass
    for mes in (sqlite, server):
        mes.open()
        monkeypatch.setenv("SHIFTLEDGER_SOURCE_MES_COUNTER_URL", mes.url)
        monkeypatch.setenv("SHIFTLEDGER_DATA_DIR", str(fresh_site / type(mes).__name__))
        mes.count("a", 10, 100, product='it\'s "4"\n🏭', scrap=None)
        mes.count("b", 70, 0.125, scrap=2.5)
        mes.count("c", 80, 100_000_000, product="  ")
        mes.load()
        columns = "* exclude (source_file_id, source_file)"
        told.append(kept(fresh_site, f"select {columns} from mes_output order by record_key"))
        mes.database.close()
    assert told[0] == told[1]
    assert len(told[0]) == 3


def test_a_dead_database_stops_no_other_source_and_is_told(sqlite_mes: Mes, monkeypatch: pytest.MonkeyPatch) -> None:
    mes = sqlite_mes
    mes.count("a", 10, 100)
    dead = SOURCE.replace("mes-counter", "dead-one")
    (mes.site / "sources" / "dead.toml").write_text(dead)
    url = f"postgresql://u:{IN_URL}@127.0.0.1:1/mes"
    monkeypatch.setenv("SHIFTLEDGER_SOURCE_DEAD_ONE_URL", url)
    (mes.site / "sources" / "unset.toml").write_text(SOURCE.replace("mes-counter", "unset"))

    result = mes.load()

    assert mes.staged() == {"a": 100}
    told = {s.source_id: (s.status, s.reason_code) for s in result.sources}
    assert told == {
        "mes-counter": ("read", None),
        "dead-one": ("failed", "source_unreachable"),
        "unset": ("failed", "source_no_url"),
    }
    reasons = {s.source_id: str(s.reason) for s in result.sources}
    assert "SHIFTLEDGER_SOURCE_UNSET_URL" in reasons["unset"]
    data = data_folder(mes.site)
    log = AuditLog(data, load_keys(data, settings().key_dir, create=False))
    records = [(r["target"], r["outcome"], r["reason"]) for r in log.records() if r["action"] == "source.read"]
    assert records == [("dead-one", "failed", reasons["dead-one"]), ("unset", "failed", reasons["unset"])]


def test_a_column_that_the_mapping_needs_may_come_back_and_nothing_is_lost_meanwhile(sqlite_mes: Mes) -> None:
    mes = sqlite_mes
    mes.count("a", 10, 100)
    mes.run("alter table counter rename column good to fine")
    (failed,) = mes.load().sources
    assert (failed.status, failed.reason_code) == ("failed", "export_columns_missing")
    mes.run("alter table counter rename column fine to good")
    mes.load(60)
    assert mes.staged() == {"a": 100}


KILLED = """
import os, pathlib, signal, sys
from unittest.mock import patch
from etl.store import inbox, pulled
from tests.ledger import load

def die(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

before, after = inbox.keep, pulled.remember
def kept(*args):
    before(*args)
    die()
def remembered(*args):
    after(*args)
    die()

if __name__ == "__main__":
    with patch.object(inbox, "keep", kept) if sys.argv[2] == "kept" else patch.object(pulled, "remember", remembered):
        load(pathlib.Path(sys.argv[1]))
"""


@pytest.mark.parametrize("step", ["kept", "remembered"])
def test_a_load_that_is_killed_loses_nothing_and_doubles_nothing(sqlite_mes: Mes, tmp_path: Path, step: str) -> None:
    mes = sqlite_mes
    mes.count("a", 10, 100)
    mes.count("b", 20, 50)
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run([sys.executable, str(script), str(mes.site), step], env=env, check=False)
    assert ended.returncode == -signal.SIGKILL

    result = mes.load()

    assert (result.files_new, result.rows_staged) == (1, 2)
    assert mes.staged() == {"a": 100, "b": 50}
    assert mes.load(60).files_new == 0
    data = data_folder(mes.site)
    for (file_id,) in ask(mes.site, "select source_file_id from source_file"):
        assert vault.get(data, load_keys(data, settings().key_dir, create=False), str(file_id))


def test_a_record_of_a_database_can_be_looked_at_in_its_original(sqlite_mes: Mes) -> None:
    sqlite_mes.count("a", 10, 100)
    sqlite_mes.load()
    ((file_id,),) = ask(sqlite_mes.site, "select source_file_id from source_file")
    window = desk.source_window(sqlite_mes.site, ACTOR, str(file_id), None, "record 1")
    assert ["a", "2026-03-31 06:10:00", "L01", "", "100", "0", "2026-03-31 06:10:00"] in window.rows


def test_a_password_stands_nowhere(
    postgres_mes: Mes, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The database works, then refuses the password, then has no such option: every text is looked through."""
    mes = postgres_mes
    mes.count("a", 10, 100)
    monkeypatch.setenv("SHIFTLEDGER_SITE", str(mes.site))
    said: list[str] = []

    def command(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["shiftledger", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said.extend(capfd.readouterr())
        return int(str(ended.value.code or 0))

    wrong = mes.url.replace("reader", "nobody-known")
    bad_option = mes.url + f"&passwort={IN_URL}"
    no_port = f"postgresql://reader:{IN_URL}@host:port/mes"
    tests = [(mes.url, 0), (wrong, 1), (bad_option, 1), (no_port, 1)]
    for url, code in tests:
        monkeypatch.setenv("SHIFTLEDGER_SOURCE_MES_COUNTER_URL", url)
        assert command("source", "test", str(mes.site), "mes-counter") == code
    assert command("load", str(mes.site), "--json") == 0
    outcome = json.loads(said[-2])["sources"][0]
    assert (outcome["status"], outcome["reason_code"]) == ("failed", "source_url_wrong")
    monkeypatch.setenv("SHIFTLEDGER_SOURCE_MES_COUNTER_URL", wrong)

    from etl.workflow.definitions import defs  # noqa: PLC0415 - reads the site's variable

    with dg.DagsterInstance.ephemeral() as instance:
        job = defs.resolve_implicit_global_asset_job_def()
        run = job.execute_in_process(
            instance=instance, asset_selection=[dg.AssetKey("staged_reports")], partition_key=LAST.isoformat()
        )
        (made,) = run.asset_materializations_for_node("staged_reports")
        metadata = {name: str(value.value) for name, value in made.metadata.items()}
        said += [str(event) for event in instance.all_logs(run.run_id)]
    assert "does not answer" in metadata["source_mes-counter"] or "没有回应" in metadata["source_mes-counter"]

    secrets = [PASSWORD, IN_URL, "7Q4Z"]
    assert [text for text in [*said, *metadata.values()] if any(secret in text for secret in secrets)] == []
    stored = [path for path in mes.site.rglob("*") if path.is_file()]
    assert len(stored) > 10
    assert [path for path in stored if any(secret.encode() in path.read_bytes() for secret in secrets)] == []
