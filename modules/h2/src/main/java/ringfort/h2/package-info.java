/**
 * HTTP/2 for servers, without input or output (RFC 9113, 7541, 9218 and 8441).
 *
 * <p>{@link ringfort.h2.H2State} is a connection: it is given the bytes that came and the time, says what they mean, writes
 * what is to be sent when there is room for it, and keeps the earliest of its deadlines in a
 * {@link ringfort.budget.DeadlineSlot}. {@link ringfort.h2.H2Stream} is one request and its response. The codecs below,
 * {@link ringfort.h2.FrameReader}, {@link ringfort.h2.FrameWriter}, {@link ringfort.h2.HpackDecoder} and
 * {@link ringfort.h2.HpackEncoder}, work for either side.
 *
 * <p>Wherever the RFCs leave a choice, the strict side is taken. {@code docs/HTTP2.md} has each rule, each limit and each
 * deadline.
 *
 * <p>A whole program over blocking sockets is {@code examples/H2OverSocket.java}. The core of it, with a connection that
 * is two arrays:
 *
 * {@snippet lang = java :
 * byte[] serve(byte[] received) {
 *     DeadlineSlot slot = new DeadlineSlot() { // a server would keep the deadline, and call expired() when it passes
 *         @Override
 *         public void arm(Phase phase, long deadlineNanos) {}
 *
 *         @Override
 *         public void clear() {}
 *     };
 *     var connection = new H2State(H2Limits.DEFAULT, H2Timeouts.DEFAULT, slot);
 *     var out = new ByteSink(256);
 *     long now = 0; // a monotonic clock, in nanoseconds
 *     connection.accepted(now);
 *     int at = 0;
 *     H2State.Event event;
 *     do {
 *         event = connection.next(received, at, received.length, now);
 *         at = connection.position();
 *         switch (event) {
 *             case NEED_INPUT, CLOSE, REQUEST -> {}
 *             case DATA -> connection.consumed(connection.stream(), connection.dataTo() - connection.dataFrom(), now);
 *             case END -> {
 *                 H2Stream stream = connection.stream();
 *                 byte[] content = stream.head().target().getBytes(StandardCharsets.ISO_8859_1);
 *                 connection.respond(stream, ResponseHead.of(200).field("content-type", "text/plain"), false, now);
 *                 connection.send(stream, content, 0, content.length, now);
 *                 connection.end(stream, null, now);
 *                 connection.handlerReturned(stream, now);
 *             }
 *             case REFUSED, RESET -> connection.handlerReturned(connection.stream(), now);
 *         }
 *     } while (event != H2State.Event.NEED_INPUT && event != H2State.Event.CLOSE);
 *     while (connection.hasOutput()) {
 *         connection.write(out, 64 * 1024, now);
 *     }
 *     return out.toByteArray();
 * }
 * }
 */
package ringfort.h2;
