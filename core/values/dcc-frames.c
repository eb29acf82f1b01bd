/* The frames of a render.
 *
 * Problem: people write ranges, engines write lists, and after a crash an irregular rest is left;
 * all of them have to be the same thing. Contract: immutable, each frame once, in rising order;
 * what cannot be meant ("10-1", a thousand million frames) is refused, never cut short. Threading:
 * any thread.
 */
#include "dcc-frames.h"

#include "dcc-error.h"
#include <string.h>

#define MAX_DIGITS 9

struct _DccFrames {
    GObject parent_instance;
    GArray *numbers; /* of int */
};

/**
 * DccFrames:
 *
 * The frames of a render, each once and in rising order. Immutable.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccFrames, dcc_frames, G_TYPE_OBJECT)

static void
dcc_frames_finalize(GObject *object)
{
    g_array_unref(DCC_FRAMES(object)->numbers);
    G_OBJECT_CLASS(dcc_frames_parent_class)->finalize(object);
}

static void
dcc_frames_class_init(DccFramesClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_frames_finalize;
}

static void
dcc_frames_init(DccFrames *self)
{
    self->numbers = g_array_new(FALSE, FALSE, sizeof(int));
}

static int
compare(gconstpointer a, gconstpointer b)
{
    const int *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

/* Sorted, and each once. */
static void
put_in_order(GArray *numbers)
{
    int *n = (int *)numbers->data;
    guint kept = 0;

    g_array_sort(numbers, compare);
    for (guint i = 0; i < numbers->len; i++) {
        if (kept == 0 || n[i] != n[kept - 1])
            n[kept++] = n[i];
    }
    g_array_set_size(numbers, kept);
}

/**
 * dcc_frames_new:
 * @frames: (array length=n): numbers in any order, also twice
 * @n: how many, at most %DCC_FRAMES_MAX
 *
 * Makes a list of numbers.
 *
 * Returns: (transfer full): the frames
 * Since: 1.0
 */
DccFrames *
dcc_frames_new(const int *frames, guint n)
{
    DccFrames *self;

    g_return_val_if_fail(frames != NULL || n == 0, NULL);
    g_return_val_if_fail(n <= DCC_FRAMES_MAX, NULL);

    self = g_object_new(DCC_TYPE_FRAMES, NULL);
    if (n > 0)
        g_array_append_vals(self->numbers, frames, n);
    put_in_order(self->numbers);
    return self;
}

/* Takes a number from the beginning of *text; at most MAX_DIGITS, so that nothing overflows. */
static gboolean
take_number(const char **text, int *number)
{
    const char *digits = *text + (**text == '-');
    gsize length = strspn(digits, "0123456789");

    if (length == 0 || length > MAX_DIGITS)
        return FALSE;
    *number = (int)g_ascii_strtoll(*text, NULL, 10);
    *text = digits + length;
    return TRUE;
}

/* What is wrong with one part of the list. */
G_GNUC_PRINTF(3, 4)
static gboolean
refuse(GError **error, const char *part, const char *format, ...)
{
    g_autofree char *shown = g_utf8_make_valid(part, (gssize)strnlen(part, 60));
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, DCC_ERROR, DCC_ERROR_INVALID, "the frames '%s' %s", shown, what);
    return FALSE;
}

/* "1-1000000000" was meant, and is more than anybody renders. */
static gboolean
has_long_number(const char *part)
{
    for (const char *p = part; *p != '\0'; p++) {
        gsize digits = strspn(p, "0123456789");

        if (digits > MAX_DIGITS)
            return TRUE;
        if (digits > 0)
            p += digits - 1;
    }
    return FALSE;
}

static gboolean
refuse_senseless(GError **error, const char *part)
{
    if (*part == '\0')
        return refuse(error, part, "are an empty place in the list; leave that comma out");
    if (has_long_number(part))
        return refuse(error, part, "have a number of more than nine digits");
    return refuse(error, part, "make no sense; write 5, 1-240, 1-240x2 or a list as 1-10,15");
}

typedef struct {
    int first, last, step;
} Range;

static gboolean
read_range(const char *part, Range *range, GError **error)
{
    const char *p = part;
    gboolean sound = take_number(&p, &range->first);

    range->last = range->first;
    range->step = 1;
    if (sound && *p == '-') {
        p++;
        sound = take_number(&p, &range->last);
        if (sound && *p == 'x') {
            p++;
            sound = *p != '-' && take_number(&p, &range->step);
        }
    }
    if (!sound || *p != '\0')
        return refuse_senseless(error, part);
    if (range->step < 1)
        return refuse(error, part, "have a step of 0; write a step of 1 or more");
    if (range->last < range->first)
        return refuse(error, part, "run backwards; write %d-%d", range->last, range->first);
    return TRUE;
}

static gboolean
add_range(GArray *numbers, const char *part, GError **error)
{
    Range range = {0, 0, 1};
    gint64 count;

    if (!read_range(part, &range, error))
        return FALSE;
    count = ((gint64)range.last - range.first) / range.step + 1;
    if (numbers->len + count > DCC_FRAMES_MAX)
        return refuse(error,
                      part,
                      "are too many: %" G_GINT64_FORMAT " in all, at most %d are taken",
                      numbers->len + count,
                      DCC_FRAMES_MAX);
    for (gint64 frame = range.first; frame <= range.last; frame += range.step) {
        int number = (int)frame;

        g_array_append_val(numbers, number);
    }
    return TRUE;
}

/**
 * dcc_frames_parse:
 * @text: frames and ranges with commas between them: `1-240x2,300`; a step is written after an x;
 *   frames may be negative (`-5--1`)
 * @error: return location for an error
 *
 * Reads a list of frames. What overlaps is merged. Numbers have at most nine digits, and a list at
 * most %DCC_FRAMES_MAX of them.
 *
 * Returns: (transfer full): the frames; %NULL with `DCC_ERROR_INVALID` for what cannot be meant
 * Since: 1.0
 */
DccFrames *
dcc_frames_parse(const char *text, GError **error)
{
    g_autoptr(DccFrames) self = g_object_new(DCC_TYPE_FRAMES, NULL);
    g_auto(GStrv) parts = NULL;

    g_return_val_if_fail(text != NULL, NULL);

    if (*text == '\0') {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_INVALID,
                    "no frames are named; write 5, 1-240, 1-240x2 or a list as 1-10,15");
        return NULL;
    }
    parts = g_strsplit(text, ",", -1);
    for (guint i = 0; parts[i] != NULL; i++) {
        if (!add_range(self->numbers, parts[i], error))
            return NULL;
    }
    put_in_order(self->numbers);
    return g_steal_pointer(&self);
}

/**
 * dcc_frames_count:
 * @self: frames
 *
 * How many there are.
 *
 * Returns: a count; 0 for none
 * Since: 1.0
 */
guint
dcc_frames_count(DccFrames *self)
{
    g_return_val_if_fail(DCC_IS_FRAMES(self), 0);

    return self->numbers->len;
}

/**
 * dcc_frames_get:
 * @self: frames
 * @i: a place in the list, from 0, below dcc_frames_count()
 *
 * One of the frames.
 *
 * Returns: its number
 * Since: 1.0
 */
int
dcc_frames_get(DccFrames *self, guint i)
{
    g_return_val_if_fail(DCC_IS_FRAMES(self), 0);
    g_return_val_if_fail(i < self->numbers->len, 0);

    return g_array_index(self->numbers, int, i);
}

/**
 * dcc_frames_contains:
 * @self: frames
 * @frame: a number
 *
 * Whether a frame is one of them.
 *
 * Returns: %TRUE if it is
 * Since: 1.0
 */
gboolean
dcc_frames_contains(DccFrames *self, int frame)
{
    g_return_val_if_fail(DCC_IS_FRAMES(self), FALSE);

    return g_array_binary_search(self->numbers, &frame, compare, NULL);
}

/**
 * dcc_frames_get_run:
 * @self: frames
 * @i: where it begins, from 0
 * @first: (out): the frame there
 * @last: (out): the last one
 * @step: (out): between two of them, 1 where it is but one
 *
 * The frames from the @i th on that have the same step between them: what a command line with a
 * first frame, a last frame and a step can render at once.
 *
 * Returns: %TRUE if there is one at least
 * Since: 1.0
 */
gboolean
dcc_frames_get_run(DccFrames *self, guint i, int *first, int *last, int *step)
{
    const int *n;
    guint end = i + 1;

    g_return_val_if_fail(DCC_IS_FRAMES(self), FALSE);

    if (i >= self->numbers->len)
        return FALSE;
    n = (const int *)self->numbers->data;
    *first = n[i];
    *step = end < self->numbers->len ? n[end] - n[i] : 1;
    while (end < self->numbers->len && n[end] - n[end - 1] == *step)
        end++;
    *last = n[end - 1];
    return TRUE;
}

/* Two frames are shorter by themselves than as a range. */
static guint
append_run(DccFrames *self, guint i, GString *text)
{
    int first = 0, last = 0, step = 1;
    guint n;

    dcc_frames_get_run(self, i, &first, &last, &step);
    n = (guint)((last - first) / step) + 1;
    g_string_append_printf(text, "%s%d", i > 0 ? "," : "", first);
    if (n < 3)
        return 1;
    g_string_append_printf(text, "-%d", last);
    if (step > 1)
        g_string_append_printf(text, "x%d", step);
    return n;
}

/**
 * dcc_frames_to_text:
 * @self: frames
 *
 * Writes them as people do: `1-5,9`.
 *
 * Returns: (transfer full): what dcc_frames_parse() takes; empty for none
 * Since: 1.0
 */
char *
dcc_frames_to_text(DccFrames *self)
{
    GString *text;

    g_return_val_if_fail(DCC_IS_FRAMES(self), NULL);

    text = g_string_new(NULL);
    for (guint i = 0; i < self->numbers->len;)
        i += append_run(self, i, text);
    return g_string_free(text, FALSE);
}
