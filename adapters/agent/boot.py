"""dcchost's agent comes into its application as a guest.

Problem: before an agent runs, the user's files have had their turn. A json.py on PYTHONPATH, an entry of sys.modules
that an add-on exchanged or a class of the standard library that it patched would decide whether the agent works; and
an exception of the agent's would end the user's job with a code of ours.
Contract: the agent is loaded with the standard library as it was installed, from which the user's own modules are
kept away for this moment and on this thread alone. Afterwards sys.modules holds what the user's own imports would
find, and sys.path was never changed. Whatever goes wrong here is said on the process's output, in one line that
begins with FAILED, and the application goes on as if it had been started without an agent.

Python 3.7 and what is built into the interpreter. join.py puts the agent's source at the end of this file.
"""
import sys

import _frozen_importlib as machinery
import _frozen_importlib_external as files
import _io
import _thread

FAILED = "dcchost: the agent could not be loaded, the application goes on without it: "
SHARED = "dcchost_agent"
# The agent has copies of its own of these: debuggers, gevent and the like patch their classes.
PRIVATE = ("base64", "json", "queue", "selectors", "socket", "threading")
NOT_STANDARD = ("site-packages", "dist-packages", "__main__")


def say(text):
    """Not by sys.stdout: it is the user's, and may be closed or replaced. Nobody may read: then nothing is said."""
    try:
        with _io.open(2, "wb", buffering=0, closefd=False) as stream:
            stream.write((text + "\n").encode("utf-8", "backslashreplace"))
    except Exception:
        pass


def find_places():
    """The directories of the standard library, whatever sys.path says."""
    version = "python%d.%d" % sys.version_info[:2]
    homes = [getattr(sys, "_stdlib_dir", None)]
    for prefix in (sys.base_prefix, sys.base_exec_prefix):
        homes += ["%s/lib/%s" % (prefix, version), "%s/Lib" % prefix, "%s/DLLs" % prefix]
    homes += [each for each in sys.path if isinstance(each, str) and each.endswith(version.replace(".", "") + ".zip")]
    homes += ["%s/lib-dynload" % each for each in homes if each]
    return [each for n, each in enumerate(homes) if each and each not in homes[:n] and files._path_isdir(each)
            or each and each.endswith(".zip")]


class Library:
    """The standard library alone, for this thread, within a with statement."""

    def __init__(self):
        self.thread = _thread.get_ident()
        self.places = find_places()
        self.names = set()
        for place in self.places:
            try:
                self.names.update(name.partition(".")[0] for name in files._os.listdir(place))
            except OSError:
                pass
        self.names.difference_update(NOT_STANDARD)
        self.aside = {}

    def find_spec(self, name, path=None, target=None):
        """As a finder of sys.meta_path: before any of the user's, and on no other thread."""
        if path is not None or _thread.get_ident() != self.thread:
            return None
        return (machinery.BuiltinImporter.find_spec(name) or machinery.FrozenImporter.find_spec(name) or
                files.PathFinder.find_spec(name, self.places))

    def is_own(self, origin):
        return origin in ("built-in", "frozen") or (isinstance(origin, str) and
                                                    origin.startswith(tuple(self.places)) and
                                                    not any(each in origin for each in NOT_STANDARD))

    def is_impostor(self, name):
        """Whether something else has the name of a standard module. Nothing of it is run by being looked at."""
        try:
            inside = object.__getattribute__(sys.modules[name], "__dict__")
        except (AttributeError, KeyError):
            return True
        spec = inside.get("__spec__")
        known = type(spec) is machinery.ModuleSpec
        return not self.is_own(spec.origin if known else inside.get("__file__"))

    def is_shadowed(self, name):
        """Whether the user's own import of the name would bring something else."""
        try:
            spec = files.PathFinder.find_spec(name)
        except Exception:
            return True
        return spec is not None and not self.is_own(spec.origin)

    def __enter__(self):
        self.before = set(sys.modules)
        tops = {name.partition(".")[0] for name in self.before}
        hidden = {name for name in tops if name in PRIVATE or name in self.names and self.is_impostor(name)}
        for name in self.before:
            if name.partition(".")[0] in hidden:
                self.aside[name] = sys.modules.pop(name)
        sys.meta_path.insert(0, self)

    def __exit__(self, *error):
        sys.meta_path.remove(self)
        for name in set(sys.modules) - (self.before - set(self.aside)):
            top = name.partition(".")[0]
            if top in PRIVATE or name in self.aside or top in self.names and self.is_shadowed(top):
                del sys.modules[name]
        sys.modules.update(self.aside)


class Kept:
    """Our modules, found again where somebody has emptied sys.modules: command lines and other scripts name them, and a
    second agent must not come of that. As a finder of sys.meta_path it is the last."""

    def __init__(self):
        self.modules = {}

    def add(self, module):
        self.modules[module.__name__] = module
        if self not in sys.meta_path:
            sys.meta_path.append(self)

    def find_spec(self, name, path=None, target=None):
        return machinery.ModuleSpec(name, self) if name in self.modules else None

    def create_module(self, spec):
        return self.modules[spec.name]

    def exec_module(self, module):
        """It was, when it was loaded."""


kept = Kept()


def load(name, path, source, line):
    """A source as a module: sys.path is the application's own, and nothing is written beside it."""
    module = type(sys)(name)
    module.__file__ = path
    sys.modules[name] = module
    try:
        exec(compile("\n" * line + source, path, "exec"), module.__dict__)
    except BaseException:
        del sys.modules[name]
        raise
    kept.add(module)
    return module


def load_agent(name, source, line):
    """The agent's module, once. None: it could not be loaded, which was said."""
    if name in sys.modules:
        return sys.modules[name]
    try:
        with Library():
            if SHARED not in sys.modules:
                path = __file__[:-len(name + ".py")] + SHARED + ".py"
                with _io.open(path, encoding="utf-8") as file:
                    load(SHARED, path, file.read(), 0)
            return load(name, __file__, source, line)
    except BaseException as error:
        complain(error)
    return None


def complain(error):
    say("%s%s: %s" % (FAILED, type(error).__name__, error))


def make_stand_in(name):
    """What a command line finds where there is no agent: nothing to wait for."""
    module = sys.modules[name] = type(sys)(name)
    module.agent, module.loop = None, int
    kept.add(module)


def enter(name, runs_scripts, source, line):
    """Starts the agent. What is the user's own script is run in any case, and raises what it likes."""
    module = load_agent(name, source, line)
    try:
        if module is not None:
            module.start()
    except BaseException as error:
        complain(error)
        module = None
    if module is None:
        make_stand_in(name)
    if __name__ == "__main__" and runs_scripts:
        if module is not None:
            module.main(sys.argv[1:], run_script)
        elif sys.argv[1:]:
            run_script(sys.argv[1:])


def run_script(args):
    """What the application's Python would do with these arguments. Imported here: it is the user's."""
    import runpy
    if args[0] in ("-c", "-m"):
        sys.argv[:] = args[:1] + args[2:]
    else:
        sys.argv[:] = args
    if args[0] == "-c":
        sys.path[0] = ""
        exec(compile(args[1], "<string>", "exec"), {"__name__": "__main__"})
    elif args[0] == "-m":
        sys.path[0] = files._os.getcwd()
        runpy.run_module(args[1], run_name="__main__", alter_sys=True)
    else:
        sys.path[0] = files._path_split(args[0])[0] or files._os.getcwd()
        runpy.run_path(args[0], run_name="__main__")
