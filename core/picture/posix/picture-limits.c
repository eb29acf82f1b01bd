/* What one look at a picture may cost. On macOS RLIMIT_AS is said to bind little. */
#include "picture.h"

#include <sys/resource.h>

#define MEMORY_LIMIT (2UL << 30)
#define CPU_SECONDS  60

#if defined(__SANITIZE_ADDRESS__)
#define LIMITS_MEMORY 0 /* its shadow is larger than any limit */
#else
#define LIMITS_MEMORY 1
#endif

static void
limit(int resource, rlim_t value)
{
    struct rlimit now;

    if (getrlimit(resource, &now) != 0)
        return;
    if (now.rlim_max == RLIM_INFINITY || now.rlim_max > value)
        now.rlim_max = value;
    now.rlim_cur = now.rlim_max;
    setrlimit(resource, &now);
}

void
picture_limit_all(void)
{
    if (LIMITS_MEMORY)
        limit(RLIMIT_AS, MEMORY_LIMIT);
    limit(RLIMIT_CPU, CPU_SECONDS);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, 16);
    picture_forbid_rights();
}
