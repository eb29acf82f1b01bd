/* Directories of instances that no listing has; see the header.
 *
 * A machine that went down, or somebody who removed a record, leaves work behind that no name leads
 * to. It is nobody's to remove. */
#include "cli-doctor-left.h"

#include "dcc-file-whole.h"
#include "dcc-instance-files.h"
#include <string.h>

/* The first entry is as good as all of them. */
static gboolean
holds_anything(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);

    return dir != NULL && g_dir_read_name(dir) != NULL;
}

void
cli_doctor_check_ruin(GPtrArray *findings, DccRuntime *runtime, const char *name)
{
    g_autofree char *dir = g_build_filename(dcc_runtime_get_path(runtime), name, NULL);
    g_autofree char *link = g_build_filename(dir, DCC_INSTANCE_DIR_TEMP, NULL);
    g_autofree char *temp = dcc_file_whole_read_pointer(link);
    gboolean work = temp != NULL && holds_anything(temp);

    if (!g_file_test(dir, G_FILE_TEST_IS_DIR))
        return; /* it ended meanwhile */
    cli_findings_add(findings,
                     CLI_FINDING_WARN,
                     "instances",
                     work ? "copy what you need from there, then remove both directories"
                          : "remove the directory",
                     "%s: no record says what ran here, and nothing of it runs%s%s",
                     dir,
                     work ? "; what it left is in " : "",
                     work ? temp : "");
}

void
cli_doctor_check_copies(GPtrArray *findings, DccRuntime *runtime)
{
    const char *state = dcc_runtime_get_state_path(runtime);
    g_autoptr(GDir) dir = g_dir_open(state, 0, NULL);
    const char *entry;

    while (dir != NULL && (entry = g_dir_read_name(dir)) != NULL) {
        g_autofree char *copies = g_build_filename(state, entry, DCC_INSTANCE_DIR_RESCUE, NULL);

        /* What has an @ is another machine's. */
        if (strchr(entry, '@') != NULL || dcc_runtime_has_name(runtime, entry) ||
            !holds_anything(copies))
            continue;
        cli_findings_add(findings,
                         CLI_FINDING_WARN,
                         "rescue copies",
                         "open what you need from there, then remove the directory",
                         "%s: of an instance of which nobody knows how it ended",
                         copies);
    }
}
