"""The plants: one module each with ``PLANT``, found by discovery."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from etl.simulate.works.plant import Plant


def plants() -> tuple[Plant, ...]:
    """All plants by id."""
    found = [import_module(f"{__name__}.{info.name}").PLANT for info in iter_modules(__path__)]
    return tuple(sorted(found, key=lambda plant: plant.plant_id))
