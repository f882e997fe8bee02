"""Workbooks of every shipped layout as plants keep them, each with the rows that must be read out of it.

One module a layout, named after it (``monthly_list`` makes workbooks of ``monthly-list``), with one function
``make(shifts, pen) -> Made``. What happened: ``happened``. Cells and sheets: ``book``. Ways of filling a cell: ``pen``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pkgutil import iter_modules

from etl.simulate.workbooks.book import Made
from etl.simulate.workbooks.happened import Shift
from etl.simulate.workbooks.pen import Pen

Maker = Callable[[Sequence[Shift], Pen], Made]
_PARTS = frozenset({"book", "happened", "invented", "pen"})


def makers() -> dict[str, Maker]:
    """Layout id to the function that makes its workbooks."""
    names = [found.name for found in iter_modules(__path__) if found.name not in _PARTS]
    return {name.replace("_", "-"): import_module(f"{__name__}.{name}").make for name in sorted(names)}


__all__ = ["Made", "Maker", "Pen", "Shift", "makers"]
