/* Refusing system calls by a seccomp filter; see the header. */
#include "dcc-deny.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define ANY G_MAXUINT32

/* arg: which argument has to have the value, as far as its lower half goes. */
static const struct {
    const char *name;
    guint32 number;
    guint arg;
    guint32 value;
} calls[] = {
    {"pidfd_send_signal", SYS_pidfd_send_signal, ANY, 0},
    {"pidfd_open", SYS_pidfd_open, ANY, 0},
    {"clone3", SYS_clone3, ANY, 0},
    {"clone-with-pidfd", SYS_clone, 0, 0x5111}, /* CLONE_VM | VFORK | PIDFD | SIGCHLD */
    {"close_range", 436, ANY, 0},
    {"epoll_ctl", SYS_epoll_ctl, ANY, 0},
    {"inotify_init1", SYS_inotify_init1, ANY, 0},
    {"waitid-of-pidfd", SYS_waitid, 0, 3},        /* P_PIDFD */
    {"pidfd-get-info", SYS_ioctl, 1, 0xc040ff0b}, /* PIDFD_GET_INFO of 64 bytes */
    {"unread-bytes", SYS_ioctl, 1, 0x5411},       /* SIOCOUTQ */
};

static gboolean
install(struct sock_filter *rules, guint n)
{
    struct sock_fprog filter = {(unsigned short)n, rules};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

gboolean
dcc_deny(const char *name, int errno_code)
{
    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++) {
        gboolean any = calls[i].arg == ANY;
        guint32 at = offsetof(struct seccomp_data, nr);
        guint32 at_arg =
            any ? at
                : (guint32)(offsetof(struct seccomp_data, args) + calls[i].arg * sizeof(guint64));
        struct sock_filter rules[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, 3),
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at_arg),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, any ? calls[i].number : calls[i].value, 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (guint32)errno_code),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };

        if (g_str_equal(name, calls[i].name))
            return install(rules, G_N_ELEMENTS(rules));
    }
    g_assert_not_reached();
}
