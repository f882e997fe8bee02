"""The examples of the how-tos are tried as they stand: their files are written, and what they promise is looked up."""

from __future__ import annotations

import csv
import io
import re
import runpy
import shlex
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from data_contracts.crosschecks import CROSSCHECKS
from data_contracts.layout import Layout
from data_contracts.scope import SYSTEM
from data_contracts.site import Site, SiteConfig, parse_toml
from etl.cli import app
from etl.desk import current_version
from etl.draft_file import draft_file, summary, write_draft
from etl.layout_show import look, seen_lines
from etl.load import run_load
from etl.new_site import make_empty_site
from tests.docs.generate import ROOT

HOW_TO = ROOT / "docs" / "how-to"
ID_OF_DECISION = r"\b[0-9a-f]{12}\b"


def blocks(page: str, folder: str = "") -> dict[str, str]:
    """Fenced blocks that name a file, by that name; examples in a folder ``words`` only when asked for."""
    text = (HOW_TO / page).read_text(encoding="utf-8")
    found = dict(re.findall(r"^```\w+ (\S+)\n(.*?)^```$", text, flags=re.M | re.S))
    return {name: body for name, body in found.items() if name.startswith("words/") == (folder == "words")}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, body in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(body, encoding="utf-8")


def rows(home: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = current_version(home).connect()
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_layout_mapping_and_tolerances_do_what_their_how_tos_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    monkeypatch.chdir(tmp_path)
    site = tmp_path / "site"
    make_empty_site(site)
    settings = (site / "site.toml").read_text(encoding="utf-8")
    write(site, {"site.toml": settings.replace("wall_s = 25", "wall_s = 250")})  # a busy machine is no failure here
    layout = blocks("add-a-layout.md")
    write(tmp_path, {"make_packing.py": layout.pop("make_packing.py")})
    runpy.run_path("make_packing.py")
    write(site, layout)
    Path("packing.xlsx").rename(site / "inbox" / "reports" / "packing.xlsx")
    run_load(site, SYSTEM)
    found = "select shift_id, good_qty, scrap_qty, source_sheet || '!' || good_qty_cell from production order by 1"
    assert rows(site, found) == [("early", 420, 3, "Nov!F4"), ("late", 380, 2, "Nov!F5")]

    write(site, blocks("add-an-export-mapping.md"))
    run_load(site, SYSTEM)
    compared = "select report_good_qty, mes_good_qty, reference_locator from production order by shift_id"
    assert rows(site, compared) == [
        (420, 420, "pack_20261102.csv · record 2"),
        (380, 390, "pack_20261102.csv · record 3"),
    ]
    differing = "select rule_no, severity, tolerance, source_cell, status from discrepancy where rule_no in (17, 18)"
    assert rows(site, differing) == [(17, "warning", 2, "F5", "open")]

    write(site, blocks("set-tolerances.md"))
    day = rows(site, "select min(production_date) from production")[0][0]
    run_load(site, SYSTEM, days=(day, day))
    assert rows(site, differing) == [(17, "warning", 2, "F5", "resolved")]


def test_the_sheets_of_the_layout_how_to_are_seen_as_it_says(tmp_path: Path) -> None:
    examples = {Path(name): body for name, body in blocks("add-a-layout.md", "words").items()}
    sheets = [name for name in examples if name.suffix == ".csv"]
    assert sheets
    for name in sheets:
        book = Workbook()
        page = book.worksheets[0]
        for row in csv.reader(io.StringIO(examples[name])):
            page.append([_typed(cell) for cell in row])
        path = tmp_path / f"{name.stem}.xlsx"
        book.save(path)
        layout = Layout.model_validate(tomllib.loads(examples[name.with_suffix(".toml")]))
        told = [line.rstrip() for line in seen_lines(look(path, [layout]))]
        assert told == examples[name.with_suffix(".txt")].splitlines(), name


def _typed(cell: str) -> float | str | None:
    """A cell of a csv as a spreadsheet takes it."""
    try:
        return float(cell) if cell else None
    except ValueError:
        return cell


def test_a_database_is_read_as_its_how_to_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    monkeypatch.setenv("SHIFTLEDGER_SOURCE_MES_COUNTER_URL", "sqlite:///mes.sqlite")
    monkeypatch.chdir(tmp_path)
    site = tmp_path / "site"
    make_empty_site(site)
    files = blocks("read-from-a-database.md")
    write(tmp_path, {"make_mes.py": files.pop("make_mes.py")})
    runpy.run_path("make_mes.py")
    write(site, files)

    (told,) = run_load(site, SYSTEM).sources

    assert (told.status, told.rows) == ("read", 2)
    found = "select shift_id, mes_good_qty, split_part(reference_locator, '.', 2) from production order by 1"
    assert rows(site, found) == [("early", 420, "jsonl · record 1"), ("late", 390, "jsonl · record 2")]


def test_the_example_of_an_empty_site_is_a_source_once_it_is_renamed(tmp_path: Path) -> None:
    site = make_empty_site(tmp_path / "site")
    assert site.sources == ()
    (site.home / "sources" / "_example.toml").rename(site.home / "sources" / "mes.toml")
    assert [source.id for source in Site.open(site.home).sources] == ["mes-counter"]


def shiftledger(*arguments: str) -> str:
    return CliRunner().invoke(app, arguments).stdout


def test_a_report_is_checked_and_annotated_as_the_how_to_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    monkeypatch.chdir(tmp_path)
    make_empty_site(Path("site"))
    files = blocks("check-and-annotate.md")
    shiftledger("template", "site", "--line", "L01", "--shift", "early", "--day", "2026-11-23", "-o", "report.xlsx")
    write(tmp_path, files)
    runpy.run_path("fill_in.py")
    assert shiftledger("check", "site", "report.xlsx", "--annotate", "checked.xlsx") == files["check.txt"]


def test_both_reports_say_the_same_in_the_how_to_about_the_standard_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    monkeypatch.chdir(tmp_path)
    layout, files = blocks("add-a-layout.md"), blocks("move-to-the-standard-report.md")
    write(tmp_path, {"make_packing.py": layout.pop("make_packing.py"), "fill_parallel.py": files["fill_parallel.py"]})
    runpy.run_path("make_packing.py")
    for name in ("site", "parallel"):
        make_empty_site(Path(name))
        write(Path(name), layout)
    Path("packing.xlsx").rename("site/inbox/reports/packing.xlsx")
    for shift in ("early", "late"):
        path = f"parallel/inbox/reports/{shift}.xlsx"
        shiftledger("template", "parallel", "--line", "L01", "--shift", shift, "--day", "2026-11-02", "-o", path)
    runpy.run_path("fill_parallel.py")
    for name in ("site", "parallel"):
        run_load(Path(name), SYSTEM)
        assert shiftledger("query", name, files["same.sql"], "--format", "csv") == files["own.csv"]


def test_a_draft_says_what_its_how_to_shows_and_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    monkeypatch.chdir(tmp_path)
    make_empty_site(Path("site"))
    shown = blocks("draft-a-layout.md")
    write(tmp_path, {"make_assembly.py": shown["make_assembly.py"]})
    runpy.run_path("make_assembly.py")
    draft = draft_file(Path("assembly.xlsx"), Path("site"))
    target = Path("site/layouts/assembly.toml")
    write_draft(draft, target, force=False)
    assert target.read_text(encoding="utf-8") == shown["assembly.toml"]
    assert list(summary(draft, target)) == shown["told"].splitlines()
    Path("assembly.xlsx").rename("site/inbox/reports/assembly.xlsx")
    run_load(Path("site"), SYSTEM)
    found = "select good_qty, scrap_qty, source_sheet || '!' || good_qty_cell from production order by hour_start"
    assert rows(Path("site"), found) == [(48, 1, "Montage!C6"), (41, 2, "Montage!C7")]


def _sessions(page: str) -> list[tuple[str, str]]:
    """Commands of the ``console`` blocks of a page, each with what it prints."""
    text = (HOW_TO / page).read_text(encoding="utf-8")
    shown = "".join(re.findall(r"^```console\n(.*?)^```$", text, flags=re.M | re.S))
    parts = (part.partition("\n") for part in shown.split("$ ")[1:] if part)
    return [(command, printed) for command, _, printed in parts]


def test_a_difference_is_settled_as_its_how_to_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    monkeypatch.setenv("LOGNAME", "li.wei")
    monkeypatch.chdir(tmp_path)
    make_empty_site(Path("site"))
    layout = blocks("add-a-layout.md")
    write(tmp_path, {"make_packing.py": layout.pop("make_packing.py")})
    runpy.run_path("make_packing.py")
    write(Path("site"), {**layout, **blocks("add-an-export-mapping.md")})
    Path("packing.xlsx").rename("site/inbox/reports/packing.xlsx")
    run_load(Path("site"), SYSTEM)
    before = datetime.now(UTC).replace(tzinfo=None).isoformat()

    ids: dict[str, str] = {}  # of decisions: as the page shows it, as it came out

    def real(text: str) -> str:
        return re.sub(ID_OF_DECISION, lambda shown: ids.get(shown[0], shown[0]), text)

    for command, printed in _sessions("settle-a-difference.md"):
        words = shlex.split(real(command).replace("$BEFORE", before))
        at = words.index("shiftledger")
        variables = dict(word.split("=", 1) for word in words[:at])
        told = CliRunner().invoke(app, words[at + 1 :], env=variables)
        if printed:
            ids.update(zip(re.findall(ID_OF_DECISION, printed), re.findall(ID_OF_DECISION, told.output), strict=False))
            assert told.output == real(printed), command
        else:
            assert (words[at + 1], told.exit_code) == ("load", 0), command
    assert len(set(ids.values())) == 3


def test_the_cross_check_of_the_how_to_passes_its_own_test(monkeypatch: pytest.MonkeyPatch) -> None:
    rule_file, test_file = blocks("add-a-cross-check.md").values()
    rule: dict[str, Any] = {}
    exec(compile(rule_file, "add-a-cross-check.md", "exec"), rule)  # noqa: S102 - our own page
    monkeypatch.setitem(CROSSCHECKS, "possible_output", rule["RULE"])
    test: dict[str, Any] = {}
    exec(compile(test_file, "add-a-cross-check.md", "exec"), test)  # noqa: S102
    test["test_an_hour_beyond_the_cycle_time_is_compared_at_its_cell"]()


def test_the_page_of_the_how_to_is_python() -> None:
    for name, body in blocks("add-a-page.md").items():
        compile(body, name, "exec")


def test_the_route_of_the_how_to_is_accepted_and_every_service_it_names_is_known(tmp_path: Path) -> None:
    make_empty_site(tmp_path / "site")
    settings = (tmp_path / "site" / "site.toml").read_text(encoding="utf-8")
    route = blocks("send-alerts.md", "words")["words/alert.toml"]
    (read,) = parse_toml(settings + route, SiteConfig, "site.toml").alert
    assert (read.id, read.languages, read.digest_at) == ("quality-p1", ("zh",), "07:00")
    before, mark, commented = settings.partition("# [[alert]]")
    shown = before + re.sub(r"^# ", "", mark + commented, flags=re.M)
    assert [one.id for one in parse_toml(shown, SiteConfig, "site.toml").alert] == ["quality"]

    page = (HOW_TO / "send-alerts.md").read_text(encoding="utf-8")
    schemes = sorted(set(re.findall(r"`(\w+)://", page)))
    assert {"mailtos", "workflows", "dingtalk", "wecombot", "slack"} <= set(schemes)
    example = re.findall(r"_URL='(.*)'", page)
    script = (
        "import sys, apprise; known = apprise.manager_plugins.NotificationManager();"
        "print([s for s in sys.argv[2:] if s not in known], apprise.Apprise().add(sys.argv[1]))"
    )
    asked = subprocess.run(
        [sys.executable, "-c", script, *example, *schemes], capture_output=True, text=True, check=True
    )
    assert asked.stdout.strip() == "[] True"
