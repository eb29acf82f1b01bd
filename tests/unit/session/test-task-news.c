/* What a client may say of a task, and what of it stands in the journal. */
#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-task-news.h"
#include "dcc-test.h"

static JsonObject *
read_text(const char *text)
{
    g_autoptr(GError) error = NULL;
    JsonObject *object = dcc_json_from_text(text, -1, &error);

    g_assert_no_error(error);
    return object;
}

static void
test_frame(void)
{
    g_autoptr(JsonObject) params = read_text("{\"frame\":-3,\"file\":{\"base64\":\"L2/"
                                             "Zeg==\"},\"check\":\"whole\",\"detail\":\"png 1x1\","
                                             "\"seconds\":1.5,\"size\":69,\"done\":1,\"of\":2,"
                                             "\"peak_bytes\":9,\"seq\":99,\"type\":\"ended\"}");
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonObject) event = dcc_task_news_read_frame(params, 4096, &error);
    g_autofree char *file = NULL;

    g_assert_no_error(error);
    file = dcc_json_get_bytes(event, "file");
    g_assert_cmpstr(file, ==, "/o\xd9z");
    g_assert_cmpstr(json_object_get_string_member(event, "type"), ==, "frame");
    g_assert_cmpint(json_object_get_int_member(event, "frame"), ==, -3);
    g_assert_cmpint(json_object_get_int_member(event, "peak_bytes"), ==, 4096);
    g_assert_cmpfloat(json_object_get_double_member(event, "seconds"), ==, 1.5);
    g_assert_false(json_object_has_member(event, "seq"));
}

static const char *const no_frames[] = {
    "{}",
    "{\"frame\":1,\"file\":\"/a\"}",
    "{\"frame\":1,\"check\":\"whole\"}",
    "{\"file\":\"/a\",\"check\":\"whole\"}",
    "{\"frame\":1,\"file\":\"/a\",\"check\":\"perfect\"}",
    "{\"frame\":99999999999,\"file\":\"/a\",\"check\":\"whole\"}",
    "{\"frame\":\"1\",\"file\":\"/a\",\"check\":\"whole\"}",
};

static void
test_no_frame(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(no_frames); i++) {
        g_autoptr(JsonObject) params = read_text(no_frames[i]);
        g_autoptr(GError) error = NULL;

        g_assert_null(dcc_task_news_read_frame(params, -1, &error));
        g_assert_error(error, DCC_ERROR, DCC_ERROR_INVALID);
    }
}

static void
test_rendered(void)
{
    g_autoptr(JsonObject) params =
        read_text("{\"verdict\":\"failed\",\"frames\":3,\"done\":-1,\"failed\":\"2\",\"missing\":7,"
                  "\"more\":1,"
                  "\"failures\":[1,{\"frames\":\"2\",\"reason\":\"why\",\"more\":1},null]}");
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonObject) status = dcc_task_news_read_rendered(params, &error);
    g_autofree char *line = NULL;

    g_assert_no_error(error);
    line = dcc_json_to_line(status);
    g_assert_cmpstr(
        g_strchomp(line),
        ==,
        "{\"verdict\":\"failed\",\"frames\":3,\"done\":0,\"unchecked\":null,\"missing\":null,"
        "\"failed\":\"2\",\"failures\":[{\"frames\":\"2\",\"reason\":\"why\"}]}");
}

static void
test_not_rendered(void)
{
    g_autoptr(JsonObject) params = read_text("{\"frames\":3}");
    g_autoptr(GError) error = NULL;

    g_assert_null(dcc_task_news_read_rendered(params, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_INVALID);
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    g_test_add_func("/task-news/frame", test_frame);
    g_test_add_func("/task-news/no-frame", test_no_frame);
    g_test_add_func("/task-news/rendered", test_rendered);
    g_test_add_func("/task-news/not-rendered", test_not_rendered);
    return g_test_run();
}
