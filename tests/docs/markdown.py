"""Pieces of a page."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table."""
    lines = [list(header)]
    lines.append(["---"] * len(lines[0]))
    lines += [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def code(text: object) -> str:
    """A word of a language or a program; nothing for nothing."""
    return f"`{text}`" if str(text) else ""


def kind_of(dtype: pl.DataType) -> str:
    """A column's type in plain words."""
    known = {pl.String: "text", pl.Float64: "number", pl.Date: "day", pl.Boolean: "true/false"}
    return "instant" if isinstance(dtype, pl.Datetime) else known.get(type(dtype), "whole number")
