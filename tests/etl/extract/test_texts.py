"""Text exports: delimiter, encoding and lines are found; what is damaged names its line."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract.preflight import RefusedError
from etl.extract.text import decode, read_delimited, read_json

RECORDS = [(1, "line", "good"), (2, "L1", "5"), (3, "L2", "7")]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_the_delimiter_is_found_for_every_line_end(delimiter: str, end: str) -> None:
    text = end.join(delimiter.join(row) for row in (("line", "good"), ("L1", "5"), ("L2", "7")))
    assert read_delimited(text.encode()).rows() == RECORDS


def test_a_decimal_comma_is_not_taken_for_the_delimiter() -> None:
    assert read_delimited(b"good;scrap\n1,5;2,5\n3,0;4,5\n").rows()[1] == (2, "1,5", "2,5")


CHINESE = "线别;工单;数量\n一号线;工单甲;良品\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_chinese_text_is_read_in_every_usual_encoding_with_and_without_a_mark(encoding: str) -> None:
    assert decode(CHINESE.encode(encoding)) == CHINESE
    assert decode(b"\xfe\xff" + CHINESE.encode("utf-16-be")) == CHINESE


def test_western_text_that_is_no_chinese_is_read_as_cp1252() -> None:
    assert decode("Stück\nÄ;1\nß".encode("cp1252")[:-1] + b"\xdf") == "Stück\nÄ;1\nß"


def test_a_mapping_may_name_the_encoding_where_two_would_fit() -> None:
    """The bytes of ``Müller`` are valid GB18030, which comes first; only the mapping can know better."""
    content = "Name;gut\nMüller;5\n".encode("cp1252")
    assert read_delimited(content, encoding="cp1252")["c0"].to_list() == ["Name", "Müller"]


@pytest.mark.parametrize(
    "content",
    [b"a;b\x00\n1;2\n3;4", b"PK\x03\x04\x00\x00\x08\x00\x00\x00", b"\xff\xfea", b"a;b\n\x00\x00\x00\x00\n\x00"],
    ids=["a zero byte", "a workbook", "half a character", "zero bytes"],
)
def test_bytes_that_are_no_text_are_refused_and_not_read_as_another_language(content: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        read_delimited(content)
    assert refused.value.code == "file_encoding"


@pytest.mark.parametrize(
    "content", [b"", b" \n\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n", b"\xff\xfe", b"\xff\xfe\n\0"]
)
def test_a_text_of_blanks_is_empty(content: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        read_delimited(content)
    assert refused.value.code == "file_empty"


def test_a_quoted_line_break_keeps_the_numbers_of_later_lines() -> None:
    assert read_delimited(b'a;b\n1;"x\ny"\n\n2;z\n').rows() == [(1, "a", "b"), (2, "1", "x\ny"), (5, "2", "z")]


def test_blank_lines_are_no_records_and_keep_their_number_with_and_without_quotes() -> None:
    assert read_delimited(b"a;b\n\n1;2\n;\n3;4\n").rows() == [(1, "a", "b"), (3, "1", "2"), (5, "3", "4")]
    assert read_delimited(b'"a";b\n\n1;2\n;\n3;4\n').rows() == [(1, "a", "b"), (3, "1", "2"), (5, "3", "4")]


@pytest.mark.parametrize("head", ["a;b", '"a";b'], ids=["quick", "quoted"])
def test_a_line_that_is_wider_than_the_header_is_named(head: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_delimited(f"{head}\n1;2\n1;2;3\n".encode())
    assert (refused.value.code, refused.value.params) == ("file_ragged", {"line": 3, "found": 3, "wanted": 2})


def test_titles_above_the_header_may_be_narrower_and_records_may_not_be_wider() -> None:
    text = b"Output of May;\n\nline;good\nL1;5\n"
    assert read_delimited(text, header_row=3).rows()[1:] == [(3, "line", "good"), (4, "L1", "5")]
    assert read_delimited(b"Output of May\nline;good\nL1;5\n", delimiter=";", header_row=2).rows()[2] == (3, "L1", "5")
    with pytest.raises(RefusedError, match="file_ragged"):
        read_delimited(b"a;b;c;d\nline;good\nL1;5;6\n", header_row=2)


@pytest.mark.parametrize("rest", [b"x\n2;3\n4;5\n", b"x" * 200_000], ids=["short", "long"])
def test_a_quote_that_never_closes_names_its_line_and_swallows_nothing(rest: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        read_delimited(b'a;b\n1;"' + rest)
    assert (refused.value.code, refused.value.params["line"]) == ("file_text_damaged", 2)


def test_json_records_stand_under_a_dotted_path_and_are_numbered_from_one() -> None:
    content = '{"data": {"orders": [{"id": "A", "qty": 5}, {"id": "B", "late": true, "qty": 0.00001}]}}'
    assert read_json(content.encode(), "data.orders").select("record_no", "^c.$").rows() == [
        (0, "id", "qty", "late"),
        (1, "A", "5", None),
        (2, "B", "0.00001", "true"),
    ]


@pytest.mark.parametrize(
    ("content", "path"), [('{"orders": 5}', "orders"), ('{"x": []}', "orders.all"), ("[1, 2]", ""), ('"text"', "")]
)
def test_json_without_a_list_of_records_names_the_path(content: str, path: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_json(content.encode(), path)
    assert (refused.value.code, refused.value.params) == ("json_path", {"path": path or "$"})


def test_damaged_json_names_its_line() -> None:
    with pytest.raises(RefusedError) as refused:
        read_json(b'[\n{"id": 1},\n{"id": }\n]', "")
    assert (refused.value.code, refused.value.params["line"]) == ("file_text_damaged", 3)


FIELD = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters='";,|\t'), min_size=1)


@given(st.lists(st.tuples(FIELD, FIELD), min_size=1, max_size=8))
def test_whatever_is_written_comes_back_with_and_without_quotes(rows: list[tuple[str, str]]) -> None:
    plain = "\n".join(";".join(row) for row in [("x1", "y1"), *rows])
    quoted = "\n".join(";".join(f'"{field}"' for field in row) for row in [("x1", "y1"), *rows])
    wanted = [(n, *row) for n, row in enumerate([("x1", "y1"), *rows], start=1)]
    assert read_delimited(plain.encode(), delimiter=";").rows() == wanted
    assert read_delimited(quoted.encode(), delimiter=";").rows() == wanted


def test_every_table_of_the_corpus_is_read_or_refused_with_a_reason(corpus: Path) -> None:
    files = [p for p in sorted(corpus.rglob("*")) if p.suffix in (".csv", ".tsv", ".psv", ".ssv")]
    for path in files:
        try:
            frame = read_delimited(path.read_bytes())
        except RefusedError:
            continue
        assert frame.height, path
        assert frame["record_no"].is_sorted(), path
        assert frame.filter(pl.all_horizontal(pl.exclude("record_no").is_null())).is_empty(), path
