"""An export mapping as it reads a snapshot of a database: values have types, the way a file is written is ours."""

from __future__ import annotations

import polars as pl

from data_contracts.export import EXPORT_TARGETS, ExportMapping

_MOMENTS = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f%z"]


def for_snapshot(mapping: ExportMapping) -> ExportMapping:
    """The meaning of the columns without the shape of a file.

    Record 0 names the columns. Unknown columns were refused before anything was pulled. Moments come as ISO 8601;
    the mapping's formats are for those that a database keeps as text.
    """
    types = EXPORT_TARGETS[mapping.kind].columns()
    columns = {
        name: column.model_copy(update={"formats": [*_MOMENTS, *column.formats]})
        if types.get(name) == pl.Datetime("us")
        else column
        for name, column in mapping.columns.items()
    }
    return mapping.model_copy(update={"format": ["json"], "unknown": "ignore", "columns": columns})
