/* The ways to end, each written to the oracle before it happens, so that a test compares what was
 * meant with what was reported. */
#include "fake-dcc.h"
#include "fake-system.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int oracle_fd = -1;

void
fake_end_open(const FakeOptions *options)
{
    if (options->oracle)
        oracle_fd = fake_system_open_to_append(options->oracle);
    if (!options->core)
        fake_system_forbid_core();
}

void
fake_oracle(const char *word, int64_t number)
{
    const char *incarnation = getenv("DCCHOST_INCARNATION");
    char text[256];

    if (oracle_fd < 0)
        return;
    int n = snprintf(text,
                     sizeof text,
                     "%d %s %lld %.128s\n",
                     (int)getpid(),
                     word,
                     (long long)number,
                     incarnation ? incarnation : "-");
    if (write(oracle_fd, text, (size_t)n) != n)
        _exit(98);
}

static void
make_path(char *path, size_t size, const char *name)
{
    const char *directory = getenv("TMPDIR");

    snprintf(path, size, "%s/%s", directory ? directory : "/tmp", name);
}

int
fake_write_work(const char *path, const char *kind)
{
    const char *incarnation = getenv("DCCHOST_INCARNATION");
    FILE *file = fopen(path, FAKE_WRITE);
    char word[64];

    if (!file)
        return -1;
    int bytes =
        fprintf(file, "work-%s %d %.128s\n", kind, (int)getpid(), incarnation ? incarnation : "-");
    if (fclose(file) != 0 || bytes < 0)
        return -1;
    snprintf(word, sizeof word, "work-%s", kind);
    fake_oracle(word, 0);
    return bytes;
}

void
fake_autosave(void)
{
    char name[64], path[4096];

    snprintf(name, sizeof name, "%d_autosave.scene", (int)getpid());
    make_path(path, sizeof path, name);
    fake_write_work(path, "autosave");
}

static void
leave_evidence(void)
{
    char name[64], path[4096];

    snprintf(name, sizeof name, "fake-%d.crash.txt", (int)getpid());
    make_path(path, sizeof path, name);
    FILE *file = fopen(path, FAKE_WRITE);
    if (file) {
        fputs("# backtrace\nfake_crash\n", file);
        fclose(file);
    }
    fake_autosave();
    make_path(path, sizeof path, "recovery.scene");
    fake_write_work(path, "recovery");
}

void
fake_crash(const FakeOptions *options)
{
    int number = (int)options->signal;

    printf("FAKE CRASH: signal %d\n", number);
    fflush(stdout);
    if (options->crash_save)
        leave_evidence();
    fake_oracle("signal", number);
    fake_system_die(number);
    /* A signal that ends nothing (SIGCHLD, SIGCONT, ...). */
    fake_oracle("exit", 97);
    _exit(97);
}

static void
leave(int code) __attribute__((noreturn));

static void
leave(int code)
{
    if (code == 0)
        puts("Fake quit");
    fflush(stdout);
    fake_oracle("exit", code & 0xFF);
    _exit(code);
}

void
fake_exit(int code)
{
    fake_agent_send("{\"jsonrpc\":\"2.0\",\"method\":\"bye\",\"params\":{\"code\":%d}}", code);
    leave(code);
}

void
fake_quit_for(int number)
{
    fake_agent_send(
        "{\"jsonrpc\":\"2.0\",\"method\":\"bye\",\"params\":{\"code\":0,\"signal\":%d}}", number);
    leave(0);
}
