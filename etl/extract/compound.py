"""A compound file, the container of xls workbooks, old Word files and encrypted xlsx: its streams by name."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from etl.extract.refused import RefusedError

_LAST_SECTOR, _ROOT = 0xFFFFFFF9, 5
_EOF, _BOF, _FILE_PASS = 0x0A, 0x809, 0x2F


class Compound:
    """Names of all streams and storages, and the stream of a workbook. Raises RefusedError when it is cut off."""

    def __init__(self, content: bytes) -> None:
        try:
            self.names, self.book = _open(content)
        except (struct.error, ValueError) as error:
            raise RefusedError("file_damaged", detail=str(error)) from error

    def has(self, name: str) -> bool:
        """Whether there is a stream or storage of this name; case does not count."""
        return name.lower() in self.names

    @property
    def is_workbook(self) -> bool:
        """Whether it has a stream ``Workbook``, or ``Book`` as before 1997."""
        return self.has("Workbook") or self.has("Book")

    @property
    def is_locked(self) -> bool:
        """Whether the workbook is encrypted."""
        return any(kind == _FILE_PASS for kind, _ in records(self.book, 0))


def records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Kind and data of each record from ``at`` to the end of that substream; charts inside it are passed over."""
    depth = 0
    while at + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, at)
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
        if depth == 1:
            yield kind, book[at + 4 : at + 4 + size]
        at += 4 + size
        if depth <= 0:
            return


def _open(content: bytes) -> tuple[frozenset[str], bytes]:
    shift, mini_shift = struct.unpack_from("<HH", content, 30)
    if not 7 <= shift <= 16:
        raise ValueError("sector size")
    sector, body = 1 << shift, content[1 << shift :]
    fat_count, directory, _, cutoff, mini_fat = struct.unpack_from("<5I", content, 44)
    table = [n for index in _fat_sectors(content, sector)[:fat_count] for n in _numbers(body, sector, index)]
    entries = _chain(body, table, sector, directory)
    root, names, book = b"", set(), (0, 0)
    for at in range(0, len(entries) - 127, 128):
        (length,) = struct.unpack_from("<H", entries, at + 64)
        start, size = struct.unpack_from("<II", entries, at + 116)
        name = entries[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        if entries[at + 66] == _ROOT:
            root = _chain(body, table, sector, start)
        elif name:
            names.add(name.lower())
        if name.lower() == "workbook" or (name.lower() == "book" and "workbook" not in names):
            book = (start, size)
    start, size = book
    if size >= cutoff:
        stream = _chain(body, table, sector, start)
    else:
        short = _chain(body, table, sector, mini_fat)
        stream = _chain(root, list(_numbers(short, len(short), 0)), 1 << mini_shift, start)
    if not names or len(stream) < size:
        raise RefusedError("file_cut_off")
    return frozenset(names), stream[:size]


def _fat_sectors(content: bytes, sector: int) -> list[int]:
    """Where the allocation table stands: 109 places in the header, more in a chain of sectors."""
    (more,) = struct.unpack_from("<I", content, 68)
    found = list(struct.unpack_from("<109I", content, 76))
    for _ in range(len(content) // sector):
        block = _numbers(content[sector:], sector, more) if more < _LAST_SECTOR else ()
        if not block:
            break
        found += block[:-1]
        more = block[-1]
    return found


def _numbers(body: bytes, sector: int, index: int) -> tuple[int, ...]:
    block = body[index * sector : (index + 1) * sector]
    return struct.unpack(f"<{len(block) // 4}I", block[: len(block) // 4 * 4])


def _chain(body: bytes, table: list[int], sector: int, index: int) -> bytes:
    parts: list[bytes] = []
    while index < len(table) and len(parts) <= len(table):
        parts.append(body[index * sector : (index + 1) * sector])
        index = table[index]
    return b"".join(parts)
