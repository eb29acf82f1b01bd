/* Which work is the newest, and whether it is newer than the scene, whatever the clock has been set to. */
#include "dcc-recovery.h"
#include "dcc-test.h"

#include <utime.h>

#define HOUR 3600

/* (transfer full): a file of the time, in seconds since 1970. */
static char *
put(DccTestWorld *world, const char *name, gint64 seconds)
{
    char *path = dcc_test_world_build_path(world, name);
    struct utimbuf times = {seconds, seconds};

    g_assert_true(g_file_set_contents(path, "work", -1, NULL));
    g_assert_cmpint(utime(path, &times), ==, 0);
    return path;
}

static const char *
get_path(DccRescueFile *file)
{
    return file != NULL ? dcc_rescue_file_get_path(file) : NULL;
}

/* An hour was taken back between two runs. */
static void
test_later_run(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(DccSettings) settings = dcc_settings_new();
    g_autoptr(DccRecovery) recovery = dcc_recovery_new(settings);
    g_autofree char *first = put(world, "first", 10 * HOUR);
    g_autofree char *second = put(world, "second", 9 * HOUR);

    dcc_recovery_consider(recovery, DCC_RESCUE_AUTOSAVE, first, "run-1", FALSE);
    dcc_recovery_consider(recovery, DCC_RESCUE_AUTOSAVE, second, "run-2", FALSE);
    g_assert_cmpstr(get_path(dcc_recovery_get_work(recovery)), ==, second);
    g_assert_cmpstr(get_path(dcc_recovery_get_kept(recovery)), ==, second);
}

/* Within one run the files' times tell. */
static void
test_one_run(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(DccSettings) settings = dcc_settings_new();
    g_autoptr(DccRecovery) recovery = dcc_recovery_new(settings);
    g_autofree char *newer = put(world, "newer", 10 * HOUR);
    g_autofree char *older = put(world, "older", 9 * HOUR);

    dcc_recovery_consider(recovery, DCC_RESCUE_COPY, newer, "run-1", FALSE);
    dcc_recovery_consider(recovery, DCC_RESCUE_AUTOSAVE, older, "run-1", FALSE);
    g_assert_cmpstr(get_path(dcc_recovery_get_work(recovery)), ==, newer);
}

/* The scene was opened at ten; then an hour was taken back, and a copy of unsaved work was made. */
static void
test_copy_of_unsaved(void)
{
    static const struct {
        DccRescueKind kind;
        const char *run; /* that left it */
        gboolean dirty;
        gboolean newer;
    } cases[] = {
        {DCC_RESCUE_COPY, "run-1", TRUE, TRUE},
        {DCC_RESCUE_COPY, "run-1", FALSE, FALSE},    /* it was saved */
        {DCC_RESCUE_COPY, "run-0", TRUE, FALSE},     /* of an earlier run: nobody knows */
        {DCC_RESCUE_AUTOSAVE, "run-1", TRUE, FALSE}, /* it may be older than the last save */
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccTestWorld) world = dcc_test_world_new();
        g_autoptr(DccSettings) settings = dcc_settings_new();
        g_autoptr(DccRecovery) recovery = dcc_recovery_new(settings);
        g_autofree char *scene = put(world, "scene", 10 * HOUR);
        g_autofree char *work = put(world, "work", 9 * HOUR);

        dcc_recovery_consider(recovery, cases[i].kind, work, cases[i].run, FALSE);
        dcc_recovery_note_scene(
            recovery, scene, "run-1", 10 * HOUR * G_GINT64_CONSTANT(1000000000), cases[i].dirty);
        g_assert_cmpstr(get_path(dcc_recovery_choose(recovery, DCC_GO_ON_NEWEST)),
                        ==,
                        cases[i].newer ? work : NULL);
        g_assert_cmpstr(get_path(dcc_recovery_choose(recovery, DCC_GO_ON_ASKED)), ==, work);
    }
}

int
main(int argc, char *argv[])
{
    dcc_test_init(&argc, &argv);
    g_test_add_func("/recovery/later-run", test_later_run);
    g_test_add_func("/recovery/one-run", test_one_run);
    g_test_add_func("/recovery/copy-of-unsaved", test_copy_of_unsaved);
    return g_test_run();
}
