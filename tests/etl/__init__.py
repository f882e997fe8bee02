"""Tests of ``etl``."""
