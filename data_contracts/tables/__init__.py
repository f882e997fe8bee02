"""One model a table: grain, types, units, ranges. Found by discovery; no list is edited.

``TABLES`` maps a table's name to its contract. Layers: ``master`` (what the plant maintains), ``stage``
(what the sources said), ``published`` (what people query).
"""

from __future__ import annotations

import importlib
import pkgutil

from data_contracts.tables.base import Table


def _discover() -> dict[str, type[Table]]:
    found: dict[str, type[Table]] = {}
    for module_info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        if module_info.name == "base":
            continue
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Table) and value.__module__ == module.__name__:
                found[value.sql_name()] = value
    return found


TABLES = _discover()
