/* What the files of the Blender adapter share. Behaviour of Blender that is written down here was
 * measured on Blender 3.4.1, Debian 12, unless a comment says otherwise. */
#pragma once

#include "dcc-adapter.h"

G_BEGIN_DECLS

#define DCC_TYPE_BLENDER_ADAPTER (dcc_blender_adapter_get_type())
G_DECLARE_FINAL_TYPE(DccBlenderAdapter, dcc_blender_adapter, DCC, BLENDER_ADAPTER, DccAdapter)

/* What Blender exits with when a script fails; without --python-exit-code it says 0. */
#define DCC_BLENDER_SCRIPT_FAILED 42

/* What the user's own arguments make of a launch. */
typedef struct {
    gboolean background; /* -b is among them */
    gboolean animation;  /* -a */
    gboolean frames;     /* -f */
    gboolean command;    /* -c: Blender runs one command and ends */
    gboolean scripts;    /* some Python is run */
    gboolean answers;    /* it says something about itself, and ends */
    gboolean log_apart;  /* what is saved may be told elsewhere, or not at all */
    int autoexec;        /* the last of -y (1) and -Y (0); -1: neither */
    int exit_code;       /* of --python-exit-code, the last one; -1: not given */
    guint n_options;     /* those after "--" are left to scripts */
    /* The frames that are rendered; step 0 where only Blender knows. */
    int first, last, step;
} DccBlenderArgs;

void
dcc_blender_args_read(DccBlenderArgs *self, const char *const *args);
/* In the background it renders or runs scripts and ends by itself, as without us: nothing may hold
 * its main thread. */
gboolean
dcc_blender_args_end_by_themselves(const DccBlenderArgs *self);

GListModel *
dcc_blender_find_installations(DccAdapter *adapter, DccSearch *search, GError **error);
char *
dcc_blender_read_version(DccAdapter *adapter, DccInstallation *installation, const char *output);

/* What one start is to be; the request has the rest. */
typedef struct {
    const char *const *args; /* Blender's, in order, what is left to scripts included */
    gboolean headless;
    const char *rescue; /* the file to go on from; NULL: none */
} DccBlenderWish;

DccLaunchPlan *
dcc_blender_make_plan(DccInstallation *installation,
                      DccLaunchRequest *request,
                      const DccBlenderWish *wish,
                      GError **error);
DccLaunchPlan *
dcc_blender_plan_launch(DccAdapter *adapter,
                        DccInstallation *installation,
                        DccLaunchRequest *request,
                        GError **error);
DccLaunchPlan *
dcc_blender_plan_render(DccAdapter *adapter,
                        DccInstallation *installation,
                        DccLaunchRequest *request,
                        GError **error);
gboolean
dcc_blender_check_scene(const char *path, GError **error);

char *
dcc_blender_read_scene_version(DccAdapter *adapter, GBytes *head);

DccOutputEvent *
dcc_blender_read_line(DccAdapter *adapter, const char *line);

DccLaunchPlan *
dcc_blender_plan_recovery(DccAdapter *adapter,
                          DccInstallation *installation,
                          DccLaunchRequest *request,
                          DccRescueFile *file,
                          GError **error);

/* One wording of a failure: what it means for an end that follows. */
typedef struct {
    const char *needle;
    const char *first; /* version it was seen in */
    const char *last;  /* NULL: also in the newest one seen */
    DccVerdictKind verdict;
} DccBlenderWords;

/* All of them, for tests. */
const DccBlenderWords *
dcc_blender_get_words(guint *n);
/* (nullable): those that this line holds. */
const DccBlenderWords *
dcc_blender_find_words(const char *line);
/* The line without "Error: " and without what the log of 5.x puts before it. */
const char *
dcc_blender_strip_line(const char *line);
/* What a line that names a failure means; UNKNOWN for any other line. */
DccVerdictKind
dcc_blender_judge_line(const char *line);

/* What the script that failed last said, before or after Blender said that it failed; NULL: nothing
 * of that is left. */
const char *
dcc_blender_find_exception(const char *const *lines);
/* The same where Blender says nothing, for code 0 was asked for: the last traceback that a script
 * as a whole ended with. args: the user's own. */
const char *
dcc_blender_find_uncaught(const char *const *lines, const char *const *args);
DccVerdict *
dcc_blender_judge_exit(DccAdapter *adapter, DccExitInfo *info);

/* In TMPDIR, where Blender writes its temporary files elsewhere: that directory, and on a second
 * line Blender's process id. Written by the agent. */
#define DCC_BLENDER_TEMP_NOTE "dcchost-temp-dir"

GListModel *
dcc_blender_list_rescue_files(DccAdapter *adapter, DccExitInfo *info, GError **error);

/* Endings of names whose format of single pictures the agent knows: the keys of FORMATS in
 * dcchost_blender_render.py, as they were when this was built. */
extern const char *const dcc_blender_endings[];

/* adapters/blender/agent, as it was when this was built. */
extern const char dcc_blender_agent[];
extern const gsize dcc_blender_agent_size;

G_END_DECLS
