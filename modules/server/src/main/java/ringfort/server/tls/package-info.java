/**
 * TLS between a transport and a protocol: {@link ringfort.server.tls.TlsProtocol} is a protocol to its connection and a host to
 * the protocol within. The engines of TLS are in {@code ringfort.tls}, which knows no server.
 */
package ringfort.server.tls;
