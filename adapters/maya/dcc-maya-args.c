/* Which of Maya's programs is meant.
 *
 * Contract: the first of the user's arguments may name it: mayapy, mayabatch, Render (or maya).
 * -batch and -prompt say it as Maya itself understands them. Else --headless means mayapy, or
 * maya -batch where the arguments are maya's own; without it, it is the window.
 */
#include "dcc-maya.h"

#include "dcc-kit.h"
#include <string.h>

static const struct {
    const char *word;
    DccMayaProduct product;
} words[] = {
    {"maya", DCC_MAYA_GUI},
    {"mayabatch", DCC_MAYA_BATCH},
    {"mayapy", DCC_MAYA_PYTHON},
    {"Render", DCC_MAYA_RENDER},
};

/* Flags by which a maya without a window gets work of its own. */
static const char *const works[] = {"-command", "-c", "-script", "-archive", "-help", "-v"};

static gboolean
has_flag(const char *const *args, const char *flag)
{
    return args && g_strv_contains(args, flag);
}

static gboolean
read_word(DccMayaArgs *self)
{
    for (guint i = 0; self->rest && self->rest[0] && i < G_N_ELEMENTS(words); i++) {
        if (strcmp(self->rest[0], words[i].word) != 0)
            continue;
        self->product = words[i].product;
        self->rest++;
        return TRUE;
    }
    return FALSE;
}

static gboolean
has_work(const char *const *args)
{
    for (guint i = 0; i < G_N_ELEMENTS(works); i++) {
        if (has_flag(args, works[i]))
            return TRUE;
    }
    return FALSE;
}

void
dcc_maya_args_read_words(DccMayaArgs *self, const char *const *args, gboolean headless)
{
    gboolean named;

    self->product = DCC_MAYA_GUI;
    self->rest = args;
    named = read_word(self);
    if (self->product == DCC_MAYA_GUI) {
        gboolean plain = !self->rest || !self->rest[0] || self->rest[0][0] != '-';

        if (has_flag(self->rest, "-batch") || (headless && (named || !plain)))
            self->product = DCC_MAYA_BATCH;
        else if (headless)
            self->product = DCC_MAYA_PYTHON;
        if (has_flag(self->rest, "-prompt"))
            self->product = DCC_MAYA_PROMPT;
    }
    if (self->product == DCC_MAYA_PYTHON)
        dcc_kit_count_python_options(self->rest, &self->script);
    else if (self->product == DCC_MAYA_BATCH)
        self->script = has_work(self->rest);
    else
        self->script = self->product != DCC_MAYA_GUI;
}

void
dcc_maya_args_read(DccMayaArgs *self, DccLaunchRequest *request)
{
    dcc_maya_args_read_words(
        self, dcc_launch_request_get_args(request), dcc_launch_request_is_headless(request));
}
