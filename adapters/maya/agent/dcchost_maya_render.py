"""How a scene of Maya's that is open renders one frame into one file, for `dcchost render --in`.

Nothing of this was run in a real Maya. The commands and their flags are those that AWS Deadline's Maya adaptor renders
with (default_maya_handler.py, arnold_handler.py). Maya makes names of its own, so the picture is written into a
directory of ours beside where it is to be, and moved. Touches Maya on the main thread alone.
"""
import os
import shutil
import tempfile

import dcchost_agent as shared

GLOBALS = "defaultRenderGlobals"
# By the renderer that the scene names: the command, and what it is given of the camera and the frame.
RENDERERS = {
    "mayaSoftware": ("render", lambda cmds, camera, frame: ([camera], {})),
    "arnold": ("arnoldRender", lambda cmds, camera, frame: ([], {
        "batch": True, "seq": frame, "camera": camera,
        "width": cmds.getAttr("defaultResolution.width"), "height": cmds.getAttr("defaultResolution.height")})),
}


def choose_camera(cmds, named):
    """The one that was named after --, or the only one that the scene renders."""
    if len(named) > 1:
        raise shared.Refused("name one camera after --, not %s" % " ".join(named))
    if named:
        return named[0]
    cameras = [each for each in cmds.ls(cameras=True) or [] if cmds.getAttr(each + ".renderable")]
    if len(cameras) != 1:
        raise shared.Refused("the scene renders %d cameras (%s); name one after --, as in -- perspShape" %
                             (len(cameras), ", ".join(cameras)))
    return cameras[0]


def choose_command(cmds):
    renderer = str(cmds.getAttr(GLOBALS + ".currentRenderer"))
    if renderer not in RENDERERS:
        raise shared.Refused("how %s renders in a Maya that is up is not known; start a render of its own" % renderer)
    name, arguments = RENDERERS[renderer]
    if not hasattr(cmds, name):
        raise shared.Refused("the plug-in of %s is not loaded" % renderer)
    return getattr(cmds, name), arguments


def find_picture(directory, path):
    found = [os.path.join(place, name) for place, _places, names in os.walk(directory) for name in names]
    if len(found) != 1:
        raise shared.Refused("Maya wrote %d files of one frame: %s" % (
            len(found), ", ".join(sorted(os.path.basename(each) for each in found)) or "nothing"))
    if os.path.splitext(found[0])[1].lower() != os.path.splitext(path)[1].lower():
        raise shared.Refused("the scene renders %s; give --output that ending, or set another format in the scene" %
                             (os.path.splitext(found[0])[1] or "files without an ending"))
    return found[0]


def render_still(cmds, frame, path, named):
    """The scene is left as it was, but for the frame that is shown."""
    camera = choose_camera(cmds, named)
    command, arguments = choose_command(cmds)
    directory = tempfile.mkdtemp(prefix=".dcchost-", dir=os.path.dirname(path))
    images, changed = cmds.workspace(fileRuleEntry="images"), cmds.file(query=True, modified=True)
    numbers = {name: cmds.getAttr(GLOBALS + name) for name in (".startFrame", ".endFrame")}
    prefix = cmds.getAttr(GLOBALS + ".imageFilePrefix") or ""
    try:
        cmds.workspace(fileRule=("images", directory))
        cmds.setAttr(GLOBALS + ".imageFilePrefix", "frame", type="string")
        for name in numbers:
            cmds.setAttr(GLOBALS + name, frame)
        cmds.currentTime(frame)
        args, flags = arguments(cmds, camera, frame)
        command(*args, **flags)
        os.replace(find_picture(directory, path), path)
    finally:
        for name, number in numbers.items():
            cmds.setAttr(GLOBALS + name, number)
        cmds.setAttr(GLOBALS + ".imageFilePrefix", prefix, type="string")
        cmds.workspace(fileRule=("images", images))
        cmds.file(modified=changed)
        shutil.rmtree(directory, ignore_errors=True)
