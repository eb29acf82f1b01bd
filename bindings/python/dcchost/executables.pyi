import os
import pathlib
from typing import Optional, Union

_Path = Union[str, bytes, os.PathLike[str], os.PathLike[bytes]]

class GuiExecutableHint:
    gui_path: pathlib.Path
    dcc_kind: str
    recommended_replacement: Optional[pathlib.Path]
    def __init__(self, gui_path: pathlib.Path, dcc_kind: str,
                 recommended_replacement: Optional[pathlib.Path] = None) -> None: ...

def is_gui_executable(path: _Path) -> Optional[GuiExecutableHint]: ...
def correct_python_executable(path: _Path) -> pathlib.Path: ...
