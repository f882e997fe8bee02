"""Contracts in the Open Data Contract Standard: written from the code, and one version compared with another.

The code stays canonical: what the standard has no word for (tolerance, scope of an override) stands in
``customProperties``, and nothing is read back from a document but to compare it. Contracts: ``data_contracts``.
"""
