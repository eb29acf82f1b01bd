/* Noticing that a log grows; see the header.
 *
 * Problem: the system's watches are few (often 128 a user on Linux) and may all be taken. Contract: a
 * watch on the log's directory where that can be had, else a glance five times a second.
 *
 * Threading: the thread-default main context at the time it is made. */
#include "dcc-log-watch.h"

#include "dcc-dir-watch.h"
#include "dcc-source.h"

#define PERIOD_MS 200

struct _DccLogWatch {
    void (*func)(gpointer data);
    gpointer data;
    GSource *source;
};

static gboolean
on_change(gpointer data)
{
    DccLogWatch *self = data;

    self->func(self->data);
    return G_SOURCE_CONTINUE;
}

DccLogWatch *
dcc_log_watch_new(const char *path, void (*func)(gpointer data), gpointer data, GError **error)
{
    g_autofree char *dir = g_path_get_dirname(path);
    g_autoptr(GError) problem = NULL;
    GSource *source = dcc_dir_watch_source_new(dir, &problem);
    DccLogWatch *self;

    if (source == NULL && !g_file_test(dir, G_FILE_TEST_IS_DIR)) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return NULL;
    }
    if (source == NULL)
        source = g_timeout_source_new(PERIOD_MS);
    self = g_new0(DccLogWatch, 1);
    self->func = func;
    self->data = data;
    self->source = dcc_source_attach(source, on_change, self);
    return self;
}

void
dcc_log_watch_free(DccLogWatch *self)
{
    dcc_source_clear(&self->source);
    g_free(self);
}
