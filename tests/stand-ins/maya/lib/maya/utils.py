"""executeDeferred: at the next idle event; "does not execute at all when in batch mode" (PyMEL's documentation)."""
from maya import program


def executeDeferred(function):
    if not program.batch:
        program.deferred.append(function)
