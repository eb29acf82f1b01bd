/* Readings: who lives, who does not, how much they compute, and what it costs to ask. */
#include "dcc-monitor.h"
#include "kids.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *hands;

/* The reading of one process; fails the test when there is none. */
static DccReading
read_one(DccMonitor *monitor, gint64 pid)
{
    gsize length = 0;
    g_autofree guint8 *bytes = dcc_monitor_refresh(monitor, &length);
    const DccReading *readings = (const DccReading *)bytes;

    g_assert_cmpuint(length % sizeof(DccReading), ==, 0);
    for (gsize i = 0; i < length / sizeof(DccReading); i++)
        if (readings[i].pid == pid)
            return readings[i];
    g_error("no reading of %d", (int)pid);
}

static void
test_myself(void)
{
    g_autoptr(DccMonitor) monitor = dcc_monitor_new();
    DccReading reading;

    g_assert_false(dcc_monitor_is_tracked(monitor, getpid()));
    g_assert_true(dcc_monitor_track(monitor, getpid(), NULL));
    g_assert_true(dcc_monitor_track(monitor, getpid(), NULL));
    g_assert_cmpuint(dcc_monitor_get_tracked_count(monitor), ==, 1);
    reading = read_one(monitor, getpid());
    g_assert_cmpuint(reading.status, ==, DCC_PROCESS_RUNNING);
    g_assert_cmpint(reading.memory_bytes, >, 100 * 1024);
    g_assert_true(reading.flags & DCC_READING_TRACKED);
    g_assert_true(dcc_monitor_is_alive(monitor, getpid()));
    g_assert_true(dcc_monitor_untrack(monitor, getpid()));
    g_assert_false(dcc_monitor_untrack(monitor, getpid()));
    g_assert_true(dcc_monitor_is_alive(monitor, getpid()));
}

static void
test_bad_pids(void)
{
    const gint64 bad[] = {0, -1, G_MAXINT32 + G_GINT64_CONSTANT(1), G_MININT64, G_MAXINT64};
    g_autoptr(DccMonitor) monitor = dcc_monitor_new();

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_false(dcc_monitor_track(monitor, bad[i], &error));
        g_assert_error(error, DCC_ERROR, DCC_ERROR_INVALID);
        g_assert_false(dcc_monitor_is_alive(monitor, bad[i]));
        g_assert_false(dcc_monitor_is_tracked(monitor, bad[i]));
        g_assert_false(dcc_monitor_untrack(monitor, bad[i]));
    }
    g_assert_cmpuint(dcc_monitor_get_tracked_count(monitor), ==, 0);
}

static void
assert_nothing(const DccReading *reading, DccProcessStatus status)
{
    g_assert_cmpuint(reading->status, ==, status);
    g_assert_cmpint(reading->memory_bytes, ==, 0);
    g_assert_cmpfloat(reading->cpu_percent, ==, 0);
}

static void
test_zombie_and_dead(void)
{
    g_autoptr(DccMonitor) monitor = dcc_monitor_new();
    DccChild child = kids_start(hands, "wait", NULL);
    DccReading reading;

    dcc_monitor_track(monitor, child.pid, NULL);
    dcc_monitor_track(monitor, getpid(), NULL);
    reading = read_one(monitor, child.pid);
    g_assert_cmpuint(reading.status, ==, DCC_PROCESS_RUNNING);
    kill(child.pid, SIGKILL);
    kids_wait_for_end(&child);
    g_assert_false(dcc_monitor_is_alive(monitor, child.pid));
    reading = read_one(monitor, child.pid);
    assert_nothing(&reading, DCC_PROCESS_ZOMBIE);
    dcc_monitor_untrack(monitor, child.pid);
    g_assert_false(dcc_monitor_is_alive(monitor, child.pid));
    dcc_monitor_track(monitor, child.pid, NULL);
    kids_reap(&child);
    g_assert_false(dcc_monitor_is_alive(monitor, child.pid));
    reading = read_one(monitor, child.pid);
    assert_nothing(&reading, DCC_PROCESS_STOPPED);
}

/* The same pid, another process: the old one is dead, and stays dead until it is tracked anew. */
static void
test_reused_pid(void)
{
    g_autoptr(DccMonitor) monitor = dcc_monitor_new();
    DccChild child = kids_start(hands, "wait", NULL);
    gint64 pid = child.pid;
    DccReading reading;

    dcc_monitor_track(monitor, pid, NULL);
    kill(child.pid, SIGKILL);
    kids_reap(&child);
    if (!kids_start_as(pid)) {
        g_test_skip("this system does not let us choose a pid");
        return;
    }
    reading = read_one(monitor, pid);
    assert_nothing(&reading, DCC_PROCESS_STOPPED);
    g_assert_false(dcc_monitor_is_alive(monitor, pid));
    dcc_monitor_track(monitor, pid, NULL);
    reading = read_one(monitor, pid);
    g_assert_cmpuint(reading.status, ==, DCC_PROCESS_RUNNING);
    kill((pid_t)pid, SIGKILL);
    waitpid((pid_t)pid, NULL, 0);
}

static void
test_nothing_tracked(void)
{
    g_autoptr(DccMonitor) monitor = dcc_monitor_new();
    DccChild child = kids_start(hands, "wait", NULL);
    DccReading reading = read_one(monitor, child.pid);

    g_assert_cmpuint(reading.status, ==, DCC_PROCESS_RUNNING);
    g_assert_cmpuint(reading.flags & DCC_READING_TRACKED, ==, 0);
    read_one(monitor, 1);
    kill(child.pid, SIGKILL);
    kids_reap(&child);
}

static gint64
cpu_of_myself(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (gint64)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* Computes for some of each hundred milliseconds, and is read over them; what is right is said by
 * getrusage(). */
static void
test_accuracy(void)
{
    g_autoptr(DccMonitor) monitor = dcc_monitor_new();
    double worst = 0;

    dcc_monitor_track(monitor, getpid(), NULL);
    for (int round = 0; round < 10; round++) {
        gint64 wall, cpu, end;
        double truth, error;

        read_one(monitor, getpid());
        wall = g_get_monotonic_time();
        cpu = cpu_of_myself();
        end = wall + (round % 4) * 30000;
        while (g_get_monotonic_time() < end) {
        }
        g_usleep((gulong)MAX(wall + 100000 - g_get_monotonic_time(), 0));
        truth = (double)(cpu_of_myself() - cpu) * 100 / (double)(g_get_monotonic_time() - wall);
        error = fabs(read_one(monitor, getpid()).cpu_percent - truth);
        worst = MAX(worst, error);
    }
    g_test_message("worst error at 100 ms: %.2f points", worst);
    g_assert_cmpfloat(worst, <, 2);
}

/* Over the budget of descriptors everything is as true as under it. */
static void
test_few_descriptors(void)
{
    g_autoptr(DccMonitor) monitor = dcc_monitor_new();
    struct rlimit old, few;
    DccChild child = kids_start(hands, "wait", NULL);
    DccReading reading;

    getrlimit(RLIMIT_NOFILE, &old);
    few = (struct rlimit){3, old.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    dcc_monitor_track(monitor, child.pid, NULL);
    setrlimit(RLIMIT_NOFILE, &old);
    /* Memory is looked at when the process has computed, and at every 20th reading. */
    for (int i = 0; i < 45; i++)
        read_one(monitor, child.pid);
    dcc_monitor_track(monitor, getpid(), NULL);
    reading = read_one(monitor, getpid());
    g_assert_cmpuint(reading.status, ==, DCC_PROCESS_RUNNING);
    kill(child.pid, SIGKILL);
    kids_reap(&child);
    reading = read_one(monitor, child.pid);
    assert_nothing(&reading, DCC_PROCESS_STOPPED);
}

#define N_COUNTED 50

/* What strace counts between two marks (getpgrp, which nothing else here calls). Run with --count.
 */
static void
be_counted(const char *rounds)
{
    g_autoptr(DccMonitor) monitor = dcc_monitor_new();
    DccChild children[N_COUNTED];

    for (int i = 0; i < N_COUNTED; i++) {
        children[i] = kids_start(hands, "wait", NULL);
        dcc_monitor_track(monitor, children[i].pid, NULL);
    }
    /* Until they have come to rest. */
    g_usleep(200000);
    read_one(monitor, children[0].pid);
    for (int i = 0; i < atoi(rounds); i++)
        read_one(monitor, children[0].pid);
    for (int i = 0; i < N_COUNTED; i++) {
        kill(children[i].pid, SIGKILL);
        kids_reap(&children[i]);
    }
}

/* System calls of one run with so many rounds. */
static gint64
count_calls(const char *strace, const char *self, const char *rounds)
{
    const char *argv[] = {strace,
                          "-c",
                          "-U",
                          "calls,name",
                          "-e",
                          "trace=clock_gettime,pread64,read,openat,close",
                          self,
                          "--count",
                          rounds,
                          hands,
                          NULL};
    g_autoptr(GError) error = NULL;
    int status = 0;
    g_autofree char *text = dcc_command_run(argv, NULL, 60000, 1 << 20, &status, &error);
    g_auto(GStrv) lines = NULL;
    gint64 total = -1;

    g_assert_no_error(error);
    lines = g_strsplit(text, "\n", -1);
    for (int i = 0; lines[i] != NULL; i++)
        if (strstr(lines[i], "total") != NULL)
            total = g_ascii_strtoll(lines[i], NULL, 10);
    return total;
}

static const char *myself;

static void
test_cost(void)
{
    g_autofree char *strace = g_find_program_in_path("strace");
    gint64 none, many;
    double each;

    if (strace == NULL) {
        g_test_skip("there is no strace to count system calls with");
        return;
    }
    none = count_calls(strace, myself, "0");
    many = count_calls(strace, myself, "200");
    if (none < 0 || many < 0) {
        g_test_skip("strace may not trace here");
        return;
    }
    each = (double)(many - none) / (200 * N_COUNTED);
    g_test_message("%.3f system calls for an idle process and refresh", each);
    g_assert_cmpfloat(each, <=, 1.1);
}

static gpointer
read_on(gpointer data)
{
    for (int i = 0; i < 300; i++)
        read_one(data, getpid());
    return NULL;
}

static void
test_threads(void)
{
    g_autoptr(DccMonitor) monitor = dcc_monitor_new();
    GThread *threads[4];

    dcc_monitor_track(monitor, getpid(), NULL);
    for (int i = 0; i < 4; i++)
        threads[i] = g_thread_new("reader", read_on, monitor);
    for (int i = 0; i < 300; i++) {
        dcc_monitor_track(monitor, 1, NULL);
        dcc_monitor_is_alive(monitor, getppid());
        dcc_monitor_untrack(monitor, 1);
    }
    for (int i = 0; i < 4; i++)
        g_thread_join(threads[i]);
}

int
main(int argc, char **argv)
{
    hands = argv[argc - 1];
    myself = argv[0];
    if (argc > 2 && g_str_equal(argv[1], "--count")) {
        be_counted(argv[2]);
        return 0;
    }
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/monitor/myself", test_myself);
    g_test_add_func("/process/monitor/bad-pids", test_bad_pids);
    g_test_add_func("/process/monitor/zombie-and-dead", test_zombie_and_dead);
    g_test_add_func("/process/monitor/reused-pid", test_reused_pid);
    g_test_add_func("/process/monitor/nothing-tracked", test_nothing_tracked);
    g_test_add_func("/process/monitor/accuracy", test_accuracy);
    g_test_add_func("/process/monitor/few-descriptors", test_few_descriptors);
    g_test_add_func("/process/monitor/cost", test_cost);
    g_test_add_func("/process/monitor/threads", test_threads);
    return g_test_run();
}
