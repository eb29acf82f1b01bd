/* The main thread: becomes ready, then does what is planned when it is due, and what the agent
 * hands over in between. It blocks while there is nothing to do. */
#include "fake-dcc.h"
#include "fake-system.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

FakeLife fake_life = {.lock = FAKE_LOCK_INIT};

typedef struct {
    int64_t after; /* FAKE_NEVER: not planned, or done */
    void (*act)(const FakeOptions *options);
} Plan;

void
fake_set_busy(const char *reason)
{
    char quoted[256];

    fake_lock(&fake_life.lock);
    fake_life.busy = reason;
    fake_life.busy_at = fake_now();
    fake_unlock(&fake_life.lock);
    fake_agent_send("{\"jsonrpc\":\"2.0\",\"method\":\"busy\",\"params\":{\"reason\":%s}}",
                    reason ? fake_json_quote(reason, quoted, sizeof quoted) : "null");
}

static void
hang(const FakeOptions *options)
{
    fake_sleep(options->hang_for);
}

static void
freeze(const FakeOptions *options)
{
    fake_lock(&fake_life.lock);
    fake_life.frozen = true;
    fake_unlock(&fake_life.lock);
    fake_sleep(FAKE_NEVER);
}

static void
be_busy(const FakeOptions *options)
{
    int64_t end = options->busy_for == FAKE_NEVER ? INT64_MAX : fake_now() + options->busy_for;

    if (options->busy_reason)
        fake_set_busy(options->busy_reason);
    while (fake_now() < end)
        ;
    if (options->busy_reason)
        fake_set_busy(NULL);
}

static void
end_by_itself(const FakeOptions *options)
{
    fake_exit((int)options->code);
}

static void
save(const FakeOptions *options, const FakeJob *job)
{
    char path[4400], quoted[8192];
    long long id = job->id;

    if (options->slow_save > 0)
        fake_sleep(options->slow_save);
    snprintf(path, sizeof path, "%s/fake-%d.scene", job->directory, (int)getpid());
    int bytes = options->refuse_save ? -1 : fake_write_work(path, "copy");
    if (bytes < 0) {
        fake_agent_send("{\"jsonrpc\":\"2.0\",\"id\":%lld,\"error\":{\"code\":-32000,"
                        "\"message\":\"cannot save: %s\"}}",
                        id,
                        options->refuse_save ? "it was told to refuse"
                                             : "the file cannot be written");
        return;
    }
    if (options->false_save)
        unlink(path);
    printf("Info: wrote '%s'\n", path);
    fake_agent_send("{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":{\"path\":%s,\"bytes\":%d}}",
                    id,
                    fake_json_quote(path, quoted, sizeof quoted),
                    bytes);
}

static void
quit(const FakeOptions *options, const FakeJob *job)
{
    long long id = job->id;

    if (options->refuse_quit) {
        fake_agent_send("{\"jsonrpc\":\"2.0\",\"id\":%lld,\"error\":{\"code\":-32000,"
                        "\"message\":\"the user was asked, and said no\"}}",
                        id);
        return;
    }
    fake_agent_send("{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":{\"quitting\":true}}", id);
    if (options->slow_quit > 0)
        fake_sleep(options->slow_quit);
    fake_exit((int)job->code);
}

/* With the lock held; FALSE when there is none. */
static bool
take_job(FakeJob *job)
{
    if (fake_life.n_jobs == 0)
        return false;
    *job = fake_life.jobs[0];
    memcpy(fake_life.task, job->task, sizeof fake_life.task); /* from here on it can be cancelled */
    fake_life.cancelled = false;
    fake_life.n_jobs--;
    memmove(fake_life.jobs, fake_life.jobs + 1, (size_t)fake_life.n_jobs * sizeof *fake_life.jobs);
    return true;
}

static void
do_job(const FakeOptions *options, const FakeJob *job)
{
    if (strcmp(job->method, "save") == 0)
        save(options, job);
    else if (strcmp(job->method, "render") == 0)
        fake_render_job(options, job);
    else
        quit(options, job);
}

bool
fake_sleep_for_frame(int64_t ms)
{
    int64_t end = fake_now() + ms + 1; /* no less than was asked for: now is cut to milliseconds */

    fake_lock(&fake_life.lock);
    while (!fake_life.cancelled && fake_now() < end)
        fake_wait_until(&fake_life.changed, &fake_life.lock, end);
    bool whole = !fake_life.cancelled;
    fake_unlock(&fake_life.lock);
    return whole;
}

/* Turns the main loop until then, or for ever. */
static void
turn_until(int64_t at, bool until_told)
{
    FakeJob job;

    for (;;) {
        fake_lock(&fake_life.lock);
        fake_life.waiting = true;
        while (fake_life.n_jobs == 0 && fake_now() < at && !(until_told && fake_life.ready_told))
            fake_wait_until(&fake_life.changed, &fake_life.lock, at);
        fake_life.waiting = false;
        fake_life.turned_at = fake_now();
        bool has_job = take_job(&job);
        fake_unlock(&fake_life.lock);
        if (!has_job)
            return;
        do_job(fake_life.options, &job);
    }
}

static void
become_ready(const FakeOptions *options, bool agent)
{
    if (options->never_ready)
        return;
    turn_until(fake_now() + options->ready_after, false);
    fake_agent_ready();
    fake_oracle("ready", 0);
    if (agent)
        turn_until(INT64_MAX, true);
    if (options->busy_reason && options->busy_after == FAKE_NEVER)
        fake_set_busy(options->busy_reason);
}

/* In the order of their times, in this order where those are equal. */
static void
follow_plans(const FakeOptions *options)
{
    int64_t start = fake_now();
    Plan plans[] = {
        {options->busy_after, be_busy},
        {options->hang_after, hang},
        {options->freeze_after, freeze},
        {options->crash_after, fake_crash},
        {options->exit_after, end_by_itself},
    };

    for (;;) {
        Plan *next = NULL;

        for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
            if (plans[i].after != FAKE_NEVER && (!next || plans[i].after < next->after))
                next = &plans[i];
        turn_until(next ? start + next->after : INT64_MAX, false);
        next->after = FAKE_NEVER;
        next->act(options);
    }
}

/* Page by page, and written to: whoever counts it has counted it. */
static void
take_memory(const FakeOptions *options)
{
    enum { PIECE = 1 << 20 };

    for (int64_t taken = 0; taken < options->take_memory; taken += PIECE) {
        char *piece = malloc(PIECE);

        if (!piece)
            return;
        memset(piece, 1, PIECE);
        __asm__ volatile("" : : "r"(piece) : "memory"); /* nobody reads it, all the same */
    }
}

int
fake_life_run(const FakeOptions *options)
{
    fake_condition_init(&fake_life.changed);
    fake_life.options = options;
    fake_life.turned_at = fake_now();

    bool agent = !options->no_agent && fake_agent_start();
    become_ready(options, agent);
    if (options->stop_self)
        fake_system_stop();
    if (options->autosave)
        fake_autosave();
    take_memory(options);
    fake_output_flood(options);
    fake_output_progress(options);
    fake_render(options);
    follow_plans(options);
    return 0;
}
