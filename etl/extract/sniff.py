"""What kind of file it is, from its first bytes. Reading it: ``text``, ``xml`` and ``workbook``."""

from __future__ import annotations

import codecs
from typing import Literal

HEAD_BYTES = 2**16

Format = Literal["csv", "json", "xml", "workbook"]


def head_text(content: bytes) -> str:
    """The beginning of a text as far as it can be told without reading all of it; never fails."""
    head = content[:HEAD_BYTES]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="replace")
    if 0 in head:
        even, odd = head[::2].count(0), head[1::2].count(0)
        return head.decode("utf-16-be" if even > odd else "utf-16-le", errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return codecs.getincrementaldecoder(encoding)().decode(head)  # the last character may be cut
        except UnicodeDecodeError:
            continue
    return head.decode("cp1252", errors="replace")


def file_format(content: bytes) -> Format:
    """``workbook`` by its magic bytes, ``json`` and ``xml`` by the first character, else ``csv``."""
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "workbook"
    first = head_text(content[:4096]).lstrip("\ufeff \t\r\n")[:1]
    if first == "<":
        return "xml"
    return "json" if first and first in "{[" else "csv"
