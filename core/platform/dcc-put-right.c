/* Room for a session's own files; see the header. */
#include "dcc-put-right.h"

#include "dcc-file-whole.h"

#include <errno.h>

static gboolean
is_wrong(const DccFileFacts *facts, DccFileKind wanted)
{
    return wanted == DCC_FILE_OTHER ? facts->kind == DCC_FILE_DIRECTORY : facts->kind != wanted;
}

static const char *
describe(DccFileKind kind)
{
    switch (kind) {
    case DCC_FILE_REGULAR:
        return "a file";
    case DCC_FILE_DIRECTORY:
        return "a directory";
    case DCC_FILE_LINK:
        return "a link";
    case DCC_FILE_OTHER:
    default:
        return "neither file nor directory";
    }
}

static void
move_aside(const char *dir, const char *name, DccFileKind kind, GPtrArray *told)
{
    g_autofree char *random = g_uuid_string_random();
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autofree char *aside = g_strdup_printf("%s/aside-%.6s-%s", dir, random, name);

    if (dcc_file_whole_move(path, aside))
        g_ptr_array_add(
            told,
            g_strdup_printf(
                "in the place of %s lay %s, which is now %s", path, describe(kind), aside));
    else
        g_ptr_array_add(told,
                        g_strdup_printf("in the place of %s lies %s, which cannot be moved: %s",
                                        path,
                                        describe(kind),
                                        g_strerror(errno)));
}

void
dcc_put_right(const char *dir, const DccOwnFile *files, guint n_files, GPtrArray *told)
{
    for (guint i = 0; i < n_files; i++) {
        g_autofree char *path = g_build_filename(dir, files[i].name, NULL);
        DccFileFacts facts;

        if (dcc_file_facts_read(path, &facts) && is_wrong(&facts, files[i].kind))
            move_aside(dir, files[i].name, facts.kind, told);
    }
}
