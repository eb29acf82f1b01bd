"""Which executable of an application is its window and which its interpreter. No gi, nothing is started.

`maya` opens a window; a script wants `mayapy`. People put the first into settings that mean the second.
"""

import os
import pathlib

__all__ = ["GuiExecutableHint", "correct_python_executable", "is_gui_executable"]

# Lower-case file stem of a window: the kind of application, and the stem of what runs scripts beside it, if any.
_WINDOWS = {
    "maya": ("maya", "mayapy"),
    "houdini": ("houdini", "hython"),
    "houdinifx": ("houdini", "hython"),
    "houdinicore": ("houdini", "hython"),
    "unrealeditor": ("unreal", "unrealeditor-cmd"),
    "blender": ("blender", None),
    "3dsmax": ("3dsmax", None),
    "nuke": ("nuke", None),
    "nukestudio": ("nuke", None),
    "modo": ("modo", None),
    "motionbuilder": ("motionbuilder", None),
    "c4d": ("c4d", None),
    "cinema4d": ("c4d", None),
    "katana": ("katana", None),
}


class GuiExecutableHint:
    """That a path names an application's window, and what to take instead.

    gui_path: the path as it was given, a pathlib.Path. dcc_kind: one of maya, houdini, unreal, blender, 3dsmax,
    nuke, modo, motionbuilder, c4d, katana. recommended_replacement: a pathlib.Path of the interpreter that lies
    beside it, or None.
    """

    __slots__ = ("gui_path", "dcc_kind", "recommended_replacement")

    def __init__(self, gui_path, dcc_kind, recommended_replacement=None):
        self.gui_path = gui_path
        self.dcc_kind = dcc_kind
        self.recommended_replacement = recommended_replacement

    def _key(self):
        return self.gui_path, self.dcc_kind, self.recommended_replacement

    def __repr__(self):
        return "GuiExecutableHint(gui_path=%r, dcc_kind=%r, recommended_replacement=%r)" % tuple(
            str(each) if isinstance(each, pathlib.PurePath) else each for each in self._key())

    def __eq__(self, other):
        return self._key() == other._key() if isinstance(other, GuiExecutableHint) else NotImplemented

    def __hash__(self):
        return hash(self._key())


def is_gui_executable(path):
    """A GuiExecutableHint where the file's stem, in any case of letters, is that of an application's window; else
    None.

    path: str, bytes or os.PathLike; the file need not be there. TypeError for anything else.
    """
    path = _as_path(path)
    # The settings of a Windows machine are read on Linux as well.
    name = path.name.rsplit("\\", 1)[-1]
    stem, ending = os.path.splitext(name)
    if stem.lower() not in _WINDOWS:
        return None
    kind, interpreter = _WINDOWS[stem.lower()]
    return GuiExecutableHint(path, kind, interpreter and _find_beside(path, interpreter, ending))


def correct_python_executable(path):
    """What to run scripts with, a pathlib.Path: the interpreter beside an application's window where there is one,
    else path itself. Takes and raises what is_gui_executable() does."""
    hint = is_gui_executable(path)
    if hint is not None and hint.recommended_replacement is not None:
        return hint.recommended_replacement
    return _as_path(path)


def _as_path(path):
    return pathlib.Path(os.fsdecode(path))


def _find_beside(path, stem, ending):
    """The file beside path that has this stem and ending, in any case of letters; or None."""
    wanted = (stem + ending).lower(), stem
    try:
        names = os.listdir(str(path.parent))
    except (OSError, ValueError):
        return None
    for name in sorted(names):
        if name.lower() in wanted and (path.parent / name).is_file():
            return path.parent / name
    return None
