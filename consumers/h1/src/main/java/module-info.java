/** Serves HTTP over a socket of the JDK. */
module consumer.h1 {
    requires ringfort.h1;
}
