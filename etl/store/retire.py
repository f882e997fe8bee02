"""Destroy originals for ever: the wrapping key of their plant and month goes, and only their heads stay.

First it is written down which months are to go (``vault.RETIRED``), then the keys go, then the bodies. Killed in
between, what was written down counts as gone, and the next call finishes. The caller holds the writer's lock.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from etl.store import vault
from etl.store.files import write_atomically
from etl.store.keyring import KeyRing
from etl.store.keys import generations, period, wrapping_names


def due(names: Iterable[str], before: date, plant_id: str | None) -> list[str]:
    """Periods whose month ended before a day, of all plants or of one."""
    start = "vault~" if plant_id is None else period(plant_id, before).removesuffix(f"{before:%Y-%m}")
    months = [name for name in wrapping_names(names) if name.startswith(start)]
    return [name for name in months if name.rpartition("~")[2] < f"{before:%Y-%m}"]


def destroy(data: Path, ring: KeyRing, periods: list[str], today: date) -> int:
    """Make the originals of these periods unreadable; how many they were."""
    known = vault.retired(data)
    told = {**dict.fromkeys(periods, today.isoformat()), **known}
    if told != known:
        (data / "vault").mkdir(mode=0o700, exist_ok=True)
        write_atomically(data / "vault" / vault.RETIRED, json.dumps(told, sort_keys=True).encode())
    for gone in told:
        for name in generations(ring.names(), gone):
            ring.destroy(name)
    buried = 0
    for path in vault.originals(data):
        top = vault.head(path)
        if top.period in told and top.start is not None:
            vault.bury(path, top.period)
            buried += 1
    return buried
