/* Which of Houdini's programs is meant.
 *
 * Contract: the first of the user's arguments may name it. Without a name --headless means hython,
 * else it is the window: the program that the installation itself names, as
 * DCCHOST_HOUDINI_EXECUTABLE may choose houdinifx.
 */
#include "dcc-houdini.h"
#include <string.h>

/* shotgunsoftware/tk-houdini startup.py; hython and hbatch from SideFX's documentation. */
static const struct {
    const char *name;
    DccHoudiniKind kind;
} programs[] = {
    {"houdini", DCC_HOUDINI_GUI},
    {"houdinifx", DCC_HOUDINI_GUI},
    {"houdinicore", DCC_HOUDINI_GUI},
    {"hindie", DCC_HOUDINI_GUI},
    {"happrentice", DCC_HOUDINI_GUI},
    {"hython", DCC_HOUDINI_PYTHON},
    {"hbatch", DCC_HOUDINI_BATCH},
};

/* Python's own options that take a word. */
static const char *const takers[] = {"-W", "-X", NULL};
/* And those that are the work itself. */
static const char *const works[] = {"-c", "-m", "-", NULL};

gboolean
dcc_houdini_find_program(const char *name, DccHoudiniKind *kind)
{
    for (guint i = 0; i < G_N_ELEMENTS(programs); i++) {
        if (strcmp(name, programs[i].name) != 0)
            continue;
        *kind = programs[i].kind;
        return TRUE;
    }
    return FALSE;
}

guint
dcc_houdini_args_count_options(const char *const *rest)
{
    guint n = 0;

    while (rest && rest[n] && rest[n][0] == '-' && !g_strv_contains(works, rest[n])) {
        if (g_strv_contains(takers, rest[n]) && rest[n + 1])
            n++;
        n++;
    }
    return n;
}

void
dcc_houdini_args_read(DccHoudiniArgs *self, DccLaunchRequest *request)
{
    self->program = NULL;
    self->rest = dcc_launch_request_get_args(request);
    self->kind = dcc_launch_request_is_headless(request) ? DCC_HOUDINI_PYTHON : DCC_HOUDINI_GUI;
    if (self->rest && self->rest[0] && dcc_houdini_find_program(self->rest[0], &self->kind))
        self->program = *self->rest++;
    self->script = self->kind == DCC_HOUDINI_BATCH;
    if (self->kind == DCC_HOUDINI_PYTHON)
        self->script = self->rest && self->rest[dcc_houdini_args_count_options(self->rest)];
}
