/** Keeps deadlines in time of its own. */
module consumer.timers {
    requires ringfort.timers;
}
