/* Where the pictures of a render lie.
 *
 * Problem: each application has a notation of its own for the number in a name. Contract: the
 * pattern is taken apart here, and an adapter puts it together as its application wants it. Bytes,
 * not text. Threading: any thread; immutable.
 */
#include "dcc-frame-path.h"

#include "dcc-error.h"
#include <string.h>

#define MAX_DIGITS 9

struct _DccFramePath {
    GObject parent_instance;
    char *text;
    char *before;
    char *after;
    guint digits;
};

/**
 * DccFramePath:
 *
 * Where the pictures of a render lie: a path with a place for the number of the frame. Immutable.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccFramePath, dcc_frame_path, G_TYPE_OBJECT)

static void
dcc_frame_path_finalize(GObject *object)
{
    DccFramePath *self = DCC_FRAME_PATH(object);

    g_free(self->text);
    g_free(self->before);
    g_free(self->after);
    G_OBJECT_CLASS(dcc_frame_path_parent_class)->finalize(object);
}

static void
dcc_frame_path_class_init(DccFramePathClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_frame_path_finalize;
}

static void
dcc_frame_path_init(DccFramePath *self)
{
}

/* "####" at p: how long it is, and how many digits it asks for; 0 where there is none. */
static gsize
measure_hashes(const char *p, gsize *digits)
{
    *digits = strspn(p, "#");
    return *digits;
}

/* The same of "%04d", "%4d" and "%d". */
static gsize
measure_printf(const char *p, gsize *digits)
{
    gsize length;

    if (*p != '%')
        return 0;
    length = 1 + strspn(p + 1, "0123456789");
    if (p[length] != 'd')
        return 0;
    *digits = length > 1 ? (gsize)MIN(g_ascii_strtoull(p + 1, NULL, 10), 1000) : 1;
    return length + 1;
}

static gboolean
refuse(GError **error, const char *text, const char *what)
{
    g_autofree char *shown = g_filename_display_name(text);

    g_set_error(error, DCC_ERROR, DCC_ERROR_INVALID, "the pattern '%s' %s", shown, what);
    return FALSE;
}

/* How others write the number. One frame alone could be called so, but nobody means that: each of an
 * engine's tasks would write the same file. */
static const char *
find_foreign(const char *name)
{
    static const char *const notations[] = {
        "{frame", "{FRAME", "<frame", "<Frame", "<f>", "<f4>", "$F"};

    for (guint i = 0; i < G_N_ELEMENTS(notations); i++) {
        if (strstr(name, notations[i]) != NULL)
            return notations[i];
    }
    return NULL;
}

/* Behind the last of what separates names on this system. */
static const char *
find_name(const char *path)
{
    const char *name = path;

    for (const char *at = path; *at != '\0'; at++)
        if (G_IS_DIR_SEPARATOR(*at))
            name = at + 1;
    return name;
}

/* Directories are taken as they are: what stands there was made by somebody, and is named so. */
static gboolean
take_apart(DccFramePath *self, GError **error)
{
    const char *name = find_name(self->text);
    gsize digits = 0;

    if (*name == '\0')
        return refuse(error, self->text, "names a directory; add a name, as shot_####.png");
    for (const char *p = name; *p != '\0';) {
        gsize found = 0;
        gsize length = measure_hashes(p, &found);

        if (length == 0)
            length = measure_printf(p, &found);
        if (length > 0 && digits > 0)
            return refuse(error, self->text, "has two places for the frame's number; leave one");
        if (length > 0) {
            digits = MAX(found, 1);
            self->before = g_strndup(self->text, (gsize)(p - self->text));
            self->after = g_strdup(p + length);
        }
        p += MAX(length, 1);
    }
    if (digits > MAX_DIGITS)
        return refuse(error, self->text, "asks for more than nine digits");
    if (digits == 0 && find_foreign(name) != NULL)
        return refuse(error, self->text, "writes the frame's number in another way; write ####");
    self->digits = (guint)digits;
    if (digits == 0) {
        self->before = g_strdup(self->text);
        self->after = g_strdup("");
    }
    return TRUE;
}

/**
 * dcc_frame_path_parse:
 * @text: (type filename): an absolute path; `####` or `%04d` in its last part stands for the
 *   number, with at least as many digits
 * @error: return location for an error
 *
 * Reads a pattern.
 *
 * Returns: (transfer full): the pattern; %NULL with `DCC_ERROR_INVALID` for one that has two places
 *   for the number, or writes it as others do (`{frame}`, `$F4`), that names a directory or is not
 *   absolute
 * Since: 1.0
 */
DccFramePath *
dcc_frame_path_parse(const char *text, GError **error)
{
    g_autoptr(DccFramePath) self = g_object_new(DCC_TYPE_FRAME_PATH, NULL);

    g_return_val_if_fail(text != NULL, NULL);

    self->text = g_strdup(text);
    if (!g_path_is_absolute(text)) {
        refuse(error, text, "is no absolute path");
        return NULL;
    }
    return take_apart(self, error) ? g_steal_pointer(&self) : NULL;
}

/**
 * dcc_frame_path_get_text:
 * @self: a pattern
 *
 * The pattern as it was given.
 *
 * Returns: (type filename): an absolute path
 * Since: 1.0
 */
const char *
dcc_frame_path_get_text(DccFramePath *self)
{
    g_return_val_if_fail(DCC_IS_FRAME_PATH(self), NULL);

    return self->text;
}

/**
 * dcc_frame_path_get_before:
 * @self: a pattern
 *
 * What stands before the number; all of it where there is no place for one.
 *
 * Returns: (type filename): the beginning of the path
 * Since: 1.0
 */
const char *
dcc_frame_path_get_before(DccFramePath *self)
{
    g_return_val_if_fail(DCC_IS_FRAME_PATH(self), NULL);

    return self->before;
}

/**
 * dcc_frame_path_get_after:
 * @self: a pattern
 *
 * What stands after the number.
 *
 * Returns: (type filename): the end of the path, often its extension with the dot; may be empty
 * Since: 1.0
 */
const char *
dcc_frame_path_get_after(DccFramePath *self)
{
    g_return_val_if_fail(DCC_IS_FRAME_PATH(self), NULL);

    return self->after;
}

/**
 * dcc_frame_path_get_digits:
 * @self: a pattern
 *
 * How many digits the number has at least; zeros are put before a shorter one.
 *
 * Returns: a count; 0: there is no place for a number
 * Since: 1.0
 */
guint
dcc_frame_path_get_digits(DccFramePath *self)
{
    g_return_val_if_fail(DCC_IS_FRAME_PATH(self), 0);

    return self->digits;
}

/**
 * dcc_frame_path_get_extension:
 * @self: a pattern
 *
 * The extension of the name, which tells the format.
 *
 * Returns: (transfer full): in lower case and without the dot; empty where there is none
 * Since: 1.0
 */
char *
dcc_frame_path_get_extension(DccFramePath *self)
{
    const char *name, *dot;

    g_return_val_if_fail(DCC_IS_FRAME_PATH(self), NULL);

    name = self->digits > 0 ? self->after : find_name(self->before);
    dot = strrchr(name, '.');
    return g_ascii_strdown(dot != NULL ? dot + 1 : "", -1);
}

/**
 * dcc_frame_path_get_directory:
 * @self: a pattern
 *
 * The directory that all of the pictures lie in.
 *
 * Returns: (transfer full) (type filename): its path
 * Since: 1.0
 */
char *
dcc_frame_path_get_directory(DccFramePath *self)
{
    g_return_val_if_fail(DCC_IS_FRAME_PATH(self), NULL);

    return g_path_get_dirname(self->text);
}

/**
 * dcc_frame_path_expand:
 * @self: a pattern
 * @frame: a number
 *
 * The file of one frame. The sign of a negative number stands before its zeros, as all
 * applications write it.
 *
 * Returns: (transfer full) (type filename): its path
 * Since: 1.0
 */
char *
dcc_frame_path_expand(DccFramePath *self, int frame)
{
    g_return_val_if_fail(DCC_IS_FRAME_PATH(self), NULL);

    if (self->digits == 0)
        return g_strdup(self->text);
    return g_strdup_printf("%s%.*d%s", self->before, (int)self->digits, frame, self->after);
}
