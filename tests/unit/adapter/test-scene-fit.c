/* Which version is started for a scene: a table of what saved it, what is installed, and the one. */
#include "dcc-adapter.h"
#include "dcc-installation.h"
#include "dcc-scene-fit.h"
#include "dcc-scene-head.h"
#include "module-scratch.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_INSTALLED 5

static const struct {
    const char *saved;
    const char *installed[MAX_INSTALLED]; /* "?" is one whose version is not known */
    const char *chosen;
    DccSceneFit fit;
} rows[] = {
    /* The same: a scene tells less than an application does; the newest of several. */
    {"4.2", {"4.5.1", "4.2.3", "3.6.9"}, "4.2.3", DCC_SCENE_FIT_SAME},
    {"4.2", {"4.2.3", "4.2.11", "4.2.0"}, "4.2.11", DCC_SCENE_FIT_SAME},
    {"4.2", {"4.2", "4.20.0"}, "4.2", DCC_SCENE_FIT_SAME},
    {"4.2.0", {"4.2", "5.0"}, "4.2", DCC_SCENE_FIT_SAME},
    {"20.5.493", {"20.5.493", "21.0.1"}, "20.5.493", DCC_SCENE_FIT_SAME},
    {"2024", {"2024.2", "2024.1", "2026"}, "2024.2", DCC_SCENE_FIT_SAME},
    {"2024", {"2026", "2024"}, "2024", DCC_SCENE_FIT_SAME},
    /* The nearest newer one of the same major. */
    {"4.2", {"4.5.1", "4.3.2", "5.1.0", "4.1.0"}, "4.3.2", DCC_SCENE_FIT_NEWER},
    {"4.9", {"4.10", "4.11", "4.8"}, "4.10", DCC_SCENE_FIT_NEWER},
    {"20.5.493", {"20.5.332", "20.5.600", "21.0.1"}, "20.5.600", DCC_SCENE_FIT_NEWER},
    {"2017ff05", {"2016.5", "2017"}, "2017", DCC_SCENE_FIT_NEWER},
    /* None of its major: the newest. */
    {"3.6", {"4.2.3", "5.0.1", "2.93"}, "5.0.1", DCC_SCENE_FIT_OTHER_MAJOR},
    {"4.5", {"4.2.3", "5.0.1", "5.2.0"}, "5.2.0", DCC_SCENE_FIT_OTHER_MAJOR},
    {"2022", {"2024", "2025", "2020"}, "2025", DCC_SCENE_FIT_OTHER_MAJOR},
    /* All older: the newest, and it is called so. */
    {"5.0", {"4.2.3", "4.5.1", "3.6"}, "4.5.1", DCC_SCENE_FIT_OLDER},
    {"4.5", {"4.2.3"}, "4.2.3", DCC_SCENE_FIT_OLDER},
    {"4.2", {"4.2.0 alpha"}, "4.2.0 alpha", DCC_SCENE_FIT_SAME},
    /* What is not known is not chosen, whatever stands beside it. */
    {"4.2", {"?", "4.2.3", "?"}, "4.2.3", DCC_SCENE_FIT_SAME},
    {"4.2", {"?"}, NULL, DCC_SCENE_FIT_UNKNOWN},
    {"4.2", {NULL}, NULL, DCC_SCENE_FIT_UNKNOWN},
    {NULL, {"4.2.3"}, NULL, DCC_SCENE_FIT_UNKNOWN},
    {"", {"4.2.3"}, NULL, DCC_SCENE_FIT_UNKNOWN},
};

/* From every place in the list: the order of the installed ones says nothing. */
static void
test_table(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint n = 0;

        while (n < MAX_INSTALLED && rows[i].installed[n])
            n++;
        for (guint turn = 0; turn < MAX(n, 1); turn++) {
            const char *versions[MAX_INSTALLED] = {NULL};
            const char *chosen;
            int index;

            for (guint k = 0; k < n; k++) {
                const char *version = rows[i].installed[(k + turn) % n];

                versions[k] = strcmp(version, "?") == 0 ? NULL : version;
            }
            index = dcc_scene_fit_choose(rows[i].saved, versions, n);
            chosen = index < 0 ? NULL : versions[index];
            if (g_strcmp0(chosen, rows[i].chosen) != 0)
                g_error("row %" G_GSIZE_FORMAT ": %s instead of %s", i, chosen, rows[i].chosen);
            g_assert_cmpint(dcc_scene_fit(rows[i].saved, chosen), ==, rows[i].fit);
        }
    }
}

/* Whatever is installed: one that is older than the scene is chosen only if all are. */
static void
test_never_older_unless_all_are(void)
{
    static const char *const all[] = {"2.93", "3.6.9", "4.1.0", "4.2.3", "4.5.1", "5.0.1"};

    for (gsize saved = 0; saved < G_N_ELEMENTS(all); saved++) {
        for (guint set = 1; set < 1u << G_N_ELEMENTS(all); set++) {
            const char *versions[G_N_ELEMENTS(all)] = {NULL};
            gboolean any_fits = FALSE;
            int index;

            for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
                versions[i] = set & 1u << i ? all[i] : NULL;
                any_fits |= versions[i] && dcc_version_compare(versions[i], all[saved]) >= 0;
            }
            index = dcc_scene_fit_choose(all[saved], versions, G_N_ELEMENTS(all));
            g_assert_cmpint(index, >=, 0);
            g_assert_true((dcc_scene_fit(all[saved], versions[index]) == DCC_SCENE_FIT_OLDER) ==
                          !any_fits);
        }
    }
}

/* An adapter that says how much of a scene it was given. */

/* length: -1: nothing is read. */
static void
assert_read(const char *path, gssize length)
{
    g_autoptr(GBytes) head = dcc_scene_head_read(path);

    g_assert_cmpint(head != NULL ? (gssize)g_bytes_get_size(head) : -1, ==, length);
}

/* The beginning of a file; nothing of what is none, and nobody waits for a writer. */
static void
test_read(Scratch *f, gconstpointer data)
{
    g_autofree char *small = scratch_path(f, "small");
    g_autofree char *odd = scratch_path(f, "odd \xff\xfe");
    g_autofree char *large = scratch_path(f, "large");
    g_autofree char *fifo = scratch_path(f, "fifo");
    g_autofree char *none = scratch_path(f, "none");
    g_autofree char *content = g_strnfill(DCC_ADAPTER_SCENE_HEAD + 1, 'x');

    scratch_write(small, "abc", 3);
    scratch_write(odd, "abcd", 4);
    scratch_write(large, content, DCC_ADAPTER_SCENE_HEAD + 1);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    assert_read(small, 3);
    assert_read(odd, 4);
    assert_read(large, DCC_ADAPTER_SCENE_HEAD);
    assert_read(fifo, -1);
    assert_read(none, -1);
    assert_read(f->directory, -1);
    assert_read("/dev/zero", -1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scene-fit/table", test_table);
    g_test_add_func("/scene-fit/never-older-unless-all-are", test_never_older_unless_all_are);
    g_test_add("/scene-fit/read", Scratch, NULL, scratch_set_up, test_read, scratch_tear_down);
    return g_test_run();
}
