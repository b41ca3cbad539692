// A TCP echo server on one io_uring: one thread, one accept for all connections, and receive buffers that the kernel
// picks when bytes are there, so that a silent connection holds none and any other holds one.
//
//   java --enable-native-access=ringfort.sys,ringfort.ring -p LIBS --add-modules ringfort.ring,ringfort.sys \
//        examples/RingEcho.java [--selftest]
//
// where LIBS is the folder with the jars of ringfort-sys and ringfort-ring.

import module ringfort.ring;
import module ringfort.sys;

// What a completion is about: the operation in the high half of its user data, the descriptor in the low half. A
// descriptor is closed only after its last completion, so a number never means two connections at a time.
static final long ACCEPT = 1L << 32;
static final long RECV = 2L << 32;
static final long SEND = 3L << 32;

static final int GROUP = 0;
static final int BUFFERS = 256;

/** A received buffer on its way back: what is left of it to send. */
record Echo(int buffer, int from, int bytes) {}

final Map<Integer, Echo> echoes = new HashMap<>();

/** Connections that wait for a buffer because the group ran out of them. */
final Deque<Integer> starved = new ArrayDeque<>();

void main(String[] arguments) throws Exception {
    boolean selftest = List.of(arguments).contains("--selftest");
    int listener = Sockets.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128, false, false);
    InetSocketAddress address = Sockets.localAddress(listener);
    System.out.println("echo on " + address);
    if (selftest) {
        Thread.ofPlatform().daemon().start(() -> serveOrExit(listener));
        connectToMyself(address);
        System.out.println("ok");
        System.exit(0);
    }
    serve(listener);
}

void connectToMyself(InetSocketAddress address) throws IOException {
    byte[] sent = new byte[1 << 20];
    new Random(1).nextBytes(sent);
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
        Thread.ofVirtual().start(() -> {
            try {
                socket.getOutputStream().write(sent);
                socket.shutdownOutput();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        });
        if (!Arrays.equals(sent, socket.getInputStream().readAllBytes())) {
            throw new IOException("the echo differs from what was sent");
        }
    }
}

void serveOrExit(int listener) {
    try {
        serve(listener);
    } catch (IOException failure) {
        System.err.println(failure.getMessage());
        System.exit(1);
    }
}

void serve(int listener) throws IOException {
    try (Ring ring = Ring.open(RingOptions.DEFAULT)) {
        ring.enable();
        System.out.println(ring.describe());
        BufferRing buffers = ring.bufferRing(GROUP, BUFFERS, 4096);
        CompletionBatch batch = new CompletionBatch(256);
        next(ring).acceptMultishot(listener, Linux.SOCK_CLOEXEC, ACCEPT | listener);
        while (true) {
            int submitted = ring.submitAndWait(1, -1);
            if (submitted < 0) {
                throw new IOException("io_uring_enter: " + Errno.describe(-submitted));
            }
            ring.reap(batch);
            for (int i = 0; i < batch.size(); i++) {
                complete(ring, buffers, batch, i);
            }
        }
    }
}

/** The next free entry. A full queue is emptied by submitting it; a server with deadlines would keep a list instead. */
Sqe next(Ring ring) throws IOException {
    Sqe sqe = ring.sqe();
    while (sqe == null) {
        int submitted = ring.submit();
        if (submitted < 0) {
            throw new IOException("io_uring_enter: " + Errno.describe(-submitted));
        }
        sqe = ring.sqe();
    }
    return sqe;
}

void complete(Ring ring, BufferRing buffers, CompletionBatch batch, int i) throws IOException {
    long operation = batch.userData(i) & ~0xffff_ffffL;
    int fd = (int) batch.userData(i);
    int result = batch.result(i);
    if (operation == ACCEPT) {
        accepted(ring, fd, result, batch.more(i));
    } else if (operation == RECV && result > 0) {
        send(ring, buffers, fd, new Echo(batch.bufferId(i), 0, result));
    } else if (operation == RECV && result == -Errno.ENOBUFS) {
        starved.add(fd);
    } else if (operation == RECV) {
        if (batch.hasBuffer(i)) {
            buffers.release(batch.bufferId(i));
        }
        Libc.close(fd);
    } else {
        sent(ring, buffers, fd, result);
    }
}

void accepted(Ring ring, int listener, int result, boolean more) throws IOException {
    if (result >= 0) {
        next(ring).recvSelect(result, GROUP, 0, RECV | result);
    } else if (result != -Errno.ECONNABORTED) {
        throw new IOException("accept: " + Errno.describe(-result));
    }
    if (!more) {
        next(ring).acceptMultishot(listener, Linux.SOCK_CLOEXEC, ACCEPT | listener);
    }
}

void send(Ring ring, BufferRing buffers, int fd, Echo echo) throws IOException {
    echoes.put(fd, echo);
    next(ring).send(fd, buffers.address(echo.buffer) + echo.from, echo.bytes, Linux.MSG_NOSIGNAL, SEND | fd);
}

void sent(Ring ring, BufferRing buffers, int fd, int result) throws IOException {
    Echo echo = echoes.remove(fd);
    if (result >= 0 && result < echo.bytes) {
        send(ring, buffers, fd, new Echo(echo.buffer, echo.from + result, echo.bytes - result));
        return;
    }
    buffers.release(echo.buffer);
    Integer waiting = starved.poll();
    if (waiting != null) {
        next(ring).recvSelect(waiting, GROUP, 0, RECV | waiting);
    }
    if (result < 0) {
        Libc.close(fd);
    } else {
        next(ring).recvSelect(fd, GROUP, 0, RECV | fd);
    }
}
