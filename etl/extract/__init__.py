"""Bytes to cells and records with locators, in capped child processes. Giving them meaning: ``etl.normalize``."""
