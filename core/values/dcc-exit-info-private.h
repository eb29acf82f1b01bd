/* The inside of DccExitInfo, shared by dcc-exit-info.c (the end) and dcc-exit-evidence.c (what
 * speaks of it). */
#pragma once

#include "dcc-exit-info.h"

struct _DccExitInfo {
    GObject parent_instance;
    DccResultKind kind;
    int code;
    int signal;
    gboolean core_dumped;
    char *reason;
    gint64 pid;
    gboolean headless;
    gboolean job;
    gboolean ready;
    gboolean requested;
    gboolean our_signal;
    gint64 started;
    gint64 ended;
    GPtrArray *events; /* DccOutputEvent */
    GPtrArray *last_lines;
    char *temp_dir;
    char *scene;
    char **args;
    gint64 saved;
};
