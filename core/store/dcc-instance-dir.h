/* Where one instance lives on disk: its runtime directory with locks, sockets and record, its state
 * directory with logs, ends and rescued work.
 *
 * What is promised of each: docs/protocol.md, "Files". Threading: the thread that opened it.
 */
#pragma once

#include "dcc-instance-files.h"
#include "dcc-last-record.h"
#include "dcc-runtime.h"
#include "dcc-store-file.h"
#include "dcc-store-writer.h"

G_BEGIN_DECLS

typedef struct _DccInstanceDir DccInstanceDir;

/* create FALSE: error NOT_FOUND when there is no runtime directory of this name. */
DccInstanceDir *
dcc_instance_dir_open(DccRuntime *runtime, const char *name, gboolean create, GError **error);
/* Waits some seconds for what is on its way to the state directory. */
void
dcc_instance_dir_free(DccInstanceDir *self);
const char *
dcc_instance_dir_get_name(DccInstanceDir *self);
const char *
dcc_instance_dir_get_dir(DccInstanceDir *self);
/* May be another one after dcc_instance_dir_lock_session(): see dcc-host-mark.h. */
const char *
dcc_instance_dir_get_state_dir(DccInstanceDir *self);
/* (transfer full) */
char *
dcc_instance_dir_get_path(DccInstanceDir *self, const char *file);
char *
dcc_instance_dir_get_state_file(DccInstanceDir *self, const char *file);
/* (transfer full): a file in the state directory that this machine uses for the name, whether the
 * instance lives or not; file NULL: the directory. */
char *
dcc_instance_dir_find_state_file(DccRuntime *runtime, const char *name, const char *file);
/* (transfer none): what writes to the state directory, in order. */
DccStoreWriter *
dcc_instance_dir_get_writer(DccInstanceDir *self);

/* Takes the name. FALSE without an error: it is taken. */
gboolean
dcc_instance_dir_lock_name(DccInstanceDir *self, GError **error);
/* The descriptor that holds the name, for the shim to inherit; -1 when not held. */
int
dcc_instance_dir_get_lock_fd(DccInstanceDir *self);
/* Takes the session's lock and, with create, the state directory. FALSE without an error: a session
 * attends it. Error BUSY: instances of other machines use the state directory. */
gboolean
dcc_instance_dir_lock_session(DccInstanceDir *self, GError **error);
/* (transfer none): lines on what lay in the place of a file of the instance's and could not be it,
 * and was moved aside when a lock was taken. */
GPtrArray *
dcc_instance_dir_get_moved(DccInstanceDir *self);
/* Whether what was locked here is still what is there. When somebody removed the directory, the
 * name may be another instance's by now. */
gboolean
dcc_instance_dir_is_held(DccInstanceDir *self);
/* Makes a runtime directory anew that was taken away, and takes its locks; TRUE at once where it
 * was not. Sockets and record are the caller's to make anew. What the shim holds open cannot come
 * back: it goes on serving this session, but no other could adopt the instance, and the name is
 * taken only while this session lives. Errors: BUSY (another instance has taken the name), UNSAFE
 * (it cannot be made). */
gboolean
dcc_instance_dir_restore(DccInstanceDir *self, GError **error);
/* (transfer full): makes parent/dcchost-NAME-XXXXXX, known to whoever comes after a session that is
 * killed at any moment: dcc_instance_dir_dissolve() and the next one that is made remove it if it is
 * empty still. NULL: error UNSAFE. */
char *
dcc_instance_dir_make_temp_dir(DccInstanceDir *self, const char *parent, GError **error);

/* Writes how it ended, and waits for it. FALSE: the state directory did not take it; it is in the
 * runtime directory then, and dcc_instance_dir_dissolve() leaves it there for
 * dcc_instance_dir_read_last(), or it is nowhere (see dcc_instance_dir_has_kept_last()). */
gboolean
dcc_instance_dir_conclude(DccInstanceDir *self, const DccLastRecord *last, GError **error);
/* The same in the writer's thread, after all that is on its way; func is called in the main context
 * that is the thread-default one now, unless self is freed before. error NULL: it is in the state
 * directory. */
typedef void (*DccConcluded)(DccInstanceDir *self, const GError *error, gpointer user_data);
void
dcc_instance_dir_conclude_async(DccInstanceDir *self,
                                const DccLastRecord *last,
                                DccConcluded func,
                                gpointer user_data);
/* Whether the runtime directory holds how it ended. */
gboolean
dcc_instance_dir_has_kept_last(DccInstanceDir *self);
/* Removes the runtime directory, where it still is ours, but for what must stay; lets the locks and
 * the state directory go. */
void
dcc_instance_dir_dissolve(DccInstanceDir *self);

/* (transfer full): how the instance of this name ended last. Errors NOT_FOUND, FAILED (damaged),
 * NOT_SUPPORTED (of a newer dcchost). */
DccLastRecord *
dcc_instance_dir_read_last(DccRuntime *runtime, const char *name, GError **error);

/* NULL when it is absent, too large or no JSON object. */
JsonObject *
dcc_instance_dir_read_json(const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccInstanceDir, dcc_instance_dir_free)

G_END_DECLS
