"""The verbs of the command ``shiftledger``, a room for each subject. Putting them together: ``etl.cli``.

Imports stay inside the verbs: ``--help`` answers at once.
"""
