package ringfort.server.nio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import ringfort.server.exchange.ServerContext;
import ringfort.server.loop.Admission;
import ringfort.server.loop.Connection;
import ringfort.server.loop.Port;
import ringfort.server.loop.Timed;
import ringfort.server.loop.Timekeeper;
import ringfort.server.loop.Worker;
import ringfort.timers.DeadlineWheel;

/** A worker on the JDK's {@link Selector}: any platform, and no native code of ours. */
public final class NioWorker extends Worker {
    private final Selector selector;
    private final List<NioAccept> ports = new ArrayList<>();
    private final Timekeeper timekeeper;
    private final NioRoom room;

    /** A worker that accepts from the listeners, one for each port, which all workers of the server share. */
    public NioWorker(
            ServerContext context, Admission admission, List<Port> places, String name, List<NioListener> listeners)
            throws IOException {
        this(context, admission, places, name, listeners, new DirectBufferPool());
    }

    private NioWorker(
            ServerContext context,
            Admission admission,
            List<Port> places,
            String name,
            List<NioListener> listeners,
            DirectBufferPool buffers)
            throws IOException {
        super(context, admission, buffers, places, name);
        selector = own(Selector.open());
        try {
            timekeeper = new Timekeeper.Wheel(
                    new DeadlineWheel<Timed>(context.ticker().nanos()), Timed::passed);
            room = new NioRoom(
                    selector, buffers, ByteBuffer.allocateDirect(SCRATCH_BYTES), new ArrayList<>(), scratch(), this);
        } catch (RuntimeException | Error e) {
            disown();
            throw e;
        }
        for (int i = 0; i < listeners.size(); i++) {
            ports.add(new NioAccept(
                    this, room, listeners.get(i), entrances().get(i), admission, this::makePlace, turnedAway()));
        }
    }

    @Override
    protected void open() throws IOException {
        for (NioAccept port : ports) {
            port.open();
        }
    }

    @Override
    public Timekeeper timekeeper() {
        return timekeeper;
    }

    @Override
    protected void wake() {
        selector.wakeup();
    }

    @Override
    protected void await(boolean mayWait) throws IOException {
        if (mayWait) {
            select(timeoutMillis());
        } else {
            selector.selectNow();
        }
        readClock();
        for (SelectionKey key : selector.selectedKeys()) {
            if (key.attachment() instanceof Connection connection) {
                handle(connection);
            } else if (key.attachment() instanceof NioAccept port) {
                port.ready();
            }
        }
        selector.selectedKeys().clear();
        handOverPeeked();
        for (int i = 0; i < ports.size(); i++) {
            ports.get(i).listenAgain();
        }
    }

    /** Before deadlines are looked at: the selector does not tell of bytes that a look has read. */
    private void handOverPeeked() {
        if (!room.peeked().isEmpty()) {
            room.peeked().forEach(this::handle);
            room.peeked().clear();
        }
    }

    private void select(long millis) throws IOException {
        if (millis == 0) {
            selector.selectNow();
        } else {
            selector.select(Math.max(0, millis)); // 0 is for ever
        }
    }

    /** Rounded up: a deadline is met late by up to a millisecond, and never early. */
    private long timeoutMillis() {
        long wait = waitNanos();
        for (int i = 0; i < ports.size(); i++) {
            wait = ports.get(i).waitNanos(wait);
        }
        return wait < 0 ? -1 : (wait + 999_999) / 1_000_000;
    }

    private void handle(Connection connection) {
        try {
            wire(connection).ready(connection);
        } catch (Throwable e) {
            connection.defect(e);
        }
    }

    /** Each connection of this worker was made with such a wire. */
    private static NioWire wire(Connection connection) {
        return (NioWire) connection.wire();
    }

    // Accepting.

    @Override
    protected boolean stopAccepting() {
        boolean done = true;
        for (NioAccept port : ports) {
            done &= port.stop();
        }
        return done;
    }

    @Override
    protected void release() {
        forEachConnection(connection -> wire(connection).abandon());
        ports.forEach(NioAccept::leave);
    }
}
