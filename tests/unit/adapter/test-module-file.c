/* The check of a module file: no byte of a file may hurt whoever checks it, and every fault has its
 * reason. */
#include "dcc-error.h"
#include "dcc-module-file.h"
#include "module-scratch.h"
#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
assert_refused(const char *path, const char *reason)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DccModuleFile) file = dcc_module_file_check(path, &error);

    g_assert_null(file);
    g_assert_nonnull(error);
    g_assert_true(error->domain == DCC_ERROR);
    if (!strstr(error->message, path) || !strstr(error->message, reason))
        g_error("expected '%s', got '%s'", reason, error->message);
}

static void
assert_accepted(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DccModuleFile) file = dcc_module_file_check(path, &error);

    g_assert_no_error(error);
    g_assert_nonnull(file);
}

/* A copy of the sound module with bytes of its own at an offset. */
static char *
patched(Scratch *s, gsize offset, gconstpointer bytes, gsize length)
{
    g_autoptr(GBytes) sound = scratch_fixture("sound");
    g_autofree char *copy = g_memdup2(g_bytes_get_data(sound, NULL), g_bytes_get_size(sound));
    char *path = scratch_path(s, "dcchost-x.so");

    memcpy(copy + offset, bytes, length);
    scratch_write(path, copy, g_bytes_get_size(sound));
    return path;
}

static void
test_sound(Scratch *s, gconstpointer data)
{
    g_autofree char *path = scratch_copy("sound", s->directory);
    g_autoptr(GError) error = NULL;
    g_autoptr(DccModuleFile) file = dcc_module_file_check(path, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(file->real_path, ==, path);
    g_assert_true(dcc_module_file_is_same(file, &error));
    g_assert_cmpint(unlink(path), ==, 0);
    g_free(scratch_copy("sound", s->directory));
    g_assert_false(dcc_module_file_is_same(file, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_UNSAFE);
}

static void
check_cut(Scratch *s, const char *path, GBytes *sound, gsize length)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DccModuleFile) file = NULL;

    scratch_write(path, g_bytes_get_data(sound, NULL), length);
    file = dcc_module_file_check(path, &error);
    if (file)
        g_error("a file cut at %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " bytes was accepted",
                length,
                g_bytes_get_size(sound));
    g_assert_nonnull(strstr(error->message, path));
}

static void
test_cut_off(Scratch *s, gconstpointer data)
{
    g_autoptr(GBytes) sound = scratch_fixture("sound");
    g_autofree char *path = scratch_path(s, "dcchost-x.so");
    const ElfW(Ehdr) *header = g_bytes_get_data(sound, NULL);
    gsize size = g_bytes_get_size(sound);
    gsize headers_end = header->e_phoff + header->e_phnum * header->e_phentsize;

    for (gsize length = 0; length < size; length += 512)
        check_cut(s, path, sound, length);
    for (gsize length = sizeof *header - 2; length <= sizeof *header + 2; length++)
        check_cut(s, path, sound, length);
    for (gsize length = headers_end - 2; length <= headers_end + 2; length++)
        check_cut(s, path, sound, length);
    check_cut(s, path, sound, header->e_shoff);
    check_cut(s, path, sound, size - 1);
    assert_refused(path, "cut off");
    check_cut(s, path, sound, 0);
    assert_refused(path, "is empty");
}

/* Without section headers (some strip them) the segments alone tell that the end is missing. */
static void
test_cut_off_stripped(Scratch *s, gconstpointer data)
{
    g_autoptr(GBytes) sound = scratch_fixture("sound");
    gsize size = 0;
    const char *bytes = g_bytes_get_data(sound, &size);
    g_autofree char *copy = g_memdup2(bytes, size);
    g_autofree char *path = scratch_path(s, "dcchost-x.so");
    ElfW(Ehdr) *header = (ElfW(Ehdr) *)copy;
    const ElfW(Phdr) *segments = (const ElfW(Phdr) *)(bytes + header->e_phoff);
    gsize end = 0;

    for (guint i = 0; i < header->e_phnum; i++) {
        if (segments[i].p_type == PT_LOAD)
            end = MAX(end, segments[i].p_offset + segments[i].p_filesz);
    }
    header->e_shoff = 0;
    header->e_shnum = 0;
    scratch_write(path, copy, end);
    assert_accepted(path);
    for (gsize length = end - 1; length > 64; length -= MIN(length, 500)) {
        scratch_write(path, copy, length);
        assert_refused(path, "");
    }
}

static void
test_foreign(Scratch *s, gconstpointer data)
{
    static const char script[] =
        "#!/bin/sh\necho this is no module, and long enough to hold a header\n";
    const guint16 machine = EM_PPC;
    const guint16 type = ET_REL;
    const unsigned char other_class = sizeof(void *) == 8 ? ELFCLASS32 : ELFCLASS64;
    const unsigned char other_data = G_BYTE_ORDER == G_LITTLE_ENDIAN ? ELFDATA2MSB : ELFDATA2LSB;
    g_autofree char *text = scratch_path(s, "dcchost-text.so");
    g_autofree char *path = NULL;

    scratch_write(text, script, sizeof script - 1);
    assert_refused(text, "is no shared object");
    path = patched(s, G_STRUCT_OFFSET(ElfW(Ehdr), e_machine), &machine, sizeof machine);
    assert_refused(path, "another kind of processor");
    g_free(patched(s, EI_CLASS, &other_class, 1));
    assert_refused(path, "another word size");
    g_free(patched(s, EI_DATA, &other_data, 1));
    assert_refused(path, "another byte order");
    g_free(patched(s, G_STRUCT_OFFSET(ElfW(Ehdr), e_type), &type, sizeof type));
    assert_refused(path, "no shared object");
    g_free(patched(s, 0, "", 0));
    assert_accepted(path);
}

static void
test_writable(Scratch *s, gconstpointer data)
{
    g_autofree char *directory = scratch_directory(s, "above/modules");
    g_autofree char *above = scratch_path(s, "above");
    g_autofree char *path = scratch_copy("sound", directory);
    static const mode_t file_modes[] = {0775, 0757, 0666};
    static const mode_t directory_modes[] = {0775, 0757, 01777};

    g_assert_cmpint(chmod(above, 0755), ==, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(file_modes); i++) {
        g_assert_cmpint(chmod(path, file_modes[i]), ==, 0);
        assert_refused(path, "others can write it");
    }
    g_assert_cmpint(chmod(path, 0644), ==, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(directory_modes); i++) {
        g_assert_cmpint(chmod(directory, directory_modes[i]), ==, 0);
        assert_refused(path, "others can write the directory");
    }
    g_assert_cmpint(chmod(directory, 0755), ==, 0);
    g_assert_cmpint(chmod(above, 0777), ==, 0);
    assert_refused(path, "others can write the directory");
    g_assert_cmpint(chmod(above, 01777), ==, 0);
    assert_accepted(path);
}

static void
test_foreign_owner(Scratch *s, gconstpointer data)
{
    g_autofree char *path = scratch_copy("sound", s->directory);

    if (geteuid() != 0) {
        g_test_skip("only root can give a file away");
        return;
    }
    g_assert_cmpint(chown(path, 12345, 12345), ==, 0);
    assert_refused(path, "belongs to user 12345");
}

static void
test_links(Scratch *s, gconstpointer data)
{
    g_autofree char *safe = scratch_directory(s, "safe");
    g_autofree char *unsafe = scratch_directory(s, "unsafe");
    g_autofree char *target = scratch_copy("sound", safe);
    g_autofree char *bad_target = scratch_copy("sound", unsafe);
    g_autofree char *good = scratch_path(s, "safe/dcchost-good.so");
    g_autofree char *bad = scratch_path(s, "safe/dcchost-bad.so");
    g_autofree char *loop = scratch_path(s, "safe/dcchost-loop.so");
    g_autofree char *way = scratch_path(s, "way");
    g_autofree char *through = scratch_path(s, "way/dcchost-sound.so");

    g_assert_cmpint(symlink("../safe/./dcchost-sound.so", good), ==, 0);
    g_assert_cmpint(symlink(bad_target, bad), ==, 0);
    g_assert_cmpint(symlink("dcchost-loop.so", loop), ==, 0);
    g_assert_cmpint(symlink("unsafe", way), ==, 0);
    g_assert_cmpint(chmod(unsafe, 0777), ==, 0);
    assert_accepted(good);
    assert_refused(bad, "others can write the directory");
    assert_refused(loop, "leads nowhere");
    assert_refused(through, "others can write the directory");
}

static void
test_no_file(Scratch *s, gconstpointer data)
{
    g_autofree char *fifo = scratch_path(s, "dcchost-fifo.so");
    g_autofree char *directory = scratch_directory(s, "dcchost-directory.so");
    g_autofree char *missing = scratch_path(s, "dcchost-missing.so");

    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    assert_refused(fifo, "no regular file");
    assert_refused(directory, "no regular file");
    assert_refused(missing, "No such file");
    assert_refused("dcchost-relative.so", "not absolute");
    assert_refused("/dev/null", "no regular file");
    assert_refused("/", "");
}

/* Where a bit is worth flipping: the headers and the dynamic section. */
static gsize
pick_offset(GRand *rand, const char *bytes)
{
    const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)bytes;
    const ElfW(Phdr) *segments = (const ElfW(Phdr) *)(bytes + header->e_phoff);
    gsize headers_end = header->e_phoff + header->e_phnum * sizeof segments[0];

    for (guint i = 0; g_rand_boolean(rand) && i < header->e_phnum; i++) {
        if (segments[i].p_type == PT_DYNAMIC)
            return segments[i].p_offset + g_rand_int_range(rand, 0, segments[i].p_filesz);
    }
    return g_rand_int_range(rand, 0, headers_end);
}

static char *
mutate(GRand *rand, GBytes *sound)
{
    gsize size = 0;
    const char *bytes = g_bytes_get_data(sound, &size);
    char *copy = g_memdup2(bytes, size);

    for (int n = g_rand_int_range(rand, 1, 5); n > 0; n--)
        copy[pick_offset(rand, bytes)] ^= (char)g_rand_int_range(rand, 1, 256);
    return copy;
}

static void
test_fuzz(Scratch *s, gconstpointer data)
{
    g_autoptr(GBytes) sound = scratch_fixture("sound");
    g_autofree char *path = scratch_path(s, "dcchost-x.so");
    g_autoptr(GRand) rand = g_rand_new_with_seed(20240607);
    guint n_refused = 0;

    for (guint i = 0; i < 2000; i++) {
        g_autofree char *copy = mutate(rand, sound);
        g_autoptr(GError) error = NULL;
        g_autoptr(DccModuleFile) file = NULL;

        scratch_write(path, copy, g_bytes_get_size(sound));
        file = dcc_module_file_check(path, &error);
        g_assert_true((file == NULL) == (error != NULL));
        n_refused += file == NULL;
    }
    g_test_message("%u of 2000 mutations refused", n_refused);
    g_assert_cmpuint(n_refused, >, 1000);
}

/* The check must be total: whatever the bytes, an answer. */
static void
test_noise(Scratch *s, gconstpointer data)
{
    g_autofree char *path = scratch_path(s, "dcchost-x.so");
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    char noise[1024];

    for (guint i = 0; i < 200; i++) {
        for (gsize k = 0; k < sizeof noise; k++)
            noise[k] = (char)g_rand_int_range(rand, 0, 256);
        memcpy(noise, ELFMAG, SELFMAG);
        scratch_write(path, noise, g_rand_int_range(rand, 0, sizeof noise));
        assert_refused(path, "");
    }
}

#define ADD(path, func)                                                                            \
    g_test_add("/module-file/" path, Scratch, NULL, scratch_set_up, func, scratch_tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("sound", test_sound);
    ADD("cut-off", test_cut_off);
    ADD("cut-off-stripped", test_cut_off_stripped);
    ADD("foreign", test_foreign);
    ADD("writable", test_writable);
    ADD("foreign-owner", test_foreign_owner);
    ADD("links", test_links);
    ADD("no-file", test_no_file);
    ADD("fuzz", test_fuzz);
    ADD("noise", test_noise);
    return g_test_run();
}
