"""GLib and json-glib for a build for another system: libraries of a wheel of Python's registry, headers of Debian's
packages. Which files of the wheel, and how its glibconfig.h differs besides, the install.py of that system says.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))

import packages  # noqa: E402

WHEELS = "1.28.8"  # of gstreamer-libs (GLib 2.82, json-glib 1.10) and gstreamer-python (PyGObject 3.50)
# pkg-config's name: (what it requires, its library, whose version it has)
MODULES = {
    "glib-2.0": ("", "glib-2.0", "glib-2.0"),
    "gobject-2.0": ("glib-2.0", "gobject-2.0", "glib-2.0"),
    "gmodule-no-export-2.0": ("glib-2.0", "gmodule-2.0", "glib-2.0"),
    "gmodule-2.0": ("glib-2.0", "gmodule-2.0", "glib-2.0"),
    "gio-2.0": ("gobject-2.0 gmodule-no-export-2.0", "gio-2.0", "glib-2.0"),
    "json-glib-1.0": ("gio-2.0", "json-glib-1.0", "json-glib-1.0"),
}
# How glibconfig.h differs from that of 64-bit Linux wherever 64 bits are a long long.
CONFIG = [
    (r"signed long gint64", "signed long long gint64"),
    (r"unsigned long guint64", "unsigned long long guint64"),
    (r"\(val##L\)", "(G_GNUC_EXTENSION (val##LL))"),
    (r"\(val##UL\)", "(G_GNUC_EXTENSION (val##ULL))"),
    (r'(G_GU?INT64_(?:MODIFIER|FORMAT) +)"l', r'\1"ll'),
]


def run(*command):
    return subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE).stdout.decode()


def fetch_wheels(home, platform, *names):
    """The wheels of these names, opened. They are fetched once."""
    wheels = home / "wheels"
    missing = [name for name in names if not list(wheels.glob("%s-%s-*.whl" % (name, WHEELS)))]
    if missing:
        packages.download(wheels, platform, *("%s==%s" % (name.replace("_", "-"), WHEELS) for name in missing))
    return [zipfile.ZipFile(str(next(wheels.glob("%s-%s-*.whl" % (name, WHEELS))))) for name in names]


def make_headers(root, names, config):
    """Those of /usr/include that have these names. config: what else differs in glibconfig.h, as re.sub() has it."""
    for name in names:
        shutil.rmtree(str(root / "include" / name), ignore_errors=True)
        shutil.copytree("/usr/include/" + name, str(root / "include" / name))
    libdir = run("pkg-config", "--variable=libdir", "glib-2.0").strip()
    text = pathlib.Path(libdir, "glib-2.0/include/glibconfig.h").read_text()
    for pattern, replacement in CONFIG + config:
        text = re.sub(pattern, replacement, text, flags=re.M)
    (root / "include/glib-2.0/glibconfig.h").write_text(text)


def write_modules(root, modules, headers):
    """What pkg-config is to know. The versions are the headers', which are older than the libraries; the tools are this
    system's."""
    flags = " ".join('-I"${prefix}/include/%s"' % name for name in headers)
    (root / "lib/pkgconfig").mkdir(parents=True, exist_ok=True)
    for name, (requires, library, versioned) in modules.items():
        (root / "lib/pkgconfig" / (name + ".pc")).write_text(
            "prefix=%s\nbindir=/usr/bin\nglib_mkenums=/usr/bin/glib-mkenums\nName: %s\nDescription: %s\nVersion: %s\n"
            "Requires: %s\nLibs: -L\"${prefix}/lib\" -l%s\nCflags: %s\n" % (
                root, name, name, run("pkg-config", "--modversion", versioned).strip(), requires, library, flags))
