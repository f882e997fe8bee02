"""So many pages are drawn at a time as there are cores, four at most; the others wait.

Twenty that are drawn at once take turns at every few milliseconds, so that all of them end last.
"""

from __future__ import annotations

import os
from threading import BoundedSemaphore

DRAWING = BoundedSemaphore(min(4, os.cpu_count() or 1))
"""Held by a run of a page that shows numbers; nothing in it waits for a person."""
