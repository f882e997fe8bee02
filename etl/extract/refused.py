"""The one way to say that a file will not be read."""

from __future__ import annotations


class RefusedError(Exception):
    """A file that will not be read; ``code`` is a key of the translations, ``params`` its values."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params
