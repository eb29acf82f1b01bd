/* `dcchost doctor` for each application in a process of its own.
 *
 * A part is this program with hidden options, and its answer one JSON document on its output. It
 * ends by itself: every question that it asks has a deadline. */
#include "cli-parts.h"

#include "cli-exit.h"
#include "dcc-child.h"
#include "dcc-fds.h"
#include "dcc-own-process.h"
#include <errno.h>
#include <unistd.h>

#define FIRST_WORD_MS 1000 /* of silence, before those that are waited for are named */
#define NEXT_WORD_MS  10000
#define MAX_BYTES     (1024 * 1024)

typedef struct {
    const char *app;
    DccChild child;
    int fd; /* -1: all is read */
    GString *text;
} Part;

static void
part_free(gpointer data)
{
    Part *part = data;

    dcc_fds_close(&part->fd);
    if (part->child.pid > 0)
        dcc_child_reap(&part->child);
    g_string_free(part->text, TRUE);
    g_free(part);
}

static Part *
part_new(GPtrArray *findings, const char *app, CliLevel absence)
{
    g_autofree char *program = dcc_own_process_get_program();
    const char *argv[] = {program,
                          "doctor",
                          "--part",
                          "--json",
                          absence == CLI_FINDING_FAIL ? "--needed" : "--part",
                          "--",
                          app,
                          NULL};
    DccSpawn spawn = {.argv = argv, .stdin_fd = -1, .stderr_fd = STDERR_FILENO};
    g_autoptr(GError) error = NULL;
    Part *part = g_new0(Part, 1);
    int pipe_fds[2] = {-1, -1};

    part->app = app;
    part->text = g_string_new(NULL);
    part->fd = -1;
    part->child.process = DCC_PROCESS_REF_NONE;
    if (dcc_fds_open_pipe(pipe_fds, &error)) {
        spawn.stdout_fd = pipe_fds[1];
        part->fd = pipe_fds[0];
        if (!dcc_spawn(&spawn, &part->child, NULL, &error))
            part->child = (DccChild){.process = DCC_PROCESS_REF_NONE};
        close(pipe_fds[1]);
    }
    if (error != NULL)
        cli_findings_add(findings, CLI_FINDING_FAIL, app, NULL, "%s", error->message);
    return part;
}

static void
part_read(Part *part)
{
    char buffer[4096];
    gssize n = read(part->fd, buffer, sizeof buffer);

    if (n > 0 && part->text->len < MAX_BYTES) {
        g_string_append_len(part->text, buffer, n);
        return;
    }
    if (n < 0 && errno == EINTR)
        return;
    dcc_fds_close(&part->fd);
}

static void
name_pending(GPtrArray *parts)
{
    g_autoptr(GString) names = g_string_new(NULL);

    for (guint i = 0; i < parts->len; i++) {
        Part *part = parts->pdata[i];

        if (part->fd >= 0)
            g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", part->app);
    }
    if (names->len > 0)
        cli_warn("still asking for versions: %s", names->str);
}

/* FALSE: nothing is to be read any more. */
static gboolean
read_parts(GPtrArray *parts, gint64 *word_at)
{
    g_autofree GPollFD *fds = g_new0(GPollFD, parts->len);
    g_autofree Part **of = g_new0(Part *, parts->len);
    guint n = 0;
    gint64 left = MAX(0, (*word_at - g_get_monotonic_time()) / 1000 + 1);

    for (guint i = 0; i < parts->len; i++) {
        Part *part = parts->pdata[i];

        if (part->fd < 0)
            continue;
        of[n] = part;
        fds[n++] = (GPollFD){.fd = dcc_fds_of_pipe(part->fd), .events = G_IO_IN};
    }
    if (n == 0)
        return FALSE;
    dcc_fds_wait(fds, n, (int)left);
    for (guint i = 0; i < n; i++)
        if (fds[i].revents != 0)
            part_read(of[i]);
    if (g_get_monotonic_time() >= *word_at) {
        name_pending(parts);
        *word_at = g_get_monotonic_time() + NEXT_WORD_MS * 1000;
    }
    return TRUE;
}

static void
take_findings(GPtrArray *findings, Part *part)
{
    g_autoptr(JsonNode) node = part->text->len > 0 ? json_from_string(part->text->str, NULL) : NULL;
    JsonArray *list =
        node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;

    if (list == NULL && part->child.pid > 0)
        cli_findings_add(findings,
                         CLI_FINDING_FAIL,
                         part->app,
                         "dcchost adapter check FILE.so",
                         "looking for it ended without an answer: its adapter may be broken");
    for (guint i = 0; list != NULL && i < json_array_get_length(list); i++) {
        JsonNode *element = json_array_get_element(list, i);

        if (JSON_NODE_HOLDS_OBJECT(element))
            cli_findings_add_json(findings, json_node_get_object(element));
    }
}

void
cli_parts_run(GPtrArray *findings, const char *const *apps, CliLevel absence)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(part_free);
    gint64 word_at = g_get_monotonic_time() + FIRST_WORD_MS * 1000;

    for (; *apps != NULL; apps++)
        g_ptr_array_add(parts, part_new(findings, *apps, absence));
    while (read_parts(parts, &word_at))
        continue;
    for (guint i = 0; i < parts->len; i++)
        take_findings(findings, parts->pdata[i]);
}
