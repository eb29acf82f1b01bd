/* An application that does what it is told, for tests: one program, many modes.
 *
 * It uses no library but the C one, because tests start it by the thousand and under injected
 * faults. The main thread is the application: it becomes ready, works, hangs, saves, quits,
 * crashes. A second thread is the agent and speaks docs/protocol.md.
 *
 * Times are milliseconds, counted from the moment it has said it is ready; without an agent, or
 * when it is never to be ready, from its start. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32
/* As its SRWLOCK and its CONDITION_VARIABLE, which are a pointer each. */
typedef struct {
    void *system;
} FakeLock;
typedef FakeLock FakeCondition;
#define FAKE_LOCK_INIT                                                                             \
    {                                                                                              \
        0                                                                                          \
    }
#else
#include <pthread.h>
typedef pthread_mutex_t FakeLock;
typedef pthread_cond_t FakeCondition;
#define FAKE_LOCK_INIT PTHREAD_MUTEX_INITIALIZER
#endif

#define FAKE_NEVER    (-1)
#define FAKE_VERSION  "1.2.3"
#define FAKE_MAX_TREE 16

typedef struct {
    /* ready */
    int64_t ready_after;
    bool never_ready;
    bool job, no_job;
    bool no_agent;
    bool bad_token;
    bool headless;
    const char *scene; /* the argument that is no option */
    /* not well */
    int64_t hang_after, hang_for;
    int64_t freeze_after;
    int64_t busy_after, busy_for;
    const char *busy_reason;
    bool stop_self;
    /* the end */
    int64_t crash_after;
    int64_t signal;
    int64_t exit_after;
    int64_t code;
    int64_t exit_before_ready;
    const char *count_file;
    int64_t crash_times;
    bool crash_save;
    bool autosave;
    bool core;
    bool licence_fail, bad_scene, out_of_memory;
    /* being asked */
    bool ignore_term;
    bool window;
    int64_t term_exit;
    bool term_quit;
    bool refuse_save, false_save, refuse_quit;
    int64_t slow_save, slow_quit;
    /* others */
    const char *tree[FAKE_MAX_TREE];
    int n_tree;
    bool hold_stdout;
    const char *daemon;
    bool wrapper;
    int64_t lifetime; /* seconds */
    /* output */
    const char *print;
    int64_t flood;
    int64_t take_memory;
    bool binary, no_newline, close_stdout;
    bool print_env, print_args, print_process, fds;
    int64_t progress, frames, every;
    const char *render, *output; /* render: NULL: it renders nothing */
    const char *bad_frames, *bad;
    int64_t crash_at, frame_ms;
    bool silent_frames;
    bool no_cancel;
    const char *oracle;
    bool version, help;
} FakeOptions;

/* fake-options.c: FALSE, after a word on stderr, for what it does not know. */
bool
fake_options_parse(FakeOptions *options, int argc, char **argv);
void
fake_options_help(void);

/* What the agent hands over to the main thread. */
typedef struct {
    char method[32];
    int64_t id;
    int64_t code;
    char directory[4096];
    int frame;
    char path[4096];
    char task[64]; /* whose frame it is; "": nobody's */
} FakeJob;

#define FAKE_MAX_JOBS 8

/* fake-life.c: what the two threads share. */
typedef struct {
    const FakeOptions *options;
    FakeLock lock;
    FakeCondition changed;
    bool greeted;       /* the session has taken the agent's hello */
    bool ready;         /* the application can be used */
    bool ready_claimed; /* one of the threads is telling the session so */
    bool ready_told;    /* and the session has been told */
    bool waiting;       /* the main thread turns: it waits for something to do */
    bool frozen;        /* nobody answers any more */
    int64_t turned_at;
    const char *busy; /* by its own word */
    int64_t busy_at;
    FakeJob jobs[FAKE_MAX_JOBS]; /* oldest first */
    int n_jobs;
    char task[64];  /* of the frame that is being rendered; "": none */
    bool cancelled; /* that frame is wanted no longer */
} FakeLife;

extern FakeLife fake_life;
/* Runs to the end of the application; returns its exit code. */
int
fake_life_run(const FakeOptions *options);
/* What it is busy with by its own word, told to the session; NULL: nothing. */
void
fake_set_busy(const char *reason);
/* Sleeps until then, or until the frame that is being rendered is cancelled: then FALSE. */
bool
fake_sleep_for_frame(int64_t ms);

/* fake-agent.c: does nothing without DCCHOST_AGENT_SOCKET. */
bool
fake_agent_start(void);
/* From the main thread: it is ready. */
void
fake_agent_ready(void);
/* Any thread. Nothing is sent while nobody is connected. */
void
fake_agent_send(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* fake-json.c: as much JSON as one line of the protocol needs. value points into text, or is NULL.
 */
const char *
fake_json_member(const char *object, const char *name);
bool
fake_json_string(const char *value, char *buffer, size_t size);
int64_t
fake_json_int(const char *value, int64_t fallback);
/* buffer gets the text in quotes, escaped; returns buffer. */
const char *
fake_json_quote(const char *text, char *buffer, size_t size);

/* fake-tree.c, fake-tree-windows.c: whoever is left behind ends by itself after the lifetime. */
void
fake_tree_grow(const FakeOptions *options);
/* Starts itself again without --wrapper, waits, and exits as a shell would. */
int
fake_wrapper_run(char **argv);

/* fake-output.c */
/* One line: the label, and the bytes, escaped where they are no printable ones. */
void
fake_print_escaped(const char *label, const char *bytes);
void
fake_output_start(const FakeOptions *options, char **argv);
void
fake_output_flood(const FakeOptions *options);
void
fake_output_progress(const FakeOptions *options);

/* fake-render.c: does not return where there is something to render. */
void
fake_render(const FakeOptions *options);
/* One frame of a task, as the session has asked for it, and the answer. */
void
fake_render_job(const FakeOptions *options, const FakeJob *job);

/* fake-end.c */
void
fake_end_open(const FakeOptions *options);
/* "PID WORD NUMBER INCARNATION", one line, whole even among many writers. */
void
fake_oracle(const char *word, int64_t number);
/* Leaves a file in TMPDIR that holds what nothing else does, and says so when it is whole. */
void
fake_autosave(void);
/* What such a file holds: its kind and the run that wrote it. */
int
fake_write_work(const char *path, const char *kind);
void
fake_crash(const FakeOptions *options) __attribute__((noreturn));
void
fake_exit(int code) __attribute__((noreturn));
/* In order, for that signal. */
void
fake_quit_for(int number) __attribute__((noreturn));
