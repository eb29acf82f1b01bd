/* System calls refused by a seccomp filter; see the header. */
#include "sandbox.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#define WORDS_PER_RULE 5
#define MOST_RULES     8

static void
add_rule(struct sock_filter *at, const SandboxRule *rule)
{
    const struct sock_filter words[WORDS_PER_RULE] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)rule->number, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        rule->only_if != 0
            ? (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, rule->only_if, 0, 1)
            : (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JA, 0, 0, 0),
        BPF_STMT(BPF_RET | BPF_K,
                 rule->errno_code != 0 ? SECCOMP_RET_ERRNO | (unsigned)rule->errno_code
                                       : SECCOMP_RET_KILL_PROCESS),
    };

    for (guint i = 0; i < WORDS_PER_RULE; i++)
        at[i] = words[i];
}

gboolean
sandbox_is_possible(void)
{
    return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0;
}

void
sandbox_refuse(const SandboxRule *rules, guint n)
{
    struct sock_filter filter[MOST_RULES * WORDS_PER_RULE + 1];
    struct sock_fprog program = {.len = (unsigned short)(n * WORDS_PER_RULE + 1), .filter = filter};

    g_assert_cmpuint(n, <=, MOST_RULES);
    for (guint i = 0; i < n; i++)
        add_rule(filter + i * WORDS_PER_RULE, &rules[i]);
    filter[n * WORDS_PER_RULE] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    g_assert_cmpint(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), ==, 0);
    g_assert_cmpint(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), ==, 0);
}
