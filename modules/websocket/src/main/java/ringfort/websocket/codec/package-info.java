/**
 * Frames and messages of WebSocket without input or output (RFC 6455, sections 5 to 8; RFC 7692).
 *
 * {@snippet :
 * Received first(byte[] bytes, long nowNanos) {
 *     MessageReader reader = new MessageReader(ReaderLimits.DEFAULT, false);
 *     reader.read(bytes, 0, bytes.length, nowNanos);
 *     return reader.take();
 * }
 * }
 */
package ringfort.websocket.codec;
