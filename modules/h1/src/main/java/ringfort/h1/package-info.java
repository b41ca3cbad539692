/**
 * HTTP/1.1 for servers, without input or output.
 *
 * <p>{@link ringfort.h1.H1State} is the state of one connection. It takes the bytes that came and the time, and says
 * what the bytes mean and what to do next; through a {@link ringfort.budget.DeadlineSlot} it says until when.
 * {@link ringfort.h1.ResponseEncoder}, {@link ringfort.h1.ChunkedEncoder} and {@link ringfort.message.DateHeader} write
 * responses into a {@link ringfort.message.ByteSink}. {@link ringfort.h1.RequestParser} reads heads alone.
 *
 * <p>Wherever RFC 9110 and RFC 9112 leave a choice, this module is strict. A message that two recipients could read in
 * two ways is refused at the byte that shows it, with the status in a {@link ringfort.message.Refusal}.
 *
 * <p>A whole program over blocking sockets is {@code examples/H1OverSocket.java}. Its core, with one string as the
 * received bytes and another as the answer:
 *
 * {@snippet lang = java :
 * String serve(String received) {
 *     DeadlineSlot slot = new DeadlineSlot() { // a server would keep the deadline, and call expired() when it passes
 *         @Override
 *         public void arm(Phase phase, long deadlineNanos) {}
 *
 *         @Override
 *         public void clear() {}
 *     };
 *     var connection = new H1State(Limits.DEFAULT, Timeouts.DEFAULT, slot);
 *     var encoder = new ResponseEncoder();
 *     var date = new DateHeader();
 *     var out = new ByteSink(256);
 *     long now = 0; // a monotonic clock, in nanoseconds
 *     connection.accepted(now);
 *     byte[] bytes = received.getBytes(StandardCharsets.ISO_8859_1);
 *     int at = 0;
 *     while (true) {
 *         H1State.Event event = connection.next(bytes, at, bytes.length, now);
 *         at = connection.position();
 *         switch (event) {
 *             case HEAD, BODY -> {} // the request begins; bytes[dataFrom(), dataTo()) are content
 *             case END -> {
 *                 RequestHead head = connection.head();
 *                 boolean keepAlive = connection.keepAlive();
 *                 connection.responseHead(keepAlive, now);
 *                 encoder.begin(out, 200, head.minorVersion(), head.isHead(), 0, keepAlive, date.value(784111777));
 *                 encoder.field(out, "X-Target", head.target());
 *                 encoder.end(out);
 *                 if (connection.responseComplete(now) == H1State.After.CLOSE) {
 *                     return out.toString();
 *                 }
 *             }
 *             case REFUSED -> {
 *                 encoder.begin(out, connection.refusal().status(), 1, false, 0, false, date.value(784111777));
 *                 encoder.end(out);
 *                 return out.toString();
 *             }
 *             case NEED_INPUT, BUSY, CLOSE, TUNNEL -> {
 *                 return out.toString();
 *             }
 *         }
 *     }
 * }
 * }
 */
package ringfort.h1;
