"""How a scene of Blender's renders the frames that somebody else chose.

Python 3.7 and its standard library; touches bpy on the main thread alone.
"""
import sys

import bpy

# What a name's ending means: the scene's own format stays if it is one of these, else the first is set.
FORMATS = {
    "png": ("PNG",), "jpg": ("JPEG",), "jpeg": ("JPEG",), "tif": ("TIFF",), "tiff": ("TIFF",), "bmp": ("BMP",),
    "exr": ("OPEN_EXR", "OPEN_EXR_MULTILAYER"), "tga": ("TARGA", "TARGA_RAW"), "webp": ("WEBP",), "hdr": ("HDR",),
    "jp2": ("JPEG2000",), "dpx": ("DPX",), "cin": ("CINEON",),
}


def prepare_render(extension=None):
    """Every frame that is asked for is rendered, whatever lies there. Without an extension the scene's own format
    stays, if its files are pictures."""
    render = bpy.context.scene.render
    render.use_overwrite, render.use_placeholder = True, False
    if extension is None:
        if getattr(render, "is_movie_format", False):
            sys.exit("dcchost: the scene renders a movie, and frames of a movie cannot be told apart: give --output "
                     "with the format of single pictures")
        return
    settings, formats = render.image_settings, FORMATS[extension]
    if settings.file_format not in formats:
        if hasattr(settings, "media_type"):  # since 5.0 it has to be chosen first
            settings.media_type = "IMAGE"
        setattr(settings, "file_format", formats[0])


def render_still(frame, path):
    """One frame into exactly this file; the scene is left as it was, but for the frame that is shown."""
    scene = bpy.context.scene
    render = scene.render
    before = render.filepath, render.use_file_extension
    try:
        render.filepath, render.use_file_extension = path, False
        scene.frame_set(frame)
        bpy.ops.render.render(write_still=True)
    finally:
        render.filepath, render.use_file_extension = before
