"""Anything in any order, for some minutes: ``python -m tests.bench.any_order --minutes 30 [--seed N] [--steps 12]``.

Prints how many orders of events ended in the state of a warehouse made anew, and ends with the first that did not, as
short as hypothesis can make it. What happens in them: ``tests.etl.any_order``.
"""

from __future__ import annotations

import argparse
import time

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.etl.any_order import AnyOrder

BATCH = 5


def main() -> None:
    """Run batches with one seed after another until the time is up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=12, help="events in one order, at most")
    asked = parser.parse_args()
    end, batches = time.monotonic() + 60 * asked.minutes, 0
    while time.monotonic() < end:
        machine = seed(asked.seed + batches)(type("AnyOrder", (AnyOrder,), {}))
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=BATCH,
                stateful_step_count=asked.steps,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        batches += 1
        print(f"{batches * BATCH} orders of up to {asked.steps} events, seeds from {asked.seed}: all alike", flush=True)


if __name__ == "__main__":
    main()
