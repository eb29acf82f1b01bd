/* The module that has the verbs, opened as the system opens one. No GLib here. Threading: the main thread. */
#pragma once

#define DCCHOST_OWN_FAILURE 125

/* Under a limit of file sizes a write that fails is told; dying of it would not be. */
void
dcchost_module_prepare(void);
/* The program's exit status; one that cannot be opened is told. */
int
dcchost_module_run(int argc, char **argv);
