/* Standard output, watched. GSocket ignores SIGPIPE for the whole process, so the quiet death that
 * a shell expects of `dcchost logs | head` has to be brought about explicitly. */
#include "cli-out.h"

#include "cli-exit.h"
#include "cli-text.h"
#include "dcc-own-process.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int write_error;
static gboolean is_byproduct;

static void
note_failure(void)
{
    if (write_error != 0)
        return;
    write_error = errno;
    if (write_error != EPIPE || is_byproduct)
        return;
    dcc_own_process_end_by_broken_pipe();
}

void
cli_out_text(const char *text)
{
    if (fputs(text, stdout) == EOF)
        note_failure();
}

void
cli_out(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (vfprintf(stdout, format, args) < 0)
        note_failure();
    va_end(args);
}

void
cli_out_flush(void)
{
    if (fflush(stdout) == EOF)
        note_failure();
}

void
cli_out_set_byproduct(void)
{
    is_byproduct = TRUE;
    dcc_own_process_ignore_broken_pipes();
}

int
cli_out_finish(int status)
{
    cli_out_flush();
    if (write_error == 0)
        return status;
    cli_warn("cannot write to standard output: %s", g_strerror(write_error));
    return is_byproduct ? status : CLI_FAILED;
}

gboolean
cli_out_is_terminal(void)
{
    return isatty(STDOUT_FILENO) == 1;
}

gboolean
cli_out_has_colour(void)
{
    const char *no_colour = g_getenv("NO_COLOR");

    return cli_out_is_terminal() && (no_colour == NULL || *no_colour == '\0') &&
           g_strcmp0(g_getenv("TERM"), "dumb") != 0;
}

char *
cli_out_safe(const char *text)
{
    return cli_out_is_terminal() ? cli_escape(text) : g_strdup(text);
}

static void
print_node(JsonNode *node, gboolean pretty)
{
    g_autofree char *text = json_to_string(node, pretty);

    cli_out_text(text);
    cli_out_text("\n");
}

void
cli_out_object(JsonObject *object)
{
    g_autoptr(JsonNode) node = json_node_init_object(json_node_alloc(), object);

    print_node(node, TRUE);
}

void
cli_out_array(JsonArray *array)
{
    g_autoptr(JsonNode) node = json_node_init_array(json_node_alloc(), array);

    print_node(node, TRUE);
}

void
cli_out_json_line(JsonObject *object)
{
    g_autoptr(JsonNode) node = json_node_init_object(json_node_alloc(), object);

    print_node(node, FALSE);
}
