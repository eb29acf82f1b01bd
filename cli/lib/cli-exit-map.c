/* --exit-map, read and applied. */
#include "cli-exit-map.h"

#include "cli-exit.h"
#include "dcc-enum-types.h"
#include "dcc-enums.h"
#include "dcc-json.h"
#include <string.h>

#define MAX_STATUS 255

typedef struct {
    int code;      /* the application's own, or -1 */
    char *verdict; /* or NULL */
    int status;
} Entry;

struct _CliExitMap {
    GArray *entries;
};

static void
clear_entry(gpointer data)
{
    g_free(((Entry *)data)->verdict);
}

static int
parse_status(const char *text)
{
    guint64 number = 0;

    if (!g_ascii_string_to_unsigned(text, 10, 0, MAX_STATUS, &number, NULL))
        return -1;
    return (int)number;
}

static gboolean
is_verdict(const char *text)
{
    int kind = 0;

    return dcc_enum_from_nick(DCC_TYPE_VERDICT_KIND, text, &kind, NULL);
}

/* (transfer full) */
static char *
list_verdicts(void)
{
    g_autoptr(GEnumClass) kinds = g_type_class_ref(DCC_TYPE_VERDICT_KIND);
    GString *names = g_string_new(NULL);

    for (guint i = 0; i < kinds->n_values; i++)
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", kinds->values[i].value_nick);
    return g_string_free(names, FALSE);
}

static gboolean
parse_entry(CliExitMap *self, const char *text, GError **error)
{
    g_auto(GStrv) sides = g_strsplit(text, "=", 2);
    g_autofree char *verdicts = NULL;
    Entry entry = {.code = -1, .status = -1};

    if (g_strv_length(sides) == 2) {
        entry.code = parse_status(sides[0]);
        entry.status = parse_status(sides[1]);
    }
    if (entry.status < 0 || (entry.code < 0 && !is_verdict(sides[0]))) {
        verdicts = list_verdicts();
        cli_set_usage_error(error,
                            "--exit-map: '%s' is not FROM=TO, where FROM is a code of 0 to 255 or "
                            "one of %s, and TO a status of 0 to 255",
                            text,
                            verdicts);
        return FALSE;
    }
    if (entry.code < 0)
        entry.verdict = g_strdup(sides[0]);
    g_array_append_val(self->entries, entry);
    return TRUE;
}

CliExitMap *
cli_exit_map_new(const char *text, GError **error)
{
    g_autoptr(CliExitMap) self = g_new0(CliExitMap, 1);
    g_auto(GStrv) entries = text != NULL ? g_strsplit(text, ",", -1) : NULL;

    self->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    g_array_set_clear_func(self->entries, clear_entry);
    if (text != NULL && *text == '\0' && !parse_entry(self, text, error))
        return NULL;
    for (char **p = entries; p != NULL && *p != NULL; p++)
        if (!parse_entry(self, *p, error))
            return NULL;
    return g_steal_pointer(&self);
}

/* A code that the application chose and that would be handed on as it is: none of ours. */
static gboolean
is_own_code(JsonObject *result, int status)
{
    return strcmp(dcc_json_get_string(result, "kind", ""), "exited") == 0 &&
           dcc_json_get_int(result, "code", -1) == status;
}

int
cli_exit_map_apply(const CliExitMap *self, JsonObject *result, int status)
{
    const char *verdict = dcc_json_get_string(result, "verdict", "");

    for (guint i = 0; i < self->entries->len; i++) {
        const Entry *entry = &g_array_index(self->entries, Entry, i);
        gboolean fits = entry->verdict != NULL
                            ? strcmp(entry->verdict, verdict) == 0
                            : entry->code == status && is_own_code(result, status);

        if (fits)
            return entry->status;
    }
    return status;
}

void
cli_exit_map_free(CliExitMap *self)
{
    g_array_unref(self->entries);
    g_free(self);
}
