/* dcchost: the program. It says its version by itself; everything else is in a module that it
 * opens, so that libraries that are not needed are not waited for. No GLib here. */
#include "dcchost-module.h"

#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
    dcchost_module_prepare();
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("dcchost " DCC_VERSION) < 0 || fflush(stdout) != 0 ? DCCHOST_OWN_FAILURE : 0;
    return dcchost_module_run(argc, argv);
}
