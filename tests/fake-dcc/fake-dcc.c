/* See fake-dcc.h. Here: what happens before it could be ready. */
#include "fake-dcc.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

static int term_code;

static void
exit_on_term(int number)
{
    fake_oracle("exit", term_code);
    _exit(term_code);
}

static void
set_signals(const FakeOptions *options)
{
    if (options->ignore_term) {
        signal(SIGTERM, SIG_IGN);
        signal(SIGHUP, SIG_IGN);
        signal(SIGINT, SIG_IGN);
    }
    if (options->term_exit != FAKE_NEVER) {
        term_code = (int)options->term_exit;
        signal(SIGTERM, exit_on_term);
    }
}

/* Which life this is, from 1; 0 when nobody counts. */
static int64_t
count_life(const char *path)
{
    char text[32] = "";
    int64_t count = 1;

    if (!path)
        return 0;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || flock(fd, LOCK_EX) < 0)
        return 0;
    if (pread(fd, text, sizeof text - 1, 0) > 0)
        count = atoll(text) + 1;
    int n = snprintf(text, sizeof text, "%lld\n", (long long)count);
    if (pwrite(fd, text, (size_t)n, 0) != n)
        count = 0;
    close(fd);
    return count;
}

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
            puts("Fake " FAKE_VERSION);
        return 0;
    }
    fake_end_open(&options);
    alarm((unsigned)options.lifetime);
    if (options.wrapper)
        return fake_wrapper_run(argv);

    int64_t life = count_life(options.count_file);
    if (options.crash_times != FAKE_NEVER && life > options.crash_times)
        behave(&options);
    set_signals(&options);
    fake_oracle("start", life);
    fake_output_start(&options, argv);
    fake_tree_grow(&options);
    fail_to_start(&options);
    return fake_life_run(&options);
}
