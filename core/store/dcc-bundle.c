/* The evidence of one bad end; see the header.
 *
 * Threading: one thread at a time for one directory. */
#include "dcc-bundle.h"

#include "dcc-file-facts.h"
#include "dcc-file-whole.h"
#include "dcc-json.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#define NAME_FORM  "DDDDDDDD-DDDDDD-DDD-XXXXXXXX" /* date, time, milliseconds, run */
#define RUN_LENGTH 8
#define MAX_COPY   (16 * 1024 * 1024) /* of a report on another file system */

struct _DccBundle {
    char *crashes;
    char *dir; /* NULL: sealed */
};

DccBundle *
dcc_bundle_new(const char *crashes, GError **error)
{
    DccBundle *self;
    g_autofree char *dir = g_build_filename(crashes, ".new-XXXXXX", NULL);

    if (!dcc_safe_dir_make(crashes, error))
        return NULL;
    if (g_mkdtemp_full(dir, 0700) == NULL) {
        int errno_code = errno;

        g_set_error(error,
                    G_FILE_ERROR,
                    g_file_error_from_errno(errno_code),
                    "cannot make a directory in %s: %s",
                    crashes,
                    g_strerror(errno_code));
        return NULL;
    }
    self = g_new0(DccBundle, 1);
    self->crashes = g_strdup(crashes);
    self->dir = g_steal_pointer(&dir);
    return self;
}

void
dcc_bundle_free(DccBundle *self)
{
    if (self == NULL)
        return;
    if (self->dir != NULL)
        dcc_safe_dir_remove(self->dir);
    g_free(self->dir);
    g_free(self->crashes);
    g_free(self);
}

gboolean
dcc_bundle_write(DccBundle *self, const char *name, const char *text, gssize length)
{
    g_autofree char *path = g_build_filename(self->dir, name, NULL);

    return g_file_set_contents_full(path, text, length, G_FILE_SET_CONTENTS_NONE, 0600, NULL);
}

static gboolean
copy_small(const char *path, const char *target)
{
    g_autofree char *text = NULL;
    DccFileFacts facts;
    gsize length = 0;

    return dcc_file_facts_read(path, &facts) && facts.kind == DCC_FILE_REGULAR &&
           facts.size <= MAX_COPY && g_file_get_contents(path, &text, &length, NULL) &&
           g_file_set_contents_full(
               target, text, (gssize)length, G_FILE_SET_CONTENTS_NONE, 0600, NULL);
}

static gboolean
put_file(const char *dir, const char *name, const char *path)
{
    g_autofree char *target = g_build_filename(dir, name, NULL);

    if (dcc_file_whole_link(path, target)) {
        /* The application's own umask made it. */
        return g_chmod(target, 0600) == 0;
    }
    return copy_small(path, target);
}

gboolean
dcc_bundle_add_file(DccBundle *self, const char *name, const char *path)
{
    return put_file(self->dir, name, path);
}

gboolean
dcc_bundle_extend(const char *bundle, const char *name, const char *path)
{
    return put_file(bundle, name, path);
}

/* Milliseconds since 1970 of the newest bundle's name; -1: there is none. */
static gint64
read_newest_ms(const char *crashes)
{
    g_autoptr(GPtrArray) names = dcc_bundle_list(crashes);
    const char *name = names->len > 0 ? g_ptr_array_index(names, names->len - 1) : NULL;
    int year, month, day, hour, minute, second, ms;
    g_autoptr(GDateTime) time = NULL;

    if (name == NULL ||
        sscanf(
            name, "%4d%2d%2d-%2d%2d%2d-%3d", &year, &month, &day, &hour, &minute, &second, &ms) !=
            7)
        return -1;
    time = g_date_time_new_utc(year, month, day, hour, minute, second);
    return time != NULL ? g_date_time_to_unix(time) * 1000 + ms : -1;
}

/* Names go up whatever the clock does: the last one is what `why` tells of, and the first what is removed
 * where there are too many. What is in the bundle has the time as it was. */
char *
dcc_bundle_seal(DccBundle *self, gint64 wall_us, const char *incarnation)
{
    gint64 ms = MAX(wall_us / 1000, read_newest_ms(self->crashes) + 1);
    g_autoptr(GDateTime) second = g_date_time_new_from_unix_utc(ms / 1000);
    g_autofree char *time = g_date_time_format(second, "%Y%m%d-%H%M%S");
    g_autofree char *name = g_strdup_printf("%s-%03d-%.8s", time, (int)(ms % 1000), incarnation);
    g_autofree char *path = g_build_filename(self->crashes, name, NULL);

    if (!dcc_file_whole_move(self->dir, path))
        return NULL;
    g_clear_pointer(&self->dir, g_free);
    return g_steal_pointer(&path);
}

gboolean
dcc_bundle_is_name(const char *name, const char **run)
{
    if (strlen(name) != strlen(NAME_FORM))
        return FALSE;
    for (guint i = 0; NAME_FORM[i] != '\0'; i++) {
        char form = NAME_FORM[i];

        if (form == 'D' ? !g_ascii_isdigit(name[i])
                        : (form == 'X' ? !g_ascii_isxdigit(name[i]) : name[i] != form))
            return FALSE;
    }
    if (run != NULL)
        *run = name + strlen(NAME_FORM) - RUN_LENGTH;
    return TRUE;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

GPtrArray *
dcc_bundle_list(const char *crashes)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(crashes, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
        if (dcc_bundle_is_name(name, NULL))
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, compare_names);
    return names;
}

char *
dcc_bundle_find(const char *crashes, const char *incarnation)
{
    g_autoptr(GPtrArray) names = dcc_bundle_list(crashes);

    for (guint i = names->len; i > 0; i--) {
        const char *name = g_ptr_array_index(names, i - 1), *run;

        if (dcc_bundle_is_name(name, &run) && strncmp(run, incarnation, RUN_LENGTH) == 0)
            return g_build_filename(crashes, name, NULL);
    }
    return NULL;
}

/* What is shown is what was understood: every member is there, and of its type. */
JsonObject *
dcc_death_from_text(const char *text, gssize length)
{
    g_autoptr(JsonObject) object = dcc_json_from_text(text, length, NULL);
    g_autoptr(DccDeath) death = object != NULL ? dcc_death_from_json(object, NULL) : NULL;

    return death != NULL ? dcc_death_to_json(death) : NULL;
}

static JsonObject *
read_death(const char *bundle)
{
    g_autofree char *path = g_build_filename(bundle, DCC_BUNDLE_DEATH, NULL);
    g_autoptr(DccDeath) death = dcc_death_read(path, NULL);

    return death != NULL ? dcc_death_to_json(death) : NULL;
}

JsonObject *
dcc_death_read_newest(const char *crashes)
{
    g_autoptr(GPtrArray) names = dcc_bundle_list(crashes);

    for (guint i = names->len; i > 0; i--) {
        g_autofree char *path = g_build_filename(crashes, g_ptr_array_index(names, i - 1), NULL);
        JsonObject *death = read_death(path);

        if (death == NULL)
            continue;
        dcc_json_set_bytes(death, "bundle", path);
        return death;
    }
    return NULL;
}
