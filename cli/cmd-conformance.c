/* dcchost conformance PATH BOUND_MS FIRST: asks the questions from number FIRST on of one module,
 * and reports on descriptor 3. `dcchost adapter check` starts it; it is not meant to be typed.
 *
 * Problem: what a module does here it does to this process alone. Contract: before each question
 * its name is reported, so that the reader knows which question ended the process. What the adapter
 * may not do beside answering is a refusal, too: criticals in the log, processes.
 */
#include "cli-verb.h"

#include "cli-check.h"
#include "cli-exit.h"
#include "dcc-adapter-record.h"
#include "dcc-adapter-registry.h"
#include "dcc-conformance.h"
#include "dcc-fds.h"
#include "dcc-json.h"
#include "dcc-own-process.h"
#include <string.h>
#include <unistd.h>

/* A module that allocates for ever ends its process, not the machine. */
#define MAX_MEMORY (G_GUINT64_CONSTANT(4) << 30)

static GMutex said_lock;
static GString *said; /* the first critical of the log, since the last question */

static GLogWriterOutput
note_criticals(GLogLevelFlags level, const GLogField *fields, gsize n, gpointer data)
{
    g_autofree char *line = g_log_writer_format_fields(level, fields, n, FALSE);

    g_mutex_lock(&said_lock);
    if ((level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR)) && said->len == 0)
        g_string_assign(said, line);
    g_mutex_unlock(&said_lock);
    return g_log_writer_standard_streams(level, fields, n, data);
}

/* (transfer full) (nullable) */
static char *
take_said(void)
{
    char *text = NULL;

    g_mutex_lock(&said_lock);
    if (said->len > 0)
        text = g_strdelimit(g_strdup(said->str), "\n", ' ');
    g_string_truncate(said, 0);
    g_mutex_unlock(&said_lock);
    return text;
}

static void
report(JsonObject *object)
{
    g_autoptr(JsonNode) node = json_node_init_object(json_node_alloc(), object);
    g_autofree char *text = json_to_string(node, FALSE);
    g_autofree char *line = g_strconcat(text, "\n", NULL);

    if (!dcc_fds_write_all(CLI_CHECK_REPORT_FD, line, strlen(line)))
        _exit(CLI_FAILED);
}

static void
report_asking(const char *question)
{
    g_autoptr(JsonObject) object = json_object_new();

    json_object_set_string_member(object, "asking", question);
    report(object);
}

static void
report_module(const char *path, DccAdapter *adapter, DccAdapterRegistry *registry, GError *error)
{
    g_autoptr(GListModel) records = dcc_adapter_registry_list(registry);
    g_autoptr(DccAdapterRecord) record = g_list_model_get_item(records, 0);
    g_autoptr(JsonObject) object = json_object_new();
    JsonObject *facts = json_object_new();

    dcc_json_set_bytes(facts, "id", record ? dcc_adapter_record_get_id(record) : NULL);
    dcc_json_set_bytes(facts, "title", adapter ? dcc_adapter_get_title(adapter) : NULL);
    dcc_json_set_bytes(facts, "version", adapter ? dcc_adapter_record_get_version(record) : NULL);
    dcc_json_set_bytes(facts, "type", adapter ? G_OBJECT_TYPE_NAME(adapter) : NULL);
    json_object_set_boolean_member(facts, "loaded", adapter != NULL);
    dcc_json_set_bytes(facts, "reason", error ? error->message : NULL);
    json_object_set_object_member(object, "module", facts);
    report(object);
}

static void
object_to(JsonObject *row, const char *question, const char *what)
{
    g_autofree char *reason = g_strdup_printf("%s: %s", question, what);
    const char *outcome = dcc_json_get_string(row, "outcome", "");

    if (strcmp(outcome, "refused") == 0)
        return;
    json_object_set_string_member(row, "outcome", "refused");
    dcc_json_set_bytes(row, "reason", reason);
}

static void
ask(DccConformance *suite, const char *question)
{
    g_autoptr(JsonObject) object = json_object_new();
    g_autoptr(DccConformanceRow) row = NULL;
    g_autofree char *text = NULL;
    g_autofree char *critical = NULL;
    JsonObject *facts;

    report_asking(question);
    row = dcc_conformance_ask(suite, question, NULL);
    text = dcc_conformance_row_to_json(row);
    facts = dcc_json_from_text(text, -1, NULL);
    critical = take_said();
    if (critical)
        object_to(facts, question, critical);
    else if (dcc_own_process_has_had_children())
        object_to(facts, question, "the adapter has started a process: it may only answer");
    json_object_set_object_member(object, "row", facts);
    report(object);
}

static void
report_done(void)
{
    g_autoptr(JsonObject) object = json_object_new();

    json_object_set_boolean_member(object, "done", TRUE);
    report(object);
}

/* Nobody is left to end this process once the one that listens is gone, and a core helps nobody. */
static void
bind_to_listener(void)
{
#ifndef __SANITIZE_ADDRESS__
    dcc_own_process_limit_memory(MAX_MEMORY);
#endif
    dcc_own_process_forbid_core();
    if (!dcc_own_process_bind_to_parent(CLI_CHECK_REPORT_FD))
        _exit(CLI_FAILED);
    dcc_fds_set_private(CLI_CHECK_REPORT_FD);
}

int
cmd_conformance(char **argv)
{
    const char *const *questions = dcc_conformance_list_questions();
    g_autoptr(DccAdapterRegistry) registry = NULL;
    g_autoptr(DccConformance) suite = NULL;
    g_autoptr(GError) error = NULL;
    DccAdapter *adapter;

    if (g_strv_length(argv) != 4 || !dcc_fds_is_pipe(CLI_CHECK_REPORT_FD)) {
        cli_warn("'dcchost conformance' is for dcchost itself; see 'dcchost adapter check --help'");
        return CLI_USAGE;
    }
    bind_to_listener();
    said = g_string_new(NULL);
    g_log_set_writer_func(note_criticals, NULL, NULL);
    registry = dcc_adapter_registry_new();
    adapter = dcc_adapter_registry_load_file(registry, argv[1], &error);
    report_module(argv[1], adapter, registry, error);
    if (adapter) {
        suite = dcc_conformance_new(adapter);
        dcc_conformance_set_bound(suite, MAX(g_ascii_strtoll(argv[2], NULL, 10), 1));
        for (guint i = (guint)g_ascii_strtoull(argv[3], NULL, 10); questions[i]; i++)
            ask(suite, questions[i]);
    }
    report_done();
    return CLI_DONE;
}
