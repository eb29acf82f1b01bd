/* See fake-dcc.h. Here: what happens before it could be ready. */
#include "fake-dcc.h"
#include "fake-system.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* After the lives it was told to fail in, it behaves. */
static void
behave(FakeOptions *options)
{
    options->crash_after = options->exit_after = FAKE_NEVER;
    options->hang_after = options->freeze_after = FAKE_NEVER;
    options->exit_before_ready = options->crash_at = FAKE_NEVER;
    options->never_ready = options->licence_fail = options->bad_scene = false;
    options->out_of_memory = false;
}

static void
fail_to_start(const FakeOptions *options)
{
    if (options->licence_fail) {
        puts("Error: no licence available for Fake (server not reachable)");
        fake_exit(3);
    }
    if (options->bad_scene) {
        printf("Error: bad scene '%s'\n", options->scene ? options->scene : "");
        fake_exit(4);
    }
    if (options->out_of_memory) {
        FakeOptions abort_now = *options;

        puts("Error: out of memory");
        abort_now.signal = SIGABRT;
        fake_crash(&abort_now);
    }
    if (options->exit_before_ready != FAKE_NEVER)
        fake_exit((int)options->exit_before_ready);
}

/* As slow as whoever started it wants: FAKE_VERSION_GATE names two files, separated by '|', of which it makes the first and
 * waits for the second. */
static void
print_version(void)
{
    const char *gate = getenv("FAKE_VERSION_GATE"), *bar = gate != NULL ? strchr(gate, '|') : NULL;
    char asked[4096];
    FILE *file;

    if (bar != NULL) {
        snprintf(asked, sizeof asked, "%.*s", (int)(bar - gate), gate);
        file = fopen(asked, FAKE_WRITE);
        if (file != NULL)
            fclose(file);
        while ((file = fopen(bar + 1, "rb")) == NULL)
            fake_sleep(20);
        fclose(file);
    }
    puts("Fake " FAKE_VERSION);
}

int
main(int argc, char **argv)
{
    static FakeOptions options;

    if (!fake_options_parse(&options, argc, argv))
        return 2;
    if (options.help || options.version) {
        if (options.help)
            fake_options_help();
        else
            print_version();
        return 0;
    }
    fake_end_open(&options);
    fake_system_begin(&options);
    if (options.wrapper)
        return fake_wrapper_run(argv);

    int64_t life = fake_system_count_life(options.count_file);
    if (options.crash_times != FAKE_NEVER && life > options.crash_times)
        behave(&options);
    fake_system_set_signals(&options);
    fake_oracle("start", life);
    fake_output_start(&options, argv);
    fake_tree_grow(&options);
    fail_to_start(&options);
    return fake_life_run(&options);
}
