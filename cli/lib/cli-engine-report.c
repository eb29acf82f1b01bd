/* What a farm engine is told. Each kind of line has a slot: what is newest waits there until its
 * second has passed, and what was not worth a line by then is never told. */
#include "cli-engine-report.h"

#include "cli-sentence.h"
#include "cli-text.h"
#include "dcc-json.h"
#include <string.h>

#define INTERVAL_US         G_USEC_PER_SEC
#define COMMENT_INTERVAL_US (30 * G_USEC_PER_SEC) /* a call of the controller each */
#define STEP_PERCENT        1.0

typedef enum { SLOT_FRAME, SLOT_IMAGE, SLOT_PROGRESS, SLOT_STATUS, SLOT_COMMENT, N_SLOTS } SlotKind;

typedef struct {
    char *waiting;
    char *told;
    gint64 told_at;
} Slot;

struct _CliEngineReport {
    const CliDialect *dialect;
    CliEngineLineFunc line;
    CliEngineLineFunc comment;
    gpointer data;
    Slot slots[N_SLOTS];
    double percent;
    char *shortfall; /* of a render whose frames are not all there */
};

CliEngineReport *
cli_engine_report_new(const CliDialect *dialect,
                      CliEngineLineFunc line,
                      CliEngineLineFunc comment,
                      gpointer data)
{
    CliEngineReport *self = g_new0(CliEngineReport, 1);

    self->dialect = dialect;
    self->line = line;
    self->comment = comment;
    self->data = data;
    self->percent = -STEP_PERCENT;
    return self;
}

static gint64
interval_of(SlotKind kind)
{
    return kind == SLOT_COMMENT ? COMMENT_INTERVAL_US : INTERVAL_US;
}

static void
tell(CliEngineReport *self, SlotKind kind)
{
    Slot *slot = &self->slots[kind];

    if (slot->waiting == NULL)
        return;
    g_free(slot->told);
    slot->told = g_steal_pointer(&slot->waiting);
    (kind == SLOT_COMMENT ? self->comment : self->line)(slot->told, self->data);
}

void
cli_engine_report_tick(CliEngineReport *self, gint64 now)
{
    for (guint i = 0; i < N_SLOTS; i++) {
        Slot *slot = &self->slots[i];

        if (slot->waiting == NULL || (slot->told != NULL && now < slot->told_at + interval_of(i)))
            continue;
        tell(self, i);
        slot->told_at = now;
    }
}

int
cli_engine_report_get_wait(CliEngineReport *self, gint64 now)
{
    gint64 wait = G_MAXINT;

    for (guint i = 0; i < N_SLOTS; i++)
        if (self->slots[i].waiting != NULL)
            wait = MIN(wait, MAX(0, self->slots[i].told_at + interval_of(i) - now));
    return wait < G_MAXINT ? (int)(wait / 1000 + 1) : -1;
}

/* line (transfer full) (nullable) */
static void
offer(CliEngineReport *self, SlotKind kind, char *line)
{
    Slot *slot = &self->slots[kind];

    if (line == NULL)
        return;
    g_free(slot->waiting);
    slot->waiting = line;
    if (g_strcmp0(line, slot->told) == 0)
        g_clear_pointer(&slot->waiting, g_free);
}

static void
offer_comment(CliEngineReport *self, const char *text)
{
    if (cli_dialect_has_comment(self->dialect))
        offer(self, SLOT_COMMENT, g_strdup(text));
}

static void
on_status(CliEngineReport *self, JsonObject *event)
{
    g_autofree char *text = cli_sentence_event(event);

    offer(self, SLOT_STATUS, cli_dialect_say_status(self->dialect, text));
    offer_comment(self, text);
}

static void
offer_frame(CliEngineReport *self, gint64 frame)
{
    g_autofree char *text = g_strdup_printf("frame %" G_GINT64_FORMAT, frame);

    offer(self, SLOT_FRAME, cli_dialect_say_frame(self->dialect, frame));
    offer(self, SLOT_STATUS, cli_dialect_say_status(self->dialect, text));
}

static void
offer_percent(CliEngineReport *self, double percent)
{
    g_autofree char *text = g_strdup_printf("%d%%", (int)percent);

    if (ABS(percent - self->percent) < STEP_PERCENT && (percent < 100 || self->percent >= 100))
        return;
    self->percent = percent;
    offer(self, SLOT_PROGRESS, cli_dialect_say_progress(self->dialect, CLAMP(percent, 0, 100)));
    offer_comment(self, text);
}

static gboolean
has_value(JsonObject *event, const char *member)
{
    return json_object_has_member(event, member) && !json_object_get_null_member(event, member);
}

static void
on_progress(CliEngineReport *self, JsonObject *event)
{
    double percent = dcc_json_get_double(event, "percent", -1);
    g_autofree char *saved = dcc_json_get_bytes(event, "saved");

    if (has_value(event, "frame"))
        offer_frame(self, dcc_json_get_int(event, "frame", 0));
    if (percent >= 0)
        offer_percent(self, percent);
    if (saved != NULL && *saved != '\0') {
        g_autofree char *path = cli_escape(saved);

        offer(self, SLOT_IMAGE, cli_dialect_say_image(self->dialect, path));
    }
}

/* An instance that is up says no percentage of a task; where a render has said more already, that holds. */
static void
on_frame(CliEngineReport *self, JsonObject *event)
{
    gint64 done = dcc_json_get_int(event, "done", 0), of = dcc_json_get_int(event, "of", 0);
    double percent = of > 0 ? 100.0 * (double)done / (double)of : 0;

    on_status(self, event);
    if (percent > self->percent)
        offer_percent(self, percent);
}

static void
on_rendered(CliEngineReport *self, JsonObject *event)
{
    const char *verdict = dcc_json_get_string(event, "verdict", "unknown");
    gint64 done = dcc_json_get_int(event, "done", 0), frames = dcc_json_get_int(event, "frames", 0);

    g_clear_pointer(&self->shortfall, g_free);
    if (done < frames)
        self->shortfall =
            g_strdup_printf("%s: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " frames are there",
                            verdict,
                            done,
                            frames);
}

static const struct {
    const char *type;
    void (*func)(CliEngineReport *self, JsonObject *event);
} handlers[] = {
    {"state", on_status},
    {"restart", on_status},
    {"gave-up", on_status},
    {"output", on_status},
    {"recovery", on_status},
    {"frame", on_frame},
    {"rendered", on_rendered},
    {"progress", on_progress},
};

void
cli_engine_report_feed(CliEngineReport *self, JsonObject *event, gint64 now)
{
    const char *type = dcc_json_get_string(event, "type", "");

    for (guint i = 0; i < G_N_ELEMENTS(handlers); i++)
        if (strcmp(type, handlers[i].type) == 0)
            handlers[i].func(self, event);
    cli_engine_report_tick(self, now);
}

static void
tell_verdict(CliEngineReport *self, JsonObject *result, int status)
{
    g_autofree char *verdict = cli_escape(dcc_json_get_string(result, "verdict", "unknown"));
    g_autofree char *line = g_strdup_printf("dcchost: verdict=%s status=%d", verdict, status);

    self->line(line, self->data);
}

/* (transfer full): how it ended, and what is missing. */
static char *
describe_end(CliEngineReport *self, JsonObject *result)
{
    /* Of a task that was cancelled in an instance that lives there is a verdict, and no end. */
    gboolean ended = result != NULL && json_object_has_member(result, "code");
    g_autofree char *words = ended ? cli_sentence_result(result) : NULL;

    if (words != NULL && self->shortfall != NULL)
        return g_strdup_printf("%s; %s", words, self->shortfall);
    if (self->shortfall != NULL)
        return g_strdup(self->shortfall);
    return words != NULL ? g_steal_pointer(&words) : g_strdup("how it ended is not known");
}

void
cli_engine_report_finish(CliEngineReport *self, JsonObject *result, int status, gboolean verdict)
{
    g_autofree char *words = describe_end(self, result);

    offer_comment(self, words);
    for (guint i = 0; i < N_SLOTS; i++)
        tell(self, i);
    if (status != 0) {
        g_autofree char *line = cli_dialect_say_failure(self->dialect, words);

        if (line != NULL)
            self->line(line, self->data);
    }
    if (verdict)
        tell_verdict(self, result, status);
}

void
cli_engine_report_free(CliEngineReport *self)
{
    for (guint i = 0; i < N_SLOTS; i++) {
        g_free(self->slots[i].waiting);
        g_free(self->slots[i].told);
    }
    g_free(self->shortfall);
    g_free(self);
}
