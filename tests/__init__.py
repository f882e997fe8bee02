"""Behaviour of the three packages, written as sentences."""
