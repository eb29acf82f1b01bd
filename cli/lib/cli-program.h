/* This very program, for starting it again. */
#pragma once

/* (transfer full): its own path where that still is it, so that process lists show a sensible
 * name. */
char *
cli_program_path(void);
