/* The table of verbs: what help, completion and the unknown-verb message go by. README's table is
 * held against it by a test. */
#include "cli-verb.h"

#include <glib.h>
#include <string.h>

const CliVerb cli_verbs[] = {
    {"launch", "start an application, watch it, bring it back", cmd_launch, CLI_WORDS_APPS},
    {"render", "render frames, and prove that they are there", cmd_render, CLI_WORDS_APPS},
    {"ps", "show what runs", cmd_ps, CLI_WORDS_NONE},
    {"status", "show one instance", cmd_status, CLI_WORDS_LIVE},
    {"why", "tell why it ended badly, or hangs, and what to do", cmd_why, CLI_WORDS_ALL},
    {"events", "what happened to an instance", cmd_events, CLI_WORDS_ALL},
    {"logs", "what the application printed", cmd_logs, CLI_WORDS_ALL},
    {"probe", "ask the application now whether it is well", cmd_probe, CLI_WORDS_LIVE},
    {"restart", "stop it gracefully and start it again", cmd_restart, CLI_WORDS_ALL},
    {"stop", "ask it to save and quit", cmd_stop, CLI_WORDS_LIVE},
    {"kill", "end it at once, without saving", cmd_kill, CLI_WORDS_LIVE},
    {"adopt", "give a session to what runs without one", cmd_adopt, CLI_WORDS_LIVE},
    {"submit", "print a render as a job for a farm engine", cmd_submit, CLI_WORDS_APPS},
    {"list", "show what is installed", cmd_list, CLI_WORDS_APPS},
    {"adapters",
     "show which adapters are there, and which were refused",
     cmd_adapters,
     CLI_WORDS_NONE},
    {"adapter", "write and check an adapter", cmd_adapter, CLI_WORDS_NONE},
    {"doctor", "look for what is wrong, and say what to do", cmd_doctor, CLI_WORDS_APPS},
    {"mcp", "let agents start, watch and stop applications", cmd_mcp, CLI_WORDS_NONE},
    {"session", NULL, cmd_session, CLI_WORDS_NONE},
    {"conformance", NULL, cmd_conformance, CLI_WORDS_NONE},
    {"complete", NULL, cmd_complete, CLI_WORDS_NONE},
    {NULL},
};

const CliVerb *
cli_verb_find(const char *name)
{
    for (const CliVerb *verb = cli_verbs; verb->name != NULL; verb++)
        if (strcmp(name, verb->name) == 0)
            return verb;
    return NULL;
}
