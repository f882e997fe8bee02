"""What a file is, said of its bytes before anything parses it; its name does not count.

Raises RefusedError with a key of the translations. Reading what is let through: ``etl.extract.workbook``.
"""

from __future__ import annotations

import re

from etl.extract.compound import Compound
from etl.extract.package import Package
from etl.extract.refused import RefusedError

__all__ = ["RefusedError", "check_workbook"]

_MANIFEST = "META-INF/manifest.xml"
_BEGINNINGS = {
    "file_is_pdf": (b"%PDF",),
    "file_is_picture": (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*", b"BM"),
    "file_is_archive": (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ"),
}
_OLD_EXCEL = re.compile(rb"\x09[\0\x02\x04\x08].?.?\0", re.DOTALL)
_BOM = re.compile(rb"^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)")
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta|style|div)\b|^mime-version:", re.IGNORECASE)
_SHEET_XML = re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet|office:document\b")


def check_workbook(content: bytes, max_mb: int) -> Package | Compound:
    """The opened archive of an xlsx, xlsm, xlsb or ods workbook, or the file of an xls. Raises RefusedError."""
    if not content:
        raise RefusedError("file_empty")
    if len(content) > max_mb * 2**20:
        raise RefusedError("file_too_large", size_mb=len(content) // 2**20, max_mb=max_mb)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _checked_compound(content)
    if content.startswith(b"PK"):
        return _checked_package(content)
    raise RefusedError(_what_else(content))


def _checked_compound(content: bytes) -> Compound:
    file = Compound(content)
    if file.has("EncryptedPackage"):
        raise RefusedError("file_password")
    if not file.is_workbook:
        raise RefusedError("file_is_document")
    if file.is_locked:
        raise RefusedError("file_password")
    return file


def _checked_package(content: bytes) -> Package:
    package = Package(content)
    if package.book():
        if "mimetype" in package and b"opendocument.spreadsheet" not in package.read("mimetype"):
            raise RefusedError("file_is_document")
        if _MANIFEST in package and b"encryption-data" in package.read(_MANIFEST):
            raise RefusedError("file_password")
        return package
    if package.named("word/") or package.named("ppt/") or package.named("visio/"):
        raise RefusedError("file_is_document")
    if package.named("xl/"):
        raise RefusedError("file_damaged", detail="xl/workbook.xml")
    raise RefusedError("file_is_archive")


def _what_else(content: bytes) -> str:
    """Code for a file that is no workbook at all."""
    if not content.strip(b"\0"):
        return "file_cut_off"  # a copy that never got its content
    for code, beginnings in _BEGINNINGS.items():
        if content.startswith(beginnings):
            return code
    if content[:4] + content[8:12] == b"RIFFWEBP" or content[4:8] == b"ftyp":
        return "file_is_picture"
    if _OLD_EXCEL.match(content):
        return "file_is_old_excel"
    return _which_text(content)


def _which_text(content: bytes) -> str:
    head = _BOM.sub(b"", content[: 2**12]).replace(b"\0", b"").lstrip()
    if head.startswith(b"<") or head[:13].lower() == b"mime-version:":
        if _SHEET_XML.search(head):
            return "file_is_xml_sheet"
        return "file_is_html" if _HTML.search(head) else "file_is_xml"
    return "file_is_text" if not head or _is_text(content) else "file_not_workbook"


def _is_text(content: bytes) -> bool:
    """Without the control characters that no text has; UTF-16 has zeros, other text has none."""
    sample = content[: 2**16]
    if sample[:2] not in (b"\xff\xfe", b"\xfe\xff") and 0 in sample:
        zeros = (sample[::2].count(0), sample[1::2].count(0))
        if min(zeros) or max(zeros) * 4 < len(sample):
            return False
    controls = sum(sample.count(code) for code in range(1, 32) if code not in (9, 10, 12, 13, 27))
    return controls * 200 <= len(sample)
