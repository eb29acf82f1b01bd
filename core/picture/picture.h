/* Whether a file holds a whole picture. The insides of dcchost-picture: plain C and the libraries of
 * the formats, no GLib. */
#pragma once

#include <stddef.h>
#include <stdio.h>

typedef enum {
    PICTURE_WHOLE,
    PICTURE_BROKEN,
    PICTURE_UNCHECKED, /* there is something, and nobody here can read it */
} PictureVerdict;

typedef struct {
    unsigned width, height; /* 0: not known */
    char reason[200];       /* why it is not whole */
} PictureFacts;

typedef struct {
    const char *name; /* "png" */
    const char *extensions[4];
    /* TRUE: these first bytes are of that format. */
    int (*is_of)(const unsigned char *head, size_t length);
    /* Decodes all of it. file stands at its beginning. */
    PictureVerdict (*read)(FILE *file, const char *path, PictureFacts *facts);
} PictureFormat;

/* Ends with a name of NULL. A format whose library was not there at build time is in it without
 * `read`. */
extern const PictureFormat picture_formats[];

/* From here on: little memory, a minute of CPU time, few descriptors, no core, no new rights. */
void
picture_limit_all(void);
/* The last of them, where the system has it. */
void
picture_forbid_rights(void);
void
picture_say(PictureFacts *facts, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Memory, or NULL after saying that it is too much. */
void *
picture_alloc(PictureFacts *facts, size_t size);

PictureVerdict
picture_read_png(FILE *file, const char *path, PictureFacts *facts);
PictureVerdict
picture_read_jpeg(FILE *file, const char *path, PictureFacts *facts);
PictureVerdict
picture_read_tiff(FILE *file, const char *path, PictureFacts *facts);
PictureVerdict
picture_read_exr(FILE *file, const char *path, PictureFacts *facts);
