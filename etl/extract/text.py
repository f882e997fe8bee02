"""Text exports to records: encoding and delimiter found, every field kept as text. Runs in a child process."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter

import polars as pl

from etl.extract.preflight import RefusedError

BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
DELIMITERS = (";", "\t", "|", ",")


RECORD_NO = "record_no"
"""Column that numbers records: line of a text file, position in a list; from 1."""


def decode(content: bytes, encoding: str = "auto") -> str:
    """Text of a file: BOM, then strict UTF-8, GB18030, cp1252. Raises RefusedError."""
    if not content.strip():
        raise RefusedError("file_empty")
    if encoding != "auto":
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError) as error:
            raise RefusedError("file_encoding", encoding=encoding, detail=str(error)) from error
    for bom, name in BOMS:
        if content.startswith(bom):
            return content.decode(name)
    if content[:64].count(0) >= min(len(content), 64) // 4:
        even = content[:64:2].count(0)
        return content.decode("utf-16-be" if even > content[1:64:2].count(0) else "utf-16-le")
    for name in ("utf-8", "gb18030", "cp1252"):
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    raise RefusedError("file_encoding", encoding="UTF-8, GB18030, cp1252", detail="")


def find_delimiter(text: str) -> str:
    """The delimiter that cuts the first lines into the most columns, equally. Raises RefusedError."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    best, best_score = "", (0.0, 0)
    for candidate in DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=candidate))
        width, count = widths.most_common(1)[0]
        if width > 1 and (count / len(lines), width) > best_score:
            best, best_score = candidate, (count / len(lines), width)
    return best or ","


def read_delimited(content: bytes, *, delimiter: str = "auto", encoding: str = "auto") -> pl.DataFrame:
    """All records of a delimited file as text columns ``c0``, ``c1`` ... and their line. Raises RefusedError."""
    text = decode(content, encoding)
    separator = find_delimiter(text) if delimiter == "auto" else delimiter
    if '"' not in text:
        try:
            frame = pl.read_csv(
                text.encode(), separator=separator, has_header=False, infer_schema=False, quote_char=None
            )
        except pl.exceptions.PolarsError:
            pass  # ragged lines: the slow way below says which
        else:
            return frame.rename({name: f"c{i}" for i, name in enumerate(frame.columns)}).with_row_index(
                RECORD_NO, offset=1
            )
    return _read_slowly(text, separator)


def _read_slowly(text: str, separator: str) -> pl.DataFrame:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[list[str | None]] = []
    numbers: list[int] = []
    line = 1
    try:
        for row in reader:
            if any(row):
                if rows and len(row) > len(rows[0]) and any(row[len(rows[0]) :]):
                    raise RefusedError("file_ragged", line=line, found=len(row), wanted=len(rows[0]))
                rows.append([value or None for value in row])
                numbers.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise RefusedError("file_text_damaged", line=line, detail=str(error)) from error
    return _frame(rows, numbers)


def read_json(content: bytes, records: str) -> pl.DataFrame:
    """Records of a JSON list under the dotted path ``records``; record 0 holds all keys. Raises RefusedError."""
    try:
        data = json.loads(decode(content))
    except json.JSONDecodeError as error:
        raise RefusedError("file_text_damaged", line=error.lineno, detail=error.msg) from error
    for part in records.split(".") if records else []:
        if not isinstance(data, dict) or part not in data:
            raise RefusedError("json_path", path=records)
        data = data[part]
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise RefusedError("json_path", path=records or "$")
    keys = list(dict.fromkeys(key for item in data for key in item))
    rows: list[list[str | None]] = [list(keys)]
    rows += [[_text(item.get(key)) for key in keys] for item in data]
    return _frame(rows, list(range(len(rows))))


def _frame(rows: list[list[str | None]], numbers: list[int]) -> pl.DataFrame:
    width = max(map(len, rows), default=0)
    columns = {f"c{i}": [row[i] if i < len(row) else None for row in rows] for i in range(width)}
    return pl.DataFrame(
        {RECORD_NO: numbers, **columns}, schema={RECORD_NO: pl.UInt32, **dict.fromkeys(columns, pl.String)}
    )


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    return json.dumps(value, ensure_ascii=False)
