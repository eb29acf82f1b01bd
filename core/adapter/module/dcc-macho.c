/* Mach-O; see the header. Nothing read is trusted: each offset is compared with the size before it is used. */
#include "dcc-macho.h"

#include <string.h>

#define UNIVERSAL   0xcafebabeu /* big-endian, and so is all of its list */
#define THIS_64     0xfeedfacfu
#define THIS_32     0xfeedfaceu
#define MOST_SLICES 64
#define HEADER      32
#define DYLIB       6
#define BUNDLE      8
#define SEGMENT_64  0x19
#define SEGMENT     72 /* bytes of its command without sections */

typedef struct {
    const guint8 *bytes;
    gsize size;
} Span;

/* The caller has compared it with the size. */
static guint32
word(const Span *span, gsize at)
{
    guint32 value;

    memcpy(&value, span->bytes + at, sizeof value);
    return GUINT32_FROM_LE(value);
}

static guint64
long_word(const Span *span, gsize at)
{
    return word(span, at) | (guint64)word(span, at + 4) << 32;
}

static guint32
big_word(const Span *span, gsize at)
{
    return GUINT32_SWAP_LE_BE(word(span, at));
}

static gboolean
holds(const Span *span, guint64 at, guint64 n)
{
    return at <= span->size && n <= span->size - at;
}

/* The one for this machine of a universal file. */
static const char *
choose_slice(Span *span, guint32 machine)
{
    guint32 n = holds(span, 0, 8) ? big_word(span, 4) : 0;

    if (n > MOST_SLICES || !holds(span, 8, (guint64)n * 20))
        return "is a universal file whose list is not whole";
    for (guint32 i = 0; i < n; i++) {
        gsize at = 8 + (gsize)i * 20;
        guint32 offset = big_word(span, at + 8), size = big_word(span, at + 12);

        if (big_word(span, at) != machine)
            continue;
        if (!holds(span, offset, size))
            return "is a universal file that ends too early";
        *span = (Span){span->bytes + offset, size};
        return NULL;
    }
    return "is a universal file without a part for this kind of processor";
}

static const char *
check_header(const Span *span, guint32 machine)
{
    if (!holds(span, 0, HEADER))
        return "is no library of macOS: it is too short";
    if (word(span, 0) == THIS_32)
        return "is a 32-bit library; a 64-bit one is needed";
    if (word(span, 0) != THIS_64)
        return "is no library of macOS (Mach-O)";
    if (word(span, 4) != machine)
        return "is for another kind of processor";
    if (word(span, 12) != DYLIB && word(span, 12) != BUNDLE)
        return "is no library, but a program or a part of one";
    return holds(span, HEADER, word(span, 20)) ? NULL : "ends within its own description";
}

/* What would be mapped has to be in the file: else a touch of it kills the process. */
static const char *
check_commands(const Span *span)
{
    guint32 n = word(span, 16);
    guint64 end = HEADER + (guint64)word(span, 20);
    guint64 at = HEADER;

    for (guint32 i = 0; i < n; i++) {
        guint32 size = at + 8 <= end ? word(span, (gsize)at + 4) : 0;

        if (size < 8 || size > end - at)
            return "has a description that is not whole";
        if (word(span, (gsize)at) == SEGMENT_64 &&
            (size < SEGMENT ||
             !holds(span, long_word(span, (gsize)at + 40), long_word(span, (gsize)at + 48))))
            return "ends too early; copy it again";
        at += size;
    }
    return NULL;
}

const char *
dcc_macho_find_fault(const guint8 *bytes, gsize size, guint32 machine)
{
    Span span = {bytes, size};
    const char *fault = NULL;

    if (holds(&span, 0, 4) && big_word(&span, 0) == UNIVERSAL)
        fault = choose_slice(&span, machine);
    if (fault == NULL)
        fault = check_header(&span, machine);
    return fault != NULL ? fault : check_commands(&span);
}
