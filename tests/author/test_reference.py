"""docs/adapter-abi.md and docs/adapter-reference.md against the headers: no slot, field, constant, limit, enumeration,
function or agent's method is missing or stale."""

import re

import pytest

from conftest import ROOT

ADAPTER = ROOT / "core" / "adapter"
PAGE = (ROOT / "docs" / "adapter-abi.md").read_text(encoding="utf-8")


def flat(text):
    """On one line, as nobody breaks it."""
    return re.sub(r"\s+", " ", re.sub(r"\(\s+", "(", text)).strip()


def inside(name, start, end):
    text = (ADAPTER / name).read_text(encoding="utf-8")
    return text.split(start, 1)[1].split(end, 1)[0]


SLOTS = {re.search(r"\(\*(\w+)\)", each).group(1): flat(each) + ";"
         for each in inside("dcc-adapter.h", "GObjectClass parent_class;", "/*< private >*/").split(";")
         if each.strip()}
FIELDS = re.findall(r"^ {4}([\w ]+?\**)\(?\*?(\w+)\)?(?:\(void\))?;$",
                    inside("dcc-adapter-module.h", "typedef struct {\n", "} DccAdapterModule;"), re.M)


def test_there_is_something_to_look_for():
    assert len(SLOTS) >= 10 and len(FIELDS) >= 9, (SLOTS, FIELDS)


@pytest.mark.parametrize("slot", sorted(SLOTS))
def test_a_slot(slot):
    section = re.search(r"^### %s\n(.*?)(?=^##)" % slot, PAGE, re.M | re.S)
    assert section, "docs/adapter-abi.md has no section on " + slot
    signature = re.search(r"^```c\n(.*?)^```$", section.group(1), re.M | re.S).group(1)
    assert flat(signature) == SLOTS[slot]
    assert "Asked" in section.group(1) or slot == "plan_recovery"
    assert "Default:" in section.group(1)


def test_no_slot_that_there_is_not():
    assert re.findall(r"^### (\w+)$", PAGE, re.M) == list(SLOTS)


@pytest.mark.parametrize("field", [name for _type, name in FIELDS])
def test_a_field(field):
    assert re.search(r"^\| `%s` \| `" % field, PAGE, re.M), field


def test_the_fields_in_order():
    shown = re.findall(r"^\| `(\w+)` \| `[^`]+` \|", PAGE, re.M)
    assert shown == [name for _type, name in FIELDS]


def number_of(name, constant):
    text = (ADAPTER / name).read_text(encoding="utf-8")
    value = re.search(r"^#define %s +(.+?)(?: /\*.*)?$" % constant, text, re.M).group(1)
    if value == "(DCC_ADAPTER_N_QUESTIONS - 10)":  # every question after the first ten is a minor
        return len(SLOTS) - 10
    product = 1
    for factor in value.strip("()").rstrip("u").split(" * "):
        product *= int(factor, 0)
    return product


@pytest.mark.parametrize("name, constant", [
    ("dcc-adapter.h", "DCC_ADAPTER_N_SLOTS"),
    ("dcc-adapter-module.h", "DCC_ADAPTER_ABI_MAJOR"),
    ("dcc-adapter-module.h", "DCC_ADAPTER_ABI_MINOR"), ("dcc-adapter-module.h", "DCC_ADAPTER_MODULE_MAGIC")])
def test_a_constant(name, constant):
    value = number_of(name, constant)
    assert re.search(r"`%s`, (%d|0x%x)\b" % (constant, value, value), PAGE), (constant, value)


@pytest.mark.parametrize("name, constant, words", [
    ("dcc-adapter-checks.h", "DCC_ADAPTER_MAX_ITEMS", "at most %d items"),
    ("dcc-adapter-checks.c", "MAX_ARGS", "at most %d strings"),
    ("dcc-adapter-checks.c", "MAX_ARG_BYTES", "and %d bytes"),
    ("dcc-adapter-checks.c", "MAX_FILES", "at most %d, each below"),
    ("dcc-adapter-checks.c", "MAX_VERSION", "1 to %d visible"),
    ("dcc-adapter-checks.c", "MAX_QUIT_MS", "0 to %d ms")])
def test_a_limit(name, constant, words):
    assert words % number_of(name, constant) in PAGE


def test_the_variables_of_the_search_path():
    text = (ADAPTER / "dcc-adapter-registry.c").read_text(encoding="utf-8")
    for variable in re.findall(r'g_getenv\("(\w+)"\)', text):
        assert "$" + variable in PAGE, variable


REFERENCE = (ROOT / "docs" / "adapter-reference.md").read_text(encoding="utf-8")
# What an adapter is given and gives; in the order of the page.
TYPES = {"DccSearch": "adapter/dcc-search.h", "DccInstallation": "values/dcc-installation.h",
         "DccLaunchRequest": "values/dcc-launch-request.h", "DccRenderJob": "values/dcc-render-job.h",
         "DccFrames": "values/dcc-frames.h", "DccFramePath": "values/dcc-frame-path.h",
         "DccLaunchPlan": "values/dcc-launch-plan.h",
         "DccProbePlan": "values/dcc-probe-plan.h", "DccProbeReply": "values/dcc-probe-reply.h",
         "DccStopPlan": "values/dcc-stop-plan.h", "DccOutputEvent": "values/dcc-output-event.h",
         "DccExitInfo": "values/dcc-exit-info.h", "DccVerdict": "values/dcc-verdict.h",
         "DccRescueFile": "values/dcc-rescue-file.h", "DccAdapter": "adapter/dcc-adapter.h"}
ENUMERATIONS = ["DccOutputKind", "DccVerdictKind", "DccResultKind", "DccRescueKind", "DccHealth", "DccProbeKind",
                "DccReadiness", "DccError"]


def code_of(path):
    return re.sub(r"/\*.*?\*/", "", (ROOT / "core" / path).read_text(encoding="utf-8"), flags=re.S)


def section(title):
    return re.search(r"^### %s\n(.*?)(?=^##|\Z)" % title, REFERENCE, re.M | re.S).group(1)


def test_the_sections():
    assert re.findall(r"^### (\w+)$", REFERENCE, re.M) == ENUMERATIONS + list(TYPES)


@pytest.mark.parametrize("name", ENUMERATIONS)
def test_an_enumeration(name):
    text = code_of("base/dcc-enums.h") + code_of("base/dcc-error.h")
    values = re.findall(r"\bDCC_\w+", re.search(r"typedef enum \{([^}]*)\} %s;" % name, text).group(1))
    assert values and re.findall(r"^\| `(\w+)` \| [^|]+ \|$", section(name), re.M) == values


@pytest.mark.parametrize("name", list(TYPES))
def test_the_functions_of(name):
    declared = [flat(re.sub(r"\s+G_GNUC_\w+", "", each)).replace("* dcc_", "*dcc_")
                for each in re.findall(r"^DCC_API (?!G_DECLARE)([^;]*?);", code_of(TYPES[name]), re.M | re.S)]
    questions = {"dcc_adapter_" + slot for slot in SLOTS}
    wanted = [each for each in declared if re.search(r"(dcc_\w+)\(", each).group(1) not in questions]
    assert re.findall(r"^\| `([^`]+)` \| [^|]+ \|$", section(name), re.M) == wanted


def test_the_agents_methods():
    """All that stands below the line that says so in class Agent."""
    source = (ROOT / "adapters" / "agent" / "dcchost_agent.py").read_text(encoding="utf-8")
    below = source.split("    # What an application answers, on its main thread.\n", 1)[1].split("\nclass ", 1)[0]
    methods = ["%s(%s)" % (name, ", ".join(args.split(", ")[1:]))
               for name, args in re.findall(r"^    def (\w+)\(([^)]*)\):", below, re.M)]
    page = REFERENCE.split("## The agent's methods", 1)[1]
    assert len(methods) >= 8 and re.findall(r"^\| `(\w+\([^`]*\))` \|", page, re.M) == methods
