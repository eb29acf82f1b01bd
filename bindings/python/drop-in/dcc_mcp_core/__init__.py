"""dcchost under the name of dcc_mcp_core, for scripts that are not to be edited.

Nobody finds this by accident: the directory above it has to be put on PYTHONPATH. Only the names that dcchost has are
here; what else that package offers is not.
"""

from dcchost import (GuiExecutableHint, PyCrashRecoveryPolicy, PyDccLauncher, PyProcessMonitor, PyProcessWatcher,
                     correct_python_executable, is_gui_executable)

__all__ = ["GuiExecutableHint", "PyCrashRecoveryPolicy", "PyDccLauncher", "PyProcessMonitor", "PyProcessWatcher",
           "correct_python_executable", "is_gui_executable"]
