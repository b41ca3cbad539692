package ringfort.fuzz;

import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import ringfort.tls.proxy.ProxyHeader;
import ringfort.tls.proxy.ProxyParser;

/**
 * Headers of the PROXY protocol. Whole, cut where the fuzzer chose, and byte by byte, the parser finds the same, and takes not one
 * byte behind the header. A line of version 1 names what a naive reading finds in it; a block of version 2 is as long as it says.
 *
 * <p>The input is that of {@link Input}.
 */
public final class ProxyHeaders {
    private static final int MOST_LINE_BYTES = 107;
    private static final int BLOCK_HEAD_BYTES = 16;
    private static final Pattern TCP4 =
            Pattern.compile("PROXY TCP4 ([0-9.]{7,15}) ([0-9.]{7,15}) ([0-9]{1,5}) ([0-9]{1,5})\r\n");

    private ProxyHeaders() {}

    /** What a parser has found, to be compared. */
    private record Found(ProxyParser.Result result, int taken, String header) {}

    /** Runs the harness on one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        Input input = new Input(data);
        byte[] message = input.message();
        Found whole = read(message, new int[0]);
        Check.same("cut where the fuzzer chose", whole, read(message, input.cuts()));
        Check.same("byte by byte", whole, read(message, input.everyByte()));
        if (whole.result == ProxyParser.Result.HEADER) {
            String text = Check.text(message).substring(0, whole.taken);
            if (text.startsWith("PROXY ")) {
                Check.that(whole.taken <= MOST_LINE_BYTES, "a line of " + whole.taken + " bytes");
                Check.that(text.endsWith("\r\n") && text.indexOf('\n') == text.length() - 1, "not one line: " + text);
                line(text, message);
            } else {
                int body = (message[BLOCK_HEAD_BYTES - 2] & 0xFF) << 8 | (message[BLOCK_HEAD_BYTES - 1] & 0xFF);
                Check.same("length", BLOCK_HEAD_BYTES + body, whole.taken);
            }
        }
    }

    private static Found read(byte[] message, int[] cuts) {
        ProxyParser parser = new ProxyParser();
        int[] taken = new int[1];
        ProxyParser.Result[] last = {ProxyParser.Result.NEED_INPUT};
        Pieces.play(message, cuts, (buffer, from, to, offset) -> {
            last[0] = parser.parse(buffer, from, to);
            taken[0] = parser.position() + offset;
            return last[0] == ProxyParser.Result.NEED_INPUT;
        });
        Check.same(
                "a reason",
                last[0] == ProxyParser.Result.REFUSED,
                !parser.reason().isEmpty());
        String header = last[0] == ProxyParser.Result.HEADER ? text(parser.header()) : parser.reason();
        return new Found(last[0], last[0] == ProxyParser.Result.HEADER ? taken[0] : 0, header);
    }

    private static String text(ProxyHeader header) {
        InetSocketAddress source = header.source();
        InetSocketAddress destination = header.destination();
        Check.same("both addresses or none", source == null, destination == null);
        Check.that(source == null || !source.isUnresolved(), "an address that would be looked up");
        var text = new StringBuilder(header + " " + header.secure());
        for (int type = 0; type < 256; type++) {
            byte[] value = header.value(type);
            text.append(value == null ? "" : " " + type + "=" + Check.text(value));
        }
        return text.toString();
    }

    private static void line(String text, byte[] message) {
        Matcher matcher = TCP4.matcher(text);
        if (!matcher.matches()) {
            Check.that(!text.startsWith("PROXY TCP4 "), "not four numbers and two ports: " + text);
            return;
        }
        ProxyParser parser = new ProxyParser();
        parser.parse(message, 0, message.length);
        same(matcher.group(1), matcher.group(3), parser.header().source());
        same(matcher.group(2), matcher.group(4), parser.header().destination());
    }

    private static void same(String address, String port, @Nullable InetSocketAddress found) {
        String naive = found == null ? "none" : found.getAddress().getHostAddress() + " " + found.getPort();
        Check.same("as it is written", address + " " + port, naive);
    }
}
