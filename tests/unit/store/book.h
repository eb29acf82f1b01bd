/* An instance directory of its own, and what its journal leaves on disk. */
#pragma once

#include "dcc-journal.h"
#include "dcc-test.h"

G_BEGIN_DECLS

typedef struct {
    DccTestWorld *world;
    DccRuntime *runtime;
    DccInstanceDir *instance_dir;
    char *events;
    char *deaths;
} Book;

Book *
book_new(void);
void
book_free(Book *self);
/* Whether all that was added since this was last asked is on disk. */
gboolean
book_has_written(Book *self);
gboolean
book_add(DccJournal *journal, const char *text, gboolean transient);
guint
book_count(DccJournal *journal, gint64 since, gint64 *gap);
void
book_flush(Book *book);
/* On disk: the numbers are these, in order. */
void
book_assert_numbers(const char *path, gint64 first, gint64 last);
void
book_append(const char *path, const void *bytes, gsize length);
guint
book_count_lines(const char *path);
gint64
book_get_size(const char *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Book, book_free)

G_END_DECLS
