"""Runs one block of the guide: run_guide.py LINE [EXECUTABLE]. Its own process, for a block may end by exit(1).

The block is executed as it stands, in the namespace that the blocks above it would have left (PREAMBLE). EXECUTABLE
takes the place of the path that the guide names, only where the machine cannot show a stand-in at that path. Waits of
a second and more are shortened; a loop without end is interrupted as Ctrl-C would.
"""

import ast
import signal
import sys
import time

import dcc_mcp_core
import guide

NAMED = "/usr/autodesk/maya/bin/maya"
MONITOR = "import os; from dcc_mcp_core import *; monitor = PyProcessMonitor(); monitor.track(os.getpid(), 'self')"
LAUNCHER = "from dcc_mcp_core import *; launcher = PyDccLauncher()"
LAUNCHED = LAUNCHER + "; launcher.launch('maya', %r); launcher.launch('quick_proc', %r)" % (NAMED, NAMED)
POLICY = "from dcc_mcp_core import *"
WATCHER = "import time; from dcc_mcp_core import *"

# What the document has shown before a block that does not begin by itself.
PREAMBLE = {
    "Track/Untrack": MONITOR, "Query Methods": MONITOR, "1. Always Refresh Before Query": MONITOR,
    "2. Handle Missing Processes Gracefully": MONITOR, "4. Monitor Resource Usage": MONITOR,
    "Launch with Environment": LAUNCHER, "Process Lifecycle": LAUNCHED, "Maya Example": LAUNCHER,
    "3. Use Appropriate Timeouts": LAUNCHED, "Fixed Backoff": POLICY, "Exponential Backoff": POLICY,
    "Managing Policy State": POLICY, "Polling Pattern": WATCHER, "Start/Stop": WATCHER,
}
# A block that only defines is used as its name says.
EPILOGUE = {"4. Monitor Resource Usage": "check_resources()"}
LOOPS = ("Polling Pattern",)
# A block that shows two ways to do a thing, one after the other: the second has nothing left to do, and says so in the
# words of that package.
ALTERNATIVES = {"Process Lifecycle": ('launcher.kill("maya")', "process 'maya' is not running")}


def execute(text, heading, scope):
    """A block as it stands, statement by statement."""
    alternative, says = ALTERNATIVES.get(heading, (None, None))
    for statement in ast.parse(text).body:
        code = compile(ast.Module([statement], []), heading, "exec")
        if alternative is None or ast.dump(statement) != ast.dump(ast.parse(alternative).body[0]):
            exec(code, scope)
            continue
        try:
            exec(code, scope)
        except RuntimeError as problem:
            assert str(problem) == says, problem
        else:
            raise AssertionError("%s did not raise" % alternative)


def shorten(sleep):
    return lambda seconds: sleep(seconds / 20 if seconds >= 1 else seconds)


def interrupt(*_):
    raise KeyboardInterrupt


def end(launcher):
    """A guide may leave its application running; a test may not."""
    for name in ("maya", "maya-2025", "quick_proc"):
        if launcher is not None and launcher.pid_of(name):
            launcher.kill(name)


def main():
    line = int(sys.argv[1])
    heading, source = next((heading, source) for number, heading, source in guide.blocks() if number == line)
    texts = [PREAMBLE.get(heading, ""), source, EPILOGUE.get(heading, "")]
    if len(sys.argv) > 2:
        texts = [text.replace(NAMED, sys.argv[2]) for text in texts]
    assert "drop-in" in dcc_mcp_core.__file__
    time.sleep = shorten(time.sleep)
    if heading in LOOPS:
        signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, 1)
    scope = {"__name__": "__main__"}
    try:
        for text in texts:
            execute(text, heading, scope)
    except KeyboardInterrupt:
        print("interrupted")
    finally:
        end(scope.get("launcher"))


main()
