/* A queue that cannot outgrow what is tracked; see the header.
 *
 * A heartbeat that nobody has read is worth nothing once there is a newer one; an end is worth
 * keeping for ever. Threading: the caller's lock. */
#include "dcc-watch-queue.h"

void
dcc_watch_queue_init(DccWatchQueue *self)
{
    self->events = g_array_new(FALSE, FALSE, sizeof(DccWatchEvent));
    self->beats = g_hash_table_new(NULL, NULL);
}

void
dcc_watch_queue_clear(DccWatchQueue *self)
{
    g_clear_pointer(&self->events, g_array_unref);
    g_clear_pointer(&self->beats, g_hash_table_unref);
}

void
dcc_watch_queue_push(DccWatchQueue *self, const DccWatchEvent *event)
{
    gpointer key = GUINT_TO_POINTER(event->watch);
    guint known;

    if (event->type == DCC_WATCH_HEARTBEAT) {
        known = GPOINTER_TO_UINT(g_hash_table_lookup(self->beats, key));
        if (known > 0) {
            g_array_index(self->events, DccWatchEvent, known - 1) = *event;
            return;
        }
        g_hash_table_insert(self->beats, key, GUINT_TO_POINTER(self->events->len + 1));
    }
    g_array_append_val(self->events, *event);
}

void
dcc_watch_queue_drop(DccWatchQueue *self, guint watch)
{
    gsize n;
    g_autofree DccWatchEvent *all = NULL;
    gboolean any = FALSE;

    for (guint i = 0; i < self->events->len && !any; i++)
        any = g_array_index(self->events, DccWatchEvent, i).watch == watch;
    if (!any)
        return;
    all = dcc_watch_queue_take(self, &n);
    for (gsize i = 0; i < n; i++)
        if (all[i].watch != watch)
            dcc_watch_queue_push(self, &all[i]);
}

DccWatchEvent *
dcc_watch_queue_take(DccWatchQueue *self, gsize *n)
{
    g_hash_table_remove_all(self->beats);
    return g_array_steal(self->events, n);
}
