/* The inside of the conformance suite: the ways to ask, the questions, and making rows. */
#pragma once

#include "dcc-conformance.h"

G_BEGIN_DECLS

/* What a session may ask with. Each has a name that can be read after "with". */
guint
dcc_conformance_n_searches(void);
const char *
dcc_conformance_search_name(guint i);
DccSearch *
dcc_conformance_new_search(guint i);
/* TRUE: there is nothing to be found there. */
gboolean
dcc_conformance_search_is_empty(guint i);

guint
dcc_conformance_n_requests(void);
const char *
dcc_conformance_request_name(guint i);
DccLaunchRequest *
dcc_conformance_new_request(guint i, const char *app);
/* (transfer full): all that an adapter can read of a request, to be compared. */
char *
dcc_conformance_request_digest(DccLaunchRequest *request);

guint
dcc_conformance_n_exits(void);
const char *
dcc_conformance_exit_name(guint i);
DccExitInfo *
dcc_conformance_new_exit(guint i);
/* TRUE: nobody may call it an orderly end. */
gboolean
dcc_conformance_exit_is_bad(guint i);

guint
dcc_conformance_n_replies(void);
const char *
dcc_conformance_reply(guint i);
/* TRUE: it says nothing of the application's health. */
gboolean
dcc_conformance_reply_is_senseless(guint i);

guint
dcc_conformance_n_lines(void);
/* (transfer full) */
char *
dcc_conformance_new_line(guint i);

guint
dcc_conformance_n_outputs(void);
/* (transfer full) */
char *
dcc_conformance_new_output(guint i);

guint
dcc_conformance_n_rescues(void);
const char *
dcc_conformance_rescue_name(guint i);
DccRescueFile *
dcc_conformance_new_rescue(guint i);

/* What is asked of one adapter, and with. */
typedef struct {
    DccAdapter *adapter;
    DccInstallation *installation; /* one of this machine where there is one */
    DccProbePlan *probe;
} DccSubject;

/* A question as data. Answers are of no one type: release frees one. */
typedef struct {
    const char *name;
    gsize slot; /* where it stands in the class */
    guint (*n_inputs)(void);
    /* (transfer full): for people, after "with". */
    char *(*name_input)(guint i);
    /* (transfer full): NULL with the error set is no answer; without, the answer is "nothing". */
    gpointer (*ask)(const DccSubject *subject, guint i, GError **error);
    void (*release)(gpointer answer);
    /* (transfer full): the answer in a word or two. */
    char *(*describe)(gpointer answer);
    /* (transfer full) (nullable): what is wrong with a sound answer to this input. May be NULL. */
    char *(*judge)(guint i, gpointer answer);
    /* Whether there may be no answer but errors. May be NULL: there must be one. */
    gboolean (*may_decline)(const DccSubject *subject);
    guint strictness; /* the bound is divided by this */
} DccQuestion;

extern const DccQuestion dcc_questions[];
extern const guint dcc_n_questions;

/* Takes seen and reason. */
DccConformanceRow *
dcc_conformance_row_new(const char *question,
                        DccOutcome outcome,
                        char *seen,
                        char *reason,
                        guint n_asked,
                        gint64 slowest_us);

G_END_DECLS
