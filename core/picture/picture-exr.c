/* OpenEXR: every chunk of every part is read and decompressed, deep ones are read. */
#include "picture.h"

#include <openexr.h>
#include <string.h>

typedef struct {
    PictureFacts *facts;
    exr_context_t file;
    exr_decode_pipeline_t pipeline;
    int part;
    int begun; /* the pipeline holds memory of this part */
} Reading;

typedef struct {
    uint32_t width, height; /* of a tile */
    exr_tile_level_mode_t mode;
} Tiling;

static void
on_error(exr_const_context_t context, exr_result_t code, const char *message)
{
    void *facts = NULL;

    if (exr_get_user_data(context, &facts) == EXR_ERR_SUCCESS && facts != NULL)
        picture_say(facts, "%s", message);
}

static exr_result_t
choose_routines(Reading *self)
{
    exr_result_t result =
        exr_decoding_choose_default_routines(self->file, self->part, &self->pipeline);

    /* Decompressed is enough: nobody wants the samples. */
    self->pipeline.unpack_and_convert_fn = NULL;
    return result;
}

static exr_result_t
read_chunk(Reading *self, const exr_chunk_info_t *chunk)
{
    exr_result_t result;

    if (self->begun)
        result = exr_decoding_update(self->file, self->part, chunk, &self->pipeline);
    else
        result = exr_decoding_initialize(self->file, self->part, chunk, &self->pipeline);
    if (result == EXR_ERR_SUCCESS && !self->begun) {
        self->begun = 1;
        result = choose_routines(self);
    }
    return result == EXR_ERR_SUCCESS ? exr_decoding_run(self->file, self->part, &self->pipeline)
                                     : result;
}

static exr_result_t
read_scanlines(Reading *self)
{
    exr_attr_box2i_t window;
    int32_t lines = 1;
    exr_result_t result = exr_get_data_window(self->file, self->part, &window);

    if (result == EXR_ERR_SUCCESS)
        result = exr_get_scanlines_per_chunk(self->file, self->part, &lines);
    for (int64_t y = window.min.y; result == EXR_ERR_SUCCESS && y <= window.max.y; y += lines) {
        exr_chunk_info_t chunk;

        result = exr_read_scanline_chunk_info(self->file, self->part, (int)y, &chunk);
        if (result == EXR_ERR_SUCCESS)
            result = read_chunk(self, &chunk);
    }
    return result;
}

/* Rounded up. */
static int32_t
count_tiles(int32_t size, uint32_t tile)
{
    return tile > 0 ? (int32_t)(((int64_t)size + tile - 1) / tile) : 0;
}

static exr_result_t
read_level(Reading *self, const Tiling *tiling, int32_t level_x, int32_t level_y)
{
    int32_t width = 0, height = 0;
    exr_result_t result =
        exr_get_level_sizes(self->file, self->part, level_x, level_y, &width, &height);
    int32_t columns = count_tiles(width, tiling->width), rows = count_tiles(height, tiling->height);

    for (int32_t y = 0; result == EXR_ERR_SUCCESS && y < rows; y++) {
        for (int32_t x = 0; result == EXR_ERR_SUCCESS && x < columns; x++) {
            exr_chunk_info_t chunk;

            result =
                exr_read_tile_chunk_info(self->file, self->part, x, y, level_x, level_y, &chunk);
            if (result == EXR_ERR_SUCCESS)
                result = read_chunk(self, &chunk);
        }
    }
    return result;
}

static exr_result_t
read_tiles(Reading *self)
{
    Tiling tiling = {.mode = EXR_TILE_ONE_LEVEL};
    exr_tile_round_mode_t rounding;
    int32_t levels_x = 0, levels_y = 0;
    exr_result_t result = exr_get_tile_descriptor(
        self->file, self->part, &tiling.width, &tiling.height, &tiling.mode, &rounding);

    if (result == EXR_ERR_SUCCESS)
        result = exr_get_tile_levels(self->file, self->part, &levels_x, &levels_y);
    for (int32_t y = 0; result == EXR_ERR_SUCCESS && y < levels_y; y++) {
        for (int32_t x = 0; result == EXR_ERR_SUCCESS && x < levels_x; x++) {
            if (tiling.mode == EXR_TILE_RIPMAP_LEVELS || x == y)
                result = read_level(self, &tiling, x, y);
        }
    }
    return result;
}

static exr_result_t
read_part(Reading *self)
{
    exr_storage_t storage = EXR_STORAGE_SCANLINE;
    exr_result_t result = exr_get_storage(self->file, self->part, &storage);

    if (result != EXR_ERR_SUCCESS)
        return result;
    memset(&self->pipeline, 0, sizeof self->pipeline);
    self->begun = 0;
    result = storage == EXR_STORAGE_TILED || storage == EXR_STORAGE_DEEP_TILED
                 ? read_tiles(self)
                 : read_scanlines(self);
    if (self->begun)
        exr_decoding_destroy(self->file, &self->pipeline);
    return result;
}

static void
note_size(Reading *self)
{
    exr_attr_box2i_t window;

    if (exr_get_data_window(self->file, 0, &window) != EXR_ERR_SUCCESS)
        return;
    self->facts->width = (unsigned)((int64_t)window.max.x - window.min.x + 1);
    self->facts->height = (unsigned)((int64_t)window.max.y - window.min.y + 1);
}

PictureVerdict
picture_read_exr(FILE *file, const char *path, PictureFacts *facts)
{
    exr_context_initializer_t how = EXR_DEFAULT_CONTEXT_INITIALIZER;
    Reading self = {.facts = facts};
    exr_result_t result;
    int n_parts = 0;

    how.error_handler_fn = on_error;
    how.user_data = facts;
    result = exr_start_read(&self.file, path, &how);
    if (result == EXR_ERR_SUCCESS)
        result = exr_get_count(self.file, &n_parts);
    if (result == EXR_ERR_SUCCESS)
        note_size(&self);
    for (self.part = 0; result == EXR_ERR_SUCCESS && self.part < n_parts; self.part++)
        result = read_part(&self);
    if (result != EXR_ERR_SUCCESS)
        picture_say(facts, "%s", exr_get_default_error_message(result));
    exr_finish(&self.file);
    return result == EXR_ERR_SUCCESS && n_parts > 0 ? PICTURE_WHOLE : PICTURE_BROKEN;
}
