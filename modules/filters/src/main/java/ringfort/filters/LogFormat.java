package ringfort.filters;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a line of the {@link AccessLog} looks. A peer cannot forge one: what it sends is escaped, and cut at 1,000 characters. */
public enum LogFormat {
    /** The Common Log Format: address, name, time, request, status, bytes. */
    COMMON {
        @Override
        String line(Entry entry) {
            return common(entry);
        }
    },

    /** The Combined Log Format: the common one, the referrer and the user agent. */
    COMBINED {
        @Override
        String line(Entry entry) {
            return common(entry) + " \"" + text(entry.referrer) + "\" \"" + text(entry.agent) + '"';
        }
    },

    /** An object of JSON in each line: time, peer, request, status, bytes, micros, referrer, agent, principal, id. */
    JSON {
        @Override
        String line(Entry entry) {
            StringBuilder json = new StringBuilder(200);
            json.append("{\"time\":\"")
                    .append(Instant.ofEpochMilli(entry.epochMillis))
                    .append('"');
            member(json, "peer", address(entry.peer));
            member(json, "request", entry.request);
            json.append(",\"status\":").append(entry.status);
            if (entry.bytes >= 0) {
                json.append(",\"bytes\":").append(entry.bytes);
            }
            if (entry.micros >= 0) {
                json.append(",\"micros\":").append(entry.micros);
            } else {
                json.append(",\"refused\":true");
            }
            member(json, "referrer", entry.referrer);
            member(json, "agent", entry.agent);
            member(json, "principal", entry.principal);
            member(json, "id", entry.id);
            return json.append('}').toString();
        }
    };

    private static final int MOST_CHARACTERS = 1_000;
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("dd/MMM/uuuu:HH:mm:ss Z", Locale.ENGLISH)
            .withZone(ZoneId.systemDefault());

    /** What a line is made of; bytes and micros are -1 where they are not known. */
    record Entry(
            InetSocketAddress peer,
            String request,
            int status,
            long bytes,
            long micros,
            @Nullable String referrer,
            @Nullable String agent,
            @Nullable String principal,
            @Nullable String id,
            long epochMillis) {}

    abstract String line(Entry entry);

    private static String common(Entry entry) {
        String name = entry.principal == null ? "-" : text(entry.principal).replace(' ', '_');
        return address(entry.peer) + " - " + name + " [" + DATE.format(Instant.ofEpochMilli(entry.epochMillis)) + "] \""
                + text(entry.request) + "\" " + entry.status + ' ' + (entry.bytes < 0 ? "-" : entry.bytes);
    }

    private static String address(InetSocketAddress peer) {
        return peer.getAddress() == null
                ? peer.getHostString()
                : peer.getAddress().getHostAddress();
    }

    private static String text(@Nullable String sent) {
        if (sent == null || sent.isEmpty()) {
            return "-";
        }
        StringBuilder shown = new StringBuilder(sent.length());
        for (int i = 0; i < Math.min(sent.length(), MOST_CHARACTERS); i++) {
            char c = sent.charAt(i);
            if (c < ' ' || c >= 0x7F || c == '"' || c == '\\') {
                shown.append(String.format("\\x%02x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return shown.toString();
    }

    private static void member(StringBuilder json, String name, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            return;
        }
        json.append(",\"").append(name).append("\":\"");
        for (int i = 0; i < Math.min(value.length(), MOST_CHARACTERS); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c >= 0x7F || c == '"' || c == '\\') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
