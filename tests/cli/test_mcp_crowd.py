"""Ten clients at one instance, at once."""

import threading

from mcp import Client


def test_ten_clients_at_one_instance(box):
    box.launch("--name", "shot")
    clients = [Client(box.env, "--manage-all", modern=n % 2 == 0) for n in range(10)]
    pids, faults = set(), []

    def work(client):
        try:
            for _n in range(5):
                pids.add(client.call("status", name="shot")["pid"])
                assert client.call("probe", name="shot")["health"] == "ok"
                assert client.call("wait", name="shot", until="idle", timeout_s=45)["outcome"] == "reached"
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100)
    assert not faults and pids == {box.status("shot")["pid"]}
    waits = [client.ask("tools/call", name="wait", arguments={"name": "shot", "until": "ended", "timeout_s": 45})[1]
             for client in clients]
    assert clients[0].call("stop", name="shot")["ended"]
    ends = [wait.get(timeout=60)["result"]["structuredContent"] for wait in waits]
    assert {each["outcome"] for each in ends} == {"reached"}
    assert {each["status"]["state"] for each in ends} == {"stopped"}
    assert [client.close()[0] for client in clients] == [0] * 10
