/* What fake-dcc wants of the system; fake-system-posix.c and fake-system-windows.c. */
#pragma once

#include "fake-dcc.h"

#include <stdio.h>

#ifdef _WIN32
#define FAKE_WRITE "wb"
#define FAKE_LINES _IONBF /* its C library has no buffer of a line */
#else
#define FAKE_WRITE "we"
#define FAKE_LINES _IOLBF
extern char **environ;
#endif

/* Everything ends after the lifetime. */
void
fake_system_begin(const FakeOptions *options);
void
fake_system_forbid_core(void);
/* How it takes being asked to end by the system. */
void
fake_system_set_signals(const FakeOptions *options);
/* Which life this is, from 1; 0 when nobody counts. */
int64_t
fake_system_count_life(const char *path);
/* Lines of many writers stay whole. */
int
fake_system_open_to_append(const char *path);
/* As that signal would; returns where it ends nothing. */
void
fake_system_die(int number);
void
fake_system_stop(void);

/* Monotonic milliseconds. */
int64_t
fake_now(void);
/* A thread of this process, or the whole of it, sleeps for this long; FAKE_NEVER: for ever. */
void
fake_sleep(int64_t ms);

bool
fake_thread_start(void *(*func)(void *), void *data);
void
fake_lock(FakeLock *lock);
void
fake_unlock(FakeLock *lock);
void
fake_condition_init(FakeCondition *condition);
/* Whoever waits looks again. */
void
fake_tell(FakeCondition *condition);
/* Until then (INT64_MAX: for ever), or until the condition is told; with the lock held. It may return too early. */
void
fake_wait_until(FakeCondition *condition, FakeLock *lock, int64_t at);

void
fake_system_print_process(void);
void
fake_system_print_fds(void);

/* A connection to the session. */
typedef struct FakeLine FakeLine;

/* NULL: nobody is there. */
FakeLine *
fake_line_dial(const char *path);
void
fake_line_close(FakeLine *self);
void
fake_line_send(FakeLine *self, const char *bytes, size_t length);
/* One line, without its end. FALSE when the other side closed. */
bool
fake_line_read(FakeLine *self, char *line, size_t size);
