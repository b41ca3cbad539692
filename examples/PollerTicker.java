/*
 * A clock, a pipe and a wake-up from another thread, watched by one epoll.
 *
 *   java --module-path MODULES --add-modules ringfort.poller --enable-native-access=ringfort.sys PollerTicker.java
 *
 * MODULES holds ringfort-poller, ringfort-sys and ringfort-timers. It ticks once a second, shows what is written into the
 * pipe, and ends with Enter. With --selftest it ends by itself, within a second, and prints "ok".
 */
import module java.base;
import module ringfort.poller;

/** What tells the events apart. */
static final long TICK = 1, PIPE = 2, STOP = 3;

void main(String[] args) throws IOException {
    boolean selftest = List.of(args).contains("--selftest");
    int ticks = 0;
    long letters = 0;
    int[] pipe = pipe();
    try (Epoll epoll = Epoll.open(16);
            TimerFd ticker = TimerFd.open();
            EventFd stop = EventFd.open(true);
            Arena arena = Arena.ofConfined()) {
        MemorySegment buffer = arena.allocate(4_096);
        watch(epoll, ticker.fd(), TICK);
        watch(epoll, pipe[0], PIPE);
        watch(epoll, stop.fd(), STOP);
        ticker.everyNanos(selftest ? 10_000_000 : 1_000_000_000);
        if (!selftest) {
            Thread.ofPlatform().daemon().start(() -> stopAtEnter(stop));
        }

        boolean running = true;
        while (running) {
            int ready = epoll.await(10_000);
            if (ready == 0 && selftest) {
                throw new IllegalStateException("no tick for ten seconds");
            }
            for (int i = 0; i < ready; i++) {
                switch ((int) epoll.data(i)) {
                    case (int) TICK -> {
                        ticks += (int) ticker.drain();
                        say(selftest, "tick " + ticks);
                        write(pipe[1], "tock");
                        if (selftest && letters >= 4) {
                            Thread.ofVirtual().start(stop::signal); // from another thread, as Enter does it
                        }
                    }
                    case (int) PIPE -> {
                        long read; // edge-triggered: read until there is nothing more
                        while ((read = Libc.read(pipe[0], buffer, buffer.byteSize())) > 0) {
                            letters += read;
                            say(selftest, "  " + read + " bytes through the pipe");
                        }
                    }
                    default -> running = stop.drain() == 0;
                }
            }
        }
    } finally {
        Libc.close(pipe[0]);
        Libc.close(pipe[1]);
    }
    IO.println(selftest ? "ok" : "ended after " + ticks + " ticks");
}

static void watch(Epoll epoll, int fd, long data) throws IOException {
    int result = epoll.add(fd, Epoll.EPOLLIN | Epoll.EPOLLET, data);
    if (result < 0) {
        throw new IOException("epoll_ctl: " + Errno.describe(-result));
    }
}

static int[] pipe() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
        MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
        int result = Libc.pipe2(ends.address(), Linux.O_NONBLOCK | Linux.O_CLOEXEC);
        if (result < 0) {
            throw new IOException("pipe2: " + Errno.describe(-result));
        }
        return ends.toArray(ValueLayout.JAVA_INT);
    }
}

static void write(int fd, String text) {
    try (Arena arena = Arena.ofConfined()) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        Libc.write(fd, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes), bytes.length);
    }
}

static void stopAtEnter(EventFd stop) {
    IO.readln();
    stop.signal();
}

static void say(boolean selftest, String text) {
    if (!selftest) {
        IO.println(text);
    }
}
