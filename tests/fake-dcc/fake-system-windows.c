/* See fake-system.h: Windows. */
#include "fake-system.h"

#include <winsock2.h>
#include <ws2tcpip.h>
/* after winsock2.h, which it would replace by an older one */
#include <windows.h>

#include <fcntl.h>
#include <io.h>
#include <share.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define OURS       0xedcc0000u /* what dcchost takes for a signal; see dcc-nt-status.h */
#define END_ALARM  14
#define END_ABORT  0xc0000409u
#define WORD_BYTES 65 /* of the channel's file, with a line end */

struct FakeLine {
    SOCKET socket;
    size_t n; /* read and not taken */
    char bytes[16384];
};

static int term_code = FAKE_NEVER;

static void *
end_after(void *seconds)
{
    fake_sleep((int64_t)(intptr_t)seconds * 1000);
    TerminateProcess(GetCurrentProcess(), OURS | END_ALARM);
    return NULL;
}

static LRESULT CALLBACK
on_message(HWND window, UINT message, WPARAM a, LPARAM b)
{
    const FakeOptions *options = fake_life.options;

    if (message != WM_CLOSE)
        return DefWindowProcA(window, message, a, b);
    if (!options || !options->ignore_term)
        fake_exit(options && options->term_exit != FAKE_NEVER ? (int)options->term_exit : 0);
    return 0;
}

static void *
show_window(void *data)
{
    const WNDCLASSA kind = {.lpfnWndProc = on_message,
                            .hInstance = GetModuleHandleA(NULL),
                            .lpszClassName = "fake-dcc"};
    MSG message;

    RegisterClassA(&kind);
    CreateWindowA("fake-dcc",
                  "Fake",
                  WS_OVERLAPPEDWINDOW | WS_VISIBLE,
                  0,
                  0,
                  320,
                  200,
                  NULL,
                  NULL,
                  kind.hInstance,
                  NULL);
    while (GetMessageA(&message, NULL, 0, 0) > 0)
        DispatchMessageA(&message);
    return NULL;
}

void
fake_system_begin(const FakeOptions *options)
{
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    if (options->lifetime > 0)
        fake_thread_start(end_after, (void *)(intptr_t)options->lifetime);
    if (options->window)
        fake_thread_start(show_window, NULL);
}

void
fake_system_forbid_core(void)
{
}

static BOOL WINAPI
on_event(DWORD event)
{
    if (term_code == FAKE_NEVER)
        return TRUE;
    fake_oracle("exit", term_code);
    ExitProcess((UINT)term_code);
}

void
fake_system_set_signals(const FakeOptions *options)
{
    term_code = (int)options->term_exit;
    if (options->ignore_term || options->term_exit != FAKE_NEVER)
        SetConsoleCtrlHandler(on_event, TRUE);
}

int64_t
fake_system_count_life(const char *path)
{
    char text[32] = "";
    int64_t count = 1;
    int fd = -1;

    if (!path ||
        _sopen_s(&fd, path, _O_RDWR | _O_CREAT | _O_BINARY, _SH_DENYRW, _S_IREAD | _S_IWRITE) != 0)
        return 0;
    if (_read(fd, text, sizeof text - 1) > 0)
        count = atoll(text) + 1;
    int n = snprintf(text, sizeof text, "%lld\n", (long long)count);
    if (_lseek(fd, 0, SEEK_SET) != 0 || _write(fd, text, (unsigned)n) != n)
        count = 0;
    _close(fd);
    return count;
}

/* Not to write anywhere else: then the system itself puts every write at the end. */
int
fake_system_open_to_append(const char *path)
{
    HANDLE file = CreateFileA(path,
                              FILE_APPEND_DATA | FILE_READ_ATTRIBUTES | SYNCHRONIZE,
                              FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                              NULL,
                              OPEN_ALWAYS,
                              FILE_ATTRIBUTE_NORMAL,
                              NULL);

    if (file == INVALID_HANDLE_VALUE)
        return -1;
    return _open_osfhandle((intptr_t)file, _O_WRONLY | _O_APPEND | _O_BINARY);
}

/* The exceptions that are told as these signals, two of them as they really happen. */
void
fake_system_die(int number)
{
    static const DWORD codes[] = {
        [4] = 0xc000001du, [6] = END_ABORT, [7] = 0xc0000006u, [8] = 0xc0000094u};
    volatile int *volatile nowhere = NULL;

    if (number == 11)
        *nowhere = 1;
    if (number > 0 && number < (int)(sizeof codes / sizeof *codes) && codes[number] != 0)
        TerminateProcess(GetCurrentProcess(), codes[number]);
    TerminateProcess(GetCurrentProcess(), OURS | (DWORD)number);
}

/* No process here stops itself and goes on existing. */
void
fake_system_stop(void)
{
}

int64_t
fake_now(void)
{
    return (int64_t)GetTickCount64();
}

void
fake_sleep(int64_t ms)
{
    int64_t end = fake_now() + ms;

    if (ms == FAKE_NEVER)
        for (;;)
            Sleep(INFINITE);
    for (int64_t left = ms; left > 0; left = end - fake_now())
        Sleep((DWORD)left);
}

typedef struct {
    void *(*func)(void *);
    void *data;
} Errand;

static DWORD WINAPI
run_errand(void *data)
{
    Errand errand = *(Errand *)data;

    free(data);
    errand.func(errand.data);
    return 0;
}

bool
fake_thread_start(void *(*func)(void *), void *data)
{
    Errand *errand = malloc(sizeof *errand);
    HANDLE thread = NULL;

    if (!errand)
        return false;
    *errand = (Errand){func, data};
    thread = CreateThread(NULL, 0, run_errand, errand, 0, NULL);
    if (thread)
        CloseHandle(thread);
    return thread != NULL;
}

void
fake_lock(FakeLock *lock)
{
    AcquireSRWLockExclusive((SRWLOCK *)lock);
}

void
fake_unlock(FakeLock *lock)
{
    ReleaseSRWLockExclusive((SRWLOCK *)lock);
}

void
fake_condition_init(FakeCondition *condition)
{
    InitializeConditionVariable((CONDITION_VARIABLE *)condition);
}

void
fake_tell(FakeCondition *condition)
{
    WakeAllConditionVariable((CONDITION_VARIABLE *)condition);
}

void
fake_wait_until(FakeCondition *condition, FakeLock *lock, int64_t at)
{
    int64_t left = at - fake_now();
    DWORD ms = at == INT64_MAX ? INFINITE : (DWORD)(left > 0 ? left : 0);

    SleepConditionVariableSRW((CONDITION_VARIABLE *)condition, (SRWLOCK *)lock, ms, 0);
}

void
fake_system_print_process(void)
{
    const char *temp = getenv("TMPDIR");
    char cwd[4096] = "";

    GetCurrentDirectoryA(sizeof cwd, cwd);
    printf("pid %lu\n", (unsigned long)GetCurrentProcessId());
    fake_print_escaped("cwd", cwd);
    fake_print_escaped("tmpdir", temp ? temp : "");
}

void
fake_system_print_fds(void)
{
    for (int fd = 0; fd < 3; fd++)
        printf("fd %d type %lu\n", fd, (unsigned long)GetFileType((HANDLE)_get_osfhandle(fd)));
}

/* What dcchost has written: "dcchost-socket-1 PORT PID START CALL ANSWER". */
static bool
read_place(const char *path, unsigned *port, char *call, char *wanted)
{
    FILE *file = fopen(path, "rb");
    bool ok;

    if (!file)
        return false;
    ok = fscanf(file, "dcchost-socket-1 %u %*s %*s %64s %64s", port, call, wanted) == 3;
    fclose(file);
    return ok;
}

static SOCKET
connect_to(unsigned port)
{
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((u_short)port)};
    SOCKET caller = WSASocketW(AF_INET, SOCK_STREAM, 0, NULL, 0, WSA_FLAG_NO_HANDLE_INHERIT);

    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (caller == INVALID_SOCKET || connect(caller, (struct sockaddr *)&place, sizeof place) == 0)
        return caller;
    closesocket(caller);
    return INVALID_SOCKET;
}

/* The right word comes back, or it is somebody else's port by now. */
static bool
greet(FakeLine *self, const char *call, const char *wanted)
{
    char heard[WORD_BYTES + 1];

    fake_line_send(self, call, strlen(call));
    fake_line_send(self, "\n", 1);
    return fake_line_read(self, heard, sizeof heard) && strcmp(heard, wanted) == 0;
}

FakeLine *
fake_line_dial(const char *path)
{
    char call[WORD_BYTES], wanted[WORD_BYTES];
    unsigned port = 0;
    FakeLine *self;
    WSADATA data;

    if (WSAStartup(MAKEWORD(2, 2), &data) != 0 || !read_place(path, &port, call, wanted))
        return NULL;
    self = calloc(1, sizeof *self);
    if (!self)
        return NULL;
    self->socket = connect_to(port);
    if (self->socket != INVALID_SOCKET && greet(self, call, wanted))
        return self;
    fake_line_close(self);
    return NULL;
}

void
fake_line_close(FakeLine *self)
{
    if (self->socket != INVALID_SOCKET)
        closesocket(self->socket);
    free(self);
}

void
fake_line_send(FakeLine *self, const char *bytes, size_t length)
{
    while (length > 0) {
        int n = send(self->socket, bytes, (int)length, 0);

        if (n <= 0)
            return;
        bytes += n;
        length -= (size_t)n;
    }
}

static bool
take_line(FakeLine *self, char *line, size_t size)
{
    char *end = memchr(self->bytes, '\n', self->n);
    size_t length = end ? (size_t)(end - self->bytes) : 0;

    if (!end)
        return false;
    snprintf(line, size, "%.*s", (int)length, self->bytes);
    self->n -= length + 1;
    memmove(self->bytes, end + 1, self->n);
    return true;
}

bool
fake_line_read(FakeLine *self, char *line, size_t size)
{
    while (!take_line(self, line, size)) {
        int room = (int)(sizeof self->bytes - self->n);
        int n = room > 0 ? recv(self->socket, self->bytes + self->n, room, 0) : 0;

        if (n <= 0)
            return false;
        self->n += (size_t)n;
    }
    return true;
}
