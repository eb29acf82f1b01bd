/* What each setting is for, in a line: for `dcchost launch --help`, and held against docs/settings.md.
 *
 * Contract: every name that dcc_settings_list_names() gives is here; a test walks them. Threading:
 * any thread.
 */
#include "dcc-settings.h"

static const struct {
    const char *name;
    const char *meaning;
} meanings[] = {
    {"restart", "when it is started again: never, on-crash or always"},
    {"on-hang", "what a hang leads to: report, or restart after hang-timeout"},
    {"recover", "whether unsaved work is gone on from: ask, auto or never"},
    {"backoff", "the delay before a restart: fixed:TIME or exponential:FIRST:LONGEST"},
    {"start-timeout", "how long it may take to be ready"},
    {"settle", "how long one without an agent must run to count as ready"},
    {"probe-period", "time between two health probes; 0 switches them off"},
    {"probe-timeout", "how long the answer to a probe may take"},
    {"probe-failures", "how many failed probes in a row count as no answer"},
    {"progress-window", "progress no older than this excuses a missing answer"},
    {"hang-timeout", "how long without an answer before on-hang=restart acts"},
    {"save-timeout", "how long a stop waits for the rescue copy"},
    {"term-timeout", "how long a stop waits after its signal"},
    {"tree-timeout", "how long a stop waits for the child processes"},
    {"verify-timeout", "how long a stop waits until no process is left"},
    {"crash-grace", "how long what a crash left running may go on"},
    {"reset-after", "a run as long as this forgets the crashes before it"},
    {"burst-window", "the span over which restarts are counted"},
    {"max-restarts", "how many restarts are granted within burst-window"},
    {"instant-crash", "two crashes of one cause sooner than this give up; 0 never"},
    {"jitter", "per cent by which delays vary"},
    {"log-size", "bytes at which the log is cut into another file"},
    {"log-files", "how many files of the log are kept"},
    {"oom-score", "added to its oom_score_adj: what the kernel ends first"},
    {"rescue-period", "how often the agent copies unsaved work; 0 never"},
    {"scene-crashes", "crashes in a row on one scene that end it; 0: no such limit"},
    {"bundles", "how many crash bundles are kept"},
    {"bundle-size", "bytes of crash bundles that are kept, work included"},
    {"backoff-initial", "the first delay before a restart"},
    {"backoff-max", "the longest delay before a restart"},
    {"stop-budget", "how long a stop may take in all; 0: as its steps say"},
    {"task-timeout", "how long one frame of a render may take; 0: for ever"},
    {"render-timeout", "how long a render may take, restarts included; 0: for ever"},
    {"keep-state", "how long its state is kept when it has ended; 0: for ever"},
};

/**
 * dcc_settings_describe:
 * @name: the name of a setting
 *
 * What a setting is for, in a line.
 *
 * Returns: (transfer none) (nullable): the line, or %NULL for an unknown name
 * Since: 1.0
 */
const char *
dcc_settings_describe(const char *name)
{
    g_return_val_if_fail(name != NULL, NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(meanings); i++) {
        if (g_str_equal(meanings[i].name, name))
            return meanings[i].meaning;
    }
    return NULL;
}
