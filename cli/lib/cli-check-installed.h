/* Whether what is to be launched is there. */
#pragma once

#include "cli-launch-options.h"

/* What the session would refuse anyway; asked here, a slip leaves nothing behind. */
gboolean
cli_check_installed(CliLaunchOptions *options, GError **error);
