"""What stands where a header is missing: the unknown texts of the rows that came nearest to a table's headers."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from etl.normalize.labels import fold, fold_each
from etl.normalize.plans import Mismatch
from etl.normalize.recognize import vocabulary

SHEET = ["file_no", "sheet_no"]
_TEXT, _ERROR = 1, 7
_NEAR = {"file_no": pl.UInt32, "sheet_no": pl.UInt16, "miss": pl.UInt32, "row": pl.UInt32, "least": pl.UInt32}
_NEAR |= {"most": pl.UInt32}


def standing_instead(
    cells: pl.DataFrame, misses: Iterable[tuple[int, int, Mismatch]]
) -> dict[tuple[int, int], list[tuple[int, int, str]]]:
    """Row, column and text of what a layout does not know in the header rows of each sheet that it misses something on.

    ``misses``: file_no, sheet_no and what the nearest layout missed. Texts and errors only: numbers are no headers.
    """
    missed = [item for item in misses if item[2].near or item[2].twice]
    found = {(f, s): list(miss.twice) for f, s, miss in missed if miss.twice}
    if not missed:
        return found
    known = {miss.layout.id: set(vocabulary([miss.layout])) for _, _, miss in missed}
    for miss in (m for _, _, m in missed):
        known[miss.layout.id].update(fold(text) for table in miss.layout.tables.values() for text in table.ignore)
    texts = cells.filter(pl.col("kind").is_in([_TEXT, _ERROR]), pl.col("text").str.strip_chars() != "")
    for across in (False, True):
        rows = [
            (f, s, n, row, near.least, near.most)
            for n, (f, s, miss) in enumerate(missed)
            for near in miss.near
            if near.across == across
            for row in near.rows
        ]
        if not rows:
            continue
        turned = texts.rename({"row": "column", "column": "row"}) if across else texts
        near = pl.DataFrame(rows, schema=_NEAR, orient="row")
        there = turned.join(near, on=[*SHEET, "row"]).filter(pl.col("column").is_between("least", "most"))
        there = there.with_columns(folded=fold_each(there["text"])).sort("miss", "row", "column")
        for f, s, n, row, column, text, folded in there.select(
            *SHEET, "miss", "row", "column", "text", "folded"
        ).iter_rows():
            if folded not in known[missed[n][2].layout.id]:
                found.setdefault((f, s), []).append((column, row, text) if across else (row, column, text))
    return found
