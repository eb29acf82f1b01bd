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

/**
 * DccSetting:
 * @DCC_SETTING_START_TIMEOUT: how long it may take to be ready: `300s`
 * @DCC_SETTING_SETTLE: how long an application without an agent must live to count as ready: `5s`
 * @DCC_SETTING_PROBE_PERIOD: time between two probes: `10s`; 0 switches probing off
 * @DCC_SETTING_PROBE_TIMEOUT: how long an answer to a probe may take: `5s`
 * @DCC_SETTING_PROBE_FAILURES: so many failed probes in a row make a silence: `6`, a count
 * @DCC_SETTING_PROGRESS_WINDOW: a progress no older than this excuses a silence: `10m`
 * @DCC_SETTING_HANG_TIMEOUT: a silence of this length is ended: `30m`, with on-hang=restart
 * @DCC_SETTING_SAVE_TIMEOUT: how long a rescue copy may take: `60s`
 * @DCC_SETTING_TERM_TIMEOUT: how long the signal is given: `10s`
 * @DCC_SETTING_TREE_TIMEOUT: how long the descendants are given: `3s`
 * @DCC_SETTING_VERIFY_TIMEOUT: how long the emptiness of the tree is waited for: `10s`
 * @DCC_SETTING_CRASH_GRACE: how long what a crash left running may go on: `60s`
 * @DCC_SETTING_RESET_AFTER: so long a healthy run forgets the crashes before it: `300s`
 * @DCC_SETTING_BURST_WINDOW: restarts are counted over this span: `600s`
 * @DCC_SETTING_MAX_RESTARTS: so many are granted: `5`, a count, within burst-window
 * @DCC_SETTING_INSTANT_CRASH: a run shorter than this ended at once: `10s: two in a row with
 * equal cause give up`; 0 never does
 * @DCC_SETTING_JITTER: delays vary by so much: `20`, per cent
 * @DCC_SETTING_LOG_SIZE: the log is cut into files of this size: `16777216`, bytes a file
 * @DCC_SETTING_LOG_FILES: so many of them are kept: `4`, a count
 * @DCC_SETTING_OOM_SCORE: makes the application likelier than the shim to be ended for want of
 * memory: `200`, added to the application's
 * @DCC_SETTING_RESCUE_PERIOD: so often the agent makes a copy of unsaved work, where it can: `30s`;
 * 0 never does
 * @DCC_SETTING_SCENE_CRASHES: so many crashes in a row on one scene end it: `3`, a count; the run
 * before the last is one in safe mode; 0: only the budget counts
 * @DCC_SETTING_BUNDLES: the evidence of so many bad ends is kept: `10`, a count
 * @DCC_SETTING_BUNDLE_SIZE: and so much of it, work included: `536870912`, bytes
 * @DCC_SETTING_BACKOFF_INITIAL: the first delay: `1s`
 * @DCC_SETTING_BACKOFF_MAX: the longest delay: `60s`
 * @DCC_SETTING_STOP_BUDGET: how long a stop may take in all, where none says otherwise: `0s`, the
 * times of its steps; 1.1
 * @DCC_SETTING_TASK_TIMEOUT: how long one frame of a render may take, the first one with what comes
 * before it: `0s`, which is for ever
 * @DCC_SETTING_RENDER_TIMEOUT: how long a render may take with all its runs: `0s`, for ever
 * @DCC_SETTING_KEEP_STATE: how long what is recorded of an instance is kept when it has ended: `0s`, for
 * ever; 1.1
 *
 * Every number that a session goes by. Times are in milliseconds; the default of each is said
 * here as [method@DccHost.Settings.parse] takes it.
 *
 * Since: 1.0
 */
typedef enum {
    DCC_SETTING_START_TIMEOUT,
    DCC_SETTING_SETTLE,
    DCC_SETTING_PROBE_PERIOD,
    DCC_SETTING_PROBE_TIMEOUT,
    DCC_SETTING_PROBE_FAILURES,
    DCC_SETTING_PROGRESS_WINDOW,
    DCC_SETTING_HANG_TIMEOUT,
    DCC_SETTING_SAVE_TIMEOUT,
    DCC_SETTING_TERM_TIMEOUT,
    DCC_SETTING_TREE_TIMEOUT,
    DCC_SETTING_VERIFY_TIMEOUT,
    DCC_SETTING_CRASH_GRACE,
    DCC_SETTING_RESET_AFTER,
    DCC_SETTING_BURST_WINDOW,
    DCC_SETTING_MAX_RESTARTS,
    DCC_SETTING_INSTANT_CRASH,
    DCC_SETTING_JITTER,
    DCC_SETTING_LOG_SIZE,
    DCC_SETTING_LOG_FILES,
    DCC_SETTING_OOM_SCORE,
    DCC_SETTING_RESCUE_PERIOD,
    DCC_SETTING_SCENE_CRASHES,
    DCC_SETTING_BUNDLES,
    DCC_SETTING_BUNDLE_SIZE,
    DCC_SETTING_BACKOFF_INITIAL,
    DCC_SETTING_BACKOFF_MAX,
    DCC_SETTING_STOP_BUDGET,
    DCC_SETTING_TASK_TIMEOUT,
    DCC_SETTING_RENDER_TIMEOUT,
    DCC_SETTING_KEEP_STATE,
} DccSetting;
/**
 * DCC_N_SETTINGS:
 *
 * How many settings there are.
 *
 * Since: 1.0
 */
#define DCC_N_SETTINGS (DCC_SETTING_KEEP_STATE + 1)

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
DCC_API DccRecoverMode
dcc_settings_get_recover(DccSettings *self);

/* Sets by name and text: any setting above by its nick, or "restart", "on-hang", "recover",
 * "backoff". */
DCC_API gboolean
dcc_settings_parse(DccSettings *self, const char *name, const char *text, GError **error);
/* TRUE if it was set: an adapter's default must not overrule a user's wish. */
DCC_API gboolean
dcc_settings_is_set(DccSettings *self, const char *name);
/* The text that dcc_settings_parse() takes; NULL for an unknown name. */
DCC_API char *
dcc_settings_format(DccSettings *self, const char *name);
/* (transfer container): names, in the order of the documentation. */
DCC_API GPtrArray *
dcc_settings_list_names(void);
/* What it is for, in a line; NULL for an unknown name. */
DCC_API const char *
dcc_settings_describe(const char *name);
/* "10s", "500ms", "2m", "1h", or a bare number of seconds ("2.5"). */
DCC_API gboolean
dcc_duration_parse(const char *text, gint64 *ms, GError **error);
DCC_API char *
dcc_duration_format(gint64 ms);

G_END_DECLS
