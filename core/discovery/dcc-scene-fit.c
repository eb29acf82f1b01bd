/* Which version is to open a scene, by the version that saved it.
 *
 * Problem: an older application drops what a newer one has put into a scene, or cannot open it at
 * all; a newer one converts it for good. Contract: a pure function. Threading: any thread. */
#include "dcc-scene-fit.h"
#include "dcc-installation.h"
#include <string.h>

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
