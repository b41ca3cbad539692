package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sends rows to a server in every way bytes can come: at once, one at a time, cut in two, with more behind them.
 *
 * <p>Pieces come to the server one by one because the next is sent when the server has counted the last as received, so
 * nobody else may send to that server meanwhile. One thread.
 */
final class RowPlay {
    static final String NEXT = "GET / HTTP/1.1\r\nHost: next\r\n\r\n";

    private static final int SHORT = 300;
    private static final int NEAR = 70;
    private static final int STRIDE = 4096;
    private static final int CONNECTIONS = 128;
    private static final String DATE =
            "(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3][0-9] (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4}"
                    + " [0-2][0-9]:[0-5][0-9]:[0-6][0-9] GMT";

    private final Served served;
    private long received;
    private long closed;

    RowPlay(Served served) {
        this.served = served;
    }

    /** What a refused peer sent and the server never looked at must not be waited for with the next one. */
    private void begin() {
        served.awaitOpen(0);
        received = served.metric("ringfort_received_bytes_total");
        closed = served.metric("ringfort_connections_closed_total");
    }

    void whole(WireRow row) throws IOException {
        try (Peer peer = served.connect()) {
            send(peer, row.bytes());
            finish(peer, row);
            verify(peer, row, "whole");
            if (row.end() == WireRow.End.KEEP) {
                send(peer, NEXT.getBytes(StandardCharsets.US_ASCII));
                assertNext(peer, "behind the row");
            }
        }
    }

    /** With a further request in the same segment: a good row does not eat of it, a refused one hides it. */
    void followed(WireRow row) throws IOException {
        if (row.halfCloses()) {
            return;
        }
        byte[] next = NEXT.getBytes(StandardCharsets.US_ASCII);
        byte[] both = Arrays.copyOf(row.bytes(), row.bytes().length + next.length);
        System.arraycopy(next, 0, both, row.bytes().length, next.length);
        try (Peer peer = served.connect()) {
            send(peer, both);
            verify(peer, row, "followed by a request");
            if (row.end() == WireRow.End.KEEP) {
                assertNext(peer, "in the same segment");
            }
        }
    }

    void byteByByte(WireRow row) throws IOException {
        byte[] bytes = row.bytes();
        begin();
        try (Peer peer = served.connect()) {
            int from = 0;
            for (int cut : cuts(bytes.length)) {
                if (!arrive(peer, bytes, from, cut)) {
                    verifyCut(peer, row, "byte by byte, up to " + cut);
                    return;
                }
                from = cut;
            }
            send(peer, Arrays.copyOfRange(bytes, from, bytes.length));
            finish(peer, row);
            verify(peer, row, "byte by byte");
        }
    }

    void cutInTwo(WireRow row) throws IOException {
        List<Integer> cuts = cuts(row.bytes().length);
        if (row.end() == WireRow.End.KEEP) {
            begin();
            try (Peer peer = served.connect()) {
                for (int cut : cuts) {
                    arrive(peer, row.bytes(), 0, cut);
                    send(peer, Arrays.copyOfRange(row.bytes(), cut, row.bytes().length));
                    verify(peer, row, "cut at " + cut);
                }
            }
            return;
        }
        for (int from = 0; from < cuts.size(); from += CONNECTIONS) {
            cutInTwo(row, cuts.subList(from, Math.min(cuts.size(), from + CONNECTIONS)));
        }
    }

    private void cutInTwo(WireRow row, List<Integer> cuts) throws IOException {
        begin();
        List<Peer> peers = new ArrayList<>();
        try {
            for (int cut : cuts) {
                Peer peer = served.connect();
                peers.add(peer);
                send(peer, Arrays.copyOf(row.bytes(), cut));
            }
            awaitReceived();
            for (int i = 0; i < cuts.size(); i++) {
                send(peers.get(i), Arrays.copyOfRange(row.bytes(), cuts.get(i), row.bytes().length));
                finish(peers.get(i), row);
            }
            for (int i = 0; i < cuts.size(); i++) {
                verifyCut(peers.get(i), row, "cut at " + cuts.get(i));
            }
        } finally {
            for (Peer peer : peers) {
                peer.close();
            }
        }
    }

    /** Every offset of a short row; of a long one those near its ends and near the sizes of buffers. */
    private static List<Integer> cuts(int length) {
        List<Integer> cuts = new ArrayList<>();
        for (int cut = 1; cut < length; cut++) {
            int beside = (cut + 1) % STRIDE;
            if (length <= SHORT || cut < NEAR || cut > length - NEAR || beside <= 2) {
                cuts.add(cut);
            }
        }
        return cuts;
    }

    private void send(Peer peer, byte[] bytes) throws IOException {
        received += bytes.length;
        peer.send(bytes);
    }

    /** False when the server has ended the connection instead: the peer had said that nothing would come. */
    private boolean arrive(Peer peer, byte[] bytes, int from, int to) throws IOException {
        send(peer, Arrays.copyOfRange(bytes, from, to));
        Await.until(() -> hasReceived() || hasEnded(), this::notReadOn);
        return hasReceived();
    }

    private static void finish(Peer peer, WireRow row) throws IOException {
        if (row.halfCloses()) {
            peer.halfClose();
        }
    }

    /** Until the server has read all that was sent: what is sent now comes to it apart. */
    private void awaitReceived() {
        Await.until(this::hasReceived, this::notReadOn);
    }

    private boolean hasReceived() {
        return served.metric("ringfort_received_bytes_total") >= received;
    }

    private boolean hasEnded() {
        return served.metric("ringfort_connections_closed_total") > closed;
    }

    private String notReadOn() {
        return "the server does not read on: " + served.metric("ringfort_received_bytes_total") + " of " + received;
    }

    private static void assertNext(Peer peer, String where) throws IOException {
        Peer.Reply reply = peer.reply();
        assertEquals(200, reply.status(), where);
        assertEquals("ok", reply.text(), where);
    }

    private static void verify(Peer peer, WireRow row, String how) throws IOException {
        verify(peer, row, true, how);
    }

    /** A peer that sends on, apart from it, behind a request said to be the last may be reset, once it has its answer. */
    private static void verifyCut(Peer peer, WireRow row, String how) throws IOException {
        boolean refused = row.statuses().isEmpty() || row.statuses().getLast() >= 400;
        verify(peer, row, refused || row.end() != WireRow.End.CLOSE, how);
    }

    private static void verify(Peer peer, WireRow row, boolean inOrder, String how) throws IOException {
        try {
            answers(peer, row);
            if (row.end() != WireRow.End.KEEP && inOrder) {
                assertEquals("", peer.readToEnd(), "behind the last answer");
            } else if (row.end() != WireRow.End.KEEP) {
                assertTrue(peer.isClosed(), "something comes behind the last answer");
            }
        } catch (IOException | AssertionError e) {
            throw new AssertionError(row.name() + ", " + how + ": " + e.getMessage(), e);
        }
    }

    private static void answers(Peer peer, WireRow row) throws IOException {
        var contents = new StringBuilder();
        for (int i = 0; i < row.statuses().size(); i++) {
            Peer.Head head = peer.head();
            while (head.status() < 200) {
                head = peer.head();
            }
            assertEquals(row.statuses().get(i), head.status());
            assertFramed(head);
            if (i > 0 || !row.asksForHead()) {
                contents.append(new String(peer.body(head).readAllBytes(), StandardCharsets.ISO_8859_1));
            }
            boolean last = i == row.statuses().size() - 1;
            if (row.end() != WireRow.End.CLOSED) {
                assertEquals(last && row.end() == WireRow.End.CLOSE, head.closes(), "Connection: close");
            }
            if (last) {
                assertFields(head, row);
            }
        }
        if (row.content() != null) {
            assertEquals(row.content(), contents.toString());
        }
    }

    private static void assertFields(Peer.Head head, WireRow row) {
        for (String line : row.fields()) {
            int colon = line.indexOf(": ");
            assertEquals(line.substring(colon + 2), head.field(line.substring(0, colon)));
        }
        for (String name : row.absent()) {
            assertNull(head.field(name), name);
        }
    }

    /** RFC 9112, 6 and RFC 9110, 6.6.1: one length, and a date, whatever the response. */
    private static void assertFramed(Peer.Head head) {
        String length = head.field("Content-Length");
        String coding = head.field("Transfer-Encoding");
        if (head.status() == 204) {
            assertNull(length);
            assertNull(coding);
        } else {
            assertTrue(length == null ^ coding == null, "Content-Length " + length + ", coding " + coding);
        }
        if (head.status() < 500) {
            String date = head.field("Date");
            assertNotNull(date, "no Date");
            assertTrue(date.matches(DATE), date);
        }
    }
}
