/* dcchost adapter VERB: for those who write adapters. What is there is `dcchost adapters`; `dcchost
 * adapter list` is the same. */
#include "cli-verb.h"

#include "cli-exit.h"
#include "cli-out.h"
#include "cli-text.h"
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    const char *arguments;
    const char *summary;
    CliVerbFunc func;
} verbs[] = {
    {"new", "NAME DIR", "write a skeleton that builds and is tested", cmd_adapter_new},
    {"check", "FILE.so", "ask a module every question, in a process of its own", cmd_adapter_check},
    {"list", "", "show which are there, as 'dcchost adapters' does", cmd_adapters},
};

static void
print_help(FILE *stream)
{
    fputs("Usage:\n"
          "  dcchost adapter VERB [OPTIONS] [ARGUMENTS]\n"
          "\n"
          "Teach dcchost an application.\n"
          "\n"
          "Verbs:\n",
          stream);
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
        fprintf(stream, "  %-5s %-8s  %s\n", verbs[i].name, verbs[i].arguments, verbs[i].summary);
    fprintf(stream,
            "\n"
            "From nothing to a launched application:\n"
            "  dcchost adapter new sketch sketch-adapter && cd sketch-adapter\n"
            "  meson setup build && meson test -C build\n"
            "  dcchost adapter check build/dcchost-sketch.so\n"
            "  mkdir -p ~/.local/share/dcchost/adapters\n"
            "  install build/dcchost-sketch.so ~/.local/share/dcchost/adapters/\n"
            "  dcchost adapters && dcchost launch sketch\n"
            "\n"
            "  dcchost adapter VERB --help tells more.\n"
            "\n%s\n",
            cli_exit_help);
}

static int
unknown_verb(const char *name)
{
    const char *names[G_N_ELEMENTS(verbs) + 1] = {NULL};
    g_autofree char *near = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
        names[i] = verbs[i].name;
    near = cli_near_text(name, names);
    cli_warn("unknown %s 'adapter %s'%s",
             *name == '-' ? "option" : "verb",
             name,
             *near ? near : "; see 'dcchost adapter --help'");
    return CLI_USAGE;
}

int
cmd_adapter(char **argv)
{
    if (!argv[1]) {
        print_help(stderr);
        return CLI_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return CLI_DONE;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        if (strcmp(argv[1], verbs[i].name) == 0) {
            g_autofree char *title = g_strconcat(argv[0], " ", argv[1], NULL);

            argv[1] = title;
            return verbs[i].func(argv + 1);
        }
    }
    return unknown_verb(argv[1]);
}
