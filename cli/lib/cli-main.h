/* The one door of the module that holds the verbs. */
#pragma once

/* What main() is told; the exit status. */
__attribute__((visibility("default"))) int
cli_main(int argc, char **argv);
