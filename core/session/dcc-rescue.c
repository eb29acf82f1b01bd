/* Files of an ended run to safety; see the header. */
#include "dcc-rescue.h"

#include "dcc-file-facts.h"
#include "dcc-quiet-thread.h"
#include "dcc-source.h"

#include <glib/gstdio.h>

/* One file on its way. */
typedef struct {
    DccRescueKind kind;
    char *from;
    char *to;
    gboolean again; /* it was taken before and has changed: no news */
    gboolean done;
} Move;

/* What the thread works on, shared with it. */
typedef struct {
    GPtrArray *moves; /* Move */
    gboolean keep;
    GMainContext *context;
    DccRescue *rescue; /* NULL: it is gone; looked at in the context's thread alone */
} Job;

typedef struct {
    char *target;
    gint64 mtime_ns;
    gint64 size;
} Taken;

struct _DccRescue {
    char *dir;
    char *incarnation;
    GHashTable *taken; /* path -> Taken */
    Job *job;          /* under way */
    DccRescueFunc func;
    gpointer data;
};

static void
move_free(gpointer data)
{
    Move *move = data;

    g_free(move->from);
    g_free(move->to);
    g_free(move);
}

static void
taken_free(gpointer data)
{
    g_free(((Taken *)data)->target);
    g_free(data);
}

static void
job_clear(gpointer data)
{
    Job *job = data;

    g_ptr_array_unref(job->moves);
    g_main_context_unref(job->context);
}

static void
job_unref(Job *job)
{
    g_atomic_rc_box_release_full(job, job_clear);
}

DccRescue *
dcc_rescue_new(const char *rescue_dir, const char *incarnation)
{
    DccRescue *self = g_new0(DccRescue, 1);

    self->dir = g_strdup(rescue_dir);
    self->incarnation = g_strdup(incarnation);
    self->taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, taken_free);
    return self;
}

void
dcc_rescue_free(DccRescue *self)
{
    if (self == NULL)
        return;
    if (self->job != NULL) {
        self->job->rescue = NULL;
        g_clear_pointer(&self->job, job_unref);
    }
    g_hash_table_unref(self->taken);
    g_free(self->dir);
    g_free(self->incarnation);
    g_free(self);
}

static gboolean
read_plain(const char *path, DccFileFacts *facts)
{
    return dcc_file_facts_read(path, facts) && facts->kind == DCC_FILE_REGULAR && facts->is_ours;
}

gboolean
dcc_rescue_is_plain_file(const char *path)
{
    DccFileFacts facts;

    return path != NULL && read_plain(path, &facts);
}

/* Beside the target first: half a copy is never taken for work. */
static gboolean
copy_file(const char *from, const char *to)
{
    g_autofree char *half = g_strconcat(to, ".part", NULL);
    g_autoptr(GFile) source = g_file_new_for_path(from);
    g_autoptr(GFile) target = g_file_new_for_path(half);

    if (!g_file_copy(source,
                     target,
                     G_FILE_COPY_OVERWRITE | G_FILE_COPY_NOFOLLOW_SYMLINKS,
                     NULL,
                     NULL,
                     NULL,
                     NULL)) {
        g_unlink(half);
        return FALSE;
    }
    dcc_file_facts_copy_times(from, half);
    return g_rename(half, to) == 0;
}

static gboolean
fetch(Move *move, gboolean keep)
{
    if (!copy_file(move->from, move->to))
        return FALSE;
    if (!keep)
        g_unlink(move->from);
    return TRUE;
}

static gboolean
is_known_target(DccRescue *self, const char *target)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->taken);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (g_str_equal(((Taken *)value)->target, target))
            return TRUE;
    return FALSE;
}

/* Two files of one name from two directories are two files. */
static char *
make_target(DccRescue *self, const char *path)
{
    g_autofree char *base = g_path_get_basename(path);
    g_autofree char *name = g_strdup_printf("%.8s-%s", self->incarnation, base);
    char *target = g_build_filename(self->dir, name, NULL);

    for (guint i = 2; is_known_target(self, target); i++) {
        g_free(target);
        target = g_strdup_printf("%s/%.8s-%u-%s", self->dir, self->incarnation, i, base);
    }
    return target;
}

/* The agent itself may have written it there. */
static gboolean
is_safe_already(DccRescue *self, const char *path)
{
    g_autofree char *dir = g_path_get_dirname(path);

    return g_str_equal(dir, self->dir);
}

/* NULL: nothing to be done about this one. */
static Move *
plan_move(DccRescue *self, DccRescueFile *file)
{
    const char *path = dcc_rescue_file_get_path(file);
    Taken *taken = g_hash_table_lookup(self->taken, path);
    DccFileFacts facts;
    Move *move;

    if (!read_plain(path, &facts))
        return NULL;
    if (taken != NULL && taken->mtime_ns == facts.mtime_ns && taken->size == facts.size)
        return NULL;
    move = g_new0(Move, 1);
    move->kind = dcc_rescue_file_get_kind(file);
    move->from = g_strdup(path);
    if (taken != NULL)
        move->to = g_strdup(taken->target);
    else
        move->to = is_safe_already(self, path) ? g_strdup(path) : make_target(self, path);
    move->again = taken != NULL;
    taken = g_new0(Taken, 1);
    taken->target = g_strdup(move->to);
    taken->mtime_ns = facts.mtime_ns;
    taken->size = facts.size;
    g_hash_table_replace(self->taken, g_strdup(path), taken);
    return move;
}

static void
finish(DccRescue *self, Job *job)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_object_unref);
    gboolean complete = TRUE;

    for (guint i = 0; i < job->moves->len; i++) {
        Move *move = g_ptr_array_index(job->moves, i);

        complete = complete && move->done;
        if (!move->again)
            g_ptr_array_add(found,
                            dcc_rescue_file_new(move->kind, move->done ? move->to : move->from));
    }
    g_clear_pointer(&self->job, job_unref);
    self->func(found, complete, self->data);
}

static gboolean
on_moved(gpointer data)
{
    Job *job = data;

    if (job->rescue != NULL)
        finish(job->rescue, job);
    return G_SOURCE_REMOVE;
}

static void
move_all(Job *job)
{
    for (guint i = 0; i < job->moves->len; i++) {
        Move *move = g_ptr_array_index(job->moves, i);

        move->done = g_rename(move->from, move->to) == 0 || fetch(move, job->keep);
    }
}

static gpointer
move_in_thread(gpointer data)
{
    Job *job = data;

    move_all(job);
    dcc_source_call(job->context, on_moved, job, (GDestroyNotify)job_unref);
    return NULL;
}

/* A machine that has no thread to give moves them here. */
static void
begin(Job *job)
{
    GThread *thread =
        dcc_quiet_thread_new("rescue", move_in_thread, g_atomic_rc_box_acquire(job), NULL);

    if (thread != NULL) {
        g_thread_unref(thread);
        return;
    }
    job_unref(job);
    move_all(job);
    finish(job->rescue, job);
}

void
dcc_rescue_take(
    DccRescue *self, GListModel *files, gboolean keep, DccRescueFunc func, gpointer data)
{
    Job *job = g_atomic_rc_box_new0(Job);

    g_return_if_fail(self->job == NULL);
    job->moves = g_ptr_array_new_with_free_func(move_free);
    job->context = g_main_context_ref_thread_default();
    job->keep = keep;
    job->rescue = self;
    self->job = job;
    self->func = func;
    self->data = data;
    for (guint i = 0; files != NULL && i < g_list_model_get_n_items(files); i++) {
        g_autoptr(DccRescueFile) file = g_list_model_get_item(files, i);
        Move *move = plan_move(self, file);

        if (move != NULL)
            g_ptr_array_add(job->moves, move);
    }
    if (job->moves->len > 0)
        begin(job);
    else
        finish(self, job);
}

gboolean
dcc_rescue_is_busy(DccRescue *self)
{
    return self->job != NULL;
}
