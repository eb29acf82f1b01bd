/* A verb: one line of the table in cli-verbs.c, one file cmd-<verb>.c. */
#pragma once

/* argv[0] is "dcchost VERB"; NULL-terminated, the verb's own to change. Returns the exit status. */
typedef int (*CliVerbFunc)(char **argv);

/* What its arguments are, for completion. */
typedef enum {
    CLI_WORDS_NONE,
    CLI_WORDS_APPS, /* applications that an adapter knows */
    CLI_WORDS_LIVE, /* instances that are there */
    CLI_WORDS_ALL,  /* and those that have ended */
} CliWords;

typedef struct {
    const char *name;
    const char *summary; /* NULL: dcchost's own business, and not shown */
    CliVerbFunc func;
    CliWords words;
} CliVerb;

/* Ends with a name of NULL. */
extern const CliVerb cli_verbs[];
/* NULL: there is none of this name. */
const CliVerb *
cli_verb_find(const char *name);

int
cmd_complete(char **argv);

int
cmd_launch(char **argv);
int
cmd_render(char **argv);
int
cmd_list(char **argv);
int
cmd_adapters(char **argv);
int
cmd_adapter(char **argv);
int
cmd_adapter_check(char **argv);
int
cmd_adapter_new(char **argv);
int
cmd_conformance(char **argv);
int
cmd_ps(char **argv);
int
cmd_status(char **argv);
int
cmd_events(char **argv);
int
cmd_logs(char **argv);
int
cmd_probe(char **argv);
int
cmd_restart(char **argv);
int
cmd_stop(char **argv);
int
cmd_submit(char **argv);
int
cmd_kill(char **argv);
int
cmd_adopt(char **argv);
int
cmd_doctor(char **argv);
int
cmd_why(char **argv);
int
cmd_mcp(char **argv);
int
cmd_session(char **argv);
