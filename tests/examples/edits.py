"""What an artist does in Krita, sent through the agent, and what a .kra file holds."""

import zipfile

NEW = """
d = Krita.instance().createDocument(64, 48, "Untitled art", "RGBA", "U8", "", 72.0)
Krita.instance().windows()[0].addView(d)
"""
ADD = """
d = Krita.instance().documents()[0]
d.rootNode().addChildNode(d.createNode("precious", "paintlayer"), None)
d.refreshProjection()
d.waitForDone()
d.setModified(True)
"""
# As File > Save As does it, so that the document has a name and counts as saved.
SAVE_AS = """
d = Krita.instance().documents()[0]
d.setBatchmode(True)
d.waitForDone()
assert d.saveAs(%r)
d.setBatchmode(False)
"""
NAMES = "result = [(d.fileName(), d.modified()) for d in Krita.instance().documents()]"


def holds_the_edit(path):
    """Whether there is a layer of that name in the file."""
    with zipfile.ZipFile(str(path)) as archive:
        return b'name="precious"' in archive.read("maindoc.xml")


def make_document(desk, name):
    """A document on disk, made by Krita without a window."""
    path = desk.work / name
    done = desk.run("launch", "krita", "--headless", "-d", "--wait", "ready", "--name", "maker", timeout=300)
    assert done.status == 0, done
    with desk.control("maker") as control:
        control.run('d = Krita.instance().createDocument(64, 48, "x", "RGBA", "U8", "", 72.0)\n'
                    'd.setBatchmode(True)\nd.waitForDone()\nassert d.saveAs(%r)\nd.close()' % str(path))
    assert desk.run("stop", "maker").status == 0
    assert path.is_file()
    return path
