/* What is this user's alone on Windows: directories, locks, files that are replaced whole. */
#include "dcc-error.h"
#include "dcc-file-facts.h"
#include "dcc-file-open.h"
#include "dcc-file-whole.h"
#include "dcc-instance-dir.h"
#include "dcc-lock.h"
#include "dcc-own-process.h"
#include "dcc-owner.h"
#include "dcc-safe-dir.h"
#include "windows-kids.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <io.h>
#include <string.h>

#include <windows.h>
/* after windows.h */
#include <aclapi.h>
#include <sddl.h>

typedef struct {
    char *top;
    char *path; /* below it; not there */
} Place;

static void
set_up(Place *self, gconstpointer data)
{
    self->top = g_dir_make_tmp("dcc \xc3\xa4-XXXXXX", NULL);
    self->path = g_build_filename(self->top, "priv\xc3\xa4t", NULL);
}

static void
tear_down(Place *self, gconstpointer data)
{
    dcc_safe_dir_remove(self->top);
    g_assert_false(g_file_test(self->top, G_FILE_TEST_EXISTS));
    g_free(self->top);
    g_free(self->path);
}

static void
assert_refused(const char *path, const char *words)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(dcc_safe_dir_make(path, &error));
    g_test_message("%s", error->message);
    g_assert_error(error, DCC_ERROR, DCC_ERROR_UNSAFE);
    g_assert_nonnull(strstr(error->message, path));
    g_assert_nonnull(strstr(error->message, words));
}

static DccOwner
owner_of(const char *path)
{
    g_autofree gunichar2 *wide = g_utf8_to_utf16(path, -1, NULL, NULL, NULL);
    HANDLE handle = CreateFileW((LPCWSTR)wide,
                                READ_CONTROL,
                                FILE_SHARE_READ | FILE_SHARE_WRITE,
                                NULL,
                                OPEN_EXISTING,
                                FILE_FLAG_BACKUP_SEMANTICS,
                                NULL);
    DccOwner owner;

    g_assert_true(handle != INVALID_HANDLE_VALUE);
    dcc_owner_read(handle, &owner);
    CloseHandle(handle);
    return owner;
}

static void
test_made(Place *self, gconstpointer data)
{
    g_autofree char *file = g_build_filename(self->path, "file", NULL);
    g_autoptr(GError) error = NULL;
    DccOwner owner;

    g_assert_true(dcc_safe_dir_make(self->path, &error));
    g_assert_no_error(error);
    g_assert_true(dcc_safe_dir_make(self->path, NULL)); /* again */
    g_assert_true(dcc_safe_dir_check(self->path, NULL));
    owner = owner_of(self->path);
    g_assert_true(owner.is_ours && !owner.others_can_read && !owner.others_can_write);
    g_assert_true(g_file_set_contents(file, "x", 1, NULL));
    owner = owner_of(file);
    g_assert_true(owner.is_ours && !owner.others_can_write);
}

/* As somebody may have set it: everybody reads, everybody writes. */
static void
test_open_to_others(Place *self, gconstpointer data)
{
    static const char *const lists[] = {"D:P(A;OICI;FA;;;OW)(A;;FR;;;WD)",
                                        "D:P(A;OICI;FA;;;OW)(A;;FA;;;WD)"};
    g_autofree gunichar2 *wide = g_utf8_to_utf16(self->path, -1, NULL, NULL, NULL);

    g_assert_true(dcc_safe_dir_make(self->path, NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        PSECURITY_DESCRIPTOR descriptor;

        g_assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorA(
            lists[i], SDDL_REVISION_1, &descriptor, NULL));
        g_assert_true(SetFileSecurityW((LPCWSTR)wide, DACL_SECURITY_INFORMATION, descriptor));
        LocalFree(descriptor);
        assert_refused(self->path, "icacls");
        g_assert_false(dcc_safe_dir_check(self->path, NULL));
    }
}

/* What the file of a channel may look like, and whose it is then. */
static void
test_whose(void)
{
    static const struct {
        const char *text;
        gboolean is_ours, others_can_write, others_can_read;
    } rows[] = {
        {"D:P(A;;FA;;;OW)(A;;FA;;;SY)(A;;FA;;;BA)", TRUE, FALSE, FALSE},
        {"D:P(A;;FA;;;OW)(A;;FR;;;WD)", TRUE, FALSE, TRUE},
        {"D:P(A;;FA;;;OW)(A;;FR;;;AU)", TRUE, FALSE, TRUE},
        {"D:P(A;;FA;;;OW)(A;;GR;;;BU)", TRUE, FALSE, TRUE},
        {"D:P(A;;FA;;;OW)(A;;FR;;;S-1-5-21-1-2-3-1099)", TRUE, FALSE, TRUE},
        {"D:P(A;;FA;;;OW)(A;;FW;;;S-1-5-21-1-2-3-1099)", TRUE, TRUE, FALSE},
        {"D:P(A;;FA;;;OW)(A;;SD;;;WD)", TRUE, TRUE, FALSE},
        {"D:P(A;;FA;;;OW)(D;;FA;;;WD)", TRUE, FALSE, FALSE},
        {"", TRUE, TRUE, TRUE}, /* no list: everybody */
        {"O:S-1-5-21-1-2-3-1099D:P(A;;FA;;;SY)", FALSE, FALSE, FALSE},
        {"O:BUD:P(A;;FA;;;SY)", FALSE, FALSE, FALSE},
    };
    PSECURITY_DESCRIPTOR own = dcc_owner_make_private();
    char *name = NULL;
    DccOwner owner;

    g_assert_true(ConvertSecurityDescriptorToStringSecurityDescriptorA(
        own, SDDL_REVISION_1, OWNER_SECURITY_INFORMATION, &name, NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *text = rows[i].text;
        g_autofree char *whole = g_strconcat(text[0] == 'O' ? "" : name, text, NULL);
        PSECURITY_DESCRIPTOR descriptor = NULL;

        if (!ConvertStringSecurityDescriptorToSecurityDescriptorA(
                whole, SDDL_REVISION_1, &descriptor, NULL)) {
            g_test_message("not known to this system: %s", whole);
            continue;
        }
        g_test_message("%s", whole);
        dcc_owner_judge(descriptor, &owner);
        LocalFree(descriptor);
        g_assert_cmpint(owner.is_ours, ==, rows[i].is_ours);
        g_assert_cmpint(owner.others_can_write, ==, rows[i].others_can_write);
        g_assert_cmpint(owner.others_can_read, ==, rows[i].others_can_read);
    }
    dcc_owner_judge(NULL, &owner);
    g_assert_true(!owner.is_ours && owner.others_can_write && owner.others_can_read);
    LocalFree(name);
    LocalFree(own);
}

static void
test_no_directory(Place *self, gconstpointer data)
{
    g_autofree char *file = g_build_filename(self->top, "file", NULL);
    g_autofree char *deep = g_build_filename(self->path, "deep", NULL);

    g_assert_true(g_file_set_contents(file, "x", 1, NULL));
    assert_refused(file, "not a directory of its own");
    assert_refused(deep, "cannot make");
    g_assert_false(dcc_safe_dir_check(self->path, NULL));
    g_assert_false(dcc_safe_dir_check_parent(file, NULL));
    g_assert_false(dcc_safe_dir_check_parent(self->path, NULL));
    g_assert_true(dcc_safe_dir_make(self->path, NULL));
    g_assert_true(dcc_safe_dir_check_parent(self->path, NULL));
}

static void
test_removed(Place *self, gconstpointer data)
{
    g_autofree char *deep = g_build_filename(self->path, "a", "b", "c", NULL);
    g_autofree char *file = g_build_filename(deep, "read only", NULL);
    g_autofree char *beside = g_build_filename(self->top, "beside", NULL);
    GString *longest = g_string_new(self->path);

    g_assert_cmpint(g_mkdir_with_parents(deep, 0700), ==, 0);
    g_assert_true(g_file_set_contents(file, "x", 1, NULL));
    g_assert_cmpint(g_chmod(file, 0400), ==, 0);
    g_assert_true(g_file_set_contents(beside, "x", 1, NULL));
    for (guint i = 0; i < 8; i++) { /* beyond 260 letters */
        g_string_append_printf(longest, "/%s", "a-name-of-more-than-thirty-letters");
        g_assert_true(dcc_safe_dir_make(longest->str, NULL));
    }
    g_string_free(longest, TRUE);
    dcc_safe_dir_remove(self->path);
    g_assert_false(g_file_test(self->path, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(beside, G_FILE_TEST_EXISTS));
    dcc_safe_dir_remove(self->path); /* what is not there */
}

static void
test_lock(Place *self, gconstpointer data)
{
    g_autofree char *path = g_build_filename(self->path, "lock", NULL);
    gboolean held = TRUE;
    int lock;

    g_assert_cmpint(dcc_lock_take(path, FALSE, &held), ==, -1);
    g_assert_cmpint(errno, ==, ENOENT);
    g_assert_false(held || dcc_lock_is_held(path));
    lock = dcc_lock_take(path, TRUE, &held);
    g_assert_cmpint(lock, >=, 0);
    g_assert_true(dcc_safe_dir_check(self->path, NULL));
    g_assert_true(dcc_lock_is_held(path) && dcc_lock_is_current(lock, path));
    g_assert_cmpint(dcc_lock_take(path, TRUE, &held), ==, -1);
    g_assert_true(held);
    close(lock);
    g_assert_false(dcc_lock_is_held(path) || g_file_test(path, G_FILE_TEST_EXISTS));
    /* One that a power cut left. */
    g_assert_true(g_file_set_contents(path, "", 0, NULL));
    g_assert_false(dcc_lock_is_held(path));
    lock = dcc_lock_take(path, FALSE, &held);
    g_assert_cmpint(lock, >=, 0);
    close(lock);
}

/* It goes with whoever had it, however that ended. */
static void
test_lock_of_the_dead(Place *self, gconstpointer data)
{
    g_autofree char *path = g_build_filename(self->top, "lock", NULL);
    g_autofree char *program = dcc_own_process_get_program();
    const char *const argv[] = {program, "lock", path, NULL};
    DccChild child = kids_start_words(argv);
    gboolean held;
    int lock;

    kids_wait_for(dcc_lock_is_held(path));
    g_assert_cmpint(dcc_lock_take(path, FALSE, &held), ==, -1);
    g_assert_true(held);
    dcc_child_kill(&child);
    dcc_child_reap(&child);
    kids_wait_for(!dcc_lock_is_held(path));
    lock = dcc_lock_take(path, FALSE, &held);
    g_assert_cmpint(lock, >=, 0);
    close(lock);
}

static int
hold_lock(const char *path)
{
    gboolean held;

    if (dcc_lock_take(path, FALSE, &held) < 0)
        return 1;
    Sleep(INFINITE);
    return 0;
}

static gpointer
let_go_later(gpointer handle)
{
    g_usleep(200000);
    CloseHandle(handle);
    return NULL;
}

/* Somebody reads what is replaced: it is tried again until it is let go, or a second has passed. */
static void
test_replaced_while_open(Place *self, gconstpointer data)
{
    g_autofree char *to = g_build_filename(self->top, "to", NULL);
    g_autofree char *from = g_build_filename(self->top, "from", NULL);
    g_autofree gunichar2 *wide = g_utf8_to_utf16(to, -1, NULL, NULL, NULL);
    g_autofree char *text = NULL;
    GThread *thread;
    HANDLE handle;

    g_assert_true(g_file_set_contents(to, "old", -1, NULL));
    g_assert_true(g_file_set_contents(from, "new", -1, NULL));
    handle =
        CreateFileW((LPCWSTR)wide, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    thread = g_thread_new("reader", let_go_later, handle);
    g_assert_true(dcc_file_whole_move(from, to));
    g_thread_join(thread);
    g_assert_true(g_file_get_contents(to, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "new");
    g_assert_true(g_file_set_contents(from, "newer", -1, NULL));
    handle =
        CreateFileW((LPCWSTR)wide, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    g_assert_false(dcc_file_whole_move(from, to));
    g_assert_cmpint(errno, ==, EACCES);
    CloseHandle(handle);
}

static void
test_names(Place *self, gconstpointer data)
{
    g_autofree char *file = g_build_filename(self->top, "file", NULL);
    g_autofree char *name = g_build_filename(self->top, "name", NULL);
    g_autofree char *pointer = g_build_filename(self->top, "pointer", NULL);
    g_autofree char *target = NULL;
    DccFileFacts one, other;

    g_assert_true(g_file_set_contents(file, "x", 1, NULL));
    g_assert_true(dcc_file_whole_link(file, name));
    g_assert_true(dcc_file_facts_read(file, &one) && dcc_file_facts_read(name, &other));
    g_assert_true(dcc_file_facts_is_same(&one, &other));
    g_assert_false(dcc_file_whole_link(file, name));
    g_assert_cmpint(errno, ==, EEXIST);
    g_assert_null(dcc_file_whole_read_pointer(pointer));
    g_assert_true(dcc_file_whole_point(pointer, self->path));
    target = dcc_file_whole_read_pointer(pointer);
    g_assert_cmpstr(target, ==, self->path);
    g_assert_false(dcc_file_whole_point(pointer, self->top));
    g_assert_cmpint(errno, ==, EEXIST);
}

/* An instance's directories from their making to their end, in those of this user that the environment does not name. */
static void
test_instance(Place *self, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DccRuntime) runtime = NULL;
    g_autoptr(DccInstanceDir) dir = NULL;
    g_autoptr(DccInstanceDir) second = NULL;
    g_autofree char *temp = NULL;
    g_autofree char *place = NULL;

    runtime = dcc_runtime_open(&error);
    g_assert_no_error(error);
    g_assert_true(g_str_has_suffix(dcc_runtime_get_path(runtime), "/dcchost/run"));
    g_assert_true(g_str_has_suffix(dcc_runtime_get_state_path(runtime), "/dcchost/state"));
    dir = dcc_instance_dir_open(runtime, "private-test", TRUE, &error);
    g_assert_no_error(error);
    g_assert_true(dcc_instance_dir_lock_name(dir, &error));
    g_assert_true(dcc_instance_dir_lock_session(dir, &error));
    g_assert_no_error(error);
    g_assert_true(dcc_instance_dir_is_held(dir));
    second = dcc_instance_dir_open(runtime, "private-test", TRUE, &error);
    g_assert_false(dcc_instance_dir_lock_name(second, &error));
    g_assert_no_error(error);
    temp = dcc_instance_dir_make_temp_dir(dir, self->top, &error);
    g_assert_no_error(error);
    g_assert_true(g_file_test(temp, G_FILE_TEST_IS_DIR));
    place = g_strdup(dcc_instance_dir_get_dir(dir));
    dcc_instance_dir_dissolve(dir);
    g_assert_false(g_file_test(temp, G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(place, G_FILE_TEST_EXISTS));
    g_assert_true(dcc_instance_dir_lock_name(second, &error));
    dcc_instance_dir_dissolve(second);
    g_assert_false(g_file_test(place, G_FILE_TEST_EXISTS));
}

static void
add(const char *name, void (*func)(Place *, gconstpointer))
{
    g_test_add(name, Place, NULL, set_up, func, tear_down);
}

int
main(int argc, char **argv)
{
    g_auto(GStrv) words = g_win32_get_command_line(); /* those of main() are not UTF-8 */

    if (argc > 2 && g_str_equal(words[1], "lock"))
        return hold_lock(words[2]);
    g_test_init(&argc, &argv, NULL);
    g_unsetenv("XDG_RUNTIME_DIR");
    g_unsetenv("XDG_STATE_HOME");
    add("/private/made", test_made);
    add("/private/open-to-others", test_open_to_others);
    g_test_add_func("/private/whose", test_whose);
    add("/private/no-directory", test_no_directory);
    add("/private/removed", test_removed);
    add("/private/lock", test_lock);
    add("/private/lock-of-the-dead", test_lock_of_the_dead);
    add("/private/replaced-while-open", test_replaced_while_open);
    add("/private/names", test_names);
    add("/private/instance", test_instance);
    return g_test_run();
}
