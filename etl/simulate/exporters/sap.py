"""SAP PP confirmations (AFRU) as a list: UTF-16LE with BOM and tabs, signs behind, keys padded."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from etl.simulate.exporters import local
from etl.simulate.exporters.delimited import Dialect, write

LIST = Dialect("\t", ",", "utf-16", "\r\n")
HEADER = ["RUECK", "RMZHL", "AUFNR", "VORNR", "WERKS", "ARBPL", "MATNR", "BUDAT", "ISDD", "ISDZ", "IEDD", "IEDZ"]
HEADER += ["LMNGA", "XMNGA", "RMNGA", "MEINH", "STOKZ", "STZHL", "GRUND"]
_DAY, _CLOCK = "%Y%m%d", "%H%M%S"


def confirmations(
    frame: pl.DataFrame,
    zone: str,
    plant: str,
    *,
    reversed_ids: Collection[str] = (),
    unit: Mapping[str, tuple[str, float]] | None = None,
    dialect: Dialect = LIST,
) -> bytes:
    """One confirmation a record; those of ``reversed_ids`` stay in the list, marked, with their reversal beside.

    ``unit``: product to its unit and the pieces in one, ST and 1 where nothing is said.
    """
    rows: list[list[str]] = []
    for r in frame.iter_rows(named=True):
        name, pieces = (unit or {}).get(r["product_id"], ("ST", 1.0))
        withdrawn = r["record_id"] in reversed_ids
        for counter, sign in ((1, 1), (2, -1)) if withdrawn else ((1, 1),):
            rows.append(
                [
                    _padded(r["record_id"], 10),
                    f"{counter:08}",
                    _padded(r["order_id"], 12),
                    "0010",
                    plant,
                    r["line_id"],
                    r["product_id"],
                    local(r["start_at"], zone, _DAY),
                    local(r["start_at"], zone, _DAY),
                    local(r["start_at"], zone, _CLOCK),
                    local(r["end_at"], zone, _DAY),
                    local(r["end_at"], zone, _CLOCK),
                    *(amount(sign * r[c] / pieces, dialect.decimal) for c in ("good_qty", "scrap_qty")),
                    amount(0, dialect.decimal),
                    name,
                    "X" if withdrawn and counter == 1 else "",
                    "00000001" if counter == 2 else "00000000",
                    "",
                ]
            )
    return write(HEADER, rows, dialect)


def _padded(key: str, width: int) -> str:
    """Zeros before a number; a key with letters stays as it is."""
    return key.zfill(width) if key.isdecimal() else key


def amount(value: float, decimal: str) -> str:
    """``1.155,220-`` for -1155.22: three decimals, thousands grouped, the sign behind."""
    text = f"{abs(value):,.3f}"
    swapped = text if decimal == "." else text.translate(str.maketrans(",.", ".,"))
    return swapped + ("-" if value < 0 else "")
