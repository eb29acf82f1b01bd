/* Starting the process that holds a session: this very program, as `dcchost session ...`, away from
 * the terminal, with one pipe on which it says once how its start went. */
#pragma once

#include "dcc-runtime.h"

/* The descriptor of that pipe in the session process. */
#define CLI_SESSION_REPORT_FD 3

typedef struct {
    gint64 first_event; /* sequence number of the first event of this session */
    int exit_status;    /* of a failed start */
} CliSessionProcessReport;

/* args: what follows `dcchost session`. FALSE: it did not start, and why; report->exit_status is
 * then the status that says so. Where the signals are held (cli-signals.h) one of them ends the
 * start, and nothing of it is left: the status is then 128 and its number. */
gboolean
cli_session_process_start(DccRuntime *runtime,
                          const char *name,
                          const char *const *args,
                          CliSessionProcessReport *report,
                          GError **error);
/* `session --adopt NAME`, `session --again NAME`. */
gboolean
cli_session_process_adopt(DccRuntime *runtime, const char *name, GError **error);
gboolean
cli_session_process_again(DccRuntime *runtime,
                          const char *name,
                          gboolean recover,
                          CliSessionProcessReport *report,
                          GError **error);

/* One of many: error NULL: it was adopted. */
typedef void (*CliSessionAdoptFunc)(const char *name, const GError *error, gpointer data);
/* Adopts many side by side; func hears of each once, as it goes. */
void
cli_session_process_adopt_all(DccRuntime *runtime,
                              const char *const *names,
                              CliSessionAdoptFunc func,
                              gpointer data);

/* The other end, in the session process. Claim first of all, before anything else opens a
 * descriptor; a `dcchost session` that a user starts has no one to report to. */
void
cli_session_process_claim_report(void);
/* explanation: for people, of the copy that was chosen; NULL: none. */
void
cli_session_process_report_success(gint64 first_event, const char *explanation);
void
cli_session_process_report_failure(int exit_status, const GError *error);
