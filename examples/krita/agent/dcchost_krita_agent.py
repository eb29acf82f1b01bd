"""dcchost's agent inside Krita, as a Python plug-in of Krita's.

What all agents do alike is in dcchost_agent.py, beside this file; here is what only Krita needs: a timer that turns
in the window, and its way to open, save and quit. It touches Krita on the main thread alone. Measured on Krita 5.1.5.

Python 3.7, its standard library, and what Krita brings: krita and PyQt5. Krita imports it as a plug-in (a window), or
kritarunner calls serve() (no window). Environment beside the usual:
DCCHOST_KRITA_SCENE: what the user asked to open. DCCHOST_KRITA_RECOVER: open this instead, under the scene's name.
DCCHOST_KRITA_EXPORT: without a window, write the scene to this file and end.
"""
import os
import sys
import time
import traceback

from krita import InfoObject, Krita
from PyQt5.QtCore import QTimer
from PyQt5.QtWidgets import QAbstractButton, QApplication

import dcchost_agent as shared

TICK, CALM_TICKS, CALM_GAP, READY_AT_LAST = 100, 4, 0.5, 20.0

agent = None


class Agent(shared.Agent):
    app, suffix = "krita", ".kra"

    def __init__(self, path, token, mode):
        self.calm_ticks, self.left, self.tried, self.timer = 0, False, None, None
        self.wanted, self.recover = told("DCCHOST_KRITA_SCENE"), told("DCCHOST_KRITA_RECOVER")
        super().__init__(path, token, mode, mode == "loop", Krita.instance().version())

    # -- what the shared part asks

    def documents(self):
        """All that are open, the active one first."""
        every, active = Krita.instance().documents(), Krita.instance().activeDocument()
        return [active] + [each for each in every if each != active] if active else every

    def read_scene(self):
        every = self.documents()
        return (every[0].fileName() if every else ""), any(each.modified() for each in every)

    def names(self):
        return {"krita": sys.modules["krita"], "Krita": Krita}

    def do_save(self, params):
        result = super().do_save(params)
        self.unsaved = False  # Krita still knows by itself that the document is changed
        return result

    def save_copy(self, path):
        """Export neither renames a document nor marks it as saved; saveAs does both."""
        every = self.documents()
        if not every:
            raise shared.Refused("no document is open")
        for number, document in enumerate([each for each in every if each == every[0] or each.modified()]):
            target = path if number == 0 else "%s-%d%s" % (path[:-len(self.suffix)], number + 1, self.suffix)
            if not export(document, target):
                raise shared.Refused("Krita could not write %s" % target)

    def hook(self):
        """Python's own atexit is not reached when Krita ends."""
        QApplication.instance().aboutToQuit.connect(self.leave)

    def leave(self):
        if not self.left:
            self.left = True
            super().leave()

    def pump(self):
        self.timer = QTimer()
        self.timer.timeout.connect(self.safe_tick)
        self.timer.start(TICK)

    def asked_to_end(self):
        """A signal: nobody has asked to save before, and an orderly quit removes the autosaves."""
        try:
            if self.temp and any(each.modified() for each in self.documents()):
                super().do_save({"directory": told("TMPDIR")})
        finally:
            self.ending = True

    # -- a window

    def safe_tick(self):
        try:
            self.tick()
        except Exception:  # what a slot raises becomes a dialog
            traceback.print_exc()

    def tick(self):
        gap = time.monotonic() - self.turned
        self.turn()
        if self.ending:
            self.quit_window()
            return
        if not self.ready:
            self.approach(gap)
        job = self.next_job(0)
        if job is not None:
            self.take_job(job)

    def approach(self, gap):
        """Towards "ready": a main window, calm ticks, and what was to be opened is open or will never be."""
        self.calm_ticks = self.calm_ticks + 1 if Krita.instance().windows() and gap < CALM_GAP else 0
        if self.calm_ticks < CALM_TICKS or is_question(QApplication.activeModalWidget()):
            return
        if self.recover and self.tried is None:
            self.tried = time.monotonic()
            self.open_rescue()
            return
        late = time.monotonic() - self.started > READY_AT_LAST
        notice = QApplication.activeModalWidget() is not None
        if not self.wanted or self.documents() or notice or late:
            self.become_ready()

    def open_rescue(self):
        document = open_document(self.recover)
        if document is None:
            print("dcchost: cannot open %s" % self.recover, flush=True)
            return
        document.setFileName(self.wanted)  # "": it had none, and is not to be saved over the rescued file
        if Krita.instance().windows():
            Krita.instance().windows()[0].addView(document)
        document.setModified(True)
        self.scene_changed()

    def quit_window(self):
        """No question is asked about documents that are not marked as changed. Leaving the main loop while one is
        open would end in SIGSEGV."""
        self.timer.stop()
        self.say_goodbye()
        while QApplication.activeModalWidget() is not None and QApplication.activeModalWidget().close():
            pass
        self.close_documents()
        for window in Krita.instance().windows():
            window.close()
        QApplication.exit(self.code or 0)

    def close_documents(self):
        for document in Krita.instance().documents():
            document.setModified(False)
            document.close()

    def say_goodbye(self):
        self.wire.flush(0.5)

    # -- no window

    def turn(self):
        super().turn()
        if self.mode == "loop":
            QApplication.processEvents()

    def open_scene(self):
        document = open_document(self.recover or self.wanted)
        if document is None:
            print("dcchost: cannot open %s" % (self.recover or self.wanted), flush=True)
            return False
        self.kept = document  # nothing else holds it
        if self.recover:
            document.setFileName(self.wanted)
            document.setModified(True)
        self.scene_changed()
        return True

    def export_scene(self, target):
        done = export(self.kept, target)
        print("dcchost: exported %s" % target if done else "dcchost: cannot export to %s" % target, flush=True)
        return 0 if done else 1


def told(variable):
    """Krita's Python takes names of files for ASCII; Qt wants them as they are."""
    return os.environb.get(variable.encode(), b"").decode("utf-8", "replace")


def open_document(path):
    """None where it cannot be opened: Krita then gives an empty document, and out of batch mode a dialog first."""
    krita = Krita.instance()
    was = krita.batchmode()
    krita.setBatchmode(True)
    try:
        document = krita.openDocument(path)
    finally:
        krita.setBatchmode(was)
    return document if document is not None and document.width() else None


def export(document, path):
    was = document.batchmode()
    document.setBatchmode(True)  # no dialog about the format
    try:
        return document.exportImage(path, InfoObject())
    finally:
        document.setBatchmode(was)


def is_question(widget):
    """Whether the artist has to decide something before Krita goes on; a mere notice has one button."""
    return widget is not None and sum(each.isVisible() for each in widget.findChildren(QAbstractButton)) > 1


def make(mode):
    global agent
    for stream in (sys.stdout, sys.stderr):
        getattr(stream, "reconfigure", dict)(errors="backslashreplace")
    path, token = os.environ.get("DCCHOST_AGENT_SOCKET"), os.environ.pop("DCCHOST_AGENT_TOKEN", "")
    if path and agent is None:
        agent = Agent(path, token, mode)
    return agent


def serve(*args):
    """The whole life without a window. kritarunner says 0 whatever happens, so a code needs another way out."""
    one, code = make("loop"), 1
    try:
        if one.wanted or one.recover:
            opened = one.open_scene()
        else:
            opened = True
        target = told("DCCHOST_KRITA_EXPORT")
        one.start()
        if opened and target:
            one.become_ready()
            one.wire.met.wait(5)
            code = one.code = one.export_scene(target)
        elif opened:
            one.loop()
            code = one.code or 0
        one.close_documents()
        one.leave()
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    os._exit(code)


if os.environ.get("DCCHOST_AGENT_MODE") == "window":
    try:
        if make("window") is not None:
            agent.start()
    except Exception:
        traceback.print_exc()
