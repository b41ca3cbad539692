/**
 * WebSocket for handlers: blocking sockets on virtual threads.
 *
 * {@snippet :
 * Server.http(8080)
 *         .get("/ws", WebSockets.route(socket -> {
 *             for (Message message : socket) {
 *                 socket.send(message);
 *             }
 *         }))
 *         .start();
 * }
 */
package ringfort.websocket;
