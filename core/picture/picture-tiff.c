/* TIFF: every strip or tile of every picture in the file. */
#include "picture.h"

#include <stdlib.h>
#include <tiffio.h>
#include <unistd.h>

static PictureFacts *current;

static void
on_error(const char *module, const char *format, va_list args)
{
    char message[160];

    vsnprintf(message, sizeof message, format, args);
    picture_say(current, "%s", message);
}

static PictureVerdict
read_parts(TIFF *tiff, PictureFacts *facts)
{
    int tiled = TIFFIsTiled(tiff);
    uint32_t n = tiled ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
    tmsize_t size = tiled ? TIFFTileSize(tiff) : TIFFStripSize(tiff);
    void *buffer = size > 0 ? picture_alloc(facts, (size_t)size) : NULL;
    PictureVerdict verdict = buffer != NULL && n > 0 ? PICTURE_WHOLE : PICTURE_BROKEN;

    for (uint32_t i = 0; i < n && verdict == PICTURE_WHOLE; i++) {
        tmsize_t got = tiled ? TIFFReadEncodedTile(tiff, i, buffer, size)
                             : TIFFReadEncodedStrip(tiff, i, buffer, size);

        if (got < 0)
            verdict = PICTURE_BROKEN;
    }
    if (verdict == PICTURE_BROKEN)
        picture_say(facts, "a strip or tile of it is missing");
    free(buffer);
    return verdict;
}

static PictureVerdict
read_directory(TIFF *tiff, PictureFacts *facts)
{
    uint16_t compression = COMPRESSION_NONE;

    if (facts->width == 0) {
        TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &facts->width);
        TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &facts->height);
    }
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &compression);
    if (TIFFIsCODECConfigured(compression))
        return read_parts(tiff, facts);
    picture_say(facts, "its compression %d cannot be read here", compression);
    return PICTURE_UNCHECKED;
}

PictureVerdict
picture_read_tiff(FILE *file, const char *path, PictureFacts *facts)
{
    PictureVerdict verdict = PICTURE_BROKEN;
    TIFF *tiff;

    current = facts;
    TIFFSetErrorHandler(on_error);
    TIFFSetWarningHandler(NULL);
    /* "m": not mapped, for whoever writes the file may cut it off meanwhile. */
    tiff = TIFFFdOpen(dup(fileno(file)), path, "rm");
    if (tiff == NULL)
        return PICTURE_BROKEN;
    do
        verdict = read_directory(tiff, facts);
    while (verdict == PICTURE_WHOLE && !TIFFLastDirectory(tiff) && TIFFReadDirectory(tiff));
    if (verdict == PICTURE_WHOLE && !TIFFLastDirectory(tiff))
        verdict = PICTURE_BROKEN; /* the next one cannot be read, and was said so */
    TIFFClose(tiff);
    return verdict;
}
