"""Texts about contracts and how they change."""

from __future__ import annotations

from pathlib import Path

from data_contracts.language import Catalog

TEXTS = Catalog(Path(__file__).parent / "i18n")
