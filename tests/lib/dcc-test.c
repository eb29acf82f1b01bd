/* Helpers of the tests; see dcc-test.h. */
#include "dcc-test.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TURN_MS 5
/* A process that was killed needs a moment to be gone. */
#define GONE_MS 2000
#define LOOKS   3
/* Found again in every process that was started from this world, however far it strayed. */
#define MARK "DCC_TEST_WORLD"

struct _DccTestWorld {
    char *path;
    char **environment; /* as it was before */
    guint fds;
};

static const char *const kept[] = {
    "DCC_ADAPTER_PATH", "DCCHOST_FAKE_EXECUTABLE", "DCCHOST_SHIM", "DCCHOST_BLENDER_EXECUTABLE"};

/* Patterns of the warnings that are in order, first come first. A lock, for a warning may come from
 * a thread. */
static GMutex expected_lock;
static GQueue expected = G_QUEUE_INIT;

static const char *
find_message(const GLogField *fields, gsize n)
{
    for (gsize i = 0; i < n; i++)
        if (strcmp(fields[i].key, "MESSAGE") == 0)
            return fields[i].value;
    return "";
}

static gboolean
take_expected(const char *message)
{
    g_mutex_lock(&expected_lock);
    const char *pattern = g_queue_peek_head(&expected);
    gboolean matches = pattern && g_pattern_match_simple(pattern, message);
    if (matches)
        g_free(g_queue_pop_head(&expected));
    g_mutex_unlock(&expected_lock);
    return matches;
}

/* GLib's own mark of a fatal message reaches g_log() alone; most of ours are structured. */
static GLogWriterOutput
write_log(GLogLevelFlags level, const GLogField *fields, gsize n, gpointer data)
{
    gboolean alarming = (level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL)) != 0;

    if (alarming && take_expected(find_message(fields, n)))
        return G_LOG_WRITER_HANDLED;
    if (alarming) {
        g_printerr("Bail out! an unannounced warning: %s\n", find_message(fields, n));
        abort();
    }
    return g_log_writer_default(level, fields, n, data);
}

void
dcc_test_init(int *argc, char ***argv)
{
    g_test_init(argc, argv, NULL);
    g_log_set_writer_func(write_log, NULL, NULL);
}

void
dcc_test_expect_warning(const char *pattern)
{
    g_mutex_lock(&expected_lock);
    g_queue_push_tail(&expected, g_strdup(pattern));
    g_mutex_unlock(&expected_lock);
}

void
dcc_test_assert_expected_warnings(void)
{
    g_mutex_lock(&expected_lock);
    g_autofree char *pattern = g_queue_pop_head(&expected);
    g_mutex_unlock(&expected_lock);
    if (pattern)
        g_error("a warning was expected and did not come: %s", pattern);
}

static gboolean
is_kept(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(kept); i++)
        if (strcmp(name, kept[i]) == 0)
            return TRUE;
    return FALSE;
}

static void
clear_environment(void)
{
    g_auto(GStrv) names = g_listenv();

    for (guint i = 0; names[i]; i++)
        if (g_str_has_prefix(names[i], "DCC") && !is_kept(names[i]))
            g_unsetenv(names[i]);
}

static void
set_directory(DccTestWorld *self, const char *variable, const char *name)
{
    g_autofree char *path = g_build_filename(self->path, name, NULL);

    g_assert_cmpint(g_mkdir_with_parents(path, 0700), ==, 0);
    g_assert_true(g_setenv(variable, path, TRUE));
}

DccTestWorld *
dcc_test_world_new(void)
{
    DccTestWorld *self = g_new0(DccTestWorld, 1);
    g_autoptr(GError) error = NULL;

    self->environment = g_get_environ();
    self->path = g_dir_make_tmp("dcc-XXXXXX", &error);
    g_assert_no_error(error);
    clear_environment();
    set_directory(self, "XDG_RUNTIME_DIR", "run");
    set_directory(self, "XDG_STATE_HOME", "state");
    set_directory(self, "XDG_CACHE_HOME", "cache");
    set_directory(self, "XDG_DATA_HOME", "data");
    set_directory(self, "XDG_CONFIG_HOME", "config");
    set_directory(self, "HOME", "home");
    set_directory(self, "TMPDIR", "tmp");
    set_directory(self, "TMP", "tmp");
    set_directory(self, "TEMP", "tmp");
    g_setenv(MARK, self->path, TRUE);
    self->fds = dcc_test_count_fds();
    return self;
}

static void
remove_tree(const char *path)
{
    g_autoptr(GDir) dir = NULL;
    const char *name;

    if (!g_file_test(path, G_FILE_TEST_IS_SYMLINK) && g_file_test(path, G_FILE_TEST_IS_DIR)) {
        g_chmod(path, 0700);
        dir = g_dir_open(path, 0, NULL);
    }
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_tree(child);
    }
    g_remove(path);
}

static void
restore_environment(DccTestWorld *self)
{
    g_auto(GStrv) names = g_listenv();

    for (guint i = 0; names[i]; i++)
        if (!g_environ_getenv(self->environment, names[i]))
            g_unsetenv(names[i]);
    for (guint i = 0; self->environment[i]; i++) {
        g_auto(GStrv) parts = g_strsplit(self->environment[i], "=", 2);
        if (parts[0] && parts[1])
            g_setenv(parts[0], parts[1], TRUE);
    }
}

/* One look may miss a process that forks and exits all the time; several do not. */
static gboolean
is_deserted(gpointer data)
{
    DccTestWorld *self = data;

    for (guint look = 0; look < LOOKS; look++)
        if (dcc_test_count_processes(MARK, self->path) > 0)
            return FALSE;
    return TRUE;
}

/* What watched a process that has just ended closes its descriptor when the loop comes to it. */
static gboolean
is_closed(gpointer data)
{
    return dcc_test_count_fds() <= ((DccTestWorld *)data)->fds;
}

void
dcc_test_world_free(DccTestWorld *self)
{
    g_return_if_fail(self != NULL);

    gboolean deserted = dcc_test_wait(is_deserted, self, GONE_MS);
    g_autofree char *left = deserted ? NULL : dcc_test_list_processes(MARK, self->path);
    gboolean closed = dcc_test_wait(is_closed, self, GONE_MS);
    g_autofree char *open_fds = closed ? NULL : dcc_test_list_fds();
    guint fds = dcc_test_count_fds();

    restore_environment(self);
    remove_tree(self->path);
    if (left)
        g_error("processes were left behind:\n%s", left);
    if (!closed)
        g_error("%u descriptors were left open; open are:\n%s", fds - self->fds, open_fds);
    g_strfreev(self->environment);
    g_free(self->path);
    g_free(self);
}

const char *
dcc_test_world_get_path(DccTestWorld *self)
{
    return self->path;
}

char *
dcc_test_world_build_path(DccTestWorld *self, const char *name)
{
    return g_build_filename(self->path, name, NULL);
}

char *
dcc_test_world_write(DccTestWorld *self, const char *name, const char *content, gssize length)
{
    char *path = dcc_test_world_build_path(self, name);
    g_autofree char *directory = g_path_get_dirname(path);
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    g_file_set_contents(path, content, length, &error);
    g_assert_no_error(error);
    return path;
}

const char *
dcc_test_fake_executable(void)
{
    const char *path = g_getenv("DCCHOST_FAKE_EXECUTABLE");

    g_assert_nonnull(path);
    g_assert_true(g_file_test(path, G_FILE_TEST_IS_EXECUTABLE));
    return path;
}

static gboolean
wake(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

void
dcc_test_turn_once(void)
{
    GMainContext *context = g_main_context_get_thread_default();
    GSource *timer = g_timeout_source_new(TURN_MS);

    g_source_set_callback(timer, wake, NULL, NULL);
    g_source_attach(timer, context);
    g_main_context_iteration(context, TRUE);
    g_source_destroy(timer);
    g_source_unref(timer);
}

void
dcc_test_turn(void)
{
    while (g_main_context_iteration(g_main_context_get_thread_default(), FALSE))
        ;
}

gboolean
dcc_test_wait(DccTestCondition condition, gpointer data, gint64 timeout_ms)
{
    gint64 end = g_get_monotonic_time() + timeout_ms * 1000;

    while (!condition(data)) {
        if (g_get_monotonic_time() >= end)
            return FALSE;
        dcc_test_turn_once();
    }
    return TRUE;
}
