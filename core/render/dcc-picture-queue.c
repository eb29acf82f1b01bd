/* Pictures are looked at in a thread; see the header.
 *
 * The thread lives as long as there is something to do. It owns each task while it works on it, and
 * gives it back through the main context; a queue that was freed meanwhile is told nothing. */
#include "dcc-picture-queue.h"

#include "dcc-quiet-thread.h"
#include "dcc-source.h"

/* Shared with the thread; outlives the queue by one look at most. */
typedef struct {
    gatomicrefcount refs;
    GMutex mutex;
    GQueue tasks;
    gboolean running;
    gboolean abandoned;
    char *program;
    gint64 newer_than;
    GMainContext *context;
    DccPictureQueue *owner; /* of the main context alone; NULL: it was freed */
} Shared;

struct _DccPictureQueue {
    Shared *shared;
    DccPictureFunc func;
    gpointer data;
    guint n_open;
};

typedef struct {
    Shared *shared;
    guint tag;
    char *path;
    DccPictureFinding finding;
} Task;

static void
task_free(gpointer data)
{
    Task *task = data;

    dcc_picture_finding_clear(&task->finding);
    g_free(task->path);
    g_free(task);
}

static Shared *
ref(Shared *self)
{
    g_atomic_ref_count_inc(&self->refs);
    return self;
}

static void
unref(Shared *self)
{
    if (!g_atomic_ref_count_dec(&self->refs))
        return;
    g_queue_clear_full(&self->tasks, task_free);
    g_mutex_clear(&self->mutex);
    g_main_context_unref(self->context);
    g_free(self->program);
    g_free(self);
}

static void
told_free(gpointer data)
{
    Shared *shared = ((Task *)data)->shared;

    task_free(data);
    unref(shared);
}

static gboolean
tell(gpointer data)
{
    Task *task = data;
    DccPictureQueue *owner = task->shared->owner;

    if (owner == NULL)
        return G_SOURCE_REMOVE;
    owner->n_open--;
    owner->func(task->tag, task->path, &task->finding, owner->data);
    return G_SOURCE_REMOVE;
}

static void
hand_back(Shared *self, Task *task)
{
    ref(self);
    dcc_source_call(self->context, tell, task, told_free);
}

static Task *
take_task(Shared *self)
{
    Task *task;

    g_mutex_lock(&self->mutex);
    task = self->abandoned ? NULL : g_queue_pop_head(&self->tasks);
    self->running = task != NULL;
    g_mutex_unlock(&self->mutex);
    return task;
}

static gpointer
work(gpointer data)
{
    Shared *self = data;
    Task *task;

    while ((task = take_task(self)) != NULL) {
        dcc_picture_look(self->program, task->path, self->newer_than, &task->finding);
        hand_back(self, task);
    }
    unref(self);
    return NULL;
}

DccPictureQueue *
dcc_picture_queue_new(const char *program, DccPictureFunc func, gpointer data)
{
    DccPictureQueue *self = g_new0(DccPictureQueue, 1);

    self->func = func;
    self->data = data;
    self->shared = g_new0(Shared, 1);
    g_atomic_ref_count_init(&self->shared->refs);
    g_mutex_init(&self->shared->mutex);
    g_queue_init(&self->shared->tasks);
    self->shared->program = g_strdup(program);
    self->shared->context = g_main_context_ref_thread_default();
    self->shared->owner = self;
    return self;
}

void
dcc_picture_queue_set_newer_than(DccPictureQueue *self, gint64 newer_than)
{
    self->shared->newer_than = newer_than;
}

void
dcc_picture_queue_free(DccPictureQueue *self)
{
    if (self == NULL)
        return;
    self->shared->owner = NULL;
    g_mutex_lock(&self->shared->mutex);
    self->shared->abandoned = TRUE;
    g_mutex_unlock(&self->shared->mutex);
    unref(self->shared);
    g_free(self);
}

/* Where no thread can be had it is done here. */
static void
start_thread(Shared *self)
{
    GThread *thread = dcc_quiet_thread_new("dcc-pictures", work, ref(self), NULL);

    if (thread != NULL)
        g_thread_unref(thread);
    else
        work(self);
}

void
dcc_picture_queue_push(DccPictureQueue *self, guint tag, const char *path)
{
    Shared *shared = self->shared;
    Task *task = g_new0(Task, 1);
    gboolean idle;

    *task = (Task){.shared = shared, .tag = tag, .path = g_strdup(path)};
    self->n_open++;
    g_mutex_lock(&shared->mutex);
    g_queue_push_tail(&shared->tasks, task);
    idle = !shared->running;
    shared->running = TRUE;
    g_mutex_unlock(&shared->mutex);
    if (idle)
        start_thread(shared);
}

guint
dcc_picture_queue_count(DccPictureQueue *self)
{
    return self->n_open;
}
