"""What lies on the disk: warehouse, published versions, vault of originals, keys, audit log. All encrypted.

Computing what to store: ``etl.normalize`` and ``etl.reconcile``.
"""
