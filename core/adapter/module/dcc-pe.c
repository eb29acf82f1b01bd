/* The format of DLLs; see the header.
 *
 * Contract: every offset and length is checked against the size before it is followed, in 64 bits, so that no sum of
 * two of them overflows. What is checked is what the loader follows before code of the DLL runs: headers, sections,
 * the directories of exports and imports. Threading: any. */
#include "dcc-pe.h"

#include <string.h>

#define DOS_HEADER      64
#define OFFSET_OF_PE    0x3c
#define FILE_HEADER     20
#define SECTION_HEADER  40
#define MAX_SECTIONS    96
#define MAX_DIRECTORIES 16
#define DIRECTORY       8
#define MAX_SPAN        (G_GUINT64_CONSTANT(1) << 30)

#define IS_EXECUTABLE 0x0002
#define IS_DLL        0x2000
#define PE32          0x10b
#define PE32_PLUS     0x20b

#define EXPORTS      0
#define IMPORTS      1
#define CERTIFICATES 4 /* of which alone the place in the file is told */
#define BOUND        11

#define EXPORT_DIRECTORY 40
#define IMPORT_ENTRY     20

typedef struct {
    const guint8 *bytes;
    guint64 size;
    guint16 machine;
    guint64 optional; /* where its optional header is, and how long */
    guint64 optional_length;
    guint64 sections;
    guint n_sections;
    guint64 image; /* bytes of address space */
    guint64 headers;
    guint64 directories;
    guint n_directories;
} Pe;

/* No overflow: offset + length <= end. */
static gboolean
fits(guint64 offset, guint64 length, guint64 end)
{
    return offset <= end && length <= end - offset;
}

/* Of what was found to fit. */
static guint16
read16(const Pe *pe, guint64 at)
{
    return (guint16)(pe->bytes[at] | pe->bytes[at + 1] << 8);
}

static guint32
read32(const Pe *pe, guint64 at)
{
    return read16(pe, at) | (guint32)read16(pe, at + 2) << 16;
}

static gboolean
is_power_of_two(guint64 n)
{
    return n != 0 && (n & (n - 1)) == 0;
}

static const char *
name_wrong_machine(guint16 machine)
{
    switch (machine) {
    case DCC_PE_I386:
        return "is built for 32 bits, and this dcchost for 64";
    case DCC_PE_AMD64:
        return "is built for x86-64 processors, and this dcchost for others";
    case DCC_PE_ARM64:
        return "is built for ARM64 processors, and this dcchost for others";
    default:
        return "is built for another kind of processor";
    }
}

/* The checks return NULL, or what is wrong. */
static const char *
check_file_header(Pe *pe)
{
    guint64 at;
    guint16 flags;

    if (pe->size == 0)
        return "is empty";
    if (pe->size < DOS_HEADER || memcmp(pe->bytes, "MZ", 2) != 0)
        return "is no DLL";
    at = read32(pe, OFFSET_OF_PE);
    if (!fits(at, 4 + FILE_HEADER, pe->size))
        return "is no DLL, or cut off: its headers lie beyond its end";
    if (memcmp(pe->bytes + at, "PE\0\0", 4) != 0)
        return "is no DLL: it is a program of an older system";
    at += 4;
    if (read16(pe, at) != pe->machine)
        return name_wrong_machine(read16(pe, at));
    flags = read16(pe, at + 18);
    if ((flags & IS_EXECUTABLE) == 0 || (flags & IS_DLL) == 0)
        return "is an object file or a program, no DLL";
    pe->n_sections = read16(pe, at + 2);
    pe->optional = at + FILE_HEADER;
    pe->optional_length = read16(pe, at + 16);
    return NULL;
}

static const char *
check_optional_header(Pe *pe)
{
    gboolean wide;
    guint64 fixed;

    if (pe->optional_length < 2 || !fits(pe->optional, pe->optional_length, pe->size))
        return "is cut off: its headers lie beyond its end";
    wide = read16(pe, pe->optional) == PE32_PLUS;
    if (!wide && read16(pe, pe->optional) != PE32)
        return "is damaged: its optional header is of no known kind";
    fixed = wide ? 112 : 96;
    if (wide == (pe->machine == DCC_PE_I386) || pe->optional_length < fixed)
        return "is damaged: its optional header does not fit its processor";
    pe->image = read32(pe, pe->optional + 56);
    pe->headers = read32(pe, pe->optional + 60);
    pe->n_directories = read32(pe, pe->optional + fixed - 4);
    pe->directories = pe->optional + fixed;
    if (pe->n_directories > MAX_DIRECTORIES ||
        !fits(fixed, (guint64)pe->n_directories * DIRECTORY, pe->optional_length))
        return "is damaged: its directories have no room in its headers";
    return NULL;
}

static const char *
check_sizes(Pe *pe)
{
    guint64 section = read32(pe, pe->optional + 32);
    guint64 file = read32(pe, pe->optional + 36);

    if (!is_power_of_two(section) || !is_power_of_two(file) || file > section || section > MAX_SPAN)
        return "is damaged: its alignment makes no sense";
    if (pe->image == 0 || pe->image > MAX_SPAN)
        return "is damaged: its size in memory is absurd";
    pe->sections = pe->optional + pe->optional_length;
    if (pe->n_sections == 0 || pe->n_sections > MAX_SECTIONS)
        return "is damaged: its number of sections is absurd";
    if (!fits(pe->sections, (guint64)pe->n_sections * SECTION_HEADER, pe->size))
        return "is cut off: its section headers lie beyond its end";
    if (pe->headers > pe->size || pe->headers > pe->image ||
        pe->headers < pe->sections + (guint64)pe->n_sections * SECTION_HEADER)
        return "is damaged: its headers have an absurd length";
    return NULL;
}

typedef struct {
    guint64 address;
    guint64 length; /* in memory */
    guint64 offset; /* in the file */
    guint64 stored;
} Section;

static Section
read_section(const Pe *pe, guint i)
{
    guint64 at = pe->sections + (guint64)i * SECTION_HEADER;
    Section section = {
        .length = read32(pe, at + 8),
        .address = read32(pe, at + 12),
        .stored = read32(pe, at + 16),
        .offset = read32(pe, at + 20),
    };

    /* As the loader has it. */
    if (section.length == 0)
        section.length = section.stored;
    if (section.offset == 0)
        section.stored = 0;
    return section;
}

static const char *
check_sections(Pe *pe)
{
    guint64 alignment = read32(pe, pe->optional + 32);
    guint64 end = pe->headers;

    for (guint i = 0; i < pe->n_sections; i++) {
        Section section = read_section(pe, i);

        if (section.stored > 0 && !fits(section.offset, section.stored, pe->size))
            return "is cut off: a section lies beyond its end";
        if ((section.address & (alignment - 1)) != 0)
            return "is damaged: a section is not aligned";
        if (section.address < end)
            return "is damaged: its sections are out of order";
        if (!fits(section.address, section.length, pe->image))
            return "is damaged: a section lies outside of its memory";
        end = section.address + section.length;
    }
    return NULL;
}

/* Where in the file the bytes at an address are; FALSE: not all of them are in it. */
static gboolean
find_stored(const Pe *pe, guint64 address, guint64 length, guint64 *at)
{
    if (fits(address, length, pe->headers)) {
        *at = address;
        return TRUE;
    }
    for (guint i = 0; i < pe->n_sections; i++) {
        Section section = read_section(pe, i);

        if (address < section.address ||
            !fits(address - section.address, length, MIN(section.stored, section.length)))
            continue;
        *at = section.offset + (address - section.address);
        return TRUE;
    }
    return FALSE;
}

static const char *
check_directories(Pe *pe)
{
    for (guint i = 0; i < pe->n_directories; i++) {
        guint64 address = read32(pe, pe->directories + i * DIRECTORY);
        guint64 length = read32(pe, pe->directories + i * DIRECTORY + 4);
        guint64 end = i == CERTIFICATES || i == BOUND ? pe->size : pe->image;

        if (length > 0 && !fits(address, length, end))
            return "is damaged: a directory lies outside of it";
    }
    return NULL;
}

static gboolean
find_directory(const Pe *pe, guint which, guint64 *address, guint64 *length)
{
    if (which >= pe->n_directories)
        return FALSE;
    *address = read32(pe, pe->directories + which * DIRECTORY);
    *length = read32(pe, pe->directories + which * DIRECTORY + 4);
    return *address != 0 && *length != 0;
}

/* The three tables that a name is looked up in. */
static const char *
check_exports(Pe *pe)
{
    guint64 address, length, at, table;
    guint64 n_functions, n_names;

    if (!find_directory(pe, EXPORTS, &address, &length))
        return "exports nothing: it is no adapter";
    if (!find_stored(pe, address, MAX(length, EXPORT_DIRECTORY), &at))
        return "is damaged: its exports lie outside of it";
    n_functions = read32(pe, at + 20);
    n_names = read32(pe, at + 24);
    if (!find_stored(pe, read32(pe, at + 28), n_functions * 4, &table) ||
        !find_stored(pe, read32(pe, at + 36), n_names * 2, &table) ||
        !find_stored(pe, read32(pe, at + 32), n_names * 4, &table))
        return "is damaged: a table of its exports lies outside of it";
    for (guint64 i = 0; i < n_names; i++) {
        guint64 name;

        if (!find_stored(pe, read32(pe, table + i * 4), 1, &name))
            return "is damaged: the name of an export lies outside of it";
    }
    return NULL;
}

/* Up to the entry of zeros that ends them. */
static const char *
check_imports(Pe *pe)
{
    guint64 address, length, at, name;

    if (!find_directory(pe, IMPORTS, &address, &length))
        return NULL;
    for (guint64 offset = 0;; offset += IMPORT_ENTRY) {
        if (!find_stored(pe, address + offset, IMPORT_ENTRY, &at))
            return "is damaged: its imports have no end";
        if (read32(pe, at + 12) == 0)
            return NULL;
        if (!find_stored(pe, read32(pe, at + 12), 1, &name))
            return "is damaged: the name of a DLL that it needs lies outside of it";
    }
}

const char *
dcc_pe_find_fault(const guint8 *bytes, gsize size, guint16 machine)
{
    static const char *(*const checks[])(Pe *) = {
        check_file_header,
        check_optional_header,
        check_sizes,
        check_sections,
        check_directories,
        check_exports,
        check_imports,
    };
    Pe pe = {.bytes = bytes, .size = size, .machine = machine};

    for (gsize i = 0; i < G_N_ELEMENTS(checks); i++) {
        const char *what = checks[i](&pe);

        if (what)
            return what;
    }
    return NULL;
}
