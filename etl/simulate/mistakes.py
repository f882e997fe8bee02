"""Every mistake in a shift, by kind: ``OF_ANY_SHIFT`` of the modules named ``*_errors``, found by discovery.

A mistake changes its case and says what should be found; it returns None, and changes nothing, where the shift does not
lend itself to it. ``over_produced`` and ``corrected`` concern more than one shift or file: ``plan`` and ``day``.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from random import Random

from etl.simulate.labels import Case, Label

Mistake = Callable[[Case, Random], Label | None]
_ALWAYS_POSSIBLE = "missing_report"


def _discover() -> dict[str, Mistake]:
    found: dict[str, Mistake] = {}
    for info in iter_modules([str(Path(__file__).parent)]):
        if info.name.endswith("_errors"):
            found |= getattr(import_module(f"etl.simulate.{info.name}"), "OF_ANY_SHIFT", {})
    return dict(sorted(found.items()))


MISTAKES = _discover()


def falsify(case: Case, kind: str, rng: Random) -> Label:
    """Make the mistake ``kind``, or the next one that this shift lends itself to."""
    kinds = list(MISTAKES)
    start = kinds.index(kind)
    for name in (*kinds[start:], *kinds[:start], _ALWAYS_POSSIBLE):
        label = MISTAKES[name](case, rng)
        if label is not None:
            return label
    raise AssertionError("a missing report is always possible")
