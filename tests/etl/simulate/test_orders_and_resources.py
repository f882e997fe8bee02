"""Orders, material and people: records → file → records, for the shipped mappings of exports that state no output.

Output and stops: ``test_exporters``.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.site import SHIPPED
from etl.extract.pool import ReaderPool
from etl.simulate.exporters import odoo, resources
from etl.simulate.exporters.delimited import DIALECTS
from tests.etl.normalize.layouts.samples import SAMPLES
from tests.etl.simulate.reading import ZONE, Inbox, site
from tests.etl.simulate.test_exporters import CARDS, LOSSES, MINUTE, ODOO, ORDERS, WRITERS, few

PRODUCTS = st.sampled_from(["GEAR", "CASE"])
KG = st.integers(-40_000, 900_000).filter(bool).map(lambda grams: grams / 1000)


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory, reader: ReaderPool) -> Inbox:
    return Inbox(site(tmp_path_factory.mktemp("plant") / "site"), reader)


def standard_orders(rows: list[tuple[str, str, float]]) -> bytes:
    orders = [{"order": order, "product": product, "quantity": qty} for order, product, qty in rows]
    return json.dumps({"orders": orders}).encode()


ORDER_LISTS: dict[str, Callable[[list[tuple[str, str, float]]], bytes]] = {
    "standard-order": standard_orders,
    "odoo-order": odoo.manufacturing_orders,
}


@few
@given(
    rows=st.lists(
        st.tuples(ORDERS, PRODUCTS, st.integers(1, 10**6).map(lambda n: n / 4)),
        min_size=1,
        max_size=6,
        unique_by=lambda r: r[0],
    )
)
@pytest.mark.parametrize("mapping", ORDER_LISTS)
def test_orders_come_back(plant: Inbox, mapping: str, rows: list[tuple[str, str, float]]) -> None:
    found = plant.read(ORDER_LISTS[mapping](rows), mapping=mapping)
    assert found.held_back.select("measure", "raw", "reason_code").rows() == []
    assert found.rows.select("order_id", "product_id", "planned_qty").sort("order_id").rows() == sorted(rows)


@st.composite
def used(draw: st.DrawFn) -> pl.DataFrame:
    """Material, each record with an instant of its own; a negative one is a return."""
    rows = draw(
        st.lists(
            st.tuples(st.sampled_from(["L1", "L2"]), MINUTE, ORDERS, st.sampled_from(["R1", "R2"]), KG),
            min_size=1,
            max_size=6,
            unique_by=lambda r: r[1],
        )
    )
    return pl.DataFrame(
        [(str(n), *row) for n, row in enumerate(rows, start=1)], schema=resources.MATERIAL, orient="row"
    )


MATERIAL: dict[str, Callable[[pl.DataFrame], bytes]] = {
    "standard-material": resources.material,
    "sap-goods-issue": partial(resources.goods_issues, zone=ZONE, plant="P1"),
}
USES = ["line_id", "start_at", "order_id", "material_id", "used_kg"]


@few
@given(frame=used())
@pytest.mark.parametrize("mapping", MATERIAL)
def test_material_comes_back_in_kg_with_what_was_returned(plant: Inbox, mapping: str, frame: pl.DataFrame) -> None:
    found = plant.read(MATERIAL[mapping](frame), mapping=mapping)
    assert found.held_back.select("measure", "raw", "reason_code").rows() == []
    want = frame.rename({"used_at": "start_at"}).select(USES).sort("start_at")
    assert found.rows.select(USES).sort("start_at").rows() == want.rows()


USED = pl.DataFrame(
    [
        ("1", "L1", dt.datetime(2026, 2, 3, 7), "WO-1", "R1", 120.5),  # noqa: DTZ001
        ("2", "L1", dt.datetime(2026, 2, 3, 12), "WO-1", "R1", -8.25),  # noqa: DTZ001
        ("3", "L2", dt.datetime(2026, 2, 4, 7), "WO-2", "R2", 1.125),  # noqa: DTZ001
    ],
    schema=resources.MATERIAL,
    orient="row",
)


def test_material_in_pieces_is_kept_without_a_weight_and_an_unknown_unit_is_told(plant: Inbox) -> None:
    pieces = resources.material(USED).replace(b"120.500,kg", b"120,pcs").replace(b"1.125,kg", b"2,crate")
    found = plant.read(pieces, mapping="standard-material")
    assert found.rows["used_kg"].to_list() == [None, -8.25]
    assert found.held_back["reason_code"].to_list() == ["record_unit_unknown"]


@st.composite
def present(draw: st.DrawFn) -> pl.DataFrame:
    """People on shifts of L1, each once a shift."""
    days = st.dates(dt.date(2026, 2, 1), dt.date(2026, 2, 27))
    one = st.tuples(st.just("L1"), days, st.sampled_from("ELN"), st.from_regex(r"E[1-9][0-9]{0,4}", fullmatch=True))
    rows: list[tuple[Any, ...]] = draw(st.lists(one, min_size=1, max_size=8, unique=True))
    return pl.DataFrame(rows, schema=resources.ATTENDANCE, orient="row")


@few
@given(frame=present())
@pytest.mark.parametrize("dialect", DIALECTS)
def test_people_come_back_with_their_shift(plant: Inbox, dialect: str, frame: pl.DataFrame) -> None:
    found = plant.read(resources.attendance(frame, DIALECTS[dialect]), mapping="standard-attendance")
    assert found.held_back.select("measure", "raw", "reason_code").rows() == []
    columns = frame.columns
    assert found.rows.select(columns).sort(columns).rows() == frame.sort(columns).rows()


def test_every_shipped_layout_and_mapping_has_a_test_that_what_was_written_is_read_back() -> None:
    written = {mapping for mapping, _ in (*WRITERS.values(), *CARDS.values(), *ODOO.values(), *LOSSES.values())}
    written |= {*ORDER_LISTS, *MATERIAL, "standard-attendance", "qcadoo-tracking"}
    assert written == _ids("exports")
    # The standard report is written by the template: tests/etl/template.
    assert {*SAMPLES, "standard-report"} == _ids("layouts")


def _ids(folder: str) -> set[str]:
    return {Path(path).stem for path in (SHIPPED / folder).glob("*.toml")}
