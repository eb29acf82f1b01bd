/* Asking an adapter module its questions in a process of its own: this very program, as `dcchost
 * conformance ...`.
 *
 * Problem: a module is code that has not been looked at yet. It may crash, spin,
 * exit, print without end or start processes. Contract: what it does to its process is a row of the
 * report. The process that follows goes on with the next question, so one that kills it takes
 * nothing else down. Whatever it started in its process group is killed with it.
 */
#include "cli-check.h"

#include "cli-exit.h"
#include "cli-text.h"
#include "dcc-child.h"
#include "dcc-conformance.h"
#include "dcc-exit-status.h"
#include "dcc-fds.h"
#include "dcc-json.h"
#include "dcc-own-process.h"
#include "dcc-signals.h"
#include "dcc-spawn.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_REPORT (1024 * 1024)
/* Of what it prints: so much is passed on. */
#define MAX_OUTPUT (64 * 1024)

typedef struct {
    const CliCheck *check;
    JsonObject *report;
    JsonArray *rows;
    guint n_rows; /* of questions */
    gboolean well;
} Course;

/* One process of it. */
typedef struct {
    Course *course;
    DccChild child;
    int report_fd;
    int output_fd;
    GString *line;    /* of the report, so far */
    GString *printed; /* by the module */
    gsize n_printed;
    gint64 deadline; /* of what it is at */
    char *asking;    /* NULL: it loads the module */
    gboolean loaded;
    gboolean done;
    gboolean late;
} Run;

static gboolean
spawn_child(Run *run, const int report[2], const int output[2], GError **error)
{
    const CliCheck *check = run->course->check;
    g_autofree char *program = dcc_own_process_get_program();
    g_autofree char *bound = g_strdup_printf("%" G_GINT64_FORMAT, check->bound_ms);
    g_autofree char *first = g_strdup_printf("%u", run->course->n_rows);
    const char *const argv[] = {program, "conformance", check->path, bound, first, NULL};
    DccSpawn spawn = {.argv = argv,
                      .stdin_fd = -1,
                      .stdout_fd = output[1],
                      .stderr_fd = output[1],
                      .keep_fds = &report[1],
                      .n_keep_fds = 1,
                      .new_session = TRUE};

    if (dcc_spawn(&spawn, &run->child, NULL, error))
        return TRUE;
    g_prefix_error(error, "cannot start the process that asks: ");
    return FALSE;
}

static gboolean
start_run(Run *run, GError **error)
{
    int report[2], output[2];
    gboolean ok;

    if (!dcc_fds_open_pipe(report, error))
        return FALSE;
    if (!dcc_fds_open_pipe(output, error)) {
        close(report[0]);
        close(report[1]);
        return FALSE;
    }
    ok = spawn_child(run, report, output, error);
    close(report[1]);
    close(output[1]);
    run->report_fd = report[0];
    run->output_fd = output[0];
    dcc_fds_set_nonblocking(run->report_fd);
    dcc_fds_set_nonblocking(run->output_fd);
    if (ok)
        return TRUE;
    close(run->report_fd);
    close(run->output_fd);
    return FALSE;
}

static void
add_row(Course *course, JsonObject *row)
{
    const char *outcome = dcc_json_get_string(row, "outcome", "");

    course->well = course->well && (strcmp(outcome, "ok") == 0 || strcmp(outcome, "default") == 0);
    course->check->on_row(row, course->check->data);
    json_array_add_object_element(course->rows, json_object_ref(row));
}

static void
add_refusal(Course *course, const char *question, const char *reason)
{
    g_autoptr(JsonObject) row = json_object_new();

    json_object_set_string_member(row, "question", question);
    json_object_set_string_member(row, "outcome", "refused");
    json_object_set_string_member(row, "seen", "");
    dcc_json_set_bytes(row, "reason", reason);
    json_object_set_int_member(row, "asked", 0);
    json_object_set_int_member(row, "slowest_us", 0);
    add_row(course, row);
}

static void
copy_member(JsonObject *from, JsonObject *to, const char *name)
{
    if (json_object_has_member(from, name))
        json_object_set_member(to, name, json_node_copy(json_object_get_member(from, name)));
}

static void
note_loaded(Run *run, JsonObject *facts)
{
    static const char *const names[] = {"id", "title", "version", "type", "loaded", "reason"};

    run->loaded = dcc_json_get_boolean(facts, "loaded", FALSE);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        copy_member(facts, run->course->report, names[i]);
}

static void
hear_line(Run *run, const char *text)
{
    g_autoptr(JsonObject) object = dcc_json_from_text(text, -1, NULL);
    JsonObject *facts = object ? dcc_json_get_object(object, "module") : NULL;
    JsonObject *row = object ? dcc_json_get_object(object, "row") : NULL;
    const char *asking = object ? dcc_json_get_string(object, "asking", NULL) : NULL;

    run->deadline = g_get_monotonic_time() + run->course->check->timeout_ms * 1000;
    if (facts)
        note_loaded(run, facts);
    if (asking) {
        g_free(run->asking);
        run->asking = g_strdup(asking);
    }
    if (row) {
        g_clear_pointer(&run->asking, g_free);
        run->course->n_rows++;
        add_row(run->course, row);
    }
    if (object && dcc_json_get_boolean(object, "done", FALSE))
        run->done = TRUE;
}

static void
read_report(Run *run)
{
    char buffer[4096];
    gssize n;
    char *end;

    while ((n = read(run->report_fd, buffer, sizeof buffer)) > 0)
        if (run->line->len < MAX_REPORT)
            g_string_append_len(run->line, buffer, n);
    while ((end = strchr(run->line->str, '\n')) != NULL) {
        *end = '\0';
        hear_line(run, run->line->str);
        g_string_erase(run->line, 0, end + 1 - run->line->str);
    }
}

/* Passed on to stderr, so that an author sees what the module says; its last words are kept. */
static void
read_output(Run *run)
{
    char buffer[4096];
    gssize n;

    while ((n = read(run->output_fd, buffer, sizeof buffer)) > 0) {
        if (run->n_printed < MAX_OUTPUT) {
            g_autofree char *raw = g_strndup(buffer, (gsize)n);
            g_autofree char *shown = cli_escape_keeping_lines(raw);

            fputs(shown, stderr);
        }
        run->n_printed += (gsize)n;
        g_string_append_len(run->printed, buffer, n);
        if (run->printed->len > MAX_OUTPUT)
            g_string_erase(run->printed, 0, (gssize)(run->printed->len - MAX_OUTPUT));
    }
}

/* Until it has ended, or taken too long over one thing. */
static void
follow(Run *run)
{
    GPollFD fds[] = {{.fd = dcc_fds_of_pipe(run->report_fd), .events = G_IO_IN},
                     {.fd = dcc_fds_of_pipe(run->output_fd), .events = G_IO_IN}};

    run->deadline = g_get_monotonic_time() + run->course->check->timeout_ms * 1000;
    while (!run->late) {
        gint64 left = (run->deadline - g_get_monotonic_time() + 999) / 1000;
        gboolean ended =
            dcc_child_poll(&run->child, fds, G_N_ELEMENTS(fds), CLAMP(left, 0, G_MAXINT));

        read_report(run);
        read_output(run);
        if (ended)
            return;
        for (guint i = 0; i < G_N_ELEMENTS(fds); i++)
            if (fds[i].revents & (G_IO_HUP | G_IO_ERR))
                fds[i].fd = -1;
        run->late = g_get_monotonic_time() >= run->deadline;
    }
}

/* (transfer full): the last line that it printed, or "". */
static char *
last_words(Run *run)
{
    g_autofree char *text = g_strndup(run->printed->str, run->printed->len);
    const char *line;

    g_strchomp(text);
    line = strrchr(text, '\n');
    line = line ? line + 1 : text;
    return *line ? g_strdup_printf("; its last words: %.200s", line) : g_strdup("");
}

/* (transfer full) (nullable): how the process ended, where that is not in order. */
static char *
tell_end(Run *run, int status)
{
    DccExitStatus end = dcc_exit_status_decode(status);
    g_autofree char *words = last_words(run);

    if (run->late)
        return g_strdup_printf("the module did not come to an end within %g s and was killed%s",
                               (double)run->course->check->timeout_ms / 1000,
                               words);
    if (end.kind == DCC_RESULT_SIGNALED)
        return g_strdup_printf("the module crashed: signal %d (%s)%s",
                               end.signal,
                               dcc_signal_describe(end.signal),
                               words);
    if (run->done && dcc_exit_status_is_success(status))
        return NULL;
    if (end.kind == DCC_RESULT_LOST)
        return g_strdup_printf("the module ended its process, nobody knows how%s", words);
    return g_strdup_printf("the module ended its process, with exit code %d%s", end.code, words);
}

/* Reaps it and whatever it left in its process group. */
static char *
finish_run(Run *run)
{
    int status;

    if (run->late)
        dcc_child_kill(&run->child);
    status = dcc_child_reap_group(&run->child);
    read_report(run);
    read_output(run);
    close(run->report_fd);
    close(run->output_fd);
    return tell_end(run, status);
}

static void
refuse_to_load(Course *course, const char *reason)
{
    json_object_set_boolean_member(course->report, "loaded", FALSE);
    dcc_json_set_bytes(course->report, "reason", reason);
    course->well = FALSE;
}

/* FALSE: there is nothing more to ask. */
static gboolean
draw_conclusion(Run *run, const char *end)
{
    const char *const *questions = dcc_conformance_list_questions();
    Course *course = run->course;

    if (!run->loaded) {
        course->well = FALSE;
        if (end)
            refuse_to_load(course, end);
        return FALSE;
    }
    if (!end)
        return FALSE;
    if (run->asking) {
        g_autofree char *reason = g_strdup_printf("%s: %s", run->asking, end);

        add_refusal(course, run->asking, reason);
        course->n_rows++;
    } else if (run->done) {
        add_refusal(course, "unload", end);
        return FALSE;
    }
    return questions[course->n_rows] != NULL;
}

/* FALSE: it is over. */
static gboolean
run_once(Course *course, gboolean *again, GError **error)
{
    Run run = {.course = course};
    g_autofree char *end = NULL;

    *again = FALSE;
    if (!start_run(&run, error))
        return FALSE;
    run.line = g_string_new(NULL);
    run.printed = g_string_new(NULL);
    follow(&run);
    end = finish_run(&run);
    *again = draw_conclusion(&run, end);
    g_string_free(run.line, TRUE);
    g_string_free(run.printed, TRUE);
    g_free(run.asking);
    return TRUE;
}

JsonObject *
cli_check_run(const CliCheck *check, GError **error)
{
    Course course = {.check = check, .report = json_object_new(), .well = TRUE};
    gboolean again = TRUE;

    course.rows = json_array_new();
    dcc_json_set_bytes(course.report, "path", check->path);
    while (again) {
        guint before = course.n_rows;

        if (!run_once(&course, &again, error)) {
            json_object_unref(course.report);
            json_array_unref(course.rows);
            return NULL;
        }
        /* A process that gets nowhere would be started for ever. */
        again = again && course.n_rows > before;
    }
    json_object_set_boolean_member(course.report, "well", course.well);
    json_object_set_array_member(course.report, "rows", course.rows);
    return course.report;
}
