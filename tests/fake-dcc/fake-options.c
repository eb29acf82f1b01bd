/* The modes, as a table. */
#include "fake-dcc.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { FLAG, NUMBER, TEXT, TREE } Kind;

typedef struct {
    const char *name;
    const char *value;
    Kind kind;
    size_t offset;
    const char *help;
} Mode;

#define AT(field) offsetof(FakeOptions, field)

static const Mode modes[] = {
    {"ready-after", "MS", NUMBER, AT(ready_after), "ready this long after the start (0)"},
    {"never-ready", NULL, FLAG, AT(never_ready), "never say ready"},
    {"no-agent", NULL, FLAG, AT(no_agent), "have no agent"},
    {"bad-token", NULL, FLAG, AT(bad_token), "greet with a wrong token"},
    {"headless", NULL, FLAG, AT(headless), "say so in the greeting"},
    {"hang-after", "MS", NUMBER, AT(hang_after), "main thread sleeps, the agent goes on answering"},
    {"hang-for", "MS", NUMBER, AT(hang_for), "for this long (for ever)"},
    {"freeze-after", "MS", NUMBER, AT(freeze_after), "main thread sleeps and the agent is silent"},
    {"busy-after", "MS", NUMBER, AT(busy_after), "main thread burns CPU"},
    {"busy-for", "MS", NUMBER, AT(busy_for), "for this long (for ever)"},
    {"busy-reason", "R", TEXT, AT(busy_reason), "and says it is busy with R"},
    {"stop-self", NULL, FLAG, AT(stop_self), "SIGSTOP itself once ready"},
    {"crash-after", "MS", NUMBER, AT(crash_after), "die by a signal"},
    {"signal", "N", NUMBER, AT(signal), "this one (11)"},
    {"exit-after", "MS", NUMBER, AT(exit_after), "exit by itself"},
    {"code", "N", NUMBER, AT(code), "with this code (0)"},
    {"job", NULL, FLAG, AT(job), "to the adapter: ends by itself when its work is done"},
    {"no-job",
     NULL,
     FLAG,
     AT(no_job),
     "to the adapter: it says that this stays until it is stopped"},
    {"exit-before-ready", "CODE", NUMBER, AT(exit_before_ready), "exit at once"},
    {"count-file", "FILE", TEXT, AT(count_file), "count its runs in FILE"},
    {"crash-times", "N", NUMBER, AT(crash_times), "crash, exit or hang only in the first N lives"},
    {"crash-save", NULL, FLAG, AT(crash_save), "leave crash and autosave files in TMPDIR"},
    {"autosave", NULL, FLAG, AT(autosave), "leave an autosave file in TMPDIR once ready"},
    {"core", NULL, FLAG, AT(core), "leave the core limit as it is (set to 0)"},
    {"licence-fail", NULL, FLAG, AT(licence_fail), "find no licence, exit 3"},
    {"bad-scene", NULL, FLAG, AT(bad_scene), "cannot read its scene, exit 4"},
    {"out-of-memory", NULL, FLAG, AT(out_of_memory), "say it is out of memory, SIGABRT"},
    {"take-memory", "BYTES", NUMBER, AT(take_memory), "take this much memory once ready (k, M, G)"},
    {"ignore-term", NULL, FLAG, AT(ignore_term), "ignore SIGTERM, SIGHUP and SIGINT"},
    {"term-exit", "CODE", NUMBER, AT(term_exit), "exit with CODE on SIGTERM"},
    {"term-quit", NULL, FLAG, AT(term_quit), "quit in order on SIGTERM, and tell the session so"},
    {"window", NULL, FLAG, AT(window), "have a window, which ends it when it is closed (Windows)"},
    {"refuse-save", NULL, FLAG, AT(refuse_save), "refuse to save"},
    {"false-save",
     NULL,
     FLAG,
     AT(false_save),
     "say that it saved, and name a file that is not there"},
    {"slow-save", "MS", NUMBER, AT(slow_save), "take this long to save"},
    {"refuse-quit", NULL, FLAG, AT(refuse_quit), "refuse to quit"},
    {"slow-quit", "MS", NUMBER, AT(slow_quit), "agree to quit, then take this long"},
    {"tree",
     "KIND",
     TREE,
     0,
     "leave a process behind: fork, double-fork, setsid, refork, stopped, ignore-term; repeatable"},
    {"hold-stdout", NULL, FLAG, AT(hold_stdout), "leave one behind that holds stdout open"},
    {"daemon", "NAME", TEXT, AT(daemon), "leave a daemon of this comm behind"},
    {"wrapper", NULL, FLAG, AT(wrapper), "be a shell wrapper around the real one"},
    {"lifetime",
     "S",
     NUMBER,
     AT(lifetime),
     "everything ends by SIGALRM after this (600; 0: never)"},
    {"print", "TEXT", TEXT, AT(print), "print a line"},
    {"flood", "BYTES", NUMBER, AT(flood), "write this much output once ready (k, M, G)"},
    {"binary", NULL, FLAG, AT(binary), "of all byte values"},
    {"no-newline", NULL, FLAG, AT(no_newline), "in one line"},
    {"close-stdout", NULL, FLAG, AT(close_stdout), "close stdout and stderr once ready"},
    {"print-env", NULL, FLAG, AT(print_env), "print the environment, escaped"},
    {"print-args", NULL, FLAG, AT(print_args), "print the arguments, escaped"},
    {"print-process", NULL, FLAG, AT(print_process), "print ids, directories, signals"},
    {"fds", NULL, FLAG, AT(fds), "print its open descriptors"},
    {"progress", "N", NUMBER, AT(progress), "render frames of N samples once ready"},
    {"frames", "N", NUMBER, AT(frames), "so many frames (1)"},
    {"every", "MS", NUMBER, AT(every), "a sample each MS (10)"},
    {"render", "LIST", TEXT, AT(render), "render these frames (1,2,5) once ready, and exit"},
    {"output", "PATTERN", TEXT, AT(output), "to pictures of this name; # is the number's place"},
    {"bad-frames", "LIST", TEXT, AT(bad_frames), "what it writes for these is not whole:"},
    {"bad", "HOW", TEXT, AT(bad), "none, empty, garbage, truncated (none)"},
    {"crash-at", "K", NUMBER, AT(crash_at), "die by a signal when K frames are rendered"},
    {"frame-ms", "MS", NUMBER, AT(frame_ms), "a frame takes so long (0)"},
    {"no-cancel", NULL, FLAG, AT(no_cancel), "a frame that was begun cannot be cancelled"},
    {"silent-frames", NULL, FLAG, AT(silent_frames), "say nothing of what was saved"},
    {"oracle", "FILE", TEXT, AT(oracle), "append what it is about to do"},
    {"version", NULL, FLAG, AT(version), "print the version"},
    {"help", NULL, FLAG, AT(help), "print this"},
};

static const FakeOptions defaults = {
    .hang_after = FAKE_NEVER,
    .hang_for = FAKE_NEVER,
    .freeze_after = FAKE_NEVER,
    .busy_after = FAKE_NEVER,
    .busy_for = FAKE_NEVER,
    .crash_after = FAKE_NEVER,
    .signal = SIGSEGV,
    .exit_after = FAKE_NEVER,
    .exit_before_ready = FAKE_NEVER,
    .term_exit = FAKE_NEVER,
    .crash_times = FAKE_NEVER,
    .crash_at = FAKE_NEVER,
    .output = "frame_####.png",
    .bad = "none",
    .lifetime = 600,
    .frames = 1,
    .every = 10,
};

void
fake_options_help(void)
{
    puts("fake-dcc [MODE...] [SCENE]: an application that does what it is told\n");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        char left[40];

        snprintf(left,
                 sizeof left,
                 "--%s%s%s",
                 modes[i].name,
                 modes[i].value ? " " : "",
                 modes[i].value ? modes[i].value : "");
        printf("  %-24s %s\n", left, modes[i].help);
    }
    puts("\nTimes count from when it has said it is ready; without an agent, from its start.");
}

static const Mode *
find_mode(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strlen(modes[i].name) == length && memcmp(modes[i].name, name, length) == 0)
            return &modes[i];
    return NULL;
}

static bool
parse_number(const char *text, int64_t *number)
{
    char *end;
    int64_t factor = 1;

    *number = strtoll(text, &end, 10);
    if (*end == 'k')
        factor = 1 << 10;
    if (*end == 'M')
        factor = 1 << 20;
    if (*end == 'G')
        factor = 1 << 30;
    if (factor > 1)
        end++;
    *number *= factor;
    return end != text && *end == '\0';
}

static bool
store(FakeOptions *options, const Mode *mode, const char *value)
{
    char *field = (char *)options + mode->offset;

    switch (mode->kind) {
    case FLAG:
        *(bool *)field = true;
        return true;
    case NUMBER:
        return parse_number(value, (int64_t *)field);
    case TEXT:
        *(const char **)field = value;
        return true;
    case TREE:
        if (options->n_tree == FAKE_MAX_TREE)
            return false;
        options->tree[options->n_tree++] = value;
        return true;
    }
    return false;
}

/* "--name value" and "--name=value"; returns how many arguments were used, 0 for a mistake. */
static int
parse_one(FakeOptions *options, char **argv)
{
    const char *name = argv[0] + 2;
    const char *equals = strchr(name, '=');
    const Mode *mode = find_mode(name, equals ? (size_t)(equals - name) : strlen(name));

    if (!mode)
        return 0;
    if (mode->kind == FLAG)
        return !equals && store(options, mode, NULL) ? 1 : 0;
    if (equals)
        return store(options, mode, equals + 1) ? 1 : 0;
    return argv[1] && store(options, mode, argv[1]) ? 2 : 0;
}

bool
fake_options_parse(FakeOptions *options, int argc, char **argv)
{
    *options = defaults;
    for (int i = 1, used; i < argc; i += used) {
        used = 1;
        if (strncmp(argv[i], "--", 2) != 0) {
            options->scene = argv[i];
            continue;
        }
        if (argv[i][2] == '\0')
            break; /* what follows is for --print-args */
        used = parse_one(options, &argv[i]);
        if (used == 0) {
            fprintf(stderr, "fake-dcc: cannot make sense of %s; see --help\n", argv[i]);
            return false;
        }
    }
    return true;
}
