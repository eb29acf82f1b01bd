/* Whether a file is a whole shared object for this machine.
 *
 * Problem: the dynamic loader trusts what it maps. A file that is cut off gives SIGBUS when a page
 * beyond its end is touched, segments out of order are mapped over the memory of others, a dynamic
 * section that points elsewhere is followed. It has no way to say no in time. Contract: everything
 * is read with pread() and checked against the file's size before it is believed. A file that
 * passes can still be wrong in its code; that is what the trust in its owner is for.
 */
#include "dcc-error.h"
#include "dcc-module-file.h"
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <string.h>
#include <unistd.h>

#define MAX_SEGMENTS 64
#define MAX_SPAN     (G_GUINT64_CONSTANT(1) << 30) /* 1 GiB of address space for one adapter */
#define MAX_DYNAMIC  4096

#if __ELF_NATIVE_CLASS == 64
#define NATIVE_CLASS ELFCLASS64
#else
#define NATIVE_CLASS ELFCLASS32
#endif
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
#define NATIVE_DATA ELFDATA2LSB
#else
#define NATIVE_DATA ELFDATA2MSB
#endif
#if defined(__x86_64__)
#define NATIVE_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define NATIVE_MACHINE EM_AARCH64
#elif defined(__i386__)
#define NATIVE_MACHINE EM_386
#elif defined(__arm__)
#define NATIVE_MACHINE EM_ARM
#elif defined(__powerpc64__)
#define NATIVE_MACHINE EM_PPC64
#elif defined(__riscv)
#define NATIVE_MACHINE EM_RISCV
#elif defined(__s390x__)
#define NATIVE_MACHINE EM_S390
#else
#define NATIVE_MACHINE EM_NONE /* not known here: the loader's own check has to do */
#endif

typedef struct {
    int fd;
    guint64 size;
    ElfW(Ehdr) header;
    ElfW(Phdr) segments[MAX_SEGMENTS];
    guint n_segments;
    const ElfW(Phdr) * dynamic;
} Elf;

/* No overflow: offset + length <= end. */
static gboolean
fits(guint64 offset, guint64 length, guint64 end)
{
    return offset <= end && length <= end - offset;
}

static gboolean
read_at(Elf *elf, guint64 offset, gpointer buffer, gsize length)
{
    gsize done = 0;

    if (!fits(offset, length, elf->size))
        return FALSE;
    while (done < length) {
        ssize_t n = pread(elf->fd, (char *)buffer + done, length - done, offset + done);

        if (n <= 0 && !(n < 0 && errno == EINTR))
            return FALSE;
        done += MAX(n, 0);
    }
    return TRUE;
}

/* The checks return NULL, or what is wrong. */
static const char *
check_header(Elf *elf)
{
    const ElfW(Ehdr) *header = &elf->header;
    const unsigned char *ident = header->e_ident;

    if (!read_at(elf, 0, &elf->header, sizeof elf->header))
        return elf->size == 0 ? "is empty" : "is no shared object: it is too short";
    if (memcmp(ident, ELFMAG, SELFMAG) != 0)
        return "is no shared object";
    if (ident[EI_CLASS] != NATIVE_CLASS)
        return "is built for another word size";
    if (ident[EI_DATA] != NATIVE_DATA)
        return "is built for another byte order";
    if (NATIVE_MACHINE != EM_NONE && header->e_machine != NATIVE_MACHINE)
        return "is built for another kind of processor";
    if (ident[EI_VERSION] != EV_CURRENT || header->e_version != EV_CURRENT ||
        (ident[EI_OSABI] != ELFOSABI_SYSV && ident[EI_OSABI] != ELFOSABI_GNU) ||
        header->e_ehsize != sizeof(ElfW(Ehdr)))
        return "is built for another system";
    return header->e_type == ET_DYN ? NULL : "is an object file or a program, no shared object";
}

/* The section headers are not needed, but they come last: they show best that the file ends too
 * early. */
static const char *
check_sections(Elf *elf)
{
    const ElfW(Ehdr) *header = &elf->header;

    if (header->e_shoff == 0)
        return NULL;
    if (header->e_shentsize != sizeof(ElfW(Shdr)) ||
        !fits(header->e_shoff, MAX(header->e_shnum, 1) * sizeof(ElfW(Shdr)), elf->size))
        return "is cut off or damaged: its section headers lie beyond its end";
    return NULL;
}

static const char *
read_segments(Elf *elf)
{
    const ElfW(Ehdr) *header = &elf->header;

    if (header->e_phentsize != sizeof(ElfW(Phdr)) || header->e_phnum == 0 ||
        header->e_phnum > MAX_SEGMENTS)
        return "is damaged: its program headers make no sense";
    elf->n_segments = header->e_phnum;
    if (!read_at(elf, header->e_phoff, elf->segments, elf->n_segments * sizeof elf->segments[0]))
        return "is cut off or damaged: its program headers lie beyond its end";
    return NULL;
}

static const char *
check_segment(Elf *elf, const ElfW(Phdr) * segment)
{
    if (!fits(segment->p_offset, segment->p_filesz, elf->size))
        return "is cut off: a segment lies beyond its end";
    if (segment->p_type != PT_LOAD)
        return NULL;
    if (segment->p_memsz < segment->p_filesz || segment->p_memsz > MAX_SPAN ||
        !fits(segment->p_vaddr, segment->p_memsz, G_MAXLONG))
        return "is damaged: a segment has an absurd size";
    if (segment->p_align > 1 &&
        ((segment->p_align & (segment->p_align - 1)) != 0 || segment->p_align > MAX_SPAN ||
         ((segment->p_vaddr - segment->p_offset) & (segment->p_align - 1)) != 0))
        return "is damaged: a segment is not aligned";
    return NULL;
}

/* The loader reserves room from the first to the last and maps each where it says: they must
 * ascend. */
static const char *
check_segments(Elf *elf)
{
    guint64 first = 0, end = 0;
    gboolean any = FALSE;

    for (guint i = 0; i < elf->n_segments; i++) {
        const ElfW(Phdr) *segment = &elf->segments[i];
        const char *what = check_segment(elf, segment);

        if (what)
            return what;
        if (segment->p_type == PT_DYNAMIC)
            elf->dynamic = segment;
        if (segment->p_type != PT_LOAD)
            continue;
        first = any ? first : segment->p_vaddr;
        if ((any && segment->p_vaddr < end) || segment->p_vaddr - first > MAX_SPAN)
            return "is damaged: its segments are out of order";
        end = segment->p_vaddr + segment->p_memsz;
        any = TRUE;
    }
    if (!any)
        return "is damaged: it holds nothing to load";
    return elf->dynamic ? NULL : "is damaged: it has no dynamic section";
}

/* Whether all the bytes at an address are loaded, and with in_file: loaded from the file. */
static gboolean
is_mapped(Elf *elf, guint64 address, guint64 length, gboolean in_file)
{
    for (guint i = 0; i < elf->n_segments; i++) {
        const ElfW(Phdr) *segment = &elf->segments[i];
        guint64 have = in_file ? segment->p_filesz : segment->p_memsz;

        if (segment->p_type == PT_LOAD && address >= segment->p_vaddr &&
            fits(address - segment->p_vaddr, length, have))
            return TRUE;
    }
    return FALSE;
}

/* The loader finds the dynamic section by its address, we by its place in the file: both must
 * agree. */
static gboolean
is_placed_right(Elf *elf, const ElfW(Phdr) * inner)
{
    for (guint i = 0; i < elf->n_segments; i++) {
        const ElfW(Phdr) *segment = &elf->segments[i];

        if (segment->p_type == PT_LOAD && inner->p_vaddr >= segment->p_vaddr &&
            fits(inner->p_vaddr - segment->p_vaddr, inner->p_filesz, segment->p_filesz))
            return inner->p_offset - segment->p_offset == inner->p_vaddr - segment->p_vaddr;
    }
    return FALSE;
}

/* What the loader reads or protects while it maps the file. */
static const char *
check_placement(Elf *elf)
{
    for (guint i = 0; i < elf->n_segments; i++) {
        const ElfW(Phdr) *segment = &elf->segments[i];
        gboolean ok = TRUE;

        switch (segment->p_type) {
        case PT_DYNAMIC:
        case PT_NOTE:
        case PT_GNU_PROPERTY:
        case PT_GNU_EH_FRAME:
            ok = is_placed_right(elf, segment);
            break;
        case PT_TLS:
            ok =
                segment->p_filesz == 0 || is_mapped(elf, segment->p_vaddr, segment->p_filesz, TRUE);
            ok = ok && segment->p_memsz >= segment->p_filesz && segment->p_memsz < MAX_SPAN;
            break;
        case PT_GNU_RELRO:
            ok = is_mapped(elf, segment->p_vaddr, segment->p_memsz, FALSE) ||
                 is_mapped(elf, segment->p_vaddr, segment->p_filesz, TRUE);
            break;
        default:
            break;
        }
        if (!ok)
            return "is damaged: a segment lies outside what is loaded";
    }
    return NULL;
}

typedef struct {
    guint64 value[DT_NUM];
    gboolean has[DT_NUM];
    guint64 gnu_hash;
} Dynamic;

static const char *
read_dynamic(Elf *elf, Dynamic *dynamic)
{
    gsize n = elf->dynamic->p_filesz / sizeof(ElfW(Dyn));
    g_autofree ElfW(Dyn) *entries = NULL;

    if (n == 0 || n > MAX_DYNAMIC)
        return "is damaged: its dynamic section has an absurd size";
    entries = g_new(ElfW(Dyn), n);
    if (!read_at(elf, elf->dynamic->p_offset, entries, n * sizeof entries[0]))
        return "is cut off: its dynamic section lies beyond its end";
    for (gsize i = 0; i < n; i++) {
        if (entries[i].d_tag == DT_NULL)
            return NULL;
        if (entries[i].d_tag == DT_GNU_HASH)
            dynamic->gnu_hash = entries[i].d_un.d_ptr;
        if (entries[i].d_tag < 0 || entries[i].d_tag >= DT_NUM)
            continue;
        dynamic->value[entries[i].d_tag] = entries[i].d_un.d_val;
        dynamic->has[entries[i].d_tag] = TRUE;
    }
    return "is damaged: its dynamic section has no end";
}

/* Tables that the loader follows: where they are and which entry holds their length in bytes. */
static const struct {
    guint table;
    guint length; /* 0: one byte has to be there */
} tables[] = {
    {DT_STRTAB, DT_STRSZ},
    {DT_SYMTAB, 0},
    {DT_HASH, 0},
    {DT_RELA, DT_RELASZ},
    {DT_REL, DT_RELSZ},
    {DT_JMPREL, DT_PLTRELSZ},
    {DT_INIT, 0},
    {DT_FINI, 0},
    {DT_INIT_ARRAY, DT_INIT_ARRAYSZ},
    {DT_FINI_ARRAY, DT_FINI_ARRAYSZ},
};

static const char *
check_dynamic(Elf *elf)
{
    Dynamic dynamic = {{0}};
    const char *what = read_dynamic(elf, &dynamic);

    if (what)
        return what;
    if (!dynamic.has[DT_STRTAB] || !dynamic.has[DT_STRSZ] || !dynamic.has[DT_SYMTAB])
        return "is damaged: its dynamic section names no symbols";
    for (gsize i = 0; i < G_N_ELEMENTS(tables); i++) {
        guint64 length = tables[i].length ? dynamic.value[tables[i].length] : 1;

        if (dynamic.has[tables[i].table] &&
            !is_mapped(elf, dynamic.value[tables[i].table], length, TRUE))
            return "is damaged: its dynamic section points outside of it";
    }
    if (dynamic.gnu_hash && !is_mapped(elf, dynamic.gnu_hash, 16, TRUE))
        return "is damaged: its dynamic section points outside of it";
    if (dynamic.has[DT_SONAME] && dynamic.value[DT_SONAME] >= dynamic.value[DT_STRSZ])
        return "is damaged: its name lies outside of it";
    return NULL;
}

gboolean
dcc_module_image_check(int fd, gint64 size, const char *path, GError **error)
{
    static const char *(*const checks[])(Elf *) = {
        check_header,
        check_sections,
        read_segments,
        check_segments,
        check_placement,
        check_dynamic,
    };
    Elf elf = {.fd = fd, .size = MAX(size, 0)};

    for (gsize i = 0; i < G_N_ELEMENTS(checks); i++) {
        const char *what = checks[i](&elf);

        if (!what)
            continue;
        g_set_error(error, DCC_ERROR, DCC_ERROR_ADAPTER, "module file %s %s", path, what);
        return FALSE;
    }
    return TRUE;
}
