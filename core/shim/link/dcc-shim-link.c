/* The session's end of a shim; see the header.
 *
 * News come over a socket, facts from the record. When the shim dies, what it recorded but could
 * not say any more is said from here, and if the application lives on it is watched without a shim
 * (dcc-orphan). */
#include "dcc-shim-link.h"

#include "dcc-exit-watch.h"
#include "dcc-orphan.h"
#include "dcc-pidfd.h"
#include "dcc-process-scan.h"
#include "dcc-shim-files.h"
#include "dcc-source.h"
#include "dcc-spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A shim that hangs up on us (we were too slow, or too many) is called again, ever more rarely. */
#define REDIAL_MS     10
#define REDIAL_MAX_MS 1000

G_STATIC_ASSERT((int)DCC_SHIM_STARTED == (int)NEWS_STARTED);
G_STATIC_ASSERT((int)DCC_SHIM_DEGRADED == (int)NEWS_DEGRADED);
G_STATIC_ASSERT((int)DCC_SHIM_TERM == (int)ORDER_TERM);
G_STATIC_ASSERT((int)DCC_SHIM_CONT == (int)ORDER_CONT);

struct _DccShimLink {
    GObject parent_instance;

    char *dir;
    char *log_path;
    gint64 pid; /* of the shim */
    int shim_fd;
    int record_fd; /* open, for whoever tidies up the directory takes the name away */
    int socket;
    GSource *heard;
    GSource *later;
    DccExitWatch *watch;
    guint shim_id;
    guint redial_ms;
    guint unsent; /* bits of the orders given while nobody listened */
    guint told;   /* bits of the news that come once */
    gboolean left;
    DccOrphan *orphan;
};

G_DEFINE_TYPE(DccShimLink, dcc_shim_link, G_TYPE_OBJECT)

enum { SIGNAL_NEWS, N_SIGNALS };
static guint signals[N_SIGNALS];

static gboolean
on_socket(gint fd, GIOCondition condition, gpointer data);

static void
tell(DccShimLink *self, DccShimNews news)
{
    const guint once = 1u << DCC_SHIM_STARTED | 1u << DCC_SHIM_REFUSED | 1u << DCC_SHIM_EXITED |
                       1u << DCC_SHIM_EMPTY | 1u << DCC_SHIM_DEGRADED | 1u << DCC_SHIM_GONE;

    if (self->told & once & (1u << news))
        return;
    self->told |= 1u << news;
    g_signal_emit(self, signals[SIGNAL_NEWS], 0, (int)news);
}

static void
hang_up(DccShimLink *self)
{
    dcc_source_clear(&self->heard);
    if (self->socket >= 0)
        close(self->socket);
    self->socket = -1;
}

static void
dial(DccShimLink *self);
static void
dial_later(DccShimLink *self);

static void
forget_shim(DccShimLink *self)
{
    if (self->shim_fd >= 0)
        close(self->shim_fd);
    self->shim_fd = -1;
}

static gboolean
send_order(DccShimLink *self, DccShimOrder order)
{
    const DccShimMessage message = {DCC_SHIM_MAGIC, DCC_SHIM_VERSION, (guint16)order};

    return self->socket >= 0 &&
           send(self->socket, &message, sizeof message, MSG_NOSIGNAL) == (gssize)sizeof message;
}

static void
listen_to(DccShimLink *self, int fd)
{
    self->socket = fd;
    self->heard =
        dcc_source_attach(g_unix_fd_source_new(fd, G_IO_IN), G_SOURCE_FUNC(on_socket), self);
    for (guint order = 0; order < N_ORDERS; order++)
        if (self->unsent & (1u << order) && send_order(self, (DccShimOrder)order))
            self->unsent &= ~(1u << order);
}

/* FALSE: the other side has closed. */
static gboolean
read_news(DccShimLink *self)
{
    while (self->socket >= 0) {
        DccShimMessage message;
        gssize n = recv(self->socket, &message, sizeof message, MSG_DONTWAIT | MSG_TRUNC);

        if (n < 0 && errno == EAGAIN)
            return TRUE;
        /* Reset: it ended with an order of ours unread. What it said before is still there. */
        if (n < 0 && (errno == EINTR || errno == ECONNRESET))
            continue;
        if (n != (gssize)sizeof message || message.magic != DCC_SHIM_MAGIC ||
            message.version != DCC_SHIM_VERSION || message.what > DCC_SHIM_DEGRADED)
            return FALSE;
        self->redial_ms = 0;
        tell(self, (DccShimNews)message.what);
    }
    return TRUE;
}

static gboolean
on_redial(gpointer data)
{
    DccShimLink *self = data;

    dcc_source_clear(&self->later);
    dial(self);
    return G_SOURCE_REMOVE;
}

/* The shim may be at its end, or have too many callers at once. In the first case its end comes
 * next. */
static void
dial(DccShimLink *self)
{
    int fd = dcc_shim_files_connect(self->dir);

    if (fd >= 0)
        listen_to(self, fd);
    else
        dial_later(self);
}

static void
dial_later(DccShimLink *self)
{
    if (self->later != NULL)
        return;
    self->redial_ms = CLAMP(self->redial_ms * 2, REDIAL_MS, REDIAL_MAX_MS);
    self->later = dcc_source_attach(g_timeout_source_new(self->redial_ms), on_redial, self);
}

static gboolean
on_socket(gint fd, GIOCondition condition, gpointer data)
{
    g_autoptr(DccShimLink) self = g_object_ref(data);

    if (read_news(self))
        return G_SOURCE_CONTINUE;
    hang_up(self);
    if (self->shim_id != 0)
        dial_later(self);
    return G_SOURCE_REMOVE;
}

static void
on_orphan_news(DccShimNews news, gpointer data)
{
    g_autoptr(DccShimLink) self = g_object_ref(data);

    tell(self, news);
}

/* A shim that could not even begin: nothing was started, and the record is to say so. */
static void
record_stillbirth(DccShimLink *self, DccShimSlot *slot)
{
    int fd = dcc_shim_files_open_record(self->dir, O_RDWR);

    slot->phase = DCC_PHASE_REFUSED;
    slot->errno_code = ECHILD;
    slot->tree_empty = 1;
    g_strlcpy(slot->stage, "spawn", sizeof slot->stage);
    if (fd < 0)
        return;
    dcc_shim_slot_write(fd, slot);
    close(fd);
}

static gboolean
read_slot(DccShimLink *self, DccShimSlot *slot)
{
    if (self->record_fd < 0)
        self->record_fd = dcc_shim_files_open_record(self->dir, O_RDONLY);
    return self->record_fd >= 0 && dcc_shim_slot_read(self->record_fd, slot);
}

/* What the shim wrote down and could not say. */
static void
catch_up(DccShimLink *self, DccShimSlot *slot)
{
    if (!read_slot(self, slot))
        memset(slot, 0, sizeof *slot);
    if (slot->phase == DCC_PHASE_PREPARED)
        record_stillbirth(self, slot);
    if (slot->phase == DCC_PHASE_REFUSED)
        tell(self, DCC_SHIM_REFUSED);
    if (slot->phase == DCC_PHASE_STARTED || slot->phase == DCC_PHASE_ENDED)
        tell(self, DCC_SHIM_STARTED);
    if (slot->phase == DCC_PHASE_ENDED)
        tell(self, DCC_SHIM_EXITED);
    if (slot->phase == DCC_PHASE_ENDED && slot->tree_empty)
        tell(self, DCC_SHIM_EMPTY);
}

static void
go_without(DccShimLink *self)
{
    DccShimSlot slot = {0};
    gboolean goes_on;

    catch_up(self, &slot);
    goes_on = slot.phase != 0 && slot.phase != DCC_PHASE_REFUSED && !slot.tree_empty &&
              !(self->left && slot.phase == DCC_PHASE_ENDED);
    /* Before the news, for the answer to it may be an order. Its own news come from the main loop.
     */
    if (goes_on && self->orphan == NULL)
        self->orphan = dcc_orphan_new(self->dir, self->log_path, on_orphan_news, self);
    for (guint order = 0; order < N_ORDERS && self->orphan != NULL; order++)
        if (self->unsent & (1u << order))
            dcc_orphan_order(self->orphan, (DccShimOrder)order);
    tell(self, DCC_SHIM_GONE);
}

static void
on_shim_ended(int pidfd, gpointer data)
{
    g_autoptr(DccShimLink) self = g_object_ref(data);

    self->shim_id = 0;
    dcc_source_clear(&self->later);
    dcc_pidfd_reap(pidfd, NULL);
    read_news(self);
    hang_up(self);
    forget_shim(self);
    go_without(self);
}

static void
free_reaper(int pidfd, gpointer data)
{
    dcc_pidfd_reap(pidfd, NULL);
    dcc_exit_watch_unref(data);
}

/* The shim outlives this object, and is a child of this process: somebody has to reap it. */
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

    hang_up(self);
    dcc_source_clear(&self->later);
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
    signals[SIGNAL_NEWS] = g_signal_new("news",
                                        DCC_TYPE_SHIM_LINK,
                                        G_SIGNAL_RUN_LAST,
                                        0,
                                        NULL,
                                        NULL,
                                        NULL,
                                        G_TYPE_NONE,
                                        1,
                                        G_TYPE_INT);
}

static void
dcc_shim_link_init(DccShimLink *self)
{
    self->shim_fd = -1;
    self->record_fd = -1;
    self->socket = -1;
}

static DccShimLink *
new_link(const char *dir, const char *log_path)
{
    DccShimLink *self = g_object_new(DCC_TYPE_SHIM_LINK, NULL);

    self->dir = g_canonicalize_filename(dir, NULL);
    self->log_path = g_canonicalize_filename(log_path, NULL);
    self->watch = dcc_exit_watch_ref_default();
    return self;
}

static void
add_number(GPtrArray *argv, const char *name, gint64 value)
{
    g_ptr_array_add(argv, g_strdup(name));
    g_ptr_array_add(argv, g_strdup_printf("%" G_GINT64_FORMAT, value));
}

static void
add_text(GPtrArray *argv, const char *name, const char *value)
{
    g_ptr_array_add(argv, g_strdup(name));
    g_ptr_array_add(argv, g_strdup(value));
}

/* Read by people, in `ps`. */
static GPtrArray *
command_line(DccShimLink *self, const DccShimStart *start)
{
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(argv, g_strdup(start->shim));
    add_text(argv, "--dir", self->dir);
    add_text(argv, "--log", self->log_path);
    add_number(argv, "--log-size", start->log_size);
    add_number(argv, "--log-files", MAX(start->log_files, 1));
    add_number(argv, "--signal", start->first_signal > 0 ? start->first_signal : SIGTERM);
    add_number(argv, "--oom", CLAMP(start->oom_score, -1000, 1000));
    for (guint i = 0;
         start->daemons != NULL && start->daemons[i] != NULL && i < DCC_SHIM_MAX_DAEMONS;
         i++)
        add_text(argv, "--daemon", start->daemons[i]);
    if (start->cwd != NULL)
        add_text(argv, "--cwd", start->cwd);
    g_ptr_array_add(argv, g_strdup("--"));
    for (guint i = 0; start->argv[i] != NULL; i++)
        g_ptr_array_add(argv, g_strdup(start->argv[i]));
    g_ptr_array_add(argv, NULL);
    return argv;
}

static gboolean
watch_shim(DccShimLink *self, int pidfd, GError **error)
{
    self->shim_fd = pidfd;
    self->shim_id = dcc_exit_watch_add(self->watch, pidfd, on_shim_ended, self, error);
    return self->shim_id != 0;
}

static gboolean
spawn_shim(
    DccShimLink *self, const DccShimStart *start, int socket, int *errno_code, GError **error)
{
    g_autoptr(GPtrArray) argv = command_line(self, start);
    const int keep[] = {socket, start->lock_fd};
    const DccSpawn spawn = {
        .argv = (const char *const *)argv->pdata,
        .envp = start->envp,
        .stdin_fd = -1,
        .stdout_fd = -1,
        .stderr_fd = -1,
        .keep_fds = keep,
        .n_keep_fds = start->lock_fd >= 0 ? 2 : 1,
        .new_session = TRUE,
    };
    DccChild child;

    if (!dcc_spawn(&spawn, &child, errno_code, error))
        return FALSE;
    self->pid = child.pid;
    return watch_shim(self, child.process, error);
}

DccShimLink *
dcc_shim_link_start(const DccShimStart *start, int *errno_code, GError **error)
{
    g_autoptr(DccShimLink) self = new_link(start->dir, start->log_path);
    int sockets[2];
    gboolean ok;

    if (!dcc_shim_files_prepare(self->dir, error)) {
        if (errno_code != NULL)
            *errno_code = errno;
        return NULL;
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, sockets) != 0) {
        if (errno_code != NULL)
            *errno_code = errno;
        g_set_error(
            error, DCC_ERROR, DCC_ERROR_START, "no socket for the shim: %s", g_strerror(errno));
        return NULL;
    }
    self->record_fd = dcc_shim_files_open_record(self->dir, O_RDONLY);
    ok = spawn_shim(self, start, sockets[1], errno_code, error);
    close(sockets[1]);
    listen_to(self, sockets[0]);
    return ok ? g_steal_pointer(&self) : NULL;
}

static gboolean
on_later(gpointer data)
{
    g_autoptr(DccShimLink) self = g_object_ref(data);

    dcc_source_clear(&self->later);
    go_without(self);
    return G_SOURCE_REMOVE;
}

DccShimLink *
dcc_shim_link_attach(const char *dir, const char *log_path, GError **error)
{
    g_autoptr(DccShimLink) self = new_link(dir, log_path);
    DccIdentity shim;
    DccShimSlot slot;
    int pidfd;

    if (!read_slot(self, &slot)) {
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
    if (pidfd < 0) {
        /* From the main loop, so that the caller can listen first. */
        self->later = dcc_source_attach(g_idle_source_new(), on_later, self);
        return g_steal_pointer(&self);
    }
    if (!watch_shim(self, pidfd, error))
        return NULL;
    dial(self);
    return g_steal_pointer(&self);
}

void
dcc_shim_link_order(DccShimLink *self, DccShimOrder order)
{
    g_return_if_fail(DCC_IS_SHIM_LINK(self));
    if (order == DCC_SHIM_LEAVE)
        self->left = TRUE;
    if (self->orphan != NULL)
        dcc_orphan_order(self->orphan, order);
    else if (!send_order(self, order))
        self->unsent |= 1u << order;
}

gboolean
dcc_shim_link_read(DccShimLink *self, DccShimRecord *record)
{
    DccShimSlot slot;

    g_return_val_if_fail(DCC_IS_SHIM_LINK(self), FALSE);
    memset(record, 0, sizeof *record);
    if (!read_slot(self, &slot))
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
    return self->shim_id != 0 && !dcc_pidfd_has_ended(self->shim_fd);
}

static bool
is_released(const DccProc *proc, gpointer data)
{
    const DccShimSlot *slot = data;

    for (guint i = 0; i < slot->n_daemons; i++)
        if (g_str_equal(proc->comm, slot->daemons[i]))
            return TRUE;
    return FALSE;
}

static GArray *
list_below_shim(DccShimLink *self)
{
    GArray *pids = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autofree DccProc *list = g_new(DccProc, 4096);
    DccShimSlot slot = {0};
    gsize n;

    read_slot(self, &slot);
    n = dcc_proc_descendants(self->pid, list, 4096, is_released, &slot);
    for (gsize i = 0; i < n; i++)
        if (dcc_process_scan_is_living(&list[i]))
            g_array_append_val(pids, list[i].pid);
    return pids;
}

GArray *
dcc_shim_link_list_tree(DccShimLink *self)
{
    g_return_val_if_fail(DCC_IS_SHIM_LINK(self), NULL);
    if (self->orphan != NULL)
        return dcc_orphan_list_tree(self->orphan);
    if (dcc_shim_link_is_owned(self))
        return list_below_shim(self);
    return g_array_new(FALSE, FALSE, sizeof(gint64));
}
