"""Master data of how lines and tools belong together. A site keeps them as master/*.csv."""

from __future__ import annotations

import polars as pl

from data_contracts.tables.base import Table, column, contract


@contract(grain=("flow_id", "plant_id", "line_id", "process_id", "role"), layer="master")
class Flow(Table):
    """Which lines deliver to which, and where stock between them is kept: one flow, some lines on either side."""

    flow_id: pl.String = column("Flow: what its lines deliver is what its other lines take")
    plant_id: pl.String = column("Plant")
    line_id: pl.String = column("Line")
    process_id: pl.String = column("Process step of the line; blank for all it makes", optional=True)
    role: pl.String = column(
        "delivers, takes, or holds (its ledger keeps the stock between)", isin=["delivers", "takes", "holds"]
    )


@contract(grain=("tool_id",), layer="master")
class Tool(Table):
    """Moulds and tools."""

    tool_id: pl.String = column("Mould or tool as reports write it")
    cavities: pl.Float64 = column("Pieces a cycle", unit="pcs", optional=True, gt=0)
