"""Annotated copies."""
