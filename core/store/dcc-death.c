/* How one run ended. */
#include "dcc-death.h"

#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-store-file.h"

#define ROW(owner, member, type, ...)                                                              \
    {                                                                                              \
        .name = #member, .kind = DCC_FIELD_##type, .offset = G_STRUCT_OFFSET(owner, member),       \
        __VA_ARGS__                                                                                \
    }
#define UNKNOWN .fallback = -1, .nullable = TRUE

static const DccField file_fields[] = {
    ROW(DccDeathFile, kind, TEXT),
    ROW(DccDeathFile, path, BYTES, .required = TRUE),
};
const DccFieldTable dcc_death_file_table = DCC_FIELD_TABLE(DccDeathFile, file_fields);

static const DccField line_fields[] = {
    ROW(DccDeathLine, kind, TEXT),
    ROW(DccDeathLine, text, TEXT, .required = TRUE),
};
const DccFieldTable dcc_death_line_table = DCC_FIELD_TABLE(DccDeathLine, line_fields);

static const DccField next_fields[] = {
    ROW(DccDeathNext, action, TEXT, .required = TRUE),
    ROW(DccDeathNext, reason, TEXT),
    ROW(DccDeathNext, safe, BOOL),
    ROW(DccDeathNext, recover, BOOL),
    ROW(DccDeathNext, work, RECORD, .table = &dcc_death_file_table),
};
const DccFieldTable dcc_death_next_table = DCC_FIELD_TABLE(DccDeathNext, next_fields);

static const DccField fields[] = {
    ROW(DccDeath, version, INT, .max = G_MAXINT),
    ROW(DccDeath, name, TEXT, .required = TRUE),
    ROW(DccDeath, app, TEXT),
    ROW(DccDeath, app_version, BYTES),
    ROW(DccDeath, executable, BYTES),
    ROW(DccDeath, incarnation, TEXT),
    ROW(DccDeath, pid, INT, .min = -1, .max = G_MAXINT, UNKNOWN),
    ROW(DccDeath, began, TEXT),
    ROW(DccDeath, ended, TEXT),
    ROW(DccDeath, uptime_s, DOUBLE, UNKNOWN),
    ROW(DccDeath, result, OBJECT, .required = TRUE),
    ROW(DccDeath, signal_from, TEXT),
    ROW(DccDeath, ready, BOOL),
    ROW(DccDeath, hung, BOOL),
    ROW(DccDeath, requested, BOOL),
    ROW(DccDeath, headless, BOOL),
    ROW(DccDeath, safe, BOOL),
    ROW(DccDeath, recovered, BYTES),
    ROW(DccDeath, scene, BYTES),
    ROW(DccDeath, evidence, RECORDV, .table = &dcc_death_line_table),
    ROW(DccDeath, last_lines, TEXTV),
    ROW(DccDeath, files, RECORDV, .table = &dcc_death_file_table),
    ROW(DccDeath, log_path, BYTES),
    ROW(DccDeath, next, RECORD, .table = &dcc_death_next_table),
};
const DccFieldTable dcc_death_table = DCC_FIELD_TABLE(DccDeath, fields);

static const DccField note_fields[] = {
    ROW(DccDeathNote, seq, INT, .max = G_MAXINT64),
    ROW(DccDeathNote, time, TEXT),
    ROW(DccDeathNote, type, TEXT),
    ROW(DccDeathNote, pid, INT, .min = -1, .max = G_MAXINT, UNKNOWN),
    ROW(DccDeathNote, incarnation, TEXT),
    ROW(DccDeathNote, result, OBJECT, .required = TRUE),
    ROW(DccDeathNote, uptime_s, DOUBLE, UNKNOWN),
};
const DccFieldTable dcc_death_note_table = DCC_FIELD_TABLE(DccDeathNote, note_fields);

DccDeath *
dcc_death_new(void)
{
    DccDeath *self = dcc_fields_new(&dcc_death_table);

    self->version = DCC_DEATH_VERSION;
    return self;
}

void
dcc_death_free(DccDeath *self)
{
    dcc_fields_free(&dcc_death_table, self);
}

void
dcc_death_add_line(DccDeath *self, const char *kind, const char *text)
{
    DccDeathLine *line = dcc_fields_new(&dcc_death_line_table);

    line->kind = g_strdup(kind);
    line->text = g_strdup(text);
    if (self->evidence == NULL)
        self->evidence = g_ptr_array_new();
    g_ptr_array_add(self->evidence, line);
}

void
dcc_death_add_file(DccDeath *self, const char *kind, const char *path)
{
    DccDeathFile *file = dcc_fields_new(&dcc_death_file_table);

    file->kind = g_strdup(kind);
    file->path = g_strdup(path);
    if (self->files == NULL)
        self->files = g_ptr_array_new();
    g_ptr_array_add(self->files, file);
}

JsonObject *
dcc_death_to_json(const DccDeath *self)
{
    JsonObject *object = json_object_new();

    dcc_fields_write(&dcc_death_table, self, object);
    json_object_set_int_member(object, "version", DCC_DEATH_VERSION);
    return object;
}

DccDeath *
dcc_death_from_json(JsonObject *object, GError **error)
{
    gint64 version = dcc_json_get_int(object, "version", 0);
    g_autoptr(DccDeath) self = dcc_death_new();

    if (version > DCC_DEATH_VERSION) {
        g_set_error(error, DCC_ERROR, DCC_ERROR_NOT_SUPPORTED, "it was written by a newer dcchost");
        return NULL;
    }
    if (version < 1) {
        g_set_error(error, DCC_ERROR, DCC_ERROR_FAILED, "it does not say of which version it is");
        return NULL;
    }
    if (!dcc_fields_read(&dcc_death_table, object, (int)version, self, error))
        return NULL;
    return g_steal_pointer(&self);
}

gboolean
dcc_death_write(const char *path, const DccDeath *self, GError **error)
{
    g_autoptr(JsonObject) object = dcc_death_to_json(self);

    /* As little synced as the rest of a bundle: a main loop writes it. */
    return dcc_store_file_write_json(path, object, DCC_STORE_RUNTIME, error);
}

DccDeath *
dcc_death_read(const char *path, GError **error)
{
    g_autoptr(JsonObject) object = dcc_store_file_read_json(path);
    DccDeath *self;

    if (object == NULL) {
        g_set_error(error, DCC_ERROR, DCC_ERROR_FAILED, "%s is missing or damaged", path);
        return NULL;
    }
    self = dcc_death_from_json(object, error);
    if (self == NULL)
        g_prefix_error(error, "%s: ", path);
    return self;
}

GPtrArray *
dcc_death_notes_read(const char *path)
{
    GPtrArray *notes = g_ptr_array_new();
    g_autofree char *text = NULL;
    gsize length = 0;
    g_auto(GStrv) lines = NULL;

    if (!dcc_store_file_read(path, &text, &length))
        return notes;
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        g_autoptr(JsonObject) object =
            *lines[i] != '\0' ? dcc_json_from_text(lines[i], -1, NULL) : NULL;
        DccDeathNote *note = object != NULL ? dcc_fields_new(&dcc_death_note_table) : NULL;

        if (note != NULL && dcc_fields_read(&dcc_death_note_table, object, 1, note, NULL))
            g_ptr_array_add(notes, note);
        else
            dcc_fields_free(&dcc_death_note_table, note);
    }
    return notes;
}
