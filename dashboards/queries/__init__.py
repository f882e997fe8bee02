"""Every query of the dashboards. Each takes a reader and a scope, and binds that scope; none writes.

Caching and choosing what to ask: ``dashboards.view``. The way a scope enters SQL: ``_reading``.
"""
