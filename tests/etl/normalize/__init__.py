"""Tests of meaning: cells and records to contract rows."""
