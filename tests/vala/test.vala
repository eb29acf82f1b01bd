// The interface as Vala sees it: compiled against the vapi, linked with the library, and run.
void test_settings () {
    try {
        var settings = new Dcc.Settings ();
        settings.parse ("max-restarts", "7");
        assert (settings.get (Dcc.Setting.MAX_RESTARTS) == 7);
        assert (settings.format ("backoff-max") == "60s" || settings.format ("backoff-max") == "1m");
        settings.parse ("max-restarts", "many");
        assert_not_reached ();
    } catch (Dcc.Error.INVALID error) {
        assert ("max-restarts" in error.message);
    } catch (Error error) {
        assert_not_reached ();
    }
}

void test_monitor () {
    var monitor = new Dcc.Monitor ();
    try {
        assert (monitor.track (Posix.getpid ()));
    } catch (Error error) {
        assert_not_reached ();
    }
    assert (monitor.is_alive (Posix.getpid ()));
    assert (monitor.get_tracked_count () == 1);
}

class Sketch : Dcc.Adapter {
    public override GLib.ListModel find_installations (Dcc.Search search) throws Error {
        var found = new GLib.ListStore (typeof (Dcc.Installation));
        found.append (new Dcc.Installation ("/opt/sketch/bin/sketch", "1.2", "made up"));
        return found;
    }
}

void test_adapter () {
    var registry = new Dcc.AdapterRegistry ();
    try {
        var sketch = new Sketch ();
        registry.add ("sketch", sketch);
        assert (sketch.get_id () == "sketch");
        var found = sketch.find_installations (new Dcc.Search ("/", null));
        assert (found.get_n_items () == 1);
        var request = new Dcc.LaunchRequest ("sketch");
        assert (request.get_app () == "sketch");
    } catch (Error error) {
        Test.message (error.message);
        Test.fail ();
    }
}

int main (string[] args) {
    Test.init (ref args);
    Test.add_func ("/vala/settings", test_settings);
    Test.add_func ("/vala/monitor", test_monitor);
    Test.add_func ("/vala/adapter", test_adapter);
    return Test.run ();
}
