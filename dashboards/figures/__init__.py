"""Frames to charts and drawings, pure. What to ask for: ``queries``; what a number means: ``data_contracts``."""
