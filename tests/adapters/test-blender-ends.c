/* What Blender's ends mean: measured on Blender 3.4.1, 4.3.2 and 5.2.2. Starts nothing. */
#include "blender-fixture.h"
#include "dcc-signals.h"
#include <string.h>

#define GUI    0
#define RENDER (JOB | READY)
#define TRACE  "Traceback (most recent call last):\n"
#define MODULE "  File \"/p/x.py\", line 4, in <module>\n    f()\n    ~^^\n"

/* clang-format off */
/* code >= 0: exited; < 0: by the signal -code. output: its last lines. */
static const struct {
    int code, flags;
    const char *output;
    DccVerdictKind kind;
    const char *reason; /* part of it */
    const char *args;   /* the user's, by blanks; NULL: not known */
    int saved;          /* of a job: how many files */
} exits[] = {
    {0, GUI | READY, "Blender quit", DCC_VERDICT_CLEAN, "quit in order"},
    {0, GUI | READY, "", DCC_VERDICT_CLEAN, ""},
    {0, GUI | READY, "Error: Python: NameError: x\nBlender quit", DCC_VERDICT_CLEAN, "quit in order"},
    {0, HEADLESS | READY, "Saved: 'a.png'\n\nBlender quit", DCC_VERDICT_CLEAN, "quit in order"},
    {0, HEADLESS | REQUESTED, "Blender quit", DCC_VERDICT_CLEAN, "as asked"},
    /* An operator's error that the script handled, in 3.4 and since. */
    {0, RENDER, "Error: Python: Traceback (most recent call last):\n  File \"/p/x.py\", line 12, in execute\n"
     "ValueError: x\nLocation: /p:109\n\nBlender quit", DCC_VERDICT_CLEAN, "in order", "-P x.py"},
    {0, RENDER, TRACE MODULE "ValueError: handled\n\nBlender quit", DCC_VERDICT_CLEAN, "in order", "-P x.py"},
    {0, RENDER, TRACE MODULE "ValueError: handled", DCC_VERDICT_CLEAN, "", "-P x.py --python-exit-code 3"},
    {0, HEADLESS, TRACE MODULE "ValueError: handled\n\nBlender quit", DCC_VERDICT_CLEAN, "in order"},
    /* 0 was asked for: what a script as a whole ended with is told, what an add-on handled is not. */
    {0, RENDER, TRACE MODULE "NameError: x\n\nBlender quit", DCC_VERDICT_SUSPICIOUS, "reported: NameError: x",
     "--python-exit-code 0 -P x.py"},
    {0, RENDER, "Error: Python: " TRACE MODULE "NameError: x\n\nBlender quit", DCC_VERDICT_SUSPICIOUS,
     "reported: NameError: x", "--python-exit-code 3 --python-exit-code 0 -P x.py"},
    {0, RENDER, "  File \"/p/x.py\", line 1\n    def f(:\nSyntaxError: invalid syntax\nBlender quit",
     DCC_VERDICT_SUSPICIOUS, "SyntaxError", "--python-exit-code 0 -P x.py"},
    {0, RENDER, TRACE "  File \"/usr/addon.py\", line 3, in enable\nImportError: cattrs\nBlender quit",
     DCC_VERDICT_CLEAN, "", "--python-exit-code 0 -P x.py"},
    {0, RENDER, TRACE "  File \"/usr/cli.py\", line 3, in run\n  File \"x.py\", line 1, in <module>\nImportError: rig\nBlender quit",
     DCC_VERDICT_SUSPICIOUS, "ImportError: rig", "--python-exit-code 0 -P /p/x.py"},
    {0, RENDER, TRACE "  File \"/usr/addon.py\", line 3, in enable\n  File \"/usr/other.py\", line 1, in <module>\n"
     "ImportError: cattrs\nBlender quit", DCC_VERDICT_CLEAN, "", "--python-exit-code 0 -P /p/x.py"},
    /* A render that saved nothing. */
    {0, RENDER, "Fra:1 Mem:1M\nSaved: '/p/1.png'\n\nBlender quit", DCC_VERDICT_CLEAN, "in order", "-f 1", 1},
    {0, RENDER, "Fra:1 Mem:1M\n\nBlender quit", DCC_VERDICT_SUSPICIOUS, "saved nothing", "-f 1", 0},
    {0, RENDER, "\nBlender quit", DCC_VERDICT_SUSPICIOUS, "saved nothing", "-a", 0},
    {0, RENDER, "00:00.851  reports          | ERROR width not divisible by 2 (57x32)\n\nBlender quit",
     DCC_VERDICT_SUSPICIOUS, "saved nothing: width not divisible by 2", "-a", 0},
    {0, RENDER, "skipping existing frame \"/p/1.png\"\n\nBlender quit", DCC_VERDICT_CLEAN, "", "-a", 0},
    {0, RENDER, "render | Fra: 1 | Mem: 1M\n\nBlender quit", DCC_VERDICT_CLEAN, "", "-a", 0}, /* a movie? */
    {0, RENDER, "\nBlender quit", DCC_VERDICT_CLEAN, "", "-f 1", -1}, /* nobody counted */
    {0, RENDER, "\nBlender quit", DCC_VERDICT_CLEAN, "", "--log-file l.txt -a", 0},
    {0, RENDER, "\nBlender quit", DCC_VERDICT_CLEAN, "", "-P render.py", 0},
    {0, RENDER, "\nBlender quit", DCC_VERDICT_CLEAN, "", "-P x.py -- -a", 0},
    {0, RENDER | REQUESTED, "\nBlender quit", DCC_VERDICT_CLEAN, "as asked", "-a", 0},
    /* Code 0, and it never was ready for its scene. */
    {0, HEADLESS, "Error: Cannot read file '/p/x.blend': gone", DCC_VERDICT_BAD_SCENE, "/p/x.blend"},
    {-DCC_SIGNAL_SEGV, GUI | READY, "Writing: /t/blender.crash.txt", DCC_VERDICT_CRASH,
     "/t/blender.crash.txt"},
    {-DCC_SIGNAL_SEGV, GUI | REQUESTED, "Saved session recovery to '/t/quit.blend'\nWriting: /t/b.crash.txt",
     DCC_VERDICT_CRASH, "SIGSEGV"},
    {-DCC_SIGNAL_BUS, HEADLESS, "", DCC_VERDICT_CRASH, "without a report"},
    {-DCC_SIGNAL_ABORT, HEADLESS, "", DCC_VERDICT_CRASH, "SIGABRT"},
    {-DCC_SIGNAL_SEGV, HEADLESS, "Calloc returns null: len=512128024 in BMO_op_init, total 9616828\n"
     "Writing: /t/blender.crash.txt", DCC_VERDICT_OOM, "len=512128024"},
    {-DCC_SIGNAL_KILL, HEADLESS, "", DCC_VERDICT_KILLED, "want of memory"},
    {-DCC_SIGNAL_TERMINATE, GUI | READY, "", DCC_VERDICT_CANCELLED, "not ours"},
    {-DCC_SIGNAL_HANGUP, GUI | READY, "", DCC_VERDICT_CANCELLED, "not ours"},
    {-DCC_SIGNAL_TERMINATE, GUI | REQUESTED | OURS, "", DCC_VERDICT_CLEAN, "saved nothing"},
    {-DCC_SIGNAL_KILL, HEADLESS | REQUESTED | OURS, "", DCC_VERDICT_CLEAN, "SIGKILL"},
    {-DCC_SIGNAL_KILL, HEADLESS | READY | OURS, "", DCC_VERDICT_KILLED, "our SIGKILL"},
    {42, HEADLESS, "Error: Python: Traceback (most recent call last):\n"
     "Error: Python:   File \"x.py\", line 1, in <module>\n"
     "Error: Python: ZeroDivisionError: division by zero\n\n"
     "Error: script failed, file: 'x.py', exiting.", DCC_VERDICT_SCRIPT_ERROR,
     "ZeroDivisionError: division by zero"},
    {42, RENDER, TRACE MODULE "my.rig.Broken: no such rig\n\nBlender quit\nError: script failed, file: 'x.py', exiting.",
     DCC_VERDICT_SCRIPT_ERROR, "failed: my.rig.Broken: no such rig", "-P x.py"},
    {42, RENDER, TRACE MODULE "ValueError: first\n\nDuring handling of the above exception, another exception "
     "occurred:\n\n" TRACE MODULE "KeyError: 'second'\n\nError: script failed, file: 'x.py', exiting.",
     DCC_VERDICT_SCRIPT_ERROR, "failed: KeyError: 'second'", "-P x.py"},
    {42, RENDER, TRACE MODULE "AssertionError\n\nError: script failed, file: 'x.py', exiting.",
     DCC_VERDICT_SCRIPT_ERROR, "failed: AssertionError", "-P x.py"},
    {42, RENDER, TRACE MODULE "ImportError: handled\nOSError: Python file \"/p/n.py\" could not be opened: x\n\n"
     "Error: script failed, file: 'n.py', exiting.", DCC_VERDICT_SCRIPT_ERROR, "OSError: Python file", "-P n.py"},
    {42, RENDER, TRACE MODULE "ValueError: two\nlines of it\n\nError: script failed, file: 'x.py', exiting.",
     DCC_VERDICT_SCRIPT_ERROR, "failed: ValueError: two", "-P x.py"},
    {42, RENDER, "Info: well\nError: script failed, file: 'x.py', exiting.", DCC_VERDICT_SCRIPT_ERROR,
     "script failed, file: 'x.py'", "-P x.py"},
    /* A code of its own, whatever it printed and whatever broke that it started. */
    {42, RENDER, "", DCC_VERDICT_FAILED, "code 42", "-P x.py"},
    /* Rescued work that cannot be opened; of this morning it is no reason. */
    {42, HEADLESS, "dcchost: the rescue file cannot be opened: x", DCC_VERDICT_BAD_SCENE, "rescue file", ""},
    {42, GUI, "Error: Loading '/p' failed: Failed to read blend file '/p': Missing DNA block\n"
     "dcchost: the rescue file cannot be opened: x", DCC_VERDICT_BAD_SCENE, "rescue file", ""},
    {42, RENDER, "Error: Failed to read blend file '/p': Missing DNA block", DCC_VERDICT_FAILED, "code 42", "-P x.py"},
    {7, RENDER, TRACE MODULE "ValueError: handled", DCC_VERDICT_FAILED, "code 7", "-P x.py"},
    {7, RENDER, "Error: script failed, file: 'inner.py', exiting.", DCC_VERDICT_FAILED, "code 7", "-P x.py"},
    {7, RENDER, "Writing: /t/inner.crash.txt", DCC_VERDICT_FAILED, "code 7", "-P x.py"},
    {7, RENDER, TRACE MODULE "E: x\nError: script failed, file: 'x.py', exiting.", DCC_VERDICT_SCRIPT_ERROR,
     "E: x", "--python-exit-code 7 -P x.py"},
    {7, GUI | READY, "Writing: /t/b.crash.txt", DCC_VERDICT_CRASH, "/t/b.crash.txt"},
    {200, RENDER, "", DCC_VERDICT_FAILED, "code 200", "-P x.py"},
    /* Below a wrapper, as without it. */
    {128 + DCC_SIGNAL_KILL, GUI | READY, "", DCC_VERDICT_KILLED, "want of memory"},
    {128 + DCC_SIGNAL_KILL, RENDER, "", DCC_VERDICT_KILLED, "want of memory", "-a"},
    {128 + DCC_SIGNAL_TERMINATE, GUI | READY, "", DCC_VERDICT_CANCELLED, "wrapper"},
    {128 + DCC_SIGNAL_HANGUP, HEADLESS | READY, "", DCC_VERDICT_CANCELLED, "wrapper"},
    {128 + DCC_SIGNAL_SEGV, GUI | READY, "", DCC_VERDICT_CRASH, "SIGSEGV"},
    {128 + DCC_SIGNAL_BUS, RENDER, "", DCC_VERDICT_CRASH, "SIGBUS", "-a"},
    {128 + DCC_SIGNAL_CPU_LIMIT, RENDER, "", DCC_VERDICT_KILLED, "wrapper", "-a"},
    {128 + DCC_SIGNAL_TERMINATE, GUI | READY | REQUESTED, "", DCC_VERDICT_CLEAN, "as asked"},
    {128 + DCC_SIGNAL_SEGV, HEADLESS, "Malloc returns null: len=1 in x, total 2", DCC_VERDICT_OOM, "len=1"},
    /* A library that is missing makes it abort; a script's abort is a crash. */
    {-DCC_SIGNAL_ABORT, RENDER, "Couldn't open libEGL.so.1: libEGL.so.1: cannot open shared object file",
     DCC_VERDICT_BROKEN_INSTALL, "libEGL.so.1", "-f 1"},
    {3, HEADLESS, "Error: script failed, expr: '1/0', exiting.", DCC_VERDICT_SCRIPT_ERROR, "1/0"},
    {7, HEADLESS, "", DCC_VERDICT_FAILED, "code 7"},
    {2, HEADLESS, "Blender killed", DCC_VERDICT_CANCELLED, "twice"},
    {1, HEADLESS, "Error: Cannot read file '/p/nope.blend': No such file or directory\n\nBlender quit",
     DCC_VERDICT_BAD_SCENE, "/p/nope.blend"},
    {1, HEADLESS, "Error: Failed to read blend file '/p': Missing DNA block", DCC_VERDICT_BAD_SCENE,
     "Missing DNA block"},
    {1, HEADLESS, "Error: Loading \"/p\" failed: Failed to read file '/p', not a blend file", DCC_VERDICT_BAD_SCENE,
     "not a blend file"},
    {1, HEADLESS, "Error: File format is not supported in file '/p'", DCC_VERDICT_BAD_SCENE, "'/p'"},
    {1, HEADLESS, "unknown argument, loading as file: --bogus\n"
     "Error: Cannot read file '--bogus': No such file or directory", DCC_VERDICT_FAILED,
     "does not know one of its arguments"},
    {1, HEADLESS, "Error: Cannot render, no camera", DCC_VERDICT_BAD_SCENE, "no camera"},
    {1, HEADLESS, "Error: engine not found 'FOO'", DCC_VERDICT_BROKEN_INSTALL, "FOO"},
    {1, HEADLESS, "Error: Render error (No space left on device) cannot save: '/p'",
     DCC_VERDICT_FAILED, "cannot save"},
    {1, GUI, "GHOST: failed to initialize display for back-end(s): ['X11']\n"
     "GHOST: unable to initialize, exiting!", DCC_VERDICT_NO_DISPLAY, "GHOST"},
    {1, GUI | READY, "Error: Not freed memory blocks: 56019, total unfreed memory 71.1 MB",
     DCC_VERDICT_NO_DISPLAY, "went away"},
    {1, HEADLESS, "Internal error initializing Python!", DCC_VERDICT_BROKEN_INSTALL, "Python"},
    {1, HEADLESS, "Sent an internal break event. Press ^C again to kill Blender\n\nBlender quit",
     DCC_VERDICT_CANCELLED, "SIGINT"},
    {1, HEADLESS | REQUESTED, "Sent an internal break event. Press ^C again to kill Blender",
     DCC_VERDICT_CANCELLED, "as asked"},
    {1, GUI, "00:00.048  ghost.system     | ERROR Unable to initialize GHOST, exiting!\n"
     "Error: Not freed memory blocks: 4889, total unfreed memory 1.2 MB", DCC_VERDICT_NO_DISPLAY, "GHOST"},
    {1, GUI | READY, "Error: Cannot read file '/p/morning.blend': gone\n"
     "Error: Not freed memory blocks: 4889, total unfreed memory 1.2 MB", DCC_VERDICT_NO_DISPLAY, "went away"},
    {1, HEADLESS, "", DCC_VERDICT_FAILED, "no reason"},
    {127, HEADLESS, "blender: error while loading shared libraries: libX.so: cannot open shared object",
     DCC_VERDICT_BROKEN_INSTALL, "libX.so"},
    {139, HEADLESS, "Writing: /t/blender.crash.txt", DCC_VERDICT_CRASH, "/t/blender.crash.txt"},
};
/* clang-format on */

static void
test_exits(void)
{
    g_autoptr(DccAdapter) adapter = make_adapter();

    for (guint i = 0; i < G_N_ELEMENTS(exits); i++) {
        g_autoptr(DccExitInfo) info =
            fixture_end(adapter, exits[i].code, exits[i].flags, exits[i].output);
        g_auto(GStrv) args = exits[i].args ? g_strsplit(exits[i].args, " ", -1) : NULL;
        g_autoptr(DccVerdict) got = NULL;

        dcc_exit_info_set_args(info, (const char *const *)args);
        dcc_exit_info_set_saved(info, exits[i].saved);
        got = dcc_adapter_judge_exit(adapter, info);

        g_test_message("%u: %d, %s", i, exits[i].code, dcc_verdict_get_reason(got));
        g_assert_cmpint(dcc_verdict_get_kind(got), ==, exits[i].kind);
        g_assert_nonnull(strstr(dcc_verdict_get_reason(got), exits[i].reason));
    }
}

static void
test_lost_is_not_clean(void)
{
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_autoptr(DccExitInfo) info = dcc_exit_info_new_lost("the shim was killed");
    g_autoptr(DccVerdict) got = dcc_adapter_judge_exit(adapter, info);

    g_assert_cmpint(dcc_verdict_get_kind(got), ==, DCC_VERDICT_UNKNOWN);
    g_assert_cmpstr(dcc_verdict_get_reason(got), ==, "the shim was killed");
}

/* A bad scene of this morning is not why the display went away tonight. */
static void
test_old_failure_is_not_the_cause(void)
{
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_autoptr(DccExitInfo) info =
        fixture_end(adapter, 1, READY, "Error: Cannot read file '/p': No such file");
    g_autoptr(DccVerdict) got = NULL;

    dcc_exit_info_set_last_lines(info, (const char *const[]){"Info: something later", NULL});
    got = dcc_adapter_judge_exit(adapter, info);
    g_assert_cmpint(dcc_verdict_get_kind(got), ==, DCC_VERDICT_FAILED);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/blender/exits/table", test_exits);
    g_test_add_func("/blender/exits/lost", test_lost_is_not_clean);
    g_test_add_func("/blender/exits/old-failure", test_old_failure_is_not_the_cause);

    return g_test_run();
}
