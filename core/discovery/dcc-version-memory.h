/* What the version cache knows of some files, and is told of them: for a thread, for file and cache may lie on a file server.
 *
 * Threading: one at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    GPtrArray *paths;    /* of char * */
    GPtrArray *versions; /* of char *, in that order; NULL: not known */
} DccVersionMemory;

DccVersionMemory *
dcc_version_memory_new(void);
/* version: NULL: not known. */
void
dcc_version_memory_add(DccVersionMemory *self, const char *path, const char *version);
/* Puts in what was remembered. */
void
dcc_version_memory_read(gpointer memory);
/* Remembers what is known. */
void
dcc_version_memory_write(gpointer memory);
void
dcc_version_memory_free(gpointer memory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccVersionMemory, dcc_version_memory_free)

G_END_DECLS
