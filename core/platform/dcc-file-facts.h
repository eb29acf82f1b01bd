/* What a file is, without following a link: one answer in the units of the house.
 *
 * Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum { DCC_FILE_REGULAR, DCC_FILE_DIRECTORY, DCC_FILE_LINK, DCC_FILE_OTHER } DccFileKind;

typedef struct {
    DccFileKind kind;
    gint64 size;
    gint64 mtime_ns; /* since 1970 */
    guint64 device;  /* device and inode together name the file as long as it is there */
    guint64 inode;
    guint owner;               /* as dcc_user_get_id() counts users */
    gboolean is_ours;          /* this user's */
    gboolean is_roots;         /* the system's */
    gboolean others_can_write; /* its group or everybody */
    gboolean
        keeps_names; /* a directory in which nobody renames or removes what is another user's */
} DccFileFacts;

/* FALSE with errno. */
gboolean
dcc_file_facts_read(const char *path, DccFileFacts *facts);
/* The same of what a link leads to. */
gboolean
dcc_file_facts_read_target(const char *path, DccFileFacts *facts);
gboolean
dcc_file_facts_read_open(int fd, DccFileFacts *facts);
/* Gives the file to the times of the file from, as far as the system lets us. */
void
dcc_file_facts_copy_times(const char *from, const char *to);
/* Device, inode, size and time: the same file, and not written to meanwhile. */
gboolean
dcc_file_facts_is_same(const DccFileFacts *a, const DccFileFacts *b);

G_END_DECLS
