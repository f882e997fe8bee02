"""Mistakes with labels: one module a family, each with ``SLIPS``, found by discovery.

A slip changes one shift, or a shift and its neighbour, and says what should be found; it returns None, and changes
nothing, where a shift does not lend itself to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules
from random import Random

from etl.simulate.works.told import Fault, Told
from etl.simulate.works.world import World

Slip = Callable[[Told, World, Random], Fault | None]


def slips() -> dict[str, Slip]:
    """Kind to what makes the mistake."""
    modules = [import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__)]
    found: dict[str, Slip] = {kind: slip for module in modules for kind, slip in module.SLIPS.items()}
    return dict(sorted(found.items()))


def spread(world: World, error_rate: float, rng: Random) -> None:
    """Give a share of the shifts one mistake each, every kind as often; none beside another on its line."""
    kinds = slips()
    wanted = round(error_rate * len(world.shifts))
    order = rng.sample(range(len(world.shifts)), len(world.shifts))
    made = 0
    turn: list[str] = []
    while made < wanted:
        if not turn:
            turn = rng.sample(list(kinds), len(kinds))
        kind = turn.pop()
        if any(_falsify(world, world.shifts[n], kind, kinds[kind], rng) for n in order):
            made += 1
        else:
            wanted -= 1


def _falsify(world: World, told: Told, kind: str, slip: Slip, rng: Random) -> bool:
    near = [world.beside(told, step) for step in (-2, -1, 0, 1, 2)]
    if any(other is None or not other.is_free for other in near[1:4]):
        return False
    fault = slip(told, world, rng)
    if fault is None:
        return False
    told.fault = replace(fault, kind=kind)
    for other in near:
        if other is not None:
            other.is_free = False
    return True
