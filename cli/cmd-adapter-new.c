/* dcchost adapter new: a directory with an adapter that builds, is tested, and waits to be filled
 * in. */
#include "cli-verb.h"

#include "cli-exit.h"
#include "cli-options.h"
#include "cli-out.h"
#include "cli-skeleton.h"

static void
print_next(const char *name, const char *directory)
{
    g_autofree char *shown = cli_out_safe(directory);

    cli_out("%s: an adapter to be filled in, in %s\n"
            "\n"
            "  cd %s\n"
            "  meson setup build && meson test -C build\n"
            "  dcchost adapter check build/dcchost-%s.so\n"
            "\n"
            "README.md in it says what is made up so far and how it is installed.\n",
            name,
            shown,
            shown,
            name);
}

int
cmd_adapter_new(char **argv)
{
    const CliUsage usage = {
        "NAME DIR",
        "Write the skeleton of an adapter: it builds against the installed dcchost.",
        "NAME is what people will type: 'dcchost launch NAME'. DIR must not be there, or be "
        "empty.\n"
        "Written are meson.build, NAME.c, test-NAME.c (tables of questions and answers, and the\n"
        "conformance suite) and README.md. Needed are Meson, a C compiler and pkg-config.",
        2,
        2};
    g_autoptr(GError) error = NULL;
    int status;

    if (!cli_options_parse(&usage, NULL, argv, &status))
        return status;
    if (!cli_skeleton_write(argv[1], argv[2], &error))
        return cli_fail(error);
    print_next(argv[1], argv[2]);
    return CLI_DONE;
}
