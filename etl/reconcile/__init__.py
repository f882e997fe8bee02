"""Staged rows against each other: cross-checks, causes, history of discrepancies, consolidation. Pure frames."""
