package ringfort.server.poll;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ringfort.poller.Epoll;
import ringfort.poller.Sweep;
import ringfort.server.exchange.ServerContext;
import ringfort.server.linux.LinuxThread;
import ringfort.server.linux.Listener;
import ringfort.server.linux.NativeBufferPool;
import ringfort.server.linux.OutsideMemory;
import ringfort.server.loop.Admission;
import ringfort.server.loop.Connection;
import ringfort.server.loop.Entrance;
import ringfort.server.loop.Port;
import ringfort.server.loop.Timed;
import ringfort.server.loop.Timekeeper;
import ringfort.server.loop.Worker;
import ringfort.sys.Errno;
import ringfort.sys.EventFd;
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

    private static final long OURS = 1L << 62;
    private static final long WAKE = OURS | 1;
    private static final long TICK = OURS | 2;
    private static final long LISTENER = OURS | 16; // and those behind it, for further ports

    private final Epoll epoll;
    private final EventFd wakeUp;
    private final Sweep<Timed> sweep;
    private final SweptTimekeeper timekeeper;
    private final List<PollAccept> ports = new ArrayList<>();

    /** A worker that owns the listeners from now on, one for each port. */
    public PollWorker(ServerContext context, Admission admission, List<Port> places, String name, int[] listenerFds)
            throws IOException {
        super(context, admission, new NativeBufferPool(), places, name);
        var listeners = new ArrayList<Listener>();
        try {
            long receiveBuffer = own(new NativeMemory()).allocate(SCRATCH_BYTES, 64);
            var room = new PollRoom(receiveBuffer, scratch(), own(new OutsideMemory()), this);
            wakeUp = own(EventFd.open(true));
            epoll = own(Epoll.open(MAX_EVENTS));
            sweep = own(Sweep.open(context.ticker().nanos(), Timed::passed));
            timekeeper = new SweptTimekeeper(sweep, this::lookedNanos);
            for (int i = 0; i < listenerFds.length; i++) {
                Entrance entrance = entrances().get(i);
                var listener = new Listener(
                        listenerFds[i],
                        admission,
                        this::makePlace,
                        turnedAway(),
                        this::now,
                        counters(),
                        context.notices(),
                        entrance.port().isClear());
                listeners.add(listener);
                ports.add(new PollAccept(this, epoll, listener, entrance, room, LISTENER + i));
            }
        } catch (IOException | RuntimeException | Error e) {
            disown();
            throw e;
        }
        listeners.forEach(this::own); // last: until here the sockets are the caller's
    }

    @Override
    protected void open() throws IOException {
        LinuxThread.prepare();
        watch(wakeUp.fd(), WAKE);
        watch(sweep.fd(), TICK);
        for (PollAccept port : ports) {
            port.listen();
        }
    }

    private void watch(int fd, long data) throws IOException {
        int result = epoll.add(fd, Epoll.EPOLLIN, data);
        if (result < 0) {
            throw new IOException("epoll_ctl: " + Errno.describe(-result));
        }
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
        for (int i = 0; i < ports.size(); i++) {
            ports.get(i).listenAgain();
        }
    }

    private long timeoutMillis() {
        long wait = waitNanos();
        for (int i = 0; i < ports.size(); i++) {
            wait = ports.get(i).waitNanos(wait);
        }
        return wait < 0 ? -1 : (wait + 999_999) / 1_000_000;
    }

    private void handle(int events, long data) {
        if (data >= LISTENER && data < LISTENER + ports.size()) {
            ports.get((int) (data - LISTENER)).ready();
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

    @Override
    protected boolean stopAccepting() {
        boolean done = true;
        for (PollAccept port : ports) {
            done &= port.stop();
        }
        return done;
    }

    @Override
    protected void release() {
        forEachConnection(connection -> wire(connection).abandon());
    }
}
