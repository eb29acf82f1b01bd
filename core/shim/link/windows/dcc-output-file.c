/* The output's file; see the header. */
#include "dcc-output-file.h"

#include "dcc-fds.h"
#include "dcc-file-append.h"
#include "dcc-file-facts.h"

#include <glib/gstdio.h>

#define MOST_FILES 1000

static char *
name_of(const char *path, gint64 i)
{
    return i == 0 ? g_strdup(path) : g_strdup_printf("%s.%" G_GINT64_FORMAT, path, i);
}

void
dcc_output_file_turn(const char *path, gint64 size, gint64 files)
{
    DccFileFacts facts;

    if (size <= 0 || files < 2 || !dcc_file_facts_read(path, &facts) || facts.size < size)
        return;
    for (gint64 i = MIN(files, MOST_FILES) - 1; i > 0; i--) {
        g_autofree char *from = name_of(path, i - 1);
        g_autofree char *to = name_of(path, i);

        g_rename(from, to);
    }
}

gboolean
dcc_output_file_open(DccOutputFile *self, const char *path)
{
    self->fd = dcc_file_append_open(path);
    self->seen = dcc_file_append_get_size(self->fd);
    return self->fd >= 0;
}

void
dcc_output_file_close(DccOutputFile *self)
{
    dcc_fds_close(&self->fd);
}

gboolean
dcc_output_file_has_grown(DccOutputFile *self)
{
    gint64 size = dcc_file_append_get_size(self->fd);
    gboolean grown = size != self->seen;

    self->seen = size;
    return grown;
}
