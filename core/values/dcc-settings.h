/* Every number and choice a session goes by, each with a name, a default and a check.
 *
 * Names are those of the documentation ("probe-period", "max-restarts"); values are text ("10s",
 * "500ms", "5m", "7", "on-crash", "exponential:1s:30s"). Times are kept in milliseconds.
 */
#pragma once

#include "dcc-enums.h"

G_BEGIN_DECLS

#define DCC_TYPE_SETTINGS (dcc_settings_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccSettings, dcc_settings, DCC, SETTINGS, GObject)

typedef enum {
    DCC_SETTING_START_TIMEOUT,   /* 300s */
    DCC_SETTING_SETTLE,          /* 5s */
    DCC_SETTING_PROBE_PERIOD,    /* 10s; 0 switches probing off */
    DCC_SETTING_PROBE_TIMEOUT,   /* 5s */
    DCC_SETTING_PROBE_FAILURES,  /* 6, a count */
    DCC_SETTING_PROGRESS_WINDOW, /* 10m */
    DCC_SETTING_HANG_TIMEOUT,    /* 30m, with on-hang=restart */
    DCC_SETTING_SAVE_TIMEOUT,    /* 60s */
    DCC_SETTING_TERM_TIMEOUT,    /* 10s */
    DCC_SETTING_TREE_TIMEOUT,    /* 3s */
    DCC_SETTING_VERIFY_TIMEOUT,  /* 10s */
    DCC_SETTING_CRASH_GRACE,     /* 60s */
    DCC_SETTING_RESET_AFTER,     /* 300s */
    DCC_SETTING_BURST_WINDOW,    /* 600s */
    DCC_SETTING_MAX_RESTARTS,    /* 5, a count, within burst-window */
    DCC_SETTING_INSTANT_CRASH,   /* 10s: two in a row with equal cause give up; 0 never does */
    DCC_SETTING_JITTER,          /* 20, per cent */
    DCC_SETTING_LOG_SIZE,        /* 16777216, bytes a file */
    DCC_SETTING_LOG_FILES,       /* 4, a count */
    DCC_SETTING_OOM_SCORE,       /* 200, added to the application's */
    DCC_SETTING_BACKOFF_INITIAL, /* 1s */
    DCC_SETTING_BACKOFF_MAX,     /* 60s */
} DccSetting;
#define DCC_N_SETTINGS (DCC_SETTING_BACKOFF_MAX + 1)

DCC_API DccSettings *
dcc_settings_new(void);
DCC_API DccSettings *
dcc_settings_copy(DccSettings *self);

/* Milliseconds for times, else the count itself. */
DCC_API gint64
dcc_settings_get(DccSettings *self, DccSetting setting);
DCC_API void
dcc_settings_put(DccSettings *self, DccSetting setting, gint64 value);
DCC_API DccRestartMode
dcc_settings_get_restart(DccSettings *self);
DCC_API DccBackoffKind
dcc_settings_get_backoff(DccSettings *self);
DCC_API DccHangMode
dcc_settings_get_on_hang(DccSettings *self);

/* Sets by name and text: any setting above by its nick, or "restart", "on-hang", "backoff". */
DCC_API gboolean
dcc_settings_parse(DccSettings *self, const char *name, const char *text, GError **error);
/* TRUE if somebody has set it: an adapter's default must not overrule a user's wish. */
DCC_API gboolean
dcc_settings_is_set(DccSettings *self, const char *name);
/* The text that dcc_settings_parse() takes; NULL for an unknown name. */
DCC_API char *
dcc_settings_format(DccSettings *self, const char *name);
/* (transfer container): names, in the order of the documentation. */
DCC_API GPtrArray *
dcc_settings_list_names(void);
/* "10s", "500ms", "2m", "1h", or a bare number of seconds ("2.5"). */
DCC_API gboolean
dcc_duration_parse(const char *text, gint64 *ms, GError **error);
DCC_API char *
dcc_duration_format(gint64 ms);

G_END_DECLS
