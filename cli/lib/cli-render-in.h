/* Rendering in an instance that is up: its agent is asked for one frame after another, and each picture
 * is looked at. */
#pragma once

#include "cli-engine-voice.h"
#include "cli-launch-options.h"

/* Signals are held. The exit status. */
int
cli_render_in(CliLaunchOptions *options, DccLaunchRequest *request, CliEngineVoice *voice);
