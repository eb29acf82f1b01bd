"""The few commands that the agent and the tests use."""
from maya import program

HEAD = "//Maya ASCII 2024 scene\n"
scene = {"name": "", "modified": False, "nodes": [], "type": "mayaAscii"}
rules = {"images": "images"}
attributes = {"defaultRenderGlobals.currentRenderer": "mayaSoftware", "defaultRenderGlobals.imageFilePrefix": None,
              "defaultRenderGlobals.startFrame": 1.0, "defaultRenderGlobals.endFrame": 10.0,
              "defaultResolution.width": 960, "defaultResolution.height": 540,
              "perspShape.renderable": True, "topShape.renderable": False}


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


def ls(cameras=False):
    program.check_thread()
    return ["perspShape", "topShape"] if cameras else list(scene["nodes"])


def getAttr(name):
    program.check_thread()
    return attributes[name]


def setAttr(name, value, type=None):
    program.check_thread()
    if type == "string" and not isinstance(value, str):
        raise RuntimeError("setAttr: Wrong type of data")
    attributes[name] = value
    scene["modified"] = True


def workspace(fileRuleEntry=None, fileRule=None):
    program.check_thread()
    if fileRule:
        rules[fileRule[0]] = fileRule[1]
    return rules[fileRuleEntry] if fileRuleEntry else None


def currentTime(frame):
    program.check_thread()


def render(camera, **flags):
    """Names of its own, in a directory of its own below the images'. Which picture it is: that of startFrame."""
    frame = int(attributes["defaultRenderGlobals.startFrame"])
    path = program.os.path.join(rules["images"], "tmp", "%s.%s" % (
        attributes["defaultRenderGlobals.imageFilePrefix"], program.os.environ.get("STANDIN_FORMAT", "exr")))
    program.render_frame(frame, path, RuntimeError)
    return path


def confirmDialog(**flags):
    program.check_thread()
    program.dialog()


def quit(force=False, abort=False, exitCode=0):
    program.check_thread()
    if scene["modified"] and not (force or abort):
        program.dialog()  # "Save changes to untitled scene?"
    program.end(exitCode)
