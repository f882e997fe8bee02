"""Who started a run, and why: from its tags. What a person asked for through the proxy: ``etl.workflow.asked``.

``shiftledger/by`` is the person whom the proxy let through, and nobody can write it themselves; ``reason`` is why, as
they typed it beside the other tags; ``user`` is a name that somebody gave where there is no proxy.
"""

from __future__ import annotations

from collections.abc import Mapping

from data_contracts.scope import Actor

BY_TAG = "shiftledger/by"
REASON_TAG = "reason"
USER_TAG = "user"
NOT_GIVEN = "not given"
SCHEDULE_TAG = "dagster/schedule_name"
SENSOR_TAG = "dagster/sensor_name"


def starter(tags: Mapping[str, str]) -> Actor:
    """The person whom the proxy let through; else the schedule or sensor; else the name that somebody gave, if any."""
    if name := tags.get(BY_TAG):
        return Actor(name, "login")
    for tag, kind in ((SCHEDULE_TAG, "schedule"), (SENSOR_TAG, "sensor")):
        if name := tags.get(tag):
            return Actor(f"{kind}:{name}", "system")
    return Actor(tags.get(USER_TAG, "dagster"), "system")


def reason(tags: Mapping[str, str]) -> str | None:
    """Why, in the words of who started it; what starts by itself needs none."""
    by_itself = BY_TAG not in tags and (SCHEDULE_TAG in tags or SENSOR_TAG in tags)
    return tags.get(REASON_TAG, "").strip() or (None if by_itself else NOT_GIVEN)
