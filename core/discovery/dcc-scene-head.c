/* Reads the head of a scene; see the header. Of a regular file alone: nobody waits for a FIFO or a
 * device. A thread that the kernel holds may outlive whoever began. */
#include "dcc-scene-head.h"

#include "dcc-adapter.h"
#include "dcc-file-facts.h"
#include "dcc-file-open.h"
#include "dcc-quiet-thread.h"
#include "dcc-source.h"

#include <errno.h>
#include <unistd.h>

struct _DccSceneHead {
    char *path;
    GBytes *head;
    GMainContext *context;
    DccSceneHeadFunc func; /* NULL: called, or nobody wants to know */
    gpointer data;
};

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
scene_head_clear(gpointer data)
{
    DccSceneHead *self = data;

    g_clear_pointer(&self->head, g_bytes_unref);
    g_main_context_unref(self->context);
    g_free(self->path);
}

static void
release(gpointer self)
{
    g_atomic_rc_box_release_full(self, scene_head_clear);
}

static gboolean
on_read(gpointer data)
{
    DccSceneHead *self = data;
    DccSceneHeadFunc func = g_steal_pointer(&self->func);

    if (func != NULL)
        func(self->head, self->data);
    return G_SOURCE_REMOVE;
}

/* Takes over the reference. */
static gpointer
read_and_tell(gpointer data)
{
    DccSceneHead *self = data;

    self->head = dcc_scene_head_read(self->path);
    dcc_source_call(self->context, on_read, self, release);
    return NULL;
}

DccSceneHead *
dcc_scene_head_begin(const char *path, DccSceneHeadFunc func, gpointer data)
{
    DccSceneHead *self = g_atomic_rc_box_new0(DccSceneHead);
    GThread *thread;

    self->path = g_strdup(path);
    self->context = g_main_context_ref_thread_default();
    self->func = func;
    self->data = data;
    g_atomic_rc_box_acquire(self);
    thread = dcc_quiet_thread_new("dcchost-scene", read_and_tell, self, NULL);
    if (thread != NULL)
        g_thread_unref(thread);
    else /* a machine that has no thread to give */
        read_and_tell(self);
    return self;
}

void
dcc_scene_head_free(DccSceneHead *self)
{
    if (self == NULL)
        return;
    self->func = NULL;
    release(self);
}
