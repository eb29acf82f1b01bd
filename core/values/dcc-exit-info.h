/* The facts of one ended run, for an adapter to judge. */
#pragma once

#include "dcc-enums.h"

G_BEGIN_DECLS

#define DCC_TYPE_EXIT_INFO (dcc_exit_info_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccExitInfo, dcc_exit_info, DCC, EXIT_INFO, GObject)

/* The raw end: kind is EXITED, SIGNALED or LOST. */
DCC_API DccExitInfo *
dcc_exit_info_new_exited(int code);
DCC_API DccExitInfo *
dcc_exit_info_new_signaled(int signal, gboolean core_dumped);
DCC_API DccExitInfo *
dcc_exit_info_new_lost(const char *reason);
DCC_API DccResultKind
dcc_exit_info_get_kind(DccExitInfo *self);
DCC_API int
dcc_exit_info_get_code(DccExitInfo *self);
DCC_API int
dcc_exit_info_get_signal(DccExitInfo *self);
DCC_API gboolean
dcc_exit_info_get_core_dumped(DccExitInfo *self);
DCC_API const char *
dcc_exit_info_get_reason(DccExitInfo *self);

DCC_API void
dcc_exit_info_set_pid(DccExitInfo *self, gint64 pid);
DCC_API gint64
dcc_exit_info_get_pid(DccExitInfo *self);
DCC_API void
dcc_exit_info_set_headless(DccExitInfo *self, gboolean headless);
DCC_API gboolean
dcc_exit_info_is_headless(DccExitInfo *self);
/* Whether the application had said it was ready, and whether we had asked it to stop. */
DCC_API void
dcc_exit_info_set_ready(DccExitInfo *self, gboolean ready);
DCC_API gboolean
dcc_exit_info_was_ready(DccExitInfo *self);
DCC_API void
dcc_exit_info_set_requested(DccExitInfo *self, gboolean requested);
DCC_API gboolean
dcc_exit_info_was_requested(DccExitInfo *self);
/* Whether it was to do its work and end by itself. */
DCC_API void
dcc_exit_info_set_job(DccExitInfo *self, gboolean job);
DCC_API gboolean
dcc_exit_info_is_job(DccExitInfo *self);
/* TRUE: the last signal it died by was sent by us. */
DCC_API void
dcc_exit_info_set_our_signal(DccExitInfo *self, gboolean ours);
DCC_API gboolean
dcc_exit_info_is_our_signal(DccExitInfo *self);
/* Wall clock, microseconds since 1970; 0 when not known. */
DCC_API void
dcc_exit_info_set_times(DccExitInfo *self, gint64 started, gint64 ended);
DCC_API gint64
dcc_exit_info_get_started(DccExitInfo *self);
DCC_API gint64
dcc_exit_info_get_ended(DccExitInfo *self);
/* The significant lines of this run, oldest first: (element-type DccOutputEvent). */
DCC_API void
dcc_exit_info_add_event(DccExitInfo *self, gpointer output_event);
DCC_API gboolean
dcc_exit_info_has_event(DccExitInfo *self, DccOutputKind kind, const char **text);
/* The last lines of output, oldest first, as valid UTF-8. */
DCC_API void
dcc_exit_info_set_last_lines(DccExitInfo *self, const char *const *lines);
DCC_API const char *const *
dcc_exit_info_get_last_lines(DccExitInfo *self);
/* The run's own TMPDIR, where crash files and autosaves are looked for. */
DCC_API void
dcc_exit_info_set_temp_dir(DccExitInfo *self, const char *path);
DCC_API const char *
dcc_exit_info_get_temp_dir(DccExitInfo *self);
DCC_API void
dcc_exit_info_set_scene(DccExitInfo *self, const char *path);
DCC_API const char *
dcc_exit_info_get_scene(DccExitInfo *self);
/* The user's own arguments to the application; NULL: not known. */
DCC_API void
dcc_exit_info_set_args(DccExitInfo *self, const char *const *args);
DCC_API const char *const *
dcc_exit_info_get_args(DccExitInfo *self);
/* How many files its output said it saved; -1: not known. */
DCC_API void
dcc_exit_info_set_saved(DccExitInfo *self, gint64 saved);
DCC_API gint64
dcc_exit_info_get_saved(DccExitInfo *self);

G_END_DECLS
