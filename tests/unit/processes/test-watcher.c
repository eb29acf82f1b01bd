/* Ends, told once each and with their codes: of children, of strangers, of the dead; and heartbeats
 * that nobody reads. */
#include "dcc-enum-types.h"
#include "dcc-pidfd.h"
#include "dcc-reaper.h"
#include "dcc-watcher.h"
#include "kids.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_CHILDREN 1000

static const char *hands;

/* All that comes until there are n ends, or the time is over. (transfer full) */
static GArray *
collect(DccWatcher *watcher, guint n)
{
    GArray *ends = g_array_new(FALSE, FALSE, sizeof(DccWatchEvent));
    gint64 deadline = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;

    while (ends->len < n && g_get_monotonic_time() < deadline) {
        gsize length = 0;
        g_autofree guint8 *bytes = NULL;

        dcc_watcher_wait(watcher, 100);
        bytes = dcc_watcher_drain(watcher, &length);
        for (gsize i = 0; i < length / sizeof(DccWatchEvent); i++)
            if (((DccWatchEvent *)bytes)[i].type == DCC_WATCH_EXITED)
                g_array_append_val(ends, ((DccWatchEvent *)bytes)[i]);
    }
    g_assert_cmpuint(ends->len, ==, n);
    return ends;
}

static void
assert_end(DccWatcher *watcher, gint64 pid, DccResultKind result, int code, int signal)
{
    g_autoptr(GArray) ends = collect(watcher, 1);
    DccWatchEvent end = g_array_index(ends, DccWatchEvent, 0);

    g_assert_cmpint(end.pid, ==, pid);
    g_assert_cmpuint(end.result, ==, result);
    g_assert_cmpint(end.exit_code, ==, code);
    g_assert_cmpint(end.signal, ==, signal);
    g_assert_false(dcc_watcher_is_tracked(watcher, pid));
}

static DccWatcher *
make_started(void)
{
    DccWatcher *watcher = dcc_watcher_new();
    g_autoptr(GError) error = NULL;

    dcc_watcher_start(watcher, &error);
    g_assert_no_error(error);
    g_assert_true(dcc_watcher_start(watcher, NULL));
    g_assert_true(dcc_watcher_is_running(watcher));
    return watcher;
}

static void
track(DccWatcher *watcher, gint64 pid)
{
    g_autoptr(GError) error = NULL;

    g_assert_cmpuint(dcc_watcher_track(watcher, pid, &error), >, 0);
    g_assert_no_error(error);
}

/* And it is not reaped: that is its parent's business. */
static void
test_own_child(void)
{
    g_autoptr(DccWatcher) watcher = make_started();
    DccChild child = kids_start(hands, "signal", "11");
    int status = 0;

    track(watcher, child.pid);
    assert_end(watcher, child.pid, DCC_RESULT_SIGNALED, -1, SIGSEGV);
    g_assert_cmpint(waitpid(child.pid, &status, 0), ==, child.pid);
    g_assert_cmpint(WTERMSIG(status), ==, SIGSEGV);
    close(child.process);
}

static void
test_dead_before_start(void)
{
    g_autoptr(DccWatcher) watcher = dcc_watcher_new();
    DccChild before = kids_start(hands, "exit", "7");
    DccChild between = kids_start(hands, "wait", NULL);
    g_autoptr(GArray) ends = NULL;
    gsize length = 99;

    kids_wait_for_end(&before);
    track(watcher, before.pid);
    track(watcher, between.pid);
    kill(between.pid, SIGKILL);
    kids_reap(&between);
    g_assert_null(dcc_watcher_drain(watcher, &length));
    g_assert_cmpuint(length, ==, 0);
    g_assert_cmpuint(dcc_watcher_get_tracked_count(watcher), ==, 2);
    dcc_watcher_start(watcher, NULL);
    ends = collect(watcher, 2);
    for (guint i = 0; i < 2; i++) {
        DccWatchEvent end = g_array_index(ends, DccWatchEvent, i);

        if (end.pid == before.pid)
            g_assert_cmpint(end.exit_code, ==, 7);
        else
            g_assert_cmpint(end.signal, ==, dcc_pidfd_can_read_exit() ? SIGKILL : 0);
    }
    kids_reap(&before);
}

static void
test_nobody(void)
{
    g_autoptr(DccWatcher) watcher = make_started();
    DccChild child = kids_start(hands, "exit", "7");

    kids_reap(&child);
    track(watcher, child.pid);
    assert_end(watcher, child.pid, DCC_RESULT_LOST, -1, 0);
    for (gint64 pid = -1; pid <= 0; pid++) {
        g_autoptr(GError) error = NULL;

        g_assert_cmpuint(dcc_watcher_track(watcher, pid, &error), ==, 0);
        g_assert_error(error, DCC_ERROR, DCC_ERROR_INVALID);
    }
}

static void
test_stranger(void)
{
    g_autoptr(DccWatcher) watcher = make_started();
    gint64 pid = kids_start_stranger(hands, "wait", NULL);

    track(watcher, pid);
    kill((pid_t)pid, SIGTERM);
    if (dcc_pidfd_can_read_exit())
        assert_end(watcher, pid, DCC_RESULT_SIGNALED, -1, SIGTERM);
    else
        g_array_unref(collect(watcher, 1));
}

/* One that our reaper takes at once is told with its code on every kernel. */
static void
test_reaped(void)
{
    g_autoptr(DccWatcher) watcher = make_started();
    DccChild child = kids_start(hands, "exit", "9");
    DccReaped *reaped = dcc_reaper_adopt(&child, NULL);

    g_assert_true(dcc_reaped_wait(reaped, 20000));
    track(watcher, child.pid);
    assert_end(watcher, child.pid, DCC_RESULT_EXITED, 9, 0);
    dcc_reaped_unref(reaped);
}

static void
test_two_watchers(void)
{
    g_autoptr(DccWatcher) one = make_started();
    g_autoptr(DccWatcher) two = make_started();
    DccChild child = kids_start(hands, "wait", NULL);

    track(one, child.pid);
    track(two, child.pid);
    kill(child.pid, SIGINT);
    assert_end(one, child.pid, DCC_RESULT_SIGNALED, -1, SIGINT);
    assert_end(two, child.pid, DCC_RESULT_SIGNALED, -1, SIGINT);
    kids_reap(&child);
}

static void
test_thousand(void)
{
    g_autoptr(DccWatcher) watcher = make_started();
    g_autoptr(GHashTable) told = g_hash_table_new(NULL, NULL);
    g_autoptr(GArray) ends = NULL;
    struct rlimit limit;
    g_autofree DccChild *children = g_new0(DccChild, N_CHILDREN);
    guint n;

    getrlimit(RLIMIT_NOFILE, &limit);
    n = MIN(N_CHILDREN, (guint)(MIN(limit.rlim_cur, 100000) - 60) / 2);
    for (guint i = 0; i < n; i++) {
        children[i] = kids_start(hands, "exit", "3");
        track(watcher, children[i].pid);
    }
    ends = collect(watcher, n);
    for (guint i = 0; i < n; i++) {
        DccWatchEvent end = g_array_index(ends, DccWatchEvent, i);

        g_assert_cmpint(end.exit_code, ==, 3);
        g_assert_true(g_hash_table_add(told, GINT_TO_POINTER((gint)end.pid)));
    }
    for (guint i = 0; i < n; i++)
        kids_reap(&children[i]);
    g_assert_cmpuint(dcc_watcher_get_tracked_count(watcher), ==, 0);
    g_assert_false(dcc_watcher_wait(watcher, 20));
}

/* Nobody reads for hundreds of heartbeats: one is kept. An end comes behind it, and nothing of one
 * that was untracked. */
static void
test_unread(void)
{
    g_autoptr(DccWatcher) watcher = dcc_watcher_new();
    DccChild child = kids_start(hands, "wait", NULL);
    g_autofree guint8 *bytes = NULL;
    DccWatchEvent *events;
    gsize length = 0;

    dcc_watcher_set_heartbeat_interval(watcher, 1);
    dcc_watcher_set_status_changes(watcher, TRUE);
    track(watcher, child.pid);
    track(watcher, getpid());
    dcc_watcher_start(watcher, NULL);
    g_usleep(300000);
    /* One that is dying runs, and has no memory any more. */
    dcc_watcher_set_heartbeat_interval(watcher, 0);
    kill(child.pid, SIGKILL);
    kids_wait_for(!dcc_watcher_is_tracked(watcher, child.pid));
    dcc_watcher_untrack(watcher, getpid());
    bytes = dcc_watcher_drain(watcher, &length);
    events = (DccWatchEvent *)bytes;
    g_assert_cmpuint(length, ==, 3 * sizeof *events);
    g_assert_cmpuint(events[0].type, ==, DCC_WATCH_HEARTBEAT);
    g_assert_cmpint(events[0].memory_bytes, >, 0);
    g_assert_cmpuint(events[1].type, ==, DCC_WATCH_STATUS_CHANGED);
    g_assert_cmpuint(events[1].new_status, ==, DCC_PROCESS_STOPPED);
    g_assert_cmpuint(events[2].type, ==, DCC_WATCH_EXITED);
    g_assert_cmpint(events[2].signal, ==, SIGKILL);
    kids_reap(&child);
}

/* What was queued when it was stopped is there, and what ends meanwhile is told after the next
 * start. */
static void
test_stop_and_go(void)
{
    g_autoptr(DccWatcher) watcher = make_started();
    DccChild child = kids_start(hands, "wait", NULL);

    track(watcher, child.pid);
    for (int i = 0; i < 100; i++) {
        dcc_watcher_stop(watcher);
        dcc_watcher_stop(watcher);
        g_assert_false(dcc_watcher_is_running(watcher));
        g_assert_true(dcc_watcher_start(watcher, NULL));
    }
    dcc_watcher_stop(watcher);
    kill(child.pid, SIGKILL);
    kids_wait_for_end(&child);
    g_assert_false(dcc_watcher_wait(watcher, -1));
    dcc_watcher_start(watcher, NULL);
    assert_end(watcher, child.pid, DCC_RESULT_SIGNALED, -1, SIGKILL);
    kids_reap(&child);
}

static gpointer
flood(gpointer data)
{
    gint *go_on = data;
    DccWatcher *watcher = *(DccWatcher **)(go_on + 2);

    while (g_atomic_int_get(go_on)) {
        DccChild child = kids_start(hands, "exit", "0");

        dcc_watcher_track(watcher, child.pid, NULL);
        kids_reap(&child);
    }
    return NULL;
}

static void
test_stop_in_flood(void)
{
    g_autoptr(DccWatcher) watcher = make_started();
    struct {
        gint go_on[2];
        DccWatcher *watcher;
    } data = {{1, 0}, watcher};
    GThread *threads[2];

    dcc_watcher_set_heartbeat_interval(watcher, 1);
    for (int i = 0; i < 2; i++)
        threads[i] = g_thread_new("flood", flood, &data);
    for (int i = 0; i < 100; i++) {
        gint64 began = g_get_monotonic_time();

        g_usleep(1000);
        dcc_watcher_stop(watcher);
        g_assert_cmpint(g_get_monotonic_time() - began, <, 5 * G_USEC_PER_SEC);
        dcc_watcher_start(watcher, NULL);
    }
    g_atomic_int_set(&data.go_on[0], 0);
    for (int i = 0; i < 2; i++)
        g_thread_join(threads[i]);
}

static void
test_descriptor(void)
{
    g_autoptr(DccWatcher) watcher = make_started();
    struct pollfd fd = {dcc_watcher_get_fd(watcher), POLLIN, 0};
    DccChild child = kids_start(hands, "wait", NULL);

    g_assert_cmpint(poll(&fd, 1, 0), ==, 0);
    track(watcher, child.pid);
    kill(child.pid, SIGKILL);
    g_assert_cmpint(poll(&fd, 1, 20000), ==, 1);
    assert_end(watcher, child.pid, DCC_RESULT_SIGNALED, -1, SIGKILL);
    g_assert_cmpint(poll(&fd, 1, 0), ==, 0);
    kids_reap(&child);
}

static void
on_exited(DccWatcher *watcher, gint64 pid, DccExitInfo *info, gpointer data)
{
    g_assert_cmpint(dcc_exit_info_get_pid(info), ==, pid);
    *(int *)data = dcc_exit_info_get_code(info);
}

static void
on_heartbeat(DccWatcher *watcher, gint64 pid, gint64 memory_bytes, double cpu, gpointer data)
{
    g_assert_cmpint(memory_bytes, >, 0);
    (*(guint *)data)++;
}

static void
test_signals(void)
{
    g_autoptr(GMainContext) context = g_main_context_new();
    g_autoptr(DccWatcher) watcher = dcc_watcher_new();
    DccChild child = kids_start(hands, "silent", "100");
    guint beats = 0;
    int code = -1;

    g_main_context_push_thread_default(context);
    g_signal_connect(watcher, "exited", G_CALLBACK(on_exited), &code);
    g_signal_connect(watcher, "heartbeat", G_CALLBACK(on_heartbeat), &beats);
    g_object_set(watcher, "heartbeat-interval", 5, NULL);
    track(watcher, child.pid);
    g_assert_true(dcc_watcher_attach(watcher, NULL));
    while (code < 0)
        g_main_context_iteration(context, TRUE);
    g_assert_cmpint(code, ==, 0);
    g_assert_cmpuint(beats, >=, 3);
    dcc_watcher_stop(watcher);
    g_assert_false(g_main_context_pending(context));
    g_main_context_pop_thread_default(context);
    kids_reap(&child);
}

/* A forked copy neither speaks nor hears, and does not disturb the original. */
static void
test_fork(void)
{
    g_autoptr(DccWatcher) watcher = make_started();
    DccChild child = kids_start(hands, "wait", NULL);
    int status = 0;
    pid_t copy;

    track(watcher, child.pid);
    copy = fork();
    if (copy == 0) {
        gsize length = 0;
        gboolean inert = dcc_watcher_drain(watcher, &length) == NULL &&
                         !dcc_watcher_is_running(watcher) && !dcc_watcher_start(watcher, NULL) &&
                         dcc_watcher_track(watcher, 1, NULL) == 0 &&
                         !dcc_watcher_untrack(watcher, child.pid);

        g_object_unref(watcher);
        _exit(inert ? 0 : 1);
    }
    waitpid(copy, &status, 0);
    g_assert_cmpint(status, ==, 0);
    kill(child.pid, SIGKILL);
    assert_end(watcher, child.pid, DCC_RESULT_SIGNALED, -1, SIGKILL);
    kids_reap(&child);
}

static void
test_latency(void)
{
    g_autoptr(DccWatcher) watcher = make_started();
    gint64 spent = 0;

    for (int i = 0; i < 50; i++) {
        DccChild child = kids_start(hands, "wait", NULL);
        gint64 began;

        track(watcher, child.pid);
        began = g_get_monotonic_time();
        kill(child.pid, SIGKILL);
        g_assert_true(dcc_watcher_wait(watcher, 20000));
        spent += g_get_monotonic_time() - began;
        g_array_unref(collect(watcher, 1));
        kids_reap(&child);
    }
    g_test_message("kill to wake-up: %.0f us", (double)spent / 50);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hands = argv[argc - 1];
    g_test_add_func("/process/watcher/own-child", test_own_child);
    g_test_add_func("/process/watcher/dead-before-start", test_dead_before_start);
    g_test_add_func("/process/watcher/nobody", test_nobody);
    g_test_add_func("/process/watcher/stranger", test_stranger);
    g_test_add_func("/process/watcher/reaped", test_reaped);
    g_test_add_func("/process/watcher/two-watchers", test_two_watchers);
    g_test_add_func("/process/watcher/thousand", test_thousand);
    g_test_add_func("/process/watcher/unread", test_unread);
    g_test_add_func("/process/watcher/stop-and-go", test_stop_and_go);
    g_test_add_func("/process/watcher/stop-in-flood", test_stop_in_flood);
    g_test_add_func("/process/watcher/descriptor", test_descriptor);
    g_test_add_func("/process/watcher/signals", test_signals);
    g_test_add_func("/process/watcher/fork", test_fork);
    g_test_add_func("/process/watcher/latency", test_latency);
    return g_test_run();
}
