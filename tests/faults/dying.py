"""How a child process is killed at a named step: put in place of a function, or around it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any


def die(*_args: object, **_kwargs: object) -> None:
    """End this process as ``kill -9`` does."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_after(function: Callable[..., Any], times: int = 1) -> Callable[..., Any]:
    """The same function, which ends the process when it has done its work for the so-manieth time."""
    done = []

    def wrapped(*args: object, **kwargs: object) -> Any:
        result = function(*args, **kwargs)
        done.append(1)
        if len(done) == times:
            die()
        return result

    return wrapped


def die_before(function: Callable[..., Any], is_it: Callable[..., bool]) -> Callable[..., Any]:
    """The same function, which ends the process before it does what ``is_it`` says of its arguments."""

    def wrapped(*args: object, **kwargs: object) -> Any:
        if is_it(*args):
            die()
        return function(*args, **kwargs)

    return wrapped
