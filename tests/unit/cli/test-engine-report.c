/* Which lines an engine is told of which events, and when. */
#include "cli-engine-report.h"
#include "dcc-test.h"

#define SECOND G_USEC_PER_SEC
#define START  (1000 * SECOND)

typedef struct {
    CliEngineReport *report;
    GString *lines; /* each followed by "\n"; comments after "# " */
    gint64 now;
} Rig;

static void
on_line(const char *line, gpointer data)
{
    g_string_append_printf(((Rig *)data)->lines, "%s\n", line);
}

static void
on_comment(const char *line, gpointer data)
{
    g_string_append_printf(((Rig *)data)->lines, "# %s\n", line);
}

static void
rig_init(Rig *self, const char *dialect)
{
    self->lines = g_string_new(NULL);
    self->now = START;
    self->report =
        cli_engine_report_new(cli_dialect_find(dialect, NULL), on_line, on_comment, self);
}

static void
rig_clear(Rig *self)
{
    cli_engine_report_free(self->report);
    g_string_free(self->lines, TRUE);
}

/* After so many milliseconds. */
static void
feed(Rig *self, gint64 ms, const char *json)
{
    g_autoptr(JsonNode) node = json_from_string(json, NULL);

    self->now += ms * 1000;
    cli_engine_report_feed(self->report, json_node_get_object(node), self->now);
}

static void
finish(Rig *self, const char *json, int status)
{
    g_autoptr(JsonNode) node = json != NULL ? json_from_string(json, NULL) : NULL;

    cli_engine_report_finish(
        self->report, node != NULL ? json_node_get_object(node) : NULL, status, TRUE);
}

static void
assert_said(Rig *self, const char *lines)
{
    g_assert_cmpstr(self->lines->str, ==, lines);
    g_string_truncate(self->lines, 0);
}

#define PERCENT(number) "{\"type\": \"progress\", \"percent\": " number ", \"frame\": null}"
#define STATE(to)       "{\"type\": \"state\", \"from\": \"x\", \"to\": \"" to "\"}"
#define CLEAN           "{\"kind\": \"exited\", \"code\": 0, \"verdict\": \"clean\", \"reason\": \"quit\"}"
#define FAILED          "{\"kind\": \"exited\", \"code\": 5, \"verdict\": \"failed\", \"reason\": \"\"}"

static void
test_at_most_one_a_second(void)
{
    Rig rig;

    rig_init(&rig, "openjd");
    feed(&rig, 0, PERCENT("1"));
    assert_said(&rig, "openjd_progress: 1.0\n");
    feed(&rig, 300, PERCENT("20"));
    feed(&rig, 300, PERCENT("30"));
    assert_said(&rig, "");
    g_assert_cmpint(cli_engine_report_get_wait(rig.report, rig.now), ==, 401);
    cli_engine_report_tick(rig.report, rig.now + 400 * 1000 - 1);
    assert_said(&rig, "");
    cli_engine_report_tick(rig.report, rig.now + 400 * 1000);
    assert_said(&rig, "openjd_progress: 30.0\n");
    g_assert_cmpint(cli_engine_report_get_wait(rig.report, rig.now + SECOND), ==, -1);
    rig_clear(&rig);
}

static void
test_one_line_a_change(void)
{
    Rig rig;

    rig_init(&rig, "alf");
    feed(&rig, 0, PERCENT("10"));
    feed(&rig, 2000, PERCENT("10.9"));
    feed(&rig, 2000, PERCENT("10"));
    assert_said(&rig, "ALF_PROGRESS 10%\n");
    feed(&rig, 2000, PERCENT("99.5"));
    feed(&rig, 2000, PERCENT("100"));
    feed(&rig, 2000, PERCENT("100"));
    assert_said(&rig, "ALF_PROGRESS 99%\nALF_PROGRESS 100%\n");
    rig_clear(&rig);
}

/* What waited and is no longer so is not told. */
static void
test_there_and_back(void)
{
    Rig rig;

    rig_init(&rig, "openjd");
    feed(&rig, 0, STATE("running"));
    feed(&rig, 100, STATE("unresponsive"));
    feed(&rig, 100, STATE("running"));
    cli_engine_report_tick(rig.report, rig.now + 9 * SECOND);
    assert_said(&rig, "openjd_status: running\n");
    rig_clear(&rig);
}

static void
test_a_job_of_slurm_has_a_comment(void)
{
    Rig rig;

    rig_init(&rig, "slurm");
    feed(&rig, 0, STATE("running"));
    feed(&rig, 29000, PERCENT("42"));
    assert_said(&rig, "# running\n");
    feed(&rig, 1000, PERCENT("43"));
    assert_said(&rig, "# 43%\n");
    finish(&rig, CLEAN, 0);
    assert_said(&rig, "# exited with code 0: quit\ndcchost: verdict=clean status=0\n");
    rig_clear(&rig);
}

static void
test_afanasy_has_frames_and_images(void)
{
    Rig rig;

    rig_init(&rig, "afanasy");
    feed(&rig,
         0,
         "{\"type\": \"progress\", \"percent\": 50, \"frame\": -3, \"saved\": \"/a\\nb.png\"}");
    assert_said(&rig, "FRAME: -3\n@IMAGE@/a\\nb.png\nPROGRESS: 50%\n");
    rig_clear(&rig);
}

static void
test_the_end(void)
{
    Rig rig;

    rig_init(&rig, "openjd");
    feed(&rig, 0, PERCENT("50"));
    feed(&rig, 10, PERCENT("100"));
    finish(&rig, FAILED, 5);
    assert_said(&rig,
                "openjd_progress: 50.0\nopenjd_progress: 100.0\nopenjd_fail: exited with code 5\n"
                "dcchost: verdict=failed status=5\n");
    rig_clear(&rig);
}

static void
test_an_end_that_nobody_knows(void)
{
    Rig rig;

    rig_init(&rig, "openjd");
    finish(&rig, NULL, 125);
    assert_said(&rig,
                "openjd_fail: how it ended is not known\ndcchost: verdict=unknown status=125\n");
    rig_clear(&rig);
}

/* A line of an application's cannot say another one in the engine's words. */
static void
test_one_line_is_one_line(void)
{
    Rig rig;

    rig_init(&rig, "openjd");
    feed(&rig,
         0,
         "{\"type\": \"output\", \"kind\": \"fatal\", \"text\": \"a\\nopenjd_progress: 100\"}");
    assert_said(&rig, "openjd_status: says (fatal): a\\nopenjd_progress: 100\n");
    rig_clear(&rig);
}

#define FRAME(done)                                                                                \
    "{\"type\": \"frame\", \"frame\": 7, \"file\": \"/f\", \"done\": " done ", \"of\": 4}"

/* Of an instance that is up frames are all that is heard. What a render said before holds. */
static void
test_frames_are_progress(void)
{
    Rig rig;

    rig_init(&rig, "alf");
    feed(&rig, 0, FRAME("1"));
    feed(&rig, 1000, FRAME("2"));
    feed(&rig, 1000, PERCENT("80"));
    feed(&rig, 1000, FRAME("3"));
    feed(&rig, 1000, FRAME("4"));
    assert_said(&rig, "ALF_PROGRESS 25%\nALF_PROGRESS 50%\nALF_PROGRESS 80%\nALF_PROGRESS 100%\n");
    rig_clear(&rig);
}

static void
test_what_is_missing_is_said(void)
{
    Rig rig;

    rig_init(&rig, "openjd");
    feed(&rig,
         0,
         "{\"type\": \"rendered\", \"verdict\": \"cancelled\", \"frames\": 4, \"done\": 3}");
    finish(&rig, NULL, 1);
    assert_said(&rig,
                "openjd_fail: cancelled: 3 of 4 frames are there\n"
                "dcchost: verdict=unknown status=1\n");
    rig_clear(&rig);
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    g_test_add_func("/engine-report/at-most-one-a-second", test_at_most_one_a_second);
    g_test_add_func("/engine-report/one-line-a-change", test_one_line_a_change);
    g_test_add_func("/engine-report/there-and-back", test_there_and_back);
    g_test_add_func("/engine-report/comment", test_a_job_of_slurm_has_a_comment);
    g_test_add_func("/engine-report/afanasy", test_afanasy_has_frames_and_images);
    g_test_add_func("/engine-report/end", test_the_end);
    g_test_add_func("/engine-report/unknown-end", test_an_end_that_nobody_knows);
    g_test_add_func("/engine-report/one-line", test_one_line_is_one_line);
    g_test_add_func("/engine-report/frames", test_frames_are_progress);
    g_test_add_func("/engine-report/missing", test_what_is_missing_is_said);
    return g_test_run();
}
