"""Tests of the made-up plant."""
