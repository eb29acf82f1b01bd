"""The life of the stand-in for Houdini: start, event loop, dialogs, crash, end. "facts N" is the section of the
project's notes on Houdini that a behaviour is from; what is not known there is done in the way that hurts most.

STANDIN_HOUDINI (words): what it does wrong, and how. STANDIN_CRASH_SECONDS: what lies between crash scene and log.
"""
import ctypes
import faulthandler
import getpass
import glob
import json
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
import traceback

words = os.environ.get("STANDIN_HOUDINI", "").split()
main_thread = threading.main_thread()
VERSION = "20.5.332"
LIBS = "python%d.%dlibs" % sys.version_info[:2]
NO_LICENCE = ("No licenses could be found to run this application.\n"
              "Please check for a valid license server host\n")
gui = manual = False
posted, callbacks, ending = [], [], []


def check_thread():
    """hou waits for a lock that the main thread has (facts 3: health handlers that touch HOM deadlock the start)."""
    while threading.current_thread() is not main_thread:
        time.sleep(1)


def dialog():
    """Modal. Whether callbacks of the event loop turn is not known (facts 10): they do not. Qt does."""
    from PySide2 import QtCore
    while True:
        QtCore.turn()
        time.sleep(0.02)


# -- start

def start_hserver():
    """"automatically started when a Houdini application is first launched" (facts 1): detached, with our output."""
    mark = os.path.join(os.environ.get("HOME", "/nowhere"), ".standin-hserver")
    try:
        with open(mark) as file, open("/proc/%d/cmdline" % int(file.read())) as command:
            running = "hserver" in command.read()  # nothing, of one that nobody reaps
    except (OSError, ValueError):
        running = False
    if not running:
        child = subprocess.Popen([os.path.join(os.environ["HFS"], "bin/hserver")], start_new_session=True)
        try:
            with open(mark, "w") as file:
                file.write(str(child.pid))
        except OSError:
            pass


def preferences():
    """~/houdiniX.Y; HOUDINI_USER_PREF_DIR with the token __HVER__ (facts 1)."""
    given = os.environ.get("HOUDINI_USER_PREF_DIR")
    return given.replace("__HVER__", "20.5") if given else os.path.join(os.environ["HOME"], "houdini20.5")


def read_env_file():
    """houdini.env overrides the environment, unless HOUDINI_NO_ENV_FILE (facts 1)."""
    path = os.path.join(preferences(), "houdini.env")
    if os.environ.get("HOUDINI_NO_ENV_FILE") or not os.path.isfile(path):
        return
    with open(path) as file:
        for line in file:
            name, _, value = line.partition("=")
            os.environ[name.strip()] = value.strip().strip('"')


def read_packages():
    """*.json of the user, the site and $HOUDINI_PACKAGE_DIR, directly in it (facts 2); "path" goes before the rest."""
    places = [os.path.join(preferences(), "packages")]
    if os.environ.get("HSITE"):
        places.append(os.path.join(os.environ["HSITE"], "houdini20.5/packages"))
    places += [each for each in os.environ.get("HOUDINI_PACKAGE_DIR", "").split(":") if each]
    path = [each for each in os.environ.get("HOUDINI_PATH", "").split(":") if each not in ("", "&")]
    for place in places:
        for name in sorted(glob.glob(os.path.join(glob.escape(place), "*.json"))):
            with open(name) as file:
                package = json.load(file)
            path[:0] = [package["path"]] if "path" in package else []
            for pair in package.get("env", []):
                os.environ.update(pair)
    return path + [preferences()]


def run_hooks(path, name):
    """Every one on the path, of the interpreter in use only, without __file__ (facts 2); in a window what it raises
    becomes a modal error dialog (idx:69299253352)."""
    for directory in path:
        hook = os.path.join(directory, LIBS, name)
        if not os.path.isfile(hook):
            continue
        try:
            with open(hook) as file:
                exec(compile(file.read(), hook, "exec"), {"__name__": "__main__"})
        except Exception:
            traceback.print_exc()
            if gui:
                dialog()


def check_licence():
    """hython: text and exit 3. A window stays alive with its dialog, and says so where asked for (facts 5)."""
    if "no-licence" not in words:
        return
    if not gui:
        end_without_licence()
    if "licence-line" in words:
        sys.stderr.write("Unable to Acquire a License\n" + NO_LICENCE)
        sys.stderr.flush()
    dialog()


def end_without_licence():
    sys.stdout.flush()
    sys.stderr.write(NO_LICENCE)
    sys.stderr.flush()
    os._exit(3)


def begin():
    if "no-libtinfo" in words:  # SIGSEGV in signalCallback, nothing is said (facts 2: idx:55676039990)
        die()
    if "no-library" in words:
        sys.stderr.write("houdini-bin: error while loading shared libraries: libtinfo.so.5: cannot open shared object "
                         "file: No such file or directory\n")
        sys.exit(127)
    if "init-error" in words:  # deadline-cloud adaptor.py (facts 5)
        sys.stderr.write("RuntimeError: Error encountered when initializing Houdini\n")
        sys.exit(1)
    read_env_file()
    os.environ["HOUDINI_VERSION"] = VERSION
    start_hserver()
    check_licence()
    path = read_packages()
    run_hooks(path, "pythonrc.py")
    return path


# -- a window

def go_to_background():
    """The default on macOS and Linux: the parent exits at once (facts 2, SideFX: commandline). Whether
    HOUDINI_RUN_IN_FOREGROUND helps is not known: it does not."""
    if os.fork():
        os._exit(0)


def window(args):
    global gui, manual
    gui = True
    sys.path.append(os.path.join(os.environ["HFS"], "gui"))
    if "-foreground" not in args or "-background" in args or "drops-foreground" in words:
        go_to_background()
    manual = "-n" in args
    path = begin()
    import hou
    hou.ui = hou.Ui()
    if "crash-at-start" in words:
        crash()
    if not os.environ.get("HOUDINI_NO_START_PAGE_SPLASH") or not os.environ.get("HOUDINI_ANONYMOUS_STATISTICS"):
        dialog()  # the start page asks about statistics (facts 2: idx:30090693930)
    run_hooks(path, "uiready.py")
    for arg in args:
        if arg.endswith((".hip", ".hiplc", ".hipnc")):
            open_or_complain(hou, arg)
        elif arg.endswith(".py"):
            posted.append(lambda script=arg: runpy.run_path(script))
    event_loop()


def open_or_complain(hou, path):
    """A scene that cannot be read leaves an empty one."""
    try:
        hou.hipFile.load(path)
    except hou.OperationFailed as error:
        sys.stderr.write("%s\n" % error)


def guarded(function):
    try:
        function()
    except SystemExit:
        pass  # hou.exit raises it; the end itself is in the queue (facts 4)
    except Exception:
        traceback.print_exc()


def event_loop():
    from PySide2 import QtCore
    while not ending:
        QtCore.turn()
        for callback in list(callbacks):
            guarded(callback)
        while posted and not ending:
            guarded(posted.pop(0))
        time.sleep(0.01)
    end(ending[0])


# -- without one

def python(args):
    """hython: no hou.ui, no event loop; it ends when the script returns (facts 3). Python's own options come first."""
    begin()
    import hou  # noqa: F401
    while args and args[0] in ("-u", "-s", "-E", "-B"):
        del args[0]
    if not args:
        sys.exit(0)  # a shell whose input is at its end
    if args[0] == "-c":
        sys.argv[:] = args[:1] + args[2:]
        exec(compile(args[1], "<string>", "exec"), {"__name__": "__main__"})
    else:
        sys.argv[:] = args
        sys.path.insert(0, os.path.dirname(os.path.abspath(args[0])))
        runpy.run_path(args[0], run_name="__main__")


def batch(args):
    """hbatch runs HScript; what -c does is not known (facts 2): here "quit N", "wait"."""
    begin()
    print("hbatch " + " ".join(args), flush=True)
    while "wait" in args:
        time.sleep(1)
    sys.exit(int(args[args.index("quit") + 1]) if "quit" in args else 0)


# -- ends

def die():
    faulthandler.disable()
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGSEGV)
    time.sleep(60)


def say(text):
    os.write(2, text.encode())


def crash_name():
    """crash.<hipbase>.<user>_<pid> (facts 0, 5); user names hold "_" and digits."""
    import hou
    base = os.path.splitext(os.path.basename(hou.hipFile.path()))[0]
    user = "ada_42" if "odd-user" in words else getpass.getuser()
    return "crash.%s.%s_%d" % (base, user, os.getpid())


def crash():
    """The main thread prints, saves the scene, then writes the log (facts 5: idx:33080713260, idx:56836414229)."""
    import hou
    pid = os.getpid()
    place = os.environ.get("HOUDINI_TEMP_DIR", "/tmp/houdini_temp")
    say("%d: Fatal error: Segmentation fault (sent by pid %d)\n" % (pid, pid))
    say("Spawn Error: : No such file or directory\nError running xmessage\n")
    if "no-scene" not in words:
        scene = os.path.join(place, crash_name() + ".hiplc")
        say("Saving application data to %s\n" % scene)
        hou.write(scene)
        time.sleep(float(os.environ.get("STANDIN_CRASH_SECONDS", "0")))
    if "no-log" not in words:
        log = os.path.join(place, crash_name() + "_log.txt")
        with open(log, "w") as file:
            file.write("Crash report from houdini; Houdini Version %s [linux-x86_64-gcc11.2]\nUptime 9 seconds\n"
                       "Caught signal 11\nTraceback from %d ThreadId=0x1\n" % (VERSION, pid))
        say("Crash log saved to %s\n" % log)
    while "crash-dialog-holds-python" in words:  # a crash below a call of hou's: no Python thread runs (inferred)
        ctypes.PyDLL(None).pause()
    while "crash-dialog" in words:  # "keeps serving health from its crash dialog" (facts 3: idx:71308612163)
        time.sleep(1)
    for word in words:  # the status after a handled crash is not known (facts 5, 10)
        if word.startswith("crash-exit-"):
            os._exit(int(word.rpartition("-")[2]))
    die()


def end(code):
    sys.stdout.flush()
    if "teardown-crash" in words:
        crash()
    if "never-ends" in words:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            time.sleep(1)
    os._exit(code)
