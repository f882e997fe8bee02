"""The version of the template. Raise it when leaders should take the new one; old ones are still read."""

from __future__ import annotations

CURRENT = 1
