"""The life of the stand-in: start, idle events, dialogs, crash, end.

STANDIN_MAYA (words): what it does wrong, and how. STANDIN_CRASH_SECONDS: how long a crash-save takes.
"""
import faulthandler
import os
import signal
import socket
import sys
import threading
import time
import traceback

words = os.environ.get("STANDIN_MAYA", "").split()
main_thread = threading.main_thread()
batch, standalone, deferred, callbacks = True, False, [], {}
FATAL = {"C": "Fatal Error. Attempting to save in ", "zh": "致命错误。尝试在 "}  # the text is translated


def check_thread():
    """"cmds" off the main thread raises (Maya, Python and threading)."""
    if threading.current_thread() is not main_thread:
        raise RuntimeError("Maya commands are called on the main thread alone")


def run_user_setups():
    """maya.app.startup.basic: every userSetup.py on sys.path, in __main__; one that raises ends the row."""
    import __main__
    home = os.environ.get("MAYA_APP_DIR") or os.path.join(os.environ["HOME"], "maya")
    sys.path.append(os.path.join(home, "2024/scripts"))
    if "MAYA_SKIP_USERSETUP_PY" in os.environ:
        return
    try:
        for path in sys.path[:]:
            script = os.path.join(path, "userSetup.py")
            if os.path.isfile(script):
                with open(script) as file:
                    exec(compile(file.read(), script, "exec"), __main__.__dict__)
    except Exception:
        sys.stderr.write("Failed to execute userSetup.py\n")
        traceback.print_exc()


def fire(name):
    for reaction in callbacks.get(name, []):
        reaction(None)


def dialog():
    """Modal: Qt turns, Maya is not idle."""
    from PySide2 import QtCore
    while True:
        QtCore.turn()
        time.sleep(0.02)


def recovery_name():
    """<user>.<YYYYMMDD>.<HHMM>.ma until 2023, <scene>[Recovered-<user>.<date>].ma since 2024."""
    if "old-name" in words:
        return ".20190417.0215.ma"  # the user may be empty in containers
    return "untitle[Recovered-ada.2024-05-06-07.08].ma"


def crash(number=signal.SIGSEGV):
    """Its sockets are closed at once; the crash-save takes seconds after that; then it dies by the signal."""
    from maya import cmds
    for name in os.listdir("/proc/self/fd"):
        try:
            if socket.socket(fileno=os.dup(int(name))):
                os.close(int(name))
        except OSError:
            pass
    time.sleep(float(os.environ.get("STANDIN_CRASH_SECONDS", "0")))
    path = os.path.join(os.environ.get("TMPDIR", "/usr/tmp"), recovery_name())
    text = "maya encountered a fatal error\n\nSignal: %d (Unknown Signal)\nStack trace:\n" % number
    text += FATAL["zh" if "zh" in words else "C"] + path + (" 中保存\n" if "zh" in words else "\n")
    if "zh" in words:
        text = text[text.index("Signal"):]
    if "no-recovery" not in words:
        cmds.write(path)
    os.write(2, text.encode())
    faulthandler.disable()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    time.sleep(60)


def end(code):
    """quit: what is buffered is not flushed (Autodesk/maya-usd, fixturesUtils.py)."""
    fire("kMayaExiting")
    if "teardown-crash" in words:
        faulthandler.disable()
        signal.signal(signal.SIGSEGV, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGSEGV)
    if "never-ends" in words:  # the window is gone, the process stays (OpenPype issue 3453)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            time.sleep(1)
    os._exit(code)


def mel(command):
    """python("..."), quit -force, quit -force -exitCode N: what the tests and the adapter need."""
    if command.startswith('python("') and command.endswith('")'):
        import __main__
        exec(command[8:-2], __main__.__dict__)
    elif command.startswith("quit -force"):
        end(int(command.split("-exitCode")[1]) if "-exitCode" in command else 0)
    else:
        raise ValueError(command)


def value(args, *flags):
    return next((args[i + 1] for i, arg in enumerate(args[:-1]) if arg in flags), None)


def values(args, *flags):
    return [args[i + 1] for i, arg in enumerate(args[:-1]) if arg in flags]


def render(args):
    """Render's Maya. Where no frames are given it is one still, of which nothing is kept."""
    if "renderer-licence" in words:  # Redshift: "Maxon licensing error" with exit 0 (deadline-cloud-for-maya 480)
        no_seat()
    if "-s" in args:
        open_or_end(args[-1])
    for frame in range(int(value(args, "-s") or 1), int(value(args, "-e") or 1) + 1, int(value(args, "-b") or 1)):
        render_frame(frame, make_name(args, frame))
    end_quietly(0)


def open_or_end(path):
    """What it prints of a scene that cannot be read, and with which code it ends, is not known."""
    from maya import cmds
    try:
        cmds.file(path, open=True, force=True)
    except (OSError, RuntimeError) as error:
        print("// Error: %s" % error)
        end_quietly(1)


def make_name(args, frame):
    """By Autodesk's page on file name syntax. Without -rd and -im it is the project's images, and the scene's name."""
    if "-s" not in args:
        return None
    name = value(args, "-im") or os.path.splitext(os.path.basename(args[-1]))[0]
    number = "%0*d" % (int(value(args, "-pad") or 4), frame)
    parts = {"name.#.ext": "%s.%s.%s", "name#.ext": "%s%s.%s"}[value(args, "-fnc") or "name.#.ext"]
    return os.path.join(value(args, "-rd") or "images", parts % (name, number, value(args, "-of") or "iff"))


def render_frame(frame, path, raises=None):
    """Of the picture nothing is printed. Whether the frames after one that failed are rendered is not known: no.
    raises: what a command does where Render would end."""
    if path is not None:
        import frames
        if frames.has_no_licence(frame):
            no_seat()
        frames.begin(frame, crash)
    for percent in (10, 50, 100):
        print("00:00:01  500MB | %3d%% done - 9 rays/pixel" % percent, flush=True)
    if "render-crash" in words:
        crash()
    if path is not None:
        try:
            frames.write(frame, path)
        except frames.Failed as error:
            if raises:
                raise raises(str(error))
            print("// Error: %s" % error)
            end_quietly(1)


def no_seat():
    print("[Redshift] Maxon licensing error: no seat")
    end_quietly(0)


def end_quietly(code):
    sys.stdout.flush()
    os._exit(code)


def main(args):
    global batch
    if "no-library" in words:
        sys.stderr.write("maya.bin: error while loading shared libraries: libXp.so.6: cannot open shared object file\n")
        sys.exit(127)
    if not os.access(os.environ.get("HOME", "/nowhere"), os.W_OK):
        dialog()  # it prompts for a directory
    batch = "-batch" in args or "-prompt" in args
    from maya import cmds
    run_user_setups()
    if "crash-at-start" in words:
        crash()
    if value(args, "-script") == "render":
        render(args)
    if value(args, "-file"):
        cmds.file(value(args, "-file"), open=True, force=True)
    for command in values(args, "-command", "-c"):
        mel(command)
    if batch:
        end(0)
    loop()


def loop():
    from PySide2 import QtCore
    while True:
        QtCore.turn()
        while deferred:
            deferred.pop(0)()
        time.sleep(0.02)
