"""The known labels of each sheet of a batch. What they mean: ``recognize``.

Labels inside longer texts, numbered labels and headers that may be values are looked for only when a layout uses them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

import polars as pl

from data_contracts.layout import Layout
from etl.normalize.headers import header_words, levels
from etl.normalize.labels import fold, folded
from etl.normalize.plans import HEADER, INSIDE, Anchors
from etl.normalize.recognize import vocabulary

SHEET = ["file_no", "sheet_no"]
_NUMBER = r"(?:\d+|[一二三四五六七八九十]+)"
_CELL_END, _PART_END = "\x1e", "\x1f"
_ERROR = 7


def arrangements(cells: pl.DataFrame, sheets: pl.DataFrame, layouts: Sequence[Layout]) -> pl.DataFrame:
    """One row per sheet that holds anything: its name and its anchors as one text (``arrangement``)."""
    words = pl.Series(sorted(vocabulary(layouts)), dtype=pl.String)
    written = cells.filter(pl.col("kind") <= 1)
    # Texts repeat from sheet to sheet: each is looked at once.
    distinct = written.select(pl.col("text").unique()).with_columns(folded=folded("text"))
    found = written.join(distinct.filter(pl.col("folded").is_in(words.implode())), on="text")
    more = [part for part in _more(cells, written, distinct, found, layouts) if not part.is_empty()]
    if more:
        columns = [*SHEET, "row", "column", "folded"]
        found = pl.concat(part.select(columns) for part in (found, *more)).unique()
    anchors = (
        found.sort(*SHEET, "row", "column", *(["folded"] if more else []))
        .group_by(SHEET, maintain_order=True)
        .agg(
            pl.concat_str([pl.col("row"), pl.col("column"), pl.col("folded")], separator=_PART_END)
            .str.join(_CELL_END)
            .alias("arrangement")
        )
    )
    filled = cells.select(SHEET).unique()
    return (
        sheets.join(filled, on=SHEET)
        .join(anchors, on=SHEET, how="left")
        .with_columns(pl.col("arrangement").fill_null(""))
    )


def parsed(arrangement: str) -> Anchors:
    """The anchors of a text made by ``arrangements``."""
    parts = (part.split(_PART_END) for part in arrangement.split(_CELL_END) if part)
    return [(int(row), int(column), text) for row, column, text in parts]


def _more(
    cells: pl.DataFrame,
    written: pl.DataFrame,
    distinct: pl.DataFrame,
    found: pl.DataFrame,
    layouts: Sequence[Layout],
) -> Iterator[pl.DataFrame]:
    inside = inside_labels(layouts)
    if inside:
        within = "|".join(_loose(label) for label in inside)
        texts = distinct.filter(pl.col("text").str.normalize("NFKC").str.contains(f"(?i){within}"))["text"]
        said = {text: [INSIDE + label for label in said_inside(text, inside)] for text in texts}
        yield _named(written.filter(pl.col("kind") == 1), said)
    numbered = {w for layout in layouts for level in layout.blocks for w in map(fold, level.start) if "#" in w}
    if numbered:
        patterns = {word: re.escape(word).replace(r"\#", _NUMBER) for word in sorted(numbered)}
        either = "|".join(patterns.values())
        texts = distinct.filter(pl.col("folded").str.contains(f"^(?:{either})$"))["text"]
        said = {
            text: [word for word, pattern in patterns.items() if re.fullmatch(pattern, fold(text))] for text in texts
        }
        yield _named(written, said)
    for layout in layouts:
        for table in layout.tables.values():
            patterns_of = [p for p in (*(g.pattern for g in table.group), *(w.pattern for w in table.wide)) if p]
            if patterns_of:
                companions = set(map(fold, header_words(table)))
                place, other = ("column", "row") if table.across else ("row", "column")
                yield _headers(cells, found, companions, patterns_of, place, other, levels(table))


def _headers(
    cells: pl.DataFrame,
    found: pl.DataFrame,
    companions: set[str],
    patterns: Sequence[str],
    place: str,
    other: str,
    height: int,
) -> pl.DataFrame:
    """Cells that match a header's pattern, in rows that hold another header of the table and in those above them."""
    beside = found.filter(pl.col("folded").is_in(pl.Series(sorted(companions), dtype=pl.String).implode()))
    rows = beside.select(*SHEET, place).unique()
    above = [rows.filter(pl.col(place) >= n).with_columns(pl.col(place) - n) for n in range(height + 1)]
    there = cells.filter(pl.col("kind") < _ERROR).join(pl.concat(above).unique(), on=[*SHEET, place], how="semi")
    searches = [re.compile(pattern).search for pattern in patterns]
    hits = [text for text in there["text"].unique() if any(search(text) for search in searches)]
    texts = pl.Series(hits, dtype=pl.String)
    return there.filter(pl.col("text").is_in(texts.implode())).select(
        *SHEET, place, other, folded=pl.lit(HEADER) + pl.col("text").str.replace_all(r"[\x1c-\x1f]", "")
    )


def _named(texts: pl.DataFrame, said: dict[str, list[str]]) -> pl.DataFrame:
    names = pl.DataFrame(
        [(text, name) for text, found in said.items() for name in found],
        schema={"text": pl.String, "folded": pl.String},
        orient="row",
    )
    return texts.join(names, on="text")


def inside_labels(layouts: Sequence[Layout]) -> list[str]:
    """Labels that stand together with their value, folded; longer ones first."""
    places = [
        place
        for layout in layouts
        for place in (*layout.fields.values(), *(c for t in layout.tables.values() for c in t.cells.values()))
        if place.value_at == "inside"
    ]
    return sorted({fold(text) for place in places for text in place.label}, key=lambda word: (-len(word), word))


def _loose(label: str) -> str:
    return r"\s*".join(map(re.escape, label))


def said_inside(text: str, labels: Sequence[str]) -> dict[str, str]:
    """What a text says beside each label in it: ``日期：3月4日 班次：夜班`` says two things.

    A label counts at the start or after a blank or a mark, and is followed by ``:`` or ``=``, or by a digit.
    """
    plain = unicodedata.normalize("NFKC", text)
    either = "|".join(f"(?P<l{n}>{_loose(label)})" for n, label in enumerate(labels))
    hits = list(re.finditer(rf"(?i)(?:^|(?<=[\s,;、/|(]))(?:{either})\s*(?:[:=]|(?=\d))", plain))
    found: dict[str, str] = {}
    for hit, after in zip(hits, [*hits[1:], None], strict=True):
        said = plain[hit.end() : after.start() if after else None].strip(" \t\n,;、/|")
        label = labels[int(str(hit.lastgroup)[1:])]
        if said:
            found.setdefault(label, said)
    return found
