/* A process of its own in which system calls are refused, as a container's profile or an older
 * kernel refuses them. */
#pragma once

#include <glib.h>

typedef struct {
    int number;       /* of the system call */
    unsigned only_if; /* 0: always; else only when its first argument has one of these bits */
    int errno_code;   /* 0: whoever calls it is killed */
} SandboxRule;

/* Whether this machine has system call filters. */
gboolean
sandbox_is_possible(void);
/* Refuses them in this process and all that it starts, for ever; at most 8. */
void
sandbox_refuse(const SandboxRule *rules, guint n);
