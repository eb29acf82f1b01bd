/* The child that becomes the application. */
#pragma once

#include "dcc-shim-options.h"

#include <sys/types.h>

typedef struct {
    pid_t pid;
    int go_fd;   /* it waits for a byte from here */
    int told_fd; /* closes at its exec, or says why there was none */
} ShimChild;

/* What a child says that could not become the application. */
typedef struct {
    char stage[16];
    int errno_code;
} ShimFailure;

/* output: the pipe that becomes its stdout and stderr. FALSE with errno. */
bool
dcc_shim_child_fork(ShimChild *self, const ShimOptions *options, int output);
/* Lets it exec; not before the record names it. */
void
dcc_shim_child_release(ShimChild *self);
/* Once told_fd is readable, which is closed. TRUE: it failed. */
bool
dcc_shim_child_has_failed(ShimChild *self, ShimFailure *failure);
