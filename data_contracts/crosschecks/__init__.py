"""Cross-checks: rules over two sources, or over a shift and its neighbours. One file a rule, found by discovery.

A rule's file defines ``RULE = CrossCheck(...)``; nothing else has to be edited. Running them: ``etl.reconcile``.
"""

from __future__ import annotations

import importlib
import pkgutil

from data_contracts.crosschecks.base import CrossCheck, Evidence

__all__ = ["CROSSCHECKS", "CrossCheck", "Evidence"]


def _discover() -> dict[str, CrossCheck]:
    found: dict[str, CrossCheck] = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        rule = getattr(module, "RULE", None)
        if isinstance(rule, CrossCheck):
            found[rule.id] = rule
    return dict(sorted(found.items(), key=lambda item: item[1].number))


CROSSCHECKS = _discover()
"""Rule id to rule, in the order of the catalogue."""
