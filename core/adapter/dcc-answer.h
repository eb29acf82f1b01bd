/* What becomes of an adapter's answer: sound, or an error that names the adapter and the question.
 */
#pragma once

#include "dcc-questions.h"

G_BEGIN_DECLS

/* What an adapter carries from one question to the next. */
typedef struct {
    char *failure; /* what it said of the question being asked */
    char *told;    /* the last error that left here: it names the adapter already */
} DccAnswerState;

void
dcc_answer_state_clear(DccAnswerState *self);
/* Takes answer and raised. (transfer full): the answer if it is sound; a copy, if it is a list, so
 * that the adapter cannot change it afterwards. NULL with no error where nothing is an answer.
 * adapter: its name in messages. */
gpointer
dcc_answer_settle(DccAnswerState *self,
                  const char *adapter,
                  const DccQuestion *question,
                  gpointer answer,
                  GError *raised,
                  GError **error);

G_END_DECLS
