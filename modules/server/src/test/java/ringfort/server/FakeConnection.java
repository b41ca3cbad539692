package ringfort.server;

import ringfort.sys.Sockets;

/** A connection without a socket. */
final class FakeConnection extends Connection {
    FakeConnection(Worker worker, int index, int generation) {
        super(worker, -1, Sockets.peerOrUnknown(-1), index, generation);
    }

    @Override
    boolean settle() {
        if (worker instanceof FakeWorker fake) {
            fake.beforeLookingAgain();
        }
        return true;
    }
}
