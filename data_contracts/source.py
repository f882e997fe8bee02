"""What a database source may say: which rows of an MES or ERP database are records of which export mapping.

Reading it: etl.extract.database. Where the database is and with which password stands in a variable of the machine
(etl.settings), never here. Its words are described in docs/how-to/read-from-a-database.md.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_WORD = re.compile(r"\w+|[()]")
_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\[(?:[\w .:/%#@]|-(?!-))*\]""")
_TWO_WAYS = {
    ";": "one SELECT only, without a semicolon",
    "--": "write comments as # lines of the file, not inside the query",
    "/*": "write comments as # lines of the file, not inside the query",
    "`": "quote names with double quotes",
    "$": "write texts in single quotes",
    "[": "write names in square brackets with letters, digits, blanks and - only",
    "'": "a quote is not closed",
    '"': "a quote is not closed",
}
"""What databases read differently from each other, or what would end the query: it is refused outside quotes."""


class Source(BaseModel):
    """A query or a table of a database, read from a watermark on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title_zh: str = ""
    title_en: str = ""
    mapping: str
    query: str = ""
    table: str = ""
    columns: list[str] = []
    watermark: str = Field(min_length=1)
    start: int | float | datetime | date | str | None = None
    overlap_min: float = Field(default=60, ge=0)
    overlap_steps: float = Field(default=1000, ge=0)
    batch_rows: int = Field(default=10_000, ge=1)
    load_rows: int = Field(default=500_000, ge=1)
    timeout_s: int = Field(default=60, ge=1)

    @field_validator("query")
    @classmethod
    def _only_a_select(cls, value: str) -> str:
        if value:
            split_query(value)
        return value

    @model_validator(mode="after")
    def _query_or_table(self) -> Self:
        if bool(self.query) == bool(self.table):
            raise ValueError("give either query or table")
        if self.columns and self.query:
            raise ValueError("columns belong to table; a query names its own")
        if self.columns and self.watermark not in self.columns:
            raise ValueError(f"columns must name the watermark {self.watermark!r} too")
        return self


def split_query(query: str) -> tuple[str, str]:
    """The WITH part, if any, and the SELECT of a query. Raises ValueError for anything but a single SELECT.

    This is one of several locks: the query also runs as a part of ours, in a transaction that may only read.
    """
    if "\\" in query:
        raise ValueError("no backslash: databases read it differently")
    bare = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), query)
    for sign, reason in _TWO_WAYS.items():
        if sign in bare:
            raise ValueError(reason)
    words = [(word[0].lower(), word.start()) for word in _WORD.finditer(bare)]
    if not words or words[0][0] not in ("select", "with"):
        raise ValueError("must begin with SELECT or WITH; nothing else is sent to a database")
    depth = 0
    begins: int | None = None
    for word, start in words:
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth < 0:
            break
        if depth == 0 and word == "select" and begins is None:
            begins = start
    if depth != 0:
        raise ValueError("brackets do not match")
    if begins is None:
        raise ValueError("no SELECT after WITH")
    return query[:begins], query[begins:]
