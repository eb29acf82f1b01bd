"""dcchost for Python.

    from dcchost import PyDccLauncher, PyProcessWatcher

The classes that code written for `dcc_mcp_core` expects, on the dcchost library; and `dcchost.client`, which talks to
sessions with the standard library alone. Importing this package imports nothing else: PyGObject and the library come
with the first use of a name that needs them, so that a Python without them still has the rest.
"""

__all__ = ["GuiExecutableHint", "PyCrashRecoveryPolicy", "PyDccLauncher", "PyProcessMonitor", "PyProcessWatcher",
           "correct_python_executable", "is_gui_executable"]
__version__ = "1.0.0"

_HOMES = {
    "GuiExecutableHint": "executables",
    "correct_python_executable": "executables",
    "is_gui_executable": "executables",
    "PyCrashRecoveryPolicy": "recovery",
    "PyDccLauncher": "launcher",
    "PyProcessMonitor": "monitor",
    "PyProcessWatcher": "watcher",
    "client": None,
}


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError("module 'dcchost' has no attribute %r" % name)
    from importlib import import_module
    home = _HOMES[name]
    if home is None:
        return import_module("." + name, __name__)
    value = getattr(import_module("." + home, __name__), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted(set(globals()) | set(_HOMES))
