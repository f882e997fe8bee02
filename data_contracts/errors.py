"""The errors people read. Each says what happened, where, and what to do next."""

from __future__ import annotations


class ShiftLedgerError(Exception):
    """Base of every error a person should read as text instead of a traceback."""


class SiteError(ShiftLedgerError):
    """The site's configuration is wrong; the message names file, line and key."""


class LayoutError(ShiftLedgerError):
    """A layout or an export mapping is wrong in itself (not a workbook that fails to match it)."""


class ContractError(ShiftLedgerError):
    """A document with contracts cannot be read."""


class KeyAccessError(ShiftLedgerError):
    """An encryption key is missing, unreadable or does not fit the data."""


class StoreError(ShiftLedgerError):
    """The warehouse or a published version cannot be used as it is."""


class ScopeError(ShiftLedgerError):
    """A scope is written wrongly or asks for more than the actor may see."""
