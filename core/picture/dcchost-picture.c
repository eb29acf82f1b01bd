/* dcchost-picture FILE: whether a file holds a whole picture.
 *
 * Problem: a renderer that dies, a disk that is full, a copy that is cut off leave files that look
 * like pictures. Reading one to its end is work for a library of that format, and a broken or
 * hostile file may make it crash, spin or take all memory. Contract: a process of its own for each
 * file, with limits that it sets itself before it opens it; it writes nothing but one line:
 * "FORMAT WIDTHxHEIGHT" or "FORMAT REASON". Exit status: 0 whole, 1 broken, 2 usage, 3 not checked
 * (the format is not known here; there is something in the file), 4 the file cannot be read. Any
 * other end says nothing about the picture.
 */
#include "picture.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { WHOLE = 0, BROKEN = 1, USAGE = 2, UNCHECKED = 3, UNREADABLE = 4 };

static const PictureFormat *
find_by_content(FILE *file)
{
    unsigned char head[16];
    size_t length = fread(head, 1, sizeof head, file);

    rewind(file);
    for (const PictureFormat *format = picture_formats; format->name != NULL; format++)
        if (format->is_of(head, length))
            return format;
    return NULL;
}

static const PictureFormat *
find_by_name(const char *path)
{
    const char *dot = strrchr(path, '.');

    if (dot == NULL || strchr(dot, '/') != NULL)
        return NULL;
    for (const PictureFormat *format = picture_formats; format->name != NULL; format++)
        for (size_t i = 0; format->extensions[i] != NULL; i++)
            if (strcasecmp(dot + 1, format->extensions[i]) == 0)
                return format;
    return NULL;
}

static int
tell_reason(const char *format, const char *reason, int status)
{
    printf("%s %s\n", format, reason);
    return status;
}

static int
decode(const PictureFormat *format, FILE *file, const char *path)
{
    PictureFacts facts = {.reason = ""};

    switch (format->read(file, path, &facts)) {
    case PICTURE_WHOLE:
        printf("%s %ux%u\n", format->name, facts.width, facts.height);
        return WHOLE;
    case PICTURE_UNCHECKED:
        return tell_reason(format->name, facts.reason, UNCHECKED);
    case PICTURE_BROKEN:
        break;
    }
    return tell_reason(format->name, facts.reason[0] ? facts.reason : "it is broken", BROKEN);
}

static int
check(FILE *file, const char *path)
{
    const PictureFormat *format = find_by_content(file);
    const PictureFormat *named = find_by_name(path);

    if (format == NULL && named != NULL)
        return tell_reason(named->name, "it holds no picture of that format", BROKEN);
    if (format == NULL)
        return tell_reason("-", "its format is not known here", UNCHECKED);
    if (format->read == NULL)
        return tell_reason(format->name, "dcchost was built without it", UNCHECKED);
    return decode(format, file, path);
}

int
main(int argc, char **argv)
{
    struct stat st;
    FILE *file;

    if (argc != 2)
        return USAGE;
    picture_limit_all();
    file = fopen(argv[1], "re");
    if (file == NULL || fstat(fileno(file), &st) != 0)
        return tell_reason("-", strerror(errno), UNREADABLE);
    if (!S_ISREG(st.st_mode))
        return tell_reason("-", "it is no file", BROKEN);
    if (st.st_size == 0)
        return tell_reason("-", "it is empty", BROKEN);
    return check(file, argv[1]);
}
