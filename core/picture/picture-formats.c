/* Which formats there are, and how they are told. */
#include "picture.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static int
is_png(const unsigned char *head, size_t length)
{
    return length >= 8 && memcmp(head, "\x89PNG\r\n\x1a\n", 8) == 0;
}

static int
is_jpeg(const unsigned char *head, size_t length)
{
    return length >= 3 && memcmp(head, "\xff\xd8\xff", 3) == 0;
}

static int
is_tiff(const unsigned char *head, size_t length)
{
    static const char *const magics[] = {"II*\0", "MM\0*", "II+\0", "MM\0+"};

    for (size_t i = 0; length >= 4 && i < sizeof magics / sizeof *magics; i++)
        if (memcmp(head, magics[i], 4) == 0)
            return 1;
    return 0;
}

static int
is_exr(const unsigned char *head, size_t length)
{
    return length >= 4 && memcmp(head, "\x76\x2f\x31\x01", 4) == 0;
}

#ifndef HAVE_PNG
#define picture_read_png NULL
#endif
#ifndef HAVE_JPEG
#define picture_read_jpeg NULL
#endif
#ifndef HAVE_TIFF
#define picture_read_tiff NULL
#endif
#ifndef HAVE_EXR
#define picture_read_exr NULL
#endif

const PictureFormat picture_formats[] = {
    {"png", {"png"}, is_png, picture_read_png},
    {"jpeg", {"jpg", "jpeg"}, is_jpeg, picture_read_jpeg},
    {"tiff", {"tif", "tiff"}, is_tiff, picture_read_tiff},
    {"exr", {"exr"}, is_exr, picture_read_exr},
    {NULL},
};

void
picture_say(PictureFacts *facts, const char *format, ...)
{
    va_list args;

    if (facts->reason[0] != '\0')
        return; /* the first word counts */
    va_start(args, format);
    vsnprintf(facts->reason, sizeof facts->reason, format, args);
    va_end(args);
}

void *
picture_alloc(PictureFacts *facts, size_t size)
{
    void *memory = malloc(size > 0 ? size : 1);

    if (memory == NULL)
        picture_say(facts, "a part of it takes %zu bytes, more than is granted", size);
    return memory;
}
