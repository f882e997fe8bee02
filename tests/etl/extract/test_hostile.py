"""Broken and hostile files: each ends with a reason of its own, and the files beside it are read all the same."""

from __future__ import annotations

import io
import struct
import zipfile
from itertools import islice

import pytest

from data_contracts.language import LANGUAGES, REASONS
from data_contracts.site import Limits
from etl.extract.child import FileBytes
from etl.extract.pool import ReaderPool
from tests.etl.files import part, with_cells, with_part, with_shared_texts, workbook, zipped

GOOD = workbook({"S": [["Good", 5]]})
CORNER = with_cells(
    '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row>'
    '<x:row r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>',
    "x",
)
PARTS = [("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>")]


def reasons(pool: ReaderPool, *contents: bytes) -> list[str]:
    """Reason of each file, read in one bundle between two good ones; both of these must come through."""
    files = [FileBytes(n, f"f{n}", content) for n, content in enumerate((GOOD, *contents, GOOD))]
    found = pool.workbooks(files)
    for number in (0, len(files) - 1):
        assert found.cells.filter(file_no=number)["text"].to_list() == ["Good", "5"]
    codes = {failure.file_no: failure.code for failure in found.failures}
    for failure in found.failures:
        for language in LANGUAGES:
            assert "{" not in REASONS.text(f"reason.{failure.code}", language, **failure.params)
    return [codes[number] for number in range(1, len(files) - 1)]


def bomb() -> bytes:
    """5 KB per MB: one part of zeros, far beyond what a report unpacks to."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(40 * 2**20))
    return target.getvalue()


def compound(name: str, stream: bytes) -> bytes:
    """The smallest compound file with one stream, which fills four sectors."""
    sector, free, end = 512, 0xFFFFFFFF, 0xFFFFFFFE
    header = bytearray(sector)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<8I", header, 44, 1, 1, 0, 0, end, 0, end, 0)
    struct.pack_into("<109I", header, 76, 0, *[free] * 108)
    fat = struct.pack("<128I", 0xFFFFFFFD, end, 3, 4, 5, end, *[free] * 122)
    entry = bytearray(128)
    written = f"{name}\0".encode("utf-16-le")
    entry[: len(written)] = written
    struct.pack_into("<HB", entry, 64, len(written), 2)
    struct.pack_into("<II", entry, 116, 2, 4 * sector)
    return bytes(header) + fat + bytes(entry).ljust(sector, b"\0") + stream.ljust(4 * sector, b"\0")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file_empty"),
        (workbook({"S": [[]]}), "file_no_cells"),
        (GOOD[: len(GOOD) // 2], "file_cut_off"),
        (bytes(4096), "file_cut_off"),
        (bomb(), "file_bomb"),
        (zipped([*PARTS, *((f"xl/media/{n}.bin", b"") for n in range(2000))]), "file_parts"),
        (zipped([*PARTS, ("../../evil.xml", b"x")]), "file_hostile"),
        (compound("EncryptedPackage", b""), "file_password"),
        (compound("Workbook", struct.pack("<HH16x", 0x809, 16) + struct.pack("<HHH", 0x2F, 2, 0)), "file_password"),
        (compound("Workbook", b"")[:1500], "file_cut_off"),
        (
            zipped(
                [
                    ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
                    ("META-INF/manifest.xml", b"<m><manifest:encryption-data/></m>"),
                    ("content.xml", b"\x17\x42"),
                ]
            ),
            "file_password",
        ),
        (with_part(GOOD, "xl/workbook.xml", b'<!DOCTYPE w [<!ENTITY a "b">]><workbook>&a;</workbook>'), "file_hostile"),
        (
            CORNER,
            "file_too_much_memory",
        ),
    ],
    ids=[
        "empty",
        "no cells",
        "cut off",
        "zeros",
        "zip bomb",
        "too many parts",
        "path outside",
        "password xlsx",
        "password xls",
        "cut off xls",
        "password ods",
        "entities",
        "cell in the last corner",
    ],
)
def test_a_bad_file_has_its_own_reason_and_spoils_no_other(reader: ReaderPool, content: bytes, reason: str) -> None:
    assert reasons(reader, content) == [reason]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"line;good\nL1;5\n", "file_is_text"),
        ("产线;良品\nL1;5\n".encode("gb18030"), "file_is_text"),
        ("产线\t良品\n".encode("utf-16"), "file_is_text"),
        (b"ID;PWXL;N;E\nC;Y1;X1;K5\nE\n", "file_is_text"),
        (b"\xef\xbb\xbf\r\n<HTML><body><table><tr><td>5</td></tr></table>", "file_is_html"),
        (b'MIME-Version: 1.0\nContent-Type: multipart/related\n\n<html xmlns:x="x">', "file_is_html"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "file_is_xml_sheet"),
        (b'<?xml version="1.0"?><office:document xmlns:office="o"/>', "file_is_xml_sheet"),
        (b'<?xml version="1.0"?><ProductionPerformance/>', "file_is_xml"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "file_is_pdf"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "file_is_picture"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "file_is_picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "file_is_picture"),
        (zipped([("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>")]), "file_is_document"),
        (compound("WordDocument", b""), "file_is_document"),
        (zipped([("report.xlsx", GOOD)]), "file_is_archive"),
        (b"Rar!\x1a\x07\x01\0", "file_is_archive"),
        (b"\x09\x04\x06\0\0\0\x10\0\0\0", "file_is_old_excel"),
        (bytes(range(256)) * 16, "file_not_workbook"),
    ],
)
def test_a_file_under_a_false_name_is_told_for_what_it_is(reader: ReaderPool, content: bytes, reason: str) -> None:
    assert reasons(reader, content) == [reason]


def test_a_count_of_shared_texts_that_lies_costs_that_file_at_most(reader: ReaderPool) -> None:
    content = with_shared_texts("<si><t>x</t></si>", '<c r="A1" t="s"><v>0</v></c>')
    count = b'<sst count="4000000000" uniqueCount="4000000000" '
    lying = part(content, "xl/sharedStrings.xml").replace(b"<sst ", count)
    liar = with_part(content, "xl/sharedStrings.xml", lying)
    found = reader.workbooks([FileBytes(0, "liar", liar), FileBytes(1, "good", GOOD)])
    assert found.cells.filter(file_no=1)["text"].to_list() == ["Good", "5"]
    assert [f.code for f in found.failures] in ([], ["file_too_much_memory"])


def test_several_bad_files_in_one_bundle_are_each_told(reader: ReaderPool) -> None:
    assert reasons(reader, b"", CORNER, GOOD[:300]) == ["file_empty", "file_too_much_memory", "file_cut_off"]


def test_a_file_larger_than_allowed_is_not_opened() -> None:
    with ReaderPool(Limits(workers=1, file_mb=1)) as pool:
        found = pool.workbooks([FileBytes(0, "big", b"PK\x03\x04" + bytes(2 * 2**20))])
    assert [(f.code, f.params) for f in found.failures] == [("file_too_large", {"size_mb": 2, "max_mb": 1})]


@pytest.fixture(scope="module")
def greedy() -> bytes:
    """Two million cells: some seconds of work and some hundred MB."""
    cells = (f"<c><v>{n * 7919 % 100003}</v></c>" for n in range(2_000_000))
    return with_cells("".join(f"<row>{''.join(islice(cells, 200))}</row>" for _ in range(10_000)))


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(workers=1, cpu_s=0), "file_too_slow"),
        (Limits(workers=1, wall_s=-1), "file_too_slow"),
        (Limits(workers=1, memory_mb=800, cpu_s=250, wall_s=250), "file_too_much_memory"),
    ],
    ids=["1 s of CPU", "1 s by the clock", "800 MB"],
)
def test_the_caps_stop_a_greedy_file_and_the_next_file_is_read(greedy: bytes, limits: Limits, reason: str) -> None:
    with ReaderPool(limits) as pool:
        found = pool.workbooks([FileBytes(0, "greedy", greedy)])
        assert [f.code for f in found.failures] == [reason]
        assert pool.workbooks([FileBytes(1, "good", GOOD)]).cells["text"].to_list() == ["Good", "5"]
