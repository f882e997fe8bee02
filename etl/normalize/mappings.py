"""Which mapping reads an export: by its format and columns; the file's name settles it where several have the same.

A mapping that states a constant, such as its line, cannot be told by columns: its file must carry the name.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence

import polars as pl

from data_contracts.export import ExportMapping
from etl.normalize.fields import fits, header_of
from etl.normalize.sheets import Refusal


def candidates(mappings: Sequence[ExportMapping], name: str, kind: str, head: str) -> list[ExportMapping]:
    """Mappings worth reading a file with: the name points to them, or what they need stands in its beginning."""
    return [
        m for m in mappings if named(m, name) or (kind in m.format and not _needs_name(m) and _hinted(m, kind, head))
    ]


def choose(
    readings: Mapping[str, pl.DataFrame], mappings: Sequence[ExportMapping], name: str, file_no: int
) -> ExportMapping | Refusal:
    """The one mapping whose columns fit. ``readings``: the file as each mapping reads it, by mapping id."""
    there = [m for m in mappings if m.id in readings]
    told = {m.id: fits(m, header_of(m, readings[m.id])) for m in there}
    fitting = [m for m in there if not any(told[m.id])]
    pointed = [m for m in fitting if named(m, name)]
    chosen = pointed or fitting
    if len(chosen) == 1:
        return chosen[0]
    if chosen:
        return Refusal(file_no, None, "export_two_mappings", {"mappings": ", ".join(sorted(m.id for m in chosen))})
    nearest = min(there, key=lambda m: (not named(m, name), len(told[m.id][0]), len(told[m.id][1])))
    missing, unknown = told[nearest.id]
    code = "export_columns_missing" if missing else "export_columns_unknown"
    return Refusal(file_no, None, code, {"columns": ", ".join(missing or unknown), "mapping": nearest.id})


def named(mapping: ExportMapping, name: str) -> bool:
    """Whether a pattern of the mapping's own fits the file's name. ``*`` fits all and says nothing."""
    return any(p != "*" and fnmatch.fnmatch(name.lower(), p.lower()) for p in mapping.file_name)


def _needs_name(mapping: ExportMapping) -> bool:
    return mapping.file_name != ["*"] and any(column.const is not None for column in mapping.columns.values())


def _hinted(mapping: ExportMapping, kind: str, head: str) -> bool:
    if kind == "workbook":
        return True  # its texts are packed: only reading tells
    needed = [(c.join or c.source) for c in mapping.columns.values() if not c.optional and (c.join or c.source)]
    return all(any(_leaf(name) in head for name in names) for names in needed)


def _leaf(path: str) -> str:
    """The name that must stand in the file: the last of a path, without conditions."""
    inner = path.partition("[")[0] if "[" in path else path
    return inner.rsplit("/", 1)[-1].removeprefix("@").rsplit("::", 1)[-1].split(".")[0]
