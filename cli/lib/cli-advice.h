/* What to do about a bad end. */
#pragma once

#include "cli-why-facts.h"

/* (transfer full): commands, and words where there is no command; what helps most first. */
char **
cli_advice_list(const CliWhy *why);
