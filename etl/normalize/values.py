"""Texts and cells to numbers, minutes, days and clock times. What is ambiguous is refused, not guessed.

Every function adds columns to a frame of cells (``kind``, ``text``, ``number``): the value, ``repair`` (what
was done to read it, or null) and ``bad`` (a key of the translations when it cannot be read, or null).
"""

from __future__ import annotations

from etl.normalize.numbers import numbers, numbers_as_written
from etl.normalize.reading import (
    BOOLEAN,
    DATE,
    DATETIME,
    DURATION,
    ERROR,
    FORMULA,
    NONE_WORDS,
    NUMBER,
    TEXT,
    TIME,
    clean,
    each_once,
    texts,
)
from etl.normalize.times import DATE_FORMATS, clocks, days, minutes

__all__ = [
    "BOOLEAN",
    "DATE",
    "DATETIME",
    "DATE_FORMATS",
    "DURATION",
    "ERROR",
    "FORMULA",
    "NONE_WORDS",
    "NUMBER",
    "TEXT",
    "TIME",
    "clean",
    "clocks",
    "days",
    "each_once",
    "minutes",
    "numbers",
    "numbers_as_written",
    "texts",
]
