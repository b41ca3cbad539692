/** Reads a frame without a server. */
module consumer.websocket {
    requires ringfort.websocket;
}
