from . import client as client
from .executables import GuiExecutableHint as GuiExecutableHint
from .executables import correct_python_executable as correct_python_executable
from .executables import is_gui_executable as is_gui_executable
from .launcher import PyDccLauncher as PyDccLauncher
from .monitor import PyProcessMonitor as PyProcessMonitor
from .recovery import PyCrashRecoveryPolicy as PyCrashRecoveryPolicy
from .watcher import PyProcessWatcher as PyProcessWatcher

__version__: str
