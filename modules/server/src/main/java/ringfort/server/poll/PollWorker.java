package ringfort.server.poll;

import java.io.IOException;
import ringfort.poller.Epoll;
import ringfort.poller.Sweep;
import ringfort.server.exchange.ServerContext;
import ringfort.server.linux.LinuxThread;
import ringfort.server.linux.Listener;
import ringfort.server.linux.NativeBufferPool;
import ringfort.server.linux.OutsideMemory;
import ringfort.server.loop.Admission;
import ringfort.server.loop.Connection;
import ringfort.server.loop.Timed;
import ringfort.server.loop.Timekeeper;
import ringfort.server.loop.Worker;
import ringfort.sys.Errno;
import ringfort.sys.EventFd;
import ringfort.sys.Libc;
import ringfort.sys.Linux;
import ringfort.sys.NativeMemory;

/**
 * A worker on epoll: connections are registered once, edge-triggered for reading, writing and the peer's FIN; the
 * listener, the wake-up and the sweep's timer are level-triggered.
 *
 * <p>The data of an event is the id of a connection, {@code index << 32 | generation}; generations are never 0, so that small
 * numbers stand for the rest.
 */
public final class PollWorker extends Worker {
    private static final int MAX_EVENTS = 1024;

    /** Connections taken from the listener before others get their turn. */
    private static final int ACCEPTS_PER_TURN = 64;

    private static final long LISTENER = 1L << 62;
    private static final long WAKE = LISTENER | 1;
    private static final long TICK = LISTENER | 2;

    private final Epoll epoll;
    private final Listener listener;
    private final EventFd wakeUp;
    private final Sweep<Timed> sweep;
    private final SweptTimekeeper timekeeper;
    private final Listener.Maker maker;
    private boolean listening;
    private boolean acceptWanted = true;
    private long acceptAgainNanos;

    /** A worker that owns the listener from now on. */
    public PollWorker(ServerContext context, Admission admission, String name, int listenerFd) throws IOException {
        super(context, admission, new NativeBufferPool(), name);
        try {
            long receiveBuffer = own(new NativeMemory()).allocate(SCRATCH_BYTES, 64);
            var room = new PollRoom(receiveBuffer, scratch(), own(new OutsideMemory()), this);
            maker = (fd, peer) -> add(new PollWire(room, fd, peer));
            wakeUp = own(EventFd.open(true));
            epoll = own(Epoll.open(MAX_EVENTS));
            sweep = own(Sweep.open(context.ticker().nanos(), Timed::passed));
            timekeeper = new SweptTimekeeper(sweep, this::lookedNanos);
            listener = new Listener(
                    listenerFd, admission, this::makePlace, turnedAway(), this::now, counters(), context.notices());
        } catch (IOException | RuntimeException | Error e) {
            disown();
            throw e;
        }
        own(listener); // last: until here the socket is the caller's
    }

    @Override
    protected void open() throws IOException {
        LinuxThread.prepare();
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
    public Timekeeper timekeeper() {
        return timekeeper;
    }

    @Override
    protected void wake() {
        wakeUp.signal();
    }

    @Override
    protected void await(boolean mayWait) throws IOException {
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
            timekeeper.tick(lookedNanos());
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
            try {
                accept();
            } catch (Throwable e) {
                defect("a connection could not be accepted", e);
                acceptLater();
            }
        } else if (data == WAKE) {
            wakeUp.drain();
        } else {
            Connection connection = connection((int) (data >>> 32), (int) data);
            if (connection == null) {
                counters().staleCompletions.add(1);
                return;
            }
            try {
                wire(connection).ready(connection, events);
            } catch (Throwable e) {
                connection.defect(e);
            }
        }
    }

    /** Each connection of this worker was made with such a wire. */
    private static PollWire wire(Connection connection) {
        return (PollWire) connection.wire();
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
                acceptLater();
            }
            return;
        }
    }

    private void acceptLater() {
        epoll.remove(listener.fd());
        listening = false;
        acceptAgainNanos = now() + Listener.BACK_OFF_NANOS;
    }

    private void begin(int fd) {
        Connection connection = listener.admit(fd, maker);
        if (connection == null) {
            return;
        }
        noticeTime(); // it connected after the turn's events were looked at: the budget must not begin with those
        int events = Epoll.EPOLLIN | Epoll.EPOLLOUT | Epoll.EPOLLRDHUP | Epoll.EPOLLET;
        int result = epoll.add(fd, events, connection.id());
        if (result < 0) {
            connection.defect(new IOException("epoll_ctl: " + Errno.describe(-result)));
        } else {
            connection.accepted();
        }
    }

    @Override
    protected boolean stopAccepting() {
        acceptWanted = false;
        if (listening) {
            epoll.remove(listener.fd());
            listening = false;
        }
        return listener.drain(Linux.SOCK_NONBLOCK, ACCEPTS_PER_TURN, this::begin);
    }

    @Override
    protected void release() {
        forEachConnection(connection -> wire(connection).abandon());
    }
}
