/* Writes a bundle; see the header.
 *
 * Threading: one thread at a time for one directory of bundles: the store writer's. */
#include "dcc-bundle-draft.h"

#include "dcc-enum-types.h"
#include "dcc-fds.h"
#include "dcc-file-facts.h"
#include "dcc-json.h"
#include "dcc-log-ring.h"

#include <string.h>

#define LOG_BYTES (64 * 1024)

gboolean
dcc_bundle_takes(DccRescueKind kind)
{
    return kind == DCC_RESCUE_CRASH_REPORT || kind == DCC_RESCUE_STACKS;
}

DccBundleDraft *
dcc_bundle_draft_new(void)
{
    DccBundleDraft *self = g_new0(DccBundleDraft, 1);

    self->reports = g_ptr_array_new_with_free_func(g_free);
    return self;
}

void
dcc_bundle_draft_free(DccBundleDraft *self)
{
    g_ptr_array_unref(self->reports);
    dcc_death_free(self->death);
    g_free(self->crashes);
    g_free(self->rescue_dir);
    g_free(self->incarnation);
    g_free(self->log_path);
    g_free(self->curve);
    g_free(self->environment);
    g_free(self->keep);
    g_free(self->path);
    g_free(self);
}

/* The last of this run's own output, also when the log was rotated in between. */
static GString *
read_log(DccBundleDraft *self)
{
    gint64 left = self->log_bytes >= 0 ? MIN(self->log_bytes, LOG_BYTES) : LOG_BYTES;
    GString *text = g_string_new(NULL);
    int fd;

    for (guint i = 0; left > 0 && (fd = dcc_log_ring_open(self->log_path, i)) >= 0; i++) {
        DccFileFacts facts;
        gint64 part = dcc_file_facts_read_open(fd, &facts) ? MIN(left, facts.size) : 0;
        g_autofree char *bytes = g_malloc((gsize)part + 1);
        gssize got = part > 0 ? dcc_fds_read_at(fd, facts.size - part, bytes, (gsize)part) : 0;

        dcc_fds_close(&fd);
        if (got > 0)
            g_string_prepend_len(text, bytes, got);
        left -= MAX(got, 0);
    }
    return text;
}

static gboolean
write_texts(DccBundleDraft *self, DccBundle *bundle)
{
    g_autoptr(JsonObject) object = dcc_death_to_json(self->death);
    g_autofree char *line = dcc_json_to_line(object);
    g_autoptr(GString) log = read_log(self);

    return dcc_bundle_write(bundle, DCC_BUNDLE_DEATH, line, -1) &&
           dcc_bundle_write(bundle, "log.txt", log->str, (gssize)log->len) &&
           (self->curve == NULL || dcc_bundle_write(bundle, "resources.tsv", self->curve, -1)) &&
           (self->environment == NULL ||
            dcc_bundle_write(bundle, "environment.txt", self->environment, -1));
}

/* (transfer full): its name in the bundle: that which the application gave it. */
static char *
name_in_bundle(const char *incarnation, const char *path)
{
    g_autofree char *base = g_path_get_basename(path);
    g_autofree char *prefix = g_strdup_printf("%.8s-", incarnation);

    return g_strdup(g_str_has_prefix(base, prefix) ? base + strlen(prefix) : base);
}

static gboolean
add_reports(DccBundleDraft *self, DccBundle *bundle)
{
    gboolean all = TRUE;

    for (guint i = 0; i < self->reports->len; i++) {
        const char *path = g_ptr_array_index(self->reports, i);
        g_autofree char *name = name_in_bundle(self->incarnation, path);

        all = dcc_bundle_add_file(bundle, name, path) && all;
    }
    return all;
}

static char *
write_anew(DccBundleDraft *self)
{
    g_autoptr(DccBundle) bundle = dcc_bundle_new(self->crashes, NULL);

    if (bundle == NULL || !write_texts(self, bundle) || !add_reports(self, bundle))
        return NULL;
    return dcc_bundle_seal(bundle, self->ended_wall, self->incarnation);
}

void
dcc_bundle_draft_write(DccBundleDraft *self)
{
    /* A session that died right after it had gathered this one has left it to us. */
    self->path = dcc_bundle_find(self->crashes, self->incarnation);
    self->found = self->path != NULL;
    if (self->found)
        return;
    self->path = write_anew(self);
    if (self->path != NULL)
        dcc_bundle_trim(
            self->crashes, self->rescue_dir, self->max_count, self->max_bytes, self->keep);
}

void
dcc_bundle_note_free(DccBundleNote *self)
{
    if (self->next != NULL)
        dcc_fields_free(&dcc_death_next_table, self->next);
    g_free(self->crashes);
    g_free(self->incarnation);
    g_free(self->file);
    g_free(self);
}

static void
note_file(DccBundleNote *self, const char *bundle, DccDeath *death)
{
    g_autofree char *name = name_in_bundle(self->incarnation, self->file);

    if (dcc_bundle_takes(self->kind) && !dcc_bundle_extend(bundle, name, self->file))
        self->failed = TRUE;
    dcc_death_add_file(death, dcc_enum_to_nick(DCC_TYPE_RESCUE_KIND, self->kind), self->file);
}

void
dcc_bundle_note_write(DccBundleNote *self)
{
    g_autofree char *bundle = dcc_bundle_find(self->crashes, self->incarnation);
    g_autofree char *path =
        bundle != NULL ? g_build_filename(bundle, DCC_BUNDLE_DEATH, NULL) : NULL;
    g_autoptr(DccDeath) death = path != NULL ? dcc_death_read(path, NULL) : NULL;

    if (death == NULL || death->incarnation == NULL ||
        !g_str_has_prefix(death->incarnation, self->incarnation))
        return;
    if (self->file != NULL)
        note_file(self, bundle, death);
    if (self->next != NULL) {
        if (death->next != NULL) /* of a session that died before it had done what it says */
            dcc_fields_free(&dcc_death_next_table, death->next);
        death->next = g_steal_pointer(&self->next);
    }
    if (!dcc_death_write(path, death, NULL))
        self->failed = TRUE;
}
