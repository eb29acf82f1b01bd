"""The few commands that the agent and the tests use."""
from maya import program

HEAD = "//Maya ASCII 2024 scene\n"
scene = {"name": "", "modified": False, "nodes": [], "type": "mayaAscii"}


def about(version=False, batch=False):
    program.check_thread()
    return "2024" if version else program.batch


def write(path):
    with open(path, "w") as file:
        file.write(HEAD + "\n".join(scene["nodes"]) + "\n")


def file(path=None, **flags):
    program.check_thread()
    if flags.get("query"):
        return scene["name"] if "sceneName" in flags else scene["modified"]
    if flags.get("open"):
        if scene["modified"] and not flags.get("force"):
            raise RuntimeError("Unsaved changes.")
        program.fire("kBeforeOpen")
        with open(path) as source:
            text = source.read()
        if not text.startswith(HEAD):
            raise RuntimeError("Error reading file.")
        scene.update(name=path, modified=False, nodes=text[len(HEAD):].split())
        program.fire("kAfterOpen")
    elif flags.get("exportAll"):
        write(path)
    elif "rename" in flags:
        scene["name"] = flags["rename"]
    elif "modified" in flags:
        scene["modified"] = flags["modified"]
    elif "type" in flags:
        scene["type"] = flags["type"]
    return path


def polySphere(name):
    program.check_thread()
    scene["nodes"].append(name)
    scene["modified"] = True


def ls():
    program.check_thread()
    return list(scene["nodes"])


def confirmDialog(**flags):
    program.check_thread()
    program.dialog()


def quit(force=False, abort=False, exitCode=0):
    program.check_thread()
    if scene["modified"] and not (force or abort):
        program.dialog()  # "Save changes to untitled scene?"
    program.end(exitCode)
