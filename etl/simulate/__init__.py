"""A plant that is made up: truth that balances, the reports and exports it would give, errors with labels."""
