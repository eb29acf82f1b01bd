"""Which end-to-end tests the bpy module cannot be asked, and why; tests/allowed-skips names the same ones.

A row: from this version of Blender on, the test's name (without what stands in brackets), what the module lacks.
Whatever needs a window is none for a module either, and is known by what it asks of pytest.
"""

WINDOWS = "the module has no windows"
REPORT = "the module has no crash handler, which writes the report"
INTERRUPT = "the module has no handler of SIGINT, which cancels a render"
LINES = "the module of 5.x prints no line of a frame or a sample"
LACKS = [
    ((0,), "test_a_crash_is_seen_at_once_mended_and_nothing_stays", REPORT),
    ((0,), "test_a_script_that_crashes_at_each_start", REPORT),
    ((0,), "test_a_crash_that_nobody_watched_is_reported", REPORT),
    ((0,), "test_why_tells_it_on_one_screen", REPORT),
    ((0,), "test_an_interrupt_ends_a_render", INTERRUPT),
    ((0,), "test_a_stop_ends_a_render", INTERRUPT),
    ((0,), "test_a_stop_of_a_render_is_short", INTERRUPT),
    ((5,), "test_a_long_render_answers", LINES),
    ((5,), "test_a_kill_ends_a_render_at_once", LINES),
]


def find(version, item):
    """What this test needs and the module of that version lacks; None: nothing."""
    params = getattr(getattr(item, "callspec", None), "params", {})
    if "display" in item.fixturenames or "window" in params.values():
        return WINDOWS
    number = tuple(map(int, version.split(".")))
    return next((reason for since, name, reason in LACKS
                 if number >= since and name == item.name.partition("[")[0]), None)
