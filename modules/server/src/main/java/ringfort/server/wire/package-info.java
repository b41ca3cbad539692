/** How bytes move: the faces between a connection and its transport, and what waits to be sent. */
package ringfort.server.wire;
