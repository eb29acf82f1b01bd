/* The table of verbs. Each does one thing, in its own file; what they share is in cli-*.c. Only the
 * verbs decide how the process ends. */
#include "cli-main.h"

#include "cli-exit.h"
#include "cli-out.h"
#include "cli-text.h"
#include "cli-verb.h"
#include "dcc-fds.h"
#include <stdio.h>
#include <string.h>

/* A verb without a summary is our own business, and not shown. */
static const struct {
    const char *name;
    const char *summary;
    CliVerbFunc func;
} verbs[] = {
    {"launch", "start an application, watch it, bring it back", cmd_launch},
    {"ps", "show what runs", cmd_ps},
    {"status", "show one instance", cmd_status},
    {"why", "tell why it ended badly, or hangs, and what to do", cmd_why},
    {"events", "what happened to an instance", cmd_events},
    {"logs", "what the application printed", cmd_logs},
    {"probe", "ask the application now whether it is well", cmd_probe},
    {"restart", "stop it gracefully and start it again", cmd_restart},
    {"stop", "ask it to save and quit", cmd_stop},
    {"kill", "end it at once, without saving", cmd_kill},
    {"adopt", "take up an instance whose session was lost", cmd_adopt},
    {"list", "show what is installed", cmd_list},
    {"adapters", "show which adapters are there, and which were refused", cmd_adapters},
    {"adapter", "write and check an adapter", cmd_adapter},
    {"doctor", "look for what is wrong, and say what to do", cmd_doctor},
    {"session", NULL, cmd_session},
    {"conformance", NULL, cmd_conformance},
};

static CliVerbFunc
find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (strcmp(name, verbs[i].name) == 0)
            return verbs[i].func;
    return NULL;
}

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
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (verbs[i].summary != NULL)
            fprintf(stream, "  %-10s %s\n", verbs[i].name, verbs[i].summary);
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
    const char *names[G_N_ELEMENTS(verbs) + 1] = {NULL};
    g_autofree char *near = NULL;
    gsize n = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (verbs[i].summary != NULL)
            names[n++] = verbs[i].name;
    near = cli_near_text(name, names);
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
    CliVerbFunc func = find(name);
    g_autofree char *title = g_strconcat("dcchost ", name, NULL);
    g_autofree char **argv = NULL;
    gsize n = g_strv_length(rest);

    if (func == NULL)
        return unknown_verb(name);
    /* The strings stay the system's: GOption only moves the pointers. */
    argv = g_new0(char *, n + 2);
    argv[0] = title;
    memcpy(argv + 1, rest, n * sizeof *rest);
    return func(argv);
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
