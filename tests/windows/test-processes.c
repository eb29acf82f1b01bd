/* Processes of Windows: words, ends, jobs, handles, watching. The arguments: hands, and a program that needs GLib. */
#include "dcc-child.h"
#include "dcc-exit-status.h"
#include "dcc-file-name.h"
#include "dcc-handle.h"
#include "dcc-identity.h"
#include "dcc-job.h"
#include "dcc-monitor.h"
#include "dcc-signals.h"
#include "dcc-watcher.h"
#include "windows-kids.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include <winsock2.h>
/* after winsock2.h, which it would replace by an older one */
#include <windows.h>

#define MANY 100

static char *hands, *program_of_glib, *place;

static gboolean
is_wine(void)
{
    return GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version") != NULL;
}

static DccExitStatus
end_of(const char *mode, const char *argument)
{
    DccChild child = kids_start(hands, mode, argument);

    return dcc_exit_status_decode(dcc_child_reap(&child));
}

/* What a program really gets. */
static void
test_words(void)
{
    g_autofree char *file = g_strconcat(place, "/words", NULL);
    const char *const argv[] = {hands,
                                "dump",
                                file,
                                "",
                                "two words",
                                "C:\\a dir\\",
                                "say \"hi\"",
                                "\\\\server\\share\\",
                                "a\\\\\"b",
                                "\xe4\xbd\x9c\xe5\x93\x81 \xc3\xa4",
                                "%PATH% ^&|<>",
                                "\"",
                                NULL};
    DccChild child = kids_start_words(argv);
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    gsize length;
    const char *at;

    g_assert_cmpint(dcc_child_reap(&child), ==, 0);
    g_file_get_contents(file, &text, &length, &error);
    g_assert_no_error(error);
    at = text;
    for (guint i = 3; argv[i] != NULL; i++, at += strlen(at) + 1)
        g_assert_cmpstr(at, ==, argv[i]);
    g_assert_true(at == text + length);
}

static void
test_ends(void)
{
    static const struct {
        const char *code;
        int seen;
    } rows[] = {
        {"0", 0}, {"1", 1}, {"3", 3}, {"255", 255}, {"259", 259}, {"-1", 255}, {"70000", 70000}};
    DccExitStatus end;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        end = end_of("exit", rows[i].code);
        g_assert_cmpint(end.kind, ==, DCC_RESULT_EXITED);
        g_assert_cmpint(end.code, ==, rows[i].seen);
    }
    end = end_of("crash", NULL);
    g_assert_cmpint(end.kind, ==, DCC_RESULT_SIGNALED);
    g_assert_cmpint(end.signal, ==, DCC_SIGNAL_SEGV);
    end = end_of("exit", "0xC0000409");
    g_assert_cmpint(end.signal, ==, DCC_SIGNAL_ABORT);
}

static void
test_killed_by_us(void)
{
    DccChild child = kids_start(hands, "sleep", NULL);
    DccExitStatus end;

    dcc_child_kill(&child);
    end = dcc_exit_status_decode(dcc_child_reap(&child));
    g_assert_cmpint(end.kind, ==, DCC_RESULT_SIGNALED);
    g_assert_cmpint(end.signal, ==, DCC_SIGNAL_KILL);
}

static void
put(const char *path, const char *bytes, gsize n)
{
    g_autoptr(GError) error = NULL;

    g_file_set_contents(path, bytes, (gssize)n, &error);
    g_assert_no_error(error);
}

static void
test_not_started(void)
{
    g_autofree char *script = g_strconcat(place, "/run me.bat", NULL);
    g_autofree char *text = g_strconcat(place, "/text.exe", NULL);
    g_autofree char *missing = g_strconcat(place, "/no such.exe", NULL);
    const struct {
        const char *program, *cwd, *words;
        int error;
    } rows[] = {
        {missing, NULL, "exec of", ENOENT},
        {place, NULL, "exec of", ENOEXEC},
        {script, NULL, "name the program that runs it", ENOEXEC},
        {text, NULL, "exec of", 0},
        {"C:/\xff.exe", NULL, "no UTF-8", EILSEQ},
        {hands, missing, "chdir of", ENOENT},
        {hands, hands, "chdir of", ENOENT},
        {"//no-such-server/share/a.exe", NULL, "exec of", 0},
    };

    put(script, "@exit 0\r\n", 9);
    put(text, "not a program, but long enough to be looked at as one would be", 60);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *const argv[] = {rows[i].program, NULL};
        const DccSpawn spawn = {
            .argv = argv, .cwd = rows[i].cwd, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
        g_autoptr(GError) error = NULL;
        DccChild child;
        int errno_code = 0;

        g_assert_false(dcc_spawn(&spawn, &child, &errno_code, &error));
        g_test_message("%s", error->message);
        g_assert_error(error, DCC_ERROR, DCC_ERROR_START);
        g_assert_nonnull(strstr(error->message, rows[i].words));
        if (rows[i].error != 0)
            g_assert_cmpint(errno_code, ==, rows[i].error);
    }
}

static char *
run(const char *const *argv, gint64 timeout_ms, GError **error)
{
    int status = -1;
    char *output = dcc_command_run(argv, NULL, timeout_ms, 100000, &status, error);

    if (output != NULL)
        g_assert_cmpint(status, ==, 0);
    return output;
}

static void
test_command(void)
{
    const char *const say[] = {hands, "say", "hello ", "10000", NULL};
    const char *const leave[] = {hands, "leave", NULL};
    const char *const sleep[] = {hands, "sleep", NULL};
    g_autoptr(GError) error = NULL;
    g_autofree char *said = run(say, KIDS_PATIENCE, &error);
    g_autofree char *number = NULL;
    DccProcessRef left;
    gint64 begin;

    g_assert_no_error(error);
    g_assert_cmpuint(strlen(said), ==, 60000);
    begin = g_get_monotonic_time();
    number = run(leave, KIDS_PATIENCE, &error);
    g_assert_no_error(error);
    left = dcc_process_ref_open(g_ascii_strtoll(number, NULL, 10), NULL);
    g_assert_cmpint(left, !=, DCC_PROCESS_REF_NONE);
    g_assert_false(dcc_process_ref_has_ended(left));
    g_assert_true(dcc_process_ref_kill(left));
    dcc_process_ref_close(&left);
    g_assert_cmpint(g_get_monotonic_time() - begin, <, KIDS_PATIENCE * G_GINT64_CONSTANT(1000));
    g_assert_null(run(sleep, 200, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_TIMEOUT);
}

/* The name of a DLL that it needs is changed, in a copy that lies where no other is. */
static void
test_missing_dll(void)
{
    g_autofree char *path = g_strconcat(place, "/incomplete.exe", NULL);
    const char *const argv[] = {path, NULL};
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;
    gsize length, at = 0;

    g_file_get_contents(program_of_glib, &bytes, &length, &error);
    g_assert_no_error(error);
    while (at + 14 < length && g_ascii_strncasecmp(bytes + at, "glib-2.0-0.dll", 14) != 0)
        at++;
    g_assert_cmpuint(at + 14, <, length);
    memcpy(bytes + at, "nosuch", 6);
    put(path, bytes, length);
    g_assert_null(run(argv, KIDS_PATIENCE, &error));
    g_test_message("%s", error->message);
    g_assert_error(error, DCC_ERROR, DCC_ERROR_START);
    g_assert_nonnull(strstr(error->message, "cannot start: a DLL that it needs is missing"));
    g_assert_nonnull(strstr(error->message, "0xC0000135"));
}

/* The environment is what was given, and nothing else: a variable of ours is not there. */
static void
test_environment(void)
{
    const char *const envp[] = {"ONE=first", "one=last", NULL};
    const char *const argv[] = {hands, "variable", "ONE", NULL};
    const char *const other[] = {hands, "variable", "PATH", NULL};
    g_autofree char *one = dcc_command_run(argv, envp, KIDS_PATIENCE, 100, NULL, NULL);
    g_autofree char *path = dcc_command_run(other, envp, KIDS_PATIENCE, 100, NULL, NULL);

    g_assert_cmpstr(one, ==, "last");
    /* Wine adds a path of its own. */
    if (!is_wine())
        g_assert_cmpstr(path, ==, "none");
}

/* An inheritable handle of ours is not passed on by the way. */
static void
test_handles(void)
{
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    HANDLE event = NULL;
    g_autofree char *number = NULL;

    /* Numbers that every process has for its own are of no use here. */
    for (int i = 0; i < 200; i++)
        event = CreateEventW(&inherited, TRUE, FALSE, NULL);
    number = g_strdup_printf("%d", dcc_handle_to_number(event));
    g_assert_cmpint(end_of("handle", number).code, ==, 0);
}

static void
test_identity(void)
{
    DccChild child = kids_start(hands, "sleep", NULL);
    DccIdentity identity;
    DccProcessRef process;

    g_assert_true(dcc_identity_read(child.pid, &identity));
    g_assert_true(dcc_identity_is_alive(&identity));
    process = dcc_identity_open(&identity);
    g_assert_cmpint(process, !=, DCC_PROCESS_REF_NONE);
    dcc_process_ref_close(&process);
    g_assert_cmpint(dcc_identity_get_age_ms(&identity), >=, 0);
    identity.start_ticks++;
    g_assert_cmpint(dcc_identity_open(&identity), ==, DCC_PROCESS_REF_NONE);
    identity.start_ticks--;
    dcc_child_kill(&child);
    dcc_child_reap(&child);
    g_assert_false(dcc_identity_is_alive(&identity));
    g_assert_false(dcc_identity_read(0x7ffffffc, &identity));
    g_assert_false(dcc_identity_read(-1, &identity));
}

/* A hundred children, each with a code of its own; each end is told once. */
/* How many handles of a job that holds the process lie in it. */
static guint
count_job_handles(gint64 pid)
{
    HANDLE process = OpenProcess(PROCESS_DUP_HANDLE | PROCESS_QUERY_INFORMATION, FALSE, (DWORD)pid);
    guint n = 0;

    g_assert_nonnull(process);
    for (gsize number = 4; number < 4096; number += 4) {
        HANDLE copy = NULL;
        BOOL is_in = FALSE;

        if (!DuplicateHandle(process,
                             (HANDLE)number,
                             GetCurrentProcess(),
                             &copy,
                             0,
                             FALSE,
                             DUPLICATE_SAME_ACCESS))
            continue;
        n += IsProcessInJob(process, copy, &is_in) && is_in;
        CloseHandle(copy);
    }
    CloseHandle(process);
    return n;
}

/* Each of its processes keeps the job's name, whoever else ends; and none gets a second handle. */
static void
test_job_is_lent(void)
{
    DccChild child = kids_start(hands, "grow", "3");
    guint64 start = dcc_identity_read_start(child.pid);
    g_autoptr(GArray) pids = NULL;

    kids_wait_for(dcc_job_count(child.pid, start) == 3);
    dcc_job_lend_all();
    dcc_job_lend_all();
    pids = dcc_job_list(child.pid, start);
    g_assert_cmpuint(pids->len, ==, 3);
    for (guint i = 0; i < pids->len; i++) {
        gint64 pid = g_array_index(pids, gint64, i);

        g_assert_cmpuint(count_job_handles(pid), ==, 1);
    }
    g_assert_true(dcc_job_terminate(child.pid, start, 9));
    dcc_child_reap(&child);
    kids_wait_for(dcc_job_count(child.pid, start) == 0);
    dcc_job_lend_all();
}

static void
test_hundred(void)
{
    g_autoptr(DccWatcher) watcher = dcc_watcher_new();
    g_autoptr(GError) error = NULL;
    DccChild children[MANY];
    guint told[MANY] = {0}, n_told = 0;

    dcc_watcher_set_heartbeat_interval(watcher, 0);
    dcc_watcher_start(watcher, &error);
    g_assert_no_error(error);
    for (int i = 0; i < MANY; i++) {
        g_autofree char *code = g_strdup_printf("%d", i + 1);

        children[i] = kids_start(hands, "exit", code);
        dcc_watcher_track(watcher, children[i].pid, &error);
        g_assert_no_error(error);
    }
    while (n_told < MANY) {
        gsize length = 0;
        g_autofree guint8 *bytes = NULL;

        g_assert_true(dcc_watcher_wait(watcher, KIDS_PATIENCE));
        bytes = dcc_watcher_drain(watcher, &length);
        for (gsize i = 0; i < length / sizeof(DccWatchEvent); i++) {
            const DccWatchEvent *event = &((const DccWatchEvent *)(gpointer)bytes)[i];

            if (event->type != DCC_WATCH_EXITED)
                continue;
            g_assert_cmpint(event->result, ==, DCC_RESULT_EXITED);
            g_assert_cmpint(event->exit_code, >=, 1);
            g_assert_cmpint(event->exit_code, <=, MANY);
            g_assert_cmpint(event->pid, ==, children[event->exit_code - 1].pid);
            told[event->exit_code - 1]++;
            n_told++;
        }
    }
    for (int i = 0; i < MANY; i++) {
        g_assert_cmpuint(told[i], ==, 1);
        dcc_child_reap(&children[i]);
    }
    g_assert_cmpuint(dcc_watcher_get_tracked_count(watcher), ==, 0);
    dcc_watcher_stop(watcher);
}

static void
test_crash_is_told(void)
{
    g_autoptr(DccWatcher) watcher = dcc_watcher_new();
    DccChild child = kids_start(hands, "crash", NULL);
    gsize length = 0;
    g_autofree guint8 *bytes = NULL;
    const DccWatchEvent *event;

    dcc_watcher_set_heartbeat_interval(watcher, 0);
    g_assert_true(dcc_watcher_start(watcher, NULL));
    g_assert_cmpuint(dcc_watcher_track(watcher, child.pid, NULL), >, 0);
    g_assert_true(dcc_watcher_wait(watcher, KIDS_PATIENCE));
    bytes = dcc_watcher_drain(watcher, &length);
    g_assert_cmpuint(length, ==, sizeof *event);
    event = (const DccWatchEvent *)(gpointer)bytes;
    g_assert_cmpint(event->result, ==, DCC_RESULT_SIGNALED);
    g_assert_cmpint(event->signal, ==, DCC_SIGNAL_SEGV);
    g_assert_cmpint(event->exit_code, ==, -1);
    dcc_child_reap(&child);
    dcc_watcher_stop(watcher);
}

/* The descriptor for other main loops is a socket that can be waited for. */
static gboolean
is_readable(int fd)
{
    struct timeval now = {0, 0};
    fd_set set;

    FD_ZERO(&set);
    FD_SET((SOCKET)fd, &set);
    return select(0, &set, NULL, NULL, &now) == 1;
}

static void
test_descriptor(void)
{
    g_autoptr(DccWatcher) watcher = dcc_watcher_new();
    DccChild child = kids_start(hands, "exit", "5");
    int fd = dcc_watcher_get_fd(watcher);
    gsize length = 0;

    g_assert_cmpint(fd, >=, 0);
    g_assert_false(is_readable(fd));
    dcc_watcher_set_heartbeat_interval(watcher, 0);
    g_assert_true(dcc_watcher_start(watcher, NULL));
    g_assert_cmpuint(dcc_watcher_track(watcher, child.pid, NULL), >, 0);
    kids_wait_for(is_readable(fd));
    g_free(dcc_watcher_drain(watcher, &length));
    g_assert_cmpuint(length, >, 0);
    g_assert_false(is_readable(fd));
    dcc_child_reap(&child);
    dcc_watcher_stop(watcher);
}

static void
note_exit(DccWatcher *watcher, gint64 pid, DccExitInfo *info, int *code)
{
    *code = dcc_exit_info_get_code(info);
}

/* Watching in a main loop of the caller's. */
static void
test_attached(void)
{
    g_autoptr(DccWatcher) watcher = dcc_watcher_new();
    g_autoptr(GError) error = NULL;
    DccChild child = kids_start(hands, "exit", "6");
    int code = -1;

    dcc_watcher_set_heartbeat_interval(watcher, 0);
    g_signal_connect(watcher, "exited", G_CALLBACK(note_exit), &code);
    dcc_watcher_attach(watcher, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(dcc_watcher_track(watcher, child.pid, NULL), >, 0);
    while (code == -1)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(code, ==, 6);
    dcc_child_reap(&child);
    dcc_watcher_stop(watcher);
}

static void
test_monitor(void)
{
    g_autoptr(DccMonitor) monitor = dcc_monitor_new();
    g_autoptr(GError) error = NULL;
    DccChild child = kids_start(hands, "sleep", NULL);
    gsize length = 0;
    g_autofree guint8 *bytes = NULL;
    g_autofree guint8 *later = NULL;
    const DccReading *reading;

    dcc_monitor_track(monitor, child.pid, &error);
    g_assert_no_error(error);
    bytes = dcc_monitor_refresh(monitor, &length);
    g_assert_cmpuint(length, ==, sizeof *reading);
    reading = (const DccReading *)(gpointer)bytes;
    g_assert_cmpint(reading->pid, ==, child.pid);
    g_assert_cmpint(reading->status, ==, DCC_PROCESS_RUNNING);
    g_assert_cmpint(reading->memory_bytes, >, 100000);
    g_assert_true(dcc_monitor_is_alive(monitor, child.pid));
    dcc_child_kill(&child);
    dcc_child_reap(&child);
    later = dcc_monitor_refresh(monitor, &length);
    reading = (const DccReading *)(gpointer)later;
    g_assert_true(length == 0 || reading->status == DCC_PROCESS_STOPPED);
    g_assert_false(dcc_monitor_is_alive(monitor, child.pid));
}

static void
clean(void)
{
    g_autoptr(GDir) dir = g_dir_open(place, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_strconcat(place, "/", name, NULL);

        g_unlink(path);
    }
    g_clear_pointer(&dir, g_dir_close);
    g_rmdir(place);
}

int
main(int argc, char **argv)
{
    int status;

    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, ==, 3);
    hands = dcc_file_name_normalize(argv[1]);
    program_of_glib = dcc_file_name_normalize(argv[2]);
    place = dcc_file_name_normalize(g_dir_make_tmp("dcc-XXXXXX", NULL));
    g_test_add_func("/processes/words", test_words);
    g_test_add_func("/processes/ends", test_ends);
    g_test_add_func("/processes/killed-by-us", test_killed_by_us);
    g_test_add_func("/processes/not-started", test_not_started);
    g_test_add_func("/processes/command", test_command);
    g_test_add_func("/processes/missing-dll", test_missing_dll);
    g_test_add_func("/processes/environment", test_environment);
    g_test_add_func("/processes/handles", test_handles);
    g_test_add_func("/processes/job-is-lent", test_job_is_lent);
    g_test_add_func("/processes/identity", test_identity);
    g_test_add_func("/processes/hundred", test_hundred);
    g_test_add_func("/processes/crash-is-told", test_crash_is_told);
    g_test_add_func("/processes/descriptor", test_descriptor);
    g_test_add_func("/processes/attached", test_attached);
    g_test_add_func("/processes/monitor", test_monitor);
    status = g_test_run();
    clean();
    return status;
}
