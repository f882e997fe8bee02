"""Whatever a system writes, the shipped mappings read back: records → file → records, for every export."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from data_contracts.export import ExportMapping
from etl.extract.pool import ReaderPool
from etl.simulate.exporters import OUTPUT, STOP, aveva, b2mml, delimited, erpnext, odoo, qcadoo, sap
from tests.etl.simulate.reading import ZONE, Inbox, site

# Without shrinking: an example is at most six records, and each costs a file that is written, read and normalized.
few = settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# Letters that cp1252 and GB18030 read differently need a mapping that names the encoding.
ORDERS = st.text("ABCXYZ0123456789-/", min_size=1, max_size=12).filter(
    lambda t: not t.strip("0").isdigit() and t.strip("0")
)
QTY = st.integers(0, 50_000).map(float)
# In February no clock of the plant is set forward or back; those nights have tests of their own.
MINUTE = st.integers(0, 27 * 1440).map(lambda m: dt.datetime(2026, 2, 1) + dt.timedelta(minutes=m))  # noqa: DTZ001


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory, reader: ReaderPool) -> Inbox:
    return Inbox(site(tmp_path_factory.mktemp("plant") / "site"), reader)


@st.composite
def outputs(draw: st.DrawFn) -> pl.DataFrame:
    rows = draw(
        st.lists(
            st.tuples(st.sampled_from(["L1", "L2"]), MINUTE, ORDERS, st.sampled_from(["GEAR", "CASE"]), QTY, QTY),
            min_size=1,
            max_size=6,
        )
    )
    return pl.DataFrame(
        [
            (f"{n}", line, at, at + dt.timedelta(minutes=30), order, product, good, scrap)
            for n, (line, at, order, product, good, scrap) in enumerate(rows, start=1)
        ],
        schema=OUTPUT,
        orient="row",
    )


@st.composite
def stops(draw: st.DrawFn) -> pl.DataFrame:
    """Stops of up to three days: many touch several shifts."""
    rows = draw(
        st.lists(
            st.tuples(st.sampled_from(["L1", "L2"]), MINUTE, st.integers(1, 4000)),
            min_size=1,
            max_size=5,
            unique_by=lambda r: r[:2],
        )
    )
    return pl.DataFrame(
        [(f"S{n}", line, at, at + dt.timedelta(minutes=m), "M1") for n, (line, at, m) in enumerate(rows, start=1)],
        schema=STOP,
        orient="row",
    )


SAME = ["line_id", "at", "order_id", "product_id"]


def made(rows: pl.DataFrame) -> list[tuple[Any, ...]]:
    """What was made: by line, instant, order and product."""
    if "is_cancelled" in rows.columns:
        gone = set(rows["cancels_key"].drop_nulls())
        rows = rows.filter(~pl.col("is_cancelled"), ~pl.col("record_key").is_in(list(gone)))
    times = [c for c in ("hour_start", "start_at") if c in rows.columns]
    return (
        rows.with_columns(at=pl.coalesce(times))
        .group_by(SAME)
        .agg(pl.col("good_qty", "scrap_qty").sum().round(4))
        .sort(SAME)
        .rows()
    )


def good(rows: pl.DataFrame) -> list[tuple[Any, ...]]:
    """What was good, where an export says nothing of scrap."""
    return [row[:-1] for row in made(rows.with_columns(scrap_qty=0.0))]


Export = Callable[[pl.DataFrame], bytes]
WRITERS: dict[str, tuple[str, Export]] = {
    **{f"plain {n}": ("standard-output", partial(delimited.output, dialect=d)) for n, d in delimited.DIALECTS.items()},
    **{f"b2mml {v}": ("b2mml-output", partial(b2mml.performance, version=v)) for v in b2mml.NAMESPACES},
    "sap": ("sap-confirmation", lambda f: sap.confirmations(f, ZONE, "P1")),
    "sap with a point": (
        "sap-confirmation",
        lambda f: sap.confirmations(f, ZONE, "P1", dialect=delimited.Dialect("|", encoding="gb18030")),
    ),
    "aveva": ("aveva-output", aveva.item_production),
}


@few
@given(frame=outputs())
@pytest.mark.parametrize(("mapping", "write"), WRITERS.values(), ids=WRITERS)
def test_output_comes_back_as_it_was_written(plant: Inbox, mapping: str, write: Export, frame: pl.DataFrame) -> None:
    found = plant.read(write(frame), mapping=mapping)
    assert found.held_back.select("measure", "raw", "reason_code").rows() == []
    assert made(found.rows) == made(frame)


CARDS: dict[str, tuple[str, Export]] = {
    "json": ("erpnext-job-card", lambda f: erpnext.job_cards(f, ZONE)),
    "list": ("erpnext-job-card-list", lambda f: erpnext.job_card_list(f, ZONE, delimited.DIALECTS["semicolon"])),
}


@few
@given(frame=outputs())
@pytest.mark.parametrize(("mapping", "write"), CARDS.values(), ids=CARDS)
def test_time_logs_of_job_cards_are_records_and_the_loss_of_a_card_counts_once(
    plant: Inbox, mapping: str, write: Export, frame: pl.DataFrame
) -> None:
    found = plant.read(write(frame), mapping=mapping)
    assert found.held_back.is_empty()
    assert good(found.rows) == good(frame)
    assert found.rows["scrap_qty"].sum() == frame["scrap_qty"].sum()


ODOO: dict[str, tuple[str, Export]] = {
    "json": ("odoo-output", odoo.work_orders),
    "list": ("odoo-output-list", lambda f: odoo.work_order_list(f, ZONE, delimited.DIALECTS["quoted"])),
}


@few
@given(frame=outputs())
@pytest.mark.parametrize(("mapping", "write"), ODOO.values(), ids=ODOO)
def test_work_orders_of_odoo_come_back(plant: Inbox, mapping: str, write: Export, frame: pl.DataFrame) -> None:
    found = plant.read(write(frame), mapping=mapping)
    assert found.held_back.is_empty()
    assert good(found.rows) == good(frame)


LOSSES: dict[str, tuple[str, Export]] = {
    **{f"plain {n}": ("standard-stop", partial(delimited.stops, dialect=d)) for n, d in delimited.DIALECTS.items()},
    "odoo": ("odoo-stop", odoo.time_losses),
    "odoo list": ("odoo-stop-list", lambda f: odoo.time_loss_list(f, ZONE, delimited.DIALECTS["tab"])),
    "erpnext": ("erpnext-downtime", lambda f: erpnext.downtime_entries(f, ZONE)),
}


@few
@given(frame=stops())
@pytest.mark.parametrize(("mapping", "write"), LOSSES.values(), ids=LOSSES)
def test_stops_come_back_cut_at_shifts_with_every_minute(
    plant: Inbox, mapping: str, write: Export, frame: pl.DataFrame
) -> None:
    """Both lines work around the clock, so nothing of a stop lies outside a shift."""
    found = plant.read(write(frame), mapping=mapping)
    assert found.held_back.is_empty()
    whole = found.rows.group_by("record_key").agg(
        pl.col("line_id").first(),
        pl.col("start_at").min(),
        pl.col("end_at").max(),
        pl.col("downtime_min").sum().round(3),
    )
    span = (pl.col("end_at") - pl.col("start_at")).dt.total_minutes().cast(pl.Float64)
    wanted = frame.select("line_id", "start_at", "end_at", downtime_min=span)
    assert sorted(whole.drop("record_key").rows()) == sorted(wanted.rows())
    parts = found.rows.with_columns(span.alias("span"))
    assert (parts["span"] - parts["downtime_min"]).abs().max() < 1e-3  # type: ignore[operator]
    assert parts["span"].max() <= 720  # type: ignore[operator]


@few
@given(frame=outputs(), data=st.data())
def test_what_sap_cancelled_and_its_reversal_count_nowhere(
    plant: Inbox, frame: pl.DataFrame, data: st.DataObject
) -> None:
    gone = data.draw(st.sets(st.sampled_from(frame["record_id"].to_list())))
    found = plant.read(sap.confirmations(frame, ZONE, "P1", reversed_ids=gone), mapping="sap-confirmation")
    assert found.rows.height == frame.height + len(gone), "cancelled ones stay visible"
    assert made(found.rows) == made(frame.filter(~pl.col("record_id").is_in(list(gone))))


@few
@given(frame=outputs())
@pytest.mark.parametrize(("unit", "pieces"), [("EA", 1), ("KAR", 12), ("KG", 20), ("G", 0.02), ("kar", 12)])
def test_sap_units_become_pieces(plant: Inbox, unit: str, pieces: float, frame: pl.DataFrame) -> None:
    packed = frame.with_columns(pl.col("good_qty", "scrap_qty") * 12, product_id=pl.lit("GEAR"))
    written = sap.confirmations(packed, ZONE, "P1", unit={"GEAR": (unit, pieces)})
    assert made(plant.read(written, mapping="sap-confirmation").rows) == made(packed)


@few
@given(frame=outputs(), data=st.data())
def test_a_qcadoo_correction_counts_in_place_of_what_it_corrects(
    plant: Inbox, frame: pl.DataFrame, data: st.DataObject
) -> None:
    placed = frame.with_columns(
        production_date=pl.col("start_at").dt.date(), line_id=pl.lit("L1"), shift_id=pl.lit("E")
    )
    wrong = data.draw(st.dictionaries(st.sampled_from(frame["record_id"].to_list()), QTY))
    found = plant.read(
        qcadoo.trackings(placed, delimited.DIALECTS["semicolon"], wrong=wrong), mapping="qcadoo-tracking"
    )
    assert found.held_back.is_empty()
    key = ["production_date", "order_id", "product_id"]
    gone = found.rows["cancels_key"].drop_nulls().to_list()
    kept = found.rows.filter(~pl.col("is_cancelled"), ~pl.col("record_key").is_in(gone))

    def totals(rows: pl.DataFrame) -> list[tuple[Any, ...]]:
        return rows.group_by(key).agg(pl.col("good_qty", "scrap_qty").sum()).sort(key).rows()

    assert found.rows.height == frame.height + len(wrong)
    assert totals(kept) == totals(placed)


def record(at: dt.datetime, **more: object) -> pl.DataFrame:
    row = {"record_id": "1", "line_id": "L1", "start_at": at, "end_at": at + dt.timedelta(minutes=10), "order_id": "A1"}
    return pl.DataFrame([{**row, "product_id": "GEAR", "good_qty": 12.0, "scrap_qty": 0.0, **more}], schema=OUTPUT)


@pytest.mark.parametrize("day", [dt.date(2026, 3, 28), dt.date(2026, 10, 24)], ids=["spring", "autumn"])
def test_local_times_of_the_two_odd_nights_find_their_shift(plant: Inbox, day: dt.date) -> None:
    hours = [dt.datetime(day.year, day.month, day.day, 12) + dt.timedelta(hours=h) for h in range(30)]  # noqa: DTZ001
    frame = pl.concat([record(at, record_id=f"{n:02}") for n, at in enumerate(hours)])
    columns = ["production_date", "shift_id", "start_at"]
    utc = plant.read(odoo.work_orders(frame), mapping="odoo-output").rows.sort("record_key").select(columns)
    here = (
        plant.read(erpnext.job_cards(frame, ZONE), mapping="erpnext-job-card").rows.sort("record_key").select(columns)
    )
    assert utc["start_at"].to_list() == hours
    assert here.select(columns[:2]).rows() == utc.select(columns[:2]).rows()
    second = [
        at.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(ZONE)).fold for at in hours
    ]  # 02:30 twice: the first is meant
    assert here["start_at"].to_list() == [at - dt.timedelta(hours=h) for at, h in zip(hours, second, strict=True)]
    assert sum(second) == (day.month == 10)


def test_segments_of_one_name_in_several_responses_keep_their_own_scrap(plant: Inbox) -> None:
    at = dt.datetime(2026, 2, 3, 10)  # noqa: DTZ001
    frame = pl.concat([record(at, scrap_qty=1.0), record(at, order_id="A2", scrap_qty=2.0)])
    found = plant.read(b2mml.performance(frame, "7"), mapping="b2mml-output")
    assert sorted(found.rows["scrap_qty"].to_list()) == [1, 2]


def test_an_unknown_unit_and_a_unit_without_factor_hold_their_record_back(plant: Inbox) -> None:
    at = dt.datetime(2026, 2, 3, 10)  # noqa: DTZ001
    frame = pl.concat([record(at), record(at, record_id="2", product_id="CASE")])
    written = sap.confirmations(frame, ZONE, "P1", unit={"GEAR": ("PAL", 1.0), "CASE": ("KAR", 1.0)})
    held = plant.read(written, mapping="sap-confirmation").held_back
    assert held.select("source_cell", "measure", "raw", "reason_code").rows() == [
        ("record 2", "good_qty", "PAL", "record_unit_unknown"),
        ("record 3", "good_qty", "KAR", "record_unit_without_factor"),
    ]


def test_a_correction_that_names_nothing_is_held_back(plant: Inbox) -> None:
    text = (
        "number,state,order,product,productionLine,shift,shiftStartDay,usedQuantity,isCorrection\n"
        "7,accepted,A1,GEAR,L1,E,2026-02-03,5,false\n8,accepted,A1,GEAR,L1,E,2026-02-03,6,true\n"
    )
    found = plant.read(text.encode(), mapping="qcadoo-tracking")
    assert found.rows["good_qty"].to_list() == [5]
    assert found.held_back.select("source_cell", "reason_code").rows() == [("record 3", "record_without_original")]


def test_a_word_of_a_flag_that_nobody_knows_is_not_guessed(plant: Inbox) -> None:
    frame = record(dt.datetime(2026, 2, 3, 10))  # noqa: DTZ001
    written = aveva.item_production(frame).replace(b'"good_prod": false', b'"good_prod": 7')
    found = plant.read(written, mapping="aveva-output")
    assert found.held_back.select("measure", "raw", "reason_code").rows() == [("good_prod", "7", "record_word_unknown")]


def test_shipped_mappings_do_not_compete_for_a_file(plant: Inbox) -> None:
    frame = record(dt.datetime(2026, 2, 3, 10))  # noqa: DTZ001
    for mapping, write in (*WRITERS.values(), *CARDS.values(), *ODOO.values()):
        chosen, _ = plant.recognised(write(frame), "dump.dat")
        assert isinstance(chosen, ExportMapping)
        assert chosen.id == mapping
