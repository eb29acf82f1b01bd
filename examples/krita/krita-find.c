/* Where Krita is.
 *
 * Contract: the user's own choice first, then what a shell would start, then the usual places. Each
 * copy once, under its real path. Krita itself cannot tell its version without a display (even
 * `krita --version` opens one, and aborts), but a small program beside it can.
 */
#include "krita.h"
#include <dcc-error.h>
#include <string.h>

#define OVERRIDE   "DCCHOST_KRITA_EXECUTABLE"
#define OVERRIDDEN "not started while $" OVERRIDE " names another"

static const struct {
    const char *pattern, *origin;
} places[] = {
    {"/usr/bin/krita", "/usr/bin"},
    {"/usr/local/bin/krita", "/usr/local"},
    {"/opt/krita*/bin/krita", "/opt"}, /* unverified: a build of one's own */
};

typedef struct {
    DccSearch *search;
    GListStore *found;
    GHashTable *seen; /* of real paths */
    gboolean overridden;
} Finding;

static void
add(Finding *finding, const char *path, const char *origin)
{
    g_autofree char *executable = dcc_search_realpath(finding->search, path);
    g_autoptr(DccInstallation) installation = NULL;
    g_autofree char *teller = NULL;

    if (!executable || !dcc_search_is_executable(finding->search, executable) ||
        !g_hash_table_add(finding->seen, g_strdup(executable)))
        return;
    installation = dcc_installation_new(executable, NULL, origin);
    teller = g_strconcat(executable, "_version", NULL);
    if (dcc_search_is_executable(finding->search, teller))
        dcc_installation_set_version_command(installation, (const char *const[]){teller, NULL});
    if (finding->overridden)
        dcc_installation_set_reservation(installation, OVERRIDDEN);
    g_list_store_append(finding->found, installation);
}

static gboolean
add_override(Finding *finding, GError **error)
{
    const char *path = dcc_search_getenv(finding->search, OVERRIDE);

    if (!path || !*path)
        return TRUE;
    if (!g_path_is_absolute(path) || !dcc_search_is_executable(finding->search, path)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_INSTALLED,
                    "$" OVERRIDE " names '%s', which is no absolute path of an executable file; "
                    "correct it or unset it",
                    path);
        return FALSE;
    }
    add(finding, path, "$" OVERRIDE);
    finding->overridden = TRUE;
    return TRUE;
}

GListModel *
krita_find_installations(DccAdapter *adapter, DccSearch *search, GError **error)
{
    g_autoptr(GListStore) found = g_list_store_new(DCC_TYPE_INSTALLATION);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *program = dcc_search_program(search, "krita");
    Finding finding = {search, found, seen, FALSE};

    if (!add_override(&finding, error))
        return NULL;
    if (program)
        add(&finding, program, "PATH");
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        g_auto(GStrv) paths = dcc_search_glob(search, places[i].pattern);

        for (guint n = 0; paths[n]; n++)
            add(&finding, paths[n], places[i].origin);
    }
    return G_LIST_MODEL(g_steal_pointer(&found));
}

/* "5.1.5\n"; a build between releases adds "-beta1 (git 1234567)". */
char *
krita_read_version(DccAdapter *adapter, DccInstallation *installation, const char *output)
{
    gsize length = strspn(output, "0123456789.");

    return length >= 3 && length < 32 && g_ascii_isdigit(*output) ? g_strndup(output, length)
                                                                  : NULL;
}
