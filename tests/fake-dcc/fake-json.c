/* As much JSON as one line of the protocol needs: the other side is ours, and is tested elsewhere.
 */
#include "fake-dcc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *
skip_space(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

/* Past the closing quote, or NULL. */
static const char *
skip_string(const char *at)
{
    for (at++; *at && *at != '"'; at++)
        if (*at == '\\' && at[1])
            at++;
    return *at == '"' ? at + 1 : NULL;
}

/* Past any value, or NULL. */
static const char *
skip_value(const char *at)
{
    int depth = 0;

    at = skip_space(at);
    do {
        if (*at == '"') {
            at = skip_string(at);
            if (!at)
                return NULL;
            continue;
        }
        if (*at == '{' || *at == '[')
            depth++;
        if (*at == '}' || *at == ']')
            depth--;
        if (*at == '\0' || depth < 0)
            return NULL;
        at++;
    } while (depth > 0 || !strchr(",}]", *at));
    return at;
}

const char *
fake_json_member(const char *object, const char *name)
{
    const char *at = object ? skip_space(object) : NULL;

    if (!at || *at != '{')
        return NULL;
    for (at = skip_space(at + 1); *at == '"'; at = skip_space(at + 1)) {
        char key[64];
        bool known = fake_json_string(at, key, sizeof key);

        at = skip_string(at);
        at = at ? skip_space(at) : NULL;
        if (!at || *at != ':')
            return NULL;
        at = skip_space(at + 1);
        if (known && strcmp(key, name) == 0)
            return at;
        at = skip_value(at);
        if (!at || *at != ',')
            return NULL;
    }
    return NULL;
}

static size_t
put_utf8(unsigned point, char *out)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xC0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xE0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 0x3F));
        out[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | point >> 18);
    out[1] = (char)(0x80 | (point >> 12 & 0x3F));
    out[2] = (char)(0x80 | (point >> 6 & 0x3F));
    out[3] = (char)(0x80 | (point & 0x3F));
    return 4;
}

/* at: behind the "\u"; returns how many characters it used, 0 for a mistake. */
static size_t
get_code_point(const char *at, unsigned *point)
{
    unsigned low;

    if (sscanf(at, "%4x", point) != 1)
        return 0;
    if (*point < 0xD800 || *point > 0xDBFF)
        return 4;
    if (sscanf(at + 4, "\\u%4x", &low) != 1)
        return 0;
    *point = 0x10000 + ((*point - 0xD800) << 10) + (low - 0xDC00);
    return 10;
}

bool
fake_json_string(const char *value, char *buffer, size_t size)
{
    static const char from[] = "bfnrt\"\\/", to[] = "\b\f\n\r\t\"\\/";
    size_t n = 0;

    if (!value || *value != '"')
        return false;
    for (const char *at = value + 1; *at && *at != '"'; at++) {
        const char *which;
        unsigned point;

        if (n + 5 > size)
            return false;
        if (*at != '\\') {
            buffer[n++] = *at;
            continue;
        }
        at++;
        if (*at == 'u') {
            size_t used = get_code_point(at + 1, &point);

            if (used == 0)
                return false;
            n += put_utf8(point, buffer + n);
            at += used;
        } else if (*at && (which = strchr(from, *at))) {
            buffer[n++] = to[which - from];
        } else {
            return false;
        }
    }
    buffer[n] = '\0';
    return true;
}

int64_t
fake_json_int(const char *value, int64_t fallback)
{
    char *end;
    int64_t number = value ? strtoll(value, &end, 10) : 0;

    return value && end != value ? number : fallback;
}

const char *
fake_json_quote(const char *text, char *buffer, size_t size)
{
    size_t n = 0;

    buffer[n++] = '"';
    for (; *text && n + 8 < size; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\') {
            buffer[n++] = '\\';
            buffer[n++] = (char)c;
        } else if (c < 0x20) {
            n += (size_t)sprintf(buffer + n, "\\u%04x", c);
        } else {
            buffer[n++] = (char)c;
        }
    }
    buffer[n++] = '"';
    buffer[n] = '\0';
    return buffer;
}
