/* The abstract adapter: its name, and the asking.
 *
 * Problem: an adapter is foreign code, in C or Python. It may return nothing and say
 * nothing, raise and return something, answer with the wrong kind of object or with a plan no
 * kernel would take. Contract: a caller of these wrappers gets a sound answer or an error that
 * names the adapter and the question; where a question has no way to return an error, the log says
 * it. What an answer must be, and the answer of one that does not answer, is in dcc-questions.c.
 * Threading: an adapter belongs to the thread that made it.
 */
#include "dcc-adapter-private.h"
#include "dcc-answer.h"
#include "dcc-questions.h"
#include <string.h>

typedef struct {
    char *id;
    char *title;
    DccAnswerState state;
    GError **caught; /* where the errors of questions without one go; NULL: into the log */
} DccAdapterPrivate;

enum { PROP_ID = 1, PROP_TITLE, N_PROPS };

static GParamSpec *properties[N_PROPS];

/**
 * DccAdapter:
 *
 * Answers questions about one application: where it is, how it is started, how it is asked to
 * save and quit, what its output and its end mean. It never spawns, waits, kills or writes.
 * Derive from it, in C or in Python, and answer what you know: each question has a default.
 *
 * Since: 1.0
 */
G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE(DccAdapter, dcc_adapter, G_TYPE_OBJECT)

/* Modules built against another minor must find every slot where they left it. */
G_STATIC_ASSERT(sizeof(DccAdapterClass) ==
                sizeof(GObjectClass) + DCC_ADAPTER_N_SLOTS * sizeof(gpointer));

static void
take_string(char **field, const GValue *value)
{
    /* A subclass may name itself in its init function: what g_object_new() sets later does not count.
     */
    if (!*field)
        *field = g_value_dup_string(value);
}

static void
dcc_adapter_set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
    DccAdapterPrivate *priv = dcc_adapter_get_instance_private(DCC_ADAPTER(object));

    switch (id) {
    case PROP_ID:
        take_string(&priv->id, value);
        break;
    case PROP_TITLE:
        take_string(&priv->title, value);
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
    }
}

static void
dcc_adapter_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
    switch (id) {
    case PROP_ID:
        g_value_set_string(value, dcc_adapter_get_id(DCC_ADAPTER(object)));
        break;
    case PROP_TITLE:
        g_value_set_string(value, dcc_adapter_get_title(DCC_ADAPTER(object)));
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
    }
}

static void
dcc_adapter_finalize(GObject *object)
{
    DccAdapterPrivate *priv = dcc_adapter_get_instance_private(DCC_ADAPTER(object));

    g_free(priv->id);
    g_free(priv->title);
    dcc_answer_state_clear(&priv->state);
    G_OBJECT_CLASS(dcc_adapter_parent_class)->finalize(object);
}

static void
install_properties(GObjectClass *object_class)
{
    const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

    /**
     * DccAdapter:id:
     *
     * The name of the application in commands: lower-case letters, digits and '-'. A subclass may
     * set it in its init function; an adapter without one takes the name that it is registered
     * under.
     *
     * Since: 1.0
     */
    properties[PROP_ID] = g_param_spec_string("id", "Id", "Name in commands", NULL, flags);
    /**
     * DccAdapter:title:
     *
     * What people call the application; the id where nothing was given.
     *
     * Since: 1.0
     */
    properties[PROP_TITLE] = g_param_spec_string("title", "Title", "Name for people", NULL, flags);
    g_object_class_install_properties(object_class, N_PROPS, properties);
}

static void
dcc_adapter_class_init(DccAdapterClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);

    object_class->set_property = dcc_adapter_set_property;
    object_class->get_property = dcc_adapter_get_property;
    object_class->finalize = dcc_adapter_finalize;
    install_properties(object_class);

    for (guint i = 0; i < DCC_ADAPTER_N_QUESTIONS; i++)
        G_STRUCT_MEMBER(gpointer, klass, dcc_questions[i].slot) = dcc_questions[i].fallback;
}

static void
dcc_adapter_init(DccAdapter *self)
{
}

/**
 * dcc_adapter_id_is_valid:
 * @id: (nullable): a word
 *
 * Whether an adapter may have this id: lower-case letters, digits and '-', a letter first, at most
 * 64. It becomes a file name and a word on command lines.
 *
 * Returns: %TRUE if it may
 * Since: 1.0
 */
gboolean
dcc_adapter_id_is_valid(const char *id)
{
    gsize length = id ? strlen(id) : 0;

    return length > 0 && length <= 64 && g_ascii_islower(id[0]) &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

/**
 * dcc_adapter_set_failure:
 * @self: an adapter
 * @what: (nullable): one line for people; %NULL: it has not failed after all
 *
 * Says, while a question is being answered, that it could not be: whatever is returned then does
 * not count, and the answer is refused with these words, in the name of the adapter and the
 * question. For language bindings, whose methods raise, and for questions that return no error.
 *
 * Since: 1.0
 */
void
dcc_adapter_set_failure(DccAdapter *self, const char *what)
{
    DccAdapterPrivate *priv = dcc_adapter_get_instance_private(self);

    g_return_if_fail(DCC_IS_ADAPTER(self));

    g_free(priv->state.failure);
    priv->state.failure = g_strdup(what);
}

void
dcc_adapter_catch(DccAdapter *self, GError **caught)
{
    DccAdapterPrivate *priv = dcc_adapter_get_instance_private(self);

    priv->caught = caught;
}

gboolean
dcc_adapter_adopt_id(DccAdapter *self, const char *id)
{
    DccAdapterPrivate *priv = dcc_adapter_get_instance_private(self);

    if (!priv->id)
        priv->id = g_strdup(id);
    return g_strcmp0(priv->id, id) == 0;
}

/**
 * dcc_adapter_get_id:
 * @self: an adapter
 *
 * The name of the application in commands ("blender").
 *
 * Returns: (transfer none) (nullable): the id; %NULL for an adapter that was given none and is not
 * in a registry yet
 * Since: 1.0
 */
const char *
dcc_adapter_get_id(DccAdapter *self)
{
    DccAdapterPrivate *priv = dcc_adapter_get_instance_private(self);

    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);

    return priv->id;
}

/**
 * dcc_adapter_get_title:
 * @self: an adapter
 *
 * What people call the application ("Blender").
 *
 * Returns: (transfer none) (nullable): the title, or the id where it has none
 * Since: 1.0
 */
const char *
dcc_adapter_get_title(DccAdapter *self)
{
    DccAdapterPrivate *priv = dcc_adapter_get_instance_private(self);

    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);

    return priv->title ? priv->title : priv->id;
}

/* A subclass may have emptied a slot: then the base class answers. */
#define SLOT(self, slot_)                                                                          \
    (DCC_ADAPTER_GET_CLASS(self)->slot_                                                            \
         ? DCC_ADAPTER_GET_CLASS(self)->slot_                                                      \
         : ((DccAdapterClass *)g_type_class_peek_static(DCC_TYPE_ADAPTER))->slot_)

/* The answer to a question that may return an error, judged. */
#define ASK(self, slot_, error, ...)                                                               \
    ({                                                                                             \
        GError *raised_ = NULL;                                                                    \
        gpointer answer_;                                                                          \
        begin(self);                                                                               \
        answer_ = SLOT(self, slot_)(self, __VA_ARGS__, &raised_);                                  \
        settle(self, DCC_QUESTION_INDEX(slot_), answer_, raised_, error);                          \
    })

/* The answer to one that may not; what is wrong with it goes into the log. */
#define ASK_QUIETLY(self, slot_, ...)                                                              \
    ({                                                                                             \
        gpointer answer_;                                                                          \
        begin(self);                                                                               \
        answer_ = SLOT(self, slot_)(self, __VA_ARGS__);                                            \
        settle_quietly(self, DCC_QUESTION_INDEX(slot_), answer_);                                  \
    })

static const char *
name_of(DccAdapter *self)
{
    const char *id = dcc_adapter_get_id(self);

    return id ? id : G_OBJECT_TYPE_NAME(self);
}

/* What was said before this question was asked is none of its answer. */
static void
begin(DccAdapter *self)
{
    DccAdapterPrivate *priv = dcc_adapter_get_instance_private(self);

    g_clear_pointer(&priv->state.failure, g_free);
}

static gpointer
settle(DccAdapter *self, gsize question, gpointer answer, GError *raised, GError **error)
{
    DccAdapterPrivate *priv = dcc_adapter_get_instance_private(self);

    return dcc_answer_settle(
        &priv->state, name_of(self), &dcc_questions[question], answer, raised, error);
}

/* The adapter has to be mended all the same. */
static void
complain(DccAdapter *self, GError *error)
{
    DccAdapterPrivate *priv = dcc_adapter_get_instance_private(self);

    if (priv->caught) {
        g_propagate_error(priv->caught, error);
        return;
    }
    g_log_structured("dcchost",
                     G_LOG_LEVEL_WARNING,
                     "DCC_ADAPTER",
                     name_of(self),
                     "MESSAGE",
                     "%s",
                     error->message);
    g_error_free(error);
}

static gpointer
settle_quietly(DccAdapter *self, gsize question, gpointer answer)
{
    DccAdapterPrivate *priv = dcc_adapter_get_instance_private(self);
    GError *error = NULL;
    gpointer settled;

    /* Most lines of output say nothing, and every line is asked about. */
    if (G_LIKELY(!answer && !priv->state.failure) &&
        dcc_question_may_be_nothing(&dcc_questions[question]))
        return NULL;
    settled = settle(self, question, answer, NULL, &error);
    if (error)
        complain(self, error);
    return settled;
}

/**
 * dcc_adapter_find_installations: (virtual find_installations)
 * @self: an adapter
 * @search: where to look; it remembers the places
 * @error: return location for an error
 *
 * Asks which copies of the application are installed. Looking is cheap and starts nothing: a
 * version that only the application can tell is left to the installation's version command.
 *
 * Returns: (transfer full): a list of #DccInstallation, best first; empty where there is none
 * Since: 1.0
 */
GListModel *
dcc_adapter_find_installations(DccAdapter *self, DccSearch *search, GError **error)
{
    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_SEARCH(search), NULL);

    return ASK(self, find_installations, error, search);
}

/**
 * dcc_adapter_read_version: (virtual read_version)
 * @self: an adapter
 * @installation: the copy that was asked
 * @output: what its version command printed, as valid UTF-8
 *
 * Asks which version an output speaks of. An answer that cannot be a version is dropped with a
 * warning.
 *
 * Returns: (transfer full) (nullable): the version, or %NULL when the output holds none
 * Since: 1.0
 */
char *
dcc_adapter_read_version(DccAdapter *self, DccInstallation *installation, const char *output)
{
    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_INSTALLATION(installation), NULL);
    g_return_val_if_fail(output != NULL, NULL);

    return ASK_QUIETLY(self, read_version, installation, output);
}

/**
 * dcc_adapter_plan_launch: (virtual plan_launch)
 * @self: an adapter
 * @installation: the copy to start
 * @request: what the user wants
 * @error: return location for an error
 *
 * Asks how to start the application.
 *
 * Returns: (transfer full): the plan: an absolute executable, at most 4096 arguments and 1 MiB of
 * them, files below the private directory
 * Since: 1.0
 */
DccLaunchPlan *
dcc_adapter_plan_launch(DccAdapter *self,
                        DccInstallation *installation,
                        DccLaunchRequest *request,
                        GError **error)
{
    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_INSTALLATION(installation), NULL);
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(request), NULL);

    return ASK(self, plan_launch, error, installation, request);
}

/**
 * dcc_adapter_plan_probe: (virtual plan_probe)
 * @self: an adapter
 * @request: what was started
 * @error: return location for an error
 *
 * Asks how to find out whether the application is well.
 *
 * Returns: (transfer full): the plan
 * Since: 1.0
 */
DccProbePlan *
dcc_adapter_plan_probe(DccAdapter *self, DccLaunchRequest *request, GError **error)
{
    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(request), NULL);

    return ASK(self, plan_probe, error, request);
}

/**
 * dcc_adapter_read_probe: (virtual read_probe)
 * @self: an adapter
 * @plan: what was asked
 * @reply: the agent's result, as JSON text
 * @error: return location for an error
 *
 * Asks what an agent's answer means.
 *
 * Returns: (transfer full): what is known of the application's health
 * Since: 1.0
 */
DccProbeReply *
dcc_adapter_read_probe(DccAdapter *self, DccProbePlan *plan, const char *reply, GError **error)
{
    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_PROBE_PLAN(plan), NULL);
    g_return_val_if_fail(reply != NULL, NULL);

    return ASK(self, read_probe, error, plan, reply);
}

/**
 * dcc_adapter_plan_stop: (virtual plan_stop)
 * @self: an adapter
 * @request: what was started
 * @error: return location for an error
 *
 * Asks how the application is told to save and quit.
 *
 * Returns: (transfer full): the plan
 * Since: 1.0
 */
DccStopPlan *
dcc_adapter_plan_stop(DccAdapter *self, DccLaunchRequest *request, GError **error)
{
    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(request), NULL);

    return ASK(self, plan_stop, error, request);
}

/**
 * dcc_adapter_read_line: (virtual read_line)
 * @self: an adapter
 * @line: one line of output: valid UTF-8, no line end
 *
 * Asks what a line of the application's output says. It is asked of every line, so it must be
 * quick.
 *
 * Returns: (transfer full) (nullable): what it says, or %NULL when it says nothing
 * Since: 1.0
 */
DccOutputEvent *
dcc_adapter_read_line(DccAdapter *self, const char *line)
{
    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(line != NULL, NULL);

    return ASK_QUIETLY(self, read_line, line);
}

/**
 * dcc_adapter_judge_exit: (virtual judge_exit)
 * @self: an adapter
 * @info: the facts of the ended run
 *
 * Asks what an end means. An adapter that has nothing to say (a Python one that raised, say) is
 * replaced by the default judgement, with a warning: an end is never left without a meaning.
 *
 * Returns: (transfer full) (not nullable): the verdict
 * Since: 1.0
 */
DccVerdict *
dcc_adapter_judge_exit(DccAdapter *self, DccExitInfo *info)
{
    DccAdapterClass *base = g_type_class_peek_static(DCC_TYPE_ADAPTER);
    DccVerdict *answer;

    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_EXIT_INFO(info), NULL);

    answer = ASK_QUIETLY(self, judge_exit, info);
    return answer ? answer : base->judge_exit(self, info);
}

/**
 * dcc_adapter_list_rescue_files: (virtual list_rescue_files)
 * @self: an adapter
 * @info: the facts of the ended run
 * @error: return location for an error
 *
 * Asks which files hold work or evidence of an ended run.
 *
 * Returns: (transfer full): a list of #DccRescueFile with absolute paths, newest first
 * Since: 1.0
 */
GListModel *
dcc_adapter_list_rescue_files(DccAdapter *self, DccExitInfo *info, GError **error)
{
    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_EXIT_INFO(info), NULL);

    return ASK(self, list_rescue_files, error, info);
}

/**
 * dcc_adapter_plan_recovery: (virtual plan_recovery)
 * @self: an adapter
 * @installation: the copy to start
 * @request: what the user wanted
 * @file: the rescued work to go on with
 * @error: return location for an error
 *
 * Asks how to start the application again with rescued work.
 *
 * Returns: (transfer full): the plan, as of dcc_adapter_plan_launch()
 * Since: 1.0
 */
DccLaunchPlan *
dcc_adapter_plan_recovery(DccAdapter *self,
                          DccInstallation *installation,
                          DccLaunchRequest *request,
                          DccRescueFile *file,
                          GError **error)
{
    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_INSTALLATION(installation), NULL);
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(request), NULL);
    g_return_val_if_fail(DCC_IS_RESCUE_FILE(file), NULL);

    return ASK(self, plan_recovery, error, installation, request, file);
}

/**
 * dcc_adapter_read_scene_version: (virtual read_scene_version)
 * @self: an adapter
 * @head: the first bytes of the scene, at most %DCC_ADAPTER_SCENE_HEAD of them; all of a shorter one
 *
 * Asks which version of the application saved a scene, so that this one is started for it. An
 * answer that cannot be a version is dropped with a warning.
 *
 * Returns: (transfer full) (nullable): the version, or %NULL when it cannot be told
 * Since: 1.0
 */
char *
dcc_adapter_read_scene_version(DccAdapter *self, GBytes *head)
{
    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(head != NULL, NULL);

    return ASK_QUIETLY(self, read_scene_version, head);
}

/**
 * dcc_adapter_plan_render: (virtual plan_render)
 * @self: an adapter
 * @installation: the copy to start
 * @request: what the user wants; its dcc_launch_request_get_render() says which frames, and where
 *   their pictures go
 * @error: return location for an error
 *
 * Asks how to start the application so that it renders frames and ends. A plan that cannot take
 * them all at once takes some, and says which with dcc_launch_plan_set_frames(); what is left is
 * asked for again when that run is over. Pictures are told by dcc_adapter_read_line(), as
 * %DCC_OUTPUT_SAVED; they are looked for where the job says whether or not a line tells of them.
 *
 * Returns: (transfer full): the plan, as of dcc_adapter_plan_launch(); %NULL with
 *   `DCC_ERROR_NOT_SUPPORTED` from an adapter that does not answer
 * Since: 1.0
 */
DccLaunchPlan *
dcc_adapter_plan_render(DccAdapter *self,
                        DccInstallation *installation,
                        DccLaunchRequest *request,
                        GError **error)
{
    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_INSTALLATION(installation), NULL);
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(request), NULL);
    g_return_val_if_fail(dcc_launch_request_get_render(request) != NULL, NULL);

    return ASK(self, plan_render, error, installation, request);
}
