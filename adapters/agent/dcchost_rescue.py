"""Copies of unsaved work, for the day the application breaks."""
import os

from dcchost_base import monotonic, on_disk, remove  # joined


class RescueCopy:
    """A copy of unsaved work in the run's own directory. Made on the main thread while nobody works there, and never
    for more than a fiftieth of the time: how long the last one took says when the next may be made. A copy is whole
    or not there. Where that directory takes none, the instance's rescue directory does, as long as it has room; and
    while not all is as it should be, the session hears why."""

    QUIET, SHARE, PATIENCE = 1.0, 50, 4

    def __init__(self, agent):
        self.agent, self.path, self.trouble = agent, None, None
        try:
            self.period = int(os.environ.get("DCCHOST_AGENT_RESCUE_MS") or 0) / 1000.0
        except ValueError:
            self.period = 0.0
        self.places = [(agent.temp, "")] if agent.temp else []
        second = os.environ.get("DCCHOST_AGENT_RESCUE_DIR")
        if second and second != agent.temp:  # shared by the runs of an instance: named as what is kept there is
            self.places.append((second, os.environ.get("DCCHOST_INCARNATION", str(os.getpid()))[:8] + "-"))
        self.changed = self.touched_at = self.made_at = None
        self.cost = 0.0

    def touch(self):
        """Something in the scene has changed."""
        self.touched_at = monotonic()
        if self.changed is None:
            self.changed = self.touched_at

    def is_on(self):
        return bool(self.period and self.places)

    def is_due(self):
        now = monotonic()
        if self.changed is None or not self.is_on():
            return False
        if now - self.touched_at < self.QUIET and now - self.changed < self.period * self.PATIENCE:
            return False
        return self.made_at is None or now - self.made_at >= max(self.period, self.cost * self.SHARE)

    def turn(self):
        """At each turn of the main thread. Unsaved work of which there is no copy needs one, whoever noticed it."""
        if self.path is None and self.changed is None and self.agent.dirty:
            self.touch()
        if self.is_due() and self.agent.may_copy():
            self.make()

    def make(self):
        name = os.path.splitext(os.path.basename(self.agent.scene))[0] or "untitled"
        # There is more to come, and 255 bytes are the end.
        name = os.fsdecode(on_disk(name)[:180]) + "_rescue" + self.agent.suffix
        began = self.made_at = monotonic()
        path, reasons = None, []
        for directory, prefix in self.places:
            path = os.path.join(directory, prefix + name)
            try:
                note = self.write(path)
                reasons += [note] if note else []
                break
            except Exception as error:  # nobody's work is held up by a full disk
                reasons.append("%s: %s" % (path, " ".join(str(error).split())))
                path = None
        self.made_at = monotonic()
        self.cost = self.made_at - began
        self.changed = None
        if path is None:
            self.touch()  # it is still unprotected: the next turn tries again
        else:
            old, self.path = self.path, path
            if old not in (None, path):
                remove(old)
        self.set_trouble("; ".join(reasons) or None)

    def write(self, path):
        """Returns what the copy lacks, if anything."""
        part = path + ".part"
        self.agent.copying = True
        try:
            note = self.agent.write_rescue(part)
            os.chmod(on_disk(part), 0o600)  # whatever the umask of the studio's scripts: it is to be read again
            os.replace(on_disk(part), on_disk(path))
            return note
        except BaseException:
            remove(part)
            raise
        finally:
            self.agent.copying = False

    def set_trouble(self, reason):
        if reason != self.trouble:
            self.trouble = reason
            self.agent.wire.wake()

    def drop(self):
        """It holds nothing that is not elsewhere, or nothing that anybody wants."""
        self.changed = None
        if self.path is not None:
            path, self.path = self.path, None
            remove(path)
        self.set_trouble(None)
