"""dcchost as a stranger has it: installed in a directory, and nothing of the source or build tree on any path."""

import os
import pathlib
import subprocess


class Installed:
    """One `meson install` of the build into a directory. env: what finds it there."""

    def __init__(self, build, top):
        self.top = pathlib.Path(top).resolve()
        subprocess.run(["meson", "install", "-C", str(build), "--no-rebuild", "--quiet", "--destdir", str(self.top)],
                       check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        pc = self._one("dcchost-1.pc")
        prefix = self._prefix(pc)
        # The tree was meant for another place; it is moved, so the place is written anew.
        pc.write_text(pc.read_text().replace("prefix=" + prefix, "prefix=" + str(self.top) + prefix, 1))
        self.dcchost = self._one("bin/dcchost")
        library = self._one("libdcchost-1.so.*.*")
        self.env = {
            "PATH": "%s:/usr/bin:/bin" % self.dcchost.parent,
            "LD_LIBRARY_PATH": "%s:%s" % (library.parent, self._one("dcchost-cli.so").parent),
            "PKG_CONFIG_PATH": str(pc.parent),
            "DCCHOST_SHIM": str(self._one("dcchost-shim")),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        typelibs = list(self.top.rglob("DccHost-1.0.typelib"))
        if typelibs:
            package = self._one("overrides/DccHost.py").parents[2]
            self.env.update(GI_TYPELIB_PATH=str(typelibs[0].parent), PYTHONPATH=str(package))
        self.env.update({name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ})

    def _one(self, name):
        found = [path for path in self.top.rglob(name) if path.is_file() and not path.is_symlink()]
        assert len(found) == 1, (name, found)
        return found[0]

    @staticmethod
    def _prefix(pc):
        line, = [line for line in pc.read_text().splitlines() if line.startswith("prefix=")]
        return line[len("prefix="):]
