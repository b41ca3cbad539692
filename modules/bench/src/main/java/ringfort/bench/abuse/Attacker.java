package ringfort.bench.abuse;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;

/**
 * One process of an attack: {@code Attacker KIND PORT SECONDS NETWORK}. Ends after that time, or with its standard input, so
 * that it never outlives the rig, and prints what it came to. Reaches loopback only.
 */
final class Attacker {
    private Attacker() {}

    /** See the class comment. */
    public static void main(String[] args) throws IOException {
        AttackKind kind = AttackKind.named(args[0]);
        var server =
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), Integer.parseInt(args[1]));
        long nanos = Long.parseLong(args[2]) * 1_000_000_000L;
        Swarm swarm = new Swarm(server, Assailants.of(kind), kind.connectsPerSecond(), Integer.parseInt(args[3]));
        Thread.ofPlatform().daemon().start(() -> endWith(System.in, swarm));
        Swarm.Tally tally = swarm.run(nanos);
        System.out.printf(
                Locale.ROOT,
                "opened=%d failed=%d closed=%d sent=%d received=%d most=%d%n",
                tally.opened,
                tally.failed,
                tally.closed,
                tally.sentBytes,
                tally.receivedBytes,
                tally.most);
    }

    private static void endWith(InputStream in, Swarm swarm) {
        try {
            while (in.read() >= 0) {
                // Nothing is said to an attacker but the end.
            }
        } catch (IOException e) {
            // The rig is gone as well.
        }
        swarm.end();
    }
}
