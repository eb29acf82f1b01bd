"""A scene as a studio has it: whatever it refers to lies beside it, and is named from there."""

import ast
import json

SCENE = """
import bpy, os
work = %(work)r
os.makedirs(work + "/lib", exist_ok=True)
os.makedirs(work + "/tex", exist_ok=True)
bpy.ops.wm.read_homefile(use_empty=True)
bpy.ops.mesh.primitive_cube_add()
bpy.context.object.name = "Prop"
bpy.ops.wm.save_as_mainfile(filepath=work + "/lib/props.blend")
bpy.ops.wm.read_homefile()
image = bpy.data.images.new("wood", 2, 2)
image.filepath_raw, image.file_format = work + "/tex/wood.png", "PNG"
image.save()
bpy.data.images.remove(image)
bpy.ops.wm.save_as_mainfile(filepath=work + "/shot.blend", compress=%(compress)r)
with bpy.data.libraries.load(work + "/lib/props.blend", link=True, relative=True) as (_there, here):
    here.objects = ["Prop"]
bpy.context.collection.objects.link(here.objects[0])
for name in ("wood", "packed"):
    image = bpy.data.images.load("//tex/wood.png", check_existing=False)
    image.name, image.use_fake_user = name, True
bpy.data.images["packed"].pack()
bpy.context.scene.render.filepath = "//out/shot_"
driver = bpy.data.objects["Cube"].driver_add("location", 0).driver
driver.expression = "bpy.app.version[0] * 0 + 5"
bpy.ops.wm.save_mainfile(compress=%(compress)r)
"""
ASK = """
prop = bpy.data.objects.get("Prop")
wood, packed = bpy.data.images["wood"], bpy.data.images["packed"]
bpy.context.view_layer.update()
result = "%s" % __import__("json").dumps({
    "path": bpy.data.filepath, "library": prop.library.filepath, "linked": prop.data is not None,
    "wood": [wood.filepath, list(wood.size), wood.packed_file is not None],
    "packed": [packed.filepath, list(packed.size), packed.packed_file is not None],
    "output": bpy.context.scene.render.filepath,
    "absolute": bpy.path.abspath(bpy.context.scene.render.filepath),
    "driver": bpy.data.objects["Cube"].animation_data.drivers[0].is_valid,
    "x": bpy.data.objects["Cube"].evaluated_get(bpy.context.evaluated_depsgraph_get()).location[0]})
"""


def make_scene(world, work, compress=False):
    world.ask_blender(SCENE % {"work": str(work), "compress": compress})
    return work / "shot.blend"


def ask(world):
    with world.control() as control:
        return json.loads(ast.literal_eval(control.run(ASK)))


def name_of(world):
    """What Ctrl-S would write to, in bytes."""
    with world.control() as control:
        return ast.literal_eval(control.run("import os; result = os.fsencode(bpy.data.filepath)"))
