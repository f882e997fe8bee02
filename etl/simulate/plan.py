"""Which shift gets which error: at most one a line and day, so that none hides another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from etl.simulate.mistakes import MISTAKES
from etl.simulate.schedule import Slot
from etl.simulate.truth import make_truth

CORRECTED = "corrected"
OVERDUE = timedelta(hours=26)
KINDS = (*MISTAKES, CORRECTED)


@dataclass(frozen=True, slots=True)
class Plan:
    """Kind of error by ``Slot.key``, and orders whose planned quantity is lowered below what was made."""

    kinds: dict[str, str]
    lowered: dict[str, int]
    over_produced: dict[str, Slot]


def plan_errors(slots: list[Slot], error_rate: float, seed: int, through: datetime | None) -> Plan:
    """Spread errors over the shifts that have ended; the same arguments give the same plan."""
    ended = [slot for slot in slots if through is None or slot.end_at <= through]
    if not ended or error_rate <= 0:
        return Plan({}, {}, {})
    rng = Random(f"{seed}/errors")
    wanted = max(1, round(error_rate * len(ended)))
    taken: set[tuple[str, object]] = set()
    over_produced = _over_produced(slots, ended, max(1, wanted // (len(KINDS) + 1)), rng)
    taken.update((slot.line_id, slot.production_date) for slot in over_produced.values())
    lowered = {order_id: _lowered_quantity(slots, slot, seed) for order_id, slot in over_produced.items()}
    overdue_at = max(slot.end_at for slot in ended) - OVERDUE
    kinds: dict[str, str] = {}
    cycle = list(KINDS)
    rng.shuffle(cycle)
    for slot in rng.sample(ended, len(ended)):
        if len(kinds) + len(over_produced) >= wanted:
            break
        if (slot.line_id, slot.production_date) in taken:
            continue
        taken.add((slot.line_id, slot.production_date))
        kind = cycle[len(kinds) % len(cycle)]
        is_early = kind == "missing_report" and slot.end_at > overdue_at
        kinds[slot.key] = "typed_total" if is_early else kind
    return Plan(kinds, lowered, over_produced)


def _over_produced(slots: list[Slot], ended: list[Slot], count: int, rng: Random) -> dict[str, Slot]:
    """Orders that have ended, with the last shift of each."""
    runs: dict[str, list[Slot]] = {}
    for slot in slots:
        runs.setdefault(slot.order_id, []).append(slot)
    finished = {slot.key for slot in ended}
    last = {order_id: max(of, key=lambda s: s.start_at) for order_id, of in runs.items() if len(of) >= 4}
    fitting = sorted(order_id for order_id, slot in last.items() if slot.key in finished)
    chosen = rng.sample(fitting, min(count, len(fitting)))
    return {order_id: last[order_id] for order_id in chosen}


def _lowered_quantity(slots: list[Slot], last: Slot, seed: int) -> int:
    """Planned so that the last shift of the order goes beyond it by half of what it made."""
    made = sum(make_truth(slot, seed).good_qty for slot in slots if slot.order_id == last.order_id)
    return made - make_truth(last, seed).good_qty // 2
