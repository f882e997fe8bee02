"""Drafts of layouts: structure, meaning, proposal, and how many fields of strange workbooks come out right."""
