/* What engines say of their patience; see the header. */
#include "cli-engine-notice.h"

#include "cli-slurm-conf.h"
#include "dcc-json.h"

#define MARGIN_MS   5000
#define LEAST_MS    500
#define CANCEL_INFO "cancel_info.json"

/* Where a job finds Slurm's configuration, beside SLURM_CONF: Debian's (tried), and where a node without
 * a file of its own keeps what the controller gave it, with what that includes beside it (read in Slurm's
 * documentation). */
static const char *const slurm_confs[] = {
    "/etc/slurm/slurm.conf", "/run/slurm/conf/slurm.conf", NULL};

gint64
cli_engine_notice_of_slurm(void)
{
    const char *named = g_getenv("SLURM_CONF");
    const char *const own[] = {named, NULL};

    return cli_slurm_conf_read_kill_wait(named != NULL && *named != '\0' ? own : slurm_confs);
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
