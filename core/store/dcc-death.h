/* How one run ended: what a bundle's death.json says, and what deaths.jsonl keeps of each end.
 *
 * The members are those of docs/protocol.md, "The death object". */
#pragma once

#include "dcc-enums.h"
#include "dcc-fields.h"

G_BEGIN_DECLS

#define DCC_DEATH_VERSION 1

typedef struct {
    char *kind; /* nick of a DccRescueKind */
    char *path; /* bytes */
} DccDeathFile;

typedef struct {
    char *kind; /* nick of a DccOutputKind */
    char *text;
} DccDeathLine;

/* What followed. */
typedef struct {
    char *action; /* restart, gave-up, rest */
    char *reason;
    gboolean safe;
    gboolean recover;
    DccDeathFile *work; /* NULL: none */
} DccDeathNext;

/* Numbers that are not known are -1 (and null in JSON), strings NULL. */
typedef struct {
    gint64 version;
    char *name;
    char *app;
    char *app_version; /* bytes, like executable, recovered, scene, log_path and bundle */
    char *executable;
    char *incarnation;
    gint64 pid;
    char *began; /* ISO 8601 */
    char *ended;
    double uptime_s;
    JsonObject *result; /* dcc_result_to_json() */
    char *signal_from;  /* "dcchost"; NULL: not by dcchost, and the kernel does not say by whom */
    gboolean ready;
    gboolean hung;
    gboolean requested;
    gboolean headless;
    gboolean safe;
    char *recovered;
    char *scene;
    GPtrArray *evidence; /* DccDeathLine, made with g_ptr_array_new() */
    char **last_lines;
    GPtrArray *files; /* DccDeathFile, made with g_ptr_array_new() */
    char *log_path;
    DccDeathNext *next; /* NULL: not decided, or not known */
} DccDeath;

extern const DccFieldTable dcc_death_table;
extern const DccFieldTable dcc_death_file_table;
extern const DccFieldTable dcc_death_line_table;
extern const DccFieldTable dcc_death_next_table;

/* (transfer full): of this version, with nothing known. */
DccDeath *
dcc_death_new(void);
void
dcc_death_free(DccDeath *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccDeath, dcc_death_free)
/* Copies; kind and text, or kind and path, are text and bytes. */
void
dcc_death_add_line(DccDeath *self, const char *kind, const char *text);
void
dcc_death_add_file(DccDeath *self, const char *kind, const char *path);

/* (transfer full) */
JsonObject *
dcc_death_to_json(const DccDeath *self);
/* (transfer full): errors NOT_SUPPORTED (of a newer dcchost), FAILED (it lacks its name or its
 * result). */
DccDeath *
dcc_death_from_json(JsonObject *object, GError **error);
/* Replaces the file. */
gboolean
dcc_death_write(const char *path, const DccDeath *self, GError **error);
/* (transfer full): errors as above, with the file's name; FAILED too where there is none. */
DccDeath *
dcc_death_read(const char *path, GError **error);

/* One line of deaths.jsonl: each end in short, the exit event as it was told. */
typedef struct {
    gint64 seq;
    char *time;
    char *type;
    gint64 pid;
    char *incarnation;
    JsonObject *result;
    double uptime_s; /* -1: not known */
} DccDeathNote;

extern const DccFieldTable dcc_death_note_table;

/* (transfer full): DccDeathNote, the oldest first; damaged lines are passed over. Free each with
 * dcc_fields_free(). */
GPtrArray *
dcc_death_notes_read(const char *path);

G_END_DECLS
