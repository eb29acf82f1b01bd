/* The agent: a thread that dials the session, answers for the process, and hands over what is the
 * main thread's to do. It reconnects for as long as the process lives; not after its token was
 * refused. */
#include "fake-dcc.h"
#include "fake-system.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_PAUSE_MS 100
#define LAST_PAUSE_MS  2000
#define MAX_LINE       (1024 * 1024)

static FakeLock out_lock = FAKE_LOCK_INIT;
static FakeLine *out; /* guarded by out_lock; NULL: nobody to speak to */
static char line[MAX_LINE];

static void
send_line(FakeLine *to, const char *format, va_list args)
{
    char text[16384];
    int n = vsnprintf(text, sizeof text - 1, format, args);

    if (n < 0 || n >= (int)sizeof text - 1)
        return;
    text[n] = '\n';
    fake_line_send(to, text, (size_t)n + 1);
}

void
fake_agent_send(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fake_lock(&out_lock);
    if (out)
        send_line(out, format, args);
    fake_unlock(&out_lock);
    va_end(args);
}

static void
send_hello(void)
{
    const FakeOptions *options = fake_life.options;
    const char *token = getenv("DCCHOST_AGENT_TOKEN");
    char scene[8192], quoted[1024];

    fake_lock(&fake_life.lock);
    bool ready = fake_life.ready_told;
    fake_unlock(&fake_life.lock);
    fake_json_quote(options->scene ? options->scene : "", scene, sizeof scene);
    fake_json_quote(options->bad_token ? "wrong" : (token ? token : ""), quoted, sizeof quoted);
    fake_agent_send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\",\"params\":{\"token\":%s,"
                    "\"pid\":%d,\"app\":\"fake\",\"version\":\"" FAKE_VERSION
                    "\",\"python\":\"\",\"headless\":%s,\"protocol\":1,\"ready\":%s,\"scene\":%s}}",
                    quoted,
                    (int)getpid(),
                    options->headless ? "true" : "false",
                    ready ? "true" : "false",
                    scene);
}

static void
tell_ready(void)
{
    const char *scene = fake_life.options->scene ? fake_life.options->scene : "";
    char quoted[8192];

    fake_agent_send(
        "{\"jsonrpc\":\"2.0\",\"method\":\"ready\",\"params\":{\"scene\":%s,\"exists\":%s}}",
        fake_json_quote(scene, quoted, sizeof quoted),
        *scene && access(scene, F_OK) == 0 ? "true" : "false");
}

/* Once it is ready and somebody listens, once only; the main thread waits for this. */
static void
tell_ready_if_so(void)
{
    fake_lock(&fake_life.lock);
    bool due = fake_life.ready && !fake_life.ready_claimed;
    fake_life.ready_claimed |= due;
    fake_unlock(&fake_life.lock);
    if (!due)
        return;
    tell_ready();
    fake_lock(&fake_life.lock);
    fake_life.ready_told = true;
    fake_tell(&fake_life.changed);
    fake_unlock(&fake_life.lock);
}

static void
answer_ping(int64_t id)
{
    const char *scene = fake_life.options->scene ? fake_life.options->scene : "";
    char quoted[8192], reason[256];

    fake_lock(&fake_life.lock);
    int64_t now = fake_now();
    int64_t age = fake_life.waiting ? 0 : now - fake_life.turned_at;
    int64_t busy_ms = fake_life.busy ? now - fake_life.busy_at : 0;
    if (fake_life.busy)
        fake_json_quote(fake_life.busy, reason, sizeof reason);
    else
        strcpy(reason, "null");
    fake_unlock(&fake_life.lock);
    fake_agent_send("{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":{\"pid\":%d,"
                    "\"main_thread_age_ms\":%lld,\"busy\":%s,\"busy_ms\":%lld,\"scene\":%s,"
                    "\"dirty\":true}}",
                    (long long)id,
                    (int)getpid(),
                    (long long)age,
                    reason,
                    (long long)busy_ms,
                    fake_json_quote(scene, quoted, sizeof quoted));
}

static void
answer_stacks(int64_t id)
{
    const char *directory = getenv("TMPDIR");
    char path[4096], quoted[8192];

    snprintf(path, sizeof path, "%s/fake-%d.stacks", directory ? directory : "/tmp", (int)getpid());
    FILE *file = fopen(path, FAKE_WRITE);
    if (file) {
        fputs("Thread main (most recent call first):\n  File \"fake.py\", line 1 in sleep\n", file);
        fclose(file);
    }
    fake_agent_send("{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":{\"path\":%s}}",
                    (long long)id,
                    fake_json_quote(path, quoted, sizeof quoted));
}

/* The main thread may be asleep for good, so the agent does not wait for it. */
static void
hand_over(int64_t id, const char *method, const char *params)
{
    fake_lock(&fake_life.lock);
    bool taken = fake_life.n_jobs < FAKE_MAX_JOBS;
    if (taken) {
        FakeJob *job = &fake_life.jobs[fake_life.n_jobs++];

        job->id = id;
        job->code = fake_json_int(fake_json_member(params, "code"), 0);
        snprintf(job->method, sizeof job->method, "%s", method);
        if (!fake_json_string(
                fake_json_member(params, "directory"), job->directory, sizeof job->directory))
            job->directory[0] = '\0';
        job->frame = (int)fake_json_int(fake_json_member(params, "frame"), 0);
        if (!fake_json_string(fake_json_member(params, "path"), job->path, sizeof job->path))
            job->path[0] = '\0';
        if (!fake_json_string(fake_json_member(params, "task"), job->task, sizeof job->task))
            job->task[0] = '\0';
        fake_tell(&fake_life.changed);
    }
    fake_unlock(&fake_life.lock);
    if (!taken)
        fake_agent_send("{\"jsonrpc\":\"2.0\",\"id\":%lld,\"error\":{\"code\":-32000,"
                        "\"message\":\"too much to do\"}}",
                        (long long)id);
}

static void
refuse_cancelled(int64_t id)
{
    fake_agent_send("{\"jsonrpc\":\"2.0\",\"id\":%lld,\"error\":{\"code\":-32000,"
                    "\"message\":\"the render was cancelled\"}}",
                    (long long)id);
}

/* With the lock held: frames of the task that have not begun are taken out. TRUE: there were some. */
static bool
drop_frames(const char *task, int64_t ids[FAKE_MAX_JOBS], int *n_ids)
{
    int kept = 0;

    *n_ids = 0;
    for (int i = 0; i < fake_life.n_jobs; i++) {
        FakeJob *job = &fake_life.jobs[i];

        if (strcmp(job->method, "render") == 0 && strcmp(job->task, task) == 0)
            ids[(*n_ids)++] = job->id;
        else if (kept++ != i)
            fake_life.jobs[kept - 1] = *job;
    }
    fake_life.n_jobs = kept;
    return *n_ids > 0;
}

static void
cancel(int64_t id, const char *params)
{
    int64_t ids[FAKE_MAX_JOBS];
    int n_ids;
    char task[64];

    if (!fake_json_string(fake_json_member(params, "task"), task, sizeof task))
        task[0] = '\0';
    fake_lock(&fake_life.lock);
    bool early = drop_frames(task, ids, &n_ids);
    if (*task && strcmp(fake_life.task, task) == 0 && !fake_life.options->no_cancel) {
        fake_life.cancelled = early = true;
        fake_tell(&fake_life.changed);
    }
    fake_unlock(&fake_life.lock);
    for (int i = 0; i < n_ids; i++)
        refuse_cancelled(ids[i]);
    fake_agent_send("{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":{\"cancelled\":%s}}",
                    (long long)id,
                    early ? "true" : "false");
}

static void
answer(const char *request)
{
    char method[32];
    int64_t id = fake_json_int(fake_json_member(request, "id"), 0);

    if (!fake_json_string(fake_json_member(request, "method"), method, sizeof method))
        return;
    if (strcmp(method, "ping") == 0)
        answer_ping(id);
    else if (strcmp(method, "stacks") == 0)
        answer_stacks(id);
    else if (strcmp(method, "cancel") == 0)
        cancel(id, fake_json_member(request, "params"));
    else if (strcmp(method, "save") == 0 || strcmp(method, "quit") == 0 ||
             strcmp(method, "render") == 0)
        hand_over(id, method, fake_json_member(request, "params"));
    else if (id != 0)
        fake_agent_send("{\"jsonrpc\":\"2.0\",\"id\":%lld,\"error\":{\"code\":-32601,"
                        "\"message\":\"no such method\"}}",
                        (long long)id);
}

static bool
is_frozen(void)
{
    fake_lock(&fake_life.lock);
    bool frozen = fake_life.frozen;
    fake_unlock(&fake_life.lock);
    return frozen;
}

static void
set_out(FakeLine *to)
{
    fake_lock(&out_lock);
    out = to;
    fake_unlock(&out_lock);
}

/* TRUE when the token was refused. */
static bool
converse(FakeLine *in)
{
    bool refused = false;

    set_out(in);
    send_hello();
    if (fake_line_read(in, line, sizeof line))
        refused = fake_json_member(line, "error") != NULL;
    if (!refused && fake_json_member(line, "result")) {
        fake_lock(&fake_life.lock);
        fake_life.greeted = true;
        fake_unlock(&fake_life.lock);
        tell_ready_if_so();
        while (fake_line_read(in, line, sizeof line)) {
            while (is_frozen())
                fake_sleep(FAKE_NEVER);
            answer(line);
        }
    }
    fake_lock(&fake_life.lock);
    fake_life.greeted = false;
    fake_unlock(&fake_life.lock);
    set_out(NULL);
    fake_line_close(in);
    return refused;
}

static void *
agent_main(void *path)
{
    int64_t pause = FIRST_PAUSE_MS;

    for (;;) {
        FakeLine *to = fake_line_dial(path);

        if (to) {
            if (converse(to))
                return NULL;
            pause = FIRST_PAUSE_MS;
        }
        fake_sleep(pause);
        pause = pause * 2 < LAST_PAUSE_MS ? pause * 2 : LAST_PAUSE_MS;
    }
}

/* The main thread became ready while the agent sat in a read: whoever comes second tells. */
void
fake_agent_ready(void)
{
    fake_lock(&fake_life.lock);
    fake_life.ready = true;
    bool greeted = fake_life.greeted;
    fake_unlock(&fake_life.lock);
    if (greeted)
        tell_ready_if_so();
}

bool
fake_agent_start(void)
{
    static char path[4096];
    const char *socket_path = getenv("DCCHOST_AGENT_SOCKET");

    if (!socket_path || !*socket_path)
        return false;
    snprintf(path, sizeof path, "%s", socket_path);
    return fake_thread_start(agent_main, path);
}
