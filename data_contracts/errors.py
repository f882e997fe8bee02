"""The errors people read. Each says what happened, where, and what to do next."""

from __future__ import annotations

from data_contracts.language import REASONS


class ShiftLedgerError(Exception):
    """Base of every error a person should read as text instead of a traceback."""

    def text(self, language: str) -> str:
        """What is wrong, in that language where there is a text."""
        return str(self)


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


class ToldError(ShiftLedgerError):
    """An error with a text in each language, ``<family>.<code>``.

    A tuple among ``params`` holds keys of other texts.
    """

    family = "decide"

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
        return REASONS.text(f"{self.family}.{self.code}", language, **told)


class DecisionError(ToldError):
    """What a person wants to decide or to record cannot stand as it is."""


class PeopleError(ToldError):
    """A grant, an account or a login cannot stand as it is."""

    family = "people"


class DeniedError(ToldError):
    """The person may not do this, or not there; the attempt is on record."""

    family = "denied"


class RetiredError(StoreError):
    """An original that was destroyed by the rule of retention; ``day`` (ISO) is when. Its numbers stay."""

    def __init__(self, source_file_id: str, day: str) -> None:
        self.source_file_id = source_file_id
        self.day = day
        super().__init__(self.text("en"))

    def text(self, language: str) -> str:
        """What became of it, in that language."""
        return REASONS.text("vault.retired", language, day=self.day)
