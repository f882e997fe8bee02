"""Which configuration the last load had: a hash of each file of the site. A change is on record, with its author.

The author is who committed the file, where the site is a git working tree and the file is as it was committed.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from data_contracts.scope import Actor
from etl.store.audit import AuditLog
from etl.store.files import write_atomically

FILE = "configuration.json"
PATTERNS = ("site.toml", "master/*.csv", "layouts/*.toml", "exports/*.toml", "sources/*.toml")
UNKNOWN = "unknown"
GIT_S = 5


@dataclass(frozen=True, slots=True)
class Change:
    """A file that is not what it was; None where there was or is none."""

    file: str
    old: str | None
    new: str | None


def record_changes(home: Path, data: Path, log: AuditLog, actor: Actor) -> list[Change]:
    """Put on record what changed since the last time, and remember how it is now. ``actor``: who came across it."""
    now, before = _hashes(home), _remembered(data)
    if before is None:
        log.append(actor, "config.first", str(home), files=now)
        changes = []
    else:
        files = sorted(before.keys() | now.keys())
        changes = [Change(name, before.get(name), now.get(name)) for name in files if before.get(name) != now.get(name)]
        for one in changes:
            log.append(actor, "config.change", one.file, old=one.old, new=one.new, author=author(home, one.file))
    if now != before:
        write_atomically(data / FILE, json.dumps(now, indent=1, sort_keys=True).encode())
    return changes


def author(home: Path, file: str) -> str:
    """Who committed a file as it is now."""
    if _git(home, "status", "--porcelain", "--", file) == "":
        return _git(home, "log", "-1", "--format=%an <%ae>", "--", file) or UNKNOWN
    return UNKNOWN


def _git(home: Path, *arguments: str) -> str | None:
    """What git says about the site; None where it cannot say anything."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and nothing that the site's git settings name is run
            ["git", "-c", "core.fsmonitor=false", "-C", str(home), *arguments],  # noqa: S607
            capture_output=True,
            text=True,
            timeout=GIT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _hashes(home: Path) -> dict[str, str]:
    files = [path for pattern in PATTERNS for path in home.glob(pattern) if path.is_file()]
    return {path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)}


def _remembered(data: Path) -> dict[str, str] | None:
    try:
        found = json.loads((data / FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return {str(name): str(digest) for name, digest in found.items()}
