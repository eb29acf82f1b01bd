/* Which verb it is. Each does one thing, in its own file. Only the verbs decide how the process
 * ends. */
#include "cli-main.h"

#include "cli-environment.h"
#include "cli-exit.h"
#include "cli-out.h"
#include "cli-text.h"
#include "cli-verb.h"
#include "dcc-fds.h"
#include <stdio.h>
#include <string.h>

static void
print_help(FILE *stream)
{
    fputs("Usage:\n"
          "  dcchost VERB [OPTIONS] [ARGUMENTS]\n"
          "\n"
          "Launches creative applications, watches them, stops them and brings them back.\n"
          "\n"
          "Verbs:\n",
          stream);
    for (const CliVerb *verb = cli_verbs; verb->name != NULL; verb++)
        if (verb->summary != NULL)
            fprintf(stream, "  %-10s %s\n", verb->name, verb->summary);
    fprintf(stream,
            "\n"
            "  dcchost VERB --help, or dcchost help VERB, tells more.\n"
            "  dcchost --version prints the version.\n"
            "\n%s\n",
            cli_exit_help);
}

static int
unknown_verb(const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autofree char *near = NULL;

    for (const CliVerb *verb = cli_verbs; verb->name != NULL; verb++)
        if (verb->summary != NULL)
            g_ptr_array_add(names, (gpointer)verb->name);
    g_ptr_array_add(names, NULL);
    near = cli_near_text(name, (const char *const *)names->pdata);
    cli_warn("unknown %s '%s'%s%s",
             *name == '-' ? "option" : "verb",
             name,
             near,
             *near == '\0' ? "; see 'dcchost --help'" : "");
    return CLI_USAGE;
}

static int
run_verb(const char *name, char **rest)
{
    const CliVerb *verb = cli_verb_find(name);
    g_autofree char *title = g_strconcat("dcchost ", name, NULL);
    g_autofree char **argv = NULL;
    gsize n = g_strv_length(rest);

    if (verb == NULL)
        return unknown_verb(name);
    /* The strings stay the system's: GOption only moves the pointers. */
    argv = g_new0(char *, n + 2);
    argv[0] = title;
    memcpy(argv + 1, rest, n * sizeof *rest);
    return verb->func(argv);
}

static int
run_help(char **rest)
{
    char *help[] = {(char *)"--help", NULL};

    if (rest[0] != NULL)
        return run_verb(rest[0], help);
    print_help(stdout);
    return CLI_DONE;
}

int
cli_main(int argc, char **argv)
{
    int status;

    dcc_fds_guard_standard();
    cli_environment_clean();
    if (argc < 2) {
        print_help(stderr);
        return CLI_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0)
        status = run_help(argv + 2);
    else
        status = run_verb(argv[1], argv + 2);
    return cli_out_finish(status);
}
