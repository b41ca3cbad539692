/** HTTP/2 on one connection: many exchanges at a time, beside HTTP/1 on the same faces. */
package ringfort.server.http2;
