/* What an instance may be called. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A name becomes a directory and a word on command lines. Error INVALID says what a name is. */
gboolean
dcc_instance_name_check(const char *name, GError **error);

G_END_DECLS
