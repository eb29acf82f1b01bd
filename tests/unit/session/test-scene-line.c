/* A line about a library is none about the scene; what cannot be told apart is the scene's. */
#include "dcc-scene-line.h"
#include "dcc-test.h"

#include <unistd.h>

#define SCENE "/p/it's shot.blend"
#define COPY  "/s/rescue/0123abcd-shot_rescue.blend"

static const struct {
    const char *text, *scene, *recovered;
    gboolean another;
} lines[] = {
    {"Failed to read blend file '/p/lib/props.blend': Missing DNA block", SCENE, NULL, TRUE},
    {"Cannot read file \"/p/lib/props.blend\": No such file or directory", SCENE, NULL, TRUE},
    {"Failed to read blend file '/p/lib/it's.blend', can't be read", SCENE, NULL, TRUE},
    {"Failed to read blend file '/p/lib/props.blend': Missing DNA block", SCENE, COPY, TRUE},
    {"Failed to read blend file '" SCENE "': Missing DNA block", SCENE, NULL, FALSE},
    {"Cannot read file \"" SCENE "\": No such file or directory", SCENE, NULL, FALSE},
    {"cannot be opened: Error: Failed to read '" COPY "': Missing DNA block", SCENE, COPY, FALSE},
    {"Failed to read blend file '" COPY "': Missing DNA block", NULL, COPY, FALSE},
    /* Whose scene stands among the application's own arguments. */
    {"Failed to read blend file '/p/other.blend': Missing DNA block", NULL, NULL, FALSE},
    {"Cannot render, no camera", SCENE, NULL, FALSE},
    {"Cannot read file 'shot.blend': No such file or directory", SCENE, NULL, FALSE},
    /* The line ended within the name. */
    {"Failed to read blend file '/p/new", "/p/new\nline.blend", NULL, FALSE},
    {"Cannot read file '/p/sc\xef\xbf\xbdne.blend': no", "/p/sc\xe8ne.blend", NULL, FALSE},
    {"", SCENE, NULL, FALSE},
    {"'/", SCENE, NULL, FALSE},
};

static void
test_lines(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        const char *const scenes[] = {lines[i].scene, lines[i].recovered};

        g_test_message("%s", lines[i].text);
        g_assert_cmpint(
            dcc_scene_line_names_another(lines[i].text, scenes, 2), ==, lines[i].another);
    }
}

/* An application may tell the name that a link leads to. */
static void
test_link(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *real = dcc_test_world_write(world, "real.blend", "x", -1);
    g_autofree char *link = dcc_test_world_build_path(world, "link.blend");
    g_autofree char *line = g_strdup_printf("Cannot read file '%s': no", real);
    const char *const scenes[] = {link};

    g_assert_true(dcc_scene_line_names_another(line, scenes, 1));
    g_assert_no_errno(symlink(real, link));
    g_assert_true(dcc_scene_is_same_file(real, link));
    g_assert_false(dcc_scene_line_names_another(line, scenes, 1));
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);

    g_test_add_func("/scene-line/lines", test_lines);
    g_test_add_func("/scene-line/link", test_link);

    return g_test_run();
}
