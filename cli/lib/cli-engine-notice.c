/* What engines say of their patience; see the header. */
#include "cli-engine-notice.h"

#include "dcc-json.h"
#include <string.h>

#define MARGIN_MS     5000
#define LEAST_MS      500
#define MAX_SECONDS   65533 /* Slurm's own limit */
#define CANCEL_INFO   "cancel_info.json"
#define MAX_CONF_SIZE (16 * 1024 * 1024)

/* Where a job finds Slurm's configuration, beside SLURM_CONF: Debian's (tried), and where a node without
 * a file of its own keeps what the controller gave it (read in Slurm's documentation). */
static const char *const slurm_confs[] = {"/etc/slurm/slurm.conf", "/run/slurm/conf/slurm.conf"};

/* "KillWait=30", however it is spelt, alone on its line; -1 where it is not. */
static gint64
find_kill_wait(const char *text)
{
    g_autoptr(GRegex) regex =
        g_regex_new("^[ \\t]*KillWait[ \\t]*=[ \\t]*(\\d{1,5})[ \\t]*(#.*)?\\r?$",
                    G_REGEX_CASELESS | G_REGEX_MULTILINE | G_REGEX_RAW,
                    0,
                    NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_autofree char *digits = NULL;
    gint64 seconds;

    if (!g_regex_match(regex, text, 0, &match))
        return -1;
    digits = g_match_info_fetch(match, 1);
    seconds = g_ascii_strtoll(digits, NULL, 10);
    return seconds <= MAX_SECONDS ? seconds * 1000 : -1;
}

static gint64
read_kill_wait(const char *path)
{
    g_autofree char *text = NULL;
    gsize size = 0;

    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR) ||
        !g_file_get_contents(path, &text, &size, NULL) || size > MAX_CONF_SIZE)
        return -1;
    return find_kill_wait(text);
}

gint64
cli_engine_notice_of_slurm(void)
{
    const char *conf = g_getenv("SLURM_CONF");
    gint64 wait = -1;

    if (conf != NULL && *conf != '\0')
        return read_kill_wait(conf);
    for (guint i = 0; i < G_N_ELEMENTS(slurm_confs) && wait < 0; i++)
        wait = read_kill_wait(slurm_confs[i]);
    return wait;
}

/* It is written before the signal is sent. One of an earlier notice is over. */
gint64
cli_engine_notice_of_openjd(void)
{
    const char *dir = g_getenv("OPENJD_SESSION_WORKING_DIR");
    g_autofree char *path = dir != NULL ? g_build_filename(dir, CANCEL_INFO, NULL) : NULL;
    g_autofree char *text = NULL;
    g_autoptr(JsonObject) info = NULL;
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) end = NULL, now = NULL;
    const char *when;
    gint64 left_ms;

    if (path == NULL || !g_file_get_contents(path, &text, NULL, NULL))
        return -1;
    info = dcc_json_from_text(text, -1, NULL);
    when = info != NULL ? dcc_json_get_string(info, "NotifyEnd", NULL) : NULL;
    end = when != NULL ? g_date_time_new_from_iso8601(when, utc) : NULL;
    if (end == NULL)
        return -1;
    now = g_date_time_new_now(utc);
    left_ms = g_date_time_difference(end, now) / 1000;
    return left_ms > 0 ? left_ms : -1;
}

gint64
cli_engine_notice_to_budget(gint64 notice_ms)
{
    return MAX(notice_ms - MIN(MARGIN_MS, notice_ms / 4), LEAST_MS);
}
