"""Exports as they come: overlapping, late, cancelled afterwards, renamed, and a stop told once for each shift."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_contracts.scope import SYSTEM
from etl.desk import current_version
from etl.extract.pool import ReaderPool
from etl.load import run_load
from etl.simulate.exporters import OUTPUT, STOP, delimited, sap
from tests.etl.simulate.reading import ZONE, Inbox, site

TEN = datetime(2026, 2, 3, 9)  # noqa: DTZ001 - 10:00 in Berlin; stored instants are UTC without a zone
COMMA = delimited.DIALECTS["comma"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    (tmp_path / "keys").mkdir()
    folder = tmp_path / "site"
    site(folder)
    for name in ("inbox/reports", "inbox/mes", "exports"):
        (folder / name).mkdir(parents=True)
    return folder


def load(home: Path, sql: str, **files: bytes) -> list[tuple[Any, ...]]:
    for name, content in files.items():
        (home / "inbox" / "mes" / name.replace("__", ".")).write_bytes(content)
    run_load(home, SYSTEM, now=datetime(2026, 2, 5))  # noqa: DTZ001
    connection = current_version(home).connect()
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def output(*rows: tuple[str, float]) -> pl.DataFrame:
    return pl.DataFrame(
        [(key, "L1", TEN, TEN + timedelta(minutes=5), "A1", "GEAR", good, 0.0) for key, good in rows],
        schema=OUTPUT,
        orient="row",
    )


MADE = "select sum(mes_good_qty) from production where mes_good_qty is not null"


def test_a_confirmation_that_is_cancelled_in_a_later_file_is_withdrawn_and_a_new_one_counts(home: Path) -> None:
    first = sap.confirmations(output(("7", 100), ("8", 20)), ZONE, "P1")
    assert load(home, MADE, afru1__txt=first) == [(120,)]
    only_reversal = sap.confirmations(output(("7", 100)), ZONE, "P1", reversed_ids={"7"}).decode("utf-16").splitlines()
    late = "\r\n".join([only_reversal[0], only_reversal[2], ""]).encode("utf-16")
    assert load(home, MADE, afru2__txt=late) == [(20,)]
    assert load(home, MADE, afru3__txt=sap.confirmations(output(("9", 90)), ZONE, "P1")) == [(110,)]


def test_a_reversal_that_comes_before_its_original_withdraws_it_too(home: Path) -> None:
    lines = sap.confirmations(output(("7", 100)), ZONE, "P1", reversed_ids={"7"}).decode("utf-16").splitlines()
    original = sap.confirmations(output(("7", 100), ("8", 20)), ZONE, "P1")
    load(home, MADE, afru1__txt="\r\n".join([lines[0], lines[2], ""]).encode("utf-16"))
    assert load(home, MADE, afru2__txt=original) == [(20,)]


def test_a_reversal_that_is_exported_again_without_its_link_counts_nothing(home: Path) -> None:
    content = sap.confirmations(output(("7", 100), ("8", 20)), ZONE, "P1", reversed_ids={"7"})
    assert load(home, MADE, afru1__txt=content) == [(20,)]
    header, *lines = (line.split("\t") for line in content.decode("utf-16").splitlines())
    links = [header.index(name) for name in ("STZHL", "STOKZ")]
    unlinked = ["\t".join("" if n in links else text for n, text in enumerate(line)) for line in lines]
    again = "\r\n".join(["\t".join(header), *unlinked, ""]).encode("utf-16")
    assert load(home, MADE, afru2__txt=again) == [(20,)]


def test_overlapping_exports_count_a_record_once_though_its_key_changes_its_padding(home: Path) -> None:
    first = sap.confirmations(output(("1234", 100)), ZONE, "P1")
    again = sap.confirmations(output(("1234", 100), ("1235", 5)), ZONE, "P1")
    unpadded = again.decode("utf-16").replace("0000001234", " 1234").encode("utf-16")
    assert load(home, MADE, afru1__txt=first, afru2__txt=unpadded) == [(105,)]
    assert load(home, MADE, afru3__txt=first) == [(105,)]


def stop(key: str, start: datetime, minutes: float) -> tuple[object, ...]:
    return (key, "L1", start, start + timedelta(minutes=minutes), "M1")


DOWN = "select shift_id, start_at, end_at, downtime_min, source_cell from downtime order by start_at"


def test_a_stop_that_is_told_once_for_each_shift_counts_once_and_is_cut_at_their_boundaries(home: Path) -> None:
    """From 13:30 in the early shift to 22:30 in the night shift, exported three times with all its 540 minutes."""
    began = datetime(2026, 2, 3, 12, 30)  # noqa: DTZ001
    frame = pl.DataFrame([stop(key, began, 540) for key in ("S-E", "S-L", "S-N")], schema=STOP, orient="row")
    at = [began, *(datetime(2026, 2, 3, h) for h in (13, 21)), began + timedelta(minutes=540)]  # noqa: DTZ001
    wanted = [
        ("E", at[0], at[1], 30.0, "record 2"),
        ("L", at[1], at[2], 480.0, "record 2"),
        ("N", at[2], at[3], 30.0, "record 2"),
    ]
    assert load(home, DOWN, mes_stop_1__csv=delimited.stops(frame, COMMA)) == wanted
    assert [row[:4] for row in load(home, DOWN, mes_stop_2__csv=delimited.stops(frame[1:], COMMA))] == [
        row[:4] for row in wanted
    ]


def test_a_stop_that_went_on_replaces_what_was_known_of_it(home: Path) -> None:
    began = datetime(2026, 2, 3, 12, 30)  # noqa: DTZ001
    for number, minutes in enumerate((20, 540, 45), start=1):
        frame = pl.DataFrame([stop("S1", began, minutes)], schema=STOP, orient="row")
        name = f"mes_stop_{number}__csv"
        found = load(home, "select sum(downtime_min) from downtime", **{name: delimited.stops(frame, COMMA)})
        assert found == [(minutes,)]


def test_two_stops_of_one_shift_that_begin_and_end_alike_are_two(home: Path) -> None:
    frame = pl.DataFrame([stop("S1", TEN, 10), stop("S2", TEN, 10)], schema=STOP, orient="row")
    assert load(home, "select count(*) from downtime", mes_stop_1__csv=delimited.stops(frame, COMMA)) == [(2,)]


OWN = """
id = "{id}"
kind = "output"
file_name = "{pattern}"
key = ["nr"]
ignore = "nr"
zone = "UTC"
[columns]
line_id = {line}
hour_start = {{ from = "at" }}
good_qty = {{ from = "good" }}
"""
TEXT = b"nr;line;at;good\n1;L1;2026-02-03 09:00;5\n"
FATE = "select status, reason_code, layout_id from source_file"


def test_columns_decide_whatever_a_file_is_called(home: Path) -> None:
    content = delimited.output(output(("1", 5)), delimited.DIALECTS["tab"])
    assert load(home, FATE, dump__dat=content) == [("loaded", None, "standard-output")]


def test_two_mappings_that_fit_are_both_named_and_a_file_name_settles_it(home: Path) -> None:
    for name in ("one", "two"):
        text = OWN.format(id=name, pattern=f"{name}_*.csv", line='{ from = "line" }')
        (home / "exports" / f"{name}.toml").write_text(text)
    assert load(home, FATE, any__csv=TEXT) == [("quarantined", "export_two_mappings", None)]
    assert load(home, "select reason from source_file") == [
        ("More than one mapping fits the file: one, two. Make their columns or their file name patterns different.",)
    ]
    found = load(home, f"{FATE} where name like '%two%'", two_1__csv=TEXT.replace(b"5\n", b"6\n"))
    assert found == [("loaded", None, "two")]


def test_a_mapping_that_states_its_line_takes_only_files_that_carry_its_name(home: Path) -> None:
    text = OWN.format(id="fixed", pattern="line2_*.csv", line='{ const = "L2" }').replace(
        'ignore = "nr"', 'ignore = ["nr", "line"]'
    )
    (home / "exports" / "fixed.toml").write_text(text)
    assert load(home, FATE, line1__csv=TEXT) == [("quarantined", "export_no_mapping", None)]
    found = load(home, "select line_id from production", line2_1__csv=TEXT.replace(b"5\n", b"6\n"))
    assert found == [("L2",)]


def number(home: Path, reader: ReaderPool, *texts: str) -> list[tuple[Any, ...]]:
    lines = [f"{n};L1;2026-02-03T09:00:00Z;A1;GEAR;{text};0\n" for n, text in enumerate(texts)]
    content = "record_id;line;hour_start_utc;order;product;good_qty;scrap_qty\n" + "".join(lines)
    found = Inbox(site(home), reader).read(content.encode(), mapping="standard-output")
    return [
        *found.rows.select("good_qty").rows(),
        *found.held_back.select("raw", "reason_code").rows(),
    ]


AMBIGUOUS = "cell_number_ambiguous"


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (["1,5"], [(1.5,)]),
        (["1.5"], [(1.5,)]),
        (["1.234,5", "1.234"], [(1234.5,), (1234,)]),
        (["1,234.5", "1,234"], [(1234.5,), (1234,)]),
        (["0,125", "1,234"], [(0.125,), (1.234,)]),
        (["1.234.567", "1.234"], [(1234567,), (1234,)]),
        (["1,234", "12"], [(12,), ("1,234", AMBIGUOUS)]),
        (["1.234"], [("1.234", AMBIGUOUS)]),
        (["1,5", "2.5", "3"], [(3,), ("1,5", AMBIGUOUS), ("2.5", AMBIGUOUS)]),
        (["155,22-"], [(-155.22,)]),
    ],
)
def test_a_decimal_sign_is_found_where_a_number_of_the_file_settles_it(
    tmp_path: Path, reader: ReaderPool, texts: list[str], wanted: list[tuple[Any, ...]]
) -> None:
    assert number(tmp_path / "site", reader, *texts) == wanted
