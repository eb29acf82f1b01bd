/* Whether a file is a picture that is there, new and whole. Blocks; any thread. */
#pragma once

#include "dcc-error.h"

G_BEGIN_DECLS

typedef enum {
    DCC_PICTURE_WHOLE,     /* read to its end by a library of its format */
    DCC_PICTURE_UNCHECKED, /* there is something in it; nobody here can read the format */
    DCC_PICTURE_MISSING,
    DCC_PICTURE_OLD, /* it lay there before */
    DCC_PICTURE_BROKEN,
} DccPictureState;

typedef struct {
    DccPictureState state;
    gint64 size;  /* bytes; -1: not known */
    char *detail; /* "png 1920x1080", or what is wrong; UTF-8, one line */
} DccPictureFinding;

/* (transfer full): dcchost-picture, which lies beside the shim. Error NOT_FOUND. */
char *
dcc_picture_find_program(const char *shim, GError **error);
/* Looks at one file, for two minutes at most. program: NULL where there is none for this system: then a file is unchecked,
 * if there is something in it. newer_than: the time of its last change, nanoseconds since 1970; 0: any. A file that cannot
 * be proved whole is broken. Clear the finding. */
void
dcc_picture_look(const char *program,
                 const char *path,
                 gint64 newer_than,
                 DccPictureFinding *finding);
void
dcc_picture_finding_clear(DccPictureFinding *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DccPictureFinding, dcc_picture_finding_clear)

G_END_DECLS
