/* The environment that sessions and applications inherit. */
#pragma once

/* Takes the directories of an uninstalled tree out of the variables that list paths: they are for
 * the shell that uses the tree, not for what is launched from it. Before anything reads them. */
void
cli_environment_clean(void);
