/* Where a copy of unsaved work may lie; see the header. */
#include "dcc-copy-place.h"

#include "dcc-file-facts.h"

gboolean
dcc_copy_place_is_in(const char *path, const char *dir)
{
    g_autofree char *parent = path != NULL ? g_path_get_dirname(path) : NULL;
    DccFileFacts facts, wanted;

    return parent != NULL && dir != NULL && g_path_is_absolute(path) &&
           dcc_file_facts_read(parent, &facts) && dcc_file_facts_read(dir, &wanted) &&
           facts.kind == DCC_FILE_DIRECTORY && facts.device == wanted.device &&
           facts.inode == wanted.inode;
}

char *
dcc_copy_place_refuse(const char *path, const char *temp_dir, const char *rescue_dir)
{
    DccFileFacts facts;

    if (!dcc_copy_place_is_in(path, temp_dir) && !dcc_copy_place_is_in(path, rescue_dir))
        return g_strdup("it does not lie in the directory that this run was given");
    if (dcc_file_facts_read(path, &facts) && (facts.kind != DCC_FILE_REGULAR || !facts.is_ours))
        return g_strdup("it is no plain file of this user's");
    return NULL;
}
