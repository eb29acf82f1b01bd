/* KERN_PROCARGS2: a count, the path that was executed, zeros, arguments, environment. See the header.
 *
 * Compiled and linked for macOS, never run. Threading: any. */
#include "dcc-proc-darwin.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/sysctl.h>

static size_t
get_room(void)
{
    int name[] = {CTL_KERN, KERN_ARGMAX};
    int room = 0;
    size_t size = sizeof room;

    return sysctl(name, 2, &room, &size, NULL, 0) == 0 && room > 0 ? (size_t)room : 0;
}

/* The place behind the next word. */
static size_t
skip_word(const DccProcArguments *self, size_t at)
{
    while (at < self->end && self->text[at] != 0)
        at++;
    return at < self->end ? at + 1 : at;
}

static void
find_parts(DccProcArguments *self)
{
    int count = 0;
    size_t at;

    memcpy(&count, self->text, sizeof count);
    at = skip_word(self, sizeof count);
    while (at < self->end && self->text[at] == 0)
        at++;
    self->arguments = at;
    for (int i = 0; i < count; i++)
        at = skip_word(self, at);
    self->environment = at;
}

bool
dcc_proc_arguments_read(int64_t pid, DccProcArguments *self)
{
    int name[] = {CTL_KERN, KERN_PROCARGS2, (int)pid};
    size_t size = get_room();

    *self = (DccProcArguments){.mapped = size};
    if (size == 0)
        return false;
    self->text = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (self->text == MAP_FAILED)
        return false;
    if (sysctl(name, 3, self->text, &size, NULL, 0) != 0 || size <= sizeof(int)) {
        dcc_proc_arguments_clear(self);
        return false;
    }
    self->end = size;
    find_parts(self);
    return true;
}

void
dcc_proc_arguments_clear(DccProcArguments *self)
{
    munmap(self->text, self->mapped);
    self->text = NULL;
}
