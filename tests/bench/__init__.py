"""Benchmarks: scripts that print ratios; pytest collects none of them."""
