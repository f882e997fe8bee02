"""Keeping a plant-year: backup, restore on an empty machine, every key changed while people read. Printed as measured.

``python -m tests.bench.keeping --site .cache/bench/run-year --keys .cache/bench/keys-run-year [--json]``. The site is
one that ``tests.bench.year`` has loaded; it is copied first and left as it is. pytest does not collect this file.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event, Thread
from time import monotonic

from data_contracts.errors import ShiftLedgerError
from data_contracts.scope import Actor
from etl import desk
from etl.backup import back_up
from etl.keeping import rotate_keys
from etl.restore import restore
from etl.settings import settings
from etl.store.holdings import holdings
from etl.store.keys import LEVELS, load_keys

ACTOR = Actor("bench")
COUNTED = "select count(*), sum(good_qty), sum(scrap_qty) from production"


@dataclass(frozen=True, slots=True)
class Measured:
    """One thing that was done, how long it took, and what it came to."""

    what: str
    seconds: float
    told: str


@dataclass
class Readers:
    """Somebody who opens the version and reads, again and again."""

    answers: int = 0
    longest_s: float = 0.0
    refused: int = 0
    others: int = 0


def main() -> int:
    """Measure and print. Returns 1 when something was lost or a reader was turned away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path, required=True, help="a site that was loaded; it is not changed")
    parser.add_argument("--keys", type=Path, required=True, help="folder of its keys")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.site.parent) as folder:
        done, is_whole = measure(options.site, options.keys, Path(folder))
    if options.json:
        print(json.dumps([asdict(one) for one in done], indent=1))
    else:
        for one in done:
            print(f"{one.what:<28}{one.seconds:>8.1f} s  {one.told}")
    return 0 if is_whole else 1


def measure(site: Path, keys: Path, folder: Path) -> tuple[list[Measured], bool]:
    """Everything on a copy; whether nothing was lost and nobody turned away."""
    home, second = folder / "site", folder / "second"
    shutil.copytree(site, home, ignore=shutil.ignore_patterns("inbox"))
    (home / "inbox").mkdir()
    shutil.copytree(keys, folder / "keys")
    os.environ["SHIFTLEDGER_KEY_DIR"] = str(folder / "keys")
    before, counted = held(home), count(home)
    done: list[Measured] = []

    def timed(what: str, deed: Callable[[], str]) -> None:
        start = monotonic()
        told = deed()
        done.append(Measured(what, monotonic() - start, told))

    file, key = folder / "year.backup", folder / "backup.key"
    timed("backup", lambda: _told(back_up(home, ACTOR, file, key).size_bytes))
    os.environ["SHIFTLEDGER_KEY_DIR"] = str(folder / "empty-machine")
    timed("restore, proven equal", lambda: f"{restore(file, second, ACTOR, key, verify=True).rows} rows")
    is_equal = held(second) == before
    done.append(Measured("restored site", 0.0, f"{len(before)} counts and hashes {'equal' if is_equal else 'DIFFER'}"))
    os.environ["SHIFTLEDGER_KEY_DIR"] = str(folder / "keys")
    turned_away = 0
    for level in LEVELS:
        with reading(home, counted) as readers:
            timed(f"new {level} key", lambda level=level: _rotated(home, level))  # type: ignore[misc]
        turned_away += readers.refused + readers.others
        told = f"{readers.answers} answers meanwhile, slowest {readers.longest_s:.2f} s, {readers.refused} refused"
        done.append(Measured(f"readers, {level}", 0.0, told + (f", {readers.others} WRONG" if readers.others else "")))
    is_kept = held(home) == before
    done.append(Measured("after all of it", 0.0, f"{len(before)} counts and hashes {'equal' if is_kept else 'DIFFER'}"))
    return done, is_equal and is_kept and not turned_away and not desk.verify_audit(home, ACTOR)


def held(home: Path) -> set[object]:
    """Counts and hashes of everything."""
    data = home / "data"
    return set(holdings(data, load_keys(data, settings().key_dir, create=False)))


def count(home: Path) -> list[tuple[object, ...]]:
    """What a reader asks, over a connection of its own."""
    connection = desk.current_version(home).connect()
    try:
        return connection.execute(COUNTED).fetchall()
    finally:
        connection.close()


@contextmanager
def reading(home: Path, counted: list[tuple[object, ...]]) -> Iterator[Readers]:
    """Somebody reads while the body runs."""
    found, is_over = Readers(), Event()

    def read() -> None:
        while not is_over.is_set():
            start = monotonic()
            try:
                found.others += count(home) != counted
                found.answers += 1
            except ShiftLedgerError as error:
                found.refused += 1
                print(error, file=sys.stderr)
            found.longest_s = max(found.longest_s, monotonic() - start)

    thread = Thread(target=read)
    thread.start()
    try:
        yield found
    finally:
        is_over.set()
        thread.join()


def _told(size: int) -> str:
    return f"{size / 1e6:.0f} MB"


def _rotated(home: Path, level: str) -> str:
    (done,) = rotate_keys(home, ACTOR, [level])
    return f"{done.files} files, {done.rows} rows compared, {done.wrapped} keys wrapped, {done.destroyed} destroyed"


if __name__ == "__main__":
    sys.exit(main())
