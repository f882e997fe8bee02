"""The daily report on paper, read back: its figures are those of plain SQL, in words that a Chinese reader reads."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest
from typer.testing import CliRunner

from data_contracts.scope import Scope
from etl.cli import app
from etl.desk import daily_report
from etl.settings import data_folder, settings
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from tests.etl.alerts.test_sending import hand_in_wrong
from tests.ledger import ACTOR, LAST, ask, load

P1 = Scope.parse("P1")
MORNING = datetime(2026, 3, 31, 23, 30)  # noqa: DTZ001 - UTC by contract: 07:30 of the next day in Shanghai
DAY = f"production_date = '{LAST}'"


def read(content: bytes) -> str:
    """The text of all pages, line by line."""
    document = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


@pytest.fixture
def site(loaded_site: Path) -> Path:
    hand_in_wrong(loaded_site)
    load(loaded_site)
    return loaded_site


def one(site: Path, sql: str) -> list[float]:
    (row,) = ask(site, sql)
    return [float(str(value)) for value in row]


def test_the_figures_on_paper_are_those_of_the_published_version(site: Path) -> None:
    text = read(daily_report(site, ACTOR, P1, LAST, "en", now=MORNING))
    met, base, scrap, produced = one(
        site,
        "select sum(good_qty) filter (planned_qty is not null), sum(planned_qty) filter (good_qty is not null), "
        f"sum(scrap_qty), sum(produced_qty) from mart_output where {DAY}",
    )
    assert f"{met / base:.1%}" in text
    assert f"{met:,.0f} good of {base:,.0f} planned" in text
    assert f"{scrap:,.0f} pcs scrapped" in text
    assert f"{scrap / produced:.1%}" in text
    good, busy = one(site, f"select sum(ideal_good_min), sum(pot_min - planned_stop_min) from mart_output where {DAY}")
    assert f"{good / busy:.1%}" in text
    expected, received = one(
        site,
        f"select count(*), count(*) filter (received) from mart_completeness where shift_end_at <= '{MORNING}' "
        f"and production_date > '{LAST - timedelta(days=7)}' and expected",
    )
    assert f"{received:.0f} / {expected:.0f}" in text
    (severe,) = one(site, "select count(*) from discrepancy where status = 'open' and severity = 'error'")
    assert f"Error {severe:.0f}" in text
    lost = (
        f"select sum(loss_min) from mart_loss where {DAY} and loss_category <> 'planned' group by line_id, reason_code"
    )
    for (minutes,) in ask(site, f"{lost} order by 1 desc limit 6"):
        assert f"{round(float(str(minutes)))} min" in text


def test_a_line_has_its_own_figures(site: Path) -> None:
    text = read(daily_report(site, ACTOR, P1, LAST, "en", now=MORNING))
    for line, met, base in ask(
        site, f"select line_id, sum(good_qty), sum(planned_qty) from mart_output where {DAY} group by 1"
    ):
        row = next(row for row in text.splitlines() if row.startswith(f"P1/{line}") and "min" not in row)
        good, plan = float(str(met)), float(str(base))
        assert f"{good:,.0f} {plan:,.0f}" in row
        assert f"{good / plan:.1%}" in row


def test_a_chinese_reader_reads_it_in_chinese(site: Path) -> None:
    content = daily_report(site, ACTOR, P1, LAST, "zh", now=MORNING)
    text = read(content)
    assert "生产日报:P1" in text
    assert "2026年3月31日(周二)" in text
    assert "产量与计划,30 天" in text
    (row,) = ask(site, f"select sum(good_qty), sum(planned_qty) from mart_output where {DAY}")
    met, base = (float(str(value)) for value in row)
    assert f"良品 {met:,.0f} / 计划 {base:,.0f}" in text
    assert len(content) < 200_000, "only the signs that are used go into the file"


def test_a_day_without_anything_is_not_available_and_never_zero(site: Path) -> None:
    text = read(daily_report(site, ACTOR, P1, date(2026, 2, 1), "en", now=MORNING))
    assert "n/a good of n/a planned" in text
    assert "0.0%" not in text


def test_it_is_on_record_before_it_is_made_and_only_of_the_scope(site: Path) -> None:
    area = str(ask(site, "select area_id from line where line_id = 'L02'")[0][0])
    text = read(daily_report(site, ACTOR, Scope.parse(f"P1/{area}/L02"), LAST, "en", now=MORNING))
    assert "L01" not in text
    data = data_folder(site)
    last = list(AuditLog(data, load_keys(data, settings().key_dir, create=False)).records())[-1]
    assert (last["actor"], last["action"]) == ("li.wei", "export")
    assert last["target"] == f"daily report P1/{area}/L02 {LAST}"


def test_the_command_writes_it_and_replaces_nothing_unasked(site: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    asked = ["report", str(site), "--scope", "P1", "--day", str(LAST), "--language", "en", "-o", str(out)]
    assert CliRunner().invoke(app, asked).exit_code == 0
    assert "Daily report: P1" in read(out.read_bytes())
    assert "is there already" in str(CliRunner().invoke(app, asked).exception)
    assert CliRunner().invoke(app, [*asked, "--force"]).exit_code == 0
