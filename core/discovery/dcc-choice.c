/* Choosing a copy; see the header. The artist wants the newest, or the one asked for, and never a surprise. */
#include "dcc-choice.h"

#include "dcc-error.h"
#include "dcc-scene-fit.h"
#include "dcc-scene-head.h"
#include "dcc-search-errand.h"

#include <string.h>

struct _DccChoice {
    DccAdapter *adapter;
    DccSearch *search;
    DccCandidates *candidates; /* NULL: not known yet, or see error */
    GError *error;             /* why there are none */
    char *version;             /* asked for; NULL: none */
    char *scene;
    char *variable;
    const char *executable; /* that the variable names; the search's */
    DccInstallation *chosen;
    char *explanation;
    GBytes *head;               /* of the scene, once has_head; NULL: it cannot be read */
    gboolean has_head;          /* or there is no scene */
    DccSceneHead *reading;      /* NULL: not begun, or done */
    DccSearchErrand *searching; /* NULL: not begun */
    gboolean looking;           /* for copies, and for what is remembered of them */
    gboolean asking;
    DccChoiceFunc func;
    gpointer data;
};

static void
append_installations(GString *text, GListModel *list)
{
    for (guint i = 0; i < g_list_model_get_n_items(list); i++) {
        g_autoptr(DccInstallation) item = g_list_model_get_item(list, i);
        const char *version = dcc_installation_get_version(item);
        const char *reservation = dcc_installation_get_reservation(item);

        g_string_append_printf(text,
                               "\n  %s  %s",
                               version ? version : "(version not known)",
                               dcc_installation_get_executable(item));
        if (reservation)
            g_string_append_printf(text, "  (%s)", reservation);
    }
}

static void
set_not_installed(DccAdapter *adapter, DccSearch *search, const char *variable, GError **error)
{
    const char *const *places = dcc_search_get_places(search);
    g_autoptr(GString) text = g_string_new(NULL);

    g_string_printf(text, "%s is not installed; looked at:", dcc_adapter_get_title(adapter));
    for (guint i = 0; places[i]; i++)
        g_string_append_printf(text, "\n  %s", places[i]);
    g_string_append_printf(text, "\nset %s to its executable if it is elsewhere", variable);
    g_set_error_literal(error, DCC_ERROR, DCC_ERROR_NOT_INSTALLED, text->str);
}

/* There are copies, but none that may be taken. */
static void
set_none_fits(DccAdapter *adapter,
              GListModel *list,
              const char *version,
              const char *variable,
              GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);

    if (version)
        g_string_printf(
            text, "%s %s is not installed; there are:", dcc_adapter_get_title(adapter), version);
    else
        g_string_printf(text,
                        "no copy of %s is started unless its version is asked for or %s names it:",
                        dcc_adapter_get_title(adapter),
                        variable);
    append_installations(text, list);
    g_set_error_literal(error, DCC_ERROR, DCC_ERROR_NOT_INSTALLED, text->str);
}

static gboolean
fits(DccInstallation *installation, const char *version)
{
    const char *own = dcc_installation_get_version(installation);

    return !version || (own && dcc_version_matches(own, version));
}

/* (transfer full): the copy that the user's variable names. */
static DccInstallation *
find_named(GListModel *list, DccSearch *search, const char *executable, const char *version)
{
    g_autofree char *named = executable ? dcc_search_realpath(search, executable) : NULL;

    for (guint i = 0; named && i < g_list_model_get_n_items(list); i++) {
        g_autoptr(DccInstallation) item = g_list_model_get_item(list, i);
        g_autofree char *real = dcc_candidates_resolve(search, item);

        if (strcmp(real, named) == 0 && fits(item, version))
            return g_steal_pointer(&item);
    }
    return NULL;
}

/* (transfer full): the list is newest first, reserved last. */
static DccInstallation *
find_best(GListModel *list, const char *version)
{
    g_autoptr(DccInstallation) reserved = NULL;
    guint n_reserved = 0;

    for (guint i = 0; i < g_list_model_get_n_items(list); i++) {
        g_autoptr(DccInstallation) item = g_list_model_get_item(list, i);

        if (!fits(item, version))
            continue;
        if (!dcc_installation_get_reservation(item))
            return g_steal_pointer(&item);
        if (n_reserved++ == 0)
            reserved = g_object_ref(item);
    }
    return version && n_reserved == 1 ? g_steal_pointer(&reserved) : NULL;
}

/* A wish that cannot be met is said, not replaced by something else. */
static gboolean
check_override(DccSearch *search, const char *variable, const char *executable, GError **error)
{
    if (!executable || !*executable || dcc_search_is_executable(search, executable))
        return TRUE;
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_NOT_INSTALLED,
                "%s names %s, which is no executable file: mend it or unset it",
                variable,
                executable);
    return FALSE;
}

/* (transfer full): the one that fits the scene; those with a reservation are not chosen unasked. */
static DccInstallation *
find_fitting(GListModel *list, const char *saved)
{
    guint n = g_list_model_get_n_items(list);
    g_autofree const char **versions = g_new0(const char *, n + 1);
    int best;

    for (guint i = 0; i < n; i++) {
        g_autoptr(DccInstallation) item = g_list_model_get_item(list, i);

        if (!dcc_installation_get_reservation(item))
            versions[i] = dcc_installation_get_version(item);
    }
    best = dcc_scene_fit_choose(saved, versions, n);
    return best < 0 ? NULL : g_list_model_get_item(list, (guint)best);
}

/* What the user has to know of the choice. */
typedef struct {
    DccAdapter *adapter;
    const char *scene;
    const char *saved;
    const char *version; /* asked for */
    gboolean is_named;   /* by the variable */
    gboolean is_only;    /* there was nothing to choose from */
} Wish;

static const char *
why_older(const Wish *wish)
{
    if (wish->version)
        return "an older one was asked for";
    return wish->is_named ? "an older one is named by its variable"
                          : "all that is installed is older";
}

/* (transfer full) (nullable): one sentence. */
static char *
explain(const Wish *wish, const char *chosen)
{
    const char *title = dcc_adapter_get_title(wish->adapter);
    DccSceneFit fit = dcc_scene_fit(wish->saved, chosen);
    g_autofree char *name = wish->scene ? g_filename_display_basename(wish->scene) : NULL;
    g_autofree char *start = NULL;

    if (!wish->saved)
        return NULL;
    start = g_strdup_printf("scene '%s' was saved by %s %s", name, title, wish->saved);
    if (fit == DCC_SCENE_FIT_UNKNOWN)
        return g_strdup_printf("%s; which version is started cannot be told", start);
    if (fit == DCC_SCENE_FIT_OLDER)
        return g_strdup_printf("%s and %s: %s is started, which may not read all of it, so save "
                               "under another name",
                               start,
                               why_older(wish),
                               chosen);
    if (wish->version || wish->is_named)
        return NULL;
    if (fit == DCC_SCENE_FIT_SAME)
        return wish->is_only ? NULL : g_strdup_printf("%s: %s is started", start, chosen);
    return g_strdup_printf("%s, which is not installed: the %s is started, %s",
                           start,
                           fit == DCC_SCENE_FIT_NEWER ? "nearest newer one" : "newest",
                           chosen);
}

/* (transfer full): explained, if wish is, for people. */
static DccInstallation *
choose_from(GListModel *list, DccSearch *search, Wish *wish, const char *executable)
{
    g_autoptr(DccInstallation) chosen =
        find_named(list, search, executable && *executable ? executable : NULL, wish->version);

    wish->is_named = chosen != NULL;
    wish->is_only = g_list_model_get_n_items(list) == 1;
    if (!chosen && !wish->version && wish->saved)
        chosen = find_fitting(list, wish->saved);
    if (!chosen)
        chosen = find_best(list, wish->version);
    return g_steal_pointer(&chosen);
}

DccChoice *
dcc_choice_new(DccAdapter *adapter, DccSearch *search, const char *version, const char *scene)
{
    DccChoice *self = g_new0(DccChoice, 1);

    self->adapter = g_object_ref(adapter);
    self->search = g_object_ref(search);
    self->version = g_strdup(version);
    self->scene = g_strdup(scene);
    self->has_head = scene == NULL;
    self->variable = dcc_candidates_make_variable(adapter);
    return self;
}

/* All that a search is asked for later on is asked for here, so that it is known then. */
static void
find(gpointer data)
{
    DccChoice *self = data;

    g_clear_pointer(&self->candidates, dcc_candidates_free);
    g_clear_error(&self->error);
    self->executable = dcc_search_getenv(self->search, self->variable);
    if (!check_override(self->search, self->variable, self->executable, &self->error))
        return;
    if (self->executable)
        g_free(dcc_search_realpath(self->search, self->executable));
    self->candidates = dcc_candidates_new(self->adapter, self->search, &self->error);
}

static gboolean
has_found(DccChoice *self, GError **error)
{
    if (self->error && error)
        *error = g_error_copy(self->error);
    return !self->error;
}

DccCandidates *
dcc_choice_find(DccChoice *self, GError **error)
{
    find(self);
    return has_found(self, error) ? self->candidates : NULL;
}

static void
tell_if_closed(DccChoice *self)
{
    DccChoiceFunc func = self->func;

    if (!func || self->looking || self->asking || !(self->has_head || self->error))
        return;
    self->func = NULL;
    func(self->data);
}

static void
on_asked(gpointer data)
{
    DccChoice *self = data;

    self->asking = FALSE;
    tell_if_closed(self);
}

static void
ask(DccChoice *self)
{
    self->asking = self->candidates && dcc_candidates_are_open(self->candidates);
    if (self->asking)
        dcc_candidates_ask_async(self->candidates, on_asked, self);
}

static void
on_recalled(gpointer data)
{
    DccChoice *self = data;

    self->looking = FALSE;
    if (self->func)
        ask(self);
    tell_if_closed(self);
}

static void
on_found(gpointer data)
{
    DccChoice *self = data;

    if (self->candidates)
        dcc_candidates_recall_async(self->candidates, on_recalled, self);
    else
        on_recalled(self);
}

static const DccSearchErrandHandler search_handler = {find, on_found};

/* (transfer full): of what is known now. */
static DccInstallation *
choose(DccChoice *self, Wish *wish, GError **error)
{
    g_autoptr(GListModel) list = dcc_candidates_list(self->candidates);
    DccInstallation *chosen = choose_from(list, self->search, wish, self->executable);

    if (chosen)
        return chosen;
    if (g_list_model_get_n_items(list) == 0)
        set_not_installed(self->adapter, self->search, self->variable, error);
    else
        set_none_fits(self->adapter, list, self->version, self->variable, error);
    return NULL;
}

/* What a scene says decides between those that there are, and never that there is none. */
static gboolean
check(DccChoice *self, GError **error)
{
    Wish wish = {.adapter = self->adapter, .version = self->version};
    g_autoptr(DccInstallation) chosen = NULL;

    if (!has_found(self, error))
        return FALSE;
    if (dcc_candidates_are_open(self->candidates))
        return TRUE;
    chosen = choose(self, &wish, error);
    return chosen != NULL;
}

gboolean
dcc_choice_begin(DccChoice *self, gint64 patience_ms, GError **error)
{
    gint64 end = g_get_monotonic_time() + patience_ms * 1000;

    self->looking = TRUE;
    self->searching = dcc_search_errand_new(self->search, &search_handler, self);
    dcc_search_errand_begin(self->searching);
    dcc_search_errand_wait(self->searching, end);
    if (self->looking && self->candidates)
        dcc_candidates_wait(self->candidates, end);
    return self->looking || check(self, error);
}

gboolean
dcc_choice_is_open(DccChoice *self)
{
    return self->looking || !self->has_head || dcc_candidates_are_open(self->candidates);
}

static void
take_head(DccChoice *self, GBytes *head)
{
    self->head = head;
    self->has_head = TRUE;
}

static void
on_head(GBytes *head, gpointer data)
{
    DccChoice *self = data;

    take_head(self, head ? g_bytes_ref(head) : NULL);
    tell_if_closed(self);
}

void
dcc_choice_close_async(DccChoice *self, DccChoiceFunc func, gpointer data)
{
    self->func = func;
    self->data = data;
    if (!self->looking)
        ask(self);
    if (!self->has_head)
        self->reading = dcc_scene_head_begin(self->scene, on_head, self);
}

DccInstallation *
dcc_choice_make(DccChoice *self, GError **error)
{
    g_autofree char *saved = NULL;

    if (self->chosen)
        return self->chosen;
    if (!has_found(self, error))
        return NULL;
    if (!self->has_head)
        take_head(self, dcc_scene_head_read(self->scene));
    saved = self->head ? dcc_adapter_read_scene_version(self->adapter, self->head) : NULL;

    Wish wish = {
        .adapter = self->adapter, .scene = self->scene, .saved = saved, .version = self->version};

    self->chosen = choose(self, &wish, error);
    if (self->chosen)
        self->explanation = explain(&wish, dcc_installation_get_version(self->chosen));
    return self->chosen;
}

const char *
dcc_choice_get_explanation(DccChoice *self)
{
    return self->explanation;
}

void
dcc_choice_cancel(DccChoice *self)
{
    g_clear_pointer(&self->searching, dcc_search_errand_free);
    g_clear_pointer(&self->reading, dcc_scene_head_free);
    if (self->candidates)
        dcc_candidates_cancel(self->candidates);
}

gboolean
dcc_choice_runs_commands(DccChoice *self)
{
    return self->candidates && dcc_candidates_are_asked(self->candidates);
}

void
dcc_choice_free(DccChoice *self)
{
    if (!self)
        return;
    dcc_search_errand_free(self->searching);
    g_clear_error(&self->error);
    dcc_scene_head_free(self->reading);
    g_clear_pointer(&self->candidates, dcc_candidates_free);
    g_clear_pointer(&self->head, g_bytes_unref);
    g_clear_object(&self->chosen);
    g_free(self->explanation);
    g_free(self->version);
    g_free(self->scene);
    g_free(self->variable);
    g_object_unref(self->search);
    g_object_unref(self->adapter);
    g_free(self);
}
