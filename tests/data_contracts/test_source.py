"""The file of a database source: what a query may be, and errors that say where."""

from pathlib import Path

import pytest

from data_contracts.errors import SiteError
from data_contracts.site import Site
from data_contracts.source import Source, split_query
from etl.new_site import make_empty_site


@pytest.mark.parametrize(
    ("query", "head", "body"),
    [
        ("select 1", "", "select 1"),
        ("\n  SELECT a FROM t\n", "\n  ", "SELECT a FROM t\n"),
        ("with a as (select 1) select * from a", "with a as (select 1) ", "select * from a"),
        ("with a(x) as (select 1), b as (select 2) select 1 union select 2", None, "select 1 union select 2"),
        ("select ';--/*$', \"a;b\" from [my-table]", "", None),
        ("select 'it''s (' from t", "", None),
    ],
)
def test_one_select_is_let_through(query: str, head: str | None, body: str | None) -> None:
    found = split_query(query)
    assert "".join(found) == query
    assert head is None or found[0] == head
    assert body is None or found[1] == body


@pytest.mark.parametrize(
    "query",
    [
        "",
        "insert into t values (1)",
        "update t set a = 1",
        "delete from t",
        "drop table t",
        "exec sp_who",
        "(select 1)",
        "values (1)",
        "select 1; drop table t",
        "select 1;",
        "select 1) as q; drop table t; select (1",
        "select 1) as q union select (2",
        "select (1",
        "select 1 -- all",
        "select 1 /* all */",
        "select 'open",
        'select "open',
        "select $$;$$",
        "select E'\\'; drop table t; --'",
        "select `a;b`",
        "select [a'] from t) q; drop table x; select ('b'",
        "select a[1) q; drop table x; select (b[2]",
        "with a as (select 1)",
        "with a as (select 1) insert into t",
    ],
)
def test_anything_else_is_refused(query: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        split_query(query)


GIVEN = {"id": "s", "mapping": "m", "watermark": "w"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({}, "either query or table"),
        ({"query": "select 1", "table": "t"}, "either query or table"),
        ({"query": "select 1", "columns": ["w"]}, "columns belong to table"),
        ({"table": "t", "columns": ["a"]}, "must name the watermark"),
        ({"table": "t", "url": "sqlite:///x"}, "Extra inputs"),
        ({"table": "t", "overlap_min": -1}, "greater than or equal"),
    ],
)
def test_a_source_that_says_too_little_or_too_much_is_refused(words: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Source.model_validate({**GIVEN, **words})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'id = "s"\nmapping = "gone"\ntable = "t"\nwatermark = "w"\n',
            "s.toml:2: mapping: 'gone' is no export mapping",
        ),
        ('id = "s"\nmapping = "standard-output"\nquery = "drop table t"\nwatermark = "w"\n', "s.toml:3: query: "),
    ],
)
def test_errors_name_file_line_and_key(tmp_path: Path, text: str, said: str) -> None:
    home = make_empty_site(tmp_path / "site").home
    (home / "sources" / "s.toml").write_text(text)
    with pytest.raises(SiteError, match=said):
        Site.open(home)
