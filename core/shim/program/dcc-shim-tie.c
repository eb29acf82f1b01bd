/* What the application is tied to; see the header.
 *
 * Contract: a number alone names nobody, so each comes with the time it started; one that is not
 * that process any more is gone. Threading: one thread. */
#include "dcc-shim-tie.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

/* All of it is to be over five seconds after the loss: a session is given most of that to save. */
#define ATTENDED_MS 4300
#define ALONE_MS    1500
#define LOOK_MS     1000

bool
dcc_shim_tie_add(ShimTie *self, const char *text)
{
    ShimTied *tied = &self->all[self->n];
    char *end;

    if (self->n == DCC_SHIM_MAX_TIES)
        return false;
    *tied = (ShimTied){.fd = -1};
    tied->pid = strtoll(text, &end, 10);
    if (tied->pid <= 0 || *end != ':' || end[1] < '0' || end[1] > '9')
        return false;
    tied->start_ticks = strtoull(end + 1, &end, 10);
    self->n++;
    return *end == 0;
}

static bool
is_there(const ShimTied *tied)
{
    DccProc proc;

    return dcc_proc_read(tied->pid, &proc) && proc.start_ticks == tied->start_ticks &&
           proc.state != 'Z' && proc.state != 'X';
}

void
dcc_shim_tie_open(ShimTie *self)
{
    for (unsigned i = 0; i < self->n; i++) {
        ShimTied *tied = &self->all[i];

        tied->fd = dcc_pidfd_open(tied->pid);
        if (is_there(tied))
            continue;
        if (tied->fd >= 0)
            close(tied->fd);
        tied->fd = -1;
        self->lost = true;
    }
}

int
dcc_shim_tie_get_fd(const ShimTie *self, unsigned number)
{
    return number < self->n && !self->lost ? self->all[number].fd : -1;
}

static bool
must_be_looked_at(const ShimTie *self)
{
    for (unsigned i = 0; i < self->n; i++)
        if (self->all[i].fd < 0)
            return true;
    return false;
}

int
dcc_shim_tie_patience(const ShimTie *self, int64_t now_ms)
{
    if (self->killed || self->n == 0)
        return -1;
    if (self->lost)
        return self->due_ms > now_ms ? (int)(self->due_ms - now_ms) : 0;
    return must_be_looked_at(self) ? LOOK_MS : -1;
}

static bool
has_ended(const ShimTied *tied)
{
    struct pollfd fd = {tied->fd, POLLIN, 0};

    return tied->fd >= 0 ? poll(&fd, 1, 0) > 0 : !is_there(tied);
}

static void
look(ShimTie *self)
{
    for (unsigned i = 0; i < self->n; i++)
        self->lost = self->lost || has_ended(&self->all[i]);
}

ShimTieWord
dcc_shim_tie_ask(ShimTie *self, bool attended, int64_t now_ms)
{
    if (self->n == 0 || self->killed)
        return SHIM_TIE_HOLDS;
    if (!self->lost)
        look(self);
    if (!self->lost)
        return SHIM_TIE_HOLDS;
    if (self->due_ms == 0)
        self->due_ms = now_ms + ATTENDED_MS;
    if (now_ms >= self->due_ms) {
        self->killed = true;
        return SHIM_TIE_KILL;
    }
    if (attended || self->terminated)
        return SHIM_TIE_HOLDS;
    self->terminated = true;
    if (self->due_ms > now_ms + ALONE_MS)
        self->due_ms = now_ms + ALONE_MS;
    return SHIM_TIE_TERMINATE;
}
