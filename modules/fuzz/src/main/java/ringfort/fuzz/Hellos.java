package ringfort.fuzz;

import java.util.Arrays;
import ringfort.tls.ClientHello;
import ringfort.tls.FirstBytes;
import ringfort.tls.HelloPeek;

/**
 * ClientHellos. What is found in the first bytes of a connection does not change by more of them: once it is a hello, or none, it
 * stays so, and a name in it is one that could be looked up. How the first byte is taken for TLS agrees with it.
 *
 * <p>The input is that of {@link Input}: records as a client would send them.
 */
public final class Hellos {
    private static final int MOST_NAME = 255;

    private Hellos() {}

    /** Runs the harness on one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        byte[] message = new Input(data).message();
        HelloPeek last = HelloPeek.of(message, 0, message.length);
        byte[] within = new byte[message.length + 7];
        Arrays.fill(within, (byte) 22);
        System.arraycopy(message, 0, within, 4, message.length);
        Check.same("somewhere within an array", text(last), text(HelloPeek.of(within, 4, 4 + message.length)));
        String decided = "";
        for (int length = 0; length <= message.length; length++) {
            HelloPeek found = HelloPeek.of(message, 0, length);
            if (!decided.isEmpty()) {
                Check.same("with one byte more", decided, text(found));
            } else if (!(found instanceof HelloPeek.NeedInput)) {
                decided = text(found);
            }
        }
        if (last instanceof ClientHello hello) {
            String name = hello.serverName();
            Check.that(name == null || (!name.isEmpty() && name.length() <= MOST_NAME), "the name " + name);
            Check.same("a record of TLS", FirstBytes.TLS, FirstBytes.of(message, 0, message.length));
        }
    }

    private static String text(HelloPeek found) {
        return found.toString();
    }
}
