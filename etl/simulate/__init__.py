"""A plant that is made up: truth that balances, the reports and exports it would give, errors with labels."""

from etl.simulate.site import make_site

__all__ = ["make_site"]
