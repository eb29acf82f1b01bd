/* Where Krita is.
 *
 * Contract: the user's own choice first, then what a shell would start, then the usual places. Each
 * copy once, under its real path. Krita itself cannot tell its version without a display (even
 * `krita --version` opens one, and aborts), but a small program beside it can.
 */
#include "krita.h"
#include <string.h>

static const DccKitPlace places[] = {
    {"/usr/bin/krita", "/usr/bin", NULL},
    {"/usr/local/bin/krita", "/usr/local", NULL},
    {"/opt/krita*/bin/krita", "/opt", NULL}, /* unverified: a build of one's own */
};

/* The program beside it that knows the version. */
static void
add_version(DccSearch *search, DccInstallation *installation)
{
    g_autofree char *teller =
        g_strconcat(dcc_installation_get_executable(installation), "_version", NULL);

    if (dcc_search_is_executable(search, teller))
        dcc_installation_set_version_command(installation, (const char *const[]){teller, NULL});
}

static const DccKitApp app = {
    .override = "DCCHOST_KRITA_EXECUTABLE",
    .add_version = add_version,
};

GListModel *
krita_find_installations(DccAdapter *adapter, DccSearch *search, GError **error)
{
    g_autoptr(DccKitFinding) finding = dcc_kit_finding_new(&app, search, error);

    if (!finding)
        return NULL;
    dcc_kit_found_program(finding, "krita");
    dcc_kit_found_places(finding, places, G_N_ELEMENTS(places));
    return dcc_kit_finding_end(finding);
}

/* "5.1.5\n"; a build between releases adds "-beta1 (git 1234567)". */
char *
krita_read_version(DccAdapter *adapter, DccInstallation *installation, const char *output)
{
    gsize length = strspn(output, "0123456789.");

    return length >= 3 && length < 32 && g_ascii_isdigit(*output) ? g_strndup(output, length)
                                                                  : NULL;
}
