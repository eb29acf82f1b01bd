/* Reads the head of a scene; see the header. Of a regular file alone: nobody waits for a FIFO or a
 * device. */
#include "dcc-scene-head.h"

#include "dcc-adapter.h"
#include "dcc-errand.h"
#include "dcc-file-facts.h"
#include "dcc-file-open.h"

#include <errno.h>
#include <unistd.h>

struct _DccSceneHead {
    DccErrand *errand;
    DccSceneHeadFunc func;
    gpointer data;
};

/* The thread's. */
typedef struct {
    char *path;
    GBytes *head;
} Task;

static GBytes *
read_open(int fd)
{
    g_autofree char *buffer = g_malloc(DCC_ADAPTER_SCENE_HEAD);
    gsize length = 0;
    DccFileFacts facts;

    if (!dcc_file_facts_read_open(fd, &facts) || facts.kind != DCC_FILE_REGULAR)
        return NULL;
    while (length < DCC_ADAPTER_SCENE_HEAD) {
        gssize n = read(fd, buffer + length, DCC_ADAPTER_SCENE_HEAD - length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return NULL;
        if (n == 0)
            break;
        length += (gsize)n;
    }
    return g_bytes_new_take(g_steal_pointer(&buffer), length);
}

GBytes *
dcc_scene_head_read(const char *path)
{
    int fd = dcc_file_open_target_to_read(path);
    GBytes *head;

    if (fd < 0)
        return NULL;
    head = read_open(fd);
    close(fd);
    return head;
}

static void
task_free(gpointer data)
{
    Task *task = data;

    g_clear_pointer(&task->head, g_bytes_unref);
    g_free(task->path);
    g_free(task);
}

static void
read_head(gpointer data)
{
    Task *task = data;

    task->head = dcc_scene_head_read(task->path);
}

static void
on_read(gpointer task, gpointer data)
{
    DccSceneHead *self = data;

    self->func(((Task *)task)->head, self->data);
}

static const DccErrandKind errand_kind = {"dcchost-scene", read_head, on_read, task_free, NULL};

DccSceneHead *
dcc_scene_head_begin(const char *path, DccSceneHeadFunc func, gpointer data)
{
    DccSceneHead *self = g_new0(DccSceneHead, 1);
    Task *task = g_new0(Task, 1);

    task->path = g_strdup(path);
    self->func = func;
    self->data = data;
    self->errand = dcc_errand_begin(&errand_kind, task, self);
    return self;
}

void
dcc_scene_head_free(DccSceneHead *self)
{
    if (self == NULL)
        return;
    dcc_errand_free(self->errand);
    g_free(self);
}
