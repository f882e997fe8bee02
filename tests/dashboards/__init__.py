"""Dashboards on a small published version."""
