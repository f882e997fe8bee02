"""Tests of the cross-checks, one file a rule."""
