/* Whether a file can be a Blender scene, from its first bytes.
 *
 * Problem: a windowed Blender that cannot read its scene stays alive on an empty one and says so in
 * its output alone. What can be known before the start is said before the start.
 */
#include "dcc-blender.h"
#include "dcc-error.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LONGEST 7

static const struct {
    const char *bytes;
    gsize length;
} signatures[] = {
    {"BLENDER", 7},
    {"\x1f\x8b", 2},         /* gzip, until 2.9 */
    {"\x28\xb5\x2f\xfd", 4}, /* zstd, since 3.0 */
};

static gboolean
refuse(const char *path, const char *why, GError **error)
{
    g_autofree char *name = g_filename_display_name(path);

    g_set_error(error, DCC_ERROR, DCC_ERROR_SCENE, "scene '%s' cannot be opened: %s", name, why);
    return FALSE;
}

static gboolean
has_signature(const char *head, gsize length)
{
    for (guint i = 0; i < G_N_ELEMENTS(signatures); i++) {
        if (length >= signatures[i].length &&
            memcmp(head, signatures[i].bytes, signatures[i].length) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
check_content(int fd, const char *path, GError **error)
{
    char head[LONGEST];
    struct stat st;
    gssize length;

    if (fstat(fd, &st) != 0)
        return refuse(path, g_strerror(errno), error);
    if (!S_ISREG(st.st_mode))
        return refuse(path, "it is no file", error);
    if (st.st_size == 0)
        return refuse(path, "it is empty", error);
    length = pread(fd, head, sizeof head, 0);
    if (length < 0)
        return refuse(path, g_strerror(errno), error);
    if (!has_signature(head, (gsize)length))
        return refuse(path, "it is no Blender file", error);
    return TRUE;
}

gboolean
dcc_blender_check_scene(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    gboolean good;

    if (fd < 0)
        return refuse(path, g_strerror(errno), error);
    good = check_content(fd, path, error);
    close(fd);
    return good;
}
