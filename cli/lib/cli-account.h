/* The account of a foreground launch: which events are worth a line, in what words, and what the
 * launch ends with. Pure: it prints nothing. */
#pragma once

#include <json-glib/json-glib.h>

typedef struct _CliAccount CliAccount;

typedef enum {
    CLI_TONE_PLAIN,
    CLI_TONE_GOOD,
    CLI_TONE_BAD,
} CliTone;

/* One line of the account, without the name and the line feed. */
typedef void (*CliAccountFunc)(const char *line, CliTone tone, gpointer data);

/* progress_lines: progress is told in lines of its own, not in the status line. */
CliAccount *
cli_account_new(gboolean progress_lines, CliAccountFunc func, gpointer data);
void
cli_account_feed(CliAccount *self, JsonObject *event);
/* An exit waits for the news of what follows, to be told in one line with it. Say it now. */
void
cli_account_flush(CliAccount *self);
gboolean
cli_account_has_pending(CliAccount *self);
/* (transfer full): "running, pid 12, 3 min 2 s [####....] 42 % frame 3". now: monotonic
 * microseconds. */
char *
cli_account_status_line(CliAccount *self, gint64 now);

gboolean
cli_account_is_started(CliAccount *self);
gboolean
cli_account_is_ready(CliAccount *self);
gboolean
cli_account_is_over(CliAccount *self);
gint64
cli_account_get_pid(CliAccount *self);
/* What a shell shows of the end. */
int
cli_account_get_exit_status(CliAccount *self);
/* (transfer none): the result object of the end, NULL when there is none. */
JsonObject *
cli_account_get_result(CliAccount *self);
/* (transfer none): what came of a render; NULL: it was none, or is not over. */
JsonObject *
cli_account_get_rendered(CliAccount *self);
/* (transfer none): the last output of the run that ended, or NULL. */
JsonArray *
cli_account_get_log_tail(CliAccount *self);
void
cli_account_free(CliAccount *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CliAccount, cli_account_free)
