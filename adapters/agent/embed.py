"""embed.py INPUT OUTPUT NAME: a file as a C array, so that the module needs no file beside it."""
import sys

source, target, name = sys.argv[1:]
with open(source, "rb") as file:
    data = file.read()
with open(target, "w", encoding="ascii") as out:
    out.write('#include <glib.h>\n\nextern const char %s[];\nextern const gsize %s_size;\n' % (name, name))
    out.write('const char %s[] = {' % name)
    for i, byte in enumerate(data + b"\0"):
        out.write("%s0x%02x," % ("\n    " if i % 16 == 0 else " ", byte))
    out.write("\n};\nconst gsize %s_size = %d;\n" % (name, len(data)))
