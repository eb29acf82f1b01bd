"""dcchost adapter new: from nothing to a launched application, with the installed dcchost alone."""

import os
import re
import resource
import subprocess

import pytest

from conftest import LONG, sh


def test_from_nothing_to_a_launched_application(author):
    """The commands are those of `dcchost adapter --help`; the fake application stands for the author's."""
    said = sh(author, "dcchost adapter new two-words adapter")
    assert "meson setup build" in said and "dcchost adapter check build/dcchost-two-words.so" in said
    assert sorted(os.listdir(str(author.work / "adapter"))) == [
        "README.md", "meson.build", "test-two-words.c", "two-words.c"]
    said = sh(author, "cd adapter && meson setup --werror build && meson test -C build --print-errorlogs")
    # Its tables and the conformance suite in the test program, and the module in a process of its own.
    assert re.search(r"two-words +OK", said) and re.search(r"check +OK", said), said
    said = sh(author, "dcchost adapter check adapter/build/dcchost-two-words.so")
    assert "two-words 0.1-made-up: every answer is sound, but made up: " in said and "all is well" not in said
    source = author.work / "adapter" / "two-words.c"
    source.write_text(source.read_text().replace('"0.1-made-up"', '"0.1"'))
    sh(author, "meson compile -C adapter/build")
    assert sh(author, "dcchost adapter check adapter/build/dcchost-two-words.so").endswith(
        "two-words 0.1: all is well\n")
    assert "two-words" not in sh(author, "dcchost adapters")
    sh(author, 'install -m 755 adapter/build/dcchost-two-words.so "$XDG_DATA_HOME/dcchost/adapters/"')
    line, = [line for line in sh(author, "dcchost adapters").splitlines() if line.startswith("two-words ")]
    assert line.split()[1:3] == ["0.1", "loaded"]
    executable = author.env["DCCHOST_FAKE_EXECUTABLE"]
    assert executable in sh(author, "dcchost list two-words", DCCHOST_TWO_WORDS_EXECUTABLE=executable)
    sh(author, "dcchost launch two-words -d --wait started -- --no-agent", DCCHOST_TWO_WORDS_EXECUTABLE=executable)
    assert author.status("two-words")["app"] == "two-words"
    assert "two-words: stopped" in sh(author, "dcchost stop two-words")


def test_no_word_of_the_model_is_left(author):
    sh(author, "dcchost adapter new a adapter")
    for name in os.listdir(str(author.work / "adapter")):
        assert "sketch" not in name and "sketch" not in (author.work / "adapter" / name).read_text().lower(), name


def test_what_it_writes_is_in_house_style(author):
    """As it is for the model: the longer a name, the more lines are to be broken anew."""
    sh(author, "dcchost adapter new sketch adapter")
    model = os.environ["DCC_TEST_SKELETON"]
    for name in ("sketch.c", "test-sketch.c"):
        assert (author.work / "adapter" / name).read_text() == open(os.path.join(model, name)).read()


@pytest.mark.parametrize("name", ["", "Nuke", "3d", "a b", "a/b", "../up", "\u00e4", "a" * 65, "dcc", "a_b"])
def test_a_bad_name(author, name):
    done = author.run("adapter", "new", name, "adapter")
    assert (done.status, done.out) == (78, "") and "is no name for an adapter" in done.err, done
    assert not (author.work / "adapter").exists()


def test_what_is_there_is_not_touched(author):
    (author.work / "full").mkdir()
    (author.work / "full" / "mine").write_text("mine")
    (author.work / "file").write_text("mine")
    for place, words in (("full", "is not empty: name a directory that is not there yet"),
                         ("file", "is no directory"), ("no/such/place", "cannot make the directory no/such/place")):
        done = author.run("adapter", "new", "sketch", place)
        assert done.status == 78 and words in done.err, done
    assert os.listdir(str(author.work / "full")) == ["mine"] and (author.work / "file").read_text() == "mine"
    (author.work / "empty").mkdir()
    assert author.run("adapter", "new", "sketch", "empty").status == 0


@pytest.mark.parametrize("there", [False, True])
def test_a_disk_that_is_full_leaves_nothing(author, there):
    directory = author.work / "adapter"
    if there:
        directory.mkdir()
    # Python leaves SIGXFSZ ignored, and so a file that grows too large is an error as a full disk is.
    done = subprocess.run([os.environ["DCCHOST"], "adapter", "new", "sketch", str(directory)], env=author.env,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, restore_signals=False, timeout=LONG,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)))
    assert done.returncode == 125 and ("cannot write %s" % directory).encode() in done.stderr, done
    assert directory.exists() == there and (not there or os.listdir(str(directory)) == [])


def test_usage(author):
    assert author.run("adapter", "new", "sketch").status == 2
    assert author.run("adapter", "new", "a", "b", "c").status == 2
    done = author.run("adapter", "new", "--help")
    assert done.status == 0 and "NAME DIR" in done.out and "test-NAME.c" in done.out
