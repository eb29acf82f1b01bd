import atexit
import os
import signal
import sys

from maya import program


def initialize(name="python"):
    if "licence" in program.words:  # without a licence, or with a full disk (deadline-cloud-for-maya, adaptor.py)
        raise RuntimeError("Error encountered when initializing Maya - Please check for sufficient disk space and "
                           "necessary write permissions of MAYA_APP_DIR.")
    program.standalone = True
    if "MAYA_NO_STANDALONE_ATEXIT" not in os.environ:  # "unconditionally exits with 0" (MAYA-96273)
        atexit.register(lambda: (sys.stdout.flush(), os._exit(0)))
    if "MAYA_DEBUG_NO_SIGINT_HANDLING" not in os.environ:  # kill -2 on mayapy exits 0 (Autodesk, exit codes)
        signal.signal(signal.SIGINT, lambda *a: os._exit(0))
    program.run_user_setups()


def uninitialize():
    """A known crasher."""
    if "teardown-crash" in program.words:
        program.end(0)
