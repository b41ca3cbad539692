/** Ticks. */
module consumer.poller {
    requires ringfort.poller;
}
