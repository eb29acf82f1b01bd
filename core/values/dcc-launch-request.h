/* What the user asks for. Filled in before it is handed over, unchanged after. All strings but the
 * names are bytes: nothing says that an argument or a path is UTF-8. */
#pragma once

#include "dcc-render-job.h"
#include "dcc-settings.h"

G_BEGIN_DECLS

#define DCC_TYPE_LAUNCH_REQUEST (dcc_launch_request_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccLaunchRequest, dcc_launch_request, DCC, LAUNCH_REQUEST, GObject)

DCC_API DccLaunchRequest *
dcc_launch_request_new(const char *app);
DCC_API const char *
dcc_launch_request_get_app(DccLaunchRequest *self);

/* Letters, digits, '.', '_' and '-', at most 64, not starting with '.' or '-'. */
DCC_API gboolean
dcc_launch_request_set_name(DccLaunchRequest *self, const char *name, GError **error);
/* The application's id where no name was given. */
DCC_API const char *
dcc_launch_request_get_name(DccLaunchRequest *self);

DCC_API void
dcc_launch_request_set_version(DccLaunchRequest *self, const char *version);
DCC_API const char *
dcc_launch_request_get_version(DccLaunchRequest *self);
DCC_API void
dcc_launch_request_set_headless(DccLaunchRequest *self, gboolean headless);
DCC_API gboolean
dcc_launch_request_is_headless(DccLaunchRequest *self);
/* Without the user's preferences, start-up scripts and plug-ins. */
DCC_API void
dcc_launch_request_set_safe(DccLaunchRequest *self, gboolean safe);
DCC_API gboolean
dcc_launch_request_is_safe(DccLaunchRequest *self);
/* The scene to open: absolute, or NULL. */
DCC_API void
dcc_launch_request_set_scene(DccLaunchRequest *self, const char *path);
DCC_API const char *
dcc_launch_request_get_scene(DccLaunchRequest *self);
DCC_API void
dcc_launch_request_set_cwd(DccLaunchRequest *self, const char *path);
DCC_API const char *
dcc_launch_request_get_cwd(DccLaunchRequest *self);
/* What to render; NULL: it is no render. */
DCC_API void
dcc_launch_request_set_render(DccLaunchRequest *self, DccRenderJob *job);
DCC_API DccRenderJob *
dcc_launch_request_get_render(DccLaunchRequest *self);
/* The user's own arguments, handed through as they are. */
DCC_API void
dcc_launch_request_set_args(DccLaunchRequest *self, const char *const *args);
DCC_API const char *const *
dcc_launch_request_get_args(DccLaunchRequest *self);
/* "KEY=VALUE"; the last word on a key wins. */
DCC_API gboolean
dcc_launch_request_add_env(DccLaunchRequest *self, const char *setting, GError **error);
DCC_API const char *const *
dcc_launch_request_get_env(DccLaunchRequest *self);
/* Who asks, where that is no person: "claude-code"; NULL: the user. For the status; it changes
 * nothing. */
DCC_API void
dcc_launch_request_set_launched_by(DccLaunchRequest *self, const char *who);
DCC_API const char *
dcc_launch_request_get_launched_by(DccLaunchRequest *self);
/* (transfer none): never NULL. */
DCC_API DccSettings *
dcc_launch_request_get_settings(DccLaunchRequest *self);

/* Set by the core before an adapter sees the request: a directory of this launch's own for the
 * files a plan brings along, and the one that the application gets as TMPDIR, TMP and TEMP. */
DCC_API void
dcc_launch_request_set_private_dir(DccLaunchRequest *self, const char *path);
DCC_API const char *
dcc_launch_request_get_private_dir(DccLaunchRequest *self);
DCC_API void
dcc_launch_request_set_temp_dir(DccLaunchRequest *self, const char *path);
DCC_API const char *
dcc_launch_request_get_temp_dir(DccLaunchRequest *self);

G_END_DECLS
