"""Text exports to records: encoding and delimiter found, every field kept as text. Runs in a child process."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

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
            return _first_that_fits(content, (name,))
    if 0 in content:
        # No text has zero bytes except UTF-16, where each ASCII character brings one.
        even, odd = content[::2].count(0), content[1::2].count(0)
        text = _first_that_fits(content, ("utf-16-be",) if even > odd else ("utf-16-le",))
        if "\n" in text or "\r" in text:
            return text
        raise RefusedError("file_encoding", encoding="UTF-16", detail="")
    return _first_that_fits(content, ("utf-8", "gb18030", "cp1252"))


def _first_that_fits(content: bytes, names: Sequence[str]) -> str:
    for name in names:
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise RefusedError("file_encoding", encoding=", ".join(names), detail="")


def find_delimiter(text: str) -> str:
    """The delimiter that cuts the first lines into the most columns, equally. Raises RefusedError."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    best, best_score = "", (0.0, 0)
    for candidate in DELIMITERS:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=candidate))
        except csv.Error:
            continue  # a field without an end; reading with the delimiter names its line
        width, count = widths.most_common(1)[0]
        if width > 1 and (count / len(lines), width) > best_score:
            best, best_score = candidate, (count / len(lines), width)
    return best or ","


def read_delimited(
    content: bytes, *, delimiter: str = "auto", encoding: str = "auto", header_row: int = 1
) -> pl.DataFrame:
    """All records of a delimited file as text columns ``c0``, ``c1`` ... and their line. Raises RefusedError.

    Blank lines are left out. No record may be wider than the header; titles above it may have any width.
    """
    text = decode(content, encoding)
    if not text.strip():
        raise RefusedError("file_empty")
    if "\n" not in text:
        text = text.replace("\r", "\n")
    separator = find_delimiter(text) if delimiter == "auto" else delimiter
    if '"' not in text and header_row == 1:
        try:
            frame = pl.read_csv(
                text.encode(), separator=separator, has_header=False, infer_schema=False, quote_char=None
            )
        except pl.exceptions.PolarsError:
            pass  # ragged lines: the slow way below says which
        else:
            texts = frame.rename({name: f"c{i}" for i, name in enumerate(frame.columns)})
            return texts.with_row_index(RECORD_NO, offset=1).filter(
                pl.any_horizontal(pl.exclude(RECORD_NO).is_not_null())
            )
    return _read_slowly(text, separator, header_row)


def _read_slowly(text: str, separator: str, header_row: int) -> pl.DataFrame:
    # Strict: a quote that never closes would swallow the rest of the file as one field.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[list[str | None]] = []
    numbers: list[int] = []
    line = 1
    wanted: int | None = None
    try:
        for row in reader:
            if any(row):
                if wanted is None and line >= header_row:
                    wanted = len(row)
                if wanted is not None and any(row[wanted:]):
                    raise RefusedError("file_ragged", line=line, found=len(row), wanted=wanted)
                rows.append([value or None for value in row])
                numbers.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise RefusedError("file_text_damaged", line=line, detail=str(error)) from error
    return frame_of(rows, numbers)


def read_json(
    content: bytes, records: str | Sequence[str], *, repeat: str = "", paths: Sequence[str] = ()
) -> pl.DataFrame:
    """Records of a JSON list; record 0 holds all keys. Raises RefusedError.

    ``records``: dotted path to the list, or several of which the first that is there counts; a single object there is
    one record. ``repeat``: a list inside each record, one record for each of its items, which carry the path as prefix.
    ``paths``: dotted names that lead into objects and lists (``workcenter.1``); other nested values stay JSON text.
    """
    try:
        data = json.loads(decode(content))
    except json.JSONDecodeError as error:
        raise RefusedError("file_text_damaged", line=error.lineno, detail=error.msg) from error
    except RecursionError as error:
        raise RefusedError("file_damaged", detail="nested too deeply") from error
    ways = [records] if isinstance(records, str) else list(records) or [""]
    items = next((found for way in ways if (found := _listed(data, way)) is not None), None)
    if items is None:
        raise RefusedError("json_path", path=", ".join(ways) or "$")
    nested = {path.split(".")[0] for path in paths if "." in path}
    flat = [_flat(item, nested, paths) for item in _repeated(items, repeat)]
    keys = list(dict.fromkeys(key for item in flat for key in item))
    texts = frame_of(
        [list(keys), *([_text(item.get(key)) for key in keys] for item in flat)], list(range(len(flat) + 1))
    )
    return texts.with_columns(
        column
        for i, key in enumerate(keys)
        if (numbers := [_number(item.get(key)) for item in flat]) and any(n is not None for n in numbers)
        for column in _typed(i, [None, *numbers])
    )


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300
    return float(value) if is_number else None


def _typed(i: int, numbers: list[float | None]) -> tuple[pl.Series, pl.Series]:
    """Kinds and values of a column's cells: a number of JSON is no text with a decimal sign."""
    values = pl.Series(f"n{i}", numbers, dtype=pl.Float64)
    return values.is_null().cast(pl.UInt8).alias(f"k{i}"), values


def _listed(data: Any, way: str) -> list[dict[str, Any]] | None:
    for part in way.split(".") if way else []:
        if not isinstance(data, dict) or part not in data:
            return None
        data = data[part]
    if isinstance(data, dict) and way:
        data = [data]
    return data if isinstance(data, list) and all(isinstance(item, dict) for item in data) else None


def _repeated(items: Sequence[dict[str, Any]], repeat: str) -> Iterator[dict[str, Any]]:
    """An item without anything in its inner list stays one record: its own fields may still say something."""
    for item in items:
        inner = item.get(repeat) if repeat else None
        if not isinstance(inner, list) or not inner:
            yield item
            continue
        own = {key: value for key, value in item.items() if key != repeat}
        for part in inner:
            yield (
                {**own, **{f"{repeat}.{key}": value for key, value in part.items()}} if isinstance(part, dict) else item
            )


def _flat(item: Mapping[str, Any], nested: Collection[str], paths: Sequence[str]) -> dict[str, Any]:
    flat = {k: v for k, v in item.items() if not (k in nested and isinstance(v, dict | list))}
    for path in paths:
        if path not in item and (value := _inside(item, path.split("."))) is not None:
            flat[path] = value
    return flat


def _inside(value: Any, parts: Sequence[str]) -> Any:
    for part in parts:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def plain_number(value: float) -> str:
    """A number in digits: 1e-05 is not how anybody writes it, and a text such as 1E5 may be a code."""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text else text


def frame_of(rows: list[list[str | None]], numbers: list[int]) -> pl.DataFrame:
    """Rows of texts as columns ``c0``, ``c1`` ... with their numbers."""
    width = max(map(len, rows), default=0)
    columns = {f"c{i}": [row[i] if i < len(row) else None for row in rows] for i in range(width)}
    return pl.DataFrame(
        {RECORD_NO: numbers, **columns}, schema={RECORD_NO: pl.UInt32, **dict.fromkeys(columns, pl.String)}
    )


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, float):
        return plain_number(value)
    return json.dumps(value, ensure_ascii=False)
