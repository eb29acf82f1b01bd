/* What it prints. Everything that is bytes is printed escaped (\xNN), one fact a line, so that a
 * test finds it in a log whatever it holds. */
#include "fake-dcc.h"
#include "fake-system.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK       65536
#define LINE_LENGTH 80

void
fake_print_escaped(const char *label, const char *bytes)
{
    printf("%s ", label);
    for (; *bytes; bytes++) {
        unsigned char c = (unsigned char)*bytes;

        if (c < 0x20 || c >= 0x7F || c == '\\')
            printf("\\x%02x", c);
        else
            putchar(c);
    }
    putchar('\n');
}

void
fake_output_start(const FakeOptions *options, char **argv)
{
    setvbuf(stdout, NULL, FAKE_LINES, 0);
    if (options->print)
        puts(options->print);
    if (options->print_args)
        for (char **arg = argv; *arg; arg++)
            fake_print_escaped("arg", *arg);
    if (options->print_env)
        for (char **setting = environ; *setting; setting++)
            fake_print_escaped("env", *setting);
    if (options->print_process)
        fake_system_print_process();
    if (options->fds)
        fake_system_print_fds();
}

static bool
write_all(const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(STDOUT_FILENO, bytes, length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        bytes += n;
        length -= (size_t)n;
    }
    return true;
}

/* Every byte value comes, in an order that is the same each time. */
static void
fill(char *chunk, const FakeOptions *options)
{
    uint32_t random = 1;

    for (size_t i = 0; i < CHUNK; i++) {
        random = random * 1664525 + 1013904223;
        chunk[i] = options->binary ? (char)(random >> 24) : (char)('a' + i % 26);
        if (options->no_newline && chunk[i] == '\n')
            chunk[i] = ' ';
        if (!options->no_newline && !options->binary && i % LINE_LENGTH == LINE_LENGTH - 1)
            chunk[i] = '\n';
    }
}

void
fake_output_flood(const FakeOptions *options)
{
    static char chunk[CHUNK];
    int64_t left = options->flood;

    if (left == 0 && (options->binary || options->no_newline))
        left = 4096;
    if (left > 0) {
        fflush(stdout);
        fill(chunk, options);
        int64_t start = fake_now();
        while (left > 0) {
            size_t part = left < CHUNK ? (size_t)left : CHUNK;

            if (!write_all(chunk, part))
                break;
            left -= (int64_t)part;
        }
        fake_oracle("flooded-ms", fake_now() - start);
    }
    if (options->close_stdout) {
        close(STDOUT_FILENO);
        close(STDERR_FILENO);
    }
}

static void
render_frame(const FakeOptions *options, int64_t frame)
{
    const char *temp = getenv("TMPDIR");

    fake_agent_send("{\"jsonrpc\":\"2.0\",\"method\":\"frame\",\"params\":{\"frame\":%lld,"
                    "\"first\":1,\"last\":%lld,\"step\":1}}",
                    (long long)frame,
                    (long long)options->frames);
    for (int64_t sample = 1; sample <= options->progress; sample++) {
        printf("Fra:%lld | Remaining:%lld | Sample %lld/%lld\n",
               (long long)frame,
               (long long)((options->progress - sample) * options->every),
               (long long)sample,
               (long long)options->progress);
        if (options->every > 0)
            fake_sleep(options->every);
    }
    printf("Saved: '%s/%04lld.png'\n", temp ? temp : "/tmp", (long long)frame);
}

void
fake_output_progress(const FakeOptions *options)
{
    if (options->progress <= 0)
        return;
    fake_agent_send("{\"jsonrpc\":\"2.0\",\"method\":\"busy\",\"params\":{\"reason\":\"render\"}}");
    for (int64_t frame = 1; frame <= options->frames; frame++)
        render_frame(options, frame);
    fake_agent_send("{\"jsonrpc\":\"2.0\",\"method\":\"busy\",\"params\":{\"reason\":null}}");
}
