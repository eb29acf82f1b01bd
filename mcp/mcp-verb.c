/* A tool that is a verb: dcchost itself, run as a process of its own. */
#include "mcp-verb.h"

#include "dcc-child.h"
#include "dcc-error.h"
#include "dcc-fds.h"
#include "dcc-json.h"
#include "dcc-own-process.h"
#include "dcc-reaper.h"
#include <string.h>
#include <unistd.h>

#define MAX_OUT (4 * 1024 * 1024)
#define MAX_ERR (16 * 1024)

/* A verb that is running. */
typedef struct {
    DccChild child;
    int out_fd, err_fd;
    GString *out, *err;
} Running;

static void
running_clear(Running *self)
{
    dcc_fds_close(&self->out_fd);
    dcc_fds_close(&self->err_fd);
    g_string_free(self->out, TRUE);
    g_string_free(self->err, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Running, running_clear)

static gboolean
spawn(Running *self, const McpVerb *verb, int out_fd, int err_fd, GError **error)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autofree char *program = dcc_own_process_get_program();
    DccSpawn order = {.stdin_fd = -1, .stdout_fd = out_fd, .stderr_fd = err_fd};
    int errno_code = 0;

    g_ptr_array_add(argv, program);
    for (const char *const *p = verb->args; *p != NULL; p++)
        g_ptr_array_add(argv, (gpointer)*p);
    g_ptr_array_add(argv, NULL);
    order.argv = (const char *const *)argv->pdata;
    order.envp = (const char *const *)verb->environment;
    order.new_session = verb->goes_on; /* what ends the server does not end it */
    return dcc_spawn(&order, &self->child, &errno_code, error);
}

static gboolean
begin(Running *self, const McpVerb *verb, GError **error)
{
    int out[2], err[2];
    gboolean spawned;

    if (!dcc_fds_open_pipe(out, error))
        return FALSE;
    if (!dcc_fds_open_pipe(err, error)) {
        dcc_fds_close(&out[0]);
        dcc_fds_close(&out[1]);
        return FALSE;
    }
    spawned = spawn(self, verb, out[1], err[1], error);
    dcc_fds_close(&out[1]);
    dcc_fds_close(&err[1]);
    self->out_fd = out[0];
    self->err_fd = err[0];
    dcc_fds_set_nonblocking(self->out_fd);
    dcc_fds_set_nonblocking(self->err_fd);
    return spawned;
}

/* Beyond the bound it is read and thrown away, so that nothing waits for it. */
static void
take(int fd, GString *text, gsize max)
{
    char buffer[16 * 1024];
    gssize n;

    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        if (text->len < max)
            g_string_append_len(text, buffer, n);
}

static gboolean
has_answered(const Running *self, const McpVerb *verb)
{
    return verb->answers_by_line && strchr(self->out->str, '\n') != NULL;
}

/* FALSE: nobody waits any more, or it is too late. */
static gboolean
follow(Running *self, const McpVerb *verb, const McpCall *call)
{
    GPollFD fds[] = {{.fd = dcc_fds_of_pipe(self->out_fd), .events = G_IO_IN},
                     {.fd = dcc_fds_of_pipe(self->err_fd), .events = G_IO_IN},
                     {.fd = -1, .events = G_IO_IN}};
    McpCallEar ear = mcp_call_listen(call, &fds[2]);
    gboolean ended = FALSE;

    while (!ended && !has_answered(self, verb) && !g_cancellable_is_cancelled(call->cancel) &&
           mcp_call_get_left_ms(call) > 0) {
        ended = dcc_child_poll(&self->child, fds, G_N_ELEMENTS(fds), mcp_call_get_left_ms(call));
        take(self->out_fd, self->out, MAX_OUT);
        take(self->err_fd, self->err, MAX_ERR);
        for (guint i = 0; i < 2; i++)
            if (fds[i].revents & (G_IO_HUP | G_IO_ERR))
                fds[i].fd = -1;
    }
    mcp_call_stop_listening(call, &ear);
    return ended || has_answered(self, verb);
}

static void
leave(Running *self, gboolean goes_on)
{
    if (goes_on) {
        DccReaped *reaped = dcc_reaper_adopt(&self->child, NULL);

        g_clear_pointer(&reaped, dcc_reaped_unref);
        return;
    }
    dcc_child_kill(&self->child);
    dcc_child_reap(&self->child);
}

/* Cuts off the last line, (transfer none). */
static char *
cut_line(char *text)
{
    char *end = strrchr(text, '\n');

    if (end == NULL)
        return text;
    *end = '\0';
    return end + 1;
}

/* The last line that it said of itself, without its own name before it; where to look up its options is
 * no news to a program. */
static void
set_words(GError **error, const char *said)
{
    g_autofree char *text = g_utf8_make_valid(said, -1);
    const char *line;

    line = cut_line(g_strchomp(text));
    if (g_str_has_prefix(line, "dcchost: see '") && line != text)
        line = cut_line(text);
    if (g_str_has_prefix(line, "dcchost: "))
        line += strlen("dcchost: ");
    g_set_error_literal(
        error, DCC_ERROR, DCC_ERROR_FAILED, *line != '\0' ? line : "it said nothing; call doctor");
}

JsonNode *
mcp_verb_run(const McpCall *call, const McpVerb *verb, GError **error)
{
    g_auto(Running) running = {
        .out_fd = -1, .err_fd = -1, .out = g_string_new(NULL), .err = g_string_new(NULL)};
    JsonNode *node = NULL;

    if (!begin(&running, verb, error))
        return NULL;
    if (!follow(&running, verb, call)) {
        leave(&running, verb->goes_on);
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_TIMEOUT,
                    "'%s' takes longer than the call may; %s",
                    verb->args[0],
                    verb->goes_on ? "it goes on, and status tells how it stands"
                                  : "try again later, or call doctor");
        return NULL;
    }
    if (has_answered(&running, verb)) {
        *strchr(running.out->str, '\n') = '\0';
        leave(&running, TRUE);
    } else {
        dcc_child_reap(&running.child);
    }
    if (running.out->len > 0 && running.out->len <= MAX_OUT + 16 * 1024)
        node = json_from_string(running.out->str, NULL);
    if (node == NULL)
        set_words(error, running.err->str);
    return node;
}
