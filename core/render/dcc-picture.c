/* Whether a file is a whole picture.
 *
 * Problem: decoding is done by large libraries, and a broken or hostile file may break them.
 * Contract: dcchost-picture reads the file, in a process of its own with limits; what it does not
 * say in so many words is not taken for a whole picture. Threading: any; blocks.
 */
#include "dcc-picture.h"

#include "dcc-exit-status.h"
#include "dcc-file-facts.h"
#include "dcc-file-name.h"
#include "dcc-spawn.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM    "dcchost-picture"
#define TIMEOUT_MS (2 * 60 * 1000)
#define MAX_OUTPUT 1024

char *
dcc_picture_find_program(const char *shim, GError **error)
{
    g_autofree char *dir = g_path_get_dirname(shim);
    g_autofree char *file = dcc_file_name_of_program(PROGRAM);
    g_autofree char *path = g_build_filename(dir, file, NULL);

    if (g_access(path, X_OK) == 0)
        return g_steal_pointer(&path);
    g_set_error(
        error,
        DCC_ERROR,
        DCC_ERROR_NOT_FOUND,
        "%s, which looks at pictures, is not there or cannot be run; install all of dcchost",
        path);
    return NULL;
}

void
dcc_picture_finding_clear(DccPictureFinding *self)
{
    g_clear_pointer(&self->detail, g_free);
}

static void
find(DccPictureFinding *finding, DccPictureState state, const char *detail)
{
    finding->state = state;
    finding->detail = g_strdup(detail);
}

/* What the program ended with; see dcchost-picture.c. */
static const struct {
    int code;
    DccPictureState state;
} codes[] = {
    {0, DCC_PICTURE_WHOLE},
    {1, DCC_PICTURE_BROKEN},
    {3, DCC_PICTURE_UNCHECKED},
    {4, DCC_PICTURE_BROKEN},
};

static void
judge(DccPictureFinding *finding, int wait_status, const char *output)
{
    DccExitStatus end = dcc_exit_status_decode(wait_status);
    g_autofree char *valid = g_utf8_make_valid(output, -1);
    g_autofree char *line = NULL;

    valid[strcspn(valid, "\r\n")] = '\0';
    for (guint i = 0; i < G_N_ELEMENTS(codes); i++) {
        if (end.kind != DCC_RESULT_EXITED || end.code != codes[i].code || *valid == '\0')
            continue;
        find(finding, codes[i].state, valid);
        return;
    }
    if (end.kind == DCC_RESULT_SIGNALED)
        line = g_strdup_printf("what read it died by signal %d", end.signal);
    else
        line = g_strdup_printf("what read it ended with code %d", end.code);
    find(finding, DCC_PICTURE_BROKEN, line);
}

static void
decode(const char *program, const char *path, DccPictureFinding *finding)
{
    const char *argv[] = {program, path, NULL};
    /* Nothing of the environment changes how a library reads. */
    const char *envp[] = {NULL};
    g_autoptr(GError) error = NULL;
    int wait_status = -1;
    g_autofree char *output =
        dcc_command_run(argv, envp, TIMEOUT_MS, MAX_OUTPUT, &wait_status, &error);

    if (output != NULL)
        judge(finding, wait_status, output);
    else
        find(finding, DCC_PICTURE_BROKEN, error->message);
}

void
dcc_picture_look(const char *program,
                 const char *path,
                 gint64 newer_than,
                 DccPictureFinding *finding)
{
    DccFileFacts facts;

    *finding = (DccPictureFinding){.size = -1};
    if (!dcc_file_facts_read_target(path, &facts)) {
        find(finding,
             errno == ENOENT ? DCC_PICTURE_MISSING : DCC_PICTURE_BROKEN,
             errno == ENOENT ? "it is not there" : g_strerror(errno));
        return;
    }
    finding->size = facts.size;
    if (facts.kind != DCC_FILE_REGULAR)
        find(finding, DCC_PICTURE_BROKEN, "it is no file");
    else if (facts.mtime_ns < newer_than)
        find(finding, DCC_PICTURE_OLD, "it is older than this render");
    else if (program != NULL)
        decode(program, path, finding);
    else if (facts.size == 0)
        find(finding, DCC_PICTURE_BROKEN, "it is empty");
    else
        find(finding, DCC_PICTURE_UNCHECKED, "nothing of this system's dcchost reads pictures");
}
