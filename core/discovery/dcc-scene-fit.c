/* Which version is to open a scene, by the version that saved it.
 *
 * Problem: an older application drops what a newer one has put into a scene, or cannot open it at
 * all; a newer one converts it for good. Contract: the choice is a pure function; reading touches
 * the first bytes of a regular file and never waits for a FIFO or a device. Threading: any thread.
 */
#include "dcc-scene-fit.h"
#include "dcc-file-facts.h"
#include "dcc-file-open.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

static gboolean
is_same_major(const char *a, const char *b)
{
    gsize length = strspn(a, "0123456789");

    return length > 0 && strspn(b, "0123456789") == length && strncmp(a, b, length) == 0;
}

DccSceneFit
dcc_scene_fit(const char *saved, const char *version)
{
    int order;

    if (!saved || !*saved || !version || !*version)
        return DCC_SCENE_FIT_UNKNOWN;
    order = dcc_version_compare(version, saved);
    /* A scene tells less than an application: 4.2 is saved by 4.2.3. */
    if (order == 0 || dcc_version_matches(version, saved))
        return DCC_SCENE_FIT_SAME;
    if (order < 0)
        return DCC_SCENE_FIT_OLDER;
    return is_same_major(version, saved) ? DCC_SCENE_FIT_NEWER : DCC_SCENE_FIT_OTHER_MAJOR;
}

/* Both are no worse than older, and known. */
static gboolean
is_better(const char *saved, const char *one, const char *other)
{
    DccSceneFit fit = dcc_scene_fit(saved, one);
    DccSceneFit other_fit = dcc_scene_fit(saved, other);

    if (fit != other_fit)
        return fit < other_fit;
    if (fit == DCC_SCENE_FIT_NEWER)
        return dcc_version_compare(one, other) < 0;
    return dcc_version_compare(one, other) > 0;
}

int
dcc_scene_fit_choose(const char *saved, const char *const *versions, guint n)
{
    int best = -1;

    for (guint i = 0; i < n; i++) {
        if (dcc_scene_fit(saved, versions[i]) == DCC_SCENE_FIT_UNKNOWN)
            continue;
        if (best < 0 || is_better(saved, versions[i], versions[best]))
            best = (int)i;
    }
    return best;
}

/* (transfer full) (nullable) */
static GBytes *
read_head(int fd)
{
    g_autofree char *buffer = g_malloc(DCC_ADAPTER_SCENE_HEAD);
    gsize length = 0;
    DccFileFacts facts;

    if (!dcc_file_facts_read_open(fd, &facts) || facts.kind != DCC_FILE_REGULAR)
        return NULL;
    while (length < DCC_ADAPTER_SCENE_HEAD) {
        gssize n = read(fd, buffer + length, DCC_ADAPTER_SCENE_HEAD - length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return NULL;
        if (n == 0)
            break;
        length += (gsize)n;
    }
    return g_bytes_new_take(g_steal_pointer(&buffer), length);
}

char *
dcc_scene_read_version(DccAdapter *adapter, const char *path)
{
    int fd = dcc_file_open_target_to_read(path);
    g_autoptr(GBytes) head = NULL;

    if (fd < 0)
        return NULL;
    head = read_head(fd);
    close(fd);
    return head ? dcc_adapter_read_scene_version(adapter, head) : NULL;
}
