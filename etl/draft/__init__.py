"""Propose a layout for a workbook nobody has described yet, and say how sure each part of it is.

Nothing that is proposed here is ever loaded by itself: a person reads it and saves it with the site's layouts.
Applying layouts: ``etl.normalize``.
"""
