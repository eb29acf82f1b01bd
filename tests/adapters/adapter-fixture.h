/* What the tests of all adapters share: trees of made-up files, and ends as tables. */
#pragma once

#include "dcc-adapter.h"

G_BEGIN_DECLS

/* (transfer full): a directory of the test's own. */
char *
fixture_root(void);
/* A script of this mode at root/name, with the directories it needs. */
void
fixture_put(const char *root, const char *name, int mode);
void
fixture_link(const char *root, const char *name, const char *target);
/* (transfer full): the path of a file that holds this; length -1: a string. */
char *
fixture_put_content(const char *root, const char *name, const char *content, gssize length);
/* The tree is removed. */
void
fixture_clean(const char *path);

/* (transfer full): as a user's on a screen. args: separated by blanks, "" for none. */
DccLaunchRequest *
fixture_request(const char *app, gboolean headless, const char *private_dir, const char *args);

/* What a line says of how far it is; -1: it says nothing. */
void
fixture_assert_part(DccAdapter *adapter, const char *line, gint64 part);

/* How something ended. */
#define READY     1
#define REQUESTED 2
#define OURS      4 /* the signal */
#define HEADLESS  8
#define JOB       (16 | HEADLESS)

/* (transfer full): code < 0: by that signal; output: its last lines, which the adapter reads
 * (nullable: neither). */
DccExitInfo *
fixture_end(DccAdapter *adapter, int code, int flags, const char *output);

G_END_DECLS
