/* What becomes of an adapter's answer.
 *
 * Contract: the result is sound, or NULL with an error; or NULL without one, where the question's
 * row says that nothing is an answer. Threading: that of the adapter.
 */
#include "dcc-answer.h"
#include "dcc-adapter-checks.h"
#include "dcc-error.h"

typedef struct {
    DccAnswerState *state;
    const char *adapter;
    const DccQuestion *question;
    GError **error;
} Settling;

void
dcc_answer_state_clear(DccAnswerState *self)
{
    g_clear_pointer(&self->failure, g_free);
    g_clear_pointer(&self->told, g_free);
}

/* Takes error: it names the adapter. */
static void
tell(Settling *self, GError *error)
{
    g_free(self->state->told);
    self->state->told = g_strdup(error->message);
    g_propagate_error(self->error, error);
}

G_GNUC_PRINTF(2, 3)
static void
blame(Settling *self, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    tell(self,
         g_error_new(DCC_ERROR,
                     DCC_ERROR_ADAPTER,
                     "adapter '%s' gave a bad answer to %s: %s",
                     self->adapter,
                     self->question->name,
                     what));
}

/* Takes raised. An adapter that asks itself another question hands on what that one was told. */
static void
hand_on(Settling *self, GError *raised)
{
    if (g_strcmp0(self->state->told, raised->message) != 0)
        g_prefix_error(&raised, "%s: ", self->adapter);
    tell(self, raised);
}

static void
drop(const DccQuestion *question, gpointer answer)
{
    if (question->answer == DCC_ANSWER_TEXT)
        g_free(answer);
    else if (G_IS_OBJECT(answer))
        g_object_unref(answer);
}

static gboolean
is_of_type(const DccQuestion *question, gpointer answer)
{
    if (question->answer == DCC_ANSWER_TEXT)
        return TRUE;
    return G_TYPE_CHECK_INSTANCE_TYPE(
        answer, question->answer == DCC_ANSWER_LIST ? G_TYPE_LIST_MODEL : question->type());
}

/* Takes answer. (transfer full): a sound copy of the list, or NULL. */
static gpointer
copy_list(Settling *self, GListModel *answer)
{
    const GType type = self->question->type();
    g_autoptr(GListModel) list = answer;
    g_autoptr(GListStore) copy = g_list_store_new(type);
    guint n = g_list_model_get_n_items(list);

    if (n > DCC_ADAPTER_MAX_ITEMS) {
        blame(self, "a list of %u, at most %d are taken", n, DCC_ADAPTER_MAX_ITEMS);
        return NULL;
    }
    for (guint i = 0; i < n; i++) {
        g_autoptr(GObject) item = g_list_model_get_item(list, i);
        g_autofree char *what = NULL;

        if (!item || !G_TYPE_CHECK_INSTANCE_TYPE(item, type)) {
            blame(self, "item %u of its list is no %s", i, g_type_name(type));
            return NULL;
        }
        if (!self->question->check(item, &what)) {
            blame(self, "item %u of its list has %s", i, what);
            return NULL;
        }
        g_list_store_append(copy, item);
    }
    return g_steal_pointer(&copy);
}

/* Takes answer, which is something. */
static gpointer
judge(Settling *self, gpointer answer)
{
    const DccQuestion *question = self->question;
    g_autofree char *what = NULL;

    if (!is_of_type(question, answer)) {
        blame(self,
              "it is no %s",
              g_type_name(question->answer == DCC_ANSWER_LIST ? G_TYPE_LIST_MODEL
                                                              : question->type()));
        drop(question, answer);
        return NULL;
    }
    if (question->answer == DCC_ANSWER_LIST)
        return copy_list(self, answer);
    if (!question->check || question->check(answer, &what))
        return answer;
    blame(self, "%s%s", question->lead, what);
    drop(question, answer);
    return NULL;
}

gpointer
dcc_answer_settle(DccAnswerState *state,
                  const char *adapter,
                  const DccQuestion *question,
                  gpointer answer,
                  GError *raised,
                  GError **error)
{
    Settling self = {.state = state, .adapter = adapter, .question = question, .error = error};
    g_autofree char *failure = g_steal_pointer(&state->failure);

    if (!failure && !raised && answer)
        return judge(&self, answer);
    if (!failure && !raised && dcc_question_may_be_nothing(question))
        return NULL;
    /* What it says of itself counts, whatever else it gave. */
    if (answer)
        drop(question, answer);
    if (raised && !failure) {
        hand_on(&self, raised);
        return NULL;
    }
    g_clear_error(&raised);
    blame(&self, "%s", failure ? failure : "nothing, and no reason");
    return NULL;
}
