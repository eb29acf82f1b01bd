/* What this process says of itself, and binds itself to.
 *
 * Threading: any for what is asked; at the beginning of main() for what is set. */
#pragma once

#include "dcc-api.h"

G_BEGIN_DECLS

/* (transfer full): an absolute path that executes this very program, also when its file has been
 * replaced. */
char *
dcc_own_process_get_program(void);
/* The process that started it, as far as it can be seen; 0: not known. */
gint64
dcc_own_process_get_parent(void);
/* Its variables, "NAME=value" each. *held: what they lie in where the system has them in another form, the caller's to
 * free with g_strfreev(); else NULL. */
const char *const *
dcc_own_process_read_environment(char ***held);
/* Whether it runs with rights that whoever started it has not (setuid): then the environment is not
 * to be trusted. */
gboolean
dcc_own_process_is_privileged(void);
/* Whether it has, or had, a child. */
gboolean
dcc_own_process_has_had_children(void);
/* An allocation beyond that fails. */
void
dcc_own_process_limit_memory(guint64 bytes);
/* A crash leaves no core file. */
void
dcc_own_process_forbid_core(void);
/* Ends this process when its parent ends. fd: the writing end of a pipe that the parent reads.
 * FALSE: it has ended already. */
gboolean
dcc_own_process_bind_to_parent(int fd);
/* The end of a terminal, and of whoever reads what it writes, do not end it; nor what schedulers send
 * to all processes of a job as a notice. */
void
dcc_own_process_ignore_notices(void);
/* The end of whoever reads what it writes does not end it: writing fails instead. */
void
dcc_own_process_ignore_broken_pipes(void);
/* Ends this process as one ends that writes to where nobody reads, which a shell takes for no
 * failure. Returns where that is not possible. */
void
dcc_own_process_end_by_broken_pipe(void);

G_END_DECLS
