vcl 4.1;

import std;
import xkey;

backend default {
    .host = "127.0.0.1";
    .port = "8080";
}

# Who may purge: the application's processes.
acl purgers {
    "127.0.0.1";
}

sub vcl_recv {
    if (req.method == "PURGE") {
        if (client.ip !~ purgers) {
            return (synth(403));
        }
        if (req.http.xkey-softpurge) {
            set req.http.purged = xkey.softpurge(req.http.xkey-softpurge);
        } elseif (req.http.xkey-purge) {
            set req.http.purged = xkey.purge(req.http.xkey-purge);
        } else {
            return (synth(400));
        }
        return (synth(200, "Purged " + req.http.purged));
    }
}

sub vcl_backend_response {
    # What is said to caches of this kind goes before Cache-Control (RFC 9213).
    if (beresp.http.CDN-Cache-Control ~ "no-store|no-cache|private") {
        set beresp.ttl = 120s;
        set beresp.uncacheable = true;
        return (deliver);
    }
    if (beresp.http.CDN-Cache-Control ~ "(^|[ ,])max-age=") {
        set beresp.ttl = std.duration(regsub(beresp.http.CDN-Cache-Control, "^(?:.*[ ,])?max-age=(\d+).*$", "\1s"), 0s) - beresp.age;
        set beresp.grace = 0s;
    }
    if (beresp.http.CDN-Cache-Control ~ "(^|[ ,])stale-while-revalidate=") {
        set beresp.grace = std.duration(regsub(beresp.http.CDN-Cache-Control, "^(?:.*[ ,])?stale-while-revalidate=(\d+).*$", "\1s"), 0s);
    }
}

sub vcl_deliver {
    unset resp.http.xkey;
    unset resp.http.CDN-Cache-Control;
    unset resp.http.Surrogate-Control;
}
