package ringfort.server.http2;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ringfort.h1.RequestHead;
import ringfort.h1.TargetForm;
import ringfort.message.FieldRules;
import ringfort.message.FieldSection;

/**
 * A request of HTTP/1.1 that asks for HTTP/2 on its connection (RFC 7540, 3.2). What does not ask exactly so is served by HTTP/1.1,
 * for a server may ignore any {@code Upgrade}; so is a request with content, because two readers of one content are a way to
 * smuggle requests. Immutable.
 *
 * @param settings the payload of the SETTINGS frame that the request carries
 * @param fields names and values of the request in turn, as stream 1 has them
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record H2cUpgrade(byte[] settings, String[] fields) {
    private static final String SETTINGS = "http2-settings";
    private static final int SETTING_BYTES = 6;
    private static final int MOST_SETTINGS = 64;

    /** What {@code head} asks for; null when it does not ask for HTTP/2, or not as it should. */
    static @Nullable H2cUpgrade of(RequestHead head) {
        String protocols = head.upgrade();
        if (!"h2c".equals(protocols) || head.hasBody() || head.form() != TargetForm.ORIGIN) {
            return null;
        }
        FieldSection all = head.fields();
        Set<String> named = named(all);
        byte[] settings = settings(all);
        if (settings == null || !named.contains(SETTINGS)) {
            return null;
        }
        List<String> fields = new ArrayList<>(List.of(":method", head.method(), ":scheme", "http"));
        fields.addAll(List.of(":path", head.target()));
        String authority = head.authority();
        if (authority != null) {
            fields.addAll(List.of(":authority", authority));
        }
        for (int i = 0; i < all.fieldCount(); i++) {
            String name = all.name(i).toLowerCase(Locale.ROOT);
            if (!named.contains(name) && !isOfConnection(name)) {
                fields.add(name);
                fields.add(all.value(i));
            }
        }
        return new H2cUpgrade(settings, fields.toArray(String[]::new));
    }

    /** What Connection names, in lower case: fields for this connection alone. */
    private static Set<String> named(FieldSection all) {
        Set<String> named = new HashSet<>();
        for (int i = all.indexOf("connection", 0); i >= 0; i = all.indexOf("connection", i + 1)) {
            Arrays.stream(all.value(i).split(",", -1))
                    .map(token -> token.strip().toLowerCase(Locale.ROOT))
                    .forEach(named::add);
        }
        return named;
    }

    private static boolean isOfConnection(String name) {
        return switch (name) {
            case "upgrade", "keep-alive", "proxy-connection", "te", "host", "expect", SETTINGS -> true;
            default -> FieldRules.isFraming(name);
        };
    }

    /** The only HTTP2-Settings, decoded; null when there is none, a second one, or it is not what it should be. */
    private static byte @Nullable [] settings(FieldSection all) {
        int at = all.indexOf(SETTINGS, 0);
        if (at < 0 || all.indexOf(SETTINGS, at + 1) >= 0) {
            return null;
        }
        try {
            byte[] decoded = Base64.getUrlDecoder().decode(all.value(at));
            boolean isPayload = decoded.length % SETTING_BYTES == 0 && decoded.length / SETTING_BYTES <= MOST_SETTINGS;
            return isPayload ? decoded : null;
        } catch (IllegalArgumentException e) {
            return null; // not base64url
        }
    }
}
