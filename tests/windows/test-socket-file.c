/* The text that a channel of Windows is found by. */
#include "dcc-socket-file.h"

#include <string.h>

#define CALL   "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define ANSWER "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"
#define GOOD   "dcchost-socket-1 49152 4242 133456789012345678 " CALL " " ANSWER "\n"

static void
test_words(void)
{
    guint8 bytes[DCC_SOCKET_WORD_LENGTH / 2];
    char word[DCC_SOCKET_WORD_LENGTH + 1];

    for (gsize i = 0; i < sizeof bytes; i++)
        bytes[i] = (guint8)(i % 16 * 17);
    dcc_socket_file_make_word(bytes, word);
    g_assert_cmpstr(word, ==, CALL);
}

static void
test_round(void)
{
    DccSocketFile written = {.port = 65535, .pid = 4, .start = G_MAXUINT64}, read;
    g_autofree char *text = NULL;

    strcpy(written.call, CALL);
    strcpy(written.answer, ANSWER);
    text = dcc_socket_file_format(&written);
    g_assert_cmpuint(strlen(text), <=, DCC_SOCKET_FILE_MAX);
    g_assert_true(dcc_socket_file_parse(text, strlen(text), &read));
    g_assert_cmpuint(read.port, ==, 65535);
    g_assert_cmpint(read.pid, ==, 4);
    g_assert_cmpuint(read.start, ==, G_MAXUINT64);
    g_assert_cmpstr(read.call, ==, CALL);
    g_assert_cmpstr(read.answer, ==, ANSWER);
    g_assert_true(dcc_socket_file_parse(GOOD, strlen(GOOD), &read));
    g_assert_cmpuint(read.port, ==, 49152);
}

static void
test_garbage(void)
{
    static const char *const rows[] = {
        "",
        "\n",
        "49152\n",
        "dcchost-socket-2 49152 4242 1 " CALL " " ANSWER "\n",
        "dcchost-socket-1 0 4242 1 " CALL " " ANSWER "\n",
        "dcchost-socket-1 65536 4242 1 " CALL " " ANSWER "\n",
        "dcchost-socket-1 -1 4242 1 " CALL " " ANSWER "\n",
        "dcchost-socket-1 80 0 1 " CALL " " ANSWER "\n",
        "dcchost-socket-1 80 -4 1 " CALL " " ANSWER "\n",
        "dcchost-socket-1 80 4 x " CALL " " ANSWER "\n",
        "dcchost-socket-1 80 4 1 " CALL "0 " ANSWER "\n",
        "dcchost-socket-1 80 4 1 zz" CALL " " ANSWER "\n",
        "dcchost-socket-1 80 4 1  " ANSWER "\n",
        "dcchost-socket-1 80 4 1 " CALL " " ANSWER " more\n",
        "dcchost-socket-1 80 4 1 " CALL " " ANSWER "\r\n",
        "dcchost-socket-1 80 4 1 " CALL " " ANSWER, /* torn */
        GOOD GOOD,
    };
    DccSocketFile self;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_assert_false(dcc_socket_file_parse(rows[i], strlen(rows[i]), &self));
        g_assert_cmpuint(self.port, ==, 0);
        g_assert_cmpstr(self.call, ==, "");
    }
    g_assert_false(dcc_socket_file_parse("dcchost-socket-1\0x\n", 19, &self));
}

/* Each byte that is another one, and each end that is torn off: what is read is sound or nothing. */
static void
test_damage(void)
{
    for (gsize i = 0; i < strlen(GOOD); i++) {
        g_autofree char *text = g_strdup(GOOD);
        DccSocketFile self;

        g_assert_false(dcc_socket_file_parse(text, i, &self));
        for (guint byte = 0; byte < 256; byte++) {
            text[i] = (char)byte;
            if (dcc_socket_file_parse(text, strlen(GOOD), &self)) {
                g_assert_cmpuint(strlen(self.call), ==, DCC_SOCKET_WORD_LENGTH);
                g_assert_cmpuint(strlen(self.answer), ==, DCC_SOCKET_WORD_LENGTH);
                g_assert_true(self.port > 0 && self.pid > 0 && self.start > 0);
            } else {
                g_assert_cmpuint(self.port, ==, 0);
            }
        }
    }
}

static void
test_said(void)
{
    g_assert_true(dcc_socket_file_is_said(CALL, CALL "\n", DCC_SOCKET_WORD_LENGTH + 1));
    g_assert_false(dcc_socket_file_is_said(CALL, CALL "\n", DCC_SOCKET_WORD_LENGTH));
    g_assert_false(dcc_socket_file_is_said(CALL, CALL "x", DCC_SOCKET_WORD_LENGTH + 1));
    g_assert_false(dcc_socket_file_is_said(CALL, ANSWER "\n", DCC_SOCKET_WORD_LENGTH + 1));
    g_assert_false(dcc_socket_file_is_said(CALL, "", 0));
    for (gsize i = 0; i < DCC_SOCKET_WORD_LENGTH; i++) {
        char said[] = CALL "\n";

        said[i] ^= 1;
        g_assert_false(dcc_socket_file_is_said(CALL, said, DCC_SOCKET_WORD_LENGTH + 1));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/socket-file/words", test_words);
    g_test_add_func("/socket-file/round", test_round);
    g_test_add_func("/socket-file/garbage", test_garbage);
    g_test_add_func("/socket-file/damage", test_damage);
    g_test_add_func("/socket-file/said", test_said);
    return g_test_run();
}
