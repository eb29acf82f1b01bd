/* What an adapter is asked with: the ordinary, the rare and the senseless. */
#pragma once

#include "dcc-adapter.h"

G_BEGIN_DECLS

/* What a session may ask with. Each has a name that can be read after "with". */
guint
dcc_conformance_n_searches(void);
const char *
dcc_conformance_search_name(guint i);
DccSearch *
dcc_conformance_new_search(guint i);
/* TRUE: there is nothing to be found there. */
gboolean
dcc_conformance_search_is_empty(guint i);

guint
dcc_conformance_n_requests(void);
const char *
dcc_conformance_request_name(guint i);
DccLaunchRequest *
dcc_conformance_new_request(guint i, const char *app);
/* (transfer full): all that an adapter can read of a request, to be compared. */
char *
dcc_conformance_request_digest(DccLaunchRequest *request);

guint
dcc_conformance_n_exits(void);
const char *
dcc_conformance_exit_name(guint i);
DccExitInfo *
dcc_conformance_new_exit(guint i);
/* TRUE: nobody may call it an orderly end. */
gboolean
dcc_conformance_exit_is_bad(guint i);

guint
dcc_conformance_n_replies(void);
const char *
dcc_conformance_reply(guint i);
/* TRUE: it says nothing of the application's health. */
gboolean
dcc_conformance_reply_is_senseless(guint i);

guint
dcc_conformance_n_lines(void);
/* (transfer full) */
char *
dcc_conformance_new_line(guint i);

guint
dcc_conformance_n_outputs(void);
/* (transfer full) */
char *
dcc_conformance_new_output(guint i);

guint
dcc_conformance_n_rescues(void);
const char *
dcc_conformance_rescue_name(guint i);
DccRescueFile *
dcc_conformance_new_rescue(guint i);

guint
dcc_conformance_n_scenes(void);
const char *
dcc_conformance_scene_name(guint i);
/* (transfer full): the first bytes of such a file. */
GBytes *
dcc_conformance_new_scene(guint i);
/* TRUE: nothing in it says which version saved it. */
gboolean
dcc_conformance_scene_is_senseless(guint i);

guint
dcc_conformance_n_renders(void);
/* "1-240x2, to a pattern, headless" */
const char *
dcc_conformance_render_name(guint i);
/* (transfer full) */
DccRenderJob *
dcc_conformance_new_render(guint i);
/* Which of the requests it comes with. */
guint
dcc_conformance_render_request(guint i);

G_END_DECLS
