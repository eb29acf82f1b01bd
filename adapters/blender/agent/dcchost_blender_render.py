"""How a scene of Blender's is made ready to render the frames that somebody else chose.

Python 3.7 and its standard library; touches bpy on the main thread alone.
"""
import sys

import bpy

# What a format is of; since 5.0 it has to be chosen first.
MEDIA = {"OPEN_EXR_MULTILAYER": "MULTI_LAYER_IMAGE"}


def prepare_render(*formats):
    """Every frame that is asked for is rendered, whatever lies there. formats: the scene's own stays if it is one of
    these, else the first is set; none: the scene's own stays, if its files are pictures."""
    render = bpy.context.scene.render
    render.use_overwrite, render.use_placeholder = True, False
    settings = render.image_settings
    if not formats:
        if getattr(render, "is_movie_format", False):
            sys.exit("dcchost: the scene renders a movie, and frames of a movie cannot be told apart: give --output "
                     "with the format of single pictures")
    elif settings.file_format not in formats:
        if hasattr(settings, "media_type"):
            settings.media_type = MEDIA.get(formats[0], "IMAGE")
        settings.file_format = formats[0]
