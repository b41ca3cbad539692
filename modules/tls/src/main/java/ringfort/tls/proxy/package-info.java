/**
 * The PROXY protocol, versions 1 and 2: which client a connection comes from when a load balancer has made it. A header
 * of at most some hundred bytes comes before everything else, TLS included.
 *
 * <p>It is read only where it was asked for, and only from named peers: another peer could claim any address. Whether it is
 * there is never guessed (section 2 of the specification, {@code haproxy.org/download/3.2/doc/proxy-protocol.txt}).
 *
 * {@snippet lang = java :
 * String client(byte[] received) {
 *     var parser = new ProxyParser();
 *     return switch (parser.parse(received, 0, received.length)) {
 *         case NEED_INPUT -> "more bytes, please";
 *         case HEADER -> parser.header().source() + ", then " + (received.length - parser.position()) + " bytes";
 *         case REFUSED -> "closed: " + parser.reason();
 *     };
 * }
 * }
 */
package ringfort.tls.proxy;
