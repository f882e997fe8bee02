"""Tests on real databases: a SQLite file and a private PostgreSQL server."""
