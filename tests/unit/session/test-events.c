/* What a session tells is what docs/protocol.md says: every builder's members against the tables
 * of that file, in both directions. */
#include "dcc-enum-types.h"
#include "dcc-error.h"
#include "dcc-events.h"
#include "dcc-json.h"
#include "dcc-status.h"
#include "dcc-test.h"

#include <string.h>

/* Put in by the journal where it passes events over; tests/unit/store/test-journal-disk.c holds that. */
#define OF_JOURNAL "passed"

/* -- The tables of the document -- */

/* The text of one section: from its heading to the next one. */
static char *
read_section(const char *heading)
{
    g_autofree char *text = NULL;
    g_autofree char *line = g_strdup_printf("\n### %s\n", heading);
    const char *from, *to;

    g_assert_true(g_file_get_contents(PROTOCOL_MD, &text, NULL, NULL));
    from = strstr(text, line);
    if (from == NULL)
        g_error("docs/protocol.md has no section '%s'", heading);
    from += strlen(line);
    to = strstr(from, "\n#");
    return g_strndup(from, to != NULL ? (gsize)(to - from) : strlen(from));
}

/* Words of everything between back ticks. */
static void
add_words(GPtrArray *words, const char *cell)
{
    g_auto(GStrv) parts = g_strsplit(cell, "`", -1);

    for (guint i = 1; parts[i] != NULL; i += 2) {
        g_auto(GStrv) more = g_strsplit(parts[i], " ", -1);

        for (guint k = 0; more[k] != NULL; k++)
            g_ptr_array_add(words, g_strdup(more[k]));
    }
}

static GPtrArray *
words_new(void)
{
    return g_ptr_array_new_with_free_func(g_free);
}

/* Rows of a section's table, by the word in the first column: the other columns. */
static GHashTable *
read_table(const char *heading)
{
    g_autofree char *section = read_section(heading);
    g_auto(GStrv) lines = g_strsplit(section, "\n", -1);
    GHashTable *table =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_strfreev);

    for (guint i = 0; lines[i] != NULL; i++) {
        g_auto(GStrv) cells = NULL;
        g_autoptr(GPtrArray) key = words_new();

        if (!g_str_has_prefix(lines[i], "| `"))
            continue;
        cells = g_strsplit(lines[i] + 2, " | ", -1);
        add_words(key, cells[0]);
        g_assert_cmpuint(key->len, ==, 1);
        g_assert_false(g_hash_table_contains(table, key->pdata[0]));
        g_hash_table_insert(table, g_strdup(key->pdata[0]), g_strdupv(cells + 1));
    }
    g_assert_cmpuint(g_hash_table_size(table), >, 0);
    return table;
}

/* -- Comparing -- */

/* "reason?" may be left out. */
static gboolean
is_optional(char *word)
{
    gsize length = strlen(word);

    if (length == 0 || word[length - 1] != '?')
        return FALSE;
    word[length - 1] = '\0';
    return TRUE;
}

/* full: the object has all that it may have; else only what it must have. */
static void
compare(const char *what, GPtrArray *documented, JsonObject *object, gboolean full)
{
    g_autoptr(GList) members = json_object_get_members(object);
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < documented->len; i++) {
        g_autofree char *word = g_strdup(documented->pdata[i]);
        gboolean wanted = !is_optional(word) || full;

        if (wanted != json_object_has_member(object, word))
            g_error("%s: '%s' is documented and %s", what, word, wanted ? "missing" : "there");
        g_hash_table_add(known, g_steal_pointer(&word));
    }
    for (GList *l = members; l != NULL; l = l->next)
        if (!g_hash_table_contains(known, l->data))
            g_error("%s: '%s' is not documented", what, (const char *)l->data);
}

/* -- Everything there is -- */

static DccRunEnd *
make_end(gboolean full)
{
    static const char *const lines[] = {"one", "two", NULL};
    g_autoptr(DccExitInfo) info = dcc_exit_info_new_exited(139);
    g_autoptr(DccVerdict) verdict = dcc_verdict_new(DCC_VERDICT_CRASH, "it broke");
    g_autoptr(DccResult) plain = NULL;
    DccRunEnd *end = dcc_run_end_alloc();

    end->incarnation = g_strdup("11111111-1111-4111-8111-111111111111");
    dcc_exit_info_set_job(info, full);
    plain = dcc_result_new_ended(info, verdict);
    end->result = dcc_result_with_peak_memory(plain, full ? 1 << 20 : -1, "kernel");
    end->pid = full ? 17 : 0;
    end->uptime_ms = full ? 1500 : -1;
    if (!full)
        return end;
    end->last_lines = g_strdupv((char **)lines);
    g_ptr_array_add(end->files, dcc_rescue_file_new(DCC_RESCUE_COPY, "/r/copy"));
    return end;
}

static DccProgress *
make_progress(void)
{
    g_autoptr(DccOutputEvent) event = dcc_output_event_new(DCC_OUTPUT_PROGRESS, "frame 2");
    DccProgress *progress = dcc_progress_new(1, 10, 1);

    dcc_output_event_set_frame(event, 2);
    dcc_progress_feed(progress, event, 1);
    return progress;
}

static JsonObject *
build_state(gboolean full)
{
    return dcc_event_state(
        DCC_STATE_RUNNING, DCC_STATE_CRASHED, full ? "signal 11" : NULL, full ? 17 : 0);
}

static JsonObject *
build_started(gboolean full)
{
    return dcc_event_started(17, 16, "1", "/bin/app", full ? "3.4" : NULL);
}

static JsonObject *
build_agent(gboolean full)
{
    return dcc_event_agent(full, full ? "1.0" : NULL, full ? "3.11" : NULL);
}

static JsonObject *
build_exit(gboolean full)
{
    g_autoptr(DccRunEnd) end = make_end(full);

    return dcc_event_exit(end, full ? "/c/bundle" : NULL);
}

static JsonObject *
build_restart(gboolean full)
{
    return dcc_event_restart(1000, 1, 5, "signal 11", full);
}

static JsonObject *
build_recovery(gboolean full)
{
    g_autoptr(DccRescueFile) file = dcc_rescue_file_new(DCC_RESCUE_COPY, "/r/copy");

    return dcc_event_recovery("offered", file, full ? "ask for it" : NULL);
}

static JsonObject *
build_bundle(gboolean full)
{
    return dcc_event_bundle("1", "/c/bundle");
}

static JsonObject *
build_gave_up(gboolean full)
{
    return dcc_event_gave_up("5 crashes");
}

static JsonObject *
build_step(gboolean full)
{
    return dcc_event_step("save", "saved", 400, full ? "/r/copy" : NULL);
}

static JsonObject *
build_rescue(gboolean full)
{
    return dcc_event_rescue(DCC_RESCUE_COPY, "/r/copy");
}

static JsonObject *
build_progress(gboolean full)
{
    g_autoptr(DccProgress) progress = full ? make_progress() : dcc_progress_new(0, 0, 0);

    return dcc_event_progress(progress);
}

static JsonObject *
build_output(gboolean full)
{
    g_autoptr(DccOutputEvent) output =
        dcc_output_event_new(DCC_OUTPUT_FATAL, full ? "out of everything" : NULL);

    return dcc_event_output(output);
}

static JsonObject *
build_health(gboolean full)
{
    g_autoptr(DccProbeReply) reply = dcc_probe_reply_new(DCC_HEALTH_BUSY, 9000);
    JsonObject *event;

    dcc_probe_reply_set_busy(reply, "render");
    event = dcc_event_health(full ? DCC_HEALTH_BUSY : DCC_HEALTH_UNKNOWN, full ? reply : NULL);
    g_assert_false(json_object_has_member(event, OF_JOURNAL));
    if (full)
        json_object_set_int_member(event, OF_JOURNAL, 3);
    return event;
}

static JsonObject *
build_degraded(gboolean full)
{
    return dcc_event_degraded("the journal of events cannot be written");
}

static JsonObject *
build_log_tail(gboolean full)
{
    g_autoptr(DccRunEnd) end = make_end(full);

    return dcc_event_log_tail(end, 20);
}

static JsonObject *
build_adopted(gboolean full)
{
    return dcc_event_adopted(18);
}

static JsonObject *
build_cleared(gboolean full)
{
    static const char *const lines[] = {"19 helper", NULL};

    return dcc_event_cleared(full ? lines : NULL);
}

static JsonObject *
build_ended(gboolean full)
{
    g_autoptr(DccRunEnd) end = make_end(full);

    return dcc_event_ended(DCC_STATE_STOPPED, full ? end->result : NULL);
}

static const struct {
    const char *type;
    JsonObject *(*build)(gboolean full);
} builders[] = {
    {"state", build_state},
    {"started", build_started},
    {"agent", build_agent},
    {"exit", build_exit},
    {"restart", build_restart},
    {"recovery", build_recovery},
    {"bundle", build_bundle},
    {"gave-up", build_gave_up},
    {"step", build_step},
    {"rescue", build_rescue},
    {"progress", build_progress},
    {"output", build_output},
    {"health", build_health},
    {"degraded", build_degraded},
    {"log-tail", build_log_tail},
    {"adopted", build_adopted},
    {"cleared", build_cleared},
    {"ended", build_ended},
};

/* -- Tests -- */

static void
test_event(gconstpointer data)
{
    guint n = GPOINTER_TO_UINT(data);
    g_autoptr(GHashTable) table = read_table("Events");
    char **cells = g_hash_table_lookup(table, builders[n].type);
    g_autoptr(GPtrArray) words = words_new();

    if (cells == NULL)
        g_error("the event '%s' is not documented", builders[n].type);
    add_words(words, "`type`");
    add_words(words, cells[0]);
    for (gboolean full = FALSE; full <= TRUE; full++) {
        g_autoptr(JsonObject) event = builders[n].build(full);

        g_assert_cmpstr(dcc_json_get_string(event, "type", NULL), ==, builders[n].type);
        compare(builders[n].type, words, event, full);
    }
}

/* Every row has its builder here, and every builder of the header is called. */
static void
test_all_events(void)
{
    g_autoptr(GHashTable) table = read_table("Events");
    g_autofree char *header = NULL;
    g_autoptr(GRegex) regex = g_regex_new("\\ndcc_event_([a-z_]+)\\(", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    guint n = 0;

    g_assert_cmpuint(g_hash_table_size(table), ==, G_N_ELEMENTS(builders));
    g_assert_true(g_file_get_contents(EVENTS_H, &header, NULL, NULL));
    for (g_regex_match(regex, header, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL)) {
        g_autofree char *type = g_strdelimit(g_match_info_fetch(match, 1), "_", '-');

        if (!g_hash_table_contains(table, type))
            g_error("dcc_event_...() builds '%s', which is not documented", type);
        n++;
    }
    g_assert_cmpuint(n, ==, G_N_ELEMENTS(builders));
}

/* Members in the order of nothing: a set. */
static GPtrArray *
list_keys(GHashTable *table)
{
    GPtrArray *words = words_new();
    GHashTableIter iter;
    gpointer key;

    g_hash_table_iter_init(&iter, table);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        g_ptr_array_add(words, g_strdup(key));
    return words;
}

/* What a row says in {...}. */
static void
compare_inner(GHashTable *table, const char *member, JsonObject *object, gboolean full)
{
    char **cells = g_hash_table_lookup(table, member);
    const char *from = cells != NULL ? strchr(cells[0], '{') : NULL;
    const char *to = from != NULL ? strchr(from, '}') : NULL;
    g_autofree char *inner = NULL;
    g_autoptr(GPtrArray) words = words_new();

    if (to == NULL)
        g_error("the members of '%s' are not documented", member);
    inner = g_strdup_printf("`%.*s`", (int)(to - from - 1), from + 1);
    add_words(words, inner);
    compare(member, words, object, full);
}

typedef struct {
    DccStatusFacts facts;
    DccStopReport report;
    DccRunEnd *end;
    DccRescueFile *file;
} Known;

static void
known_init(Known *self, gboolean full)
{
    *self = (Known){.end = make_end(full)};
    dcc_stop_report_begin(&self->report);
    dcc_stop_report_add_step(&self->report, "save", "saved", 3, full ? "/r/copy" : NULL);
    self->file = dcc_rescue_file_new(DCC_RESCUE_COPY, "/r/copy");
    self->facts = (DccStatusFacts){
        .request = dcc_launch_request_new("fake"),
        .installation = full ? dcc_installation_new("/bin/app", "3.4", "PATH") : NULL,
        .state = DCC_STATE_CRASHED,
        .result = full ? self->end->result : NULL,
        .restart_in_ms = full ? 500 : -1,
        .last_scene = full ? "/s/scene" : NULL,
        .bundle = full ? "/c/bundle" : NULL,
        .log_path = "/l/output.log",
        .rescued = g_ptr_array_new(),
        .degraded = g_ptr_array_new(),
        .work = full ? self->file : NULL,
        .kept = full ? self->file : NULL,
        .report = &self->report,
    };
}

static void
known_clear(Known *self)
{
    g_object_unref(self->facts.request);
    g_clear_object(&self->facts.installation);
    g_ptr_array_unref(self->facts.rescued);
    g_ptr_array_unref(self->facts.degraded);
    g_object_unref(self->file);
    dcc_stop_report_clear(&self->report);
    dcc_run_end_unref(self->end);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Known, known_clear)

static void
test_status(void)
{
    g_autoptr(GHashTable) table = read_table("Status object");
    g_autoptr(GPtrArray) members = list_keys(table);

    for (gboolean full = FALSE; full <= TRUE; full++) {
        g_auto(Known) known = {0};
        g_autoptr(JsonObject) status = NULL;

        known_init(&known, full);
        status = dcc_status_make(&known.facts);
        compare("status", members, status, full);
        compare_inner(table, "health", json_object_get_object_member(status, "health"), full);
        if (!full)
            continue;
        compare_inner(table, "recovery", json_object_get_object_member(status, "recovery"), full);
        compare_inner(table, "kept", json_object_get_object_member(status, "kept"), full);
    }
}

static void
test_parts(void)
{
    g_autoptr(GHashTable) table = read_table("Status object");
    g_autoptr(DccProgress) progress = make_progress();
    g_autoptr(JsonObject) told = dcc_object_from_progress(progress);
    g_autoptr(DccExitInfo) info = dcc_exit_info_new_exited(0);
    g_autoptr(DccVerdict) verdict = dcc_verdict_new(DCC_VERDICT_CLEAN, "done");
    g_autoptr(DccResult) plain = dcc_result_new_ended(info, verdict);
    g_autoptr(JsonObject) least = dcc_object_from_result(plain);
    g_autoptr(DccRunEnd) end = make_end(TRUE);
    g_autoptr(JsonObject) all = dcc_object_from_result(end->result);
    g_autoptr(DccResult) refused = dcc_result_new_start_failed("exec", 2, "no such file");
    g_autoptr(JsonObject) failed = dcc_object_from_result(refused);

    compare_inner(table, "progress", told, TRUE);
    compare_inner(table, "result", least, FALSE);
    /* No result has them all: a wrapper's code beside the stage of a start. */
    json_object_set_string_member(all, "stage", dcc_json_get_string(failed, "stage", NULL));
    json_object_set_int_member(all, "errno", dcc_json_get_int(failed, "errno", 0));
    compare_inner(table, "result", all, TRUE);
}

static void
test_end_report(void)
{
    g_autoptr(GHashTable) table = read_table("End report");
    g_autoptr(GPtrArray) members = list_keys(table);

    for (gboolean full = FALSE; full <= TRUE; full++) {
        g_auto(Known) known = {0};
        g_autoptr(JsonObject) report = NULL;

        known_init(&known, full);
        report = dcc_status_make_end_report(&known.facts);
        compare("end report", members, report, full);
        compare_inner(
            table,
            "steps",
            json_array_get_object_element(json_object_get_array_member(report, "steps"), 0),
            full);
    }
}

/* Every word that stands for a value is somewhere in the section. */
static void
check_nicks(const char *heading, GType type)
{
    g_autofree char *section = read_section(heading);
    GEnumClass *values = g_type_class_ref(type);

    for (guint i = 0; i < values->n_values; i++) {
        g_autofree char *pattern =
            g_strdup_printf("`([^`]* )?%s( [^`]*)?`", values->values[i].value_nick);

        if (!g_regex_match_simple(pattern, section, 0, 0))
            g_error("%s: '%s' of %s is not documented",
                    heading,
                    values->values[i].value_nick,
                    g_type_name(type));
    }
    g_type_class_unref(values);
}

static void
test_words(void)
{
    check_nicks("Status object", DCC_TYPE_STATE);
    check_nicks("Status object", DCC_TYPE_HEALTH);
    check_nicks("Status object", DCC_TYPE_RESULT_KIND);
    check_nicks("Status object", DCC_TYPE_VERDICT_KIND);
    check_nicks("Status object", DCC_TYPE_RESCUE_KIND);
}

static gboolean
is_unknown(JsonObject *event, const char *member)
{
    return json_object_get_null_member(event, member) ||
           json_object_get_double_member_with_default(event, member, 0) < 0;
}

/* What is not known is null or below nothing, never 0, in every member that is a number. */
static void
test_unknown_is_said(void)
{
    static const struct {
        const char *type;
        const char *member;
    } numbers[] = {
        {"state", "pid"},
        {"exit", "pid"},
        {"exit", "uptime_s"},
        {"health", "main_thread_age_ms"},
        {"progress", "percent"},
        {"progress", "frame"},
        {"progress", "remaining_ms"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        for (guint n = 0; n < G_N_ELEMENTS(builders); n++) {
            g_autoptr(JsonObject) event = NULL;

            if (!g_str_equal(builders[n].type, numbers[i].type))
                continue;
            event = builders[n].build(FALSE);
            if (!is_unknown(event, numbers[i].member))
                g_error("%s: '%s' is not known", numbers[i].type, numbers[i].member);
        }
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    for (guint i = 0; i < G_N_ELEMENTS(builders); i++) {
        g_autofree char *path = g_strconcat("/events/documented/", builders[i].type, NULL);

        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_event);
    }
    g_test_add_func("/events/all", test_all_events);
    g_test_add_func("/events/unknown-is-said", test_unknown_is_said);
    g_test_add_func("/events/status", test_status);
    g_test_add_func("/events/parts-of-status", test_parts);
    g_test_add_func("/events/end-report", test_end_report);
    g_test_add_func("/events/words", test_words);
    return g_test_run();
}
