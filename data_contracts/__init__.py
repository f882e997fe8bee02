"""What is promised: tables, layouts, export mappings, cross-checks, the site's configuration.

Polars, pandera and this package's own data files; no other input or output. Doing the work: ``etl``.
"""
