/* Houdini's ends, as tables: what its lines say, which files are its own, what an end means. From
 * documentation and public sources (docs/houdini.md), never from a real Houdini. Starts nothing. */
#include "adapter-fixture.h"
#include "dcc-houdini.h"
#include "dcc-signals.h"
#include <string.h>
#include <utime.h>

static DccAdapter *
make_houdini(void)
{
    return g_object_new(DCC_TYPE_HOUDINI_ADAPTER, NULL);
}

#define PID      4711
#define LAUNCHED ((gint64)1700000000) /* seconds */

static DccExitInfo *
make_info(DccAdapter *adapter, int code, int flags, const char *output, const char *temp)
{
    DccExitInfo *info = fixture_end(adapter, code, flags, output);

    dcc_exit_info_set_pid(info, PID);
    dcc_exit_info_set_times(info, LAUNCHED * G_USEC_PER_SEC, (LAUNCHED + 60) * G_USEC_PER_SEC);
    dcc_exit_info_set_temp_dir(info, temp);
    return info;
}

static void
put_at(const char *root, const char *name, gint64 seconds)
{
    g_autofree char *path = g_build_filename(root, name, NULL);
    struct utimbuf times = {seconds, seconds};

    fixture_put(root, name, 0600);
    g_assert_cmpint(utime(path, &times), ==, 0);
}

static void
test_rescue_files(void)
{
    static const struct {
        const char *name;
        int late; /* seconds after the launch */
        int kind;
    } cases[] = {
        {"crash.untitled.ada_4711.hip", 9, DCC_RESCUE_RECOVERY},
        {"crash.shot.v2_8.ada_42_4711.hiplc", 9, DCC_RESCUE_RECOVERY},
        {"crash.untitled.ada_4711.hipnc", 0, DCC_RESCUE_RECOVERY},
        {"crash.untitled.ada_4711_log.txt", 9, DCC_RESCUE_CRASH_REPORT},
        {"crash.ada_4711_log.txt", 9, DCC_RESCUE_CRASH_REPORT},
        {"crash.untitled.ada_4711.hip", -60, -1},                     /* of an earlier 4711 */
        {"crash.untitled.ada_4711_log.txt", -60, -1},                 /* the same */
        {"crash.untitled.ada_4712.hip", 9, DCC_RESCUE_CRASH_REPORT},  /* a child's: evidence */
        {"crash.untitled.ada_14711.hip", 9, DCC_RESCUE_CRASH_REPORT}, /* the same */
        {"crash.untitled.ada_4712_log.txt", 9, DCC_RESCUE_CRASH_REPORT},
        {"crash.untitled.ada_4711.txt", 9, -1},
        {"shot_bak3.hip", -60, DCC_RESCUE_AUTOSAVE},
        {"shot_rescue.hiplc", 9, DCC_RESCUE_COPY},
        {"dcchost-faults.txt", 9, DCC_RESCUE_STACKS},
        {DCC_HOUDINI_UNPROVED, 9, -1},
        {"notes.txt", 9, -1},
    };
    g_autoptr(DccAdapter) adapter = make_houdini();

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *root = fixture_root();
        g_autoptr(DccExitInfo) info = make_info(adapter, 1, 0, NULL, root);
        g_autoptr(GListModel) found = NULL;
        g_autoptr(DccRescueFile) file = NULL;

        put_at(root, cases[i].name, LAUNCHED + cases[i].late);
        found = dcc_adapter_list_rescue_files(adapter, info, NULL);
        file = g_list_model_get_item(found, 0);
        g_test_message("%s", cases[i].name);
        g_assert_cmpint(file ? (int)dcc_rescue_file_get_kind(file) : -1, ==, cases[i].kind);
        fixture_clean(root);
    }
}

#define SOON    32 /* within five seconds */
#define BYE     DCC_HOUDINI_GOODBYE
#define TRACE   "Traceback (most recent call last):"
#define NO_SEAT "No licenses could be found to run this application."
#define FATAL   "4711: Fatal error: Segmentation fault (sent by pid 4711)"
#define SCENE   "crash.shot.ada_4711.hip"
#define LOG     "crash.shot.ada_4711_log.txt"

static const struct {
    int code, flags; /* code < 0: by that signal */
    const char *output;
    const char *file; /* in the temporary directory, or NULL */
    DccVerdictKind kind;
} exits[] = {
    {0, READY, "", NULL, DCC_VERDICT_CLEAN}, /* the artist quit */
    {0, READY, BYE, NULL, DCC_VERDICT_CLEAN},
    {0, READY | JOB, BYE, NULL, DCC_VERDICT_CLEAN},
    {0, READY | JOB, "", DCC_HOUDINI_UNPROVED, DCC_VERDICT_SUSPICIOUS},
    {0, SOON, "", NULL, DCC_VERDICT_SUSPICIOUS}, /* went into the background */
    {0, SOON | JOB, "", NULL, DCC_VERDICT_CLEAN},
    {0, 0, "", NULL, DCC_VERDICT_CLEAN}, /* which the core calls an early exit */
    {3, 0, NO_SEAT "\nPlease check for a valid license server host", NULL, DCC_VERDICT_LICENCE},
    {3, READY, "", NULL, DCC_VERDICT_FAILED},
    {1, READY, NO_SEAT, NULL, DCC_VERDICT_FAILED},
    {0, READY, NO_SEAT "\n" BYE, NULL, DCC_VERDICT_CLEAN}, /* a program it started had none */
    {1, 0, "RuntimeError: Error encountered when initializing Houdini", NULL, DCC_VERDICT_LICENCE},
    {-DCC_SIGNAL_KILL,
     REQUESTED | OURS,
     NO_SEAT,
     NULL,
     DCC_VERDICT_LICENCE}, /* it waited with a dialog */
    {-DCC_SIGNAL_KILL, REQUESTED | OURS | READY, NO_SEAT, NULL, DCC_VERDICT_CLEAN},
    {-DCC_SIGNAL_SEGV, SOON, "", NULL, DCC_VERDICT_BROKEN_INSTALL},
    {-DCC_SIGNAL_SEGV, SOON, FATAL, NULL, DCC_VERDICT_CRASH},
    {-DCC_SIGNAL_SEGV, SOON, "", LOG, DCC_VERDICT_CRASH},
    {-DCC_SIGNAL_SEGV, 0, "", NULL, DCC_VERDICT_CRASH},
    {-DCC_SIGNAL_SEGV, SOON | READY, "", NULL, DCC_VERDICT_CRASH},
    {139, READY, "", NULL, DCC_VERDICT_CRASH},
    {-DCC_SIGNAL_KILL, READY, "", LOG, DCC_VERDICT_CRASH}, /* ended from its crash dialog */
    {0, READY, "", LOG, DCC_VERDICT_CRASH},
    {0, READY, BYE, SCENE, DCC_VERDICT_CRASH},
    {1, READY, FATAL, NULL, DCC_VERDICT_CRASH},
    {0, READY, "Crash log saved to /t/" LOG, NULL, DCC_VERDICT_CRASH},
    {0, READY, "4712: Fatal error: Segmentation fault (sent by pid 4712)", NULL, DCC_VERDICT_CLEAN},
    {0, READY, "Crash log saved to /t/crash.a_4712_log.txt", NULL, DCC_VERDICT_CLEAN},
    {0, READY, FATAL "\n4712: Fatal error: x", NULL, DCC_VERDICT_CRASH},
    {0, READY, "", "crash.shot.ada_4712_log.txt", DCC_VERDICT_CLEAN},
    {127, 0, "", NULL, DCC_VERDICT_BROKEN_INSTALL},
    {126, 0, "", NULL, DCC_VERDICT_BROKEN_INSTALL},
    {126, READY, "", NULL, DCC_VERDICT_FAILED},
    {127,
     0,
     "houdini-bin: error while loading shared libraries: libtinfo.so.5",
     NULL,
     DCC_VERDICT_BROKEN_INSTALL},
    {1, READY, TRACE, NULL, DCC_VERDICT_SCRIPT_ERROR},
    {1, 0, DCC_HOUDINI_NO_SCENE ": /x.hip: bad", NULL, DCC_VERDICT_BAD_SCENE},
    {1, READY, "std::bad_alloc", NULL, DCC_VERDICT_OOM},
    {143, READY, "", NULL, DCC_VERDICT_CANCELLED},
    {137, READY, "", NULL, DCC_VERDICT_KILLED}, /* below a wrapper, as without it */
    {200, READY, "", NULL, DCC_VERDICT_FAILED},
    {7, READY | JOB, TRACE, NULL, DCC_VERDICT_FAILED}, /* a chosen code; 1 is Python's own */
    {0, SOON | JOB, DCC_HOUDINI_NO_SCENE ": /x.hip: bad", NULL, DCC_VERDICT_BAD_SCENE},
    {0, READY, DCC_HOUDINI_NO_SCENE ": /x.hip: bad\n" BYE, NULL, DCC_VERDICT_CLEAN},
    {-DCC_SIGNAL_TERMINATE, READY, "", NULL, DCC_VERDICT_CANCELLED},
    {-DCC_SIGNAL_KILL, READY, "", NULL, DCC_VERDICT_KILLED},
    {-DCC_SIGNAL_KILL, READY | REQUESTED | OURS, "", NULL, DCC_VERDICT_CLEAN},
    {0, READY | REQUESTED, "", NULL, DCC_VERDICT_CLEAN},
    {-DCC_SIGNAL_SEGV, READY | REQUESTED, "", NULL, DCC_VERDICT_CLEAN},
};

static void
test_exits(void)
{
    g_autoptr(DccAdapter) adapter = make_houdini();

    for (guint i = 0; i < G_N_ELEMENTS(exits); i++) {
        g_autofree char *root = fixture_root();
        g_autoptr(DccExitInfo) info =
            make_info(adapter, exits[i].code, exits[i].flags, exits[i].output, root);
        g_autoptr(DccVerdict) got = NULL;

        if (exits[i].file)
            fixture_put(root, exits[i].file, 0600);
        if (exits[i].flags & SOON)
            dcc_exit_info_set_times(
                info, LAUNCHED * G_USEC_PER_SEC, (LAUNCHED + 1) * G_USEC_PER_SEC);
        got = dcc_adapter_judge_exit(adapter, info);
        g_test_message("%d '%s': %s", exits[i].code, exits[i].output, dcc_verdict_get_reason(got));
        g_assert_cmpint(dcc_verdict_get_kind(got), ==, exits[i].kind);
        fixture_clean(root);
    }
}

static void
test_progress(void)
{
    static const struct {
        const char *line;
        gint64 part; /* -1: says nothing */
    } cases[] = {
        {"ALF_PROGRESS 42%", 42},
        {"[10:00:01] ALF_PROGRESS 7%", 7},
        {"ALF_PROGRESS 100%", 100},
        {"ALF_PROGRESS 999%", 100},
        {"ALF_PROGRESS %", -1},
        {"ALF_PROGRESS 42", -1},
        {"50%", -1},
        {": Fatal error: ", -1},
    };
    g_autoptr(DccAdapter) adapter = make_houdini();

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        fixture_assert_part(adapter, cases[i].line, cases[i].part);
}

/* Who answers from a crash dialog is not well. */
static void
test_probe(void)
{
    static const struct {
        const char *reply;
        DccHealth health;
        gint64 age;
    } cases[] = {
        {"{\"main_thread_age_ms\": 7, \"busy\": null}", DCC_HEALTH_OK, 7},
        {"{\"main_thread_age_ms\": 7, \"busy\": \"load\"}", DCC_HEALTH_BUSY, 7},
        {"{\"main_thread_age_ms\": 7, \"busy\": \"crash\"}", DCC_HEALTH_BUSY, 7},
        {"{\"main_thread_age_ms\": 7, \"busy\": \"crashed\"}", DCC_HEALTH_UNRESPONSIVE, -1},
    };
    g_autoptr(DccAdapter) adapter = make_houdini();
    g_autoptr(DccProbePlan) plan = dcc_probe_plan_new_agent("ping", NULL);

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccProbeReply) got = dcc_adapter_read_probe(adapter, plan, cases[i].reply, NULL);

        g_assert_cmpint(dcc_probe_reply_get_health(got), ==, cases[i].health);
        g_assert_cmpint(dcc_probe_reply_get_main_thread_age(got), ==, cases[i].age);
    }
}

static void
test_plans(void)
{
    static const struct {
        gboolean headless;
        const char *word; /* or NULL */
        gboolean asked, saved;
    } cases[] = {
        {FALSE, NULL, TRUE, TRUE},
        {TRUE, NULL, TRUE, TRUE},
        {TRUE, "job.py", TRUE, FALSE},
        {FALSE, "hbatch", FALSE, FALSE},
    };
    g_autoptr(DccAdapter) adapter = make_houdini();

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccLaunchRequest) request = dcc_launch_request_new("houdini");
        g_autoptr(DccProbePlan) probe = NULL;
        g_autoptr(DccStopPlan) stop = NULL;

        dcc_launch_request_set_headless(request, cases[i].headless);
        dcc_launch_request_set_args(request, (const char *const[]){cases[i].word, NULL});
        probe = dcc_adapter_plan_probe(adapter, request, NULL);
        stop = dcc_adapter_plan_stop(adapter, request, NULL);
        g_assert_true((dcc_probe_plan_get_kind(probe) == DCC_PROBE_AGENT) == cases[i].asked);
        g_assert_true((dcc_stop_plan_get_save_method(stop) != NULL) == cases[i].saved);
        g_assert_cmpint(dcc_stop_plan_get_signal(stop), ==, DCC_SIGNAL_TERMINATE);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/houdini/rescue-files", test_rescue_files);
    g_test_add_func("/houdini/exits", test_exits);
    g_test_add_func("/houdini/progress", test_progress);
    g_test_add_func("/houdini/probe", test_probe);
    g_test_add_func("/houdini/plans", test_plans);

    return g_test_run();
}
