/* The session's end of a run where there is no shim: the session itself starts the application, writes the record, and
 * hears of its end; see the header.
 *
 * What outlives the session is a job with a name (dcc-job.h): one that is attached later finds the tree by it, and the
 * main process by number and time of creation. How the application ended is known to whoever has a handle of it then;
 * where nobody attended, it is lost, and said to be lost: never 0.
 *
 * An end is heard of, never looked for: of the main process, and after it of each that is left in the job. What is
 * looked at is the length of the log, for the system tells nobody that a file grows which somebody keeps open, and at the
 * same time whether the job has new members, which are then to keep its name. */
#include "dcc-shim-link.h"

#include "dcc-direct-link-private.h"
#include "dcc-handle.h"
#include "dcc-held-child.h"
#include "dcc-job-tree.h"
#include "dcc-job.h"
#include "dcc-process-look.h"
#include "dcc-record-file.h"
#include "dcc-shim-news.h"
#include "dcc-source.h"

#include <errno.h>
#include <string.h>

#define OUTPUT_PERIOD_MS 250
#define MAX_WATCHED      256

G_DEFINE_TYPE(DccShimLink, dcc_shim_link, G_TYPE_OBJECT)

static guint signal_news;

/* By a handler of the news, perhaps. */
static gboolean
is_dropped(DccShimLink *self)
{
    return self->watch == NULL;
}

static void
tell(DccShimLink *self, DccShimNews news)
{
    if (!is_dropped(self) && dcc_shim_news_take(&self->told, news))
        g_signal_emit(self, signal_news, 0, (int)news);
}

gboolean
dcc_shim_link_read_slot(DccShimLink *self, DccShimSlot *slot)
{
    if (dcc_record_file_read(self->dir, slot))
        return TRUE;
    memset(slot, 0, sizeof *slot);
    return FALSE;
}

static void
look_for_output(DccShimLink *self)
{
    if (dcc_output_file_has_grown(&self->output))
        tell(self, DCC_SHIM_OUTPUT);
}

static gboolean
on_look(gpointer data)
{
    g_autoptr(DccShimLink) self = g_object_ref(data);

    look_for_output(self);
    dcc_job_lend_all();
    return G_SOURCE_CONTINUE;
}

static void
look_at_output(DccShimLink *self)
{
    if (self->looking == NULL && self->output.fd >= 0)
        self->looking = dcc_source_attach(g_timeout_source_new(OUTPUT_PERIOD_MS), on_look, self);
}

static gboolean
on_later(gpointer data)
{
    g_autoptr(DccShimLink) self = g_object_ref(data);
    DccShimSlot slot;

    dcc_source_clear(&self->later);
    dcc_shim_link_read_slot(self, &slot);
    for (guint news = DCC_SHIM_STARTED; news <= DCC_SHIM_EMPTY; news++) {
        if (!dcc_shim_news_is_recorded(&slot, (DccShimNews)news))
            continue;
        if (news == DCC_SHIM_EXITED)
            look_for_output(self);
        tell(self, (DccShimNews)news);
    }
    if (slot.phase == DCC_PHASE_REFUSED ||
        (slot.phase == DCC_PHASE_ENDED && (slot.tree_empty || self->left))) {
        dcc_source_clear(&self->looking);
        tell(self, DCC_SHIM_GONE);
    }
    return G_SOURCE_REMOVE;
}

/* From the main loop, so that who has just asked can listen first. */
void
dcc_shim_link_tell_later(DccShimLink *self)
{
    if (self->later == NULL && !is_dropped(self))
        self->later = dcc_source_attach(g_idle_source_new(), on_later, self);
}

/* -- The end of the main process, and of what it leaves -- */

void
dcc_shim_link_conclude(DccShimLink *self, gboolean known, int status)
{
    g_auto(DccProcessLook) look = {0};
    DccShimSlot slot;

    dcc_shim_link_read_slot(self, &slot);
    if (self->main != DCC_PROCESS_REF_NONE) {
        dcc_process_look_take(&look, self->main);
        dcc_shim_slot_note_peak(&slot, look.peak / 1024);
    }
    dcc_shim_slot_note_exit(&slot, known, status, g_get_real_time());
    dcc_record_file_write(self->dir, &slot);
    dcc_process_ref_close(&self->main);
}

static void
on_main_ended(DccProcessRef process, gpointer data)
{
    g_autoptr(DccShimLink) self = g_object_ref(data);
    int status = 0;
    gboolean known = dcc_process_ref_read_exit(process, &status);

    self->main_id = 0;
    dcc_shim_link_conclude(self, known, status);
    dcc_shim_link_check_tree(self);
    dcc_shim_link_tell_later(self);
}

static void
forget_members(DccShimLink *self)
{
    for (guint i = 0; i < self->member_ids->len; i++)
        dcc_exit_watch_remove(self->watch, g_array_index(self->member_ids, guint, i));
    g_array_set_size(self->member_ids, 0);
}

static gboolean
on_recheck(gpointer data)
{
    g_autoptr(DccShimLink) self = g_object_ref(data);

    dcc_source_clear(&self->recheck);
    dcc_shim_link_check_tree(self);
    return G_SOURCE_REMOVE;
}

static void
on_member_ended(DccProcessRef process, gpointer data)
{
    DccShimLink *self = data;

    if (self->recheck == NULL)
        self->recheck = dcc_source_attach(g_idle_source_new(), on_recheck, self);
}

static void
watch_members(DccShimLink *self, const DccShimSlot *slot, GArray *members)
{
    for (guint i = 0; i < MIN(members->len, MAX_WATCHED); i++) {
        DccProcessRef process =
            dcc_job_tree_open(slot, g_array_index(members, DccShimMember, i).pid);
        guint id = 0;

        if (process != DCC_PROCESS_REF_NONE)
            id = dcc_exit_watch_add(self->watch, process, on_member_ended, self, NULL);
        dcc_process_ref_close(&process);
        if (id != 0)
            g_array_append_val(self->member_ids, id);
    }
}

/* Whatever is left, its end makes us look again. */
void
dcc_shim_link_check_tree(DccShimLink *self)
{
    g_autoptr(GArray) members = NULL;
    DccShimSlot slot;

    if (is_dropped(self) || !dcc_shim_link_read_slot(self, &slot) ||
        slot.phase != DCC_PHASE_ENDED || slot.tree_empty)
        return;
    forget_members(self);
    members = dcc_job_tree_list(&slot, slot.main.pid);
    watch_members(self, &slot, members);
    if (members->len > 0 && self->member_ids->len > 0)
        return;
    /* Some ended between the two looks. */
    if (members->len > 0) {
        if (self->recheck == NULL)
            self->recheck = dcc_source_attach(g_idle_source_new(), on_recheck, self);
        return;
    }
    dcc_source_clear(&self->killing);
    dcc_shim_slot_note_empty(&slot);
    dcc_record_file_write(self->dir, &slot);
    dcc_shim_link_tell_later(self);
}

/* -- The object -- */

static void
dcc_shim_link_dispose(GObject *object)
{
    DccShimLink *self = DCC_SHIM_LINK(object);
    GSource **sources[] = {&self->later, &self->looking, &self->killing, &self->recheck};

    for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
        dcc_source_clear(sources[i]);
    if (self->watch != NULL) {
        forget_members(self);
        if (self->main_id != 0)
            dcc_exit_watch_remove(self->watch, self->main_id);
    }
    self->main_id = 0;
    g_clear_pointer(&self->watch, dcc_exit_watch_unref);
    dcc_process_ref_close(&self->main);
    dcc_output_file_close(&self->output);
    G_OBJECT_CLASS(dcc_shim_link_parent_class)->dispose(object);
}

static void
dcc_shim_link_finalize(GObject *object)
{
    DccShimLink *self = DCC_SHIM_LINK(object);

    g_array_unref(self->member_ids);
    g_free(self->dir);
    g_free(self->log_path);
    G_OBJECT_CLASS(dcc_shim_link_parent_class)->finalize(object);
}

static void
dcc_shim_link_class_init(DccShimLinkClass *class)
{
    GObjectClass *object_class = G_OBJECT_CLASS(class);

    object_class->dispose = dcc_shim_link_dispose;
    object_class->finalize = dcc_shim_link_finalize;
    signal_news = dcc_shim_news_add_signal(DCC_TYPE_SHIM_LINK);
}

static void
dcc_shim_link_init(DccShimLink *self)
{
    self->main = DCC_PROCESS_REF_NONE;
    self->output.fd = -1;
    self->member_ids = g_array_new(FALSE, FALSE, sizeof(guint));
    self->watch = dcc_exit_watch_ref_default();
}

static DccShimLink *
new_link(const char *dir, const char *log_path)
{
    DccShimLink *self = g_object_new(DCC_TYPE_SHIM_LINK, NULL);

    self->dir = g_canonicalize_filename(dir, NULL);
    self->log_path = g_canonicalize_filename(log_path, NULL);
    return self;
}

/* -- A start -- */

static void
prepare_slot(DccShimSlot *slot, const DccShimStart *start)
{
    dcc_shim_slot_prepare(slot, dcc_boot_id());
    dcc_shim_slot_note_log(slot, start->log_size, (gint32)start->log_files);
    for (guint i = 0; start->daemons != NULL && start->daemons[i] != NULL; i++)
        dcc_shim_slot_note_daemon(slot, start->daemons[i]);
}

static gboolean
fail_start(int *errno_code, const char *what, const char *path, GError **error)
{
    if (errno_code != NULL)
        *errno_code = errno;
    g_set_error(error, DCC_ERROR, DCC_ERROR_START, "%s %s: %s", what, path, g_strerror(errno));
    return FALSE;
}

/* It waits for its go. As long as it lives the name is taken, and its tree can be found, by the handles it holds. */
static gboolean
put_on_record(DccShimLink *self,
              const DccShimStart *start,
              DccShimSlot *slot,
              const DccChild *child)
{
    gpointer process = dcc_handle_from_number(child->process);
    gpointer lock = dcc_handle_of_fd(start->lock_fd);
    DccShimId id = {.pid = child->pid, .start_ticks = dcc_job_read_start(process)};

    dcc_shim_slot_note_spawned(slot, &id, g_get_real_time());
    return (lock == NULL || dcc_handle_lend(lock, process)) &&
           dcc_record_file_write(self->dir, slot);
}

/* FALSE: nothing is left of it. */
static gboolean
let_run(DccShimLink *self,
        const DccShimStart *start,
        DccShimSlot *slot,
        DccHeldChild *held,
        GError **error)
{
    gboolean on_record = put_on_record(self, start, slot, &held->child);

    if (on_record)
        self->main_id =
            dcc_exit_watch_add(self->watch, held->child.process, on_main_ended, self, error);
    if (self->main_id != 0 && dcc_held_child_let_run(held)) {
        self->main = held->child.process;
        dcc_shim_slot_note_started(slot);
        dcc_record_file_write(self->dir, slot);
        return TRUE;
    }
    if (error != NULL && *error == NULL)
        fail_start(NULL, "cannot let run", start->argv[0], error);
    if (self->main_id != 0)
        dcc_exit_watch_remove(self->watch, self->main_id);
    self->main_id = 0;
    dcc_held_child_undo(held);
    return FALSE;
}

/* The program cannot be executed: that is an answer, and on record. */
static gboolean
refuse(DccShimLink *self, DccShimSlot *slot, const char *stage, int errno_code, GError **problem)
{
    g_clear_error(problem);
    dcc_shim_slot_note_refused(slot, stage, errno_code, g_get_real_time());
    return dcc_record_file_write(self->dir, slot);
}

static gboolean
begin(DccShimLink *self, const DccShimStart *start, int *errno_code, GError **error)
{
    DccSpawn spawn = {.argv = start->argv,
                      .envp = start->envp,
                      .cwd = start->cwd,
                      .stdin_fd = -1,
                      .new_session = TRUE};
    g_autoptr(GError) problem = NULL;
    const char *stage = "";
    DccHeldChild held = {0};
    int spawn_errno = 0;
    DccShimSlot slot;

    prepare_slot(&slot, start);
    if (!dcc_record_file_make(self->dir, &slot, error))
        return FALSE;
    dcc_output_file_turn(self->log_path, start->log_size, start->log_files);
    if (!dcc_output_file_open(&self->output, self->log_path))
        return fail_start(errno_code, "cannot write the log", self->log_path, error);
    spawn.stdout_fd = spawn.stderr_fd = self->output.fd;
    if (dcc_held_child_spawn(&spawn, &held, &stage, &spawn_errno, &problem))
        return let_run(self, start, &slot, &held, error);
    if (!g_str_equal(stage, "spawn") && refuse(self, &slot, stage, spawn_errno, &problem))
        return TRUE;
    if (errno_code != NULL)
        *errno_code = spawn_errno;
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}

DccShimLink *
dcc_shim_link_start(const DccShimStart *start, int *errno_code, GError **error)
{
    g_autoptr(DccShimLink) self = new_link(start->dir, start->log_path);

    if (!begin(self, start, errno_code, error))
        return NULL;
    self->owned = TRUE;
    look_at_output(self);
    dcc_shim_link_tell_later(self);
    return g_steal_pointer(&self);
}

/* -- Taking over -- */

/* Its session died between putting it on record and letting it run, or just after. */
static void
let_run_for(DccShimSlot *slot)
{
    dcc_held_child_let_run_by_number(slot->main.pid);
    dcc_shim_slot_note_started(slot);
}

/* FALSE: its end is not heard of. */
static gboolean
watch_main(DccShimLink *self, const DccShimSlot *slot)
{
    DccIdentity identity;

    dcc_identity_from_slot(&identity, slot, &slot->main);
    self->main = dcc_identity_open(&identity);
    if (self->main == DCC_PROCESS_REF_NONE)
        return FALSE;
    dcc_job_hold(slot->main.pid, slot->main.start_ticks);
    self->main_id = dcc_exit_watch_add(self->watch, self->main, on_main_ended, self, NULL);
    return self->main_id != 0;
}

static void
take_over(DccShimLink *self, DccShimSlot *slot)
{
    if (slot->phase == DCC_PHASE_REFUSED)
        return;
    if (slot->phase == DCC_PHASE_ENDED) {
        dcc_job_hold(slot->main.pid, slot->main.start_ticks);
        dcc_shim_link_check_tree(self);
    } else if (slot->phase == DCC_PHASE_PREPARED) {
        /* A session that died before it had started anything. */
        dcc_shim_slot_note_refused(slot, "spawn", ECHILD, g_get_real_time());
        dcc_record_file_write(self->dir, slot);
    } else if (!watch_main(self, slot)) {
        dcc_shim_link_conclude(self, FALSE, 0);
        dcc_shim_link_check_tree(self);
    } else if (slot->phase == DCC_PHASE_SPAWNED) {
        let_run_for(slot);
        dcc_record_file_write(self->dir, slot);
    }
}

DccShimLink *
dcc_shim_link_attach(const char *dir, const char *log_path, GError **error)
{
    g_autoptr(DccShimLink) self = new_link(dir, log_path);
    DccShimSlot slot;

    if (!dcc_shim_link_read_slot(self, &slot)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_FOUND,
                    "%s has no sound record of an application; 'dcchost kill' ends what runs",
                    self->dir);
        return NULL;
    }
    dcc_output_file_open(&self->output, self->log_path);
    take_over(self, &slot);
    look_at_output(self);
    dcc_shim_link_tell_later(self);
    return g_steal_pointer(&self);
}

/* -- Answers -- */

gboolean
dcc_shim_link_read(DccShimLink *self, DccShimRecord *record)
{
    g_return_val_if_fail(DCC_IS_SHIM_LINK(self), FALSE);
    return dcc_shim_record_read(self->dir, record);
}

gint64
dcc_shim_link_get_pid(DccShimLink *self)
{
    g_return_val_if_fail(DCC_IS_SHIM_LINK(self), 0);
    return 0;
}

gboolean
dcc_shim_link_is_owned(DccShimLink *self)
{
    g_return_val_if_fail(DCC_IS_SHIM_LINK(self), FALSE);
    return self->owned;
}
