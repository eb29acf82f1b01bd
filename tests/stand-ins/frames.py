"""What the stand-ins render: real pictures, of one pixel, written as they are told to go wrong.

STANDIN_RENDER: words that apply to both of them.
  record=FILE     every frame that is begun is written down there, a line each
  crash-after=K   it crashes when K frames are written, in the run that finds no file of the name once=FILE
  once=FILE       made when it crashes, so that the next run does not
  bad=N:HOW       frame N is not rendered right: none (no file, and no word of it), raises (said, where that can be
                  said), truncated, empty
  seconds=S       a frame takes so long
  licence=N       at frame N the renderer finds no licence, and ends as such renderers do
"""
import os
import struct
import time
import zlib

words = dict(word.partition("=")[::2] for word in os.environ.get("STANDIN_RENDER", "").split())
written = 0


class Failed(Exception):
    pass


def make_png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b""))


def make_exr():
    """OpenEXR's file layout, version 2: one half channel, one scan line, nothing compressed."""
    def attribute(name, kind, data):
        return name + b"\0" + kind + b"\0" + struct.pack("<I", len(data)) + data
    head = b"\x76\x2f\x31\x01" + struct.pack("<I", 2) + b"".join((
        attribute(b"channels", b"chlist", b"Y\0" + struct.pack("<IIII", 1, 0, 1, 1) + b"\0"),
        attribute(b"compression", b"compression", b"\0"),
        attribute(b"dataWindow", b"box2i", struct.pack("<iiii", 0, 0, 0, 0)),
        attribute(b"displayWindow", b"box2i", struct.pack("<iiii", 0, 0, 0, 0)),
        attribute(b"lineOrder", b"lineOrder", b"\0"),
        attribute(b"pixelAspectRatio", b"float", struct.pack("<f", 1)),
        attribute(b"screenWindowCenter", b"v2f", struct.pack("<ff", 0, 0)),
        attribute(b"screenWindowWidth", b"float", struct.pack("<f", 1)))) + b"\0"
    return head + struct.pack("<Q", len(head) + 8) + struct.pack("<iI", 0, 2) + b"\0\0"


makers = {".png": make_png, ".exr": make_exr}


def has_no_licence(frame):
    return words.get("licence") == str(frame)


def begin(frame, crash):
    """Before the work of a frame. crash: what ends this process as the application would."""
    global written
    if "record" in words:
        with open(words["record"], "a") as file:
            file.write("%d\n" % frame)
    if words.get("crash-after") == str(written) and not os.path.exists(words.get("once", "/nonexistent")):
        if "once" in words:
            open(words["once"], "w").close()
        crash()
    time.sleep(float(words.get("seconds", "0")))


def write(frame, path):
    """The picture of a frame; what is no PNG and no EXR holds a word."""
    global written
    number, _, how = words.get("bad", "").partition(":")
    how = how if number == str(frame) else ""
    written += 1
    if how == "raises":
        raise Failed("the renderer gave up at frame %d" % frame)
    if how == "none":
        return
    data = makers.get(os.path.splitext(path)[1], lambda: b"a picture\n")()
    if how == "truncated":
        data = data[:len(data) // 2]
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(b"" if how == "empty" else data)
