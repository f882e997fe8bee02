"""The zip archive of a workbook: judged as a whole before any part is unpacked, then read part by part.

The parser gets an archive made anew from the parts that were judged: it sees what was scanned, and nothing is
unpacked twice. What the parts say: ``xlsx``, ``xlsb``, ``ods``.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from etl.extract.refused import RefusedError

MAX_EXPANDED = 500 * 2**20
MAX_RATIO = 200
MAX_ENTRIES = 2000
_COMMON_MOST = 64 * 2**10
_SMALL = 16 * 2**20
_NO_CELLS = ("docProps/", "xl/theme/", "xl/media/", "xl/drawings/", "xl/printerSettings/", "Pictures/", "Thumbnails/")
_STORED, _DEFLATED, _LOCKED, _UTF8 = 0, 8, 0x1, 0x800

_LINK = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_TARGET = re.compile(rb"""\sTarget=["']([^"']+)""")
_DIRECTORY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_END = struct.Struct("<4s4H2LH")


class Entry(NamedTuple):
    """One part: how it is packed, its sizes in bytes, where its header stands."""

    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


class Package:
    """A workbook's parts by name. Raises RefusedError for an archive that is cut off, locked, or hostile."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.entries = _directory(content)
        self._parts: dict[str, bytes] = {}
        self._judge()

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def named(self, prefix: str) -> list[str]:
        """Parts below a folder, or whose name begins so."""
        return [name for name in self.entries if name.startswith(prefix)]

    def book(self) -> str:
        """The part that lists the sheets; empty when there is none."""
        for usual in ("xl/workbook.xml", "xl/workbook.bin", "content.xml"):
            if usual in self.entries:
                return usual
        links = _LINK.findall(self.read("_rels/.rels")) if "_rels/.rels" in self.entries else []
        targets = (_TARGET.search(link) for link in links if b"/officeDocument" in link)
        names = (target.group(1).decode("utf-8", "replace").lstrip("/") for target in targets if target)
        return next((n for n in names if n in self.entries and "workbook" in n), "")

    def read(self, name: str) -> bytes:
        """A part unpacked, never more than the archive said it has. Raises RefusedError."""
        part = self._parts.get(name)
        if part is None:
            part = self._parts[name] = _unpacked(name, self.entries[name], self._packed(name))
        return part

    def read_common(self, name: str) -> bytes:
        """The same, for a part that workbooks made from one template share: it is unpacked once."""
        entry = self.entries[name]
        if entry.size > _COMMON_MOST:
            return self.read(name)
        part = self._parts[name] = _unpacked_once(name, entry._replace(offset=0), self._packed(name))
        return part

    def _packed(self, name: str) -> bytes:
        entry = self.entries[name]
        try:
            header = _LOCAL.unpack_from(self._content, entry.offset)
        except struct.error as error:
            raise RefusedError("file_damaged", detail=name) from error
        start = entry.offset + 30 + header[-2] + header[-1]
        return self._content[start : start + entry.packed]

    def repacked(self) -> bytes:
        """An archive of the same parts, not compressed, without those that hold no cells; large ones as they came."""
        if not self.is_small:
            return self._content
        kept = (name for name in self.entries if not name.startswith(_NO_CELLS) and not name.endswith("/"))
        return stored({name: self.read(name) for name in kept})

    @property
    def is_small(self) -> bool:
        """Whether all of it may be unpacked at once."""
        return self._size <= _SMALL

    def _judge(self) -> None:
        entries = self.entries.values()
        if len(entries) > MAX_ENTRIES:
            raise RefusedError("file_parts", count=len(entries), most=MAX_ENTRIES)
        self._size = sum(entry.size for entry in entries)
        if self._size > MAX_EXPANDED or self._size > MAX_RATIO * max(len(self._content), 2**16):
            raise RefusedError("file_bomb", size_mb=self._size // 2**20)
        if any(".." in name or name[:1] == "/" for name in self.entries) and any(map(_leads_out, self.entries)):
            raise RefusedError("file_hostile", detail="..")
        if any(entry.flags & _LOCKED for entry in entries):
            raise RefusedError("file_password")


def _unpacked(name: str, entry: Entry, packed: bytes) -> bytes:
    if entry.method == _STORED:
        part = packed
    elif entry.method == _DEFLATED:
        try:
            part = zlib.decompressobj(-15).decompress(packed, entry.size + 1)
        except zlib.error as error:
            raise RefusedError("file_damaged", detail=f"{name}: {error}") from error
    else:
        raise RefusedError("file_damaged", detail=f"{name}: compression {entry.method}")
    if len(part) != entry.size or zlib.crc32(part) != entry.crc:
        raise RefusedError("file_damaged", detail=f"{name}: {len(part)} / {entry.size} B")
    if b"<!DOCTYPE" in part or (part[:2] in (b"\xff\xfe", b"\xfe\xff") and _has_utf16_dtd(part)):
        raise RefusedError("file_hostile", detail="DOCTYPE")
    return part


_unpacked_once = lru_cache(maxsize=64)(_unpacked)


def stored(parts: Mapping[str, bytes]) -> bytes:
    """An archive of these parts, not compressed."""
    body: list[bytes] = []
    directory: list[bytes] = []
    at = 0
    for name, part in parts.items():
        path = name.encode()
        about = (0, 0, zlib.crc32(part), len(part), len(part), len(path), 0)
        body += (_LOCAL.pack(b"PK\3\4", 20, _UTF8, _STORED, *about), path, part)
        directory += (_DIRECTORY.pack(b"PK\1\2", 20, 20, _UTF8, _STORED, *about, 0, 0, 0, 0, at), path)
        at += 30 + len(path) + len(part)
    count, length = len(directory) // 2, sum(map(len, directory))
    return b"".join((*body, *directory, _END.pack(b"PK\5\6", 0, 0, count, count, length, at, 0)))


def _leads_out(name: str) -> bool:
    return name.startswith("/") or ".." in name.split("/")


def _has_utf16_dtd(part: bytes) -> bool:
    return any("<!DOCTYPE".encode(code) in part for code in ("utf-16-le", "utf-16-be"))


def _directory(content: bytes) -> dict[str, Entry]:
    """The usual archive in one pass; any other one (zip64, something before it) by the library."""
    at = content.rfind(b"PK\5\6")
    if at < 0:
        raise RefusedError("file_cut_off")
    entries: dict[str, Entry] = {}
    try:
        _, _, _, _, count, _, offset, _ = _END.unpack_from(content, at)
        for _ in range(count):
            mark, _, _, flags, method, _, _, crc, packed, size, name, extra, note, _, _, _, header = (
                _DIRECTORY.unpack_from(content, offset)
            )
            if mark != b"PK\1\2" or 0xFFFFFFFF in (packed, size, header):
                return _directory_by_library(content)
            path = _path(content[offset + 46 : offset + 46 + name], "utf-8" if flags & _UTF8 else "cp437")
            entries[path] = Entry(flags, method, crc, packed, size, header)
            offset += 46 + name + extra + note
    except (struct.error, UnicodeDecodeError):
        return _directory_by_library(content)
    return entries if count < 0xFFFF else _directory_by_library(content)


@lru_cache(maxsize=1024)
def _path(name: bytes, encoding: str) -> str:
    return name.decode(encoding).replace("\\", "/")


def _directory_by_library(content: bytes) -> dict[str, Entry]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {
                i.filename.replace("\\", "/"): Entry(
                    i.flag_bits, i.compress_type, i.CRC, i.compress_size, i.file_size, i.header_offset
                )
                for i in archive.infolist()
            }
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise RefusedError("file_damaged", detail=str(error)) from error
