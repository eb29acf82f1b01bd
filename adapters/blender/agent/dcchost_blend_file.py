"""Where a .blend file keeps the name of its scene.

Blender writes it into autosaves but not into copies, and without it neither the scene's name nor relative paths come
back: since 4.2 a recovered file without a name takes its own path for one, and the artist's next save would go there.
The file describes itself (header, block GLOB, structure FileGlobal in the block DNA1); what is not as expected is
refused, with the reason. Seen: 3.4, 4.2, 4.3, 4.5 (header of 12 bytes), 5.0, 5.2, 5.3 (of 17).
"""
import os
import struct

ROOM, TAIL, BLOCKS = 1024, 1 << 20, 100
COMPRESSED = (b"\x28\xb5\x2f\xfd", b"\x1f\x8b")  # Zstandard since 3.0, gzip before
FLAGS, COMPRESS = b"fileflags", 2  # a scene is saved as the file says that it was read from
FIELDS = (b"filename[1024]", b"filepath[1024]")
# Of the head of a block: its layout, and where in it are length and number of the structure.
OLD, NEW = (struct.Struct("<4siQii"), 1, 3), (struct.Struct("<4siQqq"), 3, 1)


class UnknownFormat(Exception):
    """What is not as this module knows it."""


class BlendFile:
    """An uncompressed file of an eight-byte, little-endian Blender."""

    known = {}  # the offsets of name and flags within GLOB, by what the header says

    def __init__(self, file):
        self.file = file
        self.head, self.length_at, self.structure_at = self.read_header()
        self.start, self.room, self.structure = self.find_global()

    def read_header(self):
        first = self.file.read(12)
        if first[:7] != b"BLENDER":
            raise UnknownFormat("it is compressed, or no Blender file")
        if first[7:9] == b"-v":
            self.header = first
            return OLD
        size = int(first[7:9]) if first[7:9].isdigit() else 0
        self.header = first + self.file.read(max(0, size - 12))
        if size == 17 and self.header[9:13] == b"-01v":
            return NEW
        raise UnknownFormat("its header is not known: %r" % self.header[:20])

    def find_global(self):
        for _n in range(BLOCKS):
            data = self.file.read(self.head.size)
            if len(data) < self.head.size:
                break
            fields = self.head.unpack(data)
            length = fields[self.length_at]
            if length < 0:
                break
            if fields[0] == b"GLOB":
                return self.file.tell(), length, fields[self.structure_at]
            self.file.seek(length, os.SEEK_CUR)
        raise UnknownFormat("it has no block GLOB where one is expected")

    def find_fields(self):
        """Where the room for the name begins, and where the flags are (None: not found)."""
        if self.header not in self.known:
            self.file.seek(-min(TAIL, os.fstat(self.file.fileno()).st_size), os.SEEK_END)
            data = self.file.read()
            start = data.rfind(b"SDNANAME")
            if start < 0:
                raise UnknownFormat("it does not describe itself")
            try:
                self.known[self.header] = Structures(data[start + 4:]).find(self.structure)
            except (struct.error, IndexError, ValueError) as error:
                raise UnknownFormat("its description cannot be read: %s" % error)
        name, flags = self.known[self.header]
        if name > self.room - ROOM:
            raise UnknownFormat("there is no room for a name")
        return self.start + name, None if flags is None else self.start + flags

    def read_name(self):
        """b"": the scene has none, or it was not written down."""
        self.file.seek(self.find_fields()[0])
        return self.file.read(ROOM).partition(b"\0")[0]

    def write_name(self, name):
        if len(name) >= ROOM:
            raise UnknownFormat("the name is too long")
        self.file.seek(self.find_fields()[0])
        self.file.write(name.ljust(ROOM, b"\0"))

    def mark_compressed(self):
        at = self.find_fields()[1]
        if at is not None:
            self.file.seek(at)
            flags, = struct.unpack("<i", self.file.read(4))
            self.file.seek(at)
            self.file.write(struct.pack("<i", flags | COMPRESS))

    def is_whole(self):
        """Whether it ends as a file ends that was written to its end."""
        self.file.seek(-self.head.size, os.SEEK_END)
        return self.file.read(4) == b"ENDB"


class Structures:
    """The block DNA1 from its section NAME on. Sections: NAME, TYPE, TLEN, STRC."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def begin(self, code):
        self.at = (self.at + 3) & ~3
        if self.data[self.at:self.at + 4] != code:
            raise ValueError("no section %r" % code)
        self.at += 4

    def numbers(self, form, n):
        got = struct.unpack_from("<%d%s" % (n, form), self.data, self.at)
        self.at += struct.calcsize("<%d%s" % (n, form))
        return got

    def words(self, n):
        found = []
        for _n in range(n):
            end = self.data.index(b"\0", self.at)
            found.append(self.data[self.at:end])
            self.at = end + 1
        return found

    def find(self, structure):
        """The offsets of name and flags in FileGlobal, which the structure of this number must be."""
        self.begin(b"NAME")
        members = self.words(*self.numbers("i", 1))
        self.begin(b"TYPE")
        types = self.words(*self.numbers("i", 1))
        self.begin(b"TLEN")
        lengths = self.numbers("H", len(types))
        self.begin(b"STRC")
        if structure not in range(*self.numbers("i", 1)):
            raise ValueError("no structure %d" % structure)
        for _n in range(structure):
            self.numbers("H", 2 * self.numbers("H", 2)[1])
        kind, count = self.numbers("H", 2)
        if types[kind] != b"FileGlobal":
            raise ValueError("GLOB holds %r" % types[kind])
        offset, flags = 0, None
        for _n in range(count):
            kind, member = self.numbers("H", 2)
            if members[member] in FIELDS:
                return offset, flags
            if members[member] == FLAGS and lengths[kind] == 4:
                flags = offset
            offset += self.size_of(members[member], lengths[kind])
        raise ValueError("FileGlobal has no name")

    @staticmethod
    def size_of(member, size):
        if member.startswith((b"*", b"(*")):
            size = 8
        for count in member.split(b"[")[1:]:
            size *= int(count.rstrip(b"]"))
        return size


def read_scene_name(path):
    """The name in bytes, b"" for none. Raises UnknownFormat, OSError."""
    with open(path, "rb") as file:
        return BlendFile(file).read_name()


def finish_copy(path, name):
    """Makes a copy one of the scene of that name, which will be saved as compressed as it is. Raises UnknownFormat
    where that cannot be done, OSError where the copy is not whole."""
    with open(path, "r+b") as file:
        blend = BlendFile(file)
        if not blend.is_whole():
            raise OSError("the copy was not written to its end")
        if name:
            blend.write_name(name)
            if is_compressed(name):
                blend.mark_compressed()


def is_compressed(path):
    try:
        with open(path, "rb") as file:
            return file.read(4).startswith(COMPRESSED)
    except OSError:
        return False
