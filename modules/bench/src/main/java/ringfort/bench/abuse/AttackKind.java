package ringfort.bench.abuse;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** An attack: how many connections from how many processes, and what the server must offer for it. */
enum AttackKind {
    /** Only the polite client: what it sees when nothing else happens. */
    NONE("only the polite client", 0, 0, 0, "GET /plaintext"),
    /** Half of them stop after {@value Assailants#HEAD_BYTES} octets, half go on by one octet now and then. */
    HEADS("15,000 unfinished heads of 32,600 octets, every other one drips", 2, 7_500, 1_500, "GET /plaintext"),
    /** A body of {@value Assailants#SMALL_CHUNKS_BYTES} octets on the wire, a sixth of that as content, without an end. */
    CHUNKS(
            "1,000 bodies of one-octet chunks, half of them to a handler that does not read",
            1,
            1_000,
            500,
            "POST /unread?ms=1"),
    /** Every other one reads nothing at all. */
    READERS("1,000 readers of 8 MiB, half of them at 4 KiB/s, half of them never", 1, 1_000, 500, "GET /large"),
    /** The handler sleeps for two seconds; its peer is gone after {@value Assailants#RESET_MILLIS} ms. */
    RESETS("5,000 resets a second while a handler of 2 s runs", 2, 250, 2_500, "GET /slow?ms=10"),
    /** As fast as the server takes it. */
    PIPELINE("300 connections that pipeline without end", 1, 300, 300, "GET /plaintext"),
    /** As fast as the server takes it. */
    FLOOD("200 peers that send one-octet chunks to /echo without end", 1, 200, 200, "POST /echo"),
    /** SIGSTOP and SIGCONT come from the rig. */
    STOP("the process is stopped for 10 s, 300 peers are in the middle of a head", 1, 300, 300, "GET /plaintext"),
    /** Two connections ask; the handler fills the heap until an allocation fails, and holds that. */
    FILL("a handler fills the heap for 0.3 s, twice every 2 s", 1, 2, 10, "GET /fill?ms=1"),
    /** The rig starts the server with its output into a pipe that nobody reads. */
    LOG("the log is blocked, 1,000 failures a second want to be logged", 1, 20, 20, "GET /fail"),
    /** The rig starts the server with fewer descriptors than there are peers. */
    IDLE("5,000 idle peers, where the server has 4,096 descriptors", 1, 5_000, 1_500, "GET /plaintext");

    /** Descriptors of a server that the rig starts for {@link #IDLE}. */
    static final int FEW_DESCRIPTORS = 4_096;

    /** How long {@link #STOP} stops the server. */
    static final int STOP_SECONDS = 10;

    private final String what;
    private final int processes;
    private final int connections;
    private final int connectsPerSecond;
    private final String needs;

    AttackKind(String what, int processes, int connections, int connectsPerSecond, String needs) {
        this.what = what;
        this.processes = processes;
        this.connections = connections;
        this.connectsPerSecond = connectsPerSecond;
        this.needs = needs;
    }

    /** What it does, in a few words. */
    String what() {
        return what;
    }

    int processes() {
        return processes;
    }

    /** Connections of each process at once. */
    int connections() {
        return connections;
    }

    /** New connections of each process in a second, at most. */
    int connectsPerSecond() {
        return connectsPerSecond;
    }

    /** Method and path without which this attack hits nothing. */
    String needs() {
        return needs;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static AttackKind named(String label) {
        return Arrays.stream(values())
                .filter(kind -> kind.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no attack " + label + "; there are " + labels()));
    }

    /** All names, with a comma between them. */
    static String labels() {
        return Arrays.stream(values()).map(AttackKind::label).collect(Collectors.joining(","));
    }
}
