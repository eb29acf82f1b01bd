/* Whether a module file may be mapped into this process at all: who can write it, and whether it is
 * whole.
 *
 * Loading a file means running its code, and a truncated one kills the process that maps it
 * (SIGBUS). So it is looked at first, with reads alone, and nothing of it is run.
 */
#pragma once

#include "dcc-api.h"

G_BEGIN_DECLS

/* What was checked. Where the kernel can (dcc-sealed-file.h), a sealed copy of the file was taken
 * first and is what was looked at: nobody can change it between the check and the load, nor
 * afterwards. */
typedef struct {
    int copy;        /* a descriptor; -1: there is none, and the file itself is loaded */
    char *real_path; /* no link in it */
    guint64 device;
    guint64 inode;
    gint64 size;
    gint64 mtime_ns;
} DccModuleFile;

/* path must be absolute. Errors: UNSAFE (somebody else can write it, or a directory on the way),
 * ADAPTER (it is no whole shared object for this machine). The messages name the file. */
DccModuleFile *
dcc_module_file_check(const char *path, GError **error);
/* (transfer full): what to hand to the dynamic loader. Of a copy it is a name that no other load of
 * this process has or had: the loader takes two files of one name for the same library. */
char *
dcc_module_file_get_load_path(DccModuleFile *self);
/* The copy stays open for the life of the process, so that debuggers and crash reports find what is
 * loaded under its name. */
void
dcc_module_file_keep(DccModuleFile *self);
/* FALSE with error UNSAFE if another file has taken the place of the one that was checked. */
gboolean
dcc_module_file_is_same(DccModuleFile *self, GError **error);
void
dcc_module_file_free(DccModuleFile *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccModuleFile, dcc_module_file_free)

/* Follows path link by link: every directory on the way, every link, and the end must belong to
 * root or to us, and nobody else may write them. Only a directory above the last may be sticky
 * (/tmp). */
char *
dcc_module_path_resolve(const char *path, GError **error);

/* Whether the file behind fd is a whole shared object for this machine. */
gboolean
dcc_module_image_check(int fd, gint64 size, const char *path, GError **error);

G_END_DECLS
