"""What people may ask: reads of the published version and nothing else."""

import base64
import json
from pathlib import Path

import pytest

from data_contracts.errors import StoreError
from etl.ask import ask
from tests.ledger import ACTOR, state

QUERY = "select line_id, shift_id, count(*) as n from report where line_id = 'L01' group by all order by all"


def test_rows_come_as_table_csv_or_json(loaded_site: Path) -> None:
    assert ask(loaded_site, ACTOR, QUERY, "csv").splitlines() == [
        "line_id,shift_id,n",
        "L01,early,2",
        "L01,late,2",
        "L01,night,2",
    ]
    assert json.loads(ask(loaded_site, ACTOR, QUERY, "json"))[0] == {"line_id": "L01", "shift_id": "early", "n": 2}
    table = ask(loaded_site, ACTOR, QUERY, "table").splitlines()
    assert table[0].split() == ["line_id", "|", "shift_id", "|", "n"] or "line_id" in table[0]
    assert len(table) == 5


def test_a_wrong_query_is_told_in_words(loaded_site: Path) -> None:
    with pytest.raises(StoreError, match="no_such_table"):
        ask(loaded_site, ACTOR, "from no_such_table", "csv")


def test_lists_have_no_place_in_csv_and_this_is_told(loaded_site: Path) -> None:
    lists = "select list(distinct shift_id order by shift_id) as shifts from report where line_id = 'L01'"
    assert json.loads(ask(loaded_site, ACTOR, lists, "json")) == [{"shifts": ["early", "late", "night"]}]
    with pytest.raises(StoreError, match="--format json"):
        ask(loaded_site, ACTOR, lists, "csv")


@pytest.mark.parametrize(
    "sql",
    [
        "insert into production select * from production",
        "update report set status = 'accepted'",
        "delete from discrepancy",
        "drop table production",
        "create table ledger.main.mine as select 1",
        "select * from read_text('{file}')",
        "select * from read_csv('{file}')",
        "select * from '{file}'",
        "select * from glob('{folder}/*')",
        "copy production from '{file}'",
        "copy (from production) to '{folder}/stolen.csv'",
        "export database '{folder}/stolen'",
        "attach '{folder}/mine.duckdb'",
        "attach '{folder}/site/data/warehouse.duckdb'",
        "install json",
        "install spatial from community",
        "load '{file}'",
        "set memory_limit = '50GB'",
        "reset threads",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "pragma enable_profiling = 'json'",
        "create persistent secret s (type s3, key_id 'a')",
        "call enable_logging(storage = 'file', storage_path = '{folder}/log'); select 1",
        "select 1; insert into production select * from production",
        "select * from published",
        "select * from 'https://127.0.0.1/x.csv'",
    ],
)
def test_sql_can_neither_write_nor_reach_beyond_the_version(loaded_site: Path, sql: str) -> None:
    folder = loaded_site.parent
    file = folder / "secret.csv"
    file.write_text("a,b\n1,2\n")
    before = state(loaded_site)
    there = sorted(folder.rglob("*"))
    with pytest.raises(StoreError, match="query"):
        ask(loaded_site, ACTOR, sql.format(file=file, folder=folder), "csv")
    assert sorted(folder.rglob("*")) == there
    assert state(loaded_site) == before


def test_the_key_of_the_database_is_in_no_system_table(loaded_site: Path) -> None:
    key = next((loaded_site.parent / "keys").rglob("data.key")).read_bytes()
    for source in ("duckdb_databases()", "duckdb_settings()", "duckdb_logs()", "duckdb_variables()"):
        shown = ask(loaded_site, ACTOR, f"from {source}", "json")
        assert base64.b64encode(key).decode() not in shown, source


def test_every_query_is_on_record(loaded_site: Path) -> None:
    ask(loaded_site, ACTOR, "select 1 as one", "csv")
    last = json.loads((loaded_site / "data" / "audit.log").read_text().splitlines()[-1])
    assert (last["actor"], last["action"], last["target"], last["reason"]) == (
        "li.wei",
        "query",
        "v1",
        "select 1 as one",
    )
