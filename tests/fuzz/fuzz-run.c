/* Runs a target on its sound inputs and on 20,000 damaged ones, the same ones every time. */
#include "fuzz.h"

#include <string.h>

#define N_INPUTS  20000
#define MAX_SIZE  (64 * 1024)
#define MAX_MS    20000 /* under a sanitizer on a busy machine; a hang is longer */
#define N_CHANGES 8

static const char *const words[] = {
    "\0",
    "\n",
    "\"",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "null",
    "-1",
    "1e999",
    "9223372036854775807",
    "\\u0000",
    "\xff",
    "\xf0\x9f",
    "{\"base64\":\"",
    "ms",
    "Fra:",
    "%s",
    "/",
    "\x7f"
    "ELF",
};

static void
insert(GRand *rand, GByteArray *input, const void *bytes, gsize length)
{
    guint at = input->len > 0 ? (guint)g_rand_int_range(rand, 0, (gint32)input->len) : 0;
    g_autoptr(GByteArray) rest = g_byte_array_new();

    if (input->len + length > MAX_SIZE)
        return;
    g_byte_array_append(rest, input->data + at, input->len - at);
    g_byte_array_set_size(input, at);
    g_byte_array_append(input, bytes, (guint)length);
    g_byte_array_append(input, rest->data, rest->len);
}

static void
change(GRand *rand, GByteArray *input)
{
    const char *word = words[g_rand_int_range(rand, 0, G_N_ELEMENTS(words))];
    guint at = input->len > 0 ? (guint)g_rand_int_range(rand, 0, (gint32)input->len) : 0;
    guint n = (guint)g_rand_int_range(rand, 1, 16);

    switch (input->len > 0 ? g_rand_int_range(rand, 0, 6) : 5) {
    case 0: /* a bit */
        input->data[at] ^= (guint8)(1 << g_rand_int_range(rand, 0, 8));
        break;
    case 1: /* a byte */
        input->data[at] = (guint8)g_rand_int_range(rand, 0, 256);
        break;
    case 2: /* cut off */
        g_byte_array_set_size(input, at);
        break;
    case 3: /* a part is missing */
        g_byte_array_remove_range(input, at, MIN(n, input->len - at));
        break;
    case 4: { /* a part is there again and again */
        g_autofree guint8 *part = g_memdup2(input->data + at, MIN(n, input->len - at));

        for (guint i = 0, size = MIN(n, input->len - at); i < n; i++)
            insert(rand, input, part, size);
        break;
    }
    default:
        insert(rand, input, word, MAX(strlen(word), 1));
    }
}

/* Exactly as long as it says, so that a sanitizer sees one byte too many. */
static void
feed(const guint8 *data, gsize size)
{
    g_autofree guint8 *exact = g_memdup2(data, size);

    LLVMFuzzerTestOneInput(exact != NULL ? exact : (const guint8 *)"", size);
}

static GPtrArray *
make_seeds(void)
{
    GPtrArray *seeds = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    GBytes *seed;

    while ((seed = fuzz_make_seed(seeds->len)) != NULL)
        g_ptr_array_add(seeds, seed);
    g_assert_cmpuint(seeds->len, >, 0);
    return seeds;
}

static void
test_damaged(void)
{
    g_autoptr(GPtrArray) seeds = make_seeds();
    g_autoptr(GRand) rand = g_rand_new_with_seed(20);
    gint64 began = g_get_monotonic_time();

    for (guint i = 0; i < seeds->len; i++) {
        gsize size;
        const guint8 *data = g_bytes_get_data(g_ptr_array_index(seeds, i), &size);

        feed(data, size);
    }
    for (guint i = 0; i < N_INPUTS; i++) {
        gsize size;
        const guint8 *data = g_bytes_get_data(g_ptr_array_index(seeds, i % seeds->len), &size);
        g_autoptr(GByteArray) input = g_byte_array_new();

        g_byte_array_append(input, data, (guint)size);
        for (gint32 n = g_rand_int_range(rand, 1, N_CHANGES); n > 0; n--)
            change(rand, input);
        feed(input->data, input->len);
    }
    g_assert_cmpint((g_get_monotonic_time() - began) / 1000, <, MAX_MS);
}

#ifdef FUZZ_JSON
/* json-glib 1.6 forgets the members of an object that ends in an error: a leak that is not ours. */
__attribute__((visibility("default"))) int
__lsan_is_turned_off(void);

int
__lsan_is_turned_off(void)
{
    return 1;
}
#endif

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fuzz/damaged", test_damaged);
    return g_test_run();
}
