"""formats.py INPUT OUTPUT: the endings that dcchost_blender_render.py knows the formats of, for C."""
import ast
import sys

source, target = sys.argv[1:]
with open(source, encoding="utf-8") as file:
    tree = ast.parse(file.read())
formats = next(ast.literal_eval(node.value) for node in tree.body
               if isinstance(node, ast.Assign) and node.targets[0].id == "FORMATS")
with open(target, "w", encoding="ascii") as out:
    out.write('#include "dcc-blender.h"\n\nconst char *const dcc_blender_endings[] = {\n')
    for ending in formats:
        out.write('    "%s",\n' % ending)
    out.write("    NULL};\n")
