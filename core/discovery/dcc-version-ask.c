/* Asks copies that only tell their version when they are run.
 *
 * Problem: each may take seconds on a file server, and one that never answers must not hold up the
 * others, nor the next call of the same command. Contract: each command has its own thread and time limit;
 * PYTHONHOME is taken away, which would break every application that brings its own Python.
 * Threading: any thread; blocks.
 */
#include "dcc-version-ask.h"
#include "dcc-error.h"
#include "dcc-quiet-thread.h"
#include "dcc-spawn.h"

#define MAX_BYTES 65536
#define FORGET_US (60 * G_USEC_PER_SEC)

static GMutex lock;
static GHashTable *silent; /* of the command that did not end in time: when, as gint64 * */

/* (transfer full): a launcher may stand for many applications, so all of the command counts. */
static char *
name_command(const char *const *argv)
{
    return g_strjoinv("\n", (char **)argv);
}

static gboolean
was_silent(const char *const *argv)
{
    g_autofree char *command = name_command(argv);
    gint64 *when;
    gboolean was;

    g_mutex_lock(&lock);
    when = silent ? g_hash_table_lookup(silent, command) : NULL;
    was = when && g_get_monotonic_time() - *when < FORGET_US;
    g_mutex_unlock(&lock);
    return was;
}

static void
note_silent(const char *const *argv)
{
    gint64 *when = g_new(gint64, 1);

    *when = g_get_monotonic_time();
    g_mutex_lock(&lock);
    if (!silent)
        silent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_hash_table_replace(silent, name_command(argv), when);
    g_mutex_unlock(&lock);
}

static gpointer
ask(gpointer data)
{
    DccVersionAsk *self = data;
    g_auto(GStrv) envp = g_environ_unsetenv(g_get_environ(), "PYTHONHOME");
    g_autoptr(GError) error = NULL;
    g_autofree char *output = NULL;
    int status = 0;

    output = dcc_command_run_cancellable(self->argv,
                                         (const char *const *)envp,
                                         self->timeout_ms,
                                         MAX_BYTES,
                                         self->cancellable,
                                         &status,
                                         &error);
    if (output) {
        self->output = g_utf8_make_valid(output, -1);
        return NULL;
    }
    if (g_error_matches(error, DCC_ERROR, DCC_ERROR_TIMEOUT))
        note_silent(self->argv);
    self->failure = g_strdup(error->message);
    return NULL;
}

void
dcc_version_ask(DccVersionAsk *asks, guint n, gint64 timeout_ms)
{
    g_autofree GThread **threads = g_new0(GThread *, n);

    for (guint i = 0; i < n; i++) {
        asks[i].timeout_ms = timeout_ms;
        if (was_silent(asks[i].argv))
            asks[i].failure = g_strdup_printf("%s did not answer a moment ago", asks[i].argv[0]);
        else if (i + 1 < n)
            threads[i] = dcc_quiet_thread_new("dcchost-version", ask, &asks[i], NULL);
    }
    /* The last one, and what got no thread, is asked from here. */
    for (guint i = 0; i < n; i++) {
        if (!threads[i] && !asks[i].failure)
            ask(&asks[i]);
    }
    for (guint i = 0; i < n; i++) {
        if (threads[i])
            g_thread_join(threads[i]);
    }
}

void
dcc_version_ask_clear(DccVersionAsk *self)
{
    g_clear_pointer(&self->output, g_free);
    g_clear_pointer(&self->failure, g_free);
}
