/* dcchost logs: what the application printed. Control bytes are escaped on a terminal, for an
 * application's output must not steer it; into a pipe they go as they are. */
#include "cli-verb.h"

#include "cli-exit.h"
#include "cli-instance.h"
#include "cli-log-position.h"
#include "cli-options.h"
#include "cli-out.h"
#include "dcc-error.h"
#include "dcc-instance.h"
#include "dcc-log-reader.h"
#include <string.h>

#define DEFAULT_LINES 100
/* How often an instance is asked whether it still lives; its lines come by themselves. */
#define CHECK_MS 500

typedef struct {
    CliInstance *instance;
    DccLogReader *reader;
    GMainLoop *loop;
} Follower;

static void
print_line(const char *line, gpointer data)
{
    g_autofree char *safe = cli_out_safe(line);

    cli_out_text(safe);
    cli_out_text("\n");
}

static void
print_followed(const char *line, gpointer data)
{
    print_line(line, data);
    cli_out_flush();
}

static void
print_lines(char **lines, guint n)
{
    for (guint i = 0; i < n; i++)
        print_line(lines[i], NULL);
}

static gboolean
check_end(gpointer data)
{
    Follower *self = data;
    g_autoptr(JsonObject) status = cli_instance_get_status(self->instance, NULL);

    if (status != NULL && !cli_status_is_over(status))
        return G_SOURCE_CONTINUE;
    dcc_log_reader_drain(self->reader, TRUE);
    g_main_loop_quit(self->loop);
    return G_SOURCE_REMOVE;
}

/* The older files of the ring as far as they are asked for, then everything from a line of the
 * present file on by the reader: no line twice, none left out. */
static int
follow(CliInstance *instance, const char *path, guint n)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_autoptr(DccLogReader) reader = NULL;
    g_autoptr(GError) error = NULL;
    Follower self = {.instance = instance, .loop = loop};
    guint here = 0;
    gint64 offset = cli_log_position(path, n, &here);

    if (here < n) {
        g_auto(GStrv) lines = dcc_log_tail(path, n);
        guint total = lines != NULL ? g_strv_length(lines) : 0;

        print_lines(lines, total > here ? total - here : 0);
    }
    reader = dcc_log_reader_follow(path, offset, print_followed, NULL, &error);
    if (reader == NULL)
        return cli_fail(error);
    self.reader = reader;
    dcc_log_reader_drain(reader, FALSE);
    cli_out_flush();
    if (check_end(&self) == G_SOURCE_REMOVE)
        return CLI_DONE;
    g_timeout_add(CHECK_MS, check_end, &self);
    g_main_loop_run(loop);
    return CLI_DONE;
}

static int
run(CliInstance *instance, guint n, gboolean following)
{
    g_autofree char *path = dcc_instance_get_log_path(instance->runtime, instance->name);
    g_auto(GStrv) lines = NULL;

    if (path == NULL) {
        cli_warn("%s has no log", instance->name);
        return CLI_NOT_WELL;
    }
    if (following)
        return follow(instance, path, n);
    lines = dcc_log_tail(path, n);
    if (lines != NULL)
        print_lines(lines, g_strv_length(lines));
    return CLI_DONE;
}

static gboolean
parse_count(const char *text, guint *n, GError **error)
{
    guint64 value = DEFAULT_LINES;

    if (text != NULL && strcmp(text, "all") == 0)
        value = G_MAXUINT;
    else if (text != NULL && !g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT, &value, NULL)) {
        cli_set_usage_error(error, "-n takes a number of lines or 'all', not '%s'", text);
        return FALSE;
    }
    *n = (guint)value;
    return TRUE;
}

int
cmd_logs(char **argv)
{
    g_autofree char *count = NULL;
    gboolean following = FALSE;
    const GOptionEntry entries[] = {
        {"follow", 'f', 0, G_OPTION_ARG_NONE, &following, "Go on until it has ended", NULL},
        {"lines", 'n', 0, G_OPTION_ARG_FILENAME, &count, "The last N lines (100), or all", "N"},
        {NULL},
    };
    const CliUsage usage = {"[NAME]", "Show what the application printed.", NULL, 0, 1};
    g_auto(CliInstance) instance = {NULL};
    g_autoptr(GError) error = NULL;
    guint n;
    int status;

    if (!cli_options_parse(&usage, entries, argv, &status))
        return status;
    if (!parse_count(count, &n, &error) || !cli_instance_open(&instance, argv[1], &error))
        return cli_options_fail("dcchost logs", error);
    return run(&instance, n, following);
}
