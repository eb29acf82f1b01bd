/* PNG: every row, every pass, every checksum. */
#include "picture.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>

typedef struct {
    PictureFacts *facts;
    png_structp png;
    png_infop info;
    png_bytep row;
} Reading;

static void
on_error(png_structp png, png_const_charp message)
{
    Reading *self = png_get_error_ptr(png);

    picture_say(self->facts, "%s", message);
    png_longjmp(png, 1);
}

static void
on_warning(png_structp png, png_const_charp message)
{
}

static int
read_rows(Reading *self)
{
    png_uint_32 height;
    int n_passes;

    png_read_info(self->png, self->info);
    self->facts->width = png_get_image_width(self->png, self->info);
    self->facts->height = height = png_get_image_height(self->png, self->info);
    n_passes = png_set_interlace_handling(self->png);
    png_read_update_info(self->png, self->info);
    self->row = picture_alloc(self->facts, png_get_rowbytes(self->png, self->info));
    if (self->row == NULL)
        return 0;
    for (int pass = 0; pass < n_passes; pass++)
        for (png_uint_32 y = 0; y < height; y++)
            png_read_row(self->png, self->row, NULL);
    png_read_end(self->png, NULL);
    return 1;
}

/* What libpng jumps back to: nothing here changes after setjmp(). */
static int
read_guarded(Reading *self, FILE *file)
{
    if (setjmp(png_jmpbuf(self->png)) != 0)
        return 0;
    png_set_crc_action(self->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_init_io(self->png, file);
    return read_rows(self);
}

PictureVerdict
picture_read_png(FILE *file, const char *path, PictureFacts *facts)
{
    Reading self = {.facts = facts};
    int whole = 0;

    self.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &self, on_error, on_warning);
    self.info = self.png != NULL ? png_create_info_struct(self.png) : NULL;
    if (self.info != NULL)
        whole = read_guarded(&self, file);
    else
        picture_say(facts, "libpng cannot be used");
    free(self.row);
    png_destroy_read_struct(&self.png, &self.info, NULL);
    return whole ? PICTURE_WHOLE : PICTURE_BROKEN;
}
