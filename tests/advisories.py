"""Pinned packages among known vulnerabilities: ``make advisories``, or ``python -m tests.advisories --pip-audit BIN``.

pip-audit calls a package that it could not look up no finding. So a package that is known to be vulnerable is looked up
first, and every one that was passed over counts: what could not be checked is never told as checked.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

LOCKS = ("requirements.lock", "requirements-odcs.lock", "requirements-audit.lock")
CANARY = "jinja2==2.4.1"
"""Of 2010, with vulnerabilities that every database of advisories has."""
FOUND, UNKNOWN = 1, 3


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of a look-up: packages looked up, what is wrong with some, and what was not looked up, and why."""

    checked: int
    found: tuple[str, ...]
    unchecked: tuple[str, ...]


def judged(report: dict[str, Any]) -> Judged:
    """What pip-audit's report says, package by package."""
    packages = report["dependencies"]
    unchecked = [f"{one['name']}: {one['skip_reason']}" for one in packages if "skip_reason" in one]
    found = [
        f"{one['name']} {one['version']}: {flaw['id']}, right in {', '.join(flaw['fix_versions']) or 'no version yet'}"
        for one in packages
        for flaw in one.get("vulns", ())
    ]
    return Judged(len(packages) - len(unchecked), tuple(found), tuple(unchecked))


def main() -> int:
    """0 when nothing is known against any package, 1 for vulnerabilities, 3 when that could not be said."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pip-audit", type=Path, required=True, help="the command, in an environment of its own")
    parser.add_argument("--where-possible", action="store_true", help="0 instead of 3, still told")
    chosen = parser.parse_args()
    unknown = 0 if chosen.where_possible else UNKNOWN
    with TemporaryDirectory() as folder:
        canary = Path(folder) / "canary.txt"
        canary.write_text(CANARY)
        known = _asked(chosen.pip_audit, canary)
    if known is None or not known.found:
        print(f"NOT CHECKED: no database of advisories answers here ({CANARY} has no finding).")
        print("Nothing is said about the pinned packages. Run `make advisories` where the network allows it.")
        return unknown
    code = 0
    for lock in LOCKS:
        result = _asked(chosen.pip_audit, Path(lock))
        if result is None:
            print(f"NOT CHECKED: {lock} could not be read by pip-audit.")
            code = code or unknown
            continue
        print(f"{lock}: {result.checked} packages looked up, {len(result.found)} vulnerabilities")
        for line in (*result.found, *(f"NOT CHECKED: {one}" for one in result.unchecked)):
            print(f"  {line}")
        code = FOUND if result.found else code or (unknown if result.unchecked else 0)
    return code


def _asked(command: Path, requirements: Path) -> Judged | None:
    """pip-audit's answer about pinned packages; None when it has none."""
    argv = [
        str(command),
        "-r",
        str(requirements),
        "--no-deps",
        "--disable-pip",
        "--progress-spinner",
        "off",
        "-f",
        "json",
    ]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    try:
        return judged(json.loads(done.stdout))
    except (ValueError, KeyError):
        print(done.stderr.strip()[-2000:])
        return None


if __name__ == "__main__":
    raise SystemExit(main())
