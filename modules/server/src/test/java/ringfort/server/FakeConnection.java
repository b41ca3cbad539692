package ringfort.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A connection without a socket. */
final class FakeConnection extends Connection {
    FakeConnection(Worker worker, int index, int generation) {
        super(worker, -1, new InetSocketAddress(InetAddress.getLoopbackAddress(), 2), index, generation);
    }

    @Override
    boolean settle() {
        if (worker instanceof FakeWorker fake) {
            fake.beforeLookingAgain();
        }
        return true;
    }
}
