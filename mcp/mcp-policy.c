/* What agents may do here.
 *
 * A path is taken as the file system has it, links and all: what is compared is where it leads, and
 * what is handed on is that too, so that another spelling leads nowhere else. Threading: a policy
 * does not change once the server runs.
 */
#include "mcp-policy.h"

#include "dcc-error.h"
#include "dcc-file-name.h"
#include <errno.h>
#include <string.h>

static gboolean
add_root(GPtrArray *roots, const char *path, GError **error)
{
    g_autofree char *real = dcc_file_name_resolve(path);

    if (real == NULL || !g_file_test(real, G_FILE_TEST_IS_DIR)) {
        g_set_error(
            error, DCC_ERROR, DCC_ERROR_INVALID, "--root: %s is no directory that is there", path);
        return FALSE;
    }
    g_ptr_array_add(roots, g_steal_pointer(&real));
    return TRUE;
}

static gboolean
is_root(const char *path)
{
    const char *rest = g_path_skip_root(path);

    return rest != NULL && *rest == '\0';
}

/* Some clients start their servers in the root of the file system; that is no choice of a place. */
static void
add_usual(GPtrArray *roots)
{
    g_autofree char *here = g_get_current_dir();
    const char *usual[] = {g_get_home_dir(), here};

    for (guint i = 0; i < G_N_ELEMENTS(usual); i++)
        if (!is_root(usual[i]))
            add_root(roots, usual[i], NULL);
}

gboolean
mcp_policy_set_roots(McpPolicy *self, char **named, GError **error)
{
    g_autoptr(GPtrArray) roots = g_ptr_array_new_with_free_func(g_free);

    if (named == NULL || named[0] == NULL)
        add_usual(roots);
    for (char **p = named; p != NULL && *p != NULL; p++)
        if (!add_root(roots, *p, error))
            return FALSE;
    g_ptr_array_add(roots, NULL);
    self->roots = (char **)g_ptr_array_free(g_steal_pointer(&roots), FALSE);
    return TRUE;
}

static gboolean
is_below(const char *path, const char *root)
{
    gsize length = strlen(root);

    if (is_root(root))
        return g_str_has_prefix(path, root);
    return strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* What is to be written need not be there; where it is to lie has to. */
static char *
resolve(const char *path)
{
    g_autofree char *dir = NULL, *name = NULL, *real = dcc_file_name_resolve(path);

    if (real != NULL || errno != ENOENT)
        return g_steal_pointer(&real);
    if (g_file_test(path, G_FILE_TEST_IS_SYMLINK))
        return NULL; /* it leads to nowhere yet, and could be made to lead anywhere */
    dir = g_path_get_dirname(path);
    name = g_path_get_basename(path);
    g_clear_pointer(&real, g_free);
    real = dcc_file_name_resolve(dir);
    if (real == NULL || strcmp(name, "..") == 0 || strcmp(name, ".") == 0)
        return NULL;
    return g_build_filename(real, name, NULL);
}

char *
mcp_policy_resolve(const McpPolicy *self, const char *path, GError **error)
{
    g_autofree char *real = NULL, *roots = NULL;

    if (!g_path_is_absolute(path)) {
        g_set_error(error, DCC_ERROR, DCC_ERROR_INVALID, "%s is no absolute path; give one", path);
        return NULL;
    }
    real = resolve(path);
    if (real == NULL) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_FOUND,
                    "%s is not there, or cannot be looked at; check the path",
                    path);
        return NULL;
    }
    for (char **root = self->roots; *root != NULL; root++)
        if (is_below(real, *root))
            return g_steal_pointer(&real);
    roots = g_strjoinv(", ", self->roots);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_UNSAFE,
                "%s lies outside the directories that agents may use (%s); the user can name "
                "another with --root DIR in the configuration of this server",
                path,
                *roots != '\0' ? roots : "none");
    return NULL;
}

void
mcp_policy_clear(McpPolicy *self)
{
    g_clear_pointer(&self->roots, g_strfreev);
}
