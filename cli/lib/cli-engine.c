/* Farm engines, by their environment; see the header. */
#include "cli-engine.h"

#include "cli-engine-notice.h"
#include "dcc-error.h"
#include <string.h>
#include <unistd.h>

#define MAX_NAME    64
#define MAX_PARTS   6
#define MAX_NUMBER  20
#define HASH_LENGTH 8

typedef enum {
    PART_NUMBER, /* digits, or it is not that engine's */
    PART_TEXT,   /* anything */
    PART_PATH,   /* its last component */
} PartKind;

typedef struct {
    const char *variable;
    const char *before; /* in the name */
    PartKind kind;
    const char *fallback; /* where it is not set; NULL: left out */
} Part;

struct CliEngine {
    const char *name;
    const char *marks[3]; /* one of them is set, and not empty */
    gint64 notice_ms; /* between its request to end and its kill, where nothing is said of that */
    gint64 (*read_notice)(void); /* what its configuration says; -1: nothing. NULL: it has none */
    gint64 (*read_left)(void);   /* the same once it has asked: what is left of it */
    Part parts[MAX_PARTS];
    gboolean counts_tries; /* the parts tell one attempt from the next; else our number does */
};

/* Slurm's KillWait is 30 s unless slurm.conf says otherwise (tried). OpenJD gives a task 120 s, unless the
 * template says otherwise, and says in a file until when (tried). OpenCue's RQD in Python kills at once
 * (tried); the one in Rust asks first, and has patience: how much was read nowhere, and 30 s is a guess.
 * What an engine kills too early is ended by the tie. */
static const CliEngine engines[] = {
    {"slurm",
     {"SLURM_JOB_ID", NULL},
     30000,
     cli_engine_notice_of_slurm,
     NULL,
     {{"SLURM_JOB_ID", "-", PART_NUMBER, NULL},
      {"SLURM_ARRAY_TASK_ID", "-t", PART_NUMBER, NULL},
      {"SLURM_STEP_ID", "-s", PART_NUMBER, NULL},
      {"SLURM_PROCID", "-p", PART_NUMBER, NULL},
      {"SLURM_RESTART_COUNT", "-r", PART_NUMBER, "0"}},
     TRUE},
    {"openjd",
     {"OPENJD_SESSION_WORKING_DIR", NULL},
     120000,
     NULL,
     cli_engine_notice_of_openjd,
     {{"DEADLINE_SESSIONACTION_ID", "-", PART_TEXT, NULL},
      {"OPENJD_SESSION_WORKING_DIR", "-", PART_PATH, NULL}},
     FALSE},
    {"opencue",
     {"CUE_FRAME_ID", "CUE3", NULL},
     30000,
     NULL,
     NULL,
     {{"CUE_FRAME_ID", "-", PART_TEXT, NULL}},
     FALSE},
};

static const char *
read_variable(const char *name)
{
    const char *value = g_getenv(name);

    return value != NULL && *value != '\0' ? value : NULL;
}

const CliEngine *
cli_engine_find(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(engines); i++)
        for (const char *const *mark = engines[i].marks; *mark != NULL; mark++)
            if (read_variable(*mark) != NULL)
                return &engines[i];
    return NULL;
}

const char *
cli_engine_get_name(const CliEngine *self)
{
    return self->name;
}

gint64
cli_engine_read_stop_budget(const CliEngine *self)
{
    gint64 notice = self->read_notice != NULL ? self->read_notice() : -1;

    return cli_engine_notice_to_budget(notice >= 0 ? notice : self->notice_ms);
}

gint64
cli_engine_read_budget_left(const CliEngine *self)
{
    gint64 left = self->read_left != NULL ? self->read_left() : -1;

    return left >= 0 ? cli_engine_notice_to_budget(left) : 0;
}

static gboolean
is_number(const char *text)
{
    gsize digits = strspn(text, "0123456789");

    return digits > 0 && digits <= MAX_NUMBER && text[digits] == '\0';
}

static gboolean
add_part(GString *name, const Part *part, GError **error)
{
    const char *value = read_variable(part->variable);
    g_autofree char *last = NULL, *shown = NULL;

    if (value == NULL)
        value = part->fallback;
    if (value == NULL)
        return TRUE;
    if (part->kind == PART_PATH) {
        last = g_path_get_basename(value);
        value = last;
    }
    if (part->kind != PART_NUMBER || is_number(value)) {
        g_string_append_printf(name, "%s%s", part->before, value);
        return TRUE;
    }
    shown = g_utf8_make_valid(value, -1);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_INVALID,
                "%s is \"%s\", which is no number; unset it, or say --name NAME",
                part->variable,
                shown);
    return FALSE;
}

/* What no name may hold is replaced, what is too long is cut; then a sum of the whole keeps apart what
 * would look alike. */
static void
clean(GString *name)
{
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, name->str, -1);
    gboolean changed = name->len > MAX_NAME;

    for (char *p = name->str; *p != '\0'; p++) {
        if (g_ascii_isalnum(*p) || strchr("._-", *p) != NULL)
            continue;
        *p = '_';
        changed = TRUE;
    }
    if (!changed)
        return;
    g_string_truncate(name, MIN(name->len, MAX_NAME - HASH_LENGTH - 1));
    g_string_append_c(name, '-');
    g_string_append_len(name, sum, HASH_LENGTH);
}

char *
cli_engine_make_name(const CliEngine *self, const char *app, GError **error)
{
    GString *name = g_string_new(app);

    g_string_append_printf(name, "-%s", self->name);
    for (guint i = 0; i < MAX_PARTS && self->parts[i].variable != NULL; i++)
        if (!add_part(name, &self->parts[i], error)) {
            g_string_free(name, TRUE);
            return NULL;
        }
    if (!self->counts_tries)
        g_string_append_printf(name, "-p%ld", (long)getpid());
    clean(name);
    return g_string_free(name, FALSE);
}

char *
cli_engine_describe_all(void)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < G_N_ELEMENTS(engines); i++) {
        g_autofree char *marks = g_strjoinv(" or ", (char **)engines[i].marks);

        g_string_append_printf(text,
                               "\n  %-9s%-28s --stop-budget %" G_GINT64_FORMAT "s",
                               engines[i].name,
                               marks,
                               cli_engine_notice_to_budget(engines[i].notice_ms) / 1000);
    }
    return g_string_free(text, FALSE);
}
