package ringfort.server.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Arrays;

/** The kernel's side of one connection, and the peer behind it: what has come, what was sent, what was read of that. */
final class SimulatedSocket {
    private static final byte[] NONE = {};

    private final Trial trial;
    private final SimulatedKernel kernel;
    private final int number;
    private final ResponseReader reader;
    private final InetSocketAddress peer;
    private final int room; // bytes the kernel takes before the peer reads
    private final boolean shortSends;
    private final boolean mild;

    // How the peer reads.
    private final int readBytes;
    private final long readNanos;
    private final int mostRead;
    private int read;
    private boolean reading;
    private boolean answersFin;

    private byte[] inbound = NONE;
    private final ArrayDeque<Arrival> arrivals = new ArrayDeque<>(); // of what is in inbound
    private long arrived;
    private long received;
    private int unread; // bytes that left, and that the peer has not read
    private boolean peerFin;
    private boolean peerReset;
    private boolean finSent;
    private boolean shut;
    private boolean resetOnClose;
    private boolean closed;
    private boolean inputEdge;
    private boolean roomEdge;

    /** @param until how many bytes had come with it */
    private record Arrival(long until, long atNanos) {}

    SimulatedSocket(Trial trial, SimulatedKernel kernel, int number, ResponseReader reader, boolean mild) {
        this.trial = trial;
        this.kernel = kernel;
        this.number = number;
        this.reader = reader;
        this.mild = mild;
        peer = new InetSocketAddress(InetAddress.getLoopbackAddress(), number);
        Dice dice = trial.dice();
        room = dice.pick(1_000, 20_000, 400_000);
        shortSends = dice.oneIn(3);
        boolean slow = !mild && dice.oneIn(3);
        readBytes = slow ? dice.pick(1, 300, 5_000) : 1_000_000;
        readNanos = slow ? 1_000_000 + dice.millis(400) : dice.millis(2);
        mostRead = slow && dice.oneIn(2) ? dice.below(20_000) : Integer.MAX_VALUE;
        answersFin = mild || !dice.oneIn(4);
    }

    int number() {
        return number;
    }

    InetSocketAddress peer() {
        return peer;
    }

    ResponseReader reader() {
        return reader;
    }

    // What the peer does.

    void peerSends(byte[] bytes, int from, int to) {
        if (!isDead()) {
            int end = inbound.length;
            inbound = Arrays.copyOf(inbound, end + to - from);
            System.arraycopy(bytes, from, inbound, end, to - from);
            inputEdge = true;
            arrived += to - from;
            if (to > from) {
                arrivals.add(new Arrival(arrived, kernel.happensNanos()));
            }
        }
    }

    void peerFinishes() {
        if (!peerFin && !isDead()) {
            trial.trace("FIN of " + number);
            peerFin = true;
            inputEdge = true;
        }
    }

    void peerResets() {
        if (!isDead()) {
            trial.trace("RST of " + number);
            peerReset = true;
            inputEdge = true;
            roomEdge = true;
            reader.cut();
        }
    }

    private boolean isDead() {
        return closed || shut || peerReset;
    }

    private void peerReads() {
        reading = false;
        int count = Math.min(Math.min(unread, readBytes), mostRead - read);
        if (count > 0 && !peerReset) {
            unread -= count;
            read += count;
            roomEdge = true;
            goOnReading();
        }
    }

    private void goOnReading() {
        if (!reading && unread > 0 && read < mostRead) {
            reading = true;
            kernel.after(readNanos, this::peerReads);
        }
    }

    private void peerSeesTheEnd() {
        if (answersFin) {
            answersFin = false;
            kernel.after(trial.dice().millis(100), this::peerFinishes);
        }
    }

    /** Whether something that the server has not read had come by this time. */
    boolean hasUnreadFrom(long nanos) {
        return !arrivals.isEmpty() && arrivals.element().atNanos <= nanos;
    }

    /** Whether the peer has taken all that was sent. */
    boolean isTaken() {
        return unread == 0;
    }

    /** Whether the watchdog has ended it. */
    boolean isShut() {
        return shut;
    }

    // What the transport does.

    /** Whether a receive would not have to wait. */
    boolean isReadable() {
        return inbound.length > 0 || peerFin || peerReset || shut;
    }

    /** Whether a send would not have to wait. */
    boolean isWritable() {
        return unread < room || peerReset || shut || finSent;
    }

    /** Whether the next receive fails, or a send does. */
    boolean isReset() {
        return peerReset;
    }

    boolean isHungUp() {
        return peerFin || peerReset || shut;
    }

    /** Receives into the whole of {@code target}: how many bytes; 0 for FIN, -1 when nothing is there, -2 for a reset. */
    int receive(byte[] target, int most) {
        if (peerReset) {
            return -2;
        }
        if (inbound.length == 0) {
            return peerFin || shut ? 0 : -1;
        }
        int count = Math.min(most, inbound.length);
        System.arraycopy(inbound, 0, target, 0, count);
        received += count;
        while (!arrivals.isEmpty() && arrivals.element().until <= received) {
            arrivals.remove();
        }
        inbound = count == inbound.length ? NONE : Arrays.copyOfRange(inbound, count, inbound.length);
        return count;
    }

    int peek(byte[] target) {
        int count = Math.min(target.length, inbound.length);
        System.arraycopy(inbound, 0, target, 0, count);
        return count;
    }

    /** Sends: how many bytes were taken; -1 when there is no room, -2 when the peer is gone. */
    int send(byte[] bytes, int length) {
        if (closed) {
            trial.fail("a send on the closed descriptor of connection " + number);
        }
        if (peerReset || shut || finSent) {
            return -2;
        }
        int count = Math.min(length, room - unread);
        if (count <= 0) {
            return -1;
        }
        if (shortSends && trial.dice().oneIn(2)) {
            count = 1 + trial.dice().below(count);
        }
        leave(bytes, count);
        return count;
    }

    private void leave(byte[] bytes, int count) {
        byte[] leaving = bytes;
        int length = count;
        if (trial.breaks(Break.BYTE_LOST) && count > 1) {
            length--;
        } else if (trial.breaks(Break.BYTE_TWICE) && count > 1) {
            leaving = Arrays.copyOf(bytes, count + 1);
            System.arraycopy(bytes, 0, leaving, 1, count);
            length++;
        }
        trial.trace(count + " bytes to " + number);
        reader.left(leaving, length);
        unread += count;
        goOnReading();
    }

    int unacknowledged() {
        return unread;
    }

    void finish() {
        if (!finSent && !isDead()) {
            trial.trace("FIN to " + number);
            finSent = true;
            reader.finLeft();
            peerSeesTheEnd();
        }
    }

    /** Both directions, by the watchdog. */
    void shutdown() {
        if (!isDead()) {
            trial.trace("shutdown of " + number);
            shut = true;
            inputEdge = true;
            roomEdge = true;
            reader.cut();
        }
    }

    void resetOnClose() {
        resetOnClose = true;
    }

    void close() {
        if (closed) {
            trial.fail("the descriptor of connection " + number + " is closed twice");
            return;
        }
        trial.trace("close of " + number + (resetOnClose ? " by reset" : ""));
        if (trial.isMild() && mild && unread > 0 && !peerReset && (resetOnClose || inbound.length > 0)) {
            trial.fail("a reset destroys what the peer of connection " + number + " was about to read");
        }
        if (resetOnClose) {
            reader.cut();
        }
        reader.closed();
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    boolean takeInputEdge() {
        boolean edge = inputEdge;
        inputEdge = false;
        return edge;
    }

    boolean takeRoomEdge() {
        boolean edge = roomEdge;
        roomEdge = false;
        return edge;
    }

    boolean hasEdge() {
        return inputEdge || roomEdge;
    }
}
