"""dcchost's agent inside Houdini.

What all agents do alike is in dcchost_agent.py, beside this file; here is what only Houdini needs. hou is touched on
the main thread alone: off it, it waits for a lock that a starting or cooking main thread does not give.
In a window the main thread takes jobs at the passes of the event loop. hython without a script of its own has no event
loop; there loop() is the main thread's whole life. A script (mode "thread") is held up by nobody.

Three signs of health: a ping is answered (process and interpreter); main_thread_age_ms (the event loop turns); and no
crash log of this pid, because Houdini goes on answering from its crash dialog. Once it has written that log nothing
is left to save: the process ends itself, by the one signal that no crash handler holds up.

Python 3.7 and its standard library. Started by boot.py, which uiready.py runs, or hython with the user's own
[-c CODE | -m MODULE | SCRIPT] [ARGS].
DCCHOST_AGENT_MODE: "window", "loop", "thread". DCCHOST_HOUDINI_SCENE, DCCHOST_HOUDINI_RECOVER: what to open.
"""
import contextlib
import os
import re
import shutil
import signal
import tempfile
import threading
from time import monotonic, sleep, time

import dcchost_agent as shared

NO_SCENE = "dcchost: the scene cannot be opened"
UNPROVED = "dcchost-hython"  # lies in the temporary directory until a hython has ended in order
TICK = 0.1  # what the event loop is asked for at most, while there is no job
CRASH_PERIOD, CRASH_QUIET, CRASH_PATIENCE, CRASH_SHOWN, LOG_PATIENCE = 0.5, 1.0, 10.0, 0.5, 60.0
BACKUP = "HOUDINI_BACKUP_DIR"
# What we launch with, and houdini.env or a package may have another word on.
WATCHED = ("HOUDINI_TEMP_DIR", "HOUDINI_USER_PREF_DIR", "HOUDINI_NO_ENV_FILE", "HOUDINI_PROMPT_ON_CRASHES",
           "HOUDINI_NOHKEY", "HOUDINI_NO_SPLASH", "HOUDINI_NO_START_PAGE_SPLASH", "HOUDINI_LMINFO_VERBOSE",
           "HOUDINI_ANONYMOUS_STATISTICS", "HOUDINI_DISABLE_FILE_LOAD_WARNINGS", "HOUDINI_UNBUFFERED_STDINOUT",
           "HOUDINI_RUN_IN_FOREGROUND")

agent = None


class Agent(shared.Agent):
    app, suffix = "houdini", ".hip"
    refusal = "a script of its own holds the main thread"
    goodbye = "dcchost: Houdini ends in order"
    takes_frame_args = True

    def __init__(self, path, token):
        self.awake = self.asked = self.signalled = False
        self.reaction = None
        self.launched = time()
        self.crash_dir = os.environ.get("HOUDINI_TEMP_DIR")
        mode = os.environ.get("DCCHOST_AGENT_MODE") or "thread"
        self.knows_scene = mode != "thread"
        super().__init__(path, token, mode, mode != "window", os.environ.get("DCCHOST_HOUDINI_VERSION", ""))

    def start(self):
        super().start()
        if self.crash_dir:
            threading.Thread(target=self.watch_crash, name="dcchost-crash", daemon=True).start()

    # -- a window: passes of the event loop

    def pump(self):
        import hou
        hou.ui.addEventLoopCallback(tick)

    def tick(self):
        """The event loop passes by, some hundred times a second."""
        if not self.awake:
            self.wake_up()
            self.watch_qt()
            self.open_scene()
        elif self.jobs.empty() and not self.ending and monotonic() - self.turned < TICK:
            return
        self.turn()
        if self.ready:
            self.keep_listening()
        else:
            self.become_ready()
        job = self.next_job(0)
        if job is not None:
            self.take_job(job)
        if self.ending:
            self.end()

    # -- without one

    def run_python(self, args, run_script):
        """The whole life of a hython."""
        self.mark()
        if self.mode == "thread":
            self.run_script(args, run_script)  # hou.exit raises SystemExit as well
        else:
            self.wake_up()
            self.open_scene()
            self.loop()
            self.end()

    def mark(self):
        if self.temp:
            try:
                open(os.path.join(self.temp, UNPROVED), "w").close()
            except OSError:
                pass

    def say_goodbye(self):
        self.save_last()
        self.signalled = False  # once
        self.part()

    # -- what both need

    def wake_up(self):
        """On the main thread, as soon as Houdini can be asked."""
        import hou
        self.awake = True
        self.note_main()
        self.version = str(hou.applicationVersionString()) or self.version
        self.listen(hou)

    def hook(self):
        self.report_environment()

    def report_environment(self):
        """houdini.env and packages have the last word on variables: what they changed is told, in the log."""
        try:
            with open("/proc/self/environ", "rb") as file:
                pairs = (os.fsdecode(each).partition("=") for each in file.read().split(b"\0"))
                given = {name: value for name, _, value in pairs}
        except OSError:
            return
        for name in WATCHED:
            if os.environ.get(name) != given.get(name):
                shared.say("dcchost: %s is %r here, and was launched as %r: houdini.env or a package changes it" %
                           (name, os.environ.get(name), given.get(name)))
        if self.crash_dir != self.temp:
            shared.say("dcchost: crash scenes go to %r, where they are not brought to safety" % self.crash_dir)

    def listen(self, hou):
        """Names of events that this Houdini does not have are passed over."""
        reactions = {
            "BeforeLoad": lambda: self.set_busy("load"), "AfterLoad": self.scene_changed,
            "BeforeClear": lambda: self.set_busy("load"), "AfterClear": self.scene_changed,
            "BeforeSave": lambda: self.set_busy("save"), "AfterSave": self.saved,
        }
        kinds = getattr(hou, "hipFileEventType", None)
        known = {getattr(kinds, name): reaction for name, reaction in reactions.items() if hasattr(kinds, name)}

        def react(kind):
            try:
                known.get(kind, int)()
            except Exception:
                pass
        self.reaction = react
        self.keep_listening()

    def keep_listening(self):
        """Others may clear all callbacks there are. Which there are an older Houdini may not tell."""
        import hou
        known = getattr(hou.hipFile, "eventCallbacks", None)
        try:
            if self.reaction not in known() if known else not self.ready:
                hou.hipFile.addEventCallback(self.reaction)
        except Exception:
            pass

    def saved(self):
        """A backup is a save, too; it leaves the artist's scene as unsaved as it was."""
        if self.copying:
            self.set_busy(None)
        else:
            self.scene_changed()

    def open_scene(self):
        """houdini opens what its command line names. A recovered scene keeps its own name, and is not saved yet."""
        import hou
        recover, scene = os.environ.get("DCCHOST_HOUDINI_RECOVER"), os.environ.get("DCCHOST_HOUDINI_SCENE")
        try:
            if recover or scene:
                hou.hipFile.load(recover or scene, suppress_save_prompt=True, ignore_load_warnings=True)
            if recover:
                hou.hipFile.setName(scene or "untitled.hip")
                self.look()
                self.unsaved = True
        except Exception as error:
            shared.refuse_scene("%s: %s: %s" % (NO_SCENE, recover or scene, error), self.background)

    def read_scene(self):
        """hasUnsavedChanges() is always true without a window: then nobody knows."""
        if not self.awake:
            return "", None
        import hou
        path = str(hou.hipFile.path())
        if os.path.basename(path).startswith("untitled.") and not os.path.isfile(path):
            path = ""
        return path, None if self.background else bool(hou.hipFile.hasUnsavedChanges())

    def save_copy(self, path):
        """A backup, written into a directory of ours: any other way of saving would give the artist's scene another
        name. Its ending is Houdini's, by the licence."""
        import hou
        directory = tempfile.mkdtemp(prefix=".dcchost-", dir=os.path.dirname(path))
        before = hou.getenv(BACKUP)
        try:
            hou.putenv(BACKUP, directory)
            with self.silence(hou):
                written = hou.hipFile.saveAsBackup()
            if not written or not os.path.isfile(written):
                raise shared.Refused("Houdini wrote no backup")
            target = os.path.splitext(path)[0] + os.path.splitext(written)[1]
            if os.path.dirname(os.path.abspath(written)) == directory:
                os.replace(written, target)
            else:  # it has its own mind on where backups go
                shutil.copyfile(written, target)
            return target
        finally:
            if before is None:
                getattr(hou, "unsetenv", lambda name: hou.putenv(name, "backup"))(BACKUP)
            else:
                hou.putenv(BACKUP, before)
            shutil.rmtree(directory, ignore_errors=True)

    @contextlib.contextmanager
    def silence(self, hou):
        """A save of ours is none of the artist's: callbacks of others, which may publish or block, are not called."""
        held = [each for each in getattr(hou.hipFile, "eventCallbacks", tuple)() if each is not self.reaction]
        try:
            for each in held:
                hou.hipFile.removeEventCallback(each)
            yield
        finally:
            now = getattr(hou.hipFile, "eventCallbacks", tuple)()
            for each in held:
                if each not in now:
                    hou.hipFile.addEventCallback(each)

    def render_frame(self, frame, path):
        """frame_args: the node that renders. How a frame could be cancelled from outside is not known."""
        import hou
        if len(self.frame_args) != 1 or not self.frame_args[0].startswith("/"):
            raise shared.Refused("name the node that renders after --, as in -- /out/mantra1")
        node = hou.node(self.frame_args[0])
        if node is None:
            raise shared.Refused("the scene has no node %s" % self.frame_args[0])
        render = getattr(node, "render", None)  # hou.RopNode's, and that of its like in other networks
        if render is None:
            raise shared.Refused("%s is no node that renders" % self.frame_args[0])
        self.set_busy("render")
        try:
            render(frame_range=(frame, frame, 1), output_file=path)
        finally:
            self.set_busy(None)

    def names(self):
        import hou
        return {"hou": hou}

    def part(self):
        if self.temp and not self.gone and os.getpid() == self.pid:
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(self.temp, UNPROVED))
        super().part()

    def leave(self):
        """At exit of Python alone: that proves no order, a script that failed comes by here as well."""

    def asked_to_end(self):
        """By a signal, from a log-out or anybody: nobody has saved before."""
        self.signalled = True
        super().asked_to_end()

    def save_last(self):
        """Into the run's own directory, from where it is brought to safety. What nobody knows to be saved counts."""
        if not self.signalled or not self.temp or self.dirty is False or self.unsaved:
            return
        name = os.path.splitext(os.path.basename(self.scene))[0] or "untitled"
        try:
            self.copying = True
            self.save_copy(os.path.join(self.temp, name + "_rescue" + self.suffix))
        except Exception as error:
            shared.say("dcchost: no rescue copy at the end: %s" % error)

    def end(self):
        """Once. hou.exit raises SystemExit, and is to be called by the event loop, not from within a callback."""
        if self.asked:
            return
        self.asked = True
        self.save_last()
        self.part()
        import hou
        if self.background:
            hou.exit(self.code or 0, suppress_save_prompt=True)
        else:
            hou.ui.postEventCallback(lambda: hou.exit(self.code or 0, suppress_save_prompt=True))

    # -- the third sign of health; in a thread of its own, Houdini is not touched

    def find_crash(self):
        """(scene, log) that this process left, or None for each."""
        scene = log = None
        ending = re.compile(r"_%d(_log\.txt|\.hip(lc|nc)?)\Z" % self.pid)
        try:
            names = os.listdir(self.crash_dir)
        except OSError:
            names = []
        for name in names:
            match = ending.search(name) if name.startswith("crash.") else None
            path = os.path.join(self.crash_dir, name)
            if match and os.path.getmtime(path) >= self.launched - 1:
                scene, log = (scene, path) if match.group(1) == "_log.txt" else (path, log)
        return scene, log

    def watch_crash(self):
        """Busy with "crash" while it saves, "crashed" when that is over. A log that never comes is not waited for."""
        began = None
        while os.getpid() == self.pid:
            sleep(CRASH_PERIOD)
            try:
                scene, log = self.find_crash()
                if not scene and not log:
                    continue
                self.set_busy("crash")
                began = began or monotonic()
                if log or monotonic() - began > LOG_PATIENCE:
                    self.end_what_crashed(log or scene)
            except Exception:
                pass  # a file that went away meanwhile

    def end_what_crashed(self, path):
        """It has time to die by itself; the log is written after the scene, so once that is whole all is."""
        size, since, limit = -1, monotonic(), monotonic() + CRASH_PATIENCE
        while monotonic() < min(since + CRASH_QUIET, limit):
            if os.path.getsize(path) != size:
                size, since = os.path.getsize(path), monotonic()
            sleep(0.05)
        self.set_busy("crashed")
        sleep(CRASH_SHOWN)
        os.write(2, os.fsencode("dcchost: Houdini has crashed and stays; it is ended. It left: %s\n" % path))
        os.kill(self.pid, signal.SIGKILL)


def tick():
    try:
        agent.tick()
    except BaseException:  # never into Houdini; the next one comes anyway
        pass


def start():
    global agent
    if agent is None:
        agent = shared.make(Agent, "DCCHOST_HOUDINI_AGENT")
        if agent is not None:
            agent.start()


def main(args, run_script):
    """hython's main script. Without a session a script is run as ever."""
    if agent is not None:
        agent.run_python(args, run_script)
    elif args:
        run_script(args)
