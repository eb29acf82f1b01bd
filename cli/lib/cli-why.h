/* The post-mortem of one instance, for people and for programs. */
#pragma once

#include "cli-why-facts.h"

void
cli_why_print(const CliWhy *why);
void
cli_why_print_json(const CliWhy *why);
