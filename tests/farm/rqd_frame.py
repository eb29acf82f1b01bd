#!/usr/bin/env python3
"""Runs a command as one frame of a real RQD, without a cuebot: `rqd_frame.py DIRECTORY COMMAND
[VARIABLE=VALUE...]`.

Plays the part of cuebot that RQD talks to (three reports over gRPC), starts the RQD of the Python that runs
this, below DIRECTORY and on the loopback, and launches COMMAND, one string for a shell. RQD scrubs the
environment, so the frame's is on the command line. Speaks one JSON object a line: {"event": "launched" |
"complete", ...}; a line "kill" on standard input kills the frame as cuebot would. Its times are those of
/proc/uptime. It ends, and RQD with it, with the frame, or when standard input is closed.
"""

import json
import os
import pathlib
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from concurrent import futures

import grpc
from opencue_proto import report_pb2, report_pb2_grpc, rqd_pb2, rqd_pb2_grpc

MAX_AGE_S = 600
STARTUP_S = 60


def say(event, **facts):
    print(json.dumps(dict(event=event, uptime=time.clock_gettime(time.CLOCK_BOOTTIME), **facts)), flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cuebot(report_pb2_grpc.RqdReportInterfaceServicer):
    """Hears RQD's reports and answers each with an empty message."""

    def __init__(self, news):
        self.news = news

    def ReportRqdStartup(self, request, context):
        self.news.put("started")
        return report_pb2.RqdReportRqdStartupResponse()

    def ReportStatus(self, request, context):
        return report_pb2.RqdReportStatusResponse()

    def ReportRunningFrameCompletion(self, request, context):
        self.news.put(request.frame_complete_report)
        return report_pb2.RqdReportRunningFrameCompletionResponse()


def start_rqd(directory, cue_port, rqd_port):
    settings = {"OVERRIDE_CUEBOT": "127.0.0.1", "CUEBOT_GRPC_PORT": cue_port, "RQD_GRPC_PORT": rqd_port,
                "OVERRIDE_NIMBY": False, "OVERRIDE_HOSTNAME": "127.0.0.1", "OVERRIDE_CORES": 2, "OVERRIDE_PROCS": 1,
                "OVERRIDE_MEMORY": 8000000}
    conf = directory / "rqd.conf"
    conf.write_text("[Override]\n" + "".join("%s=%s\n" % item for item in settings.items()))
    with open(str(directory / "rqd.out"), "wb") as log:
        bound = ["timeout", "--kill-after=10", str(MAX_AGE_S)]
        return subprocess.Popen([*bound, sys.executable, "-m", "rqd", "-c", str(conf)],
                                env=dict(os.environ, RQD_CONFIG_FILE=str(conf), CUEBOT_HOSTNAME="127.0.0.1"),
                                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)


def make_frame(directory, command, variables):
    # RQD takes no frame of root's; unless it is told to become that user, it runs the frame as its own all the same.
    identity, user = str(uuid.uuid4()), os.getuid() or 1
    frame = rqd_pb2.RunFrame(
        resource_id="resource", job_id="job", job_name="show-shot-user_frame", frame_id=identity,
        frame_name="0001-render", layer_id="layer", command=command, user_name="farm", log_dir=str(directory / "log"),
        log_dir_file=str(directory / "log/frame"), show="show", shot="shot", uid=user, gid=user,
        num_cores=100, start_time=int(time.time()))
    # What cuebot gives each frame of its own accord.
    frame.environment.update(CUE_FRAME_ID=identity, CUE_JOB="show-shot-user_frame", CUE_FRAME="0001-render")
    frame.environment.update(variable.split("=", 1) for variable in variables)
    return frame


def hear_orders(news):
    for line in sys.stdin:
        news.put(line.strip())
    news.put("end")


def run(rqd_port, frame, news):
    rqd = rqd_pb2_grpc.RqdInterfaceStub(grpc.insecure_channel("127.0.0.1:%d" % rqd_port))
    rqd.LaunchFrame(rqd_pb2.RqdStaticLaunchFrameRequest(run_frame=frame))
    say("launched")
    while True:
        item = news.get()
        if item == "end":
            return
        if item == "kill":
            rqd.KillRunningFrame(rqd_pb2.RqdStaticKillRunningFrameRequest(frame_id=frame.frame_id, message="test"))
            say("killed")
        elif not isinstance(item, str):
            say("complete", exit_status=item.exit_status, exit_signal=item.exit_signal)
            return


def main(directory, command, *variables):
    directory = pathlib.Path(directory)
    (directory / "log").mkdir(parents=True)
    news, cue_port, rqd_port = queue.Queue(), free_port(), free_port()
    server = grpc.server(futures.ThreadPoolExecutor(4))
    report_pb2_grpc.add_RqdReportInterfaceServicer_to_server(Cuebot(news), server)
    server.add_insecure_port("127.0.0.1:%d" % cue_port)
    server.start()
    worker = start_rqd(directory, cue_port, rqd_port)
    try:
        news.get(timeout=STARTUP_S)
        threading.Thread(target=hear_orders, args=(news,), daemon=True).start()
        run(rqd_port, make_frame(directory, command, variables), news)
    finally:
        worker.terminate()
        try:
            worker.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(worker.pid, signal.SIGKILL)  # RQD itself, and not the timeout above it alone
            worker.wait()
        server.stop(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
