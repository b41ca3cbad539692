/** Speaks TLS in memory. */
module consumer.tls {
    requires ringfort.tls;
}
