/** Serves an echo on io_uring, and talks to it. */
module consumer.ring {
    requires ringfort.ring;
}
