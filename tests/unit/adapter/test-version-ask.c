/* Versions that only the application itself can tell: asked at the same time, and what never answers
 * costs its own time limit once. The commands say by files when they were there together. */
#include "dcc-version-ask.h"
#include "module-scratch.h"
#include <string.h>

#define N          6
#define PATIENT_MS 60000

static void
set_script(Scratch *f, const char *name, const char *text)
{
    g_autofree char *path = scratch_path(f, name);

    scratch_write(path, text, strlen(text));
}

/* Each waits until all are there: one after the other they would wait for ever. */
static void
test_together(Scratch *f, gconstpointer data)
{
    g_autofree char *script = g_strdup_printf("#!/bin/sh\n: >%s/here.$$\n"
                                              "while [ $(ls %s | grep -c here) -lt %d ]; do\n"
                                              "sleep 0.02\ndone\necho \"Version $1 $PYTHONHOME\"\n",
                                              f->directory,
                                              f->directory,
                                              N);
    g_autofree char *path = scratch_path(f, "app");
    DccVersionAsk asks[N] = {{0}};
    char *numbers[N];
    const char *argvs[N][3];

    set_script(f, "app", script);
    g_setenv("PYTHONHOME", "/nonsense", TRUE);
    for (guint i = 0; i < N; i++) {
        numbers[i] = g_strdup_printf("%u", i);
        argvs[i][0] = path;
        argvs[i][1] = numbers[i];
        argvs[i][2] = NULL;
        asks[i].argv = argvs[i];
    }
    dcc_version_ask(asks, N, PATIENT_MS);
    g_unsetenv("PYTHONHOME");
    for (guint i = 0; i < N; i++) {
        g_autofree char *expected = g_strdup_printf("Version %u \n", i);

        g_assert_cmpstr(asks[i].failure, ==, NULL);
        g_assert_cmpstr(asks[i].output, ==, expected);
        dcc_version_ask_clear(&asks[i]);
        g_free(numbers[i]);
    }
}

static void
test_silent(Scratch *f, gconstpointer data)
{
    g_autofree char *silent = scratch_path(f, "silent");
    g_autofree char *missing = scratch_path(f, "missing");
    const char *silent_argv[] = {silent, "--version", NULL};
    const char *other_argv[] = {silent, "--brief", NULL};
    const char *missing_argv[] = {missing, "--version", NULL};
    gint64 start;

    set_script(
        f, "silent", "#!/bin/sh\n[ \"$1\" != --brief ] || { echo 4.2; exit; }\nexec sleep 300\n");
    for (guint turn = 0; turn < 2; turn++) {
        DccVersionAsk asks[] = {
            {.argv = silent_argv}, {.argv = missing_argv}, {.argv = other_argv}};

        start = g_get_monotonic_time();
        /* The second time it would take a minute, were it asked again. */
        dcc_version_ask(asks, 3, turn == 0 ? 2000 : PATIENT_MS);
        g_assert_cmpint(g_get_monotonic_time() - start, <, 30 * G_USEC_PER_SEC);
        for (guint i = 0; i < 2; i++) {
            g_assert_null(asks[i].output);
            g_assert_nonnull(asks[i].failure);
            g_assert_nonnull(strstr(asks[i].failure, i == 0 ? silent : missing));
            dcc_version_ask_clear(&asks[i]);
        }
        /* Another question to the same program is another matter. */
        g_assert_cmpstr(asks[2].output, ==, "4.2\n");
        dcc_version_ask_clear(&asks[2]);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add(
        "/version-ask/together", Scratch, NULL, scratch_set_up, test_together, scratch_tear_down);
    g_test_add(
        "/version-ask/silent", Scratch, NULL, scratch_set_up, test_silent, scratch_tear_down);
    return g_test_run();
}
