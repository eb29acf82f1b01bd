/* Which exception a script ended with, from the lines that are left.
 *
 * Problem: until 3.6 a script's traceback is a report ("Error: Python: Traceback ..") on stdout,
 * since 4.2 bare text on stderr, like the tracebacks of exceptions that somebody handled and
 * printed. Contract: what is named was said last before Blender's own "script failed", or is the
 * traceback of a whole script. Pure.
 */
#include "dcc-blender.h"
#include <string.h>

#define FAILED "Error: script failed, "
#define HEAD   "Traceback (most recent call last):"

static const char *
skip_report(const char *line)
{
    const char *report = strstr(line, "Error: Python: ");

    return report ? report + strlen("Error: Python: ") : line;
}

static gboolean
is_frame(const char *line)
{
    return g_str_has_prefix(skip_report(line), "  File \"");
}

/* "ValueError: no such rig", "KeyboardInterrupt", "my.module.Broken: x": nothing but a name before
 * the colon. */
static gboolean
is_exception(const char *line)
{
    const char *end = line;

    while (g_ascii_isalnum(*end) || *end == '_' || *end == '.')
        end++;
    return end > line && !g_ascii_isdigit(*line) && (*end == '\0' || g_str_has_prefix(end, ": "));
}

static gboolean
is_error_name(const char *line)
{
    gsize length = strcspn(line, ":");

    return is_exception(line) && length >= 5 && strncmp(line + length - 5, "Error", 5) == 0;
}

/* The first line that is not indented: below the frames stands what was raised. */
static const char *
find_raised(const char *const *lines, guint from, guint end)
{
    for (guint i = from; i < end; i++) {
        const char *line = skip_report(lines[i]);

        if (*line != '\0' && *line != ' ')
            return is_exception(line) ? line : NULL;
    }
    return NULL;
}

static const char *
find_before(const char *const *lines, guint end)
{
    guint n = end;

    while (n > 0 && *skip_report(lines[n - 1]) == '\0')
        n--;
    /* A script that is not there has no frames. */
    if (n > 0 && is_error_name(skip_report(lines[n - 1])))
        return skip_report(lines[n - 1]);
    for (; n > 0; n--) {
        if (is_frame(lines[n - 1]))
            return find_raised(lines, n, end);
    }
    return NULL;
}

const char *
dcc_blender_find_exception(const char *const *lines)
{
    guint length = lines ? g_strv_length((char **)lines) : 0;

    for (guint n = length; n > 0; n--) {
        if (strstr(lines[n - 1], FAILED))
            return find_before(lines, n - 1);
    }
    return NULL;
}

/* "  File "x.py", line 4, in <module>": a script as a whole. */
static gboolean
is_whole_script(const char *line)
{
    return is_frame(line) && g_str_has_suffix(line, ", in <module>");
}

/* (transfer full) (nullable): "/p/x.py" of the frame of a script as a whole. */
static char *
read_script(const char *line)
{
    const char *begin = is_whole_script(line) ? strchr(line, '"') : NULL;
    const char *end = begin ? strchr(begin + 1, '"') : NULL;

    return end ? g_strndup(begin + 1, (gsize)(end - begin - 1)) : NULL;
}

/* Of the user's own script, which stands among the arguments, or of an expression. */
static gboolean
is_own_script(const char *line, const char *const *args)
{
    g_autofree char *file = read_script(line);
    g_autofree char *name = file ? g_path_get_basename(file) : NULL;

    if (!file || strcmp(file, "<string>") == 0)
        return file != NULL;
    for (guint i = 0; args && args[i]; i++) {
        g_autofree char *arg = g_path_get_basename(args[i]);

        if (strcmp(arg, name) == 0)
            return TRUE;
    }
    return FALSE;
}

/* The frames below a head: indented, or empty. */
static guint
skip_frames(const char *const *lines, guint from, guint end)
{
    while (from < end && (*skip_report(lines[from]) == ' ' || !*skip_report(lines[from])))
        from++;
    return from;
}

/* It begins with a script as a whole, or goes through the user's own: Blender's Python runs others
 * below functions of its own. */
static gboolean
is_of_script(const char *const *lines, guint from, guint end, const char *const *args)
{
    if (from < end && is_whole_script(lines[from]))
        return TRUE;
    for (guint i = from; i < end; i++) {
        if (is_own_script(lines[i], args))
            return TRUE;
    }
    return FALSE;
}

/* Without a head, for it could not even be read: SyntaxError, or a file that is not there. */
static const char *
find_unread(const char *const *lines, guint at)
{
    const char *line = skip_report(lines[at]);

    if (g_str_has_prefix(line, "OSError: Python file \"") ||
        g_str_has_prefix(line, "SyntaxError: ") || g_str_has_prefix(line, "IndentationError: ") ||
        g_str_has_prefix(line, "TabError: "))
        return line;
    return NULL;
}

const char *
dcc_blender_find_uncaught(const char *const *lines, const char *const *args)
{
    guint length = lines ? g_strv_length((char **)lines) : 0;

    for (guint n = length; n > 0; n--) {
        const char *unread = find_unread(lines, n - 1);
        guint end;

        if (unread)
            return unread;
        if (!strstr(lines[n - 1], HEAD))
            continue;
        end = skip_frames(lines, n, length);
        if (is_of_script(lines, n, end, args))
            return find_raised(lines, end, length);
    }
    return NULL;
}
