"""Texts of reports and exports stand nowhere in plaintext below the data folder, also when DuckDB has to spill."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import psutil
import pytest

from data_contracts.scope import Actor, Scope
from etl import desk
from etl.backup import back_up
from etl.keeping import rotate_keys
from etl.restore import restore
from etl.settings import settings
from etl.store import deliveries, warehouse
from etl.store.keys import load_keys
from tests.etl.store.test_secrets import forms
from tests.ledger import ENTRY, LAST, NOW, ROOT, ask, draft, hand_in, load, with_text

CANARY = "CANARY7Q4Z"
MORE_THAN_FITS = (
    f"create temp table much as select '{CANARY}' || hash(i) || repeat('{CANARY}', 20) from range(500_000) t(i)"
)


def plaintext(folder: Path, *texts: str) -> list[str]:
    """Files that hold one of the texts, in any encoding a file of ours might use."""
    wanted = [form for text in texts for form in (text.encode(), text.encode("utf-16-le"))]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 10
    return [path.name for path in files if any(form in path.read_bytes() for form in wanted)]


@pytest.mark.parametrize("memory_limit", ["512MB", "60MB"])
def test_a_text_of_a_report_and_of_an_export_stands_nowhere_in_plaintext(
    fresh_site: Path, monkeypatch: pytest.MonkeyPatch, memory_limit: str
) -> None:
    monkeypatch.setenv("SHIFTLEDGER_MEMORY_LIMIT", memory_limit)
    report = draft()
    report.hours[0].note = CANARY
    with_text(hand_in(fresh_site, report, "report.xlsx"), "D02", f"{CANARY}-reason")
    stops = fresh_site / "inbox" / "mes" / "mes_stop_20260331.csv"
    stops.write_text(stops.read_text().replace("D02", f"{CANARY}-export"))

    load(fresh_site)

    texts = ask(fresh_site, f"select count(*) > 0 from downtime where reason_code like '{CANARY}%'")
    assert texts == [(True,)]
    assert plaintext(fresh_site / "data", CANARY, "WO-L01", "生产日报表") == []


def test_a_text_stands_nowhere_in_plaintext_after_decisions_sendings_rotation_backup_and_restore(
    fresh_site: Path, tmp_path: Path, temp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIFTLEDGER_MEMORY_LIMIT", "60MB")
    report = draft()
    report.hours[0].note = CANARY
    hand_in(fresh_site, report, "report.xlsx")
    load(fresh_site)
    data, actor, now = fresh_site / "data", Actor("li.wei"), NOW.replace(tzinfo=None)
    keys = load_keys(data, settings().key_dir, create=False)
    place, days = desk.Place(plant_id="P1"), (LAST, LAST)
    desk.waive(fresh_site, actor, Scope.company(), "good_vs_mes", place, days, f"{CANARY} on record", now=now)
    with deliveries.opened(data, keys) as known:
        known.note(deliveries.Sending("mail", now, "alert", "failed", 1, f"{CANARY} refused"), [f"{CANARY}-event"])

    rotate_keys(fresh_site, actor)
    back_up(fresh_site, actor, tmp_path / "out" / "b", tmp_path / "backup.key")
    restore(tmp_path / "out" / "b", tmp_path / "second", actor, tmp_path / "backup.key", verify=True)

    held = [path for folder in (data, tmp_path / "out", tmp_path / "second" / "data") for path in _files(folder)]
    # The reason of a decision belongs into the audit log, which is signed and not secret.
    secret = [path for path in held if path.name != "audit.log"]
    assert len(secret) > 20
    assert [path for path in secret if _shows(path, CANARY)] == []
    assert [path for path in _files(temp) if _shows(path, CANARY)] == []
    assert not _shows(data / "audit.log", "WO-L01")


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _shows(path: Path, text: str) -> bool:
    content = path.read_bytes()
    return text.encode() in content or text.encode("utf-16-le") in content


def test_what_is_spilled_is_encrypted(loaded_site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIFTLEDGER_MEMORY_LIMIT", "64MB")
    data = loaded_site / "data"
    keys = load_keys(data, settings().key_dir, create=False)
    with warehouse.writer(data), warehouse.opened(data, keys) as connection:
        connection.execute(MORE_THAN_FITS)
        spilled = list((data / "spill").rglob("*.*"))
        assert spilled
        assert sum(path.stat().st_size for path in spilled) > 1_000_000
        assert plaintext(data, CANARY) == []
    assert not list((data / "spill").rglob("*.tmp"))


def test_a_reader_leaves_nothing_where_it_stands(loaded_site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIFTLEDGER_MEMORY_LIMIT", "64MB")
    (loaded_site.parent / "here").mkdir()
    monkeypatch.chdir(loaded_site.parent / "here")
    connection = desk.current_version(loaded_site).connect()
    try:
        connection.execute(MORE_THAN_FITS)
        assert connection.execute("select count(*) from much").fetchone() == (500_000,)
        assert list(Path.cwd().iterdir()) == []
        assert list((loaded_site / "data" / "spill").rglob("*.*"))
        assert plaintext(loaded_site / "data", CANARY) == []
    finally:
        connection.close()
    assert list((loaded_site / "data" / "spill").iterdir()) == []


def test_the_audit_log_holds_names_of_files_but_no_values(loaded_site: Path) -> None:
    desk.source_window(loaded_site, Actor("li.wei"), str(_workbook(loaded_site)), "早班", "C9")
    text = (loaded_site / "data" / "audit.log").read_text()
    assert "P1_L01_2026-03-31.xlsx" in text
    assert "WO-L01" not in text
    assert "HX-1040" not in text


def _workbook(home: Path) -> object:
    return ask(home, "select source_file_id from source_file where name = 'P1_L01_2026-03-31.xlsx'")[0][0]


@dataclass
class Watched:
    """What was seen in folders and lists of processes while something ran."""

    looks: int = 0
    files: int = 0
    found: set[str] = field(default_factory=set)


@contextmanager
def watching(folders: list[Path], texts: list[str], commands: Callable[[], str] = str) -> Iterator[Watched]:
    """Look again and again for texts, in files as they are at that moment and in command lines."""
    seen, done = Watched(), Event()

    def look() -> None:
        while not done.is_set():
            seen.looks += 1
            seen.found |= {f"command: {text}" for text in texts if text in (told := commands()) and told}
            walks = (walk for folder in folders for walk in os.walk(folder))  # what goes meanwhile is passed over
            for path in (Path(folder, name) for folder, _, names in walks for name in names):
                with suppress(OSError):  # gone since
                    seen.files += 1
                    seen.found |= {f"{path.name}: {text}" for text in texts if _shows(path, text)}

    thread = Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def test_while_a_load_runs_no_text_and_no_key_is_to_be_seen(loaded_site: Path, temp: Path) -> None:
    """The process of its own, its children, what they write and where they put it away for a moment."""
    report = draft()
    report.hours[0].note = CANARY
    with_text(hand_in(loaded_site, report, "report.xlsx"), "D02", f"{CANARY}-reason")
    running = subprocess.Popen([*ENTRY, "load", str(loaded_site)], cwd=ROOT, stdout=subprocess.DEVNULL)

    def commands() -> str:
        with suppress(psutil.Error):
            head = psutil.Process(running.pid)
            return " ".join(word for one in (head, *head.children(recursive=True)) for word in one.cmdline())
        return ""

    secrets = forms(loaded_site)
    with watching([loaded_site / "data", temp], [CANARY, "WO-L01", *secrets], commands) as seen:
        assert running.wait(timeout=240) == 0
    assert seen.found == set()
    assert seen.looks > 3
    assert seen.files > 100
    assert ask(loaded_site, f"select count(*) > 0 from downtime where reason_code like '{CANARY}%'") == [(True,)]


def test_what_a_person_does_at_the_desk_leaves_no_text_in_temporary_files(loaded_site: Path, temp: Path) -> None:
    report = draft()
    report.hours[0].note = CANARY
    content = hand_in(loaded_site, report, "report.xlsx").read_bytes()
    (loaded_site / "inbox" / "reports" / "report.xlsx").unlink()
    actor, whole = Actor("li.wei"), Scope.company()
    with watching([loaded_site / "data", temp], [CANARY, "WO-L01"]) as seen:
        checked = desk.check_report(loaded_site, actor, whole, desk.Upload("report.xlsx", content), "zh")
        desk.template_of(loaded_site, actor, whole, "P1", "L01", "zh")
        desk.source_window(loaded_site, actor, str(_workbook(loaded_site)), "早班", "C9")
        desk.draft_of(loaded_site, actor, desk.Upload("report.xlsx", content), "zh")
    assert checked.copy is not None
    assert checked.reports
    assert seen.found == set()
    assert seen.looks > 3
