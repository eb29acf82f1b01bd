/* A look ahead; see the header. */
#include "dcc-look-ahead.h"

#include "dcc-errand.h"
#include "dcc-scene-head.h"

/* The thread's. */
typedef struct {
    char *scene;
    char *cwd;
    char *work;
    char *program;
    gboolean has_scene;
    gboolean has_cwd;
    DccLicenceLines *licence_lines;
} Task;

struct _DccLookAhead {
    DccErrand *errand;
    DccLookAheadFunc func;
    gpointer data;

    gboolean done;
    gboolean has_scene;
    gboolean has_cwd;
    DccLicenceLines *licence_lines;
};

static void
task_free(gpointer data)
{
    Task *task = data;

    g_clear_pointer(&task->licence_lines, dcc_licence_lines_unref);
    g_free(task->scene);
    g_free(task->cwd);
    g_free(task->work);
    g_free(task->program);
    g_free(task);
}

/* As an adapter will: also what is in it. */
static void
read_scene(const char *path)
{
    g_autoptr(GBytes) head = path != NULL ? dcc_scene_head_read(path) : NULL;
}

static void
look(gpointer data)
{
    Task *task = data;

    task->has_scene = task->scene == NULL || g_file_test(task->scene, G_FILE_TEST_IS_REGULAR);
    task->has_cwd = task->cwd == NULL || g_file_test(task->cwd, G_FILE_TEST_IS_DIR);
    read_scene(task->scene);
    read_scene(task->work);
    if (task->program != NULL)
        g_file_test(task->program, G_FILE_TEST_IS_EXECUTABLE);
    task->licence_lines = dcc_licence_lines_load();
}

static void
on_looked(gpointer data, gpointer owner)
{
    DccLookAhead *self = owner;
    Task *task = data;

    self->done = TRUE;
    self->has_scene = task->has_scene;
    self->has_cwd = task->has_cwd;
    self->licence_lines = g_steal_pointer(&task->licence_lines);
    if (self->func != NULL)
        self->func(self->data);
}

static const DccErrandKind errand_kind = {"dcchost-ahead", look, on_looked, task_free, NULL};

DccLookAhead *
dcc_look_ahead_begin(const DccLookAheadPlaces *places, DccLookAheadFunc func, gpointer data)
{
    DccLookAhead *self = g_new0(DccLookAhead, 1);
    Task *task = g_new0(Task, 1);

    task->scene = g_strdup(places->scene);
    task->cwd = g_strdup(places->cwd);
    task->work = g_strdup(places->work);
    task->program = g_strdup(places->program);
    self->func = func;
    self->data = data;
    self->errand = dcc_errand_begin(&errand_kind, task, self);
    return self;
}

void
dcc_look_ahead_tell(DccLookAhead *self, DccLookAheadFunc func, gpointer data)
{
    self->func = func;
    self->data = data;
}

gboolean
dcc_look_ahead_wait(DccLookAhead *self, gint64 ms)
{
    return dcc_errand_wait(self->errand, ms);
}

gboolean
dcc_look_ahead_is_done(DccLookAhead *self)
{
    return self->done;
}

gboolean
dcc_look_ahead_has_scene(DccLookAhead *self)
{
    return self->has_scene;
}

gboolean
dcc_look_ahead_has_cwd(DccLookAhead *self)
{
    return self->has_cwd;
}

DccLicenceLines *
dcc_look_ahead_get_licence_lines(DccLookAhead *self)
{
    return self->licence_lines;
}

void
dcc_look_ahead_free(DccLookAhead *self)
{
    if (self == NULL)
        return;
    dcc_errand_free(self->errand);
    g_clear_pointer(&self->licence_lines, dcc_licence_lines_unref);
    g_free(self);
}
