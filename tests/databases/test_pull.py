"""What one look into a database gives: new rows, by a watermark, each once; values as they are."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import SecretStr

from data_contracts.source import Source
from etl.extract.database import Database, opened
from etl.extract.preflight import RefusedError
from etl.extract.pull import Memory, Pull, pull
from etl.extract.snapshot import decode
from etl.extract.watermark import Horizon
from tests.databases.mes import Mes, at

FAR = Horizon(datetime(2026, 4, 2, 8), ("Asia/Shanghai",))  # noqa: DTZ001 - UTC, as a load has it


def source(**words: object) -> Source:
    given = {"id": "mes-counter", "mapping": "counter", "table": "counter", "watermark": "changed_at"}
    return Source.model_validate({**given, "overlap_min": 30, "timeout_s": 20, **words})


def asked(query: str, **words: object) -> Source:
    return source(table="", query=query, **words)


def pulled(mes: Mes, memory: Memory | None = None, given: Source | None = None, horizon: Horizon = FAR) -> Pull:
    with opened(given or source(), SecretStr(mes.url), "SHIFTLEDGER_SOURCE_MES_COUNTER_URL") as database:
        return pull(database, memory or Memory(), horizon, lambda _: None)


def refused(mes: Mes, given: Source, memory: Memory | None = None) -> RefusedError:
    with pytest.raises(RefusedError) as error:
        pulled(mes, memory, given)
    return error.value


def rows(found: Pull) -> list[list[object]]:
    lines = [line for content in found.snapshots for line in content.splitlines()[1:]]
    return [[decode(value) for value in json.loads(line)] for line in lines]


def records(found: Pull) -> list[object]:
    return [row[0] for row in rows(found)]


def test_what_was_seen_gives_nothing_a_second_time(mes: Mes) -> None:
    mes.count("a", 10, 100)
    first = pulled(mes)
    second = pulled(mes, first.memory)
    assert (records(first), second.snapshots, second.memory) == (["a"], [], first.memory)


def test_a_late_row_with_an_older_timestamp_inside_the_overlap_arrives_once(mes: Mes) -> None:
    mes.count("a", 60, 100)
    first = pulled(mes)
    mes.count("late", 40, 7)
    mes.count("too late", 20, 7)
    second = pulled(mes, first.memory)
    assert records(second) == ["late"]
    assert pulled(mes, second.memory).snapshots == []


def test_a_row_that_shares_the_last_timestamp_arrives_without_any_overlap(mes: Mes) -> None:
    given = source(overlap_min=0)
    mes.count("a", 60, 100)
    first = pulled(mes, given=given)
    mes.count("b", 60, 100)
    assert records(pulled(mes, first.memory, given)) == ["b"]


def test_a_row_that_changes_back_is_told_again(mes: Mes) -> None:
    mes.count("a", 60, 100)
    found = pulled(mes)
    for good in (101, 100):
        mes.count("a", 60, good)
        before, found = found, pulled(mes, found.memory)
        assert [row[4] for row in rows(found)] == [good]
        assert found.snapshots != before.snapshots


def test_a_row_from_the_future_arrives_and_hides_none_that_comes_later(mes: Mes) -> None:
    mes.count("typo", 60, 1, changed=60 * 24 * 365)
    mes.count("a", 60, 1)
    first = pulled(mes)
    mes.count("b", 70, 1)
    second = pulled(mes, first.memory)
    assert (records(first), records(second)) == (["a", "typo"], ["b"])


def test_rows_come_in_parts_and_a_load_takes_no_more_than_it_may(mes: Mes) -> None:
    for number in range(10):
        mes.count(f"r{number}", number, 1, changed=0)
    given = source(batch_rows=3, load_rows=5)
    found, told, parts = Pull(Memory()), [], []
    for _ in range(3):
        found = pulled(mes, found.memory, given)
        told += records(found)
        parts.append((len(found.snapshots), found.is_behind))
    assert sorted(map(str, told)) == [f"r{number}" for number in range(10)]
    assert parts[0] == (2, True)
    assert not pulled(mes, found.memory, given).is_behind


def test_equal_data_gives_equal_bytes(mes: Mes) -> None:
    mes.count("a", 10, 100)
    assert pulled(mes).snapshots == pulled(mes).snapshots


def test_a_blank_watermark_is_refused_because_its_row_would_never_be_read(mes: Mes) -> None:
    mes.count("a", 10, 100, changed_at=None)
    assert refused(mes, source()).code == "source_watermark_blank"


def test_a_watermark_that_is_no_column_is_refused_with_the_columns_there_are(mes: Mes) -> None:
    error = refused(mes, source(watermark="modified"))
    assert (error.code, error.params["column"]) == ("source_watermark_missing", "modified")
    assert "changed_at" in str(error.params["found"])


def test_texts_that_say_no_time_are_no_watermark(mes: Mes) -> None:
    mes.count("a", 10, 100)
    assert refused(mes, source(watermark="line")).code == "source_watermark_type"


def test_numbers_are_watermarks_too(mes: Mes) -> None:
    given = asked("select record, cast(good as integer) as id from counter", watermark="id", overlap_steps=5)
    mes.count("a", 10, 100)
    first = pulled(mes, given=given)
    mes.count("late", 20, 96)
    mes.count("too late", 20, 94)
    assert (records(first), records(pulled(mes, first.memory, given))) == (["a"], ["late"])


def test_a_source_begins_where_its_file_says(mes: Mes) -> None:
    mes.count("old", 10, 100)
    mes.count("new", 20, 100)
    assert records(pulled(mes, given=source(start=at(15)))) == ["new"]
    assert records(pulled(mes, given=source(start=at(15).isoformat(" ")))) == ["new"]


def test_a_query_may_have_parts_texts_and_casts_of_its_own(mes: Mes) -> None:
    mes.count("50% :a", 10, 100)
    query = (
        "with good as (select * from counter where record like '%:%' or record = ';--(')\n"
        "select record, cast(good as integer) as n, ':since' as t, changed_at from good order by record"
    )
    assert rows(pulled(mes, given=asked(query)))[0][:3] == ["50% :a", 100, ":since"]


@pytest.mark.parametrize(
    "query",
    [
        "with x as (insert into counter (record) values ('x') returning *) select 1 as changed_at from x",
        "with x as (delete from counter returning *) select * from x",
        "select * into other from counter",
    ],
)
def test_nothing_can_be_written_through_a_query(mes: Mes, query: str) -> None:
    mes.count("a", 10, 100)
    assert refused(mes, asked(query)).code == "source_query"
    assert records(pulled(mes)) == ["a"]


@pytest.mark.parametrize(
    "statement",
    [
        "insert into counter (record) values ('x')",
        "update counter set good = 0",
        "drop table counter",
        "create table other (a int)",
    ],
)
def test_nothing_can_be_written_on_the_connection_itself(mes: Mes, statement: str) -> None:
    mes.count("a", 10, 100)
    as_owner = (
        mes.url
        if "sqlite" in mes.url
        else mes.url.replace("reader", "owner").split("?")[0] + "?" + mes.url.split("?")[1]
    )
    with pytest.raises(Exception, match=r"read-only|readonly"), opened(source(), SecretStr(as_owner), "X") as database:
        database.connection.exec_driver_sql(statement)
    assert records(pulled(mes)) == ["a"]


def slow(mes: Mes) -> str:
    """Rows that take long to count."""
    if "sqlite" in mes.url:
        return (
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000000000) "
            "select count(*) as changed_at from n"
        )
    return "select 1 as changed_at, pg_sleep(30)"


def test_a_slow_query_ends_in_time(mes: Mes) -> None:
    began = datetime.now().astimezone()
    error = refused(mes, asked(slow(mes), timeout_s=1))
    assert (error.code, error.params) == ("source_too_slow", {"seconds": 1})
    assert datetime.now().astimezone() - began < timedelta(seconds=20)


def test_what_was_read_before_a_bad_row_is_kept_and_the_bad_row_is_told(postgres_mes: Mes) -> None:
    mes = postgres_mes
    mes.count("a", 10, 1)
    mes.count("b", 20, 2)
    given = asked("select record, case when record = 'b' then array[1] end as x, changed_at from counter", batch_rows=1)
    first = pulled(mes, given=given)
    assert (records(first), first.is_behind) == (["a"], True)
    assert first.failure is not None
    assert (first.failure.code, first.failure.params) == ("source_type", {"column": "x", "type": "list"})
    assert refused(mes, given, first.memory).code == "source_type"


def test_the_user_of_a_source_needs_select_only(postgres_mes: Mes) -> None:
    postgres_mes.count("a", 10, 1)
    assert records(pulled(postgres_mes)) == ["a"]
    postgres_mes.run("revoke select on counter from reader")
    error = refused(postgres_mes, source())
    assert error.code == "source_query"
    assert "permission denied" in str(error.params["detail"])


def test_a_lock_is_not_waited_for_forever(postgres_mes: Mes) -> None:
    postgres_mes.run("begin")
    postgres_mes.run("lock table counter in access exclusive mode")
    assert refused(postgres_mes, source(timeout_s=1)).code == "source_too_slow"
    postgres_mes.run("rollback")


def test_a_function_of_the_server_cannot_open_the_transaction_for_writing(postgres_mes: Mes) -> None:
    postgres_mes.count("a", 10, 1)
    query = "select set_config('transaction_read_only', 'off', true) as x, changed_at from counter"
    assert "read-write mode" in str(refused(postgres_mes, asked(query)).params["detail"])


def test_types_of_a_server_keep_their_values(postgres_mes: Mes) -> None:
    query = (
        "select 12345678901234567890.10 as n, true as b, null as e, date '2026-03-31' as d, time '06:30' as t, "
        "timestamp '2026-03-31 06:30:00.5' as m, timestamptz '2026-03-31 06:30+08' as changed_at, "
        "decode('00ff', 'hex') as h, cast('5f8a3f4e-0000-4000-8000-000000000001' as uuid) as u"
    )
    number, yes, none, day, clock, moment, instant, raw, uid = rows(pulled(postgres_mes, given=asked(query)))[0]
    assert (number, yes, none, day) == (Decimal("12345678901234567890.10"), True, None, date(2026, 3, 31))
    assert (str(clock), moment) == ("06:30:00", datetime(2026, 3, 31, 6, 30, 0, 500_000))  # noqa: DTZ001
    assert str(instant) == "2026-03-30 22:30:00+00:00"
    assert (raw, uid) == (b"\0\xff", "5f8a3f4e-0000-4000-8000-000000000001")


def test_an_instant_with_an_offset_is_a_watermark(postgres_mes: Mes) -> None:
    given = asked("select record, changed_at at time zone 'Asia/Shanghai' as changed_at from counter")
    postgres_mes.run("set timezone to 'America/New_York'")
    postgres_mes.count("a", 60, 1)
    first = pulled(postgres_mes, given=given)
    postgres_mes.count("b", 40, 1)
    postgres_mes.count("too late", 20, 1)
    assert records(pulled(postgres_mes, first.memory, given)) == ["b"]


def test_the_database_says_what_it_is(mes: Mes) -> None:
    with opened(source(), SecretStr(mes.url), "X") as database:
        assert isinstance(database, Database)
        assert database.server.startswith(("sqlite 3", "postgresql 1"))


@pytest.mark.parametrize(
    ("url", "code"),
    [
        (None, "source_no_url"),
        ("nonsense with 7Q4Z", "source_url_wrong"),
        ("mysql://u:7Q4Z@127.0.0.1/x", "source_url_wrong"),
        ("postgresql://u:7Q4Z@127.0.0.1:1/x", "source_unreachable"),
        ("mssql://u:7Q4Z@127.0.0.1:1/x", "source_unreachable"),
        ("sqlite:////nowhere/mes.sqlite", "source_unreachable"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused_without_its_password(url: str | None, code: str) -> None:
    secret = None if url is None else SecretStr(url)
    with pytest.raises(RefusedError) as error, opened(source(timeout_s=3), secret, "SHIFTLEDGER_SOURCE_X_URL"):
        pass
    assert error.value.code == code
    assert "7Q4Z" not in repr(error.value) + repr(error.value.__cause__)
