"""Stands in for Houdini's hou, faithful enough to run the real agent as it is. `ui` is there in a window only."""
import os

import standin

HEAD = "HIP 20.5\n"
scene = {"path": os.path.join(os.getcwd(), "untitled.hip"), "changed": False, "nodes": []}


class OperationFailed(Exception):
    pass


class hipFileEventType:
    BeforeClear, AfterClear, BeforeLoad, AfterLoad, BeforeSave, AfterSave = range(6)


def applicationVersionString():
    standin.check_thread()
    return standin.VERSION


def isUIAvailable():
    return standin.gui


def getenv(name, default=None):
    return os.environ.get(name, default)


def putenv(name, value):
    os.environ[name] = value


def unsetenv(name):
    os.environ.pop(name, None)


def exit(exit_code=0, suppress_save_prompt=False):
    """Asks where something is unsaved, and does not return until somebody answers; without a window never (facts 4)."""
    standin.check_thread()
    if standin.gui and scene["changed"] and not suppress_save_prompt:
        standin.dialog()
    if standin.gui:
        standin.ending.append(exit_code)
    raise SystemExit(exit_code)


def write(path):
    with open(path, "w") as file:
        file.write(HEAD + "\n".join(scene["nodes"]) + "\n")


class HipFile:
    reactions = []

    def fire(self, kind):
        for reaction in list(self.reactions):
            reaction(kind)

    def addEventCallback(self, reaction):
        standin.check_thread()
        self.reactions.append(reaction)

    def removeEventCallback(self, reaction):
        standin.check_thread()
        self.reactions.remove(reaction)

    def clearEventCallbacks(self):
        standin.check_thread()
        self.reactions.clear()

    def eventCallbacks(self):
        standin.check_thread()
        return tuple(self.reactions)

    def path(self):
        standin.check_thread()
        return scene["path"]

    def setName(self, name):
        standin.check_thread()
        scene["path"] = os.path.abspath(name)

    def hasUnsavedChanges(self):
        """Always true in hython (facts 4: dcc-mcp-houdini citing SideFX)."""
        standin.check_thread()
        return scene["changed"] or not standin.gui

    def load(self, path, suppress_save_prompt=False, ignore_load_warnings=False):
        standin.check_thread()
        if standin.gui and scene["changed"] and not suppress_save_prompt:
            standin.dialog()
        try:
            with open(path) as file:
                text = file.read()
        except OSError as error:
            raise OperationFailed(str(error))
        if not text.startswith(HEAD):
            raise OperationFailed("Unable to open file: %s" % path)
        self.fire(hipFileEventType.BeforeLoad)
        scene.update(path=os.path.abspath(path), changed=False, nodes=text[len(HEAD):].split())
        self.fire(hipFileEventType.AfterLoad)

    def save(self, file_name=None):
        """Under another name it is another scene from now on."""
        standin.check_thread()
        self.fire(hipFileEventType.BeforeSave)
        if file_name:
            scene["path"] = os.path.abspath(file_name)
        write(scene["path"])
        scene["changed"] = False
        self.fire(hipFileEventType.AfterSave)

    def saveAsBackup(self):
        """Into HOUDINI_BACKUP_DIR, "backup" beside the scene by default; neither overwrites nor renames (facts 4). It
        returns the path (public callers use it so); its ending goes by the licence: an Indie one."""
        standin.check_thread()
        if "no-backup" in standin.words:
            raise OperationFailed("The attempted operation failed.\nUnable to save file")
        self.fire(hipFileEventType.BeforeSave)
        home, name = os.path.split(scene["path"])
        directory = os.path.join(home, os.environ.get("HOUDINI_BACKUP_DIR", "backup"))
        if "backup-elsewhere" in standin.words:
            directory = os.path.join(home, "backup")
        os.makedirs(directory, exist_ok=True)
        path = os.path.join(directory, "%s_bak1.hiplc" % os.path.splitext(name)[0])
        write(path)
        self.fire(hipFileEventType.AfterSave)
        return path


hipFile = HipFile()


class Node:
    def createNode(self, kind, name):
        standin.check_thread()
        scene["nodes"].append(name)
        scene["changed"] = True

    def children(self):
        standin.check_thread()
        return list(scene["nodes"])


class RopNode(Node):
    """hou.RopNode.render() as SideFX documents it; OperationFailed where a frame could not be rendered (inferred)."""

    def render(self, frame_range=(), output_file=None, **flags):
        standin.check_thread()
        import frames
        first, last, step = frame_range
        for frame in range(first, last + 1, step):
            if frames.has_no_licence(frame):
                standin.end_without_licence()
            frames.begin(frame, standin.crash)
            for percent in (0, 50, 100):
                print("ALF_PROGRESS %d%%" % percent, flush=True)
            try:
                frames.write(frame, output_file or os.path.join(os.path.dirname(scene["path"]), "render",
                                                                "shot.%04d.exr" % frame))
            except frames.Failed as error:
                raise OperationFailed("The attempted operation failed.\n%s" % error)


def node(path):
    """/out has one node that renders."""
    if path.startswith("/out/"):
        return RopNode() if path == "/out/mantra1" else None
    return Node()


class Ui:
    def addEventLoopCallback(self, callback):
        standin.check_thread()
        standin.callbacks.append(callback)

    def postEventCallback(self, callback):
        standin.posted.append(callback)

    def displayMessage(self, text):
        standin.check_thread()
        standin.dialog()


def updateModeSetting():
    return "Manual" if standin.manual else "AutoUpdate"
