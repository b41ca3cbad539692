package ringfort.server;

import java.io.IOException;
import ringfort.poller.Epoll;
import ringfort.poller.Sweep;
import ringfort.sys.Errno;
import ringfort.sys.EventFd;
import ringfort.sys.Libc;
import ringfort.sys.Linux;
import ringfort.sys.NativeMemory;
import ringfort.sys.PeerAddress;

/**
 * A worker on epoll: connections are registered once, edge-triggered for reading, writing and the peer's FIN; the
 * listener, the wake-up and the sweep's timer are level-triggered.
 *
 * <p>The data of an event is {@code index << 32 | generation} for a connection; generations are never 0, so that small
 * numbers stand for the rest.
 */
final class PollWorker extends Worker {
    private static final int MAX_EVENTS = 1024;

    /** Connections taken from the listener before others get their turn. */
    private static final int ACCEPTS_PER_TURN = 64;

    private static final long LISTENER = 1L << 62;
    private static final long WAKE = LISTENER | 1;
    private static final long TICK = LISTENER | 2;

    final NativeMemory memory = new NativeMemory();
    final long receiveBuffer = memory.allocate(SCRATCH_BYTES, 64);

    private final Epoll epoll;
    private final Listener listener;
    private final EventFd wakeUp;
    private final Sweep<Slot> sweep;
    private final Deadlines deadlines;
    private final ConnectionTable<PollConnection> connections = new ConnectionTable<>();
    private boolean listening;
    private boolean acceptWanted = true;
    private long acceptAgainNanos;

    PollWorker(ServerContext context, String name, int listenerFd) throws IOException {
        super(context, name);
        this.epoll = Epoll.open(MAX_EVENTS);
        this.wakeUp = EventFd.open(true);
        this.sweep = Sweep.open(context.ticker.nanos(), slot -> expired(slot.connection()));
        this.deadlines = new Deadlines.Swept(sweep);
        this.listener = new Listener(listenerFd, context.admission, counters);
    }

    @Override
    void open() throws IOException {
        watch(wakeUp.fd(), WAKE);
        watch(sweep.fd(), TICK);
        listen();
    }

    private void watch(int fd, long data) throws IOException {
        int result = epoll.add(fd, Epoll.EPOLLIN, data);
        if (result < 0) {
            throw new IOException("epoll_ctl: " + Errno.describe(-result));
        }
    }

    private void listen() throws IOException {
        watch(listener.fd(), LISTENER);
        listening = true;
    }

    @Override
    Deadlines deadlines() {
        return deadlines;
    }

    @Override
    ConnectionTable<PollConnection> connections() {
        return connections;
    }

    @Override
    void wake() {
        wakeUp.signal();
    }

    @Override
    void await(boolean mayWait) throws IOException {
        int count = epoll.await(mayWait ? timeoutMillis() : 0);
        readClock();
        if (count < 0) {
            throw new IOException("epoll_wait: " + Errno.describe(-count));
        }
        boolean tick = false;
        for (int i = 0; i < count; i++) {
            if (epoll.data(i) == TICK) {
                tick = true;
            } else {
                handle(epoll.events(i), epoll.data(i));
            }
        }
        if (tick) {
            sweep.onTick(lookedNanos()); // last: bytes that are there already are in time
        }
        if (acceptWanted && !listening && acceptAgainNanos - now() <= 0) {
            listen();
        }
    }

    private long timeoutMillis() {
        long wait = waitNanos();
        if (acceptWanted && !listening) {
            long back = Math.max(0, acceptAgainNanos - now());
            wait = wait < 0 ? back : Math.min(wait, back);
        }
        return wait < 0 ? -1 : (wait + 999_999) / 1_000_000;
    }

    private void handle(int events, long data) {
        if (data == LISTENER) {
            accept();
        } else if (data == WAKE) {
            wakeUp.drain();
        } else {
            PollConnection connection = connections.get((int) (data >>> 32), (int) data);
            if (connection == null) {
                counters.staleCompletions.add(1);
                return;
            }
            try {
                connection.ready(events);
            } catch (Throwable e) {
                defect(connection, e);
            }
        }
    }

    @Override
    int pendingInput(Connection connection, byte[] target) {
        return 0; // what was not read is still in the socket
    }

    // Accepting.

    private void accept() {
        for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
            int result = Libc.accept4(listener.fd(), 0, 0, Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC);
            if (result >= 0) {
                begin(result);
                continue;
            }
            if (listener.failed(-result)) {
                epoll.remove(listener.fd());
                listening = false;
                acceptAgainNanos = now() + Listener.BACK_OFF_NANOS;
            }
            return;
        }
    }

    private void begin(int fd) {
        PeerAddress peer = listener.admit(fd);
        if (peer == null) {
            return;
        }
        PollConnection connection =
                connections.add((index, generation) -> new PollConnection(this, fd, peer, index, generation));
        readClock(); // it connected after the turn's events were looked at: the budget must not begin with those
        int events = Epoll.EPOLLIN | Epoll.EPOLLOUT | Epoll.EPOLLRDHUP | Epoll.EPOLLET;
        int result = epoll.add(fd, events, ((long) connection.index << 32) | (connection.generation & 0xFFFF_FFFFL));
        if (result < 0) {
            defect(connection, new IOException("epoll_ctl: " + Errno.describe(-result)));
            return;
        }
        connection.accepted();
    }

    @Override
    void stopAccepting() {
        acceptWanted = false;
        if (listening) {
            epoll.remove(listener.fd());
            listening = false;
        }
        listener.drain(Linux.SOCK_NONBLOCK, this::begin);
    }

    /** The descriptor is closed. */
    void gone(PollConnection connection) {
        connections.remove(connection);
        listener.left(connection.peerAddress);
        counters.closed(connection.closeReason()).add(1);
    }

    @Override
    void release() {
        connections.forEach(connection -> Libc.close(connection.fd));
        sweep.close();
        epoll.close();
        listener.close();
        wakeUp.close();
        memory.close();
    }
}
