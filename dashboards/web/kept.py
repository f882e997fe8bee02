"""Files that a page made for one person, until they fetch them: in memory only, the oldest go first."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

MOST_BYTES = 200 * 1024 * 1024
_secret = secrets.token_bytes(32)
_files: OrderedDict[str, Kept] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Kept:
    """A file and the person for whom it was made."""

    owner: str
    name: str
    content: bytes


def keep(owner: str, name: str, content: bytes) -> str:
    """Keep a file and return its number; the same file of the same person keeps its number."""
    told = f"{owner}\0{name}\0{hashlib.sha256(content).hexdigest()}"
    number = hmac.new(_secret, told.encode(), hashlib.sha256).hexdigest()
    with _lock:
        _files[number] = Kept(owner, name, content)
        _files.move_to_end(number)
        while len(_files) > 1 and sum(len(file.content) for file in _files.values()) > MOST_BYTES:
            _files.popitem(last=False)
    return number


def fetch(number: str) -> Kept | None:
    """A file that is still kept."""
    with _lock:
        return _files.get(number)
