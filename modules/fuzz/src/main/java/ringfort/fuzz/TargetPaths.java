package ringfort.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import ringfort.api.HttpException;
import ringfort.api.syntax.PercentDecoding;

/**
 * {@link PercentDecoding}: what a path comes to is absolute, without dot segments and NUL and not longer than it was; a
 * naive reading, segment by segment, agrees; what was decoded, encoded and decoded again is the same. What is refused is
 * refused with 400.
 */
public final class TargetPaths {
    private static final Pattern WELL_FORMED = Pattern.compile("(/([\\x21-\\x7E&&[^#%]]|%[0-9A-Fa-f]{2})*)?");

    private TargetPaths() {}

    /** Runs the harness on one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        String raw = Check.text(data);
        String path = refused400(() -> PercentDecoding.path(raw));
        Check.same("a naive reading of " + raw, naive(raw), path);
        if (!path.isEmpty()) {
            Check.that(path.startsWith("/") && path.indexOf('\0') < 0, "not a path: " + path);
            Check.that(path.length() <= Math.max(1, raw.length()), "a path that grew: " + path);
            Check.that(!Pattern.matches("(?s).*/\\.{1,2}(/.*)?", path), "dot segments in " + path);
            String encoded = PercentDecoding.encodePath(path);
            Check.same("encoded and decoded again", path, PercentDecoding.path(encoded));
        }
        String piece = refused400(() -> PercentDecoding.form(raw, 0, raw.length()));
        Check.that(piece.length() <= raw.length(), "a piece that grew: " + piece);
    }

    private interface Reading {
        String read();
    }

    /** Empty when it was refused. */
    private static String refused400(Reading reading) {
        try {
            return reading.read();
        } catch (HttpException refusal) {
            Check.same("status of " + refusal.getMessage(), 400, refusal.status());
            return "";
        }
    }

    /** Empty when it is to be refused. */
    private static String naive(String raw) {
        if (!WELL_FORMED.matcher(raw).matches() || raw.contains("%00")) {
            return "";
        }
        Deque<String> segments = new ArrayDeque<>();
        String[] parts = raw.isEmpty() ? new String[] {"", ""} : raw.split("/", -1);
        for (int i = 1; i < parts.length; i++) {
            String segment = segment(parts[i]);
            if (segment == null) {
                return "";
            }
            boolean dots = segment.equals(".") || segment.equals("..");
            if (segment.equals("..") && !segments.isEmpty()) {
                segments.removeLast();
            }
            if (!dots) {
                segments.addLast(segment);
            } else if (i == parts.length - 1) {
                segments.addLast("");
            }
        }
        var path = new StringBuilder();
        for (Iterator<String> it = segments.iterator(); it.hasNext(); ) {
            path.append('/').append(it.next());
        }
        return path.toString();
    }

    /** Decodes one segment, but keeps an encoded slash; null when it is not UTF-8. */
    private static @Nullable String segment(String raw) {
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < raw.length(); i++) {
            if (raw.charAt(i) != '%') {
                bytes.write(raw.charAt(i));
            } else {
                int octet = Integer.parseInt(raw.substring(i + 1, i + 3), 16);
                bytes.writeBytes(octet == '/' ? new byte[] {'%', '2', 'F'} : new byte[] {(byte) octet});
                i += 2;
            }
        }
        String text = bytes.toString(StandardCharsets.UTF_8);
        return Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes.toByteArray()) ? text : null;
    }
}
