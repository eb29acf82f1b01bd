/* Writes to the state directory, in a thread, in order. */
#include "dcc-store-writer.h"

#include "dcc-json.h"
#include "dcc-quiet-thread.h"
#include "dcc-source.h"
#include "dcc-store-file.h"

#include <string.h>

#define IDLE_US       (2 * G_USEC_PER_SEC)
#define LAST_FLUSH_MS 5000

typedef struct {
    const char *what;
    DccStoreJob run;
    gpointer data;
    GDestroyNotify destroy;
} Job;

/* Held by the owner, by the thread and by each failure that is on its way: a thread that a dead
 * file server keeps outlives its owner. */
struct _DccStoreWriter {
    gatomicrefcount refs;
    GMutex mutex;
    GCond changed;
    GQueue jobs; /* those to do; the one that is being done is no longer in it */
    gboolean running;
    gboolean busy;
    gboolean failed;
    gboolean freed; /* by its owner, whom nothing is told any more */
    GMainContext *context;
    DccStoreFailed func;
    gpointer user_data;
};

typedef struct {
    DccStoreWriter *writer;
    const char *what;
    GError *error;
} Failure;

DccStoreWriter *
dcc_store_writer_new(void)
{
    DccStoreWriter *self = g_new0(DccStoreWriter, 1);

    g_atomic_ref_count_init(&self->refs);
    g_mutex_init(&self->mutex);
    g_cond_init(&self->changed);
    g_queue_init(&self->jobs);
    return self;
}

static void
unref(DccStoreWriter *self)
{
    if (!g_atomic_ref_count_dec(&self->refs))
        return;
    g_mutex_clear(&self->mutex);
    g_cond_clear(&self->changed);
    g_clear_pointer(&self->context, g_main_context_unref);
    g_free(self);
}

static DccStoreWriter *
ref(DccStoreWriter *self)
{
    g_atomic_ref_count_inc(&self->refs);
    return self;
}

static void
free_failure(gpointer data)
{
    Failure *failure = data;

    unref(failure->writer);
    g_error_free(failure->error);
    g_free(failure);
}

static gboolean
report_failure(gpointer data)
{
    Failure *failure = data;
    DccStoreWriter *self = failure->writer;
    DccStoreFailed func;

    g_mutex_lock(&self->mutex);
    func = self->func;
    g_mutex_unlock(&self->mutex);
    if (func != NULL)
        func(failure->what, failure->error, self->user_data);
    return G_SOURCE_REMOVE;
}

/* The mutex is held. */
static void
note_failure(DccStoreWriter *self, const char *what, GError *error)
{
    Failure *failure;

    self->failed = TRUE;
    if (self->context == NULL) {
        g_error_free(error);
        return;
    }
    failure = g_new0(Failure, 1);
    failure->writer = ref(self);
    failure->what = what;
    failure->error = error;
    dcc_source_call(self->context, report_failure, failure, free_failure);
}

static void
run_job(DccStoreWriter *self, Job *job)
{
    GError *error = NULL;
    gboolean done = job->run(job->data, &error);

    if (job->destroy != NULL)
        job->destroy(job->data);
    g_mutex_lock(&self->mutex);
    if (!done)
        note_failure(self, job->what, error);
    self->busy = FALSE;
    g_cond_broadcast(&self->changed);
    g_mutex_unlock(&self->mutex);
    g_free(job);
}

/* NULL: there has been none for a while, and the thread ends. */
static Job *
take_job(DccStoreWriter *self)
{
    gint64 end = g_get_monotonic_time() + IDLE_US;
    Job *job;

    g_mutex_lock(&self->mutex);
    while (g_queue_is_empty(&self->jobs) && g_cond_wait_until(&self->changed, &self->mutex, end)) {
    }
    job = g_queue_pop_head(&self->jobs);
    self->busy = self->running = job != NULL;
    g_mutex_unlock(&self->mutex);
    return job;
}

static gpointer
work(gpointer data)
{
    DccStoreWriter *self = data;
    Job *job;

    while ((job = take_job(self)) != NULL)
        run_job(self, job);
    unref(self);
    return NULL;
}

/* The mutex is held. Where no thread can be had, the caller does it all itself. */
static gboolean
start_thread(DccStoreWriter *self)
{
    GThread *thread =
        self->running ? NULL : dcc_quiet_thread_new("dcc-writer", work, ref(self), NULL);

    if (thread != NULL)
        g_thread_unref(thread);
    else if (!self->running)
        unref(self);
    self->running = self->running || thread != NULL;
    return self->running;
}

void
dcc_store_writer_push(
    DccStoreWriter *self, const char *what, DccStoreJob job, gpointer data, GDestroyNotify destroy)
{
    Job *pushed = g_new0(Job, 1);
    gboolean threaded;

    *pushed = (Job){.what = what, .run = job, .data = data, .destroy = destroy};
    g_mutex_lock(&self->mutex);
    threaded = start_thread(self);
    if (threaded) {
        g_queue_push_tail(&self->jobs, pushed);
        g_cond_broadcast(&self->changed);
    }
    g_mutex_unlock(&self->mutex);
    if (!threaded)
        run_job(self, pushed);
}

/* A job, and what its owner does when it is done. */
typedef struct {
    DccStoreWriter *writer;
    GMainContext *context;
    DccStoreFunc run;
    DccStoreFunc then;
    gpointer data;
    GDestroyNotify destroy;
} Errand;

static void
errand_free(gpointer data)
{
    Errand *errand = data;

    errand->destroy(errand->data);
    g_main_context_unref(errand->context);
    unref(errand->writer);
    g_free(errand);
}

static gboolean
report_errand(gpointer data)
{
    Errand *errand = data;
    gboolean freed;

    g_mutex_lock(&errand->writer->mutex);
    freed = errand->writer->freed;
    g_mutex_unlock(&errand->writer->mutex);
    if (!freed)
        errand->then(errand->data);
    return G_SOURCE_REMOVE;
}

static gboolean
run_errand(gpointer data, GError **error)
{
    Errand *errand = data;

    errand->run(errand->data);
    dcc_source_call(errand->context, report_errand, errand, errand_free);
    return TRUE;
}

void
dcc_store_writer_push_then(DccStoreWriter *self,
                           DccStoreFunc job,
                           DccStoreFunc then,
                           gpointer data,
                           GDestroyNotify destroy)
{
    Errand *errand = g_new0(Errand, 1);

    *errand = (Errand){.writer = ref(self),
                       .context = g_main_context_ref_thread_default(),
                       .run = job,
                       .then = then,
                       .data = data,
                       .destroy = destroy};
    dcc_store_writer_push(self, NULL, run_errand, errand, NULL);
}

typedef struct {
    char *path;
    char *text;
} Replacement;

static void
replacement_free(gpointer data)
{
    Replacement *self = data;

    g_free(self->path);
    g_free(self->text);
    g_free(self);
}

static gboolean
replace(gpointer data, GError **error)
{
    Replacement *self = data;

    return dcc_store_file_replace(
        self->path, self->text, strlen(self->text), DCC_STORE_STATE, error);
}

void
dcc_store_writer_push_json(DccStoreWriter *self,
                           const char *what,
                           const char *path,
                           JsonObject *object)
{
    Replacement *job = g_new0(Replacement, 1);
    g_autofree char *line = dcc_json_to_line(object);

    job->path = g_strdup(path);
    job->text = g_strconcat(line, "\n", NULL);
    dcc_store_writer_push(self, what, replace, job, replacement_free);
}

gboolean
dcc_store_writer_flush(DccStoreWriter *self, gint64 timeout_ms)
{
    gint64 end = g_get_monotonic_time() + timeout_ms * 1000;
    gboolean done;

    g_mutex_lock(&self->mutex);
    while ((self->busy || !g_queue_is_empty(&self->jobs)) &&
           g_cond_wait_until(&self->changed, &self->mutex, end)) {
    }
    done = !self->busy && g_queue_is_empty(&self->jobs);
    g_mutex_unlock(&self->mutex);
    return done;
}

void
dcc_store_writer_set_failed_func(DccStoreWriter *self, DccStoreFailed func, gpointer user_data)
{
    g_mutex_lock(&self->mutex);
    g_clear_pointer(&self->context, g_main_context_unref);
    self->func = func;
    self->user_data = user_data;
    if (func != NULL)
        self->context = g_main_context_ref_thread_default();
    g_mutex_unlock(&self->mutex);
}

gboolean
dcc_store_writer_has_failed(DccStoreWriter *self)
{
    gboolean failed;

    g_mutex_lock(&self->mutex);
    failed = self->failed;
    self->failed = FALSE;
    g_mutex_unlock(&self->mutex);
    return failed;
}

void
dcc_store_writer_free(DccStoreWriter *self)
{
    if (self == NULL)
        return;
    dcc_store_writer_flush(self, LAST_FLUSH_MS);
    dcc_store_writer_set_failed_func(self, NULL, NULL);
    g_mutex_lock(&self->mutex);
    self->freed = TRUE;
    g_mutex_unlock(&self->mutex);
    unref(self);
}
