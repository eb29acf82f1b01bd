"""Not importable in hython (facts 3: ayon-houdini, fxhoudinimcp): this directory is on the path of a window only."""
import standin


def executeDeferred(function, *args):
    standin.posted.append(lambda: function(*args))
