"""Tests of reading: bytes to cells and records."""
