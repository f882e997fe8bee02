"""One page a file, ``NN_name.py``, found by discovery: a ``PAGE`` and a ``render(view)``. NN gives the order."""
