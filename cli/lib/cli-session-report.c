/* What a session process says to the command that started it; the other end of
 * cli-session-process.c. */
#include "cli-session-process.h"

#include "dcc-enum-types.h"
#include "dcc-enums.h"
#include "dcc-error.h"
#include "dcc-fds.h"
#include "dcc-json.h"
#include <string.h>

/* -1: no command waits for it. */
static int report_fd = -1;

void
cli_session_process_claim_report(void)
{
    if (!dcc_fds_is_pipe(CLI_SESSION_REPORT_FD))
        return;
    report_fd = CLI_SESSION_REPORT_FD;
    dcc_fds_set_private(report_fd);
}

static void
write_report(JsonObject *object)
{
    g_autoptr(JsonNode) node = json_node_init_object(json_node_alloc(), object);
    g_autofree char *text = json_to_string(node, FALSE);
    g_autofree char *line = g_strconcat(text, "\n", NULL);

    if (report_fd < 0)
        return;
    dcc_fds_write_all(report_fd, line, strlen(line));
    dcc_fds_close(&report_fd);
}

void
cli_session_process_report_success(gint64 first_event, const char *explanation)
{
    g_autoptr(JsonObject) object = json_object_new();

    json_object_set_int_member(object, "first_event", first_event);
    if (explanation != NULL)
        json_object_set_string_member(object, "explanation", explanation);
    write_report(object);
}

void
cli_session_process_report_failure(int exit_status, const GError *error)
{
    g_autoptr(JsonObject) object = json_object_new();
    int code = error->domain == DCC_ERROR ? error->code : DCC_ERROR_FAILED;
    g_autofree char *message = g_utf8_make_valid(error->message, -1);

    json_object_set_int_member(object, "exit", exit_status);
    json_object_set_string_member(object, "error", dcc_enum_to_nick(DCC_TYPE_ERROR, code));
    json_object_set_string_member(object, "message", message);
    write_report(object);
}
