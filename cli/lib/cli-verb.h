/* A verb: one line of the table in dcchost.c, one file cmd-<verb>.c. */
#pragma once

/* argv[0] is "dcchost VERB"; NULL-terminated, the verb's own to change. Returns the exit status. */
typedef int (*CliVerbFunc)(char **argv);

int
cmd_launch(char **argv);
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
cmd_kill(char **argv);
int
cmd_adopt(char **argv);
int
cmd_doctor(char **argv);
int
cmd_why(char **argv);
int
cmd_session(char **argv);
