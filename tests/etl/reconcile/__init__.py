"""Tests of reconciling."""
