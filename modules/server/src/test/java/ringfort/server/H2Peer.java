package ringfort.server;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import ringfort.h2.ErrorCode;
import ringfort.h2.Frame;
import ringfort.h2.FrameReader;
import ringfort.h2.FrameWriter;
import ringfort.h2.HpackDecoder;
import ringfort.h2.HpackEncoder;
import ringfort.message.ByteSink;
import ringfort.message.FieldSection;

/**
 * A client that speaks HTTP/2 frame by frame, well formed or not. Frames gather until {@link #send}; what comes is kept by
 * stream. It acknowledges SETTINGS, and gives room in windows for content that came, unless it is told not to. Every wait is
 * bounded. One thread.
 */
final class H2Peer implements AutoCloseable {
    /** Longer than any deadline of a test: silence for so long is a hang. */
    private static final int BOUND_MILLIS = 10_000;

    private final Socket socket;
    private final @Nullable TlsClient tls; // null in clear
    private final InputStream in;
    private final OutputStream raw;
    private final ByteSink out = new ByteSink(256);
    private final HpackEncoder encoder = new HpackEncoder();
    private final HpackDecoder decoder = new HpackDecoder(32 * 1024, 200);
    private final FrameReader reader = new FrameReader();
    private final byte[] buffer = new byte[32 * 1024];
    private int at;
    private int to;
    private final TreeMap<Integer, Reply> replies = new TreeMap<>();
    private final List<Integer> goAways = new ArrayList<>(); // their last streams
    private @Nullable ErrorCode goAway; // of the last
    private long pongs;
    private boolean givesRoom = true;
    private boolean acknowledges = true;
    private boolean answersPings = true;
    private int settings; // that came, without acknowledgements
    private final TreeMap<Integer, Integer> room = new TreeMap<>(); // that WINDOW_UPDATE gave, by stream

    /** What came on one stream. */
    static final class Reply {
        final List<String> interims = new ArrayList<>(); // heads of 1xx
        final List<String> head = new ArrayList<>(); // "name: value"
        final List<String> trailers = new ArrayList<>();
        final ByteSink content = new ByteSink(64);
        boolean ended;

        @Nullable ErrorCode reset;

        int status() {
            return head.isEmpty() ? 0 : Integer.parseInt(head.getFirst().substring(":status: ".length()));
        }

        String text() {
            return content.toString();
        }

        @Nullable String field(String name) {
            return head.stream()
                    .filter(line -> line.startsWith(name + ": "))
                    .map(line -> line.substring(name.length() + 2))
                    .findFirst()
                    .orElse(null);
        }

        boolean isOver() {
            return ended || reset != null;
        }

        @Override
        public String toString() {
            return head + " " + content.length() + (ended ? " ended" : "") + (reset == null ? "" : " " + reset);
        }
    }

    private H2Peer(Socket socket, @Nullable TlsClient tls) throws IOException {
        this.socket = socket;
        this.tls = tls;
        this.in = tls == null ? socket.getInputStream() : tls.input();
        this.raw = tls == null ? socket.getOutputStream() : tls.output();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(BOUND_MILLIS);
    }

    /** Connects, and says nothing. */
    static H2Peer silent(Served served) throws IOException {
        return silent(served, 0);
    }

    /** Connects with a receive buffer of about so many bytes, and says nothing. */
    static H2Peer silent(Served served, int receiveBufferBytes) throws IOException {
        Socket socket = Peer.open(served.port(), receiveBufferBytes);
        try {
            return new H2Peer(
                    socket, served.speaksTls() ? TlsClient.over(socket, "h2").handshake() : null);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Connects; the preface and SETTINGS go with the first {@link #send}. */
    static H2Peer connect(Served served, int... settings) throws IOException {
        return silent(served).opening(settings);
    }

    // What it says.

    H2Peer opening(int... identifiersAndValues) {
        FrameWriter.preface(out);
        FrameWriter.settings(out, identifiersAndValues);
        return this;
    }

    /** Where frames gather, for those that no method here makes. */
    ByteSink out() {
        return out;
    }

    H2Peer get(int stream, String path, String... more) {
        return headers(stream, true, request("GET", path, more));
    }

    /** A POST whose content follows. */
    H2Peer post(int stream, String path, String... more) {
        return headers(stream, false, request("POST", path, more));
    }

    static String[] request(String method, String path, String... more) {
        String[] fields = new String[8 + more.length];
        String[] own = {":method", method, ":scheme", "http", ":path", path, ":authority", "h"};
        System.arraycopy(own, 0, fields, 0, 8);
        System.arraycopy(more, 0, fields, 8, more.length);
        return fields;
    }

    H2Peer headers(int stream, boolean end, String... namesAndValues) {
        byte[] block = block(namesAndValues);
        FrameWriter.headers(out, stream, end, block, 0, block.length, Frame.LEAST_MAX_SIZE);
        return this;
    }

    byte[] block(String... namesAndValues) {
        var block = new ByteSink(64);
        encoder.begin(block);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            encoder.field(block, namesAndValues[i], namesAndValues[i + 1], false);
        }
        return block.toByteArray();
    }

    H2Peer data(int stream, boolean end, String content) {
        byte[] octets = content.getBytes(StandardCharsets.ISO_8859_1);
        FrameWriter.data(out, stream, end, octets, 0, octets.length);
        return this;
    }

    H2Peer data(int stream, boolean end, byte[] content, int from, int length) {
        FrameWriter.data(out, stream, end, content, from, from + length);
        return this;
    }

    H2Peer frame(int type, int flags, int stream, byte[] payload) {
        FrameWriter.header(out, payload.length, type, flags, stream);
        out.bytes(payload);
        return this;
    }

    H2Peer reset(int stream) {
        FrameWriter.reset(out, stream, ErrorCode.CANCEL);
        return this;
    }

    H2Peer ping(long octets) {
        FrameWriter.ping(out, false, octets);
        return this;
    }

    H2Peer update(int stream, int increment) {
        FrameWriter.windowUpdate(out, stream, increment);
        return this;
    }

    /** Sends what has gathered. */
    H2Peer send() throws IOException {
        raw.write(out.array(), 0, out.length());
        out.reset();
        return this;
    }

    /** Sends what has gathered, each octet by itself. */
    H2Peer sendByteByByte() throws IOException {
        for (int i = 0; i < out.length(); i++) {
            raw.write(out.array(), i, 1);
        }
        out.reset();
        return this;
    }

    /** Sends FIN. */
    H2Peer finish() throws IOException {
        if (tls != null) {
            tls.halfClose();
        } else {
            socket.shutdownOutput();
        }
        return this;
    }

    /** Windows stay as they are. */
    H2Peer givingNoRoom() {
        givesRoom = false;
        return this;
    }

    /** SETTINGS are not acknowledged. */
    H2Peer acknowledgingNothing() {
        acknowledges = false;
        return this;
    }

    /** PINGs are not answered. */
    H2Peer answeringNoPing() {
        answersPings = false;
        return this;
    }

    // What came.

    /** Waits for the head of a response of HTTP/1, which an upgrade begins with. */
    String headOfHttp1() throws IOException {
        send();
        var head = new ByteSink(256);
        while (!head.toString().endsWith("\r\n\r\n")) {
            if (at == to) {
                at = 0;
                to = in.read(buffer);
                if (to < 0) {
                    throw new EOFException("the connection ended: " + head);
                }
            }
            head.octet(buffer[at++]);
        }
        return head.toString();
    }

    /** What has come on a stream so far. */
    Reply soFar(int stream) {
        return replies.computeIfAbsent(stream, _ -> new Reply());
    }

    /** Waits until a stream has ended, or was reset. */
    Reply reply(int stream) throws IOException {
        send();
        while (!soFar(stream).isOver()) {
            if (!readFrame()) {
                throw new EOFException(
                        "the connection ended (" + goAway + ") and stream " + stream + " has " + soFar(stream));
            }
        }
        return soFar(stream);
    }

    /** Waits until a stream has the head of a final response. */
    Reply head(int stream) throws IOException {
        send();
        while (soFar(stream).head.isEmpty()) {
            if (!readFrame()) {
                throw new EOFException("the connection ended: " + goAway);
            }
        }
        return soFar(stream);
    }

    /** Waits for so many answers to PINGs, in all. */
    void awaitPongs(long count) throws IOException {
        send();
        while (pongs < count) {
            if (!readFrame()) {
                throw new EOFException("the connection ended: " + goAway);
            }
        }
    }

    /** Waits for a GOAWAY with an error, and for the end; the error. */
    @Nullable ErrorCode end() throws IOException {
        try {
            send();
        } catch (SocketException e) {
            // it has ended, and may still have said why
        }
        while (readFrame()) {
            // goes on
        }
        return goAway;
    }

    /** Waits for so many GOAWAYs, in all; the last streams they named. */
    List<Integer> goAways(int count) throws IOException {
        send();
        while (goAways.size() < count) {
            if (!readFrame()) {
                throw new EOFException("the connection ended");
            }
        }
        return goAways;
    }

    /** Waits for the SETTINGS of the server. */
    H2Peer settings() throws IOException {
        send();
        while (settings == 0) {
            if (!readFrame()) {
                throw new EOFException("the connection ended: " + goAway);
            }
        }
        return this;
    }

    /** How much room WINDOW_UPDATE has given so far, on a stream or on the connection (0). */
    int room(int stream) {
        return room.getOrDefault(stream, 0);
    }

    /** Waits for room on a stream that has been given none. */
    H2Peer awaitRoom(int stream) throws IOException {
        send();
        while (room(stream) == 0) {
            if (!readFrame()) {
                throw new EOFException("the connection ended: " + goAway);
            }
        }
        return this;
    }

    /** Reads one frame; false at the end of the connection. */
    boolean readFrame() throws IOException {
        while (true) {
            FrameReader.Found found = reader.next(buffer, at, to);
            at = reader.position();
            switch (found) {
                case HEADER -> reader.gather();
                case PAYLOAD -> {
                    take(Arrays.copyOfRange(reader.payload(), reader.payloadFrom(), reader.payloadTo()));
                    return true;
                }
                case MORE -> {
                    int count;
                    try {
                        count = in.read(buffer);
                    } catch (SocketException e) {
                        return false; // reset
                    }
                    if (count < 0) {
                        return false;
                    }
                    at = 0;
                    to = count;
                }
            }
        }
    }

    private void take(byte[] payload) throws IOException {
        int stream = reader.stream();
        switch (reader.type()) {
            case Frame.SETTINGS -> {
                if (!reader.has(Frame.ACK)) {
                    settings++;
                    if (acknowledges) {
                        FrameWriter.settingsAck(out);
                        sendQuietly();
                    }
                }
            }
            case Frame.PING -> {
                if (reader.has(Frame.ACK)) {
                    pongs++;
                } else if (answersPings) {
                    frame(Frame.PING, Frame.ACK, 0, payload);
                    sendQuietly();
                }
            }
            case Frame.HEADERS -> head(soFar(stream), payload);
            case Frame.DATA -> {
                Reply reply = soFar(stream);
                reply.content.bytes(payload);
                reply.ended = reader.has(Frame.END_STREAM);
                if (givesRoom && payload.length > 0) {
                    update(0, payload.length);
                    if (!reply.ended) {
                        update(stream, payload.length);
                    }
                    sendQuietly();
                }
            }
            case Frame.RST_STREAM -> soFar(stream).reset = ErrorCode.of(payload[3]);
            case Frame.WINDOW_UPDATE -> room.merge(stream, number(payload), Integer::sum);
            case Frame.GOAWAY -> {
                goAway = ErrorCode.of(payload[7]);
                goAways.add(number(payload));
            }
            default -> {}
        }
    }

    private static int number(byte[] payload) {
        return ((payload[0] & 0x7F) << 24)
                | ((payload[1] & 0xFF) << 16)
                | ((payload[2] & 0xFF) << 8)
                | (payload[3] & 0xFF);
    }

    /** The server may have closed what it will not read. */
    private void sendQuietly() throws IOException {
        try {
            send();
        } catch (SocketException e) {
            out.reset();
        }
    }

    private void head(Reply reply, byte[] block) {
        if (!reader.has(Frame.END_HEADERS)) {
            throw new AssertionError("a head of several frames");
        }
        HpackDecoder.Result result = decoder.decode(block, 0, block.length);
        if (result != HpackDecoder.Result.FIELDS) {
            throw new AssertionError("a head cannot be decompressed: " + result);
        }
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < decoder.fieldCount(); i++) {
            long span = decoder.span(i);
            fields.add(text(FieldSection.nameStart(span), FieldSection.nameEnd(span)) + ": "
                    + text(FieldSection.valueStart(span), FieldSection.valueEnd(span)));
        }
        if (!reply.head.isEmpty()) {
            reply.trailers.addAll(fields);
        } else if (fields.getFirst().startsWith(":status: 1")) {
            reply.interims.addAll(fields);
        } else {
            reply.head.addAll(fields);
        }
        reply.ended = reader.has(Frame.END_STREAM);
    }

    private String text(int from, int end) {
        return new String(decoder.octets(), from, end - from, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
