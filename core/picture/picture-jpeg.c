/* JPEG: every line. What libjpeg only warns of (a file that ends early is filled up with grey) is
 * no whole picture. */
#include "picture.h"

#include <jpeglib.h>
#include <setjmp.h>
#include <stdlib.h>

typedef struct {
    struct jpeg_error_mgr handler;
    jmp_buf back;
    PictureFacts *facts;
} Errors;

typedef struct {
    struct jpeg_decompress_struct jpeg;
    Errors errors;
    JSAMPROW row;
} Reading;

static void
take_message(j_common_ptr common)
{
    Errors *errors = (Errors *)common->err;
    char message[JMSG_LENGTH_MAX];

    errors->handler.format_message(common, message);
    picture_say(errors->facts, "%s", message);
}

static void
on_error(j_common_ptr common)
{
    take_message(common);
    longjmp(((Errors *)common->err)->back, 1);
}

static void
on_message(j_common_ptr common, int level)
{
    if (level >= 0)
        return; /* a trace */
    common->err->num_warnings++;
    take_message(common);
}

static int
read_lines(Reading *self)
{
    j_decompress_ptr jpeg = &self->jpeg;

    jpeg_read_header(jpeg, TRUE);
    self->errors.facts->width = jpeg->image_width;
    self->errors.facts->height = jpeg->image_height;
    jpeg_start_decompress(jpeg);
    self->row = picture_alloc(self->errors.facts,
                              (size_t)jpeg->output_width * (size_t)jpeg->output_components);
    if (self->row == NULL)
        return 0;
    while (jpeg->output_scanline < jpeg->output_height)
        jpeg_read_scanlines(jpeg, &self->row, 1);
    jpeg_finish_decompress(jpeg);
    return self->errors.handler.num_warnings == 0;
}

static int
read_guarded(Reading *self, FILE *file)
{
    if (setjmp(self->errors.back) != 0)
        return 0;
    jpeg_create_decompress(&self->jpeg);
    jpeg_stdio_src(&self->jpeg, file);
    return read_lines(self);
}

PictureVerdict
picture_read_jpeg(FILE *file, const char *path, PictureFacts *facts)
{
    static Reading self;
    int whole;

    self = (Reading){.errors.facts = facts};
    self.jpeg.err = jpeg_std_error(&self.errors.handler);
    self.errors.handler.error_exit = on_error;
    self.errors.handler.emit_message = on_message;
    whole = read_guarded(&self, file);
    free(self.row);
    jpeg_destroy_decompress(&self.jpeg);
    return whole ? PICTURE_WHOLE : PICTURE_BROKEN;
}
