package ringfort.server.poll;

import java.io.IOException;
import ringfort.poller.Epoll;
import ringfort.server.linux.Listener;
import ringfort.server.loop.Connection;
import ringfort.server.loop.Entrance;
import ringfort.server.loop.Worker;
import ringfort.sys.Errno;
import ringfort.sys.Libc;
import ringfort.sys.Linux;
import ringfort.sys.OnWorker;

/** How connections of one port come to a {@link PollWorker}. Its worker only. */
@OnWorker
final class PollAccept {
    /** Connections taken from the listener before others get their turn. */
    private static final int ACCEPTS_PER_TURN = 64;

    private final Worker worker;
    private final Epoll epoll;
    private final Listener listener;
    private final Entrance entrance;
    private final long data; // of its events
    private final Listener.Maker maker;
    private boolean listening; // epoll tells of connections
    private boolean wanted = true;
    private long againNanos; // when to listen again; meaningful while not listening

    PollAccept(Worker worker, Epoll epoll, Listener listener, Entrance entrance, PollRoom room, long data) {
        this.worker = worker;
        this.epoll = epoll;
        this.listener = listener;
        this.entrance = entrance;
        this.data = data;
        maker = (fd, peer) -> worker.add(new PollWire(room, fd, peer), entrance);
    }

    void listen() throws IOException {
        int result = epoll.add(listener.fd(), Epoll.EPOLLIN, data);
        if (result < 0) {
            throw new IOException("epoll_ctl: " + Errno.describe(-result));
        }
        listening = true;
    }

    /** Listens again if it is time to. */
    void listenAgain() throws IOException {
        if (wanted && !listening && againNanos - worker.now() <= 0) {
            listen();
        }
    }

    /** How long the worker may wait until it is to listen again: {@code nanos} or less; negative for ever. */
    long waitNanos(long nanos) {
        if (!wanted || listening) {
            return nanos;
        }
        return Worker.earlier(nanos, Math.max(0, againNanos - worker.now()));
    }

    /** Connections wait. */
    void ready() {
        try {
            accept();
        } catch (Throwable e) {
            worker.defect("a connection could not be accepted", e);
            later(Listener.BACK_OFF_NANOS);
        }
    }

    private void accept() {
        for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
            if (entrance.port().isFull()) {
                later(Listener.FULL_NANOS);
                return;
            }
            int result = Libc.accept4(listener.fd(), 0, 0, Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC);
            if (result >= 0) {
                begin(result);
                continue;
            }
            if (listener.failed(-result)) {
                later(Listener.BACK_OFF_NANOS);
            }
            return;
        }
    }

    private void later(long nanos) {
        epoll.remove(listener.fd());
        listening = false;
        againNanos = worker.now() + nanos;
    }

    private void begin(int fd) {
        Connection connection = listener.admit(fd, maker);
        if (connection == null) {
            return;
        }
        worker.noticeTime(); // it connected after the look at the turn's events: its budget does not begin there
        int events = Epoll.EPOLLIN | Epoll.EPOLLOUT | Epoll.EPOLLRDHUP | Epoll.EPOLLET;
        int result = epoll.add(fd, events, connection.id());
        if (result < 0) {
            connection.defect(new IOException("epoll_ctl: " + Errno.describe(-result)));
        } else {
            connection.accepted();
        }
    }

    /** Accepts what the kernel has queued and closes the listener; true when that is done. */
    boolean stop() {
        wanted = false;
        if (listening) {
            epoll.remove(listener.fd());
            listening = false;
        }
        return listener.drain(Linux.SOCK_NONBLOCK, ACCEPTS_PER_TURN, this::begin);
    }
}
