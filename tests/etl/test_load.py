"""Whole loads: revisions, late and odd files, changed configuration, backfills, many at once."""

import json
import os
import random
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from data_contracts import site as site_module
from data_contracts.site import Site
from etl import desk
from etl.touched import FINGERPRINTS
from tests.ledger import ACTOR, FIRST, LAST, NOW, ROOT, ask, draft, everything, hand_in, kept, load, make, model, state
from tests.ledger import with_text as replace_text

REPORTS = (
    "select revision, status, is_current, source_file from report where report_id like 'P1/L01/2026-03-31/early/%'"
)


def revisions(home: Path) -> list[tuple[object, ...]]:
    return ask(home, REPORTS + " order by revision")


def test_the_same_files_again_change_nothing(loaded_site: Path) -> None:
    before, rows = state(loaded_site), everything(loaded_site)
    reports = loaded_site / "inbox" / "reports"
    shutil.copyfile(reports / "P1_L01_2026-03-31.xlsx", reports / "copy of L01.xlsx")
    (reports / "P1_L02_2026-03-31.xlsx").touch()

    result = load(loaded_site)

    assert (result.files_new, result.rows_staged, result.published_version) == (0, 0, 2)
    assert state(loaded_site) == before
    assert everything(loaded_site) == rows | {"load": rows["load"] + 1, "publication": rows["publication"] + 1}


def test_a_corrected_report_supersedes_the_first_and_settles_the_difference(loaded_site: Path) -> None:
    right, wrong = draft(), draft()
    good = right.hours[2].good_qty or 0
    wrong.hours[2].good_qty = good + 60
    hand_in(loaded_site, wrong, "wrong.xlsx")
    load(loaded_site)
    differing = (
        "select source_cell, reported_value, reference_value, status from discrepancy where rule_id = 'good_vs_mes'"
    )
    assert ask(loaded_site, differing) == [("C9", good + 60.0, float(good), "open")]

    hand_in(loaded_site, right, "corrected.xlsx", NOW + timedelta(hours=1))
    load(loaded_site, NOW + timedelta(hours=1))

    assert [row[3] for row in ask(loaded_site, differing)] == ["resolved"]
    sums = "select line_id, layout_id, opened, resolved, open from mart_discrepancy where rule_id = 'good_vs_mes'"
    assert ask(loaded_site, sums) == [("L01", "shift-sheet", 1, 1, 0)]
    assert revisions(loaded_site) == [
        (1, "superseded", False, "P1_L01_2026-03-31.xlsx"),
        (2, "superseded", False, "wrong.xlsx"),
        (3, "accepted", True, "corrected.xlsx"),
    ]
    told = kept(
        loaded_site,
        "select right(report_id, 2), good_qty from report_output where good_qty_cell = 'C9' "
        "and report_id like 'P1/L01/2026-03-31/early/%' order by 1",
    )
    assert told[1:] == [("r2", good + 60.0), ("r3", float(good))]


def test_late_and_shuffled_files_come_to_the_same_state(fresh_site: Path, loaded_once: Path) -> None:
    waiting = fresh_site.parent / "not yet sent"
    shutil.move(fresh_site / "inbox", waiting)
    files = [path.relative_to(waiting) for path in sorted(waiting.rglob("*.*"))]
    random.Random(2).shuffle(files)  # noqa: S311 - a repeatable order
    for batch in (files[:4], files[4:]):
        for name in batch:
            (fresh_site / "inbox" / name.parent).mkdir(parents=True, exist_ok=True)
            shutil.move(waiting / name, fresh_site / "inbox" / name)
        load(fresh_site)
    after = state(fresh_site)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHIFTLEDGER_KEY_DIR", str(loaded_once / "keys"))
        assert after == state(loaded_once / "site")


def test_a_backfill_keeps_when_files_came_so_a_closed_period_does_not_block_them(loaded_site: Path) -> None:
    with (loaded_site / "site.toml").open("a") as file:
        file.write("\n[period]\nclosed_through = 2026-04-03\n")

    result = load(loaded_site, NOW + timedelta(days=90), days=(FIRST, LAST))

    assert result.rows_staged > 0
    came = NOW.replace(tzinfo=None)
    assert ask(loaded_site, "select distinct status, received_at from report") == [("accepted", came)]
    assert ask(loaded_site, "select distinct received_at from source_file") == [(came,)]
    assert ask(loaded_site, "select count(*) from production where report_good_qty is null") == [(0,)]


def test_a_backfill_at_the_same_hour_gives_the_identical_state(loaded_site: Path) -> None:
    before = state(loaded_site)
    load(loaded_site, days=(FIRST, LAST))
    assert state(loaded_site) == before


def test_a_report_of_the_future_is_blocked(loaded_site: Path) -> None:
    early = draft()
    early.production_date = LAST + timedelta(days=365)
    hand_in(loaded_site, early, "tomorrow.xlsx")
    load(loaded_site)
    found = ask(loaded_site, "select report_id, status, is_current from report where source_file = 'tomorrow.xlsx'")
    assert found == [("P1/L01/2027-03-31/early/r1", "blocked", False)]
    assert ask(loaded_site, "select count(*) from production where production_date > '2026-12-31'") == [(0,)]
    assert ask(loaded_site, "select source_cell from discrepancy where rule_id = 'date_open'") == [("B3",)]


def test_blocked_revisions_leave_the_former_in_force_until_master_data_knows_them(loaded_site: Path) -> None:
    for number, product in enumerate(("ZZ-1", "ZZ-2")):
        report = draft()
        report.product_text = product
        hand_in(loaded_site, report, f"{product}.xlsx", NOW + timedelta(minutes=number))
    load(loaded_site)
    blocked = [
        (1, "accepted", True, "P1_L01_2026-03-31.xlsx"),
        (2, "blocked", False, "ZZ-1.xlsx"),
        (3, "blocked", False, "ZZ-2.xlsx"),
    ]
    assert revisions(loaded_site) == blocked
    before = model(loaded_site)

    load(loaded_site, days=(LAST, LAST))
    assert revisions(loaded_site) == blocked
    assert model(loaded_site) == before

    products = loaded_site / "master" / "product.csv"
    header, first, *rest = products.read_text().splitlines()
    products.write_text("\n".join([header, first, *rest, first.replace(first.split(",")[0], "ZZ-2", 1)]) + "\n")
    load(loaded_site)
    assert [row[:3] for row in revisions(loaded_site)] == [
        (1, "superseded", False),
        (2, "blocked", False),
        (3, "accepted", True),
    ]


def test_a_changed_tolerance_is_applied_to_days_already_loaded(loaded_site: Path) -> None:
    wrong = draft()
    wrong.hours[2].good_qty = (wrong.hours[2].good_qty or 0) + 60
    hand_in(loaded_site, wrong, "wrong.xlsx")
    load(loaded_site)
    still_open = "select count(*) from discrepancy where rule_id = 'good_vs_mes' and status = 'open'"
    assert ask(loaded_site, still_open) == [(1,)]
    with (loaded_site / "master" / "tolerance.csv").open("a") as file:
        file.write("good_vs_mes,P1,,L01,,500,,\n")

    result = load(loaded_site)

    assert set(result.days) >= {FIRST, LAST}
    assert ask(loaded_site, still_open) == [(0,)]


def test_a_refused_workbook_loads_when_its_layout_is_added(loaded_site: Path) -> None:
    report = draft()
    report.hours[0].good_qty = 1
    path = hand_in(loaded_site, report, "other columns.xlsx")
    replace_text(path, "实际 Actual", "产出 Made")
    assert load(loaded_site).files_quarantined == 1
    status = "select status from source_file where name = 'other columns.xlsx'"
    assert ask(loaded_site, status) == [("quarantined",)]

    shipped = (Path(site_module.__file__).parent / "layouts" / "shift-sheet.toml").read_text(encoding="utf-8")
    own = shipped.replace('id = "shift-sheet"', 'id = "ours"').replace(
        '["实际", "实际 Actual", "Actual"]', '["产出 Made"]'
    )
    (loaded_site / "layouts").mkdir()
    (loaded_site / "layouts" / "ours.toml").write_text(own, encoding="utf-8")
    result = load(loaded_site)

    assert (result.files_new, result.files_quarantined) == (0, 0)
    assert ask(loaded_site, status) == [("loaded",)]
    assert revisions(loaded_site)[-1] == (2, "accepted", True, "other columns.xlsx")


def test_files_that_cannot_be_read_never_stop_the_others(fresh_site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reports = fresh_site / "inbox" / "reports"
    (reports / "empty.xlsx").write_bytes(b"")
    (reports / "text.xlsx").write_text("see paper")
    (reports / "~$P1_L01.xlsx").write_text("an office program's lock")
    locked = reports / "P1_L02_2026-03-31.xlsx"
    gbk = os.fsencode(reports) + b"/" + "一线日报.xlsx".encode("gb18030")
    shutil.move(reports / "P1_L01_2026-03-31.xlsx", os.fsdecode(gbk))
    really_read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path == locked:
            raise PermissionError(13, "Permission denied")
        return really_read(path)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        first = load(fresh_site)
    assert first.files_quarantined == 2
    held = ask(
        fresh_site, "select name, reason_code is not null from source_file where status = 'quarantined' order by 1"
    )
    assert held == [("empty.xlsx", True), ("text.xlsx", True)]
    assert ask(fresh_site, "select count(*) from report where source_file = '一线日报.xlsx'") == [(3,)]

    assert load(fresh_site).files_new == 1
    assert ask(fresh_site, "select count(*) from report where is_current") == [(12,)]


def test_an_empty_inbox_publishes_an_empty_version(fresh_site: Path) -> None:
    shutil.rmtree(fresh_site / "inbox")
    result = load(fresh_site)
    assert (result.files_new, result.published_version, result.discrepancies_open) == (0, 1, 0)
    assert ask(fresh_site, "select count(*) from production") == [(0,)]
    assert ask(fresh_site, "select count(*) from line") == [(2,)]


def test_configuration_counts_as_unchanged_in_another_process(loaded_site: Path) -> None:
    code = "from etl.touched import FINGERPRINTS; from data_contracts.site import Site; import sys, pathlib\n"
    code += "print([f(Site.open(pathlib.Path(sys.argv[1]))) for f in FINGERPRINTS.values()], end='')"
    other = subprocess.run(
        [sys.executable, "-c", code, str(loaded_site)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "3"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout == str([fingerprint(Site.open(loaded_site)) for fingerprint in FINGERPRINTS.values()])


def _starting(home: Path) -> "subprocess.Popen[bytes]":
    code = "import sys, pathlib; from tests.ledger import load; load(pathlib.Path(sys.argv[1]))"
    return subprocess.Popen([sys.executable, "-c", code, str(home)], cwd=ROOT, stderr=subprocess.PIPE)


def test_four_loads_at_once_end_in_one_consistent_state(fresh_site: Path, loaded_once: Path) -> None:
    loads = [_starting(fresh_site) for _ in range(4)]
    assert [(process.communicate()[1], process.returncode) for process in loads] == [(b"", 0)] * 4
    assert desk.current_version(fresh_site).version == 4
    assert desk.verify_audit(fresh_site, ACTOR) == []
    assert ask(fresh_site, "select sum(files_new), count(*) from load where status = 'published'") == [(9, 4)]
    after = state(fresh_site)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHIFTLEDGER_KEY_DIR", str(loaded_once / "keys"))
        assert after == state(loaded_once / "site")


def test_queries_answer_while_a_load_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    home = tmp_path / "site"
    make(home)
    inbox = home / "inbox"
    shutil.move(inbox, tmp_path / "later")
    load(home)
    shutil.move(tmp_path / "later", inbox)
    for number in range(80):
        report = draft("L01", LAST)
        report.hours[0].planned_qty = number
        hand_in(home, report, f"revision {number}.xlsx")

    process = _starting(home)
    answers = []
    while process.poll() is None:
        answers.append(ask(home, "select count(*), count(distinct shift_id) from report where is_current")[0])

    assert process.communicate()[1] == b""
    assert len(answers) > 3
    assert set(answers) <= {(0, 0), (12, 3)}
    assert ask(home, "select count(*) from report") == [(92,)]


def test_a_version_of_an_older_shape_is_made_anew_from_the_warehouse(loaded_site: Path) -> None:
    before = state(loaded_site)
    pointer = loaded_site / "data" / "published" / "CURRENT"
    pointer.write_text(json.dumps({**json.loads(pointer.read_text()), "shape": "of an earlier release"}))
    kept(loaded_site, "alter table production drop column rework_qty")

    load(loaded_site, days=(FIRST, LAST))

    assert state(loaded_site) == before
