/* The module, by dlopen(). The program's own run path says where it is. Global, so that an adapter finds the
 * library's symbols as if the program itself were linked with it. */
#include "dcchost-module.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>

#ifdef __APPLE__
#define MODULE "@rpath/dcchost-cli.so"
#else
#define MODULE "dcchost-cli.so"
#endif

void
dcchost_module_prepare(void)
{
    signal(SIGXFSZ, SIG_IGN);
}

static int
fail(void)
{
    fprintf(stderr, "dcchost: %s; is all of dcchost installed?\n", dlerror());
    return DCCHOST_OWN_FAILURE;
}

int
dcchost_module_run(int argc, char **argv)
{
    int (*run)(int argc, char **argv);
    void *module = dlopen(MODULE, RTLD_LAZY | RTLD_GLOBAL);

    if (module == NULL)
        return fail();
    *(void **)&run = dlsym(module, "cli_main");
    return run != NULL ? run(argc, argv) : fail();
}
