/* Ends of processes: the system's own threads wait for them, 63 each, and set one event.
 *
 * A wait is given up outside of the lock, for its thread may be about to take it. Threading: any. */
#include "dcc-exit-set.h"

#include "dcc-handle.h"
#include "dcc-wide.h"

#include <errno.h>

#include <windows.h>

struct _DccExitSet {
    GMutex lock;
    HANDLE news; /* set while somebody has ended, or the bell rings */
    gboolean woken;
    GHashTable *entries; /* DccProcessRef -> Entry */
    guint n_ended;
    GPollFD poll;
};

typedef struct {
    DccExitSet *set;
    guint number;
    HANDLE process; /* a copy: the caller may close its own */
    HANDLE wait;
    gboolean ended;
} Entry;

DccExitSet *
dcc_exit_set_new(GError **error)
{
    HANDLE news = CreateEventW(NULL, TRUE, FALSE, NULL);
    g_autofree char *why = NULL;
    DccExitSet *self;

    if (news == NULL) {
        why = dcc_explain(GetLastError());
        g_set_error(error, DCC_ERROR, DCC_ERROR_FAILED, "cannot watch processes: %s", why);
        return NULL;
    }
    self = g_new0(DccExitSet, 1);
    g_mutex_init(&self->lock);
    self->news = news;
    self->poll = (GPollFD){.fd = (gintptr)news, .events = G_IO_IN};
    self->entries = g_hash_table_new(NULL, NULL);
    return self;
}

static VOID CALLBACK
note_end(PVOID data, BOOLEAN timed_out)
{
    Entry *entry = data;

    g_mutex_lock(&entry->set->lock);
    entry->ended = TRUE;
    entry->set->n_ended++;
    SetEvent(entry->set->news);
    g_mutex_unlock(&entry->set->lock);
}

/* Not with the lock held. */
static void
free_entry(Entry *entry)
{
    if (entry->wait != NULL)
        UnregisterWaitEx(entry->wait, INVALID_HANDLE_VALUE);
    CloseHandle(entry->process);
    g_free(entry);
}

/* With the lock held: the event says what there is. */
static void
update_news(DccExitSet *self)
{
    if (self->n_ended > 0 || self->woken)
        SetEvent(self->news);
    else
        ResetEvent(self->news);
}

gboolean
dcc_exit_set_add(DccExitSet *self, DccProcessRef process, guint number)
{
    HANDLE copy = dcc_handle_duplicate(dcc_handle_from_number(process), FALSE);
    gboolean ok;
    Entry *entry;

    if (copy == NULL)
        return FALSE;
    entry = g_new0(Entry, 1);
    *entry = (Entry){.set = self, .number = number, .process = copy};
    g_mutex_lock(&self->lock);
    ok = RegisterWaitForSingleObject(
        &entry->wait, copy, note_end, entry, INFINITE, WT_EXECUTEONLYONCE);
    if (ok)
        g_hash_table_insert(self->entries, GINT_TO_POINTER(process), entry);
    else
        errno = dcc_errno_of(GetLastError());
    g_mutex_unlock(&self->lock);
    if (!ok)
        free_entry(entry);
    return ok;
}

void
dcc_exit_set_remove(DccExitSet *self, DccProcessRef process)
{
    Entry *entry;

    g_mutex_lock(&self->lock);
    entry = g_hash_table_lookup(self->entries, GINT_TO_POINTER(process));
    g_hash_table_remove(self->entries, GINT_TO_POINTER(process));
    g_mutex_unlock(&self->lock);
    if (entry == NULL)
        return;
    UnregisterWaitEx(entry->wait, INVALID_HANDLE_VALUE);
    entry->wait = NULL;
    /* It may have ended up to here. */
    g_mutex_lock(&self->lock);
    self->n_ended -= entry->ended ? 1 : 0;
    update_news(self);
    g_mutex_unlock(&self->lock);
    free_entry(entry);
}

void
dcc_exit_set_free(DccExitSet *self)
{
    g_autofree gpointer *left = NULL;
    guint n = 0;

    if (self == NULL)
        return;
    left = g_hash_table_get_keys_as_array(self->entries, &n);
    for (guint i = 0; i < n; i++)
        dcc_exit_set_remove(self, GPOINTER_TO_INT(left[i]));
    g_hash_table_unref(self->entries);
    CloseHandle(self->news);
    g_mutex_clear(&self->lock);
    g_free(self);
}

void
dcc_exit_set_wake(DccExitSet *self)
{
    g_mutex_lock(&self->lock);
    self->woken = TRUE;
    update_news(self);
    g_mutex_unlock(&self->lock);
}

guint
dcc_exit_set_wait(DccExitSet *self, guint *numbers, guint room, int timeout_ms)
{
    GHashTableIter iter;
    gpointer value;
    guint n = 0;

    WaitForSingleObject(self->news, timeout_ms < 0 ? INFINITE : (DWORD)timeout_ms);
    g_mutex_lock(&self->lock);
    if (self->n_ended > 0) {
        g_hash_table_iter_init(&iter, self->entries);
        while (n < room && g_hash_table_iter_next(&iter, NULL, &value))
            if (((Entry *)value)->ended)
                numbers[n++] = ((Entry *)value)->number;
    }
    self->woken = FALSE;
    update_news(self);
    g_mutex_unlock(&self->lock);
    return n;
}

/* A source of the parent's that is ready when the event is set: what GLib looks at by itself are descriptors, which
 * this system does not have. */
typedef struct {
    GSource source;
    DccExitSet *set;
} NewsSource;

static gboolean
check_news(GSource *source)
{
    return WaitForSingleObject(((NewsSource *)source)->set->news, 0) == WAIT_OBJECT_0;
}

static gboolean
dispatch_news(GSource *source, GSourceFunc func, gpointer data)
{
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs news_funcs = {.check = check_news, .dispatch = dispatch_news};

void
dcc_exit_set_add_to_source(DccExitSet *self, GSource *source)
{
    g_autoptr(GSource) news = g_source_new(&news_funcs, sizeof(NewsSource));

    ((NewsSource *)news)->set = self;
    g_source_add_poll(news, &self->poll);
    g_source_add_child_source(source, news);
}
