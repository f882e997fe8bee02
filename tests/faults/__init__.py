"""Tests of what happens when a load is killed or has no room."""
