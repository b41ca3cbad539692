package ringfort.budget;

/** What a connection's deadline is for: the thing a peer, or a handler, is slow at. */
public enum Phase {
    /** The opening of an encrypted connection: from accept until the handshake has finished. */
    HANDSHAKE,
    /** The head of a request: from accept, or from the first byte of a later request, until the head is complete. */
    HEADER,
    /** The content of a request, while we wait for the peer to send it. */
    BODY,
    /** The handler: from the complete head until the response starts. */
    HANDLER,
    /** The response, while we wait for the peer to take it. */
    WRITE,
    /** Nothing is under way: from the end of an exchange until the first byte of the next request. */
    IDLE,
    /** The end: what the peer still sends is read and dropped, either to reach the next request or to close in peace. */
    LINGER
}
