/* Ctrl-C and SIGTERM as something to wait for. Blocked and read from a descriptor: GLib's way wants
 * a thread, and GLib aborts where the machine has none to give. dcc_spawn() unblocks them for a
 * child. */
#include "cli-signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

static int signal_fd = -1;

void
cli_signals_hold(void)
{
    sigset_t set;

    if (signal_fd >= 0)
        return;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signal_fd < 0) /* deaf would be worse than abrupt */
        sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int
cli_signals_get_fd(void)
{
    return signal_fd;
}

int
cli_signals_take(void)
{
    struct signalfd_siginfo info;

    if (signal_fd < 0 || read(signal_fd, &info, sizeof info) != (gssize)sizeof info)
        return 0;
    return (int)info.ssi_signo;
}

void
cli_signal_process(int process, int number)
{
    syscall(SYS_pidfd_send_signal, process, number, NULL, 0);
}
