"""What is worked out once for an object that many batches share, such as the master data or layouts of a site."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

Subject = TypeVar("Subject")
P = ParamSpec("P")
Made = TypeVar("Made")


def once_for_each(
    most: int = 64,
) -> Callable[[Callable[Concatenate[Subject, P], Made]], Callable[Concatenate[Subject, P], Made]]:
    """Remember what a function makes of the very same object and equal other arguments; ``most`` such results.

    Only for objects that nobody changes, and for results that nobody changes. Other arguments must be hashable.
    """

    def remembering(function: Callable[Concatenate[Subject, P], Made]) -> Callable[Concatenate[Subject, P], Made]:
        known: dict[object, tuple[Subject, Made]] = {}

        @wraps(function)
        def remembered(subject: Subject, /, *args: P.args, **kwargs: P.kwargs) -> Made:
            key = (id(subject), args, *sorted(kwargs.items()))
            found = known.get(key)
            if found is None or found[0] is not subject:
                if len(known) >= most:
                    known.clear()
                found = known[key] = (subject, function(subject, *args, **kwargs))
            return found[1]

        return remembered

    return remembering
