"""dcchost under the name of dcc_mcp_core, for scripts that are not to be edited.

Nobody finds this by accident: the directory above it has to be put on PYTHONPATH. The process classes and their helpers
are dcchost's. Every other name, and every submodule, is that of the dcc_mcp_core that is installed behind this one, if
there is one; it is looked for when the first such name is asked for.
"""

import importlib.machinery
import importlib.util
import os
import sys
import threading

from dcchost import (GuiExecutableHint, PyCrashRecoveryPolicy, PyDccLauncher, PyProcessMonitor,  # noqa: F401
                     PyProcessWatcher, correct_python_executable, is_gui_executable)

_OURS = ["GuiExecutableHint", "PyCrashRecoveryPolicy", "PyDccLauncher", "PyProcessMonitor", "PyProcessWatcher",
         "correct_python_executable", "is_gui_executable"]
_ABOUT = ("__all__", "__author__", "__copyright__", "__email__", "__license__", "__version__", "__version_info__")
_HERE = os.path.dirname(os.path.realpath(__file__))
_lock = threading.RLock()
_behind = None  # the package behind, also while it is still being executed


def _find_spec():
    """Where the package behind this one is; None where there is none."""
    elsewhere = [each for each in sys.path
                 if os.path.realpath(os.path.join(each or os.getcwd(), __name__)) != _HERE]
    spec = importlib.machinery.PathFinder.find_spec(__name__, elsewhere)
    for finder in sys.meta_path:  # where an editable install is found
        if spec is None and finder is not importlib.machinery.PathFinder and hasattr(finder, "find_spec"):
            spec = finder.find_spec(__name__, None)
    return spec if spec is not None and spec.loader is not None else None


class _PathBehind:
    """Where submodules are looked for: in the package behind alone, so that its parts find each other. As with any
    package, it is executed before the first of its parts."""

    def __init__(self):
        self.places = None

    def _all(self):
        _load_behind()
        if self.places is None:
            spec = _find_spec()
            self.places = list(spec.submodule_search_locations or []) if spec is not None else []
        return self.places

    def __iter__(self):
        return iter(self._all())

    def __len__(self):
        return len(self._all())

    def __getitem__(self, index):
        return self._all()[index]

    def append(self, place):
        self._all().append(place)

    def insert(self, index, place):
        self._all().insert(index, place)

    def extend(self, places):
        self._all().extend(places)


__path__ = _PathBehind()


def _load_behind():
    """The package behind, executed once; None where there is none. ImportError: it is there, and cannot be imported."""
    global _behind
    with _lock:
        if _behind is not None:
            return _behind
        spec = _find_spec()
        if spec is None:
            return None
        module = importlib.util.module_from_spec(spec)
        module.__path__ = __path__
        _behind = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            _behind = None
            raise
        return module


def __getattr__(name):
    # What Python itself looks for in passing (`__wrapped__` and the like) executes nothing.
    if _behind is None and name.startswith("__") and name not in _ABOUT:
        raise AttributeError("module '%s' has no attribute '%s'" % (__name__, name))
    module = _load_behind()
    if name == "__all__":
        return _OURS + [each for each in _names_of(module) if each not in _OURS]
    if module is None:
        raise AttributeError("dcchost's '%s' has no '%s', and no package of this name is installed behind it"
                             % (__name__, name))
    return getattr(module, name)


def _names_of(module):
    if module is None:
        return []
    return list(getattr(module, "__all__", [each for each in dir(module) if not each.startswith("_")]))


def __dir__():
    return sorted(set(_OURS + _names_of(_load_behind()) + [each for each in globals() if each.startswith("__")]))
