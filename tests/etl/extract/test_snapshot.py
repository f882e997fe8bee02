"""Snapshots and watermarks: what is written comes back, whatever the value."""

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract.snapshot import UnreadableTypeError, decode, encode, join, line, read_snapshot
from etl.extract.watermark import Horizon, NotAWatermarkError, Overlap, from_text, position, to_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(["it's", 'a"b', "a\nb\u2028c", "🏭", ""])
OFFSETS = st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3, minutes=-30))])
MOMENTS = st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1))  # noqa: DTZ001 - with and without a zone
VALUES = (
    st.none()
    | TEXTS
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | MOMENTS
    | st.dates()
    | st.times()
    | st.binary()
)


@given(st.lists(st.tuples(VALUES, VALUES), max_size=5))
def test_every_value_comes_back_as_it_was(rows: list[tuple[object, object]]) -> None:
    content = join({"source": "s"}, ["a", "b"], map(line, rows))
    head, *lines = content.decode().split("\n")[:-1]
    assert json.loads(head)["columns"] == ["a", "b"]
    back = [tuple(map(decode, json.loads(text))) for text in lines]
    assert back == rows
    assert [tuple(map(type, row)) for row in back] == [tuple(map(type, row)) for row in rows]


@given(MOMENTS, OFFSETS)
def test_an_instant_keeps_its_moment_and_becomes_utc(moment: datetime, offset: timezone) -> None:
    aware = moment.replace(tzinfo=offset)
    back = decode(json.loads(json.dumps(encode(aware))))
    assert back == aware
    assert str(back).endswith("+00:00")


@given(st.lists(st.tuples(TEXTS, VALUES), max_size=5))
def test_every_snapshot_can_be_read_as_records(rows: list[tuple[object, object]]) -> None:
    frame = read_snapshot(join({}, ["text", "value"], map(line, rows)))
    assert frame["record_no"].to_list() == list(range(len(rows) + 1))
    assert frame["c0"].to_list() == ["text", *(text or None for text, _ in rows)]
    for row, (_, value) in zip(frame.tail(len(rows)).iter_rows(named=True), rows, strict=True):
        if isinstance(value, Decimal | int) and not isinstance(value, bool):
            assert Decimal(row["c1"]) == value
            assert row["n1"] == float(value)


def test_numbers_read_the_same_whatever_their_type() -> None:
    numbers = [12.5, Decimal("12.50"), 100, 100.0, Decimal(100), Decimal("1E+2"), 0.00001, Decimal("0.00001")]
    frame = read_snapshot(join({}, ["n"], [line([n]) for n in numbers]))
    assert frame["c0"].to_list()[1:] == ["12.5", "12.5", "100", "100", "100", "100", "0.00001", "0.00001"]


def test_what_is_no_number_stays_a_text_that_no_quantity_accepts() -> None:
    frame = read_snapshot(join({}, ["n"], [line([float("nan")]), line([Decimal("Infinity")])]))
    assert (frame["c0"].to_list()[1:], frame["n0"].to_list()) == (["nan", "Infinity"], [None, None, None])


@pytest.mark.parametrize("value", [timedelta(1), [1], {"a": 1}, object()])
def test_a_type_without_a_text_of_its_own_is_refused(value: object) -> None:
    with pytest.raises(UnreadableTypeError):
        line([value])


WATERMARKS = (
    st.integers() | st.decimals(allow_nan=False, allow_infinity=False, places=3) | MOMENTS | st.dates(date(1901, 1, 1))
)


@given(WATERMARKS, st.floats(0, 100_000), st.floats(0, 100_000))
def test_reading_again_never_begins_after_the_overlap(value: object, minutes: float, steps: float) -> None:
    before = Overlap(minutes, steps).before(value)  # type: ignore[arg-type]
    assert type(before) is type(value)
    reach = timedelta(minutes=minutes) if isinstance(value, date) else Decimal(str(steps))
    assert position(before) <= position(value) - reach  # type: ignore[operator]
    assert from_text(to_text(before)) == before


@given(
    MOMENTS, st.sampled_from([" ", "T"]), st.sampled_from(["minutes", "seconds", "microseconds"]), st.integers(0, 9999)
)
def test_a_text_of_a_time_is_moved_back_as_the_text_sorts(moment: datetime, sep: str, spec: str, minutes: int) -> None:
    text = moment.isoformat(sep, spec)
    before = Overlap(minutes, 0).before(text)
    edge = (datetime.fromisoformat(text) - timedelta(minutes=minutes)).isoformat(sep, spec)
    assert str(before) <= edge
    assert position(str(before) if spec != "minutes" else edge) <= position(edge)  # type: ignore[operator]


@pytest.mark.parametrize("value", [None, True, float("nan"), "L01", "20261102", "2026-11-02 later", b"1", time(6)])
def test_what_says_neither_when_nor_how_far_is_no_watermark(value: object) -> None:
    with pytest.raises(NotAWatermarkError):
        position(value)


def test_the_present_is_that_of_the_latest_clock() -> None:
    horizon = Horizon(datetime(2026, 4, 2, 8), ("Europe/Berlin", "Asia/Shanghai"))  # noqa: DTZ001 - UTC
    assert horizon.allows(datetime(2026, 4, 2, 16))  # noqa: DTZ001
    assert not horizon.allows(datetime(2026, 4, 2, 16, 1))  # noqa: DTZ001
    assert not horizon.allows(datetime(2026, 4, 2, 8, 1, tzinfo=UTC))
    assert horizon.allows(10**12)
