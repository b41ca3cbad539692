/** Serves HTTP/2 out of bytes and into bytes. */
module consumer.h2 {
    requires ringfort.h2;
}
