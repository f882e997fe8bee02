"""What can be said of a file before anything parses it. Raises RefusedError with a key of the translations."""

from __future__ import annotations

import io
import zipfile

MAX_EXPANDED = 500 * 2**20
MAX_RATIO = 200
MAX_ENTRIES = 2000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_WORKBOOK_PARTS = frozenset({"[Content_Types].xml", "content.xml", "mimetype"})


class RefusedError(Exception):
    """A file that will not be read; ``code`` is a key of the translations, ``params`` its values."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


def check_workbook(content: bytes, max_mb: int) -> None:
    """Look at size, magic bytes and the zip directory. Raises RefusedError."""
    if not content:
        raise RefusedError("file_empty")
    if len(content) > max_mb * 2**20:
        raise RefusedError("file_too_large", size_mb=len(content) // 2**20, max_mb=max_mb)
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise RefusedError("file_password")
        return
    if not content.startswith(_ZIP):
        raise RefusedError("file_not_workbook")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise RefusedError("file_damaged", detail=str(error)) from error
    if not _WORKBOOK_PARTS & {entry.filename for entry in entries}:
        raise RefusedError("file_not_workbook")
    expanded = sum(entry.file_size for entry in entries)
    if expanded > MAX_EXPANDED or expanded > MAX_RATIO * max(len(content), 2**16) or len(entries) > MAX_ENTRIES:
        raise RefusedError("file_bomb", size_mb=expanded // 2**20)
    if any(entry.filename.startswith("/") or ".." in entry.filename.split("/") for entry in entries):
        raise RefusedError("file_damaged", detail="path outside the archive")
