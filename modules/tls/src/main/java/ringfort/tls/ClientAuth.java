package ringfort.tls;

/** Whether clients must show a certificate (RFC 8446, 4.3.2). */
public enum ClientAuth {
    /** They are not asked for one. */
    NONE,
    /** They are asked, and may send none. One that is not trusted ends the handshake all the same. */
    WANT,
    /** They are asked, and must send one that is trusted. */
    NEED
}
