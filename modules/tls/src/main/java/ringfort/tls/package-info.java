/**
 * TLS 1.3 and 1.2 for servers, without input or output, on the JDK's {@link javax.net.ssl.SSLEngine}.
 *
 * <p>{@link ringfort.tls.TlsContext} is what the connections of a listener share; {@link ringfort.tls.TlsState} is one of
 * them. It is given the bytes that came and says what they mean; what the peer is to get goes to a {@link
 * ringfort.tls.TlsOutput}. The expensive part of a handshake is handed out as a {@link ringfort.tls.TlsTask}, which another
 * thread may run. A whole program over blocking sockets is {@code examples/TlsOverSocket.java}; the core of it:
 *
 * {@snippet lang = java :
 * final class Connection {
 *     final ByteArrayOutputStream toPeer = new ByteArrayOutputStream(); // a server would send, or queue
 *     final TlsState tls;
 *
 *     Connection(TlsContext context, TlsBuffers ofThisThread) {
 *         TlsOutput output = (array, from, to) -> toPeer.write(array, from, to - from);
 *         tls = new TlsState(context.newEngine(), TlsLimits.DEFAULT, ofThisThread, output);
 *     }
 *
 *     // Echoes; false when the connection is to be closed.
 *     boolean received(byte[] bytes, int count, long nowNanos) {
 *         int at = 0;
 *         while (true) {
 *             TlsState.Event event = tls.next(bytes, at, count, nowNanos);
 *             at = tls.position();
 *             switch (event) {
 *                 case NEED_INPUT -> {
 *                     return true;
 *                 }
 *                 case PLAINTEXT -> tls.send(tls.data(), tls.dataFrom(), tls.dataTo());
 *                 case NEED_TASK -> { // a server with an event loop would go on with other connections meanwhile
 *                     TlsTask task = tls.task();
 *                     task.run();
 *                     tls.taskDone(task);
 *                 }
 *                 case FINISHED -> System.out.println(tls.session());
 *                 case CLOSE_NOTIFY -> {
 *                     tls.closeOutput();
 *                     return false;
 *                 }
 *                 case FAILED -> {
 *                     System.out.println(tls.failure());
 *                     return false;
 *                 }
 *             }
 *         }
 *     }
 * }
 * }
 */
package ringfort.tls;
