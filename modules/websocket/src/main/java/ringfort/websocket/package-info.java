/**
 * WebSocket for handlers: blocking sockets on virtual threads.
 *
 * {@snippet :
 * Server.create()
 *         .get("/ws", WebSockets.route(socket -> {
 *             for (Message message : socket) {
 *                 socket.send(message);
 *             }
 *         }));
 * }
 */
package ringfort.websocket;
