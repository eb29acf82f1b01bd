/* Losses by dnotify: a real-time signal, read from a descriptor; see the header.
 *
 * inotify would be the usual way; its instances are limited per user, and a thousand sessions would take
 * them all away from everybody else. The signal is only used where the program has blocked it in all its
 * threads: unblocked it would end the program. */
#include "dcc-dir-loss.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

typedef struct {
    GSource source;
    int dir_fd;
    int parent_fd; /* of the directory that holds it */
    int signal_fd;
} LossSource;

static int
get_number(void)
{
    return SIGRTMAX - 1;
}

static void
fill(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, get_number());
}

void
dcc_dir_loss_claim(void)
{
    sigset_t set;

    fill(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static gboolean
is_claimed(void)
{
    sigset_t blocked;

    return pthread_sigmask(SIG_BLOCK, NULL, &blocked) == 0 && sigismember(&blocked, get_number());
}

static gboolean
dispatch(GSource *source, GSourceFunc func, gpointer data)
{
    struct signalfd_siginfo info;

    while (read(((LossSource *)source)->signal_fd, &info, sizeof info) == sizeof info) {
    }
    return func != NULL ? func(data) : G_SOURCE_CONTINUE;
}

static void
finalize(GSource *source)
{
    LossSource *self = (LossSource *)source;

    if (self->dir_fd >= 0)
        close(self->dir_fd);
    if (self->parent_fd >= 0)
        close(self->parent_fd);
    if (self->signal_fd >= 0)
        close(self->signal_fd);
}

static GSourceFuncs source_funcs = {.dispatch = dispatch, .finalize = finalize};

static gboolean
ask_to_be_told(int fd, int what)
{
    return fd >= 0 && fcntl(fd, F_SETSIG, get_number()) == 0 &&
           fcntl(fd, F_NOTIFY, what | DN_MULTISHOT) == 0;
}

/* The parent tells when its entries are given other names, which is rare. That one is moved to another
 * directory it tells as a removal, and those are as many as there are instances: that is not asked for. */
static gboolean
watch(LossSource *self, const char *dir)
{
    g_autofree char *parent = g_path_get_dirname(dir);
    sigset_t set;

    fill(&set);
    self->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    self->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    self->parent_fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!ask_to_be_told(self->parent_fd, DN_RENAME) && self->parent_fd >= 0) {
        close(self->parent_fd);
        self->parent_fd = -1;
    }
    return self->signal_fd >= 0 && ask_to_be_told(self->dir_fd, DN_DELETE | DN_RENAME);
}

GSource *
dcc_dir_loss_source_new(const char *dir)
{
    LossSource *self;

    if (!is_claimed())
        return NULL;
    self = (LossSource *)g_source_new(&source_funcs, sizeof(LossSource));
    self->dir_fd = self->parent_fd = self->signal_fd = -1;
    if (!watch(self, dir)) {
        g_source_unref(&self->source);
        return NULL;
    }
    g_source_set_name(&self->source, "dcc-dir-loss");
    g_source_add_unix_fd(&self->source, self->signal_fd, G_IO_IN);
    return &self->source;
}
