/* Copies and their versions; see the header.
 *
 * Problem: several names may lead to one copy, and some tell their version only when they are run. Contract: nothing
 * is started but version commands, each at most 20 s; what they tell is remembered by the version cache. */
#include "dcc-candidates.h"

#include "dcc-errand.h"
#include "dcc-version-errand.h"
#include "dcc-version-memory.h"

#include <string.h>

#define VERSION_TIMEOUT_MS 20000

/* One copy on the way into the list. */
typedef struct {
    DccInstallation *installation;
    char *real;
    const char *const *command; /* to be asked with; NULL: no need */
} Candidate;

static void
candidate_free(gpointer data)
{
    Candidate *self = data;

    g_object_unref(self->installation);
    g_free(self->real);
    g_free(self);
}

static void
know_version(Candidate *self, const char *version)
{
    DccInstallation *complete = dcc_installation_with_version(self->installation, version);

    g_object_unref(self->installation);
    self->installation = complete;
}

struct _DccCandidates {
    DccAdapter *adapter;
    DccSearch *search;
    GPtrArray *list;          /* of Candidate */
    DccErrand *errand;        /* with what is remembered; NULL: none is under way */
    DccVersionErrand *asking; /* NULL: not begun, or done */
    gboolean cancelled;
    DccCandidatesFunc func;
    gpointer data;
};

char *
dcc_candidates_make_variable(DccAdapter *adapter)
{
    const char *id = dcc_adapter_get_id(adapter);
    g_autofree char *upper = g_ascii_strup(id ? id : "APP", -1);

    return g_strconcat("DCCHOST_", g_strdelimit(upper, "-", '_'), "_EXECUTABLE", NULL);
}

char *
dcc_candidates_resolve(DccSearch *search, DccInstallation *installation)
{
    const char *executable = dcc_installation_get_executable(installation);
    char *real = dcc_search_realpath(search, executable);

    return real ? real : g_strdup(executable);
}

/* (transfer full): each copy once, in the adapter's order. */
static GPtrArray *
list_candidates(GListModel *found, DccSearch *search)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(candidate_free);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < g_list_model_get_n_items(found); i++) {
        Candidate *self = g_new0(Candidate, 1);

        self->installation = g_list_model_get_item(found, i);
        self->real = dcc_candidates_resolve(search, self->installation);
        if (g_hash_table_contains(seen, self->real)) {
            candidate_free(self);
            continue;
        }
        g_hash_table_add(seen, self->real);
        g_ptr_array_add(list, self);
        if (!dcc_installation_get_version(self->installation))
            self->command = dcc_installation_get_version_command(self->installation);
    }
    return list;
}

static void
read_answer(DccAdapter *adapter,
            Candidate *self,
            const DccVersionAsk *ask,
            DccVersionMemory *memory)
{
    g_autofree char *version = NULL;

    if (ask->failure)
        g_log_structured("dcchost",
                         G_LOG_LEVEL_INFO,
                         "DCC_ADAPTER",
                         dcc_adapter_get_id(adapter),
                         "MESSAGE",
                         "the version of %s cannot be told: %s",
                         ask->argv[0],
                         ask->failure);
    else
        version = dcc_adapter_read_version(adapter, self->installation, ask->output);
    if (!version)
        return;
    know_version(self, version);
    dcc_version_memory_add(memory, self->real, version);
}

DccCandidates *
dcc_candidates_new(DccAdapter *adapter, DccSearch *search, GError **error)
{
    g_autoptr(GListModel) found = dcc_adapter_find_installations(adapter, search, error);
    DccCandidates *self;

    if (!found)
        return NULL;
    self = g_new0(DccCandidates, 1);
    self->adapter = g_object_ref(adapter);
    self->search = g_object_ref(search);
    self->list = list_candidates(found, search);
    return self;
}

void
dcc_candidates_free(DccCandidates *self)
{
    if (!self)
        return;
    dcc_version_errand_free(self->asking);
    dcc_errand_free(self->errand);
    g_ptr_array_unref(self->list);
    g_object_unref(self->search);
    g_object_unref(self->adapter);
    g_free(self);
}

/* (transfer container): those that are to be asked. */
static GPtrArray *
list_open(DccCandidates *self)
{
    GPtrArray *open = g_ptr_array_new();

    for (guint i = 0; i < self->list->len; i++) {
        Candidate *candidate = g_ptr_array_index(self->list, i);

        if (candidate->command)
            g_ptr_array_add(open, candidate);
    }
    return open;
}

gboolean
dcc_candidates_are_open(DccCandidates *self)
{
    g_autoptr(GPtrArray) open = list_open(self);

    return open->len > 0;
}

/* (transfer full): those that are open, with no version. */
static DccVersionMemory *
make_memory(DccCandidates *self)
{
    g_autoptr(GPtrArray) open = list_open(self);
    DccVersionMemory *memory = dcc_version_memory_new();

    for (guint i = 0; i < open->len; i++)
        dcc_version_memory_add(memory, ((Candidate *)g_ptr_array_index(open, i))->real, NULL);
    return memory;
}

/* memory: in the order of those that are open. */
static void
take_remembered(DccCandidates *self, DccVersionMemory *memory)
{
    g_autoptr(GPtrArray) open = list_open(self);

    for (guint i = 0; i < open->len; i++) {
        Candidate *candidate = g_ptr_array_index(open, i);
        const char *version = g_ptr_array_index(memory->versions, i);

        if (!version)
            continue;
        know_version(candidate, version);
        candidate->command = NULL;
    }
}

static void
tell(DccCandidates *self)
{
    g_clear_pointer(&self->errand, dcc_errand_free);
    self->func(self->data);
}

static void
on_recalled(gpointer memory, gpointer data)
{
    take_remembered(data, memory);
    tell(data);
}

static void
on_remembered(gpointer memory, gpointer data)
{
    tell(data);
}

static const DccErrandKind recall_kind = {
    "dcchost-recall", dcc_version_memory_read, on_recalled, dcc_version_memory_free, NULL};
static const DccErrandKind remember_kind = {
    "dcchost-remember", dcc_version_memory_write, on_remembered, dcc_version_memory_free, NULL};

void
dcc_candidates_recall_async(DccCandidates *self, DccCandidatesFunc func, gpointer data)
{
    self->func = func;
    self->data = data;
    self->errand = dcc_errand_begin(&recall_kind, make_memory(self), self);
}

void
dcc_candidates_wait(DccCandidates *self, gint64 end)
{
    gint64 left = end - g_get_monotonic_time();

    if (self->errand)
        dcc_errand_wait(self->errand, MAX(0, left) / 1000);
}

/* asks: in the order of those that are open. Nothing is left to be asked then. (transfer full): what is to be remembered. */
static DccVersionMemory *
read_answers(DccCandidates *self, const DccVersionAsk *asks)
{
    g_autoptr(GPtrArray) open = list_open(self);
    DccVersionMemory *memory = dcc_version_memory_new();

    for (guint i = 0; i < open->len; i++) {
        Candidate *candidate = g_ptr_array_index(open, i);

        read_answer(self->adapter, candidate, &asks[i], memory);
        candidate->command = NULL;
    }
    return memory;
}

static void
ask_open(DccCandidates *self)
{
    g_autoptr(GPtrArray) open = list_open(self);
    g_autofree DccVersionAsk *asks = g_new0(DccVersionAsk, open->len);
    g_autoptr(DccVersionMemory) memory = NULL;

    for (guint i = 0; i < open->len; i++)
        asks[i].argv = ((Candidate *)g_ptr_array_index(open, i))->command;
    dcc_version_ask(asks, open->len, VERSION_TIMEOUT_MS);
    memory = read_answers(self, asks);
    for (guint i = 0; i < open->len; i++)
        dcc_version_ask_clear(&asks[i]);
    if (memory->paths->len > 0)
        dcc_version_memory_write(memory);
}

void
dcc_candidates_ask(DccCandidates *self)
{
    g_autoptr(DccVersionMemory) memory = make_memory(self);

    dcc_version_memory_read(memory);
    take_remembered(self, memory);
    if (dcc_candidates_are_open(self))
        ask_open(self);
}

static void
on_asked(const DccVersionAsk *asks, gpointer data)
{
    DccCandidates *self = data;
    g_autoptr(DccVersionMemory) memory = read_answers(self, asks);

    g_clear_pointer(&self->asking, dcc_version_errand_free);
    if (self->cancelled || memory->paths->len == 0)
        self->func(self->data);
    else
        self->errand = dcc_errand_begin(&remember_kind, g_steal_pointer(&memory), self);
}

void
dcc_candidates_ask_async(DccCandidates *self, DccCandidatesFunc func, gpointer data)
{
    g_autoptr(GPtrArray) open = list_open(self);
    g_autoptr(GPtrArray) commands = g_ptr_array_new();

    for (guint i = 0; i < open->len; i++)
        g_ptr_array_add(commands, (gpointer)((Candidate *)g_ptr_array_index(open, i))->command);
    self->func = func;
    self->data = data;
    self->asking = dcc_version_errand_begin(commands, VERSION_TIMEOUT_MS, on_asked, self);
}

gboolean
dcc_candidates_are_asked(DccCandidates *self)
{
    return self->asking != NULL;
}

void
dcc_candidates_cancel(DccCandidates *self)
{
    self->cancelled = TRUE;
    g_clear_pointer(&self->errand, dcc_errand_free);
    if (self->asking)
        dcc_version_errand_cancel(self->asking);
}

/* A version that is no release is newer than every release, and nobody's default. */
static gboolean
is_prerelease(const char *version)
{
    static const char *const words[] = {"alpha", "beta", "rc", "dev", "nightly", "candidate"};
    g_autofree char *lower = version ? g_ascii_strdown(version, -1) : NULL;

    for (guint i = 0; lower && i < G_N_ELEMENTS(words); i++) {
        if (strstr(lower, words[i]))
            return TRUE;
    }
    return FALSE;
}

static void
reserve_prerelease(DccAdapter *adapter, DccSearch *search, DccInstallation *item, const char *real)
{
    const char *version = dcc_installation_get_version(item);
    g_autofree char *variable = dcc_candidates_make_variable(adapter);
    const char *executable = dcc_search_getenv(search, variable);
    g_autofree char *named = executable ? dcc_search_realpath(search, executable) : NULL;
    g_autofree char *reason = NULL;

    if (dcc_installation_get_reservation(item) || !is_prerelease(version) ||
        g_strcmp0(named, real) == 0)
        return;
    reason = g_strdup_printf(
        "no release; not started unless asked for with --version %s or $%s", version, variable);
    dcc_installation_set_reservation(item, reason);
}

static int
compare_installations(gconstpointer a, gconstpointer b, gpointer data)
{
    DccInstallation *one = (gpointer)a, *other = (gpointer)b;
    gboolean one_reserved = dcc_installation_get_reservation(one) != NULL;
    gboolean other_reserved = dcc_installation_get_reservation(other) != NULL;

    if (one_reserved != other_reserved)
        return one_reserved - other_reserved;
    return dcc_version_compare(dcc_installation_get_version(other),
                               dcc_installation_get_version(one));
}

GListModel *
dcc_candidates_list(DccCandidates *self)
{
    GListStore *list = g_list_store_new(DCC_TYPE_INSTALLATION);

    for (guint i = 0; i < self->list->len; i++) {
        Candidate *candidate = g_ptr_array_index(self->list, i);

        reserve_prerelease(self->adapter, self->search, candidate->installation, candidate->real);
        g_list_store_append(list, candidate->installation);
    }
    g_list_store_sort(list, compare_installations, NULL);
    return G_LIST_MODEL(list);
}
