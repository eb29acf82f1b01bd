/* Which of Houdini's programs is meant.
 *
 * Contract: the first of the user's arguments may name it. Without a name --headless means hython,
 * else it is the window: the program that the installation itself names, as
 * DCCHOST_HOUDINI_EXECUTABLE may choose houdinifx.
 */
#include "dcc-houdini.h"
#include "dcc-kit.h"
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
        dcc_kit_count_python_options(self->rest, &self->script);
}
