/* The questions as a table, in the order of the slots: one row for each. */
#pragma once

#include "dcc-adapter.h"

G_BEGIN_DECLS

typedef enum {
    DCC_ANSWER_OBJECT,
    DCC_ANSWER_OBJECT_OR_NOTHING,
    DCC_ANSWER_LIST, /* a GListModel of the type */
    DCC_ANSWER_TEXT, /* or nothing */
} DccAnswerKind;

/* FALSE with *what (transfer full): what is wrong with it. */
typedef gboolean (*DccCheckFunc)(gpointer answer, char **what);

typedef struct {
    const char *name;
    gsize slot;        /* where it stands in the class */
    gpointer fallback; /* the function of the base class */
    DccAnswerKind answer;
    GType (*type)(void); /* of the answer, or of the items of a list; NULL: text */
    DccCheckFunc check;  /* of the answer, or of each item; NULL: any content is sound */
    const char *lead;    /* words before what the check says */
} DccQuestion;

extern const DccQuestion dcc_questions[DCC_ADAPTER_N_QUESTIONS];

/* Where a question stands in the table. */
#define DCC_QUESTION_INDEX(slot_)                                                                  \
    ((G_STRUCT_OFFSET(DccAdapterClass, slot_) - sizeof(GObjectClass)) / sizeof(gpointer))

/* Whether NULL without an error is an answer. */
gboolean
dcc_question_may_be_nothing(const DccQuestion *self);

G_END_DECLS
