"""Blender's command line around the bpy module, for end-to-end tests of versions that are not installed here.

Real is what is inside bpy: version, Python API, handlers, saving, recovering, rendering, and the lines these print.
Imitated is what Blender's main() does around it: the arguments that dcchost and its tests use, the banner, "Blender
quit", --python-exit-code, the user's start-up scripts. Missing, because the module has none: windows, the handler of
SIGINT, the crash handler with its report, the log level at which 5.x prints "Fra:". lacks.py names the tests that need
one of these.

Usage: python -u -B command_line.py [BLENDER'S ARGUMENTS]
"""
import atexit
import glob
import importlib.metadata
import os
import shutil
import sys
import traceback

NOTHING = ("-b", "--background", "--factory-startup", "--offline-mode", "-noaudio", "-q", "--quiet", "-y", "-Y")
IGNORED = ("-t", "--threads", "--log", "--log-level", "--log-file", "--addons")
# A render that fails like this ends with 0 all the same (seen in 3.4.1, 4.3.2 and 5.2.2).
NO_BREAK = ("Couldn't initialize video codec", "width not divisible", "height not divisible")
NO_DISPLAY = {"4": "GHOST: failed to initialize display for back-end(s): ['WAYLAND', 'X11']\n"
                   "GHOST: unable to initialize, exiting!\n",
              "5": "00:00.100  ghost.system     | Failed to initialize display for back-end(s): ['WAYLAND', 'X11']\n"
                   "00:00.101  ghost.system     | ERROR Unable to initialize GHOST, exiting!\n"}


def say(text):
    print(text, flush=True)


def finish(code, orderly=True):
    """What Blender does at its end, and not what the interpreter does: with a daemon thread about, the module hangs
    there for ever (seen in 4.5.15)."""
    import bpy
    temp = bpy.app.tempdir
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    if orderly:
        shutil.rmtree(temp, ignore_errors=True)
        say("\nBlender quit")
    os._exit(code)


def run(source, name):
    """Whether a script came to its end. Each is a __main__ of its own."""
    try:
        exec(compile(source, name, "exec"), {"__name__": "__main__", "__file__": name})
    except SystemExit:
        raise
    except BaseException:
        traceback.print_exc()
        return False
    return True


def run_file(path):
    try:
        with open(path, encoding="utf-8") as file:
            source = file.read()
    except OSError as error:
        sys.stderr.write('OSError: Python file "%s" could not be opened: %s\n' % (path, error.strerror))
        return False
    return run(source, path)


class Squeezer:
    """Blender's operators of files, under wine: it maps what is not compressed, and wine 8 shows a mapped file as
    empty (so module 5.0.1 cannot open what it has saved itself). What is to be read is compressed before."""

    READERS = ("open_mainfile", "recover_auto_save", "read_homefile")

    def __init__(self, operators):
        self._operators = operators

    def __getattr__(self, name):
        operator = getattr(self._operators, name)
        if name not in self.READERS:
            return operator

        def read(*args, **arguments):
            self.squeeze(arguments.get("filepath"))
            return operator(*args, **arguments)
        return read

    @staticmethod
    def squeeze(path):
        import zstandard
        if not path or not os.path.exists(path):
            return
        with open(path, "rb") as file:
            content = file.read()
        if content.startswith(b"BLENDER"):
            with open(path, "wb") as file:
                file.write(zstandard.compress(content))


class CommandLine:
    """Its arguments, one after another, as Blender goes through them."""

    def __init__(self, args):
        import bpy
        self.bpy, self.args, self.code_of_scripts, self.broken = bpy, list(args), 0, False
        self.actions = {}
        for names, action in (
                (("--python-exit-code",), self.choose_code),
                (("-P", "--python"), lambda value: run_file(value) or self.script_failed("file", value)),
                (("--python-expr",), lambda value: run(value, "<string>") or self.script_failed("expr", value)),
                (("-E", "--engine"), lambda value: setattr(self.scene.render, "engine", value)),
                (("-o", "--render-output"), lambda value: setattr(self.scene.render, "filepath", value)),
                (("-F", "--render-format"), self.choose_format),
                (("-s", "--frame-start"), lambda value: setattr(self.scene, "frame_start", int(value))),
                (("-e", "--frame-end"), lambda value: setattr(self.scene, "frame_end", int(value))),
                (("-j", "--frame-jump"), lambda value: setattr(self.scene, "frame_step", int(value))),
                (("-S", "--scene"), self.choose_scene),
                (("-f", "--render-frame"), self.render_frames)):
            self.actions.update(dict.fromkeys(names, action))
        self.actions.update(dict.fromkeys(IGNORED, lambda value: None))

    @property
    def scene(self):
        return self.bpy.context.scene

    def choose_code(self, value):
        self.code_of_scripts = int(value)

    def choose_format(self, value):
        self.scene.render.image_settings.file_format = value

    def choose_scene(self, value):
        self.bpy.context.window.scene = self.bpy.data.scenes[value]

    def script_failed(self, kind, name):
        if self.code_of_scripts:
            sys.stderr.write("\nError: script failed, %s: '%s', exiting.\n" % (kind, name))
            sys.exit(self.code_of_scripts)

    def attempt(self, operator, **arguments):
        """An operator; where it fails, the rest of the command line is not looked at."""
        try:
            operator(**arguments)
        except RuntimeError as error:
            say(str(error).strip())
            self.broken = not any(each in str(error) for each in NO_BREAK)

    def render_frames(self, value):
        scene, kept = self.scene, (self.scene.frame_start, self.scene.frame_end)
        for part in value.split(","):
            first, _dots, last = part.partition("..")
            scene.frame_start, scene.frame_end = int(first), int(last or first)
            self.attempt(self.bpy.ops.render.render, animation=True)
        scene.frame_start, scene.frame_end = kept

    def run_startup_scripts(self):
        folder = os.environ.get("BLENDER_USER_SCRIPTS")
        for path in sorted(glob.glob(os.path.join(folder, "startup", "*.py"))) if folder else []:
            run_file(path)

    def take(self, arg):
        if arg in self.actions:
            self.actions[arg](self.args.pop(0))
        elif arg in ("-a", "--render-anim"):
            self.attempt(self.bpy.ops.render.render, animation=True)
        elif arg in NOTHING:
            pass
        elif arg.startswith("-"):
            sys.stderr.write("unknown argument, loading as file: %s\n" % arg)
            self.broken = True
        else:
            self.attempt(self.bpy.ops.wm.open_mainfile, filepath=os.path.abspath(arg), load_ui=False)

    def run(self):
        if "--factory-startup" not in self.args:
            self.bpy.ops.wm.read_homefile()  # read_userpref() crashes the module of 4.2
            self.run_startup_scripts()
        while self.args and self.args[0] != "--" and not self.broken:
            self.take(self.args.pop(0))
        finish(1 if self.broken else 0)


def main(args):
    version = importlib.metadata.version("bpy")
    if "--version" in args or "-v" in args:
        lts = " LTS" if version.startswith(("4.2.", "4.5.", "5.2.")) else ""
        say("Blender %s%s\n\tbuild platform: Linux\n\tbuild type: Release" % (version, lts))
        os._exit(0)
    if not {"-b", "--background", "-c", "--command"}.intersection(args):
        sys.stderr.write(NO_DISPLAY[version[0]])
        os._exit(1)
    import bpy
    if sys.platform == "win32":
        bpy.ops.wm = Squeezer(bpy.ops.wm)
    say("Blender %s" % bpy.app.version_string)
    sys.argv = ["blender"] + args
    try:
        CommandLine(args).run()
    except SystemExit as end:
        finish(end.code if isinstance(end.code, int) else 1 if end.code else 0, False)


if __name__ == "__main__":
    main(sys.argv[1:])
