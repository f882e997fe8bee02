"""XML exports: paths say what is a record and where its fields stand; what could harm or be misread is refused."""

from __future__ import annotations

import tracemalloc

import pytest

from etl.extract.preflight import RefusedError
from etl.extract.xml import MAX_DEPTH, read_xml

DOCUMENT = """<?xml version="1.0"?>
<b:Performance xmlns:b="http://example.org/B2MML" site="P1">
  <b:Response><b:ID>R1</b:ID>
    <b:Segment><b:ID>S1</b:ID><b:Start>06:00</b:Start>
      <b:Material use="out"><b:Item>GEAR</b:Item><b:Quantity unit="PC">5</b:Quantity></b:Material>
      <b:Material use="in"><b:Item>STEEL</b:Item><b:Quantity unit="KG">1.5</b:Quantity></b:Material>
      <b:Line>L1</b:Line>
    </b:Segment>
    <b:State>Completed</b:State>
  </b:Response>
  <b:Response><b:ID>R2</b:ID>
    <b:Segment><b:ID>S2</b:ID>
      <b:Segment><b:ID>S3</b:ID><b:Material use="out"><b:Item>CASE</b:Item></b:Material></b:Segment>
      <b:Material use="out"><b:Item>GEAR</b:Item><b:Item>CASE</b:Item><b:Quantity unit="PC">7</b:Quantity></b:Material>
    </b:Segment>
  </b:Response>
</b:Performance>
"""


def rows(records: str, *paths: str, document: str = DOCUMENT) -> list[tuple[object, ...]]:
    return read_xml(document.encode(), [records], paths).rows()


def test_fields_stand_in_the_record_in_its_attributes_and_in_the_elements_around_it() -> None:
    assert rows(
        "Material[@use=out]", "Item", "Quantity/@unit", "ancestor::Response/ID", "ancestor::Performance/@site"
    ) == [
        (0, "Item", "Quantity/@unit", "ancestor::Response/ID", "ancestor::Performance/@site"),
        (1, "GEAR", "PC", "R1", "P1"),
        (2, "CASE", None, "R2", "P1"),
        (3, "GEAR | CASE", "PC", "R2", "P1"),
    ]


def test_what_stands_behind_the_record_in_the_element_around_it_is_found_too() -> None:
    assert rows("Material[@use=in]", "ancestor::Segment/Line", "ancestor::Response/State")[1:] == [
        (1, "L1", "Completed")
    ]


def test_of_nested_elements_of_one_name_the_nearest_is_meant() -> None:
    assert [row[1] for row in rows("Segment/Material[@use=out]", "ancestor::Segment/ID")[1:]] == ["S1", "S3", "S2"]


def test_a_record_element_is_named_with_as_much_of_its_path_as_it_needs() -> None:
    assert [row[1] for row in rows("Response/Segment", "ID")[1:]] == ["S1", "S2"]
    assert [row[1] for row in rows("Segment/Segment", "ID")[1:]] == ["S3"]


def test_a_condition_picks_among_elements_of_one_name() -> None:
    text = "<r><s><d><i>a</i><v>1</v></d><d><i>b</i><v>2</v></d></s></r>"
    assert rows("s", "d[i=b]/v", "d[i=a]/v", "d[i=c]/v", document=text) == [(0, "d[i=b]/v", "d[i=a]/v"), (1, "2", "1")]


def test_without_records_the_path_is_named() -> None:
    with pytest.raises(RefusedError) as refused:
        rows("Output", "ID")
    assert (refused.value.code, refused.value.params) == ("xml_no_records", {"path": "Output"})


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE r SYSTEM "http://example.org/r.dtd">',
        '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
    ids=["document type", "entities", "other file"],
)
def test_what_reaches_outside_of_the_document_is_refused(head: str) -> None:
    with pytest.raises(RefusedError) as refused:
        rows("s", "i", document=f"<?xml version='1.0'?>{head}<r><s><i>&a;</i></s></r>")
    assert refused.value.code == "xml_forbidden"


def test_damage_names_its_line() -> None:
    with pytest.raises(RefusedError) as refused:
        rows("s", "i", document="<r>\n<s><i>1</i></s>\n<s><i>2</s>\n</r>")
    assert (refused.value.code, refused.value.params["line"]) == ("file_text_damaged", 3)


def test_elements_nested_beyond_reason_are_refused() -> None:
    with pytest.raises(RefusedError, match="xml_too_deep"):
        rows("s", "i", document="<r>" * (MAX_DEPTH + 1))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030", "gbk", "iso-8859-1"])
def test_the_declared_encoding_counts(encoding: str) -> None:
    name = "Müller" if encoding == "iso-8859-1" else "齿轮"
    text = f'<?xml version="1.0" encoding="{encoding}"?><r><s><i>{name}</i></s></r>'
    assert read_xml(text.encode(encoding), ["s"], ["i"]).rows()[1:] == [(1, name)]


@pytest.mark.parametrize("declared", ["utf-8", "gbk", "klingon"])
def test_bytes_that_are_not_what_is_declared_are_refused(declared: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?><r><s><i>'.encode() + b"\xff\xff</i></s></r>"
    with pytest.raises(RefusedError) as refused:
        read_xml(text, ["s"], ["i"])
    assert refused.value.code in ("file_encoding", "file_text_damaged")


def test_memory_holds_the_records_and_not_the_document() -> None:
    noise = "<log><entry><text>" + "x" * 400 + "</text><n>1</n></entry></log>"
    content = f"<r>{('<s><id>7</id>' + noise * 20 + '</s>') * 400}</r>".encode()
    tracemalloc.start()
    frame = read_xml(content, ["s/id"], ["ancestor::s/id"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert frame.height == 401
    assert peak < len(content) / 3
