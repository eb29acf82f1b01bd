/* The skeleton of an adapter, under the name that was asked for.
 *
 * The files in adapters/skeleton are an adapter of the application 'sketch', which the tests build
 * as it is. Renaming it is replacing one word, in four spellings. Contract: nothing that was there
 * is touched, and a half-written skeleton is not left behind.
 */
#include "cli-skeleton.h"

#include "dcc-adapter.h"
#include "dcc-error.h"
#include "dcc-file-open.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define MODEL "sketch"

extern const char cli_skeleton_meson[], cli_skeleton_adapter[], cli_skeleton_test[],
    cli_skeleton_readme[];

static const struct {
    const char *name;
    const char *text;
} files[] = {
    {"meson.build", cli_skeleton_meson},
    {MODEL ".c", cli_skeleton_adapter},
    {"test-" MODEL ".c", cli_skeleton_test},
    {"README.md", cli_skeleton_readme},
};

/* In words of each spelling; identifier and capitals for C, camel for types. */
typedef struct {
    const char *id;
    char *identifier;
    char *capitals;
    char *camel;
} Spellings;

static char *
to_camel(const char *id)
{
    GString *camel = g_string_new(NULL);
    gboolean upper = TRUE;

    for (const char *p = id; *p; p++) {
        if (*p != '-')
            g_string_append_c(camel, upper ? g_ascii_toupper(*p) : *p);
        upper = *p == '-';
    }
    return g_string_free(camel, FALSE);
}

/* "sketch_" begins an identifier; "sketch" alone is the id. */
static char *
rename_model(const char *text, const Spellings *to)
{
    const struct {
        const char *from;
        const char *to;
    } words[] = {{MODEL "_", to->identifier},
                 {MODEL, to->id},
                 {"Sketch", to->camel},
                 {"SKETCH", to->capitals}};
    GString *renamed = g_string_new(NULL);

    while (*text) {
        gsize length = 0;

        for (gsize i = 0; i < G_N_ELEMENTS(words) && length == 0; i++) {
            if (!g_str_has_prefix(text, words[i].from))
                continue;
            g_string_append(renamed, words[i].to);
            length = strlen(words[i].from);
        }
        if (length == 0)
            g_string_append_c(renamed, *text);
        text += MAX(length, 1);
    }
    return g_string_free(renamed, FALSE);
}

static gboolean
write_all(int fd, const char *text)
{
    gsize length = strlen(text);

    for (gsize done = 0; done < length;) {
        gssize n = write(fd, text + done, length - done);

        if (n < 0 && errno != EINTR)
            return FALSE;
        done += n > 0 ? (gsize)n : 0;
    }
    return TRUE;
}

/* What cannot be written whole is not left there. */
static gboolean
write_file(const char *path, const char *text, GError **error)
{
    int fd = dcc_file_open_new(path);
    gboolean ok = fd >= 0 && write_all(fd, text);
    int saved = errno;

    if (fd >= 0 && close(fd) != 0 && ok) {
        saved = errno;
        ok = FALSE;
    }
    if (ok)
        return TRUE;
    if (fd >= 0)
        g_unlink(path);
    g_set_error(error, DCC_ERROR, DCC_ERROR_FAILED, "cannot write %s: %s", path, g_strerror(saved));
    return FALSE;
}

static gboolean
write_files(const char *directory, const Spellings *to, GError **error)
{
    g_autoptr(GPtrArray) written = g_ptr_array_new_with_free_func(g_free);

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *name = rename_model(files[i].name, to);
        g_autofree char *text = rename_model(files[i].text, to);
        g_autofree char *path = g_build_filename(directory, name, NULL);

        if (!write_file(path, text, error)) {
            for (guint k = 0; k < written->len; k++)
                g_unlink(written->pdata[k]);
            return FALSE;
        }
        g_ptr_array_add(written, g_steal_pointer(&path));
    }
    return TRUE;
}

/* 'dcc' would name its type as the library names the one it derives from. */
static gboolean
check_name(const char *name, GError **error)
{
    if (dcc_adapter_id_is_valid(name) && strcmp(name, "dcc") != 0)
        return TRUE;
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_INVALID,
                "'%s' is no name for an adapter: what people are to type, in lower-case letters, "
                "digits and '-', a letter first, at most 64, and not 'dcc'",
                name);
    return FALSE;
}

/* *is_new: it was made here. */
static gboolean
prepare_directory(const char *directory, gboolean *is_new, GError **error)
{
    g_autoptr(GDir) dir = NULL;

    *is_new = g_mkdir(directory, 0755) == 0;
    if (*is_new)
        return TRUE;
    if (errno != EEXIST) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_INVALID,
                    "cannot make the directory %s: %s",
                    directory,
                    g_strerror(errno));
        return FALSE;
    }
    dir = g_dir_open(directory, 0, NULL);
    if (dir && !g_dir_read_name(dir))
        return TRUE;
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_INVALID,
                dir ? "%s is not empty: name a directory that is not there yet"
                    : "%s is there and is no directory that can be read: name another",
                directory);
    return FALSE;
}

gboolean
cli_skeleton_write(const char *name, const char *directory, GError **error)
{
    Spellings to = {.id = name};
    gboolean is_new, ok;

    if (!check_name(name, error) || !prepare_directory(directory, &is_new, error))
        return FALSE;
    to.identifier = g_strdelimit(g_strconcat(name, "_", NULL), "-", '_');
    to.capitals = g_strdelimit(g_ascii_strup(name, -1), "-", '_');
    to.camel = to_camel(name);
    ok = write_files(directory, &to, error);
    if (!ok && is_new)
        g_rmdir(directory);
    g_free(to.identifier);
    g_free(to.capitals);
    g_free(to.camel);
    return ok;
}
