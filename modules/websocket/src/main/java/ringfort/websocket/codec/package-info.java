/**
 * Frames and messages of WebSocket without input or output (RFC 6455, sections 5 to 8; RFC 7692).
 *
 * {@snippet :
 * MessageReader reader = new MessageReader(ReaderLimits.DEFAULT, false);
 * int consumed = reader.read(bytes, 0, bytes.length, System.nanoTime());
 * Received received = reader.take();
 * }
 */
package ringfort.websocket.codec;
