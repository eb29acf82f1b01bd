/* Renders: writes a picture for each frame that it was told, whole or not. */
#include "fake-dcc.h"
#include "fake-system.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One black pixel. */
static const unsigned char png[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48,
    0x44, 0x52, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00,
    0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00, 0x00, 0x00, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78,
    0xda, 0x63, 0x60, 0x00, 0x00, 0x00, 0x02, 0x00, 0x01, 0xe5, 0x27, 0xde, 0xfc, 0x00,
    0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};

/* "1,5,9" */
static bool
has_frame(const char *list, int frame)
{
    while (list && *list) {
        char *end;

        if (strtol(list, &end, 10) == frame && end != list)
            return true;
        list = *end == ',' ? end + 1 : NULL;
    }
    return false;
}

/* "/out/f_####.png": the run of # in it is the number's. */
static void
make_path(const char *pattern, int frame, char *path, size_t size)
{
    size_t before = strcspn(pattern, "#");
    int digits = (int)strspn(pattern + before, "#");

    if (digits > 0)
        snprintf(path,
                 size,
                 "%.*s%.*d%s",
                 (int)before,
                 pattern,
                 digits,
                 frame,
                 pattern + before + digits);
    else
        snprintf(path, size, "%s", pattern);
}

/* FALSE, after a word, where it cannot. */
static bool
write_picture(const FakeOptions *options, int frame, const char *path)
{
    const char *how = has_frame(options->bad_frames, frame) ? options->bad : "whole";
    size_t length = strcmp(how, "truncated") == 0 ? sizeof png / 2 : sizeof png;
    FILE *file;

    if (strcmp(how, "none") == 0)
        return true;
    file = fopen(path, FAKE_WRITE);
    if (file && strcmp(how, "garbage") == 0)
        fputs("this is no picture", file);
    else if (file && strcmp(how, "empty") != 0)
        fwrite(png, 1, length, file);
    if (file && fclose(file) == 0)
        return true;
    printf("Error: cannot write '%s'\n", path);
    return false;
}

static void
render(const FakeOptions *options, int frame)
{
    char path[4400];

    printf("Fra:%d | Remaining:0 | Sample 1/1\n", frame);
    fake_oracle("frame", frame);
    if (options->frame_ms > 0)
        fake_sleep(options->frame_ms);
    make_path(options->output, frame, path, sizeof path);
    if (!write_picture(options, frame, path))
        fake_exit(1);
    if (!options->silent_frames)
        printf("Saved: '%s'\n", path);
}

void
fake_render(const FakeOptions *options)
{
    const char *list = options->render;
    int64_t n = 0;

    if (!list)
        return;
    while (*list) {
        char *end;
        int frame = (int)strtol(list, &end, 10);

        if (n == options->crash_at)
            fake_crash(options);
        render(options, frame);
        n++;
        list = *end == ',' ? end + 1 : end;
    }
    if (n == options->crash_at)
        fake_crash(options);
    fake_exit((int)options->code);
}

static void
begin_frame(const FakeJob *job)
{
    fake_set_busy("render");
    printf("Fra:%d | Remaining:0 | Sample 1/1\n", job->frame);
    fake_oracle("frame", job->frame);
}

static void
end_frame(void)
{
    fake_lock(&fake_life.lock);
    fake_life.task[0] = '\0';
    fake_unlock(&fake_life.lock);
    fake_set_busy(NULL);
}

void
fake_render_job(const FakeOptions *options, const FakeJob *job)
{
    static int64_t n; /* frames of this run */
    const char *error = NULL;
    char quoted[8192];

    if (n++ == options->crash_at)
        fake_crash(options);
    begin_frame(job);
    if (!fake_sleep_for_frame(options->frame_ms))
        error = "the render was cancelled";
    else if (!write_picture(options, job->frame, job->path))
        error = "the picture cannot be written";
    end_frame();
    if (error)
        fake_agent_send("{\"jsonrpc\":\"2.0\",\"id\":%lld,\"error\":{\"code\":-32000,"
                        "\"message\":\"%s\"}}",
                        (long long)job->id,
                        error);
    else
        fake_agent_send("{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":{\"path\":%s,\"ms\":%lld}}",
                        (long long)job->id,
                        fake_json_quote(job->path, quoted, sizeof quoted),
                        (long long)options->frame_ms);
}
