/* GSources on the main context of the thread that makes them.
 *
 * Problem: g_unix_fd_add() and its kin serve the default context alone, and a session may live in
 * another. Threading: the source runs where it was attached.
 */
#include "dcc-source.h"

GSource *
dcc_source_attach(GSource *source, GSourceFunc func, gpointer data)
{
    g_autoptr(GMainContext) context = g_main_context_ref_thread_default();

    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, func, data, NULL);
    g_source_attach(source, context);
    return source;
}

/* Attached, not invoked: invoking might run it in this thread. */
void
dcc_source_call(GMainContext *context, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
    g_autoptr(GSource) source = g_idle_source_new();

    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, func, data, destroy);
    g_source_attach(source, context);
}

void
dcc_source_clear(GSource **source)
{
    if (*source == NULL)
        return;
    g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}
