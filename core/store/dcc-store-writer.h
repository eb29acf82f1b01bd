/* Writes to the state directory, in a thread, in order.
 *
 * Problem: a home on a file server may take seconds for a line, and the caller's main loop must go
 * on. Contract: jobs are done one after the other, in the order they were pushed. The thread comes
 * with the first job and goes when there has been none for some seconds.
 *
 * Threading: the owner's thread calls everything; jobs run in the writer's. What failed is told in
 * the main context that was the owner's thread-default one when it asked to be told.
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _DccStoreWriter DccStoreWriter;

/* Runs in the thread. FALSE: error is set. */
typedef gboolean (*DccStoreJob)(gpointer data, GError **error);
typedef void (*DccStoreFunc)(gpointer data);
/* what: as it was pushed. */
typedef void (*DccStoreFailed)(const char *what, const GError *error, gpointer user_data);

DccStoreWriter *
dcc_store_writer_new(void);
/* Waits for what is pending, as dcc_store_writer_flush() with some seconds. */
void
dcc_store_writer_free(DccStoreWriter *self);
/* func NULL: nobody is told any more. */
void
dcc_store_writer_set_failed_func(DccStoreWriter *self, DccStoreFailed func, gpointer user_data);
/* what: "the journal of events", a literal. destroy runs in the thread, after the job. */
void
dcc_store_writer_push(
    DccStoreWriter *self, const char *what, DccStoreJob job, gpointer data, GDestroyNotify destroy);
/* job(data) keeps what went wrong in data; then(data) runs afterwards in the main context that is the
 * caller's thread-default one now, unless the writer has been freed. destroy runs there, last. */
void
dcc_store_writer_push_then(DccStoreWriter *self,
                           DccStoreFunc job,
                           DccStoreFunc then,
                           gpointer data,
                           GDestroyNotify destroy);
/* Replaces a file of the state directory; see dcc_store_file_replace(). */
void
dcc_store_writer_push_json(DccStoreWriter *self,
                           const char *what,
                           const char *path,
                           JsonObject *object);
/* Waits until all that was pushed is done. FALSE: it is not yet, after timeout_ms. */
gboolean
dcc_store_writer_flush(DccStoreWriter *self, gint64 timeout_ms);
/* Whether a job has failed since this was last asked. */
gboolean
dcc_store_writer_has_failed(DccStoreWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccStoreWriter, dcc_store_writer_free)

G_END_DECLS
