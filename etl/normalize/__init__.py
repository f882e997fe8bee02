"""Layouts and mappings applied to cells and records: contract rows, units, production day. Reading: ``etl.extract``."""
