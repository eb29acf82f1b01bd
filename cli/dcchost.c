/* dcchost: the program. It says its version by itself; everything else is in a module that it
 * opens, so that libraries that are not needed are not waited for. No GLib here. */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define EXIT_OWN_FAILURE 125

static int
fail(void)
{
    fprintf(stderr, "dcchost: %s; is all of dcchost installed?\n", dlerror());
    return EXIT_OWN_FAILURE;
}

/* The program's own run path says where the module is. Global, so that an adapter finds the
 * library's symbols as if the program itself were linked with it. */
int
main(int argc, char **argv)
{
    int (*run)(int argc, char **argv);
    void *module;

    /* Under a limit of file sizes a write that fails is told; dying of it would not be. */
    signal(SIGXFSZ, SIG_IGN);
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("dcchost " DCC_VERSION) < 0 || fflush(stdout) != 0 ? EXIT_OWN_FAILURE : 0;
    module = dlopen("dcchost-cli.so", RTLD_LAZY | RTLD_GLOBAL);
    if (module == NULL)
        return fail();
    *(void **)&run = dlsym(module, "cli_main");
    return run != NULL ? run(argc, argv) : fail();
}
