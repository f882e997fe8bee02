"""Quantities that are written wrongly: blanks, swapped digits, units, separators, gross for good."""

from __future__ import annotations

from random import Random

from etl.simulate.labels import GROSS, MISSING, SLIPPED, TRANSPOSED
from etl.simulate.report_errors import looks_like_a_ratio, swaps
from etl.simulate.works.told import Edit, Fault, Told
from etl.simulate.works.world import World

GOOD = "good_qty"
SEPARATOR, UNIT, AGAINST_MES = 46, 45, 17
_ENOUGH = 20


def _numbers(told: Told, least: float) -> list[int]:
    return [n for n, part in enumerate(told.parts()) if part.good_qty > least]


def blank(told: Told, _world: World, rng: Random) -> Fault | None:
    """The good quantity of an hour was never entered."""
    fitting = _numbers(told, 2 * told.slack)
    if not told.by_hour or not told.line.by_hour or not fitting:
        return None
    number = rng.choice(fitting)
    true = told.parts()[number].good_qty
    told.write(number, good=0)
    told.edits.append(Edit(told.where(GOOD, number)))
    return Fault(AGAINST_MES, MISSING, (told.where(GOOD, number),), true, None)


def transposed(told: Told, _world: World, rng: Random) -> Fault | None:
    """Two neighbouring digits change places."""
    taken = {count.good_qty for count in told.counts}
    fitting = [
        (n, swapped)
        for n in _numbers(told, _ENOUGH)
        for swapped in swaps(told.counted(n))
        if abs(swapped - told.counted(n)) > told.slack
        and abs(swapped - told.counted(n)) not in taken
        and not looks_like_a_ratio(swapped, told.counted(n))
    ]
    return _written(told, rng.choice(fitting), AGAINST_MES, TRANSPOSED) if fitting else None


def separator(told: Told, _world: World, rng: Random) -> Fault | None:
    """A zero too many, or a separator that makes a tenth of it."""
    factor = rng.choice((10, 100))
    pack = (told.truth.slot.product.pack_size, 12)
    fitting = [(n, told.counted(n) * factor) for n in _numbers(told, _ENOUGH)]
    fitting = [pair for pair in fitting if factor not in pack]
    return _written(told, rng.choice(fitting), SEPARATOR, SLIPPED) if fitting else None


def packs(told: Told, _world: World, rng: Random) -> Fault | None:
    """Pieces for packs: the quantity is multiplied by what a pack holds, or by a dozen."""
    pack = told.truth.slot.product.pack_size
    # The product codes of a dashboard know no pack.
    factor = rng.choice((12, 12 if told.line.layout_id == "dashboard-report" else pack))
    fitting = [(n, told.counted(n) * factor) for n in _numbers(told, _ENOUGH)]
    return _written(told, rng.choice(fitting), UNIT, SLIPPED) if fitting else None


def gross(told: Told, _world: World, _rng: Random) -> Fault | None:
    """Good includes scrap, all over the report."""
    scrap, good = told.truth.scrap_qty, told.truth.good_qty
    whole = len(told.parts()) == 1 or told.by_hour
    chance = scrap in {count.good_qty for count in told.counts} or good + scrap in swaps(good)
    # Typed confirmations are forgiven more than there is scrap.
    if not whole or not told.line.by_hour or scrap <= max(3.0, 0.008 * good) or chance:
        return None
    for number in range(len(told.parts())):
        told.write(number, good=told.counted(number) + told.scrapped(number))
    return Fault(AGAINST_MES, GROSS, (told.all_of(GOOD),), good, good + scrap)


def _written(told: Told, chosen: tuple[int, int], rule_no: int, cause: int) -> Fault:
    number, written = chosen
    true = told.counted(number)
    told.write(number, good=written)
    return Fault(rule_no, cause, (told.where(GOOD, number),), true, written)


SLIPS = {"blank": blank, "transposed": transposed, "separator": separator, "packs": packs, "gross": gross}
