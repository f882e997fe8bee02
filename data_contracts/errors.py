"""The errors people read. Each says what happened, where, and what to do next."""

from __future__ import annotations

from data_contracts.language import REASONS


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


class DecisionError(ShiftLedgerError):
    """What a person wants to decide cannot stand as it is; the text in their language is ``decide.<code>``.

    A tuple among ``params`` holds keys of other texts.
    """

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(self.text("en"))

    def text(self, language: str) -> str:
        """What is wrong, in that language."""
        told = {
            name: "; ".join(REASONS.text(key, language) for key in value) if isinstance(value, tuple) else value
            for name, value in self.params.items()
        }
        return REASONS.text(f"decide.{self.code}", language, **told)


class RetiredError(StoreError):
    """An original that was destroyed by the rule of retention; ``day`` (ISO) is when. Its numbers stay."""

    def __init__(self, source_file_id: str, day: str) -> None:
        self.source_file_id = source_file_id
        self.day = day
        super().__init__(self.text("en"))

    def text(self, language: str) -> str:
        """What became of it, in that language."""
        return REASONS.text("vault.retired", language, day=self.day)
