/* The session's end of a shim; see the header.
 *
 * News come over a socket (dcc-shim-channel), facts from the record. When the shim dies, what it
 * recorded but could not say any more is said from here, and if the application is still running it
 * is watched without a shim (dcc-orphan). That the shim died is told by its pidfd; where there is
 * none (pidfd_open() may be refused), by the end of the connection. */
#include "dcc-shim-link.h"

#include "dcc-pidfd.h"
#include "dcc-process-scan.h"
#include "dcc-shim-link-private.h"
#include "dcc-shim-news.h"
#include "dcc-shim-socket.h"
#include "dcc-shim-spawn.h"
#include "dcc-source.h"
#include "dcc-system.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

G_STATIC_ASSERT((int)DCC_SHIM_STARTED == (int)NEWS_STARTED);
G_STATIC_ASSERT((int)DCC_SHIM_OUTPUT == (int)NEWS_OUTPUT);
G_STATIC_ASSERT((int)DCC_SHIM_TERM == (int)ORDER_TERM);
G_STATIC_ASSERT((int)DCC_SHIM_CONT == (int)ORDER_CONT);

G_DEFINE_TYPE(DccShimLink, dcc_shim_link, G_TYPE_OBJECT)

static guint signal_news;

/* By a handler of the news, perhaps. */
static gboolean
is_dropped(DccShimLink *self)
{
    return self->channel == NULL;
}

/* The kernel tells a stranger how a process ended only by a descriptor that was opened before it
 * was reaped: where shim and application die together it would be too late to open one. */
static void
keep_main(DccShimLink *self)
{
    DccIdentity identity;
    DccShimSlot slot;

    if (self->main_fd >= 0 || self->orphan != NULL || !dcc_pidfd_can_read_exit() ||
        !dcc_shim_link_read_slot(self, &slot) || slot.phase != DCC_PHASE_STARTED)
        return;
    dcc_identity_from_slot(&identity, &slot, &slot.main);
    self->main_fd = dcc_identity_open(&identity);
}

static void
tell(DccShimLink *self, DccShimNews news)
{
    if (is_dropped(self) || !dcc_shim_news_take(&self->told, news))
        return;
    if (news == DCC_SHIM_STARTED)
        keep_main(self);
    g_signal_emit(self, signal_news, 0, (int)news);
}

static void
on_channel_news(guint news, gpointer data)
{
    g_autoptr(DccShimLink) self = g_object_ref(data);

    tell(self, (DccShimNews)news);
}

static gboolean
on_channel_closed(gpointer data);

static const DccShimChannelHandler channel_handler = {on_channel_news, on_channel_closed};

static void
forget_shim(DccShimLink *self)
{
    if (self->shim_fd >= 0)
        close(self->shim_fd);
    self->shim_fd = -1;
    self->by_number.pid = 0;
}

gboolean
dcc_shim_link_has_shim(DccShimLink *self)
{
    DccProc proc;

    if (self->shim_id != 0)
        return !dcc_pidfd_has_ended(self->shim_fd);
    return self->by_number.pid > 0 && dcc_proc_read(self->by_number.pid, &proc) &&
           proc.start_ticks == self->by_number.start_ticks && dcc_process_scan_is_living(&proc);
}

static void
on_orphan_news(DccShimNews news, gpointer data)
{
    g_autoptr(DccShimLink) self = g_object_ref(data);

    tell(self, news);
}

void
dcc_shim_link_ensure_orphan(DccShimLink *self)
{
    if (self->orphan != NULL)
        return;
    self->orphan = dcc_orphan_new(self->dir, self->log_path, self->main_fd, on_orphan_news, self);
    self->main_fd = -1;
}

/* A shim that could not even begin: nothing was started, and the record is to say so. */
static void
record_stillbirth(DccShimLink *self, DccShimSlot *slot)
{
    int fd = dcc_shim_files_open_record(self->dir, O_RDWR);

    dcc_shim_slot_note_refused(slot, "spawn", ECHILD, g_get_real_time());
    if (fd < 0)
        return;
    dcc_shim_slot_write(fd, slot);
    close(fd);
}

gboolean
dcc_shim_link_read_slot(DccShimLink *self, DccShimSlot *slot)
{
    if (self->record_fd < 0)
        self->record_fd = dcc_shim_files_open_record(self->dir, O_RDONLY);
    return self->record_fd >= 0 && dcc_shim_slot_read(self->record_fd, slot);
}

static void
tell_recorded(DccShimLink *self, const DccShimSlot *slot)
{
    for (guint news = DCC_SHIM_STARTED; news <= DCC_SHIM_EMPTY; news++)
        if (dcc_shim_news_is_recorded(slot, (DccShimNews)news))
            tell(self, (DccShimNews)news);
}

/* What the shim wrote down and could not say. */
static void
catch_up(DccShimLink *self, DccShimSlot *slot)
{
    if (!dcc_shim_link_read_slot(self, slot))
        memset(slot, 0, sizeof *slot);
    if (slot->phase == DCC_PHASE_PREPARED)
        record_stillbirth(self, slot);
    if (slot->phase == DCC_PHASE_SPAWNED) /* there is a process, whatever has become of its exec */
        tell(self, DCC_SHIM_STARTED);
    tell_recorded(self, slot);
}

/* A shim that is attached to may be waiting for the disk at that moment. */
static gboolean
on_attached(gpointer data)
{
    g_autoptr(DccShimLink) self = g_object_ref(data);
    DccShimSlot slot;

    dcc_source_clear(&self->attached);
    if (dcc_shim_link_read_slot(self, &slot))
        tell_recorded(self, &slot);
    return G_SOURCE_REMOVE;
}

/* orders: bits of those that the shim did not get. */
static void
go_without(DccShimLink *self, guint orders)
{
    DccShimSlot slot = {0};
    gboolean goes_on;

    catch_up(self, &slot);
    if (is_dropped(self))
        return;
    goes_on = slot.phase != 0 && slot.phase != DCC_PHASE_REFUSED && !slot.tree_empty &&
              !(self->left && slot.phase == DCC_PHASE_ENDED);
    /* Before the news, for the answer to it may be an order. Its own news come from the main loop.
     */
    if (goes_on)
        dcc_shim_link_ensure_orphan(self);
    for (guint order = 0; order < N_ORDERS && self->orphan != NULL; order++)
        if (orders & (1u << order))
            dcc_orphan_order(self->orphan, (DccShimOrder)order);
    tell(self, DCC_SHIM_GONE);
}

static void
shim_ended(DccShimLink *self)
{
    guint orders;

    dcc_source_clear(&self->later);
    orders = dcc_shim_channel_stop(self->channel);
    if (self->kills)
        orders |= 1u << DCC_SHIM_KILL_TREE;
    forget_shim(self);
    if (!is_dropped(self))
        go_without(self, orders);
}

static void
on_shim_ended(int pidfd, gpointer data)
{
    g_autoptr(DccShimLink) self = g_object_ref(data);

    self->shim_id = 0;
    dcc_pidfd_reap(pidfd, NULL);
    shim_ended(self);
}

static gboolean
on_later(gpointer data)
{
    g_autoptr(DccShimLink) self = g_object_ref(data);

    shim_ended(self);
    return G_SOURCE_REMOVE;
}

/* With a pidfd, that will tell. */
static gboolean
on_channel_closed(gpointer data)
{
    DccShimLink *self = data;

    if (self->shim_id != 0 || dcc_shim_link_has_shim(self))
        return FALSE;
    if (self->by_number.pid > 0)
        waitid((idtype_t)P_PID, (id_t)self->by_number.pid, &(siginfo_t){0}, WEXITED | WNOHANG);
    if (self->later == NULL)
        self->later = dcc_source_attach(g_idle_source_new(), on_later, self);
    return TRUE;
}

static void
free_reaper(int pidfd, gpointer data)
{
    dcc_pidfd_reap(pidfd, NULL);
    dcc_exit_watch_unref(data);
}

/* The shim outlives this object, and is a child of this process, which has to reap it. */
static void
leave_reaper(DccShimLink *self)
{
    DccExitWatch *watch = dcc_exit_watch_ref_default();

    if (dcc_exit_watch_add(watch, self->shim_fd, free_reaper, watch, NULL) == 0)
        dcc_exit_watch_unref(watch);
}

static void
dcc_shim_link_dispose(GObject *object)
{
    DccShimLink *self = DCC_SHIM_LINK(object);

    g_clear_pointer(&self->channel, dcc_shim_channel_free);
    dcc_source_clear(&self->later);
    dcc_source_clear(&self->attached);
    g_clear_pointer(&self->orphan, dcc_orphan_free);
    if (self->shim_id != 0) {
        dcc_exit_watch_remove(self->watch, self->shim_id);
        leave_reaper(self);
    }
    self->shim_id = 0;
    g_clear_pointer(&self->watch, dcc_exit_watch_unref);
    forget_shim(self);
    G_OBJECT_CLASS(dcc_shim_link_parent_class)->dispose(object);
}

static void
dcc_shim_link_finalize(GObject *object)
{
    DccShimLink *self = DCC_SHIM_LINK(object);

    if (self->record_fd >= 0)
        close(self->record_fd);
    if (self->main_fd >= 0)
        close(self->main_fd);
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
    self->shim_fd = -1;
    self->main_fd = -1;
    self->record_fd = -1;
}

static DccShimLink *
new_link(const char *dir, const char *log_path)
{
    DccShimLink *self = g_object_new(DCC_TYPE_SHIM_LINK, NULL);

    self->dir = g_canonicalize_filename(dir, NULL);
    self->log_path = g_canonicalize_filename(log_path, NULL);
    self->watch = dcc_exit_watch_ref_default();
    self->channel = dcc_shim_channel_new(self->dir, &channel_handler, self);
    return self;
}

static gboolean
watch_shim(DccShimLink *self, int pidfd, GError **error)
{
    self->shim_id = dcc_exit_watch_add(self->watch, pidfd, on_shim_ended, self, error);
    if (self->shim_id == 0)
        return FALSE;
    self->shim_fd = pidfd;
    return TRUE;
}

/* FALSE: it is gone. */
static gboolean
watch_by_number(DccShimLink *self, gint64 pid)
{
    DccProc proc;

    if (!dcc_proc_read(pid, &proc))
        return FALSE;
    self->by_number = (DccShimId){.pid = pid, .start_ticks = proc.start_ticks};
    return TRUE;
}

static gboolean
watch_child(DccShimLink *self, const DccChild *child, GError **error)
{
    self->pid = child->pid;
    /* Not reaped, so it is there, alive or not. */
    if (child->process < 0 && watch_by_number(self, child->pid))
        return TRUE;
    return watch_shim(self, child->process, error);
}

static gboolean
fail_start(int *errno_code, int error_now, GError **error)
{
    if (errno_code != NULL)
        *errno_code = error_now;
    if (error != NULL && *error == NULL) {
        g_autofree char *why = dcc_system_explain(error_now);

        g_set_error(error, DCC_ERROR, DCC_ERROR_START, "no socket for the shim: %s", why);
    }
    return FALSE;
}

static gboolean
begin(DccShimLink *self, const DccShimStart *start, int *errno_code, GError **error)
{
    DccChild child;
    int sockets[2];
    gboolean ok;

    if (!dcc_shim_files_prepare(self->dir, error))
        return fail_start(errno_code, errno, error);
    if (dcc_shim_socket_pair(sockets) != 0)
        return fail_start(errno_code, errno, error);
    self->record_fd = dcc_shim_files_open_record(self->dir, O_RDONLY);
    ok = dcc_shim_spawn(start, self->dir, self->log_path, sockets[1], &child, errno_code, error);
    close(sockets[1]);
    if (ok && !watch_child(self, &child, error)) {
        fail_start(errno_code, errno, error);
        dcc_shim_spawn_undo(&child, sockets[0]);
        ok = FALSE;
    }
    if (ok)
        dcc_shim_channel_listen(self->channel, sockets[0]);
    else
        close(sockets[0]);
    return ok;
}

DccShimLink *
dcc_shim_link_start(const DccShimStart *request, int *errno_code, GError **error)
{
    g_autoptr(DccShimLink) self = new_link(request->dir, request->log_path);

    return begin(self, request, errno_code, error) ? g_steal_pointer(&self) : NULL;
}

DccShimLink *
dcc_shim_link_attach(const char *dir, const char *log_path, GError **error)
{
    g_autoptr(DccShimLink) self = new_link(dir, log_path);
    DccIdentity shim;
    DccShimSlot slot;
    DccProc proc;
    int pidfd;

    if (!dcc_shim_link_read_slot(self, &slot)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_FOUND,
                    "%s has no sound record of an application",
                    self->dir);
        return NULL;
    }
    dcc_identity_from_slot(&shim, &slot, &slot.shim);
    self->pid = shim.pid;
    pidfd = dcc_identity_open(&shim);
    if (pidfd >= 0 && !watch_shim(self, pidfd, error)) {
        close(pidfd);
        return NULL;
    }
    /* What is told is told from the main loop, so that the caller can listen first. */
    if (pidfd >= 0 || (!dcc_shim_has_pidfds() && dcc_shim_id_read(&slot, &slot.shim, &proc) &&
                       watch_by_number(self, slot.shim.pid))) {
        dcc_shim_channel_dial(self->channel);
        self->attached = dcc_source_attach(g_idle_source_new(), on_attached, self);
    } else {
        self->later = dcc_source_attach(g_idle_source_new(), on_later, self);
    }
    return g_steal_pointer(&self);
}

gboolean
dcc_shim_link_read(DccShimLink *self, DccShimRecord *record)
{
    DccShimSlot slot;

    g_return_val_if_fail(DCC_IS_SHIM_LINK(self), FALSE);
    memset(record, 0, sizeof *record);
    if (!dcc_shim_link_read_slot(self, &slot))
        return FALSE;
    dcc_shim_record_from_slot(record, &slot);
    return TRUE;
}

gint64
dcc_shim_link_get_pid(DccShimLink *self)
{
    g_return_val_if_fail(DCC_IS_SHIM_LINK(self), 0);
    return self->pid;
}

gboolean
dcc_shim_link_is_owned(DccShimLink *self)
{
    g_return_val_if_fail(DCC_IS_SHIM_LINK(self), FALSE);
    return dcc_shim_link_has_shim(self);
}
