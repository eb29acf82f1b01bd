"""Real Blender and a disk for its pictures that is too small: what is not there whole has failed, frame by frame, and
what was given up is rendered when there is room."""

import os
import re
import subprocess

import pytest

from test_render_frames import LAST, SMALL

FRAMES, PAGES = 12, 16
MAY_MOUNT = os.geteuid() == 0 and subprocess.call(
    ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], stdout=-3, stderr=-3) == 0
# Noise, so that a picture is larger than a page.
NOISY = SMALL.replace("samples = 4", "samples = 1").replace("= 64", "= 96") + """
scene.render.image_settings.compression = 0
"""

pytestmark = pytest.mark.skipif(not MAY_MOUNT, reason="may not mount a file system")


@pytest.fixture
def gallery(world):
    """Where pictures go: a disk of some pages."""
    out = world.work / "out"
    out.mkdir()
    resize(out, PAGES, "size=%d,mode=0700")
    yield out
    while subprocess.call(["umount", "-l", str(out)], stderr=subprocess.DEVNULL) == 0:
        pass


def resize(out, pages, how="remount,size=%d"):
    subprocess.check_call(["mount", "-t", "tmpfs", "-o", how % (pages * os.sysconf("SC_PAGE_SIZE")), "tmpfs", str(out)])


def render(world, *args):
    done = world.run("render", *args, "--frames", "1-%d" % FRAMES, "--output", str(world.work / "out/f_####.png"))
    found = LAST.match(done.out.splitlines()[-1])
    assert found, done
    return done, (found.group(1),) + tuple(int(n) for n in found.groups()[1:])


def named(done):
    """The frames that are said to have failed."""
    frames = set()
    for listed in re.findall(r"^dcchost: frames? (\S+) failed: ", done.out, re.M):
        for part in listed.split(","):
            first, _dash, last = part.partition("-")
            frames.update(range(int(first), int(last or first) + 1))
    return frames


def of_its_own(world, path, *args):
    return render(world, "blender", "--file", path, *args)


def in_one_that_is_up(world, path, *args):
    if world.run("probe", "blender").status != 0:
        done = world.run("launch", "blender", "--headless", "--file", path, "-d", "--wait", "ready")
        assert done.status == 0, done
    return render(world, "--in", "blender", *args)


@pytest.mark.parametrize("how", [of_its_own, in_one_that_is_up])
def test_pictures_that_do_not_fit(world, gallery, how):
    path = world.make_scene("shot.blend", NOISY)
    done, verdict = how(world, path)
    rendered, failed = verdict[3], verdict[2]
    assert done.status == 1 and verdict == ("failed", FRAMES, failed, rendered, 0, 0), done
    assert 0 < rendered < FRAMES and rendered + failed == FRAMES, done
    assert named(done) == set(range(rendered + 1, FRAMES + 1)), done
    whole = [n for n in range(1, FRAMES + 1) if is_whole(gallery / ("f_%04d.png" % n))]
    assert whole == list(range(1, rendered + 1)), "a frame counts that is not whole, or one that is does not"
    resize(gallery, 64 * PAGES)
    again, verdict = how(world, path, "--resume")
    assert again.status == 0 and verdict == ("done", FRAMES, 0, failed, rendered, 0), again


def is_whole(path):
    """By the last chunk of a PNG."""
    return path.exists() and path.read_bytes()[-8:-4] == b"IEND"


@pytest.mark.parametrize("how", [of_its_own, in_one_that_is_up])
def test_no_room_at_all(world, gallery, how):
    path = world.make_scene("shot.blend", NOISY)
    with pytest.raises(OSError):
        (gallery / "ballast").write_bytes(b"x" * ((PAGES + 1) * os.sysconf("SC_PAGE_SIZE")))
    if how is in_one_that_is_up:
        assert world.run("launch", "blender", "--headless", "--file", path, "-d", "--wait", "ready").status == 0
        args = ("--in", "blender")
    else:
        args = ("blender", "--file", path)
    done = world.run("render", *args, "--frames", "1-3", "--output", str(gallery / "f_####.png"))
    assert done.status not in (0, 75) and "No space left on device" in done.err + done.out, done
    assert "rendered=0" in done.out or not done.out, done
