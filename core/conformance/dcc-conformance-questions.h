/* How each question is asked, and what its answers may not claim. */
#pragma once

#include "dcc-questions.h"

G_BEGIN_DECLS

/* What is asked of one adapter, and with. */
typedef struct {
    DccAdapter *adapter;
    DccInstallation *installation; /* one of this machine where there is one */
    DccProbePlan *probe;
} DccSubject;

/* The part of a question that only the suite needs; the rest is its row in dcc_questions. */
typedef struct {
    guint (*n_inputs)(void);
    /* (transfer full): for people, after "with". */
    char *(*name_input)(guint i);
    /* (transfer full): NULL with the error set is no answer; without, the answer is "nothing". */
    gpointer (*ask)(const DccSubject *subject, guint i, GError **error);
    /* (transfer full): the answer in a word or two. */
    char *(*describe)(gpointer answer);
    /* (transfer full) (nullable): what is wrong with a sound answer to this input. May be NULL. */
    char *(*judge)(guint i, gpointer answer);
    /* Whether there may be no answer but errors. May be NULL: there must be one. */
    gboolean (*may_decline)(const DccSubject *subject);
    guint strictness; /* the bound is divided by this; 0: it is the bound */
} DccAsking;

/* In the order of dcc_questions. */
extern const DccAsking dcc_askings[DCC_ADAPTER_N_QUESTIONS];

G_END_DECLS
