/* The way to a module file.
 *
 * Contract: who may write a directory may put another file under any name in it. So the whole way
 * is walked, one name at a time, links included, and nobody but root and ourselves may be able to
 * change a step of it. That leaves a check before the load with nothing to race against: only those
 * who could do anything to us anyway can swap the file in between.
 */
#include "dcc-error.h"
#include "dcc-file-facts.h"
#include "dcc-module-file.h"

#include <errno.h>
#include <string.h>

#define MAX_LINKS 40

typedef struct {
    const char *path; /* as asked, for messages */
    GString *done;    /* walked already: absolute, without a link */
    GQueue *todo;     /* of char *: the names that are left */
    guint n_links;
} Walk;

G_GNUC_PRINTF(4, 5)
static gboolean
refuse(GError **error, int code, const char *path, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, DCC_ERROR, code, "module file %s %s", path, what);
    return FALSE;
}

static gboolean
check_owner(Walk *walk, const char *name, const DccFileFacts *facts, GError **error)
{
    if (facts->is_roots || facts->is_ours)
        return TRUE;
    return refuse(error,
                  DCC_ERROR_UNSAFE,
                  walk->path,
                  "is not to be trusted: %s belongs to user %u, not to root or to you",
                  name,
                  facts->owner);
}

/* The directory that the next name is looked up in. */
static gboolean
check_directory(Walk *walk, gboolean is_last, GError **error)
{
    const char *name = walk->done->len ? walk->done->str : "/";
    DccFileFacts facts;

    if (!dcc_file_facts_read(name, &facts))
        return refuse(error,
                      DCC_ERROR_NOT_FOUND,
                      walk->path,
                      "cannot be reached: %s: %s",
                      name,
                      g_strerror(errno));
    if (!check_owner(walk, name, &facts, error))
        return FALSE;
    if (!facts.others_can_write || (!is_last && facts.keeps_names))
        return TRUE;
    return refuse(error,
                  DCC_ERROR_UNSAFE,
                  walk->path,
                  "is not to be trusted: others can write the directory %s, run 'chmod go-w' on it",
                  name);
}

/* The names of path go before those that are left. */
static void
push_names(Walk *walk, const char *path)
{
    g_auto(GStrv) names = g_strsplit(path, "/", -1);

    for (guint i = g_strv_length(names); i > 0; i--)
        g_queue_push_head(walk->todo, g_strdup(names[i - 1]));
}

static gboolean
follow_link(Walk *walk, const char *link, GError **error)
{
    g_autofree char *target = g_file_read_link(link, NULL);

    if (!target || ++walk->n_links > MAX_LINKS)
        return refuse(
            error, DCC_ERROR_NOT_FOUND, walk->path, "cannot be reached: %s leads nowhere", link);
    if (g_path_is_absolute(target))
        g_string_truncate(walk->done, 0);
    push_names(walk, target);
    return TRUE;
}

static void
step_up(Walk *walk)
{
    char *slash = strrchr(walk->done->str, '/');

    if (slash)
        g_string_truncate(walk->done, slash - walk->done->str);
}

static gboolean
is_last_name(Walk *walk)
{
    for (GList *l = walk->todo->head; l; l = l->next) {
        if (*(char *)l->data)
            return FALSE;
    }
    return TRUE;
}

static gboolean
take_step(Walk *walk, const char *name, GError **error)
{
    g_autofree char *next = NULL;
    DccFileFacts facts;

    if (!*name || strcmp(name, ".") == 0)
        return TRUE;
    if (strcmp(name, "..") == 0) {
        step_up(walk);
        return TRUE;
    }
    if (!check_directory(walk, is_last_name(walk), error))
        return FALSE;
    next = g_strconcat(walk->done->str, "/", name, NULL);
    if (!dcc_file_facts_read(next, &facts))
        return refuse(error,
                      DCC_ERROR_NOT_FOUND,
                      walk->path,
                      "cannot be reached: %s: %s",
                      next,
                      g_strerror(errno));
    if (!check_owner(walk, next, &facts, error))
        return FALSE;
    if (facts.kind == DCC_FILE_LINK)
        return follow_link(walk, next, error);
    g_string_assign(walk->done, next);
    return TRUE;
}

char *
dcc_module_path_resolve(const char *path, GError **error)
{
    Walk walk = {path, g_string_new(NULL), g_queue_new(), 0};
    gboolean ok;

    ok = g_path_is_absolute(path) ||
         refuse(error, DCC_ERROR_UNSAFE, path, "is refused: its path is not absolute");
    push_names(&walk, path);
    while (ok && !g_queue_is_empty(walk.todo)) {
        g_autofree char *name = g_queue_pop_head(walk.todo);

        ok = take_step(&walk, name, error);
    }
    g_queue_free_full(walk.todo, g_free);
    return g_string_free(walk.done, !ok);
}
